"""What waits for an organisation's own key, as its staff see it: they fetch it, and take it back; the base looks on."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from ledger.office.opening import Office
from ledger.office.preparations import Preparation, unknown_preparation
from ledger.office.seeing import sees_people
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal

SIGNING_ROLES: Final = ("registrar", "assessor", "approver")
"""Roles that fetch what is to be signed, personal values included, and take it back."""


def listed(office: Office, member: Member) -> list[Preparation]:
    """Those of the member's organisation, or of all for the base, newest first. Raises Refusal; StoreError."""
    if not sees_people(member):
        raise Refusal(Code.MISSING_ROLE, f"{member.pseudonym} has none of the roles that see people")
    whole = member.organisation == office.executor.base().code
    return office.preparations.all(None if whole else member.organisation)


def find(office: Office, member: Member, id_: UUID | None) -> Preparation:
    """One of them. Raises Refusal, the same for none as for one out of sight; StoreError."""
    found = None if id_ is None else office.preparations.find(id_)
    seen = found is not None and member.organisation in (found.organisation, office.executor.base().code)
    if found is None or not seen or not sees_people(member):
        raise unknown_preparation()
    return found


def check_signs(member: Member, preparation: Preparation) -> None:
    """Raises Refusal unless the member handles what their organisation signs."""
    if member.organisation != preparation.organisation:
        raise Refusal(Code.OTHER_ORGANISATION, f"{preparation.organisation} signs this, and fetches it itself")
    if member.roles.isdisjoint(SIGNING_ROLES):
        raise Refusal(Code.MISSING_ROLE, f"fetching what is to be signed takes one of {', '.join(SIGNING_ROLES)}")


def withdraw(office: Office, preparation: Preparation) -> Preparation:
    """Takes one back; the proposal that it comes of stops. Raises Refusal `not-waiting`; StoreError."""
    done = office.preparations.withdraw(preparation.id)
    if done.proposal is not None:
        office.proposals.carry_out(done.proposal)
    return done
