"""An award by its number and its holder's name, for who has the paper in hand: both together, or nothing is said.

A number alone shows nothing: a wrong name, an unknown number and an erased holder are one answer.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from ledger.awards import Awards, IssuedAward
from ledger.names import folded_name
from verifier.address import number_digest

NAME_LIMIT: Final = 200
"""Characters of the longest name that is compared."""


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
