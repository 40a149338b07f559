"""A process keeps its locks on the database file for as long as it has the file open."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from ledger.sqlite.store import SqliteStore
from tests.ledger.store.making import Maker

SPAWN = multiprocessing.get_context("spawn")


def look(path: Path) -> None:
    """Opens the file, looks, and closes it: the last one to close it would remove the write-ahead log."""
    with SqliteStore.open(path) as store:
        raise SystemExit(store.head().size)


def seen_elsewhere(path: Path) -> int | None:
    """The size that another process sees."""
    other = SPAWN.Process(target=look, args=(path,))
    other.start()
    other.join(60)
    return other.exitcode


def test_who_opens_one_more_connection_does_not_lose_what_is_committed_later(tmp_path: Path, make: Maker) -> None:
    path = tmp_path / "ledger.db"
    with SqliteStore.open(path) as store:
        store.append(make.person())
        with store.subscribe(0), SqliteStore.open(path) as more:  # connections beside the first
            assert more.head().size == 3
            assert seen_elsewhere(path) == 3
            store.append(make.person())
            assert seen_elsewhere(path) == 6
        store.append(make.person())
        assert seen_elsewhere(path) == 9
    assert seen_elsewhere(path) == 9
