"""Public notices (公示) and the form by which anybody may object while one stands. None of it needs a script."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import lookup, notice_words
from api.banners import BANNERS
from api.digits import whole
from api.headers import PERSONAL
from api.languages import choose
from api.refused import Refused
from api.templates import Site
from ledger.deciders.objection import LIMITS, text_fault
from ledger.handle import Clock, moment_of
from ledger.notices import Gone, Notice, Notices
from ledger.receipts import NotYetSigned
from ledger.refusals import Code, Refusal
from verifier.errors import Malformed

BODY_LIMIT: Final = 64 * 1024
"""Bytes of the largest form: each of its characters may take nine as it is sent."""
STATEMENT_TYPE: Final = "application/scitt-statement+cose"
"""Of a Transparent Statement (RFC 9943)."""
_SENT_SIZE: Final = 16
_FORM: Final = {**PERSONAL, "Referrer-Policy": "same-origin"}
"""Under the policy of all other pages, a browser that sends no `Sec-Fetch-Site` would not say whose form it is."""
_REFUSALS: Final = {
    Code.NOTICE_OVER: (410, BANNERS["notice-ended"].sentence),
    Code.APPLICATION_CLOSED: (410, BANNERS["notice-ended"].sentence),
    Code.ERASED: (410, BANNERS["notice-ended"].sentence),
    Code.NO_TERMS: (409, notice_words.NO_FORM),
    Code.TOO_MANY_OBJECTIONS: (409, notice_words.ENOUGH),
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in, to be shown again where it cannot be taken."""

    name: str = ""
    contact: str = ""
    grounds: str = ""
    consent: bool = False
    sent: str = field(default_factory=lambda: secrets.token_hex(_SENT_SIZE))
    """The same for one form sent twice."""


def router(site: Site, notices: Callable[[], Notices], clock: Clock) -> APIRouter:
    """The list, a notice's page, and the form."""
    made = APIRouter()

    def now() -> datetime:
        return moment_of(clock)

    @made.api_route("/notices", methods=["GET", "HEAD"], include_in_schema=False)
    def listed(request: Request) -> HTMLResponse:
        try:
            shown = notices().listed(_page(request), now())
        except Exception:  # Whatever is wrong with store, log or disk: nothing is shown that was not checked.
            _log.exception("the notices could not be shown")
            return site.page("plain.html", request, 503, PERSONAL, sentence=notice_words.NOT_NOW)
        return site.page("notices.html", request, headers=PERSONAL, says=notice_words, listed=shown)

    @made.api_route("/n/{notice_id}", methods=["GET", "HEAD"], include_in_schema=False)
    def notice(request: Request, notice_id: str) -> HTMLResponse:
        return _notice_page(site, request, _found(notices(), notice_id, now()), now())

    @made.api_route("/n/{notice_id}/object", methods=["GET", "HEAD"], include_in_schema=False)
    def form(request: Request, notice_id: str) -> HTMLResponse:
        return _form_page(site, request, _found(notices(), notice_id, now()), now(), Filled())

    @made.post("/n/{notice_id}/object", include_in_schema=False)
    async def lodge(request: Request, notice_id: str) -> Response:
        filled = Filled()
        try:
            _check_own_form(request, site)
            filled = await _filled(request)
            link = await run_in_threadpool(_lodged, notices(), notice_id, filled, now())
        except Refused as refused:
            found = await run_in_threadpool(_found, notices(), notice_id, now())
            return await run_in_threadpool(_form_page, site, request, found, now(), filled, refused)
        return RedirectResponse(f"/o/{link}?lang={choose(request)}", 303, PERSONAL)

    return made


def objectors_router(site: Site, notices: Callable[[], Notices]) -> APIRouter:
    """The page that an objector keeps the address of, and the receipt."""
    made = APIRouter()

    @made.api_route("/o/{link}", methods=["GET", "HEAD"], include_in_schema=False)
    def objection(request: Request, link: str) -> HTMLResponse:
        try:
            there = notices().lodged(link)
        except Malformed:
            there = None
        except Exception:
            _log.exception("an objection could not be shown")
            return site.page("plain.html", request, 503, PERSONAL, sentence=notice_words.NOT_NOW)
        if there is None:
            return site.page("plain.html", request, 404, PERSONAL, sentence=notice_words.NO_OBJECTION)
        return site.page("objection.html", request, headers=PERSONAL, says=notice_words, there=there, never=date.min)

    @made.api_route("/o/{link}/objection.cbor", methods=["GET", "HEAD"], include_in_schema=False)
    def receipt(request: Request, link: str) -> Response:
        try:
            data = notices().receipt(link)
        except Malformed:
            data = None
        except NotYetSigned:
            return site.page("plain.html", request, 503, PERSONAL, sentence=notice_words.RECEIPT_SOON)
        except Exception:
            _log.exception("a receipt of an objection could not be made")
            return site.page("plain.html", request, 503, PERSONAL, sentence=notice_words.NOT_NOW)
        if data is None:
            return site.page("plain.html", request, 404, PERSONAL, sentence=notice_words.NO_OBJECTION)
        return Response(data, 200, {**PERSONAL, "Content-Disposition": "attachment"}, STATEMENT_TYPE)

    return made


