"""Many at once: a page and a route for programs that check what is uploaded and keep nothing of it.

The answer is streamed: each piece is told as soon as it is checked, so that no upload outlasts a time-out, and who goes
away stops it. There is no job to ask about later, and so nothing personal that lies anywhere (ADR 24).
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api import bulk_receipt, bulk_rows, bulk_uploads, bulk_words, languages, links
from api.bulk_checks import TURNED_AWAY, Checked, Run, counted
from api.bulk_turns import Full, Guesses, Turns
from api.headers import PERSONAL
from api.limits import Monotonic, address_of
from api.problems import problem
from api.refused import Refused
from api.templates import Site
from ledger.awards import Awards
from ledger.bulk.items import ITEMS, Item, TooManyItems, Understood
from ledger.bulk.uploads import contents
from ledger.handle import Clock

NDJSON: Final = "application/x-ndjson"
STREAMED: Final = {**PERSONAL, "X-Accel-Buffering": "no"}
"""Of a streamed answer: nginx passes each piece on at once."""

_ROWS: Final = "<!--rows-->"
_NAME: Final = "certledger-check"
_PDF_TYPE: Final = "application/pdf"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Upload:
    """One upload that is being answered."""

    files: tuple[Understood, ...]
    items: tuple[Item, ...]
    run: Run
    turns: Turns
    answer: str
    begun: float
    results: list[Checked] = field(default_factory=list)

    async def slices(self) -> AsyncIterator[list[Checked]]:
        """What came of the pieces, a few at a time, in their order."""
        left = iter(self.items)
        while True:
            async with self.turns.working:
                done = await run_in_threadpool(self.run.slice, left)
            if not done:
                return
            self.results += done
            await asyncio.sleep(self.run.rest())
            yield done

    @property
    def is_for_nothing(self) -> bool:
        """Whether every piece was turned away."""
        return all(checked.state == TURNED_AWAY for checked in self.results)

    def receipt(self) -> bytes | None:
        """The verification receipt of the pieces; None where none could be made, or nothing was checked."""
        try:
            return bulk_receipt.receipt(self.run.awards(), self.results, self.run.now())
        except Exception:  # Whatever is wrong with log, keys or disk: there is no receipt, and the page says so.
            _log.exception("no receipt could be made of an upload")
            return None

    def summary(self) -> dict[str, Any]:
        """The last line of an answer for programs. Where it is missing, the answer is not all."""
        sizes = [checked.answer.log_size for checked in self.results if checked.answer and checked.answer.log_size]
        return {
            "type": "end",
            "items": len(self.results),
            "counts": counted(self.results),
            "log_size": max(sizes, default=None),
            "seconds": round(self.run.monotonic() - self.begun, 3),
        }


class _Answer(StreamingResponse):
    """A streamed answer that gives its room back however it ends, also where it never begins."""

    def __init__(self, content: AsyncIterator[bytes], held: ExitStack, headers: dict[str, str], kind: str) -> None:
        super().__init__(content, 200, headers, kind)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        with self._held:
            await super().__call__(scope, receive, send)


class _Whole(Response):
    """An answer of which nothing is sent before all of it is there, so that it may still be a refusal.

    Who goes away meanwhile ends the work, and its room is given back however it ends.
    """

    def __init__(self, making: Callable[[], Awaitable[Response]], held: ExitStack) -> None:
        super().__init__()
        self._making, self._held = making, held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Makes it and sends it."""
        with self._held:
            async with anyio.create_task_group() as tasks:

                async def until_gone() -> None:
                    while (await receive())["type"] != "http.disconnect":
                        pass
                    tasks.cancel_scope.cancel()

                tasks.start_soon(until_gone)
                answer = await self._making()
                await answer(scope, receive, send)
                tasks.cancel_scope.cancel()


Form = tuple[AsyncIterator[bytes], dict[str, str], str]
"""An answer as it is sent: its pieces, its own headers, its media type."""


