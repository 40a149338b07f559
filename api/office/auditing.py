"""The log for auditors: the timeline that everyone may see, and its personal values for who says why they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import explorer_words
from api.digits import whole
from api.languages import Words
from api.office import look_words
from api.office.addresses import id_in
from api.office.console import Console, NotThere, Sent, see_other
from api.office.forms import Field, blank, filled
from api.office.gate import Acting
from api.office.moments import moment
from api.public_fields import public_fields, text_of
from ledger.office.history import Happened, history
from ledger.office.looking_at import check_auditor, may_look
from ledger.office.looks import PAGE, SHORTEST
from ledger.refusals import Code, Refusal
from ledger.store import StoreCorrupt
from verifier.events import Withheld, event_type
from verifier.statement import parse

_REASON: Final = (Field("reason", look_words.REASON, "long", hint=look_words.REASON_HOW),)

Told = tuple[str, Words, tuple[str, ...] | None]
"""Name, label and value of a field; None for a value that is not there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the stream."""

    index: int
    kind: Words
    at: str
    who: str
    public: tuple[Told, ...]
    personal: tuple[Told, ...]


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Auditing(console)
    return [
        console.route("/log", pages.find),
        console.route("/log/{stream}", pages.stream),
        console.route("/looks", pages.looks, ["GET"]),
    ]


class Auditing:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def find(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Leads to a stream by its id, or by the index of one of its entries."""
        check_auditor(self._console.sight(acting))
        field = Field("of", look_words.FIND)
        form = blank((field,))
        if request.method == "POST":
            form = filled((field,), sent)
            if form.good and (stream := self._stream_of(form["of"])) is not None:
                return see_other(f"/console/log/{stream}")
            form = form.with_fault("of", look_words.NOT_FOUND) if form.good else form
        status = 422 if form.faults else 200
        return self._console.page("office/log.html", request, acting, status, form=form, looking=look_words)

    def stream(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The timeline of a stream; with personal values once the look is written down."""
        sight, office, stream = self._console.sight(acting), self._console.office, id_in(request, "stream")
        may = may_look(office, sight, stream)
        happened = history(office.ledger, stream)
        if not happened:
            raise NotThere
        form, look = blank(_REASON), None
        if request.method == "POST" and may:
            form = filled(_REASON, sent)
            if form.good and len(form["reason"]) < SHORTEST:
                form = form.with_fault("reason", look_words.TOO_SHORT)
            if form.good:
                look = office.looks.record(acting.member.pseudonym, stream, form["reason"])
        lines = [self._line(item, with_values=look is not None) for item in happened]
        shown = {"stream": stream, "lines": lines, "may": may, "form": form, "look": look}
        status = 422 if form.faults else 200
        return self._console.page(
            "office/log_stream.html", request, acting, status, looking=look_words, exploring=explorer_words, **shown
        )

    def looks(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """What auditors looked at, and whether the chain of it is whole."""
        if not acting.may("auditor", "administrator"):
            raise Refusal(Code.MISSING_ROLE, "the list of looks takes one of the roles auditor, administrator")
        office = self._console.office
        try:
            last, broken = office.looks.check(), ""
            rows = office.looks.latest(whole(request.query_params.get("before", "")))
        except StoreCorrupt as error:
            last, broken, rows = None, str(error), []
        shown = [(item, self._console.who(item.pseudonym), moment(item.looked_at)) for item in rows]
        older = rows[-1].number if len(rows) == PAGE else None
        return self._console.page(
            "office/looks.html",
            request,
            acting,
            looking=look_words,
            rows=shown,
            last=last,
            broken=broken,
            older=older,
        )

    def _stream_of(self, asked: str) -> UUID | None:
        store = self._console.office.ledger.store
        if (index := whole(asked)) is not None:
            entry = store.entry(index)
            return None if entry is None else entry.stream_id
        try:
            stream = UUID(asked)
        except ValueError:
            return None
        return stream if store.stream(stream) else None

    def _line(self, item: Happened, *, with_values: bool) -> Line:
        entry = self._console.office.ledger.store.entry(item.index)
        assert entry is not None  # the history was read from it
        kind = explorer_words.KINDS.get(item.kind) or Words(item.kind, item.kind, item.kind)
        who = ", ".join(map(self._console.who, item.actors))
        public = tuple((name, label, lines) for name, label, lines in public_fields(parse(entry.statement)))
        personal = tuple(_personal(item)) if with_values else ()
        return Line(item.index, kind, moment(item.recorded_at), who, public, personal)


def _personal(item: Happened) -> Iterator[Told]:
    declared = event_type(item.event)
    for field in (*declared.printed, *declared.personal):
        value = getattr(item.event, field.name)
        label = look_words.FIELDS.get(field.name) or Words(field.name, field.name, field.name)
        yield field.name, label, None if isinstance(value, Withheld) else (text_of(value),)
