"""The public change feed: what the published log says, entry by entry, for whoever wants to follow it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.office.rest.answers import PREFIX, Told, moment, statuses
from ledger.awards import Awards
from ledger.changes import changes_from

PUBLIC: Final = (f"{PREFIX}/changes",)
"""Paths that take no sign-in."""
MOST: Final = 500
_LARGEST: Final = 2**53
_HEADERS: Final = {
    "Cache-Control": "public, max-age=5",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class PublicChange(Told):
    """One entry of the log."""

    index: int
    type: str
    stream: UUID
    recorded_at: datetime
    public: dict[str, Any] = Field(description="The event's public fields (docs/events.md).")


class PublicChanges(Told):
    """A stretch of the log, in its order."""

    size: int = Field(description="Entries under the published checkpoint.")
    changes: list[PublicChange]
    next: int | None = Field(description="What to give as `after` for the next stretch; null where this is the end.")


def add(made: APIRouter, awards: Callable[[], Awards]) -> None:
    """Adds the route."""

    @made.get(
        "/changes",
        response_model=PublicChanges,
        responses=statuses(422, 503),
        summary="What was published after an entry of the log",
        operation_id="list_changes",
    )
    def changes(
        request: Request,
        after: Annotated[int | None, Query(ge=0, le=_LARGEST, description="Index of the last known entry.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> Response:
        start = 0 if after is None else after + 1
        found = changes_from(awards(), start, limit)
        listed = [
            PublicChange(
                index=item.index,
                type=item.type,
                stream=item.stream,
                recorded_at=moment(item.recorded_at),
                public=dict(item.public),
            )
            for item in found.changes
        ]
        last = listed[-1].index if listed else None
        following = None if last is None or last + 1 >= found.size else last
        body = PublicChanges(size=found.size, changes=listed, next=following)
        return Response(body.model_dump_json(), 200, dict(_HEADERS), "application/json")
