"""A person's decision on what waits: its forms, and what shows that it is an approver who is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response

from api.office.gate import Acting, Gate, NotFresh
from api.office.rest.answers import Told, told
from ledger.command_forms import BadForm
from ledger.office import signatures
from ledger.office.opening import Office
from ledger.office.passkeys import APPROVE
from ledger.office.proposals import REASON_LIMIT, Signature
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal


class Decision(Told):
    """A decision on something as it was seen."""

    version: Annotated[int, Field(ge=1, lt=2**53)]


class Approval(Decision):
    """An approval; where the approver has a passkey in the log, with what that signed."""

    ticket: Annotated[str, Field(max_length=100)] = Field("", description="Of the challenge that was signed.")
    answer: dict[str, Any] = Field(
        {}, description="The credential as a browser gives it: `rawId`, `type`, `response`, binary values in base64url."
    )


class Challenge(Told):
    """What a passkey has to sign for an approval: an assertion of W3C Web Authentication, with user verification."""

    ticket: str = Field(description="Good once, for five minutes; to be sent with the approval.")
    options: dict[str, Any] = Field(description="What a browser's `navigator.credentials.get` takes as `publicKey`.")


class DecisionWithReason(Decision):
    """A decision that says why."""

    reason: Annotated[str, Field(min_length=1, max_length=REASON_LIMIT)]


def decision_of(body: dict[str, Any], model: type[Decision]) -> Decision:
    """The decision that a body is. Raises BadForm."""
    for name in body:
        if name not in model.model_fields:
            raise BadForm(name[:80], "no such field")
    version, reason = body.get("version"), body.get("reason", "")
    if type(version) is not int or not 1 <= version < 2**53:
        raise BadForm("version", "the version that was seen, a whole number from 1")
    if model is Decision:
        return Decision(version=version)
    if model is Approval:
        ticket, answer = body.get("ticket", ""), body.get("answer", {})
        if type(ticket) is not str or len(ticket) > 100:
            raise BadForm("ticket", "the ticket of the challenge, a text")
        if type(answer) is not dict:
            raise BadForm("answer", "the credential, an object")
        return Approval(version=version, ticket=ticket, answer=answer)
    if type(reason) is not str or not reason.strip() or len(reason) > REASON_LIMIT:
        raise BadForm("reason", f"why: a text of 1 to {REASON_LIMIT} characters")
    return DecisionWithReason(version=version, reason=reason)


def signed_or_fresh(office: Office, gate: Gate, acting: Acting, decision: Approval) -> Signature | None:
    """What an approver's passkey signed just now; without one, another fresh sign of who is there is asked.

    Raises Refusal `missing-role`, `bad-passkey`; NotFresh, for every token.
    """
    _check_approver(acting)
    if decision.ticket and acting.session is not None:
        return signatures.given(office, APPROVE, acting.member, decision.ticket, decision.answer)
    gate.check_fresh(acting)
    return None


def check_approver_in_person(acting: Acting) -> None:
    """Raises Refusal `missing-role` for who does not approve, NotFresh for a token, which is nobody's presence."""
    _check_approver(acting)
    if acting.session is None:
        raise NotFresh


def challenged(office: Office, member: Member, digests: Sequence[bytes] | None) -> Response:
    """What one of the member's passkeys has to sign. Raises Refusal `bad-passkey` where none has to."""
    begun = signatures.begin(office, member, digests)
    if begun is None:
        raise Refusal(Code.BAD_PASSKEY, "no passkey has to sign this: approve it without")
    return told(Challenge(ticket=begun.ticket, options=begun.options))


def _check_approver(acting: Acting) -> None:
    if "approver" not in acting.member.roles:
        raise Refusal(Code.MISSING_ROLE, f"{acting.member.pseudonym} lacks the role approver")
