"""A ledger in every state, made once, and a client of the application that serves a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.whole_ledger import WholeLedger, build, clock


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> WholeLedger:
    """Not to be changed."""
    return build(tmp_path_factory.mktemp("whole") / "ledger")


@pytest.fixture
def whole(original: WholeLedger, tmp_path: Path) -> WholeLedger:
    """A copy to do anything with."""
    return original.copy(tmp_path / "ledger")


@pytest.fixture(scope="session")
def client(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a ledger that no test changes."""
    served = original.copy(tmp_path_factory.mktemp("served") / "ledger")
    with TestClient(create_app(str(served.folder), clock)) as made:
        yield made
