"""A PDF that somebody shows, beside the certificate drawn again from what was signed: a page, and for programs.

Nothing changes by it and nobody is logged in, so a form on another site could do no more than show a visitor this
site's own page. The upload stays in memory and is forgotten with the answer.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api import compare_words as says
from api import links, uploads, words
from api.answer import Answer, State, answer_proof
from api.banners import BANNERS, Banner, banner_of
from api.headers import PERSONAL
from api.problems import problem
from api.refused import Refused
from api.templates import Site
from ledger.awards import Awards
from ledger.certificate.bench import is_pdf
from ledger.certificate.beside import PageBeside, Region
from ledger.certificate.pixels import DOTS_PER_INCH
from ledger.handle import Clock, moment_of
from ledger.redraw import UPLOAD_LIMIT, IsReceipt, Likeness, Redrawn, compare
from verifier import verification_receipt
from verifier.check import state_of
from verifier.errors import CouldNotCheck, VerificationError

AT_ONCE: Final = 2
"""Comparisons that run at the same time in a process; each has a process of its own."""
WAITING: Final = 8
"""Uploads that are held in memory at the same time in a process, those that run included."""
READ_SECONDS: Final = 60.0
"""How long an upload may take to come in."""

_FORM_ROOM: Final = 8192
"""Bytes that a form takes beside the file."""

_log = logging.getLogger(__name__)


class RegionTold(BaseModel):
    """One place where the file is not as issued."""

    page: int
    kind: str = Field(description="`seen`, `printed` (on paper alone), `text` (for programs alone), `size` (the page).")
    box: tuple[int, int, int, int] = Field(
        description=f"Left, top, right, bottom in pixels at {DOTS_PER_INCH} dots an inch."
    )
    fields: list[str] = Field(description="What was signed there, where that can be said; `link_code`, `proof_code`.")
    reads: str = Field(description="Of a `text` region: what programs read there.")


class Comparison(BaseModel):
    """A file beside what was issued. The award's own standing is in `certificate`."""

    likeness: Likeness
    sentence: links.Sentence
    regions: list[RegionTold]
    added: list[str] = Field(description="Links, notes, scripts, forms and attachments that were not issued.")
    pages: int = Field(description="Of the file.")
    pages_issued: int
    without_text: bool = Field(description="Whether programs read nothing in the file, as in a scan.")
    certificate: links.LinkAnswer


def router(site: Site, awards: Callable[[], Awards], clock: Clock) -> APIRouter:
    """The form, its answer, and the same for programs."""
    made = APIRouter()
    turns = _Turns()

    async def compared(request: Request) -> tuple[Redrawn, Answer]:
        """What came of a file. Raises Refused, VerificationError, CouldNotCheck."""
        with turns.upload():
            upload = await _upload(request)
            async with turns.running:
                return await run_in_threadpool(answer_upload, awards, upload, moment_of(clock))

    def form(request: Request, refused: Refused | None = None) -> HTMLResponse:
        status = 200 if refused is None else refused.status
        return site.page("compare.html", request, status, PERSONAL, says=says, refused=refused)

    @made.api_route("/compare", methods=["GET", "HEAD"], include_in_schema=False)
    def empty(request: Request) -> HTMLResponse:
        return form(request)

    @made.post("/compare", include_in_schema=False)
    async def page(request: Request) -> HTMLResponse:
        try:
            found, answer = await compared(request)
        except Refused as refused:
            return form(request, refused)
        except (VerificationError, CouldNotCheck) as error:
            values = {"banner": _refusal(error), "state": state_of(error).value, "error": error}
            return site.page("uncompared.html", request, 422, PERSONAL, says=says, **values)
        return site.page("compared.html", request, 200, PERSONAL, says=says, **_values(found, answer))

    @made.post("/compare.json", **_documented())
    async def twin(request: Request) -> Response:
        try:
            found, answer = await compared(request)
        except Refused as refused:
            return problem(refused.status, refused.code, refused.title, refused.detail, PERSONAL)
        except (VerificationError, CouldNotCheck) as error:
            banner = _refusal(error)
            return problem(422, error.code, banner.word, words.refusal(error), PERSONAL)
        return Response(_comparison(found, answer).model_dump_json(), 200, PERSONAL, "application/json")

    return made


def answer_upload(awards: Callable[[], Awards], upload: bytes, now: datetime) -> tuple[Redrawn, Answer]:
    """What came of a file, and what stands of its award. Raises Refused, VerificationError, CouldNotCheck."""
    try:
        found = compare(awards(), upload)
    except (VerificationError, CouldNotCheck):
        raise
    except IsReceipt:
        raise _a_receipt() from None
    except Exception:  # Whatever is wrong with store, keys or disk: the visitor hears that nothing was found out.
        _log.exception("a file could not be compared")
        raise CouldNotCheck("the ledger could not be read at this moment: try again later") from None
    answer = answer_proof(awards(), found.proof, found.proved, now)
    if answer.shown is None or answer.log_size is None:
        raise CouldNotCheck("what stands of its certificate could not be found out at this moment: try again later")
    return found, answer


class _Turns:
    """How many may hand in a file, and compare one, at the same time."""

    def __init__(self) -> None:
        self.running = asyncio.Semaphore(AT_ONCE)
        self._held = 0

    @contextmanager
    def upload(self) -> Iterator[None]:
        """Room for one upload until it is answered. Raises Refused for whoever would be one too many."""
        if self._held >= WAITING:
            raise Refused(503, "busy", says.BUSY, says.BUSY_HOW)
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1


