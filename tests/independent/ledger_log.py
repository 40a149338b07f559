"""The log of a real ledger: the sample pack taken in by the commands, signed and published, with receipts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import ledger.sample
from ledger import publication
from ledger.open import open_ledger
from ledger.receipts import receipt_for
from ledger.sequencer import Sequencer
from ledger.tiles import DiskFolder, tree_in
from verifier import statement
from verifier.note import VerifierKey

PACK = Path(ledger.sample.__file__).parent / "base-pack"


@dataclass(frozen=True)
class LedgerLog:
    """What a stranger gets to see of a ledger, and the receipts that its holders have."""

    folder: Path
    vkey: str
    origin: str
    receipt_key: bytes
    receipts: dict[int, tuple[bytes, bytes]]
    """Statement and receipt of awards, by index."""


def certledger(*arguments: str, home: Path) -> None:
    """Runs the command, its master key kept in a configuration folder of the test's own."""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(home)}
    command = [sys.executable, "-m", "ledger", *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def make(home: Path) -> LedgerLog:
    """Makes a ledger below `home`, takes the sample pack in and publishes it to `home/published`."""
    address = str(home / "ledger")
    certledger("init", "--ledger", address, home=home)
    certledger("intake", str(PACK), "--ledger", address, home=home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(home))
        with open_ledger(address) as opened:
            signers, origin = opened.log_signers(), opened.settings.origin
            folder = DiskFolder(home / "published")
            Sequencer(opened.store, folder, signers.checkpoint, origin).run_once(time.time_ns() // 1_000_000)
            head = publication.publish(opened.store, folder, signers.status, int(time.time()))
            fetch = tree_in(folder, head.size).hash
            receipts: dict[int, tuple[bytes, bytes]] = {}
            for index, entry in enumerate(opened.store.entries(0, head.size)):
                read = statement.parse(entry.statement)
                if read.record.type.printed:
                    subject = statement.subject_of(read.stream_id)
                    receipts[index] = (
                        read.raw,
                        receipt_for(index, head, fetch, signers.receipt, origin, subject),
                    )
            vkey = str(VerifierKey(origin, signers.checkpoint.public_key))
            return LedgerLog(home / "published", vkey, origin, signers.receipt.public_key, receipts)
