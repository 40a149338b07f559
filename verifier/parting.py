"""Bisect: two copies of a log, and the first entry at which they part.

The trees are walked from the top by the hashes of their subtrees, a few tiles a copy. What a tile says is believed only
as far as it leads to the root above it; where it does not, that copy's tree is made anew from its entries.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from typing import Final

from verifier import checkpoint, merkle, note
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, Inconsistent, Malformed, VerificationError
from verifier.fetch import PublishedLog
from verifier.merkle import FetchHash
from verifier.tile import HEIGHT, WIDTH, Tile, TreeReader, tiles_of
from verifier.trust import Trust


class Verdict(enum.StrEnum):
    """What two copies are to each other."""

    SAME = "same"
    CONTINUED = "continued"
    """One is the other's beginning: it is older, or was cut."""
    FORK = "fork"
    """Two histories under two checkpoints that the log signed: the pair is evidence."""
    DAMAGED = "damaged"
    """At least one copy does not lead to its own checkpoint, or has one that the log did not sign."""


@dataclass(frozen=True, slots=True)
class Side:
    """One copy."""

    place: str
    head: Checkpoint
    note: str
    """The checkpoint as published: half of the evidence."""
    unsigned: str = ""
    """Why the checkpoint is not one that the log signed; empty where it is."""
    lies: tuple[str, ...] = ()
    """Tiles that are not those of the copy's own entries."""
    broken: str = ""
    """Why the entries of the copy do not lead to its own checkpoint; empty where they do."""

    @property
    def sound(self) -> bool:
        """Whether its tree leads to a checkpoint that the log signed."""
        return not (self.unsigned or self.lies or self.broken)


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two copies part."""

    verdict: Verdict
    sides: tuple[Side, Side]
    index: int | None
    """The first entry that differs, or that only one of them has; None for two that are the same."""
    entries: tuple[bytes | None, bytes | None] = (None, None)
    """That entry in each copy; None where there is none or it cannot be read."""
    tiles_only: bool = field(default=False)
    """Whether entries below hashes that agree were not read."""


def part(first: PublishedLog, second: PublishedLog, trusted: Trust, *, tiles_only: bool = False) -> Parting:
    """Where two copies part. Raises CouldNotCheck where a copy's checkpoint or entries cannot be had.

    Copies whose hashes agree are read whole, for an entry that is not the one its hash was made of; `tiles_only`
    leaves that out.
    """
    copies = _Copy(first, trusted), _Copy(second, trusted)
    common = min(copy.side.head.size for copy in copies)
    # (1) A copy whose tiles do not lead to its own checkpoint is read by its entries.
    for copy in copies:
        copy.check_root()
    # (2) The first leaf that differs, by the hashes of subtrees. Tiles that fall short on the way are replaced too.
    index = _first_difference(copies, common)
    # (3) Where hashes agree, the entries below them.
    if index is None and not tiles_only:
        for copy in copies:
            copy.check_entries()
        index = _first_difference(copies, common)
    sizes = {copy.side.head.size for copy in copies}
    if index is None and len(sizes) == 2:
        index = common
    entries = (None, None) if index is None else (copies[0].entry(index), copies[1].entry(index))
    sides = copies[0].side, copies[1].side
    return Parting(_verdict(sides, index, common), sides, index, entries, tiles_only and index is None)


def _verdict(sides: tuple[Side, Side], index: int | None, common: int) -> Verdict:
    if not all(side.sound for side in sides):
        return Verdict.DAMAGED
    if index is None:
        return Verdict.SAME
    return Verdict.CONTINUED if index == common else Verdict.FORK


def _first_difference(copies: tuple[_Copy, _Copy], common: int) -> int | None:
    """The first leaf of the common part that differs. Takes up again where a copy turned out to lie on the way."""
    while True:
        try:
            return first_difference(copies[0].hash, copies[1].hash, common)
        except _Lied:
            continue


def first_difference(one: FetchHash, other: FetchHash, size: int) -> int | None:
    """The first of `size` leaves that differs between two trees, by the roots of their complete subtrees."""
    start = 0
    while start < size:
        # The largest complete subtree that begins here and lies within the common part.
        level = (size - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        if one(level, start >> level) == other(level, start >> level):
            start += 1 << level
            continue
        while level:
            level -= 1
            if one(level, start >> level) == other(level, start >> level):
                start += 1 << level
        return start
    return None


class _Lied(Exception):
    """A tile fell short of the root above it; from here on the copy's hashes come from its entries."""


class _Made:
    """A tree made of leaf hashes, with the roots of its complete subtrees of 256, 256² … leaves above them."""

    def __init__(self, leaves: list[bytes]) -> None:
        self._levels = [leaves]
        while len(self._levels[-1]) >= WIDTH:
            below = self._levels[-1]
            whole = len(below) // WIDTH * WIDTH
            self._levels.append([merkle.root_of(below[at : at + WIDTH]) for at in range(0, whole, WIDTH)])

    def hash(self, level: int, position: int) -> bytes:
        """Root of a complete subtree of 2**level leaves."""
        tile_level, inner = divmod(level, HEIGHT)
        return merkle.root_of(self._levels[tile_level][position << inner : (position + 1) << inner])

    def root(self) -> bytes:
        """Root of the whole tree."""
        return merkle.tree_root(len(self._levels[0]), self.hash)

    def tile(self, level: int, number: int) -> bytes:
        """The bytes of a tile of hashes."""
        return b"".join(self._levels[level][number * WIDTH : (number + 1) * WIDTH])


