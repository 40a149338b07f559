"""Names as they are compared and searched for: one folding for both, and the pieces by which a part finds the whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final

PREFIX: Final = 16
"""Characters of the longest beginning of a word by which it is found; more of it than these is not looked at."""

_DOTS: Final = frozenset("\u00b7\u2027\u2022\u2219\u22c5\u30fb")
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def folded_name(text: str) -> str:
    """A name as it is compared, empty where nothing of it is left.

    NFKC, case folded, NFKC again; then without white space, middle dots (U+00B7, U+2027, U+2022, U+2219, U+22C5,
    U+30FB), invisible format characters (category Cf) and variation selectors.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if not _is_passed_over(c))


def pieces_of_name(name: str) -> set[str]:
    """All pieces by which a name is found: characters and pairs of neighbours of what is written without blanks
    (Chinese, Korean, kana), every beginning of at most `PREFIX` characters of a word of anything else.
    """
    found: set[str] = set()
    for run in _runs(folded_name(name), wide=True):  # over dots and blanks, which who types a name may leave out
        found.update(run)
        found.update(run[place : place + 2] for place in range(len(run) - 1))
    for run in _runs_of_words(name, wide=False):
        found.update(run[:end] for end in range(1, min(len(run), PREFIX) + 1))
    return found


def pieces_of_search(text: str) -> list[str]:
    """The pieces that a name must all have to be found by this text, those that fewest have first; none for no text."""
    found: list[str] = []
    for run in _runs_of_words(text, wide=True):
        found += [run[place : place + 2] for place in range(len(run) - 1)] or [run]
    found += [run[:PREFIX] for run in _runs_of_words(text, wide=False)]
    return sorted(dict.fromkeys(found), key=len, reverse=True)


def _runs_of_words(text: str, *, wide: bool) -> Iterator[str]:
    for word in "".join(" " if c in _DOTS else c for c in unicodedata.normalize("NFKC", text)).split():
        yield from _runs(folded_name(word), wide=wide)


def _runs(text: str, *, wide: bool) -> Iterator[str]:
    return ("".join(run) for is_wide, run in groupby(text, _is_wide) if is_wide is wide)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _is_passed_over(character: str) -> bool:
    return (
        character.isspace()
        or character in _DOTS
        or unicodedata.category(character) == "Cf"
        or any(ord(character) in selectors for selectors in _SELECTORS)
    )
