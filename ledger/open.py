"""The composition root: from a ledger's address to its parts, put together."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import UUID

from ledger.cabinet_key import CabinetKey
from ledger.claims import ClaimKeys
from ledger.deciders.base import Base
from ledger.executing import Executor
from ledger.handle import Clock, Desk, system_clock
from ledger.places import OpenViews, Place, place_of
from ledger.postgres.datastore import PATIENCE_SECONDS
from ledger.refusals import Code, Refusal
from ledger.seal import Randomness
from ledger.settings import Settings, master_key_path, read_master_key
from ledger.signing import Keystore, Signer, derive, signer_of
from ledger.store import DataKeys, Store
from ledger.vault import Vault
from verifier.keys import thumbprint
from verifier.kinds import CHECKPOINT_KIND, DOCUMENT_KIND, RECEIPT_KIND, STATUS_KIND, LogStarted
from verifier.statement import parse

SERVED_PATIENCE_SECONDS = 5.0
"""Of what serves: it has to tell the visitor something while a database server is away, and tries again then."""


@dataclass(frozen=True, slots=True)
class LogSigners:
    """The log's own keys, each for one use (FORMATS §2)."""

    checkpoint: Signer
    receipt: Signer
    status: Signer
    document: Signer
    further_checkpoint: tuple[Signer, ...] = ()
    """Successors of the checkpoint key that are authorised already: each signs every checkpoint too."""


@dataclass(slots=True)
class Ledger:
    """An open ledger. Close it after use."""

    place: Place
    settings: Settings
    store: Store
    data_keys: DataKeys
    vault: Vault
    keystore: Keystore
    claim_keys: ClaimKeys
    cabinet_key: CabinetKey
    clock: Clock
    randomness: Randomness
    _close: Callable[[], None]

    @property
    def public(self) -> Path:
        """The published tree, the only part of the ledger that a web server may see."""
        return self.place.public(self.settings)

    @property
    def log_id(self) -> UUID:
        """Stream of the genesis, under which all events about the base are filed."""
        return self.settings.log_id

    def desk(self, base: Base | None = None, signatures: Callable[[bytes], bytes] | None = None) -> Desk:
        """A desk on what is recorded now.

        `base` is one that others use too (see `Desk`), as in a process that serves for long. There the desk has a vault
        of its own: one that lives long would keep the data keys of people who are erased meanwhile.
        `signatures`: see `Desk`.
        """
        vault = self.vault if base is None else Vault(self.data_keys)
        parts = (self.store, vault, self.keystore, self.claim_keys, self.log_id)
        return Desk(*parts, self.clock, self.randomness, base, signatures)

    def desk_apart(self, *, rehearsal: bool = False) -> Desk:
        """A desk that shares neither base nor vault with anybody: for long work in a process that serves.

        At one for a `rehearsal` nothing may be recorded; keys that are made there are kept nowhere.
        """
        keystore = self.keystore.rehearsal() if rehearsal else self.keystore
        parts = (self.store, Vault(self.data_keys), keystore, self.claim_keys, self.log_id)
        return Desk(*parts, self.clock, self.randomness)

    def executor(self) -> Executor:
        """What executes commands for all threads of this process, beside other processes."""
        return Executor(
            self.store, self.data_keys, self.keystore, self.claim_keys, self.log_id, self.clock, self.randomness
        )

    def log_signers(self) -> LogSigners:
        """The log's own keys. Raises Refusal `no-key`.

        While a successor is authorised beside a key, the key goes on until it is retired: the trust file names the
        successor by then, so whoever holds one of that time knows it when it begins.
        """
        base = self.desk().base
        checkpoints, receipts, lists, documents = (
            self.keystore.in_use(base.code, kind, base.keys)
            for kind in (CHECKPOINT_KIND, RECEIPT_KIND, STATUS_KIND, DOCUMENT_KIND)
        )
        return LogSigners(checkpoints[0], receipts[0], lists[0], documents[0], tuple(checkpoints[1:]))

    def former_checkpoint_signers(self, signers: LogSigners) -> list[Signer]:
        """Keys that signed checkpoints before the present ones, and lie in the keystore still."""
        present = {item.kid for item in (signers.checkpoint, *signers.further_checkpoint)}
        return [item for item in self.keystore.signers() if CHECKPOINT_KIND in item.kinds and item.kid not in present]

    def lend_root(self, seed: bytes) -> Signer:
        """Signs what the root key signs, with one that does not lie here, while this ledger is open.

        Raises Refusal `unknown-key` where the log has not authorised it for the base.
        """
        base, kid = self.desk().base, signer_of(seed, "", "", ()).kid
        first = self.store.entry(0)
        genesis = None if first is None else parse(first.statement).record.event
        granted = (
            {thumbprint(key.public_key): key.kinds for key in genesis.keys} if isinstance(genesis, LogStarted) else {}
        )
        granted |= {grant.kid: tuple(grant.kinds) for grant in base.grants.values()}
        if base.keys.get(kid) != base.code or "key.authorised" not in granted[kid]:
            raise Refusal(Code.UNKNOWN_KEY, f"key {kid.hex()[:16]} is no root key that this log has in use")
        return self.keystore.lend(base.code, "base", granted[kid], seed)

    def open_views(self) -> OpenViews:
        """The views as they are now; to be closed by who asked for them."""
        return self.place.open_views()

    def open_register_views(self) -> OpenViews:
        """The place of the private register; to be closed by who asked for it."""
        return self.place.open_register()

    def close(self) -> None:
        """Closes the databases."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_ledger(
    address: str,
    clock: Clock = system_clock,
    randomness: Randomness = os.urandom,
    *,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Ledger:
    """Opens a ledger: a folder, or `postgresql://…` (`ledger.places`).

    `patience_seconds`: how long an operation is tried again while a database server is away. Raises SettingsError,
    KeystoreError or StoreError, each naming what is wrong.
    """
    return open_place(place_of(address, patience_seconds=patience_seconds), clock, randomness)


def open_place(place: Place, clock: Clock = system_clock, randomness: Randomness = os.urandom) -> Ledger:
    """Opens the ledger that lies in a place. Raises as `open_ledger`."""
    settings = place.settings()
    place.check_whole()
    master = read_master_key(master_key_path(place.master_key_file(settings)))
    return assemble(place, settings, master, clock, randomness)


def assemble(place: Place, settings: Settings, master: bytes, clock: Clock, randomness: Randomness) -> Ledger:
    """Puts a ledger's parts together; makes the databases where they are not there."""
    with ExitStack() as undo:
        store = place.open_store()
        undo.callback(store.close)
        data_keys = place.open_data_keys(derive(master, "data-keys"))
        undo.callback(data_keys.close)
        for erased in store.erasures():  # a crash or an old backup may have left a key that an erasure destroyed
            data_keys.destroy(erased)
        keystore = Keystore(place.key_files(), master)
        return Ledger(
            place,
            settings,
            store,
            data_keys,
            Vault(data_keys),
            keystore,
            ClaimKeys(derive(master, "claims")),
            CabinetKey(derive(master, "office")),
            clock,
            randomness,
            undo.pop_all().close,
        )
