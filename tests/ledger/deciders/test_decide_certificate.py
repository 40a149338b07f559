"""Certification, and every later standing of the certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger import commands as c
from ledger.deciders import certificate
from ledger.deciders.masking import mask_id_number
from ledger.refusals import Code
from tests.ledger.deciders.story import (
    ATTENDED,
    AWARDED,
    CATALOGUE,
    CERTIFICATE,
    CERTIFIED,
    COHORT,
    ENROLLED,
    ENROLLED_ON,
    ENROLMENT,
    ERASED,
    EXAM,
    LAB,
    ONE,
    READY,
    REGISTERED,
    REINSTATED,
    REQUEST,
    REQUESTED_ON,
    REVOKED,
    SUPERSEDED,
    SUSPENDED,
    TRAINEE,
    WITHDRAWN,
    D,
    drawn,
    given,
    refused,
    uuid,
)
from verifier import kinds
from verifier.address import link_digest, number_digest
from verifier.events import Event

SUSPEND = c.SuspendCertificate(TRAINEE, CERTIFICATE, "other", date(2024, 8, 1))
REINSTATE = c.ReinstateCertificate(TRAINEE, CERTIFICATE, date(2024, 9, 1))
REVOKE = c.RevokeCertificate(TRAINEE, COHORT, "fraud", date(2024, 10, 1))
CORRECT = c.CorrectCertificate(TRAINEE, CERTIFICATE, drawn("correction"), date(2024, 10, 1))


def decline(reason: str, total: str | None = None) -> kinds.CertificationRefused:
    return kinds.CertificationRefused(
        enrolment_id=ENROLMENT,
        requested_on=REQUESTED_ON,
        reason=reason,
        total=None if total is None else D(total),
        source="award_requests.csv:2",
    )


# --- the request ----------------------------------------------------------------------------------------------------


def test_a_certificate_is_awarded() -> None:
    assert certificate.request(REQUEST, given(*READY), CATALOGUE) == [AWARDED]


@pytest.mark.parametrize(
    ("history", "outcome"),
    [
        ((*READY, WITHDRAWN), decline("withdrawn")),
        ((REGISTERED, ENROLLED, replace(ATTENDED, hours=D("7.9")), EXAM, LAB), decline("attendance")),
        ((REGISTERED, ENROLLED, ATTENDED, EXAM), decline("assessment-missing")),
        ((REGISTERED, ENROLLED, ATTENDED, EXAM, replace(LAB, score=D("59.9"))), decline("assessment-failed")),
        (
            (REGISTERED, ENROLLED, ATTENDED, replace(EXAM, score=D("69.9")), replace(LAB, score=D(70))),
            decline("total-below-pass", "69.9"),
        ),
        ((*READY, AWARDED), decline("already-awarded")),
        ((*READY, AWARDED, REVOKED), decline("already-awarded")),
    ],
    ids=lambda value: getattr(value, "reason", ""),
)
def test_the_first_rule_that_fails_is_the_reason(history: tuple[Event, ...], outcome: Event) -> None:
    assert certificate.request(REQUEST, given(*history), CATALOGUE) == [outcome]


def test_a_refused_certification_is_decided_anew() -> None:
    history = (REGISTERED, ENROLLED, ATTENDED, EXAM)
    (first,) = certificate.request(REQUEST, given(*history), CATALOGUE)
    assert certificate.request(REQUEST, given(*history, first, LAB), CATALOGUE) == [AWARDED]


def test_the_request_needs_an_enrolment_on_its_day() -> None:
    refused(Code.UNKNOWN_COHORT, lambda: certificate.request(replace(REQUEST, cohort="X"), given(*READY), CATALOGUE))
    refused(Code.NOT_ENROLLED, lambda: certificate.request(REQUEST, given(REGISTERED), CATALOGUE))
    early = replace(REQUEST, on=ENROLLED_ON - ONE)
    refused(Code.NOT_ENROLLED, lambda: certificate.request(early, given(*READY), CATALOGUE))
    refused(Code.ERASED, lambda: certificate.request(REQUEST, given(*READY, ERASED), CATALOGUE))


def test_the_paper_bears_the_name_of_the_day() -> None:
    renamed = kinds.TraineeNameChanged(trainee_id=TRAINEE, name="赵㛃", reason="x", changed_on=ENROLLED_ON)
    (event,) = certificate.request(REQUEST, given(*READY, renamed), CATALOGUE)
    assert isinstance(event, kinds.CertificateAwarded)
    assert event.name == "赵㛃"


def test_29_february_falls_back() -> None:
    leap = replace(REQUEST, on=date(2028, 2, 29))
    (event,) = certificate.request(leap, given(*READY), CATALOGUE)
    assert isinstance(event, kinds.CertificateAwarded)
    assert (event.awarded_on, event.expires_on) == (date(2028, 2, 29), date(2031, 2, 28))


# --- suspension -----------------------------------------------------------------------------------------------------


def test_a_certificate_is_suspended_and_reinstated() -> None:
    assert certificate.suspend(SUSPEND, given(*CERTIFIED)) == [SUSPENDED]
    assert certificate.reinstate(REINSTATE, given(*CERTIFIED, SUSPENDED)) == [REINSTATED]
    again = replace(SUSPEND, on=REINSTATE.on)
    assert len(certificate.suspend(again, given(*CERTIFIED, SUSPENDED, REINSTATED))) == 1


def test_a_suspension_gives_a_reason_of_the_list_because_it_is_public() -> None:
    told = replace(SUSPEND, reason="his mother complained")
    refused(Code.UNKNOWN_VALUE, lambda: certificate.suspend(told, given(*CERTIFIED)))


def test_suspension_and_reinstatement_take_turns() -> None:
    refused(Code.ALREADY_SUSPENDED, lambda: certificate.suspend(SUSPEND, given(*CERTIFIED, SUSPENDED)))
    refused(Code.NOT_SUSPENDED, lambda: certificate.reinstate(REINSTATE, given(*CERTIFIED)))
    refused(Code.NOT_SUSPENDED, lambda: certificate.reinstate(REINSTATE, given(*CERTIFIED, SUSPENDED, REINSTATED)))


def test_a_reinstatement_is_not_before_its_suspension() -> None:
    same_day, day_before = replace(REINSTATE, on=SUSPEND.on), replace(REINSTATE, on=SUSPEND.on - ONE)
    assert len(certificate.reinstate(same_day, given(*CERTIFIED, SUSPENDED))) == 1
    refused(Code.BAD_ORDER, lambda: certificate.reinstate(day_before, given(*CERTIFIED, SUSPENDED)))


# --- revocation -----------------------------------------------------------------------------------------------------


def test_a_certificate_in_force_is_revoked() -> None:
    assert certificate.revoke(REVOKE, given(*CERTIFIED), CATALOGUE) == [REVOKED]


def test_a_suspended_or_expired_certificate_is_revoked_all_the_same() -> None:
    assert certificate.revoke(REVOKE, given(*CERTIFIED, SUSPENDED), CATALOGUE) == [REVOKED]
    late = replace(REVOKE, on=date(2030, 1, 1))
    assert certificate.revoke(late, given(*CERTIFIED), CATALOGUE) == [replace(REVOKED, revoked_on=late.on)]


def test_a_revocation_may_be_on_the_day_of_the_award_but_not_before() -> None:
    same_day, day_before = replace(REVOKE, on=REQUESTED_ON), replace(REVOKE, on=REQUESTED_ON - ONE)
    assert len(certificate.revoke(same_day, given(*CERTIFIED), CATALOGUE)) == 1
    refused(Code.NO_AWARD, lambda: certificate.revoke(day_before, given(*CERTIFIED), CATALOGUE))


def test_only_what_is_in_force_is_revoked() -> None:
    refused(Code.NO_AWARD, lambda: certificate.revoke(REVOKE, given(*READY), CATALOGUE))
    refused(Code.NO_AWARD, lambda: certificate.revoke(REVOKE, given(*CERTIFIED, REVOKED), CATALOGUE))
    refused(Code.NOT_ENROLLED, lambda: certificate.revoke(REVOKE, given(REGISTERED), CATALOGUE))
    refused(Code.UNKNOWN_COHORT, lambda: certificate.revoke(replace(REVOKE, cohort="X"), given(*CERTIFIED), CATALOGUE))
    refused(Code.ERASED, lambda: certificate.revoke(REVOKE, given(*CERTIFIED, ERASED), CATALOGUE))
    no_reason = replace(REVOKE, reason="dislike")
    refused(Code.UNKNOWN_VALUE, lambda: certificate.revoke(no_reason, given(*CERTIFIED), CATALOGUE))


# --- correction -----------------------------------------------------------------------------------------------------


def test_a_correction_is_the_same_award_with_the_right_data() -> None:
    renamed = kinds.TraineeNameChanged(trainee_id=TRAINEE, name="欧阳㛃", reason="slip", changed_on=CORRECT.on)
    superseded, corrected = certificate.correct(CORRECT, given(*CERTIFIED, renamed))
    assert superseded == SUPERSEDED
    assert corrected == replace(
        AWARDED,
        certificate_id=uuid("correction"),
        number=CORRECT.drawn.number,
        number_hash=number_digest(CORRECT.drawn.number),
        link=CORRECT.drawn.link,
        link_hash=link_digest(CORRECT.drawn.link),
        status_index=CORRECT.drawn.status_index,
        name="欧阳㛃",
        corrects=CERTIFICATE,
        source=None,
    )


def test_after_a_correction_the_correction_is_what_there_is() -> None:
    corrected = certificate.correct(CORRECT, given(*CERTIFIED))
    dossier = given(*CERTIFIED, *corrected)
    (revoked,) = certificate.revoke(REVOKE, dossier, CATALOGUE)
    assert revoked.stream_id == uuid("correction")
    assert certificate.request(REQUEST, dossier, CATALOGUE) == [decline("already-awarded")]
    assert [record.total for record in dossier.applicant().certificates] == [D("84.0")]


@pytest.mark.parametrize(
    ("history", "code"),
    [
        (READY, Code.NO_AWARD),
        ((*CERTIFIED, REVOKED), Code.ALREADY_REVOKED),
        ((*CERTIFIED, SUPERSEDED), Code.ALREADY_SUPERSEDED),
    ],
    ids=["never awarded", "revoked", "superseded"],
)
def test_what_has_ended_stays_ended(history: tuple[Event, ...], code: Code) -> None:
    dossier = given(*history)
    refused(code, lambda: certificate.suspend(replace(SUSPEND, on=date(2025, 1, 1)), dossier))
    refused(code, lambda: certificate.reinstate(replace(REINSTATE, on=date(2025, 1, 1)), dossier))
    refused(code, lambda: certificate.correct(replace(CORRECT, on=date(2025, 1, 1)), dossier))


def test_nothing_happens_to_a_certificate_before_its_award() -> None:
    day_before = REQUESTED_ON - ONE
    refused(Code.NO_AWARD, lambda: certificate.suspend(replace(SUSPEND, on=day_before), given(*CERTIFIED)))
    refused(Code.NO_AWARD, lambda: certificate.correct(replace(CORRECT, on=day_before), given(*CERTIFIED)))


def test_a_correction_does_not_end_a_suspension() -> None:
    refused(Code.ALREADY_SUSPENDED, lambda: certificate.correct(CORRECT, given(*CERTIFIED, SUSPENDED)))
    assert len(certificate.correct(CORRECT, given(*CERTIFIED, SUSPENDED, REINSTATED))) == 2


def test_an_erased_person_gets_no_correction() -> None:
    refused(Code.ERASED, lambda: certificate.correct(CORRECT, given(*CERTIFIED, ERASED)))


# --- the masked number ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_type", "number", "masked"),
    [
        ("resident-id", "500000199604121018", "500000********1018"),
        ("passport", "X50000001", "X*****001"),
        ("passport", "X5000001", "X****001"),
        ("passport", "X500001", "*****01"),
        ("taiwan-permit", "12", "12"),
        ("passport", "1", "1"),
        ("passport", "", ""),
    ],
)
def test_a_number_is_masked(id_type: str, number: str, masked: str) -> None:
    assert mask_id_number(id_type, number) == masked
