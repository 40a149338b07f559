"""Bars as inline SVG, readable without colour, without a script and on paper. The numbers stand in a table beside."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

_WIDTH: Final = 640
_LABEL: Final = 210
"""Width of the labels of lying bars."""
_ROW: Final = 22
_HEIGHT: Final = 200
"""Of standing bars, without their labels."""
_LABELS: Final = 9
"""Standing bars that are labelled, at most."""
_EDGE: Final = 30
"""Half the width of such a label."""


def lying(name: str, title: str, description: str, values: Mapping[str, int]) -> str:
    """A bar a row, the label before it and the number behind. `name` is the chart's own in the page."""
    most = max(values.values(), default=1)
    room = _WIDTH - _LABEL - 90
    parts = []
    for row, (label, value) in enumerate(values.items()):
        y, length = row * _ROW, max(1, round(room * value / most))
        parts.append(
            f'<text x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(_short(label, 30))}</text>'
            f'<rect x="{_LABEL}" y="{y + 3}" width="{length}" height="{_ROW - 7}"/>'
            f'<text x="{_LABEL + length + 6}" y="{y + 15}">{value:,}</text>'
        )
    return _svg(name, title, description, len(values) * _ROW, parts)


def standing(name: str, title: str, description: str, values: Mapping[str, int]) -> str:
    """A bar a column from left to right, as many of them labelled as there is room for; the highest with its number."""
    most = max(values.values(), default=1)
    wide = _WIDTH / max(len(values), 1)
    every = -(-len(values) // _LABELS)
    parts = [f'<line x1="0" y1="{_HEIGHT}" x2="{_WIDTH}" y2="{_HEIGHT}"/>']
    told = False
    for column, (label, value) in enumerate(values.items()):
        x, high = column * wide, max(1, round((_HEIGHT - 20) * value / most))
        thick = min(wide * 0.8, 48)
        parts.append(
            f'<rect x="{x + (wide - thick) / 2:.1f}" y="{_HEIGHT - high}" width="{thick:.1f}" height="{high}"/>'
        )
        middle = min(max(x + wide / 2, _EDGE), _WIDTH - _EDGE)
        if column % every == 0 and (column == 0 or _EDGE * 3 < middle < _WIDTH - _EDGE):
            parts.append(
                f'<text x="{middle:.1f}" y="{_HEIGHT + 16}" text-anchor="middle">{escape(_short(label, 10))}</text>'
            )
        if value == most and not told:
            told = True
            parts.append(f'<text x="{middle:.1f}" y="{_HEIGHT - high - 5}" text-anchor="middle">{value:,}</text>')
    return _svg(name, title, description, _HEIGHT + 24, parts)


def _svg(name: str, title: str, description: str, height: int, parts: list[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{name}-title {name}-words">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-words">{escape(description)}</desc>'
        + "".join(parts)
        + "</svg>"
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
