"""Reading a published log bundle by bundle, its entries examined by several processes at once.

A worker knows only keys by their thumbprints and judges nothing. Nothing is kept but the bundles in work, so that a log
of any size takes the same memory.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Final

from verifier.audit.examining import Examined, examine
from verifier.errors import CouldNotCheck, VerificationError
from verifier.tile import WIDTH, TreeReader

PARALLEL_FROM: Final = 2_000
"""Entries from which on further processes are worth their start."""
_AHEAD: Final = 4
"""Bundles in work for each process."""

Keys = Mapping[bytes, bytes]
"""Public keys by thumbprint."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One bundle of entries, with what was found of them."""

    first: int
    entries: list[bytes]
    examined: Examined


def processes_for(size: int) -> int:
    """How many further processes so many entries are worth."""
    return (os.cpu_count() or 1) if size >= PARALLEL_FROM else 0


def read(tree: TreeReader, start: int, known: Keys, learnt: Callable[[], Keys], processes: int) -> Iterator[Batch]:
    """The log's entries in order, from the bundle that holds entry `start`.

    `known` are the keys known from the beginning, `learnt` those that the log has told of by now. Raises CouldNotCheck,
    or Malformed for a bundle that is none.
    """
    bundles = range(start - start % WIDTH, tree.size, WIDTH)
    if not processes:
        for first in bundles:
            entries = tree.entries(first // WIDTH)
            yield Batch(first, entries, examine(entries, {**known, **learnt()}))
        return
    # A fork is quick, and safe only where no other thread holds a lock that the child would wait for.
    alone = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if alone else "spawn")
    with ProcessPoolExecutor(processes, context, _begin, (dict(known),)) as pool:
        waiting: deque[tuple[int, list[bytes], Keys, Future[Examined] | None]] = deque()
        failed: CouldNotCheck | VerificationError | None = None
        for first in bundles:
            try:
                entries, new = tree.entries(first // WIDTH), dict(learnt())
            except (CouldNotCheck, VerificationError) as error:
                failed = error  # what comes before it is finished first, as where nobody reads ahead
                break
            waiting.append((first, entries, new, _submitted(pool, entries, new)))
            if len(waiting) >= processes * _AHEAD:
                yield _finished(*waiting.popleft(), known)
        while waiting:
            yield _finished(*waiting.popleft(), known)
        if failed is not None:
            raise failed


def _submitted(pool: ProcessPoolExecutor, entries: list[bytes], learnt: Keys) -> Future[Examined] | None:
    try:
        return pool.submit(_work, entries, learnt)
    except BrokenProcessPool:
        return None


def _finished(first: int, entries: list[bytes], learnt: Keys, work: Future[Examined] | None, known: Keys) -> Batch:
    """A worker that was killed, for want of memory say, costs time and nothing else."""
    everything = {**known, **learnt}
    try:
        examined = work.result() if work else examine(entries, everything)
    except BrokenProcessPool:
        examined = examine(entries, everything)
    return Batch(first, entries, examined)


_known: dict[bytes, bytes] = {}


def _begin(keys: dict[bytes, bytes]) -> None:
    _known.update(keys)
    gc.freeze()  # what was there before the fork is never looked through again, and so never copied


def _work(entries: list[bytes], learnt: Keys) -> Examined:
    return examine(entries, {**_known, **learnt})
