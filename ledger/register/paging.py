"""Pages of a list by cursor: where the next page begins is the last row's place in the order, not a number of rows."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from verifier import cbor
from verifier.errors import Malformed

T = TypeVar("T")

COUNTED: Final = 1000
"""Rows that a total counts at most; beyond it says that there are more."""
MOST_ROWS: Final = 500
"""Rows of the longest page."""


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a list has: exactly, or at least where `more` is set."""

    count: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list."""

    rows: tuple[T, ...]
    next: str | None
    """The cursor of the page after; None for the last one."""
    total: Total


def write_cursor(name: str, place: tuple[str, bytes]) -> str:
    """The cursor behind a row of a list: opaque, and of no use in another list."""
    return urlsafe_b64encode(cbor.encode([name, *place])).decode().rstrip("=")


def read_cursor(name: str, cursor: str) -> tuple[str, bytes]:
    """The place that a cursor of a list names. Raises Malformed for what this list did not give."""
    try:
        value: Any = cbor.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise Malformed("not a cursor") from None
    match value:
        case [str(of), str(day), bytes(key)] if of == name and "\x00" not in day:
            return day, key
        case _:
            raise Malformed(f"not a cursor of the list {name}")
