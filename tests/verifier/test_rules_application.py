"""One application from filing to decision: the order of reasons, and each boundary day and threshold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.rules import (
    Applicant,
    ApplicationRecord,
    Calendar,
    CertificateRecord,
    Eligible,
    HeldTitle,
    NoCalendar,
    Policy,
    Refused,
    Route,
    TitleRecord,
    TurnedAway,
    application,
    barred_through,
    decision,
    explain,
    is_in_order,
    panel,
    panel_is_well_formed,
)

D = Decimal
DAY = date(2021, 6, 15)
ONE = timedelta(days=1)
LEVEL = "assistant-engineer"
ROUTE = Route("A2", LEVEL, ("bachelor",), practice_years=1)
POLICY = Policy("P-2021", "AUTHORITY", date(2021, 1, 1), 5, Fraction(2, 3), Fraction(2, 3), 5, (ROUTE,))
EARLIER_POLICY = replace(POLICY, edition="P-2019", effective_from=date(2019, 1, 1), routes=())
CERTIFICATE = CertificateRecord(D("85.0"), date(2020, 6, 24), date(2023, 6, 24))
APPLICANT = Applicant("bachelor", date(2015, 7, 1), None, certificates=(CERTIFICATE,))
BARRED_BY = CertificateRecord(D("70.0"), date(2018, 1, 8), date(2021, 1, 8), date(2018, 6, 16), "fraud")


def apply(
    applicant: Applicant = APPLICANT, level: str = LEVEL, recommended: bool = True, on: date = DAY
) -> TurnedAway | Refused | Eligible:
    return application(applicant, level, recommended, (EARLIER_POLICY, POLICY), on)


def test_an_application_that_nothing_speaks_against_goes_to_the_panel() -> None:
    assert apply() == Eligible(POLICY, ROUTE)


@pytest.mark.parametrize(
    ("earlier", "turned_away"),
    [
        (ApplicationRecord(LEVEL, DAY - 30 * ONE, None), True),
        (ApplicationRecord(LEVEL, DAY - 30 * ONE, DAY + ONE), True),
        (ApplicationRecord(LEVEL, DAY - 30 * ONE, DAY), True),  # the day on which one ends counts as open
        (ApplicationRecord(LEVEL, DAY - 30 * ONE, DAY - ONE), False),
        (ApplicationRecord(LEVEL, DAY, DAY), True),
        (ApplicationRecord(LEVEL, DAY + ONE, None), False),
        (ApplicationRecord("engineer", DAY - 30 * ONE, None), False),
    ],
)
def test_one_application_for_a_level_at_a_time(earlier: ApplicationRecord, turned_away: bool) -> None:
    verdict = apply(replace(APPLICANT, applications=(earlier,)))
    assert verdict == (TurnedAway("already-applied") if turned_away else Eligible(POLICY, ROUTE))


@pytest.mark.parametrize(
    ("revoked_on", "barred"),
    [
        (DAY + ONE, False),  # not yet revoked
        (DAY, True),
        (DAY - ONE, True),
        (date(2018, 6, 16), True),  # one day short of three full years
        (date(2018, 6, 15), False),  # exactly three
        (date(2018, 6, 14), False),
    ],
)
def test_fraud_bars_for_three_full_years(revoked_on: date, barred: bool) -> None:
    certificate = replace(BARRED_BY, awarded_on=date(2018, 1, 8), revoked_on=revoked_on)
    title = TitleRecord("assistant-engineer", date(2018, 1, 8), revoked_on, "fraud")
    with_certificate = replace(APPLICANT, certificates=(certificate, CERTIFICATE))
    with_title = replace(APPLICANT, titles=(title,), declared=None)
    assert (apply(with_certificate) == Refused("barred")) is barred
    assert (apply(with_title) == Refused("barred")) is barred


def test_a_bar_from_29_february_ends_on_28_february() -> None:
    certificate = replace(BARRED_BY, revoked_on=date(2020, 2, 29))
    applicant = replace(APPLICANT, certificates=(certificate, replace(CERTIFICATE, expires_on=date(2024, 1, 1))))
    assert apply(applicant, on=date(2023, 2, 27)) == Refused("barred")
    assert apply(applicant, on=date(2023, 2, 28)) == Eligible(POLICY, ROUTE)


@pytest.mark.parametrize("reason", ["issued-in-error", "superseded", "other"])
def test_only_fraud_bars(reason: str) -> None:
    revoked = replace(BARRED_BY, revoked_on=DAY, revoked_for=reason)
    assert apply(replace(APPLICANT, certificates=(revoked, CERTIFICATE))) == Eligible(POLICY, ROUTE)


@pytest.mark.parametrize(
    ("on", "valid"),
    [(date(2020, 6, 23), False), (date(2023, 6, 24), True), (date(2023, 6, 25), False)],
)
def test_a_certificate_must_be_valid_on_the_day_of_application(on: date, valid: bool) -> None:
    assert (apply(on=on) == Refused("no-valid-certificate")) is not valid


@pytest.mark.parametrize(
    ("declared", "titles", "holds"),
    [
        (HeldTitle("technician", date(2010, 1, 1)), (), False),
        (HeldTitle(LEVEL, date(2010, 1, 1)), (), True),
        (HeldTitle("engineer", date(2010, 1, 1)), (), True),
        (None, (TitleRecord(LEVEL, DAY),), True),
        (None, (TitleRecord(LEVEL, DAY + ONE),), False),
        (None, (TitleRecord("engineer", DAY - ONE, DAY, "other"),), False),
        (None, (TitleRecord("engineer", DAY - ONE, DAY + ONE, "other"),), True),
    ],
)
def test_no_title_is_granted_below_the_one_held(
    declared: HeldTitle | None, titles: tuple[TitleRecord, ...], holds: bool
) -> None:
    verdict = apply(replace(APPLICANT, declared=declared, titles=titles))
    assert verdict == (Refused("already-holds-title") if holds else Eligible(POLICY, ROUTE))


def test_an_organisation_must_recommend() -> None:
    assert apply(recommended=False) == Refused("not-recommended")


def test_the_policy_consulted_is_recorded_with_not_eligible() -> None:
    assert apply(level="engineer") == Refused("not-eligible", POLICY)
    on_the_eve = replace(APPLICANT, certificates=(replace(CERTIFICATE, awarded_on=date(2018, 1, 1)),))
    assert apply(on_the_eve, on=date(2020, 12, 31)) == Refused("not-eligible", EARLIER_POLICY)
    assert apply(on_the_eve, on=date(2021, 1, 1)) == Eligible(POLICY, ROUTE)
    assert apply(on_the_eve, on=date(2018, 12, 31)) == Refused("not-eligible", None)


def test_a_route_is_judged_by_the_years_on_the_day_of_application() -> None:
    assert apply(replace(APPLICANT, practice_from=DAY.replace(year=2020))) == Eligible(POLICY, ROUTE)
    assert apply(replace(APPLICANT, practice_from=DAY.replace(year=2020) + ONE)) == Refused("not-eligible", POLICY)


def test_the_first_reason_that_applies_is_the_one_given() -> None:
    everything = Applicant(
        "secondary",
        DAY,
        HeldTitle("engineer", DAY),
        certificates=(replace(BARRED_BY, revoked_on=DAY),),
        applications=(ApplicationRecord(LEVEL, DAY, None),),
    )
    assert apply(everything, recommended=False) == TurnedAway("already-applied")
    everything = replace(everything, applications=())
    assert apply(everything, recommended=False) == Refused("barred")
    everything = replace(everything, certificates=())
    assert apply(everything, recommended=False) == Refused("no-valid-certificate")
    everything = replace(everything, certificates=(CERTIFICATE,))
    assert apply(everything, recommended=False) == Refused("already-holds-title")
    everything = replace(everything, declared=None)
    assert apply(everything, recommended=False) == Refused("not-recommended")
    assert apply(everything, recommended=True) == Refused("not-eligible", POLICY)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((9, 6, 4), None),  # exactly two thirds, twice
        ((9, 5, 5), "no-quorum"),
        ((9, 6, 3), "rejected-by-panel"),
        ((9, 7, 5), None),
        ((9, 7, 4), "rejected-by-panel"),
        ((5, 4, 3), None),
        ((5, 3, 3), "no-quorum"),
        ((9, 0, 0), "no-quorum"),
        ((7, 5, 4), None),
        ((7, 5, 3), "rejected-by-panel"),
        ((9, 9, 6), None),
        ((9, 9, 5), "rejected-by-panel"),
    ],
)
def test_quorum_and_majority_are_exact_shares(counts: tuple[int, int, int], reason: str | None) -> None:
    assert panel(POLICY, *counts) == reason


@given(st.integers(1, 10**18), st.integers(0, 10**18), st.integers(0, 10**18))
def test_a_panel_is_decided_in_whole_numbers(size: int, present: int, votes_for: int) -> None:
    expected = "no-quorum" if 3 * present < 2 * size else "rejected-by-panel" if 3 * votes_for < 2 * present else None
    assert panel(POLICY, size, present, votes_for) == expected


@pytest.mark.parametrize(
    ("counts", "well_formed"),
    [
        ((5, 5, 5), True),
        ((5, 0, 0), True),
        ((6, 5, 5), False),
        ((3, 3, 3), False),
        ((7, 8, 5), False),
        ((7, 5, 6), False),
        ((7, 5, -1), False),
        ((0, 0, 0), False),
    ],
)
def test_a_panel_is_odd_and_large_enough_and_its_counts_fit(counts: tuple[int, int, int], well_formed: bool) -> None:
    assert panel_is_well_formed(*counts, min_members=5) is well_formed


def test_before_the_first_edition_a_panel_has_no_minimum() -> None:
    assert panel_is_well_formed(1, 1, 1, min_members=0)
    assert not panel_is_well_formed(2, 1, 1, min_members=0)


@pytest.mark.parametrize(
    ("days", "in_order"),
    [((0, 0, 0, 0), True), ((0, 1, 2, 3), True), ((1, 0, 2, 3), False), ((0, 2, 1, 3), False), ((0, 1, 3, 2), False)],
)
def test_equal_days_are_in_order(days: tuple[int, int, int, int], in_order: bool) -> None:
    applied_on, panel_on, notice_from, decided_on = (DAY + day * ONE for day in days)
    assert is_in_order(applied_on, panel_on, notice_from, decided_on) is in_order


CALENDARS = {2021: Calendar(2021, frozenset(), frozenset())}
POSTED = date(2021, 6, 14)  # a Monday: the first possible day is the Tuesday of the next week
FIRST = date(2021, 6, 22)


@pytest.mark.parametrize(
    ("decided_on", "objection", "reason"),
    [
        (FIRST - ONE, "none", "notice-too-short"),
        (FIRST - ONE, "upheld", "notice-too-short"),
        (FIRST, "none", None),
        (FIRST, "dismissed", None),
        (FIRST, "upheld", "objection-upheld"),
        (FIRST + 4 * ONE, "none", None),  # a Saturday
    ],
)
def test_the_decision(decided_on: date, objection: str, reason: str | None) -> None:
    assert decision(POLICY, POSTED, decided_on, objection, CALENDARS) == reason


def test_the_notice_stands_as_long_as_the_edition_says() -> None:
    longer = replace(POLICY, notice_working_days=6)
    assert decision(longer, POSTED, FIRST, "none", CALENDARS) == "notice-too-short"
    assert decision(longer, POSTED, FIRST + ONE, "none", CALENDARS) is None


def test_no_decision_without_the_calendar_of_the_year() -> None:
    with pytest.raises(NoCalendar, match="2022"):
        decision(POLICY, date(2021, 12, 30), date(2022, 1, 20), "none", CALENDARS)


def test_an_explanation_goes_on_where_the_decision_stopped() -> None:
    earlier = ApplicationRecord(LEVEL, DAY, None)
    applicant = replace(APPLICANT, certificates=(BARRED_BY,), applications=(earlier,), practice_from=DAY)
    found = explain(applicant, LEVEL, False, (EARLIER_POLICY, POLICY), DAY)
    assert found.outcome == TurnedAway()
    assert (found.already_applied, found.best_total, found.holds_title, found.recommended) == (True, None, False, False)
    assert found.policy == POLICY
    assert [finding.fails for finding in found.routes] == [("practice-years",)]
    before = explain(APPLICANT, LEVEL, True, (POLICY,), date(2020, 12, 31))
    assert (before.outcome, before.policy, before.routes) == (Refused("not-eligible"), None, ())


@pytest.mark.parametrize(
    ("revoked", "through"),
    [
        ((), None),
        ((DAY + ONE,), None),
        ((DAY,), date(2024, 6, 14)),
        ((date(2018, 6, 16), date(2018, 6, 15)), DAY),
        ((date(2018, 6, 15),), None),
        ((date(2020, 2, 29),), date(2023, 2, 27)),
        ((date(2019, 1, 1), date(2020, 1, 1)), date(2022, 12, 31)),
    ],
)
def test_the_last_day_of_the_bar(revoked: tuple[date, ...], through: date | None) -> None:
    titles = tuple(TitleRecord(LEVEL, date(2018, 1, 8), day, "fraud") for day in revoked)
    assert barred_through(replace(APPLICANT, titles=titles), DAY) == through
