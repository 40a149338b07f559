"""A test that asks for `backend`, `store` or `views` runs on every adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.projector import Views
from tests.ledger.store.backends import BACKENDS, Backend, OpenStore
from tests.ledger.store.making import Maker
from tests.ledger.store.postgres_backend import POSTGRES_BACKENDS

EVERY = {**BACKENDS, **POSTGRES_BACKENDS}


@pytest.fixture(params=EVERY)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    made = EVERY[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(backend: Backend) -> OpenStore:
    return backend.open()


@pytest.fixture
def views(backend: Backend) -> Views:
    return backend.open_views()


@pytest.fixture
def make() -> Maker:
    return Maker()
