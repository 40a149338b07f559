"""RFC 9942 receipts: what they prove, and that one bit less proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sample_log import ORIGIN, RECEIPTS, SampleLog, Signer
from verifier import cbor, keys, receipt, statement
from verifier.errors import BadSignature, Malformed, NotIncluded, VerificationError
from verifier.receipt import Included

INDEX, SIZE = 9, 20
LOG = SampleLog.of_statements(40)
LEAF = LOG.leaves[INDEX]
SUBJECT = statement.subject_of(statement.parse(LOG.entries[INDEX]).stream_id)
GOOD = LOG.receipt(INDEX, SIZE)


def check(data: bytes, leaf: bytes = LEAF, subject: str = SUBJECT, signer: Signer = RECEIPTS) -> Included:
    return receipt.verify(receipt.parse(data), leaf, subject, signer.public)


def parts() -> tuple[dict[Any, Any], list[Any]]:
    """The protected header and the inclusion proof of the good receipt, to be changed."""
    protected, unprotected, _, _ = statement.cose_sign1_parts(GOOD)
    return cbor.decode(protected), cbor.decode(unprotected[receipt.VDP][receipt.INCLUSION][0])


def signed(headers: dict[Any, Any], unprotected: Any, payload: bytes | None = None) -> bytes:
    """A receipt that the log's key did sign, whatever it says."""
    protected = cbor.encode(headers)
    signature = RECEIPTS.sign(statement.to_be_signed(protected, LOG.root(SIZE)))
    return b"\xd2" + cbor.encode([protected, unprotected, payload, signature])


def proof_header(proof: Any) -> dict[Any, Any]:
    return {receipt.VDP: {receipt.INCLUSION: [cbor.encode(proof)]}}


def test_every_entry_of_every_size() -> None:
    for size in range(2, 41):
        for index in range(size):
            read = receipt.parse(LOG.receipt(index, size))
            assert (read.kid, read.issuer, read.size, read.index) == (RECEIPTS.kid, f"https://{ORIGIN}", size, index)
            proved = receipt.verify(read, LOG.leaves[index], read.subject, RECEIPTS.public)
            assert proved == Included(index, size, LOG.root(size))


def test_what_a_receipt_is_made_of() -> None:
    headers, proof = parts()
    assert headers == {1: -8, 4: RECEIPTS.kid, 15: {1: f"https://{ORIGIN}", 2: SUBJECT}, 395: 1, -65537: SIZE}
    assert proof == [SIZE, INDEX, LOG.inclusion(INDEX, SIZE)]
    assert signed(headers, proof_header(proof)) == GOOD


def test_every_bit_of_a_receipt() -> None:
    for bit in range(len(GOOD) * 8):
        flipped = bytearray(GOOD)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            check(bytes(flipped))


def test_cut_short_or_followed_by_something() -> None:
    for data in (*(GOOD[:end] for end in range(len(GOOD))), GOOD + b"\0", GOOD + GOOD):
        with pytest.raises(Malformed):
            receipt.parse(data)


def test_it_proves_nothing_of_another_entry_subject_or_key() -> None:
    assert check(GOOD) == Included(INDEX, SIZE, LOG.root(SIZE))
    with pytest.raises(NotIncluded):
        check(GOOD, leaf=LOG.leaves[INDEX + 1])
    with pytest.raises(NotIncluded, match="the receipt is for"):
        check(GOOD, subject="urn:uuid:00000000-0000-0000-0000-000000000000")
    with pytest.raises(NotIncluded, match="does not verify"):
        check(GOOD, signer=Signer("somebody else"))


@pytest.mark.parametrize("size", [n for n in range(41) if n != SIZE])
def test_the_size_is_signed(size: int) -> None:
    headers, (_, index, path) = parts()
    with pytest.raises(Malformed):  # some of these sizes have the same root: only the signed size tells
        receipt.parse(GOOD.replace(cbor.encode([SIZE, index, path]), cbor.encode([size, index, path])))
    with pytest.raises(VerificationError):
        check(signed({**headers, receipt.TREE_SIZE: size}, proof_header([SIZE, index, path])))


def test_the_algorithm_has_two_names() -> None:
    headers, proof = parts()
    assert check(signed({**headers, 1: -19}, proof_header(proof))).index == INDEX


