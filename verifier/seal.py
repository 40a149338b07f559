"""The file seal: a signature inside a PDF over all its other bytes, so that an edited file is found with no network.

`certledger-seal:` and the base64 of an Ed25519 signature stand once in the file, uncompressed. The signature, by the
log's document key, is over the SHA-256 of the file with those 88 characters replaced by `A`.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256
from typing import Final

from verifier import keys
from verifier.errors import BadSignature, NotAsIssued

MARKER: Final = b"certledger-seal:"
LENGTH: Final = 88
"""Characters of base64 for a signature of 64 bytes."""

PLACEHOLDER: Final = MARKER + b"A" * LENGTH
"""What a file holds before it is sealed."""

_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


def digest(pdf: bytes) -> bytes:
    """What is signed: SHA-256 of the file with its seal's characters replaced by `A`. Raises NotAsIssued."""
    start = _position(pdf)
    hashed = sha256(pdf[:start])
    hashed.update(b"A" * LENGTH)
    hashed.update(memoryview(pdf)[start + LENGTH :])
    return hashed.digest()


def place(pdf: bytes, signature: bytes) -> bytes:
    """The file, as long as before, with `signature` as its seal. Raises NotAsIssued where it has no place for one."""
    if len(signature) != keys.SIGNATURE_SIZE:
        raise ValueError(f"a seal is a signature of {keys.SIGNATURE_SIZE} bytes, not {len(signature)}")
    start = _position(pdf)
    return pdf[:start] + base64.b64encode(signature) + pdf[start + LENGTH :]


def check(pdf: bytes, public_key: bytes) -> bytes:
    """The digest of a file that is, byte for byte, one sealed with that key. Raises NotAsIssued."""
    start = _position(pdf)
    text = pdf[start : start + LENGTH]
    # Base64 has spare bits, and `A` alone is a placeholder: only the one right spelling of 64 bytes is a seal.
    signature = _decoded(text)
    if base64.b64encode(signature) != text or len(signature) != keys.SIGNATURE_SIZE:
        raise NotAsIssued(f"file: its seal, at byte {start}, is not a signature in base64")
    hashed = digest(pdf)
    try:
        keys.verify(public_key, signature, hashed)
    except BadSignature as reason:
        which = f"the seal at byte {start} does not fit the other {len(pdf) - LENGTH} bytes"
        raise NotAsIssued(f"file: not as it was sealed, or sealed with another key: {which} ({reason})") from None
    return hashed


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _position(pdf: bytes) -> int:
    """Where the seal's characters begin. A file with two seals could show one and be judged by the other."""
    found = pdf.find(MARKER)
    if found < 0:
        raise NotAsIssued("file: it carries no seal of a ledger")
    if (second := pdf.find(MARKER, found + 1)) >= 0:
        raise NotAsIssued(f"file: it carries more than one seal, at bytes {found} and {second}")
    start = found + len(MARKER)
    characters = pdf[start : start + LENGTH]
    stranger = next((at for at, byte in enumerate(characters) if byte not in _BASE64), len(characters))
    if stranger < LENGTH:
        raise NotAsIssued(f"file: its seal is not {LENGTH} characters of base64: it ends at byte {start + stranger}")
    return start
