"""Tables of a cohort: the hours of a session, or the scores of an attempt, of many people in one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office.rest.answers import SIGNED_IN, Told, statuses, told
from api.office.rest.bodies import KEY_PARAMETER, Day, Id, body_in, body_of, form_of, idempotency_key
from api.office.rest.commands import PlacedEvent
from api.office.rest.sights import Sights
from ledger.command_forms import LONGEST_TEXT
from ledger.office.asking import Answer
from ledger.office.asking_table import AskedTable, record_table
from ledger.office.sight import Sight

MOST: Final = 200
"""People of one table."""
Number = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$", description="A decimal number, as text.")]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
_EXAMPLE: Final = "4b6d1a3e-5c0f-4f6a-9a37-0d2b7c1e8f55"


class HoursOf(Told):
    """One person's hours."""

    trainee: Id
    hours: Number


class AttendanceTable(Told):
    """The hours of one module on one day."""

    module: Text
    on: Day
    cells: Annotated[list[HoursOf], Field(min_length=1, max_length=MOST)]


class ScoreOf(Told):
    """One person's score."""

    trainee: Id
    score: Number


class ResultsTable(Told):
    """The scores of one attempt at one assessment."""

    assessment: Text
    attempt: Annotated[int, Field(gt=-(2**53), lt=2**53)]
    assessor: Text
    on: Day
    cells: Annotated[list[ScoreOf], Field(min_length=1, max_length=MOST)]


class CellTold(Told):
    """What came of one cell."""

    trainee: UUID
    recorded: list[PlacedEvent]


class TableTold(Told):
    """What came of a table, in its order."""

    cells: list[CellTold]


FORMS: Final = (AttendanceTable, ResultsTable)


def add(made: APIRouter, sights: Sights) -> None:
    """Adds the routes."""
    cells = {"trainee": _EXAMPLE}
    _add_table(
        made, sights, "attendance", "record-attendance", AttendanceTable,
        module="BD-101", on="2026-03-07", cells=[{**cells, "hours": "8"}],
    )  # fmt: skip
    _add_table(
        made, sights, "results", "record-result", ResultsTable,
        assessment="EXAM", attempt=1, assessor="EX-1", on="2026-05-30", cells=[{**cells, "score": "88.5"}],
    )  # fmt: skip


def _add_table(made: APIRouter, sights: Sights, path: str, name: str, model: type[BaseModel], **example: Any) -> None:
    def done(sight: Sight, code: str, form: Mapping[str, Any], key: str) -> Response:
        cohort = sight.cohort(code).cohort
        shared = {field: value for field, value in form.items() if field != "cells"}
        asked = AskedTable(name, {**shared, "cohort": cohort}, form["cells"], key)
        answers = record_table(sights.office(), sight, asked)
        cells = [_told(cell["trainee"], answer) for cell, answer in zip(form["cells"], answers, strict=True)]
        return told(TableTold(cells=cells), 201)

    async def record(code: str, request: Request) -> Response:
        sight = await run_in_threadpool(sights.of, request, "record")
        key = idempotency_key(request)
        form = form_of(await body_of(request), model).model_dump()
        return await run_in_threadpool(done, sight, code, form, key)

    made.add_api_route(
        f"/cohorts/{{code}}/{path}",
        record,
        methods=["POST"],
        status_code=201,
        response_model=TableTold,
        responses=statuses(*SIGNED_IN, 400, 404, 409, 410, 413, 415, 422),
        operation_id=f"record_{path}_table",
        summary=f"{(model.__doc__ or '').strip().rstrip('.')}, of many people at once",
        description="Recorded whole or, where a cell is wrong, not at all: `place` says which. Where the"
        " cohort is taught by an organisation that holds its own key, that is 409 `signs-itself`: give the commands.",
        openapi_extra={"parameters": [KEY_PARAMETER], "requestBody": body_in(model, **example)},
    )


def _told(trainee: str, answer: Answer) -> CellTold:
    events = [
        PlacedEvent(type=item.type, stream=item.stream, version=item.version, index=item.index)
        for item in answer.recorded
    ]
    return CellTold(trainee=UUID(trainee), recorded=events)
