"""Ed25519 with one verdict everywhere, and COSE key thumbprints.

Libraries differ on non-canonical encodings and small-order points (libsodium, OpenSSL, WebCrypto, noble), so the
encodings are checked here first, by the same rules in Python and JavaScript; then PyNaCl checks the equation.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Final

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from verifier import cbor
from verifier.errors import BadSignature

PUBLIC_KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64

_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493
_Y_MASK: Final = 2**255 - 1

# The y coordinates of the eight points of small order (RFC 7748 §5 curve; order 1, 2, 4 and 8).
_ORDER_8_Y: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER_Y: Final = frozenset({0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y})


def _check_point(encoded: bytes, what: str) -> None:
    if len(encoded) != PUBLIC_KEY_SIZE:
        raise BadSignature(f"{what} is {len(encoded)} bytes long, not 32")
    y = int.from_bytes(encoded, "little") & _Y_MASK
    if y >= _P:
        raise BadSignature(f"{what} is not in canonical form (RFC 8032 §5.1.3)")
    if y in _SMALL_ORDER_Y:
        raise BadSignature(f"{what} is a point of small order")


@lru_cache(maxsize=4096)
def check_public_key(public: bytes) -> bytes:
    """The same key, if it may be used to verify: canonical, on the curve, not of small order. Raises BadSignature."""
    _check_point(public, "public key")
    if not _on_curve(int.from_bytes(public, "little")):
        raise BadSignature("public key is not a point of the curve")
    return public


def verify(public: bytes, signature: bytes, message: bytes) -> bytes:
    """The message, if `signature` by `public` over it is good (RFC 8032 §5.1.7, strict). Raises BadSignature."""
    check_public_key(public)
    if len(signature) != SIGNATURE_SIZE:
        raise BadSignature(f"signature is {len(signature)} bytes long, not 64")
    _check_point(signature[:32], "signature's R")
    if int.from_bytes(signature[32:], "little") >= _L:
        raise BadSignature("signature's S is not below the group order")
    try:
        return crypto_sign_open(signature + message, public)
    except (BadSignatureError, ValueError):
        raise BadSignature("signature does not verify") from None


@lru_cache(maxsize=4096)
def thumbprint(public: bytes) -> bytes:
    """COSE Key Thumbprint, SHA-256 over the required members of an OKP key (RFC 9679 §3, RFC 9053 §7.2)."""
    return sha256(cbor.encode({1: 1, -1: 6, -2: public})).digest()


def _on_curve(encoded: int) -> bool:
    """Whether x² = (y² - 1) / (d·y² + 1) has a root (RFC 8032 §5.1.3)."""
    y, sign = encoded & _Y_MASK, encoded >> 255
    d = -121665 * pow(121666, -1, _P) % _P
    u, v = (y * y - 1) % _P, (d * y * y + 1) % _P
    x2 = u * pow(v, -1, _P) % _P
    if x2 == 0:
        return sign == 0
    return pow(x2, (_P - 1) // 2, _P) == 1
