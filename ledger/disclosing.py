"""Disclosure to an auditor: what the file holds, and that it is given out only once the log says so (ADR 41).

The content of a file follows from the log's size, the scope and what is not erased. So a file that a crash took away
after its event was recorded is made again, and comes to the same digest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from ledger import commands as c
from ledger.exports import log_of
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.store import Recorded
from ledger.vault import Vault
from verifier import disclosure, kinds, statement
from verifier.auditor_key import Recipient
from verifier.catalogue import Catalogue
from verifier.disclosure import Item, Scope
from verifier.errors import CouldNotCheck
from verifier.events import EVENTS, Event
from verifier.merkle import Frontier
from verifier.record import disclosed_name
from verifier.replay.inputs import NEEDED

CHUNK = 10_000
"""Leaves read at a time."""
CONTENT_KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose values are to be disclosed: a cohort's people, an organisation's, or everybody's where neither is named."""

    cohort: str | None = None
    organisation: str | None = None
    everything: bool = False
    """Also what no rule looks at: numbers of documents, addresses, telephones."""

    @property
    def scope(self) -> str:
        """How the log names it."""
        named = f"cohort:{self.cohort}" if self.cohort else "all"
        named = f"organisation:{self.organisation}" if self.organisation else named
        return f"{named} everything" if self.everything else named


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What was given out."""

    index: int
    """Of the event that says so."""
    scope: Scope
    entries: int
    erased: int
    """Entries of people whose values are erased: they are named as such."""
    digest: bytes
    repeated: bool
    """Whether the event had been recorded before, and the file alone was made again."""


def disclose(ledger: Ledger, recipient: Recipient, wanted: Wanted, actors: Actors, to: Path) -> Disclosed:
    """Records a disclosure, and writes its file. Raises Refusal, StoreError, OSError; CouldNotCheck where somebody was
    erased meanwhile.

    Where the same was recorded before, and nothing of it is new since, the file of that event is made again.
    """
    if to.exists():
        raise FileExistsError(17, "there is a file already", str(to))
    made = _Making(ledger, wanted)
    # (1) What the file will be. (2) The event. (3) The file, which has to come to the same.
    before = made.made_before(recipient)
    if before is None:
        scope = made.scope(ledger.store.head().size)
        counted = made.counted(scope)
        index = _record(ledger, recipient, scope, counted, actors)
    else:
        index, scope, counted = before
    _write(to, recipient, made, scope, counted.digest)
    return Disclosed(index, scope, counted.entries, counted.erased, counted.digest, before is not None)


@dataclass(slots=True)
class _Counted:
    """What a file comes to."""

    entries: int = 0
    erased: int = 0
    digest: bytes = b""


@dataclass(slots=True)
class _People:
    """Whose streams are within the scope; everybody's where `everybody` is set."""

    everybody: bool
    subjects: set[UUID] = field(default_factory=set)
    applications: dict[UUID, UUID] = field(default_factory=dict)
    """Whose application it is."""

    def are_within(self, recorded: Recorded, event: Event) -> bool:
        """Whether an entry with personal values belongs to somebody within the scope."""
        if self.everybody:
            return True
        if isinstance(event, kinds.ObjectionLodged):
            return isinstance(event.application, UUID) and self.applications.get(event.application) in self.subjects
        return recorded.subject in self.subjects


