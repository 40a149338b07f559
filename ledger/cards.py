"""What lists show of a person in clear, sealed for a view: a card opens with the person's data key and with nothing
else, so that destroying the key makes it unreadable wherever a copy of the view lies.

Deterministic (AES-256-SIV, RFC 5297): the same values of the same place are the same bytes, so that a view that is
built anew equals the one that was followed. The key is not the one that seals in the vault.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha512
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from ledger.store import StoreCorrupt
from verifier import cbor


class Cards:
    """Seals and opens the cards of some people. Short-lived: it holds their keys."""

    def __init__(self, keys: Mapping[UUID, bytes]) -> None:
        """`keys`: the data keys of these people (`ledger.store.DataKeys.get_many`)."""
        self._keys = keys
        self._ciphers: dict[UUID, AESSIV] = {}

    def seal(self, subject: UUID, place: bytes, values: Sequence[str]) -> bytes:
        """A card of a person, bound to its place (the stream it is about). Raises KeyError for one without a key."""
        return self._cipher(subject).encrypt(cbor.dumps(list(values)), [place])

    def open(self, subject: UUID, place: bytes, card: bytes) -> list[str] | None:
        """What stands on a card; None where the person's key is gone. Raises StoreCorrupt."""
        if subject not in self._keys:
            return None
        try:
            return [str(value) for value in cbor.decode(self._cipher(subject).decrypt(card, [place]))]
        except InvalidTag:
            raise StoreCorrupt(None, "card", "a card of the register does not open") from None

    def open_all(self, cards: Iterable[tuple[UUID, bytes, bytes]]) -> list[list[str] | None]:
        """As `open`, of many: person, place, card."""
        return [self.open(*card) for card in cards]

    def _cipher(self, subject: UUID) -> AESSIV:
        cipher = self._ciphers.get(subject)
        if cipher is None:
            key = hmac.digest(self._keys[subject], b"certledger/register card", sha512)
            cipher = self._ciphers[subject] = AESSIV(key)
        return cipher
