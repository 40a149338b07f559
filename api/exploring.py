"""The explorer's public pages: the log for everyone, as of any entry or the end of any day, without personal values."""

from __future__ import annotations

import csv
import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api import explorer_words, languages, lookup, picture, words
from api.digits import whole
from api.languages import Words
from api.office.bars import Chart, chart
from api.public_fields import public_fields
from api.refused import Refused
from api.templates import Site
from ledger.awards import Awards
from ledger.explorer import At, Explorer
from ledger.projections.mix import Place
from verifier.address import check_number
from verifier.errors import Malformed

LATEST: Final = 20
"""Entries that the overview lists."""
HEADERS: Final = {"Cache-Control": "no-cache"}
LIMIT: Final = 200
"""Characters of a search that are looked at."""

_log = logging.getLogger(__name__)

Shown = Callable[[Request, Explorer, At], Response]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with its table."""

    name: str
    title: Words
    about: Words
    of: Words
    rows: Sequence[tuple[str, int]]
    chart: Chart


class _Answer(Exception):
    """A sentence in place of a page, with its status."""

    def __init__(self, status: int, sentence: Words) -> None:
        super().__init__(sentence.en)
        self.status, self.sentence = status, sentence


def router(site: Site, awards: Callable[[], Awards]) -> APIRouter:
    """The routes below `/explore`."""
    made, pages = APIRouter(), Pages(site, awards)
    for path, shown in (
        ("", pages.overview),
        ("/growth.csv", pages.growth_csv),
        ("/mix.csv", pages.mix_csv),
        ("/entry/{index}", pages.entry),
        ("/entry/{index}/statement.cose", pages.statement),
        ("/entry/{index}/proof.tlog", pages.proof),
        ("/stream/{stream}", pages.stream),
        ("/organisations", pages.organisations),
        ("/organisations/{code}", pages.organisation),
        ("/cohorts", pages.cohorts),
        ("/cohorts/{code}", pages.cohort),
    ):
        made.add_api_route(f"/explore{path}", pages.at(shown), methods=["GET", "HEAD"], include_in_schema=False)

    @made.post("/explore/search", include_in_schema=False)
    async def search(request: Request) -> Response:
        try:
            sent = await lookup.body_of(request, "application/x-www-form-urlencoded")
        except Refused as refused:
            return site.page("plain.html", request, refused.status, HEADERS, sentence=refused.detail)
        asked = parse_qs(sent.decode(errors="replace")).get("q", [""])[0].strip()[:LIMIT]
        return await run_in_threadpool(pages.search, request, asked)

    return made


class Pages:
    """The pages. Whatever cannot be checked now is not shown."""

    def __init__(self, site: Site, awards: Callable[[], Awards]) -> None:
        self._site, self._awards = site, awards

    def at(self, shown: Shown) -> Callable[[Request], Response]:
        """The page of the log as of the point that a request names."""

        def answer(request: Request) -> Response:
            try:
                explorer = Explorer(self._awards())
                return shown(request, explorer, _point(explorer, request))
            except _Answer as told:
                return self._site.page("plain.html", request, told.status, HEADERS, sentence=told.sentence)
            except Exception:  # Whatever is wrong with store, log or disk: nothing is shown that was not checked.
                _log.exception("the log could not be explored")
                headers = {"Cache-Control": "no-store"}
                return self._site.page("plain.html", request, 503, headers, sentence=explorer_words.NOT_NOW)

        return answer

    def overview(self, request: Request, explorer: Explorer, at: At) -> Response:
        """Size, root, checkpoint, growth and mix, and the latest entries."""
        counted = explorer.mix(at)
        drawings = [_growth(counted), _mix(counted, languages.choose(request))]
        steps, signatures = explorer.latest(at, LATEST), explorer.signatures(at)
        return self._page("explore.html", request, at, drawings=drawings, steps=steps, signatures=signatures)

    def growth_csv(self, request: Request, explorer: Explorer, at: At) -> Response:
        """Entries by month, for a spreadsheet."""
        return _csv("growth", ("month", "entries"), _growth(explorer.mix(at)).rows)

    def mix_csv(self, request: Request, explorer: Explorer, at: At) -> Response:
        """Entries by month and kind, for a spreadsheet."""
        counted: Counter[tuple[str, str]] = Counter()
        for (month, kind, _), count in explorer.mix(at).items():
            counted[month, kind] += count
        rows = [(*place, count) for place, count in sorted(counted.items())]
        return _csv("mix", ("month", "kind", "entries"), rows)

    def entry(self, request: Request, explorer: Explorer, at: At) -> Response:
        """One entry: what it says, who signed, and its way to the root."""
        found = explorer.entry(at, _index(request, at))
        drawn = picture.draw(found.statement.leaf, found.included, found.path)
        fields = list(public_fields(found.statement))
        return self._page("explore_entry.html", request, at, entry=found, picture=drawn, fields=fields)

    def statement(self, request: Request, explorer: Explorer, at: At) -> Response:
        """The entry's bytes."""
        index = _index(request, at)
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="entry-{index}.cose"'}
        return Response(explorer.entry(at, index).raw, 200, headers, "application/cose")

    def proof(self, request: Request, explorer: Explorer, at: At) -> Response:
        """The entry's tlog-proof."""
        index = _index(request, at)
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="entry-{index}.tlog-proof"'}
        return Response(explorer.proof(at, index), 200, headers, "text/plain; charset=utf-8")

    def stream(self, request: Request, explorer: Explorer, at: At) -> Response:
        """All entries about one thing."""
        try:
            stream = UUID(request.path_params["stream"])
        except ValueError:
            raise _Answer(404, explorer_words.NOT_THERE) from None
        steps = explorer.stream(at, stream)
        if not steps:
            raise _Answer(404, explorer_words.NOT_THERE)
        return self._page("explore_stream.html", request, at, stream=stream, steps=steps)

    def organisations(self, request: Request, explorer: Explorer, at: At) -> Response:
        """Everybody who belongs to the base, with the entries that each signed."""
        counted = _by_organisation(explorer, at)
        known = explorer.trust(at).organisations.values()
        rows = [(item, sum(counted.get(item.code, Counter()).values())) for item in known]
        return self._page("explore_organisations.html", request, at, rows=rows)

    def organisation(self, request: Request, explorer: Explorer, at: At) -> Response:
        """One organisation: its keys, and what they signed."""
        trusted = explorer.trust(at)
        found = trusted.organisations.get(request.path_params["code"])
        if found is None:
            raise _Answer(404, explorer_words.NOT_THERE)
        counted = _by_organisation(explorer, at).get(found.code, Counter())
        keys = [key for key in trusted.keys.values() if key.organisation == found.code]
        stream, mix = explorer.organisation_stream(found.code), counted.most_common()
        return self._page("explore_organisation.html", request, at, found=found, keys=keys, mix=mix, stream=stream)

    def cohorts(self, request: Request, explorer: Explorer, at: At) -> Response:
        """Every cohort."""
        found = explorer.cohorts(at)
        return self._page("explore_cohorts.html", request, at, cohorts=[found[code] for code in sorted(found)])

    def cohort(self, request: Request, explorer: Explorer, at: At) -> Response:
        """One cohort."""
        found = explorer.cohorts(at).get(request.path_params["code"])
        if found is None:
            raise _Answer(404, explorer_words.NOT_THERE)
        return self._page("explore_cohorts.html", request, at, cohorts=[found])

    def search(self, request: Request, asked: str) -> Response:
        """Leads to what was asked for. A certificate number stands in no address: it goes into the form for them."""
        try:
            check_number(asked)
        except Malformed:
            return self.at(lambda request, explorer, at: _led(request, explorer, at, asked))(request)
        return lookup.with_number(self._site, request, asked)

    def _page(self, template: str, request: Request, at: At, **values: Any) -> Response:
        language = languages.choose(request)
        carried = {"at": str(at.size)} if at.past else {}

        def link(path: str, **more: str) -> str:
            return f"/explore{path}?{urlencode({**carried, **more, 'lang': language})}"

        def kind(name: str) -> Words:
            return explorer_words.KINDS.get(name) or Words(name, name, name)

        shown = {"at": at, "says": explorer_words, "link": link, "kind": kind, "moment": words.moment}
        headers = dict(HEADERS)
        return self._site.page(template, request, 200, headers, **shown, here=request.url.path, **values)


