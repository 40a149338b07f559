"""Organisations, programmes, policies and cohorts of a pack; any fault in them stops the pack (DOMAIN.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar

from ledger.intake.files import Pack, PackError, PackFile, read_table
from ledger.intake.records import RecordReader
from ledger.intake.toml_fields import TomlFields
from verifier.rules import (
    AWARD_LEVELS,
    EDUCATIONS,
    TITLES,
    Assessment,
    Module,
    Policy,
    Programme,
    Route,
)

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_YEARS: Final = 100

Definition = TypeVar("Definition")
Placed = tuple[str, Definition]
"""A definition and the place at which it stands, for errors."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation; `kind` is one of ORGANISATION_KINDS."""

    code: str
    kind: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ProgrammeDefinition:
    """A programme: its names, and the rules by which it certifies."""

    name_zh: str
    name_en: str
    rules: Programme


@dataclass(frozen=True, slots=True)
class Cohort:
    """One run of a programme: first and last day, and how many may enrol."""

    code: str
    programme: str
    starts_on: date
    ends_on: date
    capacity: int


@dataclass(frozen=True, slots=True)
class Definitions:
    """All that a pack defines, in the order of its files; `places` says where each code of a kind stands."""

    organisations: tuple[Organisation, ...]
    programmes: tuple[ProgrammeDefinition, ...]
    policies: tuple[Policy, ...]
    cohorts: tuple[Cohort, ...]
    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def check_references(
        self, known_organisations: Collection[str] = (), known_programmes: Collection[str] = ()
    ) -> None:
        """Raises PackError for an organisation or a programme named that neither pack nor ledger knows."""
        organisations = {organisation.code for organisation in self.organisations} | set(known_organisations)
        programmes = {programme.rules.code for programme in self.programmes} | set(known_programmes)
        for kind, code, key, named in self._references():
            if named not in (programmes if key == "programme" else organisations):
                raise PackError(self.places[kind, code], f"{key} is {named!r}, which is not known")

    def _references(self) -> Iterator[tuple[str, str, str, str]]:
        for programme in self.programmes:
            yield "programmes", programme.rules.code, "certified_by", programme.rules.certified_by
            yield "programmes", programme.rules.code, "taught_by", programme.rules.taught_by
        for policy in self.policies:
            yield "policies", policy.edition, "authority", policy.authority
        for cohort in self.cohorts:
            yield "cohorts", cohort.code, "programme", cohort.programme


def read_definitions(pack: Pack) -> Definitions:
    """Read what a pack defines. Raises PackError with file, line or place, and reason, for any fault.

    The same definition twice is one; two different ones under one code are a fault. Whether the organisations and
    programmes named exist is asked by `check_references`, because the ledger may know them from an earlier pack.
    """
    places: dict[tuple[str, str], str] = {}
    definitions = Definitions(
        _all(pack, "organisations", _organisations, lambda organisation: organisation.code, places),
        _all(pack, "programmes", _programmes, lambda programme: programme.rules.code, places),
        _all(pack, "policies", _policies, lambda policy: policy.edition, places),
        _all(pack, "cohorts", _cohorts, lambda cohort: cohort.code, places),
        places,
    )
    editions: dict[date, str] = {}
    for policy in definitions.policies:
        other = editions.setdefault(policy.effective_from, policy.edition)
        if other != policy.edition:
            place = places["policies", policy.edition]
            raise PackError(place, f"effective_from is {policy.effective_from}, as that of {other} is")
    return definitions


def _all(
    pack: Pack,
    kind: str,
    read: Callable[[PackFile], Iterable[Placed[Definition]]],
    code_of: Callable[[Definition], str],
    places: dict[tuple[str, str], str],
) -> tuple[Definition, ...]:
    found: dict[str, Definition] = {}
    for file in pack.of(kind):
        for place, definition in read(file):
            code = code_of(definition)
            if found.setdefault(code, definition) != definition:
                raise PackError(place, f"{code} is defined otherwise at {places[kind, code]}")
            places.setdefault((kind, code), place)
    return tuple(found.values())


def _organisations(file: PackFile) -> Iterator[Placed[Organisation]]:
    for place, values in _table_rows(file):
        organisation = Organisation(*values)
        _check_code(place, "code", organisation.code)
        yield place, organisation


def _cohorts(file: PackFile) -> Iterator[Placed[Cohort]]:
    for place, values in _table_rows(file):
        cohort = Cohort(*values)
        if cohort.ends_on < cohort.starts_on:
            raise PackError(place, "ends_on is before starts_on")
        yield place, cohort


def _programmes(file: PackFile) -> Iterator[Placed[ProgrammeDefinition]]:
    top = TomlFields.of_file(file)
    for fields in top.tables("programme", name_by="code"):
        yield fields.place, programme_of(fields)
    top.rest_is_known()


def programme_of(fields: TomlFields) -> ProgrammeDefinition:
    """The programme that a table defines. Raises PackError."""
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
    _check_code(fields.place, "code", rules.code)
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


def _policies(file: PackFile) -> Iterator[Placed[Policy]]:
    top = TomlFields.of_file(file)
    for fields in top.tables("policy", name_by="edition"):
        yield fields.place, policy_of(fields)
    top.rest_is_known()


def policy_of(fields: TomlFields) -> Policy:
    """The edition of the rules for titles that a table defines. Raises PackError."""
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


def _table_rows(file: PackFile) -> Iterator[tuple[str, list[Any]]]:
    """The typed values of each row with its place. Raises PackError for the first cell that is missing or wrong."""
    table = read_table(file)
    reader = RecordReader(file, table.header)
    for record in table.records:
        place = f"{file.name} line {record.line}"
        if reader.has_untitled_cell(record):
            raise PackError(place, "a filled cell has no heading: is a comma in a value not quoted?")
        cells = reader.read(record)
        for column, cell in zip(reader.columns, cells, strict=True):
            if not cell.text:
                raise PackError(place, f"{column.name} is empty")
            if cell.fault:
                raise PackError(place, f"{column.name} is {cell.text!r} ({cell.fault})")
        yield place, [cell.value for cell in cells]


def _check_code(place: str, key: str, code: str) -> None:
    # These codes are words of the trust file and the start of certificate numbers.
    if not _CODE.fullmatch(code):
        reason = f"{key} is {code!r}; it must be letters, digits, '.', '_' and '-' without blanks"
        raise PackError(place, reason, key, ("code",))


def _check_distinct(fields: TomlFields, key: str, codes: list[str]) -> None:
    twice = [code for at, code in enumerate(codes) if code in codes[:at]]
    if twice:
        raise fields.fault(f"{key} {twice[0]} stands twice", key, "twice", twice[0])
