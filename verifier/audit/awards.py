"""What the public log shows of awards, held against the definitions in it (DOMAIN.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from verifier.authority import Authority
from verifier.awards import fold_awards
from verifier.catalogue import Catalogue
from verifier.errors import Malformed, NotEntitled, RuleBroken
from verifier.events import Event
from verifier.kinds import CertificateAwarded, TitleGranted
from verifier.merkle import HASH_SIZE
from verifier.rules import REVOCATION_REASONS, years_after
from verifier.standing import AWARDS, CHANGES
from verifier.statement import Statement
from verifier.statuslist import fold_bits, list_number

_DAY_FIELDS: Final = ("awarded_on", "granted_on", "suspended_on", "reinstated_on", "revoked_on", "superseded_on")


@dataclass(slots=True)
class Awards:
    """Every award so far, and whatever of it must be the only one of its kind."""

    _kept: list[tuple[int, Statement]] = field(default_factory=list)
    """Awards and changes, without the bytes that are checked already."""
    _issuers: dict[UUID, str] = field(default_factory=dict)
    _last_day: dict[UUID, date] = field(default_factory=dict)
    _unique: dict[str, set[bytes | int]] = field(
        default_factory=lambda: {"number_hash": set(), "link_hash": set(), "status_index": set()}
    )

    def take(self, index: int, statement: Statement, organisation: str, catalogue: Catalogue) -> None:
        """Takes in an award or a change of one. Raises RuleBroken, NotEntitled or Malformed."""
        event = statement.record.event
        if isinstance(event, CertificateAwarded):
            self._check_unique(event)
            check_certificate(event, organisation, catalogue)
            self._begin(event.certificate_id, event.awarded_on, organisation)
        elif isinstance(event, TitleGranted):
            self._check_unique(event)
            check_title(event, organisation, catalogue)
            self._begin(event.title_id, event.granted_on, organisation)
        elif isinstance(event, CHANGES):
            self._check_change(statement.stream_id, event, organisation)
        else:
            return
        record = replace(statement.record, commitments=())
        self._kept.append(
            (index, replace(statement, raw=b"", protected=b"", payload=b"", signature=b"", record=record))
        )

    def list_bits(self, number: int, size: int, authority: Authority) -> bytes:
        """The bits of a status list, folded from the log's first `size` entries; `authority` is as of that size."""
        return fold_bits(fold_awards(((at, read) for at, read in self._kept if at < size), authority).values(), number)

    def list_numbers(self) -> list[int]:
        """The numbers of the lists that the awards so far lie in."""
        indices = (read.record.event.status_index for _, read in self._kept if isinstance(read.record.event, AWARDS))
        return sorted({list_number(index) for index in indices})

    def numbers(self, size: int) -> Iterator[tuple[bytes, int]]:
        """The hash of the number of each award among the log's first `size` entries, with its index."""
        for index, read in self._kept:
            if index < size and isinstance(read.record.event, AWARDS):
                yield read.record.event.number_hash, index

    def _begin(self, stream: UUID, day: date, organisation: str) -> None:
        self._issuers[stream] = organisation
        self._last_day[stream] = day

    def _check_unique(self, event: CertificateAwarded | TitleGranted) -> None:
        if len(event.number_hash) != HASH_SIZE or len(event.link_hash) != HASH_SIZE:
            raise Malformed("an award's number or link hash is not 32 bytes")
        if event.status_index < 0:
            raise Malformed("an award's status index is below 0")
        for name, seen in self._unique.items():
            value = getattr(event, name)
            if value in seen:
                raise RuleBroken(f"the award's {name.replace('_', ' ')} is that of an earlier award")
            seen.add(value)

    def _check_change(self, stream: UUID, event: Event, organisation: str) -> None:
        day = day_of(event)
        if stream in self._issuers and self._issuers[stream] != organisation:
            raise NotEntitled(f"{organisation} changes the standing of an award that {self._issuers[stream]} made")
        if day is not None and stream in self._last_day:
            if day < self._last_day[stream]:
                raise RuleBroken(f"a change of standing is dated {day}, before what it changes")
            self._last_day[stream] = day
        reason = getattr(event, "reason", None)
        if hasattr(event, "revoked_on") and reason not in REVOCATION_REASONS:
            raise RuleBroken(f"{str(reason)[:40]!r} is no reason of a revocation")


def day_of(event: Event) -> date | None:
    """The public business date of an award or a change of standing; None for other events."""
    if not isinstance(event, (*AWARDS, *CHANGES)):
        return None
    day: date = next(getattr(event, name) for name in _DAY_FIELDS if hasattr(event, name))
    return day


def check_certificate(event: CertificateAwarded, organisation: str, catalogue: Catalogue) -> None:
    """Raises unless some edition of the programme lets this organisation award it with these days.

    Which edition the holder's cohort was under is not public; any that was published by then may be.
    """
    editions = catalogue.editions.get(event.programme)
    if not editions:
        raise RuleBroken(f"programme {event.programme} was never published")
    certified = [edition for edition in editions.values() if edition.certified_by == organisation]
    if not certified:
        raise NotEntitled(f"{organisation} does not certify programme {event.programme}")
    if all(event.expires_on != years_after(event.awarded_on, edition.valid_years) for edition in certified):
        raise RuleBroken(
            f"the certificate of {event.awarded_on} expires on {event.expires_on}, "
            f"which is not {certified[-1].valid_years} years later"
        )


def check_title(event: TitleGranted, organisation: str, catalogue: Catalogue) -> None:
    """Raises unless some policy in force by the day of the grant lets this authority grant such a title."""
    policies = [policy for policy in catalogue.policies if policy.effective_from <= event.granted_on]
    if not any(policy.authority == organisation for policy in policies):
        raise NotEntitled(f"{organisation} is the authority of no policy in force by {event.granted_on}")
    if not any(route.level == event.level for policy in policies for route in policy.routes):
        raise RuleBroken(f"no policy in force by {event.granted_on} knows the title {event.level[:40]!r}")