def _point(explorer: Explorer, request: Request) -> At:
    """The point that an address names: `at=4711`, or `by=2026-03-20`, which goes first; else now. Raises _Answer."""
    size, day = request.query_params.get("at", "").strip(), request.query_params.get("by", "").strip()
    index = whole(size)
    if size and index is None:
        raise _Answer(422, explorer_words.BAD_POINT)
    try:
        return explorer.at(index, date.fromisoformat(day) if day else None)
    except (ValueError, OverflowError):
        raise _Answer(422, explorer_words.BAD_POINT) from None


def _index(request: Request, at: At) -> int:
    index = whole(request.path_params["index"])
    if index is None or index >= at.size:
        raise _Answer(404, explorer_words.NOT_THERE)
    return index


def _led(request: Request, explorer: Explorer, at: At, asked: str) -> Response:
    language = languages.choose(request)
    for path in _places(explorer, at, asked):
        return RedirectResponse(f"/explore{path}?lang={language}", 303)
    raise _Answer(404, explorer_words.NOT_FOUND)


def _places(explorer: Explorer, at: At, asked: str) -> Iterator[str]:
    index = whole(asked)
    if index is not None and index < at.size:
        yield f"/entry/{index}"
    try:
        stream = UUID(asked)
    except ValueError:
        pass
    else:
        if explorer.stream(at, stream):
            yield f"/stream/{stream}"
    code = asked.upper()
    if code in at.now.trust.organisations:
        yield f"/organisations/{code}"
    if code in explorer.cohorts(at):
        yield f"/cohorts/{code}"


def _growth(counted: Counter[Place]) -> Drawing:
    months: Counter[str] = Counter()
    for (month, _, _), count in counted.items():
        months[month] += count
    rows = sorted(months.items())
    bars = chart([(month, (count,)) for month, count in rows])
    return Drawing("growth", explorer_words.GROWTH, explorer_words.GROWTH_ABOUT, explorer_words.MONTH, rows, bars)


def _mix(counted: Counter[Place], language: languages.Language) -> Drawing:
    found: Counter[str] = Counter()
    for (_, kind, _), count in counted.items():
        found[kind] += count
    known = explorer_words.KINDS
    rows = [(known[kind].of(language) if kind in known else kind, count) for kind, count in found.most_common()]
    bars = chart([(label, (count,)) for label, count in rows])
    return Drawing("mix", explorer_words.MIX, explorer_words.MIX_ABOUT, explorer_words.KIND, rows, bars)


def _by_organisation(explorer: Explorer, at: At) -> dict[str, Counter[str]]:
    """Entries by kind, by the organisation whose key signed them."""
    found: dict[str, Counter[str]] = {}
    for (_, kind, kid), count in explorer.mix(at).items():
        found.setdefault(at.now.trust.key(kid).organisation, Counter())[kind] += count
    return found


def _csv(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue(), 200, headers, "text/csv; charset=utf-8")
