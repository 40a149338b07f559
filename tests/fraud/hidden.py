"""Frauds on decisions whose grounds stand in the log as hashes: the public log shows nothing of them.

Who is given the values (docs/frauds.md) can decide again. The rule that does not give what was recorded is named here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.fraud.forger import BUREAU, PARTNER, Forger
from tests.fraud.frauds import Course, entry
from tests.ledger.deciders.story import COHORT, ENDS, STARTS
from tests.verifier import loglab
from verifier import kinds
from verifier.current import BUSINESS_ZONE
from verifier.events import Event

APPLIED_ON, VOTED_ON, POSTED_ON = date(2024, 11, 5), date(2024, 11, 12), date(2024, 11, 13)
FIRST_DECISION = date(2024, 11, 21)
"""Posted on a Wednesday: Thursday, Friday, Monday, Tuesday and Wednesday are the five working days."""


@dataclass(frozen=True)
class Hidden:
    """A fraud that only a replay with the values names."""

    name: str
    title: str
    rule: str
    """The rule of DOMAIN.md that does not give what was recorded, by its code."""
    deed: Callable[[Forger], Course]


HIDDEN: list[Hidden] = []


def hidden(rule: str) -> Callable[[Callable[[Forger], Course]], Callable[[Forger], Course]]:
    """Puts a fraud on the list: its name is the function's, its title the docstring."""

    def register(deed: Callable[[Forger], Course]) -> Callable[[Forger], Course]:
        title = " ".join((deed.__doc__ or "").split()).rstrip(".")
        HIDDEN.append(Hidden(deed.__name__.replace("_", "-"), title, rule, deed))
        return deed

    return register


# --- certification --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Newcomer:
    """A trainee who was registered, enrolled, trained and assessed."""

    trainee: UUID
    enrolment: UUID


def newcomer(log: Forger, exam: int | None = 80, lab: int | None = 90, hours: int = 8) -> Newcomer:
    """Records the training of somebody new; None for an assessment without a result."""
    who = Newcomer(loglab.uuid(f"newcomer {log.size}"), loglab.uuid(f"enrolment of newcomer {log.size}"))
    model = log.event(log.find(kinds.TraineeRegistered))
    assert isinstance(model, kinds.TraineeRegistered)
    number = {"trainee_no": "T99", "id_number": "P000099"}
    log.says(replace(model, trainee_id=who.trainee, name="新人", **number))
    log.says(kinds.EnrolmentMade(enrolment_id=who.enrolment, trainee=who.trainee, cohort=COHORT, enrolled_on=STARTS))
    if hours:
        attended = {"module": "M1", "hours": Decimal(hours), "attended_on": STARTS}
        log.says(kinds.AttendanceRecorded(enrolment_id=who.enrolment, **attended))
    for assessment, score in (("EXAM", exam), ("LAB", lab)):
        if score is not None:
            log.says(result(who, assessment, score))
    return who


def result(who: Newcomer, assessment: str, score: int, attempt: int = 1) -> kinds.ResultRecorded:
    """A score."""
    return kinds.ResultRecorded(
        enrolment_id=who.enrolment,
        assessment=assessment,
        attempt=attempt,
        score=Decimal(score),
        assessed_on=ENDS,
        assessor="EX-1",
    )


def award(log: Forger, who: Newcomer, total: str = "84.0", **changes: Any) -> int:
    """A certificate of today for a newcomer."""
    named = {"trainee": who.trainee, "enrolment": who.enrolment, "name": "新人"}
    return log.says(log.new_award(**{**named, "total": Decimal(total), **changes}), PARTNER)


def certified(log: Forger) -> None:
    """The control: somebody who passed is certified, as it should be."""
    award(log, newcomer(log))


@hidden("assessment-failed")
def award_to_one_who_failed(log: Forger) -> Course:
    """Who failed the exam is certified."""
    start = log.size
    certified(log)
    yield
    log.cut(start)
    return entry(award(log, newcomer(log, exam=50), "66.0"), "")


@hidden("assessment-missing")
def award_without_an_assessment(log: Forger) -> Course:
    """Who never sat one of the assessments is certified."""
    start = log.size
    certified(log)
    yield
    log.cut(start)
    return entry(award(log, newcomer(log, lab=None)), "")


