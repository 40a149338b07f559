"""What waits: proposals for the account, and applications for whoever takes their next step."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.office.rest.answers import SIGNED_IN, Told, statuses, told
from api.office.rest.proposals import ProposalTold, proposal_told
from api.office.rest.sights import Sights
from ledger.office import docket

MOST = 50
"""Proposals that are looked at, the newest that wait."""


class ApplicationsWaiting(Told):
    """How many of the applications that are seen wait for what."""

    panel: int
    notice: int
    running: int | None = Field(description="Under a notice; null where no calendar can tell.")
    due: int | None = Field(description="The notice has stood its days: `/register/applications?step=due`.")
    objections: int = Field(description="With an objection that is not answered.")


class WaitingTold(Told):
    """What waits, now."""

    proposals: list[ProposalTold] = Field(
        description=f"For the account, among the newest {MOST} that wait: to be approved, carried out or withdrawn."
    )
    applications: ApplicationsWaiting


def add(made: APIRouter, sights: Sights) -> None:
    """Adds the route."""

    @made.get(
        "/waiting",
        response_model=WaitingTold,
        responses=statuses(*SIGNED_IN),
        operation_id="list_waiting",
        summary="What waits for whoever asks",
    )
    def waiting(request: Request) -> Response:
        sight = sights.of(request)
        found = sight.register.waiting(sight.today, sight.scope)
        counts = ApplicationsWaiting(
            panel=found.panel,
            notice=found.notice,
            running=found.running,
            due=found.due,
            objections=found.objections,
        )
        proposals = [proposal_told(item) for item in docket.waiting(sights.office(), sight.member, MOST)]
        return told(WaitingTold(proposals=proposals, applications=counts))
