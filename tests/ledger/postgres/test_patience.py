"""Patience is with the server, not with each call: what waits for one that stays away does not pile up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from ledger.postgres.datastore import StoreUnavailable
from ledger.postgres.store import PostgresStore
from tests.ledger.store.making import Maker
from tests.postgres_server import INSTALLATIONS, PostgresServer

PATIENCE = 8.0


@pytest.fixture(params=INSTALLATIONS)
def own_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    made = PostgresServer(INSTALLATIONS[request.param])
    made.start()
    yield made
    made.remove()


def asked_until(ask: Callable[[], object], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            ask()
            return True
        except StoreUnavailable:
            time.sleep(0.1)
    return False


def test_who_comes_when_the_server_has_been_away_for_long_is_told_soon(own_server: PostgresServer, make: Maker) -> None:
    with PostgresStore.open(own_server.address(own_server.database()), patience_seconds=PATIENCE) as store:
        store.append(make.person())
        own_server.stop()
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.head()
        assert time.monotonic() > began + PATIENCE / 2, "the first one waits"
        began = time.monotonic()
        for _ in range(10):
            with pytest.raises(StoreUnavailable):
                store.signed_head()
        assert time.monotonic() < began + 5 * PATIENCE, "ten others do not wait as long each"
        own_server.start()
        assert asked_until(store.head, 60)
        own_server.restart()
        assert store.append(make.person()).first_index == 3, "and then patience is whole again"