@hidden("attendance")
def award_without_attendance(log: Forger) -> Course:
    """Who attended too few hours is certified."""
    start = log.size
    certified(log)
    yield
    log.cut(start)
    return entry(award(log, newcomer(log, hours=7)), "")


@hidden("total-below-pass")
def award_below_the_total(log: Forger) -> Course:
    """Who passed each assessment and not the whole is certified."""
    start = log.size
    certified(log)
    yield
    log.cut(start)
    return entry(award(log, newcomer(log, 60, 60), "60.0"), "")


@hidden("total")
def total_raised(log: Forger) -> Course:
    """A certificate bears a total that the scores do not give."""
    start = log.size
    certified(log)
    yield
    log.cut(start)
    return entry(award(log, newcomer(log), "99.0"), "")


@hidden("withdrawn")
def award_to_one_who_withdrew(log: Forger) -> Course:
    """Who withdrew from the cohort is certified."""
    start = log.size
    certified(log)
    yield
    log.cut(start)
    who = newcomer(log)
    log.says(kinds.EnrolmentWithdrawn(enrolment_id=who.enrolment, withdrawn_on=ENDS, reason="moved"))
    return entry(award(log, who), "")


@hidden("already-awarded")
def two_certificates_of_one_enrolment(log: Forger) -> Course:
    """One enrolment leads to two certificates."""
    who = newcomer(log)
    award(log, who)
    yield
    return entry(award(log, who), "")


@hidden("programme")
def certificate_of_another_programme(log: Forger) -> Course:
    """Who was trained in one programme is certified in another of the same partner's."""
    published = log.event(log.find(kinds.ProgrammePublished))
    assert isinstance(published, kinds.ProgrammePublished)
    log.says(replace(published, programme_id=loglab.uuid("programme AI"), code="AI"))
    who = newcomer(log)
    start = log.size
    award(log, who)
    yield
    log.cut(start)
    return entry(award(log, who, programme="AI"), "")


@hidden("assessment-failed")
def refused_though_passed(log: Forger) -> Course:
    """Who passed everything is refused the certificate."""
    start = log.size
    certified(log)
    yield
    log.cut(start)
    who = newcomer(log)
    refused = kinds.CertificationRefused(
        enrolment_id=who.enrolment, requested_on=log.today, reason="assessment-failed", total=None, source=None
    )
    return entry(log.says(refused, PARTNER), "")


@hidden("too-many-attempts")
def third_attempt(log: Forger) -> Course:
    """A third attempt is counted where the programme allows two."""
    who = newcomer(log, exam=50)
    log.says(result(who, "EXAM", 55, 2))
    yield
    return entry(log.says(result(who, "EXAM", 80, 3)), "")


@hidden("correction")
def certificate_superseded_by_anothers(log: Forger) -> Course:
    """A certificate is put aside in favour of one that somebody else holds."""
    award(log, newcomer(log))
    old, new = log.award_of("certified"), log.size - 1
    yield
    successor = log.event(new).stream_id
    aside = kinds.CertificateSuperseded(certificate_id=old.certificate_id, superseded_on=log.today, successor=successor)
    return entry(log.says(aside, PARTNER), "")


# --- titles ---------------------------------------------------------------------------------------------------------


def at(day: date) -> datetime:
    """Ten in the morning of a day of the base's."""
    return datetime.combine(day, time(10), BUSINESS_ZONE)


@dataclass(frozen=True)
class Application:
    """The course of an application; whatever is changed in it is the fraud."""

    whose: str = "certified"
    level: str = "assistant-engineer"
    recommended_by: str | None = "EMPLOYER"
    policy: str = "P-2024"
    route: str = "A2"
    size: int = 9
    present: int = 6
    votes_for: int = 4
    objection: str | None = None
    """How an objection was answered; empty for one that was not."""
    granted: str = "assistant-engineer"
    granted_on: date = FIRST_DECISION


