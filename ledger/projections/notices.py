"""The view of public notices: which applications' notices were posted, which of those applications were refused, and
which objections were lodged by the form.

Which title or objection belongs to which application is not in it: that stands in the log as a salted hash. No
personal value is in it, so an erasure has nothing to do here.

notices
  application   stream of the application, 16 bytes
  log_index     of the entry that says that the notice was posted
  refused       index of the entry that refused the application; null for none
objections
  objection     stream of an objection, 16 bytes
  log_index     of the entry that says that it was lodged
  erased        index of the entry that says that its objector's data were erased; null for none
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.projector import Projection, Tables
from ledger.store import Recorded
from verifier import kinds
from verifier.events import event_type

_TABLES: Final = {
    "notices": """CREATE TABLE notices (
        application BLOB PRIMARY KEY,
        log_index INTEGER NOT NULL,
        refused INTEGER) STRICT, WITHOUT ROWID""",
    "objections": """CREATE TABLE objections (
        objection BLOB PRIMARY KEY,
        log_index INTEGER NOT NULL,
        erased INTEGER) STRICT, WITHOUT ROWID""",
}
_INDEXES: Final = ("CREATE INDEX notices_by_index ON notices (log_index)",)
_BEGINNINGS: Final = (
    (event_type(kinds.NoticePosted).name, "INSERT INTO notices VALUES (?, ?, NULL)"),
    (event_type(kinds.ObjectionLodged).name, "INSERT INTO objections VALUES (?, ?, NULL)"),
)
_ENDINGS: Final = (
    (event_type(kinds.ApplicationRefused).name, "UPDATE notices SET refused = ? WHERE application = ?"),
    (event_type(kinds.ObjectionErased).name, "UPDATE objections SET erased = ? WHERE objection = ?"),
)


def _apply(tables: Tables, entries: Sequence[Recorded]) -> None:
    for topic, sql in _BEGINNINGS:
        tables.executemany(sql, [(entry.stream_id.bytes, entry.index) for entry in entries if entry.topic == topic])
    for topic, sql in _ENDINGS:
        tables.executemany(sql, [(entry.index, entry.stream_id.bytes) for entry in entries if entry.topic == topic])


NOTICES: Final = Projection("notices", 1, _TABLES, _apply, _INDEXES)
"""Public notices by application and place in the log."""
