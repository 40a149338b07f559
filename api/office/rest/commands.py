"""Commands: what one person may record is recorded, what takes two is proposed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office.gate import Acting, Gate
from api.office.rest import words
from api.office.rest.answers import PREFIX, SIGNED_IN, Told, moment, refused, statuses, told
from api.office.rest.bodies import KEY_PARAMETER, body_of, idempotency_key, wanted_revisions
from api.office.rest.examples import example_of
from api.office.rest.prepared import PreparedMade, preparation_told
from ledger import commands as c
from ledger.command_forms import BadForm
from ledger.office import forms
from ledger.office.asking import Answer, Asked, ask
from ledger.office.doing import needs_approval
from ledger.office.opening import Office
from ledger.office.proposals import Proposal

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

FRESH: Final = frozenset[type[Any]]({c.AuthoriseKey, c.RetireKey, c.ReportKeyCompromised})
"""Commands for which a browser's session needs a fresh sign of who is there, as on the pages."""
PARAMETERS: Final = (
    KEY_PARAMETER,
    {
        "name": "If-Match",
        "in": "header",
        "schema": {"type": "string"},
        "description": "The ETag of the trainee whom it is about, as it was read.",
    },
)


class CommandForm(Told):
    """A command that can be given here."""

    name: str
    role: str = Field(description="Who gives it.")
    scope: str = Field(description="What a token must be good for: `record`, or `propose` where two people are needed.")
    records: str = Field(description="The kind of event that it asks for.")
    settled: list[str] = Field(description="Fields of the command that the server settles and the form leaves out.")


class CommandForms(Told):
    """All of them."""

    commands: list[CommandForm]


class PlacedEvent(Told):
    """An event that was recorded."""

    type: str
    stream: UUID
    version: int = Field(description="Of its stream, from 1.")
    index: int = Field(description="In the log, from 0.")


class Recorded(Told):
    """What was recorded; nothing where all was as asked for already."""

    recorded: list[PlacedEvent]
    drawn: dict[str, str] = Field(description="Ids of what is new, by the command's fields.")


class DrawnAward(Told):
    """What is drawn for an award, whether or not it is made."""

    award: UUID
    number: str
    link: str
    status_index: int


class ProposalMade(Told):
    """A proposal as it was made."""

    id: UUID
    number: int
    kind: str
    note: str
    proposed_at: datetime


class Proposed(Told):
    """What waits for a second person."""

    proposal: ProposalMade
    drawn: dict[str, DrawnAward | str]


OF_ONE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": Recorded, "description": "All is as asked for already."},
    202: {
        "model": PreparedMade,
        "description": "It waits for the signature of an organisation that holds its own key.",
    },
}
"""What else may come of a command that one person gives."""


def scope_of(command: type[Any]) -> str:
    """What a token must be good for that gives a command."""
    return "propose" if needs_approval(command) else "record"


def add(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    """Adds the routes."""

    @made.get(
        "/commands",
        response_model=CommandForms,
        responses=statuses(*SIGNED_IN, 401),
        summary="What can be recorded and proposed, and by whom",
        operation_id="list_commands",
    )
    def listed(request: Request) -> Response:
        gate.acting(request)
        return told(CommandForms(commands=[_listed(name, command) for name, command in forms.NAMES.items()]))

    for name, command in forms.NAMES.items():
        two = needs_approval(command)
        model: type[Told] = Proposed if two else Recorded
        made.add_api_route(
            f"/commands/{name}",
            _handler(name, office, gate),
            methods=["POST"],
            status_code=202 if two else 201,
            response_model=model,
            responses={
                **({} if two else OF_ONE),
                **statuses(*SIGNED_IN, 400, 404, 409, 410, 412, 413, 415, 422),
            },
            summary=(command.__doc__ or "").strip().rstrip("."),
            description=f"For the role `{forms.role_of(command)}`; asks for `{forms.KINDS[command]}`.",
            operation_id=name.replace("-", "_"),
            openapi_extra={"parameters": list(PARAMETERS), "requestBody": _body(command)},
        )

    @made.post("/commands/{name}", include_in_schema=False)
    def unknown(name: str, request: Request) -> Response:
        gate.acting(request)
        raise refused(404, "unknown-command", words.UNKNOWN_COMMAND)


def _handler(name: str, office: Callable[[], Office], gate: Gate) -> Handler:
    scope = scope_of(forms.NAMES[name])

    def done(acting: Acting, asked: Asked) -> Response:
        here = office()
        return answered(here, ask(here, acting.member, asked))

    async def give(request: Request) -> Response:
        acting = await run_in_threadpool(gate.acting, request, scope)
        if acting.session is not None and forms.NAMES[name] in FRESH:
            await run_in_threadpool(gate.check_fresh, acting)
        key, revisions = idempotency_key(request), wanted_revisions(request)
        form = await body_of(request)
        note = form.pop("note", "") if scope == "propose" else ""
        if not isinstance(note, str):
            raise BadForm("note", "a text")
        return await run_in_threadpool(done, acting, Asked(name, form, key, note, revisions))

    return give


def answered(office: Office, answer: Answer) -> Response:
    """The answer that something was recorded, proposed or prepared."""
    if answer.prepared is not None:
        found = office.preparations.get(answer.prepared)
        where = {"Location": f"{PREFIX}/prepared/{found.id}"}
        return told(PreparedMade(prepared=preparation_told(found)), 202, where)
    if answer.proposal is None:
        events = [
            PlacedEvent(type=item.type, stream=item.stream, version=item.version, index=item.index)
            for item in answer.recorded
        ]
        return told(Recorded(recorded=events, drawn=dict(answer.drawn)), 201 if events else 200)
    proposal = office.proposals.get(answer.proposal)
    where = {"Location": f"{PREFIX}/proposals/{proposal.id}"}
    return told(Proposed(proposal=proposal_made(proposal), drawn=drawn_told(answer.drawn)), 202, where)


def proposal_made(proposal: Proposal) -> ProposalMade:
    """The model of a proposal as it was made."""
    return ProposalMade(
        id=proposal.id,
        number=proposal.number,
        kind=proposal.kind,
        note=proposal.note,
        proposed_at=moment(proposal.proposed_at),
    )


def drawn_told(drawn: Mapping[str, Any]) -> dict[str, DrawnAward | str]:
    """The models of what was settled here, by the command's fields."""
    return {name: _drawn(value) for name, value in drawn.items()}


def _drawn(value: Any) -> DrawnAward | str:
    return str(value) if isinstance(value, str) else DrawnAward(**{**value, "award": UUID(value["award"])})


def _listed(name: str, command: type[Any]) -> CommandForm:
    settled = list(forms.SETTLED.get(command, ()))
    return CommandForm(
        name=name, role=forms.role_of(command), scope=scope_of(command), records=forms.KINDS[command], settled=settled
    )


def _body(command: type[Any]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{command.__name__}"}
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example_of(command)}}}
