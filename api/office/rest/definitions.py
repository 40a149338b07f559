"""Who asks, and what the base offers by which rules. No personal value is among it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from heapq import nsmallest
from typing import Any, Final

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.office.gate import Gate
from api.office.rest import words
from api.office.rest.answers import SIGNED_IN, Told, refused, statuses, told
from api.office.rest.pages import NEXT, Cursor, Limit
from ledger.command_forms import to_plain
from ledger.deciders.base import Base
from ledger.office.opening import Office
from ledger.office.reading import reading_desk
from ledger.office.seeing import sees_cohort
from verifier.authority import Organisation
from verifier.catalogue import Cohort
from verifier.rules import Assessment, Module, Policy, Programme, Route

_STATUSES: Final = statuses(*SIGNED_IN)


class Me(Told):
    """The account in whose name a request comes."""

    pseudonym: str
    organisation: str
    roles: list[str]
    by: str = Field(description="`session` or `token`.")
    scopes: list[str] = Field(description="Of a token; empty for a session, which is good for everything.")


class OrganisationTold(Told):
    """An organisation of the base."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    uri: str


class Organisations(Told):
    """All of them, by code."""

    organisations: list[OrganisationTold]


class ModuleTold(Told):
    """A part of a programme that is attended."""

    code: str
    hours: str


class AssessmentTold(Told):
    """A part of a programme that is scored."""

    code: str
    weight: str
    pass_mark: str


class Edition(Told):
    """An edition of a programme."""

    code: str
    edition: int
    certified_by: str
    taught_by: str
    min_attendance: str
    max_attempts: int
    total_pass: str
    valid_years: int
    modules: list[ModuleTold]
    assessments: list[AssessmentTold]


class Programmes(Told):
    """Every edition of every programme."""

    programmes: list[Edition]


class RouteTold(Told):
    """One way to a title; what is null is not asked for."""

    id: str
    level: str
    education: list[str]
    requires_title: str | None
    title_years: int | None
    practice_years: int | None
    min_certificate_total: str | None


class PolicyTold(Told):
    """An edition of the rules for titles."""

    edition: str
    authority: str
    effective_from: date
    panel_min_members: int
    quorum: str
    majority: str
    notice_working_days: int
    routes: list[RouteTold]


class Policies(Told):
    """Every edition, in the order of publication."""

    policies: list[PolicyTold]


class CalendarTold(Told):
    """The working days of a year: weekends are off and weekdays are worked, but for these."""

    year: int
    days_off: list[date]
    make_up_days: list[date]


class Calendars(Told):
    """Of every year that can be counted."""

    calendars: list[CalendarTold]


class CohortTold(Told):
    """A run of a programme."""

    code: str
    programme: str
    programme_edition: int
    starts_on: date
    ends_on: date
    capacity: int


class Cohorts(Told):
    """Those that the account's organisation is concerned with, by code; of the base, all."""

    cohorts: list[CohortTold]
    next: str | None = Field(description=NEXT)


class CohortNow(CohortTold):
    """A run of a programme, and how full it is."""

    places_taken: int = Field(description="Enrolments so far: a withdrawal frees no place.")


def add(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    """Adds the routes."""

    def base_for(request: Request) -> Base:
        gate.acting(request)
        return office().executor.base()

    @made.get("/me", response_model=Me, responses=_STATUSES, operation_id="me", summary="Whose request this is")
    def me(request: Request) -> Response:
        acting = gate.acting(request)
        member, token = acting.member, acting.token
        scopes = [] if token is None else sorted(token.scopes)
        by = "session" if token is None else "token"
        roles = sorted(member.roles)
        return told(Me(pseudonym=member.pseudonym, organisation=member.organisation, roles=roles, by=by, scopes=scopes))

    @made.get("/organisations", response_model=Organisations, responses=_STATUSES, operation_id="list_organisations")
    def organisations(request: Request) -> Response:
        found = sorted(base_for(request).organisations.values(), key=lambda item: item.code)
        return told(Organisations(organisations=[*map(organisation_told, found)]))

    @made.get("/programmes", response_model=Programmes, responses=_STATUSES, operation_id="list_programmes")
    def programmes(request: Request) -> Response:
        found = sorted(base_for(request).catalogue.editions.items())
        listed = [_edition(item, number) for _, editions in found for number, item in sorted(editions.items())]
        return told(Programmes(programmes=listed))

    @made.get("/policies", response_model=Policies, responses=_STATUSES, operation_id="list_policies")
    def policies(request: Request) -> Response:
        return told(Policies(policies=[_policy(policy) for policy in base_for(request).catalogue.policies]))

    @made.get("/calendars", response_model=Calendars, responses=_STATUSES, operation_id="list_calendars")
    def calendars(request: Request) -> Response:
        found = sorted(base_for(request).catalogue.calendars.items())
        listed = [
            CalendarTold(year=year, days_off=sorted(item.days_off), make_up_days=sorted(item.make_up_days))
            for year, item in found
        ]
        return told(Calendars(calendars=listed))

    _add_cohorts(made, office, gate)


def _add_cohorts(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    @made.get(
        "/cohorts",
        response_model=Cohorts,
        responses={**_STATUSES, **statuses(422)},
        operation_id="list_cohorts",
        summary="Cohorts as they were opened; `/register/cohorts` has their numbers",
    )
    def cohorts(request: Request, limit: Limit = 50, cursor: Cursor = "") -> Response:
        member, base = gate.acting(request).member, office().executor.base()
        known = base.catalogue.cohorts
        seen = [code for code in known if code > cursor and sees_cohort(member, code, base)]
        page = nsmallest(limit + 1, seen)
        following = page[limit - 1] if len(page) > limit else None
        return told(Cohorts(cohorts=[CohortTold(**_cohort(known[code])) for code in page[:limit]], next=following))

    @made.get(
        "/cohorts/{code}",
        response_model=CohortNow,
        responses={**_STATUSES, **statuses(404)},
        operation_id="get_cohort",
    )
    def cohort(code: str, request: Request) -> Response:
        member, desk = gate.acting(request).member, reading_desk(office())
        found = desk.base.catalogue.cohorts.get(code)
        if found is None or not sees_cohort(member, code, desk.base):
            raise refused(404, "unknown-cohort", words.UNKNOWN_COHORT)
        return told(CohortNow(**_cohort(found), places_taken=desk.places_taken(code)))


def organisation_told(organisation: Organisation) -> OrganisationTold:
    """The model of an organisation."""
    names = ("code", "kind", "name_zh", "name_en", "uri")
    return OrganisationTold(**{name: getattr(organisation, name) for name in names})


def _cohort(cohort: Cohort) -> dict[str, Any]:
    names = ("code", "programme", "programme_edition", "starts_on", "ends_on", "capacity")
    return {name: getattr(cohort, name) for name in names}


def _edition(programme: Programme, edition: int) -> Edition:
    return Edition(
        **{**to_plain(programme), "modules": [*map(_module, programme.modules)]}
        | {"assessments": [*map(_assessment, programme.assessments)], "edition": edition}
    )


def _module(module: Module) -> ModuleTold:
    return ModuleTold(**to_plain(module))


def _assessment(assessment: Assessment) -> AssessmentTold:
    return AssessmentTold(**to_plain(assessment))


def _policy(policy: Policy) -> PolicyTold:
    plain = to_plain(policy)
    routes = [_route(route) for route in policy.routes]
    return PolicyTold(**{**plain, "effective_from": policy.effective_from, "routes": routes})


def _route(route: Route) -> RouteTold:
    return RouteTold(**to_plain(route))