class _Making:
    """What one file holds."""

    def __init__(self, ledger: Ledger, wanted: Wanted) -> None:
        self._ledger, self._wanted = ledger, wanted
        base = ledger.desk().base
        if wanted.cohort is not None and wanted.cohort not in base.catalogue.cohorts:
            raise Refusal(Code.UNKNOWN_COHORT, f"no cohort {wanted.cohort!r}")
        if wanted.organisation is not None and wanted.organisation not in base.organisations:
            raise Refusal(Code.UNKNOWN_ORGANISATION, f"no organisation {wanted.organisation!r}")
        self._people = self._find_people(base.catalogue)

    def scope(self, size: int) -> Scope:
        """The scope of a file as of so many entries."""
        frontier = Frontier()
        for start in range(0, size, CHUNK):
            frontier = frontier.extend(self._ledger.store.leaves(start, min(start + CHUNK, size)))
        return Scope(self._ledger.settings.origin, size, frontier.root, self._wanted.scope)

    def counted(self, scope: Scope) -> _Counted:
        """What the file comes to."""
        counted = _Counted()

        def counting() -> Iterator[Item]:
            for index, disclosures in self.items(0, scope.size):
                counted.entries += disclosures is not None
                counted.erased += disclosures is None
                yield index, disclosures

        counted.digest = disclosure.digest_of(disclosure.parts(scope, counting()))
        return counted

    def items(self, start: int, size: int) -> Iterator[Item]:
        """The disclosures of the entries from `start` to before `size`."""
        vault = Vault(self._ledger.data_keys)
        for recorded in log_of(self._ledger.store, start):
            if recorded.index >= size:
                return
            declared = EVENTS[recorded.topic]
            needed = NEEDED.get(declared.kind, ())
            if not (needed or (self._wanted.everything and (declared.personal or declared.printed))):
                continue
            opened = vault.open(recorded)
            if opened is None:
                yield recorded.index, None
            elif self._is_within(vault, recorded):
                yield recorded.index, opened if self._wanted.everything else _chosen(declared.name, opened)

    def made_before(self, recipient: Recipient) -> tuple[int, Scope, _Counted] | None:
        """A disclosure of the same to the same auditor whose file still comes to the same, with its event's index."""
        found = self._recorded_before(recipient)
        if found is None:
            return None
        index, event = found
        scope = self.scope(event.as_of)
        counted = self.counted(scope)
        return (index, scope, counted) if counted.digest == event.digest else None

    def _recorded_before(self, recipient: Recipient) -> tuple[int, kinds.DisclosureMade] | None:
        """The newest disclosure of the same to the same auditor, with its index, if nothing of it is new since."""
        found: tuple[int, kinds.DisclosureMade] | None = None
        for recorded in self._ledger.store.dossier(self._ledger.log_id):
            event = statement.parse(recorded.statement).record.event
            same = isinstance(event, kinds.DisclosureMade) and event.scope == self._wanted.scope
            if same and isinstance(event, kinds.DisclosureMade) and event.recipient == recipient.thumbprint:
                found = (recorded.index, event)
        if found is None or next(self.items(found[1].as_of, self._ledger.store.head().size), None) is not None:
            return None
        return found

    def _is_within(self, vault: Vault, recorded: Recorded) -> bool:
        if self._people.everybody or recorded.topic != "objection.lodged/1":
            return self._people.are_within(recorded, statement.parse(recorded.statement).record.event)
        return self._people.are_within(recorded, vault.read(recorded)[1])

    def _find_people(self, catalogue: Catalogue) -> _People:
        wanted, people = self._wanted, _People(self._wanted.cohort is None and self._wanted.organisation is None)
        if people.everybody:
            return people
        vault = Vault(self._ledger.data_keys)
        for recorded in log_of(self._ledger.store):
            if recorded.topic not in _TELLING or recorded.subject is None:
                continue
            event = vault.read(recorded)[1]
            if isinstance(event, kinds.ApplicationFiled):
                people.applications[event.application_id] = recorded.subject
            if _concerns(event, wanted, catalogue):
                people.subjects.add(recorded.subject)
        return people


_TELLING = frozenset(
    {
        "trainee.registered/1",
        "trainee.details-amended/1",
        "enrolment.made/1",
        "application.filed/1",
        "application.found-eligible/1",
    }
)
"""The events that say with which cohort or organisation somebody has to do."""


def _concerns(event: Event, wanted: Wanted, catalogue: Catalogue) -> bool:
    """Whether an event says that its person has to do with the cohort or the organisation."""
    match event:
        case kinds.EnrolmentMade() if wanted.cohort is not None:
            return event.cohort == wanted.cohort
        case kinds.EnrolmentMade(cohort=str() as cohort) if cohort in catalogue.cohorts:
            programme = catalogue.programme_of(catalogue.cohorts[cohort])
            return wanted.organisation in (programme.taught_by, programme.certified_by)
        case kinds.TraineeRegistered() | kinds.TraineeDetailsAmended():
            return wanted.organisation is not None and event.employer == wanted.organisation
        case kinds.ApplicationFiled():
            return wanted.organisation is not None and event.recommended_by == wanted.organisation
        case kinds.ApplicationFoundEligible(policy=str() as policy):
            return wanted.organisation is not None and catalogue.policy(policy).authority == wanted.organisation
        case _:
            return False


def _chosen(name: str, opened: list[bytes]) -> list[bytes]:
    """Of an entry's disclosures those of fields that a rule looks at."""
    declared = EVENTS[name]
    names = set(NEEDED[declared.kind])
    if declared.printed:
        names |= {"print", "rest"}
    return [item for item in opened if disclosed_name(item) in names]


def _record(ledger: Ledger, recipient: Recipient, scope: Scope, counted: _Counted, actors: Actors) -> int:
    desk = ledger.desk()
    made = (recipient.thumbprint, scope.scope, scope.size, counted.entries, counted.digest)
    desk.decide(c.RecordDisclosure(desk.new_id(), *made), actors)
    appended = desk.flush(actors)
    assert appended is not None
    return appended.first_index


def _write(to: Path, recipient: Recipient, made: _Making, scope: Scope, digest: bytes) -> None:
    """Writes the file under another name first: what stands under its own is whole."""
    part = to.with_name(to.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        key = os.urandom(CONTENT_KEY_SIZE)
        written = disclosure.write(file, recipient, disclosure.parts(scope, made.items(0, scope.size)), key)
        file.flush()
        os.fsync(file.fileno())
    if written != digest:
        part.unlink()
        raise CouldNotCheck("somebody was erased while the file was made: run this again")
    os.replace(part, to)
