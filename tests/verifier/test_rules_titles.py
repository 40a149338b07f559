"""Certificates and titles held on a day, editions of the policy, and each clause of a route."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from verifier.rules import (
    AWARD_LEVELS,
    NO_TITLE,
    TITLES,
    CertificateRecord,
    Condition,
    HeldTitle,
    Policy,
    Qualification,
    Route,
    TitleRecord,
    best_valid_total,
    certificate_valid_on,
    explain_routes,
    open_route,
    policy_in_force,
    rank,
    title_held_on,
)

D = Decimal
DAY = date(2021, 6, 15)
ONE = timedelta(days=1)
CERTIFICATE = CertificateRecord(D("85.0"), awarded_on=date(2020, 6, 24), expires_on=date(2023, 6, 24))
HELD_TWO_YEARS = HeldTitle("technician", date(2019, 6, 15))


def test_ranks_of_titles() -> None:
    assert [rank(title) for title in ("none", "technician", "assistant-engineer", "engineer")] == [0, 1, 2, 3]
    assert set(AWARD_LEVELS) < set(TITLES)
    with pytest.raises(ValueError, match="not in"):
        rank("wizard")


@pytest.mark.parametrize(
    ("on", "valid"),
    [
        (date(2020, 6, 23), False),
        (date(2020, 6, 24), True),
        (date(2023, 6, 24), True),
        (date(2023, 6, 25), False),
    ],
)
def test_a_certificate_is_valid_from_its_award_through_its_last_day(on: date, valid: bool) -> None:
    assert certificate_valid_on(CERTIFICATE, on) is valid


@pytest.mark.parametrize(("on", "valid"), [(DAY - ONE, True), (DAY, False), (DAY + ONE, False)])
def test_a_certificate_is_not_valid_from_the_day_of_its_revocation(on: date, valid: bool) -> None:
    assert certificate_valid_on(replace(CERTIFICATE, revoked_on=DAY, revoked_for="other"), on) is valid


@pytest.mark.parametrize(
    ("on", "valid"),
    [(DAY - ONE, True), (DAY, False), (DAY + ONE, False), (DAY + 2 * ONE, True), (DAY + 3 * ONE, True)],
)
def test_a_certificate_is_not_valid_while_it_is_suspended(on: date, valid: bool) -> None:
    assert certificate_valid_on(replace(CERTIFICATE, suspended=((DAY, DAY + 2 * ONE),)), on) is valid


def test_a_certificate_suspended_again_is_not_valid_until_it_is_reinstated() -> None:
    again = replace(CERTIFICATE, suspended=((DAY, DAY + ONE), (DAY + 5 * ONE, None)))
    valid = [day for day in range(-1, 8) if certificate_valid_on(again, DAY + day * ONE)]
    assert valid == [-1, 1, 2, 3, 4]


def test_the_best_total_is_that_of_the_certificates_valid_on_the_day() -> None:
    better = replace(CERTIFICATE, total=D("90.5"), awarded_on=DAY)
    assert best_valid_total([CERTIFICATE, better], DAY) == D("90.5")
    assert best_valid_total([CERTIFICATE, better], DAY - ONE) == D("85.0")
    assert best_valid_total([CERTIFICATE, replace(better, revoked_on=DAY)], DAY) == D("85.0")
    assert best_valid_total([], DAY) is None


@pytest.mark.parametrize(
    ("declared", "granted", "held"),
    [
        (None, [], NO_TITLE),
        (HELD_TWO_YEARS, [], HELD_TWO_YEARS),
        (HELD_TWO_YEARS, [TitleRecord("assistant-engineer", DAY)], HeldTitle("assistant-engineer", DAY)),
        (HELD_TWO_YEARS, [TitleRecord("assistant-engineer", DAY + ONE)], HELD_TWO_YEARS),
        (HELD_TWO_YEARS, [TitleRecord("assistant-engineer", DAY - ONE, revoked_on=DAY)], HELD_TWO_YEARS),
        (None, [TitleRecord("assistant-engineer", DAY - ONE, revoked_on=DAY)], NO_TITLE),
        (
            HELD_TWO_YEARS,
            [TitleRecord("assistant-engineer", DAY - ONE, revoked_on=DAY + ONE)],
            HeldTitle("assistant-engineer", DAY - ONE),
        ),
        (
            None,
            [TitleRecord("engineer", DAY - ONE, revoked_on=DAY), TitleRecord("assistant-engineer", DAY - 9 * ONE)],
            HeldTitle("assistant-engineer", DAY - 9 * ONE),
        ),
        (HeldTitle("engineer", DAY), [TitleRecord("assistant-engineer", DAY)], HeldTitle("engineer", DAY)),
        (
            HeldTitle("assistant-engineer", DAY - ONE),
            [TitleRecord("assistant-engineer", DAY)],
            HeldTitle("assistant-engineer", DAY - ONE),
        ),
    ],
)
def test_the_highest_title_held_on_a_day(
    declared: HeldTitle | None, granted: list[TitleRecord], held: HeldTitle
) -> None:
    assert title_held_on(declared, granted, DAY) == held


def edition(name: str, effective_from: date, *routes: Route) -> Policy:
    return Policy(name, "AUTHORITY", effective_from, 5, Fraction(2, 3), Fraction(2, 3), 5, routes)


def test_the_policy_in_force_is_the_latest_begun() -> None:
    second, first = edition("second", date(2021, 1, 1)), edition("first", date(2019, 2, 1))
    editions = [second, first]
    assert policy_in_force(editions, date(2019, 1, 31)) is None
    assert policy_in_force(editions, date(2019, 2, 1)) is first
    assert policy_in_force(editions, date(2020, 12, 31)) is first
    assert policy_in_force(editions, date(2021, 1, 1)) is second
    assert policy_in_force([], DAY) is None


APPLICANT = Qualification(
    level="assistant-engineer",
    education="college",
    held=HELD_TWO_YEARS,
    practice_from=date(2018, 6, 15),
    best_total=D("80.0"),
    on=DAY,
)
ROUTE = Route(
    "A9",
    "assistant-engineer",
    ("college", "bachelor"),
    requires_title="technician",
    title_years=2,
    practice_years=3,
    min_certificate_total=D("80"),
)


@pytest.mark.parametrize(
    ("applicant", "fails"),
    [
        (APPLICANT, ()),
        (replace(APPLICANT, level="engineer"), ("level",)),
        (replace(APPLICANT, education="bachelor"), ()),
        (replace(APPLICANT, education="master"), ("education",)),
        (replace(APPLICANT, held=HeldTitle("assistant-engineer", date(2010, 1, 1))), ("requires-title",)),
        (replace(APPLICANT, held=NO_TITLE), ("requires-title", "title-years")),
        (replace(APPLICANT, held=HeldTitle("technician", date(2019, 6, 16))), ("title-years",)),
        (replace(APPLICANT, practice_from=date(2018, 6, 16)), ("practice-years",)),
        (replace(APPLICANT, best_total=D("79.9")), ("min-certificate-total",)),
        (replace(APPLICANT, best_total=None), ("min-certificate-total",)),
        (replace(APPLICANT, on=DAY - ONE), ("title-years", "practice-years")),
    ],
)
def test_each_clause_of_a_route(applicant: Qualification, fails: tuple[str, ...]) -> None:
    policy = edition("only", DAY, ROUTE)
    assert [finding.fails for finding in explain_routes(policy, applicant)] == [fails]
    assert open_route(policy, applicant) == (None if fails else ROUTE)


def test_a_clause_that_is_not_named_asks_for_nothing() -> None:
    bare = Route("B", "assistant-engineer", ())
    nobody = Qualification("assistant-engineer", "secondary", NO_TITLE, DAY, None, DAY)
    assert open_route(edition("only", DAY, bare), nobody) == bare


def test_years_in_a_title_are_asked_of_any_title_where_none_is_named() -> None:
    years = Route("B", "engineer", (), title_years=2)
    applicant = replace(APPLICANT, level="engineer")
    assert open_route(edition("only", DAY, years), applicant) == years
    assert open_route(edition("only", DAY, years), replace(applicant, held=NO_TITLE)) is None


def test_the_first_open_route_of_the_edition_is_used() -> None:
    closed = replace(ROUTE, id="A1", education=("doctor",))
    other = replace(ROUTE, id="A10", title_years=None)
    policy = edition("several", DAY, closed, ROUTE, other)
    assert open_route(policy, APPLICANT) == ROUTE
    assert [finding.fails for finding in explain_routes(policy, APPLICANT)] == [("education",), (), ()]


def test_each_condition_says_what_it_asks_and_what_the_applicant_has() -> None:
    (finding,) = explain_routes(edition("only", DAY, ROUTE), replace(APPLICANT, education="master", best_total=None))
    assert finding.conditions == (
        Condition("level", "assistant-engineer", "assistant-engineer", True),
        Condition("education", ("college", "bachelor"), "master", False),
        Condition("requires-title", "technician", "technician", True),
        Condition("title-years", 2, HELD_TWO_YEARS.since, True),
        Condition("practice-years", 3, date(2018, 6, 15), True),
        Condition("min-certificate-total", D("80"), None, False),
    )
