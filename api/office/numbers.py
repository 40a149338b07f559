"""Hours and scores as pages show them: exactly, without needless zeros."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def plain(value: Decimal | Fraction | int) -> str:
    """A number that has a decimal expansion, in plain notation."""
    exact = Fraction(value)
    text = f"{Decimal(exact.numerator) / Decimal(exact.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
