"""From the rows of a pack to commands; the order of the checks is that of DOMAIN.md's codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, assert_never
from uuid import UUID

from ledger import commands as c
from ledger.deciders import person
from ledger.handle import TITLE_PREFIXES, Desk
from ledger.intake import rows as r
from ledger.intake.schedule import Step
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from verifier.address import number_prefix
from verifier.dossier import Dossier
from verifier.rules import is_in_order, panel_is_well_formed, policy_in_force


class Outcome(NamedTuple):
    """A step was taken: the person that it is about, and the stream that it wrote to first."""

    subject: UUID
    stream: UUID


class Translator:
    """Turns steps into commands and has the desk decide them."""

    def __init__(self, desk: Desk, actors: Actors) -> None:
        self._desk, self._actors = desk, actors
        self._trainees: dict[str, UUID] = {}
        self._applications: dict[tuple[str, int], tuple[UUID, UUID]] = {}
        """Trainee and application of an application row, by its place."""

    def remember(self, step: Step, application: UUID) -> None:
        """Takes note of what an application's row became in an earlier intake."""
        if isinstance(step.row, r.ApplicationRow) and (trainee := self._find(step.row.trainee_no)) is not None:
            self._applications[_place(step)] = (trainee, application)

    def foresee(self, steps: Iterable[Step]) -> None:
        """Looks up in bulk whether the numbers and documents that rows register are there already."""
        keys = self._desk.claim_keys
        rows = [step.row for step in steps if isinstance(step.row, r.RosterRow)]
        self._desk.foresee([keys.trainee_no(row.trainee_no) for row in rows])
        self._desk.foresee([keys.identity(row.id_type, row.id_number) for row in rows])

    def take(self, step: Step) -> Outcome | None:
        """Takes a step. None where nothing is to be done: the application ended or was turned away before.

        Raises Refusal with the first code that applies.
        """
        row = step.row
        match row:
            case r.AttendanceRow():
                trainee = self._enrolled(row)
                return self._run(c.RecordAttendance(trainee, row.cohort, row.module, row.hours, row.attended_on))
            case r.AssessmentRow():
                trainee = self._enrolled(row)
                place = (row.cohort, row.assessment, row.attempt, row.score)
                return self._run(c.RecordResult(trainee, *place, row.assessor, row.assessed_on))
            case r.RosterRow():
                return self._roster(row)
            case r.EnrolmentRow():
                person.known_cohort(self._desk.base.catalogue, row.cohort)
                trainee = self._known(row.trainee_no)
                return self._run(c.Enrol(trainee, self._desk.new_id(), row.cohort, row.enrolled_on))
            case r.AmendmentRow():
                trainee = self._enrolled(row)
                place = (row.cohort, row.assessment, row.attempt, row.score)
                return self._run(c.AmendResult(trainee, *place, row.reason, row.amended_on))
            case r.WithdrawalRow():
                trainee = self._enrolled(row)
                return self._run(c.Withdraw(trainee, row.cohort, row.reason, row.withdrawn_on))
            case r.AwardRequestRow():
                return self._request(row)
            case r.RevocationRow():
                return self._revoke(row)
            case r.ApplicationRow():
                return self._apply(step, row) if step.part == "apply" else self._go_on(step, row)
            case _:
                raise TypeError(type(row).__name__)

    def _roster(self, row: r.RosterRow) -> Outcome:
        desk, base = self._desk, self._desk.base
        person.known_cohort(base.catalogue, row.cohort)
        trainee = desk.new_person()
        register = c.RegisterTrainee(
            trainee,
            row.trainee_no,
            row.name,
            row.id_type,
            row.id_number,
            row.education,
            row.graduated_on,
            row.practice_from,
            row.title_held,
            row.title_since,
            row.employer,
            row.email,
            row.phone,
            row.enrolled_on,
        )
        enrol = c.Enrol(trainee, desk.new_id(), row.cohort, row.enrolled_on)
        # The row is taken whole or not at all: both halves are tried on a blank dossier first.
        trial = Dossier(trainee)
        for event in person.register(register, trial, base.organisations):
            trial.evolve(event)
        _refuse_unknown(row)
        keys = desk.claim_keys
        if desk.is_taken(keys.trainee_no(row.trainee_no)) or desk.is_taken(keys.identity(row.id_type, row.id_number)):
            raise Refusal(Code.DUPLICATE_TRAINEE, "the trainee number or the identity document is there already")
        person.enrol(enrol, trial, base.catalogue, desk.places_taken(row.cohort))
        desk.decide(register, self._actors)
        desk.decide(enrol, self._actors)
        self._trainees[row.trainee_no] = trainee
        return Outcome(trainee, trainee)

    def _request(self, row: r.AwardRequestRow) -> Outcome:
        trainee = self._enrolled(row)
        programme = self._desk.base.catalogue.cohorts[row.cohort].programme
        drawn = self._desk.draw(number_prefix(programme), row.requested_on.year)
        return self._run(c.RequestCertification(trainee, row.cohort, drawn, row.requested_on, _source(row)))

    def _revoke(self, row: r.RevocationRow) -> Outcome:
        if row.award == "certificate" and row.cohort is not None:
            person.known_cohort(self._desk.base.catalogue, row.cohort)
        trainee = self._known(row.trainee_no)
        person.registered(self._desk.dossier(trainee), row.revoked_on)
        match row.award, row.cohort, row.level:
            case "certificate", str() as cohort, _:
                return self._run(c.RevokeCertificate(trainee, cohort, row.reason, row.revoked_on))
            case "title", _, str() as level:
                return self._run(c.RevokeTitle(trainee, level, row.reason, row.revoked_on))
        raise Refusal(Code.UNKNOWN_VALUE, f"award {row.award!r} is not in its list")

    def _apply(self, step: Step, row: r.ApplicationRow) -> Outcome:
        base = self._desk.base
        person.check_employer(row.recommended_by, base.organisations)
        trainee = self._known(row.trainee_no)
        person.registered(self._desk.dossier(trainee), row.applied_on)
        _refuse_unknown(row)
        policy = policy_in_force(base.catalogue.policies, row.applied_on)
        least = 0 if policy is None else policy.panel_min_members
        if not panel_is_well_formed(row.panel_size, row.panel_present, row.votes_for, least):
            raise Refusal(
                Code.BAD_PANEL, f"a panel is odd, has at least {least} members, and no more votes than present"
            )
        if not is_in_order(row.applied_on, row.panel_on, row.notice_from, row.decided_on):
            raise Refusal(Code.BAD_ORDER, "application, panel, notice and decision are not in this order")
        application = self._desk.new_id()
        self._run(
            c.ApplyForTitle(
                trainee,
                application,
                row.application_no,
                row.level,
                row.speciality,
                row.recommended_by,
                row.applied_on,
                _source(row),
            )
        )
        self._applications[_place(step)] = (trainee, application)
        return Outcome(trainee, application)

    def _go_on(self, step: Step, row: r.ApplicationRow) -> Outcome | None:
        place = self._applications.get(_place(step))
        if place is None:
            return None
        trainee, application = place
        state = self._desk.dossier(trainee).applications.get(application)
        if state is None or state.ended_on is not None:
            return None
        match step.part:
            case "panel":
                counts = (row.panel_size, row.panel_present, row.votes_for)
                return self._run(c.RecordPanel(trainee, application, *counts, row.panel_on))
            case "notice":
                return self._run(c.PostNotice(trainee, application, row.notice_from))
            case "decide":
                if row.objection != "none":
                    self._run(c.ResolveObjection(trainee, application, row.objection, row.decided_on))
                drawn = self._desk.draw(TITLE_PREFIXES[row.level], row.decided_on.year)
                return self._run(c.DecideApplication(trainee, application, drawn, row.decided_on))
            case "row" | "apply":
                raise ValueError(f"step {step.part} of an application is not a later one")
            case _:
                assert_never(step.part)

    def _run(self, command: c.PersonCommand) -> Outcome:
        events = self._desk.decide(command, self._actors)
        return Outcome(command.trainee, events[0].stream_id)

    def _find(self, trainee_no: str) -> UUID | None:
        trainee = self._trainees.get(trainee_no)
        if trainee is None and (trainee := self._desk.find_trainee(trainee_no)) is not None:
            self._trainees[trainee_no] = trainee
        return trainee

    def _known(self, trainee_no: str) -> UUID:
        trainee = self._find(trainee_no)
        if trainee is None:
            raise Refusal(Code.UNKNOWN_TRAINEE, "no trainee of this number")
        return trainee

    def _enrolled(self, row: _OfEnrolment) -> UUID:
        """The trainee of a row about an enrolment. Whether enrolled on that day, the decider sees to."""
        catalogue = self._desk.base.catalogue
        person.known_cohort(catalogue, row.cohort)
        trainee = self._find(row.trainee_no)
        if trainee is None:
            raise Refusal(Code.NOT_ENROLLED, f"no trainee of this number is enrolled in {row.cohort}")
        if row.unknown_values:
            person.enrolled(self._desk.dossier(trainee), catalogue, row.cohort, row.effective_on())
            _refuse_unknown(row)
        return trainee


_OfEnrolment = r.AttendanceRow | r.AssessmentRow | r.AmendmentRow | r.WithdrawalRow | r.AwardRequestRow


def _refuse_unknown(row: r.Row) -> None:
    """Raises Refusal for a value that is not in its column's list, or that no paper can show."""
    if row.unknown_values:
        raise Refusal(Code.UNKNOWN_VALUE, f"{row.unknown_values[0]} is not in its list or cannot be printed")


def _source(row: r.Row) -> str:
    return f"{row.source.file}:{row.source.line}"


def _place(step: Step) -> tuple[str, int]:
    return step.row.source.file, step.row.source.line
