"""Doing what somebody asks: at once where one person is enough, by a proposal where two are needed.

The one way from a console's form or a program's request into the ledger.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from ledger import commands as c
from ledger.executing import Executed
from ledger.office.opening import Office
from ledger.office.preparations import Preparation, Wanted
from ledger.office.proposals import Proposal
from ledger.office.staff import Member
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.seal import SEED_SIZE

PROPOSED: Final = frozenset[type[Any]](
    {
        c.RequestCertification,
        c.SuspendCertificate,
        c.ReinstateCertificate,
        c.RevokeCertificate,
        c.CorrectCertificate,
        c.DecideApplication,
        c.RevokeTitle,
        c.CorrectTitle,
        c.EraseTrainee,
        c.EraseObjection,
        c.SetNoticeTerms,
        c.SetWitnesses,
        c.TakeInPack,
        c.RecordDisclosure,
    }
)
"""Commands of which events may come that need two people (`verifier.kinds.APPROVED_KINDS`)."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a request: what was recorded, the proposal that waits for a second person, or what waits for the
    signature of an organisation that holds its own key.
    """

    executed: Executed | None = None
    proposal: Proposal | None = None
    prepared: Preparation | None = None


def needs_approval(command: type[Any]) -> bool:
    """Whether a command is proposed by one and approved by another (DOMAIN.md, Control)."""
    return command in PROPOSED


def do(office: Office, member: Member, command: c.Command, request: UUID, note: str = "") -> Done:
    """Records a command in somebody's name, or proposes it.

    `request`: a random id that the asker keeps; the same again is done once. Raises Refusal, StoreError.
    """
    if needs_approval(type(command)):
        return propose(office, member, [command], request, note)
    try:
        executed = office.executor.execute(command, Actors(member.pseudonym), request.bytes)
    except Refusal as refusal:
        if refusal.code is not Code.SIGNS_ITSELF:
            raise
        return Done(prepared=prepare(office, member, command, request))
    return Done(executed=executed)


def prepare(office: Office, member: Member, command: c.Command, request: UUID) -> Preparation:
    """Prepares a command of one person for an organisation's own key. Raises Refusal, StoreError.

    The same request again is answered with what was prepared then.
    """
    wanted = Wanted(command, Actors(member.pseudonym), request.bytes, secrets.token_bytes(SEED_SIZE))
    return office.preparations.prepare(request, wanted)


def propose(office: Office, member: Member, commands: Sequence[c.Command], request: UUID, note: str = "") -> Done:
    """Proposes commands of one kind; what the rules would refuse today already is refused. Raises Refusal, StoreError.

    Also refused is what nobody but the proposer could approve. The same request again is answered with what was
    proposed then, also where all is recorded by now and the rules would refuse it.
    """
    if (known := office.proposals.find(request)) is not None and known.proposer == member.pseudonym:
        return Done(proposal=known)
    refusal = Refusal(Code.NO_APPROVER, "nobody else has the role approver: an administrator gives it")
    for approver in _approvers(office, member):
        try:
            _try_out(office, commands, Actors(member.pseudonym, approver))
        except Refusal as found:
            refusal = found
            if found.code is Code.OTHER_ORGANISATION:  # another approver may be of the right one
                continue
            raise
        return Done(proposal=office.proposals.propose(member, commands, note, request))
    raise refusal


def _approvers(office: Office, member: Member) -> list[str]:
    """Who else may approve, one of each organisation, the member's own first."""
    base, found = office.executor.base(), dict[str, str]()
    for pseudonym, roles in base.accounts.items():
        if "approver" in roles and pseudonym != member.pseudonym:
            found.setdefault(base.account_organisations[pseudonym], pseudonym)
    return [found[code] for code in sorted(found, key=lambda code: (code != member.organisation, code))]


def _try_out(office: Office, commands: Sequence[c.Command], actors: Actors) -> None:
    desk = office.proposals.desk_for(commands)
    for command in commands:
        desk.decide(command, actors)
