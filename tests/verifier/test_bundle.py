"""Transparent statements, as they travel on paper: everything in them is bound to a signature."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sample_log import ISSUING, RECEIPTS, SampleLog, award, proof, signed
from verifier import bundle, cbor, receipt, record, statement
from verifier.errors import BadSignature, Malformed, NotIncluded, UnknownKey, VerificationError
from verifier.events import Event
from verifier.receipt import Included

PROOF = proof()
READ = bundle.parse(PROOF)
KEYS = {ISSUING.kid: ISSUING.public, RECEIPTS.kid: RECEIPTS.public}


def known(kid: bytes) -> bytes:
    if kid not in KEYS:
        raise UnknownKey("the key id is that of no key here")
    return KEYS[kid]


def check(data: bytes) -> tuple[Event, Included]:
    """All that a proof can be asked with two keys: who signed it, what it shows, and that it is in the log."""
    read = bundle.parse(data)
    checked = statement.verify_signature(read.statement, known(read.statement.kid))
    shown = record.reveal(checked.record, read.disclosures)
    subject = statement.subject_of(checked.stream_id)
    return shown, receipt.verify(read.receipt, checked.leaf, subject, known(read.receipt.kid))


def with_header(header: Any) -> bytes:
    """The good statement with something else in its unprotected header."""
    parts = [READ.statement.protected, header, READ.statement.payload, READ.statement.signature]
    return b"\xd2" + cbor.encode(parts)


def test_a_proof_shows_the_paper_and_where_it_is_in_the_log() -> None:
    shown, included = check(PROOF)
    assert (shown.name, shown.number) == (award(1).name, award(1).number)  # type: ignore[attr-defined]
    assert (included.index, included.size) == (7, 21)
    assert READ.statement.raw == signed(award(1))[0]


def test_it_is_what_a_general_encoder_makes_of_it() -> None:
    disclosures = [cbor.decode(item) for item in READ.disclosures]
    assert with_header({17: disclosures, 394: [READ.receipt.raw]}) == PROOF


def test_every_bit_of_a_proof() -> None:
    """Nothing in a proof may change harmlessly."""
    for bit in range(len(PROOF) * 8):
        flipped = bytearray(PROOF)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            check(bytes(flipped))


def test_cut_short_or_followed_by_something() -> None:
    for data in (*(PROOF[:end] for end in range(len(PROOF))), PROOF + b"\0", PROOF + PROOF):
        with pytest.raises(Malformed):
            bundle.parse(data)


def test_fewer_disclosures_show_less_and_prove_as_much() -> None:
    bare = bundle.make(READ.statement.raw, [], [READ.receipt.raw])
    shown, included = check(bare)
    assert shown == READ.statement.record.event
    assert included == check(PROOF)[1]


def test_all_disclosures_show_all() -> None:
    entry, disclosures = signed(award(1))
    assert check(bundle.make(entry, disclosures, [READ.receipt.raw]))[0] == award(1)


@pytest.mark.parametrize(
    "header",
    [
        {},
        {17: [b"x"]},
        {394: []},
        {394: [READ.receipt.raw] * 2},
        {394: READ.receipt.raw},
        {394: {0: READ.receipt.raw}},
        {394: [READ.receipt.raw.hex()]},
        {394: [b""]},
        {394: [READ.receipt.raw + b"\0"]},
        {394: [READ.statement.raw]},
        {394: [PROOF]},
        {17: [], 394: [READ.receipt.raw]},
        {17: b"x", 394: [READ.receipt.raw]},
        {17: ["x"], 394: [READ.receipt.raw]},
        {17: [[bytes(16), "x", "name"]], 394: [READ.receipt.raw]},
        {4: b"kid", 394: [READ.receipt.raw]},
        {395: 1, 394: [READ.receipt.raw]},
        {"17": [], 394: [READ.receipt.raw]},
    ],
)
def test_headers_in_no_legal_form(header: Any) -> None:
    with pytest.raises(Malformed):
        bundle.parse(with_header(header))


def test_a_receipt_of_another_entry_or_for_another_statement() -> None:
    log = SampleLog.of_statements(20)
    with pytest.raises(NotIncluded):
        check(bundle.make(READ.statement.raw, READ.disclosures, [log.receipt(0)]))
    moved = bundle.make(log.entries[0], [], [READ.receipt.raw])
    with pytest.raises(NotIncluded):
        check(moved)


def test_a_statement_that_somebody_else_signed() -> None:
    forged = READ.statement.raw[:-64] + RECEIPTS.sign(
        statement.to_be_signed(READ.statement.protected, READ.statement.payload)
    )
    with pytest.raises(BadSignature):
        check(bundle.make(forged, READ.disclosures, [READ.receipt.raw]))


def test_a_proof_is_small() -> None:
    with pytest.raises(Malformed, match="at most"):
        bundle.parse(PROOF + bytes(bundle.MAX_SIZE))
    assert len(PROOF) < 1300
