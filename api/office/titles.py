"""Titles held: their list, one with its history, its revocation and its correction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.office import title_words, words
from api.office.addresses import id_in
from api.office.console import Console, NotThere, Sent, see_other
from api.office.deciding import refused
from api.office.forms import Field, Filled, blank, filled, whole_of
from api.office.gate import Acting
from api.office.recording import Fault, record
from api.office.timeline import lines
from api.words import REASONS
from ledger import commands as c
from ledger.handle import TITLE_PREFIXES
from ledger.office.allowed import why_not
from ledger.office.case import barred
from ledger.office.history import history
from ledger.office.papers import chain_of
from ledger.office.reading import reading_desk
from ledger.office.waiting import proposals_about
from ledger.register.lines import TitleLine
from verifier.dossier import Dossier, Title, shown
from verifier.errors import Malformed
from verifier.rules import AWARD_LEVELS, BARRED_YEARS, REVOCATION_REASONS, years_after
from verifier.standing import Standing

_REVOKING: Final = (
    Field(
        "reason",
        title_words.REASON_CLASS,
        "choice",
        choices=[(reason, REASONS[reason]) for reason in REVOCATION_REASONS],
    ),
    Field("note", words.NOTE, "long", required=False),
)
_CORRECTING: Final = (Field("note", words.NOTE, "long", required=False),)
_KINDS: Final = {"revoke": "title.revoked", "correct": "title.superseded"}
_FORMS: Final[Mapping[str, tuple[Field, ...]]] = {"revoke": _REVOKING, "correct": _CORRECTING}
_STANDINGS: Final = (Standing.VALID, Standing.REVOKED, Standing.SUPERSEDED)
"""Those that a title can have."""


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Titles(console)
    return [console.route("/titles", pages.listed, ["GET"]), console.route("/titles/{title}", pages.one)]


class Titles:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Titles by level, standing and year of the grant."""
        scope, today, asked = self._console.scope(acting), self._console.today(), request.query_params
        level, after, year = asked.get("level") or None, asked.get("after") or None, whole_of(asked.get("year", ""))
        standing = next((item for item in _STANDINGS if item.value == asked.get("standing")), None)
        year = year if year is not None and 1900 <= year <= 9999 else None
        try:
            page = self._console.register.titles(today, scope, level=level, standing=standing, year=year, after=after)
        except Malformed:
            raise NotThere from None
        return self._console.page(
            "office/titles.html", request, acting,
            titling=title_words, page=page, level=level, standing=standing, year=year,
            levels=AWARD_LEVELS, standings=_STANDINGS,
        )  # fmt: skip

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """A title; what is sent proposes its revocation or correction."""
        today = self._console.today()
        line = self._console.register.title(id_in(request, "title"), today, self._console.scope(acting))
        if line is None:
            raise NotThere
        desk = reading_desk(self._console.office)
        dossier = desk.dossier(line.who.subject)
        title = dossier.titles.get(line.title)
        if title is None or dossier.erased:
            raise NotThere
        done = sent.get("do", "")
        if done not in _KINDS:
            return self._page(request, acting, line, dossier, title)
        form = filled(_FORMS[done], sent)
        if not form.good:
            return self._page(request, acting, line, dossier, title, {done: form}, status=422)
        if title.award.ended:  # to revoke is said of a level: it must not meet the correction of this one
            fault = Fault(title_words.ENDED_TITLE)
            return self._page(request, acting, line, dossier, title, {done: form}, fault, status=409)
        command: c.Command
        if done == "revoke":
            command = c.RevokeTitle(line.who.subject, line.level, form["reason"], today)
        else:
            drawn = desk.draw(TITLE_PREFIXES[line.level], today.year)
            command = c.CorrectTitle(line.who.subject, line.title, drawn, today)
        told = record(self._console, acting, sent, command)
        if isinstance(told, Fault):
            return self._page(request, acting, line, dossier, title, {done: form}, told, status=409)
        assert told.proposal is not None
        return see_other(f"/console/proposals/{told.proposal.id}")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _page(
        self,
        request: Request,
        acting: Acting,
        line: TitleLine,
        dossier: Dossier,
        title: Title,
        forms: Mapping[str, Filled] | None = None,
        fault: Fault | None = None,
        status: int = 200,
    ) -> Response:
        office, today = self._console.office, self._console.today()
        authority = office.executor.base().catalogue.policy(line.policy).authority
        why = {name: why_not(office, acting.member, kind, authority) for name, kind in _KINDS.items()}
        happened = [*history(office.ledger, line.application), *history(office.ledger, line.title)]
        return self._console.page(
            "office/title.html", request, acting, status,
            titling=title_words, line=line, trainee=dossier.trainee, title=title, authority=authority,
            chain=chain_of(dossier.titles, title), barred=barred(dossier, today),
            bar=title_words.bar_of_fraud(_bar(today)),
            lines=lines(sorted(happened, key=lambda item: item.index), office.staff), link=shown(title.event.link),
            refused={name: None if refusal is None else refused(refusal) for name, refusal in why.items()},
            proposals=proposals_about(office, line.who.subject, ("revoke-title",), level=line.level)
            + proposals_about(office, line.who.subject, ("correct-title",), title=line.title),
            step_forms={**{name: blank(fields) for name, fields in _FORMS.items()}, **(forms or {})},
            fault=fault, fresh=uuid4,
        )  # fmt: skip


def _bar(today: date) -> date:
    """The last day of the bar that a revocation for fraud of today brings."""
    return years_after(today, BARRED_YEARS) - timedelta(days=1)
