"""Receipts in logs of several sizes: making and checking one takes a time that grows with the logarithm."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import log2
from pathlib import Path
from random import Random

from benchmarks.measuring import Aim, Figure, each, in_turns
from benchmarks.world import World
from ledger.receipts import receipt_for
from ledger.signing import Signer, signer_of
from ledger.store import SignedHead
from ledger.tiles import DiskFolder, tree_in
from verifier import receipt
from verifier.merkle import FetchHash, leaf_hash, root_of
from verifier.tile import WIDTH, Tile, tiles_of

ORIGIN = "benchmark.example.org/log"
SUBJECT = "urn:uuid:00000000-0000-4000-8000-000000000000"
PROOFS = 200
SLACK = 1.1
"""What the growth may lie above that of the logarithm, for noise."""


def measure(world: World) -> Iterator[Figure]:
    """Microseconds to make one receipt of a tree on disk, and to check one.

    Made by a reader that keeps the tiles it has read, as the served pages do, and by a new one each time.
    """
    signer = signer_of(bytes(range(32)), "BASE", "base", ["log.receipt"])
    makes, anew, checks = {}, {}, {}
    for size in world.sizes.logs:
        folder = world.new_folder("tree")
        head = _write_tree(folder, size)
        indices = [Random(size).randrange(size) for _ in range(PROOFS)]
        make = partial(_make, tree_in(DiskFolder(folder), size).hash, head, signer)
        made = [(index, make(index)) for index in indices]
        makes[size] = partial(_microseconds_to_make, indices, make)
        anew[size] = partial(_microseconds_to_make, indices, partial(_make_anew, folder, head, signer))
        checks[size] = partial(_microseconds_to_check, made, signer.public_key)
    for what, works in (("made", makes), ("made, tiles unread", anew), ("checked", checks)):
        yield from _figures(what, in_turns(world.sizes.rounds, {str(size): work for size, work in works.items()}))


def _figures(what: str, found: dict[str, tuple[float, ...]]) -> Iterator[Figure]:
    """Each size's time; of the larger sizes also beside the smallest, where the logarithm says how much it may be."""
    smallest, *larger = found
    yield Figure(f"receipt {what}, {int(smallest):,} entries", " µs", found[smallest], less_is_better=True)
    for size in larger:
        aim = Aim(SLACK * log2(int(size)) / log2(int(smallest)), at_least=False)
        name, floor = f"receipt {what}, {int(size):,} entries", f"at {int(smallest):,} entries"
        yield Figure(name, " µs", found[size], floor, found[smallest], aim, less_is_better=True)


def _microseconds_to_make(indices: list[int], make: partial[bytes]) -> float:
    return 1e6 / each(indices, make)


def _microseconds_to_check(made: list[tuple[int, bytes]], public_key: bytes) -> float:
    return 1e6 / each(made, lambda item: _check(item[1], _leaf(item[0]), public_key))


def _make(fetch: FetchHash, head: SignedHead, signer: Signer, index: int) -> bytes:
    return receipt_for(index, head, fetch, signer, ORIGIN, SUBJECT)


def _make_anew(folder: Path, head: SignedHead, signer: Signer, index: int) -> bytes:
    return _make(tree_in(DiskFolder(folder), head.size).hash, head, signer, index)


def _check(data: bytes, leaf: bytes, public_key: bytes) -> None:
    receipt.verify(receipt.parse(data), leaf, SUBJECT, public_key)


def _leaf(index: int) -> bytes:
    return leaf_hash(b"entry %d" % index)


def _write_tree(folder: Path, size: int) -> SignedHead:
    """The tiles of a log of so many entries, without the entries; and its head, whose note nobody reads here."""
    hashes = {0: [_leaf(index) for index in range(size)]}
    for tile in sorted(tiles_of(size), key=lambda tile: tile.level or 0):
        level = tile.level or 0
        if level not in hashes:
            below = hashes[level - 1]
            full = len(below) // WIDTH
            hashes[level] = [root_of(below[n * WIDTH : (n + 1) * WIDTH]) for n in range(full)]
        path = folder / Tile(level, tile.number, tile.width).path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(hashes[level][tile.number * WIDTH :][: tile.width]))
    return SignedHead(size, root_of(hashes[0]), "")
