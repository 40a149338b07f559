"""What a decision saw: the fold of the log up to it, as far as it is disclosed.

Whose stream it is follows from the references that are disclosed; without them a stream is nobody's, and nothing is
kept of it but what the log shows of awards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from verifier import kinds, standing
from verifier.catalogue import Catalogue
from verifier.dossier import Dossier, Enrolment
from verifier.errors import RuleBroken
from verifier.events import WITHHELD, Event
from verifier.replay.inputs import Missing, filled, withheld
from verifier.replay.outcomes import Difference
from verifier.rules import Calendar, Eligible, Policy, Programme, Refused, TurnedAway
from verifier.standing import AWARDS, CHANGES, Award

Expected = Eligible | Refused | TurnedAway


@dataclass(slots=True)
class Course:
    """An application on its way, as the rules see it."""

    expected: Expected | None
    """What the rules made of it on its day; None where that could not be replayed."""
    missing: tuple[str, ...] = ()
    """Why not."""
    votes: tuple[int, int, int] | None = None
    """Size, present, votes for, of the panel that voted."""


class Standing(NamedTuple):
    """What the log shows of an award: by whom, and what stands of it."""

    organisation: str
    award: Award


@dataclass(slots=True)
class Facts:
    """The log so far."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    calendar_entries: dict[int, int] = field(default_factory=dict)
    """Index of the entry that the calendar of a year is of."""
    policy_entries: dict[str, int] = field(default_factory=dict)
    """Index of the entry of each edition of the rules for titles."""
    dossiers: dict[UUID, Dossier] = field(default_factory=dict)
    """By person."""
    owners: dict[UUID, UUID] = field(default_factory=dict)
    """Whose stream it is."""
    gaps: dict[UUID, tuple[str, ...]] = field(default_factory=dict)
    """By stream of somebody known: the inputs that are withheld there."""
    awards: dict[UUID, Standing] = field(default_factory=dict)
    courses: dict[UUID, Course] = field(default_factory=dict)
    """By application."""
    lodged: dict[UUID, list[UUID]] = field(default_factory=dict)
    """By application: objections of the public form."""
    successors: dict[UUID, tuple[int, UUID]] = field(default_factory=dict)
    """Of each award that was superseded: by which entry, and by which award, as that entry says."""
    unlinked: int = 0
    """Awards and applications so far that are withheld and not erased: one of them may be anybody's."""

    def take_in(self, index: int, event: Event, organisation: str, erased: bool) -> None:
        """Takes in one more event, which `organisation` recorded. `erased`: its personal values are."""
        self.catalogue.evolve(event)
        match event:
            case kinds.CalendarAdopted():
                self.calendar_entries[event.year] = index
            case kinds.PolicyPublished():
                self.policy_entries[event.edition] = index
            case kinds.ObjectionLodged(application=UUID() as application):
                self.lodged.setdefault(application, []).append(event.objection_id)
            case kinds.TraineeErased():
                self._forget(event.trainee_id)
            case kinds.CertificateAwarded() | kinds.TitleGranted():
                self.awards[event.stream_id] = Standing(organisation, standing.evolve(None, event))
                self._take_of_person(event, event.trainee, erased)
            case kinds.EnrolmentMade() | kinds.ApplicationFiled():
                self._take_of_person(event, event.trainee, erased)
            case kinds.TraineeRegistered():
                self._take_of_person(event, event.trainee_id, erased)
            case _:
                self._change_award(event)
                if isinstance(event, kinds.CertificateSuperseded | kinds.TitleSuperseded) and isinstance(
                    event.successor, UUID
                ):
                    self.successors[event.stream_id] = index, event.successor
                if (person := self.owners.get(event.stream_id)) is not None:
                    self._take_of_person(event, person, erased)

    def dossier_of(self, stream: UUID) -> Dossier:
        """Everything disclosed of the person whose stream it is. Raises Missing."""
        person = self.owners.get(stream)
        if person is None:
            raise Missing(["the person"])
        return self.dossiers[person]

    def enrolment(self, stream: UUID) -> Enrolment:
        """An enrolment with all that was recorded there. Raises Missing."""
        if stream not in self.owners:
            raise Missing(["enrolment.made"])
        if gaps := self.gaps.get(stream):
            raise Missing(gaps)
        return self.dossier_of(stream).enrolments[stream]

    def programme_of(self, enrolment: Enrolment) -> Programme | None:
        """The edition that the enrolment's cohort was opened under; None for a cohort that there is not."""
        cohort = self.catalogue.cohorts.get(enrolment.cohort)
        try:
            return None if cohort is None else self.catalogue.programme_of(cohort)
        except RuleBroken:
            return None

    def whole_dossier(self, person: UUID) -> Dossier:
        """A person's dossier, for a decision on all of it but hours and scores. Raises Missing."""
        dossier = self.dossiers.get(person)
        if dossier is None or dossier.trainee is None:
            raise Missing(self.gaps.get(person, ("trainee.registered",)))
        streams = (stream for stream in (*dossier.certificates, *dossier.titles, *dossier.applications, person))
        gaps = [self.gaps[stream] for stream in streams if stream in self.gaps]
        if gaps:
            raise Missing(name for names in gaps for name in names)
        return dossier

    def calendars_told(self, calendars: dict[int, Calendar]) -> str:
        """Which calendars these are, for a sentence."""
        years = sorted(year for year in calendars if year in self.calendar_entries)
        return ", ".join(f"{year} (entry {self.calendar_entries[year]})" for year in years) or "none"

    def policy_told(self, policy: Policy | None) -> str:
        """Which edition it is, for a sentence."""
        if policy is None:
            return "no edition"
        return f"edition {policy.edition} (entry {self.policy_entries.get(policy.edition, '?')})"

    def check_successor(self, event: kinds.CertificateAwarded | kinds.TitleGranted) -> Iterator[Difference]:
        """That what a correction supersedes names it as the successor, as far as that is disclosed."""
        index, named = self.successors.get(event.corrects, (0, None)) if isinstance(event.corrects, UUID) else (0, None)
        if named is not None and named != event.stream_id:
            yield Difference("correction", f"entry {index} has what it corrects superseded by another award")

    def check_superseded(self, event: kinds.CertificateSuperseded | kinds.TitleSuperseded) -> Iterator[Difference]:
        """That the successor is new: its award follows, and repeats what it corrects."""
        if isinstance(event.successor, UUID) and event.successor in self.awards:
            yield Difference("correction", "its successor is an award that was there before")

    def never_followed(self) -> Iterator[tuple[int, UUID]]:
        """The entries that name a successor which no award of the log is."""
        return ((index, named) for index, named in self.successors.values() if named not in self.awards)

    def _take_of_person(self, event: Event, person: object, erased: bool) -> None:
        if not isinstance(person, UUID):
            if isinstance(event, (*AWARDS, kinds.ApplicationFiled)):
                self.unlinked += not erased
            return
        stream, missing = event.stream_id, withheld(event)
        if missing and isinstance(event, kinds.TraineeRegistered) and event.education is WITHHELD:
            return  # of a stranger nothing is kept
        self.owners[stream] = person
        dossier = self.dossiers.get(person)
        if dossier is None:
            dossier = self.dossiers[person] = Dossier(person)
        if missing:
            self.gaps[stream] = tuple(dict.fromkeys((*self.gaps.get(stream, ()), *missing)))
            return
        dossier.evolve(filled(event))

    def _change_award(self, event: Event) -> None:
        known = self.awards.get(event.stream_id)
        if known is not None and isinstance(event, CHANGES):
            self.awards[event.stream_id] = known._replace(award=standing.evolve(known.award, event))

    def _forget(self, person: UUID) -> None:
        dossier = self.dossiers.pop(person, None)
        for stream in (person, *(dossier.versions if dossier else ())):
            self.owners.pop(stream, None)
            self.gaps.pop(stream, None)
            self.courses.pop(stream, None)
