"""Signed statements: the bytes that are signed, stored, logged and verified, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sample_log import ISSUER, ISSUING, Signer, attendance, award, revocation, signed
from verifier import cbor, keys, merkle, statement
from verifier.errors import BadSignature, Malformed, VerificationError
from verifier.events import Event

ENTRY, _ = signed(award())
READ = statement.parse(ENTRY)
HEADERS: dict[Any, Any] = cbor.decode(READ.protected)


def resigned(headers: Any, payload: bytes = READ.payload, unprotected: Any = None) -> bytes:
    """A statement that the organisation's key did sign, whatever its header says."""
    protected = headers if isinstance(headers, bytes) else cbor.encode(headers)
    signature = ISSUING.sign(statement.to_be_signed(protected, payload))
    return b"\xd2" + cbor.encode([protected, unprotected or {}, payload, signature])


@pytest.mark.parametrize("event", [award(), attendance(), revocation()])
def test_a_statement_reads_back(event: Event) -> None:
    entry, _ = signed(event)
    read = statement.verify_signature(statement.parse(entry), ISSUING.public)
    assert (read.raw, read.leaf) == (entry, merkle.leaf_hash(entry))
    assert (read.kid, read.issuer, read.stream_id, read.version) == (ISSUING.kid, ISSUER, event.stream_id, 1)
    assert statement.assemble(read.protected, read.payload, read.signature) == entry


def test_what_its_header_says() -> None:
    sub = f"urn:uuid:{READ.stream_id}"
    assert {1: -8, 4: ISSUING.kid, 15: {1: ISSUER, 2: sub}, 16: "application/vnd.certledger.event+cbor"} == HEADERS
    assert cbor.encode(HEADERS) == READ.protected
    assert resigned(HEADERS) == ENTRY
    assert statement.subject_of(READ.stream_id) == sub


def test_what_is_signed() -> None:
    """`Sig_structure` of RFC 9052 §4.4, by a general encoder."""
    expected = cbor.encode(["Signature1", READ.protected, b"", READ.payload])
    assert statement.to_be_signed(READ.protected, READ.payload) == expected
    assert keys.verify(ISSUING.public, READ.signature, expected) == expected


@pytest.mark.parametrize("event", [award(), attendance(), revocation()])
def test_every_bit_of_a_statement(event: Event) -> None:
    entry, _ = signed(event)
    for bit in range(len(entry) * 8):
        flipped = bytearray(entry)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            statement.verify_signature(statement.parse(bytes(flipped)), ISSUING.public)


def test_cut_short_or_followed_by_something() -> None:
    for data in (*(ENTRY[:end] for end in range(len(ENTRY))), ENTRY + b"\0", ENTRY + ENTRY):
        with pytest.raises(Malformed):
            statement.parse(data)


def test_another_key() -> None:
    with pytest.raises(BadSignature):
        statement.verify_signature(READ, Signer("somebody else").public)


def test_the_algorithm_has_two_names_and_each_statement_keeps_its_own() -> None:
    entry = resigned({**HEADERS, 1: -19})
    read = statement.verify_signature(statement.parse(entry), ISSUING.public)
    assert read.raw == entry != ENTRY


def test_a_statement_that_travels_is_the_one_that_was_logged() -> None:
    travelling = resigned(HEADERS, unprotected={17: [b"x"], 394: []})
    read, header = statement.parse_with_header(travelling)
    assert (read.raw, header) == (ENTRY, {17: [b"x"], 394: []})
    with pytest.raises(Malformed, match="unprotected header of a log entry is not empty"):
        statement.parse(travelling)


OTHER = "urn:uuid:00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        b"",
        b"\xa0\x00",
        [1, -8],
        {**HEADERS, 1: -7},
        {**HEADERS, 1: -50},
        {**HEADERS, 1: None},
        {**HEADERS, 2: [4]},
        {**HEADERS, 3: 0},
        {**HEADERS, 4: ISSUING.kid[:-1]},
        {**HEADERS, 4: ISSUING.kid.hex()},
        {**HEADERS, 15: {1: ISSUER}},
        {**HEADERS, 15: {1: ISSUER, 2: OTHER}},
        {**HEADERS, 15: {1: ISSUER, 2: HEADERS[15][2].upper()}},
        {**HEADERS, 15: {1: ISSUER, 2: HEADERS[15][2].replace("-", "")}},
        {**HEADERS, 15: {1: 7, 2: HEADERS[15][2]}},
        {**HEADERS, 15: {1: ISSUER, 2: HEADERS[15][2], 6: 0}},
        {**HEADERS, 15: [ISSUER, HEADERS[15][2]]},
        {**HEADERS, 16: "application/cbor"},
        {**HEADERS, 16: 60},
        {**HEADERS, 17: 0},
        *({key: value for key, value in HEADERS.items() if key != left_out} for left_out in HEADERS),
        READ.protected.replace(b"\x01\x27", b"\x01\x38\x07"),
        b"\xbf" + READ.protected[1:] + b"\xff",
        READ.protected + b"\0",
    ],
)
def test_headers_that_are_not_ours_though_signed(headers: Any) -> None:
    with pytest.raises(Malformed):
        statement.parse(resigned(headers))


BODY: list[Any] = [READ.protected, {}, READ.payload, READ.signature]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xd2",
        ENTRY[1:],
        b"\xd2" + ENTRY,
        b"\xd1" + ENTRY[1:],
        b"\xd8\x12" + ENTRY[1:],
        b"\xd2" + cbor.encode(BODY[:3]),
        b"\xd2" + cbor.encode([*BODY, 0]),
        b"\xd2" + cbor.encode({0: BODY}),
        b"\xd2" + cbor.encode([HEADERS, *BODY[1:]]),
        b"\xd2" + cbor.encode([BODY[0], [], *BODY[2:]]),
        b"\xd2" + cbor.encode([BODY[0], None, *BODY[2:]]),
        b"\xd2" + cbor.encode([BODY[0], {4: b""}, *BODY[2:]]),
        b"\xd2" + cbor.encode([*BODY[:2], None, BODY[3]]),
        b"\xd2" + cbor.encode([*BODY[:2], cbor.decode(READ.payload), BODY[3]]),
        b"\xd2" + cbor.encode([*BODY[:3], READ.signature[:-1]]),
        b"\xd2" + cbor.encode([*BODY[:3], READ.signature.hex()]),
        b"\xd2\x9f" + ENTRY[2:] + b"\xff",
    ],
)
def test_what_is_no_statement(data: bytes) -> None:
    with pytest.raises(Malformed):
        statement.parse(data)


def test_a_payload_under_another_header() -> None:
    """The header's subject binds it to the payload's stream: neither can be moved."""
    other = statement.parse(signed(award(1))[0])
    with pytest.raises(Malformed, match="not the payload's stream"):
        statement.parse(resigned(other.protected))