class _Copy:
    """The hashes of one copy: those of its tiles as long as they lead to each other, then those of its entries."""

    def __init__(self, log: PublishedLog, trusted: Trust) -> None:
        self._log = log
        self.side = _side(log, trusted)
        self._tiles = TreeReader(self.side.head.size, log.get)
        self._checked: set[tuple[int, int]] = set()
        self._tree: _Made | None = None

    def hash(self, level: int, position: int) -> bytes:
        """Root of a complete subtree. Raises _Lied once, when the tiles turn out to be no tree; CouldNotCheck."""
        if self._tree is not None:
            return self._tree.hash(level, position)
        try:
            self._check_tile(level // HEIGHT, (position << level % HEIGHT) // WIDTH)
            return self._tiles.hash(level, position)
        except (Inconsistent, Malformed, CouldNotCheck):
            self._read_entries()
            raise _Lied from None

    def check_root(self) -> None:
        """Goes over to the entries where the tiles do not lead to the copy's own checkpoint."""
        head = self.side.head
        try:
            good = self._tiles.root() == head.root
        except (Inconsistent, Malformed, CouldNotCheck):
            good = False
        if not good:
            self._read_entries()

    def check_entries(self) -> None:
        """Goes over to the entries where one of them is not what its hash was made of."""
        if self._tree is not None:
            return
        tree = self._made_of_entries()
        if lies := self._lies(tree):
            self._take(tree, lies)

    def entry(self, index: int) -> bytes | None:
        """An entry of the copy; None beyond its end, or where the bundle cannot be read."""
        if index >= self.side.head.size:
            return None
        try:
            return self._tiles.entries(index // WIDTH)[index % WIDTH]
        except (Malformed, CouldNotCheck):
            return None

    def _check_tile(self, tile_level: int, number: int) -> None:
        """Checks that a full tile leads to its hash in the tile above. Raises Inconsistent."""
        above = self.side.head.size >> HEIGHT * (tile_level + 1)
        if (tile_level, number) in self._checked or number >= above:
            return
        self._checked.add((tile_level, number))
        level = HEIGHT * tile_level
        hashes = [self._tiles.hash(level, number * WIDTH + at) for at in range(WIDTH)]
        if merkle.root_of(hashes) != self._tiles.hash(level + HEIGHT, number):
            raise Inconsistent(f"{Tile(tile_level, number).path} does not lead to the hash above it")
        self._check_tile(tile_level + 1, number // WIDTH)

    def _read_entries(self) -> None:
        tree = self._made_of_entries()
        self._take(tree, self._lies(tree))

    def _take(self, tree: _Made, lies: tuple[str, ...]) -> None:
        head = self.side.head
        right = tree.root() == head.root
        broken = "" if right else f"its {head.size} entries do not have the root of its own checkpoint"
        self._tree, self.side = tree, replace(self.side, lies=lies, broken=broken)

    def _lies(self, tree: _Made) -> tuple[str, ...]:
        """The published tiles of hashes that are not those of the entries, or are not there."""
        return tuple(
            tile.path
            for tile in tiles_of(self.side.head.size)
            if tile.level is not None and not self._is_as_published(tile, tree.tile(tile.level, tile.number))
        )

    def _is_as_published(self, tile: Tile, right: bytes) -> bool:
        try:
            return self._tiles.tile(tile.level or 0, tile.number) == right
        except (Malformed, CouldNotCheck):
            return False

    def _made_of_entries(self) -> _Made:
        leaves: list[bytes] = []
        for number in range(-(-self.side.head.size // WIDTH)):
            leaves += map(merkle.leaf_hash, self._entries(number))
        return _Made(leaves)

    def _entries(self, number: int) -> list[bytes]:
        try:
            return self._tiles.entries(number)
        except Malformed as error:
            raise CouldNotCheck(f"{self.side.place}: neither tiles nor entries can be read ({error.message})") from None


_EXPLAINED: Final = {
    Verdict.SAME: "the two copies are the same",
    Verdict.CONTINUED: "one copy is the beginning of the other: it is older, or was cut back",
    Verdict.FORK: "two histories under two checkpoints that the log signed: keep both, they are evidence",
    Verdict.DAMAGED: "at least one copy is not what the log published under its checkpoint",
}


def explained(parting: Parting) -> str:
    """The verdict in a sentence."""
    if parting.verdict is Verdict.SAME and parting.tiles_only:
        return "the two copies have the same hashes; their entries were not read"
    return _EXPLAINED[parting.verdict]


def _side(log: PublishedLog, trusted: Trust) -> Side:
    """The copy's checkpoint, and whether the log signed it. Raises CouldNotCheck where there is none to read."""
    data = log.get("checkpoint")
    try:
        signed = note.parse(data)
        head = checkpoint.parse(signed)
    except VerificationError as error:
        raise CouldNotCheck(f"{log.place}: its checkpoint cannot be read ({error.message})") from None
    try:
        checkpoint.verify(data, trusted.checkpoint_keys(), trusted.origin)
    except VerificationError as error:
        return Side(log.place, head, str(signed), unsigned=error.message)
    return Side(log.place, head, str(signed))
