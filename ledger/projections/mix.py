"""The view of how the log grew: entries by month, kind and key, in blocks, so that any index is counted quickly.

What it counts stands in every entry's envelope, for everyone to read; no personal value is in it.

entry_mix
  log_index   first index of the block of entries that is counted
  month       of the recorded time, in the base's zone, as YYYY-MM
  kind        of event
  kid         thumbprint of the key that signed, 32 bytes
  entries     how many
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ledger.projector import Projection, Tables
from ledger.store import Recorded
from verifier.current import business_day
from verifier.statement import Statement, parse
from verifier.verify import recorded_moment

BLOCK: Final = 1024
"""Entries of a block: what lies between its beginning and an index is counted from the entries themselves."""

_TABLES: Final = {
    "entry_mix": """CREATE TABLE entry_mix (
        log_index INTEGER NOT NULL,
        month TEXT NOT NULL,
        kind TEXT NOT NULL,
        kid BLOB NOT NULL,
        entries INTEGER NOT NULL,
        PRIMARY KEY (log_index, month, kind, kid)) STRICT, WITHOUT ROWID"""
}
_COUNT: Final = (
    "INSERT INTO entry_mix VALUES (?, ?, ?, ?, ?) ON CONFLICT (log_index, month, kind, kid)"
    " DO UPDATE SET entries = entry_mix.entries + excluded.entries"
)

Place = tuple[str, str, bytes]
"""Month, kind and key."""


def place_of(read: Statement) -> Place:
    """Where an entry is counted."""
    day = business_day(recorded_moment(read.record.envelope.recorded_at))
    return day.isoformat()[:7], read.record.type.kind, read.kid


def _apply(tables: Tables, entries: Sequence[Recorded]) -> None:
    counted: Counter[tuple[int, Place]] = Counter()
    for entry in entries:
        counted[entry.index // BLOCK * BLOCK, place_of(parse(entry.statement))] += 1
    tables.executemany(_COUNT, [(block, *place, count) for (block, place), count in sorted(counted.items())])


MIX: Final = Projection("mix", 1, _TABLES, _apply)
"""Entries by month, kind and key."""
