"""What a replay looks at: which personal values the rules need, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from verifier.events import EVENTS, WITHHELD, Event, event_type

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "trainee.registered": ("name", "education", "practice_from", "title_held", "title_since", "registered_on"),
    "trainee.name-changed": ("name",),
    "trainee.details-amended": ("education", "practice_from", "title_held", "title_since"),
    "enrolment.made": ("trainee", "cohort", "enrolled_on"),
    "enrolment.withdrawn": ("withdrawn_on",),
    "attendance.recorded": ("module", "hours", "attended_on"),
    "result.recorded": ("assessment", "attempt", "score", "assessed_on"),
    "result.amended": ("assessment", "attempt", "score", "amended_on"),
    "certification.refused": ("requested_on", "reason", "total"),
    "certificate.awarded": ("name", "total", "trainee", "enrolment", "cohort", "corrects"),
    "application.filed": ("trainee", "level", "applied_on", "recommended_by"),
    "application.found-eligible": ("policy", "route"),
    "application.refused": ("reason", "policy", "route", "ended_on"),
    "panel.voted": ("size", "present", "votes_for", "voted_on"),
    "notice.posted": ("posted_on",),
    "objection.raised": ("raised_on", "grounds"),
    "objection.resolved": ("outcome", "resolved_on"),
    "objection.lodged": ("application",),
    "decision.refused": ("reason", "asked_on"),
    "title.granted": ("name", "trainee", "application", "policy", "route", "corrects"),
}
"""By kind: the personal fields that a rule looks at. Whatever else a person left with the base no replay needs."""

_EMPTY: Final[Mapping[str, Any]] = {
    "trainee_no": "",
    "id_type": "",
    "id_number": "",
    "graduated_on": None,
    "employer": None,
    "email": None,
    "phone": None,
}
"""What stands in a state for a value that no rule looks at and nobody disclosed."""


class Disclosures(Protocol):
    """What was disclosed to the auditor, asked for in the order of the log."""

    def of(self, index: int) -> Sequence[bytes]:
        """The disclosures of an entry; none where nothing of it was disclosed."""
        ...

    def is_erased(self, index: int) -> bool:
        """Whether the base says that the entry's values were erased, and so can be disclosed to nobody any more."""
        ...


class Nothing:
    """No disclosures: what a stranger has."""

    def of(self, index: int) -> Sequence[bytes]:
        """None."""
        return ()

    def is_erased(self, index: int) -> bool:
        """Nobody said so."""
        return False


class Held:
    """Disclosures that are all there: of each entry in its order, None for one that was erased."""

    def __init__(self, disclosures: Sequence[Sequence[bytes] | None]) -> None:
        self._disclosures = disclosures

    def of(self, index: int) -> Sequence[bytes]:
        """The disclosures of an entry."""
        return (self._disclosures[index] or ()) if index < len(self._disclosures) else ()

    def is_erased(self, index: int) -> bool:
        """Whether they were erased."""
        return index < len(self._disclosures) and self._disclosures[index] is None


class Missing(Exception):
    """A decision cannot be replayed: these inputs are withheld."""

    def __init__(self, inputs: Iterable[str]) -> None:
        self.inputs = tuple(sorted(set(inputs)))
        super().__init__(", ".join(self.inputs))


def withheld(event: Event) -> list[str]:
    """The inputs that an event withholds, as `result.recorded.score`."""
    kind = event_type(event).kind
    return [f"{kind}.{name}" for name in NEEDED.get(kind, ()) if getattr(event, name) is WITHHELD]


def filled(event: Event) -> Event:
    """The event with an empty value for each that is withheld and no rule looks at."""
    names = _UNNEEDED.get(type(event), ())
    empty = {name: _EMPTY[name] for name in names if getattr(event, name) is WITHHELD}
    return replace(event, **empty) if empty else event  # type: ignore[type-var]


_UNNEEDED: Final = {
    declared.cls: names
    for declared in EVENTS.values()
    if (names := tuple(name for field in declared.personal if (name := field.name) in _EMPTY))
}
