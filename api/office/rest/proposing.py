"""Several commands of one kind as one proposal, which is approved or declined as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office.gate import Acting, Gate
from api.office.rest.answers import PREFIX, SIGNED_IN, Told, statuses, told
from api.office.rest.bodies import KEY_PARAMETER, body_in, body_of, form_of, idempotency_key, revisions_in
from api.office.rest.commands import DrawnAward, ProposalMade, drawn_told, proposal_made
from ledger.command_forms import BadForm
from ledger.office import forms
from ledger.office.asking_together import AskedTogether, Together, ask_together
from ledger.office.doing import needs_approval
from ledger.office.opening import Office
from ledger.office.proposals import MOST_COMMANDS, REASON_LIMIT

TAG: Final = "if_match"
NAMES: Final = tuple(name for name, command in forms.NAMES.items() if needs_approval(command))
"""The commands that can be proposed together."""


class FormsTogether(Told):
    """Commands of one kind, each about somebody else."""

    command: Annotated[str, Field(json_schema_extra={"enum": list(NAMES)})]
    forms: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_COMMANDS)] = Field(
        description="Each as for `/commands/<command>`, without its note. Beside its fields `if_match` may be the ETag "
        "of the trainee that it was decided on: where one differs by now, nothing is proposed."
    )
    note: Annotated[str, Field(max_length=REASON_LIMIT, description="For who approves.")] = ""


class DrawnFor(Told):
    """What is drawn for one command, in their order."""

    trainee: UUID | None = Field(description="Whom the command is about.")
    drawn: dict[str, DrawnAward | str]


class ProposedTogether(Told):
    """What waits for a second person."""

    proposal: ProposalMade
    commands: list[DrawnFor]


FORMS: Final = (FormsTogether,)
_EXAMPLE: Final = {
    "command": "suspend-certificate",
    "forms": [
        {
            "trainee": "4b6d1a3e-5c0f-4f6a-9a37-0d2b7c1e8f55",
            "certificate": "a7c4f1d2-93b8-4c19-8a3e-6d5b0c7e2f14",
            "reason": "fraud",
            "on": "2026-11-27",
        }
    ],
    "note": "As found by the audit of November.",
}


def add(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    """Adds the route."""

    def done(acting: Acting, asked: AskedTogether) -> Response:
        here = office()
        return together_told(here, ask_together(here, acting.member, asked))

    @made.post(
        "/proposals",
        status_code=202,
        response_model=ProposedTogether,
        responses=statuses(*SIGNED_IN, 400, 404, 409, 410, 412, 413, 415, 422),
        operation_id="propose_together",
        summary="Proposes several commands of one kind as one",
        openapi_extra={"parameters": [KEY_PARAMETER], "requestBody": body_in(FormsTogether, **_EXAMPLE)},
    )
    async def propose(request: Request) -> Response:
        acting = await run_in_threadpool(gate.acting, request, "propose")
        key = idempotency_key(request)
        form = form_of(await body_of(request), FormsTogether)
        if form.command not in NAMES:
            raise BadForm("command", "one that takes two people: `GET /commands` lists them")
        plain, revisions = _without_tags(form.forms)
        asked = AskedTogether(form.command, plain, key, form.note, revisions)
        return await run_in_threadpool(done, acting, asked)


def _without_tags(
    given: Sequence[Mapping[str, Any]],
) -> tuple[list[dict[str, Any]], list[frozenset[int] | None]]:
    """The forms of commands, and the revisions that each was decided on. Raises BadForm."""
    revisions: list[frozenset[int] | None] = []
    for n, form in enumerate(given):
        tag = form.get(TAG)
        if tag is not None and not isinstance(tag, str):
            raise BadForm(f"forms[{n}].{TAG}", "the ETag of the trainee, a text")
        revisions.append(None if tag is None else revisions_in(tag))
    return [{name: value for name, value in form.items() if name != TAG} for form in given], revisions


def together_told(office: Office, answer: Together) -> Response:
    """The answer that a proposal of several commands was made."""
    proposal = office.proposals.get(answer.proposal)
    commands = [
        DrawnFor(trainee=subject, drawn=drawn_told(drawn))
        for subject, drawn in zip(answer.subjects, answer.drawn, strict=True)
    ]
    where = {"Location": f"{PREFIX}/proposals/{proposal.id}"}
    return told(ProposedTogether(proposal=proposal_made(proposal), commands=commands), 202, where)
