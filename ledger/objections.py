"""The authority's side of public notices: their terms, what waits for an answer or a decision, what to erase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from ledger import commands as c
from ledger.awards import Awards
from ledger.deciders.objection import kept_until
from ledger.deciders.title import pending
from ledger.handle import Desk
from ledger.intake.keys import authorise_missing
from ledger.notices import PUBLIC_FORM, Days, Notices, answer_of
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from verifier.errors import CouldNotCheck
from verifier.kinds import AUTHORITY_KINDS, REGISTRY_KINDS, ObjectionLodged

PUBLIC_FORM_ROLES: Final = ("public",)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A notice whose application waits for its decision."""

    id: str
    application_no: str
    level: str
    days: Days | None
    """None where the days that have passed cannot be counted."""
    uncounted: str
    """Why they cannot be."""
    lodged: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Held:
    """An objection whose objector's data are there."""

    event: ObjectionLodged
    index: int
    outcome: str
    """`pending`, `dismissed`, `upheld`, or `none` where the application ended without an answer to it."""
    kept_until: date | None
    """The last day on which they are kept; None while the application is open."""


def set_terms(ledger: Ledger, terms: c.SetNoticeTerms, actors: Actors) -> bool:
    """Sets an authority's terms, and opens the public form; False where all was so already.

    In a ledger that was made before there were such events, keys for them are authorised where the base holds the
    organisation's keys. An authority that holds its own key signs its terms itself. Raises Refusal.
    """
    desk = ledger.desk()
    needed = {desk.base.code: set(REGISTRY_KINDS)}
    if terms.authority in {desk.base.keys.get(signer.kid) for signer in ledger.keystore.signers()}:
        needed[terms.authority] = set(AUTHORITY_KINDS)
    authorise_missing(desk, needed, actors)
    if PUBLIC_FORM not in desk.base.accounts:
        desk.decide(c.OpenAccount(desk.new_id(), PUBLIC_FORM, desk.base.code, PUBLIC_FORM_ROLES), actors)
    desk.decide(terms, actors)
    return desk.flush(actors) is not None


def under_way(awards: Awards, today: date) -> list[UnderWay]:
    """Every notice whose application is open, in the order in which they were recorded. Raises StoreError."""
    notices, desk = Notices(awards), awards.ledger.desk()
    found = []
    for posted in notices.undecided():
        application = desk.dossier(posted.trainee).applications[posted.application]
        lodged = desk.objections_to(posted.application)
        days, uncounted = None, ""
        try:
            days = notices.days(posted, today)
        except CouldNotCheck as error:
            uncounted = error.message
        found.append(
            UnderWay(
                notices.id_of(posted.application),
                str(application.filed.application_no),
                application.level,
                days,
                uncounted,
                len(lodged),
                len(pending(application, lodged)) + application.unresolved,
            )
        )
    return found


def held(awards: Awards) -> list[Held]:
    """Every objection that was lodged by the form and whose objector is not erased, in log order. Raises StoreError."""
    desk = awards.ledger.desk()
    rows = awards.views.select("SELECT objection, log_index FROM objections WHERE erased IS NULL ORDER BY log_index")
    found = []
    for row in rows:
        there = desk.objection(UUID(bytes=bytes(row["objection"])))
        if there is not None and there.event is not None:
            application = desk.application_of(there.event)
            until = kept_until(there.event, application, desk.base.catalogue)
            found.append(Held(there.event, row["log_index"], answer_of(there.event, application), until))
    return found


def resolve(ledger: Ledger, objection: UUID, outcome: str, actors: Actors, today: date) -> None:
    """Answers an objection: `dismissed` or `upheld`. Raises Refusal, StoreError."""

    def asked(desk: Desk) -> c.Command:
        there = desk.objection(objection)
        if there is None or there.event is None:
            raise Refusal(Code.UNKNOWN_VALUE, "no such objection, or its objector's data are erased")
        application = desk.application_of(there.event)
        if application is None or not isinstance(application.filed.trainee, UUID):
            raise Refusal(Code.ERASED, "the applicant's data are erased")
        return c.ResolveObjection(application.filed.trainee, application.id, outcome, today, objection)

    ledger.executor().execute(asked, actors)


def expire(awards: Awards, actors: Actors, today: date) -> int:
    """Erases the objectors' data whose time is over; how many there were. Raises Refusal, StoreError."""
    executor = awards.ledger.executor()
    due = [item for item in held(awards) if item.kept_until is not None and item.kept_until < today]
    for item in due:
        executor.execute(c.EraseObjection(item.event.objection_id, today), actors)
    return len(due)
