"""The pieces of an upload that are checked one by one, each with the place that it came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

ITEMS: Final = 1000
"""Rows and files of one upload."""

_SHOWN: Final = 200
_HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class TurnedAway(Exception):
    """A piece, or a whole file, that is not checked: a stable code, and what there is to say about this one."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


class TooManyItems(Exception):
    """The upload holds more than `ITEMS` rows and files together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece stands: the uploaded file, and in it a line of a table (from 1) or an entry of an archive."""

    file: str
    line: int | None = None
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A number with a name, as they stand in a table. Nothing of them is checked yet."""

    place: Place
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A PDF, a picture or a proof."""

    place: Place
    read: Callable[[], bytes]
    """Gives its bytes. Raises TurnedAway."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A piece that cannot be checked, with why."""

    place: Place
    reason: TurnedAway


Item = TypedRow | HeldFile | Unread


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of one uploaded file, for its sender to see."""

    file: str
    kind: Literal["csv", "xlsx", "zip", "file", "none"]
    items: int
    encoding: str = ""
    """Of a CSV file: `utf-8` or `gb18030`."""
    delimiter: str = ""
    sheet: str = ""
    columns: tuple[str, str] | None = None
    """Headings, or letters, of the columns that were taken for number and name."""
    passed_over: tuple[str, ...] = ()
    """Columns, sheets and entries that were not looked at."""


def visible(text: str) -> str:
    """A text of strangers for people: controls and what turns the writing direction show as `\\uXXXX`, and it ends."""
    shown = _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text[: _SHOWN + 1])
    return shown if len(text) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
