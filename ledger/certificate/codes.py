"""The two QR codes on paper (ISO/IEC 18004), each segment in the mode that packs it best (FORMATS §5).

`qrcode` draws the fixed patterns. Its own encoder takes 40 ms for a proof code, so codewords are made and placed here,
in 3 ms (a test compares the two for every version and level).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Final, Literal

from PIL import Image
from qrcode import QRCode
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q

Level = Literal["L", "M", "Q"]
Mode = Literal["numeric", "alphanumeric", "byte"]

QUIET_ZONE: Final = 4
"""Modules of white on every side (ISO/IEC 18004 §9.1)."""

_MASK: Final = 2
"""One mask for all: trying eight costs more time than the best of them saves reading errors."""

_BLACK: Final = re.compile(rb"\x01+")
_LEVELS: Final[dict[Level, int]] = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
_ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_INDICATOR: Final[dict[Mode, int]] = {"numeric": 1, "alphanumeric": 2, "byte": 4}
# Bits of the character count in versions 1 to 9, 10 to 26 and 27 to 40 (ISO/IEC 18004 table 3).
_COUNT_BITS: Final[dict[Mode, tuple[int, int, int]]] = {
    "numeric": (10, 12, 14),
    "alphanumeric": (9, 11, 13),
    "byte": (8, 16, 16),
}


class TooLong(ValueError):
    """The text fits into no QR code of its level."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters in one mode."""

    mode: Mode
    text: str


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
    """The smallest code for the segments. Raises TooLong."""
    segments = _merged(segments)
    text = "".join(segment.text for segment in segments)
    level = level or level_for(len(text))
    contents = [_content(segment) for segment in segments]
    for version in range(1, 41):
        # A count that its width cannot hold is that of more characters than the version's capacity.
        size = sum(4 + _count_bits(s.mode, version) + len(c) for s, c in zip(segments, contents, strict=True))
        if size <= _capacity(version, level):
            bits = "".join(_head(s, version) + c for s, c in zip(segments, contents, strict=True))
            return Code(text, version, level, _layout(version, level, _codewords(bits, version, level)))
    raise TooLong(f"{len(text)} characters fit into no QR code of level {level}")


def _best(text: str) -> Segment:
    return Segment("alphanumeric" if all(c in _ALPHANUMERIC for c in text) else "byte", text)


def _merged(segments: Sequence[Segment]) -> list[Segment]:
    """The segments with neighbours of one mode joined, so that each mode's header is paid once."""
    merged: list[Segment] = []
    for segment in segments:
        if merged and merged[-1].mode == segment.mode:
            merged[-1] = Segment(segment.mode, merged[-1].text + segment.text)
        elif segment.text:
            merged.append(segment)
    return merged


def _count_bits(mode: Mode, version: int) -> int:
    return _COUNT_BITS[mode][0 if version < 10 else 1 if version < 27 else 2]


def _head(segment: Segment, version: int) -> str:
    """Mode and character count of a segment (ISO/IEC 18004 §7.4)."""
    count = len(segment.text.encode("utf-8"))
    return f"{_INDICATOR[segment.mode]:04b}{count:0{_count_bits(segment.mode, version)}b}"


def _content(segment: Segment) -> str:
    text = segment.text
    match segment.mode:
        case "numeric":
            parts = (text[at : at + 3] for at in range(0, len(text), 3))
            return "".join(f"{int(part):0{(4, 7, 10)[len(part) - 1]}b}" for part in parts)
        case "alphanumeric":
            values = [_ALPHANUMERIC.index(c) for c in text]
            pairs = (values[at : at + 2] for at in range(0, len(values), 2))
            return "".join(f"{p[0] * 45 + p[1]:011b}" if len(p) == 2 else f"{p[0]:06b}" for p in pairs)
        case "byte":
            return "".join(f"{byte:08b}" for byte in text.encode("utf-8"))


@lru_cache(maxsize=160)
def _blocks(version: int, level: Level) -> tuple[tuple[int, int], ...]:
    """Data and error correction codewords of each block, in order (ISO/IEC 18004 table 9)."""
    return tuple((b.data_count, b.total_count - b.data_count) for b in rs_blocks(version, _LEVELS[level]))


