"""Who may do what (DOMAIN.md, Control): the one table of roles, and the rule of four eyes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ledger import commands as c
from ledger.refusals import Code, Refusal
from verifier.approvers import Approvers
from verifier.kinds import APPROVED_KINDS, ROOT_KINDS

DELEGATED_KINDS = frozenset(
    {
        "application.filed",
        "enrolment.made",
        "enrolment.withdrawn",
        "evidence.attached",
        "trainee.details-amended",
        "trainee.name-changed",
        "trainee.registered",
    }
)
"""What the base records at the word of the organisations that it is about, too."""

FOLLOWING_KINDS = frozenset({"application.found-eligible", "application.refused"})
"""What follows by rule from an application that the base files, and is signed in the authority's name: the base's staff
record both, also where the authority's own key has to sign its part first."""

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
