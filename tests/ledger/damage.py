"""Ledgers on each engine that tests damage by bare SQL and put back: what the tests of fsck and of copy work with."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any, Protocol
from uuid import UUID

import psycopg
import pytest

from ledger.founding import Founding, found
from ledger.fsck import Report, fsck_ledger
from ledger.handle import Clock, system_clock
from ledger.open import Ledger, assemble
from ledger.places import DatabasePlace, FolderPlace, Place
from ledger.postgres.datastore import connect
from ledger.seal import Randomness
from ledger.settings import MASTER_KEY_FILE, read_master_key
from tests.engines import PostgresEngine
from tests.postgres_server import INSTALLATIONS

ENGINES = ("sqlite", *INSTALLATIONS)
PUBLIC = "CERTLEDGER_PUBLIC"


@dataclass(frozen=True)
class Step:
    """One change of one row: `values` are what it says from now on, none where it goes; no `key` for a new row."""

    table: str
    key: dict[str, Any]
    values: dict[str, Any]


class Refused(Exception):
    """The database itself does not take the change."""


class Database(Protocol):
    """The tables of one database."""

    tables: dict[str, list[str]]
    """Columns by table. The fence is left out: no statement speaks of where a ledger was moved to."""

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All rows, ordered by the first column."""

    def apply(self, steps: Sequence[Step]) -> None:
        """Makes the changes in one transaction. Raises Refused."""

    def run(self, *statements: str) -> None:
        """Runs bare statements, as whoever may do anything."""

    def restore(self) -> None:
        """Puts everything back that `apply` changed."""


class SqliteDatabase:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self.tables = {
                name: [column[1] for column in connection.execute(f"PRAGMA table_info({name})")]
                for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
                if name != "fence"
            }
        self._bytes = path.read_bytes()

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        with closing(self._connect()) as connection:
            return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()

    def apply(self, steps: Sequence[Step]) -> None:
        try:
            with closing(self._connect()) as connection:
                connection.execute("BEGIN")
                for step in steps:
                    connection.execute(*sql(step, "?"))
                connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            raise Refused from error

    def run(self, *statements: str) -> None:
        with closing(self._connect()) as connection:
            for statement in statements:
                connection.execute(statement)

    def restore(self) -> None:
        for suffix in ("-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.write_bytes(self._bytes)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None)


class PostgresDatabase:
    """One schema, changed by an administrator who fires no triggers."""

    def __init__(self, address: str, schema: str) -> None:
        self._address, self._schema = address, schema
        with self._connected() as connection:
            found = connection.execute(
                "SELECT c.relname AS name, attname, format_type(atttypid, -1) AS type FROM pg_attribute a"
                " JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
                " AND attnum > 0 AND NOT attisdropped"
                " AND relname NOT IN ('migrations', 'settings', 'key_files', 'lead', 'fence') ORDER BY relname, attnum",
                (schema,),
            ).fetchall()
        self.tables: dict[str, list[str]] = {}
        for row in found:
            self.tables.setdefault(row["name"], []).append(row["attname"])
        self._uuids = {(row["name"], row["attname"]) for row in found if row["type"] == "uuid"}
        self._kept = {table: self.rows(table) for table in self.tables}
        self._touched: set[str] = set()

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        with self._connected() as connection:
            found = connection.execute(f"SELECT * FROM {table} ORDER BY 1".encode()).fetchall()
        return [tuple(value.bytes if isinstance(value, UUID) else value for value in row.values()) for row in found]

    def apply(self, steps: Sequence[Step]) -> None:
        try:
            with self._connected() as connection, connection.transaction():
                for step in steps:
                    statement, values = sql(self._typed(step), "%s")
                    connection.execute(statement.encode(), values)
            self._touched.update(step.table for step in steps)
        except (psycopg.IntegrityError, psycopg.DataError, ValueError) as error:
            raise Refused from error

    def run(self, *statements: str) -> None:
        with self._connected() as connection:
            for statement in statements:
                connection.execute(statement.replace("zeroblob(32)", f"'\\x{'00' * 32}'").encode())

    def restore(self) -> None:
        with self._connected() as connection, connection.transaction(), connection.cursor() as c:
            for table in self._touched:
                c.execute(f"DELETE FROM {table}".encode())
                rows = [dict(zip(self.tables[table], row, strict=True)) for row in self._kept[table]]
                for statement, values in (sql(self._typed(Step(table, {}, row)), "%s") for row in rows):
                    c.execute(statement.encode(), values)
            self._touched.clear()

    def _typed(self, step: Step) -> Step:
        def typed(values: dict[str, Any]) -> dict[str, Any]:
            return {
                name: UUID(bytes=value) if (step.table, name) in self._uuids and value is not None else value
                for name, value in values.items()
            }

        return Step(step.table, typed(step.key), typed(step.values))

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        with connect(self._address) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"SET search_path = {self._schema}".encode())
            yield connection


