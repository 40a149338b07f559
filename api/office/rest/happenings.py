"""What happened to something, entry by entry, and who did it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from api.office.rest.answers import Told, moment
from ledger.office.history import Happened
from ledger.office.staff import Staff
from verifier.events import event_type


class ActorTold(Told):
    """Somebody who proposed or approved."""

    pseudonym: str
    name: str | None = Field(description="Null for who is not of this office.")


class HappenedTold(Told):
    """One entry of the log."""

    index: int
    type: str
    stream: UUID
    on: date | None = Field(description="When it happened, where the entry says so.")
    reason: str | None
    recorded_at: datetime
    by: list[ActorTold] = Field(description="Who proposed, and who approved where somebody had to.")


_DAYS = (
    *("awarded_on", "suspended_on", "reinstated_on", "revoked_on", "superseded_on", "granted_on"),
    *("applied_on", "asked_on", "voted_on", "posted_on", "raised_on", "resolved_on", "ended_on", "attached_on"),
)
"""Fields that say when something happened."""


def happened_told(happened: Iterable[Happened], staff: Staff) -> list[HappenedTold]:
    """The models of some entries, in their order. Raises StoreError."""
    names: dict[str, ActorTold] = {}

    def actor(pseudonym: str) -> ActorTold:
        if pseudonym not in names:
            member = staff.of_pseudonym(pseudonym)
            names[pseudonym] = ActorTold(pseudonym=pseudonym, name=None if member is None else member.name)
        return names[pseudonym]

    return [
        HappenedTold(
            index=item.index,
            type=event_type(item.event).name,
            stream=item.event.stream_id,
            on=next((day for name in _DAYS if isinstance(day := getattr(item.event, name, None), date)), None),
            reason=reason if isinstance(reason := getattr(item.event, "reason", None), str) else None,
            recorded_at=moment(item.recorded_at),
            by=[actor(pseudonym) for pseudonym in item.actors],
        )
        for item in happened
    ]
