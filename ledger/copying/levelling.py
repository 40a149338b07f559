"""Making a table of one database equal to that of another, whatever is there already: a copy can go on at any point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ledger.fence import Fence, Restoring
from ledger.tables import Key, Row, key_of

CHUNK: Final = 1000
"""Rows that are read, and rows that are written in one transaction."""


class Differs(Exception):
    """The destination has a row that the source has not, or has otherwise, in a table that is never changed."""

    def __init__(self, table: str, key: Key) -> None:
        super().__init__(f"{table} {key}")
        self.table, self.key = table, key


def merged(table: str, source: Iterable[Row], there: Iterable[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of both by their keys, None where one has none. Both come in the order of the key."""
    ours, theirs = iter(source), iter(there)
    wanted, found = next(ours, None), next(theirs, None)
    while wanted is not None or found is not None:
        if found is None or (wanted is not None and key_of(table, wanted) < key_of(table, found)):
            yield wanted, None
            wanted = next(ours, None)
        elif wanted is None or key_of(table, found) < key_of(table, wanted):
            yield None, found
            found = next(theirs, None)
        else:
            pair, wanted, found = (wanted, found), next(ours, None), next(theirs, None)
            yield pair


def pages(database: Restoring, table: str) -> Iterator[Row]:
    """The rows of a table that is written to meanwhile, in front of the last row that was read."""
    after: Key | None = None
    while rows := database.page(table, after, CHUNK):
        yield from rows
        after = key_of(table, rows[-1])


def check_prefix(source: Iterable[Row], database: Restoring) -> int:
    """How many entries of the log are in the database already. Raises Differs for one that the source has not."""
    count = 0
    for wanted, found in merged("stored_events", source, pages(database, "stored_events")):
        if found is None:
            break
        if found != wanted:
            raise Differs("stored_events", key_of("stored_events", found))
        count += 1
    return count


def level(
    table: str,
    source: Iterable[Row],
    database: Restoring,
    fence: Fence | None,
    done: Callable[[int], None] = lambda rows: None,
    may_go: Callable[[Key], bool] = lambda key: True,
    chunk: int = CHUNK,
) -> None:
    """Writes what is missing or different, and deletes what the source has not, where it `may_go`.

    `done` hears of the rows of the source that were dealt with. Raises Differs, FenceMoved, StoreError.
    """
    gone: list[Key] = []
    rows: list[Row] = []
    dealt = 0
    for wanted, found in merged(table, source, pages(database, table)):
        dealt += wanted is not None
        if found is not None and found != wanted and (wanted is not None or may_go(key_of(table, found))):
            if table == "stored_events":
                raise Differs(table, key_of(table, found))
            gone.append(key_of(table, found))
        if wanted is not None and found != wanted:
            rows.append(wanted)
        if max(len(gone), len(rows), dealt) >= chunk:
            _write(database, table, gone, rows, fence)
            done(dealt)
            dealt = 0
    _write(database, table, gone, rows, fence)
    done(dealt)


def _write(database: Restoring, table: str, gone: list[Key], rows: list[Row], fence: Fence | None) -> None:
    if gone or rows:
        database.change(table, gone, rows, fence)
        gone.clear()
        rows.clear()
