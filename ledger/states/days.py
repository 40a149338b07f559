"""The business date of an event: the day on which it happened, which for most is a personal value."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from verifier import kinds
from verifier.events import EVENTS, Event, EventType

_NOT_ITS_DAY: Final = frozenset({"graduated_on", "expires_on"})
"""Days in an event that are not the one on which it happened."""


def _day_field(declared: EventType) -> str | None:
    if declared.cls is kinds.CohortOpened:
        return None  # its days are those of the cohort
    named = [field.name for field in (*declared.public, *declared.personal, *declared.printed)]
    return next((name for name in named if name.endswith("_on") and name not in _NOT_ITS_DAY), None)


DAY_FIELDS: Final[dict[type[Any], str | None]] = {item.cls: _day_field(item) for item in EVENTS.values()}
"""Which field says the day on which an event happened, by type; None for a type without one."""


def happened_by(event: Event, day: date) -> bool:
    """Whether an event counts on a day, by its business date.

    What has none always counts: definitions, erasures, and what the folds pass over in a stream that has not begun. A
    date that is withheld does not: the person's data are erased.
    """
    name = DAY_FIELDS[type(event)]
    if name is None:
        return True
    value = getattr(event, name)
    return isinstance(value, date) and value <= day
