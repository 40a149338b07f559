"""What the pictures of the base are drawn from, each a table first: counts over the register, within a scope.

Everybody who is not erased is counted. What was awarded or granted is counted whatever became of it, unless it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, Literal

from ledger.projector import Views
from ledger.register import scope as scoped
from ledger.register.scope import WHOLE, Scope

By = Literal["cohort", "programme", "taught_by", "certified_by", "employer"]
STEP: Final = 50
"""Width of a bar of totals, in tenths."""
_TOP: Final = 950
"""Where the last bar begins: 100.0 belongs to it."""

_COLUMNS: Final[dict[By, str]] = {
    "cohort": "t.cohort",
    "programme": "c.programme",
    "taught_by": "c.taught_by",
    "certified_by": "c.certified_by",
    "employer": "p.employer",
}
_ALL_TRAINING: Final = "enrolments t JOIN cohorts c ON c.cohort = t.cohort"
_TRAINING: Final = f"{_ALL_TRAINING} JOIN people p ON p.subject = t.subject"


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """How far the enrolments of a cohort, a programme or an organisation came. Each number is part of the one before.

    *Trained*: the hours of every module reach what the programme's edition asks for (DOMAIN.md, rule `attendance`),
    whatever the day. *Titled*: certified, and on the day of the certificate or later a title was granted to the person.
    """

    of: str | None
    """Code; None for people without an employer."""
    enrolled: int
    trained: int
    certified: int
    titled: int


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """How many hold a title: not revoked by the day asked for, one paper of a chain of corrections."""

    level: str
    speciality: str
    employer: str | None
    """Of now."""
    year: int
    """Of the grant."""
    holders: int


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """How many totals of a programme lie from `low` on and below `high`, 100 in the last row included.

    Totals of certificates, and of those who were refused for their total alone; others have none.
    """

    programme: str
    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class DurationRow:
    """Days from application to end, of applications that were found eligible and have ended.

    Quartiles by nearest rank: the smallest value that so many of all do not exceed.
    """

    level: str
    outcome: str
    """`granted` or `refused`."""
    count: int
    least: int
    quartile: int
    median: int
    upper_quartile: int
    most: int


def funnel(views: Views, by: By = "cohort", scope: Scope = WHOLE) -> list[FunnelRow]:
    """Enrolled → trained → certified → titled, in the order of codes. Raises StoreError, as all of these."""
    column = _COLUMNS[by]
    where, params = scoped.of_training(scope)
    source = _TRAINING if by == "employer" else _from(scope)
    rows = views.select(
        f"SELECT {column} AS code, COUNT(*) AS enrolled, SUM(t.trained) AS trained,"
        " SUM(CASE WHEN t.status = 'certified' THEN 1 ELSE 0 END) AS certified, SUM(t.titled) AS titled"
        f" FROM {source} WHERE {where} GROUP BY {column}",
        params,
    )
    found = [
        FunnelRow(row["code"], *(int(row[name]) for name in ("enrolled", "trained", "certified", "titled")))
        for row in rows
    ]
    return sorted(found, key=lambda row: (row.of is None, row.of or ""))


def supply(views: Views, today: date, scope: Scope = WHOLE) -> list[SupplyRow]:
    """Titles held on a day by level, speciality, employer and year."""
    where, params = scoped.of_titles(scope)
    year = "substr(t.granted_on, 1, 4)"
    day = today.isoformat()
    rows = views.select(
        f"SELECT t.level AS level, t.speciality AS speciality, p.employer AS employer, {year} AS year, COUNT(*) AS n"
        " FROM titles t JOIN people p ON p.subject = t.subject"
        " WHERE t.granted_on <= ? AND (t.revoked_on IS NULL OR t.revoked_on > ?)"
        f" AND (t.superseded_on IS NULL OR t.superseded_on > ?) AND {where}"
        f" GROUP BY t.level, t.speciality, p.employer, {year}",
        (day, day, day, *params),
    )
    found = [
        SupplyRow(row["level"], row["speciality"], row["employer"], int(row["year"]), int(row["n"])) for row in rows
    ]
    return sorted(
        found, key=lambda row: (row.level, row.speciality, row.employer is None, row.employer or "", row.year)
    )


def totals(views: Views, programme: str | None = None, scope: Scope = WHOLE) -> list[TotalsRow]:
    """The distribution of totals, five points a row, rows without any left out."""
    where, params = scoped.of_training(scope)
    bar = f"CASE WHEN t.total >= {_TOP} THEN {_TOP} ELSE t.total - t.total % {STEP} END"
    rows = views.select(
        f"SELECT c.programme AS programme, {bar} AS low, COUNT(*) AS n FROM {_from(scope)}"
        f" WHERE t.total IS NOT NULL AND (? = '' OR c.programme = ?) AND {where}"
        f" GROUP BY c.programme, {bar} ORDER BY 1, 2",
        (programme or "", programme or "", *params),
    )
    return [
        TotalsRow(row["programme"], Decimal(row["low"]) / 10, Decimal(row["low"] + STEP) / 10, int(row["n"]))
        for row in rows
    ]


def durations(views: Views, scope: Scope = WHOLE) -> list[DurationRow]:
    """Time from application to end, by level and outcome."""
    where, params = scoped.of_applications(scope)
    rows = views.select(
        "SELECT t.level AS level, t.step AS step, t.days AS days, COUNT(*) AS n"
        " FROM applications t"
        f" WHERE t.days IS NOT NULL AND t.route IS NOT NULL AND {where}"
        " GROUP BY t.level, t.step, t.days ORDER BY 1, 2, 3",
        params,
    )
    return list(_durations(rows))


def _from(scope: Scope) -> str:
    """People are looked up only where the scope asks who they are."""
    return _ALL_TRAINING if scope.organisation is None else _TRAINING


def _durations(rows: list[Any]) -> Iterator[DurationRow]:
    for (level, step), some in groupby(rows, key=lambda row: (row["level"], row["step"])):
        counted = [(int(row["days"]), int(row["n"])) for row in some]
        count = sum(n for _, n in counted)
        first, second, third = (_nearest_rank(counted, -(-count * part // 4)) for part in (1, 2, 3))
        yield DurationRow(level, step, count, counted[0][0], first, second, third, counted[-1][0])


def _nearest_rank(counted: list[tuple[int, int]], rank: int) -> int:
    """The value of a rank, from 1, where each value stands with how often it is there, the smallest first."""
    for value, n in counted:
        rank -= n
        if rank <= 0:
            return value
    raise ValueError("there are not so many values")
