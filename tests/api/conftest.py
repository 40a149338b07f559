"""A ledger in every state, made once, and a client of the application that serves a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.whole_ledger import WholeLedger, build
from tests.engines import Engine


@pytest.fixture(scope="session")
def original(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> WholeLedger:
    """Not to be changed."""
    return build(engine, tmp_path_factory.mktemp("whole"))


@pytest.fixture
def whole(original: WholeLedger, tmp_path: Path) -> WholeLedger:
    """A copy to do anything with."""
    return original.copy(tmp_path)


@pytest.fixture(scope="session")
def client(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a ledger that no test changes."""
    served = original.copy(tmp_path_factory.mktemp("served"))
    with TestClient(served.app()) as made:
        yield made
