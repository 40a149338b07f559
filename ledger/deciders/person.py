"""Registration, change and erasure of a person; enrolment, attendance, results (DOMAIN.md, Words, Intake packs)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ledger import commands as c
from ledger.refusals import Code, Refusal
from verifier import kinds
from verifier.authority import Organisation
from verifier.catalogue import Catalogue, Cohort
from verifier.dossier import Dossier, Enrolment, Trainee
from verifier.events import Event
from verifier.rules import EDUCATIONS, ID_TYPES, TITLES, Programme

Organisations = dict[str, Organisation]
MAX_SCORE = 100


def register(command: c.RegisterTrainee, dossier: Dossier, organisations: Organisations) -> list[Event]:
    """Registration. That number and document are new is seen to by the private claims."""
    if dossier.trainee is not None or dossier.erased:
        raise Refusal(Code.DUPLICATE_TRAINEE, "this trainee is already registered")
    check_employer(command.employer, organisations)
    check_value("ID type", command.id_type, ID_TYPES)
    _check_qualification(command.education, command.title_held)
    return [
        kinds.TraineeRegistered(
            trainee_id=command.trainee,
            trainee_no=command.trainee_no,
            name=command.name,
            id_type=command.id_type,
            id_number=command.id_number,
            education=command.education,
            graduated_on=command.graduated_on,
            practice_from=command.practice_from,
            title_held=command.title_held,
            title_since=command.title_since,
            employer=command.employer,
            email=command.email,
            phone=command.phone,
            registered_on=command.on,
        )
    ]


def change_name(command: c.ChangeName, dossier: Dossier) -> list[Event]:
    """Another name, from that day on."""
    registered(dossier, command.on)
    return [
        kinds.TraineeNameChanged(
            trainee_id=command.trainee, name=command.name, reason=command.reason, changed_on=command.on
        )
    ]


def amend_details(command: c.AmendDetails, dossier: Dossier, organisations: Organisations) -> list[Event]:
    """Particulars put right."""
    registered(dossier, command.on)
    check_employer(command.employer, organisations)
    _check_qualification(command.education, command.title_held)
    return [
        kinds.TraineeDetailsAmended(
            trainee_id=command.trainee,
            education=command.education,
            graduated_on=command.graduated_on,
            practice_from=command.practice_from,
            title_held=command.title_held,
            title_since=command.title_since,
            employer=command.employer,
            email=command.email,
            phone=command.phone,
            reason=command.reason,
            amended_on=command.on,
        )
    ]


def erase(command: c.EraseTrainee, dossier: Dossier) -> list[Event]:
    """Erasure. What the log holds stays; what opened it goes."""
    if dossier.erased:
        raise Refusal(Code.ERASED, "this trainee's data are erased already")
    if dossier.trainee is None:
        raise Refusal(Code.UNKNOWN_TRAINEE, "no such trainee")
    return [kinds.TraineeErased(trainee_id=command.trainee)]


def enrol(command: c.Enrol, dossier: Dossier, catalogue: Catalogue, taken: int) -> list[Event]:
    """Enrolment in a cohort of which `taken` places are taken. A withdrawal frees no place."""
    cohort = known_cohort(catalogue, command.cohort)
    registered(dossier, command.on)
    if any(item.cohort == command.cohort for item in dossier.enrolments.values()):
        raise Refusal(Code.ALREADY_ENROLLED, f"the trainee is already enrolled in {command.cohort}")
    if command.on > cohort.ends_on:
        raise Refusal(Code.ENROLLED_AFTER_END, f"{command.cohort} ended on {cohort.ends_on}")
    if taken >= cohort.capacity:
        raise Refusal(Code.COHORT_FULL, f"all {cohort.capacity} places of {command.cohort} are taken")
    return [
        kinds.EnrolmentMade(
            enrolment_id=command.enrolment, trainee=command.trainee, cohort=command.cohort, enrolled_on=command.on
        )
    ]


def withdraw(command: c.Withdraw, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """Withdrawal from a cohort."""
    enrolment, _ = enrolled(dossier, catalogue, command.cohort, command.on)
    return [
        kinds.EnrolmentWithdrawn(enrolment_id=enrolment.id, withdrawn_on=command.on, reason=command.reason),
    ]


def record_attendance(command: c.RecordAttendance, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """Hours in a module. Sessions outside the cohort's days count."""
    enrolment, programme = enrolled(dossier, catalogue, command.cohort, command.on)
    check_value("module", command.module, [module.code for module in programme.modules])
    if not (command.hours.is_finite() and command.hours > 0):
        raise Refusal(Code.BAD_HOURS, f"{command.hours} hours: not a number above 0")
    return [
        kinds.AttendanceRecorded(
            enrolment_id=enrolment.id, module=command.module, hours=command.hours, attended_on=command.on
        )
    ]


