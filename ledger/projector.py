"""Views of the log. A projection is data; the projector owns order, position (exactly once), catch-up and rebuild.

A view can be thrown away at any time: it is a fold of the log and nothing else. It should keep no personal value in
clear, or an erasure has to reach into it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any, Final, Protocol

from ledger.store import Feed, Log, Recorded, StoreError, Subscription

CHUNK: Final = 2000
"""Entries a transaction of the view."""


class Tables(Protocol):
    """The projection's own tables, inside the transaction that also moves its position."""

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> None:
        """Runs one statement."""

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """Runs one statement for each row."""

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """Rows of a select."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A view of the log: what it is called, where it is kept, and how entries change it."""

    name: str
    revision: int
    """Raised when tables or meaning change; the view is then rebuilt."""
    tables: Mapping[str, str]
    """Table name → `CREATE TABLE` statement."""
    apply: Callable[[Tables, Sequence[Recorded]], None]
    """Takes the next entries, in log order, each exactly once. Depends on nothing but the tables and the entries."""
    indexes: Sequence[str] = ()
    """`CREATE INDEX` statements on these tables."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a view has come: it has seen `count` entries, the last one with leaf hash `leaf` (empty at the start)."""

    count: int = 0
    leaf: bytes = b""


class ViewMoved(StoreError):
    """Another projector has moved the view meanwhile: read its position again."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the view {name} was moved by another projector")
        self.name = name


class Views(Protocol):
    """Where views are kept."""

    def position(self, projection: Projection) -> Position:
        """How far this revision of the view has come. Where the view has another revision or none, it is made empty."""

    def advance(self, projection: Projection, seen: Position, entries: Sequence[Recorded]) -> Position:
        """Applies the entries and moves the position from `seen`, in one transaction. Raises ViewMoved."""

    def reset(self, projection: Projection) -> None:
        """Makes the view empty."""

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """Rows of a select over the views."""


class Projector:
    """Keeps views up to date with the log. Several may work on the same views; each entry is applied once."""

    def __init__(self, log: Log, views: Views, projections: Sequence[Projection]) -> None:
        """Raises ValueError for two projections of one name."""
        if len({projection.name for projection in projections}) != len(projections):
            raise ValueError("two projections have the same name")
        self._log = log
        self._views = views
        self._projections = tuple(projections)

    def catch_up(self) -> int:
        """Brings all views to the end of the log. Returns the size of the log that they show."""
        while True:
            try:
                return self._catch_up()
            except ViewMoved:
                continue

    def shown(self) -> int:
        """How many entries of the log all views have seen."""
        return min((self._views.position(projection).count for projection in self._projections), default=0)

    def rebuild(self) -> int:
        """Makes all views anew from entry 0 on."""
        for projection in self._projections:
            self._views.reset(projection)
        return self.catch_up()

    @contextmanager
    def live(self, feed: Feed) -> Iterator[Live]:
        """Keeps the views up to date in a thread of its own as long as the context lasts. Raises what failed there."""
        size = self.catch_up()
        with feed.subscribe(size) as subscription:
            live = Live(self, subscription, size)
            live.start()
            try:
                yield live
            finally:
                subscription.stop()
                live.join()
        live.check()

    def _catch_up(self) -> int:
        positions = {projection.name: self._trusted_position(projection) for projection in self._projections}
        start = min((position.count for position in positions.values()), default=0)
        while entries := self._log.entries(start, CHUNK):
            for projection in self._projections:
                position = positions[projection.name]
                if news := entries[position.count - start :]:
                    positions[projection.name] = self._views.advance(projection, position, news)
            start += len(entries)
        return start

    def _trusted_position(self, projection: Projection) -> Position:
        """The view's position, after making it empty if it was built from another history (a restored backup)."""
        position = self._views.position(projection)
        if position.count:
            last = self._log.entry(position.count - 1)
            if last is None or last.leaf != position.leaf:
                self._views.reset(projection)
                return Position()
        return position


class Live(Thread):
    """The thread that follows a subscription."""

    def __init__(self, projector: Projector, subscription: Subscription, size: int) -> None:
        """`size`: how many entries the views show already."""
        super().__init__(name="projector", daemon=True)
        self._projector = projector
        self._subscription = subscription
        self._size = size
        self._error: BaseException | None = None
        self._moved = Condition()

    def run(self) -> None:
        """Catches up at each news, until the subscription is stopped."""
        try:
            for index in self._subscription:
                if index >= self._size:
                    self._reached(self._projector.catch_up())
        except BaseException as error:
            with self._moved:
                self._error = error
                self._moved.notify_all()

    def wait(self, size: int, timeout: float) -> bool:
        """Waits, at most `timeout` seconds, until the views show `size` entries; False if they do not.

        Raises what failed in the thread.
        """
        with self._moved:
            self._moved.wait_for(lambda: self._error is not None or self._size >= size, timeout)
        self.check()
        return self._size >= size

    def check(self) -> None:
        """Raises what failed in the thread."""
        if self._error is not None:
            raise self._error

    def _reached(self, size: int) -> None:
        with self._moved:
            self._size = size
            self._moved.notify_all()
