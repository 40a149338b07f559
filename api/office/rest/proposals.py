"""Proposals: what waits for a second person, what each would record, and the second person's word."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office.gate import Acting, Gate
from api.office.rest.answers import SIGNED_IN, Told, moment, statuses, told
from api.office.rest.bodies import body_of
from api.office.rest.deciding import (
    Approval,
    Challenge,
    Decision,
    DecisionWithReason,
    challenged,
    check_approver_in_person,
    decision_of,
    signed_or_fresh,
)
from api.office.rest.pages import cursor_after, number_behind
from api.office.rest.trainees import id_of
from ledger.command_forms import to_plain
from ledger.office import docket
from ledger.office.opening import Office
from ledger.office.proposals import MOST_COMMANDS, OPEN, AlreadyDecided, Foreseen, Proposal
from ledger.office.seeing import PERSONAL_ROLES, sees_people
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal
from ledger.store import StoreError
from verifier.events import Event, Withheld, event_type

State = Literal["open", "approved", "done", "declined", "withdrawn", "stopped"]
MOST: Final = 100
_SUMMARIES: Final = {
    "approve": "Approves a proposal and carries it out",
    "carry-out": "Goes on with one that is approved and was left over",
    "decline": "Declines a proposal, with a reason",
    "withdraw": "Takes one's own proposal back",
}
_log = logging.getLogger(__name__)


class ProposalTold(Told):
    """A proposal as it stands."""

    id: UUID
    number: int = Field(description="In the order of proposing, from 1.")
    kind: str = Field(description="The command; all of a proposal are of one kind.")
    state: State
    version: int = Field(description="Counts changes; who decides names the one that they saw.")
    proposer: str
    organisation: str
    approver: str = Field(description="Who approved or declined it; empty before.")
    proposed_at: datetime
    decided_at: datetime | None
    done: int = Field(description="Commands that are recorded.")
    size: int
    note: str
    reason: str


class ProposalPage(Told):
    """A page of proposals, newest first."""

    proposals: list[ProposalTold]
    next: str | None = Field(description="What to give as `cursor` for the next page; null where this is the last.")


class ForeseenEvent(Told):
    """An event that would be recorded, personal values included."""

    type: str
    stream: UUID
    fields: dict[str, Any]


class ForeseenRefusal(Told):
    """Why a command would be refused now."""

    code: str
    detail: str


class ProposedCommand(Told):
    """A command of a proposal, and what would come of it now."""

    command: dict[str, Any]
    events: list[ForeseenEvent]
    refusal: ForeseenRefusal | None


class ProposalWhole(Told):
    """A proposal with a page of its commands; what would come of them is told while it is open."""

    proposal: ProposalTold
    commands: list[ProposedCommand]
    next: int | None = Field(description="What to give as `start` for the further commands; null where there are none.")


def add(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    """Adds the routes."""

    @made.get(
        "/proposals", response_model=ProposalPage, responses=statuses(*SIGNED_IN, 422), operation_id="list_proposals"
    )
    def listed(
        request: Request,
        state: Annotated[list[State] | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
        cursor: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:
        member, before = gate.acting(request).member, number_behind(cursor)
        if not sees_people(member):
            raise Refusal(Code.MISSING_ROLE, f"{member.pseudonym} has none of the roles {', '.join(PERSONAL_ROLES)}")
        return told(_page(office(), member, tuple(state or ()), before, limit))

    @made.get(
        "/proposals/{proposal}",
        response_model=ProposalWhole,
        responses=statuses(*SIGNED_IN, 404, 422),
        operation_id="get_proposal",
    )
    def get(
        request: Request,
        proposal: Annotated[str, Path(json_schema_extra={"format": "uuid"})],
        start: Annotated[int, Query(ge=0, le=MOST_COMMANDS, description="From which of the commands on.")] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    ) -> Response:
        member, here = gate.acting(request).member, office()
        found = docket.find(here, member, id_of(proposal))
        stop = start + limit
        commands = _commands(here, member, found, start, stop)
        following = stop if commands and stop < found.size else None
        return told(ProposalWhole(proposal=proposal_told(found), commands=commands, next=following))

    @made.post(
        "/proposals/{proposal}/challenge",
        response_model=Challenge,
        responses=statuses(*SIGNED_IN, 404, 409, 410, 422),
        operation_id="challenge_proposal",
        summary="What the approver's passkey has to sign",
    )
    def challenge(request: Request, proposal: Annotated[str, Path(json_schema_extra={"format": "uuid"})]) -> Response:
        acting, here = gate.acting(request, "propose"), office()
        check_approver_in_person(acting)
        found = docket.find(here, acting.member, id_of(proposal))
        return challenged(here, acting.member, here.proposals.to_sign(found.id, acting.member))

    _add_decisions(made, office, gate)


def _add_decisions(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    def approve(here: Office, acting: Acting, proposal: Proposal, decision: Decision) -> Proposal:
        assert isinstance(decision, Approval)
        signed = signed_or_fresh(here, gate, acting, decision)
        approved = here.proposals.approve(proposal.id, acting.member, decision.version, signed)
        try:
            return here.proposals.carry_out(proposal.id)
        except StoreError as error:  # It is approved, and will be carried out: what is left over is taken up again.
            _log.error("a proposal could not be carried out at once: %s", type(error).__name__, exc_info=error)
            return approved

    def decline(here: Office, acting: Acting, proposal: Proposal, decision: Decision) -> Proposal:
        assert isinstance(decision, DecisionWithReason)
        return here.proposals.decline(proposal.id, acting.member, decision.reason, decision.version)

    def withdraw(here: Office, acting: Acting, proposal: Proposal, decision: Decision) -> Proposal:
        return here.proposals.withdraw(proposal.id, acting.member, decision.version)

    def carry_out(here: Office, acting: Acting, proposal: Proposal, decision: Decision) -> Proposal:
        if decision.version != proposal.version:
            raise AlreadyDecided(proposal)
        return here.proposals.carry_out(proposal.id)

    for name, decide, model in (
        ("approve", approve, Approval),
        ("carry-out", carry_out, Decision),
        ("decline", decline, DecisionWithReason),
        ("withdraw", withdraw, Decision),
    ):
        schema = model.model_json_schema()
        made.add_api_route(
            f"/proposals/{{proposal}}/{name}",
            _deciding(office, gate, decide, model),
            methods=["POST"],
            response_model=ProposalTold,
            responses=statuses(*SIGNED_IN, 400, 404, 409, 410, 413, 415, 422),
            operation_id=f"{name.replace('-', '_')}_proposal",
            summary=_SUMMARIES[name],
            openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}},
        )


def _deciding(
    office: Callable[[], Office],
    gate: Gate,
    decide: Callable[[Office, Acting, Proposal, Decision], Proposal],
    model: type[Decision],
) -> Callable[..., Any]:
    def decided(acting: Acting, proposal: UUID | None, decision: Decision) -> Response:
        here = office()
        found = docket.find(here, acting.member, proposal)
        return told(proposal_told(decide(here, acting, found, decision)))

    async def handle(
        request: Request, proposal: Annotated[str, Path(json_schema_extra={"format": "uuid"})]
    ) -> Response:
        acting = await run_in_threadpool(gate.acting, request, "propose")
        decision = decision_of(await body_of(request), model)
        return await run_in_threadpool(decided, acting, id_of(proposal), decision)

    return handle


def _page(office: Office, member: Member, states: tuple[str, ...], before: int | None, limit: int) -> ProposalPage:
    found = docket.page(office, member, states, before, limit)
    following = None if found.before is None else cursor_after(found.before)
    return ProposalPage(proposals=[proposal_told(item) for item in found.proposals], next=following)


def _commands(office: Office, member: Member, proposal: Proposal, start: int, stop: int) -> list[ProposedCommand]:
    if proposal.state != OPEN:
        plain = [to_plain(command) for command in office.proposals.commands(proposal.id)[start:stop]]
        return [ProposedCommand(command=command, events=[], refusal=None) for command in plain]
    approver = _approver(office, member, proposal)
    return [_foreseen(item) for item in office.proposals.foresee(proposal.id, approver, start, stop)]


def _approver(office: Office, member: Member, proposal: Proposal) -> str:
    """By whose approval to foresee: the member's own, or of somebody who may."""
    if "approver" in member.roles and member.pseudonym != proposal.proposer:
        return member.pseudonym
    base = office.executor.base()
    others = [who for who, roles in base.accounts.items() if "approver" in roles and who != proposal.proposer]
    others.sort(key=lambda who: (base.account_organisations[who] != proposal.organisation, who))
    return others[0] if others else member.pseudonym


