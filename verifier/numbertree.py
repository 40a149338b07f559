"""The index of every number that was ever issued: a Merkle trie of number hashes, a fold of the log and nothing else.

A tile is the node over all numbers whose hash begins with the same hexadecimal digits:

    bucket  0x00 ‖ (hash of the number, 32 bytes ‖ index of the award's entry, 8 bytes big-endian)*, sorted
    branch  0x01 ‖ 16 × SHA-256 of the tile below by the next digit, zeros where there is none

More than `BUCKET` numbers make a branch, fewer a bucket, so the same numbers give the same tiles whatever their order.
The tiles from the root down to the bucket of a number are the proof that it is in there, and at which entry, or that
it is not: each names the hash of the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby, pairwise
from typing import Final

from verifier.errors import Malformed, NotIncluded
from verifier.merkle import HASH_SIZE

BUCKET: Final = 256
"""Numbers of the largest bucket."""
EMPTY: Final = bytes(HASH_SIZE)
"""Stands for a tile without any number: there is no such tile."""

_BRANCHES: Final = 16
_INDEX_SIZE: Final = 8
_ITEM_SIZE: Final = HASH_SIZE + _INDEX_SIZE
_BUCKET_MARK, _BRANCH_MARK = b"\x00", b"\x01"
MAX_TILES: Final = 2 * HASH_SIZE + 1
"""A bucket under a branch for every digit of a hash."""
MAX_TILE_SIZE: Final = 1 + BUCKET * _ITEM_SIZE

_TILE_PATH: Final = re.compile("numbers/([0-9a-f]{2})/([0-9a-f]{62})")

Fetch = Callable[[bytes], bytes]
"""Gives a tile by its hash; what it raises ends the walk."""


def tile_path(digest: bytes) -> str:
    """Where a tile is published, below the log's prefix: by its content, so that it never changes."""
    name = digest.hex()
    return f"numbers/{name[:2]}/{name[2:]}"


def digest_in(path: str) -> bytes | None:
    """The hash that a tile's path names; None for any other path."""
    found = _TILE_PATH.fullmatch(path)
    return bytes.fromhex(found[1] + found[2]) if found else None


@dataclass(slots=True)
class NumberTree:
    """All numbers so far. Not shared between threads."""

    _added: dict[bytes, int] = field(default_factory=dict)
    _buckets: dict[str, list[bytes]] = field(default_factory=dict)
    _branches: dict[str, list[bytes]] = field(default_factory=dict)
    _count: int = 0
    _root: bytes = EMPTY

    def add(self, number_hash: bytes, index: int) -> None:
        """Takes in the number of the award at a log index; of two awards with one number the first one counts."""
        self._added.setdefault(number_hash, index)

    @property
    def root(self) -> bytes:
        """The hash of the topmost tile; `EMPTY` without any number."""
        self._settle()
        return self._root

    @property
    def count(self) -> int:
        """How many numbers there are."""
        self._settle()
        return self._count

    def missing(self, there: Callable[[bytes], bool], prefix: str = "") -> Iterator[tuple[bytes, bytes, bool]]:
        """The tiles that are not `there`, by hash, each behind those below it; true where it is a branch.

        A branch that is there is taken to have all that is below it there too.
        """
        if prefix == "":
            self._settle()
        tile = self._tile(prefix)
        digest = sha256(tile).digest()
        if tile == _BUCKET_MARK or there(digest):
            return
        for place, child in enumerate(self._branches.get(prefix, ())):
            if child != EMPTY:
                yield from self.missing(there, prefix + f"{place:x}")
        yield digest, tile, prefix in self._branches

    def digests(self) -> set[bytes]:
        """The hashes of all tiles."""
        return {digest for digest, _, _ in self.missing(lambda digest: False)}

    def _settle(self) -> None:
        if self._added:
            added = sorted(number + index.to_bytes(_INDEX_SIZE, "big") for number, index in self._added.items())
            self._added = {}
            self._root = self._merge("", added)

    def _merge(self, prefix: str, added: list[bytes]) -> bytes:
        """Puts sorted items below a prefix, and gives the hash of the tile there."""
        branch = self._branches.get(prefix)
        if branch is None:
            held = self._buckets.pop(prefix, [])
            added = _union(held, added)
            self._count += len(added) - len(held)
            if len(added) <= BUCKET:
                self._buckets[prefix] = added
                return sha256(self._tile(prefix)).digest()
            self._count -= len(added)  # counted again below
            branch = self._branches[prefix] = [EMPTY] * _BRANCHES
        for place, items in groupby(added, lambda item: _digit(item, len(prefix))):
            branch[place] = self._merge(prefix + f"{place:x}", list(items))
        return sha256(self._tile(prefix)).digest()

    def _tile(self, prefix: str) -> bytes:
        if prefix in self._branches:
            return _BRANCH_MARK + b"".join(self._branches[prefix])
        return _BUCKET_MARK + b"".join(self._buckets.get(prefix, ()))


