"""The three kinds of points in time that a state is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from verifier.current import BUSINESS_ZONE


@dataclass(frozen=True, slots=True)
class AfterEntries:
    """After the log's first entries."""

    size: int

    def __str__(self) -> str:
        return str(self.size)


@dataclass(frozen=True, slots=True)
class RecordedBy:
    """With all that was recorded at a moment or before it."""

    moment: datetime

    def __str__(self) -> str:
        return self.moment.isoformat()

    @property
    def end(self) -> datetime:
        """The first moment that no longer counts: recorded times are whole milliseconds."""
        return self.moment + timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class OnDay:
    """What was in force on a business day, by all that the log says."""

    day: date

    def __str__(self) -> str:
        return self.day.isoformat()


Point = AfterEntries | RecordedBy | OnDay

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})?")


def parse_point(text: str) -> Point:
    """The point that a text names: `4711`, `2026-03-20T12:00:00+08:00` or `2026-03-20`. Raises ValueError.

    A time without a zone is that of the base's clock, UTC+8.
    """
    if _INDEX.fullmatch(text):
        return AfterEntries(int(text))
    try:
        if _DAY.fullmatch(text):
            return OnDay(date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return RecordedBy(moment if moment.tzinfo else moment.replace(tzinfo=BUSINESS_ZONE))
    except ValueError:
        pass
    raise ValueError(
        f"{text[:60]!r} is no point in time: a number of entries (4711), a recorded time (2026-03-20T12:00:00+08:00) "
        "or a business date (2026-03-20)"
    )
