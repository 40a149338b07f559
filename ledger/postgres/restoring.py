"""The port `Restoring` on one schema of a PostgreSQL database, for the role that owns it.

A lost connection is not made again here: `copy`, run again, goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, tuple_row

from ledger.fence import OPEN, Fence, FenceMoved
from ledger.postgres.datastore import connect, patience
from ledger.postgres.migrations import Migrations, migrate
from ledger.postgres.tables import plain
from ledger.store import StoreCorrupt
from ledger.tables import Key, Row, columns_of, key_columns

_UUIDS: Final = frozenset(
    {
        ("stored_events", "originator_id"),
        ("vault", "subject"),
        ("streams", "subject"),
        ("streams", "stream"),
        ("claims", "subject"),
        ("erasures", "subject"),
        ("data_keys", "subject"),
    }
)
"""Columns that are bytes in the other engine."""


class PostgresRestoring:
    """A schema, made or renewed where that is due."""

    def __init__(self, address: str, migrations: Migrations) -> None:
        """Raises StoreUnavailable, StoreError as `PostgresStore.open`."""
        self._schema = migrations.schema
        with patience():
            self._connection = connect(address)
            try:
                migrate(self._connection, migrations)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def fence(self) -> Fence:
        """See `ledger.fence.Restoring`."""
        return self._fence("")

    def swap(self, old: Fence, new: Fence) -> None:
        """See `ledger.fence.Restoring`."""
        with self._writing() as c:
            c.execute("SET LOCAL synchronous_commit = on")
            if old.state == OPEN:
                # Nobody appends now; and who began before in a stricter isolation has to begin again.
                c.execute(b"UPDATE certledger.tree_head SET size = size WHERE id = 1")
            self._check(old)
            self._set(c, new.state, new)

    def page(self, table: str, after: Key | None, limit: int) -> list[Row]:
        """See `ledger.fence.Restoring`."""
        columns, keys = columns_of(table), key_columns(table)
        where = "" if after is None else f"WHERE ({', '.join(keys)}) > ({_marks(keys)})"
        sql = f"SELECT {', '.join(columns)} FROM {self._schema}.{table} {where} ORDER BY {', '.join(keys)} LIMIT %s"
        params = [*_typed(table, keys, after or ()), limit]
        with patience(), self._connection.cursor(binary=True, row_factory=tuple_row) as c:
            found = c.execute(sql.encode(), params).fetchall()
        return [dict(zip(columns, map(plain, row), strict=True)) for row in found]

    def change(self, table: str, gone: Sequence[Key], rows: Sequence[Row], fence: Fence | None) -> None:
        """See `ledger.fence.Restoring`."""
        columns, keys = columns_of(table), key_columns(table)
        name = f"{self._schema}.{table}"
        delete = f"DELETE FROM {name} WHERE {' AND '.join(f'{key} = %s' for key in keys)}"
        insert = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({_marks(columns)})"
        with self._writing() as c:
            if fence is not None:
                self._check(fence)
                self._set(c, OPEN, fence)  # for this transaction alone: nobody else sees it
            c.executemany(delete.encode(), [_typed(table, keys, key) for key in gone])
            c.executemany(insert.encode(), [_typed(table, columns, [row[name] for name in columns]) for row in rows])
            if fence is not None:
                self._set(c, fence.state, fence)

    def _fence(self, lock: str) -> Fence:
        sql = f"SELECT state, other, move, turn FROM certledger.fence WHERE id = 1 {lock}"
        with patience(), self._connection.cursor(binary=True, row_factory=tuple_row) as c:
            row = c.execute(sql.encode()).fetchone()
        if row is None:
            raise StoreCorrupt(None, "fence", "the row is missing")
        return Fence(*row)

    def _check(self, expected: Fence) -> None:
        if (there := self._fence("FOR UPDATE")) != expected:
            raise FenceMoved(there)

    def _set(self, c: psycopg.Cursor[DictRow], state: str, fence: Fence) -> None:
        sql = "UPDATE certledger.fence SET state = %s, other = %s, move = %s, turn = %s WHERE id = 1"
        c.execute(sql, (state, fence.other, fence.move, fence.turn))

    @contextmanager
    def _writing(self) -> Iterator[psycopg.Cursor[DictRow]]:
        with patience(), self._connection.transaction(), self._connection.cursor(binary=True) as c:
            c.execute("SET LOCAL lock_timeout = '60s'")
            yield c


def _typed(table: str, columns: Sequence[str], values: Sequence[Any]) -> list[Any]:
    return [
        UUID(bytes=value) if value is not None and (table, column) in _UUIDS else value
        for column, value in zip(columns, values, strict=False)
    ]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))
