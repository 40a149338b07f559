"""Title applications: their list by step, and filing one, with its eligibility explained before."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import title_words, together_words, words
from api.office.console import Console, NotThere, Sent, see_other
from api.office.forms import Field, Filled, blank, filled
from api.office.gate import Acting
from api.office.recording import Fault, record
from ledger import commands as c
from ledger.office.allowed import why_not
from ledger.office.reading import reading_desk
from ledger.register.reading import Waiting
from verifier import rules
from verifier.errors import Malformed
from verifier.kinds import ApplicationFiled
from verifier.rules import AWARD_LEVELS, NoCalendar

DUE: Final = "due"
"""The filter beside the steps: those whose notice has stood its days."""
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that an application depends on, as the page shows it."""

    what: Words
    asks: Words | None
    has: Words | str
    met: bool


@dataclass(frozen=True, slots=True)
class RouteShown:
    """A route with its conditions."""

    id: str
    level: str
    open: bool
    checks: tuple[Check, ...]


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Applying(console)
    return [
        console.route("/applications", pages.listed, ["GET"]),
        console.route("/applications/new", pages.new),
    ]


class Applying:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def listed(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Applications, those of one step where one is asked for; what waits stands above."""
        scope, register, today = self._console.scope(acting), self._console.register, self._console.today()
        asked = request.query_params
        step, level, after = asked.get("step") or None, asked.get("level") or None, asked.get("after") or None
        try:
            if step == DUE:
                page = register.to_decide(today, scope, after=after)
            else:
                page = register.applications(scope, step=step, level=level, after=after)
        except NoCalendar:
            return see_other("/console/applications?step=notice")
        except Malformed:
            raise NotThere from None
        return self._console.page(
            "office/applications.html", request, acting,
            titling=title_words, saying=together_words, page=page, step=step, level=level,
            waiting=_waiting(register.waiting(today, scope)),
        )  # fmt: skip

    def new(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The form; sent once it explains, sent again with `file` it files."""
        scope, office, today = self._console.scope(acting), self._console.office, self._console.today()
        if why := why_not(office, acting.member, "application.filed", office.executor.base().code):
            raise why
        fields = self._fields()
        if "do" not in sent:
            return self._form(request, acting, sent, blank(fields, application_no=_number(today)))
        form = filled(fields, sent)
        trainee = None
        if not form.faults.get("trainee_no"):
            trainee = reading_desk(office).find_trainee(form["trainee_no"])
            if trainee is None or self._console.register.person(trainee, scope) is None:
                form = form.with_fault("trainee_no", title_words.NO_SUCH_TRAINEE)
        if not form.good or trainee is None:
            return self._form(request, acting, sent, form, status=422)
        if sent["do"] != "file":
            return self._form(request, acting, sent, form, self._explained(trainee, form, today))
        command = c.ApplyForTitle(
            trainee,
            uuid4(),
            form["application_no"],
            form["level"],
            form["speciality"],
            form["recommended_by"] or None,
            today,
        )
        done = record(self._console, acting, sent, command)
        if isinstance(done, Fault):
            explained = self._explained(trainee, form, today)
            return self._form(request, acting, sent, form, explained, fault=done, status=409)
        assert done.executed is not None
        filed = next(event for event in done.executed.events if isinstance(event, ApplicationFiled))
        return see_other(f"/console/applications/{filed.application_id}")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _explained(self, trainee: UUID, form: Filled, today: date) -> dict[str, Any]:
        desk = reading_desk(self._console.office)
        dossier = desk.dossier(trainee)
        assert dossier.trainee is not None
        found = rules.explain(
            dossier.applicant(), form["level"], bool(form["recommended_by"]), desk.base.catalogue.policies, today
        )
        shown = _routes(found)
        return {
            "who": dossier.trainee,
            "outcome": found.outcome,
            "eligible": isinstance(found.outcome, rules.Eligible),
            "policy": found.policy,
            "before": _before(found),
            "routes": [item for item in shown if item.level == form["level"]],
            "others": [item for item in shown if item.level != form["level"]],
        }

    def _form(
        self,
        request: Request,
        acting: Acting,
        sent: Sent,
        form: Filled,
        explained: dict[str, Any] | None = None,
        fault: Fault | None = None,
        status: int = 200,
    ) -> Response:
        return self._console.page(
            "office/application_new.html", request, acting, status,
            titling=title_words, form=form, explained=explained, fault=fault, sent=sent.get("sent") or uuid4(),
        )  # fmt: skip

    def _fields(self) -> tuple[Field, ...]:
        organisations = self._console.office.executor.base().organisations.values()
        named = [(item.code, words.named(item.name_zh, item.name_en)) for item in organisations]
        return (
            Field("trainee_no", title_words.TRAINEE_NO),
            Field("level", title_words.LEVEL, "choice", choices=level_choices(AWARD_LEVELS)),
            Field("speciality", title_words.SPECIALITY),
            Field("recommended_by", title_words.RECOMMENDED_BY, "choice", required=False, choices=named),
            Field("application_no", title_words.NUMBER),
        )


def level_choices(levels: Sequence[str]) -> list[tuple[str, Words]]:
    """Levels as a field offers them."""
    return [(level, title_words.LEVELS[level]) for level in levels]


def _number(today: date) -> str:
    """A number for a new application: the year and six letters at random, none of which looks like another."""
    return f"A{today:%y}-{''.join(secrets.choice(_LETTERS) for _ in range(6))}"


def _waiting(found: Waiting) -> list[tuple[str, Words, int | None, str]]:
    """Filter of the list, what waits, how much (None where that cannot be told), and the page that does all of it."""
    told = title_words.WAITING_FOR
    return [
        ("eligible", told["panel"], found.panel, "panel"),
        ("panel", told["notice"], found.notice, "post"),
        ("notice", told["running"], found.running, ""),
        (DUE, told["due"], found.due, "decide"),
        ("notice", told["objections"], found.objections, ""),
    ]


def _before(found: rules.Explained) -> list[Check]:
    told = title_words.BEFORE
    barred = title_words.NONE if found.barred_through is None else title_words.barred_through(found.barred_through)
    best = title_words.NONE if found.best_total is None else str(found.best_total)
    return [
        Check(told["already-applied"], None, "", not found.already_applied),
        Check(told["barred"], None, barred, found.barred_through is None),
        Check(told["no-valid-certificate"], None, best, found.best_total is not None),
        Check(told["already-holds-title"], None, title_words.LEVELS[found.held.level], not found.holds_title),
        Check(told["not-recommended"], None, "", found.recommended),
    ]


def _routes(found: rules.Explained) -> list[RouteShown]:
    return [
        RouteShown(
            item.route.id,
            item.route.level,
            not item.fails,
            tuple(_condition(condition) for condition in item.conditions),
        )
        for item in found.routes
    ]


def _condition(condition: rules.Condition) -> Check:
    return Check(title_words.CLAUSES[condition.clause], _asks(condition), _has(condition), condition.met)


def _asks(condition: rules.Condition) -> Words:
    match condition.asks:
        case tuple():
            return title_words.any_of(condition.asks)
        case int():
            return title_words.years(condition.asks)
        case str():
            return title_words.LEVELS[condition.asks]
    return title_words.at_least(condition.asks)


def _has(condition: rules.Condition) -> Words | str:
    match condition.has:
        case None:
            return title_words.NONE
        case date():
            return title_words.since(condition.has)
        case str():
            known = title_words.EDUCATIONS if condition.clause == "education" else title_words.LEVELS
            return known[condition.has]
    return str(condition.has)
