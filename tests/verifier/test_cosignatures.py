"""Cosignatures on a checkpoint: who of the policy signed, when, and whether that is a quorum."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.loglab import Lab
from tests.verifier.witnesslab import ANNA, BORIS, CHEN, NOW, POLICY, WitnessKey, cosigned
from verifier import checkpoint, cosignatures, tlogproof, witnesses
from verifier.errors import BadSignature, CouldNotCheck, Malformed

LAB = Lab.founded()
PLAIN = LAB.checkpoint()
TWO_OF_THREE = witnesses.parse(POLICY)


def test_who_cosigned_and_when() -> None:
    found = cosignatures.judge(cosigned(PLAIN, CHEN, ANNA), TWO_OF_THREE)
    assert [(item.witness, item.timestamp) for item in found.cosignatures] == [("anna", NOW), ("chen", NOW)]
    assert found.quorum
    found.check_quorum()
    assert found.sentence == (
        "cosigned by 2 of 3 witnesses: anna at 2026-05-28 20:26:40 UTC, chen at 2026-05-28 20:26:40 UTC"
    )


def test_a_quorum_that_is_missing_is_neither_good_nor_forged() -> None:
    for signed in (PLAIN, cosigned(PLAIN, BORIS), cosigned(PLAIN, BORIS, WitnessKey("dora"))):
        found = cosignatures.judge(signed, TWO_OF_THREE)
        assert not found.quorum
        with pytest.raises(CouldNotCheck, match="the quorum two is missing"):
            found.check_quorum()
    assert cosignatures.judge(PLAIN, witnesses.NOBODY).quorum


def test_a_line_of_a_witness_that_does_not_verify_is_an_error() -> None:
    line = ANNA.line(PLAIN)
    for spoilt in (
        replace(line, data=line.data[:-1] + bytes([line.data[-1] ^ 1])),
        replace(line, data=bytes([line.data[0] ^ 1]) + line.data[1:]),
        replace(line, data=line.data[8:]),
        replace(BORIS.line(PLAIN), name=line.name, key_id=line.key_id),
    ):
        with pytest.raises(BadSignature):
            cosignatures.judge(PLAIN + str(spoilt).encode(), TWO_OF_THREE)
    with pytest.raises(Malformed, match="twice"):
        cosignatures.judge(cosigned(PLAIN, ANNA, ANNA), TWO_OF_THREE)


def test_the_logs_own_signature_is_no_cosignature_and_no_cosignature_makes_a_checkpoint() -> None:
    whole = cosigned(PLAIN, ANNA, BORIS)
    assert checkpoint.verify(whole, LAB.trust().checkpoint_keys(), LAB.trust().origin).size == LAB.size
    text, _, lines = whole.decode().partition("\n\n")
    bare = f"{text}\n\n{''.join(line for line in lines.splitlines(True) if '.example.org/log ' not in line)}".encode()
    assert cosignatures.judge(bare, TWO_OF_THREE).quorum
    with pytest.raises(Exception, match="signed by no known key"):
        checkpoint.verify(bare, LAB.trust().checkpoint_keys(), LAB.trust().origin)


def test_lines_are_added_once() -> None:
    signed = cosignatures.with_lines(PLAIN.decode(), [ANNA.line(PLAIN)])
    again = cosignatures.with_lines(signed, [ANNA.line(PLAIN, NOW + 9), BORIS.line(PLAIN)])
    assert again.encode() == cosigned(PLAIN, ANNA, BORIS)


def test_a_tlog_proof_carries_the_cosignatures() -> None:
    whole = cosigned(PLAIN, ANNA, BORIS)
    proof = tlogproof.parse(tlogproof.make(LAB.size - 1, [], whole.decode()).encode())
    assert proof.checkpoint == whole
    assert cosignatures.judge(proof.checkpoint, TWO_OF_THREE).quorum
