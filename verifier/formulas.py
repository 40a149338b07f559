"""Cells that no spreadsheet takes for a formula."""

from __future__ import annotations

from typing import Final

_BEGINNINGS: Final = tuple("=+-@\t\r\n＝＋－＠")
"""How a cell begins that a spreadsheet may calculate instead of showing it."""


def is_formula(text: str) -> bool:
    """Whether a cell begins like a formula."""
    return text.startswith(_BEGINNINGS)


def defused(text: str) -> str:
    """What begins like a formula gets an apostrophe before it (OWASP, CSV Injection)."""
    return f"'{text}" if is_formula(text) else text
