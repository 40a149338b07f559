"""One title application: what happened, and each next step for who may take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import evidence, evidence_words, refusal_words, title_words, training_words, words
from api.office.addresses import id_in
from api.office.console import Console, NotThere, Sent, see_other
from api.office.forms import Field, Filled, blank, day_of, filled, whole_of
from api.office.gate import Acting
from api.office.recording import NOT_YOURS, Fault, record
from api.office.timeline import lines
from ledger import commands as c
from ledger.handle import TITLE_PREFIXES
from ledger.notices import id_of_notice
from ledger.office.allowed import why_not
from ledger.office.case import Case, case_of
from ledger.office.reading import reading_desk
from ledger.office.waiting import proposals_about
from ledger.refusals import Refusal
from ledger.register.lines import ApplicationLine
from verifier import rules
from verifier.rules import Policy

_PANEL: Final = (
    Field("size", title_words.SIZE, "whole"),
    Field("present", title_words.PRESENT, "whole"),
    Field("votes_for", title_words.VOTES_FOR, "whole"),
    Field("voted_on", title_words.VOTED_ON, "day", hint=title_words.DAY_HINT),
)
_RAISING: Final = (Field("grounds", title_words.GROUNDS, "long"),)
_DECIDING: Final = (Field("note", words.NOTE, "long", required=False),)
_FORMS: Final[Mapping[str, tuple[Field, ...]]] = {"panel": _PANEL, "raise": _RAISING, "decide": _DECIDING}
_KINDS: Final = {
    "panel": "panel.voted",
    "post": "notice.posted",
    "raise": "objection.raised",
    "resolve": "objection.resolved",
    "decide": "title.granted",
}
"""The kind of event that each step records."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a step is not offered."""

    sentence: Words
    told: str


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    return [console.route("/applications/{application}", Deciding(console).one)]


class Deciding:
    """The page."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def one(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """An application; what is sent takes a step."""
        line, case = self._found(request, acting)
        done = sent.get("do", "")
        if done not in _KINDS:
            return self._page(request, acting, line, case)
        form = filled(_FORMS.get(done, ()), sent)
        if done == "panel" and form.good and (day_of(form["voted_on"]) or date.max) > self._console.today():
            form = form.with_fault("voted_on", title_words.TO_COME)
        if not form.good:
            return self._page(request, acting, line, case, {done: form}, status=422)
        if done == "decide" and (early := _early(case)) is not None:
            return self._page(request, acting, line, case, fault=Fault(early), status=409)
        told = record(self._console, acting, sent, self._command(done, line, form, sent))
        if isinstance(told, Fault):
            line, case = self._found(request, acting)  # it may have changed meanwhile
            return self._page(request, acting, line, case, {done: form}, told, status=409)
        if told.proposal is not None:
            return see_other(f"/console/proposals/{told.proposal.id}")
        return see_other(f"/console/applications/{line.application}")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _found(self, request: Request, acting: Acting) -> tuple[ApplicationLine, Case]:
        line = self._console.register.application(id_in(request, "application"), self._console.scope(acting))
        if line is None:
            raise NotThere
        case = case_of(self._console.office, line.who.subject, line.application, self._console.today())
        if case is None:
            raise NotThere
        return line, case

    def _command(self, done: str, line: ApplicationLine, form: Filled, sent: Sent) -> c.Command:
        trainee, application, today = line.who.subject, line.application, self._console.today()
        match done:
            case "panel":
                size, present, votes = (whole_of(form[name]) or 0 for name in ("size", "present", "votes_for"))
                return c.RecordPanel(trainee, application, size, present, votes, day_of(form["voted_on"]) or today)
            case "post":
                return c.PostNotice(trainee, application, today)
            case "raise":
                return c.RaiseObjection(trainee, application, form["grounds"], today)
            case "resolve":
                lodged = _uuid(sent.get("lodged", ""))
                return c.ResolveObjection(trainee, application, sent.get("outcome", ""), today, lodged)
        drawn = reading_desk(self._console.office).draw(TITLE_PREFIXES[line.level], today.year)
        return c.DecideApplication(trainee, application, drawn, today)

    def _page(
        self,
        request: Request,
        acting: Acting,
        line: ApplicationLine,
        case: Case,
        forms: Mapping[str, Filled] | None = None,
        fault: Fault | None = None,
        status: int = 200,
    ) -> Response:
        office, today = self._console.office, self._console.today()
        base, authority = office.executor.base(), _authority(case, line)
        empty = {name: blank(fields) for name, fields in _FORMS.items()}
        empty["panel"] = blank(_PANEL, voted_on=today.isoformat())
        return self._console.page(
            "office/application.html", request, acting, status,
            titling=title_words, line=line, case=case, step=case.step, early=_early(case),
            panel=None if case.policy is None else _panel(case.policy),
            lines=lines(case.happened, office.staff), training=training_words, evidence_words=evidence_words,
            evidence=evidence.lines(office, line.who.subject, (line.application,)),
            refused={step: self._refused(acting, kind, authority) for step, kind in _KINDS.items()},
            sees_objections=acting.member.organisation in (base.code, authority),
            terms=None if authority is None else base.catalogue.terms_of(authority),
            notice_id=id_of_notice(office.ledger.claim_keys, line.application),
            proposals=proposals_about(
                office, line.who.subject, ("decide-application",), application=line.application
            ),
            step_forms={**empty, **(forms or {})}, fault=fault, fresh=uuid4,
        )  # fmt: skip

    def _refused(self, acting: Acting, kind: str, authority: str | None) -> Refused | None:
        if authority is None:
            return None
        refusal = why_not(self._console.office, acting.member, kind, authority)
        return None if refusal is None else refused(refusal)


def refused(refusal: Refusal) -> Refused:
    """What a page says of a step that is not offered."""
    lacking = refusal.code in NOT_YOURS
    return Refused(refusal_words.SENTENCES[refusal.code], refusal.message if lacking else str(refusal.code))


def _early(case: Case) -> Words | None:
    """Why it is too early for a decision; None where it is not."""
    if case.uncounted is not None:
        return title_words.no_calendar(case.uncounted)
    if case.unanswered:
        return title_words.UNANSWERED
    if case.reason != "notice-too-short":
        return None
    if case.first_day is not None:
        return title_words.too_early(case.first_day)
    assert case.days is not None
    assert case.days.uncounted is not None
    return title_words.no_calendar(case.days.uncounted)


def _authority(case: Case, line: ApplicationLine) -> str | None:
    return line.authority if case.policy is None else case.policy.authority


def _panel(policy: Policy) -> list[Words]:
    """What a panel has to be, and what panels of some sizes need: by the rules themselves."""
    told = [title_words.panel_rule(policy.panel_min_members, policy.quorum, policy.majority)]
    least = policy.panel_min_members + (policy.panel_min_members + 1) % 2
    for size in range(least, least + 5, 2):
        counts = range(size + 1)
        present = next((n for n in counts if rules.panel(policy, size, n, n) != "no-quorum"), size)
        votes = next((n for n in counts if rules.panel(policy, size, size, n) is None), size)
        told.append(title_words.panel_needs(size, present, votes))
    return told


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
