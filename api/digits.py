"""Whole numbers in addresses, forms and headers, where anybody may write anything."""

from __future__ import annotations

from typing import Final

LOG_DIGITS: Final = 18
"""Digits of an index or a size that are read: every database can be asked for such a number."""


def whole(text: str, digits: int = LOG_DIGITS) -> int | None:
    """A whole number from 0 in ASCII digits, that many at most; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
