"""A link's page and its JSON twin."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Coroutine, Sequence
from datetime import date, datetime
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api import dates, picture, words
from api.answer import Answer, State, answer_link
from api.banners import banner_of
from api.headers import PERSONAL
from api.pace import Run
from api.problems import MEDIA_TYPE, problem
from api.refused import Refused
from api.remembered import Remembered
from api.templates import Again, Site
from ledger.awards import Awards
from ledger.handle import Clock, moment_of
from verifier.kinds import CertificateAwarded
from verifier.verdict import PrintedField
from verifier.verification_receipt import STANDINGS

STATUS: Final = {State.UNKNOWN: 404, State.COULD_NOT_CHECK: 503, State.INCONSISTENT: 503}
"""HTTP status of the states that are not an answer about a certificate."""


class Sentence(BaseModel):
    """One sentence in every language of the pages."""

    zh: str
    en: str
    ko: str


class Issuer(BaseModel):
    """The organisation in whose name the award was signed."""

    code: str
    name_zh: str
    name_en: str
    uri: str
    custody: str = Field(description="`organisation`, or `base` where the base holds the organisation's key for it.")
    kid: str = Field(description="COSE Key Thumbprint (RFC 9679) of the key that signed, hex.")


class LinkAnswer(BaseModel):
    """What a link leads to. Believe the proof, not this answer: `certverify check` takes it."""

    state: State
    sentence: Sentence
    kind: str = Field(description="`certificate` or `title`.")
    fields: dict[str, str] = Field(description="Everything that the paper shows, as it was signed.")
    issuer: Issuer
    changed_on: date | None = Field(description="The day from which the state counts, where it has one.")
    reason: str | None = Field(description="Class of reason of a revocation.")
    standing: str | None = Field(description="What stands by the status list, also where the holder's data are erased.")
    checked_at: datetime
    log_size: int = Field(description="Entries of the log that the answer is of.")
    entry: int = Field(description="Index of the award in the log.")
    superseded_by: str | None = Field(description="Link id of the correction that replaced it, where it is known.")
    proof: str | None = Field(description="Transparent Statement (RFC 9943), base64url; null where data are erased.")
    changes: list[str] = Field(description="Transparent Statements of every change of standing, base64url.")
    at_date: dates.AtDate | None = Field(
        description="What `?on=` or `?as-of=` and a day in the address ask for. All else is of today."
    )


class Problem(BaseModel):
    """RFC 9457, with a stable code."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    sentence: Sentence


class LinkRoute(APIRoute):
    """A route of links. Its function gets link id and request as they are, and gives the response itself.

    So the framework's reading of parameters and its models, which cost as much as the answer, serve the documentation
    alone.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `fastapi.routing.APIRoute`."""

        async def handle(request: Request) -> Response:
            response: Response = await self.endpoint(request.path_params["link_id"], request)
            return response

        return handle


def router(site: Site, awards: Callable[[], Awards], clock: Clock, run: Run) -> APIRouter:
    """The routes of links. Either letter case is accepted: link codes are in capitals."""
    made, remembered = APIRouter(route_class=LinkRoute), Remembered()

    def make_json(link_id: str, request: Request) -> Response:
        now, plain = moment_of(clock), not request.scope["query_string"]
        if plain and (body := remembered.find(awards(), link_id, now)) is not None:
            return Response(body, 200, PERSONAL, "application/json")
        answer = answer_link(awards(), link_id, now)
        response = json_of(answer, dates.told(awards(), request, answer, link_id))
        if plain:
            remembered.keep(awards(), link_id, answer, bytes(response.body))
        return response

    def make_page(link_id: str, request: Request) -> Response:
        answer = answer_link(awards(), link_id, moment_of(clock))
        said = dates.told(awards(), request, answer, link_id)
        return page_of(site, answer, request, said, link_id=link_id)

    async def as_json(link_id: str, request: Request) -> Response:
        return await run(make_json, link_id, request)

    async def as_page(link_id: str, request: Request) -> Response:
        return await run(make_page, link_id, request)

    problems = problem_answers({404: "No such certificate.", 503: "Could not be checked."})
    for prefix, documented in (("/c", True), ("/C", False)):
        made.add_api_route(
            f"{prefix}/{{link_id}}.json",
            as_json,
            response_model=LinkAnswer,
            responses=problems,
            include_in_schema=documented,
            summary="What a link leads to",
            openapi_extra={"parameters": dates.PARAMETERS},
            operation_id=f"link_json{'' if documented else '_capitals'}",
        )
        made.add_api_route(f"{prefix}/{{link_id}}.json", as_json, methods=["HEAD"], include_in_schema=False)
        for ending in ("", "/"):  # a slash that somebody typed or a program added leads to the same page
            made.add_api_route(
                f"{prefix}/{{link_id}}{ending}", as_page, methods=["GET", "HEAD"], include_in_schema=False
            )
    return made


