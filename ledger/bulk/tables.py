"""Numbers and names out of a table: CSV as offices save it, or an `.xlsx` workbook.

A workbook is read row by row with openpyxl: calamine, which reads packs, lays a whole sheet out at once, and a file of
5 KB with one cell in the last corner makes it ask for half a terabyte (ADR 25).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any, Final

from ledger.bulk import archives
from ledger.bulk.items import ITEMS, Item, Place, TooManyItems, TurnedAway, TypedRow, Understood, Unread, visible
from ledger.intake.files import PackError, decoded, is_blank
from ledger.intake.headers import heading_key
from ledger.intake.workbooks import LAST_ROW, cell_text, open_workbook
from verifier.address import check_number
from verifier.errors import Malformed

TABLE_BYTES: Final = 8 * 1024 * 1024
"""Of the largest table that is read."""
UNPACKED_BYTES: Final = 64 * 1024 * 1024
"""Of the largest workbook, its parts unpacked."""
COLUMNS: Final = 64
"""Columns that are looked at."""

NUMBER_HEADINGS: Final = (
    "number",
    "certificate number",
    "certificate no.",
    "certificate no",
    "cert no",
    "no.",
    "编号",
    "证书编号",
    "证书号",
    "证书号码",
    "번호",
    "증명서 번호",
    "인증서 번호",
)
NAME_HEADINGS: Final = (
    "name",
    "holder",
    "holder's name",
    "full name",
    "姓名",
    "持有人",
    "持有人姓名",
    "이름",
    "성명",
    "보유자 성명",
)

_DELIMITERS: Final = ",;\t"
_NAMED_DELIMITER: Final = re.compile(r"sep=(.)\r?\n", re.I)
_WIDEST: Final = 32_768
"""Characters of the longest cell that is looked at."""

Line = tuple[int, list[str]]
"""A line's number, from 1, and its cells."""


def read_csv(name: str, data: bytes) -> tuple[Understood, list[Item]]:
    """The rows of a CSV file. Raises TurnedAway for what is none, TooManyItems."""
    _check_size(data)
    try:
        text, encoding = decoded(name, data)
    except PackError as error:
        raise TurnedAway("bad-table", error.reason) from None
    if "\0" in text:
        raise TurnedAway("bad-table", f"line {text.count(chr(10), 0, text.index(chr(0))) + 1} holds a NUL character")
    skipped = 0
    if found := _NAMED_DELIMITER.match(text):
        delimiter, skipped, text = found[1], 1, text[found.end() :]
    else:
        delimiter = _delimiter(text)
    columns, passed_over, items = _read(name, _csv_lines(text, delimiter, skipped))
    told = Understood(name, "csv", len(items), encoding, delimiter, columns=columns, passed_over=passed_over)
    return told, items


def read_workbook(name: str, data: bytes) -> tuple[Understood, list[Item]]:
    """The rows of the first sheet of a workbook that has a number and a name. Raises TurnedAway, TooManyItems."""
    _check_size(data)
    archives.check_unpacked(data, UNPACKED_BYTES)
    try:
        with closing(open_workbook(data)) as book:
            return _sheet_of(name, book)
    except (TurnedAway, TooManyItems):
        raise
    except Exception as error:  # openpyxl raises whatever a broken file leads it into
        raise TurnedAway("bad-table", f"no readable Excel workbook ({type(error).__name__})") from None


def _sheet_of(name: str, book: Any) -> tuple[Understood, list[Item]]:
    refusal: TurnedAway | None = None
    for sheet in book.worksheets:
        try:
            columns, passed_over, items = _read(name, _sheet_lines(sheet))
        except TurnedAway as reason:
            refusal = refusal if refusal and refusal.code != "empty" else reason
            continue
        others = (visible(other.title) for other in book.worksheets if other is not sheet)
        passed_over = (*passed_over, *others)
        title = visible(sheet.title)
        return Understood(name, "xlsx", len(items), sheet=title, columns=columns, passed_over=passed_over), items
    raise refusal or TurnedAway("empty")


def _check_size(data: bytes) -> None:
    if len(data) > TABLE_BYTES:
        raise TurnedAway("too-large", f"{len(data)} bytes; a table has at most {TABLE_BYTES}")


def _delimiter(text: str) -> str:
    """The one that the first line that is not blank has most of, outside quotes."""
    first = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=bare.count)


def _csv_lines(text: str, delimiter: str, skipped: int) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            yield before + 1 + skipped, cells
            before = reader.line_num
    except csv.Error as error:
        raise TurnedAway("bad-table", f"line {before + 1 + skipped} is not CSV: {error}") from None


def _sheet_lines(sheet: Any) -> Iterator[Line]:
    # A row may claim any number, and those before it are then made up.
    rows = sheet.iter_rows(max_row=LAST_ROW, max_col=COLUMNS, values_only=True)
    for line, row in enumerate(rows, start=1):
        yield line, ["" if value is None else cell_text(value) for value in row]


def _read(name: str, lines: Iterable[Line]) -> tuple[tuple[str, str], tuple[str, ...], list[Item]]:
    """What the columns are called, which are passed over, and the rows. Raises TurnedAway, TooManyItems."""
    filled = ((line, cells[:COLUMNS]) for line, cells in lines if not is_blank(cells))
    first = next(filled, None)
    if first is None:
        raise TurnedAway("empty")
    number, holder, headed = _columns(first[1])
    found = [_row(name, line, cells, number, holder) for line, cells in islice(filled, ITEMS + 1)]
    if not headed:
        found.insert(0, _row(name, *first, number, holder))
    if not found:
        raise TurnedAway("empty")
    if len(found) > ITEMS:
        raise TooManyItems
    titles = first[1] if headed else [f"({chr(65 + at)})" for at in range(len(first[1]))]
    passed_over = tuple(
        visible(title.strip()) for at, title in enumerate(titles) if at not in (number, holder) and title.strip()
    )
    return (visible(titles[number].strip()), visible(titles[holder].strip())), passed_over, found


def _columns(first: Sequence[str]) -> tuple[int, int, bool]:
    """Where number and name stand, and whether the first row is a header. Raises TurnedAway."""
    keys = [heading_key(title) for title in first]
    numbers, names = (
        [at for at, key in enumerate(keys) if key in {heading_key(heading) for heading in headings}]
        for headings in (NUMBER_HEADINGS, NAME_HEADINGS)
    )
    if len(numbers) == len(names) == 1:
        return numbers[0], names[0], True
    filled = [at for at, cell in enumerate(first) if cell.strip()]
    right = [at for at in filled if _is_number(first[at])]
    if len(filled) == 2 and len(right) == 1:
        return right[0], next(at for at in filled if at != right[0]), False
    raise TurnedAway("unknown-columns", ", ".join(visible(title.strip()) for title in first if title.strip()))


def _row(name: str, line: int, cells: Sequence[str], number: int, holder: int) -> Item:
    place = Place(name, line)
    typed, held = (cells[at].strip()[:_WIDEST] if at < len(cells) else "" for at in (number, holder))
    if not typed:
        return Unread(place, TurnedAway("number-missing"))
    return TypedRow(place, typed, held)


def _is_number(text: str) -> bool:
    try:
        check_number(text)
    except Malformed:
        return False
    return True
