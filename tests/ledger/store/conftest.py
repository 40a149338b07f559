"""A test that asks for `backend` or `store` runs on every adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store import Store
from tests.ledger.store.backends import BACKENDS, Backend
from tests.ledger.store.making import Maker
from tests.ledger.store.postgres_backend import POSTGRES_BACKENDS

EVERY = {**BACKENDS, **POSTGRES_BACKENDS}


@pytest.fixture(params=EVERY)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    made = EVERY[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(backend: Backend) -> Store:
    return backend.open()


@pytest.fixture
def make() -> Maker:
    return Maker()
