"""Bars drawn on the server as SVG, with a title and a description; the numbers stand in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LABEL, WIDE, TALL, GAP = 250, 460, 18, 6
"""Of the labels' column, the longest bar, one bar, and between two rows."""
MOST: Final = 40
"""Rows that are drawn; the table has all."""
MARKS: Final = ("bar-1", "bar-2", "bar-3", "bar-4")
"""Classes of the bars of one row, told apart by shade and by their order."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar as the template draws it."""

    y: int
    width: float
    mark: str
    value: int


@dataclass(frozen=True, slots=True)
class Row:
    """A label and its bars."""

    label: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows of bars, to scale."""

    rows: tuple[Row, ...]
    height: int
    left_out: int
    """Rows that are in the table and not drawn."""

    @property
    def width(self) -> int:
        """Of the whole drawing, room for the numbers included."""
        return LABEL + WIDE + 60


def chart(rows: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """A chart of labels with as many numbers each; the longest bar is the largest number."""
    drawn, y = [], GAP
    longest = max((value for _, values in rows[:MOST] for value in values), default=0) or 1
    for label, values in rows[:MOST]:
        bars = tuple(
            Bar(y + n * TALL, round(WIDE * value / longest, 1), MARKS[n], value) for n, value in enumerate(values)
        )
        drawn.append(Row(label, y + len(values) * TALL // 2 + 5, bars))
        y += len(values) * TALL + GAP * 2
    return Chart(tuple(drawn), y, max(0, len(rows) - MOST))
