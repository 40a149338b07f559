"""Connections to a ledger file: write-ahead log, full synchronisation, private permissions, patience with others."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final

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


_BUSY: Final = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,  # dozens of attempts to begin reading were overtaken by others
)
LONGEST_LOG: Final = 64 << 20
"""Bytes of the write-ahead log from which on a writer waits for readers, for a moment, and cuts it off."""
_SHORTENING_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.001
"""How often who waits for a lock looks whether it is free."""


_making = Lock()


def connect(path: Path, *, lock_seconds: float = LOCK_SECONDS) -> sqlite3.Connection:
    """A connection in autocommit mode to a file that only its owner may read. Deleted rows are overwritten."""
    _make(path)
    connection = sqlite3.connect(path, timeout=lock_seconds, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for setting in ("secure_delete = ON", "synchronous = FULL", "cache_size = -32768"):
        execute(connection, f"PRAGMA {setting}", lock_seconds=lock_seconds)
    return connection


def _make(path: Path) -> None:
    """Makes the file where it is not there.

    One that is there is not touched: whoever closes any descriptor of a file gives up every lock that the process has
    on it (POSIX). The next other process that closed the database would then take itself for the last one and remove
    the write-ahead log, and what this process commits from then on would be lost.
    """
    with _making, suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def execute(
    connection: sqlite3.Connection, sql: str, params: Sequence[Any] = (), *, lock_seconds: float = LOCK_SECONDS
) -> sqlite3.Cursor:
    """Runs a statement that begins or ends a transaction, or is one, as soon as others leave the file to it.

    SQLite itself looks every tenth of a second whether a lock is free. Another process that writes without a pause
    frees it for a tenth of a millisecond between two of its transactions, which is then hardly ever seen; and where the
    write-ahead log is turned on, SQLite does not wait at all.
    """
    with waiting(connection, 0):
        return execute_at_once(connection, sql, params, lock_seconds=lock_seconds)


def execute_at_once(
    connection: sqlite3.Connection, sql: str, params: Sequence[Any] = (), *, lock_seconds: float = LOCK_SECONDS
) -> sqlite3.Cursor:
    """As `execute`, on a connection that never waits by itself (`PRAGMA busy_timeout = 0`)."""
    until = time.monotonic() + lock_seconds
    while True:
        try:
            return connection.execute(sql, params)
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
        time.sleep(_LOOK_SECONDS)


@contextmanager
def waiting(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Within the context, SQLite waits for locks for so long."""
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")


def is_busy(error: BaseException) -> bool:
    """Whether SQLite, or the pool of connections, gave up waiting for others."""
    return isinstance(error, ConnectionUnavailableError) or _code(error) in _BUSY


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

    def __init__(self, connection: sqlite3.Connection, max_age: float | None, lock_seconds: float) -> None:
        super().__init__(connection, max_age)
        self.raw, self.lock_seconds = connection, lock_seconds

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

    connection: LedgerConnection

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        if self.commit:
            execute(self.connection.raw, "BEGIN IMMEDIATE", lock_seconds=self.connection.lock_seconds)
        else:
            cursor.execute("BEGIN")
        return cursor


class LedgerPool(SQLiteConnectionPool):
    """Connections to one file; a commit is on the disk when it returns, unless `durable` is false."""

    def __init__(self, path: Path, *, lock_seconds: int, durable: bool) -> None:
        super().__init__(db_name=str(path), pool_size=16, max_overflow=48, pool_timeout=lock_seconds)
        self._path, self._lock_seconds, self._durable = path, lock_seconds, durable

    def _create_connection(self) -> SQLiteConnection:
        connection = connect(self._path, lock_seconds=self._lock_seconds)
        if not self.is_journal_mode_wal:
            execute(connection, "PRAGMA journal_mode = WAL", lock_seconds=self._lock_seconds)
            self.is_journal_mode_wal = True
        if not self._durable:
            connection.execute("PRAGMA synchronous = NORMAL")
        return LedgerConnection(connection, self.max_age, self._lock_seconds)

    def get_connection(self, timeout: float | None = None, *, is_writer: bool | None = None) -> SQLiteConnection:
        """Hands out a connection. Who wants to write waits for the writer apart.

        In the library who wants to read waits behind who waits for the writer; and where no connection can be made for
        a writer, the pool never has one again.
        """
        if not is_writer:
            return super().get_connection(timeout, is_writer=is_writer)
        if not self._writer_lock.acquire(timeout=self.pool_timeout if timeout is None else timeout):
            raise ConnectionUnavailableError("another thread has been writing for too long")
        try:
            connection = super().get_connection(timeout)
        except BaseException:
            self._writer_lock.release()
            raise
        connection.is_writer = True
        self._num_writers += 1
        return connection

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
        self._log = path.with_name(f"{path.name}-wal")
        self._log_limit = LONGEST_LOG
        self._looking: sqlite3.Connection | None = None
        self._one_looks = Lock()
        self._closed = False

    def select(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """Rows of one short select, on a connection that all threads share in turns.

        A select alone needs no transaction; beginning and ending one, on a connection of the pool, costs several times
        as much as finding a row by its key.
        """
        with self._one_looks:
            if self._closed:
                raise ConnectionPoolClosedError
            if self._looking is None:
                self._looking = connect(self.path)
            return self._looking.execute(sql, params).fetchall()

    def close(self) -> None:
        """Closes all connections."""
        super().close()
        with self._one_looks:
            self._closed = True
            if self._looking is not None:
                self._looking.close()
                self._looking = None

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """One transaction."""
        with super().transaction(commit=commit) as cursor:
            yield cursor
        if commit:
            self._shorten_log()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """The bare writing connection, for statements that stand outside a transaction."""
        with self.get_connection(commit=True) as connection:
            assert isinstance(connection, LedgerConnection)
            yield connection.raw

    def empty_log(self, seconds: float) -> bool:
        """Moves all of the write-ahead log into the file and cuts it off.

        False where others, who read an old state or write, were not done within so many seconds.
        """
        try:
            with self.connection() as connection, waiting(connection, seconds):
                busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except (sqlite3.Error, PersistenceError) as error:
            if not is_busy(error):
                raise
            return False
        return not busy

    def _shorten_log(self) -> None:
        """Keeps the write-ahead log from growing for ever.

        SQLite begins it anew when nobody is reading in it. Where readers overlap without a pause that never happens.
        """
        try:
            size = self._log.stat().st_size
        except FileNotFoundError:
            return
        if size > self._log_limit:
            self._log_limit = LONGEST_LOG if self.empty_log(_SHORTENING_SECONDS) else size + LONGEST_LOG
