"""The verification receipt of a link, as a PDF for the files of who asked; and of many checked things together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answer import Answer, State, answer_link
from api.banners import BANNERS
from api.bulk_words import OUTCOMES, REMARKS
from api.headers import PERSONAL
from api.links import STATUS, page_of
from api.templates import Site
from api.words import REASONS, SINCE
from ledger.awards import Awards
from ledger.handle import Clock, moment_of
from ledger.verification_receipt import pdf
from ledger.verification_receipt.making import Asked, make
from ledger.verification_receipt.page import Told, Vocabulary
from verifier.current import BUSINESS_ZONE
from verifier.errors import CouldNotCheck
from verifier.verification_receipt import LINK, NO_MATCH, STANDINGS, Presented

VOCABULARY: Final = Vocabulary(
    {
        state: Told(banner.word.zh, banner.word.en, banner.word.ko, banner.icon, banner.tone)
        for state, banner in (*BANNERS.items(), (NO_MATCH, OUTCOMES[NO_MATCH]))
    },
    {state.value: (words.zh, words.en) for state, words in SINCE.items()},
    {code: (words.zh, words.en) for code, words in REASONS.items()},
    {code: (words.zh, words.en) for code, words in REMARKS.items()},
)
NOTHING_TO_FILE: Final = 409
"""Status where a link leads somewhere, and there is nothing that a receipt could give evidence of."""

_log = logging.getLogger(__name__)


def router(site: Site, awards: Callable[[], Awards], clock: Clock) -> APIRouter:
    """The receipt of a link, in either letter case."""
    made = APIRouter()

    def as_pdf(link_id: str, request: Request) -> Response:
        now = moment_of(clock)
        answer = answer_link(awards(), link_id, now)
        if answer.state.value not in STANDINGS:
            return _without(site, answer, request)
        try:
            return file_of(_link_receipt(awards(), link_id, now), now)
        except Exception:  # As for the answer itself: whatever it was, the visitor hears that nothing was found out.
            _log.exception("a verification receipt could not be made")
            return _without(site, replace(answer, state=State.COULD_NOT_CHECK, code=CouldNotCheck.code), request)

    for prefix in ("/c", "/C"):
        made.add_api_route(
            f"{prefix}/{{link_id}}/receipt.pdf", as_pdf, methods=["GET", "HEAD"], include_in_schema=False
        )
    return made


def receipt_of(awards: Awards, asked: Sequence[Asked], now: datetime, turned_away: Mapping[str, int]) -> bytes:
    """The sealed PDF of a receipt of many things, checked once more now. Raises as `making.make`; CannotPrint."""
    return pdf.issue(make(awards, asked, now, turned_away), VOCABULARY)


def file_of(receipt: bytes, now: datetime) -> Response:
    """A receipt to be kept. Its name says when it was made, and nothing of anybody."""
    name = f"verification-receipt-{now.astimezone(BUSINESS_ZONE):%Y%m%d-%H%M%S}.pdf"
    headers = {**PERSONAL, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(receipt, headers=headers, media_type="application/pdf")


def _link_receipt(awards: Awards, link_id: str, now: datetime) -> bytes:
    issued = awards.by_link(link_id)
    made = make(awards, [Asked(Presented(LINK, link_id.upper()), issued)], now)
    if made.found.items[0].stood is None:
        raise CouldNotCheck("what could be checked a moment ago could not be checked for the receipt")
    return pdf.issue(made, VOCABULARY)


def _without(site: Site, answer: Answer, request: Request) -> Response:
    """The link's page, which says why there is no receipt: unknown, erased, or not to be checked now."""
    page = page_of(site, answer, request)
    page.status_code = STATUS.get(answer.state, NOTHING_TO_FILE)
    if answer.state is State.STANDING_NOT_CHECKED:
        page.status_code = 503
    return page
