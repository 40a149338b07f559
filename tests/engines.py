"""The engines that a whole ledger is tried on: addresses, copies and bare rows of ledgers on each."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from shutil import copytree
from typing import Any, Protocol

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.postgres.datastore import connect
from tests.postgres_server import INSTALLATIONS, PostgresServer, server

SCHEMAS = ("certledger", "certledger_keys")
"""Whose tables make up a ledger in a database."""
FILES = {"data_keys": "data-keys.sqlite", "award": "views.sqlite"}
"""Where in a folder the tables lie whose names have these words in them; all others are in the ledger's own file."""


class Engine(Protocol):
    """What ledgers may lie on."""

    def new(self, folder: Path) -> str:
        """The address of a ledger that is not there yet; `folder` is missing or empty."""

    def copy(self, ledger: str, to: Path) -> str:
        """A copy of a closed ledger, to be spoilt; its address."""

    def query(self, ledger: str, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of one statement on the bare tables; it may change them behind the ledger's back."""

    def sizes(self, ledger: str) -> dict[str, int]:
        """How many rows each table has, but for keys: one that nothing was signed with does no harm."""


class SqliteEngine:
    """Ledgers in folders."""

    def new(self, folder: Path) -> str:
        return str(folder)

    def copy(self, ledger: str, to: Path) -> str:
        return str(copytree(ledger, to))

    def query(self, ledger: str, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        name = next((file for word, file in FILES.items() if word in sql), "ledger.sqlite")
        with closing(sqlite3.connect(f"file:{Path(ledger) / name}?mode=rw", uri=True)) as connection, connection:
            return connection.execute(sql, params).fetchall()

    def sizes(self, ledger: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for name in ("ledger.sqlite", "data-keys.sqlite"):
            with closing(sqlite3.connect(Path(ledger) / name)) as connection:
                for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                    (counts[table],) = connection.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()
        return counts


class PostgresEngine:
    """Ledgers in databases of one server."""

    def __init__(self, installation: str) -> None:
        self._installation = installation

    @property
    def server(self) -> PostgresServer:
        """The server, started when it is first needed."""
        return server(self._installation)

    def address(self, database: str) -> str:
        """The address of a database as an operator writes it."""
        return f"postgresql://postgres@/{database}?host={self.server.folder}"

    def new(self, folder: Path) -> str:
        return self.address(self.server.database())

    def copy(self, ledger: str, to: Path) -> str:
        return self.address(self.server.database(str(conninfo_to_dict(ledger)["dbname"])))

    def query(self, ledger: str, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with connect(ledger) as connection, connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
            # As a replica, for which no triggers fire: else the log would refuse to be changed.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"SET search_path = {', '.join(SCHEMAS)}, certledger_views".encode())
            cursor.execute(sql.replace("?", "%s").encode(), params or None)
            return cursor.fetchall() if cursor.description else []

    def sizes(self, ledger: str) -> dict[str, int]:
        named = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = ANY (%s::regnamespace[])"
        with connect(ledger) as connection:
            tables = [row["relname"] for row in connection.execute(named, (list(SCHEMAS),)).fetchall()]
        counted = [table for table in tables if table != "key_files"]
        return {table: self.query(ledger, f"SELECT COUNT(*) FROM {table}")[0][0] for table in counted}


ENGINES: dict[str, Engine] = {
    "sqlite": SqliteEngine(),
    **{f"postgresql-{name}": PostgresEngine(name) for name in INSTALLATIONS},
}
"""Every engine that is here, by a name for test ids."""

ON = ("sqlite", "postgresql-wheel")
"""What every test of a whole ledger runs on. The stores themselves are tried on every server that is here."""
BOTH = pytest.mark.engine(*ON)
"""For a test in a module of which the others run on one engine alone."""
