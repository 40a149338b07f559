"""The published tree: tiles, then the checkpoint that needs them, into a folder that any web server can serve.

FORMATS §3. A crash at any point leaves a folder whose checkpoint is covered by its tiles; the next run writes what is
missing. Tiles never change: a file that is there with other bytes is never overwritten, it is an error that names it.

Partial tiles stay until `prune_partials` takes those that no checkpoint of the last minutes needs: C2SP tlog-tiles lets
a log drop a partial tile once the full one is there.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, Protocol

from ledger.store import Recorded, SignedHead, StoreCorrupt
from verifier import checkpoint
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, VerificationError
from verifier.merkle import EMPTY_ROOT, HASH_SIZE, Frontier, leaf_hash, root_of
from verifier.note import VerifierKey
from verifier.tile import WIDTH, Tile, TreeReader, join_entries, tiles_of

CHECKPOINT: Final = "checkpoint"
KEEP_PARTIALS_SECONDS: Final = 3600
"""How long a partial tile is kept for readers who hold an older checkpoint."""


class CannotPublish(Exception):
    """The folder is not one that this tree may be written to."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place, self.message = place, message


class AnotherLog(CannotPublish):
    """The folder holds a checkpoint that this log has not signed."""


class PublishedAhead(CannotPublish):
    """More was published than the database has signed: it is an old copy, and signing on would fork the history."""


class Diverged(CannotPublish):
    """What is published contradicts the log."""


class Folder(Protocol):
    """A place for published files, by their paths below it."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Keeps other publishers out for as long as the context lasts."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None if there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Writes a file whole or not at all; durable after the next `commit`."""

    def commit(self, path: str, data: bytes) -> None:
        """Makes durable what was written before, then writes this file, durably, whole or not at all."""


class Source(Protocol):
    """The log that is published."""

    def entries(self, start: int, limit: int) -> list[Recorded]:
        """See `ledger.store.Log`."""

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See `ledger.store.Tree`."""


class DiskFolder:
    """The port `Folder` on a folder of this machine. Files appear under their names by renaming."""

    def __init__(self, root: Path) -> None:
        """Makes the folder where it is not there."""
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self._unsettled: set[Path] = set()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See `Folder`. Holds among the processes of this machine."""
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def read(self, path: str) -> bytes | None:
        """See `Folder`."""
        try:
            with open(f"{self.root}/{path}", "rb", buffering=0) as file:
                return file.readall()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, path: str, data: bytes) -> None:
        """See `Folder`."""
        target = self.root / path
        if not target.parent.is_dir():
            self._make(target.parent)
        temporary = target.with_name(f".{target.name}.tmp")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        self._unsettled.add(target.parent)

    def commit(self, path: str, data: bytes) -> None:
        """See `Folder`."""
        self._settle()
        self.write(path, data)
        self._settle()

    def _make(self, folder: Path) -> None:
        """A new folder's name is durable once the folder above is synchronised."""
        missing = [folder, *(above for above in folder.parents if not above.is_dir())]
        folder.mkdir(parents=True, exist_ok=True)
        self._unsettled.update(made.parent for made in missing)

    def _settle(self) -> None:
        for folder in self._unsettled:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._unsettled.clear()


def tree_in(folder: Folder, size: int) -> TreeReader:
    """Reads the tree of `size` entries out of the folder's tiles; a tile that is missing raises CouldNotCheck."""

    def fetch(path: str) -> bytes:
        data = folder.read(path)
        if data is None:
            raise CouldNotCheck(f"{path} is not there")
        return data

    return TreeReader(size, fetch)


def frontier_in(folder: Folder, size: int, root: bytes) -> Frontier | None:
    """The frontier of the tree of this size and root as the folder's tiles give it; None where they do not."""
    tree = tree_in(folder, size)
    peaks: list[bytes] = []
    done = 0
    try:
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                peaks.append(tree.hash(level, done >> level))
                done += 1 << level
    except (VerificationError, CouldNotCheck):
        return None
    frontier = Frontier(size, tuple(peaks))
    return frontier if frontier.root == root else None


def published(folder: Folder, keys: list[VerifierKey], origin: str) -> Checkpoint | None:
    """The checkpoint in the folder, signed by one of this log's keys; None if there is none. Raises AnotherLog."""
    data = folder.read(CHECKPOINT)
    if data is None:
        return None
    try:
        return checkpoint.verify(data, keys, origin)
    except VerificationError as error:
        raise AnotherLog(CHECKPOINT, f"what is published here is not of the log {origin}: {error.message}") from None


def check_not_ahead(folder: Folder, size: int, keys: list[VerifierKey], origin: str) -> Checkpoint | None:
    """What `published` gives, if it is of at most `size` entries. Raises AnotherLog, PublishedAhead."""
    there = published(folder, keys, origin)
    if there is not None and there.size > size:
        raise PublishedAhead(
            CHECKPOINT, f"{there.size} entries are published, the log has signed {size}: is the database an old copy?"
        )
    return there


Cosign = Callable[[SignedHead, TreeReader], SignedHead | None]
"""Gives the head as it is to be published, with cosignatures; None where it may not be published yet."""


