"""What happened to something, as a page tells it: one line an entry of the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from api.languages import Words
from api.office import title_words
from api.office.moments import moment
from api.words import REASONS as REVOCATION_REASONS
from ledger.office.history import Happened
from ledger.office.staff import Staff
from verifier import kinds

_DAYS: Final = (
    "applied_on",
    "voted_on",
    "posted_on",
    "raised_on",
    "resolved_on",
    "asked_on",
    "ended_on",
    "granted_on",
    "revoked_on",
    "superseded_on",
    "attached_on",
)
"""Fields that say when something happened."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry."""

    index: int
    at: str
    what: Words
    facts: Words | None
    day: str
    """When it happened, where the entry says so."""
    who: str


def lines(happened: Iterable[Happened], staff: Staff) -> list[Line]:
    """The lines of some entries, in their order."""
    return [
        Line(
            item.index,
            moment(item.recorded_at),
            title_words.HAPPENED.get(item.kind) or Words(item.kind, item.kind, item.kind),
            _facts(item.event),
            _day(item.event),
            ", ".join(named(staff, pseudonym) for pseudonym in item.actors),
        )
        for item in happened
    ]


def named(staff: Staff, pseudonym: str) -> str:
    """A pseudonym with the name of whose it is, where that is known here."""
    member = staff.of_pseudonym(pseudonym)
    return pseudonym if member is None else f"{member.name} ({pseudonym})"


def _day(event: object) -> str:
    return next((str(getattr(event, name)) for name in _DAYS if hasattr(event, name)), "")


def _facts(event: object) -> Words | None:
    match event:
        case kinds.ApplicationFoundEligible(policy=str(policy), route=str(route)):
            return title_words.under(policy, route)
        case kinds.PanelVoted(size=int(size), present=int(present), votes_for=int(votes)):
            return title_words.voted(size, present, votes)
        case kinds.ApplicationRefused(reason=str(reason)) | kinds.DecisionRefused(reason=str(reason)):
            return title_words.REASONS[reason]
        case kinds.ObjectionResolved(outcome=str(outcome)):
            return title_words.OUTCOMES[outcome]
        case kinds.TitleGranted(policy=str(policy), route=str(route)):
            return title_words.under(policy, route)
        case kinds.TitleRevoked(reason=str(reason)):
            return REVOCATION_REASONS[reason]
    return None
