"""The projections that only the ledger has: public notices, and the register's tables without cards and tokens.

Of a person stands there what the register holds in clear (ADR 31): steps, days, codes and totals under random ids.
Names and numbers are on cards, which stay shut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from ledger.projections.notices import NOTICES
from ledger.projections.register import register_with
from ledger.projections.register.definitions import hours_of
from ledger.projections.register.rows import APPLICATIONS, CERTIFICATES, ENROLMENTS, PEOPLE, TITLES, Table
from ledger.projector import Projection, Tables
from ledger.register.opening import VaultOpening
from verifier.standing import Award
from verifier.states.table import Cell, Row

_LEFT_OUT: Final = frozenset({"card", "number_token"})


@dataclass(frozen=True, slots=True)
class PrivateProjection:
    """One table of a view that the ledger keeps."""

    name: str
    told: str
    """What a row is, for people."""
    columns: tuple[str, ...]
    key: int
    rows: Callable[[Tables, date], Iterator[Row]]
    opened: bool
    """Whether its fold opens personal values: then it can be asked for a business date."""


def projection_of(wanted: PrivateProjection, opening: VaultOpening) -> Projection:
    """The live projection that the table belongs to."""
    return register_with(opening) if wanted.opened else NOTICES


def _register(
    table: Table, told: str, standing: Callable[[dict[str, Any], date], str] | None = None
) -> PrivateProjection:
    kept = [name for name in table.columns if name not in _LEFT_OUT and name not in table.key]
    names = (*table.key, *kept)
    sql = f"SELECT {', '.join(names)} FROM {table.name}"

    def rows(tables: Tables, day: date) -> Iterator[Row]:
        for found in tables.select(sql):
            cells = tuple(_cell(name, value) for name, value in zip(names, found, strict=True))
            named = dict(zip(names, found, strict=True))
            yield cells if standing is None else (*cells, standing(named, day))

    columns = names if standing is None else (*names, "standing")
    return PrivateProjection(table.name, told, columns, len(table.key), rows, opened=True)


def _cell(name: str, value: Any) -> Cell:
    if name == "hours":
        return " ".join(f"{module} {hours}" for module, hours in sorted(hours_of(bytes(value)).items()))
    return str(UUID(bytes=bytes(value))) if isinstance(value, bytes) else value


def _standing(row: dict[str, Any], day: date) -> str:
    """What stands by the row's own days. Keys reported compromised are not looked at here (ADR 31)."""

    def on(name: str) -> date | None:
        value = row.get(name)
        return None if value is None else date.fromisoformat(value)

    began = on("awarded_on") or on("granted_on")
    assert began is not None  # no award without its day
    since = on("suspended_on")
    suspensions = () if since is None else ((since, on("reinstated_on")),)
    award = Award(began, on("expires_on"), 0, suspensions, on("revoked_on"), None, on("superseded_on"))
    return award.on(day).value


def _notices(tables: Tables, day: date) -> Iterator[Row]:
    for application, index, refused in tables.select("SELECT application, log_index, refused FROM notices"):
        yield str(UUID(bytes=bytes(application))), index, refused


def _objections(tables: Tables, day: date) -> Iterator[Row]:
    for objection, index, erased in tables.select("SELECT objection, log_index, erased FROM objections"):
        yield str(UUID(bytes=bytes(objection))), index, erased


def _numbers(tables: Tables, day: date) -> Iterator[Row]:
    counted: dict[str, Counter[str]] = {}
    for cohort, status, titled in tables.select("SELECT cohort, status, titled FROM enrolments"):
        numbers = counted.setdefault(cohort, Counter())
        numbers.update(["people", status])
        numbers["titled"] += titled
    for cohort, numbers in counted.items():
        yield cohort, *(numbers[name] for name in _STATUSES)


_STATUSES: Final = ("people", "enrolled", "trained", "withdrawn", "refused", "certified", "titled")

PRIVATE: Final[dict[str, PrivateProjection]] = {
    item.name: item
    for item in (
        PrivateProjection(
            "notices", "an application under public notice", ("application", "index", "refused"), 1, _notices, False
        ),
        PrivateProjection(
            "objections", "an objection lodged by the form", ("objection", "index", "erased"), 1, _objections, False
        ),
        _register(PEOPLE, "a trainee"),
        _register(ENROLMENTS, "a trainee in a cohort"),
        _register(CERTIFICATES, "a certificate, by the register", _standing),
        _register(APPLICATIONS, "a title application"),
        _register(TITLES, "a title, by the register", _standing),
        PrivateProjection(
            "cohort-numbers", "a cohort's people by status", ("cohort", *_STATUSES), 1, _numbers, opened=True
        ),
    )
}
"""By name."""
