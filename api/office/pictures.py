"""The pictures of the base: each a drawing, its table, and the table as CSV, of what the viewer may see."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any, Final, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.headers import PERSONAL
from api.languages import Words
from api.office import picture_words
from api.office.bars import Chart, chart
from api.office.console import Console, Sent, language_of
from api.office.gate import Acting
from ledger.office.seeing import sees_people
from ledger.refusals import Code, Refusal
from ledger.register.pictures import By, DurationRow, FunnelRow, SupplyRow, TotalsRow, durations, funnel, supply, totals
from verifier.formulas import defused

Rows = Sequence[FunnelRow] | Sequence[SupplyRow] | Sequence[TotalsRow] | Sequence[DurationRow]
KINDS: Final[dict[str, type[Any]]] = {
    "funnel": FunnelRow,
    "supply": SupplyRow,
    "totals": TotalsRow,
    "durations": DurationRow,
}
"""Every picture, and what a row of its table is."""
GROUPS: Final[tuple[By, ...]] = get_args(By)


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Pictures(console)
    return [
        console.route("/pictures", pages.page, ["GET"]),
        console.route("/pictures/{kind}.csv", pages.table, ["GET"]),
    ]


class Pictures:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def page(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """All four, one below the other."""
        language = language_of(request)

        def told(value: object) -> str:
            if value is None:
                return picture_words.NOBODY.of(language)
            known = picture_words.VALUES.get(str(value))
            return str(value) if known is None else known.of(language)

        shown = []
        for kind, row in KINDS.items():
            rows = self._rows(request, acting, kind)
            columns = [field.name for field in fields(row)]
            table = [[told(value) for value in astuple(item)] for item in rows]
            shown.append((kind, columns, table, _drawn(rows, told)))
        return self._console.page(
            "office/pictures.html",
            request,
            acting,
            pictures=shown,
            by=_group(request),
            groups=GROUPS,
            picturing=picture_words,
            series=series,
        )

    def table(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """A picture's table for a spreadsheet."""
        kind = request.path_params["kind"]
        if kind not in KINDS:
            raise Refusal(Code.UNKNOWN_VALUE, "no such picture")
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(field.name for field in fields(KINDS[kind]))
        for row in self._rows(request, acting, kind):
            writer.writerow(_defused(value) for value in astuple(row))
        headers = {**PERSONAL, "Content-Disposition": f'attachment; filename="{kind}.csv"'}
        return Response("﻿" + text.getvalue(), 200, headers, "text/csv; charset=utf-8")

    def _rows(self, request: Request, acting: Acting, kind: str) -> Rows:
        if not sees_people(acting.member):
            raise Refusal(Code.MISSING_ROLE, "pictures take one of the roles registrar, assessor, approver, auditor")
        views, scope = self._console.register.views, self._console.scope(acting)
        match kind:
            case "funnel":
                return funnel(views, _group(request), scope)
            case "supply":
                return supply(views, self._console.today(), scope)
            case "totals":
                return totals(views, None, scope)
        return durations(views, scope)


def _group(request: Request) -> By:
    asked = request.query_params.get("by", "")
    return next((known for known in GROUPS if known == asked), "cohort")


def _drawn(rows: Rows, told: Any) -> Chart:
    bars: list[tuple[str, Sequence[int]]] = []
    for row in rows:
        match row:
            case FunnelRow():
                bars.append((told(row.of), (row.enrolled, row.trained, row.certified, row.titled)))
            case SupplyRow():
                bars.append((f"{told(row.level)} · {row.speciality} · {told(row.employer)} {row.year}", (row.holders,)))
            case TotalsRow():
                bars.append((f"{row.programme} {row.low}–{row.high}", (row.count,)))
            case DurationRow():
                days = (row.quartile, row.median, row.upper_quartile)
                bars.append((f"{told(row.level)} · {told(row.outcome)}", days))
    return chart(bars)


def _defused(value: object) -> str:
    """A cell of the table: specialities are free text."""
    return defused("" if value is None else str(value))


def series(kind: str) -> tuple[Words, ...]:
    """What the bars of a row are, in their order."""
    columns = {
        "funnel": ("enrolled", "trained", "certified", "titled"),
        "supply": ("holders",),
        "totals": ("count",),
        "durations": ("quartile", "median", "upper_quartile"),
    }[kind]
    return tuple(picture_words.COLUMNS[name] for name in columns)
