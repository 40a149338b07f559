"""Whether a number was ever issued, with the proof: for who was told that nothing matches, and wants to show it.

A lookup by number and name answers an unknown number, another name and an erased holder alike, and goes on doing so.
What is told here says the public log too, to whoever knows the number: its hash stands there or not (ADR 42).
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api import absent_words, sentences
from api.headers import PERSONAL
from api.links import problem_answers
from api.lookup import body_of, checked_number
from api.pace import Run
from api.problems import problem
from api.refused import Refused
from api.templates import Again, Site
from ledger.awards import Awards
from ledger.handle import Clock, moment_of
from verifier import absence
from verifier.address import number_digest
from verifier.errors import CouldNotCheck, VerificationError
from verifier.fetch import FolderLog

_log = logging.getLogger(__name__)
_HASH: Final = re.compile("[0-9a-f]{64}")


class AskedNumber(BaseModel):
    """What stands on a paper."""

    number: str = Field(description="The certificate's number; spaces, dashes and letter case do not matter.")


class NumberAnswer(BaseModel):
    """Whether a number was ever issued. Believe the proof, not this answer: `certverify absent` takes it."""

    number: str
    issued: bool
    entry: int | None = Field(description="Index of the award's entry in the log, where it was issued.")
    as_of: int = Field(description="Entries of the log that the answer is of.")
    numbers: int = Field(description="How many numbers these entries issued.")
    signed_at: datetime
    proof: str = Field(description="See `docs/formats.md` §19; base64url.")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as the page shows it."""

    number: str
    digest: str
    answer: absence.Answer
    proof: bytes

    @property
    def signed_at(self) -> datetime:
        """When the index was signed."""
        return datetime.fromtimestamp(self.answer.head.issued_at, UTC)


def router(site: Site, awards: Callable[[], Awards], clock: Clock, run: Run) -> APIRouter:
    """The page, the same for programs, and the proof to download."""
    made = APIRouter()

    @made.post("/numbers", include_in_schema=False)
    async def page(request: Request) -> HTMLResponse:
        values: dict[str, Any] = {"says": absent_words, "sentences": sentences, "told": None}
        try:
            number = await _from_form(request)
            values["again"] = Again("/numbers", {"number": number})
            told = await run(tell, awards(), number, moment_of(clock))
        except Refused as refused:
            shown = {"title": refused.title, "problem": refused.detail, "code": refused.code}
            return site.page("absent.html", request, refused.status, PERSONAL, **values, **shown)
        title = absent_words.NEVER if told.answer.entry is None else absent_words.ISSUED
        return site.page("absent.html", request, 200, PERSONAL, **{**values, "told": told, "title": title})

    @made.post("/numbers.json", **_documented())
    async def twin(request: Request) -> Response:
        try:
            told = await run(tell, awards(), await _from_json(request), moment_of(clock))
        except Refused as refused:
            return problem(refused.status, refused.code, refused.title, refused.detail, PERSONAL)
        answer = NumberAnswer(
            number=told.number,
            issued=told.answer.entry is not None,
            entry=told.answer.entry,
            as_of=told.answer.size,
            numbers=told.answer.head.count,
            signed_at=told.signed_at,
            proof=base64.urlsafe_b64encode(told.proof).rstrip(b"=").decode(),
        )
        return Response(answer.model_dump_json(), 200, PERSONAL, "application/json")

    @made.api_route("/numbers/{digest}.cbor", methods=["GET", "HEAD"], include_in_schema=False)
    def proof(digest: str) -> Response:
        """By the number's hash, which an address may show: whoever knows it knows the log."""
        if not _HASH.fullmatch(digest):
            raise HTTPException(404)
        try:
            data = absence.ask(bytes.fromhex(digest), FolderLog(awards().ledger.public))
        except (VerificationError, CouldNotCheck):
            _log.exception("a proof about a number could not be made")
            raise HTTPException(503) from None
        named = {"Content-Disposition": f'attachment; filename="number-proof-{digest[:12]}.cbor"'}
        return Response(data, 200, {**PERSONAL, **named}, absence.MEDIA_TYPE)

    return made


def tell(awards: Awards, typed: str, now: datetime) -> Told:
    """The proof about a typed number, verified like a stranger would. Raises Refused."""
    number = checked_number(typed)
    digest = number_digest(number)
    try:
        log, trust = FolderLog(awards.ledger.public), awards.snapshot().trust
        data = absence.ask(digest, log)
        answer = absence.verify_proof(data, number, trust)
        absence.check_current(answer.head, log, trust, now)
    except Exception:  # Whatever is wrong with store, log or disk: the visitor hears that nothing was found out.
        _log.exception("whether a number was issued could not be proved")
        raise Refused(503, CouldNotCheck.code, absent_words.NOT_NOW, absent_words.NOT_NOW_HOW) from None
    return Told(number, digest.hex(), answer, data)


async def _from_form(request: Request) -> str:
    body = await body_of(request, "application/x-www-form-urlencoded")
    return _number(parse_qs(body.decode(errors="replace"), keep_blank_values=True).get("number"))


async def _from_json(request: Request) -> str:
    try:
        read = json.loads(await body_of(request, "application/json"))
    except (ValueError, RecursionError):
        read = None
    return _number([read.get("number")] if isinstance(read, dict) else None)


def _number(given: list[Any] | None) -> str:
    if given is None or len(given) != 1 or not isinstance(given[0], str):
        raise Refused(400, "unreadable", sentences.BAD_FORM, absent_words.ONE_NUMBER)
    if any("\ud800" <= c <= "\udfff" for c in given[0]):
        raise Refused(400, "unreadable", sentences.BAD_FORM, absent_words.ONE_NUMBER)
    return given[0]


def _documented() -> dict[str, Any]:
    told = {
        400: "Not exactly one number (`unreadable`); 413 where it is too long, 415 where it is no JSON.",
        422: "`mistyped-number`: the check character does not fit, nothing was looked up. `number-missing`.",
        503: "`could-not-check`.",
    }
    body = {"required": True, "content": {"application/json": {"schema": AskedNumber.model_json_schema()}}}
    return {
        "response_model": NumberAnswer,
        "responses": problem_answers(told),
        "summary": "Whether a number was ever issued, with the proof",
        "operation_id": "numbers_json",
        "openapi_extra": {"requestBody": body},
    }
