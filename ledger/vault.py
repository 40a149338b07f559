"""Personal values, encrypted under a data key a person (AES-256-GCM). They never enter the log.

What is sealed are the disclosures of one event: salt, value and name of each personal field. Whoever opens them checks
each against the statement's commitments. Destroying the data key makes them unreadable for good.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.store import DataKeys, Recorded, StoreCorrupt
from verifier import cbor
from verifier.errors import Malformed
from verifier.events import Event
from verifier.record import reveal
from verifier.statement import Statement, parse

NONCE_SIZE = 12


class Vault:
    """Seals and opens the personal values of events."""

    def __init__(self, data_keys: DataKeys) -> None:
        self._data_keys = data_keys
        self._ciphers: dict[UUID, AESGCM] = {}

    def keys_for(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """The data keys of these people, made where there are none: durable before anything is sealed under them."""
        return self._data_keys.create(subjects)

    def prepare(self, subjects: set[UUID]) -> None:
        """As `keys_for`, kept here for `seal` and `cipher`."""
        if missing := subjects - self._ciphers.keys():
            for subject, key in self.keys_for(missing).items():
                self._ciphers[subject] = AESGCM(key)

    def cipher(self, subject: UUID) -> AESGCM:
        """The data key of a person for whom `prepare` was called."""
        return self._ciphers[subject]

    def seal(self, subject: UUID, stream: UUID, version: int, disclosures: list[bytes]) -> bytes:
        """The sealed disclosures of one event, bound to its place. `prepare` must have been called for the person."""
        return seal_with(self.cipher(subject), stream.bytes, version, disclosures)

    def open(self, recorded: Recorded) -> list[bytes] | None:
        """The disclosures of an entry, or None where there are none (any more). Raises StoreCorrupt."""
        if recorded.sealed is None or recorded.subject is None:
            return None
        cipher = self._cipher(recorded.subject)
        if cipher is None:
            return None
        nonce, sealed = recorded.sealed[:NONCE_SIZE], recorded.sealed[NONCE_SIZE:]
        try:
            opened = cbor.decode(cipher.decrypt(nonce, sealed, _place(recorded.stream_id.bytes, recorded.version)))
        except (InvalidTag, ValueError, Malformed):
            raise StoreCorrupt(recorded.index, "sealed", "the personal values do not open") from None
        return list(opened)

    def read(self, recorded: Recorded) -> tuple[Statement, Event]:
        """The statement of an entry and its event with the personal values that are still there.

        Raises StoreCorrupt or Mismatch where a value is not the one that the statement commits to.
        """
        statement = parse(recorded.statement)
        disclosures = self.open(recorded)
        return statement, reveal(statement.record, disclosures) if disclosures else statement.record.event

    def forget(self, subject: UUID) -> None:
        """Destroys a person's data key."""
        self._ciphers.pop(subject, None)
        self._data_keys.destroy(subject)

    def _cipher(self, subject: UUID) -> AESGCM | None:
        cipher = self._ciphers.get(subject)
        if cipher is None and (key := self._data_keys.get(subject)) is not None:
            cipher = self._ciphers[subject] = AESGCM(key)
        return cipher


def seal_with(cipher: AESGCM, stream: bytes, version: int, disclosures: list[bytes]) -> bytes:
    """The disclosures of one event under a data key: a random nonce of 12 bytes, then the ciphertext."""
    nonce = os.urandom(NONCE_SIZE)
    return nonce + cipher.encrypt(nonce, cbor.dumps(disclosures), _place(stream, version))


def _place(stream: bytes, version: int) -> bytes:
    return stream + version.to_bytes(8, "big")