def _page(request: Request) -> int:
    page = whole(request.query_params.get("page", ""), 6)
    return 1 if page is None else page


def _found(notices: Notices, notice_id: str, now: datetime) -> Notice | Gone | None:
    """The notice, why there is none, or None where that could not be found out."""
    try:
        return notices.find(notice_id, now)
    except Exception as error:  # Whatever is wrong with store, keys or disk: the visitor hears that nothing was.
        _log.error("a notice could not be shown: %s", type(error).__name__, exc_info=error)
        return None


def _notice_page(site: Site, request: Request, found: Notice | Gone | None, now: datetime) -> HTMLResponse:
    if isinstance(found, Notice):
        values = {"banner": BANNERS["in-notice"], "notice": found, "now": now, "decided_from": _decided_from(found)}
        return site.page("notice.html", request, 200, PERSONAL, says=notice_words, **values)
    return _no_notice(site, request, found)


def _no_notice(site: Site, request: Request, found: Gone | None) -> HTMLResponse:
    if found is Gone.UNKNOWN:
        return site.page("plain.html", request, 404, PERSONAL, sentence=notice_words.UNKNOWN)
    state, status = ("notice-ended", 410) if found is Gone.ENDED else ("could-not-check", 503)
    reason = None if found is Gone.ENDED else notice_words.COULD_NOT
    values = {"state": state, "banner": BANNERS[state], "reason": reason}
    return site.page("notice_gone.html", request, status, PERSONAL, says=notice_words, **values)


def _form_page(
    site: Site,
    request: Request,
    found: Notice | Gone | None,
    now: datetime,
    filled: Filled,
    refused: Refused | None = None,
) -> HTMLResponse:
    if not isinstance(found, Notice):
        return _no_notice(site, request, found)
    if not found.takes_objections:
        return site.page("plain.html", request, 409, PERSONAL, sentence=notice_words.NO_FORM)
    status = 200 if refused is None else refused.status
    values = {"notice": found, "filled": filled, "refused": refused, "limits": LIMITS, "now": now}
    return site.page("object.html", request, status, _FORM, says=notice_words, **values)


def _lodged(notices: Notices, notice_id: str, filled: Filled, now: datetime) -> str:
    """The link of the objection as recorded. Raises Refused."""
    if not filled.consent:
        raise _fault("consent")
    if fault := text_fault(filled.name, filled.contact, filled.grounds):
        raise _fault(fault)
    try:
        sent = bytes.fromhex(filled.sent)
        return notices.lodge(notice_id, filled.name, filled.contact, filled.grounds, sent, now)
    except Refusal as refusal:
        status, sentence = _REFUSALS.get(refusal.code, (409, notice_words.NO_FORM))
        raise Refused(status, refusal.code, notice_words.NOT_TAKEN, sentence) from None
    except Exception:  # Nothing is known of what became of it: sent again, it is recorded once.
        _log.exception("an objection could not be recorded")
        raise Refused(503, "could-not", notice_words.NOT_TAKEN, notice_words.NOT_NOW) from None


def _fault(field_name: str) -> Refused:
    return Refused(422, field_name, notice_words.NOT_TAKEN, notice_words.FAULTS[field_name])


def _check_own_form(request: Request, site: Site) -> None:
    """Refuses what another site's page makes a visitor's browser send: by Fetch Metadata, else by the Origin."""
    said = request.headers.get("sec-fetch-site")
    own = request.headers.get("origin") == site.url if said is None else said == "same-origin"
    if not own:
        raise Refused(403, "other-site", notice_words.NOT_TAKEN, notice_words.ELSEWHERE)


async def _filled(request: Request) -> Filled:
    try:
        data = await lookup.body_of(request, "application/x-www-form-urlencoded", BODY_LIMIT)
        fields = parse_qs(data.decode(), keep_blank_values=True, max_num_fields=10, strict_parsing=bool(data))
        sent = _one(fields, "sent")
        if len(bytes.fromhex(sent)) != _SENT_SIZE:
            raise ValueError("not what the form holds")
        consent = "consent" in fields
        texts = {name: _one(fields, name).replace("\r\n", "\n").strip() for name in LIMITS}
    except Refused as refused:
        raise _unreadable(refused.status) from None
    except ValueError:  # no UTF-8, no form, or not this one
        raise _unreadable(400) from None
    return Filled(**texts, consent=consent, sent=sent)


def _one(fields: dict[str, list[str]], name: str) -> str:
    """The value of a field that stands once. Raises ValueError."""
    (value,) = fields.get(name, [])
    return value


def _unreadable(status: int) -> Refused:
    return Refused(status, "unreadable", notice_words.NOT_TAKEN, notice_words.UNREADABLE)


def _decided_from(notice: Notice) -> date | None:
    return None if notice.days.last is None else notice.days.last + timedelta(days=1)
