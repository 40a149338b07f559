"""A state of any projection of a ledger at a point."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from ledger.open import Ledger
from ledger.register.opening import VaultOpening
from ledger.states.days import happened_by
from ledger.states.private import PRIVATE, PrivateProjection, projection_of
from ledger.states.tables import MemoryTables
from ledger.store import Recorded
from verifier.current import business_day
from verifier.errors import CouldNotCheck
from verifier.merkle import Frontier
from verifier.statement import parse
from verifier.states.point import AfterEntries, OnDay, Point, RecordedBy
from verifier.states.public import PUBLIC, PublicFold
from verifier.states.published import known, state_of
from verifier.states.table import State, ordered
from verifier.verify import recorded_moment

CHUNK: Final = 1000
"""Entries that are read at a time."""

PROJECTIONS: Final = {
    **{item.name: item.told for item in PUBLIC.values()},
    **{item.name: item.told for item in PRIVATE.values()},
}
"""Every projection that a state can be asked of, with what a row of it is."""


class Folding:
    """One projection of a ledger, folded entry by entry. Close it after use.

    The store is believed: what it holds was checked when it was recorded, and `certledger fsck` checks it anew.
    """

    def __init__(self, ledger: Ledger, projection: str, day: date | None = None) -> None:
        """`day`: only what happened by this business date. Raises CouldNotCheck for a projection that is not there."""
        self._ledger, self._day = ledger, day
        self._frontier = Frontier()
        self._public, self._private = PublicFold(), PRIVATE.get(projection)
        self._opening = VaultOpening(ledger.data_keys, ledger.claim_keys)
        self._tables: MemoryTables | None = None
        point = AfterEntries(0) if day is None else OnDay(day)
        if projection not in PROJECTIONS:
            raise CouldNotCheck(f"there is no projection {projection!r}, but {', '.join(PROJECTIONS)}")
        if self._private is None:
            self._wanted = known(projection, point)
        else:
            _check_dated(self._private, day)
            self._tables = MemoryTables(projection_of(self._private, self._opening))
        self._last_day = date.min

    @property
    def size(self) -> int:
        """How many entries were taken in."""
        return self._frontier.size

    def advance(self, size: int) -> None:
        """Takes in the entries up to `size`. Raises CouldNotCheck where there are not so many; StoreError."""
        while self.size < size:
            entries = self._ledger.store.entries(self.size, min(CHUNK, size - self.size))
            if not entries:
                raise CouldNotCheck(f"the log has {self.size} entries, not {size}")
            self._take(entries)
            self._frontier = self._frontier.extend(entry.leaf for entry in entries)

    def state(self, point: Point, day: date | None = None) -> State:
        """The rows now. `day`: ask for standings of this day and not of that on which the last entry was recorded."""
        origin, root = self._ledger.settings.origin, self._frontier.root
        if self._private is None:
            return state_of(self._public, self._wanted, point, day, origin, root)
        assert self._tables is not None  # every private projection has them
        on = point.day if isinstance(point, OnDay) else day or self._last_day
        private = self._private
        asked = on.isoformat() if private.opened else ""
        rows = ordered(private.rows(self._tables, on), private.key)
        return State(private.name, origin, str(point), self.size, root.hex(), asked, private.columns, private.key, rows)

    def close(self) -> None:
        """Forgets everything."""
        if self._tables is not None:
            self._tables.close()

    def _take(self, entries: Sequence[Recorded]) -> None:
        if self._tables is None:
            for entry in entries:
                self._public.take(parse(entry.statement), checked=True)
            return
        recorded_at = parse(entries[-1].statement).record.envelope.recorded_at
        self._last_day = business_day(recorded_moment(recorded_at))
        if (day := self._day) is not None:
            opened = self._opening.open(entries)
            entries = [entry for entry in entries if happened_by(opened.event(entry), day)]
        if entries:
            self._tables.apply(entries)


def state_at(ledger: Ledger, projection: str, point: Point | None, day: date | None = None) -> State:
    """A projection at a point, None for the log's end. Raises CouldNotCheck, StoreError."""
    folding = Folding(ledger, projection, point.day if isinstance(point, OnDay) else None)
    try:
        folding.advance(size_at(ledger, point))
        return folding.state(point or AfterEntries(folding.size), day)
    finally:
        folding.close()


def size_at(ledger: Ledger, point: Point | None) -> int:
    """How many entries the log had at a point. Recorded times never run back, so they are searched."""
    match point:
        case AfterEntries(size):
            return size
        case RecordedBy():
            return _recorded_before(ledger, round(point.end.timestamp() * 1000))
        case _:
            return ledger.store.head().size


def _recorded_before(ledger: Ledger, milliseconds: int) -> int:
    low, high = 0, ledger.store.head().size
    while low < high:
        middle = (low + high) // 2
        entry = ledger.store.entry(middle)
        if entry is not None and parse(entry.statement).record.envelope.recorded_at < milliseconds:
            low = middle + 1
        else:
            high = middle
    return low


def _check_dated(projection: PrivateProjection, day: date | None) -> None:
    if day is not None and not projection.opened:
        raise CouldNotCheck(f"{projection.name} have no business dates: ask for a number of entries or a recorded time")
