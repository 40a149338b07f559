"""Opens entries for the fold of the register, a chunk at a time: no data key is kept longer than that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from ledger.cards import Cards
from ledger.claims import ClaimKeys
from ledger.names import pieces_of_name
from ledger.store import DataKeys, Recorded, StoreCorrupt
from ledger.vault import Vault
from verifier.events import Event

TOKEN_SIZE = 8
"""Bytes of an HMAC that are kept of a piece of a name."""


class VaultOpening:
    """Opens entries with the data keys that are there when it is asked."""

    def __init__(self, data_keys: DataKeys, claim_keys: ClaimKeys) -> None:
        self._data_keys, self._claim_keys = data_keys, claim_keys

    def open(self, entries: Sequence[Recorded]) -> OpenedEntries:
        """See `ledger.projections.register.Opening`."""
        subjects = {entry.subject for entry in entries if entry.subject is not None and entry.sealed is not None}
        return OpenedEntries(self._data_keys.get_many(subjects), self._claim_keys)


class OpenedEntries:
    """The port `Opened` with the data keys of some people."""

    def __init__(self, keys: Mapping[UUID, bytes], claim_keys: ClaimKeys) -> None:
        self._vault, self._cards, self._claim_keys = Vault(_Fetched(keys)), Cards(keys), claim_keys

    def event(self, entry: Recorded) -> Event:
        """See `ledger.projections.register.Opened`. Raises StoreCorrupt, Mismatch."""
        return self._vault.read(entry)[1]

    def seal(self, subject: UUID, stream: bytes, values: tuple[str, ...]) -> bytes:
        """See `Hiding`."""
        return self._cards.seal(subject, stream, values)

    def open(self, subject: UUID, stream: bytes, card: bytes) -> list[str]:
        """See `Hiding`. Raises StoreCorrupt."""
        values = self._cards.open(subject, stream, card)
        if values is None:  # never where the event at hand was opened with the same keys
            raise StoreCorrupt(None, "card", "the data key of a card is not there")
        return values

    def name_tokens(self, name: str) -> set[bytes]:
        """See `Hiding`."""
        return {token_of(self._claim_keys, piece) for piece in pieces_of_name(name)}

    def number_token(self, application_no: str) -> bytes:
        """See `Hiding`."""
        return self._claim_keys.application_no(application_no)[:TOKEN_SIZE]


def token_of(claim_keys: ClaimKeys, piece: str) -> bytes:
    """The token of a piece of a name."""
    return claim_keys.name_piece(piece)[:TOKEN_SIZE]


class _Fetched:
    """The port `DataKeys` on keys that were fetched together. Nothing is made or destroyed here."""

    def __init__(self, keys: Mapping[UUID, bytes]) -> None:
        self._keys = keys

    def create(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        raise NotImplementedError("who reads makes no keys")

    def get(self, subject: UUID) -> bytes | None:
        return self._keys.get(subject)

    def get_many(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        return {subject: self._keys[subject] for subject in subjects if subject in self._keys}

    def destroy(self, subject: UUID) -> None:
        raise NotImplementedError("who reads destroys no keys")
