"""The certificates of a cohort for paper: what is to be had, and either file as it is made."""

from __future__ import annotations

import logging
from collections.abc import Callable
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
from api.office.press import KINDS, Busy, Press, file_name, papers_of
from ledger.awards import Awards
from ledger.papers import Papers
from ledger.receipts import NotYetSigned
from verifier.errors import CouldNotCheck, VerificationError

_log: Final = logging.getLogger(__name__)


def routes(console: Console, awards: Callable[[], Awards], press: Press) -> list[Route]:
    """The routes below `/console`."""
    return [console.route("/cohorts/{cohort}/papers", Printing(console, awards, press).papers)]


class Printing:
    """The page."""

    def __init__(self, console: Console, awards: Callable[[], Awards], press: Press) -> None:
        self._console, self._awards, self._press = console, awards, press

    def papers(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """What is to be had; what is sent asks for one of the files. For who sees everybody in the cohort."""
        sight, cohort = self._console.sight(acting), request.path_params["cohort"]
        kind = sent.get("do", "")
        try:
            papers = papers_of(sight, self._awards(), cohort)
            if kind not in KINDS:
                return self._page(request, acting, cohort, papers)
            made = self._press.begun(papers, kind)
        except Busy:
            return self._without(request, acting, printing_words.BUSY, 429)
        except NotYetSigned:
            return self._without(request, acting, training_words.NOT_YET, 503)
        except (VerificationError, CouldNotCheck) as error:
            _log.error("a cohort's papers could not be made: %s: %s", type(error).__name__, error)
            return self._without(request, acting, words.NOT_NOW, 503)
        return StreamingResponse(made, 200, attachment(file_name(cohort, sight, kind)), KINDS[kind])

    def _page(self, request: Request, acting: Acting, cohort: str, papers: Papers) -> Response:
        return self._console.page(
            "office/papers.html", request, acting,
            training=training_words, printing=printing_words, cohort=cohort, at=address(cohort), papers=papers,
        )  # fmt: skip

    def _without(self, request: Request, acting: Acting, sentence: Words, status: int) -> Response:
        return self._console.page("office/refused.html", request, acting, status, refused=sentence, told="")
