"""The story that the deciders' tests tell: one trainee, one cohort, one application, as events and as commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from uuid import UUID

import pytest

from ledger import commands as c
from ledger.refusals import Code, Refusal
from verifier import kinds
from verifier.address import LINK_ID_BYTES, NUMBER_RANDOM_BYTES, link_digest, new_link_id, new_number, number_digest
from verifier.authority import Organisation
from verifier.catalogue import Catalogue
from verifier.dossier import Dossier
from verifier.events import Event
from verifier.rules import Assessment, Module, Route

D = Decimal
ONE = timedelta(days=1)


def uuid(word: str) -> UUID:
    """A stream id that stays the same from run to run."""
    return UUID(bytes=sha256(word.encode()).digest()[:16], version=4)


def drawn(word: str, prefix: str = "BDI", year: int = 2024) -> c.Drawn:
    """What a desk would have drawn at random."""
    random = sha256(b"drawn " + word.encode()).digest()
    number = new_number(prefix, year, random[:NUMBER_RANDOM_BYTES])
    return c.Drawn(uuid(word), number, new_link_id(random[-LINK_ID_BYTES:]), int.from_bytes(random[:2], "big"))


TRAINEE, ENROLMENT, CERTIFICATE, APPLICATION, TITLE = map(
    uuid, ("trainee", "enrolment", "certificate", "application", "title")
)
COHORT = "BDI-2024A"
STARTS, ENDS = date(2024, 3, 4), date(2024, 5, 31)
REGISTERED_ON, ENROLLED_ON = date(2024, 2, 1), date(2024, 2, 2)
REQUESTED_ON, EXPIRES_ON = date(2024, 6, 10), date(2027, 6, 10)
APPLIED_ON = date(2024, 6, 17)
VOTED_ON, POSTED_ON = date(2024, 7, 1), date(2024, 7, 3)
FIRST_DECISION = date(2024, 7, 11)
"""Posted on a Wednesday: Thursday, Friday, Monday, Tuesday and Wednesday are the five working days."""

ORGANISATIONS = {
    code: Organisation(code, "enterprise", f"https://{code.lower()}.example.org", code, code)
    for code in ("BASE", "PARTNER", "BUREAU", "EMPLOYER")
}

PROGRAMME = kinds.ProgrammePublished(
    programme_id=uuid("programme"),
    code="BDI",
    edition=1,
    name_zh="大数据",
    name_en="Big Data",
    certified_by="PARTNER",
    taught_by="BASE",
    min_attendance=D("0.8"),
    max_attempts=2,
    total_pass=D(70),
    valid_years=3,
    modules=(Module("M1", D(10)),),
    assessments=(Assessment("EXAM", D("0.6"), D(60)), Assessment("LAB", D("0.4"), D(60))),
)
POLICY = kinds.PolicyPublished(
    policy_id=uuid("policy"),
    edition="P-2024",
    authority="BUREAU",
    effective_from=date(2024, 1, 1),
    panel_min_members=5,
    quorum=Fraction(2, 3),
    majority=Fraction(2, 3),
    notice_working_days=5,
    routes=(Route("A2", "assistant-engineer", ("bachelor",), practice_years=1), Route("E1", "engineer", ("doctor",))),
)
CALENDAR = kinds.CalendarAdopted(
    calendar_id=uuid("calendar"), year=2024, days_off=(), make_up_days=(), source="invented: no holidays"
)
OPENED = kinds.CohortOpened(
    cohort_id=uuid("cohort"),
    code=COHORT,
    programme="BDI",
    programme_edition=1,
    starts_on=STARTS,
    ends_on=ENDS,
    capacity=30,
)


def catalogue(*events: Event) -> Catalogue:
    """The definitions of the story and these."""
    made = Catalogue()
    for event in (PROGRAMME, POLICY, CALENDAR, OPENED, *events):
        made.evolve(event)
    return made


CATALOGUE = catalogue()

REGISTER = c.RegisterTrainee(
    trainee=TRAINEE,
    trainee_no="T1",
    name="欧阳𠮷",
    id_type="resident-id",
    id_number="500000199604121018",
    education="bachelor",
    graduated_on=date(2018, 6, 30),
    practice_from=date(2019, 7, 1),
    title_held="technician",
    title_since=date(2020, 1, 1),
    employer="EMPLOYER",
    email="t1@example.org",
    phone="19900000001",
    on=REGISTERED_ON,
)
REGISTERED = kinds.TraineeRegistered(
    trainee_id=TRAINEE,
    trainee_no="T1",
    name="欧阳𠮷",
    id_type="resident-id",
    id_number="500000199604121018",
    education="bachelor",
    graduated_on=date(2018, 6, 30),
    practice_from=date(2019, 7, 1),
    title_held="technician",
    title_since=date(2020, 1, 1),
    employer="EMPLOYER",
    email="t1@example.org",
    phone="19900000001",
    registered_on=REGISTERED_ON,
)
ERASED = kinds.TraineeErased(trainee_id=TRAINEE)

ENROL = c.Enrol(TRAINEE, ENROLMENT, COHORT, ENROLLED_ON)
ENROLLED = kinds.EnrolmentMade(enrolment_id=ENROLMENT, trainee=TRAINEE, cohort=COHORT, enrolled_on=ENROLLED_ON)
WITHDRAWN = kinds.EnrolmentWithdrawn(enrolment_id=ENROLMENT, withdrawn_on=STARTS, reason="moved")
ATTENDED = kinds.AttendanceRecorded(enrolment_id=ENROLMENT, module="M1", hours=D(8), attended_on=STARTS)
EXAM = kinds.ResultRecorded(
    enrolment_id=ENROLMENT, assessment="EXAM", attempt=1, score=D(80), assessed_on=ENDS, assessor="EX-1"
)
LAB = replace(EXAM, assessment="LAB", score=D(90))
READY = (REGISTERED, ENROLLED, ATTENDED, EXAM, LAB)
"""Everything for a certificate of 84.0."""

REQUEST = c.RequestCertification(TRAINEE, COHORT, drawn("certificate"), REQUESTED_ON, "award_requests.csv:2")
AWARDED = kinds.CertificateAwarded(
    certificate_id=CERTIFICATE,
    number_hash=number_digest(REQUEST.drawn.number),
    link_hash=link_digest(REQUEST.drawn.link),
    programme="BDI",
    awarded_on=REQUESTED_ON,
    expires_on=EXPIRES_ON,
    status_index=REQUEST.drawn.status_index,
    number=REQUEST.drawn.number,
    name="欧阳𠮷",
    id_type="resident-id",
    id_number_masked="500000********1018",
    total=D("84.0"),
    trainee=TRAINEE,
    enrolment=ENROLMENT,
    cohort=COHORT,
    link=REQUEST.drawn.link,
    corrects=None,
    source="award_requests.csv:2",
)
CERTIFIED = (*READY, AWARDED)
SUSPENDED = kinds.CertificateSuspended(certificate_id=CERTIFICATE, suspended_on=date(2024, 8, 1), reason="other")
REINSTATED = kinds.CertificateReinstated(certificate_id=CERTIFICATE, reinstated_on=date(2024, 9, 1))
REVOKED = kinds.CertificateRevoked(certificate_id=CERTIFICATE, revoked_on=date(2024, 10, 1), reason="fraud")
SUPERSEDED = kinds.CertificateSuperseded(
    certificate_id=CERTIFICATE, superseded_on=date(2024, 10, 1), successor=uuid("correction")
)

APPLY = c.ApplyForTitle(
    TRAINEE, APPLICATION, "A1", "assistant-engineer", "大数据工程", "EMPLOYER", APPLIED_ON, "title_applications.csv:2"
)
FILED = kinds.ApplicationFiled(
    application_id=APPLICATION,
    trainee=TRAINEE,
    application_no="A1",
    level="assistant-engineer",
    speciality="大数据工程",
    applied_on=APPLIED_ON,
    recommended_by="EMPLOYER",
    source="title_applications.csv:2",
)
ELIGIBLE = kinds.ApplicationFoundEligible(application_id=APPLICATION, policy="P-2024", route="A2")
VOTED = kinds.PanelVoted(application_id=APPLICATION, size=9, present=6, votes_for=4, voted_on=VOTED_ON)
POSTED = kinds.NoticePosted(application_id=APPLICATION, posted_on=POSTED_ON)
APPLIED = (*CERTIFIED, FILED, ELIGIBLE)
IN_NOTICE = (*APPLIED, VOTED, POSTED)

DECIDE = c.DecideApplication(TRAINEE, APPLICATION, drawn("title", "AENG"), FIRST_DECISION)
GRANTED = kinds.TitleGranted(
    title_id=TITLE,
    number_hash=number_digest(DECIDE.drawn.number),
    link_hash=link_digest(DECIDE.drawn.link),
    level="assistant-engineer",
    granted_on=FIRST_DECISION,
    status_index=DECIDE.drawn.status_index,
    number=DECIDE.drawn.number,
    name="欧阳𠮷",
    id_type="resident-id",
    id_number_masked="500000********1018",
    speciality="大数据工程",
    trainee=TRAINEE,
    application=APPLICATION,
    policy="P-2024",
    route="A2",
    link=DECIDE.drawn.link,
    corrects=None,
    source="title_applications.csv:2",
)
TITLED = (*IN_NOTICE, GRANTED)


def given(*events: Event) -> Dossier:
    """The trainee's dossier after these events."""
    dossier = Dossier(TRAINEE)
    for event in events:
        dossier.evolve(event)
    return dossier


def refused(code: Code, decide: Callable[[], object]) -> None:
    """Asserts that a decision is refused with this code, in a sentence that repeats nothing personal."""
    with pytest.raises(Refusal) as caught:
        decide()
    assert caught.value.code == code
    for value in (REGISTER.name, REGISTER.id_number, REGISTER.email, REGISTER.phone):
        assert value is not None
        assert value not in caught.value.message
