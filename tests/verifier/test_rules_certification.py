"""Certification of one enrolment: each rule, its order, its exact threshold and its boundary days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.rules import (
    Amendment,
    Assessment,
    Attendance,
    Certified,
    Module,
    NotCertified,
    Programme,
    Result,
    attended_enough,
    certification,
    hours_needed,
)
from verifier.rules.certification import round_half_up

D = Decimal
DAY = date(2023, 6, 26)
BEFORE = DAY - timedelta(days=1)
AFTER = DAY + timedelta(days=1)

PROGRAMME = Programme(
    code="BDI",
    certified_by="PARTNER",
    taught_by="COLLEGE",
    min_attendance=D("0.8"),
    max_attempts=2,
    total_pass=D("70"),
    valid_years=3,
    modules=(Module("M1", D("40")), Module("M2", D("12.5"))),
    assessments=(Assessment("EXAM", D("0.4"), D("60")), Assessment("LAB", D("0.6"), D("60"))),
)
ATTENDED = (Attendance("M1", D("32"), BEFORE), Attendance("M2", D("10"), BEFORE))
PASSED = (Result("EXAM", 1, D("80"), BEFORE), Result("LAB", 1, D("90"), BEFORE))


def decide(
    withdrawn_on: date | None = None,
    attendance: Iterable[Attendance] = ATTENDED,
    results: Iterable[Result] = PASSED,
    amendments: Iterable[Amendment] = (),
    on: date = DAY,
    programme: Programme = PROGRAMME,
) -> Certified | NotCertified:
    return certification(programme, withdrawn_on, attendance, results, amendments, on)


def exam(*scores: str, lab: str = "90", on: date = BEFORE) -> tuple[Result, ...]:
    attempts = (Result("EXAM", attempt, D(score), on) for attempt, score in enumerate(scores, start=1))
    return (*attempts, Result("LAB", 1, D(lab), BEFORE))


def test_who_meets_every_rule_is_certified() -> None:
    assert decide() == Certified(D("86.0"), date(2026, 6, 26))
    assert str(decide().total) == "86.0"


@pytest.mark.parametrize(("on", "expires_on"), [(date(2024, 2, 29), date(2027, 2, 28)), (DAY, date(2026, 6, 26))])
def test_the_last_day_of_validity(on: date, expires_on: date) -> None:
    verdict = decide(on=on)
    assert isinstance(verdict, Certified)
    assert verdict.expires_on == expires_on


@pytest.mark.parametrize(("withdrawn_on", "refused"), [(BEFORE, True), (DAY, True), (AFTER, False), (None, False)])
def test_a_withdrawal_counts_from_its_day_on(withdrawn_on: date | None, refused: bool) -> None:
    assert (decide(withdrawn_on=withdrawn_on) == NotCertified("withdrawn")) is refused


@pytest.mark.parametrize(
    ("hours", "refused"), [("31.999999999999999999999999999999999", True), ("32", False), ("33", False)]
)
def test_the_share_of_attendance_is_exact(hours: str, refused: bool) -> None:
    attendance = [Attendance("M1", D(hours), BEFORE), Attendance("M2", D("10"), BEFORE)]
    assert (decide(attendance=attendance) == NotCertified("attendance")) is refused


def test_hours_are_summed_by_module_and_one_module_is_enough_to_fail() -> None:
    tenths = [Attendance("M2", D("0.1"), BEFORE)] * 100
    assert isinstance(decide(attendance=[ATTENDED[0], *tenths]), Certified)
    assert decide(attendance=[ATTENDED[0], *tenths[1:]]) == NotCertified("attendance")
    assert decide(attendance=[Attendance("M1", D("99"), BEFORE)]) == NotCertified("attendance")
    assert decide(attendance=[]) == NotCertified("attendance")
    elsewhere = Attendance("OTHER", D("40"), BEFORE)
    assert decide(attendance=[elsewhere, ATTENDED[1]]) == NotCertified("attendance")


@pytest.mark.parametrize(("on", "refused"), [(BEFORE, False), (DAY, False), (AFTER, True)])
def test_a_session_counts_from_its_day_on(on: date, refused: bool) -> None:
    attendance = [replace(ATTENDED[0], on=on), ATTENDED[1]]
    assert (decide(attendance=attendance) == NotCertified("attendance")) is refused


@pytest.mark.parametrize(("on", "refused"), [(BEFORE, False), (DAY, False), (AFTER, True)])
def test_a_result_counts_from_its_day_on(on: date, refused: bool) -> None:
    assert (decide(results=exam("80", on=on)) == NotCertified("assessment-missing")) is refused


@pytest.mark.parametrize(("attempt", "counts"), [(0, False), (1, True), (2, True), (3, False)])
def test_attempts_above_the_maximum_do_not_count(attempt: int, counts: bool) -> None:
    results = [Result("EXAM", attempt, D("80"), BEFORE), PASSED[1]]
    assert (decide(results=results) == NotCertified("assessment-missing")) is not counts


@pytest.mark.parametrize(
    ("scores", "refused"),
    [
        (("59.99999999999999999999999999999999",), True),
        (("60",), False),
        (("50", "60"), False),
        (("60", "50"), False),
        (("50", "59.9"), True),
        (("50", "59.9", "100"), True),
    ],
)
def test_the_best_attempt_must_reach_the_pass_mark(scores: tuple[str, ...], refused: bool) -> None:
    assert (decide(results=exam(*scores)) == NotCertified("assessment-failed")) is refused


def test_a_second_attempt_after_a_pass_counts_for_the_total() -> None:
    assert decide(results=exam("80", "100")) == Certified(D("94.0"), date(2026, 6, 26))
    assert decide(results=exam("80", "60")) == Certified(D("86.0"), date(2026, 6, 26))


def test_a_second_attempt_alone_counts() -> None:
    results = [Result("EXAM", 2, D("80"), BEFORE), PASSED[1]]
    assert decide(results=results) == Certified(D("86.0"), date(2026, 6, 26))


@pytest.mark.parametrize(
    ("lab", "verdict"),
    [
        # 0.4 x 60 + 0.6 x lab, rounded half up to one decimal.
        ("76.58333333333333333333333333333333", NotCertified("total-below-pass", D("69.9"))),
        ("76.5833333333333333333333333333333333333333333", NotCertified("total-below-pass", D("69.9"))),
        ("76.583333333333333333333333333333333333333333334", Certified(D("70.0"), date(2026, 6, 26))),
        ("76.6", Certified(D("70.0"), date(2026, 6, 26))),
        ("76.66666666666666666666666666666666666", Certified(D("70.0"), date(2026, 6, 26))),
    ],
)
def test_the_total_is_rounded_half_up_before_it_is_compared(lab: str, verdict: Certified | NotCertified) -> None:
    assert decide(results=exam("60", lab=lab)) == verdict


def test_a_half_goes_up() -> None:
    halves = replace(
        PROGRAMME, assessments=(Assessment("EXAM", D("0.5"), D("60")), Assessment("LAB", D("0.5"), D("60")))
    )
    assert decide(results=exam("60.0", lab="79.9"), programme=halves) == Certified(D("70.0"), date(2026, 6, 26))
    assert decide(results=exam("60.0", lab="79.8"), programme=halves) == NotCertified("total-below-pass", D("69.9"))


@pytest.mark.parametrize(
    ("amended_on", "total"), [(BEFORE, "90.0"), (DAY, "90.0"), (AFTER, "86.0"), (BEFORE - timedelta(days=1), "86.0")]
)
def test_an_amendment_counts_from_its_day_on_and_not_before_its_result(amended_on: date, total: str) -> None:
    amendment = Amendment("EXAM", 1, D("90"), amended_on)
    assert decide(amendments=[amendment]) == Certified(D(total), date(2026, 6, 26))


def test_an_amendment_replaces_the_score_of_its_own_attempt() -> None:
    results = exam("80", "70")
    lower = Amendment("EXAM", 1, D("61"), DAY)
    assert decide(results=results, amendments=[lower]) == Certified(D("82.0"), date(2026, 6, 26))
    failing = [Amendment("EXAM", 1, D("59"), DAY), Amendment("EXAM", 2, D("58"), DAY)]
    assert decide(results=results, amendments=failing) == NotCertified("assessment-failed")


def test_the_last_amendment_stands() -> None:
    first, second = Amendment("EXAM", 1, D("10"), BEFORE), Amendment("EXAM", 1, D("100"), DAY)
    assert decide(amendments=[first, second]) == Certified(D("94.0"), date(2026, 6, 26))
    assert decide(amendments=[second, first]) == Certified(D("94.0"), date(2026, 6, 26))
    same_day = replace(first, on=DAY)
    assert decide(amendments=[second, same_day]) == NotCertified("assessment-failed")


def test_an_amendment_of_an_attempt_that_does_not_count_is_nothing() -> None:
    amendments = [Amendment("EXAM", 2, D("100"), DAY), Amendment("OTHER", 1, D("0"), DAY)]
    assert decide(amendments=amendments) == Certified(D("86.0"), date(2026, 6, 26))
    assert decide(results=PASSED[1:], amendments=[Amendment("EXAM", 1, D("100"), DAY)]) == NotCertified(
        "assessment-missing"
    )


def test_the_first_result_of_an_attempt_stands() -> None:
    again = Result("EXAM", 1, D("100"), DAY)
    assert decide(results=[*PASSED, again]) == Certified(D("86.0"), date(2026, 6, 26))


def test_the_first_rule_that_fails_is_the_reason() -> None:
    nothing: dict[str, tuple[()]] = {"attendance": (), "results": ()}
    assert decide(withdrawn_on=DAY, attendance=(), results=()) == NotCertified("withdrawn")
    assert decide(**nothing) == NotCertified("attendance")
    assert decide(results=[Result("EXAM", 1, D("0"), DAY)]) == NotCertified("assessment-missing")
    assert decide(results=exam("59.9", lab="60")) == NotCertified("assessment-failed")
    assert decide(results=exam("60", lab="60")) == NotCertified("total-below-pass", D("60.0"))


@given(st.decimals(0, 100, places=6))
def test_rounding_is_that_of_decimal(value: Decimal) -> None:
    assert round_half_up(Fraction(value)) == value.quantize(D("0.1"), ROUND_HALF_UP)


@pytest.mark.parametrize(("value", "text"), [("0", "0.0"), ("0.05", "0.1"), ("0.049", "0.0"), ("100", "100.0")])
def test_a_total_shows_exactly_one_decimal(value: str, text: str) -> None:
    assert str(round_half_up(Fraction(value))) == text


def test_hours_that_are_needed_are_exact() -> None:
    modules = [Module("M1", Decimal(8)), Module("M2", Decimal("0.1"))]
    needed = hours_needed(Decimal("0.7"), modules)
    assert needed == {"M1": Fraction(28, 5), "M2": Fraction(7, 100)}
    enough = {"M1": Fraction(28, 5), "M2": Fraction(7, 100), "M3": Fraction(1)}
    assert attended_enough(enough, needed)
    assert not attended_enough(enough | {"M2": Fraction(7, 100) - Fraction(1, 10**40)}, needed)
    assert not attended_enough({"M1": Fraction(100)}, needed)
    assert attended_enough({}, {})


def test_a_module_named_twice_needs_the_greater_number() -> None:
    assert hours_needed(Decimal("0.5"), [Module("M", Decimal(8)), Module("M", Decimal(4))]) == {"M": Fraction(4)}
