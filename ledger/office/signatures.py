"""What an approver's passkey has to sign of a proposal, and what it signed (ADR 30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.office.opening import Office
from ledger.office.passkeys import APPROVE, Begun
from ledger.office.proposals import Signature
from ledger.office.staff import CannotSignIn, Member
from ledger.refusals import Code, Refusal
from verifier import approval


def begin(office: Office, member: Member, digests: Sequence[bytes] | None) -> Begun | None:
    """The ceremony by which one of the member's passkeys approves; None where it has nothing to sign.

    `digests`: of a proposal or an intake, what is to be signed (`to_sign`). Raises StoreError.
    """
    if not digests:
        return None
    among = office.executor.base().approvers.of(member.pseudonym)
    return office.passkeys.begin(APPROVE, member.account, approval.challenge(digests), among)


def given(office: Office, purpose: str, member: Member, ticket: str, answer: Mapping[str, Any]) -> Signature:
    """What a passkey of the member's signed. Raises Refusal `bad-passkey`; StoreError."""
    try:
        done = office.passkeys.finish(purpose, ticket, answer, member.account)
    except CannotSignIn:
        raise Refusal(Code.BAD_PASSKEY, "the passkey was asked too long ago, or for something else") from None
    return Signature(done.passkey.thumbprint, done.authenticator_data, done.client_data, done.signature)
