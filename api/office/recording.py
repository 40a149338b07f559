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


def record(console: Console, acting: Acting, sent: Sent, command: c.Command) -> Done | Fault:
    """Does what a form asks for, or proposes it. Raises Refusal where it is not for who asks; LeadsTo;
    StoreError.
    """
    try:
        done = do(console.office, acting.member, command, request_id(sent), sent.get("note", ""))
    except Refusal as refusal:
        if refusal.code in NOT_YOURS:
            raise
        return Fault(refusal_words.SENTENCES[refusal.code], f"{refusal.message} ({refusal.code})")
    check_recorded(done)
    return done


def check_recorded(done: Done) -> None:
    """Raises LeadsTo where it waits for the signature of an organisation that holds its own key."""
    if done.prepared is not None:
        raise LeadsTo(f"/console/prepared/{done.prepared.id}")
