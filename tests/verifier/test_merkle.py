"""The tree at every size to 70, against the definitions of RFC 6962 §2.1 written down as they stand there."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier import merkle
from verifier.errors import Inconsistent, NotIncluded
from verifier.merkle import Frontier

SIZES = 70
LEAVES = [merkle.leaf_hash(b"entry %d" % n) for n in range(SIZES + 1)]
WRONG = sha256(b"wrong").digest()


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1."""
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return [*path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


ROOTS = [merkle.EMPTY_ROOT, *(mth(LEAVES[:size]) for size in range(1, SIZES + 1))]


def fetch(level: int, position: int) -> bytes:
    leaves = LEAVES[position << level : (position + 1) << level]
    assert len(leaves) == 1 << level, "asked for a subtree that is not complete"
    return mth(leaves)


def test_hashes() -> None:
    assert merkle.leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert merkle.node_hash(WRONG, LEAVES[0]) == sha256(b"\x01" + WRONG + LEAVES[0]).digest()
    assert sha256(b"").digest() == merkle.EMPTY_ROOT


def test_roots() -> None:
    frontier = Frontier()
    for size in range(SIZES + 1):
        assert merkle.root_of(LEAVES[:size]) == ROOTS[size]
        assert frontier.root == ROOTS[size]
        assert frontier.size == size
        frontier = frontier.extend([LEAVES[size]])


@given(st.lists(st.integers(0, 20), max_size=6))
def test_a_frontier_grows_the_same_in_any_portions(portions: list[int]) -> None:
    leaves = [merkle.leaf_hash(b"%d" % n) for n in range(sum(portions))]
    frontier, at = Frontier(), 0
    for portion in portions:
        frontier = Frontier.from_bytes(frontier.extend(leaves[at : at + portion]).to_bytes())
        at += portion
    assert frontier == Frontier().extend(leaves)
    assert frontier.root == merkle.root_of(leaves)


@pytest.mark.parametrize(
    "data", [b"", bytes(7), bytes(9), bytes(40), (3).to_bytes(8, "big") + bytes(32), (1).to_bytes(8, "big")]
)
def test_bytes_that_are_no_frontier(data: bytes) -> None:
    with pytest.raises(Inconsistent):
        Frontier.from_bytes(data)


def test_inclusion_at_every_size_and_index() -> None:
    for size in range(1, SIZES + 1):
        for index in range(size):
            proof = merkle.inclusion_path(index, size, fetch)
            assert proof == path(index, LEAVES[:size])
            merkle.verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            assert merkle.root_from_path(LEAVES[index], index, size, proof) == ROOTS[size]


def test_an_inclusion_proof_proves_nothing_else() -> None:
    for size in range(1, SIZES + 1):
        for index in range(size):
            proof = path(index, LEAVES[:size])
            leaf, root = LEAVES[index], ROOTS[size]
            for wrong in (
                (WRONG, index, size, proof, root),
                (leaf, index, size, proof, WRONG),
                (leaf, index, size, [*proof, WRONG], root),
                (leaf, index, size, [WRONG, *proof], root),
                (leaf, index, size, proof[:-1], root if proof else WRONG),
                (leaf, (index + 1) % size if size > 1 else 1, size, proof, root),
                (leaf, index ^ 1, size, proof, root),
                (leaf, -1, size, proof, root),
                (leaf, size, size, proof, root),
                (leaf, index, index, proof, root),
                (leaf[:-1], index, size, proof, root),
            ):
                with pytest.raises(NotIncluded):
                    merkle.verify_inclusion(*wrong)
            for at in range(len(proof)):
                for node in (WRONG, proof[at][:-1]):
                    with pytest.raises(NotIncluded):
                        merkle.verify_inclusion(leaf, index, size, [*proof[:at], node, *proof[at + 1 :]], root)


def test_the_size_alone_is_not_proved_by_a_path() -> None:
    """Why receipts sign the size (FORMATS §4): with another size a path can lead to the same root."""
    index, size = 9, 20
    proof = path(index, LEAVES[:size])
    same = []
    for other in range(1, SIZES):
        try:
            if merkle.root_from_path(LEAVES[index], index, other, proof) == ROOTS[size]:
                same.append(other)
        except NotIncluded:
            continue
    assert size in same
    assert len(same) > 1


def test_consistency_of_every_two_sizes() -> None:
    merkle.verify_consistency(0, 0, merkle.consistency_path(0, 0, fetch), ROOTS[0], ROOTS[0])
    for new in range(1, SIZES + 1):
        for old in range(1, new + 1):
            proof = merkle.consistency_path(old, new, fetch)
            assert proof == subproof(old, LEAVES[:new])
            merkle.verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])


def test_a_consistency_proof_proves_nothing_else() -> None:
    for new in range(1, SIZES + 1):
        for old in range(1, new + 1):
            proof = subproof(old, LEAVES[:new])
            first, second = ROOTS[old], ROOTS[new]
            for wrong in (
                (old, new, proof, WRONG, second),
                (old, new, proof, first, WRONG),
                (old, new, [*proof, WRONG], first, second),
                (old, new, [WRONG, *proof], first, second),
                (new + 1, new, proof, first, second),
                (-1, new, proof, first, second),
                (0, new, proof, first, second),
                (0, new, [WRONG], merkle.EMPTY_ROOT, second),
                (0, new, [], merkle.EMPTY_ROOT, second),
            ):
                with pytest.raises(Inconsistent):
                    merkle.verify_consistency(*wrong)
            for at in range(len(proof)):
                for spoilt in (
                    [*proof[:at], WRONG, *proof[at + 1 :]],
                    [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
                    [*proof[:at], *proof[at + 1 :]],
                ):
                    with pytest.raises(Inconsistent):
                        merkle.verify_consistency(old, new, spoilt, first, second)


def test_a_rewritten_history_has_no_proof() -> None:
    rewritten = [*LEAVES[:3], WRONG, *LEAVES[4:]]
    for new in range(5, SIZES):
        for old in range(4, new):
            with pytest.raises(Inconsistent):
                merkle.verify_consistency(old, new, subproof(old, rewritten[:new]), ROOTS[old], mth(rewritten[:new]))


def test_places_outside_the_tree() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(NotIncluded):
            merkle.inclusion_path(index, size, fetch)
    for old, new in ((6, 5), (-1, 5)):
        with pytest.raises(Inconsistent):
            merkle.consistency_path(old, new, fetch)


def flips(proof: list[bytes]) -> Iterator[list[bytes]]:
    data = b"".join(proof)
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield [bytes(flipped[at : at + 32]) for at in range(0, len(flipped), 32)]


def test_every_bit_of_a_proof() -> None:
    index, old, size = 37, 50, 70
    for spoilt in flips(path(index, LEAVES[:size])):
        with pytest.raises(NotIncluded):
            merkle.verify_inclusion(LEAVES[index], index, size, spoilt, ROOTS[size])
    for spoilt in flips(subproof(old, LEAVES[:size])):
        with pytest.raises(Inconsistent):
            merkle.verify_consistency(old, size, spoilt, ROOTS[old], ROOTS[size])
