"""Signed statements as they come back: recorded, and the proposal that they come of carried on."""

from __future__ import annotations

from ledger.office.opening import Office
from ledger.office.preparations import Posted


def register(office: Office, data: bytes) -> Posted:
    """Takes a signed statement. Raises Refusal, StoreError: see `Preparations.post`."""
    return _carried_on(office, office.preparations.post(data))


def registration(office: Office, digest: bytes) -> Posted:
    """What became of a signed statement, by the SHA-256 of what was signed. Raises as `register`."""
    return _carried_on(office, office.preparations.status(digest))


def _carried_on(office: Office, posted: Posted) -> Posted:
    # The last of a proposal carries it on: each alone would look through all of them.
    if posted.proposal is not None and not office.preparations.waiting_of(posted.proposal):
        office.proposals.carry_out(posted.proposal)
    return posted
