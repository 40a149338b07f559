"""What an approver's passkey signed, taken in for the events that it approves."""

from __future__ import annotations

from ledger import commands as c
from ledger.deciders.base import Base
from ledger.refusals import Code, Refusal
from verifier import kinds
from verifier.errors import VerificationError
from verifier.events import Event


def sign(command: c.SignApproval, base: Base, proposer: str, recorded: bool) -> list[Event]:
    """The event of an approval whose assertion is good. `recorded`: something stands under this id already."""
    if proposer != command.approver:
        raise Refusal(Code.BAD_APPROVAL, f"what {command.approver} signed is not for {proposer} to record")
    if recorded:
        raise Refusal(Code.BAD_APPROVAL, "an approval of this id is recorded already")
    event = kinds.ApprovalSigned(
        approval_id=command.approval_id,
        approver=command.approver,
        passkey=command.passkey,
        digests=command.digests,
        authenticator_data=command.authenticator_data,
        client_data=command.client_data,
        signature=command.signature,
    )
    try:
        base.approvers.check_approval(event)
    except VerificationError as error:
        raise Refusal(Code.BAD_APPROVAL, error.message) from None
    return [event]
