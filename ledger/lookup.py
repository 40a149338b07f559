"""An award by its number and its holder's name, for who has the paper in hand: both together, or nothing is said.

A number alone shows nothing: a wrong name, an unknown number and an erased holder are one answer.
"""

from __future__ import annotations

import hmac
import unicodedata
from hashlib import sha256
from typing import Final

from ledger.awards import Awards, IssuedAward
from verifier.address import number_digest

NAME_LIMIT: Final = 200
"""Characters of the longest name that is compared."""

_DOTS: Final = frozenset("\u00b7\u2027\u2022\u2219\u22c5\u30fb")
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def folded_name(text: str) -> str:
    """A name as it is compared, empty where nothing of it is left.

    NFKC, case folded, NFKC again; then without white space, middle dots (U+00B7, U+2027, U+2022, U+2219, U+22C5,
    U+30FB), invisible format characters (category Cf) and variation selectors.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if not _is_passed_over(c))


def match(awards: Awards, number: str, name: str) -> IssuedAward | None:
    """The award with this number whose holder has this name; None where there is none, whatever does not fit.

    Raises Malformed for what is no number, before anything is looked up; StoreCorrupt. The three ways not to match do
    the same work, so that the time taken tells them apart as little as the words: an unknown number opens the award
    that comes next, and the digests of number and name are compared to the end in every case. Less is done for an
    erased holder alone, by the decryption of one entry: who answers the public waits until a fixed time is over.
    """
    issued = awards.nearest_number(number)
    if issued is None:
        return None
    number_fits = hmac.compare_digest(issued.event.number_hash, number_digest(number))
    # An erased holder's name reads back as `Withheld`: compared like a name, and refused below.
    held = folded_name(str(issued.event.name))
    name_fits = hmac.compare_digest(_digest(held), _digest(folded_name(name)))
    return issued if number_fits & name_fits & (not issued.erased) else None


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _is_passed_over(character: str) -> bool:
    return (
        character.isspace()
        or character in _DOTS
        or unicodedata.category(character) == "Cf"
        or any(ord(character) in selectors for selectors in _SELECTORS)
    )
