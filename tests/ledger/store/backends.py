"""The adapters that must pass the contract. A new one adds itself to `BACKENDS`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.sqlite import SQLiteCursor

from ledger.grouping import Groups
from ledger.projector import Feed, Views
from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.sqlite.datastore import LedgerDatastore
from ledger.sqlite.recorder import LedgerRecorder
from ledger.sqlite.store import SqliteStore
from ledger.sqlite.views import SqliteViews
from ledger.store import DataKeys, Store


class Crash(Exception):
    """The injected failure."""


class Faults:
    """What goes wrong in writing transactions from now on."""

    def __init__(self) -> None:
        self.lose_at: int | None = None
        """Fail in place of the statement of this number, from 0: the transaction is lost."""
        self.keep = False
        """Fail after the commit: the transaction is kept, the answer is lost."""
        self.statements = 0
        """How many statements the last writing transaction has tried."""

    def statement(self) -> None:
        if self.statements == self.lose_at:
            raise Crash
        self.statements += 1


class Steps:
    """Lets so many statements and commits pass; whatever comes then fails."""

    def __init__(self, left: int) -> None:
        self.left = left

    def step(self) -> None:
        if self.left == 0:
            raise Crash
        self.left -= 1


class OpenStore(Store, Groups, Feed, Protocol):
    """All that the handle of an adapter can do."""


class OpenViews(Views, Protocol):
    """A handle on views."""

    def create_table(self) -> None:
        """Makes the tables that all views share, where they are not there."""


class Backend(Protocol):
    """One database of an adapter, as the contracts' tests use it."""

    faults: Faults

    def open(self) -> OpenStore:
        """One more handle on the same database."""

    def open_views(self, steps: Steps | None = None) -> OpenViews:
        """One more handle on the views beside it. One that may die at some step has made no tables yet."""

    def drop_views(self) -> None:
        """Deletes all tables of the views."""

    def open_keys(self, master_key: bytes) -> DataKeys:
        """One more handle on the data keys beside it."""

    def sql(self, statement: str, params: Sequence[Any] = ()) -> None:
        """Changes a row behind the store's back."""

    def wrapped(self) -> dict[UUID, bytes]:
        """The rows of the data keys."""

    def put_wrapped(self, subject: UUID, wrapped: bytes) -> None:
        """Changes a row of the data keys behind the store's back."""


class _FaultyCursor(SQLiteCursor):
    def __init__(self, cursor: SQLiteCursor, faults: Faults) -> None:
        super().__init__(cursor.sqlite_cursor)
        self.faults = faults

    def execute(self, *args: Any, **kwargs: Any) -> None:
        self.faults.statement()
        super().execute(*args, **kwargs)

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        self.faults.statement()
        super().executemany(*args, **kwargs)


class _FaultyDatastore(LedgerDatastore):
    def __init__(self, path: Path, faults: Faults) -> None:
        super().__init__(path)
        self.faults = faults

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with super().transaction(commit=commit) as cursor:
            self.faults.statements = 0 if commit else self.faults.statements
            yield _FaultyCursor(cursor, self.faults) if commit else cursor
        if commit and self.faults.keep:
            raise Crash


class _DyingCursor(SQLiteCursor):
    def __init__(self, cursor: SQLiteCursor, steps: Steps) -> None:
        super().__init__(cursor.sqlite_cursor)
        self.steps = steps

    def execute(self, *args: Any, **kwargs: Any) -> None:
        self.steps.step()
        super().execute(*args, **kwargs)

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        self.steps.step()
        super().executemany(*args, **kwargs)


class _DyingDatastore(LedgerDatastore):
    """Dies at one statement, before one commit or after it, counted over all transactions."""

    def __init__(self, path: Path, steps: Steps) -> None:
        super().__init__(path, durable=False)
        self.steps = steps

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with super().transaction(commit=commit) as cursor:
            yield _DyingCursor(cursor, self.steps)
            self.steps.step()
        self.steps.step()


class SqliteBackend:
    """A ledger file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.path, self.views_path, self.keys_path = folder / "ledger.db", folder / "views.db", folder / "keys.db"
        self.faults = Faults()
        self._opened = ExitStack()

    def open(self) -> SqliteStore:
        recorder = LedgerRecorder(_FaultyDatastore(self.path, self.faults))
        recorder.create_table()
        return self._opened.enter_context(SqliteStore(recorder))

    def open_views(self, steps: Steps | None = None) -> SqliteViews:
        if steps is None:
            return self._opened.enter_context(SqliteViews.open(self.views_path))
        return self._opened.enter_context(SqliteViews(_DyingDatastore(self.views_path, steps)))

    def drop_views(self) -> None:
        with closing(sqlite3.connect(self.views_path)) as connection, connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                connection.execute(f'DROP TABLE "{table}"')

    def open_keys(self, master_key: bytes) -> SqliteDataKeys:
        return self._opened.enter_context(SqliteDataKeys(self.keys_path, master_key))

    def sql(self, statement: str, params: Sequence[Any] = ()) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement, params)

    def wrapped(self) -> dict[UUID, bytes]:
        with closing(sqlite3.connect(self.keys_path)) as connection:
            rows = connection.execute("SELECT subject, wrapped FROM data_keys").fetchall()
        return {UUID(bytes=subject): wrapped for subject, wrapped in rows}

    def put_wrapped(self, subject: UUID, wrapped: bytes) -> None:
        with closing(sqlite3.connect(self.keys_path)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("UPDATE data_keys SET wrapped = ? WHERE subject = ?", (wrapped, subject.bytes))

    def close(self) -> None:
        self._opened.close()


BACKENDS = {"sqlite": SqliteBackend}
