"""What waits for the signature of an organisation that holds its own key: the list, the file to sign, taking it back.

What comes back signed comes by SCRAPI (`api.scrapi`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.headers import PERSONAL
from api.office.gate import Gate
from api.office.rest.answers import SIGNED_IN, Told, moment, statuses, told
from api.office.rest.proposals import ForeseenEvent, foreseen_event
from api.office.rest.trainees import id_of
from ledger.office import awaited
from ledger.office.opening import Office
from ledger.office.preparations import LEAD_SECONDS, LONGEST_LEAD_SECONDS, WAITING, Preparation

MEDIA_TYPE: Final = "application/vnd.certledger.prepared+cbor"
_Id = Annotated[str, Path(json_schema_extra={"format": "uuid"})]


class PreparationTold(Told):
    """What was prepared, as it stands."""

    id: UUID
    number: int = Field(description="In the order of preparing, from 1.")
    kind: str = Field(description="The command.")
    state: Literal["waiting", "recorded", "withdrawn", "expired"]
    organisation: str = Field(description="Who signs.")
    proposer: str
    approver: str = Field(description="Empty where one person is enough.")
    proposal: UUID | None = Field(description="That it comes of.")
    prepared_at: datetime
    expires_at: datetime = Field(description="After which it has to be prepared anew.")


class PreparedMade(Told):
    """What waits for a signature."""

    prepared: PreparationTold


class PreparationList(Told):
    """All of them, newest first."""

    prepared: list[PreparationTold]


class PreparationWhole(Told):
    """One, with the events that would be recorded now."""

    prepared: PreparationTold
    events: list[ForeseenEvent]


def add(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    """Adds the routes."""

    @made.get(
        "/prepared",
        response_model=PreparationList,
        responses=statuses(*SIGNED_IN),
        summary="What waits, and waited, for the signature of one's organisation",
        operation_id="list_prepared",
    )
    def listed(request: Request) -> Response:
        found = awaited.listed(office(), gate.acting(request).member)
        return told(PreparationList(prepared=[preparation_told(item) for item in found]))

    @made.get(
        "/prepared/{prepared}",
        response_model=PreparationWhole,
        responses=statuses(*SIGNED_IN, 404, 409, 410),
        summary="One, with what it would record now",
        operation_id="get_prepared",
    )
    def one(request: Request, prepared: _Id) -> Response:
        here = office()
        found = awaited.find(here, gate.acting(request).member, id_of(prepared))
        events = here.preparations.foresee(found.id) if found.state == WAITING else []
        whole = PreparationWhole(prepared=preparation_told(found), events=[foreseen_event(item) for item in events])
        return told(whole)

    @made.post(
        "/prepared/{prepared}/fetch",
        response_class=Response,
        responses={**_FILE, **statuses(*SIGNED_IN, 404, 409, 410, 422)},
        summary="The bytes to sign, made for this moment (docs/formats.md §18)",
        operation_id="fetch_prepared",
    )
    def fetch(
        request: Request,
        prepared: _Id,
        lead_seconds: Annotated[int, Query(ge=0, le=LONGEST_LEAD_SECONDS)] = LEAD_SECONDS,
    ) -> Response:
        here, member = office(), gate.acting(request, "record").member
        found = awaited.find(here, member, id_of(prepared))
        awaited.check_signs(member, found)
        return file_of(found, here.preparations.fetch(found.id, lead_seconds))

    @made.post(
        "/prepared/{prepared}/withdraw",
        response_model=PreparedMade,
        responses=statuses(*SIGNED_IN, 404, 409),
        summary="To take it back while nothing is recorded",
        operation_id="withdraw_prepared",
    )
    def withdraw(request: Request, prepared: _Id) -> Response:
        here, member = office(), gate.acting(request, "record").member
        found = awaited.find(here, member, id_of(prepared))
        awaited.check_signs(member, found)
        return told(PreparedMade(prepared=preparation_told(awaited.withdraw(here, found))))


def file_of(preparation: Preparation, data: bytes) -> Response:
    """The file to sign, to be kept."""
    headers = {**PERSONAL, "Content-Disposition": f'attachment; filename="prepared-{preparation.number}.cbor"'}
    return Response(data, 200, headers, MEDIA_TYPE)


def preparation_told(found: Preparation) -> PreparationTold:
    """The model of a preparation."""
    return PreparationTold(
        id=found.id,
        number=found.number,
        kind=found.kind,
        state=found.state,  # type: ignore[arg-type]  # the words of `ledger.office.preparations`
        organisation=found.organisation,
        proposer=found.proposer,
        approver=found.approver,
        proposal=found.proposal,
        prepared_at=moment(found.prepared_at),
        expires_at=moment(found.expires_at),
    )


_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The file.", "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}
