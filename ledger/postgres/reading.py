"""Selects over a ledger database. Every entry that is read is checked against its statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from ledger.columns import check_columns
from ledger.fence import Fence
from ledger.store import Appended, Claim, Recorded, SignedHead, StoreCorrupt
from verifier.errors import Inconsistent
from verifier.merkle import Frontier

Rows = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs one select, a transaction of its own; values come in binary form."""

_ENTRY: Final = """SELECT e.notification_id, e.originator_id, e.originator_version, e.topic, e.state, e.leaf,
    v.subject, v.sealed FROM certledger.stored_events e LEFT JOIN certledger.vault v USING (notification_id) """


def entries(rows: Rows, start: int, limit: int) -> list[Recorded]:
    """Entries from index `start` on. Raises StoreCorrupt, also for a gap in the log."""
    found = rows(_ENTRY + "WHERE e.notification_id > %s ORDER BY e.notification_id LIMIT %s", (start, limit))
    read = [_recorded(row) for row in found]
    for index, entry in enumerate(read, start):
        if entry.index != index:
            raise StoreCorrupt(index, "notification_id", "the entry is missing")
    return read


def entry(rows: Rows, index: int) -> Recorded | None:
    """One entry. Raises StoreCorrupt."""
    found = rows(_ENTRY + "WHERE e.notification_id = %s", (index + 1,))
    return _recorded(found[0]) if found else None


def stream(rows: Rows, stream_id: UUID) -> list[Recorded]:
    """One stream, oldest first. Raises StoreCorrupt."""
    found = rows(_ENTRY + "WHERE e.originator_id = %s ORDER BY e.originator_version", (stream_id,))
    return [_recorded(row) for row in found]


def dossier(rows: Rows, subject: UUID) -> list[Recorded]:
    """All streams of one person in log order. Raises StoreCorrupt."""
    found = rows(
        _ENTRY + "JOIN certledger.streams s ON s.stream = e.originator_id WHERE s.subject = %s"
        " ORDER BY e.notification_id",
        (subject,),
    )
    return [_recorded(row) for row in found]


def command(rows: Rows, command_id: bytes) -> Appended | None:
    """What a recorded command recorded."""
    found = rows("SELECT first_index, count FROM certledger.commands WHERE command_id = %s", (command_id,))
    return Appended(found[0][0], found[0][1], repeated=True) if found else None


def claims(rows: Rows, keys: Sequence[bytes]) -> dict[bytes, Claim]:
    """Those of the keys that are taken."""
    found = rows("SELECT key, subject, value FROM certledger.claims WHERE key = ANY (%b::bytea[])", (list(keys),))
    return {key: Claim(key, subject, value) for key, subject, value in found}


def boundary(rows: Rows, key: bytes) -> int:
    """Revision of a boundary, 0 if it is not there."""
    found = rows("SELECT revision FROM certledger.boundaries WHERE boundary = %s", (key,))
    return int(found[0][0]) if found else 0


def erasures(rows: Rows) -> list[UUID]:
    """Everyone ever erased."""
    return [subject for (subject,) in rows("SELECT subject FROM certledger.erasures ORDER BY subject", ())]


def size(rows: Rows) -> int:
    """How many entries there are. Raises StoreCorrupt."""
    return _head(rows)[0]


def head(rows: Rows) -> Frontier:
    """The tree over all entries. Raises StoreCorrupt."""
    said, data = _head(rows)
    try:
        frontier = Frontier.from_bytes(data)
    except Inconsistent as error:
        raise StoreCorrupt(None, "tree_head.frontier", error.message) from error
    if frontier.size != said:
        raise StoreCorrupt(None, "tree_head.size", f"{said}, but the frontier is of size {frontier.size}")
    return frontier


def leaves(rows: Rows, start: int, end: int) -> list[bytes]:
    """Leaf hashes of the entries [start, end). Raises StoreCorrupt if one is missing."""
    found = rows(
        "SELECT notification_id, leaf FROM certledger.stored_events WHERE notification_id BETWEEN %s AND %s ORDER BY 1",
        (start + 1, end),
    )
    if len(found) != max(0, end - start):
        present = {number - 1 for number, _ in found}
        missing = next(index for index in range(start, end) if index not in present)
        raise StoreCorrupt(missing, "notification_id", "the entry is missing")
    return [leaf for _, leaf in found]


def signed_head(rows: Rows) -> SignedHead | None:
    """The latest signed head."""
    found = rows("SELECT size, root, note FROM certledger.signed_head WHERE id = 1", ())
    return SignedHead(*found[0]) if found else None


def fence(rows: Rows) -> Fence:
    """Whether this database may be written to. Raises StoreCorrupt."""
    found = rows("SELECT state, other, move, turn FROM certledger.fence WHERE id = 1", ())
    if not found:
        raise StoreCorrupt(None, "fence", "the row is missing")
    return Fence(*found[0])


def _head(rows: Rows) -> tuple[int, bytes]:
    found = rows("SELECT size, frontier FROM certledger.tree_head WHERE id = 1", ())
    if not found:
        raise StoreCorrupt(None, "tree_head", "the row is missing")
    return found[0][0], found[0][1]


def _recorded(row: tuple[Any, ...]) -> Recorded:
    number, stream_id, version, topic, statement, leaf, subject, sealed = row
    found = Recorded(number - 1, stream_id, version, topic, statement, leaf, subject, sealed)
    check_columns(found.index, stream_id, version, topic, statement)
    return found
