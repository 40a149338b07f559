"""Replay of title applications: eligibility, panel, notice and decision (DOMAIN.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from verifier import kinds, rules
from verifier.dossier import Application
from verifier.replay.changes import check_correction
from verifier.replay.facts import Course, Expected, Facts
from verifier.replay.inputs import Missing, withheld
from verifier.replay.outcomes import Difference
from verifier.rules import Eligible, NoCalendar, Policy, Refused, policy_in_force

OfAnApplication = (
    kinds.ApplicationFoundEligible
    | kinds.PanelVoted
    | kinds.NoticePosted
    | kinds.ObjectionRaised
    | kinds.ObjectionResolved
    | kinds.DecisionRefused
    | kinds.ApplicationRefused
)
"""The steps of an application after it was filed, up to the title."""


def begin(event: kinds.ApplicationFiled, facts: Facts) -> Course:
    """The course of an application just filed: what the rules make of it is worked out on all that came before it."""
    try:
        return Course(decided_when_filed(event, facts))
    except Missing as missing:
        return Course(None, missing.inputs)


def decided_when_filed(event: kinds.ApplicationFiled, facts: Facts) -> Expected:
    """What the rules make of an application on its day. Raises Missing."""
    if missing := withheld(event):
        raise Missing(missing)
    assert isinstance(event.trainee, UUID)
    assert isinstance(event.level, str)
    assert isinstance(event.applied_on, date)
    applicant = facts.whole_dossier(event.trainee).applicant()
    recommended = event.recommended_by is not None
    return rules.application(applicant, event.level, recommended, facts.catalogue.policies, event.applied_on)


def check_eligible(event: kinds.ApplicationFoundEligible, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of an application that was found eligible. Raises Missing."""
    application, expected = _application(event, facts), _expected(event.application_id, facts)
    if missing := withheld(event):
        raise Missing(missing)
    if not isinstance(expected, Eligible):
        yield Difference(expected.reason, f"found eligible; by the rules it is refused for {expected.reason}")
        yield from _by_authority(organisation, policy_in_force(facts.catalogue.policies, application.applied_on))
        return
    yield from _by_authority(organisation, expected.policy)
    if expected.policy.edition != event.policy:
        told = f"{facts.policy_told(expected.policy)} is in force on {application.applied_on}, not {event.policy}"
        yield Difference("policy-in-force", told)
    elif expected.route.id != event.route:
        yield Difference("route", f"the first open route is {expected.route.id}, not {event.route}")


