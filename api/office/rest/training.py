"""The people of a cohort with where they stand, and its certification run: who passes, who does not and why."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office.numbers import plain
from api.office.rest import lines
from api.office.rest.answers import SIGNED_IN, Told, statuses, told
from api.office.rest.bodies import (
    KEY_PARAMETER,
    Day,
    Id,
    body_in,
    body_of,
    day_in,
    form_of,
    idempotency_key,
)
from api.office.rest.pages import NEXT, Cursor, Listed, bad_cursor, page_of, total_told
from api.office.rest.proposing import ProposedTogether, together_told
from api.office.rest.sights import Sights
from ledger.command_forms import BadForm
from ledger.office.asking_together import CertificationAsked, certify
from ledger.office.certifying import Candidate, Candidates, Certification
from ledger.office.previewing import Preview, preview
from ledger.office.proposals import MOST_COMMANDS, REASON_LIMIT
from ledger.office.sight import OutOfSight, Sight
from ledger.register.lines import EnrolmentLine
from verifier.errors import Malformed
from verifier.rules import Certified

MOST_PEOPLE: Final = 50
"""People of one page: each one's hours and results are opened from the log, which takes time."""
People = Annotated[int, Query(ge=1, le=MOST_PEOPLE, description="People of a page, at most.")]
_STATUSES: Final = statuses(*SIGNED_IN, 404, 422)


class HoursTold(Told):
    """A module: hours attended, and the least that is asked for."""

    module: str
    attended: str
    needed: str
    enough: bool


class BestTold(Told):
    """An assessment: the best score that stands, null for none, and the pass mark."""

    assessment: str
    score: str | None
    pass_mark: str
    passed: bool


class Stands(Told):
    """Where an enrolment stands by the rules of certification, with the numbers behind it."""

    passes: bool
    reason: str | None = Field(description="The first rule that fails (docs/refusals.md); null for who passes.")
    total: str | None
    hours: list[HoursTold]
    best: list[BestTold]


class MemberTold(Told):
    """Somebody in a cohort."""

    enrolment: lines.EnrolmentLineTold
    stands: Stands | None = Field(description="Today; null where the data were erased a moment ago.")


class MemberPage(Listed):
    """The people of a cohort, the first enrolled first."""

    members: list[MemberTold]


class CandidateTold(Told):
    """Somebody who has no certificate of the cohort yet."""

    trainee: lines.WhoTold
    enrolment: UUID
    stands: Stands = Field(description="On the day of the run.")
    waits: bool = Field(description="Whether a proposal that waits includes them already.")


class CandidatePage(Told):
    """Those of a page of the cohort's people who have no certificate of it; a page may have none."""

    on: date
    candidates: list[CandidateTold]
    next: str | None = Field(description=NEXT)


class CertificationRun(Told):
    """Whose certificates are asked for, on which day."""

    on: Day
    trainees: Annotated[list[Id], Field(min_length=1, max_length=MOST_COMMANDS)] | None = Field(
        default=None, description="Left out: everybody who passes and is in no proposal that waits."
    )
    note: Annotated[str, Field(max_length=REASON_LIMIT, description="For who approves.")] = ""


FORMS: Final = (CertificationRun,)


def add(made: APIRouter, sights: Sights) -> None:
    """Adds the routes."""

    @made.get(
        "/cohorts/{code}/members",
        response_model=MemberPage,
        responses=_STATUSES,
        operation_id="list_members",
        summary="The people of a cohort with their hours and results",
    )
    def members(code: str, request: Request, limit: People = 20, cursor: Cursor = "") -> Response:
        sight = sights.of(request)
        cohort = sight.cohort(code).cohort
        page = page_of(lambda after: sight.register.enrolments(cohort, sight.scope, after=after, limit=limit), cursor)
        listed = [MemberTold(enrolment=lines.enrolment_line(line), stands=_today(sight, line)) for line in page.rows]
        return told(MemberPage(members=listed, next=page.next, total=total_told(page)))

    @made.get(
        "/cohorts/{code}/certification",
        response_model=CandidatePage,
        responses=_STATUSES,
        operation_id="preview_certification",
        summary="Who would pass on a day, who would not and why",
    )
    def candidates(
        code: str,
        request: Request,
        on: Annotated[str | None, Query(json_schema_extra={"format": "date"}, description="Left out: today.")] = None,
        limit: People = 20,
        cursor: Cursor = "",
    ) -> Response:
        sight = sights.of(request)
        day = sight.today if on is None else day_in(on, "on")
        run = Certification(sights.office(), sight, sight.cohort(code).cohort, day)
        found = _page(run, cursor, limit)
        listed = [_candidate(item) for item in found.found]
        return told(CandidatePage(on=day, candidates=listed, next=found.next))

    _add_run(made, sights)


def _add_run(made: APIRouter, sights: Sights) -> None:
    def proposed(sight: Sight, code: str, form: CertificationRun, key: str) -> Response:
        trainees = None if form.trainees is None else tuple(map(UUID, form.trainees))
        if trainees is not None and len(set(trainees)) < len(trainees):
            raise BadForm("trainees", "nobody twice")
        asked = CertificationAsked(sight.cohort(code).cohort, day_in(form.on, "on"), trainees, key, form.note)
        office = sights.office()
        return together_told(office, certify(office, sight, asked))

    @made.post(
        "/cohorts/{code}/certification",
        status_code=202,
        response_model=ProposedTogether,
        responses=statuses(*SIGNED_IN, 400, 404, 409, 410, 413, 415, 422),
        operation_id="propose_certification",
        summary="Proposes certificates for people of a cohort together",
        openapi_extra={
            "parameters": [KEY_PARAMETER],
            "requestBody": body_in(CertificationRun, on="2026-11-27", note="Spring"),
        },
    )
    async def propose(code: str, request: Request) -> Response:
        sight = await run_in_threadpool(sights.of, request, "propose")
        key = idempotency_key(request)
        form = form_of(await body_of(request), CertificationRun)
        return await run_in_threadpool(proposed, sight, code, form, key)


def stands_told(found: Preview) -> Stands:
    """The model of where somebody stands."""
    outcome = found.outcome
    return Stands(
        passes=isinstance(outcome, Certified),
        reason=None if isinstance(outcome, Certified) else outcome.reason,
        total=None if outcome.total is None else format(outcome.total, "f"),
        hours=[
            HoursTold(module=item.module, attended=plain(item.attended), needed=plain(item.needed), enough=item.enough)
            for item in found.hours
        ],
        best=[
            BestTold(
                assessment=item.assessment,
                score=None if item.score is None else plain(item.score),
                pass_mark=plain(item.pass_mark),
                passed=item.passed,
            )
            for item in found.best
        ],
    )


def _page(run: Certification, cursor: str, limit: int) -> Candidates:
    try:
        return run.page(cursor or None, limit)
    except Malformed:
        raise bad_cursor() from None


def _today(sight: Sight, line: EnrolmentLine) -> Stands | None:
    try:
        enrolment = sight.dossier(line.who.subject).enrolments.get(line.enrolment)
    except OutOfSight:
        return None
    if enrolment is None:
        return None
    return stands_told(preview(enrolment, sight.programme(line.cohort), sight.today))


def _candidate(item: Candidate) -> CandidateTold:
    return CandidateTold(
        trainee=lines.who_told(item.line.who),
        enrolment=item.line.enrolment,
        stands=stands_told(item.stands),
        waits=item.waits,
    )
