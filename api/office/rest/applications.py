"""One title application with its notice and objections; and whether a person would be eligible, route by route."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.office.rest import lines, words
from api.office.rest.answers import SIGNED_IN, Told, refused, statuses, told
from api.office.rest.happenings import HappenedTold, happened_told
from api.office.rest.pages import Code
from api.office.rest.sights import Sights
from api.office.rest.trainees import id_of
from ledger.notices import id_of_notice
from ledger.office.case import Case, case_of
from ledger.office.seeing import sees_whole, unknown_trainee
from ledger.office.waiting import proposals_about
from ledger.register.lines import ApplicationLine
from verifier import rules

Level = Literal["assistant-engineer", "engineer"]
"""`verifier.rules.AWARD_LEVELS`."""
_READ: Final = statuses(*SIGNED_IN, 404, 410, 422)


class ConditionTold(Told):
    """One clause that a route names."""

    clause: str
    asks: str | int | list[str] = Field(description="What the route asks for; of years, how many full ones.")
    has: str | None = Field(description="What the applicant has; of years, the day since which they count.")
    met: bool


class RouteExplained(Told):
    """A route of the edition in force, with all that it names."""

    id: str
    level: str
    open: bool
    conditions: list[ConditionTold]


class EligibilityTold(Told):
    """What would become of an application that is filed today, and everything that it depends on."""

    level: str
    on: date
    outcome: str = Field(description="`eligible`, or the rule that fails (docs/refusals.md).")
    policy: str | None
    route: str | None = Field(description="By which it would be eligible.")
    already_applied: bool
    barred_through: date | None
    best_total: str | None = Field(description="Of the certificates that are valid today.")
    title_held: str
    holds_title: bool = Field(description="The title held is as high as the one asked for, or higher.")
    recommended: bool
    routes: list[RouteExplained]


class NoticeTold(Told):
    """The public notice of an application, as it is today."""

    id: str = Field(description="Of its public page, while it stands: /notices/<id>.")
    posted_on: date
    working_days_left: int | None
    last_day: date | None
    first_decision_day: date | None
    uncounted_year: int | None = Field(description="The year for want of whose calendar it cannot be counted.")


class ObjectionTold(Told):
    """One objection."""

    lodged: UUID | None = Field(description="Of one that came by the public form: what answers name it by.")
    on: date | None
    name: str
    contact: str
    grounds: str = Field(description="Empty where the objector's data are erased.")
    answer: str = Field(description="`pending`, `dismissed`, `upheld`; `none` where it ended without an answer.")


class ApplicationWhole(Told):
    """An application as of today, with what is to be done next."""

    application: lines.ApplicationLineTold
    next_step: str = Field(description="`panel`, `post`, `decide` or `ended`.")
    undecided_for: str | None = Field(description="Why a decision today would not grant it; null where it would.")
    notice: NoticeTold | None
    unanswered: bool = Field(description="Whether an objection waits for its answer.")
    objections: list[ObjectionTold] | None = Field(description="For the base and the authority; null for others.")
    barred_through: date | None
    title: UUID | None
    history: list[HappenedTold]
    proposals: list[UUID] = Field(description="Those that wait and would decide it.")


def add(made: APIRouter, sights: Sights) -> None:
    """Adds the routes."""

    @made.get(
        "/applications/{application}",
        response_model=ApplicationWhole,
        responses=_READ,
        operation_id="get_application",
        summary="An application with its notice, its objections and its history",
    )
    def get(request: Request, application: Annotated[str, Path(json_schema_extra={"format": "uuid"})]) -> Response:
        sight, id_ = sights.of(request), id_of(application)
        line = None if id_ is None else sight.register.application(id_, sight.scope)
        case = None if line is None else case_of(sights.office(), line.who.subject, line.application, sight.today)
        if line is None or case is None:
            raise refused(404, "unknown-application", words.UNKNOWN_APPLICATION)
        base = sight.base
        authority = line.authority if case.policy is None else case.policy.authority
        shows = sight.member.organisation in (base.code, authority)
        return told(_whole(sights, line, case, shows))

    @made.get(
        "/trainees/{trainee}/eligibility",
        response_model=EligibilityTold,
        responses=_READ,
        operation_id="explain_eligibility",
        summary="Whether a title application filed today would be eligible, route by route",
    )
    def eligibility(
        request: Request,
        trainee: Annotated[str, Path(json_schema_extra={"format": "uuid"})],
        level: Annotated[Level, Query()],
        recommended_by: Code = None,
    ) -> Response:
        sight, id_ = sights.of(request), id_of(trainee)
        dossier = None if id_ is None else sight.dossier(id_)
        if dossier is None or not sees_whole(sight.member, dossier, sight.base):
            raise unknown_trainee()
        found = rules.explain(
            dossier.applicant(), level, recommended_by is not None, sight.base.catalogue.policies, sight.today
        )
        return told(_explained(found, level, sight.today))


def _whole(sights: Sights, line: ApplicationLine, case: Case, shows: bool) -> ApplicationWhole:
    office = sights.office()
    waiting = proposals_about(office, line.who.subject, ("decide-application",), application=line.application)
    objections = [
        ObjectionTold(
            lodged=item.lodged,
            on=item.on,
            name=item.name,
            contact=item.contact,
            grounds=item.grounds,
            answer=item.answer,
        )
        for item in case.objections
    ]
    return ApplicationWhole(
        application=lines.application_line(line),
        next_step=case.step,
        undecided_for=case.reason,
        notice=_notice(sights, line, case),
        unanswered=case.unanswered,
        objections=objections if shows else None,
        barred_through=case.barred_through,
        title=case.title,
        history=happened_told(case.happened, office.staff),
        proposals=[item.id for item in waiting],
    )


def _notice(sights: Sights, line: ApplicationLine, case: Case) -> NoticeTold | None:
    posted_on, days = case.application.posted_on, case.days
    if posted_on is None:
        return None
    return NoticeTold(
        id=id_of_notice(sights.office().ledger.claim_keys, line.application),
        posted_on=posted_on,
        working_days_left=None if days is None else days.left,
        last_day=None if days is None else days.last,
        first_decision_day=case.first_day,
        uncounted_year=case.uncounted if days is None else days.uncounted,
    )


def _explained(found: rules.Explained, level: str, today: date) -> EligibilityTold:
    outcome = found.outcome
    return EligibilityTold(
        level=level,
        on=today,
        outcome="eligible" if isinstance(outcome, rules.Eligible) else outcome.reason,
        policy=None if found.policy is None else found.policy.edition,
        route=outcome.route.id if isinstance(outcome, rules.Eligible) else None,
        already_applied=found.already_applied,
        barred_through=found.barred_through,
        best_total=None if found.best_total is None else format(found.best_total, "f"),
        title_held=found.held.level,
        holds_title=found.holds_title,
        recommended=found.recommended,
        routes=[
            RouteExplained(
                id=item.route.id,
                level=item.route.level,
                open=not item.fails,
                conditions=[
                    ConditionTold(
                        clause=condition.clause, asks=_asks(condition.asks), has=_has(condition.has), met=condition.met
                    )
                    for condition in item.conditions
                ],
            )
            for item in found.routes
        ],
    )


def _asks(value: Any) -> str | int | list[str]:
    match value:
        case tuple():
            return [str(item) for item in value]
        case Decimal():
            return format(value, "f")
        case int() | str():
            return value
    raise TypeError(value)


def _has(value: str | date | Decimal | None) -> str | None:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
    return value
