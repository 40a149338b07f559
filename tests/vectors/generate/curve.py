"""ed25519: RFC 8032 §7.1, and the edge cases on which libraries differ."""

from __future__ import annotations

from hashlib import sha256, sha512

from nacl.bindings import (
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
)
from nacl.signing import SigningKey

from tests.vectors.generate.files import Files

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022

RFC8032 = {
    "rfc8032-1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "rfc8032-2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
        "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "rfc8032-3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
        "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
}
MESSAGE = b"certledger"


def write(out: Files) -> None:
    """Good signatures, and each kind that must be refused."""
    for case, (public, message, signature) in RFC8032.items():
        given = {"public": public, "message": message, "signature": signature}
        out.good("ed25519", case, given, message, "RFC 8032 §7.1")
    key = SigningKey(sha256(b"certledger vectors: curve").digest())
    public, signature = bytes(key.verify_key), key.sign(MESSAGE).signature
    out.good("ed25519", "good", _given(public, signature), MESSAGE.hex(), "PyNaCl")
    for name, (p, s, m) in _altered(public, signature).items():
        out.fail("ed25519", name, _given(p, s, m), "bad-signature", "RFC 8032 §5.1.7, strict")
    for name, point in _bad_points().items():
        out.fail("ed25519", f"public-{name}", _given(point, signature), "bad-signature", "FORMATS §1: strict A")
        out.fail(
            "ed25519", f"r-{name}", _given(public, point + signature[32:]), "bad-signature", "FORMATS §1: strict R"
        )
    _torsion(out)


def _given(public: bytes, signature: bytes, message: bytes = MESSAGE) -> dict[str, str]:
    return {"public": public.hex(), "message": message.hex(), "signature": signature.hex()}


def _altered(public: bytes, signature: bytes) -> dict[str, tuple[bytes, bytes, bytes]]:
    s = int.from_bytes(signature[32:], "little")
    return {
        "other-message": (public, signature, b"certledger!"),
        "r-flipped": (public, bytes([signature[0] ^ 1]) + signature[1:], MESSAGE),
        "s-flipped": (public, signature[:32] + bytes([signature[32] ^ 1]) + signature[33:], MESSAGE),
        "s-plus-l": (public, signature[:32] + _le(s + L), MESSAGE),
        "s-is-l": (public, signature[:32] + _le(L), MESSAGE),
        "s-all-ones": (public, signature[:32] + b"\xff" * 32, MESSAGE),
        "signature-63-bytes": (public, signature[:63], MESSAGE),
        "signature-65-bytes": (public, signature + b"\x00", MESSAGE),
        "signature-empty": (public, b"", MESSAGE),
        "public-31-bytes": (public[:31], signature, MESSAGE),
        "public-33-bytes": (public + b"\x00", signature, MESSAGE),
        "public-empty": (b"", signature, MESSAGE),
        "public-not-on-curve": (_le(2), signature, MESSAGE),
        "public-other-sign": (public[:31] + bytes([public[31] ^ 0x80]), signature, MESSAGE),
    }


def _bad_points() -> dict[str, bytes]:
    ys = {"order-1": 1, "order-2": P - 1, "order-4": 0, "order-8": ORDER_8_Y, "order-8-other": P - ORDER_8_Y}
    beyond = {"p": P, "p-plus-1": P + 1, "p-plus-3": P + 3, "largest": 2**255 - 1}
    points = {f"{name}-{sign}": _le(y | sign << 255) for name, y in ys.items() for sign in (0, 1)}
    return points | {
        f"not-canonical-{name}-{sign}": _le(y | sign << 255) for name, y in beyond.items() for sign in (0, 1)
    }


def _torsion(out: Files) -> None:
    """Keys and Rs with a part of order 2: the equation is checked without the cofactor, R compared as bytes."""
    a, r = _scalar(b"a"), _scalar(b"r")
    big_a, big_r = (crypto_scalarmult_ed25519_base_noclamp(scalar) for scalar in (a, r))
    identity = _le(1)
    out.fail(
        "ed25519", "r-identity-equation-holds", _solved(big_a, identity, a, None, MESSAGE), "bad-signature", "made"
    )
    twisted = _plus_order_2(big_r)
    out.fail(
        "ed25519", "r-twisted", _solved(big_a, twisted, a, r, MESSAGE), "bad-signature", "cofactored alone accepts"
    )
    mixed = _plus_order_2(big_a)
    by_parity = {}
    for number in range(64):
        message = b"mixed %d" % number
        k = crypto_core_ed25519_scalar_reduce(sha512(big_r + mixed + message).digest())
        by_parity.setdefault(k[0] & 1, message)
    given = _solved(mixed, big_r, a, r, by_parity[0])
    out.good(
        "ed25519", "public-of-mixed-order-even", given, by_parity[0].hex(), "the torsion part vanishes: all accept"
    )
    given = _solved(mixed, big_r, a, r, by_parity[1])
    out.fail("ed25519", "public-of-mixed-order-odd", given, "bad-signature", "cofactored alone accepts")


def _solved(public: bytes, big_r: bytes, a: bytes, r: bytes | None, message: bytes) -> dict[str, str]:
    """The signature with S = r + k·a, r zero where R is the identity."""
    k = crypto_core_ed25519_scalar_reduce(sha512(big_r + public + message).digest())
    ka = crypto_core_ed25519_scalar_mul(k, a)
    return _given(public, big_r + (ka if r is None else crypto_core_ed25519_scalar_add(ka, r)), message)


def _scalar(name: bytes) -> bytes:
    return crypto_core_ed25519_scalar_reduce(sha512(b"certledger vectors: scalar " + name).digest())


def _plus_order_2(point: bytes) -> bytes:
    """(x, y) + (0, -1) = (-x, -y)."""
    number = int.from_bytes(point, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    return _le((P - y) | (1 - sign) << 255)


def _le(number: int) -> bytes:
    return number.to_bytes(32, "little")
