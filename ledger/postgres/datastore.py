"""Connections to a ledger database: pooled, without session state, patient with restarts and with others.

Nothing here is kept in a session: no named prepared statement, no SET, no session lock. So the address may be that of a
pooler in transaction mode. What a transaction needs set, the database's own functions set for themselves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import psycopg
import psycopg_pool
from eventsourcing.persistence import PersistenceError
from eventsourcing.postgres import PostgresDatastore
from psycopg import errors
from psycopg.rows import DictRow, dict_row, tuple_row

from ledger.postgres.fencing import CLOSED
from ledger.store import StoreBusy, StoreClosed, StoreCorrupt, StoreError

T = TypeVar("T")

LOG_SCHEMA: Final = "certledger"
PATIENCE_SECONDS: Final = 60.0
"""How long an operation is tried again while the server is away, restarts, or turns it back for the sake of others."""
POOL_SIZE: Final = 16
_SHORT_SECONDS: Final = 0.5
"""Patience with a server that has been away for longer than patience lasts: what waits for it must not pile up."""
_RECENT_SECONDS: Final = 10.0
"""How long it is remembered that the server was away."""
_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 1.0

_TURNED_BACK: Final = (errors.SerializationFailure, errors.DeadlockDetected)
"""The server has undone the transaction and asks for it again."""
_AWAY: Final = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.IdleInTransactionSessionTimeout,
    errors.TooManyConnections,
    errors.ReadOnlySqlTransaction,  # a primary that became a replica: the address will lead to the new one
)
_WAITED_TOO_LONG: Final = (errors.LockNotAvailable, errors.QueryCanceled)
_DAMAGED: Final = (errors.DataCorrupted, errors.IndexCorrupted)


class StoreUnavailable(StoreBusy):
    """The server could not be reached for longer than the time limit.

    What was being recorded may be recorded or not: the same command, sent again, is recorded once.
    """


class NoLedger(StoreError):
    """The database has not the tables of a ledger."""


def is_away(error: psycopg.Error) -> bool:
    """Whether the error says that the connection is gone or was never there."""
    if isinstance(error, _AWAY):
        return True
    if isinstance(error, psycopg_pool.PoolClosed):
        return False
    # Errors of libpq itself bear no SQLSTATE; those that the server sends do, and class 08 is about connections.
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate is None or error.sqlstate.startswith("08"))


def may_try_again(error: psycopg.Error) -> bool:
    """Whether the same operation, if it can be repeated at all, may go through when it is repeated."""
    return isinstance(error, _TURNED_BACK) or is_away(error)


@contextmanager
def patience() -> Iterator[None]:
    """Turns the server's errors that have a meaning of their own into the store's."""
    try:
        yield
    except PersistenceError as error:
        if not isinstance(error.__cause__, psycopg.Error):
            raise
        _translate(error.__cause__)
        raise
    except psycopg.Error as error:
        _translate(error)
        raise


def _translate(error: psycopg.Error) -> None:
    if error.sqlstate == CLOSED:
        raise StoreClosed(error.diag.column_name or "", error.diag.message_primary or "") from error
    if isinstance(error, _WAITED_TOO_LONG):
        raise StoreBusy("the store is busy: others have kept it locked for too long; try again") from error
    if isinstance(error, _DAMAGED):
        raise StoreCorrupt(None, "database", str(error)) from error
    if may_try_again(error):
        raise StoreUnavailable(f"the database cannot be reached: {_first_line(error)}; try again") from error
    if isinstance(error, errors.InsufficientPrivilege):
        raise StoreError(f"this role of the database may not do that: {_first_line(error)}") from error
    if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName | errors.UndefinedFunction):
        raise NoLedger(f"this database holds no ledger: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


class LedgerDatastore(PostgresDatastore):
    """One ledger database, for the recorders of `eventsourcing` and for our own statements."""

    def __init__(
        self, address: str, *, schema: str = LOG_SCHEMA, pool_size: int = POOL_SIZE, patience: float = PATIENCE_SECONDS
    ) -> None:
        """`address` is a connection string of PostgreSQL, URL or key words. Nothing is connected yet."""
        super().__init__(dbname="", host="", port="", user="", password="", schema=schema)
        self.address = address
        self.patience_seconds = patience
        self.pool: Any = psycopg_pool.ConnectionPool(  # Any: the library's own pool class differs in its options only
            address,
            connection_class=psycopg.Connection[DictRow],
            kwargs=_CONNECTION,
            min_size=1,
            max_size=pool_size,
            open=False,
            timeout=patience,
            reconnect_timeout=5,  # then the next who asks makes the pool try again
            name="certledger",
        )
        self._opening = threading.Lock()
        self._opened = False
        self._away: tuple[float, float] | None = None
        """Since when the server is away, and when that was last seen; None while it answers."""

    def check_address(self) -> None:
        """Connects once, so that a wrong address is told at once and in the server's words. Raises StoreUnavailable."""
        with patience():
            connect(self.address).close()

    def register_type_adapters(self) -> None:
        """Nothing: values go over in arrays of plain types, not in the library's composite one."""

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        """A connection in autocommit mode, out of the pool."""
        self._open_pool()
        left = self._outage() + self.patience_seconds - time.monotonic()
        with self.pool.connection(max(_SHORT_SECONDS, left)) as connection:
            yield connection

    @contextmanager
    def get_connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        """The library's way to the same, with the library's errors."""
        self._open_pool()
        with super().get_connection() as connection:
            yield connection

    def persist(self, work: Callable[[psycopg.Connection[DictRow]], T]) -> T:
        """What `work` returns, who is called again where the server was away or turned it back.

        `work` must be safe to repeat even where it has taken effect and only the answer was lost. Patience is with the
        server: who comes when it has been away for long does not begin to wait anew.
        """
        since = self._outage()
        pause = _FIRST_PAUSE
        while True:
            try:
                with self.connection() as connection:
                    done = work(connection)
                self._away = None
                return done
            except psycopg.Error as error:
                if is_away(error):
                    self._away = (since, time.monotonic())
                if not may_try_again(error) or time.monotonic() + pause > since + self.patience_seconds:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _outage(self) -> float:
        """Since when the server is away; now, where it is not known to be."""
        now, away = time.monotonic(), self._away
        return now if away is None or now > away[1] + _RECENT_SECONDS else away[0]

    def rows(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement that may be repeated, a transaction of its own."""

        def select(connection: psycopg.Connection[DictRow]) -> list[tuple[Any, ...]]:
            with connection.cursor(binary=True, row_factory=tuple_row) as c:
                return c.execute(sql, params).fetchall()

        return self.persist(select)

    def close(self) -> None:
        """Closes all connections."""
        self.pool.close()

    def _open_pool(self) -> None:
        with self._opening:
            if not self._opened:
                self.pool.open()
                self._opened = True


_CONNECTION: Final[dict[str, Any]] = {
    "autocommit": True,
    "prepare_threshold": None,  # never: a pooler gives each transaction another session
    "row_factory": dict_row,
    "client_encoding": "utf8",
    "connect_timeout": 10,
    "application_name": "certledger",
}


def connect(address: str) -> psycopg.Connection[DictRow]:
    """A connection of one's own, outside any pool, in autocommit mode."""
    return psycopg.Connection.connect(address, **_CONNECTION)
