"""The published tree: tiles, then the checkpoint that needs them, into a folder that any web server can serve.

FORMATS §3. A crash at any point leaves a folder whose checkpoint is covered by its tiles; the next run writes what is
missing. Tiles never change: a file that is there with other bytes is never overwritten, it is an error that names it.

Partial tiles stay until `ledger.pruning` takes those whose full tile is there.
"""

from __future__ import annotations

import fcntl
import os
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


class Overtaken(CannotPublish):
    """Another publisher was there in between: to be looked at anew."""


OTHER_TILE: Final = "another tile is published under this name than the log gives, and tiles never change"


class Folder(Protocol):
    """A place for published files, by their paths below it."""

    def exclusive(self) -> AbstractContextManager[None]:
        """One turn at publishing. Other publishers are kept out, or what they commit meanwhile is noticed by `commit`.

        Publishing happens within a turn.
        """

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None if there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Writes a file that never changes, whole or not at all; durable after the next `commit`.

        The same file twice is no error. Raises Diverged, here or from the next `read` of it or `commit`, where another
        is there; that one stays.
        """

    def commit(self, path: str, data: bytes) -> None:
        """Makes durable what was written before, then replaces this file, durably, whole or not at all.

        Raises Overtaken where the file is not what it was in this turn any more.
        """


class Clearing(Protocol):
    """A place whose published files can be listed and removed."""

    def listing(self, below: str) -> Iterator[tuple[str, float]]:
        """The files below a folder, with the time of each one's last change in seconds since 1970 UTC."""

    def remove(self, paths: list[str]) -> None:
        """Removes files; one that is not there is no error."""


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
        there = self.read(path)
        if there is not None and there != data:
            raise Diverged(path, OTHER_TILE)
        self.replace(path, data)

    def replace(self, path: str, data: bytes) -> None:
        """Writes a file whatever was there, whole or not at all; durable after the next `commit`."""
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
        self.replace(path, data)
        self._settle()

    def listing(self, below: str) -> Iterator[tuple[str, float]]:
        """See `Clearing`."""
        for file in sorted((self.root / below).rglob("*")):
            try:
                if file.is_file() and not file.name.endswith(".tmp"):
                    yield file.relative_to(self.root).as_posix(), file.stat().st_mtime
            except FileNotFoundError:  # removed meanwhile
                continue

    def remove(self, paths: list[str]) -> None:
        """See `Clearing`. Folders of partial tiles go with the last one."""
        for path in paths:
            (self.root / path).unlink(missing_ok=True)
        for folder in {(self.root / path).parent for path in paths}:
            if folder.name.endswith(".p") and folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

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
    roots: dict[tuple[int, int], bytes] = {}
    for number in range(since // WIDTH, -(-size // WIDTH)):
        entries = bundle_of(source, number, size)
        hashes = [leaf_hash(entry) for entry in entries]
        folder.write(Tile(None, number, len(entries)).path, join_entries(entries))
        folder.write(Tile(0, number, len(hashes)).path, b"".join(hashes))
        if len(hashes) == WIDTH:
            roots[0, number] = root_of(hashes)
    for tile in tiles_of(size, since):
        if tile.level:
            data = _inner(folder, tile, since, roots)
            folder.write(tile.path, data)
            if tile.width == WIDTH:
                roots[tile.level, tile.number] = root_of(_hashes(data))


def _inner(folder: Folder, tile: Tile, since: int, roots: dict[tuple[int, int], bytes]) -> bytes:
    """A tile of the levels above 0, grown from its last partial form where there is one.

    `roots` are those of the full tiles that were written just now, by level and number; others are read.
    """
    level = tile.level or 0
    had = min(tile.width, max(0, since // WIDTH**level - tile.number * WIDTH))
    data = (folder.read(Tile(level, tile.number, had).path) if had else None) or b""
    if len(data) != had * HASH_SIZE:
        had, data = 0, b""
    below = range(tile.number * WIDTH + had, tile.number * WIDTH + tile.width)
    return data + b"".join(roots.get((level - 1, n)) or _root(folder, level - 1, n) for n in below)


def _root(folder: Folder, level: int, number: int) -> bytes:
    path = Tile(level, number).path
    data = folder.read(path)
    if data is None or len(data) != WIDTH * HASH_SIZE:
        raise Diverged(path, "the tile is missing or cut short: remove the tiles of this folder and publish again")
    return root_of(_hashes(data))


def _hashes(data: bytes) -> list[bytes]:
    return [data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)]
