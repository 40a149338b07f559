"""The order in which a bulk intake decided what it recorded in one transaction.

Such an intake puts its streams in random order (ADR 6), so that neighbours in the log tell nothing. Its entries say one
recorded time and one intake, and stand together. Within them the days decide, and on one day the order of DOMAIN.md;
each stream keeps its own. Everything else was recorded in the order in which it was decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from verifier import kinds
from verifier.events import Event, event_type

_DAYS: Final = {
    "trainee.registered": ("registered_on", 1),
    "trainee.name-changed": ("changed_on", 1),
    "trainee.details-amended": ("amended_on", 1),
    "enrolment.made": ("enrolled_on", 2),
    "attendance.recorded": ("attended_on", 3),
    "result.recorded": ("assessed_on", 4),
    "result.amended": ("amended_on", 5),
    "enrolment.withdrawn": ("withdrawn_on", 6),
    "certification.refused": ("requested_on", 7),
    "certificate.awarded": ("awarded_on", 8),
    "certificate.revoked": ("revoked_on", 10),
    "title.revoked": ("revoked_on", 10),
    "panel.voted": ("voted_on", 11),
    "notice.posted": ("posted_on", 12),
    "objection.raised": ("raised_on", 13),
    "objection.resolved": ("resolved_on", 13),
    "decision.refused": ("asked_on", 14),
    "application.refused": ("ended_on", 14),
    "title.granted": ("granted_on", 14),
    "application.filed": ("applied_on", 15),
}
"""The business date of each kind, and its place within a day (DOMAIN.md, Titles, last paragraph)."""
_AFTER_THE_AWARD: Final = 9
_TURNED_AWAY: Final = 16


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry that waits to be replayed."""

    index: int
    kind: str
    event: Event
    """With what is disclosed of it."""
    erased: bool
    """Whether the base says that its values were erased."""


def in_order(taken: Sequence[Taken]) -> list[Taken]:
    """The entries of one transaction of an intake in the order in which they were decided."""
    turned_away = {item.event.stream_id for item in taken if _is_turned_away(item.event)}
    reached: dict[UUID, tuple[date, int]] = {}
    keyed = []
    for item in taken:
        stream = item.event.stream_id
        key = max(reached.get(stream, (date.min, 0)), _place(item.event, turned_away))
        reached[stream] = key
        keyed.append((key, item))
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]


def _place(event: Event, turned_away: set[UUID]) -> tuple[date, int]:
    """(date.min, 0) for what has no day of its own, or whose day is withheld: it follows its stream."""
    named, place = _DAYS.get(event_type(event).kind, ("", 0))
    day = getattr(event, named, None)
    if not isinstance(day, date):
        return (date.min, 0)
    match event:
        case kinds.CertificationRefused(reason="already-awarded"):
            place = _AFTER_THE_AWARD
        case kinds.ApplicationFiled() if event.application_id in turned_away:
            place = _TURNED_AWAY
        case _:
            pass
    return (day, place)


def _is_turned_away(event: Event) -> bool:
    return isinstance(event, kinds.ApplicationRefused) and event.reason == "already-applied"
