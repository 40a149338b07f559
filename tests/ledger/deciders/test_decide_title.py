"""An application for a title on its way, step by step, each reason and each boundary day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger import commands as c
from ledger.deciders import title
from ledger.refusals import Code
from tests.ledger.deciders.story import (
    APPLICATION,
    APPLIED,
    APPLIED_ON,
    APPLY,
    CATALOGUE,
    CERTIFIED,
    DECIDE,
    ELIGIBLE,
    ERASED,
    EXPIRES_ON,
    FILED,
    FIRST_DECISION,
    GRANTED,
    IN_NOTICE,
    ONE,
    ORGANISATIONS,
    POLICY,
    POSTED,
    POSTED_ON,
    READY,
    REGISTERED,
    REVOKED,
    TITLE,
    TITLED,
    TRAINEE,
    VOTED,
    VOTED_ON,
    catalogue,
    drawn,
    given,
    refused,
    uuid,
)
from verifier import kinds
from verifier.address import link_digest, number_digest
from verifier.events import Event

PANEL = c.RecordPanel(TRAINEE, APPLICATION, 9, 6, 4, VOTED_ON)
NOTICE = c.PostNotice(TRAINEE, APPLICATION, POSTED_ON)
OBJECT = c.RaiseObjection(TRAINEE, APPLICATION, "copied", POSTED_ON)
OBJECTED = kinds.ObjectionRaised(application_id=APPLICATION, grounds="copied", raised_on=POSTED_ON)
RESOLVE = c.ResolveObjection(TRAINEE, APPLICATION, "upheld", FIRST_DECISION)
UPHELD = kinds.ObjectionResolved(application_id=APPLICATION, outcome="upheld", resolved_on=FIRST_DECISION)
DISMISSED = replace(UPHELD, outcome="dismissed")
REVOKE = c.RevokeTitle(TRAINEE, "assistant-engineer", "other", date(2025, 1, 1))
TITLE_REVOKED = kinds.TitleRevoked(title_id=TITLE, revoked_on=date(2025, 1, 1), reason="other")
CORRECT = c.CorrectTitle(TRAINEE, TITLE, drawn("title correction", "AENG"), date(2025, 1, 1))
TITLE_SUPERSEDED = kinds.TitleSuperseded(
    title_id=TITLE, superseded_on=date(2025, 1, 1), successor=uuid("title correction")
)


def decline(reason: str, on: date, policy: str | None = None, route: str | None = None) -> kinds.ApplicationRefused:
    return kinds.ApplicationRefused(application_id=APPLICATION, reason=reason, policy=policy, route=route, ended_on=on)


# --- filing ---------------------------------------------------------------------------------------------------------


def test_an_application_that_nothing_speaks_against_is_eligible() -> None:
    assert title.apply(APPLY, given(*CERTIFIED), CATALOGUE, ORGANISATIONS) == [FILED, ELIGIBLE]


EARLIER = (replace(FILED, application_id=uuid("earlier")), replace(ELIGIBLE, application_id=uuid("earlier")))
FRAUD = replace(REVOKED, revoked_on=APPLIED_ON, reason="fraud")
DECLARED = replace(REGISTERED, title_held="engineer")


@pytest.mark.parametrize(
    ("history", "changes", "reason", "policy"),
    [
        ((*CERTIFIED, *EARLIER), {}, "already-applied", None),
        ((*CERTIFIED, FRAUD), {}, "barred", None),
        ((*CERTIFIED, replace(FRAUD, reason="other")), {}, "no-valid-certificate", None),
        (READY, {}, "no-valid-certificate", None),
        ((DECLARED, *CERTIFIED[1:]), {}, "already-holds-title", None),
        (CERTIFIED, {"recommended_by": None}, "not-recommended", None),
        (CERTIFIED, {"level": "engineer"}, "not-eligible", "P-2024"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_application_ends_on_its_own_day(
    history: tuple[Event, ...], changes: dict[str, str | None], reason: str, policy: str | None
) -> None:
    command = replace(APPLY, **changes)  # type: ignore[arg-type]
    filed, outcome = title.apply(command, given(*history), CATALOGUE, ORGANISATIONS)
    assert filed == replace(FILED, level=command.level, recommended_by=command.recommended_by)
    assert outcome == decline(reason, APPLIED_ON, policy)


@pytest.mark.parametrize(
    ("on", "eligible"),
    [
        (date(2024, 6, 9), False),
        (date(2024, 6, 10), True),
        (EXPIRES_ON, True),
        (EXPIRES_ON + ONE, False),
    ],
)
def test_a_certificate_is_valid_from_its_first_day_to_its_last(on: date, eligible: bool) -> None:
    _, outcome = title.apply(replace(APPLY, on=on), given(*CERTIFIED), CATALOGUE, ORGANISATIONS)
    assert outcome == (ELIGIBLE if eligible else decline("no-valid-certificate", on))


def test_before_the_first_policy_nobody_is_eligible() -> None:
    later = catalogue()
    later.policies.clear()
    _, outcome = title.apply(APPLY, given(*CERTIFIED), later, ORGANISATIONS)
    assert outcome == decline("not-eligible", APPLIED_ON, None)


def test_an_application_that_was_turned_away_is_never_open() -> None:
    away = replace(FILED, application_id=uuid("away"), applied_on=APPLIED_ON - ONE)
    ended = replace(decline("already-applied", APPLIED_ON + 30 * ONE), application_id=uuid("away"))
    assert title.apply(APPLY, given(*CERTIFIED, away, ended), CATALOGUE, ORGANISATIONS) == [FILED, ELIGIBLE]


def test_the_day_on_which_an_application_ends_counts_as_open() -> None:
    ended = replace(decline("rejected-by-panel", VOTED_ON), application_id=uuid("earlier"))
    history = given(*CERTIFIED, *EARLIER, ended)
    for on, reason in ((VOTED_ON, "already-applied"), (VOTED_ON + ONE, None)):
        _, outcome = title.apply(replace(APPLY, on=on), history, CATALOGUE, ORGANISATIONS)
        assert outcome == (ELIGIBLE if reason is None else decline(reason, on))


def test_what_is_unknown_is_not_even_filed() -> None:
    def apply(**changes: object) -> object:
        return title.apply(replace(APPLY, **changes), given(*CERTIFIED), CATALOGUE, ORGANISATIONS)  # type: ignore[arg-type]

    refused(Code.UNKNOWN_ORGANISATION, lambda: apply(recommended_by="NOBODY"))
    refused(Code.UNKNOWN_VALUE, lambda: apply(level="technician"))
    refused(Code.UNKNOWN_TRAINEE, lambda: apply(on=date(2024, 1, 31)))
    refused(Code.ERASED, lambda: title.apply(APPLY, given(*CERTIFIED, ERASED), CATALOGUE, ORGANISATIONS))


# --- the panel ------------------------------------------------------------------------------------------------------


def test_exactly_two_thirds_are_enough_twice() -> None:
    assert title.record_panel(PANEL, given(*APPLIED), CATALOGUE) == [VOTED]


@pytest.mark.parametrize(
    ("size", "present", "votes_for", "reason"),
    [(9, 5, 5, "no-quorum"), (9, 6, 3, "rejected-by-panel"), (5, 4, 2, "rejected-by-panel"), (5, 3, 3, "no-quorum")],
)
def test_the_panel_ends_an_application(size: int, present: int, votes_for: int, reason: str) -> None:
    command = replace(PANEL, size=size, present=present, votes_for=votes_for)
    voted, outcome = title.record_panel(command, given(*APPLIED), CATALOGUE)
    assert voted == replace(VOTED, size=size, present=present, votes_for=votes_for)
    assert outcome == decline(reason, VOTED_ON, "P-2024", "A2")
    refused(Code.APPLICATION_CLOSED, lambda: title.post_notice(NOTICE, given(*APPLIED, voted, outcome), CATALOGUE))


@pytest.mark.parametrize(("size", "present", "votes_for"), [(8, 8, 8), (3, 3, 3), (5, 6, 5), (5, 4, 5), (0, 0, 0)])
def test_a_panel_that_cannot_be_is_refused(size: int, present: int, votes_for: int) -> None:
    command = replace(PANEL, size=size, present=present, votes_for=votes_for)
    refused(Code.BAD_PANEL, lambda: title.record_panel(command, given(*APPLIED), CATALOGUE))


def test_the_panel_follows_the_application_and_votes_once() -> None:
    assert len(title.record_panel(replace(PANEL, on=APPLIED_ON), given(*APPLIED), CATALOGUE)) == 1
    early = replace(PANEL, on=APPLIED_ON - ONE)
    refused(Code.BAD_ORDER, lambda: title.record_panel(early, given(*APPLIED), CATALOGUE))
    refused(Code.WRONG_STEP, lambda: title.record_panel(PANEL, given(*APPLIED, VOTED), CATALOGUE))


# --- the notice -----------------------------------------------------------------------------------------------------


def test_the_notice_follows_the_panel_and_is_posted_once() -> None:
    assert title.post_notice(NOTICE, given(*APPLIED, VOTED), CATALOGUE) == [POSTED]
    assert len(title.post_notice(replace(NOTICE, on=VOTED_ON), given(*APPLIED, VOTED), CATALOGUE)) == 1
    early = replace(NOTICE, on=VOTED_ON - ONE)
    refused(Code.BAD_ORDER, lambda: title.post_notice(early, given(*APPLIED, VOTED), CATALOGUE))
    refused(Code.WRONG_STEP, lambda: title.post_notice(NOTICE, given(*APPLIED), CATALOGUE))
    refused(Code.WRONG_STEP, lambda: title.post_notice(NOTICE, given(*IN_NOTICE), CATALOGUE))


def test_an_objection_is_raised_and_resolved_during_the_notice() -> None:
    assert title.raise_objection(OBJECT, given(*IN_NOTICE), CATALOGUE) == [OBJECTED]
    assert title.resolve_objection(RESOLVE, given(*IN_NOTICE, OBJECTED), CATALOGUE) == [UPHELD]
    before = POSTED_ON - ONE
    refused(Code.BAD_ORDER, lambda: title.raise_objection(replace(OBJECT, on=before), given(*IN_NOTICE), CATALOGUE))
    refused(Code.BAD_ORDER, lambda: title.resolve_objection(replace(RESOLVE, on=before), given(*IN_NOTICE), CATALOGUE))
    refused(Code.WRONG_STEP, lambda: title.raise_objection(OBJECT, given(*APPLIED, VOTED), CATALOGUE))
    refused(Code.WRONG_STEP, lambda: title.resolve_objection(RESOLVE, given(*APPLIED, VOTED), CATALOGUE))
    none = replace(RESOLVE, outcome="none")
    refused(Code.UNKNOWN_VALUE, lambda: title.resolve_objection(none, given(*IN_NOTICE), CATALOGUE))


# --- the decision ---------------------------------------------------------------------------------------------------


def test_the_title_is_granted_on_the_first_possible_day() -> None:
    assert title.decide(DECIDE, given(*IN_NOTICE), CATALOGUE) == [GRANTED]


@pytest.mark.parametrize("days", [0, 1, 2, 30, 150])
def test_any_calendar_day_from_then_on_will_do(days: int) -> None:
    on = FIRST_DECISION + timedelta(days=days)
    assert title.decide(replace(DECIDE, on=on), given(*IN_NOTICE), CATALOGUE) == [replace(GRANTED, granted_on=on)]


@pytest.mark.parametrize("on", [FIRST_DECISION - ONE, POSTED_ON + ONE, POSTED_ON])
def test_too_early_a_decision_leaves_the_application_open(on: date) -> None:
    (early,) = title.decide(replace(DECIDE, on=on), given(*IN_NOTICE), CATALOGUE)
    assert early == kinds.DecisionRefused(application_id=APPLICATION, reason="notice-too-short", asked_on=on)
    assert title.decide(DECIDE, given(*IN_NOTICE, early), CATALOGUE) == [GRANTED]
    again = replace(APPLY, application=uuid("again"), on=FIRST_DECISION + 60 * ONE)
    _, outcome = title.apply(again, given(*IN_NOTICE, early), CATALOGUE, ORGANISATIONS)
    assert isinstance(outcome, kinds.ApplicationRefused)
    assert outcome.reason == "already-applied"


def test_holidays_and_make_up_days_are_those_of_the_calendar() -> None:
    calendar = kinds.CalendarAdopted(
        calendar_id=uuid("calendar 2"),
        year=2024,
        days_off=(date(2024, 7, 4), date(2024, 7, 5)),
        make_up_days=(date(2024, 7, 6),),
        source="invented",
    )
    # Wednesday 3: Saturday 6, Monday 8 to Thursday 11 are the five.
    for on, granted in ((date(2024, 7, 11), False), (date(2024, 7, 12), True)):
        (event,) = title.decide(replace(DECIDE, on=on), given(*IN_NOTICE), catalogue(calendar))
        assert isinstance(event, kinds.TitleGranted) is granted


def test_without_a_calendar_nothing_can_be_counted() -> None:
    without = catalogue()
    without.calendars.clear()
    (event,) = title.decide(DECIDE, given(*IN_NOTICE), without)
    assert event == kinds.DecisionRefused(application_id=APPLICATION, reason="no-calendar", asked_on=FIRST_DECISION)


def test_an_upheld_objection_ends_the_application() -> None:
    outcome = decline("objection-upheld", FIRST_DECISION, "P-2024", "A2")
    assert title.decide(DECIDE, given(*IN_NOTICE, OBJECTED, UPHELD), CATALOGUE) == [outcome]
    assert title.decide(DECIDE, given(*IN_NOTICE, UPHELD, DISMISSED), CATALOGUE) == [outcome]
    assert title.decide(DECIDE, given(*IN_NOTICE, OBJECTED, DISMISSED), CATALOGUE) == [GRANTED]


def test_a_decision_comes_after_the_notice_and_once() -> None:
    refused(Code.WRONG_STEP, lambda: title.decide(DECIDE, given(*APPLIED, VOTED), CATALOGUE))
    early = replace(DECIDE, on=POSTED_ON - ONE)
    refused(Code.BAD_ORDER, lambda: title.decide(early, given(*IN_NOTICE), CATALOGUE))
    refused(Code.APPLICATION_CLOSED, lambda: title.decide(DECIDE, given(*TITLED), CATALOGUE))


def test_the_policy_of_the_day_of_application_holds_to_the_end() -> None:
    stricter = replace(
        POLICY,
        policy_id=uuid("policy 2"),
        edition="P-JULY",
        effective_from=date(2024, 6, 18),
        notice_working_days=20,
        panel_min_members=11,
    )
    later = catalogue(stricter)
    assert title.record_panel(PANEL, given(*APPLIED), later) == [VOTED]
    assert title.decide(DECIDE, given(*IN_NOTICE), later) == [GRANTED]
    _, outcome = title.apply(replace(APPLY, on=date(2024, 6, 18)), given(*CERTIFIED), later, ORGANISATIONS)
    assert outcome == replace(ELIGIBLE, policy="P-JULY")


def test_steps_need_an_open_application() -> None:
    steps = (
        (title.record_panel, PANEL),
        (title.post_notice, NOTICE),
        (title.raise_objection, OBJECT),
        (title.resolve_objection, RESOLVE),
        (title.decide, DECIDE),
    )
    ended = decline("not-recommended", APPLIED_ON)
    for decide, command in steps:
        refused(Code.UNKNOWN_VALUE, lambda d=decide, m=command: d(m, given(*CERTIFIED), CATALOGUE))  # type: ignore[misc]
        refused(
            Code.APPLICATION_CLOSED,
            lambda d=decide, m=command: d(m, given(*CERTIFIED, FILED, ended), CATALOGUE),  # type: ignore[misc]
        )
        refused(Code.ERASED, lambda d=decide, m=command: d(m, given(*IN_NOTICE, ERASED), CATALOGUE))  # type: ignore[misc]


# --- afterwards -----------------------------------------------------------------------------------------------------


def test_a_title_is_revoked() -> None:
    assert title.revoke(REVOKE, given(*TITLED)) == [TITLE_REVOKED]
    on_its_day = replace(REVOKE, on=FIRST_DECISION)
    assert len(title.revoke(on_its_day, given(*TITLED))) == 1


@pytest.mark.parametrize(
    ("history", "changes", "code"),
    [
        (TITLED, {"on": FIRST_DECISION - ONE}, Code.NO_AWARD),
        (TITLED, {"level": "engineer"}, Code.NO_AWARD),
        (TITLED, {"level": "technician"}, Code.NO_AWARD),  # declared at registration only
        (IN_NOTICE, {}, Code.NO_AWARD),
        ((*TITLED, TITLE_REVOKED), {}, Code.NO_AWARD),
        (TITLED, {"level": "wizard"}, Code.UNKNOWN_VALUE),
        (TITLED, {"reason": "dislike"}, Code.UNKNOWN_VALUE),
        ((*TITLED, ERASED), {}, Code.ERASED),
        ((), {}, Code.UNKNOWN_TRAINEE),
    ],
)
def test_only_a_title_in_force_is_revoked(history: tuple[Event, ...], changes: dict[str, object], code: Code) -> None:
    refused(code, lambda: title.revoke(replace(REVOKE, **changes), given(*history)))  # type: ignore[arg-type]


def test_a_revoked_certificate_leaves_the_title() -> None:
    dossier = given(*TITLED, REVOKED)
    assert [record.revoked_on for record in dossier.applicant().titles] == [None]


def test_a_title_is_corrected() -> None:
    renamed = kinds.TraineeNameChanged(trainee_id=TRAINEE, name="欧阳㛃", reason="slip", changed_on=CORRECT.on)
    superseded, corrected = title.correct(CORRECT, given(*TITLED, renamed))
    assert superseded == TITLE_SUPERSEDED
    assert corrected == replace(
        GRANTED,
        title_id=uuid("title correction"),
        number=CORRECT.drawn.number,
        number_hash=number_digest(CORRECT.drawn.number),
        link=CORRECT.drawn.link,
        link_hash=link_digest(CORRECT.drawn.link),
        status_index=CORRECT.drawn.status_index,
        name="欧阳㛃",
        corrects=TITLE,
        source=None,
    )
    (revoked,) = title.revoke(REVOKE, given(*TITLED, superseded, corrected))
    assert revoked.stream_id == uuid("title correction")
    assert len(given(*TITLED, superseded, corrected).applicant().titles) == 1


@pytest.mark.parametrize(
    ("history", "on", "code"),
    [
        (IN_NOTICE, CORRECT.on, Code.NO_AWARD),
        (TITLED, FIRST_DECISION - ONE, Code.NO_AWARD),
        ((*TITLED, TITLE_REVOKED), CORRECT.on, Code.ALREADY_REVOKED),
        ((*TITLED, TITLE_SUPERSEDED), CORRECT.on, Code.ALREADY_SUPERSEDED),
        ((*TITLED, ERASED), CORRECT.on, Code.ERASED),
    ],
)
def test_only_a_title_in_force_is_corrected(history: tuple[Event, ...], on: date, code: Code) -> None:
    refused(code, lambda: title.correct(replace(CORRECT, on=on), given(*history)))
