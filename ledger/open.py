"""The composition root: from a ledger's address to its parts, put together."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import UUID

from ledger.claims import ClaimKeys
from ledger.handle import Clock, Desk, system_clock
from ledger.seal import Randomness
from ledger.settings import Settings, SettingsError, master_key_path, read_master_key, read_settings
from ledger.signing import Keystore, Signer, derive
from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.sqlite.store import SqliteStore
from ledger.store import DataKeys, Store, StoreError
from ledger.vault import Vault
from verifier.kinds import CHECKPOINT_KIND, DOCUMENT_KIND, RECEIPT_KIND, STATUS_KIND

DATABASE = "ledger.sqlite"
DATA_KEYS = "data-keys.sqlite"


@dataclass(frozen=True, slots=True)
class LogSigners:
    """The log's own keys, each for one use (FORMATS §2)."""

    checkpoint: Signer
    receipt: Signer
    status: Signer
    document: Signer


@dataclass(slots=True)
class Ledger:
    """An open ledger. Close it after use."""

    folder: Path
    settings: Settings
    store: Store
    data_keys: DataKeys
    vault: Vault
    keystore: Keystore
    claim_keys: ClaimKeys
    clock: Clock
    randomness: Randomness
    _close: tuple[Callable[[], None], ...]

    @property
    def public(self) -> Path:
        """The published tree, the only part of the folder that a web server may see."""
        return self.folder / "public"

    @property
    def log_id(self) -> UUID:
        """Stream of the genesis, under which all events about the base are filed."""
        return self.settings.log_id

    def desk(self) -> Desk:
        """A desk on what is recorded now."""
        return Desk(self.store, self.vault, self.keystore, self.claim_keys, self.log_id, self.clock, self.randomness)

    def log_signers(self) -> LogSigners:
        """The log's own keys. Raises Refusal `no-key`."""
        base = self.desk().base
        checkpoint, receipt, status, document = (
            self.keystore.signer(base.code, kind, base.keys)
            for kind in (CHECKPOINT_KIND, RECEIPT_KIND, STATUS_KIND, DOCUMENT_KIND)
        )
        return LogSigners(checkpoint, receipt, status, document)

    def former_checkpoint_signers(self) -> list[Signer]:
        """Keys that signed checkpoints before the present one, and lie in the keystore still."""
        current = self.log_signers().checkpoint
        return [item for item in self.keystore.signers() if CHECKPOINT_KIND in item.kinds and item != current]

    def close(self) -> None:
        """Closes the databases."""
        for close in self._close:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ledger_folder(address: str) -> Path:
    """The folder of a ledger's address. Raises SettingsError for a kind of address that this version cannot serve."""
    if "://" in address:
        scheme = address.partition("://")[0]
        raise SettingsError(f"a ledger at {scheme}:// cannot be opened by this version: give a folder")
    return Path(address)


def open_ledger(address: str, clock: Clock = system_clock, randomness: Randomness = os.urandom) -> Ledger:
    """Opens a ledger. Raises SettingsError, KeystoreError or StoreError, each naming what is wrong."""
    folder = ledger_folder(address)
    settings = read_settings(folder)
    for name in (DATABASE, DATA_KEYS):
        if not (folder / name).exists():  # never made anew: that would look like an empty ledger
            raise StoreError(f"{folder / name} is missing: restore it from a backup")
    master = read_master_key(master_key_path(folder, settings.log_id, settings.master_key))
    return assemble(folder, settings, master, clock, randomness)


def assemble(folder: Path, settings: Settings, master: bytes, clock: Clock, randomness: Randomness) -> Ledger:
    """Puts a ledger's parts together; makes the databases where they are not there."""
    store = SqliteStore.open(folder / DATABASE)
    data_keys = SqliteDataKeys(folder / DATA_KEYS, derive(master, "data-keys"))
    for erased in store.erasures():  # a crash or an old backup may have left a key that an erasure destroyed
        data_keys.destroy(erased)
    return Ledger(
        folder,
        settings,
        store,
        data_keys,
        Vault(data_keys),
        Keystore(folder / "keys", master),
        ClaimKeys(derive(master, "claims")),
        clock,
        randomness,
        (store.close, data_keys.close),
    )
