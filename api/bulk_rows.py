"""What came of the pieces of an upload, as rows: for the page, for CSV and Excel, and as lines of JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from api import bulk_words as says
from api import links, words
from api.bulk_checks import Checked
from api.languages import Language, Words
from ledger.bulk.items import Place, TypedRow, Understood, visible
from verifier.current import BUSINESS_ZONE
from verifier.formulas import defused, is_formula

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Cell = str | int | date | datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a result."""

    number: str
    """As it was typed or, of a file, as it was signed."""
    name: str
    award: str
    """The names of programme or title, with the speciality."""
    issuer: str
    values: dict[str, str]
    """Everything that was signed."""


def row_of(checked: Checked) -> Row:
    """What a row shows of a piece."""
    values = {field.key: field.value for field in checked.fields}
    texts = {field.key: field.text for field in checked.fields}
    typed = checked.item if isinstance(checked.item, TypedRow) else None
    award = " ".join(texts[key] for key in ("programme", "level", "speciality") if key in texts)
    answer = checked.answer
    organisation = answer.shown.proved.logged.organisation if answer and answer.shown else None
    return Row(
        visible(typed.number) if typed else values.get("number", ""),
        visible(typed.name) if typed else values.get("name", ""),
        award,
        f"{organisation.name_zh} {organisation.name_en}" if organisation else "",
        values,
    )


def remark_of(checked: Checked) -> Words | None:
    """Why or since when, where there is something to say beyond the state's own sentence."""
    if checked.answer is not None:
        return words.reason(checked.answer)
    return says.REMARKS.get(checked.code)


def place_of(place: Place) -> str:
    """The file of a piece, and its entry in it."""
    return f"{place.file} › {place.entry}" if place.entry else place.file


# --- tables ---------------------------------------------------------------------------------------------------------

_HEADINGS: Final = (
    says.WHERE,
    says.LINE,
    words.LABELS["number"],
    words.LABELS["name"],
    says.STATE,
    says.CODE,
    says.REMARK,
    says.AWARD,
    words.LABELS["awarded_on"],
    words.LABELS["expires_on"],
    says.CHANGED,
    words.LABELS["issuer"],
    words.ENTRY,
    says.LOG_SIZE,
    words.CHECKED_AT,
    says.FILE_HASH,
)
_WIDTHS: Final = (28, 7, 32, 16, 16, 18, 40, 48, 12, 12, 12, 40, 10, 10, 24, 20)


def _cells(checked: Checked, language: Language) -> list[Cell]:
    row, answer = row_of(checked), checked.answer
    remark = remark_of(checked)
    detail = f"{words.TECHNICAL.of(language)}: {visible(checked.detail)}" if checked.detail else ""
    told = [remark.of(language) if remark else "", detail]
    awarded = row.values.get("awarded_on") or row.values.get("granted_on")
    expires = row.values.get("expires_on")
    place = checked.item.place
    proved = answer.shown.proved if answer and answer.shown else None
    return [
        place_of(place),
        place.line or "",
        row.number,
        row.name,
        says.banner_of(checked.state, checked.code).word.of(language),
        checked.state if checked.code in ("", checked.state) else f"{checked.state}: {checked.code}",
        " ".join(part for part in told if part),
        row.award,
        date.fromisoformat(awarded) if awarded else "",
        date.fromisoformat(expires) if expires else "",
        (answer and answer.changed_on) or "",
        row.issuer,
        proved.index if proved else "",
        (answer and answer.log_size) or "",
        checked.checked_at.astimezone(BUSINESS_ZONE).replace(tzinfo=None, microsecond=0),
        checked.file_hash.hex() if checked.file_hash else "",
    ]


class CsvTable:
    """A result as CSV for spreadsheets: UTF-8 with a byte order mark, every cell quoted, CRLF (RFC 4180)."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language

    def head(self) -> bytes:
        """The byte order mark and the headings."""
        return b"\xef\xbb\xbf" + self._lines([[heading.of(self._language) for heading in _HEADINGS]])

    def rows(self, results: Iterable[Checked]) -> bytes:
        """The lines of these pieces."""
        return self._lines([_cells(checked, self._language) for checked in results])

    def _lines(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        out = io.StringIO(newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerows([_defused(cell) for cell in row] for row in rows)
        return out.getvalue().encode()


def _defused(cell: Cell) -> str:
    """A cell as text that can be written, and that no spreadsheet takes for a formula."""
    text = f"{cell:%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else str(cell)
    return defused(_UNWRITABLE.sub("\ufffd", text))


def workbook(results: Iterable[Checked], language: Language) -> bytes:
    """A result as an `.xlsx` workbook: days and numbers as such, everything else as text that is never calculated."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(says.RESULT.of(language))
    sheet.freeze_panes = "A2"
    for at, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(65 + at)].width = width
    sheet.append([_text_cell(sheet, heading.of(language), bold=True) for heading in _HEADINGS])
    for checked in results:
        cells = _cells(checked, language)
        sheet.append([_text_cell(sheet, cell) if isinstance(cell, str) else _typed(sheet, cell) for cell in cells])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, _UNWRITABLE.sub("\ufffd", text))
    if text:
        cell.data_type = "s"
    if is_formula(text):
        cell.quotePrefix = True  # it stays text where somebody edits it
    if bold:
        cell.font = Font(bold=True)
    return cell


def _typed(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


# --- JSON -----------------------------------------------------------------------------------------------------------


def understood_json(told: Understood) -> dict[str, Any]:
    """What was understood of a file."""
    return {
        "name": told.file,
        "kind": told.kind,
        "items": told.items,
        "encoding": told.encoding or None,
        "delimiter": told.delimiter or None,
        "sheet": told.sheet or None,
        "columns": {"number": told.columns[0], "name": told.columns[1]} if told.columns else None,
        "passed_over": list(told.passed_over),
    }


def checked_json(at: int, checked: Checked) -> dict[str, Any]:
    """What came of piece `at`, counted from 1."""
    place, row, remark = checked.item.place, row_of(checked), remark_of(checked)
    found = checked.answer is not None and checked.answer.shown is not None
    return {
        "type": "item",
        "at": at,
        "file": place.file or None,
        "line": place.line,
        "entry": place.entry,
        "number": row.number or None,
        "name": row.name or None,
        "state": checked.state,
        "code": checked.code or None,
        "sentence": says.banner_of(checked.state, checked.code).sentence.as_json(),
        "remark": remark.as_json() if remark else None,
        "detail": checked.detail or None,
        "matched": list(checked.matched),
        "signed": row.values,
        "sha256": checked.file_hash.hex() if checked.file_hash else None,
        "checked_at": checked.checked_at.isoformat(),
        "answer": links.link_answer(checked.answer).model_dump(mode="json") if found and checked.answer else None,
    }
