"""The view of the public facts of awards: found by the digest of a link id or number, with every change of standing.

It says where in the log to look and decides nothing: whoever answers reads the statements and verifies them. No
personal value is in it, so an erasure has nothing to do here.

awards
  award         stream of the award, 16 bytes
  kind          `certificate` or `title`
  log_index     of the award's own entry
  number_hash   SHA-256 of the canonical number
  link_hash     SHA-256 of the link id
  status_index  its place in the status lists
  subject       code of the programme, or level of the title
  awarded_on    first day, as YYYY-MM-DD
  expires_on    last day of validity; null for a title
award_changes
  award         as above
  log_index     of the change's entry
  change        `suspended`, `reinstated`, `revoked` or `superseded`
  changed_on    the day from which it counts
  reason        class of reason, where the change has one
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, assert_never

from ledger.projector import Projection, Tables
from ledger.store import Recorded
from verifier import kinds
from verifier.awards import AWARD_TYPES
from verifier.events import event_type
from verifier.standing import AwardEvent
from verifier.statement import parse

_TABLES: Final = {
    "awards": """CREATE TABLE awards (
        award BLOB PRIMARY KEY,
        kind TEXT NOT NULL,
        log_index INTEGER NOT NULL,
        number_hash BLOB NOT NULL,
        link_hash BLOB NOT NULL,
        status_index INTEGER NOT NULL,
        subject TEXT NOT NULL,
        awarded_on TEXT NOT NULL,
        expires_on TEXT) STRICT, WITHOUT ROWID""",
    "award_changes": """CREATE TABLE award_changes (
        award BLOB NOT NULL,
        log_index INTEGER NOT NULL,
        change TEXT NOT NULL,
        changed_on TEXT NOT NULL,
        reason TEXT,
        PRIMARY KEY (award, log_index)) STRICT, WITHOUT ROWID""",
}
_INDEXES: Final = (
    "CREATE INDEX awards_by_link ON awards (link_hash)",
    "CREATE INDEX awards_by_number ON awards (number_hash)",
    "CREATE INDEX awards_by_index ON awards (log_index)",
)


def _apply(tables: Tables, entries: Sequence[Recorded]) -> None:
    awards: list[tuple[Any, ...]] = []
    changes: list[tuple[Any, ...]] = []
    for entry in entries:
        if entry.topic not in AWARD_TYPES:
            continue
        event: AwardEvent = parse(entry.statement).record.event  # type: ignore[assignment]
        if isinstance(event, kinds.CertificateAwarded | kinds.TitleGranted):
            awards.append(_award_row(entry.index, event))
        else:
            word = event_type(event).kind.partition(".")[2]
            changes.append((entry.stream_id.bytes, entry.index, word, *_change(event)))
    tables.executemany("INSERT INTO awards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", awards)
    tables.executemany("INSERT INTO award_changes VALUES (?, ?, ?, ?, ?)", changes)


def _award_row(index: int, event: kinds.CertificateAwarded | kinds.TitleGranted) -> tuple[Any, ...]:
    facts = (index, event.number_hash, event.link_hash, event.status_index)
    match event:
        case kinds.CertificateAwarded():
            days = (_text(event.awarded_on), _text(event.expires_on))
            return (event.stream_id.bytes, "certificate", *facts, event.programme, *days)
        case kinds.TitleGranted():
            return (event.stream_id.bytes, "title", *facts, event.level, _text(event.granted_on), None)
        case _:
            assert_never(event)


def _change(
    event: kinds.CertificateSuspended
    | kinds.CertificateReinstated
    | kinds.CertificateRevoked
    | kinds.CertificateSuperseded
    | kinds.TitleRevoked
    | kinds.TitleSuperseded,
) -> tuple[str, str | None]:
    match event:
        case kinds.CertificateSuspended():
            return _text(event.suspended_on), event.reason
        case kinds.CertificateReinstated():
            return _text(event.reinstated_on), None
        case kinds.CertificateRevoked() | kinds.TitleRevoked():
            return _text(event.revoked_on), event.reason
        case kinds.CertificateSuperseded() | kinds.TitleSuperseded():
            return _text(event.superseded_on), None
        case _:
            assert_never(event)


def _text(day: date) -> str:
    return day.isoformat()


AWARDS: Final = Projection("awards", 1, _TABLES, _apply, _INDEXES)
"""Awards by link, number and place in the log."""