def page_of(
    site: Site,
    answer: Answer,
    request: Request,
    said: dates.Said = None,
    at: str = "",
    link_id: str = "",
    again: Again | None = None,
) -> HTMLResponse:
    """The page of an answer, whatever it is. `said` about a day, where that was asked; `at`: see `dates.values`.
    `again`: see `Site.text`.

    With the `link_id` that it is of, the page offers the verification receipt where there can be one.
    """
    status = said.status if isinstance(said, Refused) and answer.shown else _status(answer)
    receipt = f"/c/{link_id}/receipt.pdf" if link_id and answer.state.value in STANDINGS else None
    values = {**_values(answer), **dates.values(answer, said, at), "receipt": receipt, "again": again}
    return site.page("result.html", request, status, PERSONAL, **values)


def json_of(answer: Answer, said: dates.Said = None) -> Response:
    """The JSON of an answer, or a problem document where there is no certificate to speak of."""
    if answer.shown is None:
        code = answer.code or answer.state.value
        banner = banner_of(answer)
        return problem(_status(answer), code, banner.word, words.reason(answer) or banner.sentence, PERSONAL)
    if isinstance(said, Refused):
        return problem(said.status, said.code, said.title, said.detail, PERSONAL)
    body = link_answer(answer, said).model_dump_json()
    return Response(body, _status(answer), PERSONAL, "application/json")


def link_answer(answer: Answer, dated: dates.Dated | None = None) -> LinkAnswer:
    """The JSON of an answer about a certificate."""
    assert answer.shown is not None
    assert answer.log_size is not None
    shown, banner = answer.shown, banner_of(answer)
    logged = shown.proved.logged
    organisation, key = logged.organisation, logged.key
    return LinkAnswer(
        state=answer.state,
        sentence=Sentence(**banner.sentence.as_json()),
        kind="certificate" if isinstance(shown.proved.event, CertificateAwarded) else "title",
        fields={field.key: field.value for field in shown.fields},
        issuer=Issuer(
            code=organisation.code,
            name_zh=organisation.name_zh,
            name_en=organisation.name_en,
            uri=organisation.uri,
            custody=key.custody,
            kid=key.kid.hex(),
        ),
        changed_on=answer.changed_on,
        reason=answer.reason,
        standing=answer.standing.value if answer.standing else None,
        checked_at=answer.checked_at,
        log_size=answer.log_size,
        entry=shown.proved.index,
        superseded_by=answer.current_link,
        proof=None if answer.proof is None else _base64url(answer.proof),
        changes=[_base64url(change) for change in answer.changes],
        at_date=dates.at_date(dated) if dated else None,
    )


def _values(answer: Answer) -> dict[str, Any]:
    shown = answer.shown
    embedded = None
    if answer.proof is not None:
        # Base64url and ASCII keys alone: nothing in it could end the script element that it stands in.
        changes = [_base64url(change) for change in answer.changes]
        embedded = json.dumps({"proof": _base64url(answer.proof), "changes": changes})
    return {
        "answer": answer,
        "banner": banner_of(answer),
        "reason": words.reason(answer),
        "proved": shown.proved if shown else None,
        "fields": first_of_interest(shown.fields) if shown else (),
        "picture": picture.draw(shown.proved.logged.statement.leaf, shown.proved.logged.included, shown.path)
        if shown
        else None,
        "custody": words.custody(shown.proved, shown.trust) if shown else None,
        "embedded": embedded,
    }


_IN_ORDER: Final = ("name", "programme", "level", "speciality", "number")


def first_of_interest(fields: Sequence[PrintedField]) -> list[PrintedField]:
    """Whose it is and what for, before all else that the paper shows."""
    order = {key: place for place, key in enumerate(_IN_ORDER)}
    return sorted(fields, key=lambda field: order.get(field.key, len(order)))


def _status(answer: Answer) -> int:
    return STATUS.get(answer.state, 200)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def problem_answers(told: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    """What stands in the OpenAPI document of the problems of a route: what each status means."""
    return {
        status: {"description": text, "content": {MEDIA_TYPE: {"schema": _problem_schema()}}}
        for status, text in told.items()
    }


def _problem_schema() -> dict[str, Any]:
    """The schema of a problem document, for a route that may answer with one."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {key: value for key, value in schema.items() if key != "$defs"}  # `Sentence` stands there already
