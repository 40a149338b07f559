"""Many title applications at once: the votes of one sitting, the notices of a day, the decisions that are due.

A list is recorded whole or, where something in it is refused, not at all; the fault stands beside its application and
nothing typed is lost. Each application has a request id of its own, made of the form's and its own: a list that is sent
twice is recorded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode
from uuid import UUID, uuid5

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import refusal_words, title_words, together_words, words
from api.office.acts import NOTE, form_id
from api.office.console import Console, NotThere, Sent, request_id, see_other
from api.office.forms import Field, Filled, blank, day_of, filled, normalised, whole_of
from api.office.gate import Acting
from api.office.recording import NOT_YOURS
from ledger import commands as c
from ledger.command_forms import name_of
from ledger.handle import TITLE_PREFIXES, Desk
from ledger.office.doing import do, propose
from ledger.office.proposals import MOST_COMMANDS
from ledger.office.reading import reading_desk
from ledger.office.waiting import commands_waiting
from ledger.refusals import Refusal
from ledger.register.lines import ApplicationLine
from ledger.register.paging import Page
from verifier.errors import Malformed
from verifier.rules import NoCalendar

PAGE: Final = 200
"""Applications of one list."""
_SITTING: Final = (
    Field("size", title_words.SIZE, "whole"),
    Field("present", title_words.PRESENT, "whole"),
    Field("voted_on", title_words.VOTED_ON, "day", hint=title_words.DAY_HINT),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One step that is taken for many."""

    path: str
    title: Words
    how: Words
    button: Words
    step: str
    """What was done last of those in the list, by the register's words; `due` for those that may be decided."""
    fields: tuple[Field, ...] = ()


_PANEL: Final = Way(
    "panel", together_words.PANEL, together_words.PANEL_HOW, together_words.RECORD_VOTES, "eligible", _SITTING
)
_POST: Final = Way("post", together_words.POST, together_words.POST_HOW, together_words.POST_ALL, "panel")
_DECIDE: Final = Way(
    "decide", together_words.DECIDE, together_words.DECIDE_HOW, together_words.PROPOSE_ALL, "due", (NOTE,)
)
WAYS: Final = (_PANEL, _POST, _DECIDE)


@dataclass(frozen=True, slots=True)
class Item:
    """One application in the list."""

    line: ApplicationLine
    chosen: bool
    waits: bool = False
    """Whether a proposal that nobody has carried out includes it already."""
    typed: str = ""
    """The votes for it."""
    fault: Words | None = None

    @property
    def key(self) -> str:
        """What stands in the form for it."""
        return self.line.application.hex

    @property
    def votes(self) -> int | None:
        """Of a sitting, those that were typed."""
        return whole_of(self.typed)


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    return [console.route(f"/applications/together/{way.path}", Together(console, way).page) for way in WAYS]


