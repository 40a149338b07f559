"""Which characters can be printed, and how one that cannot is shown.

Certificates never come here: for them a character without a glyph is an error. What somebody else wrote, such as a
file's name, must not be able to stop a paper, or to turn its writing round.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache
from typing import Final

import noto_cjk_sans_otc

_FORMAT_12: Final = 12
_BLANKS: Final = " \u3000"


def visible(text: str, limit: int) -> str:
    """The text in printable characters, cut to `limit` of its own. Others are shown as `\\u202e` and the like:

    controls, marks of direction, odd blanks, and whatever the font has no glyph for.
    """
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    covered = _covered()
    return "".join(char if _is_plain(char) and ord(char) in covered else _escaped(char) for char in shown)


def _is_plain(char: str) -> bool:
    return char in _BLANKS or unicodedata.category(char)[0] not in "CZ"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape", "replace").decode("ascii")


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """The code points of the font that papers are set in. All faces of its collection cover the same ones."""
    data = noto_cjk_sans_otc.FONT_PATH.read_bytes()
    (face,) = struct.unpack_from(">I", data, 12)
    (tables,) = struct.unpack_from(">H", data, face + 4)
    (cmap,) = (
        offset
        for tag, _, offset, _ in (struct.unpack_from(">4sIII", data, face + 12 + 16 * at) for at in range(tables))
        if tag == b"cmap"
    )
    (subtables,) = struct.unpack_from(">H", data, cmap + 2)
    starts = (cmap + struct.unpack_from(">HHI", data, cmap + 4 + 8 * at)[2] for at in range(subtables))
    start = next(at for at in starts if struct.unpack_from(">H", data, at)[0] == _FORMAT_12)
    (groups,) = struct.unpack_from(">I", data, start + 12)
    spans = (struct.unpack_from(">II", data, start + 16 + 12 * at) for at in range(groups))
    return frozenset(point for first, last in spans for point in range(first, last + 1))
