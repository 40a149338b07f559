"""`scitt-cose` verifies our receipts, statements and proofs, and refuses them when one bit is different."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.independent.ledger_log import LedgerLog
from tests.sample_log import ISSUER, ISSUING, ORIGIN, RECEIPTS, SampleLog, Signer, proof
from verifier import bundle, receipt, statement
from verifier.errors import VerificationError


def pem(raw: bytes) -> bytes:
    public = Ed25519PublicKey.from_public_bytes(raw)
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="module")
def log() -> SampleLog:
    return SampleLog.of_statements(40)


def check(library: ModuleType, data: bytes, entry: bytes, signer: Signer = RECEIPTS) -> Any:
    return library.verify_receipt(data, leaf_entry_hex=entry.hex(), log_public_key_pem=pem(signer.public))


@pytest.mark.parametrize("size", [2, 3, 4, 7, 8, 9, 31, 40])
def test_receipts_are_good(scitt_cose: ModuleType, log: SampleLog, size: int) -> None:
    for index in range(size):
        result = check(scitt_cose, log.receipt(index, size), log.entries[index])
        assert result.ok, result.errors
        assert (result.tree_size, result.leaf_index, result.root) == (size, index, log.root(size).hex())
        assert result.issuer == f"https://{ORIGIN}"
        assert result.subject == statement.subject_of(statement.parse(log.entries[index]).stream_id)


def test_receipts_of_a_ledgers_awards_are_good(scitt_cose: ModuleType, ledger_log: LedgerLog) -> None:
    assert len(ledger_log.receipts) > 5
    key = pem(ledger_log.receipt_key)
    entries = [entry for entry, _ in ledger_log.receipts.values()]
    for at, (index, (entry, data)) in enumerate(ledger_log.receipts.items()):
        result = scitt_cose.verify_receipt(data, leaf_entry_hex=entry.hex(), log_public_key_pem=key)
        assert (result.ok, result.leaf_index, result.issuer) == (True, index, f"https://{ledger_log.origin}")
        other = entries[at - 1].hex()
        assert not scitt_cose.verify_receipt(data, leaf_entry_hex=other, log_public_key_pem=key).ok


def test_another_entry_or_key_is_refused(scitt_cose: ModuleType, log: SampleLog) -> None:
    data = log.receipt(9)
    assert not check(scitt_cose, data, log.entries[10]).ok
    assert not check(scitt_cose, data, log.entries[9], Signer("somebody else")).ok


def test_every_bit_flipped_is_refused_save_where_other_sizes_have_the_same_root(
    scitt_cose: ModuleType, log: SampleLog
) -> None:
    """RFC 9942 does not sign the size: why our receipts carry it in the protected header, and what that gains."""
    data, entry, size = log.receipt(9, 20), log.entries[9], 20
    taken: dict[int, bytes] = {}
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        result = check(scitt_cose, bytes(flipped), entry)
        if result.ok:
            taken[result.tree_size] = bytes(flipped)
    assert set(taken) == {21, 22}
    parsed = receipt.parse(data)
    assert receipt.verify(parsed, statement.parse(entry).leaf, parsed.subject, RECEIPTS.public).size == size
    for flipped_size in taken.values():
        with pytest.raises(VerificationError):
            receipt.parse(flipped_size)


def test_statements_are_good_and_refused_when_changed(scitt_cose: ModuleType, log: SampleLog) -> None:
    for entry in log.entries[:3]:
        read = scitt_cose.parse_signed_statement(entry, public_key_pem=pem(ISSUING.public))
        assert (read["signature_verified"], read["issuer"]) == (True, ISSUER)
        assert read["payload"] == statement.parse(entry).payload
        changed = entry[:-1] + bytes([entry[-1] ^ 1])
        assert not scitt_cose.parse_signed_statement(changed, public_key_pem=pem(ISSUING.public))["signature_verified"]


def test_a_proof_holds_what_it_finds_in_it(scitt_cose: ModuleType) -> None:
    read = bundle.parse(proof())
    assert scitt_cose.extract_receipts(proof()) == [read.receipt.raw]
    assert check(scitt_cose, read.receipt.raw, read.statement.raw).ok
    assert scitt_cose.attach_receipts(read.statement.raw, [read.receipt.raw]) == bundle.make(
        read.statement.raw, [], [read.receipt.raw]
    )
