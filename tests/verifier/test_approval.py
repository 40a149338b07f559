"""An assertion is good for these digests, this passkey and this domain, and for nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tests.authenticator import ORIGIN, RP_ID, Authenticator, Ed25519Authenticator
from verifier import approval, cbor, passkey
from verifier.approval import Assertion
from verifier.errors import BadSignature, Malformed, NotApproved, VerificationError

KEYS = (Authenticator("one"), Ed25519Authenticator("one"))
BOTH = pytest.mark.parametrize("held", KEYS, ids=["P-256", "Ed25519"])
HELD = KEYS[0]
DIGESTS = tuple(sha256(bytes((n,))).digest() for n in range(3))


def verified(assertion: Assertion, held: Authenticator = HELD, rp_id: str = RP_ID) -> str:
    return approval.verify(passkey.parse(held.cose_key), rp_id, DIGESTS, assertion).origin


@BOTH
def test_a_good_assertion_is_an_approval(held: Authenticator) -> None:
    read = passkey.parse(held.cose_key)
    approved = approval.verify(read, RP_ID, DIGESTS, held.approves(DIGESTS))
    assert approved == approval.Approval(read, DIGESTS, ORIGIN)


# --- the challenge --------------------------------------------------------------------------------------------------


def test_the_challenge_is_the_hash_of_the_domain_and_the_digests() -> None:
    assert approval.challenge(DIGESTS) == sha256(b"certledger/approval/1" + b"".join(DIGESTS)).digest()


def test_how_many_digests_there_may_be() -> None:
    many = [sha256(n.to_bytes(2, "big")).digest() for n in range(1001)]
    assert approval.challenge(many[:1])
    assert approval.challenge(many[:1000])
    for wrong in ([], many, [many[0][:31]], [many[0] + b"\x00"], [many[0], many[1], many[0]]):
        with pytest.raises(Malformed):
            approval.challenge(wrong)


@pytest.mark.parametrize(
    "others",
    [DIGESTS[:2], DIGESTS[::-1], (*DIGESTS, bytes(32)), (bytes(32), *DIGESTS[1:])],
    ids=["fewer", "another order", "more", "another"],
)
def test_other_digests_were_not_approved(others: tuple[bytes, ...]) -> None:
    good = HELD.approves(DIGESTS)
    with pytest.raises(NotApproved, match="another challenge"):
        approval.verify(passkey.parse(HELD.cose_key), RP_ID, others, good)


# --- the steps of WebAuthn Level 2 §7.2 -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"type": "webauthn.create"}, "no assertion"),
        ({"type": None}, "no assertion"),
        ({"type": ["webauthn.get"]}, "no assertion"),
        ({"challenge": None}, "another challenge"),
        ({"challenge": "AAAA"}, "another challenge"),
        ({"crossOrigin": True}, "frame"),
        ({"crossOrigin": 0}, "frame"),
        ({"crossOrigin": "false"}, "frame"),
        ({"topOrigin": "https://base.example.org"}, "frame"),
        ({"tokenBinding": {"status": "present", "id": "AA"}}, "token binding"),
        ({"tokenBinding": {"status": "supported", "id": "AA"}}, "token binding"),
    ],
    ids=str,
)
def test_what_client_data_may_not_say(members: Mapping[str, Any], why: str) -> None:
    with pytest.raises(NotApproved, match=why):
        verified(HELD.approves(DIGESTS, **members))


def test_what_client_data_may_say_besides() -> None:
    assert verified(HELD.approves(DIGESTS, other_keys_can_be_added_here="do not compare", crossOrigin=None)) == ORIGIN
    assert verified(HELD.approves(DIGESTS, tokenBinding={"status": "supported"})) == ORIGIN


def test_the_challenge_has_no_padding() -> None:
    challenge = json.loads(HELD.approves(DIGESTS).client_data)["challenge"]
    for other in (challenge + "=", challenge.replace("-", "+").replace("_", "/") + "=", challenge[:-1]):
        with pytest.raises(NotApproved, match="another challenge"):
            verified(HELD.approves(DIGESTS, challenge=other))


@pytest.mark.parametrize(
    "origin", ["https://base.example.org", "https://a.b.base.example.org", "https://base.example.org:8443"]
)
def test_a_page_of_the_domain_or_under_it(origin: str) -> None:
    assert verified(HELD.approves(DIGESTS, origin=origin)) == origin


@pytest.mark.parametrize(
    "origin",
    [
        "https://example.org",
        "https://evilbase.example.org",
        "https://base.example.org.evil.org",
        "https://base.example.com",
        "http://base.example.org",
        "https://base.example.org@evil.org",
        "https://evil.org/base.example.org",
        "https://base.example.org/",
        "https://base.example.org?",
        "https://base.example.org:0",
        "https://base.example.org:",
        "https://BASE.EXAMPLE.ORG",
        "https://base.example.org\n",
        "https://base.example.org.",
        "android:apk-key-hash:base.example.org",
        "//base.example.org",
        "base.example.org",
        "null",
        "",
        None,
        7,
        ["https://base.example.org"],
    ],
    ids=str,
)
def test_no_other_origin(origin: object) -> None:
    with pytest.raises((NotApproved, Malformed), match=r"origin|asked by"):
        verified(HELD.approves(DIGESTS, origin=origin))


def test_plain_http_is_for_this_machine_alone() -> None:
    here = replace(HELD, rp_id="localhost")
    assert verified(here.approves(DIGESTS, origin="http://localhost:8000"), here, "localhost")
    for wrong in ("http://127.0.0.1:8000", "http://sub.localhost", "ftp://localhost"):
        with pytest.raises((NotApproved, Malformed)):
            verified(here.approves(DIGESTS, origin=wrong), here, "localhost")


@pytest.mark.parametrize("flags", [0x00, 0x01, 0x04, 0xFA], ids=hex)
def test_somebody_was_there_and_was_verified(flags: int) -> None:
    with pytest.raises(NotApproved, match=r"present|verify who"):
        verified(HELD.approves(DIGESTS, flags=flags))


@pytest.mark.parametrize("flags", [0x05, 0x1D, 0x0D], ids=hex)
def test_flags_of_passkeys_that_are_copied_to_other_devices(flags: int) -> None:
    assert verified(HELD.approves(DIGESTS, flags=flags, counter=7)) == ORIGIN


@pytest.mark.parametrize("behind", [b"\x00", b"\xa0", b"\xa1\x61a\x01", bytes(18)])
def test_nothing_stands_behind_the_counter(behind: bytes) -> None:
    for flags in (0x05, 0x85, 0x45):
        with pytest.raises(Malformed, match="bytes long"):
            verified(HELD.approves(DIGESTS, flags=flags, behind=behind))


def test_another_domain() -> None:
    with pytest.raises(NotApproved, match="another rp id"):
        verified(HELD.approves(DIGESTS, rp_id="example.org"))
    with pytest.raises(NotApproved, match="another rp id"):
        verified(HELD.approves(DIGESTS), rp_id="example.org")


@pytest.mark.parametrize(
    "rp_id", ["", ".", "Base.example.org", "base.example.org.", "127.0.0.1", "a..b", "-a.org", "a" * 64, "基地", "a\n"]
)
def test_an_rp_id_is_a_domain_in_lower_case(rp_id: str) -> None:
    with pytest.raises(Malformed, match="rp id"):
        verified(HELD.approves(DIGESTS), rp_id=rp_id)


def test_another_key() -> None:
    for other in (Authenticator("two"), Ed25519Authenticator("one")):
        with pytest.raises(BadSignature):
            verified(other.approves(DIGESTS))


# --- bytes ----------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("part", ["authenticator_data", "client_data", "signature"])
def test_every_bit_of_an_assertion(held: Authenticator, part: str) -> None:
    good = held.approves(DIGESTS)
    assert verified(good, held)
    data = getattr(good, part)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            verified(replace(good, **{part: bytes(changed)}), held)


GOOD_CLIENT_DATA = HELD.approves(DIGESTS).client_data


@pytest.mark.parametrize(
    "client_data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'"webauthn.get"',
        b"\xef\xbb\xbf" + GOOD_CLIENT_DATA,
        GOOD_CLIENT_DATA + b"x",
        GOOD_CLIENT_DATA + GOOD_CLIENT_DATA,
        GOOD_CLIENT_DATA[:-1],
        GOOD_CLIENT_DATA[:-1] + b',"type":"webauthn.get"}',
        GOOD_CLIENT_DATA[:-1] + b',"a":{"b":1,"b":2}}',
        GOOD_CLIENT_DATA[:-1] + b',"a":NaN}',
        GOOD_CLIENT_DATA[:-1] + b',"a":"\xff"}',
        GOOD_CLIENT_DATA[:-1] + b',"a":' + b"[" * 2000 + b"]" * 2000 + b"}",
        GOOD_CLIENT_DATA[:-1] + b',"a":"' + b"a" * 4096 + b'"}',
        GOOD_CLIENT_DATA.decode().encode("utf-16"),
    ],
    ids=range(16),
)
def test_client_data_that_are_none_even_where_they_are_signed(client_data: bytes) -> None:
    with pytest.raises((Malformed, NotApproved)):
        verified(HELD.approves(DIGESTS, client_data=client_data))


# --- not of our making ----------------------------------------------------------------------------------------------

W3C_ES256 = cbor.encode(
    {
        1: 2,
        3: -7,
        -1: 1,
        -2: bytes.fromhex("afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61"),
        -3: bytes.fromhex("930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220"),
    }
)
W3C_ASSERTION = Assertion(
    bytes.fromhex("bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000"),
    b'{"type":"webauthn.get","challenge":"OcDnUhQXulTUPo3JUXT0I97pvzzYBP9tZchXyav01Ag",'
    b'"origin":"https://example.org","crossOrigin":false}',
    bytes.fromhex(
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd38"
        "0221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87"
    ),
)
"""W3C Web Authentication Level 3 §16.1, test vector `none.ES256`."""
W3C_ED25519 = cbor.encode(
    {1: 1, 3: -8, -1: 6, -2: bytes.fromhex("44e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832")}
)
W3C_ED25519_ASSERTION = Assertion(
    bytes.fromhex("bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50100000000"),
    b'{"type":"webauthn.get","challenge":"iVlX4BxjOmmDSKLYoxpUt9sn6MHEOyCA15riGQJnv9I",'
    b'"origin":"https://example.org","crossOrigin":false}',
    bytes.fromhex(
        "f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cf"
        "dfc48f85393bc0d40b011f0d6fecb097d6607525713223a0dc0d453993dae00b"
    ),
)
"""The same, test vector `packed.EdDSA`."""


@pytest.mark.parametrize(
    ("cose_key", "assertion", "asked"),
    [
        (W3C_ES256, W3C_ASSERTION, "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408"),
        (W3C_ED25519, W3C_ED25519_ASSERTION, "895957e01c633a698348a2d8a31a54b7db27e8c1c43b2080d79ae2190267bfd2"),
    ],
    ids=["ES256", "EdDSA"],
)
def test_assertions_of_the_w3c_are_good_but_for_the_missing_verification(
    cose_key: bytes, assertion: Assertion, asked: str
) -> None:
    read = passkey.parse(cose_key)
    message = assertion.authenticator_data + sha256(assertion.client_data).digest()
    assert read.verify(assertion.signature, message) == message
    with pytest.raises(NotApproved, match="did not verify who it was"):
        approval.verify_assertion(read, "example.org", bytes.fromhex(asked), assertion)
