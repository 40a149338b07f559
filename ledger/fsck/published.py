"""The ledger's own published tree, file by file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger.fsck.facts import Facts, Public
from ledger.fsck.log import signed_row
from ledger.fsck.report import Problems
from ledger.publication import TRUST_FILE, status_uri
from ledger.tables import Tables
from ledger.tiles import CHECKPOINT
from verifier import numberhead, statuslist
from verifier.awards import fold_awards
from verifier.errors import Malformed, VerificationError
from verifier.kinds import STATUS_KIND
from verifier.merkle import root_of
from verifier.numbertree import digest_in, tile_path, tree_over
from verifier.standing import AWARDS
from verifier.tile import WIDTH, Tile, join_entries, parse_path, tiles_of

_TILES: Final = ("tile/", "numbers/")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the folder shows, read before the database: later publications are then no contradiction."""

    root: Path
    paths: frozenset[str]
    single: dict[str, bytes]
    """The files that change: checkpoint, status lists, head of the number index, trust file."""

    @classmethod
    def read(cls, root: Path) -> Shown:
        """Lists the folder and reads the files that change."""
        paths = (
            {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} if root.is_dir() else ()
        )
        found = frozenset(path for path in paths if not path.endswith(".tmp"))
        changing = (path for path in found if path == numberhead.PATH or not path.startswith(_TILES))
        single = {path: (root / path).read_bytes() for path in changing}
        return cls(root, found, single)


def check_published(tables: Tables, shown: Shown, facts: Facts) -> Problems:
    """Checkpoint, status lists and trust file are those of the signed head; every tile is as the entries give it."""
    signed = signed_row(tables)
    if signed is None:
        yield from ((path, "nothing is signed, so nothing can be published") for path in sorted(shown.paths))
        return
    if shown.single.get(CHECKPOINT) != signed["note"].encode():
        yield (
            CHECKPOINT,
            "not the signed head of the database: publish again if a crash left it behind, or wait for the witnesses",
        )
    size = min(signed["size"], len(facts.leaves))
    tiles, strangers = _sort_out(shown, size)
    yield from ((path, "this file does not belong to the published tree") for path in strangers)
    for tile in tiles_of(size):
        if tile.path not in shown.paths:
            yield tile.path, "missing"
    yield from _check_hashes(shown, [tile for tile in tiles if tile.level is not None], facts.leaves)
    yield from _check_bundles(shown, [tile for tile in tiles if tile.level is None], tables)
    if facts.published is not None:
        yield from _check_status(shown, facts.published, signed["root"])
        yield from _check_numbers(shown, facts.published, signed["note"].encode())
        if shown.single.get(TRUST_FILE) != facts.published.trust_file.encode():
            yield TRUST_FILE, "not what the log gives: publish again if a crash left it behind"


def _sort_out(shown: Shown, size: int) -> tuple[list[Tile], list[str]]:
    """The tiles that lie in a tree of this size, and the files that are none of the tree's."""
    tiles, strangers = [], []
    for path in sorted(shown.paths):
        if path in (CHECKPOINT, TRUST_FILE, numberhead.PATH) or path.startswith(statuslist.FOLDER):
            continue
        if digest_in(path) is not None:  # by their content: see `_check_numbers`
            continue
        try:
            tile = parse_path(path)
        except Malformed:
            strangers.append(path)
            continue
        inside = (tile.number * WIDTH + tile.width) * WIDTH ** (tile.level or 0) <= size
        tiles.append(tile) if inside else strangers.append(path)
    return tiles, strangers


