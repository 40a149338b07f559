"""A ledger at which one only looks: everything is decided as ever, and whatever would be recorded stops there.

All ways by which anything gets into the log or the vault, or is signed, lead through the ports that stand here instead
of the real ones. So nothing that is done with such a ledger leaves a trace, whoever does it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import IO, NoReturn
from uuid import UUID

from ledger.open import Ledger
from ledger.signing import Keystore, Signer
from ledger.store import (
    Appended,
    Batch,
    Claim,
    DataKeys,
    Head,
    Recorded,
    SignedHead,
    Store,
    Subscription,
)
from ledger.vault import Vault


class WouldRecord(Exception):
    """Nothing stands in the way of what was asked for: the next step would have been to record it."""


def looking_ledger(ledger: Ledger) -> Ledger:
    """The same ledger, to look at. Closing it closes nothing."""
    keys = LookingKeys(ledger.data_keys)
    return replace(
        ledger,
        store=LookingStore(ledger.store),
        data_keys=keys,
        vault=Vault(keys),
        keystore=LookingKeystore(ledger.keystore),
        _close=lambda: None,
    )


class LookingStore:
    """The port `Store` on another, of which nothing is changed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, batch: Batch) -> Appended:
        """Raises WouldRecord, always."""
        raise WouldRecord

    def command(self, command_id: bytes) -> Appended | None:
        """See `Log`."""
        return self._store.command(command_id)

    def entries(self, start: int, limit: int) -> list[Recorded]:
        """See `Log`."""
        return self._store.entries(start, limit)

    def entry(self, index: int) -> Recorded | None:
        """See `Log`."""
        return self._store.entry(index)

    def stream(self, stream_id: UUID) -> list[Recorded]:
        """See `Histories`."""
        return self._store.stream(stream_id)

    def dossier(self, subject: UUID) -> list[Recorded]:
        """See `Histories`."""
        return self._store.dossier(subject)

    def boundary(self, boundary: bytes) -> int:
        """See `Histories`."""
        return self._store.boundary(boundary)

    def erasures(self) -> list[UUID]:
        """See `Histories`."""
        return self._store.erasures()

    def claim(self, key: bytes) -> Claim | None:
        """See `Claims`."""
        return self._store.claim(key)

    def claims(self, keys: Iterable[bytes]) -> dict[bytes, Claim]:
        """See `Claims`."""
        return self._store.claims(keys)

    def head(self) -> Head:
        """See `Tree`."""
        return self._store.head()

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See `Tree`."""
        return self._store.leaves(start, end)

    def signed_head(self) -> SignedHead | None:
        """See `Tree`."""
        return self._store.signed_head()

    def sign_head(self, expected_old: SignedHead | None, new: SignedHead) -> None:
        """Raises WouldRecord, always."""
        raise WouldRecord

    def subscribe(self, after: int) -> AbstractContextManager[Subscription]:
        """See `Feed`."""
        return self._store.subscribe(after)

    def lead(self, seconds: float) -> bool:
        """False: it is never its turn to sign."""
        return False

    def resign(self) -> None:
        """There is no turn to give back."""

    def check_open(self) -> None:
        """See `Lead`."""
        self._store.check_open()


class LookingKeys:
    """The port `DataKeys` on others, of which none is made or destroyed."""

    def __init__(self, keys: DataKeys) -> None:
        self._keys = keys

    def create(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """Raises WouldRecord, always: keys are asked for only where something is about to be sealed."""
        raise WouldRecord

    def get(self, subject: UUID) -> bytes | None:
        """See `DataKeys`."""
        return self._keys.get(subject)

    def get_many(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """See `DataKeys`."""
        return self._keys.get_many(subjects)

    def destroy(self, subject: UUID) -> None:
        """Raises WouldRecord, always."""
        raise WouldRecord


class LookingKeystore(Keystore):
    """A keystore that says which keys there are, and signs nothing."""

    def __init__(self, keystore: Keystore) -> None:
        self._keystore = keystore

    def create(self, organisation: str, custody: str, kinds: Iterable[str], seed: bytes) -> Signer:
        """Raises WouldRecord, always."""
        raise WouldRecord

    def signers(self) -> list[Signer]:
        """See `Keystore`."""
        return [replace(signer, sign=_stop) for signer in self._keystore.signers()]

    def signer(self, organisation: str, kind: str, authorised: Container[bytes]) -> Signer:
        """See `Keystore`."""
        return replace(self._keystore.signer(organisation, kind, authorised), sign=_stop)

    def in_use(self, organisation: str, kind: str, authorised: Iterable[bytes]) -> list[Signer]:
        """See `Keystore`."""
        return [replace(item, sign=_stop) for item in self._keystore.in_use(organisation, kind, authorised)]

    def hand_over(self, kids: Iterable[bytes], pipe: IO[bytes]) -> None:
        """Raises WouldRecord, always."""
        raise WouldRecord


def _stop(message: bytes) -> NoReturn:
    raise WouldRecord
