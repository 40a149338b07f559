"""The published status list: IETF Token Status List in CWT form, a fold of the log and nothing else (FORMATS §6).

Two bits an award, lowest bits first in each byte, zlib. The token carries the log size and root that it was folded
from, under private claims, so that anyone can fold the log again and compare byte for byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from verifier import cbor
from verifier.document import DocumentType
from verifier.errors import Malformed
from verifier.merkle import HASH_SIZE
from verifier.standing import Award

MEDIA_TYPE: Final = "application/statuslist+cwt"
TOKEN: Final = DocumentType(MEDIA_TYPE, "a status list token")
VALID, INVALID, SUSPENDED = 0, 1, 2
"""Token Status List §7.1."""
BITS: Final = 2
FOLDER: Final = "status/"
"""Where lists are published, below the log's prefix."""
LIST_LENGTH: Final = 1 << 20
"""Awards a list."""
TTL_SECONDS: Final = 24 * 3600

SUB, IAT, TTL, STATUS_LIST = 2, 6, 65534, 65533
LOG_SIZE, LOG_ROOT = -65538, -65539
"""Private claims: size and root of the log that the list was folded from."""

_LIST_BYTES: Final = LIST_LENGTH * BITS // 8


@dataclass(frozen=True, slots=True)
class StatusList:
    """A list as published. Only `verify` gives one whose signature was checked."""

    uri: str
    issued_at: int
    """Seconds since 1970 UTC."""
    ttl: int
    size: int
    root: bytes
    bits: bytes

    def at(self, index: int) -> int:
        """The status at an index within this list: `VALID`, `INVALID` or `SUSPENDED`."""
        position = index % LIST_LENGTH
        return self.bits[position // 4] >> 2 * (position % 4) & 3


def list_number(status_index: int) -> int:
    """The number of the list that a status index lies in."""
    return status_index // LIST_LENGTH


def list_path(number: int) -> str:
    """Where list `number` is published, below the log's prefix."""
    return f"{FOLDER}{number}"


def status_of(award: Award) -> int:
    """What the list says of an award. Expiry is not in the list: it is in the award itself."""
    if award.ended:
        return INVALID
    return SUSPENDED if award.suspended else VALID


def fold_bits(awards: Iterable[Award], number: int) -> bytes:
    """The bits of list `number`, uncompressed."""
    bits = bytearray(_LIST_BYTES)
    for award in awards:
        if list_number(award.status_index) == number and (status := status_of(award)):
            position = award.status_index % LIST_LENGTH
            bits[position // 4] |= status << 2 * (position % 4)
    return bytes(bits)


def make(
    uri: str, issued_at: int, size: int, root: bytes, bits: bytes, kid: bytes, sign: Callable[[bytes], bytes]
) -> bytes:
    """The signed token. Token Status List §5.2."""
    claims: dict[Any, Any] = {
        SUB: uri,
        IAT: issued_at,
        TTL: TTL_SECONDS,
        STATUS_LIST: {"bits": BITS, "lst": zlib.compress(bits, 9)},
        LOG_SIZE: size,
        LOG_ROOT: root,
    }
    return TOKEN.sign(claims, kid, sign)


def signer(data: bytes) -> bytes:
    """Thumbprint of the key that claims to have signed a token. Raises Malformed."""
    return TOKEN.parse(data).kid


def verify(data: bytes, public_key: bytes) -> StatusList:
    """The list, its signature checked. Raises VerificationError."""
    token = TOKEN.parse(data)
    token.verify_signature(public_key)
    return _read(cbor.decode(token.payload))


def _read(claims: Any) -> StatusList:
    if type(claims) is not dict or claims.keys() != {SUB, IAT, TTL, STATUS_LIST, LOG_SIZE, LOG_ROOT}:
        raise Malformed("the status list's claims are not exactly sub, iat, ttl, status_list, log size and root")
    uri, issued_at, ttl, listed, size, root = (claims[key] for key in (SUB, IAT, TTL, STATUS_LIST, LOG_SIZE, LOG_ROOT))
    numbers = (issued_at, ttl, size)
    if type(uri) is not str or any(type(number) is not int or number < 0 for number in numbers):
        raise Malformed("a claim of the status list has the wrong type")
    if type(root) is not bytes or len(root) != HASH_SIZE:
        raise Malformed("the status list's log root is not 32 bytes")
    if type(listed) is not dict or listed.keys() != {"bits", "lst"} or listed["bits"] != BITS:
        raise Malformed(f"the status list is not one of {BITS} bits")
    return StatusList(uri, issued_at, ttl, size, root, _inflate(listed["lst"]))


def _inflate(data: Any) -> bytes:
    if type(data) is not bytes:
        raise Malformed("the status list's bits are not a byte string")
    inflater = zlib.decompressobj()
    try:
        bits = inflater.decompress(data, _LIST_BYTES + 1)
    except zlib.error as error:
        raise Malformed(f"the status list's bits are not zlib: {error}") from None
    if len(bits) != _LIST_BYTES or not inflater.eof or inflater.unused_data:
        raise Malformed(f"the status list does not hold {LIST_LENGTH} entries")
    return bits
