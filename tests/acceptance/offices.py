"""The office's files written in the ways in which offices write them: the same records in other bytes."""

from __future__ import annotations

import csv
import io
import random
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl

from ledger.intake.choices import CHOICES
from ledger.intake.headers import COLUMNS, Column, Content

SEED = 20260
_NUMBERS = (Content.SCORE, Content.HOURS, Content.COUNT, Content.ATTEMPT)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


@dataclass(frozen=True)
class Office:
    """How an office writes."""

    encoding: str = "utf-8"
    chinese: bool = False
    """Chinese headers and words."""
    shuffled: bool = False
    """Columns in another order."""
    excel: bool = False
    """Workbooks instead of text, with dates and numbers as Excel keeps them."""
    loose: bool = False
    """Full-width digits, blanks around values, a small x, dates with slashes, line ends of Windows."""

    def __str__(self) -> str:
        ways = [name for name in ("chinese", "shuffled", "excel", "loose") if getattr(self, name)]
        return "-".join([self.encoding, *ways])


OFFICES = (
    Office("utf-8-sig", shuffled=True),
    Office("gb18030", chinese=True, shuffled=True, loose=True),
    Office(excel=True, chinese=True),
)


def rewritten(pack: Path, to: Path, office: Office) -> Path:
    """Writes a pack anew as the office would."""
    to.mkdir()
    for file in sorted(pack.iterdir()):
        if file.suffix == ".toml":
            encoding = "utf-8" if office.excel else office.encoding
            (to / file.name).write_text(file.read_text("utf-8"), encoding=encoding)
        elif file.suffix == ".csv":
            _rewrite(file, to, office)
    return to


def _rewrite(file: Path, to: Path, office: Office) -> None:
    header, *records = csv.reader(io.StringIO(file.read_text("utf-8"), newline=""))
    columns = {column.name: column for column in COLUMNS[file.stem]}
    order = list(range(len(header)))
    if office.shuffled:
        random.Random(SEED).shuffle(order)
    titles = [columns[name].chinese[0] if office.chinese else name for name in header]
    table = [[titles[at] for at in order]]
    for record in records:
        table.append([_cell(record[at], columns[header[at]], office) for at in order])
    if office.excel:
        _write_workbook(to / f"{file.stem}.xlsx", table, [columns[header[at]] for at in order])
        return
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n" if office.loose else "\n").writerows(table)
    (to / file.name).write_bytes(text.getvalue().encode(office.encoding))


def _cell(value: str, column: Column, office: Office) -> str:
    if office.chinese and column.content is Content.CHOICE:
        words = [word for word, canonical in CHOICES[column.choices].items() if canonical == value and value]
        value = next((word for word in words if not word.isascii()), value)
    if office.loose and value:
        if column.content is Content.DATE:
            value = value.replace("-", "/")
        elif column.content in _NUMBERS:
            value = value.translate({0x30 + digit: 0xFF10 + digit for digit in range(10)})
        elif column.content is Content.ID_NUMBER:
            value = value.lower()
        value = f"\u3000{value} "
    return value


def _write_workbook(path: Path, table: list[list[str]], columns: list[Column]) -> None:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Sheet1")
    sheet.append(table[0])
    for record in table[1:]:
        sheet.append([_excel(value, column) for value, column in zip(record, columns, strict=True)])
    workbook.save(path)


def _excel(value: str, column: Column) -> object:
    """What Excel makes of what somebody types: a date, a number, or else a text."""
    if column.content is Content.DATE:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    if column.content in _NUMBERS and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value or None
