"""The register's lists, page by page: trainees and what is looked for, cohorts, enrolments, papers, applications."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office.rest import lines, words
from api.office.rest.answers import SIGNED_IN, Told, refused, statuses, told
from api.office.rest.bodies import body_in, body_of, form_of
from api.office.rest.pages import LONGEST_CURSOR, MOST, Code, Cursor, Limit, Listed, page_of, total_told
from api.office.rest.sights import Sights
from ledger.office.sight import Sight
from ledger.register.lines import ApplicationLine, PersonLine
from ledger.register.paging import Page
from verifier.rules import NoCalendar
from verifier.standing import Standing

Step = Literal["filed", "eligible", "panel", "notice", "due", "granted", "refused"]
Status = Literal["enrolled", "trained", "withdrawn", "refused", "certified"]
Stands = Annotated[Literal["not-yet-valid", "valid", "suspended", "revoked", "superseded", "expired"] | None, Query()]
Year = Annotated[int | None, Query(ge=1900, le=2199, description="Of the award or grant.")]
_STATUSES: Final = statuses(*SIGNED_IN, 422)


class TraineePage(Listed):
    """Trainees, the last registered first."""

    trainees: list[lines.PersonLineTold]


class CohortPage(Listed):
    """Cohorts, the last to start first."""

    cohorts: list[lines.CohortLineTold]


class EnrolmentPage(Listed):
    """The people of a cohort, the first enrolled first."""

    enrolments: list[lines.EnrolmentLineTold]


class CertificatePage(Listed):
    """Certificates, the last awarded first."""

    certificates: list[lines.CertificateLineTold]


class ApplicationPage(Listed):
    """Applications, the last filed first."""

    applications: list[lines.ApplicationLineTold]


class TitlePage(Listed):
    """Titles, the last granted first."""

    titles: list[lines.TitleLineTold]


class Search(Told):
    """What is looked for. It is sent, so that no address and no server's log names it."""

    search: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="A trainee's, a document's or an application's number; or parts of a name."
    )
    cursor: Annotated[str, Field(max_length=LONGEST_CURSOR)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


FORMS: Final = (Search,)


def add(made: APIRouter, sights: Sights) -> None:
    """Adds the routes."""
    _add_people(made, sights)
    _add_training(made, sights)
    _add_papers(made, sights)
    _add_applications(made, sights)


def _add_people(made: APIRouter, sights: Sights) -> None:
    @made.get("/register/trainees", response_model=TraineePage, responses=_STATUSES, operation_id="list_trainees")
    def trainees(request: Request, limit: Limit = 50, cursor: Cursor = "") -> Response:
        return _people(sights.of(request), "", cursor, limit)

    @made.post(
        "/register/trainees/search",
        response_model=TraineePage,
        responses=statuses(*SIGNED_IN, 400, 413, 415, 422),
        operation_id="search_trainees",
        summary="Trainees by a number or by parts of a name",
        openapi_extra={"requestBody": body_in(Search, search="张三")},
    )
    async def search(request: Request) -> Response:
        sight = await run_in_threadpool(sights.of, request)
        asked = form_of(await body_of(request), Search)
        return await run_in_threadpool(_people, sight, asked.search, asked.cursor, asked.limit)


def _people(sight: Sight, search: str, cursor: str, limit: int) -> Response:
    def read(after: str | None) -> Page[PersonLine]:
        return sight.register.people(sight.scope, search=search, after=after, limit=limit)

    page = page_of(read, cursor)
    listed = [lines.person_line(line) for line in page.rows]
    return told(TraineePage(trainees=listed, next=page.next, total=total_told(page)))


def _add_training(made: APIRouter, sights: Sights) -> None:
    @made.get("/register/cohorts", response_model=CohortPage, responses=_STATUSES, operation_id="list_cohort_numbers")
    def cohorts(request: Request, programme: Code = None, limit: Limit = 50, cursor: Cursor = "") -> Response:
        sight = sights.of(request)
        page = page_of(
            lambda after: sight.register.cohorts(sight.scope, programme=programme, after=after, limit=limit), cursor
        )
        listed = [lines.cohort_line(line) for line in page.rows]
        return told(CohortPage(cohorts=listed, next=page.next, total=total_told(page)))

    @made.get(
        "/register/enrolments",
        response_model=EnrolmentPage,
        responses=statuses(*SIGNED_IN, 404, 422),
        operation_id="list_enrolments",
    )
    def enrolments(
        request: Request,
        cohort: Annotated[str, Query(min_length=1, max_length=200)],
        status: Annotated[Status | None, Query()] = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Response:
        sight = sights.of(request)
        code = sight.cohort(cohort).cohort
        page = page_of(
            lambda after: sight.register.enrolments(code, sight.scope, status=status, after=after, limit=limit), cursor
        )
        listed = [lines.enrolment_line(line) for line in page.rows]
        return told(EnrolmentPage(enrolments=listed, next=page.next, total=total_told(page)))


def _add_papers(made: APIRouter, sights: Sights) -> None:
    @made.get(
        "/register/certificates", response_model=CertificatePage, responses=_STATUSES, operation_id="list_certificates"
    )
    def certificates(
        request: Request,
        cohort: Code = None,
        programme: Code = None,
        standing: Stands = None,
        year: Year = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Response:
        sight, stands = sights.of(request), None if standing is None else Standing(standing)
        page = page_of(
            lambda after: sight.register.certificates(
                sight.today,
                sight.scope,
                cohort=cohort,
                programme=programme,
                standing=stands,
                year=year,
                after=after,
                limit=limit,
            ),
            cursor,
        )
        listed = [lines.certificate_line(line) for line in page.rows]
        return told(CertificatePage(certificates=listed, next=page.next, total=total_told(page)))

    @made.get("/register/titles", response_model=TitlePage, responses=_STATUSES, operation_id="list_titles")
    def titles(
        request: Request,
        level: Code = None,
        standing: Stands = None,
        year: Year = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Response:
        sight, stands = sights.of(request), None if standing is None else Standing(standing)
        page = page_of(
            lambda after: sight.register.titles(
                sight.today, sight.scope, level=level, standing=stands, year=year, after=after, limit=limit
            ),
            cursor,
        )
        return told(TitlePage(titles=[*map(lines.title_line, page.rows)], next=page.next, total=total_told(page)))


def _add_applications(made: APIRouter, sights: Sights) -> None:
    @made.get(
        "/register/applications",
        response_model=ApplicationPage,
        responses=statuses(*SIGNED_IN, 409, 422),
        operation_id="list_applications",
        description="`step=due`: those whose notice has stood its days, which is 409 `no-calendar` where no calendar"
        " can tell.",
    )
    def applications(
        request: Request,
        step: Annotated[Step | None, Query(description="What was done last; or `due`.")] = None,
        level: Code = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Response:
        sight = sights.of(request)

        def read(after: str | None) -> Page[ApplicationLine]:
            if step == "due":
                return sight.register.to_decide(sight.today, sight.scope, after=after, limit=limit)
            return sight.register.applications(sight.scope, step=step, level=level, after=after, limit=limit)

        try:
            page = page_of(read, cursor)
        except NoCalendar:
            raise refused(409, "no-calendar", words.NO_CALENDAR) from None
        listed = [lines.application_line(line) for line in page.rows]
        return told(ApplicationPage(applications=listed, next=page.next, total=total_told(page)))
