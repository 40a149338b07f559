"""Who may do what (DOMAIN.md, Control): the one table of roles, and the rule of four eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.refusals import Code, Refusal
from verifier.kinds import APPROVED_KINDS, ROOT_KINDS

ASSESSED_KINDS = frozenset({"result.recorded", "result.amended"})
PUBLIC_KIND = "objection.lodged"
SIGNING_KIND = "approval.signed"


@dataclass(frozen=True, slots=True)
class Actors:
    """The pseudonyms under which a command is given."""

    proposer: str
    approver: str | None = None


def role_for(kind: str) -> str:
    """The role that proposes an event of this kind: administrators do keys and passkeys, assessors do results.

    What an approver's passkey signed, the approver alone records. A form that anybody may fill in records nothing but
    its own kind, and nobody else records that.
    """
    if kind in ROOT_KINDS:
        return "administrator"
    if kind == PUBLIC_KIND:
        return "public"
    if kind == SIGNING_KIND:
        return "approver"
    return "assessor" if kind in ASSESSED_KINDS else "registrar"


def check(kind: str, actors: Actors, accounts: Mapping[str, frozenset[str]]) -> None:
    """Raises Refusal unless the proposer may propose this kind of event, and another approved it where needed."""
    roles = accounts.get(actors.proposer)
    if roles is None:
        raise Refusal(Code.UNKNOWN_ACCOUNT, f"no open account {actors.proposer}")
    if (role := role_for(kind)) not in roles:
        raise Refusal(Code.MISSING_ROLE, f"{actors.proposer} lacks the role {role}, which {kind} needs")
    if kind not in APPROVED_KINDS:
        return
    if actors.approver is None:
        raise Refusal(Code.NO_APPROVER, f"{kind} needs an approver")
    if actors.approver == actors.proposer:
        raise Refusal(Code.SAME_PERSON, f"{actors.proposer} cannot both propose and approve {kind}")
    if "approver" not in accounts.get(actors.approver, frozenset()):
        raise Refusal(Code.MISSING_ROLE, f"{actors.approver} lacks the role approver, which {kind} needs")