def _check_hashes(shown: Shown, tiles: list[Tile], leaves: list[bytes]) -> Problems:
    levels = [leaves]
    for tile in sorted(tiles, key=lambda tile: tile.level or 0):
        while (tile.level or 0) >= len(levels):
            nodes = levels[-1]
            levels.append([root_of(nodes[n : n + WIDTH]) for n in range(0, len(nodes) // WIDTH * WIDTH, WIDTH)])
        start = tile.number * WIDTH
        if (shown.root / tile.path).read_bytes() != b"".join(levels[tile.level or 0][start : start + tile.width]):
            yield tile.path, "not the hashes of the entries"


def _check_bundles(shown: Shown, tiles: list[Tile], tables: Tables) -> Problems:
    wanted: dict[int, list[Tile]] = {}
    for tile in tiles:
        wanted.setdefault(tile.number, []).append(tile)
    for number, statements in enumerate(_bundles(tables)):
        for tile in wanted.get(number, ()):
            if (shown.root / tile.path).read_bytes() != join_entries(statements[: tile.width]):
                yield tile.path, "not the entries of the log"


def _bundles(tables: Tables) -> Iterator[list[bytes]]:
    statements: list[bytes] = []
    for entry in tables.rows("stored_events"):
        statements.append(entry["state"])
        if len(statements) == WIDTH:
            yield statements
            statements = []
    yield statements


def _check_status(shown: Shown, public: Public, root: bytes) -> Problems:
    """Each list is signed by the log, of the signed head, and the fold of its awards; there is none too many."""
    try:
        awards = fold_awards(public.awards, public.authority).values()
    except VerificationError as error:
        yield "status", error.message
        return
    lists = range(1 + max((statuslist.list_number(award.status_index) for award in awards), default=0))
    published = {path for path in shown.paths if path.startswith(statuslist.FOLDER)}
    extra = published - {statuslist.list_path(number) for number in lists}
    yield from ((path, "the log has no award in this list") for path in sorted(extra))
    for number in lists:
        path = statuslist.list_path(number)
        if path not in shown.single:
            yield path, "missing: publish again if a crash left it out"
            continue
        try:
            key = public.authority.key(statuslist.signer(shown.single[path])).entitled(STATUS_KIND, public.size)
            there = statuslist.verify(shown.single[path], key.public_key)
        except VerificationError as error:
            yield path, error.message
            continue
        if (there.uri, there.size, there.root) != (status_uri(public.authority.url, number), public.size, root):
            yield path, "not of the signed head: publish again if a crash left it behind"
        elif there.bits != statuslist.fold_bits(awards, number):
            yield path, "not the fold of the log"


def _check_numbers(shown: Shown, public: Public, note: bytes) -> Problems:
    """The index is signed by the log, of the signed head, the fold of its awards, and in tiles that are there.

    Tiles of earlier indexes may lie there still. Each is as its name says.
    """
    tree = tree_over(
        (read.record.event.number_hash, at) for at, read in public.awards if isinstance(read.record.event, AWARDS)
    )
    needed = {tile_path(digest) for digest in tree.digests()}
    for path in sorted(needed - shown.paths):
        yield path, "missing: publish again if a crash left it out"
    for path in sorted(shown.paths):
        named = digest_in(path)
        if named is not None and _digest_of(shown.root / path) not in (None, named):
            yield path, "not the tile that its name says"
    if numberhead.PATH not in shown.single:
        yield numberhead.PATH, "missing: publish again if a crash left it out"
        return
    try:
        signed = shown.single[numberhead.PATH]
        key = public.authority.key(numberhead.signer(signed)).entitled(STATUS_KIND, public.size)
        there = numberhead.verify(signed, key.public_key)
    except VerificationError as error:
        yield numberhead.PATH, error.message
        return
    if (there.uri, there.note) != (numberhead.uri_of(public.authority.url), note):
        yield numberhead.PATH, "not of the signed head: publish again if a crash left it behind"
    elif (there.count, there.root) != (tree.count, tree.root):
        yield numberhead.PATH, "not the fold of the log"


def _digest_of(file: Path) -> bytes | None:
    """None where it was cleared away meanwhile."""
    try:
        return sha256(file.read_bytes()).digest()
    except FileNotFoundError:
        return None
