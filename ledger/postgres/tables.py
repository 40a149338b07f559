"""The port `Tables` on one schema of a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg.rows import tuple_row

from ledger.postgres.datastore import LOG_SCHEMA, connect, patience
from ledger.postgres.definitions import definitions, wanted
from ledger.tables import Row, columns_of, key_columns

_ROWS: Final = 1000
"""Rows that are fetched at a time."""
_BEGIN: Final = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL search_path = pg_catalog",
    # Whoever reads computes between the fetches, and a whole log takes its time.
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL statement_timeout = 0",
)


class PostgresTables:
    """Reads a schema in one transaction, some rows at a time."""

    def __init__(self, address: str, schema: str = LOG_SCHEMA) -> None:
        """Raises StoreUnavailable where the database cannot be reached."""
        self._schema = schema
        with patience():
            self._connection = connect(address)
            for statement in _BEGIN:
                self._connection.execute(statement.encode())
            self._connection.execute("SELECT FROM pg_namespace")  # From here on one state is read.
        self._cursors: list[psycopg.ServerCursor[tuple[Any, ...]]] = []

    def close(self) -> None:
        """Ends the transaction."""
        for cursor in self._cursors:
            cursor.close()
        self._connection.close()

    def rows(self, table: str) -> Iterator[Row]:
        """See `ledger.tables.Tables`."""
        columns, keys = columns_of(table), key_columns(table)
        sql = f"SELECT {', '.join(columns)} FROM {self._schema}.{table} ORDER BY {', '.join(keys)}"
        with patience():
            cursor = self._connection.cursor(f"rows_{len(self._cursors)}", row_factory=tuple_row)
            self._cursors.append(cursor)
            cursor.execute(sql.encode(), binary=True)
            while found := cursor.fetchmany(_ROWS):
                for row in found:
                    yield dict(zip(columns, map(plain, row), strict=True))
            cursor.close()

    def problems(self) -> list[str]:
        """See `ledger.tables.Tables`."""
        with patience():
            should, there = wanted(self._schema), definitions(self._connection, self._schema)
            found = [
                f"{name} is not defined as it should be: {there[name]}"
                for name in sorted(should.keys() & there.keys())
                if should[name] != there[name]
            ]
            found += [f"{name} is missing" for name in sorted(should.keys() - there.keys())]
            found += [f"{name} does not belong there" for name in sorted(there.keys() - should.keys())]
            return [*found, *self._replaying(), *self._damaged_indexes()]

    def _replaying(self) -> Iterator[str]:
        """Sessions that take themselves for replicas fire no triggers, and the log could be changed."""
        (own,) = self._one("SELECT current_setting('session_replication_role')")
        if own != "origin":
            yield f"session_replication_role is {own}: triggers do not fire"
        sql = (
            "SELECT count(*) FROM pg_db_role_setting WHERE setdatabase IN (0, (SELECT oid FROM pg_database"
            " WHERE datname = current_database())) AND array_to_string(setconfig, ',') ~ 'session_replication_role'"
        )
        if self._one(sql)[0]:
            yield "session_replication_role is set for a role or this database"

    def _damaged_indexes(self) -> Iterator[str]:
        """What amcheck says of each index, where it is installed and this role may call it."""
        found = self._one(
            "SELECT quote_ident(n.nspname) || '.bt_index_check' FROM pg_extension e JOIN pg_namespace n"
            " ON n.oid = e.extnamespace JOIN pg_proc p ON p.pronamespace = n.oid WHERE extname = 'amcheck'"
            " AND proname = 'bt_index_check' AND pronargs = 2 AND has_function_privilege(p.oid, 'EXECUTE')"
        )
        if found is None:
            return
        indexes = self._connection.execute(
            "SELECT i.indexrelid AS id, i.indexrelid::regclass::text AS name FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = %s::regnamespace AND i.indisvalid",
            (self._schema,),
        ).fetchall()
        for index in indexes:
            try:
                with self._connection.transaction():  # a savepoint: the reading goes on after an error
                    self._connection.execute(f"SELECT {found[0]}(%s::oid::regclass, true)".encode(), (index["id"],))
            except (errors.IndexCorrupted, errors.DataCorrupted) as error:
                yield f"index {index['name']}: {error.diag.message_primary}"

    def _one(self, sql: str) -> Any:
        with self._connection.cursor(row_factory=tuple_row) as c:
            return c.execute(sql.encode()).fetchone()


def plain(value: Any) -> Any:
    """A value as the other engine has it: the bytes of a UUID."""
    return value.bytes if isinstance(value, UUID) else value
