"""The signed head of the number index: its root, and the checkpoint of the tree that it was folded from.

Signed by the key for status lists, which signs what is folded from the log; the type in the header keeps the two apart.
It carries the checkpoint itself, so that a proof about a number needs nothing further.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from verifier import cbor, note
from verifier import checkpoint as checkpoints
from verifier.checkpoint import Checkpoint
from verifier.document import Document, DocumentType
from verifier.errors import Malformed
from verifier.merkle import HASH_SIZE

MEDIA_TYPE: Final = "application/vnd.certledger.number-index+cbor"
HEAD: Final = DocumentType(MEDIA_TYPE, "a number index's head")
PATH: Final = "numbers/head"
"""Where it is published, below the log's prefix."""
TTL_SECONDS: Final = 24 * 3600
"""For how long it may be taken for what the log says now. A proof as of its checkpoint stays good for ever."""
MAX_SIZE: Final = 16 * 1024

SUB, IAT, TTL = 2, 6, 65534
COUNT, ROOT, CHECKPOINT = -65540, -65541, -65542
"""Private claims: how many numbers there are, the root of the index, the checkpoint's note."""


@dataclass(frozen=True, slots=True)
class NumberHead:
    """A head as published. Only `verify` gives one whose signature was checked; the checkpoint's is not yet."""

    uri: str
    issued_at: int
    """Seconds since 1970 UTC."""
    ttl: int
    count: int
    root: bytes
    note: bytes
    """The checkpoint as it was published."""
    checkpoint: Checkpoint
    """What that note says."""


def uri_of(url: str) -> str:
    """The name of a log's number index: its address below the ledger's."""
    return f"{url.rstrip('/')}/log/{PATH}"


def make(
    uri: str,
    issued_at: int,
    count: int,
    root: bytes,
    checkpoint: bytes,
    kid: bytes,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """The signed head."""
    claims: dict[Any, Any] = {
        SUB: uri,
        IAT: issued_at,
        TTL: TTL_SECONDS,
        COUNT: count,
        ROOT: root,
        CHECKPOINT: checkpoint,
    }
    return HEAD.sign(claims, kid, sign)


def signer(data: bytes) -> bytes:
    """Thumbprint of the key that claims to have signed a head. Raises Malformed."""
    return _document(data).kid


def verify(data: bytes, public_key: bytes) -> NumberHead:
    """The head, its own signature checked; that of its checkpoint is not. Raises VerificationError."""
    read = _document(data)
    read.verify_signature(public_key)
    return _claims(cbor.decode(read.payload))


def read(data: bytes) -> NumberHead:
    """What a head says, with nothing checked but its form. Raises Malformed."""
    return _claims(cbor.decode(_document(data).payload))


def _document(data: bytes) -> Document:
    if len(data) > MAX_SIZE:
        raise Malformed(f"a number index's head is at most {MAX_SIZE} bytes")
    return HEAD.parse(data)


def _claims(claims: Any) -> NumberHead:
    if type(claims) is not dict or claims.keys() != {SUB, IAT, TTL, COUNT, ROOT, CHECKPOINT}:
        raise Malformed("the claims of a number index's head are not exactly sub, iat, ttl, count, root and checkpoint")
    uri, issued_at, ttl, count, root, text = (claims[key] for key in (SUB, IAT, TTL, COUNT, ROOT, CHECKPOINT))
    if type(uri) is not str or any(type(number) is not int or number < 0 for number in (issued_at, ttl, count)):
        raise Malformed("a claim of the number index's head has the wrong type")
    if type(root) is not bytes or len(root) != HASH_SIZE or type(text) is not bytes:
        raise Malformed("the number index's root is not 32 bytes, or its checkpoint not a byte string")
    return NumberHead(uri, issued_at, ttl, count, root, text, checkpoints.parse(note.parse(text)))
