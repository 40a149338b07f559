"""The port `Restoring` on one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.fence import OPEN, Fence, FenceMoved
from ledger.sqlite.datastore import connect, execute, patience
from ledger.store import StoreCorrupt
from ledger.tables import Key, Row, columns_of, key_columns


class SqliteRestoring:
    """A ledger's own file, or that of its data keys; both are there."""

    def __init__(self, path: Path) -> None:
        with patience():
            self._connection = connect(path)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def fence(self) -> Fence:
        """See `ledger.fence.Restoring`."""
        with patience():
            row = self._connection.execute("SELECT state, other, move, turn FROM fence WHERE id = 1").fetchone()
        if row is None:
            raise StoreCorrupt(None, "fence", "the row is missing")
        return Fence(*row)

    def swap(self, old: Fence, new: Fence) -> None:
        """See `ledger.fence.Restoring`."""
        with self._writing(old):
            self._set(new.state, new)

    def page(self, table: str, after: Key | None, limit: int) -> list[Row]:
        """See `ledger.fence.Restoring`."""
        keys = ", ".join(key_columns(table))
        where = "" if after is None else f"WHERE ({keys}) > ({_marks(after)})"
        sql = f"SELECT {', '.join(columns_of(table))} FROM {table} {where} ORDER BY {keys} LIMIT ?"
        with patience():
            return [dict(row) for row in self._connection.execute(sql, (*(after or ()), limit))]

    def change(self, table: str, gone: Sequence[Key], rows: Sequence[Row], fence: Fence | None) -> None:
        """See `ledger.fence.Restoring`."""
        columns, where = columns_of(table), " AND ".join(f"{column} = ?" for column in key_columns(table))
        with self._writing(fence):
            if fence is not None:
                self._set(OPEN, fence)  # for this transaction alone: nobody else sees it
            self._connection.executemany(f"DELETE FROM {table} WHERE {where}", gone)
            self._connection.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({_marks(columns)})",
                [tuple(row[column] for column in columns) for row in rows],
            )
            if fence is not None:
                self._set(fence.state, fence)

    def _set(self, state: str, fence: Fence) -> None:
        sql = "UPDATE fence SET state = ?, other = ?, move = ?, turn = ? WHERE id = 1"
        self._connection.execute(sql, (state, fence.other, fence.move, fence.turn))

    @contextmanager
    def _writing(self, expected: Fence | None) -> Iterator[sqlite3.Connection]:
        with patience():
            execute(self._connection, "BEGIN IMMEDIATE")
            try:
                if expected is not None and (there := self.fence()) != expected:
                    raise FenceMoved(there)
                yield self._connection
                execute(self._connection, "COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
