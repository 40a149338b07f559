"""The public projections: what the log shows everyone, folded by the code that the audit and publication fold it by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from verifier.authority import AUTHORITY_EVENTS, Authority
from verifier.awards import fold_awards
from verifier.catalogue import Catalogue
from verifier.current import business_day
from verifier.kinds import CertificateAwarded, TitleGranted
from verifier.standing import AWARDS, CHANGES, Standing
from verifier.statement import Statement
from verifier.states.table import Row
from verifier.verify import recorded_moment


@dataclass(slots=True)
class PublicFold:
    """What the public part of a log's first entries says."""

    size: int = 0
    authority: Authority = field(default_factory=Authority)
    catalogue: Catalogue = field(default_factory=Catalogue)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Entries by month of their recorded time, in the base's zone, and kind of event."""
    last_day: date = date.min
    """The business day on which the last entry was recorded."""
    _awards: list[tuple[int, Statement]] = field(default_factory=list)

    def take(self, read: Statement, *, checked: bool = False) -> None:
        """Takes in the next entry. Raises VerificationError for one that may not stand there.

        `checked`: its signature and its right to stand there were checked when it was recorded; then only what defines
        authority is looked at again.
        """
        event = read.record.event
        if not checked or isinstance(event, AUTHORITY_EVENTS):
            self.authority.admit(self.size, read)
        self.catalogue.evolve(event)
        if isinstance(event, (*AWARDS, *CHANGES)):
            bare = replace(read, raw=b"", protected=b"", payload=b"", signature=b"")
            self._awards.append((self.size, bare))
        self.last_day = business_day(recorded_moment(read.record.envelope.recorded_at))
        self.counts[self.last_day.isoformat()[:7], read.record.type.kind] += 1
        self.size += 1

    def awards(self, day: date) -> Iterator[Row]:
        """Every award with what stood of it on a day."""
        standing = fold_awards(self._awards, self.authority)
        for index, read in self._awards:
            event, award = read.record.event, standing.get(read.stream_id)
            if award is None or not isinstance(event, CertificateAwarded | TitleGranted):
                continue
            kind, subject = (
                ("certificate", event.programme) if isinstance(event, CertificateAwarded) else ("title", event.level)
            )
            on = award.on(day)
            since = award.since(on)
            yield (
                str(read.stream_id),
                index,
                kind,
                event.number_hash.hex(),
                award.status_index,
                subject,
                award.awarded_on.isoformat(),
                _text(award.expires_on),
                on.value,
                _text(since),
            )


@dataclass(frozen=True, slots=True)
class PublicProjection:
    """One table of the public fold."""

    name: str
    told: str
    """What a row is, for people."""
    columns: tuple[str, ...]
    key: int
    rows: Callable[[PublicFold, date], Iterator[Row]]
    """The rows with standings of a day."""
    dated: Callable[[Row], bool] | None = None
    """Which rows a business day leaves; None for a projection without business dates."""


def _organisations(fold: PublicFold, day: date) -> Iterator[Row]:
    for item in fold.authority.organisations.values():
        yield item.code, item.kind, item.uri, item.name_zh, item.name_en


def _keys(fold: PublicFold, day: date) -> Iterator[Row]:
    for key in fold.authority.keys.values():
        granted = " ".join(sorted(key.kinds))
        yield key.kid.hex(), key.organisation, key.custody, key.since, key.until, key.compromised_from, granted


def _accounts(fold: PublicFold, day: date) -> Iterator[Row]:
    for pseudonym, roles in fold.authority.accounts.items():
        yield pseudonym, " ".join(sorted(roles))


def _programmes(fold: PublicFold, day: date) -> Iterator[Row]:
    for code, editions in fold.catalogue.editions.items():
        for number, item in editions.items():
            yield code, number, item.certified_by, item.taught_by, item.valid_years, str(item.total_pass)


def _policies(fold: PublicFold, day: date) -> Iterator[Row]:
    begun = [item for item in fold.catalogue.policies if item.effective_from <= day]
    newest = max(begun, key=lambda item: item.effective_from, default=None)
    for item in fold.catalogue.policies:
        state = "not-yet" if item.effective_from > day else "in-force" if item is newest else "replaced"
        yield item.edition, item.authority, item.effective_from.isoformat(), len(item.routes), state


def _calendars(fold: PublicFold, day: date) -> Iterator[Row]:
    for item in fold.catalogue.calendars.values():
        yield item.year, len(item.days_off), len(item.make_up_days)


def _terms(fold: PublicFold, day: date) -> Iterator[Row]:
    for authority in {item.authority for item in fold.catalogue.terms}:
        item = fold.catalogue.terms_of(authority)
        assert item is not None  # it is one of the list's
        yield authority, " ".join(item.shows), item.kept_days, str(item.terms_id)


def _cohorts(fold: PublicFold, day: date) -> Iterator[Row]:
    for item in fold.catalogue.cohorts.values():
        state = "not-yet" if day < item.starts_on else "over" if day > item.ends_on else "running"
        days = (item.starts_on.isoformat(), item.ends_on.isoformat())
        yield item.code, item.programme, item.programme_edition, *days, item.capacity, state


def _counts(fold: PublicFold, day: date) -> Iterator[Row]:
    for (month, kind), count in fold.counts.items():
        yield month, kind, count


def _begun(row: Row) -> bool:
    return row[-1] != "not-yet"


def _awarded(row: Row) -> bool:
    return row[_STANDING] != Standing.NOT_YET_VALID.value


_AWARD_COLUMNS: Final = (
    "award",
    "index",
    "kind",
    "number_hash",
    "status_index",
    "subject",
    "awarded_on",
    "expires_on",
    "standing",
    "standing_since",
)
_STANDING: Final = _AWARD_COLUMNS.index("standing")

PUBLIC: Final = {
    item.name: item
    for item in (
        PublicProjection(
            "organisations", "an organisation", ("code", "kind", "uri", "name_zh", "name_en"), 1, _organisations
        ),
        PublicProjection(
            "keys",
            "a key, in log indices",
            ("kid", "organisation", "custody", "since", "until", "compromised_from", "kinds"),
            1,
            _keys,
        ),
        PublicProjection("accounts", "an open account", ("pseudonym", "roles"), 1, _accounts),
        PublicProjection(
            "programmes",
            "an edition of a programme",
            ("code", "edition", "certified_by", "taught_by", "valid_years", "total_pass"),
            2,
            _programmes,
        ),
        PublicProjection(
            "policies",
            "an edition of the rules for titles",
            ("edition", "authority", "effective_from", "routes", "state"),
            1,
            _policies,
            _begun,
        ),
        PublicProjection("calendars", "a year's calendar", ("year", "days_off", "make_up_days"), 1, _calendars),
        PublicProjection(
            "terms", "an authority's terms of notices", ("authority", "shows", "kept_days", "stream"), 1, _terms
        ),
        PublicProjection(
            "cohorts",
            "a cohort",
            ("code", "programme", "edition", "starts_on", "ends_on", "capacity", "state"),
            1,
            _cohorts,
            _begun,
        ),
        PublicProjection(
            "awards", "an award with its standing", _AWARD_COLUMNS, 1, lambda fold, day: fold.awards(day), _awarded
        ),
        PublicProjection("counts", "entries of a kind in a month", ("month", "kind", "entries"), 2, _counts),
    )
}
"""By name."""


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
