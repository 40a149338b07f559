"""The proposals that a member of staff may see, for consoles and programs: one of them, and pages of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ledger.office.opening import Office
from ledger.office.proposals import APPROVED, OPEN, Proposal
from ledger.office.reading import reading_desk
from ledger.office.seeing import sees_people, sees_proposal, unknown_proposal
from ledger.office.staff import Member
from ledger.refusals import Refusal

LOOKED_AT: Final = 200
"""Proposals that are opened for one page, for who does not see all."""


@dataclass(frozen=True, slots=True)
class Docket:
    """A page of proposals, newest first."""

    proposals: tuple[Proposal, ...]
    before: int | None
    """The next page begins below this number; None where there is none."""


def find(office: Office, member: Member, id_: UUID | None) -> Proposal:
    """The proposal, where the member may see it. Raises Refusal, the same for none as for one out of sight."""
    try:
        proposal = office.proposals.get(id_) if id_ is not None else None
    except Refusal:
        proposal = None
    if proposal is None:
        raise unknown_proposal()
    desk = reading_desk(office)
    commands = office.proposals.commands(proposal.id)
    if not sees_proposal(member, proposal, commands, desk.dossier, desk.base):
        raise unknown_proposal()
    return proposal


def page(
    office: Office, member: Member, states: Sequence[str] = (), before: int | None = None, limit: int = 50
) -> Docket:
    """Those that the member may see, from below a number on; empty for who sees nobody. Raises StoreError."""
    if not sees_people(member):
        return Docket((), None)
    desk = reading_desk(office)
    whole = member.organisation == desk.base.code
    bound = limit if whole else LOOKED_AT
    looked, found, last = office.proposals.all(states, before, bound + 1), list[Proposal](), None
    for proposal in looked[:bound]:
        if len(found) == limit:
            break
        last = proposal.number
        if whole or sees_proposal(member, proposal, office.proposals.commands(proposal.id), desk.dossier, desk.base):
            found.append(proposal)
    more = last is not None and last != looked[-1].number
    return Docket(tuple(found), last if more else None)


def waiting(office: Office, member: Member, limit: int = 50) -> list[Proposal]:
    """Those that wait for the member among the newest `limit` that wait and that the member may see. Raises StoreError.

    What is approved waits for approvers to carry it out; what is open waits for them, and is still its proposer's.
    """
    found = page(office, member, (OPEN, APPROVED), limit=limit)
    return [item for item in found.proposals if _waits_for(item, member)]


def _waits_for(proposal: Proposal, member: Member) -> bool:
    approves = "approver" in member.roles
    return approves or (proposal.state == OPEN and proposal.proposer == member.pseudonym)
