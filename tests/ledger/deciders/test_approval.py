"""What an approver's passkey signed is taken in where it holds, from the approver alone, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger import commands as c
from ledger.deciders import approval
from ledger.deciders.base import Base
from ledger.refusals import Code
from tests.authenticator import RP_ID, Authenticator
from tests.ledger.deciders.story import refused, uuid
from verifier import kinds

HELD = Authenticator("head")
DIGESTS = (bytes(32), b"\x01" * 32)
MADE = HELD.approves(DIGESTS)
SIGN = c.SignApproval(
    uuid("approval"), "head", HELD.thumbprint, DIGESTS, MADE.authenticator_data, MADE.client_data, MADE.signature
)
SIGNED = kinds.ApprovalSigned(
    approval_id=uuid("approval"),
    approver="head",
    passkey=HELD.thumbprint,
    digests=DIGESTS,
    authenticator_data=MADE.authenticator_data,
    client_data=MADE.client_data,
    signature=MADE.signature,
)


@pytest.fixture
def base() -> Base:
    made = Base(uuid("log"))
    made.approvers.evolve(
        kinds.PasskeyRegistered(account_id=uuid("head"), pseudonym="head", public_key=HELD.cose_key, rp_id=RP_ID)
    )
    return made


def test_what_a_passkey_signed_is_taken_in(base: Base) -> None:
    assert approval.sign(SIGN, base, "head", recorded=False) == [SIGNED]


def test_nobody_else_records_it_and_nobody_twice(base: Base) -> None:
    refused(Code.BAD_APPROVAL, lambda: approval.sign(SIGN, base, "clerk", recorded=False))
    refused(Code.BAD_APPROVAL, lambda: approval.sign(SIGN, base, "head", recorded=True))


@pytest.mark.parametrize(
    "changed",
    [
        {"digests": DIGESTS[:1]},
        {"digests": ()},
        {"passkey": bytes(32)},
        {"signature": bytes(70)},
        {"client_data": b"{}"},
        {"authenticator_data": bytes(37)},
        {"approver": "clerk"},
    ],
)
def test_what_does_not_hold_is_refused(base: Base, changed: dict[str, object]) -> None:
    command = replace(SIGN, **changed)  # type: ignore[arg-type]
    refused(Code.BAD_APPROVAL, lambda: approval.sign(command, base, command.approver, recorded=False))