def _foreseen(item: Foreseen) -> ProposedCommand:
    events = [foreseen_event(event) for event in item.events]
    refusal = None if item.refusal is None else ForeseenRefusal(code=item.refusal.code, detail=item.refusal.message)
    return ProposedCommand(command=to_plain(item.command), events=events, refusal=refusal)


def foreseen_event(event: Event) -> ForeseenEvent:
    """The model of an event that would be recorded."""
    declared = event_type(event)
    return ForeseenEvent(
        type=declared.name,
        stream=event.stream_id,
        fields={
            field.name: None if isinstance(value := getattr(event, field.name), Withheld) else to_plain(value)
            for field in (*declared.public, *declared.printed, *declared.personal)
        },
    )


def proposal_told(proposal: Proposal) -> ProposalTold:
    """The model of a proposal."""
    return ProposalTold(
        id=proposal.id,
        number=proposal.number,
        kind=proposal.kind,
        state=proposal.state,  # type: ignore[arg-type]  # the words of `ledger.office.proposals`
        version=proposal.version,
        proposer=proposal.proposer,
        organisation=proposal.organisation,
        approver=proposal.approver,
        proposed_at=moment(proposal.proposed_at),
        decided_at=None if proposal.decided_at is None else moment(proposal.decided_at),
        done=proposal.done,
        size=proposal.size,
        note=proposal.note,
        reason=proposal.reason,
    )
