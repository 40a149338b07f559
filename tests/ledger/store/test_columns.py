"""A row's columns against its statement, on every shape of statement."""

from __future__ import annotations

from uuid import UUID

import pytest

from ledger.columns import check_columns
from ledger.store import StoreCorrupt
from tests.ledger.store.making import TOPIC, Maker
from verifier import cbor, statement

STREAM = UUID(int=7)


@pytest.mark.parametrize("padding", [0, 1, 3, 5, 6, 7, 2100])
@pytest.mark.parametrize("version", [1, 23, 24, 255, 256, 70_000])
def test_columns_that_agree_pass_and_those_that_do_not_are_named(make: Maker, padding: int, version: int) -> None:
    raw = make.statement(STREAM, version, padding=padding)
    check_columns(3, STREAM, version, TOPIC, raw)
    for stream, number, topic, column in (
        (UUID(int=8), version, TOPIC, "originator_id"),
        (STREAM, version + 1, TOPIC, "originator_version"),
        (STREAM, version, TOPIC + "0", "topic"),
    ):
        with pytest.raises(StoreCorrupt, match=f"entry 3, {column}") as found:
            check_columns(3, stream, number, topic, raw)
        assert (found.value.index, found.value.column) == (3, column)


def test_a_payload_with_many_fields_agrees_too(make: Maker) -> None:
    payload = {1: TOPIC, 2: STREAM.bytes, 3: 1} | {f"field-{number:03}": number for number in range(40)}
    headers = statement.Headers(bytes(32), "https://base.example/organisations/university")
    check_columns(0, STREAM, 1, TOPIC, statement.assemble(headers.of(STREAM), cbor.encode(payload), make.bytes(64)))


@pytest.mark.parametrize(
    "raw", [b"", b"\xd2", b"\xd2\x84\x58", bytes(400), b"\xd2\x84\x58" + bytes(400), b"\xff" * 400]
)
def test_what_is_no_statement_is_named(raw: bytes) -> None:
    with pytest.raises(StoreCorrupt, match="entry 0, state"):
        check_columns(0, STREAM, 1, TOPIC, raw)


def test_a_payload_that_is_no_map_is_named(make: Maker) -> None:
    headers = statement.Headers(bytes(32), "https://base.example/organisations/university")
    raw = statement.assemble(headers.of(STREAM), cbor.encode([1] * 300), make.bytes(64))
    with pytest.raises(StoreCorrupt, match="not a map"):
        check_columns(0, STREAM, 1, TOPIC, raw)


def test_no_flipped_bit_of_the_compared_part_passes(make: Maker) -> None:
    raw = make.statement(STREAM, 300)
    start = raw.index(b"\x01" + cbor.encode(TOPIC))
    end = start + 1 + len(cbor.encode(TOPIC)) + 2 + 16 + 1 + 3
    for bit in range(start * 8, end * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(StoreCorrupt):
            check_columns(0, STREAM, 300, TOPIC, bytes(changed))