def _capacity(version: int, level: Level) -> int:
    return 8 * sum(data for data, _ in _blocks(version, level))


def _codewords(bits: str, version: int, level: Level) -> list[int]:
    """Terminator, padding and error correction, the blocks interleaved (ISO/IEC 18004 §7.4.10, §7.5, §7.6)."""
    blocks = _blocks(version, level)
    size = sum(data for data, _ in blocks)
    bits += "0" * min(4, 8 * size - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    data += bytes((0xEC, 0x11)[at % 2] for at in range(size - len(data)))
    parts, checks, start = [], [], 0
    for length, correction in blocks:
        part = data[start : start + length]
        start += length
        parts.append(part)
        checks.append(_correction(part, correction))
    return [*_interleaved(parts), *_interleaved(checks)]


def _interleaved(blocks: list[bytes]) -> list[int]:
    longest = max(len(block) for block in blocks)
    return [block[at] for at in range(longest) for block in blocks if at < len(block)]


def _correction(data: bytes, length: int) -> bytes:
    """The remainder of `data` · x^length by the generator polynomial, one table look-up a byte."""
    multiples, shift, mask = _multiples(length), 8 * (length - 1), (1 << 8 * length) - 1
    remainder = 0
    for byte in data:
        remainder = (remainder << 8 & mask) ^ multiples[remainder >> shift ^ byte]
    return remainder.to_bytes(length, "big")


@lru_cache(maxsize=40)
def _multiples(length: int) -> tuple[int, ...]:
    """Every multiple of the generator polynomial of that degree, without its leading term, as one integer each."""
    generator = [1]
    root = 1
    for _ in range(length):
        shifted = [*generator, 0]
        for at, coefficient in enumerate(generator, 1):
            shifted[at] ^= _times(coefficient, root)
        generator = shifted
        root = _times(root, 2)
    tail = generator[1:]
    return tuple(int.from_bytes(bytes(_times(factor, c) for c in tail), "big") for factor in range(256))


def _times(a: int, b: int) -> int:
    """Multiplication in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1 (ISO/IEC 18004 §7.5.2)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _layout(version: int, level: Level, codewords: list[int]) -> tuple[tuple[bool, ...], ...]:
    """The symbol: that of codewords which are all zero, with each data module flipped whose bit is one."""
    blank, path = _blank(version, level)
    side = 4 * version + 17
    modules = bytearray(blank)
    for at, bit in zip(path, "".join(f"{word:08b}" for word in codewords), strict=True):
        if bit == "1":
            modules[at] ^= 1
    return tuple(tuple(map(bool, modules[at : at + side])) for at in range(0, side * side, side))


@lru_cache(maxsize=160)
def _blank(version: int, level: Level) -> tuple[bytes, tuple[int, ...]]:
    """The symbol of codewords which are all zero, and the places of the data modules in the order of their bits.

    Data modules are those in which it differs from the symbol of all ones (ISO/IEC 18004 §7.7.3 gives the order).
    """
    count = sum(data + correction for data, correction in _blocks(version, level))
    zeros, ones = (_drawn(version, level, [word] * count) for word in (0x00, 0xFF))
    side = 4 * version + 17
    path: list[int] = []
    rows = range(side - 1, -1, -1)
    # Pairs of columns from the right, skipping the vertical timing pattern; upwards and downwards in turn.
    for column in [*range(side - 1, 6, -2), *range(5, 0, -2)]:
        places = (row * side + x for row in rows for x in (column, column - 1))
        path += [place for place in places if zeros[place] != ones[place]]
        rows = rows[::-1]
    return zeros, tuple(path)


def _drawn(version: int, level: Level, codewords: list[int]) -> bytes:
    code: QRCode[Any] = QRCode(version=version, error_correction=_LEVELS[level], mask_pattern=_MASK, border=0)
    code.data_cache = codewords
    code.make(fit=False)
    return bytes(bool(module) for row in code.modules for module in row)


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Start (quiet zone included) and length of each run of black modules."""
    for run in _BLACK.finditer(bytes(row)):
        yield run.start() + QUIET_ZONE, run.end() - run.start()


def _png(image: Image.Image, dpi: int | None) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=False, **({"dpi": (dpi, dpi)} if dpi else {}))
    return out.getvalue()
