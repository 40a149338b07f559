"""PostgreSQL as a backend of the contract: faults come from triggers inside the database, or after the commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import local
from typing import Any, Self, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from ledger.postgres.datakeys import PostgresDataKeys
from ledger.postgres.datastore import LedgerDatastore, connect
from ledger.postgres.migrations import LOG, migrate
from ledger.postgres.recorder import LedgerRecorder
from ledger.postgres.store import PostgresStore
from ledger.postgres.views import VIEWS_SCHEMA, PostgresViews
from tests.ledger.store.backends import Crash, Faults, Steps
from tests.postgres_server import INSTALLATIONS, server, template

T = TypeVar("T")

CRASH = "LGXXX"
"""SQLSTATE of the injected failure."""

TABLES = [
    *("stored_events", "tree_head", "signed_head", "commands", "vault"),
    *("streams", "claims", "boundaries", "erasures", "tracking"),
]

FAULTS = f"""
CREATE SCHEMA faults;
CREATE SEQUENCE faults.statements MINVALUE 0 START 0;
CREATE TABLE faults.lose (at bigint PRIMARY KEY);  -- append plans without scans of tables: they would be compiled
CREATE FUNCTION faults.count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    n bigint := coalesce(nullif(current_setting('faults.count', true), ''), '0');
BEGIN
    IF n = (SELECT at FROM faults.lose) THEN
        RAISE EXCEPTION USING ERRCODE = '{CRASH}', MESSAGE = 'injected';
    END IF;
    PERFORM set_config('faults.count', (n + 1)::text, true), setval('faults.statements', n + 1);
    RETURN NULL;
END $$;
CREATE FUNCTION public.zeroblob(size integer) RETURNS bytea LANGUAGE sql
    AS $$ SELECT decode(repeat('00', size), 'hex') $$;
CREATE FUNCTION public.uuid_of(value bytea) RETURNS uuid LANGUAGE sql AS $$ SELECT encode(value, 'hex')::uuid $$;
CREATE CAST (bytea AS uuid) WITH FUNCTION public.uuid_of(bytea) AS ASSIGNMENT;
""" + "".join(
    f"CREATE TRIGGER faults BEFORE INSERT OR UPDATE OR DELETE ON certledger.{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION faults.count();\n"
    for table in TABLES
)


def with_faults(address: str) -> None:
    """Makes a ledger database that counts the statements of a transaction which write a table, and fails at one."""
    with connect(address) as connection:
        migrate(connection, LOG)
        connection.execute(FAULTS.encode())


class PostgresFaults(Faults):
    """The same faults, kept in the database."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.keep = False

    @property
    def lose_at(self) -> int | None:  # type: ignore[override]
        return self._ask("SELECT max(at) FROM faults.lose")

    @lose_at.setter
    def lose_at(self, place: int | None) -> None:
        with connect(self.address) as connection:
            connection.execute("DELETE FROM faults.lose")
            if place is not None:
                connection.execute("INSERT INTO faults.lose VALUES (%s)", (place,))

    @property
    def statements(self) -> int:  # type: ignore[override]
        return self._ask("SELECT last_value FROM faults.statements")

    def _ask(self, sql: str) -> Any:
        with connect(self.address) as connection:
            row = connection.execute(sql.encode()).fetchone()
            assert row is not None
            return next(iter(row.values()))


class _FaultyDatastore(LedgerDatastore):
    def __init__(self, address: str, faults: PostgresFaults) -> None:
        super().__init__(address, patience=20)
        self._faults = faults
        self._thread = local()

    def rows(self, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        self._thread.reading = True
        try:
            return super().rows(sql, params)
        finally:
            self._thread.reading = False

    def persist(self, work: Callable[[psycopg.Connection[DictRow]], T]) -> T:
        try:
            done = super().persist(work)
        except psycopg.Error as error:
            if error.sqlstate == CRASH:
                raise Crash from error
            raise
        if self._faults.keep and not getattr(self._thread, "reading", False):
            raise Crash
        return done


class _DyingDatastore(LedgerDatastore):
    """Dies at one statement or after one commit, counted over all transactions."""

    def __init__(self, address: str, steps: Steps) -> None:
        super().__init__(address, schema=VIEWS_SCHEMA, patience=20)
        self._steps = steps

        class Dying(psycopg.Cursor[Any]):
            def execute(self, *args: Any, **options: Any) -> Self:
                steps.step()
                return super().execute(*args, **options)

            def executemany(self, *args: Any, **options: Any) -> None:
                steps.step()
                super().executemany(*args, **options)

        self._cursor = Dying

    def persist(self, work: Callable[[psycopg.Connection[DictRow]], T]) -> T:
        def dying(connection: psycopg.Connection[DictRow]) -> T:
            connection.cursor_factory = self._cursor
            return work(connection)

        done = super().persist(dying)
        self._steps.step()
        return done


class PostgresBackend:
    """A database of its own on a shared server."""

    installation = ""

    def __init__(self, folder: Path) -> None:
        shared = server(self.installation)
        self.address = shared.address(shared.database(template(self.installation, with_faults)))
        self.faults = PostgresFaults(self.address)
        self._opened = ExitStack()

    def open(self) -> PostgresStore:
        recorder = LedgerRecorder(_FaultyDatastore(self.address, self.faults))
        recorder.create_table()
        return self._opened.enter_context(PostgresStore(recorder))

    def open_views(self, steps: Steps | None = None) -> PostgresViews:
        if steps is None:
            return self._opened.enter_context(PostgresViews.open(self.address))
        return self._opened.enter_context(PostgresViews(_DyingDatastore(self.address, steps)))

    def drop_views(self) -> None:
        with connect(self.address) as connection:
            connection.execute("DROP SCHEMA IF EXISTS certledger_views CASCADE")

    def open_keys(self, master_key: bytes) -> PostgresDataKeys:
        return self._opened.enter_context(PostgresDataKeys(self.address, master_key))

    def sql(self, statement: str, params: Sequence[Any] = ()) -> None:
        with connect(self.address) as connection:
            # As a replica, for which no triggers fire: else the log would refuse to be changed.
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET search_path = certledger, public")
            connection.execute(statement.replace("?", "%s").encode(), params or None)

    def wrapped(self) -> dict[UUID, bytes]:
        with connect(self.address) as connection:
            rows = connection.execute("SELECT subject, wrapped FROM certledger_keys.data_keys").fetchall()
        return {row["subject"]: row["wrapped"] for row in rows}

    def put_wrapped(self, subject: UUID, wrapped: bytes) -> None:
        with connect(self.address) as connection:
            sql = "UPDATE certledger_keys.data_keys SET wrapped = %s WHERE subject = %s"
            connection.execute(sql, (wrapped, subject))

    def close(self) -> None:
        self._opened.close()


POSTGRES_BACKENDS = {
    f"postgresql-{name}": type("PostgresBackend", (PostgresBackend,), {"installation": name}) for name in INSTALLATIONS
}
