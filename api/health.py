"""`/healthz`: the process answers. `/readyz`: it can answer the public, or what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from ledger.awards import Awards
from ledger.handle import Clock
from ledger.office.outbox.courier import Courier
from ledger.publisher import Publisher
from ledger.readiness import readiness

_NOW: Final = {"Cache-Control": "no-store"}


class Alive(BaseModel):
    """The process answers."""

    alive: bool = True


class MirrorState(BaseModel):
    """One copy of the published tree elsewhere."""

    to: str
    published: int = Field(description="Entries under the checkpoint that this process copied there last.")
    failure: str = Field(description="Kind of what hinders it; empty while all is well.")


class Ready(BaseModel):
    """Whether the public can be answered."""

    ready: bool
    missing: list[str] = Field(description="What is not well: `database`, `views`, `published`, `status-lists`.")
    recorded: int | None = Field(description="Entries in the log; null where that could not be found out.")
    shown: int | None = Field(description="Entries that the views show.")
    published: int | None = Field(description="Entries under the checkpoint that this machine publishes.")
    leads: bool = Field(description="Whether it is this process's turn to sign.")
    failure: str = Field(description="Kind of what hinders this process from publishing; empty while all is well.")
    witnesses: str = Field(
        description="How many witnesses cosigned what this process signed last, and whether the quorum is missing;"
        " empty where the log names none, or another process signs."
    )
    outbox: str = Field(
        description="`stuck`: messages wait too long or were given up. Else kind of what hinders this process from"
        " sending them; empty while all is well. What is public does not depend on it."
    )
    mirrors: list[MirrorState] = Field(
        description="The copies that this process keeps while it has the turn to sign. Another one may keep them."
    )


def router(
    awards: Callable[[], Awards],
    publisher: Callable[[], Publisher | None],
    courier: Callable[[], Courier | None],
    clock: Clock,
) -> APIRouter:
    """The two routes. `publisher` and `courier` give those of this process, if it has them."""
    made = APIRouter()

    # On the event loop, so that it is answered also while every thread waits for a database that is away.
    @made.get("/healthz", summary="Whether the process answers; starting it anew would not help with anything else")
    async def healthz() -> Alive:
        return Alive()

    unready: dict[int | str, dict[str, Any]] = {503: {"description": "Something is missing.", "model": Ready}}

    @made.get("/readyz", summary="Whether the public can be answered", response_model=Ready, responses=unready)
    def readyz() -> JSONResponse:
        found, ours, sends = readiness(awards(), clock()), publisher(), courier()
        mirrors = [] if ours is None else ours.mirrors
        state = Ready(
            ready=not found.missing,
            missing=list(found.missing),
            recorded=found.recorded,
            shown=found.shown,
            published=found.published,
            leads=ours is not None and ours.leads,
            failure="" if ours is None else ours.failure,
            witnesses="" if ours is None else ours.witnesses,
            outbox="" if sends is None else sends.trouble,
            mirrors=[MirrorState(to=item.to, published=item.size, failure=item.failure) for item in mirrors],
        )
        return JSONResponse(state.model_dump(), 200 if state.ready else 503, _NOW)

    return made
