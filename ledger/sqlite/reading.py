"""Selects over a ledger file. Every entry that is read is checked against its statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from eventsourcing.sqlite import SQLiteCursor

from ledger.columns import check_columns
from ledger.store import Claim, Recorded, SignedHead, StoreCorrupt

_ENTRY: Final = """SELECT e.notification_id, e.originator_id, e.originator_version, e.topic, e.state, e.leaf,
    v.subject, v.sealed FROM stored_events e LEFT JOIN vault v ON v.notification_id = e.notification_id """

Select = Callable[[str, Sequence[Any]], list[Any]]
"""Gives the rows of one select."""

_CHUNK: Final = 500
"""Parameters a select: SQLite takes at least 999."""


def entries(c: SQLiteCursor, start: int, limit: int) -> list[Recorded]:
    """Entries from index `start` on. Raises StoreCorrupt, also for a gap in the log."""
    c.execute(_ENTRY + "WHERE e.notification_id > ? ORDER BY e.notification_id LIMIT ?", (start, limit))
    found = [_recorded(row) for row in c.fetchall()]
    for index, entry in enumerate(found, start):
        if entry.index != index:
            raise StoreCorrupt(index, "notification_id", "the entry is missing")
    return found


def entry(c: SQLiteCursor, index: int) -> Recorded | None:
    """One entry. Raises StoreCorrupt."""
    c.execute(_ENTRY + "WHERE e.notification_id = ?", (index + 1,))
    row = c.fetchone()
    return None if row is None else _recorded(row)


def stream(select: Select, stream_id: UUID) -> list[Recorded]:
    """One stream, oldest first. Raises StoreCorrupt."""
    rows = select(_ENTRY + "WHERE e.originator_id = ? ORDER BY e.originator_version", (stream_id.bytes,))
    return [_recorded(row) for row in rows]


def dossier(c: SQLiteCursor, subject: UUID) -> list[Recorded]:
    """All streams of one person in log order. Raises StoreCorrupt."""
    c.execute(
        _ENTRY + "JOIN streams s ON s.stream = e.originator_id WHERE s.subject = ? ORDER BY e.notification_id",
        (subject.bytes,),
    )
    return [_recorded(row) for row in c.fetchall()]


def claims(c: SQLiteCursor, keys: Sequence[bytes]) -> dict[bytes, Claim]:
    """Those of the keys that are taken."""
    found: dict[bytes, Claim] = {}
    for chunk in _chunks(keys):
        c.execute(f"SELECT key, subject, value FROM claims WHERE key IN ({','.join('?' * len(chunk))})", chunk)
        for row in c.fetchall():
            subject = None if row["subject"] is None else UUID(bytes=row["subject"])
            found[row["key"]] = Claim(row["key"], subject, row["value"])
    return found


def boundary(select: Select, key: bytes) -> int:
    """Revision of a boundary, 0 if it is not there."""
    rows = select("SELECT revision FROM boundaries WHERE boundary = ?", (key,))
    return int(rows[0]["revision"]) if rows else 0


def erasures(c: SQLiteCursor) -> list[UUID]:
    """Everyone ever erased."""
    c.execute("SELECT subject FROM erasures")
    return [UUID(bytes=row["subject"]) for row in c.fetchall()]


def leaves(c: SQLiteCursor, start: int, end: int) -> list[bytes]:
    """Leaf hashes of the entries [start, end). Raises StoreCorrupt if one is missing."""
    c.execute(
        "SELECT notification_id, leaf FROM stored_events WHERE notification_id BETWEEN ? AND ? ORDER BY 1",
        (start + 1, end),
    )
    rows = c.fetchall()
    if len(rows) != max(0, end - start):
        present = {row["notification_id"] - 1 for row in rows}
        missing = next(index for index in range(start, end) if index not in present)
        raise StoreCorrupt(missing, "notification_id", "the entry is missing")
    return [row["leaf"] for row in rows]


def signed_head(c: SQLiteCursor) -> SignedHead | None:
    """The latest signed head."""
    c.execute("SELECT size, root, note FROM signed_head WHERE id = 1")
    row = c.fetchone()
    return None if row is None else SignedHead(row["size"], row["root"], row["note"])


def _recorded(row: Any) -> Recorded:
    number, stream_id, version, topic, statement, leaf, subject, sealed = row
    found = Recorded(
        number - 1,
        UUID(bytes=stream_id),
        version,
        topic,
        statement,
        leaf,
        None if subject is None else UUID(bytes=subject),
        sealed,
    )
    check_columns(found.index, found.stream_id, version, topic, statement)
    return found


def _chunks(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
