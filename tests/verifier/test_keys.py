"""Ed25519 with one verdict, and key thumbprints."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_log import ISSUING, Signer
from verifier import keys
from verifier.errors import BadSignature

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493

# RFC 8032 §7.1: public key, message, signature.
RFC8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
        "8dc027beceea1ec40a",
    ),
]

# The eight points of small order, in canonical form, and the spellings of them that are not.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC8032)
def test_rfc_8032(public: str, message: str, signature: str) -> None:
    data = bytes.fromhex(message)
    assert keys.verify(bytes.fromhex(public), bytes.fromhex(signature), data) == data


@given(st.binary(max_size=200))
def test_what_is_signed_verifies(message: bytes) -> None:
    assert keys.verify(ISSUING.public, ISSUING.sign(message), message) == message


def test_every_bit_of_key_signature_and_message() -> None:
    message = b"every bit of it"
    parts = [ISSUING.public, ISSUING.sign(message), message]
    for which, part in enumerate(parts):
        for bit in range(len(part) * 8):
            flipped = bytearray(part)
            flipped[bit // 8] ^= 1 << bit % 8
            spoilt = [*parts[:which], bytes(flipped), *parts[which + 1 :]]
            with pytest.raises(BadSignature):
                keys.verify(*spoilt)


@pytest.mark.parametrize("point", SMALL_ORDER + NOT_CANONICAL)
def test_points_that_no_key_and_no_signature_may_have(point: str) -> None:
    encoded = bytes.fromhex(point)
    with pytest.raises(BadSignature):
        keys.check_public_key(encoded)
    with pytest.raises(BadSignature):  # with S = 0, these pass the equation in lenient libraries
        keys.verify(encoded, encoded + bytes(32), b"")
    with pytest.raises(BadSignature, match="R is"):
        keys.verify(ISSUING.public, encoded + ISSUING.sign(b"")[32:], b"")


def test_s_must_be_below_the_group_order() -> None:
    signature = ISSUING.sign(b"text")
    s = int.from_bytes(signature[32:], "little")
    for wrong in (s + L, L, 2**256 - 1):
        with pytest.raises(BadSignature, match="group order"):
            keys.verify(ISSUING.public, signature[:32] + wrong.to_bytes(32, "little"), b"text")


def test_a_key_must_lie_on_the_curve() -> None:
    off_curve = (2).to_bytes(32, "little")
    with pytest.raises(BadSignature, match="not a point"):
        keys.check_public_key(off_curve)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_lengths(size: int) -> None:
    with pytest.raises(BadSignature):
        keys.check_public_key(bytes(size))
    with pytest.raises(BadSignature):
        keys.verify(ISSUING.public, bytes(size) if size != 64 else bytes(63), b"")


def test_another_key_verifies_nothing() -> None:
    with pytest.raises(BadSignature, match="does not verify"):
        keys.verify(Signer("somebody else").public, ISSUING.sign(b"text"), b"text")


def test_thumbprint_is_over_the_required_members_alone() -> None:
    """RFC 9679 §3 and §4.1: kty, crv and x, in the order of RFC 8949 §4.2.1, spelled out by hand."""
    spelled = bytes.fromhex("a3" + "0101" + "2006" + "215820") + ISSUING.public
    assert keys.thumbprint(ISSUING.public) == sha256(spelled).digest()
