"""Bisect of a projection: the first event after which a ledger's fold is not what another ledger's, or a file, says.

The index is searched with the fold itself, in few passes: each looks at some places that lie evenly between two indices
of which it is known that the answer lies between them, and the next one between two neighbours of those.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.open import Ledger
from ledger.states.folding import Folding
from ledger.store import Recorded
from verifier.errors import CouldNotCheck
from verifier.states.point import AfterEntries, OnDay, Point, parse_point
from verifier.states.table import Difference, State, difference

PLACES: Final = 16
"""How many places a pass looks at."""


class Verdict(enum.StrEnum):
    """What two states of a projection are to each other."""

    SAME = "same"
    CONTINUED = "continued"
    """The same as far as the shorter log goes."""
    PARTED = "parted"


@dataclass(frozen=True, slots=True)
class Parting:
    """Where a projection of two ledgers, or of a ledger and of a file, parts."""

    verdict: Verdict
    index: int | None
    """The entry after which they differ, or which only the longer log has. None where no entry of the ledger makes the
    difference: rows stand in the file that no event of the log ever made.
    """
    entries: tuple[Recorded | None, Recorded | None]
    """That entry in the first ledger, and in the second."""
    found: Difference
    """The rows that differ: after that entry for two ledgers, at the file's own point for a file."""


def part_ledgers(one: Ledger, other: Ledger, projection: str) -> Parting:
    """Where two ledgers' folds part. Raises CouldNotCheck, StoreError.

    What parted is taken to stay so: where rows differ for a while and are the same again later on, the index is one
    after which they differ, and need not be the first.
    """
    sizes = [ledger.store.head().size for ledger in (one, other)]
    common = min(sizes)

    def differ(size: int, folds: tuple[Folding, ...]) -> bool:
        return not _between(size, folds).same

    whole = _at((one, other), projection, common)
    if whole.same:
        verdict = Verdict.SAME if sizes[0] == sizes[1] else Verdict.CONTINUED
        index = None if verdict is Verdict.SAME else common
    else:
        verdict = Verdict.PARTED
        index = _first((one, other), projection, common, differ) - 1
        whole = _at((one, other), projection, index + 1)
    entries = (None, None) if index is None else (one.store.entry(index), other.store.entry(index))
    return Parting(verdict, index, entries, whole)


def part_file(ledger: Ledger, told: State) -> Parting:
    """After which event a ledger's fold has a row that a kept state of it has otherwise.

    Raises CouldNotCheck, StoreError.

    The ledger is folded to the state's own size. Of the rows that differ then, the event named is the one that first
    gave one of them the value which it has there and the file has not.
    """
    point, day = _point(told), date.fromisoformat(told.day) if told.day else None
    by = point.day if isinstance(point, OnDay) else None
    with closing(Folding(ledger, told.projection, by)) as folding:
        folding.advance(told.size)
        right = folding.state(point, day)
    found = difference(told, right)
    if found.same:
        return Parting(Verdict.SAME, None, (None, None), found)
    wanted = {row[: right.key]: row for row in (*found.added, *(item.after for item in found.changed))}

    def made(size: int, folds: tuple[Folding, ...]) -> bool:
        rows = folds[0].state(point, day).rows
        return any(wanted.get(row[: right.key]) == row for row in rows)

    index = _first((ledger,), told.projection, told.size, made, by) - 1 if wanted else None
    return Parting(Verdict.PARTED, index, (None if index is None else ledger.store.entry(index), None), found)


def _first(
    ledgers: tuple[Ledger, ...],
    projection: str,
    size: int,
    holds: Callable[[int, tuple[Folding, ...]], bool],
    by: date | None = None,
) -> int:
    """A size after which something holds and before which it does not: it does not at 0, and does at `size`."""
    low, high = 0, size
    while high - low > 1:
        step = -(-(high - low) // PLACES)
        with ExitStack() as stack:
            folds = tuple(stack.enter_context(closing(Folding(ledger, projection, by))) for ledger in ledgers)
            for place in range(low + step, high, step):
                for fold in folds:
                    fold.advance(place)
                if holds(place, folds):
                    high = place
                    break
                low = place
    return high


def _at(ledgers: tuple[Ledger, ...], projection: str, size: int) -> Difference:
    with ExitStack() as stack:
        folds = tuple(stack.enter_context(closing(Folding(ledger, projection))) for ledger in ledgers)
        for fold in folds:
            fold.advance(size)
        return _between(size, folds)


def _between(size: int, folds: tuple[Folding, ...]) -> Difference:
    one, other = (fold.state(AfterEntries(size)) for fold in folds)
    return difference(one, other)


def _point(told: State) -> Point:
    try:
        return parse_point(told.at)
    except ValueError as error:
        raise CouldNotCheck(f"the state is of no point: {error}") from None
