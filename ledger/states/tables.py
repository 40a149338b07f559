"""Tables in memory, on which a projection's own fold runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from ledger.projector import Projection
from ledger.store import Recorded


class MemoryTables:
    """The port `Tables` on an SQLite database in memory, for one projection. Nothing of it is ever on a disk."""

    def __init__(self, projection: Projection) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._projection = projection
        for statement in (*projection.tables.values(), *projection.indexes):
            self._connection.execute(statement)

    def apply(self, entries: Sequence[Recorded]) -> None:
        """Takes in the next entries, as the projector does."""
        self._projection.apply(self, entries)

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> None:
        """See `ledger.projector.Tables`."""
        self._connection.execute(sql, params)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """See `ledger.projector.Tables`."""
        self._connection.executemany(sql, rows)

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """See `ledger.projector.Tables`."""
        return self._connection.execute(sql, params).fetchall()

    def close(self) -> None:
        """Forgets everything."""
        self._connection.close()
