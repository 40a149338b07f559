"""The rows of an Excel workbook that has one sheet with anything on it.

Two readers: calamine for an office's own files, which is fast and lays a whole sheet out at once; openpyxl row by row
for a file that came over the network, where one cell in the last corner would make calamine ask for half a terabyte
(ADR 25).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import openpyxl
import python_calamine

COLUMNS: Final = 64
"""Columns of a sheet that came over the network."""
LAST_ROW: Final = 1_048_576
"""Of any sheet of Excel."""


class BadWorkbook(Exception):
    """A workbook that cannot be read; says why, to go on after the file's name."""


def sheet_rows(data: bytes) -> Sequence[Sequence[object]]:
    """The rows of the one sheet that holds anything, from the sheet's first row on. Raises BadWorkbook."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = [one.name for one in workbook.sheets_metadata if one.typ == python_calamine.SheetTypeEnum.WorkSheet]
        sheets = [workbook.get_sheet_by_name(name) for name in tables]
        filled = [sheet.to_python(skip_empty_area=False) for sheet in sheets if sheet.start is not None]
    except python_calamine.CalamineError as error:
        raise BadWorkbook(f"is not a readable Excel workbook: {error}") from None
    if len(filled) > 1:
        raise _several(len(filled))
    return filled[0] if filled else []


def guarded_rows(data: bytes) -> Iterator[Sequence[object]]:
    """The same rows of a workbook that is not to be trusted, one at a time. Raises BadWorkbook.

    What its parts come to unpacked is for the caller to bound.
    """
    try:
        with closing(open_workbook(data)) as book:
            filled = [sheet for sheet in book.worksheets if any(_has_any(row) for row in _rows(sheet))]
            if len(filled) > 1:
                raise _several(len(filled))
            for sheet in filled:
                yield from _rows(sheet)
    except BadWorkbook:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file leads it into
        raise BadWorkbook(f"is not a readable Excel workbook ({type(error).__name__})") from None


def open_workbook(data: bytes) -> Any:
    """A workbook to be read row by row, its formulas as the values that were saved with them."""
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)


def _rows(sheet: Any) -> Iterator[Sequence[object]]:
    sheet.reset_dimensions()  # a sheet may say that it is smaller than it is
    # A row may claim any number, and those before it are then made up.
    for row in sheet.iter_rows(max_row=LAST_ROW, values_only=True):
        if len(row) > COLUMNS and _has_any(row[COLUMNS:]):
            raise BadWorkbook(f"has a cell beyond its first {COLUMNS} columns")
        yield ["" if value is None else value for value in row[:COLUMNS]]


def _has_any(row: Sequence[object]) -> bool:
    return any(value is not None and value != "" for value in row)


def _several(count: int) -> BadWorkbook:
    return BadWorkbook(f"has {count} sheets that are not empty; leave one")


def cell_text(value: object) -> str:
    """A cell of Excel as the text that the same content has in a CSV file."""
    match value:
        case str():
            return value
        case bool():
            return str(value).upper()
        case int() | float():
            # Excel itself shows 15 digits. A longer number, an ID number typed as one, has lost its end: it keeps
            # the form with an exponent, which no column accepts.
            text = f"{value:.15g}"
            return format(Decimal(text), "f") if abs(value) < 1e15 else text
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date():
            return value.isoformat()
        case _:
            return str(value)
