"""The worked example of docs/formats.md is what the code makes, and it verifies."""

from __future__ import annotations

import re
from hashlib import sha256

from tests.docs import worked_example
from verifier import bundle, checkpoint, statement, verification_receipt
from verifier.keys import thumbprint
from verifier.receipt import verify
from verifier.statement import subject_of
from verifier.verify import verify_proof

EXAMPLE = worked_example.make()
TEXT = worked_example.DOCUMENT.read_text("utf-8")


def hex_after(words: str) -> bytes:
    """The bytes of the first hexadecimal block behind some words of the document."""
    block = re.search(r"```text\n([0-9a-f\n]+)```", TEXT[TEXT.index(words) :])
    assert block
    return bytes.fromhex(block[1].replace("\n", ""))


def test_the_document_shows_what_the_code_makes() -> None:
    assert worked_example.written(TEXT, EXAMPLE) == TEXT


def test_the_proof_in_the_document_verifies_by_its_trust_file() -> None:
    proved = verify_proof(hex_after("The Transparent Statement (`proof.cbor`)"), EXAMPLE.trusted())
    assert (proved.index, proved.event.number, proved.event.name) == (5, worked_example.NUMBER, "测试学员")


def test_the_entry_is_the_transparent_statement_with_an_empty_header() -> None:
    read = bundle.parse(hex_after("The Transparent Statement (`proof.cbor`)"))
    assert read.statement.raw == hex_after("The log entry, ")
    assert statement.parse(read.statement.raw).payload == hex_after("Payload, ")


def test_the_disclosures_hash_to_the_commitments() -> None:
    read = statement.parse(EXAMPLE.entry)
    shown = hex_after("The first disclosure, `print`"), hex_after("The second, `rest`")
    assert tuple(sha256(item).digest() for item in shown) == read.record.commitments


def test_receipt_and_checkpoint_are_over_one_root() -> None:
    head = checkpoint.verify(EXAMPLE.checkpoint, [worked_example.VERIFIER_KEY], worked_example.ORIGIN)
    read = bundle.parse(EXAMPLE.proof)
    subject = subject_of(read.statement.stream_id)
    included = verify(read.receipt, read.statement.leaf, subject, worked_example.RECEIPTS.public)
    assert (included.size, included.root) == (head.size, head.root)


def test_the_verification_receipt_is_of_the_same_log() -> None:
    read = verification_receipt.parse(hex_after("A verification receipt (§16)"))
    verification_receipt.verify_signature(read, worked_example.DOCUMENTS.public)
    assert (read.genesis, read.files) == (EXAMPLE.trusted().genesis, {"checkpoint": EXAMPLE.checkpoint})
    assert [(item.presented.text, item.state, item.code) for item in read.items] == [
        (worked_example.NUMBER, "unknown", "no-match")
    ]


def test_the_key_ids_in_the_document_are_thumbprints() -> None:
    shown = re.findall(r"public ([0-9a-f]{64})\n  kid    ([0-9a-f]{64})", TEXT)
    assert [thumbprint(bytes.fromhex(public)).hex() for public, _ in shown] == [kid for _, kid in shown]
    assert len(shown) == 2
