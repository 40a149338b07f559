"""The files of an intake pack: which there are, and their text as tables (DOMAIN.md "Intake packs")."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger.intake.workbooks import BadWorkbook, cell_text, guarded_rows, sheet_rows
from verifier.toml_fields import BadDefinition

DEFINITION_KINDS: Final = ("organisations", "programmes", "policies", "cohorts")
ROW_KINDS: Final = (
    "roster",
    "enrolments",
    "attendance",
    "assessments",
    "amendments",
    "withdrawals",
    "award_requests",
    "title_applications",
    "revocations",
)
KINDS: Final = DEFINITION_KINDS + ROW_KINDS
"""The kinds of file of a pack in DOMAIN.md's order, which is also the order of rejects."""

_TOML_KINDS: Final = frozenset({"programmes", "policies"})
_ANSWERS: Final = "expected"
_BOM: Final = b"\xef\xbb\xbf"


PackError = BadDefinition
"""The pack cannot be taken in at all, and nothing of it is recorded. Names the place and the reason."""


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack. What is hashed and what is parsed are the same bytes."""

    kind: str
    name: str
    data: bytes
    headings: tuple[tuple[str, str], ...] = ()
    """Columns that somebody matched by hand: the heading's key (`headers.heading_key`) and the column that it is, ""
    for one that is passed over."""
    guarded: bool = False
    """Whether it came over the network: its workbook is read so that no file makes the reader ask for memory without
    end (ADR 25)."""

    @property
    def is_as_named(self) -> bool:
        """Whether it is what its name and its headings say, with nothing chosen by hand."""
        return not self.headings and self.name.split(".", 1)[0] == self.kind

    def sha256(self) -> bytes:
        """The hash by which the event of the intake names this file (32 bytes)."""
        return sha256(self.data).digest()


@dataclass(frozen=True, slots=True)
class Pack:
    """The files of a folder, by kind in the order of KINDS, then by name; `unknown` names everything left out."""

    files: tuple[PackFile, ...]
    unknown: tuple[str, ...]

    def of(self, *kinds: str) -> tuple[PackFile, ...]:
        """The files of these kinds, in the pack's order."""
        return tuple(file for file in self.files if file.kind in kinds)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a table: the line on which it begins (the header is line 1) and its cells as text."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and the records below it that are not blank."""

    header: list[str]
    records: list[Record]


def open_pack(folder: Path) -> Pack:
    """Read the files of a pack. A file's kind is its name up to the first dot; several of one kind are allowed.

    A file of no known kind or form is not read but named in `unknown`; the folder `expected`, which holds answers,
    is no part of a pack. Raises PackError where the folder cannot be read or holds no file of a known kind.
    """
    if not folder.is_dir():
        raise PackError(str(folder), "is not a folder")
    files: list[PackFile] = []
    unknown: list[str] = []
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        kind = kind_by_name(path.name)
        if path.is_file() and kind:
            files.append(PackFile(kind, path.name, path.read_bytes()))
        elif path.name != _ANSWERS:
            unknown.append(path.name)
    if not files:
        raise PackError(str(folder), f"holds no file of a pack ({', '.join(KINDS)})")
    return pack_of(files, unknown)


def pack_of(files: Iterable[PackFile], unknown: Iterable[str] = ()) -> Pack:
    """A pack of these files, in the order of a pack."""
    return Pack(tuple(sorted(files, key=lambda file: (KINDS.index(file.kind), file.name))), tuple(unknown))


def kind_by_name(name: str) -> str:
    """The kind of file that a name says, "" where it says none or has an ending that such a file never has."""
    kind = name.split(".", 1)[0]
    return kind if kind in KINDS and Path(name).suffix.lower() in forms_of(kind) else ""


def read_text(file: PackFile) -> str:
    """The text of a file in UTF-8, with or without a byte order mark, or else in GB18030.

    Raises PackError that names the first byte (from 0) which is neither.
    """
    return decoded(file.name, file.data)[0]


def decoded(name: str, data: bytes) -> tuple[str, str]:
    """The text of a file, and its encoding: `utf-8`, or else `gb18030`. Raises PackError, as `read_text`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PackError(name, "is UTF-16; save it as UTF-8 or GB18030")
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        at_in_utf8 = error.start + (len(_BOM) if data.startswith(_BOM) else 0)
    if _is_damaged_utf8(data):
        raise PackError(name, f"is UTF-8, but byte {at_in_utf8} ({_line_of(data, at_in_utf8)}) is damaged")
    try:
        return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError as error:
        where = f"byte {error.start} ({_line_of(data, error.start)})"
        raise PackError(
            name, f"is neither UTF-8 (see byte {at_in_utf8}) nor GB18030: {where} has no meaning there"
        ) from None


def read_table(file: PackFile) -> Table:
    """The header and records of a `.csv` or `.xlsx` file. Raises PackError where it is not a table."""
    records = _excel_records(file) if file.name.lower().endswith(".xlsx") else _csv_records(file)
    header = next(records, None)
    if header is None:
        raise PackError(file.name, "is empty; line 1 must be the header")
    if header.line != 1:
        raise PackError(f"{file.name} line 1", "is blank; line 1 must be the header")
    return Table(header.cells, list(records))


def forms_of(kind: str) -> tuple[str, ...]:
    """The endings that a file of a kind may have."""
    return (".toml",) if kind in _TOML_KINDS else (".csv", ".xlsx")


def _line_of(data: bytes, at: int) -> str:
    line = data.count(b"\n", 0, at) + 1
    return f"line {line}"


def _is_damaged_utf8(data: bytes) -> bool:
    # GB18030 gives some meaning to most bytes, so a UTF-8 file with one bad byte would come out as wrong names.
    # Text that is mostly well-formed Chinese in UTF-8 cannot be GB18030 by chance.
    text = data.decode("utf-8", errors="replace")
    ideographs = sum("\u2e80" <= character <= "\uff5e" for character in text)
    return data.startswith(_BOM) or ideographs > 2 * text.count("\ufffd")


def _csv_records(file: PackFile) -> Iterator[Record]:
    text = read_text(file)
    if (nul := text.find("\0")) >= 0:
        raise PackError(f"{file.name} line {text.count(chr(10), 0, nul) + 1}", "holds a NUL character: it is no text")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for cells in reader:
            if not is_blank(cells):
                yield Record(before + 1, cells)
            before = reader.line_num
    except csv.Error as error:
        raise PackError(f"{file.name} line {before + 1}", f"is not CSV: {error}") from None


def _excel_records(file: PackFile) -> Iterator[Record]:
    try:
        for line, row in enumerate(guarded_rows(file.data) if file.guarded else sheet_rows(file.data), start=1):
            cells = [cell_text(value) for value in row]
            if not is_blank(cells):
                yield Record(line, cells)
    except BadWorkbook as error:
        raise PackError(file.name, str(error)) from None


def is_blank(cells: Iterable[str]) -> bool:
    """Whether nothing stands in any cell."""
    return not any(cell and not cell.isspace() for cell in cells)
