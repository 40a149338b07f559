"""The certificates of a cohort for paper: what is to be had, and either file as it is made."""

from __future__ import annotations

import logging
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

_KINDS: Final = {"zip": "application/zip", "print": "application/pdf"}
_log = logging.getLogger(__name__)


class _Busy(Exception):
    """Somebody else's file is being made."""


def routes(console: Console, awards: Callable[[], Awards]) -> list[Route]:
    """The routes below `/console`."""
    return [console.route("/cohorts/{cohort}/papers", Printing(console, awards).papers)]


class Printing:
    """The page. One file at a time is made in a process: each keeps its processors busy."""

    def __init__(self, console: Console, awards: Callable[[], Awards]) -> None:
        self._console, self._awards = console, awards
        self._making = Lock()

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
        if not self._making.acquire(blocking=False):
            raise _Busy
        try:
            yield from papers.zipped() if kind == "zip" else papers.bound()
        finally:
            self._making.release()

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
