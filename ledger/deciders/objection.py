"""Objections that are lodged by the public form: each a stream of its own, under a data key of its own.

Nothing is written beside the application when one is lodged: who objects would find that entry in the public log by the
minute, and follow the application's stream from then on. The application's own stream tells of an objection once the
authority has answered it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger import commands as c
from ledger.deciders.title import posted_application
from ledger.refusals import Code, Refusal
from verifier import kinds
from verifier.catalogue import Catalogue
from verifier.dossier import Application, Dossier, shown
from verifier.events import WITHHELD, Event
from verifier.rules import working_days_left

MOST_A_NOTICE: Final = 50
"""Objections that one notice takes by the form: whoever sends more of them has to be stopped by other means."""
LIMITS: Final = {"name": 100, "contact": 200, "grounds": 2000}
"""Characters of the longest text."""
_DIRECTING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make others appear in another order than they stand in."""


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection as lodged; `event` is None once the objector's data are erased."""

    event: kinds.ObjectionLodged | None
    version: int = 1


def fold_objection(events: Iterable[Event]) -> Objection | None:
    """The objection of a stream's events; None for none."""
    state: Objection | None = None
    for event in events:
        match event:
            case kinds.ObjectionLodged():
                state = Objection(None if event.application is WITHHELD else event)
            case kinds.ObjectionErased() if state is not None:
                state = Objection(None, state.version + 1)
    return state


def text_fault(name: str, contact: str, grounds: str) -> str | None:
    """Which of the texts cannot be taken; None where all can. Grounds may have several lines."""
    for what, text in (("name", name), ("contact", contact), ("grounds", grounds)):
        plain = text.replace("\n", " ") if what == "grounds" else text
        if not 0 < len(text.strip()) <= LIMITS[what] or any(_is_control(character) for character in plain):
            return what
    return None


def _is_control(character: str) -> bool:
    """What a terminal or a page could be deceived with, or what is half a character."""
    return unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTING


def lodge(command: c.LodgeObjection, dossier: Dossier, catalogue: Catalogue, lodged: int) -> list[Event]:
    """An objection to an application of which `lodged` were lodged before; taken while the notice stands.

    Raises NoCalendar where the days of the notice cannot be counted.
    """
    application, policy, posted_on = posted_application(dossier, catalogue, command.application)
    terms = catalogue.terms_of(policy.authority)
    if terms is None:
        raise Refusal(Code.NO_TERMS, f"{policy.authority} has not said on what basis it takes objections by the form")
    if command.on < posted_on:
        raise Refusal(Code.BAD_ORDER, "an objection before the notice")
    if working_days_left(posted_on, policy.notice_working_days, command.on, catalogue.calendars) == 0:
        raise Refusal(Code.NOTICE_OVER, "the days of the public notice are over")
    if lodged >= MOST_A_NOTICE:
        raise Refusal(Code.TOO_MANY_OBJECTIONS, f"{MOST_A_NOTICE} objections were lodged against this notice")
    if fault := text_fault(command.name, command.contact, command.grounds):
        raise Refusal(Code.BAD_TEXT, f"{fault}: missing, longer than {LIMITS[fault]} characters, or not plain text")
    return [
        kinds.ObjectionLodged(
            objection_id=command.objection,
            application=application.id,
            place=lodged + 1,
            notice=command.notice,
            name=command.name,
            contact=command.contact,
            grounds=command.grounds,
            lodged_on=command.on,
            terms=terms.terms_id,
            link=command.link,
        )
    ]


def kept_until(objection: kinds.ObjectionLodged, application: Application | None, catalogue: Catalogue) -> date | None:
    """The last day on which the objector's data are kept; None while the application is open.

    Of an erased applicant nothing is open any more: `date.min`.
    """
    if application is None:
        return date.min
    if application.ended_on is None:
        return None
    terms = next(item for item in catalogue.terms if item.terms_id == shown(objection.terms))
    return application.ended_on + timedelta(days=terms.kept_days)


def erase(
    command: c.EraseObjection, objection: Objection | None, application: Application | None, catalogue: Catalogue
) -> list[Event]:
    """Erasure of the objector's data after their time; `application` is None where the applicant is erased."""
    if objection is None:
        raise Refusal(Code.UNKNOWN_VALUE, "no such objection")
    if objection.event is None:
        raise Refusal(Code.ERASED, "this objector's data are erased already")
    until = kept_until(objection.event, application, catalogue)
    if until is None or command.on <= until:
        when = "its application is open" if until is None else f"they are kept until {until}"
        raise Refusal(Code.KEPT_YET, f"the objector's data are not to be erased yet: {when}")
    return [kinds.ObjectionErased(objection_id=command.objection)]
