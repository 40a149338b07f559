"""Cohorts: the list, opening one, the people of one with their hours and results, enrolling more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid4, uuid5

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import list_words, refusal_words, training_words, words
from api.office.acts import Act, answer, form_id, status_of
from api.office.console import Console, Sent, request_id, see_other
from api.office.forms import Field, Filled, blank, day_of, filled, whole_of
from api.office.gate import Acting
from api.office.numbers import plain
from ledger import commands as c
from ledger.office.doing import do
from ledger.office.previewing import Preview, preview
from ledger.office.seeing import sees_cohort
from ledger.office.sight import OutOfSight, Sight
from ledger.refusals import Code, Refusal
from ledger.register.lines import CohortLine, EnrolmentLine
from ledger.register.paging import Page
from verifier.errors import Malformed

_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")
PEOPLE: Final = 20
"""People on one page of a cohort: each one's hours and results are opened from the log (docs/performance.md)."""
MOST_ENROLLED: Final = 200
"""Trainee numbers of one form."""


@dataclass(frozen=True, slots=True)
class Row:
    """A cohort as the list shows it."""

    line: CohortLine
    taken: int
    programme: Words


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a cohort, with where they stand today; None where the data were erased a moment ago."""

    line: EnrolmentLine
    preview: Preview | None


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Cohorts(console)
    return [
        console.route("/cohorts", pages.listed, ["GET"]),
        console.route("/cohorts/new", pages.new),
        console.route("/cohorts/{cohort}", pages.one, ["GET"]),
        console.route("/cohorts/{cohort}/enrol", pages.enrol),
    ]


class Cohorts:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The cohorts within sight, the last to start first."""
        sight = self._console.sight(acting)
        page = read_page(lambda after: sight.register.cohorts(sight.scope, after=after), request)
        names = {item.code: item for item in sight.base.catalogue.named_programmes()}
        rows = [
            Row(line, sight.desk.places_taken(line.cohort), words.named(*_names(names.get(line.programme), line)))
            for line in page.rows
        ]
        return self._page("office/cohorts.html", request, acting, rows=rows, page=page)

    def new(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Opens a cohort."""
        sight = self._console.sight(acting)
        named = [
            (item.code, Words(f"{item.code} {item.name_zh}", *(f"{item.code} {item.name_en}",) * 2))
            for item in sight.base.catalogue.named_programmes()
        ]
        act = Act(
            training_words.OPEN_COHORT,
            training_words.OPEN_COHORT,
            (
                Field("code", training_words.CODE, hint=training_words.CODE_HOW),
                Field("programme", training_words.PROGRAMME, "choice", choices=named),
                Field("starts_on", training_words.STARTS_ON, "day"),
                Field("ends_on", training_words.ENDS_ON, "day"),
                Field("capacity", training_words.CAPACITY, "whole"),
            ),
            _open_cohort,
            "/console/cohorts",
            {
                Code.DUPLICATE_COHORT: "code",
                Code.UNKNOWN_PROGRAMME: "programme",
                Code.BAD_NUMBER: "capacity",
                Code.BAD_ORDER: "ends_on",
            },
            check=_check_cohort,
        )
        return answer(self._console, request, acting, sent, act, lambda done: address(sent.get("code", "").strip()))

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The people of a cohort, the first enrolled first."""
        sight = self._console.sight(acting)
        line = sight.cohort(request.path_params["cohort"])
        page = read_page(
            lambda after: sight.register.enrolments(line.cohort, sight.scope, after=after, limit=PEOPLE), request
        )
        return self._page(
            "office/cohort.html",
            request,
            acting,
            line=line,
            at=address(line.cohort),
            programme=sight.programme(line.cohort),
            taken=sight.desk.places_taken(line.cohort),
            sees_all=sees_cohort(acting.member, line.cohort, sight.base),
            page=page,
            people=[Person(item, _stands(sight, item)) for item in by_number(page.rows)],
        )

    def enrol(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Enrols people by their numbers; each number that cannot be is named, and stays to be put right."""
        sight = self._console.sight(acting)
        line = sight.cohort(request.path_params["cohort"])
        fields = (
            Field("numbers", training_words.ENROL_NUMBERS, "long"),
            Field("on", training_words.ENROLLED_ON, "day"),
        )
        form, status, faults = blank(fields, on=sight.today.isoformat()), 200, list[tuple[str, Words]]()
        if request.method == "POST":
            form, status = filled(fields, sent), 422
            if form.good:
                faults = self._enrol(sight, acting, line.cohort, form, request_id(sent))
                if not faults:
                    return see_other(address(line.cohort))
        return self._page(
            "office/enrol.html", request, acting, status,
            line=line, at=address(line.cohort), form=form, faults=faults, form_id=form_id(sent),
            beside={"numbers": training_words.each_of(faults)} if faults else {},
        )  # fmt: skip

    # --- inside -------------------------------------------------------------------------------------------------------

    def _enrol(self, sight: Sight, acting: Acting, cohort: str, form: Filled, request: UUID) -> list[tuple[str, Words]]:
        """Who cannot be enrolled, and why: then nobody is."""
        numbers = list(dict.fromkeys(form["numbers"].split()))
        if len(numbers) > MOST_ENROLLED:
            return [("", refusal_words.SENTENCES[Code.BAD_NUMBER])]
        on, faults, wanted = day_of(form["on"]), [], dict[UUID, c.Command]()
        assert on is not None
        for number in numbers:
            trainee, made = sight.desk.find_trainee(number), uuid5(request, number)
            if trainee is None:
                faults.append((number, training_words.NOT_ONE))
            elif sight.desk.store.command(made.bytes) is None:  # else it was recorded from this form before
                wanted[made] = c.Enrol(trainee, uuid4(), cohort, on)
                try:
                    sight.desk.decide(wanted[made], acting.actors)
                except Refusal as refusal:
                    if status_of(refusal) == 403:
                        raise
                    faults.append((number, refusal_words.SENTENCES[refusal.code]))
        if faults:
            return faults
        for made, command in wanted.items():
            do(self._console.office, acting.member, command, made)  # sent again, who is enrolled by then is passed over
        return []

    def _page(self, template: str, request: Request, acting: Acting, status: int = 200, **values: Any) -> Response:
        return self._console.page(
            template, request, acting, status,
            training=training_words, lists=list_words, plain=plain, address=address, after=_after(request), **values,
        )  # fmt: skip


def by_number(lines: Iterable[EnrolmentLine]) -> list[EnrolmentLine]:
    """The people of one page as an office has them on paper: by their numbers."""
    return sorted(lines, key=lambda line: line.who.trainee_no)


def address(cohort: str) -> str:
    """The address of a cohort's page."""
    return f"/console/cohorts/{quote(cohort, safe='')}"


def read_page(read: Any, request: Request) -> Page[Any]:
    """The page of a list that the address names; the first one for a cursor that is none."""
    try:
        found: Page[Any] = read(_after(request))
    except Malformed:
        found = read(None)
    return found


def _after(request: Request) -> str | None:
    return request.query_params.get("after") or None


def _names(named: Any, line: CohortLine) -> tuple[str, str]:
    return (line.programme, line.programme) if named is None else (named.name_zh, named.name_en)


def _stands(sight: Sight, line: EnrolmentLine) -> Preview | None:
    try:
        enrolment = sight.dossier(line.who.subject).enrolments.get(line.enrolment)
    except OutOfSight:
        return None
    return None if enrolment is None else preview(enrolment, sight.programme(line.cohort), sight.today)


def _check_cohort(form: Filled) -> Filled:
    if "code" not in form.faults and not _CODE.fullmatch(form["code"]):
        form = form.with_fault("code", training_words.CODE_FAULT)
    if "capacity" not in form.faults and whole_of(form["capacity"]) == 0:
        form = form.with_fault("capacity", refusal_words.SENTENCES[Code.BAD_NUMBER])
    first, last = day_of(form["starts_on"]), day_of(form["ends_on"])
    if first is not None and last is not None and last < first:
        form = form.with_fault("ends_on", training_words.ENDS_BEFORE)
    return form


def _open_cohort(form: Filled) -> c.Command:
    first, last, capacity = day_of(form["starts_on"]), day_of(form["ends_on"]), whole_of(form["capacity"])
    assert first is not None
    assert last is not None
    assert capacity is not None
    return c.OpenCohort(uuid4(), form["code"], form["programme"], first, last, capacity)
