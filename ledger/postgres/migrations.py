"""Numbered changes of a ledger database, forward only, each applied once under a lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import errors
from psycopg.rows import DictRow, tuple_row

from ledger.postgres import fencing, leading, papers
from ledger.postgres.functions import FUNCTIONS
from ledger.postgres.schema import FROZEN, TABLES
from ledger.store import StoreError


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. It is never edited once it has been released, only followed by the next."""

    name: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Migrations:
    """All steps of one schema; the number of a step is its place, from 1."""

    schema: str
    steps: tuple[Migration, ...]


LOG: Final = Migrations(
    "certledger",
    (
        Migration("tables and functions of the log", (*TABLES, *FUNCTIONS, *FROZEN)),
        Migration("settings and signing keys", papers.TABLES),
        Migration("the turn to sign", leading.TURNS),
        Migration("the fence", fencing.FENCE),
    ),
)
"""The log and what is private beside it."""


def migrate(connection: psycopg.Connection[DictRow], migrations: Migrations) -> None:
    """Brings a schema to the version that this program knows; several processes may do so at once.

    A role that may not change the schema may call this too where there is nothing to change. Raises StoreError for a
    schema that a newer version of this program has written, and where the role would have to change it and may not.
    """
    if _version(connection, migrations) == len(migrations.steps):
        return
    try:
        with connection.transaction(), connection.cursor() as c:
            # The lock lasts as long as the transaction: nothing is left behind in a pooler's session.
            c.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"{migrations.schema} migrations",))
            version = _version(connection, migrations)
            if version == 0:
                _begin(c, migrations.schema)
            for number, step in enumerate(migrations.steps[version:], version + 1):
                for statement in step.statements:
                    c.execute(statement.encode(), prepare=False)
                sql = f"INSERT INTO {migrations.schema}.migrations VALUES (%s, %s, now())"
                c.execute(sql.encode(), (number, step.name))
    except errors.InsufficientPrivilege as error:
        raise StoreError(
            f"schema {migrations.schema} is not at version {len(migrations.steps)} and this role may not change it:"
            " start once as its owner"
        ) from error
    if (version := _version(connection, migrations)) != len(migrations.steps):
        raise StoreError(
            f"schema {migrations.schema} has version {version}, this program knows {len(migrations.steps)}"
        )


def _begin(c: psycopg.Cursor[DictRow], schema: str) -> None:
    # IF NOT EXISTS would ask for the right to make schemas even where the administrator has made this one.
    if c.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone() is None:
        c.execute(f"CREATE SCHEMA {schema}".encode())
    columns = "number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL"
    c.execute(f"CREATE TABLE {schema}.migrations ({columns})".encode())


def _version(connection: psycopg.Connection[DictRow], migrations: Migrations) -> int:
    with connection.cursor(row_factory=tuple_row) as c:
        # By the catalogue, not by trying: an error would spoil the transaction.
        c.execute(
            "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relname = 'migrations'",
            (migrations.schema,),
        )
        if c.fetchone() is None:
            return 0
        row = c.execute(f"SELECT coalesce(max(number), 0) FROM {migrations.schema}.migrations".encode()).fetchone()
    return 0 if row is None else int(row[0])
