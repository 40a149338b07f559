"""The one meaning of valid: what stands of an award on a day, folded from its stream (DOMAIN.md).

Pages, API, status list, PDF, command line and JavaScript all get it from here or from a twin under the same vectors.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final, assert_never

from verifier import kinds
from verifier.errors import RuleBroken
from verifier.events import Event


class Standing(enum.Enum):
    """What is true of an award on a day."""

    VALID = "valid"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Award:
    """An award and every change of its standing so far. Days are business dates."""

    awarded_on: date
    expires_on: date | None
    """Last day of validity, included; None for a title, which does not expire."""
    status_index: int
    suspensions: tuple[tuple[date, date | None], ...] = ()
    """From the first day, included, to the day of reinstatement, excluded."""
    revoked_on: date | None = None
    revoked_for: str | None = None
    superseded_on: date | None = None
    disowned: bool = False
    """Whether it was signed by a key that was compromised by then: it stands for nothing and never did."""

    def on(self, day: date) -> Standing:
        """What stands on a day. The day of revocation, suspension and supersession counts; so does the last day."""
        if self.disowned:
            return Standing.REVOKED
        if day < self.awarded_on:
            return Standing.NOT_YET_VALID
        if self.revoked_on is not None and day >= self.revoked_on:
            return Standing.REVOKED
        if self.superseded_on is not None and day >= self.superseded_on:
            return Standing.SUPERSEDED
        if self.expires_on is not None and day > self.expires_on:
            return Standing.EXPIRED
        if any(since <= day and (until is None or day < until) for since, until in self.suspensions):
            return Standing.SUSPENDED
        return Standing.VALID

    def since(self, standing: Standing) -> date | None:
        """The day from which a standing of this award counts, the last day of validity for `expired`; None for none."""
        days = {
            Standing.NOT_YET_VALID: self.awarded_on,
            Standing.EXPIRED: self.expires_on,
            Standing.SUSPENDED: self.suspensions[-1][0] if self.suspensions else None,
            Standing.REVOKED: self.revoked_on,
            Standing.SUPERSEDED: self.superseded_on,
        }
        return days.get(standing)

    @property
    def suspended(self) -> bool:
        """Whether a suspension is open at the end of the history."""
        return bool(self.suspensions) and self.suspensions[-1][1] is None

    @property
    def ended(self) -> bool:
        """Whether it was revoked, superseded or disowned at all: nothing more can happen to it."""
        return self.revoked_on is not None or self.superseded_on is not None or self.disowned


AwardEvent = (
    kinds.CertificateAwarded
    | kinds.CertificateSuspended
    | kinds.CertificateReinstated
    | kinds.CertificateRevoked
    | kinds.CertificateSuperseded
    | kinds.TitleGranted
    | kinds.TitleRevoked
    | kinds.TitleSuperseded
)
AWARDS = (kinds.CertificateAwarded, kinds.TitleGranted)
CHANGES = (
    kinds.CertificateSuspended,
    kinds.CertificateReinstated,
    kinds.CertificateRevoked,
    kinds.CertificateSuperseded,
    kinds.TitleRevoked,
    kinds.TitleSuperseded,
)


_DAYS: Final[Mapping[type[Event], str]] = MappingProxyType(
    {
        kinds.CertificateAwarded: "awarded_on",
        kinds.CertificateSuspended: "suspended_on",
        kinds.CertificateReinstated: "reinstated_on",
        kinds.CertificateRevoked: "revoked_on",
        kinds.CertificateSuperseded: "superseded_on",
        kinds.TitleGranted: "granted_on",
        kinds.TitleRevoked: "revoked_on",
        kinds.TitleSuperseded: "superseded_on",
    }
)
DAY_FIELDS: Final = frozenset(_DAYS.values())
"""The fields that hold the business date of an award or of a change of its standing."""


def business_date(event: AwardEvent) -> date:
    """The business date of an award or of a change of its standing; it is public."""
    day: date = getattr(event, _DAYS[type(event)])
    return day


def evolve(award: Award | None, event: AwardEvent) -> Award:
    """The award after one more event of its stream. Raises RuleBroken for a change of what was never awarded."""
    match event:
        case kinds.CertificateAwarded():
            return Award(event.awarded_on, event.expires_on, event.status_index)
        case kinds.TitleGranted():
            return Award(event.granted_on, None, event.status_index)
    if award is None:
        raise RuleBroken(f"{type(event).__name__} without an award before it")
    match event:
        case kinds.CertificateSuspended():
            return replace(award, suspensions=(*award.suspensions, (event.suspended_on, None)))
        case kinds.CertificateReinstated():
            *earlier, last = award.suspensions or ((event.reinstated_on, None),)
            return replace(award, suspensions=(*earlier, (last[0], event.reinstated_on)))
        case kinds.CertificateRevoked() | kinds.TitleRevoked():
            return replace(award, revoked_on=event.revoked_on, revoked_for=event.reason)
        case kinds.CertificateSuperseded() | kinds.TitleSuperseded():
            return replace(award, superseded_on=event.superseded_on)
        case _:
            assert_never(event)


def fold(events: Iterable[Event]) -> Award:
    """The award of a whole stream. Raises RuleBroken if there is none."""
    award: Award | None = None
    for event in events:
        if isinstance(event, (*AWARDS, *CHANGES)):
            award = evolve(award, event)
    if award is None:
        raise RuleBroken("no award in this stream")
    return award
