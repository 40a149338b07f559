"""The keys that may sign approvals, each in its one form."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import utils

from tests.authenticator import Authenticator, Ed25519Authenticator
from verifier import cbor, passkey
from verifier.errors import BadSignature, Malformed, VerificationError

KEYS = (Authenticator("one"), Ed25519Authenticator("one"))
BOTH = pytest.mark.parametrize("held", KEYS, ids=["P-256", "Ed25519"])
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of P-256 (NIST SP 800-186 §3.2.1.3)."""


@BOTH
def test_a_key_comes_back_and_knows_its_thumbprint(held: Authenticator) -> None:
    read = passkey.parse(held.cose_key)
    assert (read.cose_key, read.thumbprint) == (held.cose_key, held.thumbprint)
    assert read.verify(held.sign(b"message"), b"message") == b"message"


def test_the_thumbprint_of_rfc_9679() -> None:
    """RFC 9679 §6, the example of a P-256 key: its thumbprint leaves out algorithm and key id."""
    x = bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d")
    y = bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")
    read = passkey.parse(cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y}))
    assert read.thumbprint.hex() == "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"


@pytest.mark.parametrize(
    "change",
    [
        {3: -8},
        {3: -257},
        {3: -9},
        {-1: 2},
        {-1: 6},
        {1: 1},
        {1: True},
        {2: b"kid"},
        {4: [2]},
        {-2: bytes(31)},
        {-2: "x" * 32},
        {-3: True},
        {-3: None},
    ],
    ids=str,
)
def test_no_other_algorithm_member_or_form(change: dict[int, object]) -> None:
    members = {**cbor.decode(KEYS[0].cose_key), **change}
    with pytest.raises(Malformed):
        passkey.parse(cbor.encode({key: value for key, value in members.items() if value is not None}))


@pytest.mark.parametrize("change", [{3: -19}, {3: -7}, {-1: 4}, {-3: bytes(32)}, {-2: bytes(33)}], ids=str)
def test_no_other_form_of_an_ed25519_key(change: dict[int, object]) -> None:
    with pytest.raises(Malformed):
        passkey.parse(cbor.encode({**cbor.decode(KEYS[1].cose_key), **change}))


@pytest.mark.parametrize("data", [b"", b"\xa0", b"\x80", b"\xf6"])
def test_what_is_no_key_at_all(data: bytes) -> None:
    with pytest.raises(Malformed):
        passkey.parse(data)


@BOTH
def test_one_encoding(held: Authenticator) -> None:
    good = held.cose_key
    for other in (good + b"\x00", good[:-1], b"\xb8" + bytes((good[0] & 0x1F,)) + good[1:]):
        with pytest.raises(Malformed):
            passkey.parse(other)


def test_a_point_is_on_the_curve_and_its_coordinates_are_in_the_field() -> None:
    members = cbor.decode(KEYS[0].cose_key)
    x, y = (int.from_bytes(members[label], "big") for label in (-2, -3))
    negated = cbor.encode({**members, -3: (P - y).to_bytes(32, "big")})
    assert passkey.parse(negated).y == (P - y).to_bytes(32, "big")
    for wrong in ({-3: (y ^ 1).to_bytes(32, "big")}, {-2: bytes(32), -3: bytes(32)}, {-2: P.to_bytes(32, "big")}):
        with pytest.raises(BadSignature, match="passkey's key"):
            passkey.parse(cbor.encode({**members, **wrong}))
    root = 0x66485C780E2F83D72433BD5D84A06BB6541C2AF31DAE871728BF856A174F93F4
    """A square root of the curve's b: the point whose x is 0, which has another name, p."""
    assert passkey.parse(cbor.encode({**members, -2: bytes(32), -3: root.to_bytes(32, "big")}))
    with pytest.raises(BadSignature, match="field's prime"):
        passkey.parse(cbor.encode({**members, -2: P.to_bytes(32, "big"), -3: root.to_bytes(32, "big")}))
    assert x < P


def test_an_ed25519_key_is_no_point_of_small_order() -> None:
    with pytest.raises(BadSignature, match="small order"):
        passkey.parse(cbor.encode({1: 1, 3: -8, -1: 6, -2: b"\x01" + bytes(31)}))


@BOTH
def test_every_bit_of_a_signature(held: Authenticator) -> None:
    read, good = passkey.parse(held.cose_key), held.sign(b"message")
    for bit in range(8 * len(good)):
        with pytest.raises(BadSignature):
            read.verify(_flipped(good, bit), b"message")
    for wrong in (b"", good[:-1], good + b"\x00", bytes(len(good)), good * 2):
        with pytest.raises(BadSignature):
            read.verify(wrong, b"message")
    with pytest.raises(BadSignature):
        read.verify(good, b"another message")


@BOTH
def test_every_bit_of_a_key(held: Authenticator) -> None:
    signature = held.sign(b"message")
    for bit in range(8 * len(held.cose_key)):
        with pytest.raises(VerificationError):
            passkey.parse(_flipped(held.cose_key, bit)).verify(signature, b"message")


def test_a_signature_has_one_form_but_for_the_sign_of_s() -> None:
    read, good = passkey.parse(KEYS[0].cose_key), KEYS[0].sign(b"message")
    r, s = utils.decode_dss_signature(good)
    assert read.verify(utils.encode_dss_signature(r, N - s), b"message") == b"message"
    body = good[2:]
    for wrong in (
        b"\x30\x81" + bytes((len(body),)) + body,  # length in two bytes
        b"\x30" + bytes((len(body) + 1,)) + b"\x02" + bytes((body[1] + 1,)) + b"\x00" + body[2:],  # r with a zero more
        utils.encode_dss_signature(r + N, s),
        utils.encode_dss_signature(0, s),
        utils.encode_dss_signature(r, 0),
        r.to_bytes(32, "big") + s.to_bytes(32, "big"),
    ):
        with pytest.raises(BadSignature):
            read.verify(wrong, b"message")


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
