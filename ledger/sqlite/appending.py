"""The one transaction that records a batch. Its first statement writes, so that no reader has to become a writer
(PERSISTENCE.md: reading first ends in "database is locked").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from eventsourcing.sqlite import SQLiteCursor

from ledger.columns import check_columns
from ledger.store import (
    Appended,
    Batch,
    BoundaryMoved,
    Claim,
    ClaimTaken,
    Entry,
    StoreCorrupt,
    VersionConflict,
)
from verifier.errors import Inconsistent
from verifier.merkle import Frontier, leaf_hash


def check_batch(batch: Batch) -> None:
    """Checks what needs no look at the store. Raises ValueError; a wrong leaf would spoil the tree for ever."""
    for place, entry in enumerate(batch.entries):
        if leaf_hash(entry.statement) != entry.leaf:
            raise ValueError(f"entry {place} of the batch: the leaf hash is not that of its statement")
        if (entry.subject is None) != (entry.sealed is None):
            raise ValueError(f"entry {place} of the batch: sealed values and their subject go together")
        try:
            check_columns(None, entry.stream_id, entry.version, entry.topic, entry.statement)
        except StoreCorrupt as error:
            raise ValueError(f"entry {place} of the batch: {error}") from error
    for boundary, (read, write) in batch.boundaries.items():
        if not 0 <= read <= write:
            raise ValueError(f"boundary {boundary.hex()}: revision {write} cannot follow {read}")


def lock_head(c: SQLiteCursor) -> Frontier:
    """Takes the write lock with a write, then reads the tree. Raises StoreCorrupt."""
    c.execute("UPDATE tree_head SET size = size WHERE id = 1 RETURNING size, frontier")
    rows = c.fetchall()
    if not rows:
        raise StoreCorrupt(None, "tree_head", "the row is missing")
    return read_head(rows[0])


def read_head(row: Mapping[str, Any]) -> Frontier:
    """The tree that a row of tree_head describes. Raises StoreCorrupt."""
    try:
        frontier = Frontier.from_bytes(row["frontier"])
    except Inconsistent as error:
        raise StoreCorrupt(None, "tree_head.frontier", error.message) from error
    if frontier.size != row["size"]:
        raise StoreCorrupt(None, "tree_head.size", f"{row['size']}, but the frontier is of size {frontier.size}")
    return frontier


def write_head(c: SQLiteCursor, frontier: Frontier) -> None:
    """Puts the new tree in its row."""
    c.execute("UPDATE tree_head SET size = ?, frontier = ? WHERE id = 1", (frontier.size, frontier.to_bytes()))


def write_batch(c: SQLiteCursor, batch: Batch) -> Appended:
    """Writes all of the batch inside the transaction of `c`. Raises VersionConflict, BoundaryMoved, ClaimTaken."""
    before = lock_head(c)
    if (known := find_command(c, batch.command_id)) is not None:
        return known
    _check_versions(c, batch.entries)
    write_head(c, before.extend(entry.leaf for entry in batch.entries))
    _write_entries(c, before.size, batch.entries)
    _move_boundaries(c, batch.boundaries)
    _take_claims(c, batch.claims)
    c.executemany("INSERT OR IGNORE INTO streams VALUES (?, ?)", [(who.bytes, s.bytes) for who, s in batch.streams])
    c.execute("INSERT INTO commands VALUES (?, ?, ?)", (batch.command_id, before.size, len(batch.entries)))
    _erase(c, batch.erases)
    return Appended(before.size, len(batch.entries))


def find_command(c: SQLiteCursor, command_id: bytes) -> Appended | None:
    """What a recorded command recorded."""
    c.execute("SELECT first_index, count FROM commands WHERE command_id = ?", (command_id,))
    row = c.fetchone()
    return None if row is None else Appended(row["first_index"], row["count"], repeated=True)


_LATEST: Final = "SELECT MAX(originator_version) FROM stored_events WHERE originator_id = ?"


def _check_versions(c: SQLiteCursor, entries: Sequence[Entry]) -> None:
    versions: dict[UUID, int] = {}
    for entry in entries:
        actual = versions.get(entry.stream_id)
        if actual is None:
            c.execute(_LATEST, (entry.stream_id.bytes,))
            actual = c.fetchone()[0] or 0
        if entry.version != actual + 1:
            raise VersionConflict(entry.stream_id, entry.version - 1, actual)
        versions[entry.stream_id] = entry.version


def _write_entries(c: SQLiteCursor, size: int, entries: Sequence[Entry]) -> None:
    c.executemany(
        "INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)",
        [(n, e.stream_id.bytes, e.version, e.topic, e.statement, e.leaf) for n, e in enumerate(entries, size + 1)],
    )
    c.executemany(
        "INSERT INTO vault VALUES (?, ?, ?)",
        [(n, e.subject.bytes, e.sealed) for n, e in enumerate(entries, size + 1) if e.subject is not None],
    )


def _move_boundaries(c: SQLiteCursor, boundaries: Mapping[bytes, tuple[int, int]]) -> None:
    for boundary, (read, write) in boundaries.items():
        c.execute("SELECT revision FROM boundaries WHERE boundary = ?", (boundary,))
        row = c.fetchone()
        actual = 0 if row is None else row["revision"]
        if actual != read:
            raise BoundaryMoved(boundary, read, actual)
        if write != read:
            c.execute("INSERT OR REPLACE INTO boundaries VALUES (?, ?)", (boundary, write))


def _take_claims(c: SQLiteCursor, claims: Sequence[Claim]) -> None:
    seen: set[bytes] = set()
    for claim in claims:
        c.execute("SELECT 1 FROM claims WHERE key = ?", (claim.key,))
        if claim.key in seen or c.fetchone() is not None:
            raise ClaimTaken(claim.key)
        seen.add(claim.key)
    c.executemany(
        "INSERT INTO claims VALUES (?, ?, ?)",
        [(claim.key, None if claim.subject is None else claim.subject.bytes, claim.value) for claim in claims],
    )


def _erase(c: SQLiteCursor, subjects: Sequence[UUID]) -> None:
    for subject in subjects:
        for table in ("vault", "claims", "streams"):
            c.execute(f"DELETE FROM {table} WHERE subject = ?", (subject.bytes,))
        c.execute("INSERT OR IGNORE INTO erasures VALUES (?)", (subject.bytes,))
