"""What a programme, a policy, a cohort and a calendar can say at all: rules that nobody could apply are not published.

The ranges are those of an intake's files (`ledger.intake.definitions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger import commands as c
from ledger.deciders.person import check_value
from ledger.refusals import Code, Refusal
from verifier.rules import AWARD_LEVELS, EDUCATIONS, TITLES, Calendar, Policy, Route

MOST_YEARS: Final = 100
_MOST_HOURS: Final = 10_000
_MOST_PLACES: Final = 1_000_000
_SATURDAY: Final = 5


def check_programme(command: c.PublishProgramme) -> None:
    """Raises Refusal for an edition of a programme by which nothing could be decided."""
    _within("min_attendance", command.min_attendance, 0, 1)
    _within("max_attempts", command.max_attempts, 1, 100)
    _within("total_pass", command.total_pass, 0, 100)
    _within("valid_years", command.valid_years, 1, MOST_YEARS)
    _distinct("module", [module.code for module in command.modules])
    _distinct("assessment", [item.code for item in command.assessments])
    for module in command.modules:
        _within("hours", module.hours, 0, _MOST_HOURS)
        if not module.hours:
            raise Refusal(Code.BAD_HOURS, "the hours of a module are above 0")
    for item in command.assessments:
        _within("weight", item.weight, 0, 1)
        _within("pass_mark", item.pass_mark, 0, 100)
    if sum(Fraction(item.weight) for item in command.assessments) != 1:
        raise Refusal(Code.BAD_NUMBER, "the weights of the assessments do not sum to 1")


def check_policy(policy: Policy) -> None:
    """Raises Refusal for an edition of the rules for titles by which nothing could be decided."""
    _within("panel_min_members", policy.panel_min_members, 1, 1_000)
    for what, share in (("quorum", policy.quorum), ("majority", policy.majority)):
        if not 0 < share <= 1:
            raise Refusal(Code.BAD_NUMBER, f"{what} is no share above 0 and up to 1")
    _within("notice_working_days", policy.notice_working_days, 1, 250)
    _distinct("route", [route.id for route in policy.routes])
    for route in policy.routes:
        _check_route(route)


def check_cohort(command: c.OpenCohort) -> None:
    """Raises Refusal for a cohort that ends before it begins, or whose places cannot be counted."""
    if command.ends_on < command.starts_on:
        raise Refusal(Code.BAD_ORDER, "a cohort's last day before its first")
    _within("capacity", command.capacity, 0, _MOST_PLACES)


def check_calendar(calendar: Calendar) -> None:
    """Raises Refusal for a calendar with days of another year, or with exceptions that are none."""
    if any(day.year != calendar.year for day in (*calendar.days_off, *calendar.make_up_days)):
        raise Refusal(Code.BAD_NUMBER, f"a day is not of {calendar.year}")
    if any(day.weekday() >= _SATURDAY for day in calendar.days_off):
        raise Refusal(Code.UNKNOWN_VALUE, "a day off is on a weekend, which is off all the same")
    if any(day.weekday() < _SATURDAY for day in calendar.make_up_days):
        raise Refusal(Code.UNKNOWN_VALUE, "a make-up day is no day of a weekend")


def _check_route(route: Route) -> None:
    check_value("level", route.level, AWARD_LEVELS)
    for education in route.education:
        check_value("education", education, EDUCATIONS)
    if route.requires_title is not None:
        check_value("requires_title", route.requires_title, TITLES)
    for what, years in (("title_years", route.title_years), ("practice_years", route.practice_years)):
        if years is not None:
            _within(what, years, 0, MOST_YEARS)
    if route.min_certificate_total is not None:
        _within("min_certificate_total", route.min_certificate_total, 0, 100)


def _within(what: str, value: int | Decimal, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refusal(Code.BAD_NUMBER, f"{what} is not from {least} to {most}")


def _distinct(what: str, codes: Sequence[str]) -> None:
    if len(set(codes)) < len(codes) or not all(codes):
        raise Refusal(Code.UNKNOWN_VALUE, f"each {what} has a code of its own")
