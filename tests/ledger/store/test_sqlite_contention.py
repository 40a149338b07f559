"""Many processes at the files of one ledger at once: everybody waits, nobody hears that a database is locked."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.projector import Projector
from ledger.sqlite import datastore
from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.sqlite.datastore import LedgerDatastore, execute
from ledger.sqlite.recorder import LedgerRecorder
from ledger.sqlite.store import SqliteStore
from ledger.sqlite.tables import SqliteTables
from ledger.sqlite.views import SqliteViews
from ledger.store import SignedHead, SignedHeadMoved, StoreBusy
from tests.ledger.store.making import Maker
from tests.ledger.store.test_sqlite_processes import check, written
from tests.ledger.store.test_views_contract import BOTH, expected, shown

SPAWN = multiprocessing.get_context("spawn")
MASTER = bytes(32)
LEDGER, VIEWS, KEYS = "ledger.db", "views.db", "keys.db"
WRITERS = {1: 8, 2: 3, 3: 1}
"""Threads of each writing process, by its seed."""
BATCHES = 20
"""Of each thread."""


def write(folder: Path, seed: int) -> None:
    with SqliteStore.open(folder / LEDGER) as store, ThreadPoolExecutor(WRITERS[seed]) as pool:
        makers = [Maker(100 * seed + n) for n in range(WRITERS[seed])]
        list(pool.map(lambda make: [store.append(batch) for batch in make.people(BATCHES)], makers))


def sign(folder: Path, done: Event) -> None:
    with SqliteStore.open(folder / LEDGER) as store:
        while not done.wait(0.01):
            old, head = store.signed_head(), store.head()
            try:
                store.sign_head(old, SignedHead(head.size, head.frontier.root, "note"))
            except SignedHeadMoved:
                continue


def read(folder: Path, done: Event) -> None:
    with SqliteStore.open(folder / LEDGER) as store:
        while not done.is_set():
            size = store.head().size
            assert len(store.leaves(0, size)) == size
            assert len(store.entries(max(0, size - 50), 50)) >= min(50, size)


def project(folder: Path, done: Event) -> None:
    with SqliteStore.open(folder / LEDGER) as store, SqliteViews.open(folder / VIEWS) as views:
        projector = Projector(store, views, BOTH)
        rounds = 0
        while not done.is_set():
            size = projector.rebuild() if rounds % 20 == 19 else projector.catch_up()
            assert size >= 0
            views.select("SELECT COUNT(*) FROM indexes")
            rounds += 1


def read_all_tables(folder: Path, done: Event) -> None:
    SqliteStore.open(folder / LEDGER).close()
    SqliteDataKeys(folder / KEYS, MASTER).close()
    while not done.is_set():
        with closing(SqliteTables(folder / LEDGER, is_ledger=True)) as tables:
            before = len(list(tables.rows("stored_events")))
            done.wait(0.5)
            assert len(list(tables.rows("stored_events"))) == before
            assert tables.problems() == []
        with closing(SqliteTables(folder / KEYS, is_ledger=False)) as keys:
            assert len(list(keys.rows("data_keys"))) >= 0
            assert keys.problems() == []


def come_and_go(folder: Path, done: Event) -> None:
    while not done.is_set():
        with SqliteStore.open(folder / LEDGER) as store:
            store.head()
        with SqliteViews.open(folder / VIEWS) as views:
            views.select("SELECT 1")
        with SqliteDataKeys(folder / KEYS, MASTER) as keys:
            keys.get(UUID(int=1))


def keep_keys(folder: Path, seed: int, done: Event) -> None:
    make = Maker(seed)
    with SqliteDataKeys(folder / KEYS, MASTER) as keys:
        while not done.is_set():
            people = [make.uuid() for _ in range(5)]
            made = keys.create(people)
            assert keys.get_many(people) == made
            keys.destroy(people[0])
            assert keys.get(people[0]) is None


def started(target: Callable[..., None], *args: Any) -> Any:
    process = SPAWN.Process(target=target, args=args)
    process.start()
    return process


def test_whoever_comes_to_whichever_file_is_only_kept_waiting(tmp_path: Path) -> None:
    done = SPAWN.Event()
    others = [started(work, tmp_path, done) for work in (sign, read, project, project, read_all_tables, come_and_go)]
    others += [started(keep_keys, tmp_path, seed, done) for seed in (1, 2)]
    writers = [started(write, tmp_path, seed) for seed in WRITERS]
    for writer in writers:
        writer.join(240)
    done.set()
    for process in others:
        process.join(120)
    assert [process.exitcode for process in (*writers, *others)] == [0] * (len(writers) + len(others))
    with SqliteStore.open(tmp_path / LEDGER) as store, SqliteViews.open(tmp_path / VIEWS) as views:
        Projector(store, views, BOTH).catch_up()
        assert shown(views) == expected(store)
    assert check(tmp_path / LEDGER) == sum(WRITERS.values()) * BATCHES * 3


def test_who_waits_for_the_lock_sees_that_it_is_free_for_a_moment(tmp_path: Path) -> None:
    """A writer without a pause does not starve another: SQLite by itself would look ten times a second."""
    done = SPAWN.Event()
    SqliteStore.open(tmp_path / LEDGER).close()
    other = started(write_until, tmp_path, done)
    try:
        with SqliteStore.open(tmp_path / LEDGER) as store:
            assert [store.append(batch).count for batch in Maker(7).people(20)] == [3] * 20
    finally:
        done.set()
        other.join(60)
    assert other.exitcode == 0


def write_until(folder: Path, done: Event) -> None:
    make = Maker(8)
    with SqliteStore.open(folder / LEDGER) as store:
        while not done.is_set():
            store.append(make.person())


@pytest.mark.parametrize("file", [LEDGER, VIEWS, KEYS])
def test_what_stays_locked_is_busy_and_never_said_to_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    uses: dict[str, Callable[[], Any]] = {
        LEDGER: lambda: SqliteStore.open(tmp_path / LEDGER),
        VIEWS: lambda: SqliteViews.open(tmp_path / VIEWS),
        KEYS: lambda: SqliteDataKeys(tmp_path / KEYS, MASTER).get(UUID(int=1)),
    }
    monkeypatch.setattr(datastore, "LOCK_SECONDS", 1)
    for function in (datastore.connect, execute):
        monkeypatch.setitem(function.__kwdefaults__, "lock_seconds", 1)
    monkeypatch.setattr(LedgerDatastore.__init__, "__kwdefaults__", {"lock_seconds": 1, "durable": True})
    with closing(sqlite3.connect(tmp_path / file, isolation_level=None)) as blocker:
        blocker.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match="try again"):
            uses[file]()
        if file != VIEWS:
            with pytest.raises(StoreBusy, match="try again"):
                SqliteTables(tmp_path / file, is_ledger=file == LEDGER).problems()
        blocker.execute("ROLLBACK")
    uses[file]()


def test_readers_do_not_wait_behind_a_writer_that_waits(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path / LEDGER) as store, ThreadPoolExecutor(3) as pool:
        pool_ = store.recorder.datastore.pool
        with closing(sqlite3.connect(tmp_path / LEDGER, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            first = pool.submit(store.append, Maker(1).person())
            while not pool_._writer_lock.locked():
                assert not first.done()
            second = pool.submit(store.sign_head, None, SignedHead(0, bytes(32), "note"))
            assert [store.head().size for _ in range(50)] == [0] * 50
            assert not first.done()
            assert not second.done()
            other.execute("ROLLBACK")
        assert first.result(60).count == 3
        second.result(60)


def test_a_writer_that_gets_no_connection_leaves_the_next_one_its_turn(tmp_path: Path) -> None:
    SqliteStore.open(tmp_path / LEDGER).close()
    store = SqliteStore(LedgerRecorder(LedgerDatastore(tmp_path / LEDGER, lock_seconds=1)))
    with closing(sqlite3.connect(tmp_path / LEDGER, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(2):
            with pytest.raises(StoreBusy):
                store.append(Maker(1).person())
    assert store.append(Maker(1).person()).first_index == 0
    store.close()


def test_the_log_is_cut_off_though_readers_overlap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite by itself begins the log anew only at a moment when nobody reads in it, and never makes it shorter."""
    monkeypatch.setattr(datastore, "LONGEST_LOG", 200_000)
    make, done = Maker(), threading.Event()
    with SqliteStore.open(tmp_path / LEDGER) as store, ThreadPoolExecutor(1) as pool:
        readers = pool.submit(read_overlapping, store.recorder.datastore, done)
        try:
            size = longest = 0
            for _ in range(1000):
                store.append(make.person(20))
                longest, size = max(longest, size), (tmp_path / f"{LEDGER}-wal").stat().st_size
                if size < longest:
                    break
        finally:
            done.set()
        readers.result(60)
    assert size < longest


def read_overlapping(files: LedgerDatastore, done: threading.Event) -> None:
    """Reads without a pause: each transaction begins before the last one ends."""
    with ExitStack() as last:
        while not done.is_set():
            with last.pop_all():
                cursor = last.enter_context(files.transaction(commit=False))
                cursor.execute("SELECT COUNT(*) FROM stored_events")
                cursor.fetchone()


def test_what_a_reader_kept_from_being_forgotten_is_forgotten_later(tmp_path: Path) -> None:
    make = Maker()
    person = make.person()
    secrets = [entry.sealed or b"" for entry in person.entries]
    with SqliteStore.open(tmp_path / LEDGER) as store:
        store.append(person)
        with store.recorder.datastore.transaction(commit=False) as c:
            c.execute("SELECT COUNT(*) FROM stored_events")
            store.append(make.batch(erases=[person.streams[0][0]]))
            assert any(secret in written(tmp_path) for secret in secrets)
        store.append(make.person())
        assert not any(secret in written(tmp_path) for secret in secrets)
