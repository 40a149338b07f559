"""Whether somebody could record a kind of event at all: what pages ask before they offer a form."""

from __future__ import annotations

from ledger.office.opening import Office
from ledger.office.staff import Member
from ledger.permissions import Actors, check_organisation
from ledger.refusals import Code, Refusal
from verifier.staff import role_for


def why_not(office: Office, member: Member, kind: str, organisation: str) -> Refusal | None:
    """Why a member may not record, or propose, this kind of event in an organisation's name; None where they may.

    Says nothing of what the event is about: that is decided when it is recorded, and all of this once more.
    """
    base = office.executor.base()
    actor = member.pseudonym
    if (role := role_for(kind)) not in base.accounts.get(actor, frozenset()):
        return Refusal(Code.MISSING_ROLE, f"{actor} lacks the role {role}, which {kind} needs")
    try:
        holder = organisation
        if base.own_key(organisation, kind) is None:
            signer = office.ledger.keystore.signer(organisation, kind, base.keys)
            holder = base.code if signer.custody == "base" else organisation
        check_organisation(kind, Actors(actor), base.account_organisations, organisation, holder, frozenset)
    except Refusal as refusal:
        return refusal
    return None
