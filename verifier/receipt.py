"""Receipts of inclusion: RFC 9942 with the RFC 9162 SHA-256 tree, as a `COSE_Sign1` over the recomputed root.

RFC 9942 signs neither size nor index, and other sizes can give the same root: our receipts carry the size in the
protected header too, under a private label.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from verifier import cbor, keys
from verifier.errors import Malformed, NotIncluded, VerificationError
from verifier.merkle import HASH_SIZE, root_from_path
from verifier.statement import (
    ALG,
    CWT_CLAIMS,
    EDDSA,
    KID,
    check_algorithm,
    cose_sign1_parts,
    key_id,
    text_claims,
    to_be_signed,
)

VDS, VDP = 395, 396
RFC9162_SHA256: Final = 1
INCLUSION: Final = -1
TREE_SIZE: Final = -65537
"""Private protected label: the tree size that the receipt speaks of."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as read. Nothing is proved before `verify`."""

    raw: bytes
    protected: bytes
    signature: bytes
    kid: bytes
    issuer: str
    subject: str
    size: int
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Included:
    """What a good receipt proves: entry `index` of the log's tree of `size` entries with this root."""

    index: int
    size: int
    root: bytes


def make(
    kid: bytes,
    issuer: str,
    subject: str,
    size: int,
    index: int,
    path: list[bytes],
    root: bytes,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """A receipt's bytes. Raises ValueError for a tree of one entry, which has no legal path."""
    if size < 2:
        raise ValueError("a tree of one entry has no legal path")
    protected = cbor.encode(
        {ALG: EDDSA, KID: kid, CWT_CLAIMS: {1: issuer, 2: subject}, VDS: RFC9162_SHA256, TREE_SIZE: size}
    )
    proof = cbor.encode([size, index, list(path)])
    signature = sign(to_be_signed(protected, root))
    unprotected = cbor.encode({VDP: {INCLUSION: [proof]}})
    return b"\xd2\x84" + cbor.dumps(protected) + unprotected + b"\xf6" + cbor.dumps(signature)


def parse(data: bytes) -> Receipt:
    """Reads a receipt. Raises Malformed for anything but one exact form."""
    protected, unprotected, payload, signature = cose_sign1_parts(data)
    headers = cbor.decode(protected)
    if type(headers) is not dict or headers.keys() != {ALG, KID, CWT_CLAIMS, VDS, TREE_SIZE}:
        raise Malformed("the receipt's protected header does not hold exactly alg, kid, CWT claims, vds and tree size")
    check_algorithm(headers)
    if type(headers[VDS]) is not int or headers[VDS] != RFC9162_SHA256 or payload is not None:
        raise Malformed("not an RFC 9162 SHA-256 receipt with detached payload")
    issuer, subject = text_claims(headers)
    size, index, path = _proof(unprotected)
    if headers[TREE_SIZE] != size or type(headers[TREE_SIZE]) is not int:
        raise Malformed(f"the receipt is signed for a tree of {headers[TREE_SIZE]} entries, its proof speaks of {size}")
    return Receipt(data, protected, signature, key_id(headers), issuer, subject, size, index, path)


def verify(receipt: Receipt, leaf: bytes, subject: str, public_key: bytes) -> Included:
    """What the receipt proves of the entry with this leaf hash. RFC 9942 §5.2. Raises VerificationError."""
    # (1) The receipt must speak of this statement's subject.
    if receipt.subject != subject:
        raise NotIncluded(f"the receipt is for {receipt.subject}, not for {subject}")
    # (2) Recompute the root: size and index in the unprotected header are not signed.
    root = root_from_path(leaf, receipt.index, receipt.size, receipt.path)
    # (3) Verify the log's signature over that root as detached payload: one verdict for path, leaf and signature.
    try:
        keys.verify(public_key, receipt.signature, to_be_signed(receipt.protected, root))
    except VerificationError as error:
        raise NotIncluded(f"the receipt does not prove that the entry is in the log: {error.message}") from None
    return Included(receipt.index, receipt.size, root)


def _proof(unprotected: dict[Any, Any]) -> tuple[int, int, tuple[bytes, ...]]:
    proofs = unprotected.get(VDP)
    if unprotected.keys() != {VDP} or type(proofs) is not dict or proofs.keys() != {INCLUSION}:
        raise Malformed("the receipt's unprotected header does not hold exactly one inclusion proof")
    listed = proofs[INCLUSION]
    if type(listed) is not list or len(listed) != 1 or type(listed[0]) is not bytes:
        raise Malformed("the receipt does not hold exactly one inclusion proof")
    proof = cbor.decode(listed[0])
    if type(proof) is not list or len(proof) != 3 or type(proof[0]) is not int or type(proof[1]) is not int:
        raise Malformed("an inclusion proof is not [size, index, path]")
    size, index, path = proof
    if size < 2 or not 0 <= index < size or type(path) is not list:
        raise Malformed("an inclusion proof is not [size, index, path]")
    if any(type(node) is not bytes or len(node) != HASH_SIZE for node in path):
        raise Malformed("an inclusion path is not a list of 32-byte hashes")
    return size, index, tuple(path)
