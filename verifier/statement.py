"""A SCITT Signed Statement (RFC 9943) as a `COSE_Sign1` (RFC 9052 §4.2): the signed bytes of one event.

The log entry is these bytes with an empty unprotected header; nothing is ever encoded again in order to check it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from verifier import cbor, keys
from verifier.errors import BadSignature, Malformed
from verifier.merkle import leaf_hash
from verifier.record import Record, read_payload

MEDIA_TYPE: Final = "application/vnd.certledger.event+cbor"
EDDSA: Final = -8
ED25519: Final = -19
"""COSE algorithm of RFC 9864, accepted when reading beside −8."""

ALG, KID, CWT_CLAIMS, TYP = 1, 4, 15, 16
ISS, SUB = 1, 2
COSE_SIGN1_TAG: Final = b"\xd2"
"""Tag 18, in its one encoding."""
SUBJECT_PREFIX: Final = "urn:uuid:"
HASH_SIZE: Final = 32
AFTER: Final = b"\x10" + cbor.dumps(MEDIA_TYPE)
"""The end of every protected header: label 16 (typ, RFC 9596)."""
_NIL: Final = str(UUID(int=0)).encode()

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as read. Its signature is not checked by reading it: see `verify_signature`."""

    raw: bytes
    """The log entry: tag 18, with the unprotected header empty."""
    protected: bytes
    payload: bytes
    signature: bytes
    kid: bytes
    issuer: str
    record: Record

    @property
    def type(self) -> str:
        """Permanent wire name of the event."""
        return self.record.type.name

    @property
    def stream_id(self) -> UUID:
        """The stream that the event belongs to."""
        return self.record.stream

    @property
    def version(self) -> int:
        """The event's position in its stream, from 1."""
        return self.record.envelope.version

    @property
    def leaf(self) -> bytes:
        """RFC 6962 leaf hash of the log entry."""
        return leaf_hash(self.raw)


class Headers:
    """The protected headers of one signer, encoded but for the subject."""

    __slots__ = ("_before",)

    def __init__(self, kid: bytes, issuer: str) -> None:
        claims = b"\xa2\x01" + cbor.dumps(issuer) + b"\x02\x78\x2d" + SUBJECT_PREFIX.encode()
        self._before = b"\xa4\x01\x27\x04" + cbor.dumps(kid) + b"\x0f" + claims

    def of(self, stream: UUID) -> bytes:
        """Protected header bytes of a statement about `stream`."""
        return self._before + str(stream).encode() + AFTER


def subject_of(stream: UUID) -> str:
    """The stream's URN, the `sub` of its statements (RFC 9562 §4)."""
    return SUBJECT_PREFIX + str(stream)


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """`Sig_structure` of RFC 9052 §4.4 with empty external_aad."""
    return b"\x84\x6aSignature1" + cbor.dumps(protected) + b"\x40" + cbor.dumps(payload)


