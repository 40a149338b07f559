"""From a page's form into the ledger: what a command led to, or the words why it did not."""

from __future__ import annotations

from dataclasses import dataclass

from api.languages import Words
from api.office import refusal_words
from api.office.console import Console, LeadsTo, Sent, request_id
from api.office.gate import Acting
from ledger import commands as c
from ledger.office.doing import Done, do
from ledger.refusals import Code, Refusal

NOT_YOURS = (Code.MISSING_ROLE, Code.OTHER_ORGANISATION)
"""Refusals that are about who asks: they have a page of their own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What the ledger refused, for the page that asked."""

    sentence: Words
    told: str = ""
    """The ledger's own words."""
    refusal: Refusal | None = None


def tried(console: Console, acting: Acting, sent: Sent, command: c.Command, note: str) -> Done | Fault:
    """Does what a form asks for, or proposes it; whatever refuses that is told. Raises StoreError."""
    try:
        return do(console.office, acting.member, command, request_id(sent), note)
    except Refusal as refusal:
        return Fault(refusal_words.SENTENCES[refusal.code], f"{refusal.message} ({refusal.code})", refusal)


def record(console: Console, acting: Acting, sent: Sent, command: c.Command) -> Done | Fault:
    """As `tried`, for pages that say nothing of rights. Raises Refusal where it is not for who asks; LeadsTo;
    StoreError.
    """
    done = tried(console, acting, sent, command, sent.get("note", ""))
    if isinstance(done, Fault):
        if done.refusal is not None and done.refusal.code in NOT_YOURS:
            raise done.refusal
        return done
    check_recorded(done)
    return done


def check_recorded(done: Done) -> None:
    """Raises LeadsTo where it waits for the signature of an organisation that holds its own key."""
    if done.prepared is not None:
        raise LeadsTo(f"/console/prepared/{done.prepared.id}")
