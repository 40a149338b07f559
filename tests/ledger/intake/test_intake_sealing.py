"""Sealing in a process of its own: the same bytes as here, and a clear word where that process is gone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.intake.sealing import SealingProcess
from ledger.seal import Circumstances, Draft, Prepared, Sealed, Sealer, seal_all
from ledger.signing import KeyFolder, Keystore, KeystoreError, Signer, signer_of
from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.store import Entry, Recorded
from ledger.vault import Vault
from tests.ledger.deciders.story import AWARDED, ENROLLED, OPENED, REGISTERED, REVOKED, TRAINEE, uuid
from verifier.keys import verify
from verifier.statement import parse, to_be_signed

SHARED = Circumstances(b"command-id-16byt", 1_767_225_600_000, "P-1", "P-2", uuid("pack"))
STORY = (REGISTERED, ENROLLED, AWARDED, REVOKED, OPENED)


@dataclass(frozen=True)
class Office:
    """What a ledger seals with."""

    keystore: Keystore
    vault: Vault
    sealer: Sealer
    signers: tuple[Signer, ...]

    def drafts(self) -> list[Draft]:
        """One life, its events signed by two keys in turns."""
        return [Draft(event, 3, TRAINEE, self.signers[n % 2]) for n, event in enumerate(STORY)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    keystore = Keystore(KeyFolder(tmp_path / "keys"), bytes(32))
    signers = tuple(keystore.create(code, "base", ["a.kind"], bytes([n]) * 32) for n, code in enumerate("AB"))
    with SqliteDataKeys(tmp_path / "data-keys.sqlite", bytes(32)) as keys:
        vault = Vault(keys)
        yield Office(keystore, vault, Sealer(vault, lambda code: f"https://{code}.example.org"), signers)


@pytest.fixture
def process(office: Office) -> Iterator[SealingProcess]:
    with SealingProcess(office.keystore, office.vault) as running:
        yield running


def opened(vault: Vault, entry: Entry) -> object:
    place = (0, entry.stream_id, entry.version, entry.topic)
    return vault.read(Recorded(*place, entry.statement, entry.leaf, entry.subject, entry.sealed))[1]


def test_it_makes_the_same_statements_as_this_process(office: Office, process: SealingProcess) -> None:
    for _ in range(2):  # the second batch needs no further key
        prepared, salts = office.sealer.prepare(office.drafts(), SHARED)
        process.start(prepared, SHARED, salts)
        sealed = process.finish()
        office.vault.prepare({TRAINEE})
        ciphers = {TRAINEE.bytes: office.vault.cipher(TRAINEE)}
        here = seal_all(prepared, SHARED, salts, {signer.kid: signer for signer in office.signers}, ciphers)
        assert [item[:2] for item in sealed] == [item[:2] for item in here]


def test_its_personal_values_open_here_and_its_signatures_are_good(office: Office, process: SealingProcess) -> None:
    drafts = office.drafts()
    process.start(*_batch(office, drafts))
    for draft, entry in zip(drafts, office.sealer.entries(drafts, process.finish()), strict=True):
        assert opened(office.vault, entry) == draft.event
        read = parse(entry.statement)
        verify(draft.signer.public_key, read.signature, to_be_signed(read.protected, read.payload))


def test_a_large_batch_passes_the_pipes(office: Office, process: SealingProcess) -> None:
    drafts = office.drafts() * 400
    process.start(*_batch(office, drafts))
    assert len(process.finish()) == len(drafts)


def test_a_key_that_is_not_in_the_keystore_seals_nothing(office: Office, process: SealingProcess) -> None:
    stranger = signer_of(b"s" * 32, "C", "base", ["a.kind"])
    with pytest.raises(KeystoreError, match=f"{stranger.kid.hex()[:16]} does not lie in this keystore"):
        process.start(*_batch(office, [Draft(REGISTERED, 1, TRAINEE, stranger)]))


def test_one_batch_at_a_time(office: Office, process: SealingProcess) -> None:
    process.start(*_batch(office, office.drafts()))
    with pytest.raises(ValueError, match="not taken yet"):
        process.start(*_batch(office, office.drafts()))


def test_a_process_killed_at_its_work_is_an_error(office: Office) -> None:
    with SealingProcess(office.keystore, office.vault) as running:
        os.kill(running.pid, signal.SIGKILL)
        with pytest.raises(KeystoreError, match="ended before its time"):
            _seal(running, _batch(office, office.drafts() * 400))


def _seal(running: SealingProcess, batch: tuple[list[Prepared], Circumstances, bytes]) -> list[Sealed]:
    running.start(*batch)
    return running.finish()


def _batch(office: Office, drafts: list[Draft]) -> tuple[list[Prepared], Circumstances, bytes]:
    prepared, salts = office.sealer.prepare(drafts, SHARED)
    return prepared, SHARED, salts