def tree_over(numbers: Iterable[tuple[bytes, int]]) -> NumberTree:
    """The index of number hashes with the log indices of their awards."""
    tree = NumberTree()
    for number_hash, index in numbers:
        tree.add(number_hash, index)
    return tree


def walk(number_hash: bytes, root: bytes, fetch: Fetch) -> list[bytes]:
    """The proof about a number: the tiles from the root on. Raises VerificationError and what `fetch` raises."""
    tiles: list[bytes] = []
    wanted = root
    while wanted != EMPTY:
        tiles.append(fetch(wanted))
        if sha256(tiles[-1]).digest() != wanted:
            raise NotIncluded(f"tile {wanted.hex()[:16]} of the number index is another one than its name says")
        following = _next(tiles[-1], number_hash, len(tiles) - 1)
        if following is None:
            break
        wanted = following
    return tiles


def find(number_hash: bytes, root: bytes, tiles: Sequence[bytes]) -> int | None:
    """The log index of the award with this number by a proof under this root; None where it was never issued.

    Raises NotIncluded for tiles that do not lead from the root to where the number would be, Malformed.
    """
    if len(number_hash) != HASH_SIZE or len(tiles) > MAX_TILES:
        raise Malformed("a proof about a number is about 32 bytes, by no more tiles than a hash has digits")
    # (1) Each tile is the one that the tile before it names for the number's next digit.
    wanted: bytes | None = root
    for depth, tile in enumerate(tiles):
        if wanted is None or sha256(tile).digest() != wanted:
            raise NotIncluded("the tiles of the proof do not lead from the signed root to the number's place")
        wanted = _next(tile, number_hash, depth)
    # (2) They end at a bucket, or where there is nothing.
    if wanted == EMPTY:
        return None
    if wanted is not None:
        raise NotIncluded("the proof ends before the place of the number")
    # (3) The bucket holds the number, or not.
    for item in _items(tiles[-1], number_hash, len(tiles) - 1):
        if item[:HASH_SIZE] == number_hash:
            return int.from_bytes(item[HASH_SIZE:], "big")
    return None


def _next(tile: bytes, number_hash: bytes, depth: int) -> bytes | None:
    """The hash of the tile below by the number's digit; None for a bucket, which has none below it."""
    if tile[:1] == _BRANCH_MARK:
        if len(tile) != 1 + _BRANCHES * HASH_SIZE or depth >= MAX_TILES - 1:
            raise Malformed("a branch of the number index is 16 hashes long and stands for a digit")
        start = 1 + _digit(number_hash, depth) * HASH_SIZE
        return tile[start : start + HASH_SIZE]
    _items(tile, number_hash, depth)
    return None


def _items(tile: bytes, number_hash: bytes, depth: int) -> list[bytes]:
    """The items of a bucket, in the one form that it has. Raises Malformed."""
    body = tile[1:]
    if tile[:1] != _BUCKET_MARK or not body or len(body) % _ITEM_SIZE or len(tile) > MAX_TILE_SIZE:
        raise Malformed("a tile of the number index is neither a branch nor a bucket")
    items = [body[at : at + _ITEM_SIZE] for at in range(0, len(body), _ITEM_SIZE)]
    numbers = [item[:HASH_SIZE] for item in items]
    if any(one >= other for one, other in pairwise(numbers)):
        raise Malformed("the numbers of a bucket are not in their order")
    prefix = number_hash.hex()[:depth]
    if any(number.hex()[:depth] != prefix for number in numbers):
        raise Malformed("a bucket of the number index holds a number of another place")
    return items


def _union(held: list[bytes], added: list[bytes]) -> list[bytes]:
    """Both in order; of items with one number the first, which is that of the lowest index."""
    return [next(items) for _, items in groupby(sorted([*held, *added]), lambda item: item[:HASH_SIZE])]


def _digit(number_hash: bytes, depth: int) -> int:
    byte = number_hash[depth // 2]
    return byte & 15 if depth & 1 else byte >> 4