def assemble(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """The statement's bytes, unprotected header empty."""
    return b"\xd2\x84" + cbor.dumps(protected) + b"\xa0" + cbor.dumps(payload) + b"\x58\x40" + signature


def parse(data: bytes) -> Statement:
    """Reads a log entry. Raises Malformed unless it is exactly one statement with an empty unprotected header."""
    statement, unprotected = parse_with_header(data)
    if unprotected:
        raise Malformed("the unprotected header of a log entry is not empty")
    return statement


def parse_with_header(data: bytes) -> tuple[Statement, dict[Any, Any]]:
    """Reads a statement that travels: the statement as logged, and its unprotected header."""
    unprotected: dict[Any, Any] = {}
    if (parts := _logged_parts(data)) is not None:
        protected, payload, signature = parts
    else:
        protected, unprotected, attached, signature = cose_sign1_parts(data)
        if type(attached) is not bytes:
            raise Malformed("a statement's payload is not attached")
        payload = attached
    record = read_payload(payload)
    kid, issuer = _headers(protected, record.stream)
    raw = assemble(protected, payload, signature)
    return Statement(raw, protected, payload, signature, kid, issuer, record), unprotected


def verify_signature(statement: Statement, public_key: bytes) -> Statement:
    """The same statement, its signature checked (RFC 9052 §4.4). Raises BadSignature."""
    try:
        keys.verify(public_key, statement.signature, to_be_signed(statement.protected, statement.payload))
    except BadSignature as error:
        raise BadSignature(f"{statement.type}: the statement's bytes or its signature were altered ({error})") from None
    return statement


def cose_sign1_parts(data: bytes) -> tuple[bytes, dict[Any, Any], bytes | None, bytes]:
    """Protected bytes, unprotected map, payload or nil, and signature of a tagged COSE_Sign1. Raises Malformed."""
    if data[:1] != COSE_SIGN1_TAG:
        raise Malformed("not a COSE_Sign1 (tag 18)")
    parts = cbor.decode(data[1:])
    if type(parts) is not list or len(parts) != 4:
        raise Malformed("a COSE_Sign1 has four parts")
    protected, unprotected, payload, signature = parts
    if type(protected) is not bytes or type(unprotected) is not dict or type(signature) is not bytes:
        raise Malformed("a part of the COSE_Sign1 has the wrong type")
    if len(signature) != keys.SIGNATURE_SIZE or not (payload is None or type(payload) is bytes):
        raise Malformed("a part of the COSE_Sign1 has the wrong type or length")
    return protected, unprotected, payload, signature


def _logged_parts(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Protected bytes, payload and signature of what is exactly in the form of `assemble`; None for anything else.

    The form is the one encoding, so whoever has it needs no further look at it. A log is made of nothing but these.
    """
    if data[:2] != b"\xd2\x84":
        return None
    protected, at = _byte_string(data, 2)
    if data[at : at + 1] != b"\xa0":
        return None
    payload, at = _byte_string(data, at + 1)
    if data[at : at + 2] != b"\x58\x40" or len(data) != at + 2 + keys.SIGNATURE_SIZE:
        return None
    return protected, payload, data[at + 2 :]


def _byte_string(data: bytes, at: int) -> tuple[bytes, int]:
    """The byte string of 24 to 65,535 bytes that begins at `at` with a head of the least length, and where it ends.

    The end lies beyond the data where there is no such byte string.
    """
    head = data[at : at + 3]
    if head[:1] == b"\x58" and len(head) > 1 and head[1] >= 24:
        start, size = at + 2, head[1]
    elif head[:1] == b"\x59" and len(head) == 3 and head[1]:
        start, size = at + 3, head[1] << 8 | head[2]
    else:
        return b"", len(data)
    return data[start : start + size], start + size


def check_algorithm(headers: dict[Any, Any]) -> None:
    """Raises Malformed unless the algorithm is Ed25519 under either of its two COSE names."""
    if headers.get(ALG) not in (EDDSA, ED25519):
        raise Malformed(f"algorithm {headers.get(ALG)!r} is not EdDSA (-8) or Ed25519 (-19)")


def text_claims(headers: dict[Any, Any]) -> tuple[str, str]:
    """Issuer and subject of the CWT Claims header (RFC 9597). Raises Malformed."""
    claims = headers.get(CWT_CLAIMS)
    if type(claims) is not dict or claims.keys() != {ISS, SUB}:
        raise Malformed("the CWT claims in the header are not exactly issuer and subject")
    issuer, subject = claims[ISS], claims[SUB]
    if type(issuer) is not str or type(subject) is not str:
        raise Malformed("issuer and subject in the header are not text")
    return issuer, subject


def key_id(headers: dict[Any, Any]) -> bytes:
    """The key id: a COSE Key Thumbprint (RFC 9679). Raises Malformed."""
    kid = headers.get(KID)
    if type(kid) is not bytes or len(kid) != HASH_SIZE:
        raise Malformed("key id in the header is not a thumbprint of 32 bytes")
    return kid


@lru_cache(maxsize=1024)
def signer_of(before: bytes) -> tuple[bytes, str]:
    """Key id and issuer of protected headers that begin like this, up to the stream. Raises Malformed.

    Few signers write many statements.
    """
    headers = cbor.decode(before + _NIL + AFTER)
    if type(headers) is not dict or headers.keys() != {ALG, KID, CWT_CLAIMS, TYP}:
        raise Malformed("the protected header does not hold exactly alg, kid, CWT claims and typ")
    check_algorithm(headers)
    issuer, subject = text_claims(headers)
    if headers[TYP] != MEDIA_TYPE or subject != SUBJECT_PREFIX + _NIL.decode():
        raise Malformed(f"the protected header does not end in the stream's URN and typ {MEDIA_TYPE}")
    return key_id(headers), issuer


def _headers(protected: bytes, stream: UUID) -> tuple[bytes, str]:
    """Key id and issuer, where the header is the one right form for a statement about `stream`."""
    split = len(protected) - len(AFTER) - len(_NIL)
    if split < 0 or protected[split + len(_NIL) :] != AFTER:
        raise Malformed(f"the protected header does not end in the stream's URN and typ {MEDIA_TYPE}")
    kid, issuer = signer_of(protected[:split])
    if protected[split : split + len(_NIL)] != str(stream).encode():
        raise Malformed(f"the subject in the header is not the payload's stream {stream}")
    return kid, issuer
