"""Tables that are filled in for many people of a cohort at once: the hours of one session, the scores of one attempt.

A table is recorded whole or, where a cell is wrong, not at all; the fault stands in its cell and nothing typed is lost.
Each cell has a request id of its own, made of the form's and the person's: a table that is sent twice is recorded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Protocol
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import refusal_words, training_words, words
from api.office.acts import form_id, status_of
from api.office.cohorts import address, by_number, read_page
from api.office.console import Console, Sent, request_id, see_other
from api.office.forms import Field, Filled, blank, day_of, decimal_of, filled, normalised, whole_of
from api.office.gate import Acting
from api.office.list_words import codes
from api.office.numbers import plain
from ledger import commands as c
from ledger.office import cells as recorded
from ledger.office.cells import look, record
from ledger.office.doing import Done
from ledger.office.sight import OutOfSight, Sight
from ledger.refusals import Code, Refusal
from ledger.register.lines import EnrolmentLine
from ledger.register.paging import Page, Total
from verifier.dossier import Enrolment
from verifier.events import Event
from verifier.kinds import AttendanceRecorded, ResultRecorded
from verifier.rules import Programme

PAGE: Final = 100
"""People of one table; of a larger cohort the next are led to by a button that first records those that stand there."""


class Sheet(Protocol):
    """What a table is about."""

    path: str
    title: Words
    first_step: Words
    cell: Words

    def fields(self, programme: Programme) -> Sequence[Field]:
        """What holds for everybody in the table."""

    def so_far(self, enrolment: Enrolment, form: Filled) -> tuple[str, bool]:
        """What is recorded of somebody already, and whether that leaves room for more."""

    def command(self, trainee: UUID, cohort: str, form: Filled, value: Decimal) -> recorded.Cell:
        """The command of one cell."""

    def is_of(self, event: Event, form: Filled, value: Decimal) -> bool:
        """Whether an event is what the command would record."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One person in the table."""

    line: EnrolmentLine
    name: str
    """Of the field."""
    so_far: str
    open: bool
    """Whether there is anything to fill in."""
    typed: str = ""
    fault: Words | None = None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Some people of a cohort, with what is to be recorded of each."""

    cells: Sequence[Cell]
    after: str | None
    """Where it begins; None at the first."""
    next: str | None
    """Where the next one begins; None for the last."""
    total: Total


class AttendanceSheet:
    """Hours of one module on one day."""

    path = "attendance"
    title = training_words.RECORD_ATTENDANCE
    first_step = training_words.SESSION
    cell = training_words.HOURS

    def fields(self, programme: Programme) -> Sequence[Field]:
        """See `Sheet`."""
        modules = codes(item.code for item in programme.modules)
        return (
            Field("module", training_words.MODULE, "choice", choices=modules),
            Field("on", training_words.ON, "day"),
            Field("hours", training_words.HOURS_EACH, "decimal", required=False),
        )

    def so_far(self, enrolment: Enrolment, form: Filled) -> tuple[str, bool]:
        """See `Sheet`. A second session on one day is possible, and is typed on purpose."""
        that_day = [
            item.hours
            for item in enrolment.attendance
            if (item.module, item.on.isoformat()) == (form["module"], _day(form).isoformat())
        ]
        return " + ".join(map(plain, that_day)), True

    def command(self, trainee: UUID, cohort: str, form: Filled, value: Decimal) -> recorded.Cell:
        """See `Sheet`."""
        return c.RecordAttendance(trainee, cohort, form["module"], value, _day(form))

    def is_of(self, event: Event, form: Filled, value: Decimal) -> bool:
        """See `Sheet`."""
        return isinstance(event, AttendanceRecorded) and (
            (event.module, event.hours, event.attended_on) == (form["module"], value, _day(form))
        )


class ResultsSheet:
    """Scores of one attempt at one assessment."""

    path = "results"
    title = training_words.RECORD_RESULTS
    first_step = training_words.ATTEMPT_OF
    cell = training_words.SCORE

    def fields(self, programme: Programme) -> Sequence[Field]:
        """See `Sheet`."""
        assessments = codes(item.code for item in programme.assessments)
        attempts = codes(str(number + 1) for number in range(programme.max_attempts))
        return (
            Field("assessment", training_words.ASSESSMENT, "choice", choices=assessments),
            Field("attempt", training_words.ATTEMPT, "choice", choices=attempts),
            Field("on", training_words.ON, "day"),
            Field("assessor", training_words.ASSESSOR),
        )

    def so_far(self, enrolment: Enrolment, form: Filled) -> tuple[str, bool]:
        """See `Sheet`. An attempt has one score; a wrong one is amended."""
        place = (form["assessment"], _attempt(form))
        first = [plain(item.score) for item in enrolment.results if (item.assessment, item.attempt) == place]
        later = [plain(item.score) for item in enrolment.amendments if (item.assessment, item.attempt) == place]
        return " → ".join([*first, *later]), not first

    def command(self, trainee: UUID, cohort: str, form: Filled, value: Decimal) -> recorded.Cell:
        """See `Sheet`."""
        attempt = _attempt(form)
        return c.RecordResult(trainee, cohort, form["assessment"], attempt, value, form["assessor"], _day(form))

    def is_of(self, event: Event, form: Filled, value: Decimal) -> bool:
        """See `Sheet`."""
        wanted = (form["assessment"], _attempt(form), value, _day(form))
        return isinstance(event, ResultRecorded) and (
            (event.assessment, event.attempt, event.score, event.assessed_on) == wanted
        )


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    sheets: list[Sheet] = [AttendanceSheet(), ResultsSheet()]
    return [console.route(f"/cohorts/{{cohort}}/{sheet.path}", Sheets(console, sheet).page) for sheet in sheets]


class Sheets:
    """The pages of one kind of table."""

    def __init__(self, console: Console, sheet: Sheet) -> None:
        self._console, self._sheet = console, sheet

    def page(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """First what holds for all is chosen; then the table is filled in."""
        sight = self._console.sight(acting)
        cohort = sight.cohort(request.path_params["cohort"]).cohort
        fields = self._sheet.fields(sight.programme(cohort))
        posted = request.method == "POST"
        chosen = sent if posted else request.query_params
        if not (posted or any(item.name in chosen for item in fields)):
            return self._page(request, acting, sent, cohort, blank(fields, on=sight.today.isoformat()))
        form = filled(fields, chosen)
        if not form.good:
            return self._page(request, acting, sent, cohort, form, status=422)
        table = self._table(sight, request, cohort, form)
        if not posted:
            each = form["hours"]
            prefilled = [replace(item, typed=each) if item.open and not item.so_far else item for item in table.cells]
            return self._page(request, acting, sent, cohort, form, replace(table, cells=prefilled))
        table = replace(table, cells=[_typed(item, sent) for item in table.cells])
        return self._recorded(request, acting, sent, sight, cohort, form, table)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _table(self, sight: Sight, request: Request, cohort: str, form: Filled) -> Table:
        def read(after: str | None) -> Page[EnrolmentLine]:
            return sight.register.enrolments(cohort, sight.scope, after=after, limit=PAGE)

        page, cells = read_page(read, request), list[Cell]()
        for line in by_number(page.rows):
            try:
                enrolment = sight.dossier(line.who.subject).enrolments[line.enrolment]
            except OutOfSight:
                continue  # erased a moment ago
            so_far, is_open = self._sheet.so_far(enrolment, form)
            if line.withdrawn_on is not None and line.withdrawn_on <= _day(form):
                is_open = False
            cells.append(Cell(line, f"cell-{line.who.subject.hex}", so_far, is_open))
        return Table(cells, request.query_params.get("after") or None, page.next, page.total)

    def _recorded(
        self,
        request: Request,
        acting: Acting,
        sent: Sent,
        sight: Sight,
        cohort: str,
        form: Filled,
        table: Table,
    ) -> Response:
        """Decides every cell before the first is recorded."""
        made, top, cells = request_id(sent), training_words.NOTHING_RECORDED, table.cells
        try:
            looked = [self._looked(acting, sight, cohort, form, item, made) for item in cells]
            if not any(item.value is not None or item.fault for item in looked) and "go" not in sent:
                fault = training_words.NOTHING_FILLED
                return self._page(request, acting, sent, cohort, form, replace(table, cells=looked), 422, fault)
            if not any(item.fault for item in looked):
                looked, top = [self._done(acting, cohort, form, item, made) for item in looked], training_words.NOT_ALL
        except Refusal as refusal:
            sentence = refusal_words.SENTENCES[refusal.code]
            return self._page(request, acting, sent, cohort, form, table, status_of(refusal), sentence)
        if any(item.fault for item in looked):
            return self._page(request, acting, sent, cohort, form, replace(table, cells=looked), 422, top)
        count = sum(item.value is not None for item in looked)
        query = {item.name: form[item.name] for item in form.fields if item.name != "hours"}
        after = {"next": table.next, "first": None}.get(sent.get("go", ""), table.after)
        query |= {"after": after} if after else {}
        query |= {"recorded": str(count)} if count else {}
        return see_other(f"{address(cohort)}/{self._sheet.path}?{urlencode(query)}")

    def _looked(self, acting: Acting, sight: Sight, cohort: str, form: Filled, cell: Cell, made: UUID) -> Cell:
        """A cell, with what the ledger would refuse beside it; what was recorded from this form before is good."""
        if cell.value is None:
            return cell
        command = self._sheet.command(cell.line.who.subject, cohort, form, cell.value)
        try:
            done = look(self._console.office, acting.member, sight.desk, made, command)
        except Refusal as refusal:
            return _refused(cell, refusal)
        return cell if done is None else self._came(cell, done, form)

    def _done(self, acting: Acting, cohort: str, form: Filled, cell: Cell, made: UUID) -> Cell:
        """A cell that is recorded, or was from this form before."""
        if cell.value is None:
            return cell
        command = self._sheet.command(cell.line.who.subject, cohort, form, cell.value)
        try:
            done = record(self._console.office, acting.member, made, command)
        except Refusal as refusal:
            return _refused(cell, refusal)
        return self._came(cell, done, form)

    def _came(self, cell: Cell, done: Done, form: Filled) -> Cell:
        assert cell.value is not None  # else nothing of it would have been done
        if done.prepared is not None:
            return replace(cell, fault=refusal_words.SENTENCES[Code.SIGNS_ITSELF])
        events = () if done.executed is None else done.executed.events
        if any(self._sheet.is_of(event, form, cell.value) for event in events):
            return cell
        return replace(cell, fault=training_words.SENT_BEFORE)

    def _page(
        self,
        request: Request,
        acting: Acting,
        sent: Sent,
        cohort: str,
        form: Filled,
        table: Table | None = None,
        status: int = 200,
        fault: Words | None = None,
    ) -> Response:
        count = whole_of(request.query_params.get("recorded", ""))
        return self._console.page(
            "office/sheet.html", request, acting, status,
            training=training_words, sheet=self._sheet, cohort=cohort, at=address(cohort), form=form, table=table,
            beside={item.name: item.fault for item in table.cells if item.fault is not None} if table else {},
            fault=fault, form_id=form_id(sent), recorded=None if count is None else training_words.recorded(count),
        )  # fmt: skip


def _typed(cell: Cell, sent: Sent) -> Cell:
    text = normalised(sent.get(cell.name, ""), "decimal")
    if not text:
        return cell
    value = decimal_of(text)
    fault = words.NO_NUMBER if value is None else None
    return replace(cell, typed=text, value=value, fault=fault, open=True)


def _refused(cell: Cell, refusal: Refusal) -> Cell:
    """Raises a refusal that is about who asks, and not about this cell."""
    if refusal.code in (Code.MISSING_ROLE, Code.OTHER_ORGANISATION, Code.UNKNOWN_ACCOUNT, Code.NO_KEY):
        raise refusal
    return replace(cell, fault=refusal_words.SENTENCES[refusal.code])


def _day(form: Filled) -> date:
    day = day_of(form["on"])
    assert day is not None  # the form was found good
    return day


def _attempt(form: Filled) -> int:
    return whole_of(form["attempt"]) or 0
