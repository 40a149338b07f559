"""Who may do what (DOMAIN.md, Control): the refusals of the table in `verifier.staff`, and the rule of four eyes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ledger import commands as c
from ledger.refusals import Code, Refusal
from verifier.approvers import Approvers
from verifier.kinds import APPROVED_KINDS
from verifier.staff import DELEGATED_KINDS, SIGNING_KIND, role_for


@dataclass(frozen=True, slots=True)
class Actors:
    """The pseudonyms under which a command is given."""

    proposer: str
    approver: str | None = None


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


def is_own_passkey(command: object, actors: Actors, approvers: Approvers) -> bool:
    """Whether somebody adds a passkey to their own or takes one away, and has one in the log that must consent.

    Who has shows by it who they are: no role is asked for, nor to whose staff they belong. Without one, and for one
    that is lost, it takes an administrator.
    """
    if isinstance(command, c.RemovePasskey) and command.lost:
        return False
    own = isinstance(command, c.RegisterPasskey | c.RemovePasskey) and command.pseudonym == actors.proposer
    return own and actors.approver is None and bool(approvers.of(actors.proposer))


def check_organisation(
    kind: str,
    actors: Actors,
    organisations: Mapping[str, str],
    signing: str,
    holder: str,
    concerned: Callable[[], Collection[str]],
) -> None:
    """Raises Refusal unless those who act may act for the organisation in whose name an event is signed.

    `organisations`: of the accounts, by pseudonym. `signing`: whose key signs; `holder`: who holds it, the base where
    it does, so that its staff may use it. `concerned`: the organisations that the event is about.
    """
    if kind == SIGNING_KIND:  # what an approver's passkey signed, the base records, whoever the approver belongs to
        return
    acting = (actors.proposer, actors.approver) if kind in APPROVED_KINDS else (actors.proposer,)
    for actor in filter(None, acting):
        own = organisations.get(actor)
        if own in (signing, holder) or (kind in DELEGATED_KINDS and own in concerned()):
            continue
        raise Refusal(
            Code.OTHER_ORGANISATION,
            f"{actor} is of {own} and may not act for {signing}, in whose name {kind} is signed",
        )
