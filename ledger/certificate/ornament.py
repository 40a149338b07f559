"""Line ornament drawn from a name: guilloche of cosines, as vector paths. It identifies a base; it proves nothing.

The same name gives the same lines. Nothing here imitates a seal: no text, no star, no red.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

Curve = Callable[[float], tuple[float, float]]
"""A place for each parameter."""

_TURN: Final = 2 * math.pi
_ROSETTE: Final = 2_000
"""Units on a side of a rosette's view box."""
_RINGS: Final = ((810.0, 150.0), (530.0, 170.0), (250.0, 140.0))
"""Of a rosette: middle radius and swing."""
_UNITS: Final = 50
"""Of the frame, a millimetre."""
_STEPS: Final = 4
"""Pieces of a cubic spline for each wave of a cosine: the eye sees no corner."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one kind of award, as in CSS: text and dark lines, bright lines, labels, and lines behind text."""

    ink: str
    metal: str
    faint: str
    tint: str


_THEMES: Final = {
    "certificate": Theme(ink="#1b2540", metal="#a07c35", faint="#4d5568", tint="#ece5d6"),
    "title": Theme(ink="#123a33", metal="#2f7d6b", faint="#465a55", tint="#dce8e3"),
}
FRAME: Final = (194.0, 281.0)
"""Width and height of the frame in millimetres."""
BAND: Final = 6.0
"""Millimetres over which the frame's lines swing."""


@lru_cache(maxsize=64)
def of(name: str, kind: str) -> dict[str, Any]:
    """Colours and drawings of a page by their place in the template: frame, corner, emblem, and what lies behind."""
    theme = _THEMES[kind]
    return {
        "ink": theme.ink,
        "metal": theme.metal,
        "faint": theme.faint,
        "frame": _frame(name, theme.ink, theme.metal),
        "corner": _rosette(name, (theme.ink, theme.metal), 24, (7, 4)),
        "emblem": _rosette(name + kind, (theme.metal, theme.ink), 10, (15, 8, 5)),
        "behind": _rosette(name + kind, (theme.tint, theme.tint), 4, (21, 11, 7)),
    }


def _rosette(name: str, colours: tuple[str, str], width: int, lobes: tuple[int, ...]) -> str:
    """A round ornament in a square view box: rings from the outside in, each of so many lobes or a few more.

    `width` is that of its lines, in units.
    """
    drawn = sha256(name.encode()).digest()
    paths = []
    for at, least in enumerate(lobes):
        waves, strands = least + drawn[at] % 4, 4
        ring = (_path(_ring(*_RINGS[at], waves, _TURN * n / strands), waves * _STEPS) for n in range(strands))
        paths.append(_stroked(ring, colours[at % 2], width))
    paths.append(_stroked([_path(_ring(990, 0, 1, 0), 12)], colours[0], width))
    return _svg(_ROSETTE, _ROSETTE, paths)


def _frame(name: str, dark: str, light: str) -> str:
    """A border. Each side has whole waves, so that strands meet in the corners."""
    width, height, band = (_UNITS * side for side in (*FRAME, BAND))
    half = band / 2
    wave = _UNITS * (11 + sha256(name.encode()).digest()[4] % 3)
    across, down = (round((side - band) / wave) for side in (width, height))
    sides = [
        ((half, half), (width - band, 0.0), across),
        ((width - half, half), (0.0, height - band), down),
        ((width - half, height - half), (band - width, 0.0), across),
        ((half, height - half), (0.0, band - height), down),
    ]
    paths = []
    for strands, swing, colour in ((4, 0.46 * band, light), (2, 0.26 * band, dark)):
        strokes = (
            _path(_side(start, along, waves, swing, _TURN * strand / strands), waves * _STEPS)
            for strand in range(strands)
            for start, along, waves in sides
        )
        paths.append(_stroked(strokes, colour, 0.18 * _UNITS))
    return _svg(width, height, paths)


def _ring(middle: float, swing: float, waves: int, phase: float) -> Curve:
    centre = _ROSETTE / 2

    def place(t: float) -> tuple[float, float]:
        radius = middle + swing * math.cos(_TURN * waves * t + phase)
        return centre + radius * math.cos(_TURN * t), centre + radius * math.sin(_TURN * t)

    return place


def _side(start: tuple[float, float], along: tuple[float, float], waves: int, swing: float, phase: float) -> Curve:
    length = math.hypot(*along)
    across = (-along[1] / length, along[0] / length)

    def place(t: float) -> tuple[float, float]:
        off = swing * math.cos(_TURN * waves * t + phase)
        return start[0] + along[0] * t + across[0] * off, start[1] + along[1] * t + across[1] * off

    return place


def _path(curve: Curve, steps: int) -> str:
    """The curve from 0 to 1 as cubic splines through `steps` points, with the directions that it has there.

    In whole units: what a line needs in the file is mostly digits.
    """
    near = 1e-4
    spots = []
    for step in range(steps + 1):
        t = step / steps
        (x, y), (x0, y0), (x1, y1) = curve(t), curve(t - near), curve(t + near)
        reach = 6 * near * steps
        spots.append((x, y, (x1 - x0) / reach, (y1 - y0) / reach))
    x, y, _, _ = spots[0]
    pieces = [f"M{x:.0f} {y:.0f}"]
    for (xa, ya, dxa, dya), (xb, yb, dxb, dyb) in pairwise(spots):
        places = (xa + dxa, ya + dya, xb - dxb, yb - dyb, xb, yb)
        pieces.append("C" + " ".join(f"{value:.0f}" for value in places))
    return "".join(pieces)


def _stroked(paths: Iterable[str], colour: str, width: float) -> str:
    return f'<path fill="none" stroke="{colour}" stroke-width="{width}" d="{"".join(paths)}"/>'


def _svg(width: float, height: float, paths: list[str]) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}">{"".join(paths)}</svg>'