def check_panel(event: kinds.PanelVoted, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of a panel's vote. What follows from it is the next event's matter. Raises Missing."""
    if missing := withheld(event):
        raise Missing(missing)
    application, policy = _under(event, facts)
    yield from _by_authority(organisation, policy)
    if application.policy is None or application.ended_on is not None or application.voted_on is not None:
        yield Difference("wrong-step", "the application was not open for a panel")
    if policy is None:
        return
    counts = votes_of(event)
    if not rules.panel_is_well_formed(*counts, policy.panel_min_members):
        yield Difference("bad-panel", f"a panel of {_told(counts)}, at least {policy.panel_min_members} members")
    if event.voted_on < application.applied_on:  # type: ignore[operator]
        yield Difference("bad-order", f"the panel of {event.voted_on} is before the application")


def check_notice(event: kinds.NoticePosted, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of a public notice: only what the panel recommended is posted. Raises Missing."""
    if missing := withheld(event):
        raise Missing(missing)
    application, policy = _under(event, facts)
    yield from _by_authority(organisation, policy)
    yield from _recommended(event.application_id, policy, facts)
    if application.ended_on is not None or application.posted_on is not None:
        yield Difference("wrong-step", "the application was not open for a notice")
    if application.voted_on is not None and event.posted_on < application.voted_on:  # type: ignore[operator]
        yield Difference("bad-order", f"the notice of {event.posted_on} is before the panel of {application.voted_on}")


def check_refused(event: kinds.ApplicationRefused, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of a refused application, at whatever step. Raises Missing."""
    if missing := withheld(event):
        raise Missing(missing)
    application = _application(event, facts)
    if application.policy is None:
        yield from _refused_when_filed(event, organisation, application, facts)
        return
    policy = _policy(application, facts)
    yield from _by_authority(organisation, policy)
    if (event.policy, event.route) != (application.policy, application.route):
        yield Difference("policy-in-force", f"refused under {event.policy}, {event.route}; found eligible otherwise")
    if application.posted_on is None:
        given: str | None = _panel_reason(event.application_id, policy, facts)
        day = application.voted_on
    else:
        given, day = _decided(application, policy, event.ended_on, facts), application.posted_on
    if given != event.reason:
        told = f"by the rules {given}" if given else "by the rules it goes on"
        yield Difference(given or str(event.reason), f"refused for {event.reason}; {told}")
    if day is None or (event.ended_on != day if application.posted_on is None else event.ended_on < day):  # type: ignore[operator]
        yield Difference("bad-order", f"ended on {event.ended_on}, and {day} came before")


def check_postponed(event: kinds.DecisionRefused, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of a decision that was refused as too early. Raises Missing."""
    if missing := withheld(event):
        raise Missing(missing)
    application, policy = _under(event, facts)
    yield from _by_authority(organisation, policy)
    if application.posted_on is None:
        yield Difference("wrong-step", "no notice was posted")
        return
    given = _decided(application, policy, event.asked_on, facts)
    if given != event.reason:
        told = f"by the rules {given}" if given else "by the rules it could be made"
        yield Difference(str(event.reason), f"no decision on {event.asked_on} for {event.reason}; {told}")


def check_objection(
    event: kinds.ObjectionRaised | kinds.ObjectionResolved, organisation: str, facts: Facts
) -> Iterator[Difference]:
    """What the rules do not give of an objection or its answer; how it is answered is nobody's rule. Raises Missing."""
    if missing := withheld(event):
        raise Missing(missing)
    application, policy = _under(event, facts)
    yield from _by_authority(organisation, policy)
    if application.posted_on is None or application.ended_on is not None:
        yield Difference("wrong-step", "the application was not under notice")


def check_terms(event: kinds.NoticeTermsSet, organisation: str) -> Iterator[Difference]:
    """What the rules do not give of the terms of notices: an authority sets its own."""
    if organisation != event.authority:
        yield Difference("entitlement", f"{organisation} sets the terms of {event.authority}")


def check_grant(event: kinds.TitleGranted, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of a title. Raises Missing after what can be said without the rest."""
    if not any(policy.authority == organisation for policy in facts.catalogue.policies):
        yield Difference("entitlement", f"{organisation} is the authority of no policy")
    if missing := withheld(event):
        raise Missing(missing)
    assert isinstance(event.trainee, UUID)
    dossier = facts.dossiers.get(event.trainee)
    if dossier is None:
        raise Missing(["trainee.registered"])
    if dossier.trainee is not None and dossier.trainee.name != event.name:
        yield Difference("holder", "its paper names somebody else than the trainee as registered")
    if event.corrects is not None:
        old = dossier.titles.get(event.corrects) if isinstance(event.corrects, UUID) else None
        yield from check_correction(event, old, facts)
        return
    application = dossier.applications.get(event.application)  # type: ignore[arg-type]
    if application is None:
        if facts.owners.get(event.application) is None:  # type: ignore[arg-type]
            raise Missing(["application.filed"])
        yield Difference("holder", "the application is another trainee's")
        return
    yield from _granted(event, organisation, application, facts)


def votes_of(event: kinds.PanelVoted) -> tuple[int, int, int]:
    """Size, present and votes for of a panel that is disclosed."""
    assert isinstance(event.size, int)
    assert isinstance(event.present, int)
    assert isinstance(event.votes_for, int)
    return event.size, event.present, event.votes_for


def _granted(
    event: kinds.TitleGranted, organisation: str, application: Application, facts: Facts
) -> Iterator[Difference]:
    expected, policy = _expected(application.id, facts), _policy(application, facts)
    yield from _by_authority(organisation, policy)
    if not isinstance(expected, Eligible):
        yield Difference(expected.reason, f"granted; by the rules the application ended for {expected.reason}")
    if (event.level, event.policy, event.route) != (application.level, application.policy, application.route):
        yield Difference("route", "the title is not the one that was applied for, or under another edition or route")
    yield from _recommended(application.id, policy, facts)
    if application.ended_on is not None:
        yield Difference("wrong-step", f"the application ended on {application.ended_on}")
    if application.posted_on is None:
        yield Difference("notice-too-short", "no notice was posted")
        return
    answered = [application.answer_to(item) for item in facts.lodged.get(application.id, ())]
    if application.unresolved or not all(answered):
        yield Difference("objection-pending", "an objection waits for its answer")
    if reason := _decided(application, policy, event.granted_on, facts):
        calendars = facts.calendars_told(facts.catalogue.calendars)
        told = f"posted on {application.posted_on}, granted on {event.granted_on}; calendars: {calendars}"
        yield Difference(reason, f"by the rules {reason}: {told}")


def _refused_when_filed(
    event: kinds.ApplicationRefused, organisation: str, application: Application, facts: Facts
) -> Iterator[Difference]:
    expected = _expected(event.application_id, facts)
    if isinstance(expected, Eligible):
        told = f"by the rules route {expected.route.id} of {facts.policy_told(expected.policy)} is open"
        yield Difference(str(event.reason), f"refused for {event.reason}; {told}")
        return
    if expected.reason != event.reason:
        yield Difference(expected.reason, f"refused for {event.reason}; by the rules for {expected.reason}")
    policy = expected.policy if isinstance(expected, Refused) else None
    if event.policy != (policy.edition if policy else None) or event.route is not None:
        told = f"{facts.policy_told(policy)} was consulted, not {event.policy}"
        yield Difference("policy-in-force", told)
    if event.ended_on != application.applied_on:
        yield Difference("bad-order", f"ended on {event.ended_on}, and not on its own day")
    in_force = policy_in_force(facts.catalogue.policies, application.applied_on)
    earliest = min(facts.catalogue.policies, key=lambda one: one.effective_from, default=None)
    yield from _by_authority(organisation, in_force or earliest)


def _application(event: OfAnApplication, facts: Facts) -> Application:
    stream = event.application_id
    if stream not in facts.owners:
        raise Missing(["application.filed"])
    if gaps := facts.gaps.get(stream):
        raise Missing(gaps)
    return facts.dossier_of(stream).applications[stream]


def _under(event: OfAnApplication, facts: Facts) -> tuple[Application, Policy | None]:
    application = _application(event, facts)
    return application, _policy(application, facts)


def _policy(application: Application, facts: Facts) -> Policy | None:
    """The edition that holds for an application to its end: that in force on its day, whatever was recorded."""
    course = facts.courses.get(application.id)
    if course is not None and isinstance(course.expected, Eligible):
        return course.expected.policy
    recorded = (policy for policy in facts.catalogue.policies if policy.edition == application.policy)
    return next(recorded, None) or policy_in_force(facts.catalogue.policies, application.applied_on)


def _expected(application: UUID, facts: Facts) -> Expected:
    course = facts.courses.get(application)
    if course is None or course.expected is None:
        raise Missing(course.missing if course else ["application.filed"])
    return course.expected


def _by_authority(organisation: str, policy: Policy | None) -> Iterator[Difference]:
    if policy is not None and policy.authority != organisation:
        yield Difference("entitlement", f"{policy.authority} decides under {policy.edition}, not {organisation}")


def _panel_reason(application: UUID, policy: Policy | None, facts: Facts) -> str | None:
    """Why the panel does not recommend the title; None where it does."""
    course = facts.courses.get(application)
    if policy is None or course is None or course.votes is None:
        return "no-quorum"
    return rules.panel(policy, *course.votes)


def _recommended(application: UUID, policy: Policy | None, facts: Facts) -> Iterator[Difference]:
    if reason := _panel_reason(application, policy, facts):
        course = facts.courses.get(application)
        told = f"a panel of {_told(course.votes)}" if course and course.votes else "no panel voted"
        yield Difference(reason, f"{told}; by the rules {reason}")


def _decided(application: Application, policy: Policy | None, on: object, facts: Facts) -> str | None:
    """Why no title is granted on a day after the notice; None where one is."""
    assert isinstance(on, date)
    assert application.posted_on is not None
    if policy is None:
        return "not-eligible"
    try:
        return rules.decision(policy, application.posted_on, on, application.objection, facts.catalogue.calendars)
    except NoCalendar as error:
        return error.code


def _told(votes: tuple[int, int, int]) -> str:
    return f"{votes[0]} members, {votes[1]} present, {votes[2]} votes for"
