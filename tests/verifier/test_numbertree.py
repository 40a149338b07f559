"""The index of numbers: one tree for the same numbers, proofs for every number, and no false one."""

from __future__ import annotations

import random
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.errors import Malformed, NotIncluded, VerificationError
from verifier.numbertree import BUCKET, EMPTY, NumberTree, find, tree_over, walk


def digest(n: int) -> bytes:
    return sha256(b"number %d" % n).digest()


def tiles_of(tree: NumberTree) -> dict[bytes, bytes]:
    return {name: tile for name, tile, _ in tree.missing(lambda name: False)}


def over(size: int) -> NumberTree:
    return tree_over((digest(n), 10 * n) for n in range(size))


@pytest.mark.parametrize("size", [1, 2, BUCKET - 1, BUCKET, BUCKET + 1, 3000, 9000])
def test_every_number_is_proved_in_and_every_other_out(size: int) -> None:
    tree = over(size)
    tiles = tiles_of(tree)
    assert tree.count == size
    for n in [*range(0, size, max(1, size // 50)), size - 1]:
        assert find(digest(n), tree.root, walk(digest(n), tree.root, tiles.__getitem__)) == 10 * n
    for n in range(size, size + 50):
        assert find(digest(n), tree.root, walk(digest(n), tree.root, tiles.__getitem__)) is None


def test_without_numbers_every_number_is_out_by_an_empty_proof() -> None:
    tree = NumberTree()
    assert (tree.root, tree.count, tiles_of(tree)) == (EMPTY, 0, {})
    assert find(digest(0), EMPTY, walk(digest(0), EMPTY, dict[bytes, bytes]().__getitem__)) is None


@settings(max_examples=40)
@given(st.sets(st.integers(0, 5000), min_size=1, max_size=700), st.randoms(use_true_random=False))
def test_the_same_numbers_give_the_same_tiles_whatever_their_order(numbers: set[int], chance: random.Random) -> None:
    shuffled = sorted(numbers)
    chance.shuffle(shuffled)
    grown = NumberTree()
    for n in shuffled:
        grown.add(digest(n), n)
        if not chance.randrange(100):
            assert grown.count  # settles what came so far
    assert tiles_of(grown) == tiles_of(tree_over((digest(n), n) for n in numbers))


def test_numbers_whose_hashes_begin_alike_go_as_deep_as_they_must() -> None:
    """Whoever draws numbers can draw them so that their hashes begin with the same digits."""
    alike = [bytes(30) + n.to_bytes(2, "big") for n in range(BUCKET + 1)]
    tree = tree_over((number, n) for n, number in enumerate(alike))
    tiles = tiles_of(tree)
    proof = walk(alike[-1], tree.root, tiles.__getitem__)
    assert (len(proof), find(alike[-1], tree.root, proof)) == (63, BUCKET)
    other = b"\xff" * 32
    assert find(other, tree.root, walk(other, tree.root, tiles.__getitem__)) is None


def test_of_two_awards_with_one_number_the_first_counts() -> None:
    for order in ([(digest(1), 7), (digest(1), 9)], [(digest(1), 9), (digest(1), 7)]):
        tree = NumberTree()
        for number, index in order:
            tree.add(number, index)
            assert tree.count == 1
        assert find(digest(1), tree.root, list(tiles_of(tree).values())) == 7


def test_what_is_there_is_not_given_again_and_branches_come_behind_what_they_name() -> None:
    tree = over(9000)
    there = tiles_of(tree)
    assert not list(tree.missing(there.__contains__))
    tree.add(digest(9000), 1)
    new = list(tree.missing(there.__contains__))
    assert 2 <= len(new) <= 4
    assert [is_branch for _, _, is_branch in new] == [False] + [True] * (len(new) - 1)
    assert new[-1][0] == tree.root


Spoil = Callable[[list[bytes]], list[bytes]]

SPOILT: dict[str, Spoil] = {
    "without its bucket": lambda tiles: tiles[:-1],
    "without its root": lambda tiles: tiles[1:],
    "without anything": lambda tiles: [],
    "with a tile too many": lambda tiles: [*tiles, tiles[-1]],
    "in another order": lambda tiles: tiles[::-1],
    "with the number taken out": lambda tiles: [*tiles[:-1], tiles[-1][:1] + tiles[-1][41:]],
    "with more tiles than a hash has digits": lambda tiles: tiles * 40,
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_proof_is_refused(name: str) -> None:
    tree = over(3000)
    number = min(digest(n) for n in range(3000))  # it stands first in its bucket
    proof = walk(number, tree.root, tiles_of(tree).__getitem__)
    assert len(proof) > 1
    with pytest.raises((NotIncluded, Malformed)):
        find(number, tree.root, SPOILT[name](proof))


def test_every_bit_of_a_proof_counts() -> None:
    tree = over(20)
    absent = digest(20)
    (tile,) = walk(absent, tree.root, tiles_of(tree).__getitem__)
    for bit in range(8 * len(tile)):
        spoilt = bytearray(tile)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            find(absent, tree.root, [bytes(spoilt)])


FALSE_TILES = {
    "another mark": b"\x02" + digest(1) + bytes(8),
    "nothing": b"",
    "an empty bucket": b"\x00",
    "half an item": b"\x00" + digest(1) + bytes(7),
    "a short branch": b"\x01" + bytes(15 * 32),
    "numbers out of order": b"\x00" + max(digest(1), digest(2)) + bytes(8) + min(digest(1), digest(2)) + bytes(8),
    "a number twice": b"\x00" + 2 * (digest(1) + bytes(8)),
    "more than a bucket holds": b"\x00" + b"".join(n.to_bytes(32, "big") + bytes(8) for n in range(BUCKET + 1)),
}


@pytest.mark.parametrize("name", FALSE_TILES)
def test_a_signed_root_over_no_tile_proves_nothing(name: str) -> None:
    tile = FALSE_TILES[name]
    with pytest.raises(Malformed):
        find(digest(1), sha256(tile).digest(), [tile])


def test_a_bucket_in_another_place_proves_nothing() -> None:
    """It would hide every number of its branch's digit."""
    stranger = bytes([digest(1)[0] ^ 0xF0]) + bytes(31)
    bucket = b"\x00" + stranger + bytes(8)
    branch = b"\x01" + 16 * sha256(bucket).digest()
    with pytest.raises(Malformed, match="another place"):
        find(digest(1), sha256(branch).digest(), [branch, bucket])


def test_a_tile_that_is_not_what_its_name_says_ends_the_walk() -> None:
    with pytest.raises(NotIncluded):
        walk(digest(1), digest(2), lambda name: b"\x00" + digest(3) + bytes(8))
