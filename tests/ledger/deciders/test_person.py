"""Registration, change and erasure; enrolment, attendance and results."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger import commands as c
from ledger.deciders import person
from ledger.refusals import Code
from tests.ledger.deciders.story import (
    ATTENDED,
    AWARDED,
    CATALOGUE,
    CERTIFIED,
    COHORT,
    ENDS,
    ENROL,
    ENROLLED,
    ENROLLED_ON,
    ENROLMENT,
    ERASED,
    EXAM,
    ONE,
    ORGANISATIONS,
    READY,
    REGISTER,
    REGISTERED,
    REGISTERED_ON,
    STARTS,
    TRAINEE,
    WITHDRAWN,
    D,
    given,
    refused,
    uuid,
)
from verifier import kinds

WITHDRAW = c.Withdraw(TRAINEE, COHORT, "moved", STARTS)
ATTEND = c.RecordAttendance(TRAINEE, COHORT, "M1", D(8), STARTS)
SCORE = c.RecordResult(TRAINEE, COHORT, "EXAM", 1, D(80), "EX-1", ENDS)
AMEND = c.AmendResult(TRAINEE, COHORT, "EXAM", 1, D(85), "slip", ENDS)
AMENDED = kinds.ResultAmended(
    enrolment_id=ENROLMENT, assessment="EXAM", attempt=1, score=D(85), reason="slip", amended_on=ENDS
)
DETAILS = c.AmendDetails(
    trainee=TRAINEE,
    education="master",
    graduated_on=None,
    practice_from=REGISTER.practice_from,
    title_held=None,
    title_since=None,
    employer=None,
    email=None,
    phone=None,
    reason="wrong in the roster",
    on=ENDS,
)


# --- the person -----------------------------------------------------------------------------------------------------


def test_a_person_is_registered() -> None:
    assert person.register(REGISTER, given(), ORGANISATIONS) == [REGISTERED]


def test_optional_particulars_may_be_absent() -> None:
    bare = replace(
        REGISTER, graduated_on=None, title_held=None, title_since=None, employer=None, email=None, phone=None
    )
    (event,) = person.register(bare, given(), ORGANISATIONS)
    assert given(event).trainee == replace(given(REGISTERED).trainee, **{  # type: ignore[type-var]
        "graduated_on": None, "declared": None, "employer": None, "email": None, "phone": None
    })  # fmt: skip


def test_nobody_is_registered_twice() -> None:
    refused(Code.DUPLICATE_TRAINEE, lambda: person.register(REGISTER, given(REGISTERED), ORGANISATIONS))
    refused(Code.DUPLICATE_TRAINEE, lambda: person.register(REGISTER, given(REGISTERED, ERASED), ORGANISATIONS))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"employer": "NOBODY"}, Code.UNKNOWN_ORGANISATION),
        ({"id_type": "driving-licence"}, Code.UNKNOWN_VALUE),
        ({"education": "kindergarten"}, Code.UNKNOWN_VALUE),
        ({"title_held": "wizard"}, Code.UNKNOWN_VALUE),
    ],
)
def test_what_is_not_in_its_list_is_refused(changes: dict[str, str], code: Code) -> None:
    refused(code, lambda: person.register(replace(REGISTER, **changes), given(), ORGANISATIONS))  # type: ignore[arg-type]


def test_a_name_changes() -> None:
    command = c.ChangeName(TRAINEE, "欧阳㛃", "married", ENDS)
    changed = kinds.TraineeNameChanged(trainee_id=TRAINEE, name="欧阳㛃", reason="married", changed_on=ENDS)
    assert person.change_name(command, given(REGISTERED)) == [changed]
    trainee = given(REGISTERED, changed).trainee
    assert trainee is not None
    assert trainee.name == "欧阳㛃"


def test_details_are_put_right_whole() -> None:
    event = kinds.TraineeDetailsAmended(
        trainee_id=TRAINEE,
        education="master",
        graduated_on=None,
        practice_from=REGISTER.practice_from,
        title_held=None,
        title_since=None,
        employer=None,
        email=None,
        phone=None,
        reason="wrong in the roster",
        amended_on=ENDS,
    )
    assert person.amend_details(DETAILS, given(REGISTERED), ORGANISATIONS) == [event]
    before, after = given(REGISTERED).trainee, given(REGISTERED, event).trainee
    assert before is not None
    assert after == replace(
        before, education="master", graduated_on=None, declared=None, employer=None, email=None, phone=None
    )
    refused(
        Code.UNKNOWN_VALUE,
        lambda: person.amend_details(replace(DETAILS, education="x"), given(REGISTERED), ORGANISATIONS),
    )
    refused(
        Code.UNKNOWN_ORGANISATION,
        lambda: person.amend_details(replace(DETAILS, employer="x"), given(REGISTERED), ORGANISATIONS),
    )


def test_a_person_is_erased_once() -> None:
    command = c.EraseTrainee(TRAINEE)
    assert person.erase(command, given(REGISTERED)) == [ERASED]
    refused(Code.ERASED, lambda: person.erase(command, given(REGISTERED, ERASED)))
    refused(Code.UNKNOWN_TRAINEE, lambda: person.erase(command, given()))


def test_registration_counts_from_its_day() -> None:
    assert person.registered(given(REGISTERED), REGISTERED_ON).trainee_no == "T1"
    refused(Code.UNKNOWN_TRAINEE, lambda: person.registered(given(REGISTERED), REGISTERED_ON - ONE))
    refused(Code.UNKNOWN_TRAINEE, lambda: person.registered(given(), REGISTERED_ON))


# --- enrolment ------------------------------------------------------------------------------------------------------


def test_a_trainee_is_enrolled() -> None:
    assert person.enrol(ENROL, given(REGISTERED), CATALOGUE, 0) == [ENROLLED]


def test_the_last_day_and_the_last_place_can_still_be_had() -> None:
    late = replace(ENROL, on=ENDS)
    assert person.enrol(late, given(REGISTERED), CATALOGUE, 29) == [replace(ENROLLED, enrolled_on=ENDS)]
    refused(
        Code.ENROLLED_AFTER_END, lambda: person.enrol(replace(ENROL, on=ENDS + ONE), given(REGISTERED), CATALOGUE, 0)
    )
    refused(Code.COHORT_FULL, lambda: person.enrol(ENROL, given(REGISTERED), CATALOGUE, 30))


def test_enrolment_needs_trainee_and_cohort_and_happens_once() -> None:
    refused(Code.UNKNOWN_COHORT, lambda: person.enrol(replace(ENROL, cohort="X"), given(REGISTERED), CATALOGUE, 0))
    refused(Code.UNKNOWN_TRAINEE, lambda: person.enrol(ENROL, given(), CATALOGUE, 0))
    refused(Code.ALREADY_ENROLLED, lambda: person.enrol(ENROL, given(REGISTERED, ENROLLED), CATALOGUE, 1))
    again = given(REGISTERED, ENROLLED, WITHDRAWN)
    refused(Code.ALREADY_ENROLLED, lambda: person.enrol(ENROL, again, CATALOGUE, 1))


def test_the_codes_apply_in_their_order() -> None:
    full_and_late = replace(ENROL, on=ENDS + ONE)
    refused(Code.ALREADY_ENROLLED, lambda: person.enrol(full_and_late, given(REGISTERED, ENROLLED), CATALOGUE, 30))
    refused(Code.ENROLLED_AFTER_END, lambda: person.enrol(full_and_late, given(REGISTERED), CATALOGUE, 30))
    refused(Code.UNKNOWN_COHORT, lambda: person.enrol(replace(ENROL, cohort="X"), given(), CATALOGUE, 30))


def test_a_trainee_withdraws() -> None:
    assert person.withdraw(WITHDRAW, given(REGISTERED, ENROLLED), CATALOGUE) == [WITHDRAWN]


def test_the_earliest_withdrawal_stands() -> None:
    later = replace(WITHDRAWN, withdrawn_on=ENDS)
    for order in ((WITHDRAWN, later), (later, WITHDRAWN)):
        assert given(REGISTERED, ENROLLED, *order).enrolments[ENROLMENT].withdrawn_on == STARTS


# --- attendance and results -----------------------------------------------------------------------------------------


def test_hours_are_recorded_also_outside_the_days_of_the_cohort() -> None:
    assert person.record_attendance(ATTEND, given(REGISTERED, ENROLLED), CATALOGUE) == [ATTENDED]
    after = replace(ATTEND, on=ENDS + ONE)
    assert len(person.record_attendance(after, given(REGISTERED, ENROLLED), CATALOGUE)) == 1
    refused(
        Code.UNKNOWN_VALUE,
        lambda: person.record_attendance(replace(ATTEND, module="M9"), given(REGISTERED, ENROLLED), CATALOGUE),
    )


def test_a_score_is_recorded() -> None:
    assert person.record_result(SCORE, given(REGISTERED, ENROLLED), CATALOGUE) == [EXAM]


def test_attempts_are_counted_but_not_in_order() -> None:
    dossier = given(REGISTERED, ENROLLED)
    second, third = replace(SCORE, attempt=2), replace(SCORE, attempt=3)
    assert person.record_result(second, dossier, CATALOGUE) == [replace(EXAM, attempt=2)]
    refused(Code.TOO_MANY_ATTEMPTS, lambda: person.record_result(third, dossier, CATALOGUE))
    refused(Code.DUPLICATE_RESULT, lambda: person.record_result(SCORE, given(*READY), CATALOGUE))
    refused(Code.UNKNOWN_VALUE, lambda: person.record_result(replace(SCORE, assessment="QUIZ"), dossier, CATALOGUE))


def test_a_score_is_amended_from_its_own_day_on() -> None:
    dossier = given(*READY)
    assert person.amend_result(AMEND, dossier, CATALOGUE) == [AMENDED]
    refused(Code.NO_RESULT, lambda: person.amend_result(replace(AMEND, on=ENDS - ONE), dossier, CATALOGUE))
    refused(Code.NO_RESULT, lambda: person.amend_result(replace(AMEND, attempt=2), dossier, CATALOGUE))
    refused(Code.UNKNOWN_VALUE, lambda: person.amend_result(replace(AMEND, assessment="X"), dossier, CATALOGUE))
    (state,) = given(*READY, AMENDED).enrolments.values()
    assert [(item.assessment, item.attempt, item.score) for item in state.amendments] == [("EXAM", 1, D(85))]


def test_whoever_is_not_enrolled_that_day_has_neither_hours_nor_scores() -> None:
    day_before = ENROLLED_ON - ONE
    for decide, command in (
        (person.record_attendance, ATTEND),
        (person.record_result, SCORE),
        (person.amend_result, AMEND),
        (person.withdraw, WITHDRAW),
    ):
        refused(Code.NOT_ENROLLED, lambda d=decide, m=command: d(m, given(REGISTERED), CATALOGUE))  # type: ignore[misc]
        refused(
            Code.NOT_ENROLLED,
            lambda d=decide, m=command: d(replace(m, on=day_before), given(*READY), CATALOGUE),  # type: ignore[misc]
        )
        refused(
            Code.UNKNOWN_COHORT,
            lambda d=decide, m=command: d(replace(m, cohort="X"), given(*READY), CATALOGUE),  # type: ignore[misc]
        )
        refused(
            Code.ERASED,
            lambda d=decide, m=command: d(m, given(*READY, ERASED), CATALOGUE),  # type: ignore[misc]
        )


def test_evidence_belongs_to_a_stream_of_the_person() -> None:
    command = c.AttachEvidence(TRAINEE, ENROLMENT, "exam paper", bytes(32), ENDS)
    attached = kinds.EvidenceAttached(stream=ENROLMENT, description="exam paper", digest=bytes(32), attached_on=ENDS)
    assert person.attach_evidence(command, given(*READY)) == [attached]
    refused(
        Code.UNKNOWN_VALUE,
        lambda: person.attach_evidence(replace(command, stream=uuid("somebody's")), given(*READY)),
    )
    assert given(*CERTIFIED, attached).certificates[AWARDED.certificate_id].award.awarded_on == AWARDED.awarded_on


def test_an_erased_person_has_nothing_changed() -> None:
    dossier = given(*CERTIFIED, ERASED)
    refused(Code.ERASED, lambda: person.change_name(c.ChangeName(TRAINEE, "x", "y", ENDS), dossier))
    refused(Code.ERASED, lambda: person.amend_details(DETAILS, dossier, ORGANISATIONS))
    refused(Code.ERASED, lambda: person.enrol(ENROL, dossier, CATALOGUE, 0))
    refused(
        Code.ERASED,
        lambda: person.attach_evidence(c.AttachEvidence(TRAINEE, ENROLMENT, "x", bytes(32), ENDS), dossier),
    )


@pytest.mark.parametrize("score", ["-0.1", "100.1", "NaN", "Infinity"])
def test_a_score_is_a_number_from_0_to_100(score: str) -> None:
    wrong = D(score)
    refused(
        Code.BAD_SCORE,
        lambda: person.record_result(replace(SCORE, score=wrong), given(REGISTERED, ENROLLED), CATALOGUE),
    )
    amend = replace(AMEND, score=wrong)
    refused(Code.BAD_SCORE, lambda: person.amend_result(amend, given(REGISTERED, ENROLLED), CATALOGUE))


@pytest.mark.parametrize("score", ["0", "100", "100.0"])
def test_the_ends_of_the_scale_are_scores(score: str) -> None:
    assert person.record_result(replace(SCORE, score=D(score)), given(REGISTERED, ENROLLED), CATALOGUE)


def test_attempts_count_from_1_and_hours_are_above_0() -> None:
    refused(
        Code.BAD_NUMBER, lambda: person.record_result(replace(SCORE, attempt=0), given(REGISTERED, ENROLLED), CATALOGUE)
    )
    for hours in ("0", "-1", "NaN"):
        attend = replace(ATTEND, hours=D(hours))
        refused(
            Code.BAD_HOURS,
            lambda attend=attend: person.record_attendance(attend, given(REGISTERED, ENROLLED), CATALOGUE),
        )
