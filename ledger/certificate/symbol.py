"""QR symbols: segments in, modules out (ISO/IEC 18004).

`qrcode` draws the fixed patterns. Its own encoder takes 40 ms for a proof code, so codewords are made and placed here,
in 3 ms; a test compares the two for every version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from qrcode import QRCode
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q

Level = Literal["L", "M", "Q"]
Mode = Literal["numeric", "alphanumeric", "byte"]
Rows = tuple[tuple[bool, ...], ...]

ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_MASK: Final = 2
"""One mask for all: trying eight costs more time than the best of them saves reading errors."""

_LEVELS: Final[dict[Level, int]] = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
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


def encode(segments: Sequence[Segment], level: Level) -> tuple[int, Rows]:
    """Version and modules (true is black) of the smallest symbol that holds the segments. Raises TooLong."""
    segments = _merged(segments)
    contents = [_content(segment) for segment in segments]
    for version in range(1, 41):
        # A count that its width cannot hold is that of more characters than the version's capacity.
        size = sum(4 + _count_bits(s.mode, version) + len(c) for s, c in zip(segments, contents, strict=True))
        if size <= _capacity(version, level):
            bits = "".join(_head(s, version) + c for s, c in zip(segments, contents, strict=True))
            return version, _layout(version, level, _codewords(bits, version, level))
    raise TooLong(f"{sum(len(s.text) for s in segments)} characters fit into no QR code of level {level}")


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
            values = [ALPHANUMERIC.index(c) for c in text]
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


def _layout(version: int, level: Level, codewords: list[int]) -> Rows:
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
