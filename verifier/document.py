"""What the base signs beside the log: a `COSE_Sign1` whose protected header is exactly algorithm, key id and type.

The type keeps apart what one key signs for several purposes (RFC 9596). The payload is attached, and nothing stands
outside what is signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verifier import cbor, keys
from verifier.errors import Malformed
from verifier.statement import ALG, EDDSA, KID, TYP, assemble, check_algorithm, cose_sign1_parts, key_id, to_be_signed


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read. Its signature is not checked by reading it: see `verify_signature`."""

    protected: bytes
    payload: bytes
    signature: bytes
    kid: bytes
    """Thumbprint of the key that claims to have signed it."""

    def verify_signature(self, public_key: bytes) -> None:
        """Checks the signature (RFC 9052 §4.4). Raises BadSignature."""
        keys.verify(public_key, self.signature, to_be_signed(self.protected, self.payload))


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One type of document."""

    media_type: str
    name: str
    """As errors call it, with its article."""

    def sign(self, claims: dict[Any, Any], kid: bytes, sign: Callable[[bytes], bytes]) -> bytes:
        """The signed bytes."""
        protected, payload = cbor.encode({ALG: EDDSA, KID: kid, TYP: self.media_type}), cbor.encode(claims)
        return assemble(protected, payload, sign(to_be_signed(protected, payload)))

    def parse(self, data: bytes) -> Document:
        """Reads one. Raises Malformed for anything but the one exact form."""
        protected, unprotected, payload, signature = cose_sign1_parts(data)
        headers = cbor.decode(protected)
        if type(headers) is not dict or headers.keys() != {ALG, KID, TYP} or headers[TYP] != self.media_type:
            name = self.name.partition(" ")[2]
            raise Malformed(f"not a {name}: the protected header is not alg, kid and typ {self.media_type}")
        check_algorithm(headers)
        if unprotected or payload is None:
            raise Malformed(f"{self.name} has an attached payload and an empty unprotected header")
        return Document(protected, payload, signature, key_id(headers))
