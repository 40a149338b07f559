"""Where two pictures of one page differ, told apart from the noise that another writer's rounding leaves.

The measure, at 144 dots an inch and in each colour by itself, of 0 to 255:

1. *Strokes.* How far a pixel of one picture lies outside the range of the other picture's pixel at the same place and
   its eight neighbours, in either direction. A stroke that moved by less than a pixel gives little; one that is new,
   gone or of another colour gives about its contrast. More than `STROKE` differs.
2. *Ground.* Where one picture is flat, three pixels far in every direction, no edge can have moved to: there the other
   picture may be only `GROUND` apart. That finds what is too faint for (1): veils, tints, writing in light grey.

Marks fall on cells of 8 by 8 pixels, 1.4 mm; marked cells with at most two cells between them are one region.
What was measured, and so where the limits lie: docs/adr/0029-an-edited-pdf-is-found-by-drawing-it-again.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PIL import Image, ImageChops

DOTS_PER_INCH: Final = 144
STROKE: Final = 128
"""How far a pixel may lie outside the range of its neighbourhood."""
GROUND: Final = 16
"""How far a pixel may be from flat ground."""
CELL: Final = 8
"""Side of a cell in pixels."""

_FLAT: Final = 4
_FLAT_REACH: Final = 3
_MARGIN: Final = CELL
_NEAR: Final = 3
_WHOLE: Final = 0.25
"""The share of marked cells from which on the page as a whole is another one: a scan, a page that was moved."""

Picture = Image.Image
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are outside."""
Cell = tuple[int, int]


def differing(one: Picture, other: Picture) -> list[Box]:
    """The regions in which two pictures of the same size and of mode RGB differ, from top to bottom."""
    changed = ImageChops.difference(one, other).getbbox()
    if changed is None:
        return []
    # Beyond what is nearest to any difference there is nothing to measure. Cells stay where they are on the page.
    left, top = (max(side - _MARGIN, 0) // CELL for side in changed[:2])
    place = CELL * left, CELL * top, min(changed[2] + _MARGIN, one.width), min(changed[3] + _MARGIN, one.height)
    one_part, other_part = one.crop(place), other.crop(place)
    marked = ImageChops.lighter(
        strokes(one_part, other_part).point(lambda value: 255 if value > STROKE else 0),
        ground(one_part, other_part).point(lambda value: 255 if value > GROUND else 0),
    ).reduce(CELL)
    width = marked.width
    return regions(
        ((left + at % width, top + at // width) for at, value in enumerate(marked.tobytes()) if value), one.size
    )


def strokes(one: Picture, other: Picture) -> Picture:
    """(1), the larger of the colours, in shades of grey."""
    return _largest(ImageChops.lighter(_outside(one, other), _outside(other, one)))


def ground(one: Picture, other: Picture) -> Picture:
    """(2), in shades of grey; black where neither picture is flat."""
    apart = _largest(ImageChops.difference(one, other))
    return ImageChops.darker(apart, ImageChops.lighter(_flat(one), _flat(other)))


def regions(cells: Iterable[Cell], size: tuple[int, int]) -> list[Box]:
    """The boxes around marked cells that lie near one another; the whole page where very many are marked."""
    left_over = set(cells)
    if len(left_over) > _WHOLE * size[0] * size[1] / CELL**2:
        return [(0, 0, *size)]
    found = []
    while left_over:
        group = _grown(left_over)
        columns, rows = [x for x, _ in group], [y for _, y in group]
        box = CELL * min(columns), CELL * min(rows), CELL * max(columns) + CELL, CELL * max(rows) + CELL
        found.append((*box[:2], min(box[2], size[0]), min(box[3], size[1])))
    return sorted(found, key=lambda box: (box[1], box[0]))


def _grown(left_over: set[Cell]) -> list[Cell]:
    """One group of near cells, taken out of those that are left over."""
    waiting, group = [left_over.pop()], []
    reach = range(-_NEAR, _NEAR + 1)
    while waiting:
        x, y = waiting.pop()
        group.append((x, y))
        near = {(x + dx, y + dy) for dx in reach for dy in reach} & left_over
        left_over -= near
        waiting.extend(near)
    return group


def _outside(one: Picture, other: Picture) -> Picture:
    """How far each pixel of one picture lies outside what the other has at the same place and around it."""
    lightest, darkest = _around(other, ImageChops.lighter), _around(other, ImageChops.darker)
    return ImageChops.lighter(ImageChops.subtract(one, lightest), ImageChops.subtract(darkest, one))


def _around(picture: Picture, choose: Callable[[Picture, Picture], Picture]) -> Picture:
    """Of each pixel and its eight neighbours the one chosen, colour by colour: first along rows, then columns."""
    for dx, dy in ((1, 0), (0, 1)):
        picture = choose(choose(picture, _moved(picture, dx, dy)), _moved(picture, -dx, -dy))
    return picture


def _moved(picture: Picture, dx: int, dy: int) -> Picture:
    """The picture moved by one pixel; what nothing moves into stays as it was."""
    moved = picture.copy()
    moved.paste(picture, (dx, dy))
    return moved


def _flat(picture: Picture) -> Picture:
    """White where a picture is of one colour as far as `_FLAT_REACH` in every direction, black elsewhere."""
    lightest = darkest = picture
    for _ in range(_FLAT_REACH):
        lightest, darkest = _around(lightest, ImageChops.lighter), _around(darkest, ImageChops.darker)
    return _largest(ImageChops.difference(lightest, darkest)).point(lambda value: 255 if value <= _FLAT else 0)


def _largest(picture: Picture) -> Picture:
    red, green, blue = picture.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)