HEADERS, PROOF = parts()
NODES = PROOF[2]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**HEADERS, 1: -7},
        {**HEADERS, 1: "EdDSA"},
        {**HEADERS, 2: [395]},
        {**HEADERS, 4: RECEIPTS.kid[:-1]},
        {**HEADERS, 4: "kid"},
        {**HEADERS, 15: {1: ORIGIN}},
        {**HEADERS, 15: {1: ORIGIN, 2: SUBJECT, 6: 0}},
        {**HEADERS, 15: {1: ORIGIN, 2: 7}},
        {**HEADERS, 15: [ORIGIN, SUBJECT]},
        {**HEADERS, 395: 2},
        {**HEADERS, 395: True},
        {**HEADERS, 395: "1"},
        {**HEADERS, -65537: True},
        {**HEADERS, -65537: None},
        *({key: value for key, value in HEADERS.items() if key != left_out} for left_out in HEADERS),
    ],
)
def test_headers_that_are_not_ours_though_signed(headers: dict[Any, Any]) -> None:
    with pytest.raises(Malformed):
        receipt.parse(signed(headers, proof_header(PROOF)))


@pytest.mark.parametrize(
    "unprotected",
    [
        {},
        {396: {}},
        {396: [cbor.encode(PROOF)]},
        {396: {-1: []}},
        {396: {-1: [cbor.encode(PROOF)] * 2}},
        {396: {-1: cbor.encode(PROOF)}},
        {396: {-1: [PROOF]}},
        {396: {-1: [cbor.encode(PROOF)], -2: []}},
        {396: {-2: [cbor.encode(PROOF)]}},
        {396: {-1: [cbor.encode(PROOF)]}, 4: b""},
        {396: {-1: [b""]}},
        {396: {-1: [cbor.encode(PROOF) + b"\0"]}},
        proof_header({}),
        proof_header(PROOF[:2]),
        proof_header([*PROOF, 0]),
        proof_header([str(SIZE), INDEX, NODES]),
        proof_header([SIZE, True, NODES]),
        proof_header([SIZE, -1, NODES]),
        proof_header([SIZE, SIZE, NODES]),
        proof_header([SIZE, INDEX, b"".join(NODES)]),
        proof_header([SIZE, INDEX, [NODES[0][:-1], *NODES[1:]]]),
        proof_header([SIZE, INDEX, [NODES[0].hex(), *NODES[1:]]]),
    ],
)
def test_proofs_in_no_legal_form(unprotected: Any) -> None:
    with pytest.raises(Malformed):
        receipt.parse(signed(HEADERS, unprotected))


@pytest.mark.parametrize("nodes", [[], NODES[:-1], [*NODES, NODES[0]], NODES[::-1], [bytes(32), *NODES[1:]]])
def test_paths_that_lead_elsewhere(nodes: list[bytes]) -> None:
    with pytest.raises(NotIncluded):
        check(signed(HEADERS, proof_header([SIZE, INDEX, nodes])))


def test_every_other_index() -> None:
    for index in range(SIZE):
        if index != INDEX:
            with pytest.raises(NotIncluded):
                check(signed(HEADERS, proof_header([SIZE, index, NODES])))


def test_an_attached_root_is_no_receipt() -> None:
    with pytest.raises(Malformed, match="detached"):
        receipt.parse(signed(HEADERS, proof_header(PROOF), LOG.root(SIZE)))


def test_a_tree_of_one_entry_has_no_receipt() -> None:
    with pytest.raises(ValueError, match="no legal path"):
        LOG.receipt(0, 1)
    headers = {**HEADERS, receipt.TREE_SIZE: 1}
    with pytest.raises(Malformed):
        receipt.parse(signed(headers, proof_header([1, 0, []])))


def test_the_signature_is_over_the_root_and_nothing_else() -> None:
    read = receipt.parse(GOOD)
    assert keys.verify(RECEIPTS.public, read.signature, statement.to_be_signed(read.protected, LOG.root(SIZE)))
    with pytest.raises(BadSignature):
        keys.verify(RECEIPTS.public, read.signature, statement.to_be_signed(read.protected, LOG.root(SIZE + 1)))