def sql(step: Step, mark: str) -> tuple[str, list[Any]]:
    """The statement of a step, with its parameters."""
    where = " AND ".join(f"{name} = {mark}" for name in step.key)
    values = [*step.values.values(), *step.key.values()]
    if not step.values:
        return f"DELETE FROM {step.table} WHERE {where}", values
    if not step.key:
        return f"INSERT INTO {step.table} VALUES ({', '.join([mark] * len(values))})", values
    return f"UPDATE {step.table} SET {', '.join(f'{name} = {mark}' for name in step.values)} WHERE {where}", values


class Kept:
    """A ledger of either engine, with its published tree and its master key."""

    def __init__(self, place: Place, public: Path, key_file: Path) -> None:
        self.place, self.public, self.key_file = place, public, key_file

    @contextmanager
    def opened(self, clock: Clock = system_clock) -> Iterator[Ledger]:
        """The open ledger."""
        master = read_master_key(self.key_file)
        with assemble(self.place, self.place.settings(), master, clock, os.urandom) as ledger:
            yield ledger

    def check(self) -> Report:
        """What fsck says."""
        with self.opened() as ledger:
            return fsck_ledger(ledger)

    def log(self) -> Database:
        """The database of the log."""
        if isinstance(self.place, FolderPlace):
            return SqliteDatabase(self.place.folder / "ledger.sqlite")
        assert isinstance(self.place, DatabasePlace)
        return PostgresDatabase(self.place.address, "certledger")

    def keys(self) -> Database:
        """The database of the data keys."""
        if isinstance(self.place, FolderPlace):
            return SqliteDatabase(self.place.folder / "data-keys.sqlite")
        assert isinstance(self.place, DatabasePlace)
        return PostgresDatabase(self.place.address, "certledger_keys")

    def copy(self, engine: str, to: Path) -> Kept:
        """A copy by the engine's own means, which knows nothing of the first."""
        if isinstance(self.place, FolderPlace):
            copytree(self.place.folder, to)
            return Kept(FolderPlace(to), to / "public", self.key_file)
        assert isinstance(self.place, DatabasePlace)
        copytree(self.public, to)
        address = PostgresEngine(engine).copy(self.place.address, to)
        return Kept(DatabasePlace(address, public_folder=to), to, self.key_file)


def make(engine: str, folder: Path, clock: Clock, randomness: Randomness, fill: Callable[[Ledger], None]) -> Kept:
    """A new ledger, filled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MASTER_KEY_FILE, str(folder / "master.key"))
        patch.setenv(PUBLIC, str(folder / "public"))
        address = str(folder / "ledger") if engine == "sqlite" else url(engine)
        with closing(found(address, Founding(), clock, randomness)) as ledger:
            fill(ledger)
            return Kept(ledger.place, ledger.public, folder / "master.key")


def url(engine: str) -> str:
    """The address of a new, empty database of an engine's shared server."""
    return PostgresEngine(engine).new(Path())
