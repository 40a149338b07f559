"""Several processes on one ledger file, some of them killed."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sqlite3
import time
from pathlib import Path
from random import Random

import pytest
from eventsourcing.persistence import ConnectionPoolClosedError, IntegrityError

from ledger.sqlite import schema
from ledger.sqlite.datastore import LedgerDatastore
from ledger.sqlite.recorder import LedgerRecorder
from ledger.sqlite.store import SqliteStore
from ledger.sqlite.views import SqliteViews
from ledger.store import StoreBusy, StoreCorrupt, StoreError
from tests.ledger.store.making import Maker
from verifier.merkle import leaf_hash, root_of

SPAWN = multiprocessing.get_context("spawn")


def append_people(path: Path, seed: int, count: int) -> None:
    with SqliteStore.open(path) as store:
        for batch in Maker(seed).people(count):
            store.append(batch)


def append_for_ever(path: Path, seed: int) -> None:
    make = Maker(seed)
    with SqliteStore.open(path) as store:
        while True:
            store.append(make.person(make.random.randrange(1, 200)))


def check(path: Path) -> int:
    """Compares all tables with each other; the number of entries."""
    with SqliteStore.open(path) as store:
        size = store.head().size
        entries = store.entries(0, size + 1)
        assert len(entries) == size
        assert [entry.leaf for entry in entries] == [leaf_hash(entry.statement) for entry in entries]
        assert store.head().frontier.root == root_of([entry.leaf for entry in entries])
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    one = {
        query: connection.execute(query).fetchone()[0] or 0
        for query in (
            "SELECT SUM(count) FROM commands",
            "SELECT COUNT(*) FROM stored_events",
            "SELECT COUNT(*) FROM vault JOIN stored_events USING (notification_id)",
        )
    }
    people = {
        query: connection.execute(query).fetchone()[0]
        for query in (
            "SELECT COUNT(*) FROM commands",
            "SELECT COUNT(*) FROM streams",
            "SELECT COUNT(*) FROM boundaries",
            "SELECT COUNT(*) / 2 FROM claims",
        )
    }
    connection.close()
    assert set(one.values()) == {size}
    assert len(set(people.values())) == 1
    return size


def test_processes_that_start_at_once_share_one_log(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    workers = [SPAWN.Process(target=append_people, args=(path, seed, 40)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(240)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert check(path) == 4 * 40 * 3


def test_killed_at_any_moment_the_log_is_whole(tmp_path: Path) -> None:
    path, random, reached = tmp_path / "ledger.db", Random(5), 0
    for seed in range(6):
        worker = SPAWN.Process(target=append_for_ever, args=(path, seed))
        worker.start()
        until = time.monotonic() + 120
        while not grew(path, reached) and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.05))
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(30)
        size = check(path)
        assert size > reached
        reached = size


def grew(path: Path, size: int) -> bool:
    if not path.exists():
        return False
    with SqliteStore.open(path) as store:
        return store.head().size > size


def test_a_store_that_stays_locked_says_that_it_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with SqliteStore.open(path):
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        store = SqliteStore(LedgerRecorder(LedgerDatastore(path, lock_seconds=1)))
        with pytest.raises(StoreBusy, match="try again"):
            store.append(Maker().person())
        assert store.head().size == 0
        blocker.execute("ROLLBACK")
        store.append(Maker().person())
        store.close()
        blocker.close()


def test_closing_waits_for_nobody_and_breaks_nobody(tmp_path: Path) -> None:
    make = Maker()
    store = SqliteStore.open(tmp_path / "ledger.db")
    store.append(make.person())
    datastore = store.recorder.datastore
    with datastore.transaction(commit=True) as writing, datastore.transaction(commit=False) as reading:
        writing.execute("UPDATE tree_head SET size = size")
        store.close()
        reading.execute("SELECT COUNT(*) FROM stored_events")
        assert reading.fetchone()[0] == 3
    with pytest.raises(ConnectionPoolClosedError):
        store.append(make.person())
    with SqliteStore.open(tmp_path / "ledger.db") as again:
        assert again.append(make.person()).first_index == 3


def test_a_commit_that_fails_leaves_no_transaction_open(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path / "ledger.db") as store:
        datastore = store.recorder.datastore
        with datastore.connection() as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
            connection.execute("CREATE TABLE children (id REFERENCES parents DEFERRABLE INITIALLY DEFERRED)")
        with pytest.raises(IntegrityError), datastore.transaction(commit=True) as c:
            c.execute("INSERT INTO children VALUES (1)")
        assert store.append(Maker().person()).count == 3


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreCorrupt, match="database file"):
        SqliteStore.open(tmp_path / "ledger.db")


def test_connections_are_durable_and_overwrite_what_is_deleted(tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path / "ledger.db") as store, SqliteViews.open(tmp_path / "views.db") as views:
        for datastore, synchronous in ((store.recorder.datastore, 2), (views.datastore, 1)):
            with datastore.connection() as connection:
                settings = [
                    connection.execute(f"PRAGMA {name}").fetchone()[0]
                    for name in ("journal_mode", "synchronous", "secure_delete")
                ]
            assert settings == ["wal", synchronous, 1]


def test_every_table_and_column_is_described(tmp_path: Path) -> None:
    words = set(re.findall(r"\w+", schema.__doc__ or ""))
    SqliteStore.open(tmp_path / "ledger.db").close()
    connection = sqlite3.connect(tmp_path / "ledger.db")
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns = {row[1] for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
    connection.close()
    assert len(tables) == 11
    assert {*tables, *columns} - {"id"} <= words


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SqliteStore.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="schema version 99"):
        SqliteStore.open(path)


def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with SqliteStore.open(path) as store:
        store.append(Maker().person())
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}


def test_what_was_erased_is_in_no_file_any_more(tmp_path: Path) -> None:
    make, path = Maker(), tmp_path / "ledger.db"
    person, other = make.person(), make.person()
    subject = person.streams[0][0]
    secrets = [person.claims[0].key, *(entry.sealed or b"" for entry in person.entries)]
    with SqliteStore.open(path) as store:
        store.append(person)
        store.append(other)
        assert all(secret in written(tmp_path) for secret in secrets)
        store.append(make.batch(erases=[subject]))
        assert not any(secret in written(tmp_path) for secret in secrets)
        assert other.claims[0].key in written(tmp_path)


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
