"""The press: the certificates of a cohort for paper, for who sees everybody in it; one file at a time in a process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final

from ledger.awards import Awards
from ledger.office.seeing import sees_cohort
from ledger.office.sight import OutOfSight, Sight
from ledger.papers import Papers
from ledger.refusals import Code

STALLED_SECONDS: Final = 60.0
"""How long who asked for a file may take no piece of it before others have their turn."""
KINDS: Final = {"zip": "application/zip", "print": "application/pdf"}
"""The files that are to be had, with their media types."""


class Busy(Exception):
    """Somebody else's file is being made."""


class Turn:
    """Whose file is made. Who stops reading loses the turn to the next who asks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._holder: object | None = None
        self._moved_at = 0.0

    def take(self) -> object | None:
        """A turn; None while somebody else has it, and moves."""
        with self._lock:
            if self._holder is not None and self._clock() < self._moved_at + STALLED_SECONDS:
                return None
            self._holder, self._moved_at = object(), self._clock()
            return self._holder

    def goes_on(self, turn: object) -> bool:
        """Says that the next piece is wanted; whether the turn is still this one's."""
        with self._lock:
            if self._holder is turn:
                self._moved_at = self._clock()
            return self._holder is turn

    def give_back(self, turn: object) -> None:
        """Ends a turn, if it is still this one's."""
        with self._lock:
            if self._holder is turn:
                self._holder = None


class Press:
    """Makes files. One at a time is made in a process: each keeps its processors busy. Shared freely by threads."""

    def __init__(self) -> None:
        self._turn = Turn()

    def begun(self, papers: Papers, kind: str) -> Iterator[bytes]:
        """A file by pieces, of which the first is made: what fails at once fails here. Raises Busy, as `Papers`."""
        made = self.made(papers, kind)
        return _with_first(next(made), made)

    def made(self, papers: Papers, kind: str) -> Iterator[bytes]:
        """The file, piece by piece; the turn is given back however it ends. Raises Busy."""
        mine = self._turn.take()
        if mine is None:
            raise Busy
        try:
            for piece in papers.zipped() if kind == "zip" else papers.bound():
                if not self._turn.goes_on(mine):
                    raise ConnectionAbortedError("nobody took the file for a minute, and somebody else's turn came")
                yield piece
        finally:
            self._turn.give_back(mine)


def papers_of(sight: Sight, awards: Awards, code: str) -> Papers:
    """The papers of a cohort today. Raises OutOfSight for who does not see everybody in it; as `Papers` does."""
    cohort = sight.cohort(code).cohort
    if not sees_cohort(sight.member, cohort, sight.base):
        raise OutOfSight(Code.UNKNOWN_COHORT, "no such cohort, or none of which this account sees everybody")
    awards.catch_up()
    return Papers(awards, cohort, sight.today)


def file_name(cohort: str, sight: Sight, kind: str) -> str:
    """The name under which a file is to be saved."""
    return f"{cohort}-{sight.today}.{'zip' if kind == 'zip' else 'pdf'}"


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
