"""The certificates of a cohort for paper: what is to be had, and either file as it is made."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.attachment import attachment
from api.languages import Words
from api.office import printing_words, training_words, words
from api.office.cohorts import address
from api.office.console import Console, Sent
from api.office.gate import Acting
from ledger.awards import Awards
from ledger.office.seeing import sees_cohort
from ledger.office.sight import OutOfSight
from ledger.papers import Papers
from ledger.receipts import NotYetSigned
from ledger.refusals import Code
from verifier.errors import CouldNotCheck, VerificationError

STALLED_SECONDS: Final = 60.0
"""How long who asked for a file may take no piece of it before others have their turn."""
_KINDS: Final = {"zip": "application/zip", "print": "application/pdf"}
_log = logging.getLogger(__name__)


class _Busy(Exception):
    """Somebody else's file is being made."""


def routes(console: Console, awards: Callable[[], Awards]) -> list[Route]:
    """The routes below `/console`."""
    return [console.route("/cohorts/{cohort}/papers", Printing(console, awards).papers)]


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


class Printing:
    """The page. One file at a time is made in a process: each keeps its processors busy."""

    def __init__(self, console: Console, awards: Callable[[], Awards]) -> None:
        self._console, self._awards = console, awards
        self._turn = Turn()

    def papers(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """What is to be had; what is sent asks for one of the files. For who sees everybody in the cohort."""
        sight = self._console.sight(acting)
        cohort = sight.cohort(request.path_params["cohort"]).cohort
        if not sees_cohort(acting.member, cohort, sight.base):
            raise OutOfSight(Code.UNKNOWN_COHORT, "no such cohort, or none of which this account sees everybody")
        kind, awards = sent.get("do", ""), self._awards()
        awards.catch_up()
        try:
            if kind not in _KINDS:
                return self._page(request, acting, cohort, Papers(awards, cohort, sight.today))
            made = self._made(Papers(awards, cohort, sight.today), kind)
            first = next(made)  # so that what fails at once is still a page
        except _Busy:
            return self._without(request, acting, printing_words.BUSY, 429)
        except NotYetSigned:
            return self._without(request, acting, training_words.NOT_YET, 503)
        except (VerificationError, CouldNotCheck) as error:
            _log.error("a cohort's papers could not be made: %s: %s", type(error).__name__, error)
            return self._without(request, acting, words.NOT_NOW, 503)
        name = f"{cohort}-{sight.today}.{'zip' if kind == 'zip' else 'pdf'}"
        return StreamingResponse(_with_first(first, made), 200, attachment(name), _KINDS[kind])

    def _made(self, papers: Papers, kind: str) -> Iterator[bytes]:
        """The file, piece by piece; the turn is given back however it ends. Raises _Busy."""
        mine = self._turn.take()
        if mine is None:
            raise _Busy
        try:
            for piece in papers.zipped() if kind == "zip" else papers.bound():
                if not self._turn.goes_on(mine):
                    raise ConnectionAbortedError("nobody took the file for a minute, and somebody else's turn came")
                yield piece
        finally:
            self._turn.give_back(mine)

    def _page(self, request: Request, acting: Acting, cohort: str, papers: Papers) -> Response:
        return self._console.page(
            "office/papers.html", request, acting,
            training=training_words, printing=printing_words, cohort=cohort, at=address(cohort), papers=papers,
        )  # fmt: skip

    def _without(self, request: Request, acting: Acting, sentence: Words, status: int) -> Response:
        return self._console.page("office/refused.html", request, acting, status, refused=sentence, told="")


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
