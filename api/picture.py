"""The way from an entry to the signed root, as a drawing: one row for each hash that the entry is joined with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from verifier.merkle import node_hash
from verifier.receipt import Included

_WIDTH: Final = 320
_ROW: Final = 46
_MARGIN: Final = 18
_OWN: Final = _WIDTH // 2
_LEFT: Final = 54
_RIGHT: Final = _WIDTH - _LEFT
_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A hash, by its first digits in hex. The places are those of its middle."""

    kind: str
    """`leaf`, `root`, `own` between the two, `other` for a neighbour out of the proof."""
    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """From a hash to the one that it goes into."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and lines with the drawing's size. The root is at the top."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]

    @property
    def neighbours(self) -> int:
        """How many hashes the entry is joined with."""
        return sum(box.kind == "other" for box in self.boxes)


def draw(leaf: bytes, included: Included, path: Sequence[bytes]) -> Picture | None:
    """The drawing of a path that was verified (RFC 9162 §2.1.3.2); None where it leads to another root."""
    place, last, node = included.index, included.size - 1, leaf
    y = _MARGIN + _ROW * len(path)
    boxes, lines = [Box("leaf", _OWN, y, _short(leaf))], []
    for other in path:
        left = bool(place & 1) or place == last
        node = node_hash(other, node) if left else node_hash(node, other)
        if left:
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        side = _LEFT if left else _RIGHT
        boxes += [Box("other", side, y, _short(other)), Box("own", _OWN, y - _ROW, _short(node))]
        lines += [Line(_OWN, y, _OWN, y - _ROW), Line(side, y, _OWN, y - _ROW)]
        place, last, y = place >> 1, last >> 1, y - _ROW
    if node != included.root:
        return None
    top = boxes.pop()
    boxes.append(Box("root", top.x, top.y, top.text))
    return Picture(_WIDTH, 2 * _MARGIN + _ROW * len(path), tuple(boxes), tuple(lines))


def _short(node: bytes) -> str:
    return node.hex()[:_DIGITS]
