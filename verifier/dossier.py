"""The states that decisions rest on: one a stream, folded from its events, and a person's dossier of them.

The ledger's deciders decide on them, and the replay of an audit decides again on the same fold.

`evolve` never refuses history. Events whose personal values are erased leave a state that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from verifier import kinds, standing
from verifier.events import Event, Withheld
from verifier.rules import (
    Amendment,
    Applicant,
    ApplicationRecord,
    Attendance,
    CertificateRecord,
    HeldTitle,
    Result,
    TitleRecord,
)
from verifier.standing import Award
from verifier.statement import subject_of

T = TypeVar("T")


class Erased(Exception):
    """A personal value that the state needs is not there any more."""


def shown(value: T | Withheld) -> T:
    """A personal value that is there. Raises Erased."""
    if isinstance(value, Withheld):
        raise Erased
    return value


@dataclass(frozen=True, slots=True)
class Trainee:
    """A registered person as of the last event."""

    trainee_no: str
    name: str
    id_type: str
    id_number: str
    education: str
    graduated_on: date | None
    practice_from: date
    declared: HeldTitle | None
    employer: str | None
    email: str | None
    phone: str | None
    registered_on: date


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A trainee in a cohort, with everything recorded there."""

    id: UUID
    cohort: str
    enrolled_on: date
    withdrawn_on: date | None = None
    attendance: tuple[Attendance, ...] = ()
    results: tuple[Result, ...] = ()
    amendments: tuple[Amendment, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, with its award as signed and what stands of it."""

    id: UUID
    event: kinds.CertificateAwarded
    award: Award


@dataclass(frozen=True, slots=True)
class Application:
    """A title application on its way: filed → eligible → panel → notice → decision."""

    id: UUID
    filed: kinds.ApplicationFiled
    level: str
    applied_on: date
    policy: str | None = None
    route: str | None = None
    voted_on: date | None = None
    recommended: bool = False
    """Whether the panel voted for it."""
    posted_on: date | None = None
    objection: str = "none"
    unresolved: bool = False
    """Whether an objection was raised and is not resolved yet."""
    raised: tuple[tuple[str, str], ...] = ()
    """Grounds of each objection raised, of one that was lodged by the form its stream's URN, and the answer: empty for
    none yet.
    """
    ended_on: date | None = None
    turned_away: bool = False

    def answer_to(self, objection: UUID) -> str | None:
        """How an objection that was lodged by the form was answered; None where it was not yet."""
        return dict(self.raised).get(subject_of(objection)) or None


@dataclass(frozen=True, slots=True)
class Title:
    """A title, with its grant as signed and what stands of it."""

    id: UUID
    event: kinds.TitleGranted
    award: Award


def evolve_trainee(state: Trainee | None, event: Event) -> Trainee | None:
    """The person after one more event of the trainee's stream."""
    match event:
        case kinds.TraineeRegistered():
            return Trainee(
                shown(event.trainee_no),
                shown(event.name),
                shown(event.id_type),
                shown(event.id_number),
                shown(event.education),
                shown(event.graduated_on),
                shown(event.practice_from),
                _held(shown(event.title_held), shown(event.title_since)),
                shown(event.employer),
                shown(event.email),
                shown(event.phone),
                shown(event.registered_on),
            )
        case kinds.TraineeNameChanged() if state is not None:
            return replace(state, name=shown(event.name))
        case kinds.TraineeDetailsAmended() if state is not None:
            return replace(
                state,
                education=shown(event.education),
                graduated_on=shown(event.graduated_on),
                practice_from=shown(event.practice_from),
                declared=_held(shown(event.title_held), shown(event.title_since)),
                employer=shown(event.employer),
                email=shown(event.email),
                phone=shown(event.phone),
            )
    return state


def evolve_enrolment(state: Enrolment | None, event: Event) -> Enrolment | None:
    """The enrolment after one more event of its stream."""
    if isinstance(event, kinds.EnrolmentMade):
        return Enrolment(event.enrolment_id, shown(event.cohort), shown(event.enrolled_on))
    if state is None:
        return None
    match event:
        case kinds.AttendanceRecorded():
            session = Attendance(shown(event.module), shown(event.hours), shown(event.attended_on))
            # Nine events in ten are sessions and results: building anew takes a third of the time of `replace`.
            return Enrolment(
                state.id,
                state.cohort,
                state.enrolled_on,
                state.withdrawn_on,
                (*state.attendance, session),
                state.results,
                state.amendments,
            )
        case kinds.ResultRecorded():
            result = Result(shown(event.assessment), shown(event.attempt), shown(event.score), shown(event.assessed_on))
            return replace(state, results=(*state.results, result))
        case kinds.ResultAmended():
            amendment = Amendment(
                shown(event.assessment), shown(event.attempt), shown(event.score), shown(event.amended_on)
            )
            return replace(state, amendments=(*state.amendments, amendment))
        case kinds.EnrolmentWithdrawn():
            on = shown(event.withdrawn_on)
            return replace(state, withdrawn_on=min(on, state.withdrawn_on or on))
    return state


def evolve_application(state: Application | None, event: Event) -> Application | None:
    """The application after one more event of its stream."""
    if isinstance(event, kinds.ApplicationFiled):
        return Application(event.application_id, event, shown(event.level), shown(event.applied_on))
    if state is None:
        return None
    match event:
        case kinds.ApplicationFoundEligible():
            return replace(state, policy=shown(event.policy), route=shown(event.route))
        case kinds.PanelVoted():
            return replace(state, voted_on=shown(event.voted_on), recommended=True)
        case kinds.NoticePosted():
            return replace(state, posted_on=shown(event.posted_on))
        case kinds.ObjectionRaised():
            return replace(state, unresolved=True, raised=(*state.raised, (shown(event.grounds), "")))
        case kinds.ObjectionResolved():
            upheld = "upheld" in (state.objection, shown(event.outcome))
            outcome = "upheld" if upheld else shown(event.outcome)
            raised = tuple((grounds, answer or shown(event.outcome)) for grounds, answer in state.raised)
            return replace(state, objection=outcome, unresolved=False, raised=raised)
        case kinds.ApplicationRefused():
            away = shown(event.reason) == "already-applied"
            return replace(state, ended_on=shown(event.ended_on), turned_away=away, recommended=False)
    return state


def _held(title: str | None, since: date | None) -> HeldTitle | None:
    return None if title is None else HeldTitle(title, since)


@dataclass(slots=True)
class Dossier:
    """Everything the ledger knows of one person: the states of all the person's streams, and their versions."""

    subject: UUID
    trainee: Trainee | None = None
    enrolments: dict[UUID, Enrolment] = field(default_factory=dict)
    certificates: dict[UUID, Certificate] = field(default_factory=dict)
    applications: dict[UUID, Application] = field(default_factory=dict)
    titles: dict[UUID, Title] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    erased: bool = False

    def evolve(self, event: Event) -> None:
        """Takes in one more event of one of the person's streams."""
        stream = event.stream_id
        self.versions[stream] = self.versions.get(stream, 0) + 1
        if isinstance(event, kinds.TraineeErased):
            self.erased = True
            return
        try:
            self._evolve(stream, event)
        except Erased:
            self.erased = True

    def enrolment_in(self, cohort: str, on: date) -> Enrolment | None:
        """The enrolment in a cohort, if it was made on or before that day."""
        for enrolment in self.enrolments.values():
            if enrolment.cohort == cohort and enrolment.enrolled_on <= on:
                return enrolment
        return None

    def certificate_of(self, enrolment: UUID) -> Certificate | None:
        """The certificate of an enrolment: the newest of a chain of corrections."""
        chain = [item for item in self.certificates.values() if item.event.enrolment == enrolment]
        return chain[-1] if chain else None

    def applicant(self) -> Applicant:
        """What the rules want to know of the person. Raises Erased."""
        if self.trainee is None:
            raise Erased
        return Applicant(
            self.trainee.education,
            self.trainee.practice_from,
            self.trainee.declared,
            tuple(_certificate_record(item) for item in self.certificates.values() if not item.award.superseded_on),
            tuple(_title_record(item) for item in self.titles.values() if not item.award.superseded_on),
            tuple(
                ApplicationRecord(item.level, item.applied_on, item.ended_on)
                for item in self.applications.values()
                if not item.turned_away
            ),
        )

    def _evolve(self, stream: UUID, event: Event) -> None:
        match event:
            case kinds.CertificateAwarded():
                self.certificates[stream] = Certificate(stream, event, standing.evolve(None, event))
            case kinds.TitleGranted():
                self.titles[stream] = Title(stream, event, standing.evolve(None, event))
                self._end_application(shown(event.application), event)
            case (
                kinds.CertificateSuspended()
                | kinds.CertificateReinstated()
                | kinds.CertificateRevoked()
                | kinds.CertificateSuperseded()
            ):
                if (certificate := self.certificates.get(stream)) is not None:
                    self.certificates[stream] = replace(certificate, award=standing.evolve(certificate.award, event))
            case kinds.TitleRevoked() | kinds.TitleSuperseded():
                if (title := self.titles.get(stream)) is not None:
                    self.titles[stream] = replace(title, award=standing.evolve(title.award, event))
            case _:
                if stream == self.subject:
                    self.trainee = evolve_trainee(self.trainee, event)
                elif stream in self.enrolments or isinstance(event, kinds.EnrolmentMade):
                    _put(self.enrolments, stream, event, evolve_enrolment)
                else:
                    _put(self.applications, stream, event, evolve_application)
                    if isinstance(event, kinds.ApplicationFiled):  # a bulk intake may have logged its title before it
                        for title in self.titles.values():
                            if title.event.application == stream:
                                self._end_application(stream, title.event)

    def _end_application(self, application: UUID, event: kinds.TitleGranted) -> None:
        state = self.applications.get(application)
        if state is not None and event.corrects is None:
            self.applications[application] = replace(state, ended_on=event.granted_on)


def _put(states: dict[UUID, T], stream: UUID, event: Event, evolve: Callable[[T | None, Event], T | None]) -> None:
    state = evolve(states.get(stream), event)
    if state is not None:
        states[stream] = state


def _certificate_record(item: Certificate) -> CertificateRecord:
    award = item.award
    total: Decimal = shown(item.event.total)
    return CertificateRecord(
        total, award.awarded_on, item.event.expires_on, award.revoked_on, award.revoked_for, award.suspensions
    )


def _title_record(item: Title) -> TitleRecord:
    return TitleRecord(item.event.level, item.award.awarded_on, item.award.revoked_on, item.award.revoked_for)
