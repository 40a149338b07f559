"""Anniversaries and working days, at every boundary."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import CouldNotCheck
from verifier.rules import (
    Calendar,
    NoCalendar,
    first_decision_day,
    full_years_passed,
    is_working_day,
    notice_has_stood,
    working_days_left,
    years_after,
)

# 2021-10-01 to 2021-10-07 is the National Day holiday; Sunday 26 September and Saturday 9 October are worked.
CALENDAR_2021 = Calendar(
    2021,
    days_off=frozenset(date(2021, 10, day) for day in (1, 4, 5, 6, 7)),
    make_up_days=frozenset({date(2021, 9, 26), date(2021, 10, 9)}),
)
CALENDARS = {2021: CALENDAR_2021, 2022: Calendar(2022, frozenset({date(2022, 1, 3)}), frozenset())}


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2023, 6, 26), 3, date(2026, 6, 26)),
        (date(2020, 2, 29), 1, date(2021, 2, 28)),
        (date(2020, 2, 29), 3, date(2023, 2, 28)),
        (date(2020, 2, 29), 4, date(2024, 2, 29)),
        (date(2019, 2, 28), 1, date(2020, 2, 28)),
        (date(1896, 2, 29), 4, date(1900, 2, 28)),
        (date(2020, 12, 31), 0, date(2020, 12, 31)),
    ],
)
def test_a_day_some_years_later(day: date, years: int, expected: date) -> None:
    assert years_after(day, years) == expected


@pytest.mark.parametrize(
    ("since", "years", "anniversary"),
    [
        (date(2017, 8, 1), 2, date(2019, 8, 1)),
        (date(2016, 2, 29), 3, date(2019, 2, 28)),
        (date(2016, 2, 29), 4, date(2020, 2, 29)),
        (date(2019, 5, 5), 0, date(2019, 5, 5)),
    ],
)
def test_full_years_have_passed_on_the_anniversary_and_not_the_day_before(
    since: date, years: int, anniversary: date
) -> None:
    assert not full_years_passed(since, years, anniversary - timedelta(days=1))
    assert full_years_passed(since, years, anniversary)
    assert full_years_passed(since, years, anniversary + timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2021, 9, 24), True),  # an ordinary Friday
        (date(2021, 9, 25), False),  # an ordinary Saturday
        (date(2021, 9, 26), True),  # a Sunday made up for
        (date(2021, 9, 30), True),
        (date(2021, 10, 1), False),  # a Friday off
        (date(2021, 10, 3), False),  # a Sunday within the holiday
        (date(2021, 10, 9), True),  # a Saturday made up for
        (date(2021, 10, 10), False),
    ],
)
def test_working_days_are_those_of_the_calendar(day: date, worked: bool) -> None:
    assert is_working_day(day, CALENDARS) is worked


@pytest.mark.parametrize(
    ("posted_on", "first"),
    [
        (date(2021, 3, 1), date(2021, 3, 9)),  # Monday: Tue to Fri, Mon; then the Tuesday
        (date(2021, 3, 5), date(2021, 3, 13)),  # Friday: Mon to Fri; the first possible day is a Saturday
        (date(2021, 3, 6), date(2021, 3, 13)),  # posted on a Saturday: the same week counts
        (date(2021, 9, 24), date(2021, 10, 1)),  # the Sunday worked counts; the day of decision may be off
        (date(2021, 9, 30), date(2021, 10, 14)),  # 8, 9 (worked), 11, 12, 13 October
        (date(2021, 12, 27), date(2022, 1, 5)),  # 28 to 31 December; 3 January is off; 4 January
    ],
)
def test_five_whole_working_days_after_the_day_of_posting(posted_on: date, first: date) -> None:
    assert first_decision_day(posted_on, 5, CALENDARS) == first
    assert not notice_has_stood(posted_on, 5, first - timedelta(days=1), CALENDARS)
    assert notice_has_stood(posted_on, 5, first, CALENDARS)
    assert notice_has_stood(posted_on, 5, first + timedelta(days=1), CALENDARS)


@pytest.mark.parametrize(
    ("on", "left"),
    [
        (date(2021, 9, 24), 5),  # a Friday, on which it is posted
        (date(2021, 9, 25), 5),  # a Saturday
        (date(2021, 9, 26), 5),  # a Sunday that is worked: the first day
        (date(2021, 9, 27), 4),
        (date(2021, 9, 30), 1),  # the last one
        (date(2021, 10, 1), 0),  # National Day, the first possible day of decision
        (date(2021, 10, 9), 0),
    ],
)
def test_days_left_are_those_that_have_not_passed_when_the_day_begins(on: date, left: int) -> None:
    assert working_days_left(date(2021, 9, 24), 5, on, CALENDARS) == left


def test_days_left_over_national_day_week() -> None:
    """Posted on Thursday 30 September: eight days in a row are off, or count once they are worked."""
    days = [date(2021, 9, 30) + timedelta(days=n) for n in range(15)]
    left = [working_days_left(date(2021, 9, 30), 5, day, CALENDARS) for day in days]
    assert left == [5] * 9 + [4, 3, 3, 2, 1, 0]


def test_days_left_need_no_calendar_of_days_to_come() -> None:
    assert working_days_left(date(2022, 12, 30), 5, date(2023, 1, 1), CALENDARS) == 5
    with pytest.raises(NoCalendar):
        working_days_left(date(2022, 12, 30), 5, date(2023, 1, 2), CALENDARS)


def test_a_notice_never_stands_on_the_day_that_it_is_posted() -> None:
    assert first_decision_day(date(2021, 3, 1), 0, CALENDARS) == date(2021, 3, 2)
    assert not notice_has_stood(date(2021, 3, 1), 0, date(2021, 3, 1), CALENDARS)
    assert notice_has_stood(date(2021, 3, 1), 0, date(2021, 3, 2), CALENDARS)


@given(
    posted_on=st.dates(date(2021, 1, 1), date(2022, 9, 1)),
    days=st.integers(0, 12),
    later=st.integers(-3, 40),
)
def test_both_ways_of_counting_agree(posted_on: date, days: int, later: int) -> None:
    decided_on = posted_on + timedelta(days=later)
    stood = notice_has_stood(posted_on, days, decided_on, CALENDARS)
    assert stood == (decided_on >= first_decision_day(posted_on, days, CALENDARS))


def test_a_year_without_a_calendar_cannot_be_counted() -> None:
    with pytest.raises(NoCalendar, match="2023") as raised:
        first_decision_day(date(2022, 12, 28), 5, CALENDARS)
    assert raised.value.year == 2023
    assert isinstance(raised.value, CouldNotCheck)
    assert raised.value.code == "no-calendar"
    with pytest.raises(NoCalendar):
        is_working_day(date(2020, 12, 31), CALENDARS)


def test_only_the_years_walked_through_need_a_calendar() -> None:
    # The fifth working day after Friday 23 December 2022 is Friday the 30th; the decision itself lies in 2023.
    assert first_decision_day(date(2022, 12, 23), 5, CALENDARS) == date(2022, 12, 31)
    assert notice_has_stood(date(2022, 12, 23), 5, date(2023, 1, 4), CALENDARS)
    # Too early is known without looking further than the day of decision.
    assert not notice_has_stood(date(2022, 12, 28), 5, date(2022, 12, 31), CALENDARS)
    assert not notice_has_stood(date(2022, 12, 28), 5, date(2023, 1, 1), CALENDARS)
    with pytest.raises(NoCalendar):
        notice_has_stood(date(2022, 12, 28), 5, date(2023, 1, 5), CALENDARS)
