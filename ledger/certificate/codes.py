"""The two QR codes on paper (ISO/IEC 18004), each segment in the mode that packs it best (FORMATS §5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from ledger.certificate import symbol
from ledger.certificate.symbol import Level, Segment

QUIET_ZONE: Final = 4
"""Modules of white on every side (ISO/IEC 18004 §9.1)."""

_BLACK: Final = re.compile(rb"\x01+")


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code. `rows` holds its modules from the top left, true for black, without the quiet zone."""

    text: str
    version: int
    level: Level
    rows: tuple[tuple[bool, ...], ...]

    @property
    def modules(self) -> int:
        """Modules on a side, without the quiet zone."""
        return len(self.rows)

    @property
    def modules_with_quiet_zone(self) -> int:
        """Modules on a side, with the quiet zone on both ends."""
        return len(self.rows) + 2 * QUIET_ZONE

    def svg(self) -> str:
        """The code with its quiet zone as one path, black on white; one unit of the view box is one module."""
        side = self.modules_with_quiet_zone
        path = "".join(
            f"M{start} {y}h{length}v1h-{length}z"
            for y, row in enumerate(self.rows, QUIET_ZONE)
            for start, length in _runs(row)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
            f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path}"/></svg>'
        )

    def png(self, module_pixels: int) -> bytes:
        """The code with its quiet zone, each module a square of that many pixels."""
        if module_pixels < 1:
            raise ValueError(f"a module takes at least one pixel, not {module_pixels}")
        image = self._image()
        side = image.width * module_pixels
        return _png(image.resize((side, side), Image.Resampling.NEAREST), None)

    def png_at(self, dpi: int, module_mm: float) -> bytes:
        """The code as a printer or a browser would render it at that many dots an inch, grey where modules meet."""
        image = self._image()
        side = round(image.width * module_mm / 25.4 * dpi)
        if side < image.width:
            raise ValueError(f"{module_mm} mm at {dpi} dots an inch is less than a pixel a module")
        fine = image.resize((image.width * 16, image.width * 16), Image.Resampling.NEAREST)
        return _png(fine.resize((side, side), Image.Resampling.BOX), dpi)

    def _image(self) -> Image.Image:
        side = self.modules_with_quiet_zone
        margin = b"\xff" * QUIET_ZONE
        lines = [margin + bytes(0 if black else 255 for black in row) + margin for row in self.rows]
        blank = [b"\xff" * side] * QUIET_ZONE
        return Image.frombytes("L", (side, side), b"".join([*blank, *lines, *blank]))


def link_code(address: str) -> Code:
    """The code of a link address: the scheme in byte mode, the capitals behind it in alphanumeric mode."""
    scheme, slashes, rest = address.partition("//")
    if not slashes:
        raise ValueError(f"not a link address: {address!r}")
    host, slash, path = rest.partition("/")
    return make([Segment("byte", scheme + slashes), _best(host), Segment("alphanumeric", slash + path)])


def proof_code(address: str) -> Code:
    """The code of a proof address: the address up to the `#` in byte mode, the digits in numeric mode."""
    head, mark, digits = address.partition("#")
    if not mark:
        raise ValueError(f"not a proof address: {address[:40]!r}")
    return make([Segment("byte", head + mark), Segment("numeric", digits)])


def level_for(characters: int) -> Level:
    """Q up to 350 characters, M up to 1,000, L beyond: measured on blurred photographs (FORMATS §5)."""
    return "Q" if characters <= 350 else "M" if characters <= 1_000 else "L"


def make(segments: Sequence[Segment], level: Level | None = None) -> Code:
    """The smallest code for the segments, at the level for their length. Raises symbol.TooLong."""
    text = "".join(segment.text for segment in segments)
    level = level or level_for(len(text))
    version, rows = symbol.encode(segments, level)
    return Code(text, version, level, rows)


def _best(text: str) -> Segment:
    return Segment("alphanumeric" if all(c in symbol.ALPHANUMERIC for c in text) else "byte", text)


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Start (quiet zone included) and length of each run of black modules."""
    for run in _BLACK.finditer(bytes(row)):
        yield run.start() + QUIET_ZONE, run.end() - run.start()


def _png(image: Image.Image, dpi: int | None) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=False, **({"dpi": (dpi, dpi)} if dpi else {}))
    return out.getvalue()
