"""A passkey's public key: a COSE_Key (RFC 9052 §7) of one of two kinds, in one encoding.

    {1: 2, 3: -7, -1: 1, -2: x, -3: y}   ES256 on P-256, each coordinate 32 bytes, the point on the curve
    {1: 1, 3: -8, -1: 6, -2: public}     EdDSA on Ed25519, by the rules of `verifier/keys.py`

What has another member, another algorithm or another encoding is no passkey here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from verifier import cbor, keys
from verifier.errors import BadSignature, Malformed

KTY, ALG, CRV, X, Y = 1, 3, -1, -2, -3
"""Labels of a COSE_Key (RFC 9053 §7)."""
OKP, EC2 = 1, 2
ES256: Final = -7
EDDSA: Final = -8
P256, ED25519 = 1, 6
_COORDINATE_SIZE: Final = 32
_LONGEST_SIGNATURE: Final = 72
"""Bytes of the DER form of two integers below 2^256."""

# NIST SP 800-186 §3.2.1.3: y² = x³ - 3x + b over GF(p).
_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key that may sign approvals."""

    cose_key: bytes
    algorithm: int
    """COSE algorithm: −7 or −8."""
    x: bytes
    """Of Ed25519 the whole key."""
    y: bytes
    """Empty for Ed25519."""

    @property
    def thumbprint(self) -> bytes:
        """COSE Key Thumbprint: SHA-256 over the required members alone (RFC 9679 §3, §4.1 and §4.2)."""
        if self.algorithm == EDDSA:
            return keys.thumbprint(self.x)
        return sha256(cbor.encode({KTY: EC2, CRV: P256, X: self.x, Y: self.y})).digest()

    def verify(self, signature: bytes, message: bytes) -> bytes:
        """The message, if this key signed it. Raises BadSignature."""
        if self.algorithm == EDDSA:
            return keys.verify(self.x, signature, message)
        _check_der(signature)
        point = ec.EllipticCurvePublicNumbers(_number(self.x), _number(self.y), ec.SECP256R1())
        try:
            point.public_key().verify(signature, message, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            raise BadSignature("the passkey's signature does not verify") from None
        return message


@lru_cache(maxsize=4096)
def parse(cose_key: bytes) -> Passkey:
    """Reads a public key. Raises Malformed for any other form, BadSignature for a key that none may have."""
    value = cbor.decode(cose_key)
    if type(value) is not dict:
        raise Malformed("a passkey's key is not a map")
    head = (value.get(KTY), value.get(ALG), value.get(CRV))
    if any(type(item) is not int for item in head):
        raise Malformed("a passkey's key does not say type, algorithm and curve")
    if head == (EC2, ES256, P256) and value.keys() == {KTY, ALG, CRV, X, Y}:
        x, y = _coordinate(value[X]), _coordinate(value[Y])
        _check_point(x, y)
        return Passkey(cose_key, ES256, x, y)
    if head == (OKP, EDDSA, ED25519) and value.keys() == {KTY, ALG, CRV, X}:
        return Passkey(cose_key, EDDSA, keys.check_public_key(_coordinate(value[X])), b"")
    raise Malformed("a passkey's key is neither ES256 on P-256 nor EdDSA on Ed25519, with exactly its members")


def _coordinate(value: object) -> bytes:
    if type(value) is not bytes or len(value) != _COORDINATE_SIZE:
        raise Malformed("a coordinate of a passkey's key is not 32 bytes")
    return value


def _check_point(x: bytes, y: bytes) -> None:
    """The point at infinity has no such form, and the curve's cofactor is 1: a point on it is a good key."""
    horizontal, vertical = _number(x), _number(y)
    if horizontal >= _P or vertical >= _P:
        raise BadSignature("a coordinate of the passkey's key is not below the field's prime")
    if (vertical * vertical - (horizontal**3 - 3 * horizontal + _B)) % _P:
        raise BadSignature("the passkey's key is not a point of the curve")


def _check_der(signature: bytes) -> None:
    """One accepted form of an ECDSA signature (WebAuthn Level 2 §6.5.6: DER). Which of s and n - s is the signer's."""
    try:
        exact = len(signature) <= _LONGEST_SIGNATURE and utils.encode_dss_signature(
            *utils.decode_dss_signature(signature)
        )
    except ValueError:
        exact = False
    if exact != signature:
        raise BadSignature("the passkey's signature is not in DER")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
