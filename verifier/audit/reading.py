"""Reading a published log bundle by bundle, its signatures checked by several processes at once.

A worker knows only the keys of the trust file and judges nothing: it parses, hashes, and says of each plain entry
whether the signature is good for the key that the entry names. Whatever is not plain, or not good, the audit looks at
itself, with the authority of the log at that place.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Final, NamedTuple

from verifier import kinds, statement
from verifier.errors import VerificationError
from verifier.events import EVENTS
from verifier.merkle import leaf_hash
from verifier.statement import Statement
from verifier.tile import WIDTH, TreeReader

PARALLEL_FROM: Final = 2_000
"""Entries from which on further processes are worth their start."""
_AHEAD: Final = 4
"""Bundles in work for each process."""

PLAIN_KINDS: Final = frozenset(
    declared.kind for declared in EVENTS.values() if not declared.public and declared.kind not in kinds.APPROVED_KINDS
)
"""Kinds that show nothing of their own and need one person: most of a log."""


class Plain(NamedTuple):
    """What the log shows of a plain entry whose signature is good for the key named in it."""

    kind: str
    kid: bytes
    issuer: str
    stream: bytes
    version: int
    recorded_at: int
    actors: tuple[str, ...]
    pack: bytes | None


Examined = tuple[bytes, list[Plain | None]]
"""Leaf hashes one after another, and what is shown of each entry."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One bundle of entries. `plain` has None for an entry that the audit has to look at itself."""

    first: int
    entries: list[bytes]
    leaves: bytes
    plain: list[Plain | None]


def processes_for(size: int) -> int:
    """How many further processes a log of this size is worth."""
    return (os.cpu_count() or 1) if size >= PARALLEL_FROM else 0


def read(tree: TreeReader, keys: Mapping[bytes, bytes], processes: int) -> Iterator[Batch]:
    """The log's entries in order. Raises CouldNotCheck, or Malformed for a bundle that is none."""
    if not processes:
        for first in range(0, tree.size, WIDTH):
            entries = tree.entries(first // WIDTH)
            yield Batch(first, entries, *_examine(entries, keys))
        return
    # A fork is quick, and safe only where no other thread holds a lock that the child would wait for.
    alone = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if alone else "spawn")
    with ProcessPoolExecutor(processes, context, _begin, (dict(keys),)) as pool:
        waiting: deque[tuple[int, list[bytes], Future[Examined] | None]] = deque()
        for first in range(0, tree.size, WIDTH):
            entries = tree.entries(first // WIDTH)
            waiting.append((first, entries, _submitted(pool, entries)))
            if len(waiting) >= processes * _AHEAD:
                yield _finished(*waiting.popleft(), keys)
        while waiting:
            yield _finished(*waiting.popleft(), keys)


def _submitted(pool: ProcessPoolExecutor, entries: list[bytes]) -> Future[Examined] | None:
    try:
        return pool.submit(_work, entries)
    except BrokenProcessPool:
        return None


def _finished(first: int, entries: list[bytes], work: Future[Examined] | None, keys: Mapping[bytes, bytes]) -> Batch:
    """A worker that was killed, for want of memory say, costs time and nothing else."""
    try:
        examined = work.result() if work else _examine(entries, keys)
    except BrokenProcessPool:
        examined = _examine(entries, keys)
    return Batch(first, entries, *examined)


_known: dict[bytes, bytes] = {}


def _begin(keys: dict[bytes, bytes]) -> None:
    _known.update(keys)


def _work(entries: list[bytes]) -> Examined:
    return _examine(entries, _known)


def _examine(entries: list[bytes], keys: Mapping[bytes, bytes]) -> Examined:
    leaves = b"".join(map(leaf_hash, entries))
    return leaves, [_plain(entry, keys) for entry in entries]


def _plain(entry: bytes, keys: Mapping[bytes, bytes]) -> Plain | None:
    try:
        read = statement.parse(entry)
        if read.record.type.kind not in PLAIN_KINDS or read.kid not in keys:
            return None
        statement.verify_signature(read, keys[read.kid])
    except VerificationError:
        return None
    return _shown(read)


def _shown(read: Statement) -> Plain:
    around = read.record.envelope
    return Plain(
        read.record.type.kind,
        read.kid,
        read.issuer,
        read.stream_id.bytes,
        around.version,
        around.recorded_at,
        around.actors,
        around.pack.bytes if around.pack else None,
    )
