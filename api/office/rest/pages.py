"""Lists by cursor: what a page of one is asked with, and how it ends."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Annotated, Final, TypeVar

from fastapi import Query
from pydantic import Field

from api.office.rest.answers import Told
from ledger.command_forms import BadForm
from ledger.register.paging import Page
from verifier.errors import Malformed

T = TypeVar("T")
MOST: Final = 100
"""Rows of the longest page."""
LONGEST_CURSOR: Final = 400
Cursor = Annotated[str, Query(max_length=LONGEST_CURSOR, description="What the page before gave as `next`.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page, at most.")]
Code = Annotated[str | None, Query(min_length=1, max_length=200)]
"""Something to choose by, whose value is a code."""
NEXT: Final = "What to give as `cursor` for the next page; null where this is the last."


class TotalTold(Told):
    """How many rows a list has; they are counted to a thousand."""

    count: int
    more: bool = Field(description="Whether there are more than were counted.")


class Listed(Told):
    """What every page of the register's lists has beside its rows."""

    next: str | None = Field(description=NEXT)
    total: TotalTold


def page_of(read: Callable[[str | None], Page[T]], cursor: str) -> Page[T]:
    """The page of a list behind a cursor; the first one for none. Raises BadForm for what is no cursor of that list."""
    try:
        return read(cursor or None)
    except Malformed:
        raise bad_cursor() from None


def bad_cursor() -> BadForm:
    """Of what this list never gave."""
    return BadForm("cursor", "what the page before gave as `next`")


def total_told(page: Page[T]) -> TotalTold:
    """The model of a list's total."""
    return TotalTold(count=page.total.count, more=page.total.more)


def cursor_after(number: int) -> str:
    """The cursor of a page that goes on behind what has this number."""
    return urlsafe_b64encode(number.to_bytes(8, "big")).decode().rstrip("=")


def number_behind(cursor: str) -> int | None:
    """The number that a page goes on behind; None for the first page. Raises BadForm for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        read = urlsafe_b64decode(cursor.encode("ascii") + b"=")
    except ValueError:
        read = b""
    if len(read) != 8 or read[0] & 0x80 or cursor_after(int.from_bytes(read, "big")) != cursor:
        raise bad_cursor()
    return int.from_bytes(read, "big")
