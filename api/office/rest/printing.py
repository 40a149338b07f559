"""The certificates of a cohort for paper: which are to be had, and either file, for who sees everybody in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.attachment import attachment
from api.office import printing_words
from api.office.press import KINDS, Busy, Press, file_name, papers_of
from api.office.rest.answers import SIGNED_IN, Told, refused, statuses, told
from api.office.rest.files import file_out
from api.office.rest.pages import NEXT, Cursor, Limit, cursor_after, number_behind
from api.office.rest.sights import Sights
from ledger.awards import Awards


class LeftOut(Told):
    """A certificate of which there is no paper."""

    trainee_no: str
    name: str
    number: str
    reason: str = Field(description="Its standing, or `not-published`, `disowned`, `cannot-print`.")


class PapersTold(Told):
    """The certificates of a cohort for paper."""

    on: date = Field(description="The day on which they are valid.")
    count: int = Field(description="Of those to be had.")
    left_out: list[LeftOut] = Field(description="A page of those that are not, by the trainees' numbers.")
    next: str | None = Field(description=NEXT)


def add(made: APIRouter, sights: Sights, awards: Callable[[], Awards], press: Press) -> None:
    """Adds the routes."""

    @made.get(
        "/cohorts/{code}/papers",
        response_model=PapersTold,
        responses=statuses(*SIGNED_IN, 404, 422),
        operation_id="list_papers",
        summary="How many certificates of a cohort are to be had for paper, and which are not",
    )
    def listed(code: str, request: Request, limit: Limit = 50, cursor: Cursor = "") -> Response:
        sight, start = sights.of(request), number_behind(cursor) or 0
        papers = papers_of(sight, awards(), code)
        end = start + limit
        page = [
            LeftOut(trainee_no=item.trainee_no, name=item.name, number=item.number, reason=item.left_out)
            for item in papers.left_out[start:end]
        ]
        following = cursor_after(end) if end < len(papers.left_out) else None
        return told(PapersTold(on=sight.today, count=len(papers.wanted), left_out=page, next=following))

    for kind, ending, what in (
        ("zip", "zip", "All of them as a ZIP archive of sealed PDFs with an index"),
        ("print", "pdf", "All of them as one file for the printer, without seal and proof"),
    ):
        made.add_api_route(
            f"/cohorts/{{code}}/papers.{ending}",
            _file(sights, awards, press, kind),
            methods=["POST"],
            response_class=Response,
            responses={**file_out("The file, as it is made.", KINDS[kind]), **statuses(*SIGNED_IN, 404)},
            operation_id=f"make_papers_{ending}",
            summary=what,
            description="One file at a time is made: 429 `busy` while another is. What breaks off is no archive and no"
            " PDF.",
        )


def _file(sights: Sights, awards: Callable[[], Awards], press: Press, kind: str) -> Callable[[str, Request], Response]:
    def file(code: str, request: Request) -> Response:
        sight = sights.of(request)
        papers = papers_of(sight, awards(), code)
        try:
            made = press.begun(papers, kind)
        except Busy:
            raise refused(429, "busy", printing_words.BUSY) from None
        return StreamingResponse(made, 200, attachment(file_name(code, sight, kind)), KINDS[kind])

    return file
