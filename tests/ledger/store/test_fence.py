"""The fence of a store: closed, it answers what it has and takes nothing, whoever has it open and by whatever path."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledger.sqlite import schema
from ledger.sqlite.store import SqliteStore
from ledger.sqlite.tables import SqliteTables
from ledger.store import Appended, SignedHead, Store, StoreClosed
from tests.ledger.store.backends import Backend
from tests.ledger.store.making import Maker


def close(backend: Backend, state: str) -> None:
    backend.sql("UPDATE fence SET state = ?, other = 'elsewhere', turn = turn + 1", (state,))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("moved", "this ledger was moved to elsewhere"),
        ("backup", "this is a backup copy of elsewhere"),
        ("unfinished", "this is an unfinished copy of elsewhere: run `certledger copy` again"),
    ],
)
def test_a_closed_store_takes_nothing(backend: Backend, store: Store, make: Maker, state: str, said: str) -> None:
    first, second = make.person(), make.person()
    appended = store.append(first)
    store.check_open()
    close(backend, state)
    head = store.head()
    for handle in (store, backend.open()):
        with pytest.raises(StoreClosed, match=said):
            handle.append(second)
        with pytest.raises(StoreClosed, match=said):
            handle.append(make.batch())  # not even a command without entries
        with pytest.raises(StoreClosed, match=said):
            handle.sign_head(None, SignedHead(head.size, head.frontier.root, "note"))
        with pytest.raises(StoreClosed, match=said):
            handle.check_open()
        assert handle.append(first) == Appended(appended.first_index, appended.count, repeated=True)
        assert (handle.head(), handle.signed_head()) == (head, None)
        assert handle.command(second.command_id) is None
        assert len(handle.entries(0, 100)) == head.size
    close(backend, "open")
    assert store.append(second).first_index == head.size


def test_a_signed_head_is_not_replaced_in_a_closed_store(backend: Backend, store: Store, make: Maker) -> None:
    store.append(make.person())
    head = SignedHead(store.head().size, store.head().frontier.root, "note")
    store.sign_head(None, head)
    close(backend, "moved")
    with pytest.raises(StoreClosed):
        store.sign_head(head, SignedHead(head.size, head.root, "another note"))
    assert store.signed_head() == head


def test_a_file_of_the_first_version_gets_its_fence(tmp_path: Path, make: Maker) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        for statement in schema.TABLES:
            connection.execute(statement)
        empty: Any = ("INSERT INTO tree_head VALUES (1, 0, ?, 0)", (bytes(8),))
        connection.execute(*empty)
        connection.execute("INSERT INTO tracking VALUES ('__migration__', 1)")
        connection.execute("PRAGMA user_version = 1")
    for path in (old, new):
        with SqliteStore.open(path) as store:
            store.append(make.person())
        with closing(SqliteTables(path, is_ledger=True)) as tables:
            assert tables.problems() == []
            assert [row["state"] for row in tables.rows("fence")] == ["open"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tree_head SET size = size + 1",
        "INSERT INTO signed_head VALUES (1, 0, zeroblob(32), '')",
        "INSERT OR REPLACE INTO signed_head VALUES (1, 0, zeroblob(32), '')",
    ],
)
def test_sqlite_itself_refuses_what_another_program_writes(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "ledger.sqlite"
    SqliteStore.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE fence SET state = 'moved'")
        with pytest.raises(sqlite3.IntegrityError, match="this ledger is closed"):
            connection.execute(statement)