def apply(log: Forger, told: Application, *, eligible: bool = True) -> dict[type[Event], int]:
    """Records the course; the index of each of its entries by kind of event."""
    stream = loglab.uuid(f"application {log.size}")
    trainee = log.people[told.whose]
    filed = kinds.ApplicationFiled(
        application_id=stream,
        trainee=trainee,
        application_no=f"A-{log.size}",
        level=told.level,
        speciality="大数据",
        applied_on=APPLIED_ON,
        recommended_by=told.recommended_by,
        source=None,
    )
    found = kinds.ApplicationFoundEligible(application_id=stream, policy=told.policy, route=told.route)
    counts = {"size": told.size, "present": told.present, "votes_for": told.votes_for}
    steps: list[tuple[Event, date]] = [
        (filed, APPLIED_ON),
        (found, APPLIED_ON),
        (kinds.PanelVoted(application_id=stream, voted_on=VOTED_ON, **counts), VOTED_ON),
        (kinds.NoticePosted(application_id=stream, posted_on=POSTED_ON), POSTED_ON),
    ]
    if told.objection is not None:
        steps.append((kinds.ObjectionRaised(application_id=stream, raised_on=POSTED_ON, grounds="copied"), POSTED_ON))
    if told.objection:
        answered = kinds.ObjectionResolved(application_id=stream, outcome=told.objection, resolved_on=POSTED_ON)
        steps.append((answered, POSTED_ON))
    named = {"application": stream, "policy": told.policy, "route": told.route, "name": f"{told.whose} 某"}
    title = log.new_title(told.whose, level=told.granted, on=told.granted_on, **named)
    steps.append((title, told.granted_on))
    indices: dict[type[Event], int] = {}
    for number, (event, day) in enumerate(steps):
        moment = at(day).replace(second=number)
        whose_key = "BASE" if isinstance(event, kinds.ApplicationFiled) else BUREAU
        indices[type(event)] = log.says(event, whose_key, at=moment)
    return indices


def titled(rule: str, name: str, title: str, told: Application, named: type[Event]) -> None:
    """A fraud on the course of an application, whose control is a course in which nothing is wrong."""

    def deed(log: Forger) -> Course:
        start = log.size
        apply(log, Application())
        yield
        log.cut(start)
        return entry(apply(log, told)[named], "")

    HIDDEN.append(Hidden(name, title, rule, deed))


titled(
    "no-quorum",
    "title-without-a-quorum",
    "A notice is posted and a title granted though too few of the panel were there",
    Application(present=5, votes_for=5),
    kinds.NoticePosted,
)
titled(
    "rejected-by-panel",
    "title-without-a-majority",
    "A notice is posted and a title granted though too few of those present voted for it",
    Application(votes_for=3),
    kinds.NoticePosted,
)
titled(
    "bad-panel",
    "even-panel",
    "A panel of an even number of members decides",
    Application(size=8),
    kinds.PanelVoted,
)
titled(
    "notice-too-short",
    "notice-cut-short",
    "A title is granted on the fifth working day of the notice, a day before it is over",
    Application(granted_on=date(2024, 11, 20)),
    kinds.TitleGranted,
)
titled(
    "objection-pending",
    "objection-unanswered",
    "A title is granted while an objection waits for its answer",
    Application(objection=""),
    kinds.TitleGranted,
)
titled(
    "objection-upheld",
    "objection-upheld-and-ignored",
    "A title is granted though an objection was upheld",
    Application(objection="upheld"),
    kinds.TitleGranted,
)
titled(
    "policy-in-force",
    "policy-of-another-day",
    "An application is found eligible by an edition that was not in force",
    Application(policy="P-2023"),
    kinds.ApplicationFoundEligible,
)
titled(
    "route",
    "route-swapped",
    "An application is found eligible by a route that was not open to it",
    Application(route="E1"),
    kinds.ApplicationFoundEligible,
)
titled(
    "not-recommended",
    "recommended-by-nobody",
    "An application that nobody recommended is found eligible",
    Application(recommended_by=None),
    kinds.ApplicationFoundEligible,
)
titled(
    "no-valid-certificate",
    "title-without-a-certificate",
    "Who has no certificate is found eligible for a title",
    Application(whose="failed"),
    kinds.ApplicationFoundEligible,
)
titled(
    "barred",
    "bar-after-fraud-ignored",
    "Who had a certificate revoked for fraud a month ago is found eligible for a title",
    Application(whose="revoked"),
    kinds.ApplicationFoundEligible,
)
titled(
    "already-holds-title",
    "title-held-already",
    "Who holds the title is found eligible for it once more",
    Application(whose="titled"),
    kinds.ApplicationFoundEligible,
)
titled(
    "route",
    "level-swapped",
    "Who asked for one title is granted a higher one",
    Application(granted="engineer"),
    kinds.TitleGranted,
)
