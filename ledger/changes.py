"""What happened, as everybody may know it: the log's public facts in its order, under the published checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.awards import Awards, Snapshot
from ledger.command_forms import to_plain
from ledger.store import Recorded
from ledger.verified import read_statement
from verifier import merkle


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log."""

    index: int
    type: str
    stream: UUID
    recorded_at: int
    """Milliseconds since 1970 UTC."""
    public: Mapping[str, Any]
    """The event's public fields as plain values (`ledger.command_forms`)."""


@dataclass(frozen=True, slots=True)
class Changes:
    """A stretch of the log."""

    size: int
    """Entries under the published checkpoint."""
    changes: tuple[Change, ...]


def changes_from(awards: Awards, start: int, limit: int) -> Changes:
    """Up to `limit` entries from index `start` on. No personal value is opened for it.

    Raises NotYetSigned where nothing is published, NotIncluded for an entry that is not the one in the published tree;
    VerificationError, CouldNotCheck, StoreError.
    """
    at = awards.snapshot()
    wanted = max(0, min(limit, at.head.size - start))
    entries = awards.ledger.store.entries(start, wanted) if wanted else []
    return Changes(at.head.size, tuple(_change(entry, at) for entry in entries))


def _change(entry: Recorded, at: Snapshot) -> Change:
    statement = read_statement(entry.statement)
    path = at.tree.inclusion_path(entry.index)
    merkle.verify_inclusion(statement.leaf, entry.index, at.head.size, path, at.head.root)
    record = statement.record
    public = {field.name: to_plain(getattr(record.event, field.name)) for field in record.type.public}
    return Change(entry.index, record.type.name, record.stream, record.envelope.recorded_at, public)
