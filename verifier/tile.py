"""C2SP tlog-tiles: how the tree and its entries are cut into files.

A tile of level L holds up to 256 hashes, the roots of complete subtrees of 256**L leaves. A full tile never changes;
a partial one of width W is a file of its own, `<N>.p/<W>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from verifier import merkle
from verifier.errors import CouldNotCheck, Inconsistent, Malformed

WIDTH: Final = 256
HEIGHT: Final = 8
MAX_ENTRY: Final = 65535
"""Largest entry in bytes: entry bundles give each a 2-byte length."""
ENTRIES: Final = "entries"

Fetch = Callable[[str], bytes]
"""Gives the bytes of a published file by its path below the prefix; raises CouldNotCheck where it cannot be had."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One published tile: of hashes at a level, or of entries (level None)."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]`, N in groups of three digits, all but the last with `x`."""
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        name = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
        suffix = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{ENTRIES if self.level is None else self.level}/{name}{suffix}"


_PATH: Final = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]?[0-9]?))?"
)


def parse_path(path: str) -> Tile:
    """The tile that a path names. Raises Malformed for any but the one right path of a tile."""
    match = _PATH.fullmatch(path)
    if match:
        level = None if match[1] == ENTRIES else int(match[1])
        tile = Tile(level, int(match[2].replace("x", "").replace("/", "")), int(match[3] or WIDTH))
        if tile.width <= WIDTH and tile.path == path:
            return tile
    raise Malformed(f"{path!r} is not the path of a tile")


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles of a tree of `size` entries that one of `since` entries did not have: entries first, then levels up."""
    for level, unit in [(None, 1), *((level, WIDTH**level) for level in range(8))]:
        old, new = since // unit, size // unit
        if new == 0:
            return
        for number in range(old // WIDTH, -(-new // WIDTH)):
            width = min(WIDTH, new - number * WIDTH)
            if number * WIDTH + width > old:
                yield Tile(level, number, width)


def split_entries(data: bytes, place: str) -> list[bytes]:
    """The entries of a bundle, each behind its 2-byte big-endian length. Raises Malformed."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise Malformed(f"{place}: entry {len(entries)} of the bundle is cut short")
        entries.append(data[at + 2 : end])
        at = end
    return entries


def join_entries(entries: list[bytes]) -> bytes:
    """A bundle of entries."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


class TreeReader:
    """Reads hashes of a published tree of `size` entries out of its tiles.

    The hashes are as published; whoever uses them checks them against a signed root by the proof that they make up.
    """

    def __init__(self, size: int, fetch: Fetch) -> None:
        self.size = size
        self.fetch = fetch
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    def hash(self, level: int, position: int) -> bytes:
        """Root of the complete subtree of 2**level leaves at `position`. What was hashed once is kept."""
        tile_level, inner = divmod(level, HEIGHT)
        if inner:
            node = self._nodes.get((level, position))
            if node is None:
                left, right = self.hash(level - 1, 2 * position), self.hash(level - 1, 2 * position + 1)
                node = self._nodes[level, position] = merkle.node_hash(left, right)
            return node
        number, offset = divmod(position, WIDTH)
        node = self.tile(tile_level, number)[offset * 32 : offset * 32 + 32]
        if len(node) != merkle.HASH_SIZE:
            raise Inconsistent(f"{Tile(tile_level, number).path} is too short for the tree of {self.size} entries")
        return node

    def inclusion_path(self, index: int) -> list[bytes]:
        """The inclusion path of entry `index`."""
        return merkle.inclusion_path(index, self.size, self.hash)

    def consistency_path(self, old: int) -> list[bytes]:
        """The proof that this tree extends the one of `old` entries."""
        return merkle.consistency_path(old, self.size, self.hash)

    def root(self) -> bytes:
        """The root that the tiles lead to."""
        return merkle.tree_root(self.size, self.hash)

    def entries(self, number: int) -> list[bytes]:
        """The entries of bundle `number`, checked for their count but not against the tree."""
        tile = Tile(None, number, min(WIDTH, self.size - number * WIDTH))
        found, data = self._get(tile)
        entries = split_entries(data, found.path)
        if len(entries) != found.width:
            raise Malformed(f"{found.path} holds {len(entries)} entries, not {found.width}")
        return entries[: tile.width]

    def tile(self, level: int, number: int) -> bytes:
        """The hashes of a tile one after another, as published; those beyond this tree left out."""
        data = self._tiles.get((level, number))
        if data is None:
            tile = Tile(level, number, min(WIDTH, (self.size >> (HEIGHT * level)) - number * WIDTH))
            found, data = self._get(tile)
            if len(data) != found.width * merkle.HASH_SIZE:
                raise Malformed(f"{found.path} is {len(data)} bytes long, not {found.width * merkle.HASH_SIZE}")
            data = self._tiles[level, number] = data[: tile.width * merkle.HASH_SIZE]
        return data

    def _get(self, tile: Tile) -> tuple[Tile, bytes]:
        """A tile, or the full one in its place: once that is there, the log may take partial ones away (C2SP)."""
        try:
            return tile, self.fetch(tile.path)
        except CouldNotCheck:
            if tile.width == WIDTH:
                raise
            full = Tile(tile.level, tile.number)
            try:
                return full, self.fetch(full.path)
            except CouldNotCheck:
                pass
            raise
