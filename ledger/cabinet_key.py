"""The key of the cabinet: what is sealed in its tables, and under which hash somebody is found there."""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store import StoreCorrupt
from verifier import cbor

_NONCE_SIZE: Final = 12


class CabinetKey:
    """Seals values under one key of the ledger's master key, each bound to the place where it stands."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 bytes."""
        self._cipher = AESGCM(key)
        self._hash = hmac.digest(key, b"certledger/office/found-by", "sha256")

    def seal(self, table: str, row: bytes, value: Any) -> bytes:
        """12-byte nonce ‖ AES-256-GCM of the value's CBOR; table and row are authenticated with it."""
        nonce = os.urandom(_NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, cbor.encode(value), _place(table, row))

    def open(self, table: str, row: bytes, sealed: bytes) -> Any:
        """The value. Raises StoreCorrupt for one that was changed, or that another row or ledger sealed."""
        try:
            return cbor.decode(self._cipher.decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], _place(table, row)))
        except InvalidTag:
            raise StoreCorrupt(None, f"office.{table}", "a sealed value does not open with this master key") from None

    def found_by(self, what: str, value: str) -> bytes:
        """Keyed hash (HMAC-SHA-256) under which a row is found by a value that stands nowhere in clear."""
        return hmac.digest(self._hash, f"{what}\0{value}".encode(), "sha256")

    def chained(self, what: str, before: bytes, link: bytes) -> bytes:
        """The next value of a chain (HMAC-SHA-256): without this key nobody makes another one that fits."""
        return hmac.digest(self._hash, f"chain of {what}\0".encode() + before + link, "sha256")


def secret_hash(secret: str) -> bytes:
    """Under what a random secret of at least 128 bits is kept: SHA-256. It cannot be guessed, so no salt is needed."""
    return sha256(b"certledger/office/secret" + secret.encode()).digest()


def _place(table: str, row: bytes) -> bytes:
    return b"certledger/office" + cbor.encode([table, row])
