"""Connections to a ledger file: write-ahead log, full synchronisation, private permissions, patience with others."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eventsourcing.persistence import ConnectionPoolClosedError, ConnectionUnavailableError, PersistenceError
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from ledger.store import StoreBusy, StoreCorrupt

LOCK_SECONDS: Final = 60
"""How long a writer waits for other writers, of this process and of others."""


def connect(path: Path, *, lock_seconds: float = LOCK_SECONDS) -> sqlite3.Connection:
    """A connection in autocommit mode to a file that only its owner may read. Deleted rows are overwritten."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=lock_seconds, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32768")
    return connection


def use_write_ahead_log(connection: sqlite3.Connection, *, lock_seconds: float = LOCK_SECONDS) -> None:
    """Turns on WAL. SQLite does not wait for a lock here by itself, so processes that start together take turns."""
    until = time.monotonic() + lock_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def is_busy(error: BaseException) -> bool:
    """Whether SQLite, or the pool of connections, gave up waiting for others."""
    return isinstance(error, ConnectionUnavailableError) or _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: BaseException | None) -> int:
    """SQLite's primary result code, also where the library has wrapped the error; 0 if there is none."""
    if isinstance(error, PersistenceError):
        return _code(error.__cause__)
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def patience() -> Iterator[None]:
    """Turns "database is locked" after the time limit into StoreBusy, and a damaged file into StoreCorrupt."""
    try:
        yield
    except (sqlite3.Error, PersistenceError) as error:
        if is_busy(error):
            raise StoreBusy("the store is busy: others have kept it locked for too long; try again") from error
        if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise StoreCorrupt(None, "database file", str(error)) from error
        raise


class LedgerConnection(SQLiteConnection):
    """One connection of the pool; it closes itself when a transaction could not be ended."""

    def __init__(self, connection: sqlite3.Connection, max_age: float | None) -> None:
        super().__init__(connection, max_age)
        self.raw = connection

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """One transaction. The library leaves it open where COMMIT itself fails; the pool must not see that again."""
        try:
            with _Transaction(self, commit=commit) as cursor, cursor:
                yield cursor
        finally:
            if self.raw.in_transaction:
                self.close()


class _Transaction(SQLiteTransaction):
    """Takes the write lock at once where it is going to write.

    The library's plain BEGIN takes it with the first write; where that comes after a read and another process has
    written meanwhile, the answer is "database is locked" without any waiting (PERSISTENCE.md).
    """

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        return cursor


class LedgerPool(SQLiteConnectionPool):
    """Connections to one file; a commit is on the disk when it returns, unless `durable` is false."""

    def __init__(self, path: Path, *, lock_seconds: int, durable: bool) -> None:
        super().__init__(db_name=str(path), pool_size=16, max_overflow=48, pool_timeout=lock_seconds)
        self._path, self._lock_seconds, self._durable = path, lock_seconds, durable

    def _create_connection(self) -> SQLiteConnection:
        connection = connect(self._path, lock_seconds=self._lock_seconds)
        if not self.is_journal_mode_wal:
            use_write_ahead_log(connection, lock_seconds=self._lock_seconds)
            self.is_journal_mode_wal = True
        if not self._durable:
            connection.execute("PRAGMA synchronous = NORMAL")
        return LedgerConnection(connection, self.max_age)

    def put_connection(self, conn: SQLiteConnection) -> None:
        """Takes a connection back; after `close` it is closed by the thread that used it."""
        writing = conn.is_writer
        try:
            super().put_connection(conn)
        except ConnectionPoolClosedError:
            conn.close()
            if writing:
                self._writer_lock.release()

    def close(self) -> None:
        """Closes idle connections at once, and each of the others when it comes back.

        The library closes them under the thread that uses them, which crashes the process.
        """
        with self._put_condition:
            self._in_use.clear()
        super().close()


class LedgerDatastore(SQLiteDatastore):
    """One ledger file, for the recorders of `eventsourcing`."""

    def __init__(self, path: Path, *, lock_seconds: int = LOCK_SECONDS, durable: bool = True) -> None:
        super().__init__(db_name=str(path), lock_timeout=lock_seconds)
        self.path = path
        self.pool = LedgerPool(path, lock_seconds=lock_seconds, durable=durable)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """The bare writing connection, for statements that stand outside a transaction."""
        with self.get_connection(commit=True) as connection:
            assert isinstance(connection, LedgerConnection)
            yield connection.raw
