"""C2SP tlog-proof: made, read back, and refused where it proves nothing."""

from __future__ import annotations

import pytest

from tests.sample_log import CHECKPOINTS, LOG_KEY, ORIGIN, SampleLog
from verifier import tlogproof
from verifier.errors import Malformed, UnknownKey, VerificationError
from verifier.note import VerifierKey

LOG = SampleLog.of_statements(20)
INDEX = 9


def proof(index: int = INDEX) -> bytes:
    return tlogproof.make(index, LOG.inclusion(index), LOG.checkpoint().decode()).encode()


def check(data: bytes, index: int = INDEX) -> int:
    return tlogproof.verify(tlogproof.parse(data), LOG.entries[index], [LOG_KEY], ORIGIN).size


def test_every_entry_has_a_proof_in_the_standards_form() -> None:
    for index in range(LOG.size):
        assert check(proof(index), index) == LOG.size
    lines = proof().decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {INDEX}"]
    assert lines[2 + len(LOG.inclusion(INDEX))] == ""
    assert proof().endswith(LOG.checkpoint())


def test_every_flipped_bit_is_noticed() -> None:
    good = proof()
    for at in range(len(good)):
        for bit in range(8):
            spoilt = bytearray(good)
            spoilt[at] ^= 1 << bit
            with pytest.raises(VerificationError):
                check(bytes(spoilt))


def test_it_proves_no_other_entry_and_no_other_log() -> None:
    with pytest.raises(VerificationError):
        check(proof(), INDEX + 1)
    with pytest.raises(UnknownKey):
        tlogproof.verify(tlogproof.parse(proof()), LOG.entries[INDEX], [], ORIGIN)
    other = VerifierKey("log.example.org/other", CHECKPOINTS.public)
    with pytest.raises(UnknownKey):
        tlogproof.verify(tlogproof.parse(proof()), LOG.entries[INDEX], [other], other.name)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n",
        b"c2sp.org/tlog-proof@v2" + proof()[22:],
        proof().replace(b"index 9", b"index 09"),
        proof().replace(b"index 9", b"index -9"),
        proof().replace(b"index 9\n", b""),
        proof().replace(b"index 9", b"extra AAAA\nindex 9"),
        proof().replace(b"index 9\n", b"index 9\nAAAA\n"),
        proof().replace(b"\n\n", b"\n", 1),
        proof().replace(b"index", b"\xffindex"),
        b"x" * (tlogproof.MAX_SIZE + 1),
        tlogproof.make(9, [bytes(32)] * 64, "x").encode(),
    ],
)
def test_what_is_no_proof_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        check(data)