class _Desk:
    """Takes uploads in, and answers or refuses them."""

    def __init__(self, awards: Callable[[], Awards], clock: Clock, monotonic: Monotonic, guesses: Guesses) -> None:
        self._awards, self._clock, self._monotonic = awards, clock, monotonic
        self._turns, self._guesses = Turns(monotonic), guesses

    async def answer(
        self, request: Request, form: Callable[[Upload], Form | None], refusal: Callable[[Refused], Response]
    ) -> Response:
        """The answer to an upload in a form, or its refusal, once nothing more of it is coming.

        Without a form of its own the upload is answered with its verification receipt.
        """
        with ExitStack() as held:
            try:
                upload = await self._taken(request, held)
            except Refused as refused:
                held.close()
                await bulk_uploads.drain(request)
                return refusal(refused)
            except ClientDisconnect:
                return Response(status_code=400)  # for nobody: who sent it went away in the middle
            formed = form(upload)
            if formed is None:
                return _Whole(lambda: _receipt(upload, refusal), held.pop_all())
            content, headers, kind = formed
            return _Answer(content, held.pop_all(), {**STREAMED, **headers}, kind)

    async def _taken(self, request: Request, held: ExitStack) -> Upload:
        """An upload, read and with room of its own. Raises Refused."""
        address, begun = address_of(request.scope), self._monotonic()
        held.enter_context(self._turns.admitted(address, bulk_uploads.announced(request)))
        sent = await bulk_uploads.read(request)
        for uploaded in sent.files:
            held.callback(uploaded.file.close)
        try:
            async with self._turns.working:
                read = await run_in_threadpool(contents, sent.files)
        except TooManyItems:
            raise bulk_uploads.too_many_items() from None
        items = (*read.items, *sent.items)
        if not items:
            raise Refused(422, "nothing-uploaded", bulk_words.NOTHING, bulk_words.NOTHING_HOW)
        run = Run(self._awards, self._clock, self._monotonic, address, self._guesses)
        return Upload(read.files, items, run, self._turns, sent.answer, begun)


def router(site: Site, awards: Callable[[], Awards], clock: Clock, monotonic: Monotonic, guesses: Guesses) -> APIRouter:
    """The page with the form, its answer in the form that was asked for, and the same for programs."""
    made = APIRouter()
    desk = _Desk(awards, clock, monotonic, guesses)

    def page(request: Request, refused: Refused | None = None) -> HTMLResponse:
        headers = {**PERSONAL, **_retry(refused)} if refused else {}
        status = refused.status if refused else 200
        return site.page("bulk.html", request, status, headers, says=bulk_words, refused=refused)

    @made.api_route("/bulk", methods=["GET", "HEAD"], include_in_schema=False)
    def form(request: Request) -> HTMLResponse:
        return page(request)

    @made.post("/bulk", include_in_schema=False)
    async def answered(request: Request) -> Response:
        return await desk.answer(
            request, lambda upload: _in_form(site, request, upload), lambda refused: page(request, refused)
        )

    @made.post("/bulk.json", **_documented())
    async def twin(request: Request) -> Response:
        def refusal(refused: Refused) -> Response:
            headers = {**PERSONAL, **_retry(refused)}
            return problem(refused.status, refused.code, refused.title, refused.detail, headers)

        return await desk.answer(request, lambda upload: (_lines(upload), {}, NDJSON), refusal)

    return made


def _retry(refused: Refused | None) -> dict[str, str]:
    return {"Retry-After": str(refused.seconds)} if isinstance(refused, Full) else {}


async def _lines(upload: Upload) -> AsyncIterator[bytes]:
    """JSON, one object a line: what was understood, each piece, the summary."""
    files = [bulk_rows.understood_json(told) for told in upload.files]
    yield _line({"type": "begin", "items": len(upload.items), "files": files})
    at = 0
    async for done in upload.slices():
        yield b"".join(_line(bulk_rows.checked_json(at + place, one)) for place, one in enumerate(done, start=1))
        at += len(done)
    yield _line(upload.summary())


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _in_form(site: Site, request: Request, upload: Upload) -> Form | None:
    """The form of answer that was asked for; a page where none was, or one that there is not; None for a receipt."""
    language = languages.choose(request)
    if upload.answer == "csv":
        return _csv(upload, language), _attached("csv"), bulk_rows.CSV_TYPE
    if upload.answer == "xlsx":
        return _xlsx(upload, language), _attached("xlsx"), bulk_rows.XLSX_TYPE
    if upload.answer == "pdf":
        return None
    told = {"Content-Language": languages.TAGS[language], "Vary": "Accept-Language"}
    return _html(site, request, upload, language), told, "text/html"


