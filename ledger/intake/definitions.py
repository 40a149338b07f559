"""Organisations, programmes, policies and cohorts of a pack; any fault in them stops the pack (DOMAIN.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from ledger.intake.files import Pack, PackError, PackFile, read_table, read_text
from ledger.intake.records import RecordReader
from verifier.definitions import ProgrammeDefinition, check_code, policy_of, programme_of
from verifier.rules import Policy
from verifier.toml_fields import TomlFields

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
        check_code(place, "code", organisation.code)
        yield place, organisation


def _cohorts(file: PackFile) -> Iterator[Placed[Cohort]]:
    for place, values in _table_rows(file):
        cohort = Cohort(*values)
        if cohort.ends_on < cohort.starts_on:
            raise PackError(place, "ends_on is before starts_on")
        yield place, cohort


def _programmes(file: PackFile) -> Iterator[Placed[ProgrammeDefinition]]:
    top = TomlFields.of_text(file.name, read_text(file))
    for fields in top.tables("programme", name_by="code"):
        yield fields.place, programme_of(fields)
    top.rest_is_known()


def _policies(file: PackFile) -> Iterator[Placed[Policy]]:
    top = TomlFields.of_text(file.name, read_text(file))
    for fields in top.tables("policy", name_by="edition"):
        yield fields.place, policy_of(fields)
    top.rest_is_known()


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
