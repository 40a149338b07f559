"""The calendar of working days is data of the log: it enters as events, out of `chinesecalendar` (DOMAIN.md)."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

from chinese_calendar import constants

from ledger import commands as c
from ledger.handle import Desk
from ledger.permissions import Actors
from verifier.rules import Calendar

_SATURDAY = 5


def known_calendars() -> list[Calendar]:
    """The years that the installed package knows whole: weekdays that are off, weekend days that are worked."""
    off: dict[int, set[date]] = {}
    worked: dict[int, set[date]] = {}
    for day in constants.holidays:
        off.setdefault(day.year, set())
        if day.weekday() < _SATURDAY:
            off[day.year].add(day)
    for day in constants.workdays:
        if day.weekday() >= _SATURDAY:
            worked.setdefault(day.year, set()).add(day)
    return [Calendar(year, frozenset(off[year]), frozenset(worked.get(year, ()))) for year in sorted(off)]


def calendar_source() -> str:
    """Where `known_calendars` come from, as the log says it."""
    return f"chinesecalendar {version('chinesecalendar')}"


def adopt_calendars(desk: Desk, actors: Actors) -> int:
    """Adopts the years that the log has no calendar for; how many. One that the log has is never replaced here."""
    source = calendar_source()
    missing = [item for item in known_calendars() if item.year not in desk.base.catalogue.calendars]
    for calendar in missing:
        desk.decide(c.AdoptCalendar(desk.new_id(), calendar, source), actors)
    return len(missing)
