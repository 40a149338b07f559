"""A whole ledger on each engine, for tests of desks and of many who use them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.open import Ledger
from tests.ledger.lives import ENGINES, new_address, opened


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a new ledger may lie; its master key lies beside it."""
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    return new_address(request.param, tmp_path)


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    """A new ledger with everything that a life needs."""
    with opened(address) as made:
        yield made
