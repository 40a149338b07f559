"""C2SP tlog-checkpoint: the tree head that the log signed, and no other."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.sample_log import CHECKPOINTS, LOG_KEY, ORIGIN, Signer, checkpoint
from verifier import checkpoint as checkpoints
from verifier import note
from verifier.checkpoint import Checkpoint
from verifier.errors import BadSignature, Malformed, UnknownKey, VerificationError
from verifier.note import COSIGNATURE_TYPE, Note, Signature, VerifierKey

ROOT = bytes(range(32))
SIGNED = checkpoint(20, ROOT)


def signed(text: str, signer: Signer = CHECKPOINTS, name: str = ORIGIN) -> bytes:
    line = Signature(name, VerifierKey(name, signer.public).id, signer.sign(text.encode()))
    return str(Note(text, (line,))).encode()


@pytest.mark.parametrize("size", [0, 1, 20, 2**40])
def test_a_tree_head_reads_back(size: int) -> None:
    assert checkpoints.verify(checkpoint(size, ROOT), [LOG_KEY], ORIGIN) == Checkpoint(ORIGIN, size, ROOT)


def test_its_text_is_three_lines() -> None:
    assert Checkpoint(ORIGIN, 20, ROOT).text() == f"{ORIGIN}\n20\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


def test_every_bit_of_a_checkpoint() -> None:
    for bit in range(len(SIGNED) * 8):
        flipped = bytearray(SIGNED)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            checkpoints.verify(bytes(flipped), [LOG_KEY], ORIGIN)


def test_a_signature_line_by_an_unknown_key_is_harmless() -> None:
    line = str(Signature("unknown.example.org", b"\1\2\3\4", bytes(72))).encode()
    assert checkpoints.verify(SIGNED + line, [LOG_KEY], ORIGIN) == Checkpoint(ORIGIN, 20, ROOT)


def test_the_origin_must_be_the_one_that_is_trusted() -> None:
    with pytest.raises(Malformed, match=r"not of 'other\.example\.org'"):
        checkpoints.verify(SIGNED, [LOG_KEY], "other.example.org")
    with pytest.raises(Malformed, match="is of log"):  # the log's own key, for another log
        checkpoints.verify(signed(Checkpoint("other.example.org", 20, ROOT).text()), [LOG_KEY], ORIGIN)


def test_another_key() -> None:
    other = Signer("somebody else")
    with pytest.raises(UnknownKey):
        checkpoints.verify(checkpoint(20, ROOT, [other]), [LOG_KEY], ORIGIN)
    with pytest.raises(UnknownKey):
        checkpoints.verify(SIGNED, [], ORIGIN)
    forged = SIGNED.decode().partition("\n\n")[0] + "\n"
    line = Signature(ORIGIN, LOG_KEY.id, other.sign(forged.encode()))
    with pytest.raises(BadSignature):
        checkpoints.verify(str(Note(forged, (line,))).encode(), [LOG_KEY], ORIGIN)


def test_a_witness_alone_makes_no_checkpoint() -> None:
    witness = Signer("witness")
    key = VerifierKey("witness.example.org", witness.public, COSIGNATURE_TYPE)
    text = Checkpoint(ORIGIN, 20, ROOT).text()
    data = (1).to_bytes(8, "big") + witness.sign(note.cosigned_message(text, 1))
    alone = str(Note(text, (Signature(key.name, key.id, data),))).encode()
    with pytest.raises(UnknownKey, match="not signed by the log"):
        checkpoints.verify(alone, [LOG_KEY, key], ORIGIN)


HASH = b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n20\n",
        f"{ORIGIN}\n20\n{HASH}\nan extension\n",
        f"{ORIGIN}\n20\n{HASH}\n\n",
        f"\n20\n{HASH}\n",
        f"a b\n20\n{HASH}\n",
        f"{ORIGIN}\n\n{HASH}\n",
        f"{ORIGIN}\n020\n{HASH}\n",
        f"{ORIGIN}\n+20\n{HASH}\n",
        f"{ORIGIN}\n-1\n{HASH}\n",
        f"{ORIGIN}\n 20\n{HASH}\n",
        f"{ORIGIN}\n2e1\n{HASH}\n",
        f"{ORIGIN}\n２０\n{HASH}\n",
        f"{ORIGIN}\n²\n{HASH}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{HASH}\n",
        f"{ORIGIN}\n20\n{b64encode(ROOT[:-1]).decode()}\n",
        f"{ORIGIN}\n20\n{HASH[:-1]}\n",
        f"{ORIGIN}\n20\n{HASH[:-2]}9=\n",
        f"{ORIGIN}\n20\n{HASH} \n",
        f"{ORIGIN}\n20\n\n",
    ],
)
def test_malformed_though_signed(text: str) -> None:
    with pytest.raises(Malformed):
        checkpoints.verify(signed(text), [LOG_KEY], ORIGIN)
