"""Receipts for entries under a signed checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.receipts import NotYetSigned, receipt_for
from ledger.sequencer import Sequencer
from ledger.store import SignedHead
from ledger.tiles import DiskFolder, tree_in
from tests.ledger.small_ledger import CHECKPOINTS, ORIGIN, RECEIPTS, ROOT, SmallLedger, fill, found, genesis
from tests.sample_log import RECORDED_AT
from verifier import receipt
from verifier.errors import NotIncluded
from verifier.statement import parse, subject_of

LATER = RECORDED_AT + 3600_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SmallLedger]:
    made = SmallLedger(tmp_path / "ledger")
    found(made)
    yield made
    made.close()


def folder(ledger: SmallLedger) -> DiskFolder:
    return DiskFolder(ledger.folder / "public")


def sign(ledger: SmallLedger) -> SignedHead:
    head = Sequencer(ledger.store, folder(ledger), CHECKPOINTS, ORIGIN).run_once(LATER)
    assert head is not None
    return head


@pytest.mark.parametrize("size", [13, 255, 256, 257, 513])
def test_every_entry_has_a_receipt_that_verifies(ledger: SmallLedger, size: int) -> None:
    fill(ledger, size - ledger.store.head().size)
    head = sign(ledger)
    tree = tree_in(folder(ledger), head.size)
    for entry in ledger.store.entries(0, size)[:: max(1, size // 40)]:
        subject = subject_of(entry.stream_id)
        made = receipt_for(entry.index, head, tree.hash, RECEIPTS, ORIGIN, subject)
        read = receipt.parse(made)
        assert read.issuer == f"https://{ORIGIN}"
        proved = receipt.verify(read, parse(entry.statement).leaf, subject, RECEIPTS.public_key)
        assert (proved.index, proved.size, proved.root) == (entry.index, head.size, head.root)


def test_an_entry_that_is_not_signed_yet_has_none(ledger: SmallLedger) -> None:
    head = sign(ledger)
    fill(ledger, 1)
    tree = tree_in(folder(ledger), head.size)
    for index in (head.size, -1):
        with pytest.raises(NotYetSigned, match=f"entry {index} "):
            receipt_for(index, head, tree.hash, RECEIPTS, ORIGIN, "urn:uuid:x")


def test_hashes_that_do_not_lead_to_the_signed_root_are_not_signed(ledger: SmallLedger) -> None:
    head = sign(ledger)
    with pytest.raises(NotIncluded):
        receipt_for(3, head, lambda level, position: bytes(32), RECEIPTS, ORIGIN, "urn:uuid:x")


def test_a_log_of_one_entry_has_no_receipts(tmp_path: Path) -> None:
    ledger = SmallLedger(tmp_path / "one")
    ledger.record(ROOT, genesis())
    head = sign(ledger)
    tree = tree_in(folder(ledger), 1)
    with pytest.raises(ValueError, match="no legal path"):
        receipt_for(0, head, tree.hash, RECEIPTS, ORIGIN, "urn:uuid:x")
    ledger.close()


@pytest.mark.parametrize(("size", "reads"), [(300, 2), (2000, 3)])
def test_a_receipt_reads_a_few_tiles_and_no_more(ledger: SmallLedger, size: int, reads: int) -> None:
    """Work grows with the height of the tree: a tile of each level for the path, and the edge of each."""
    fill(ledger, size - ledger.store.head().size)
    head = sign(ledger)
    asked: list[str] = []
    inner = folder(ledger)

    class Counting(DiskFolder):
        def read(self, path: str) -> bytes | None:
            asked.append(path)
            return super().read(path)

    tree = tree_in(Counting(inner.root), head.size)
    subject = subject_of(ledger.store.entries(20, 1)[0].stream_id)
    receipt_for(20, head, tree.hash, RECEIPTS, ORIGIN, subject)
    assert len(asked) == reads
    receipt_for(21, head, tree.hash, RECEIPTS, ORIGIN, subject)
    assert len(asked) == reads
