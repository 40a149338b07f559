"""The turn to sign: one open store has it at a time, on every adapter."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.postgres.leading import LONGEST_SECONDS
from ledger.postgres.store import PostgresStore
from ledger.sqlite.store import SqliteStore
from ledger.store import Store
from tests.ledger.store.backends import Backend, SqliteBackend
from tests.ledger.store.postgres_backend import POSTGRES_BACKENDS, PostgresBackend

SPAWN = multiprocessing.get_context("spawn")
SECONDS = 30.0


def eventually(asked: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it becomes true before the limit."""
    until = time.monotonic() + seconds
    while not (found := asked()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def test_one_at_a_time_has_the_turn(backend: Backend) -> None:
    first, second = backend.open(), backend.open()
    assert first.lead(SECONDS)
    assert not second.lead(SECONDS)
    assert first.lead(SECONDS), "who has the turn renews it"
    assert not second.lead(SECONDS)


def test_who_resigns_lets_the_next_one_have_it(backend: Backend) -> None:
    first, second = backend.open(), backend.open()
    assert first.lead(SECONDS)
    first.resign()
    assert second.lead(SECONDS)
    assert not first.lead(SECONDS)
    second.resign()
    assert first.lead(SECONDS)


def test_giving_back_what_one_does_not_have_takes_nothing_from_others(backend: Backend) -> None:
    first, second = backend.open(), backend.open()
    assert first.lead(SECONDS)
    second.resign()
    assert not second.lead(SECONDS)
    second.resign()
    assert not backend.open().lead(SECONDS)
    first.resign()
    first.resign()
    assert second.lead(SECONDS)


def test_closing_gives_the_turn_back(backend: Backend) -> None:
    first, second = backend.open(), backend.open()
    assert first.lead(SECONDS)
    first.close()  # type: ignore[attr-defined]
    assert second.lead(SECONDS)


def test_of_many_that_ask_at_once_one_gets_it(backend: Backend) -> None:
    stores = [backend.open() for _ in range(8)]
    for _ in range(10):
        with ThreadPoolExecutor(8) as pool:
            had = list(pool.map(lambda store: store.lead(SECONDS), stores))
        assert sum(had) == 1
        stores[had.index(True)].resign()


def opened(kind: str, address: str) -> Store:
    return SqliteStore.open(Path(address)) if kind == "sqlite" else PostgresStore.open(address)


def lead_for_ever(kind: str, address: str, seconds: float) -> None:
    store = opened(kind, address)
    print(store.lead(seconds), flush=True)
    while True:
        time.sleep(seconds / 3)
        store.lead(seconds)


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_another_takes_over_soon_after_its_holder_was_killed(backend: Backend, how: str) -> None:
    kind = "sqlite" if isinstance(backend, SqliteBackend) else "postgresql"
    address = str(backend.path) if isinstance(backend, SqliteBackend) else backend.address  # type: ignore[attr-defined]
    store = backend.open()
    holder = SPAWN.Process(target=lead_for_ever, args=(kind, address, 2.0))
    holder.start()
    try:
        assert eventually(lambda: not taken_and_given_back(store))
        getattr(holder, how)()
        holder.join(60)
        assert eventually(lambda: store.lead(SECONDS), 20)
    finally:
        holder.kill()
        holder.join(60)


def taken_and_given_back(store: Store) -> bool:
    """Whether the turn was free."""
    found = store.lead(SECONDS)
    store.resign()
    return found


# --- a database's turn is for a time --------------------------------------------------------------------------------


@pytest.fixture(params=POSTGRES_BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PostgresBackend]:
    """The kernel of one machine knows who is gone; a database does not."""
    made = POSTGRES_BACKENDS[request.param](tmp_path)
    yield made
    made.close()


def test_a_turn_that_is_not_renewed_ends(database: PostgresBackend) -> None:
    first, second = database.open(), database.open()
    assert first.lead(0.5)
    assert eventually(lambda: second.lead(SECONDS))
    assert not first.lead(SECONDS)


def test_a_turn_from_a_clock_that_was_set_back_does_not_last_for_ever(database: PostgresBackend) -> None:
    first, second = database.open(), database.open()
    assert first.lead(SECONDS)
    database.sql("UPDATE lead SET until = clock_timestamp() + interval '1 hour'")
    assert second.lead(SECONDS)
    assert not first.lead(SECONDS)


@pytest.mark.parametrize("seconds", [-1, LONGEST_SECONDS + 1, float("inf"), float("nan")])
def test_nobody_keeps_the_turn_for_longer_than_that(database: PostgresBackend, seconds: float) -> None:
    store = database.open()
    with pytest.raises(Exception, match="a turn is for 0 to"):
        store.lead(seconds)
    assert database.open().lead(SECONDS)
