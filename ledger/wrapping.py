"""Data keys of people as they lie in a store: each wrapped by the master key with AES-256-GCM, bound to its person."""

from __future__ import annotations

import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store import StoreError

KEY_SIZE: Final = 32
WRAPPED_SIZE: Final = 60
"""12-byte nonce ‖ ciphertext of the 32-byte key ‖ 16-byte tag; the subject is authenticated with it."""
_NONCE_SIZE: Final = 12
_CONTEXT: Final = b"certledger/data-key"


class CannotUnwrap(StoreError):
    """A data key does not open with this master key: it is the wrong one, or the row was changed."""

    def __init__(self, subject: UUID) -> None:
        super().__init__(f"data key of {subject}: it does not open with this master key, or its row was changed")
        self.subject = subject


class KeyWrap:
    """Wraps and unwraps under one master key."""

    def __init__(self, master_key: bytes) -> None:
        """Raises ValueError for a master key that is not 32 bytes."""
        if len(master_key) != KEY_SIZE:
            raise ValueError(f"a master key has {KEY_SIZE} bytes, not {len(master_key)}")
        self._master = AESGCM(master_key)

    def fresh(self, subject: UUID) -> bytes:
        """A new random key of a person, wrapped."""
        nonce = os.urandom(_NONCE_SIZE)
        return nonce + self._master.encrypt(nonce, os.urandom(KEY_SIZE), _CONTEXT + subject.bytes)

    def unwrap(self, subject: UUID, wrapped: bytes) -> bytes:
        """The person's key. Raises CannotUnwrap."""
        try:
            return self._master.decrypt(wrapped[:_NONCE_SIZE], wrapped[_NONCE_SIZE:], _CONTEXT + subject.bytes)
        except InvalidTag:
            raise CannotUnwrap(subject) from None
