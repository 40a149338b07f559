"""The file seal: what is found, and by whom it was sealed."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from nacl.signing import SigningKey

from verifier import seal
from verifier.errors import NotAsIssued

KEY = SigningKey(bytes(range(32)))
PUBLIC = bytes(KEY.verify_key)
EMPTY = b"%PDF-1.7 before <" + seal.PLACEHOLDER + b"> after %%EOF"
SEALED = seal.place(EMPTY, KEY.sign(seal.digest(EMPTY)).signature)


def test_a_sealed_file_is_as_issued() -> None:
    assert len(SEALED) == len(EMPTY)
    assert seal.check(SEALED, PUBLIC) == sha256(EMPTY).digest() == seal.digest(SEALED)


def test_every_bit_of_the_file_counts() -> None:
    for at in range(8 * len(SEALED)):
        changed = bytearray(SEALED)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(NotAsIssued):
            seal.check(bytes(changed), PUBLIC)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", "no seal"),
        (b"%PDF-1.7", "no seal"),
        (EMPTY, "not a signature"),
        (SEALED + b"\n", "not as it was sealed"),
        (b"\n" + SEALED, "not as it was sealed"),
        (SEALED[:-1], "not as it was sealed"),
        (SEALED.replace(b"after", b"", 1), "not as it was sealed"),
        (SEALED + SEALED, "more than one seal"),
        (SEALED + seal.MARKER, "more than one seal"),
        (seal.MARKER + SEALED, "more than one seal"),
        (SEALED[: SEALED.index(seal.MARKER) + 60], "not 88 characters"),
        (EMPTY.replace(b"A" * 88, b"A" * 87 + b"-"), "not 88 characters"),
        (EMPTY.replace(b"A" * 88, base64.b64encode(bytes(66))), "not a signature"),
        (EMPTY.replace(b"A" * 88, b"=" * 88), "not a signature"),
    ],
    ids=range(14),
)
def test_any_other_file_is_not_as_issued(file: bytes, reason: str) -> None:
    with pytest.raises(NotAsIssued, match=reason):
        seal.check(file, PUBLIC)


def test_the_spare_bits_of_base64_carry_nothing() -> None:
    end = SEALED.index(b"==")
    spelled = {SEALED[: end - 1] + bytes([c]) + SEALED[end:] for c in range(256)}
    for file in spelled - {SEALED}:
        with pytest.raises(NotAsIssued):
            seal.check(file, PUBLIC)


def test_a_file_sealed_with_another_key_is_not_as_issued() -> None:
    other = bytes(SigningKey(bytes(32)).verify_key)
    with pytest.raises(NotAsIssued, match="another key"):
        seal.check(SEALED, other)


def test_a_seal_is_a_signature_of_64_bytes() -> None:
    with pytest.raises(ValueError, match="64 bytes, not 63"):
        seal.place(EMPTY, bytes(63))


def test_a_sealed_file_can_be_sealed_anew() -> None:
    other = SigningKey(bytes(32))
    anew = seal.place(SEALED, other.sign(seal.digest(SEALED)).signature)
    assert seal.check(anew, bytes(other.verify_key)) == seal.digest(SEALED)
