"""The rows of a pack: typed, in normal form, checked as far as that needs no state (DOMAIN.md "Rows that are
turned away"). What needs state (cohorts, trainees, codes of modules) is the deciders' business."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final, NamedTuple

from ledger.intake.cells import Cell
from ledger.intake.documents import id_number_is_good
from ledger.intake.files import KINDS, ROW_KINDS, Pack, PackFile, Record, read_table
from ledger.intake.records import RecordReader


class Source(NamedTuple):
    """Where a row stands: the kind and name of its file, and the line on which it begins (the header is line 1)."""

    kind: str
    file: str
    line: int

    def order(self) -> tuple[int, str, int]:
        """The order of rejects: files as DOMAIN.md lists them, then by name, then by line."""
        return KINDS.index(self.kind), self.file, self.line


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is turned away alone. `column` is the one at fault; the sentence repeats no personal value."""

    source: Source
    code: str
    sentence: str
    column: str


@dataclass(frozen=True, slots=True)
class Row:
    """What every row has. The fields that follow in a subclass are its columns, in canonical order.

    `cells` are the columns in normal form, "" where empty; `occurrence` counts, from 1, the rows of the file with
    these same cells up to this one. `unknown_values` names the columns whose value is not in its fixed list.
    """

    date_column: ClassVar[str]
    """The column that says on which day the row takes effect."""

    source: Source
    cells: tuple[str, ...]
    occurrence: int
    unknown_values: tuple[str, ...]

    def effective_on(self) -> date:
        """The day on which the row takes effect."""
        on: date = getattr(self, self.date_column)
        return on

    def identity(self) -> bytes:
        """What makes a second intake record nothing new: kind, content and occurrence, in one encoding.

        It holds personal data in clear: only a hash of it under a secret key may be kept.
        """
        # Escapes all but ASCII, so that it does not hang on the Unicode tables of a Python version, as `repr` would.
        return ascii((self.source.kind, self.cells, self.occurrence)).encode()


@dataclass(frozen=True, slots=True)
class RosterRow(Row):
    """A trainee and the first enrolment."""

    date_column: ClassVar[str] = "enrolled_on"
    trainee_no: str
    name: str
    id_type: str
    id_number: str
    education: str
    graduated_on: date | None
    practice_from: date
    title_held: str | None
    title_since: date | None
    employer: str | None
    cohort: str
    enrolled_on: date
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class EnrolmentRow(Row):
    """A further enrolment."""

    date_column: ClassVar[str] = "enrolled_on"
    trainee_no: str
    cohort: str
    enrolled_on: date


@dataclass(frozen=True, slots=True)
class AttendanceRow(Row):
    """A session attended; `hours` above 0."""

    date_column: ClassVar[str] = "attended_on"
    trainee_no: str
    cohort: str
    module: str
    hours: Decimal
    attended_on: date


@dataclass(frozen=True, slots=True)
class AssessmentRow(Row):
    """A score (0 to 100) for one attempt (from 1)."""

    date_column: ClassVar[str] = "assessed_on"
    trainee_no: str
    cohort: str
    assessment: str
    attempt: int
    score: Decimal
    assessed_on: date
    assessor: str


@dataclass(frozen=True, slots=True)
class AmendmentRow(Row):
    """The right score for an attempt that was recorded with a wrong one."""

    date_column: ClassVar[str] = "amended_on"
    trainee_no: str
    cohort: str
    assessment: str
    attempt: int
    score: Decimal
    reason: str
    amended_on: date


@dataclass(frozen=True, slots=True)
class WithdrawalRow(Row):
    """A trainee leaves a cohort."""

    date_column: ClassVar[str] = "withdrawn_on"
    trainee_no: str
    cohort: str
    withdrawn_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class AwardRequestRow(Row):
    """Certification is asked for."""

    date_column: ClassVar[str] = "requested_on"
    trainee_no: str
    cohort: str
    requested_on: date


@dataclass(frozen=True, slots=True)
class ApplicationRow(Row):
    """An application for a title, with what the panel and the notice would bring."""

    date_column: ClassVar[str] = "applied_on"
    application_no: str
    trainee_no: str
    level: str
    speciality: str
    applied_on: date
    recommended_by: str | None
    panel_on: date
    panel_size: int
    panel_present: int
    votes_for: int
    notice_from: date
    objection: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class RevocationRow(Row):
    """The revocation of the certificate of a cohort, or of the title of a level."""

    date_column: ClassVar[str] = "revoked_on"
    trainee_no: str
    award: str
    cohort: str | None
    level: str | None
    revoked_on: date
    reason: str


