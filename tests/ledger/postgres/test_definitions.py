"""What a schema should consist of is what a fresh one consists of, on every PostgreSQL."""

from __future__ import annotations

import pytest

from tests.ledger.postgres.definitions import FILE, text
from tests.postgres_server import INSTALLATIONS


@pytest.mark.parametrize("installation", INSTALLATIONS)
def test_the_file_of_definitions_is_that_of_a_fresh_schema(installation: str) -> None:
    """After a new migration: `python -m tests.ledger.postgres.definitions`."""
    assert text(installation) == FILE.read_text("utf-8")
