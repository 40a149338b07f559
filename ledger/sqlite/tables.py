"""The port `Tables` on one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ledger.sqlite import schema
from ledger.sqlite.datastore import connect, execute, patience
from ledger.tables import Row, key_columns


class SqliteTables:
    """Reads all of a ledger's own file in one transaction."""

    def __init__(self, path: Path, *, is_ledger: bool, has_log: bool | None = None) -> None:
        """`is_ledger` for the ledger's own file, whose definitions must be those of this program.

        `has_log`: whether the file has a write-ahead log, as the ledger's own.
        """
        self._is_ledger, self._has_log = is_ledger, is_ledger if has_log is None else has_log
        with patience():
            self._connection = connect(path)
            if is_ledger:
                self._connection.execute("BEGIN")
                # From here on one state is read.
                execute(self._connection, "SELECT COUNT(*) FROM sqlite_schema").fetchone()

    def close(self) -> None:
        """Ends the transaction."""
        self._connection.close()

    def rows(self, table: str) -> Iterator[Row]:
        """See `ledger.tables.Tables`."""
        sql = f'SELECT * FROM "{table}" ORDER BY {", ".join(key_columns(table))}'
        with patience():
            cursor = execute(self._connection, sql)
            # The file of data keys has no write-ahead log: reading it for long would keep its writers waiting.
            for row in cursor if self._has_log else cursor.fetchall():
                yield dict(row)

    def problems(self) -> list[str]:
        """See `ledger.tables.Tables`."""
        with patience():
            found = execute(self._connection, "PRAGMA integrity_check").fetchall()
        checked = [text for (text,) in found if text != "ok"]
        if self._is_ledger:
            with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
                schema.create(fresh)
                wanted = _definitions(fresh)
            there = _definitions(self._connection)
            checked += [
                f"{name} is not defined as it should be"
                for name in sorted(wanted.keys() & there.keys())
                if wanted[name] != there[name]
            ]
            checked += [f"{name} is missing" for name in sorted(wanted.keys() - there.keys())]
            checked += [f"{name} does not belong there" for name in sorted(there.keys() - wanted.keys())]
        return checked


def _definitions(connection: sqlite3.Connection) -> dict[str, str | None]:
    found = {
        f"{kind} {name}": sql for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema")
    }
    found["schema version"] = str(connection.execute("PRAGMA user_version").fetchone()[0])
    return found