class Together:
    """The pages of one step."""

    def __init__(self, console: Console, way: Way) -> None:
        self._console, self._way = console, way

    def page(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The list; what is sent of it is recorded, or proposed together."""
        try:
            listed = self._listed(request, acting)
        except NoCalendar:
            return see_other("/console/applications?step=notice")
        except Malformed:
            raise NotThere from None
        items = self._items(listed)
        today = self._console.today()
        if request.method != "POST":
            return self._page(request, acting, sent, blank(self._way.fields, voted_on=today.isoformat()), items, listed)
        if (again := self._again(request, acting, sent)) is not None:
            return again
        form = filled(self._way.fields, sent)
        if self._way is _PANEL and form.good and _day(form) > today:
            form = form.with_fault("voted_on", title_words.TO_COME)
        items = [self._typed(item, sent) for item in items]
        if not form.good or any(item.fault for item in items):
            return self._page(request, acting, sent, form, items, listed, 422, together_words.NOTHING_RECORDED)
        taken = [item for item in items if item.chosen]
        if not taken or len(taken) > MOST_COMMANDS:
            return self._page(request, acting, sent, form, items, listed, 422, together_words.NOBODY)
        if self._way is _DECIDE:
            return self._propose(request, acting, sent, form, items, taken, listed)
        return self._record(request, acting, sent, form, items, listed)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _listed(self, request: Request, acting: Acting) -> Page[ApplicationLine]:
        scope, register, asked = self._console.scope(acting), self._console.register, request.query_params
        after = asked.get("after") or None
        if self._way is _DECIDE:
            return register.to_decide(self._console.today(), scope, after=after, limit=PAGE)
        return register.applications(
            scope, step=self._way.step, level=asked.get("level") or None, after=after, limit=PAGE
        )

    def _again(self, request: Request, acting: Acting, sent: Sent) -> Response | None:
        """The answer to a form that was sent before and recorded: by now its applications are in no such list."""
        made, office = request_id(sent), self._console.office
        if self._way is _DECIDE:
            known = office.proposals.find(made)
            mine = known is not None and known.proposer == acting.member.pseudonym
            return see_other(f"/console/proposals/{made}") if mine else None
        ticked = sent.get("include", "").split()
        voted = [name.removeprefix("votes-") for name, text in sent.items() if name.startswith("votes-") and text]
        store = reading_desk(office).store
        keys = voted if self._way is _PANEL else ticked
        if not keys or any(store.command(uuid5(made, key).bytes) is None for key in keys):
            return None
        return self._told(request, len(keys))

    def _told(self, request: Request, count: int) -> Response:
        query = {"level": request.query_params.get("level", ""), "recorded": count}
        return see_other(f"/console/applications/together/{self._way.path}?{urlencode(query)}")

    def _items(self, listed: Page[ApplicationLine]) -> list[Item]:
        waiting = self._waiting() if self._way is _DECIDE else set()
        return [
            Item(line, line.application not in waiting and line.objection != "pending", line.application in waiting)
            for line in sorted(listed.rows, key=lambda line: line.application_no)
        ]

    def _waiting(self) -> set[UUID]:
        """The applications that a proposal includes which nobody has carried out."""
        waiting = commands_waiting(self._console.office, [name_of(c.DecideApplication)])
        return {command.application for _, command in waiting if isinstance(command, c.DecideApplication)}

    def _typed(self, item: Item, sent: Sent) -> Item:
        """What was sent of an application: for a sitting its votes, else whether it is ticked."""
        if self._way is not _PANEL:
            return replace(item, chosen=item.key in sent.get("include", "").split())
        text = normalised(sent.get(f"votes-{item.key}", ""), "whole")
        fault = words.NO_WHOLE if text and whole_of(text) is None else None
        return replace(item, typed=text, chosen=bool(text), fault=fault)

    def _command(self, item: Item, form: Filled, desk: Desk) -> c.Command:
        """The step of one application. One desk serves the whole list: what it draws, it draws once."""
        person, application, today = item.line.who.subject, item.line.application, self._console.today()
        if self._way is _POST:
            return c.PostNotice(person, application, today)
        if self._way is _DECIDE:
            return c.DecideApplication(
                person, application, desk.draw(TITLE_PREFIXES[item.line.level], today.year), today
            )
        size, present = whole_of(form["size"]) or 0, whole_of(form["present"]) or 0
        return c.RecordPanel(person, application, size, present, item.votes or 0, _day(form))

    def _record(
        self,
        request: Request,
        acting: Acting,
        sent: Sent,
        form: Filled,
        items: Sequence[Item],
        listed: Page[ApplicationLine],
    ) -> Response:
        """Decides every application's step before the first is recorded."""
        made, top, desk = request_id(sent), together_words.NOTHING_RECORDED, reading_desk(self._console.office)
        looked = [self._looked(acting, form, item, made, desk) for item in items]
        if not any(item.fault for item in looked):
            looked, top = [self._done(acting, form, item, made, desk) for item in looked], together_words.NOT_ALL
        if any(item.fault for item in looked):
            return self._page(request, acting, sent, form, looked, listed, 409, top)
        return self._told(request, sum(item.chosen for item in looked))

    def _looked(self, acting: Acting, form: Filled, item: Item, made: UUID, desk: Desk) -> Item:
        """An application, with what the ledger would refuse; what was recorded from this form before is good."""
        if not item.chosen or desk.store.command(_request(made, item).bytes) is not None:
            return item
        try:
            desk.decide(self._command(item, form, desk), acting.actors)
        except Refusal as refusal:
            return _refused(item, refusal)
        return item

    def _done(self, acting: Acting, form: Filled, item: Item, made: UUID, desk: Desk) -> Item:
        if not item.chosen:
            return item
        try:
            do(self._console.office, acting.member, self._command(item, form, desk), _request(made, item))
        except Refusal as refusal:
            return _refused(item, refusal)
        return item

    def _propose(
        self,
        request: Request,
        acting: Acting,
        sent: Sent,
        form: Filled,
        items: Sequence[Item],
        taken: Sequence[Item],
        listed: Page[ApplicationLine],
    ) -> Response:
        desk = reading_desk(self._console.office)
        commands = [self._command(item, form, desk) for item in taken]
        try:
            done = propose(self._console.office, acting.member, commands, request_id(sent), form["note"])
        except Refusal as refusal:
            if refusal.code in NOT_YOURS:
                raise
            fault = refusal_words.SENTENCES[refusal.code]
            return self._page(request, acting, sent, form, items, listed, 409, fault)
        assert done.proposal is not None  # that is what proposing does
        return see_other(f"/console/proposals/{done.proposal.id}")

    def _page(
        self,
        request: Request,
        acting: Acting,
        sent: Sent,
        form: Filled,
        items: Sequence[Item],
        listed: Page[ApplicationLine],
        status: int = 200,
        fault: Words | None = None,
    ) -> Response:
        count = whole_of(request.query_params.get("recorded", ""))
        return self._console.page(
            "office/together.html", request, acting, status,
            titling=title_words, saying=together_words, way=self._way, votes=self._way is _PANEL,
            items=items, next=listed.next, level=request.query_params.get("level") or "", form=form, fault=fault,
            form_id=form_id(sent), recorded=None if count is None else together_words.recorded(count),
        )  # fmt: skip


def _request(made: UUID, item: Item) -> UUID:
    return uuid5(made, item.key)


def _refused(item: Item, refusal: Refusal) -> Item:
    """Raises a refusal that is about who asks, and not about this application."""
    if refusal.code in NOT_YOURS:
        raise refusal
    return replace(item, fault=refusal_words.SENTENCES[refusal.code])


def _day(form: Filled) -> date:
    day = day_of(form["voted_on"])
    assert day is not None  # the form was found good
    return day
