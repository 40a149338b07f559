"""The second way in, which needs no code and no script: a typed number with its holder's name.

Both are sent in a request's body and stand in no address. Nothing changes by it and nobody is logged in, so a form on
another site could do no more than show a visitor this site's own page.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api import absent_words, links, sentences, uploads
from api.answer import Answer, State, answer_link
from api.bulk_turns import Full, Guesses
from api.headers import PERSONAL
from api.pace import Run
from api.problems import problem
from api.refused import Refused
from api.templates import Again, Site
from ledger.awards import Awards
from ledger.handle import Clock, moment_of
from ledger.lookup import NAME_LIMIT, match
from ledger.names import folded_name
from verifier.address import check_number
from verifier.errors import CouldNotCheck, Malformed

BODY_LIMIT: Final = 8192
"""Bytes of the largest form or document that is read."""
SECONDS: Final = 0.25
"""When it is told that nothing matches, after the question came: later than finding that out takes, whatever it is."""

_log = logging.getLogger(__name__)


class Typed(BaseModel):
    """What stands on a paper."""

    number: str = Field(description="The certificate's number; spaces, dashes and letter case do not matter.")
    name: str = Field(description="The holder's name; spaces, middle dots and letter case do not matter.")


EMPTY: Final = Typed(number="", name="")


def router(site: Site, awards: Callable[[], Awards], clock: Clock, run: Run, guesses: Guesses) -> APIRouter:
    """The front page with the form, the form alone, its answer, and the same for programs."""
    made = APIRouter()

    async def answered(typed: Typed) -> tuple[Answer, str]:
        """The answer and the link id that it is of. Raises Refused."""
        begun = asyncio.get_running_loop().time()
        check(typed)
        with guesses.trial((check_number(typed.number), folded_name(typed.name))) as missed:
            found = await run(answer_typed, awards, typed, moment_of(clock))
            if found is None:
                missed()
        if found is None:
            await asyncio.sleep(begun + SECONDS - asyncio.get_running_loop().time())
            raise Refused(404, "no-match", sentences.NO_MATCH, sentences.NO_MATCH_HOW)
        return found

    @made.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    def front(request: Request) -> HTMLResponse:
        return site.page("front.html", request, sentences=sentences)

    @made.api_route("/check", methods=["GET", "HEAD"], include_in_schema=False)
    def empty(request: Request) -> HTMLResponse:
        return _form(site, request, EMPTY)

    @made.post("/check", include_in_schema=False)
    async def page(request: Request) -> HTMLResponse:
        typed = EMPTY
        try:
            typed = await _from_form(request)
            answer, link_id = await answered(typed)
            return links.page_of(site, answer, request, at=f"/c/{link_id}", link_id=link_id, again=_again(typed))
        except Refused as refused:
            return _form(site, request, typed, refused)

    @made.post("/check.json", **_documented())
    async def twin(request: Request) -> Response:
        try:
            answer, _ = await answered(await _from_json(request))
            return links.json_of(answer)
        except Refused as refused:
            headers = {**PERSONAL, **_retry(refused)}
            return problem(refused.status, refused.code, refused.title, refused.detail, headers)

    return made


async def too_often(site: Site, request: Request, seconds: int) -> Response:
    """The form as it was filled in, for who asked too often: nothing of it is to be typed again."""
    try:
        typed = await _from_form(request)
    except Refused:
        typed = EMPTY
    return _form(site, request, typed, Full(429, "too-many-requests", seconds))


def with_number(site: Site, request: Request, number: str) -> HTMLResponse:
    """The form with a number filled in, which by itself shows nothing of anybody."""
    return _form(site, request, Typed(number=number, name=""))


def _form(site: Site, request: Request, typed: Typed, refused: Refused | None = None) -> HTMLResponse:
    title, detail, code, status = sentences.LOOKUP_TITLE, None, "", 200
    if refused is not None:
        title, detail, code, status = refused.title, refused.detail, refused.code, refused.status
    shown = {"title": title, "problem": detail, "code": code, "number": typed.number, "name": typed.name}
    again = None if typed is EMPTY else _again(typed)
    headers = {**PERSONAL, **_retry(refused)}
    says = {"sentences": sentences, "absent": absent_words}
    return site.page("check.html", request, status, headers, again=again, **says, **shown)


def _again(typed: Typed) -> Again:
    return Again("/check", {"number": typed.number, "name": typed.name})


def _retry(refused: Refused | None) -> dict[str, str]:
    return {"Retry-After": str(refused.seconds)} if isinstance(refused, Full) else {}


def check(typed: Typed) -> None:
    """Refuses what cannot be right, before anything is looked up. Raises Refused."""
    checked_number(typed.number)
    if len(typed.name) > NAME_LIMIT:
        raise Refused(422, "name-too-long", sentences.NAME_TOO_LONG, sentences.NAME_TOO_LONG_HOW)
    if not folded_name(typed.name):
        raise Refused(422, "name-missing", sentences.NAME_MISSING, sentences.NAME_MISSING_HOW)


def checked_number(typed: str) -> str:
    """A typed certificate number as it is printed. Raises Refused."""
    if not typed.strip():
        raise Refused(422, "number-missing", sentences.NUMBER_MISSING, sentences.NUMBER_MISSING_HOW)
    try:
        return check_number(typed)
    except Malformed:
        raise Refused(422, "mistyped-number", sentences.MISTYPED, sentences.MISTYPED_HOW) from None


def answer_typed(awards: Callable[[], Awards], typed: Typed, now: datetime) -> tuple[Answer, str] | None:
    """The answer to the link of the award that matches, and its id; None where none does. Raises nothing."""
    try:
        issued = match(awards(), typed.number, typed.name)
    except Exception:  # Whatever is wrong with store, keys or disk: the visitor hears that nothing was found out.
        _log.exception("a typed number could not be looked up")
        return Answer(State.COULD_NOT_CHECK, now.astimezone(UTC), CouldNotCheck.code), ""
    if issued is None:
        return None
    link_id = str(issued.event.link)
    return answer_link(awards(), link_id, now), link_id


async def _from_form(request: Request) -> Typed:
    fields = parse_qs(_text(await body_of(request, "application/x-www-form-urlencoded")), keep_blank_values=True)
    return typed_of({name: values[0] if len(values) == 1 else None for name, values in fields.items()})


async def _from_json(request: Request) -> Typed:
    try:
        read = json.loads(_text(await body_of(request, "application/json")))
    except (ValueError, RecursionError):
        raise _unreadable() from None
    return typed_of(read if isinstance(read, dict) else {})


async def body_of(request: Request, media_type: str, limit: int = BODY_LIMIT) -> bytes:
    """The body of a request, if it is of this type and no larger than `limit` bytes. Raises Refused."""
    if uploads.media_type(request) != media_type:
        raise _unreadable(415)
    return await uploads.body(request, limit, _unreadable(413))


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _unreadable() from None


def typed_of(fields: dict[str, Any]) -> Typed:
    """Number and name out of what was sent. Raises Refused."""
    number, name = fields.get("number"), fields.get("name")
    if not isinstance(number, str) or not isinstance(name, str):
        raise _unreadable()
    if any("\ud800" <= c <= "\udfff" for c in number + name):
        raise _unreadable()  # JSON can spell half a character, which no text has
    return Typed(number=number, name=name)


def _unreadable(status: int = 400) -> Refused:
    return Refused(status, "unreadable", sentences.BAD_FORM, sentences.BAD_FORM_HOW)


def _documented() -> dict[str, Any]:
    """What stands in the OpenAPI document, where the body is read by hand."""
    told = {
        400: "Not exactly one number and one name (`unreadable`); 413 where it is too long, 415 where it is no JSON.",
        404: "`no-match`: no certificate has this number and this name together. Why is not told.",
        422: "`mistyped-number`: the check character does not fit, nothing was looked up. `number-missing`, "
        "`name-missing`, `name-too-long`.",
        429: "`too-many-requests`, `too-many-names` (tried on this number, by whomever; nothing was looked up): "
        "Retry-After says when to ask again.",
        503: "Could not be checked.",
    }
    answers = links.problem_answers(told)
    body = {"required": True, "content": {"application/json": {"schema": Typed.model_json_schema()}}}
    return {
        "response_model": links.LinkAnswer,
        "responses": answers,
        "summary": "What a number and a name lead to",
        "operation_id": "check_json",
        "openapi_extra": {"requestBody": body},
    }
