"""The register: people, enrolments, certificates, applications and titles as the base's own staff lists them (ADR 31).

A private view. Its fold is as pure as the others': what opens sealed values, and hides them again, is an argument. An
erasure deletes every row about the person; entries whose values are gone change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from ledger.projections.register.definitions import Definitions
from ledger.projections.register.person import Hiding, PersonFile, Rows
from ledger.projections.register.rows import (
    CERTIFICATES,
    INDEXES,
    NAME_TOKENS,
    PEOPLE,
    PERSONAL,
    REACH,
    TABLES,
    TITLES,
)
from ledger.projector import Projection, Tables
from ledger.store import Recorded
from verifier import kinds
from verifier.dossier import Erased
from verifier.events import Event, event_type
from verifier.statement import parse

REVISION: Final = 2
IN_ONE: Final = 500
"""Ids that one select asks for: always so many, so that few statements are prepared."""

_DEFINING: Final = frozenset(
    event_type(cls).name for cls in (kinds.ProgrammePublished, kinds.PolicyPublished, kinds.CohortOpened)
)
_AWARDING: Final = frozenset(event_type(cls).name for cls in (kinds.CertificateAwarded, kinds.TitleGranted))
_ERASING: Final = event_type(kinds.TraineeErased).name
_CHANGING: Final = frozenset(
    event_type(cls).name
    for cls in (
        kinds.CertificateSuspended,
        kinds.CertificateReinstated,
        kinds.CertificateRevoked,
        kinds.CertificateSuperseded,
        kinds.TitleRevoked,
        kinds.TitleSuperseded,
    )
)
_PERSONAL: Final = frozenset(
    event_type(cls).name
    for cls in (
        kinds.TraineeRegistered,
        kinds.TraineeNameChanged,
        kinds.TraineeDetailsAmended,
        kinds.EnrolmentMade,
        kinds.EnrolmentWithdrawn,
        kinds.AttendanceRecorded,
        kinds.CertificationRefused,
        kinds.CertificateAwarded,
        kinds.ApplicationFiled,
        kinds.ApplicationFoundEligible,
        kinds.PanelVoted,
        kinds.NoticePosted,
        kinds.ObjectionRaised,
        kinds.ObjectionResolved,
        kinds.DecisionRefused,
        kinds.ApplicationRefused,
        kinds.TitleGranted,
    )
)
_TOPICS: Final = _DEFINING | _PERSONAL | _CHANGING | {_ERASING}


class Opened(Hiding, Protocol):
    """The personal values of some entries, open."""

    def event(self, entry: Recorded) -> Event:
        """The event of an entry, `Withheld` in place of what is erased."""


class Opening(Protocol):
    """What opens entries, some at a time: it keeps no key any longer than that."""

    def open(self, entries: Sequence[Recorded]) -> Opened:
        """These entries, for one step of the fold."""


def register_with(opening: Opening) -> Projection:
    """The projection whose entries are opened by this."""

    def apply(tables: Tables, entries: Sequence[Recorded]) -> None:
        _apply(tables, entries, opening)

    definitions = {table.name: table.definition for table in TABLES}
    return Projection("register", REVISION, definitions, apply, INDEXES)


def _apply(tables: Tables, entries: Sequence[Recorded], opening: Opening) -> None:
    entries = [entry for entry in entries if entry.topic in _TOPICS]
    if not entries:
        return
    known = Definitions(tables)
    wanted = [entry for entry in entries if entry.topic not in _DEFINING]
    owners = _owners(tables, wanted)
    subjects = list(dict.fromkeys(owners.values()))
    rows = {subject: _Before(subject) for subject in subjects}
    _load(tables, rows)
    opened = opening.open(wanted)
    files = {subject: PersonFile(subject, before.rows) for subject, before in rows.items()}
    for subject, before in rows.items():
        before.reach = files[subject].reached_by(known)
    for entry in entries:
        if entry.topic in _DEFINING:
            known.take(parse(entry.statement).record.event)
        elif (owner := owners.get(entry.index)) is not None:
            try:
                files[owner].take(opened.event(entry), opened, known)
            except Erased:
                continue  # the person's data are gone; the entry that says so comes further on
    _write(tables, rows, files, known)


class _Before:
    """What lay in the tables of one person."""

    def __init__(self, subject: UUID) -> None:
        self.subject = subject
        self.rows: Rows = {table.name: {} for table in PERSONAL}
        self.reach: set[tuple[str, str, bytes, int]] = set()


def _owners(tables: Tables, entries: Sequence[Recorded]) -> dict[int, UUID]:
    """Whose each entry is, by index. A change of standing without personal values says it by its award alone."""
    awarded = {entry.stream_id: entry.subject for entry in entries if entry.topic in _AWARDING}
    nameless = [entry for entry in entries if entry.topic in _CHANGING and entry.subject is None]
    for table in (CERTIFICATES, TITLES):
        for row in _select(tables, f"SELECT {table.key[0]}, subject FROM {table.name} WHERE {table.key[0]}", nameless):
            awarded[UUID(bytes=bytes(row[0]))] = UUID(bytes=bytes(row[1]))
    found: dict[int, UUID] = {}
    for entry in entries:
        owner = entry.stream_id if entry.topic == _ERASING else entry.subject or awarded.get(entry.stream_id)
        if owner is not None:
            found[entry.index] = owner
    return found


def _select(tables: Tables, sql: str, entries: Sequence[Recorded]) -> list[Any]:
    return _select_in(tables, sql, [entry.stream_id.bytes for entry in entries])


def _select_in(tables: Tables, sql: str, ids: Sequence[bytes]) -> list[Any]:
    """Rows of a select that ends in the column which is to be one of the ids."""
    found: list[Any] = []
    for start in range(0, len(ids), IN_ONE):
        some = ids[start : start + IN_ONE]
        size = IN_ONE if len(ids) > IN_ONE // 10 else IN_ONE // 10
        asked = [*some, *[some[-1]] * (size - len(some))]
        found += tables.select(f"{sql} IN ({','.join('?' * size)})", asked)
    return found


def _load(tables: Tables, rows: dict[UUID, _Before]) -> None:
    ids = [subject.bytes for subject in rows]
    for table in PERSONAL:
        place = table.columns.index("subject")
        for row in _select_in(tables, f"SELECT * FROM {table.name} WHERE subject", ids):
            values = tuple(row)
            rows[UUID(bytes=values[place])].rows[table.name][values[0]] = values


def _write(tables: Tables, rows: dict[UUID, _Before], files: dict[UUID, PersonFile], known: Definitions) -> None:
    for file in files.values():
        file.settle(known)
    after = {subject: file.rows() for subject, file in files.items()}
    for table in PERSONAL:
        gone: list[Any] = []
        changed: list[Any] = []
        for subject, before in rows.items():
            old, new = before.rows[table.name], after[subject][table.name]
            gone += [(key,) for key in old if key not in new]
            changed += [row for key, row in new.items() if old.get(key) != row]
        _run(tables, table.delete, gone)
        _run(tables, table.upsert, changed)
    reached = {subject: file.reached_by(known) for subject, file in files.items()}
    _run(tables, REACH.delete, [row[:3] for subject, old in rows.items() for row in old.reach - reached[subject]])
    _run(tables, REACH.upsert, [row for subject, old in rows.items() for row in reached[subject] - old.reach])
    _write_tokens(tables, rows, files)


def _write_tokens(tables: Tables, rows: dict[UUID, _Before], files: dict[UUID, PersonFile]) -> None:
    old: list[tuple[bytes]] = []
    new: list[tuple[bytes, str, bytes]] = []
    for subject, file in files.items():
        if rows[subject].rows[PEOPLE.name] and (file.person is None or file.tokens is not None):
            old.append((subject.bytes,))
        if file.person is not None and file.tokens is not None:
            new += [(token, file.person.registered_on, subject.bytes) for token in file.tokens]
    _run(tables, "DELETE FROM name_tokens WHERE subject = ?", old)
    _run(tables, NAME_TOKENS.upsert, new)


def _run(tables: Tables, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """In the order of the keys, so that neighbours go into the same page."""
    if there := sorted(rows):
        tables.executemany(sql, there)