def record_result(command: c.RecordResult, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """The score of an attempt. Attempt 2 without attempt 1 is taken."""
    enrolment, programme = enrolled(dossier, catalogue, command.cohort, command.on)
    check_value("assessment", command.assessment, [item.code for item in programme.assessments])
    _check_score(command.attempt, command.score)
    if command.attempt > programme.max_attempts:
        raise Refusal(
            Code.TOO_MANY_ATTEMPTS, f"attempt {command.attempt}: {programme.code} allows {programme.max_attempts}"
        )
    if any((item.assessment, item.attempt) == (command.assessment, command.attempt) for item in enrolment.results):
        raise Refusal(Code.DUPLICATE_RESULT, f"attempt {command.attempt} at {command.assessment} already has a score")
    return [
        kinds.ResultRecorded(
            enrolment_id=enrolment.id,
            assessment=command.assessment,
            attempt=command.attempt,
            score=command.score,
            assessed_on=command.on,
            assessor=command.assessor,
        )
    ]


def amend_result(command: c.AmendResult, dossier: Dossier, catalogue: Catalogue) -> list[Event]:
    """A score replaced. It must have been there on that day."""
    enrolment, programme = enrolled(dossier, catalogue, command.cohort, command.on)
    check_value("assessment", command.assessment, [item.code for item in programme.assessments])
    _check_score(command.attempt, command.score)
    place = (command.assessment, command.attempt)
    if not any((item.assessment, item.attempt) == place and item.on <= command.on for item in enrolment.results):
        raise Refusal(Code.NO_RESULT, f"attempt {command.attempt} at {command.assessment} has no score on {command.on}")
    return [
        kinds.ResultAmended(
            enrolment_id=enrolment.id,
            assessment=command.assessment,
            attempt=command.attempt,
            score=command.score,
            reason=command.reason,
            amended_on=command.on,
        )
    ]


def attach_evidence(command: c.AttachEvidence, dossier: Dossier) -> list[Event]:
    """A document named by its hash, beside what it belongs to."""
    registered(dossier, command.on)
    if command.stream not in dossier.versions:
        raise Refusal(Code.UNKNOWN_VALUE, "the stream is none of this trainee's")
    return [
        kinds.EvidenceAttached(
            stream=command.stream, description=command.description, digest=command.digest, attached_on=command.on
        )
    ]


def registered(dossier: Dossier, on: date) -> Trainee:
    """The trainee, if registered on or before that day. Raises Refusal `unknown-trainee` or `erased`."""
    if dossier.erased:
        raise Refusal(Code.ERASED, "this trainee's data are erased")
    if dossier.trainee is None or dossier.trainee.registered_on > on:
        raise Refusal(Code.UNKNOWN_TRAINEE, f"no such trainee on {on}")
    return dossier.trainee


def known_cohort(catalogue: Catalogue, code: str) -> Cohort:
    """The cohort of this code. Raises Refusal `unknown-cohort`."""
    cohort = catalogue.cohorts.get(code)
    if cohort is None:
        raise Refusal(Code.UNKNOWN_COHORT, f"no cohort {code!r}")
    return cohort


def enrolled(dossier: Dossier, catalogue: Catalogue, code: str, on: date) -> tuple[Enrolment, Programme]:
    """The enrolment in a cohort as of a day, and the programme. Raises Refusal `unknown-cohort`, `not-enrolled`."""
    cohort = known_cohort(catalogue, code)
    if dossier.erased:
        raise Refusal(Code.ERASED, "this trainee's data are erased")
    enrolment = dossier.enrolment_in(code, on)
    if enrolment is None:
        raise Refusal(Code.NOT_ENROLLED, f"the trainee is not enrolled in {code} on {on}")
    return enrolment, catalogue.programme_of(cohort)


def check_value(what: str, value: str, allowed: Iterable[str]) -> None:
    """Raises Refusal `unknown-value` unless the value is in its list."""
    if value not in allowed:
        raise Refusal(Code.UNKNOWN_VALUE, f"{what} {value!r} is not in its list")


def check_employer(code: str | None, organisations: Organisations) -> None:
    """Raises Refusal `unknown-organisation` for an organisation that was never accredited."""
    if code is not None and code not in organisations:
        raise Refusal(Code.UNKNOWN_ORGANISATION, f"no organisation {code!r}")


def _check_score(attempt: int, score: Decimal) -> None:
    if attempt < 1:
        raise Refusal(Code.BAD_NUMBER, f"attempt {attempt}: attempts count from 1")
    if not (score.is_finite() and 0 <= score <= MAX_SCORE):
        raise Refusal(Code.BAD_SCORE, f"a score is a number from 0 to {MAX_SCORE}")


def _check_qualification(education: str, title_held: str | None) -> None:
    check_value("education", education, EDUCATIONS)
    if title_held is not None:
        check_value("title held", title_held, TITLES)
