"""Objections by the public form: while the notice stands, answered before a decision, kept for their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger import commands as c
from ledger.deciders import base as base_decider
from ledger.deciders import objection, title
from ledger.deciders.base import Base
from ledger.deciders.objection import LIMITS, MOST_A_NOTICE, Objection, fold_objection, kept_until
from ledger.refusals import Code
from tests.ledger.deciders.story import (
    APPLICATION,
    APPLIED,
    CATALOGUE,
    DECIDE,
    ERASED,
    FIRST_DECISION,
    GRANTED,
    IN_NOTICE,
    ONE,
    ORGANISATIONS,
    POLICY,
    POSTED_ON,
    TITLED,
    TRAINEE,
    VOTED,
    catalogue,
    given,
    refused,
    uuid,
)
from verifier import kinds
from verifier.events import WITHHELD
from verifier.rules import NoCalendar
from verifier.statement import subject_of

TERMS = kinds.NoticeTermsSet(
    terms_id=uuid("terms"),
    authority="BUREAU",
    shows=("masked-name", "employer"),
    basis_zh="依据",
    basis_en="A law.",
    reached_at="office@example.org",
    kept_days=30,
)
KNOWN = catalogue(TERMS)
LAST_DAY = FIRST_DECISION - ONE
OBJECTION = uuid("objection")
LODGE = c.LodgeObjection(
    OBJECTION, TRAINEE, APPLICATION, "NOTICE", "王异", "wang@example.org", "两行\n理由", "L" * 24, LAST_DAY
)
LODGED = kinds.ObjectionLodged(
    objection_id=OBJECTION,
    application=APPLICATION,
    place=1,
    notice="NOTICE",
    name="王异",
    contact="wang@example.org",
    grounds="两行\n理由",
    lodged_on=LAST_DAY,
    terms=TERMS.terms_id,
    link="L" * 24,
)
RAISED = kinds.ObjectionRaised(application_id=APPLICATION, raised_on=LAST_DAY, grounds=subject_of(OBJECTION))
DISMISSED = kinds.ObjectionResolved(application_id=APPLICATION, outcome="dismissed", resolved_on=FIRST_DECISION)
RESOLVE = c.ResolveObjection(TRAINEE, APPLICATION, "dismissed", FIRST_DECISION, OBJECTION)


# --- terms ----------------------------------------------------------------------------------------------------------


def base(*events: kinds.Event) -> Base:
    made = Base(uuid("log"), organisations=dict(ORGANISATIONS))
    for event in (POLICY, *events):
        made.evolve(event)
    return made


SET = c.SetNoticeTerms(
    TERMS.terms_id, "BUREAU", TERMS.shows, TERMS.basis_zh, TERMS.basis_en, TERMS.reached_at, TERMS.kept_days
)


def test_an_authority_sets_its_terms_and_the_last_ones_hold() -> None:
    assert base_decider.decide(SET, base()) == [TERMS]
    again = replace(SET, terms_id=uuid("again"))
    assert base_decider.decide(again, base(TERMS)) == []
    (other,) = base_decider.decide(replace(again, shows=()), base(TERMS))
    assert base(TERMS, other).catalogue.terms_of("BUREAU") == other
    assert base(TERMS, other).catalogue.terms_of("PARTNER") is None


def test_terms_are_of_an_authority_of_titles_and_are_terms() -> None:
    refused(Code.UNKNOWN_ORGANISATION, lambda: base_decider.decide(replace(SET, authority="PARTNER"), base()))
    refused(Code.UNKNOWN_VALUE, lambda: base_decider.decide(replace(SET, shows=("id_number",)), base()))


# --- lodging --------------------------------------------------------------------------------------------------------


def test_an_objection_is_lodged_and_nothing_is_written_beside_the_application() -> None:
    assert objection.lodge(LODGE, given(*IN_NOTICE), KNOWN, 0) == [LODGED]
    assert objection.lodge(LODGE, given(*IN_NOTICE), KNOWN, 4) == [replace(LODGED, place=5)]


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (POSTED_ON - ONE, Code.BAD_ORDER),
        (POSTED_ON, None),
        (LAST_DAY, None),
        (FIRST_DECISION, Code.NOTICE_OVER),
        (FIRST_DECISION + 90 * ONE, Code.NOTICE_OVER),
    ],
)
def test_only_while_the_notice_stands(on: date, code: Code | None) -> None:
    command = replace(LODGE, on=on)
    if code is None:
        assert objection.lodge(command, given(*IN_NOTICE), KNOWN, 0) == [replace(LODGED, lodged_on=on)]
    else:
        refused(code, lambda: objection.lodge(command, given(*IN_NOTICE), KNOWN, 0))


def test_days_that_cannot_be_counted_are_no_refusal() -> None:
    late = replace(IN_NOTICE[-1], posted_on=date(2024, 12, 30))
    command = replace(LODGE, on=date(2025, 1, 3))
    with pytest.raises(NoCalendar):
        objection.lodge(command, given(*IN_NOTICE[:-1], late), KNOWN, 0)


def test_what_is_under_no_notice_takes_none() -> None:
    refused(Code.WRONG_STEP, lambda: objection.lodge(LODGE, given(*APPLIED, VOTED), KNOWN, 0))
    refused(Code.APPLICATION_CLOSED, lambda: objection.lodge(LODGE, given(*TITLED), KNOWN, 0))
    refused(Code.ERASED, lambda: objection.lodge(LODGE, given(*IN_NOTICE, ERASED), KNOWN, 0))
    refused(Code.NO_TERMS, lambda: objection.lodge(LODGE, given(*IN_NOTICE), CATALOGUE, 0))


def test_a_notice_takes_so_many_and_no_more() -> None:
    assert objection.lodge(LODGE, given(*IN_NOTICE), KNOWN, MOST_A_NOTICE - 1)
    refused(Code.TOO_MANY_OBJECTIONS, lambda: objection.lodge(LODGE, given(*IN_NOTICE), KNOWN, MOST_A_NOTICE))


@pytest.mark.parametrize("what", LIMITS)
def test_texts_are_there_short_enough_and_plain(what: str) -> None:
    longest = replace(LODGE, **{what: "长" * LIMITS[what]})
    assert objection.lodge(longest, given(*IN_NOTICE), KNOWN, 0)
    for text in ("", " \u3000", "长" * (LIMITS[what] + 1), "a\x1b[2Jb", "a\u202eb", "a\rb", "\ud800"):
        command = replace(LODGE, **{what: text})
        refused(Code.BAD_TEXT, lambda command=command: objection.lodge(command, given(*IN_NOTICE), KNOWN, 0))  # type: ignore[misc]


def test_only_grounds_have_several_lines() -> None:
    refused(Code.BAD_TEXT, lambda: objection.lodge(replace(LODGE, name="a\nb"), given(*IN_NOTICE), KNOWN, 0))


# --- answering and deciding -----------------------------------------------------------------------------------------


def test_no_decision_before_each_objection_is_answered() -> None:
    other = replace(LODGED, objection_id=uuid("other"))
    both = [LODGED, other]
    refused(Code.WRONG_STEP, lambda: title.decide(DECIDE, given(*IN_NOTICE), KNOWN, both))
    answered = given(*IN_NOTICE, RAISED, DISMISSED)
    refused(Code.WRONG_STEP, lambda: title.decide(DECIDE, answered, KNOWN, both))
    assert title.decide(DECIDE, answered, KNOWN, [LODGED]) == [GRANTED]


def test_an_answer_takes_the_objection_up() -> None:
    assert title.resolve_objection(RESOLVE, given(*IN_NOTICE), KNOWN, [LODGED]) == [RAISED, DISMISSED]
    (application,) = given(*IN_NOTICE, RAISED, DISMISSED).applications.values()
    assert application.answer_to(OBJECTION) == "dismissed"
    assert application.answer_to(uuid("other")) is None
    (application,) = given(*IN_NOTICE, RAISED).applications.values()
    assert application.answer_to(OBJECTION) is None


def test_an_objection_upheld_ends_the_application_and_a_later_answer_leaves_it_so() -> None:
    other = replace(LODGED, objection_id=uuid("other"))
    upheld = given(*IN_NOTICE, RAISED, replace(DISMISSED, outcome="upheld"))
    later = replace(RESOLVE, lodged=other.objection_id)
    events = title.resolve_objection(later, upheld, KNOWN, [LODGED, other])
    after = given(*IN_NOTICE, RAISED, replace(DISMISSED, outcome="upheld"), *events)
    (application,) = after.applications.values()
    assert (application.answer_to(OBJECTION), application.answer_to(other.objection_id)) == ("upheld", "dismissed")
    (end,) = title.decide(DECIDE, after, KNOWN, [LODGED, other])
    assert isinstance(end, kinds.ApplicationRefused)
    assert end.reason == "objection-upheld"


def test_an_answer_is_to_an_objection_that_waits_and_not_before_it() -> None:
    refused(Code.UNKNOWN_VALUE, lambda: title.resolve_objection(RESOLVE, given(*IN_NOTICE), KNOWN, []))
    answered = given(*IN_NOTICE, RAISED, DISMISSED)
    refused(Code.UNKNOWN_VALUE, lambda: title.resolve_objection(RESOLVE, answered, KNOWN, [LODGED]))
    early = replace(RESOLVE, on=LAST_DAY - ONE)
    refused(Code.BAD_ORDER, lambda: title.resolve_objection(early, given(*IN_NOTICE), KNOWN, [LODGED]))
    unheard = replace(RESOLVE, outcome="none")
    refused(Code.UNKNOWN_VALUE, lambda: title.resolve_objection(unheard, given(*IN_NOTICE), KNOWN, [LODGED]))


# --- erasure --------------------------------------------------------------------------------------------------------

THERE = Objection(LODGED)
(ENDED,) = given(*TITLED).applications.values()
(OPEN,) = given(*IN_NOTICE).applications.values()


def test_an_objector_is_erased_once_the_time_is_over() -> None:
    until = GRANTED.granted_on + timedelta(days=30)
    assert kept_until(LODGED, ENDED, KNOWN) == until
    command = c.EraseObjection(OBJECTION, until + ONE)
    erased = kinds.ObjectionErased(objection_id=OBJECTION)
    assert objection.erase(command, THERE, ENDED, KNOWN) == [erased]
    assert objection.erase(command, THERE, None, KNOWN) == [erased]
    refused(Code.KEPT_YET, lambda: objection.erase(replace(command, on=until), THERE, ENDED, KNOWN))
    refused(Code.KEPT_YET, lambda: objection.erase(command, THERE, OPEN, KNOWN))
    refused(Code.UNKNOWN_VALUE, lambda: objection.erase(command, None, None, KNOWN))
    refused(Code.ERASED, lambda: objection.erase(command, Objection(None, 2), None, KNOWN))


def test_the_time_is_that_of_the_terms_that_were_shown() -> None:
    longer = replace(TERMS, terms_id=uuid("longer"), kept_days=400)
    assert kept_until(LODGED, ENDED, catalogue(TERMS, longer)) == GRANTED.granted_on + timedelta(days=30)


def test_what_an_objections_stream_says() -> None:
    assert fold_objection([]) is None
    assert fold_objection([LODGED]) == Objection(LODGED)
    withheld = replace(LODGED, application=WITHHELD, name=WITHHELD)
    assert fold_objection([withheld]) == Objection(None)
    assert fold_objection([withheld, kinds.ObjectionErased(objection_id=OBJECTION)]) == Objection(None, 2)
