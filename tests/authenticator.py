"""An authenticator in software with the browser around it: keys made from words, assertions that can be spoilt."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from nacl.signing import SigningKey

from verifier import cbor
from verifier.approval import Assertion, challenge

RP_ID = "base.example.org"
ORIGIN = "https://office.base.example.org"
PRESENT_AND_VERIFIED = 0x05


@dataclass(frozen=True)
class Authenticator:
    """One that holds a P-256 key."""

    word: str
    rp_id: str = RP_ID

    @cached_property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self._seed[:31], "big"), ec.SECP256R1())

    @property
    def _seed(self) -> bytes:
        return sha256(b"passkey" + self.word.encode()).digest()

    @property
    def cose_key(self) -> bytes:
        point = self._private.public_key().public_numbers()
        return cbor.encode({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})

    @property
    def thumbprint(self) -> bytes:
        """RFC 9679 §4.2, put together by hand."""
        members = cbor.decode(self.cose_key)
        return sha256(b"\xa4\x01\x02\x20\x01\x21\x58\x20" + members[-2] + b"\x22\x58\x20" + members[-3]).digest()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))

    def approves(self, digests: Sequence[bytes], **changes: Any) -> Assertion:
        """An assertion over what is approved; `changes` spoil it before it is signed."""
        return self.asserts(challenge(digests), **changes)

    def asserts(
        self,
        challenged: bytes,
        *,
        rp_id: str = "",
        flags: int = PRESENT_AND_VERIFIED,
        counter: int = 0,
        behind: bytes = b"",
        client_data: bytes | None = None,
        **members: Any,
    ) -> Assertion:
        """An assertion over a challenge. `members` are of the client data; one that is None is left out."""
        client: dict[str, Any] = {
            "type": "webauthn.get",
            "challenge": urlsafe_b64encode(challenged).rstrip(b"=").decode(),
            "origin": ORIGIN,
            "crossOrigin": False,
        }
        client = {key: value for key, value in {**client, **members}.items() if value is not None}
        text = json.dumps(client, separators=(",", ":")).encode() if client_data is None else client_data
        head = sha256((rp_id or self.rp_id).encode()).digest() + bytes((flags,)) + counter.to_bytes(4, "big")
        data = head + behind
        return Assertion(data, text, self.sign(data + sha256(text).digest()))


@dataclass(frozen=True)
class Ed25519Authenticator(Authenticator):
    """One that holds an Ed25519 key."""

    @property
    def cose_key(self) -> bytes:
        return cbor.encode({1: 1, 3: -8, -1: 6, -2: bytes(SigningKey(self._seed).verify_key)})

    @property
    def thumbprint(self) -> bytes:
        return sha256(b"\xa3\x01\x01\x20\x06\x21\x58\x20" + cbor.decode(self.cose_key)[-2]).digest()

    def sign(self, message: bytes) -> bytes:
        return bytes(SigningKey(self._seed).sign(message).signature)
