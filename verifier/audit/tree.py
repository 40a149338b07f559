"""The tree recomputed from the entries, and every published tile compared with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from verifier import merkle
from verifier.audit.report import Problem
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, Inconsistent, NotIncluded
from verifier.fetch import PublishedLog
from verifier.merkle import HASH_SIZE
from verifier.tile import HEIGHT, WIDTH, Tile, tiles_of

_TILE_BYTES: Final = WIDTH * HASH_SIZE

Leaves = Callable[[int], bytes]
"""Gives the leaf hashes of a bundle by its number. Raises CouldNotCheck, Malformed."""


class Tree:
    """A tree that grows by whole bundles and keeps 32 bytes for each: leaf hashes are made again where they are needed.

    Of the lowest level only the last bundle's leaf hashes stay, as long as it is not full.
    """

    def __init__(self, leaves: Leaves, open_leaves: bytes = b"", levels: tuple[bytes, ...] = ()) -> None:
        """`leaves` gives the leaf hashes of a bundle again; what it gives is checked."""
        self._leaves = leaves
        self._open = open_leaves
        self._levels = [bytearray(level) for level in levels]
        """From level 1 on: the roots of complete subtrees of 256, 256² … leaves."""
        self._at_hand: tuple[int, bytes] = (-1, b"")

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._full * WIDTH + len(self._open) // HASH_SIZE

    @property
    def open_leaves(self) -> bytes:
        """Leaf hashes of the bundle that is not full yet."""
        return self._open

    @property
    def levels(self) -> tuple[bytes, ...]:
        """The hashes of levels 1 and up, for a state file."""
        return tuple(map(bytes, self._levels))

    def extend(self, leaves: bytes, root: bytes) -> int:
        """Takes in the leaf hashes of the next bundle, or of the open one with more in it, and their root.

        The number of leaves that were there already. Raises Inconsistent where they were others.
        """
        known = self._open
        if not leaves.startswith(known):
            raise Inconsistent(f"the entries from {self.size - len(known) // HASH_SIZE} on are others than before")
        self._open = leaves
        if len(leaves) == _TILE_BYTES:
            self._open = b""
            self._raise(0, root)
        return len(known) // HASH_SIZE

    def root(self, size: int) -> bytes:
        """Root over the first `size` leaves."""
        return merkle.tree_root(size, self._hash)

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile of hashes above the leaves."""
        assert tile.level
        start = tile.number * _TILE_BYTES
        return bytes(self._levels[tile.level - 1][start : start + tile.width * HASH_SIZE])

    def leaves(self, bundle: int) -> bytes:
        """The leaf hashes of a bundle. Raises Inconsistent where its entries are others now, CouldNotCheck."""
        if bundle >= self._full:
            return self._open
        if self._at_hand[0] != bundle:
            self._at_hand = (bundle, self.check_again(bundle, self._leaves(bundle)))
        return self._at_hand[1]

    def check_again(self, bundle: int, leaves: bytes) -> bytes:
        """The same leaf hashes of a bundle that was read again. Raises Inconsistent where they were others before."""
        if bundle >= self._full:
            same = leaves == self._open
        else:
            same = merkle.root_of(_hashes(leaves, 0, len(leaves) // HASH_SIZE)) == self._at(1, bundle)
        if not same:
            raise Inconsistent(f"the entries from {bundle * WIDTH} on were others a moment ago")
        return leaves

    @property
    def _full(self) -> int:
        """Number of full bundles."""
        return len(self._levels[0]) // HASH_SIZE if self._levels else 0

    def _raise(self, level: int, root: bytes) -> None:
        if level == len(self._levels):
            self._levels.append(bytearray())
        above = self._levels[level]
        above += root
        if len(above) % _TILE_BYTES == 0:
            self._raise(level + 1, merkle.root_of(_hashes(above, len(above) // _TILE_BYTES - 1, WIDTH)))

    def _at(self, level: int, position: int) -> bytes:
        return bytes(self._levels[level - 1][position * HASH_SIZE : (position + 1) * HASH_SIZE])

    def _hash(self, level: int, position: int) -> bytes:
        tile_level, inner = divmod(level, HEIGHT)
        if tile_level:
            return merkle.root_of(_hashes(self._levels[tile_level - 1], position, 1 << inner))
        bundle, offset = divmod(position << inner, WIDTH)
        return merkle.root_of(_hashes(self.leaves(bundle), offset >> inner, 1 << inner))


def check_leaves(first: int, leaves: bytes, log: PublishedLog) -> Problem | None:
    """Compares the published tile of leaf hashes that begins at entry `first` with the recomputed one."""
    return _compared(Tile(0, first // WIDTH, len(leaves) // HASH_SIZE), leaves, log)


def check_tiles(tree: Tree, log: PublishedLog, since: int = 0) -> Iterator[Problem]:
    """Compares the published tiles above the leaves, which a tree of `since` entries did not have."""
    for tile in tiles_of(tree.size, since):
        if tile.level and (problem := _compared(tile, tree.tile(tile), log)) is not None:
            yield problem


def _compared(tile: Tile, right: bytes, log: PublishedLog) -> Problem | None:
    try:
        published = _published(tile, log)
    except CouldNotCheck as error:
        return Problem.of(error, tile.path)
    return _difference(tile, published, right) if published != right else None


def _published(tile: Tile, log: PublishedLog) -> bytes:
    """A tile; where a partial one was taken away, the beginning of the full one in its place (C2SP)."""
    try:
        return log.get(tile.path)
    except CouldNotCheck:
        full = Tile(tile.level, tile.number)
        if full == tile:
            raise
        try:
            whole = log.get(full.path)
        except CouldNotCheck:
            pass
        else:
            return whole[: tile.width * HASH_SIZE]
        raise


def check_root(tree: Tree, size: int, root: bytes, what: str) -> None:
    """Raises Inconsistent unless the first `size` entries have this root."""
    if tree.root(size) != root:
        raise Inconsistent(f"the first {size} entries are not those that {what} was signed for")


def check_extends(tree: Tree, earlier: Checkpoint, what: str) -> None:
    """Raises Inconsistent unless the tree is that of an earlier checkpoint of the log, or leads on from it."""
    if earlier.size > tree.size:
        raise Inconsistent(
            f"{what} is of {earlier.size} entries and the log has only {tree.size}: "
            "it was cut back, or this copy is old"
        )
    check_root(tree, earlier.size, earlier.root, what)


def _difference(tile: Tile, published: bytes, right: bytes) -> Problem:
    same = next((at for at in range(min(len(published), len(right))) if published[at] != right[at]), None)
    at = (min(len(published), len(right)) if same is None else same) // HASH_SIZE
    first = (tile.number * WIDTH + at) << HEIGHT * (tile.level or 0)
    message = (
        f"hash {at} of the tile is not that of the entries"
        if len(published) == len(right)
        else f"the tile is {len(published)} bytes long, not {len(right)}"
    )
    # A hash higher up stands for many entries: that it is wrong names none of them.
    return Problem(None if tile.level else first, tile.path, NotIncluded.code, message)


def _hashes(data: bytes | bytearray, position: int, count: int) -> list[bytes]:
    start = position * count * HASH_SIZE
    return [bytes(data[at : at + HASH_SIZE]) for at in range(start, start + count * HASH_SIZE, HASH_SIZE)]