ROW_TYPES: Final[dict[str, type[Row]]] = {
    "roster": RosterRow,
    "enrolments": EnrolmentRow,
    "attendance": AttendanceRow,
    "assessments": AssessmentRow,
    "amendments": AmendmentRow,
    "withdrawals": WithdrawalRow,
    "award_requests": AwardRequestRow,
    "title_applications": ApplicationRow,
    "revocations": RevocationRow,
}

_FAULTS: Final = {
    "bad-date": "is not a date of the years 1900 to 2199, as in 2023-06-26",
    "bad-score": "is not a number from 0 to 100",
    "bad-hours": "is not a number above 0",
    "bad-number": "is not a whole number, from 1 for an attempt and from 0 for a count",
}
"""The faults of single cells in the order of DOMAIN.md, and what the sentence says of each."""

_BAD_ID_NUMBER: Final = "is not one by GB 11643: its length, check character or birth date is wrong"
_NEEDED_BY_AWARD: Final = {"certificate": "cohort", "title": "level"}
_KINDS_WITH_TIES: Final = frozenset({"roster", "revocations"})
"""Kinds whose columns are checked against one another."""


class _Fault(NamedTuple):
    code: str
    column: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.column} {self.reason}".strip()


def read_rows(pack: Pack) -> list[Row | Rejected]:
    """All rows of a pack, files in DOMAIN.md's order, then by name. Raises PackError for a file that is no table."""
    return [row for file in pack.of(*ROW_KINDS) for row in read_file(file)]


def read_file(file: PackFile) -> list[Row | Rejected]:
    """The rows of one file of ROW_KINDS, in its order; blank lines are no rows. Raises PackError as `read_rows`."""
    table = read_table(file)
    reader = RecordReader(file, table.header)
    row_type = ROW_TYPES[file.kind]
    occurrences: Counter[tuple[str, ...]] = Counter()
    rows: list[Row | Rejected] = []
    for record in table.records:
        source = Source(file.kind, file.name, record.line)
        cells = reader.read(record)
        fault = _first_fault(reader, record, cells)
        if fault:
            sentence = f"{file.name} line {record.line}: {fault.sentence}"
            rows.append(Rejected(source, fault.code, sentence, fault.column))
            continue
        texts, values, faults = zip(*cells, strict=True)
        occurrences[texts] += 1
        unknown: tuple[str, ...] = ()
        if any(faults):
            unknown = tuple([column.name for column, code in zip(reader.columns, faults, strict=True) if code])
        rows.append(row_type(source, texts, occurrences[texts], unknown, *values))
    return rows


def _first_fault(reader: RecordReader, record: Record, cells: Sequence[Cell]) -> _Fault | None:
    """The first of DOMAIN.md's codes that applies to the row without looking at any other."""
    if reader.has_untitled_cell(record):
        return _Fault("missing-field", "", "a filled cell has no heading: is a comma in a value not quoted?")
    faultless = reader.kind not in _KINDS_WITH_TIES
    for column, (text, _, fault) in zip(reader.columns, cells, strict=True):
        if column.required and not text:
            return _Fault("missing-field", column.name, "is empty")
        if fault:
            faultless = False
    if faultless:
        return None
    named = {column.name: cell for column, cell in zip(reader.columns, cells, strict=True)}
    missing = _missing_with_the_others(reader.kind, named)
    if missing:
        return _Fault("missing-field", missing, "is empty, though the rest of the row calls for it")
    faulty = {cell.fault: name for name, cell in reversed(named.items())}
    if reader.kind == "roster" and "bad-date" not in faulty and not _id_number_is_good(named):
        return _Fault("bad-id-number", "id_number", _BAD_ID_NUMBER)
    return next((_Fault(code, faulty[code], reason) for code, reason in _FAULTS.items() if code in faulty), None)


def _missing_with_the_others(kind: str, named: dict[str, Cell]) -> str:
    """The column that is empty although another one calls for it, "" if none."""
    if kind == "roster" and bool(named["title_held"].text) != bool(named["title_since"].text):
        return "title_since" if named["title_held"].text else "title_held"
    if kind == "revocations":
        needed = _NEEDED_BY_AWARD.get(named["award"].text)
        if needed and not named[needed].text:
            return needed
    return ""


def _id_number_is_good(named: dict[str, Cell]) -> bool:
    enrolled_on = named["enrolled_on"].value
    return isinstance(enrolled_on, date) and id_number_is_good(
        named["id_type"].text, named["id_number"].text, enrolled_on
    )
