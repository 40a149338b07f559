"""Years and working days (DOMAIN.md "Certification", "Titles", and the State Council's calendar)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from verifier.errors import CouldNotCheck

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one year: weekends are off and weekdays are worked, but for these exceptions.

    `days_off` are the weekdays that are public holidays, `make_up_days` the weekend days that are worked instead.
    """

    year: int
    days_off: frozenset[date]
    make_up_days: frozenset[date]


class NoCalendar(CouldNotCheck):
    """A day had to be counted in a year for which the log has no calendar: no verdict either way."""

    code: ClassVar[str] = "no-calendar"

    def __init__(self, year: int) -> None:
        super().__init__(f"the log has no calendar of working days for {year}, so days in that year cannot be counted")
        self.year = year


def years_after(day: date, years: int) -> date:
    """The same day `years` years later; 29 February falls back to 28 February in a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def full_years_passed(since: date, years: int, on: date) -> bool:
    """Whether `years` full years have passed since `since`: they have on the anniversary, that day included."""
    return on >= years_after(since, years)


def is_working_day(day: date, calendars: Mapping[int, Calendar]) -> bool:
    """Whether `day` is worked. Raises NoCalendar where its year is not in `calendars` (keyed by year)."""
    calendar = calendars.get(day.year)
    if calendar is None:
        raise NoCalendar(day.year)
    if day.weekday() >= _SATURDAY:
        return day in calendar.make_up_days
    return day not in calendar.days_off


def first_decision_day(posted_on: date, days: int, calendars: Mapping[int, Calendar]) -> date:
    """The first day on which a notice posted on `posted_on` has stood for `days` whole working days.

    The day of posting does not count; the answer is the calendar day after the last working day counted, whether
    or not it is itself worked. Raises NoCalendar for a year that had to be walked through and has no calendar.
    """
    day = posted_on
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day, calendars)
    return day + timedelta(days=1)


def working_days_left(posted_on: date, days: int, on: date, calendars: Mapping[int, Calendar]) -> int:
    """How many of a notice's `days` whole working days have not passed when the day `on` begins; 0 once all have.

    On the day of posting all are left, and on the last of them one is. Raises NoCalendar for a year that had to be
    walked through and has no calendar; no day from `on` on is looked up.
    """
    day = posted_on + timedelta(days=1)
    while days > 0 and day < on:
        days -= is_working_day(day, calendars)
        day += timedelta(days=1)
    return days


def notice_has_stood(posted_on: date, days: int, decided_on: date, calendars: Mapping[int, Calendar]) -> bool:
    """Whether `decided_on` is not before `first_decision_day(posted_on, days, calendars)`.

    Only the days between the two dates are looked up, so that a decision at the end of December is not held up
    by next year's calendar. Raises NoCalendar for a year that had to be walked through and has no calendar.
    """
    return working_days_left(posted_on, days, decided_on, calendars) == 0 and decided_on > posted_on
