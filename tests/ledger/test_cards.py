"""Cards: the same for the same, bound to person and place, shut once the key is gone."""

from __future__ import annotations

import pytest

from ledger.cards import Cards
from ledger.store import StoreCorrupt
from tests.sample_log import uuid

WHO, OTHER, PLACE = uuid("who"), uuid("other"), uuid("stream").bytes
KEYS = {WHO: b"k" * 32, OTHER: b"o" * 32}
VALUES = ("T1", "林知远")


def test_a_card_opens_with_the_key_it_was_sealed_with() -> None:
    card = Cards(KEYS).seal(WHO, PLACE, VALUES)
    assert Cards(KEYS).open(WHO, PLACE, card) == list(VALUES)
    assert all(value.encode() not in card for value in VALUES)


def test_the_same_values_are_the_same_bytes_and_others_are_not() -> None:
    first = Cards(KEYS).seal(WHO, PLACE, VALUES)
    assert Cards(KEYS).seal(WHO, PLACE, VALUES) == first
    assert Cards(KEYS).seal(OTHER, PLACE, VALUES) != first
    assert Cards(KEYS).seal(WHO, uuid("another").bytes, VALUES) != first


def test_without_its_key_a_card_says_nothing() -> None:
    card = Cards(KEYS).seal(WHO, PLACE, VALUES)
    assert Cards({}).open(WHO, PLACE, card) is None


def test_a_card_opens_nowhere_else_and_not_with_any_bit_changed() -> None:
    card = Cards({WHO: KEYS[WHO]}).seal(WHO, PLACE, ("T1",))
    with pytest.raises(StoreCorrupt):
        Cards(KEYS).open(WHO, uuid("another").bytes, card)
    with pytest.raises(StoreCorrupt):
        Cards(KEYS).open(OTHER, PLACE, card)
    for bit in range(8 * len(card)):
        spoilt = bytearray(card)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(StoreCorrupt):
            Cards(KEYS).open(WHO, PLACE, bytes(spoilt))
