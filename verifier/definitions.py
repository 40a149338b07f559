"""Programmes and policies as a TOML table defines them: of a pack, of a form, of a draft that nobody published yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from verifier.rules import AWARD_LEVELS, EDUCATIONS, TITLES, Assessment, Module, Policy, Programme, Route
from verifier.toml_fields import BadDefinition, TomlFields

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_YEARS: Final = 100


@dataclass(frozen=True, slots=True)
class ProgrammeDefinition:
    """A programme: its names, and the rules by which it certifies."""

    name_zh: str
    name_en: str
    rules: Programme


def programme_of(fields: TomlFields) -> ProgrammeDefinition:
    """The programme that a table defines. Raises BadDefinition."""
    rules = Programme(
        code=fields.text("code"),
        certified_by=fields.text("certified_by"),
        taught_by=fields.text("taught_by"),
        min_attendance=fields.number("min_attendance", 0, 1),
        max_attempts=fields.whole("max_attempts", 1, 100),
        total_pass=fields.number("total_pass", 0, 100),
        valid_years=fields.whole("valid_years", 1, _MOST_YEARS),
        modules=tuple(_module(one) for one in fields.tables("module", name_by="code")),
        assessments=tuple(_assessment(one) for one in fields.tables("assessment", name_by="code")),
    )
    check_code(fields.place, "code", rules.code)
    _check_distinct(fields, "module", [module.code for module in rules.modules])
    _check_distinct(fields, "assessment", [assessment.code for assessment in rules.assessments])
    if sum(Fraction(assessment.weight) for assessment in rules.assessments) != 1:
        raise fields.fault("the weights of the assessments do not sum to 1", "assessment", "sum")
    definition = ProgrammeDefinition(fields.text("name_zh"), fields.text("name_en"), rules)
    fields.rest_is_known()
    return definition


def _module(fields: TomlFields) -> Module:
    module = Module(fields.text("code"), fields.number("hours", 0, 10_000))
    if not module.hours:
        raise fields.fault("hours must be above 0", "hours", "above", "0")
    fields.rest_is_known()
    return module


def _assessment(fields: TomlFields) -> Assessment:
    assessment = Assessment(fields.text("code"), fields.number("weight", 0, 1), fields.number("pass", 0, 100))
    fields.rest_is_known()
    return assessment


def policy_of(fields: TomlFields) -> Policy:
    """The edition of the rules for titles that a table defines. Raises BadDefinition."""
    policy = Policy(
        edition=fields.text("edition"),
        authority=fields.text("authority"),
        effective_from=fields.day("effective_from"),
        panel_min_members=fields.whole("panel_min_members", 1, 1_000),
        quorum=fields.share("quorum"),
        majority=fields.share("majority"),
        notice_working_days=fields.whole("notice_working_days", 1, 250),
        routes=tuple(_route(one) for one in fields.tables("route", name_by="id")),
    )
    _check_distinct(fields, "route", [route.id for route in policy.routes])
    fields.rest_is_known()
    return policy


def _route(fields: TomlFields) -> Route:
    def years(key: str) -> int | None:
        return fields.whole(key, 0, _MOST_YEARS) if fields.has(key) else None

    total: Decimal | None = None
    if fields.has("min_certificate_total"):
        total = fields.number("min_certificate_total", 0, 100)
    route = Route(
        id=fields.text("id"),
        level=fields.choice("level", AWARD_LEVELS),
        education=fields.choices("education", EDUCATIONS) if fields.has("education") else (),
        requires_title=fields.choice("requires_title", TITLES) if fields.has("requires_title") else None,
        title_years=years("title_years"),
        practice_years=years("practice_years"),
        min_certificate_total=total,
    )
    fields.rest_is_known()
    return route


def check_code(place: str, key: str, code: str) -> None:
    """Raises BadDefinition for what can be no code."""
    # These codes are words of the trust file and the start of certificate numbers.
    if not _CODE.fullmatch(code):
        reason = f"{key} is {code!r}; it must be letters, digits, '.', '_' and '-' without blanks"
        raise BadDefinition(place, reason, key, ("code",))


def _check_distinct(fields: TomlFields, key: str, codes: list[str]) -> None:
    twice = [code for at, code in enumerate(codes) if code in codes[:at]]
    if twice:
        raise fields.fault(f"{key} {twice[0]} stands twice", key, "twice", twice[0])
