"""Views in SQLite, by default in a file of their own, which may be deleted at any time.

projections
  name       of the projection
  revision   whose tables these are
  last_leaf  leaf hash of the last entry that was applied
tracking     `eventsourcing`'s, one row a projection
  application_name, notification_id   name, and how many entries were applied
and the projections' own tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

from eventsourcing.persistence import Tracking
from eventsourcing.sqlite import SQLiteCursor, SQLiteTrackingRecorder

from ledger.projector import Position, Projection, ViewMoved
from ledger.sqlite.datastore import LedgerDatastore, patience
from ledger.store import Recorded

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS tracking (
        application_name TEXT PRIMARY KEY,
        notification_id INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS projections (
        name TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,
        last_leaf BLOB NOT NULL) STRICT, WITHOUT ROWID""",
    "INSERT OR IGNORE INTO tracking VALUES ('__migration__', 1)",
)


class SqliteViews(SQLiteTrackingRecorder):
    """The port `Views` on one SQLite file, whose positions are those of a tracking recorder."""

    datastore: LedgerDatastore

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the file, making it where it is not there.

        A lost power supply may cost the last changes, which the next catch-up makes again.
        """
        with patience():
            views = cls(LedgerDatastore(path, durable=False))
            views.create_table()
        return views

    def create_table(self) -> None:
        """Makes the tables that all views share."""
        with self.datastore.transaction(commit=True) as c:
            for statement in _TABLES:
                c.execute(statement)

    def close(self) -> None:
        """Closes all connections."""
        self.datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def position(self, projection: Projection) -> Position:
        """See `ledger.projector.Views`."""
        with patience():
            with self.datastore.transaction(commit=False) as c:
                found = self._position(c, projection)
            if found is not None:
                return found
            self.reset(projection)
        return Position()

    def advance(self, projection: Projection, seen: Position, entries: Sequence[Recorded]) -> Position:
        """See `ledger.projector.Views`."""
        reached = Position(seen.count + len(entries), entries[-1].leaf)
        with patience(), self.datastore.transaction(commit=True) as c:
            if self._position(c, projection) != seen:
                raise ViewMoved(projection.name)
            projection.apply(TransactionTables(c), entries)
            c.execute("UPDATE projections SET last_leaf = ? WHERE name = ?", (reached.leaf, projection.name))
            self._insert_tracking(c, Tracking(projection.name, reached.count))
        return reached

    def reset(self, projection: Projection) -> None:
        """See `ledger.projector.Views`."""
        with patience(), self.datastore.transaction(commit=True) as c:
            c.execute("INSERT OR REPLACE INTO projections VALUES (?, ?, x'')", (projection.name, projection.revision))
            c.execute("DELETE FROM tracking WHERE application_name = ?", (projection.name,))
            for table, definition in projection.tables.items():
                c.execute(f'DROP TABLE IF EXISTS "{table}"')
                c.execute(definition)
            for index in projection.indexes:
                c.execute(index)

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """See `ledger.projector.Views`."""
        with patience():
            return self.datastore.select(sql, params)

    def _position(self, c: SQLiteCursor, projection: Projection) -> Position | None:
        c.execute(
            "SELECT revision, last_leaf, notification_id FROM projections LEFT JOIN tracking ON application_name = name"
            " WHERE name = ?",
            (projection.name,),
        )
        row = c.fetchone()
        if row is None or row["revision"] != projection.revision:
            return None
        return Position(row["notification_id"] or 0, row["last_leaf"])


class TransactionTables:
    """The port `Tables` inside one transaction."""

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> None:
        """See `ledger.projector.Tables`."""
        self._cursor.execute(sql, params)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """See `ledger.projector.Tables`."""
        self._cursor.executemany(sql, rows)

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """See `ledger.projector.Tables`."""
        self._cursor.execute(sql, params)
        rows: list[Any] = self._cursor.fetchall()
        return rows
