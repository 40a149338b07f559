"""One value, one encoding (RFC 8949 §4.2.1): everything else is malformed."""

from __future__ import annotations

from typing import Any

import pytest
from cbor2 import CBORSimpleValue
from hypothesis import given
from hypothesis import strategies as st

from verifier import cbor
from verifier.errors import Malformed

INTEGERS = st.integers(-(2**64), 2**64 - 1)
SCALARS = st.none() | st.booleans() | INTEGERS | st.text() | st.binary()
KEYS = INTEGERS.filter(lambda key: key != 59) | st.text() | st.binary() | st.just(cbor.REDACTED)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(VALUES)
def test_what_is_encoded_is_read_back_and_encodes_the_same(value: Any) -> None:
    data = cbor.encode(value)
    assert cbor.decode(data) == value
    assert cbor.encode(cbor.decode(data)) == data


@given(st.binary(max_size=40))
def test_any_bytes_are_malformed_or_the_one_encoding_of_their_value(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Malformed:
        return
    assert cbor.encode(value) == data


@given(st.sampled_from([*range(0xC0, 0xDC), 0xF7, 0xF9, 0xFA, 0xFB]), st.binary(max_size=12))
def test_no_tag_no_float_no_undefined(first: int, rest: bytes) -> None:
    for data in (bytes([first]) + rest, b"\x81" + bytes([first]) + rest, b"\xa1\x01" + bytes([first]) + rest):
        with pytest.raises(Malformed):
            cbor.decode(data)


@given(VALUES, st.binary(min_size=1, max_size=3))
def test_nothing_may_follow(value: Any, rest: bytes) -> None:
    with pytest.raises(Malformed):
        cbor.decode(cbor.encode(value) + rest)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "empty"),
        ("18", "cut short in a head"),
        ("6261", "cut short in a text"),
        ("8201", "cut short in an array"),
        ("a101", "cut short in a map"),
        ("1817", "23 in two bytes"),
        ("190017", "23 in three bytes"),
        ("1b0000000000000017", "23 in nine bytes"),
        ("3800", "-1 in two bytes"),
        ("5801ff", "a length in two bytes that fits one"),
        ("780161", "a text's length in two bytes that fits one"),
        ("980101", "an array's length in two bytes that fits one"),
        ("b8010101", "a map's length in two bytes that fits one"),
        ("5f41ff41ffff", "a byte string in pieces"),
        ("7f61616162ff", "a text in pieces"),
        ("9f01ff", "an array without length"),
        ("bf0101ff", "a map without length"),
        ("ff", "an end of nothing"),
        ("a201010102", "the same key twice"),
        ("a20101180102", "the same key in two spellings"),
        ("a202010101", "keys out of order"),
        ("a2616101186401", "a text key before a shorter encoding of an integer"),
        ("a1f501", "true as a key"),
        ("a1f601", "null as a key"),
        ("a1810101", "an array as a key"),
        ("a1183b01", "59 as a key, which cbor2 takes for simple(59)"),
        ("a2183b01f83b02", "59 and simple(59) as keys"),
        ("a1c2490100000000000000000a", "a bignum as a key"),
        ("c249010000000000000000", "2**64, a bignum"),
        ("c349010000000000000000", "-2**64-1, a bignum"),
        ("c24101", "1 as a bignum"),
        ("f4" * 2, "two values"),
        ("f93c00", "half float"),
        ("fb3ff0000000000000", "double float"),
        ("f7", "undefined"),
        ("e0", "simple(0)"),
        ("f83c", "simple(60)"),
        ("f818", "simple value in a reserved spelling"),
        ("61ff", "text that is not UTF-8"),
        ("63eda080", "a lone surrogate"),
        ("d81c8100", "a shared value"),
        ("d81c81d81d00", "a value that holds itself"),
        ("d9d9f700", "self-described CBOR"),
        ("c074323031332d30332d32315432303a30343a30305a", "a tagged date"),
        ("d81e820100", "a fraction by zero"),
        ("81" * 17 + "00", "nested too deep"),
        ("81" * 5000 + "00", "nested very deep"),
        ("9bffffffffffffffff", "a length that cannot be"),
        ("5bffffffffffffffff", "a length that cannot be"),
        ("1c", "a reserved head"),
    ],
)
def test_malformed(data: str, why: str) -> None:
    with pytest.raises(Malformed) as caught:
        cbor.decode(bytes.fromhex(data))
    assert caught.value.code == "malformed", why


def test_maps_are_in_the_bytewise_order_of_their_encoded_keys() -> None:
    """RFC 8949 §4.2.1's own example, as far as its keys have a place here."""
    value = {"aa": 6, "z": 5, -1: 4, 100: 3, 10: 2, b"": 1, cbor.REDACTED: 7}
    assert list(cbor.ordered_map(value)) == [10, 100, -1, b"", "z", "aa", cbor.REDACTED]
    assert cbor.encode(value).hex() == "a7" + "0a02" + "186403" + "2004" + "4001" + "617a05" + "62616106" + "f83b07"


@pytest.mark.parametrize(
    "value", [1.0, {1}, object(), CBORSimpleValue(60), {True: 1}, {59: 1}, {None: 1}, 2**64, -(2**64) - 1, {2**64: 1}]
)
def test_what_has_no_encoding(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        cbor.encode(value)


def test_too_deep_to_encode() -> None:
    value: Any = 0
    for _ in range(17):
        value = [value]
    with pytest.raises(ValueError, match="nested deeper"):
        cbor.encode(value)
    assert cbor.decode(cbor.encode(value[0])) == value[0]


def test_the_ends_of_the_integers() -> None:
    for value in (0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1, -1, -24, -25, -256, -257, -(2**64)):
        assert cbor.decode(cbor.encode(value)) == value