async def _upload(request: Request) -> bytes:
    """The one file of a request: a form's `file`, or a body that is a PDF itself. Raises Refused."""
    kind = uploads.media_type(request)
    async with uploads.in_time(READ_SECONDS, Refused(408, "upload-too-slow", says.TOO_SLOW, says.TOO_SLOW_HOW)):
        if kind == "application/pdf":
            data = await uploads.body(request, UPLOAD_LIMIT, _too_large())
        elif kind == "multipart/form-data":
            data = await _from_form(request)
        else:
            raise _no_file(415)
    if not data:
        raise _no_file()
    if not is_pdf(data):
        raise _a_receipt() if verification_receipt.claims_to_be(data) else _not_a_pdf()
    return data


async def _from_form(request: Request) -> bytes:
    try:
        form = await uploads.form(request, UPLOAD_LIMIT + _FORM_ROOM, _too_large(), files=1, fields=4)
    except uploads.BadForm:
        raise _no_file() from None
    try:
        part = form.get("file")
        return await part.read() if isinstance(part, UploadFile) else b""
    finally:
        await form.close()


def _no_file(status: int = 400) -> Refused:
    return Refused(status, "no-file", says.NO_FILE, says.NO_FILE_HOW)


def _not_a_pdf() -> Refused:
    return Refused(422, "not-a-pdf", says.NOT_A_PDF, says.NOT_A_PDF_HOW)


def _a_receipt() -> Refused:
    return Refused(422, "verification-receipt", BANNERS["verification-receipt"].word, says.RECEIPT_HOW)


def _too_large() -> Refused:
    return Refused(413, "upload-too-large", says.TOO_LARGE, says.TOO_LARGE_HOW)


# --- what is told ---------------------------------------------------------------------------------------------------


def _refusal(error: VerificationError | CouldNotCheck) -> Banner:
    """How it is told that nothing was compared."""
    banner = BANNERS[state_of(error).value]
    if isinstance(error, CouldNotCheck):
        return Banner(banner.tone, banner.icon, banner.word, says.CANNOT_COMPARE)
    return banner


def _comparison(found: Redrawn, answer: Answer) -> Comparison:
    compared = found.compared
    certificate = links.link_answer(answer)
    if not found.shows_link:
        certificate.superseded_by = None
    return Comparison(
        likeness=found.likeness,
        sentence=links.Sentence(**says.LIKENESSES[found.likeness].sentence.as_json()),
        regions=[
            RegionTold(
                page=region.page, kind=region.kind, box=region.box, fields=list(region.fields), reads=region.reads
            )
            for region in compared.regions
        ],
        added=list(compared.added),
        pages=compared.uploaded_pages,
        pages_issued=len(compared.pages),
        without_text=compared.unreadable,
        certificate=certificate,
    )


def _values(found: Redrawn, answer: Answer) -> dict[str, Any]:
    banner, standing = says.LIKENESSES[found.likeness], banner_of(answer)
    tone, standing_tone = banner.tone, standing.tone
    if answer.state is not State.VALID and found.likeness is Likeness.AS_ISSUED:
        tone = standing.tone  # what is genuine and does not stand must not look fine
    elif answer.state is State.VALID and found.likeness is not Likeness.AS_ISSUED:
        standing_tone = "unknown"  # nor must a file because the certificate does that it was made from
    return {
        "likeness": found.likeness.value,
        "banner": banner,
        "tone": tone,
        "standing_tone": standing_tone,
        "answer": answer,
        "standing": standing,
        "reason": words.reason(answer),
        "found": found,
        "signed": {field.key: field for field in found.fields},
        "fields": links.first_of_interest(found.fields),
        "beside": [_Beside(at, page, found.compared.regions) for at, page in enumerate(found.compared.pages, 1)],
        "leads": found.shows_link,
    }


class _Beside:
    """One page of both as a browser takes it."""

    def __init__(self, number: int, page: PageBeside, regions: Sequence[Region]) -> None:
        self.number = number
        self.uploaded = None if page.uploaded is None else _data_uri(page.uploaded)
        self.issued = _data_uri(page.issued)
        self.marks = says.marked(sum(region.page == number for region in regions))


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _documented() -> dict[str, Any]:
    """What stands in the OpenAPI document, where the body is read by hand."""
    told = {
        400: "`no-file`; 415 for another media type.",
        408: "`upload-too-slow`.",
        413: f"`upload-too-large`: more than {UPLOAD_LIMIT} bytes.",
        422: "Not compared: `not-a-pdf`; `verification-receipt`, no certificate; "
        "no proof in it (`malformed`), its proof is not good (the code of the reason), or "
        "it could not be read or drawn (`could-not-check`).",
        429: "`too-many-requests`: Retry-After says when to ask again.",
        503: "`busy`.",
    }
    answers = links.problem_answers(told)
    file = {"type": "string", "format": "binary"}
    content = {
        "application/pdf": {"schema": file},
        "multipart/form-data": {"schema": {"type": "object", "properties": {"file": file}, "required": ["file"]}},
    }
    return {
        "response_model": Comparison,
        "responses": answers,
        "summary": "A PDF beside what was issued",
        "operation_id": "compare_json",
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
    }
