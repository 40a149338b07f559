"""One cell: from the text of a file to its normal form and its typed value (DOMAIN.md "Rows that are turned away")."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.intake.choices import CHOICES
from ledger.intake.headers import Column, Content

_BLANKS: Final = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\ufeff\u200b"
_DIGITS: Final = {0xFF10 + digit: 0x30 + digit for digit in range(10)}
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_DATE: Final = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})(?: 0?0:00(?::00)?)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_NUMBER: Final = re.compile(r"0*([0-9]{1,30})(?:\.([0-9]{1,60}))?")
_WHOLE: Final = re.compile(r"0*([0-9]{1,15})(?:\.0+)?")
_RESIDENT_ID_WITH_SMALL_X: Final = re.compile(r"[0-9]{17}x")


_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Controls, line ends and overrides of the writing direction: no paper can show them, and some make it show a lie."""


class Cell(NamedTuple):
    """A cell that was read. `text` is the normal form, equal for every way in which the same content is written.

    `value` is None for an empty cell; `fault` is the code of the row if the value is not what the column holds,
    `unknown-value` for a word that is not in the column's list.
    """

    text: str
    value: object
    fault: str | None


EMPTY: Final = Cell("", None, None)


def cell_reader(column: Column) -> Callable[[str], Cell]:
    """The function that reads the cells of a column."""
    if column.content is Content.CHOICE:
        words = CHOICES[column.choices]
        return lambda raw: _choice(raw, words)
    return _READERS[column.content]


def cell_of(content: Content, raw: str) -> Cell:
    """A cell of a column that holds no fixed list, such as a field of a form: by the rules of a pack's cells."""
    return _READERS[content](raw)


def _text(raw: str) -> Cell:
    text = raw.translate(_DIGITS).strip(_BLANKS)
    return Cell(text, text, "unknown-value" if _UNPRINTABLE.search(text) else None) if text else EMPTY


def _code(raw: str) -> Cell:
    text = raw if raw.isascii() else raw.translate(_FULL_WIDTH)
    text = text.strip(_BLANKS)
    return Cell(text, text, None) if text else EMPTY


def _id_number(raw: str) -> Cell:
    cell = _code(raw)
    if _RESIDENT_ID_WITH_SMALL_X.fullmatch(cell.text):
        return Cell(cell.text.upper(), cell.text.upper(), None)
    return cell


def _date(raw: str) -> Cell:
    text = _code(raw).text
    if not text:
        return EMPTY
    found = _DATE.fullmatch(text)
    try:
        if found and _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
            value = date(int(found[1]), int(found[3]), int(found[4]))
            return Cell(value.isoformat(), value, None)
    except ValueError:
        pass
    return Cell(text, text, "bad-date")


def _decimal(raw: str, fault: str, accepts: Callable[[Decimal], bool]) -> Cell:
    """A plain decimal number: no sign, no exponent, no words. Its normal form has no needless zeros."""
    text = _code(raw).text
    if not text:
        return EMPTY
    found = _NUMBER.fullmatch(text)
    if found:
        fraction = (found[2] or "").rstrip("0")
        plain = f"{found[1]}.{fraction}" if fraction else found[1]
        value = Decimal(plain)
        if accepts(value):
            return Cell(plain, value, None)
    return Cell(text, text, fault)


def _score(raw: str) -> Cell:
    return _decimal(raw, "bad-score", lambda score: score <= 100)


def _hours(raw: str) -> Cell:
    return _decimal(raw, "bad-hours", lambda hours: hours > 0)


def _whole(raw: str, least: int) -> Cell:
    text = _code(raw).text
    if not text:
        return EMPTY
    found = _WHOLE.fullmatch(text)
    if found and int(found[1]) >= least:
        return Cell(found[1], int(found[1]), None)
    return Cell(text, text, "bad-number")


def _choice(raw: str, words: dict[str, str]) -> Cell:
    text = _code(raw).text
    value = words.get(text)
    if value is None:
        return Cell(text, text, "unknown-value") if text else EMPTY
    return Cell(value, value, None) if value else EMPTY


_READERS: Final[dict[Content, Callable[[str], Cell]]] = {
    Content.TEXT: _text,
    Content.CODE: _code,
    Content.ID_NUMBER: _id_number,
    Content.DATE: _date,
    Content.SCORE: _score,
    Content.HOURS: _hours,
    Content.ATTEMPT: lambda raw: _whole(raw, 1),
    Content.COUNT: lambda raw: _whole(raw, 0),
}