def publish_tree(
    folder: Folder,
    source: Source,
    head: SignedHead,
    keys: list[VerifierKey],
    origin: str,
    cosign: Cosign = lambda head, tree: head,
) -> None:
    """Publishes the signed tree: only what the folder's own checkpoint does not cover is written.

    `cosign` is asked when the tiles are there, and before the checkpoint says so.
    Raises AnotherLog, PublishedAhead or Diverged, and then has changed nothing that was published; StoreCorrupt.
    """
    # (1) What is published is of this log and not newer than what it signed.
    old = check_not_ahead(folder, head.size, keys, origin) or Checkpoint(origin, 0, EMPTY_ROOT)
    # (2) The signed tree extends the published one. Tiles that do not lead to their checkpoint are written anew.
    frontier = frontier_in(folder, old.size, old.root)
    since = old.size if frontier else 0
    frontier = frontier or Frontier().extend(source.leaves(0, old.size))
    if frontier.root != old.root or frontier.extend(source.leaves(old.size, head.size)).root != head.root:
        raise Diverged(CHECKPOINT, f"the signed tree of {head.size} entries does not extend the published {old.size}")
    # (3) Tiles first. (4) They lead to the signed root. (5) Witnesses. (6) Then the checkpoint.
    _write_tiles(folder, source, since, head.size)
    tree = tree_in(folder, head.size)
    if tree.root() != head.root:
        raise Diverged("tile", f"the tiles do not lead to the signed root of {head.size} entries")
    shown = cosign(head, tree)
    if shown is not None and folder.read(CHECKPOINT) != shown.note.encode():
        folder.commit(CHECKPOINT, shown.note.encode())


def bundle_of(source: Source, number: int, size: int) -> list[bytes]:
    """The entries of bundle `number` in a tree of `size` entries. Raises StoreCorrupt if one is missing."""
    start, end = number * WIDTH, min(size, (number + 1) * WIDTH)
    entries = [recorded.statement for recorded in source.entries(start, end - start)]
    if len(entries) != end - start:
        raise StoreCorrupt(start + len(entries), "notification_id", "the entry is missing")
    return entries


def _write_tiles(folder: Folder, source: Source, since: int, size: int) -> None:
    if since == size:
        return
    for number in range(since // WIDTH, -(-size // WIDTH)):
        entries = bundle_of(source, number, size)
        _put(folder, Tile(None, number, len(entries)), join_entries(entries))
        _put(folder, Tile(0, number, len(entries)), b"".join(map(leaf_hash, entries)))
    for tile in tiles_of(size, since):
        if tile.level:
            _put(folder, tile, _inner(folder, tile, since))


def _inner(folder: Folder, tile: Tile, since: int) -> bytes:
    """A tile of the levels above 0, grown from its last partial form where there is one."""
    level = tile.level or 0
    had = min(tile.width, max(0, since // WIDTH**level - tile.number * WIDTH))
    data = (folder.read(Tile(level, tile.number, had).path) if had else None) or b""
    if len(data) != had * HASH_SIZE:
        had, data = 0, b""
    return data + b"".join(_root(folder, level - 1, tile.number * WIDTH + n) for n in range(had, tile.width))


def _root(folder: Folder, level: int, number: int) -> bytes:
    path = Tile(level, number).path
    data = folder.read(path)
    if data is None or len(data) != WIDTH * HASH_SIZE:
        raise Diverged(path, "the tile is missing or cut short: remove the tiles of this folder and publish again")
    return root_of([data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)])


def _put(folder: Folder, tile: Tile, data: bytes) -> None:
    there = folder.read(tile.path)
    if there is not None and there != data:
        raise Diverged(
            tile.path, "another tile is published under this name than the log gives, and tiles never change"
        )
    folder.write(tile.path, data)


def prune_partials(root: Path, size: int, now: float) -> int:
    """Removes partial tiles that the checkpoint of `size` entries does not need and that are old enough.

    Looks only where new ones arise, beside the last tiles of each level. `now` is in seconds since 1970 UTC. Returns
    how many files went.
    """
    needed = {tile.path for tile in tiles_of(size) if tile.width < WIDTH}
    folders = {(root / tile.path).parent for tile in _last_tiles(size)}
    removed = 0
    for folder in folders:
        for partials in folder.glob("*.p") if folder.is_dir() else ():
            for file in partials.iterdir():
                old = file.stat().st_mtime < now - KEEP_PARTIALS_SECONDS
                if old and _WIDTH.fullmatch(file.name) and file.relative_to(root).as_posix() not in needed:
                    file.unlink()
                    removed += 1
            if not any(partials.iterdir()):
                partials.rmdir()
    return removed


_WIDTH: Final = re.compile("[1-9][0-9]{0,2}")


def _last_tiles(size: int) -> Iterator[Tile]:
    """Of each level the last tile and the one before it, named as full ones."""
    for level, unit in ((None, 1), *((level, WIDTH**level) for level in range(8))):
        last = (size // unit - 1) // WIDTH
        if last < 0:
            return
        yield from (Tile(level, number) for number in {max(0, last - 1), last})
