"""A database of its own for each test, on every PostgreSQL that is here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.postgres.datastore import connect
from ledger.postgres.migrations import LOG, migrate
from ledger.postgres.store import PostgresStore
from tests.ledger.store.making import Maker
from tests.postgres_server import INSTALLATIONS, PostgresServer, server, template


def with_log(address: str) -> None:
    with connect(address) as connection:
        migrate(connection, LOG)


@pytest.fixture(params=INSTALLATIONS)
def postgres(request: pytest.FixtureRequest) -> PostgresServer:
    """A server that all tests share."""
    return server(request.param)


@pytest.fixture
def address(request: pytest.FixtureRequest, postgres: PostgresServer) -> str:
    """A database with an empty log."""
    name = request.node.callspec.params["postgres"]
    return postgres.address(postgres.database(template(name, with_log)))


@pytest.fixture
def empty_address(postgres: PostgresServer) -> str:
    """A database with nothing in it."""
    return postgres.address(postgres.database())


@pytest.fixture
def store(address: str) -> Iterator[PostgresStore]:
    with PostgresStore.open(address) as opened:
        yield opened


@pytest.fixture
def make() -> Maker:
    return Maker()
