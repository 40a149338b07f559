"""Whether the published tiles bear an entry out: its bundle, and the hashes that lead from it to the signed root.

A server could prove an entry out of what it remembers long after the tiles are gone or altered, while nobody else could
check the log any more. So what is answered is answered by the files as they are now. They are read once; after that a
file is looked at only by its stamp, which no change of its bytes or rights leaves as it was, once it is a moment old.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from verifier.errors import CouldNotCheck, VerificationError
from verifier.merkle import leaf_hash, verify_inclusion
from verifier.tile import WIDTH, TreeReader

ENTRIES: Final = 4096
"""Entries that are remembered at most, those asked for last."""

SETTLED_NANOSECONDS: Final = 100_000_000
"""Age from which a file's stamp is relied on. File systems count time in steps of some milliseconds: two changes in one
step leave one stamp."""

Stamp = tuple[int, int, int, int]
"""Inode, bytes, and the times of the last change of content and of anything, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class _Borne:
    statement: bytes
    files: tuple[tuple[str, Stamp], ...]
    """What bore it out, as it was when it was read."""


class PublishedEntries:
    """The entries of one published tree. Shared freely by threads."""

    def __init__(self, folder: Path, size: int, root: bytes) -> None:
        self._folder, self._size, self._root = folder, size, root
        self._borne: OrderedDict[int, _Borne] = OrderedDict()
        self._lock = Lock()

    def check(self, index: int, statement: bytes) -> None:
        """Checks that the tiles of now hold the statement at `index`. Raises CouldNotCheck where they do not.

        A partial tile that was taken away once the full one was there is no loss: the full one stands in for it.
        """
        borne = self._borne.get(index)
        if borne is not None and borne.statement == statement and _is_unchanged(borne.files):
            with self._lock:
                if index in self._borne:
                    self._borne.move_to_end(index)
            return
        borne = self._read(index, statement)
        if not all(is_settled(stamp) for _, stamp in borne.files):
            return
        with self._lock:
            self._borne[index] = borne
            while len(self._borne) > ENTRIES:
                self._borne.popitem(last=False)

    def _read(self, index: int, statement: bytes) -> _Borne:
        files: list[tuple[str, Stamp]] = []

        def fetch(path: str) -> bytes:
            file = self._folder / path
            data, stamp = read_stamped(file, path)
            files.append((str(file), stamp))
            return data

        tree = TreeReader(self._size, fetch)
        try:
            verify_inclusion(leaf_hash(statement), index, self._size, tree.inclusion_path(index), self._root)
            if tree.hash(0, index) != leaf_hash(statement):
                raise CouldNotCheck(f"the published tiles hold another hash of entry {index} than the log")
            if tree.entries(index // WIDTH)[index % WIDTH] != statement:
                raise CouldNotCheck(f"the published bundle holds another entry {index} than the log")
        except VerificationError as error:
            raise CouldNotCheck(f"the published tiles do not bear out entry {index}: {error.message}") from None
        return _Borne(statement, tuple(files))


def _is_unchanged(files: Iterable[tuple[str, Stamp]]) -> bool:
    try:
        return all(stamp_of(os.stat(file)) == stamp for file, stamp in files)
    except OSError:
        return False


def stamp_of(found: os.stat_result) -> Stamp:
    """By which a change of the file is seen."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def is_settled(stamp: Stamp) -> bool:
    """Whether whatever comes after this stamp has another one. Of a file dated in the future that is not known."""
    return stamp[3] < time.time_ns() - SETTLED_NANOSECONDS


def read_stamped(file: Path, name: str) -> tuple[bytes, Stamp]:
    """A file and its stamp. Raises CouldNotCheck where it cannot be had.

    The stamp is taken first: what is changed in the middle of reading has another one when it is looked at again.
    """
    try:
        with file.open("rb", buffering=0) as opened:
            stamp = stamp_of(os.fstat(opened.fileno()))
            return opened.readall(), stamp
    except OSError as error:
        raise CouldNotCheck(f"{name} cannot be read: {error.strerror or error}") from None
