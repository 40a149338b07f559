"""The adapters that must pass the contract. A new one adds itself to `BACKENDS`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from eventsourcing.sqlite import SQLiteCursor

from ledger.sqlite.datastore import LedgerDatastore
from ledger.sqlite.recorder import LedgerRecorder
from ledger.sqlite.store import SqliteStore
from ledger.store import Store


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


class Backend(Protocol):
    """One database of an adapter, as the contract's tests use it."""

    faults: Faults

    def open(self) -> Store:
        """One more handle on the same database."""

    def sql(self, statement: str, params: Sequence[Any] = ()) -> None:
        """Changes a row behind the store's back."""


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


class SqliteBackend:
    """A ledger file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.db"
        self.faults = Faults()
        self._stores: list[SqliteStore] = []

    def open(self) -> SqliteStore:
        recorder = LedgerRecorder(_FaultyDatastore(self.path, self.faults))
        recorder.create_table()
        self._stores.append(SqliteStore(recorder))
        return self._stores[-1]

    def sql(self, statement: str, params: Sequence[Any] = ()) -> None:
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(statement, params)
        connection.close()

    def close(self) -> None:
        for store in self._stores:
            store.close()


BACKENDS = {"sqlite": SqliteBackend}