def _attached(ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{_NAME}.{ending}"'}


async def _csv(upload: Upload, language: languages.Language) -> AsyncIterator[bytes]:
    table = bulk_rows.CsvTable(language)
    yield table.head()
    async for done in upload.slices():
        yield table.rows(done)


async def _xlsx(upload: Upload, language: languages.Language) -> AsyncIterator[bytes]:
    async for _ in upload.slices():
        pass
    yield await run_in_threadpool(bulk_rows.workbook, upload.results, language)


async def _receipt(upload: Upload, refusal: Callable[[Refused], Response]) -> Response:
    """The receipt or, where there can be none, the reason."""
    async for _ in upload.slices():
        pass
    if upload.is_for_nothing:
        why = bulk_words.why_nothing(bulk_receipt.turned_away(upload.results))
        return refusal(Refused(422, "nothing-checked", bulk_words.NOTHING_CHECKED, why))
    made = await run_in_threadpool(upload.receipt)
    if made is None:
        return refusal(Refused(503, "no-receipt", bulk_words.RECEIPT_FAILED, bulk_words.NO_RECEIPT))
    return Response(made, headers={**PERSONAL, **_attached("pdf")}, media_type=_PDF_TYPE)


async def _html(site: Site, request: Request, upload: Upload, language: languages.Language) -> AsyncIterator[bytes]:
    """The page up to its rows, the rows as they come, and the rest with the summary."""

    def whole(**values: Any) -> str:
        return site.text("bulk_result.html", request, says=bulk_words, upload=upload, **values)

    head, _, _ = whole(summary=None, downloads=()).partition(_ROWS)
    yield (head + _ROWS).encode()
    async for done in upload.slices():
        rows = [(checked, bulk_rows.row_of(checked), bulk_rows.remark_of(checked)) for checked in done]
        yield site.text("bulk_rows.html", request, says=bulk_words, rows=rows, place_of=bulk_rows.place_of).encode()
    downloads = await run_in_threadpool(_downloads, upload, language)
    _, _, tail = whole(summary=upload.summary(), downloads=downloads).partition(_ROWS)
    yield (_ROWS + tail).encode()


def _downloads(upload: Upload, language: languages.Language) -> list[tuple[str, str, str]]:
    """The result as files that lie in the page itself, so that none is kept here: name, media type, base64."""
    table = bulk_rows.CsvTable(language)
    files = [
        ("csv", bulk_rows.CSV_TYPE, table.head() + table.rows(upload.results)),
        ("xlsx", bulk_rows.XLSX_TYPE, bulk_rows.workbook(upload.results, language)),
    ]
    if not upload.is_for_nothing and (receipt := upload.receipt()) is not None:
        files.append(("pdf", _PDF_TYPE, receipt))
    return [(f"{_NAME}.{ending}", kind, base64.b64encode(data).decode("ascii")) for ending, kind, data in files]


def _documented() -> dict[str, Any]:
    """What stands in the OpenAPI document, where body and answer are made by hand."""
    told = {
        400: "`bad-upload`: not whole, or no list of items.",
        408: "`upload-too-slow`.",
        413: "`upload-too-large`, `too-many-items`.",
        415: "`bad-upload`: neither multipart/form-data nor application/json.",
        422: "`nothing-uploaded`.",
        429: "`too-many-requests`, `too-many-at-once`: Retry-After says when to ask again.",
        503: "`busy`: Retry-After says when to ask again.",
    }
    answers = links.problem_answers(told)
    lines = "One JSON object a line: `begin`, an `item` for each piece in order, `end` (docs/api.md)."
    answers[200] = {"description": lines, "content": {NDJSON: {"schema": {"type": "string"}}}}
    typed = {"number": {"type": "string"}, "name": {"type": "string"}}
    pair = {"type": "object", "required": ["number", "name"], "properties": typed}
    items = {"type": "array", "maxItems": ITEMS, "items": pair}
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    body = {
        "application/json": {"schema": {"type": "object", "required": ["items"], "properties": {"items": items}}},
        "multipart/form-data": {"schema": {"type": "object", "properties": {bulk_uploads.FILES: files}}},
    }
    return {
        "responses": answers,
        "response_class": StreamingResponse,
        "summary": "What many numbers with names, or many files, lead to",
        "operation_id": "bulk_json",
        "openapi_extra": {"requestBody": {"required": True, "content": body}},
    }
