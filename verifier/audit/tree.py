"""The tree recomputed from the entries, and every published tile compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier import merkle
from verifier.audit.report import Problem
from verifier.errors import CouldNotCheck, Inconsistent, NotIncluded
from verifier.fetch import PublishedLog
from verifier.merkle import HASH_SIZE
from verifier.tile import HEIGHT, WIDTH, Tile, tiles_of

_TILE_BYTES: Final = WIDTH * HASH_SIZE


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree by its leaf hashes, with the roots of its complete subtrees of 256, 256² … leaves above them."""

    levels: tuple[bytes, ...]

    @classmethod
    def over(cls, leaves: bytes) -> Tree:
        """The tree over leaf hashes that stand one after another."""
        levels = [leaves]
        while len(levels[-1]) >= _TILE_BYTES:
            below = levels[-1]
            roots = [merkle.root_of(_hashes(below, at, WIDTH)) for at in range(len(below) // _TILE_BYTES)]
            levels.append(b"".join(roots))
        return cls(tuple(levels))

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self.levels[0]) // HASH_SIZE

    def root(self, size: int) -> bytes:
        """Root over the first `size` leaves."""
        return merkle.subtree_root(0, size, self._hash) if size else merkle.EMPTY_ROOT

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile of hashes."""
        start = tile.number * _TILE_BYTES
        return self.levels[tile.level or 0][start : start + tile.width * HASH_SIZE]

    def _hash(self, level: int, position: int) -> bytes:
        tile_level, inner = divmod(level, HEIGHT)
        return merkle.root_of(_hashes(self.levels[tile_level], position, 1 << inner))


def check_tiles(tree: Tree, log: PublishedLog) -> Iterator[Problem]:
    """Compares every published tile of hashes with the recomputed one."""
    for tile in tiles_of(tree.size):
        if tile.level is None:
            continue
        try:
            published = _published(tile, log)
        except CouldNotCheck as error:
            yield Problem.of(error, tile.path)
            continue
        if published != (right := tree.tile(tile)):
            yield _difference(tile, published, right)


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


def _hashes(data: bytes, position: int, count: int) -> list[bytes]:
    start = position * count * HASH_SIZE
    return [data[at : at + HASH_SIZE] for at in range(start, start + count * HASH_SIZE, HASH_SIZE)]
