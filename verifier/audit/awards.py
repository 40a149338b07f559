"""What the public log shows of awards, held against the definitions in it (DOMAIN.md)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final, cast
from uuid import UUID

from verifier.authority import Authority
from verifier.awards import fold_events
from verifier.catalogue import Catalogue
from verifier.errors import Malformed, NotEntitled, RuleBroken
from verifier.events import WITHHELD, Event, event_type
from verifier.kinds import CertificateAwarded, TitleGranted
from verifier.merkle import HASH_SIZE
from verifier.rules import REVOCATION_REASONS, years_after
from verifier.standing import AWARDS, CHANGES, DAY_FIELDS, AwardEvent, business_date
from verifier.statuslist import fold_bits, list_number

_KNOWN: Final = frozenset({"status_index", *DAY_FIELDS})
_KEPT: Final = HASH_SIZE // 2
"""Bytes of a hash that are kept: two awards that have them in common by chance, nobody will ever see."""
_FOLDED: Final = (*AWARDS, *CHANGES)
_CODES: Final = {cls: code for code, cls in enumerate(_FOLDED)}
"""By which number a kind is kept, in memory and in state files."""
_WITHHELD: Final[dict[type[Event], dict[str, Any]]] = {
    cls: dict.fromkeys((item.name for item in fields(cls)), WITHHELD) for cls in _FOLDED
}


@dataclass(slots=True)
class Awards:
    """Every award so far, and whatever of it must be the only one of its kind.

    An award takes some hundred bytes here, whatever its statement holds: of each event one row in columns.
    """

    _indices: array[int] = field(default_factory=lambda: array("Q"))
    _codes: array[int] = field(default_factory=lambda: array("B"))
    _signers: array[int] = field(default_factory=lambda: array("H"))
    _days: array[int] = field(default_factory=lambda: array("I"))
    """Of an award or change, as an ordinal."""
    _status: array[int] = field(default_factory=lambda: array("Q"))
    """Status index of an award; 0 for a change."""
    _streams: bytearray = field(default_factory=bytearray)
    """Ids of 16 bytes one after another."""
    _numbers: bytearray = field(default_factory=bytearray)
    """Of each award in turn the whole hash of its number: the index of numbers is folded from them."""
    _rows: dict[bytes, int] = field(default_factory=dict)
    """By stream: the row of its award."""
    _latest: dict[int, int] = field(default_factory=dict)
    """By row of an award that was changed: the day of the last change."""
    _kids: list[bytes] = field(default_factory=list)
    _organisations: list[str] = field(default_factory=list)
    """Who awarded, by the number of the key."""
    _unique: dict[str, set[bytes | int]] = field(
        default_factory=lambda: {"number_hash": set(), "link_hash": set(), "status_index": set()}
    )

    def take(
        self, index: int, kid: bytes, stream: bytes, event: Event, organisation: str, catalogue: Catalogue
    ) -> None:
        """Takes in an award or a change of one. Raises RuleBroken, NotEntitled or Malformed."""
        if isinstance(event, CertificateAwarded):
            self._check_unique(event)
            check_certificate(event, organisation, catalogue)
        elif isinstance(event, TitleGranted):
            self._check_unique(event)
            check_title(event, organisation, catalogue)
        elif isinstance(event, CHANGES):
            self._check_change(stream, event, organisation)
        else:
            return
        if isinstance(event, AWARDS):
            self._rows[stream] = len(self._indices)
            self._numbers += event.number_hash
        self._indices.append(index)
        self._codes.append(_CODES[type(event)])
        self._signers.append(self._signer(kid, organisation))
        self._days.append(business_date(event).toordinal())
        self._status.append(event.status_index if isinstance(event, AWARDS) else 0)
        self._streams += stream

    def list_bits(self, number: int, size: int, authority: Authority) -> bytes:
        """The bits of a status list, folded from the log's first `size` entries; `authority` is as of that size."""
        return fold_bits(fold_events(self._events(size), authority).values(), number)

    def list_numbers(self) -> list[int]:
        """The numbers of the lists that the awards so far lie in."""
        pairs = zip(self._codes, self._status, strict=True)
        return sorted({list_number(index) for code, index in pairs if _FOLDED[code] in AWARDS})

    def numbers(self, size: int) -> Iterator[tuple[bytes, int]]:
        """The hash of the number of each award among the log's first `size` entries, with its index."""
        awards = (index for index, code in zip(self._indices, self._codes, strict=True) if _FOLDED[code] in AWARDS)
        for index, number in zip(awards, _cut(self._numbers, HASH_SIZE), strict=True):
            if index < size:
                yield number, index

    def columns(self) -> list[Any]:
        """For a state file."""
        links = b"".join(cast("set[bytes]", self._unique["link_hash"]))
        columns = (self._indices, self._codes, self._signers, self._days, self._status)
        latest = [[row, day] for row, day in self._latest.items()]
        rest = [latest, list(self._kids), list(self._organisations), bytes(self._numbers), links]
        return [*(column.tolist() for column in columns), bytes(self._streams), *rest]

    @classmethod
    def of(cls, columns: list[Any]) -> Awards:
        """From `columns`. Raises ValueError, TypeError, IndexError or OverflowError for what is none."""
        indices, codes, signers, days, status, streams, latest, kids, organisations, numbers, links = columns
        made = cls(array("Q", indices), array("B", codes), array("H", signers), array("I", days), array("Q", status))
        if len({len(indices), len(codes), len(signers), len(days), len(status), len(streams) // 16}) != 1:
            raise ValueError("the awards' columns are not of one length")
        made._streams, made._kids, made._organisations = bytearray(streams), kids, organisations
        made._latest = dict(latest)
        made._numbers = bytearray(numbers)
        made._unique["number_hash"] = {number[:_KEPT] for number in _cut(numbers, HASH_SIZE)}
        made._unique["link_hash"] = set(_cut(links, _KEPT))
        if len(made._numbers) != HASH_SIZE * sum(_FOLDED[code] in AWARDS for code in codes):
            raise ValueError("there is not a number for each award")
        for row, code in enumerate(codes):
            if _FOLDED[code] in AWARDS:
                made._rows[made._stream(row)] = row
                made._unique["status_index"].add(status[row])
        return made

    def _events(self, size: int) -> Iterator[tuple[int, UUID, bytes, Event]]:
        """The events among the first `size` entries, with as much of them as a status list is folded from."""
        for row, index in enumerate(self._indices):
            if index >= size:
                return
            stream, cls = UUID(bytes=self._stream(row)), _FOLDED[self._codes[row]]
            event = _event(cls, stream, date.fromordinal(self._days[row]), self._status[row])
            yield index, stream, self._kids[self._signers[row]], event

    def _stream(self, row: int) -> bytes:
        return bytes(self._streams[16 * row : 16 * row + 16])

    def _signer(self, kid: bytes, organisation: str) -> int:
        if kid not in self._kids:
            self._kids.append(kid)
            self._organisations.append(organisation)
        return self._kids.index(kid)

    def _check_unique(self, event: CertificateAwarded | TitleGranted) -> None:
        if len(event.number_hash) != HASH_SIZE or len(event.link_hash) != HASH_SIZE:
            raise Malformed("an award's number or link hash is not 32 bytes")
        if event.status_index < 0:
            raise Malformed("an award's status index is below 0")
        for name, value in (
            ("number_hash", event.number_hash[:_KEPT]),
            ("link_hash", event.link_hash[:_KEPT]),
            ("status_index", event.status_index),
        ):
            seen = self._unique[name]
            if value in seen:
                raise RuleBroken(f"the award's {name.replace('_', ' ')} is that of an earlier award")
            seen.add(value)

    def _check_change(self, stream: bytes, event: AwardEvent, organisation: str) -> None:
        day, row = business_date(event), self._rows.get(stream)
        if row is not None:
            awarded_by = self._organisations[self._signers[row]]
            if awarded_by != organisation:
                raise NotEntitled(f"{organisation} changes the standing of an award that {awarded_by} made")
            if day.toordinal() < self._latest.get(row, self._days[row]):
                raise RuleBroken(f"a change of standing is dated {day}, before what it changes")
            self._latest[row] = day.toordinal()
        reason = getattr(event, "reason", None)
        if hasattr(event, "revoked_on") and reason not in REVOCATION_REASONS:
            raise RuleBroken(f"{str(reason)[:40]!r} is no reason of a revocation")


def _event(cls: type[Event], stream: UUID, day: date, status_index: int) -> Event:
    """An award or change of which only stream, day and status index are known; all else is withheld."""
    values = dict(_WITHHELD[cls])
    values[event_type(cls).stream] = stream
    for name in values.keys() & _KNOWN:
        values[name] = status_index if name == "status_index" else day
    return cls(**values)


def _cut(hashes: bytes | bytearray, size: int) -> Iterator[bytes]:
    return (bytes(hashes[at : at + size]) for at in range(0, len(hashes), size))


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
