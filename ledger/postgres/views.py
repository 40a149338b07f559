"""Views in PostgreSQL, by default in a schema of their own, which may be dropped at any time.

projections
  name       of the projection
  revision   whose tables these are
  last_leaf  leaf hash of the last entry that was applied
tracking     `eventsourcing`'s, one row a projection
  application_name, notification_id   name, and how many entries were applied
migrations
  number, name, applied_at   as in the schema of the log
and the projections' own tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Self, TypeVar

import psycopg
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from psycopg.rows import DictRow

from ledger.postgres import dialect
from ledger.postgres.datastore import PATIENCE_SECONDS, LedgerDatastore, patience
from ledger.postgres.migrations import Migration, Migrations, migrate
from ledger.projector import Position, Projection, ViewMoved
from ledger.store import Recorded

T = TypeVar("T")

VIEWS_SCHEMA: Final = "certledger_views"

REGISTER_SCHEMA: Final = "certledger_register"
"""Of the private register, which who reads the views may not read (ADR 31)."""


def views_in(schema: str) -> Migrations:
    """A schema of views, without the projections' own tables."""
    return Migrations(
        schema,
        (
            Migration(
                "positions of views",
                (
                    f"""CREATE TABLE {schema}.tracking (
                    application_name text PRIMARY KEY,
                    notification_id bigint NOT NULL) WITH (fillfactor = 50)""",
                    f"INSERT INTO {schema}.tracking VALUES ('__migration__', 1)",
                    f"""CREATE TABLE {schema}.projections (
                    name text PRIMARY KEY,
                    revision bigint NOT NULL,
                    last_leaf bytea NOT NULL) WITH (fillfactor = 50)""",
                ),
            ),
        ),
    )


VIEWS: Final = views_in(VIEWS_SCHEMA)
"""The schema of the views."""


class Row(tuple[Any, ...]):
    """A row whose values are found by place and by name."""

    names: dict[str, int]

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.names[key] if isinstance(key, str) else key)


def named_rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    """A row factory of psycopg that makes `Row`."""
    names = {column.name: place for place, column in enumerate(cursor.description or ())}
    made = type("Row", (Row,), {"names": names})
    return lambda values: made(values)


class PostgresViews(PostgresTrackingRecorder):
    """The port `Views` on one PostgreSQL database, whose positions are those of a tracking recorder."""

    datastore: LedgerDatastore

    def __init__(self, datastore: LedgerDatastore) -> None:
        super().__init__(datastore, tracking_table_name="tracking")
        self.sql_create_statements = []

    @classmethod
    def open(cls, address: str, schema: str = VIEWS_SCHEMA, *, patience_seconds: float = PATIENCE_SECONDS) -> Self:
        """Opens the database, making the schema of the views where it is not there. Raises as `PostgresStore.open`."""
        datastore = LedgerDatastore(address, schema=schema, patience=patience_seconds)
        datastore.check_address()
        with patience():
            views = cls(datastore)
            views.create_table()
        return views

    def create_table(self) -> None:
        """Makes the tables that all views share."""
        self.datastore.persist(lambda connection: migrate(connection, views_in(self.datastore.schema)))

    def close(self) -> None:
        """Closes all connections."""
        self.datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def position(self, projection: Projection) -> Position:
        """See `ledger.projector.Views`."""
        found = _position(self.select, projection)
        if found is not None:
            return found
        self.reset(projection)
        return Position()

    def advance(self, projection: Projection, seen: Position, entries: Sequence[Recorded]) -> Position:
        """See `ledger.projector.Views`.

        Where the answer to the commit was lost, the view has moved: ViewMoved, and the caller reads its position again.
        """
        reached = Position(seen.count + len(entries), entries[-1].leaf)

        def apply(tables: TransactionTables) -> None:
            if _position(tables.select, projection, "FOR UPDATE OF p") != seen:
                raise ViewMoved(projection.name)
            projection.apply(tables, entries)
            tables.execute("UPDATE projections SET last_leaf = ? WHERE name = ?", (reached.leaf, projection.name))
            self._insert_tracking(tables.cursor, Tracking(projection.name, reached.count))

        self._write(apply)
        return reached

    def reset(self, projection: Projection) -> None:
        """See `ledger.projector.Views`."""

        def make(tables: TransactionTables) -> None:
            tables.execute(
                "INSERT INTO projections VALUES (?, ?, '') ON CONFLICT (name)"
                " DO UPDATE SET revision = excluded.revision, last_leaf = excluded.last_leaf",
                (projection.name, projection.revision),
            )
            tables.execute("DELETE FROM tracking WHERE application_name = ?", (projection.name,))
            for table, definition in projection.tables.items():
                tables.execute(f'DROP TABLE IF EXISTS "{table}"')
                tables.execute(dialect.definition(definition))
            for index in projection.indexes:
                tables.execute(index)

        self._write(make)

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """See `ledger.projector.Views`.

        One message to the server and one back, so parameters are written into it: a message with parameters apart holds
        one statement only. Several in one message are one transaction.
        """
        query = f"SET LOCAL search_path = {self.datastore.schema}; {dialect.statement(sql)}"

        def ask(connection: psycopg.Connection[DictRow]) -> list[Any]:
            with psycopg.ClientCursor(connection, row_factory=named_rows) as c:
                c.execute(query.encode(), params)
                c.nextset()
                return list(c.fetchall())

        with patience():
            return self.datastore.persist(ask)

    def _write(self, work: Callable[[TransactionTables], T]) -> T:
        # A crash may cost the last changes, position and all; the next catch-up makes them again.
        settings = f"SET LOCAL search_path = {self.datastore.schema}; SET LOCAL synchronous_commit = off"

        def transact(connection: psycopg.Connection[DictRow]) -> T:
            with connection.transaction(), connection.cursor() as c:
                c.execute(settings.encode())
                return work(TransactionTables(c))

        with patience():
            return self.datastore.persist(transact)


class TransactionTables:
    """The port `Tables` inside one transaction."""

    def __init__(self, cursor: psycopg.Cursor[DictRow]) -> None:
        self.cursor = cursor

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> None:
        """See `ledger.projector.Tables`."""
        self.cursor.execute(dialect.statement(sql).encode(), params)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """See `ledger.projector.Tables`."""
        self.cursor.executemany(dialect.statement(sql).encode(), rows)

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """See `ledger.projector.Tables`."""
        with self.cursor.connection.cursor(binary=True, row_factory=named_rows) as c:
            return list(c.execute(dialect.statement(sql).encode(), params).fetchall())


def _position(
    select: Callable[[str, Sequence[Any]], list[Any]], projection: Projection, locking: str = ""
) -> Position | None:
    """How far this revision of the view has come, or None."""
    rows = select(
        "SELECT p.revision, p.last_leaf, t.notification_id FROM projections p"
        f" LEFT JOIN tracking t ON t.application_name = p.name WHERE p.name = ? {locking}",
        (projection.name,),
    )
    if not rows or rows[0]["revision"] != projection.revision:
        return None
    return Position(rows[0]["notification_id"] or 0, rows[0]["last_leaf"])
