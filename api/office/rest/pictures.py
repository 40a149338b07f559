"""The tables of the base's pictures, of what the account may see: each counted over the register, in pages."""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.office.rest.answers import SIGNED_IN, Told, statuses, told
from api.office.rest.pages import LONGEST_CURSOR, NEXT, bad_cursor
from api.office.rest.sights import Sights
from ledger.register.pictures import By, DurationRow, FunnelRow, SupplyRow, TotalsRow, durations, funnel, supply, totals
from verifier import cbor
from verifier.errors import Malformed

R = TypeVar("R", FunnelRow, SupplyRow, TotalsRow, DurationRow)
MOST: Final = 500
"""Rows of the longest page: they are few words each."""
Cursor = Annotated[str, Query(max_length=4 * LONGEST_CURSOR, description="What the page before gave as `next`.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page, at most.")]


@dataclass(frozen=True, slots=True)
class _Table:
    """A picture's table: its name for cursors, and the fields that order its rows, with what they are."""

    name: str
    key: tuple[str, ...]
    kinds: tuple[type[Any], ...]


_FUNNEL: Final = _Table("funnel", ("of",), (str,))
_SUPPLY: Final = _Table("supply", ("level", "speciality", "employer", "year"), (str, str, str, int))
_TOTALS: Final = _Table("totals", ("programme", "low"), (str, Decimal))
_DURATIONS: Final = _Table("durations", ("level", "outcome"), (str, str))
_NUMBER: Final = re.compile(r"[0-9]{1,3}(\.[0-9])?", re.ASCII)
_STATUSES: Final = statuses(*SIGNED_IN, 422)


class Funnel(Told):
    """How far the enrolments of one code came; each number is part of the one before."""

    of: str | None = Field(description="Code; null for people without an employer.")
    enrolled: int
    trained: int
    certified: int
    titled: int


class FunnelPage(Told):
    """By codes."""

    rows: list[Funnel]
    next: str | None = Field(description=NEXT)


class Supply(Told):
    """How many hold a title that is not revoked, one paper of a chain of corrections."""

    level: str
    speciality: str
    employer: str | None
    year: int
    holders: int


class SupplyPage(Told):
    """By level, speciality, employer and year of the grant."""

    rows: list[Supply]
    next: str | None = Field(description=NEXT)


class TotalsTold(Told):
    """How many totals of a programme lie from `low` on and below `high`, 100 in the last row included."""

    programme: str
    low: str
    high: str
    count: int


class TotalsPage(Told):
    """By programme, the lowest first."""

    rows: list[TotalsTold]
    next: str | None = Field(description=NEXT)


class Duration(Told):
    """Days from application to end, of those that were found eligible; quartiles by nearest rank."""

    level: str
    outcome: str
    count: int
    least: int
    quartile: int
    median: int
    upper_quartile: int
    most: int


class DurationPage(Told):
    """By level and outcome."""

    rows: list[Duration]
    next: str | None = Field(description=NEXT)


def add(made: APIRouter, sights: Sights) -> None:
    """Adds the routes."""

    @made.get("/pictures/funnel", response_model=FunnelPage, responses=_STATUSES, operation_id="picture_funnel")
    def of_funnel(
        request: Request, by: Annotated[By, Query()] = "cohort", limit: Limit = 100, cursor: Cursor = ""
    ) -> Response:
        sight = sights.of(request)
        rows, following = _page(_FUNNEL, funnel(sight.register.views, by, sight.scope), cursor, limit)
        return told(FunnelPage(rows=[Funnel(**_cells(row, Funnel)) for row in rows], next=following))

    @made.get("/pictures/supply", response_model=SupplyPage, responses=_STATUSES, operation_id="picture_supply")
    def of_supply(request: Request, limit: Limit = 100, cursor: Cursor = "") -> Response:
        sight = sights.of(request)
        found = supply(sight.register.views, sight.today, sight.scope)
        rows, following = _page(_SUPPLY, found, cursor, limit)
        return told(SupplyPage(rows=[Supply(**_cells(row, Supply)) for row in rows], next=following))

    @made.get("/pictures/totals", response_model=TotalsPage, responses=_STATUSES, operation_id="picture_totals")
    def of_totals(request: Request, limit: Limit = 100, cursor: Cursor = "") -> Response:
        sight = sights.of(request)
        found = totals(sight.register.views, None, sight.scope)
        rows, following = _page(_TOTALS, found, cursor, limit)
        return told(TotalsPage(rows=[TotalsTold(**_cells(row, TotalsTold)) for row in rows], next=following))

    @made.get("/pictures/durations", response_model=DurationPage, responses=_STATUSES, operation_id="picture_durations")
    def of_durations(request: Request, limit: Limit = 100, cursor: Cursor = "") -> Response:
        sight = sights.of(request)
        found = durations(sight.register.views, sight.scope)
        rows, following = _page(_DURATIONS, found, cursor, limit)
        return told(DurationPage(rows=[Duration(**_cells(row, Duration)) for row in rows], next=following))


def _page(of: _Table, rows: Sequence[R], cursor: str, limit: int) -> tuple[Sequence[R], str | None]:
    """Rows behind a cursor, in the order of their keys: what comes or goes before it moves nothing."""
    keys = {id(row): tuple(getattr(row, name) for name in of.key) for row in rows}
    ordered = sorted(rows, key=lambda row: _rank(keys[id(row)]))
    if cursor:
        after = _rank(_read(of, cursor))
        ordered = [row for row in ordered if _rank(keys[id(row)]) > after]
    following = _write(of, keys[id(ordered[limit - 1])]) if len(ordered) > limit else None
    return ordered[:limit], following


def _rank(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple((value is None, "" if value is None else value) for value in key)


def _write(of: _Table, key: tuple[Any, ...]) -> str:
    plain = [str(value) if isinstance(value, Decimal) else value for value in key]
    return urlsafe_b64encode(cbor.encode([of.name, *plain])).decode().rstrip("=")


def _read(of: _Table, cursor: str) -> tuple[Any, ...]:
    """A key as this table has them. Raises BadForm for what is none."""
    try:
        read: Any = cbor.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        match read:
            case [of.name, *key] if len(key) == len(of.kinds):
                return tuple(_value(kind, value) for kind, value in zip(of.kinds, key, strict=True))
    except (binascii.Error, ValueError, ArithmeticError, Malformed):
        pass
    raise bad_cursor()


def _value(kind: type[Any], value: Any) -> Any:
    if kind is Decimal and type(value) is str and _NUMBER.fullmatch(value):
        return Decimal(value)
    if value is not None and type(value) is not kind:
        raise ValueError
    return value


def _cells(row: R, model: type[Told]) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in model.model_fields)
    return {name: format(value, "f") if isinstance(value, Decimal) else value for name, value in values}
