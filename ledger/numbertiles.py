"""The tiles of the number index in a published folder: written before the head that needs them, and cleared away.

A tile is named by its content, so publishing never changes one, and a reader who holds an earlier head still finds
what it leads to for a while.
"""

from __future__ import annotations

from pathlib import Path

from ledger.tiles import Folder
from verifier.numbertree import NumberTree, tile_path


def publish_tiles(folder: Folder, tree: NumberTree) -> None:
    """Writes the tiles that are missing, from the buckets up.

    A branch is made durable behind all that lies below it: where it is there, nothing below it need be looked for, and
    publication after a crash goes on from there.
    """
    for digest, tile, is_branch in tree.missing(lambda digest: folder.read(tile_path(digest)) is not None):
        if is_branch:
            folder.commit(tile_path(digest), tile)
        else:
            folder.write(tile_path(digest), tile)


class Outdated:
    """Tiles of earlier indexes: taken away when they were found outdated before, so that none goes at once."""

    def __init__(self) -> None:
        self._found: frozenset[str] = frozenset()

    def prune(self, root: Path, tree: NumberTree) -> int:
        """Removes tiles that were outdated at the last call already. Gives how many files went.

        `tree` is the index that is published below `root`.
        """
        needed = {tile_path(digest) for digest in tree.digests()}
        there = {file.relative_to(root).as_posix() for file in root.glob("numbers/[0-9a-f][0-9a-f]/*")}
        outdated = frozenset(path for path in there - needed if not path.endswith(".tmp"))
        gone = outdated & self._found
        for path in gone:
            (root / path).unlink(missing_ok=True)
        self._found = outdated - gone
        return len(gone)
