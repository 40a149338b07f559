"""The index of numbers at several sizes: what one more award costs to publish, and how large and quick a proof is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from time import perf_counter

from benchmarks.measuring import Aim, Figure, each, in_turns
from benchmarks.world import World
from ledger.numbertiles import publish_tiles
from ledger.tiles import DiskFolder
from verifier.numbertree import NumberTree, find, tile_path, tree_over, walk

PROOFS = 200
SLACK = 3.0
"""What one more award may cost in the largest index beside the smallest: it has a few more tiles to write."""


def measure(world: World) -> Iterator[Figure]:
    """Milliseconds to publish one more award, microseconds to check a proof, bytes of one."""
    indexes = {size: _Published(world.new_folder("numbers"), size) for size in world.sizes.logs}
    grown = in_turns(world.sizes.rounds, {str(size): index.one_more for size, index in indexes.items()})
    checked = in_turns(world.sizes.rounds, {str(size): index.checked for size, index in indexes.items()})
    smallest = world.sizes.logs[0]
    for size in world.sizes.logs:
        told, made = f"{size:,} numbers", grown[str(size)]
        if size == smallest:
            yield Figure(f"one more award, {told}", " ms", made, less_is_better=True)
        else:
            aim, floor = Aim(SLACK, at_least=False), grown[str(smallest)]
            yield Figure(f"one more award, {told}", " ms", made, f"at {smallest:,}", floor, aim, less_is_better=True)
        yield Figure(f"proof about a number checked, {told}", " µs", checked[str(size)], less_is_better=True)
        yield Figure(f"proof about a number, {told}", " bytes", (indexes[size].bytes_of_a_proof,), less_is_better=True)


class _Published:
    """An index in a folder."""

    def __init__(self, folder: Path, size: int) -> None:
        self._tree: NumberTree = tree_over((_number(n), n) for n in range(size))
        self._folder = DiskFolder(folder)
        self._more = count(size)
        publish_tiles(self._folder, self._tree)
        self._proofs = [self._proof(n) for n in range(-PROOFS, 0)]

    @property
    def bytes_of_a_proof(self) -> float:
        """The middle of the tiles' bytes."""
        return sorted(sum(map(len, tiles)) for _, tiles, _ in self._proofs)[PROOFS // 2]

    def one_more(self) -> float:
        """Milliseconds."""
        n = next(self._more)
        self._tree.add(_number(n), n)
        began = perf_counter()
        publish_tiles(self._folder, self._tree)
        return 1e3 * (perf_counter() - began)

    def checked(self) -> float:
        """Microseconds a proof."""
        return 1e6 / each(self._proofs, lambda proof: find(proof[0], proof[2], proof[1]))

    def _proof(self, n: int) -> tuple[bytes, list[bytes], bytes]:
        root = self._tree.root
        return _number(n), walk(_number(n), root, partial(_read, self._folder)), root


def _read(folder: DiskFolder, name: bytes) -> bytes:
    return folder.read(tile_path(name)) or b""


def _number(n: int) -> bytes:
    return sha256(b"number %d" % n).digest()
