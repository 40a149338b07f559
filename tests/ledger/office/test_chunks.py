"""Sealed chunks: each opens in its own place and nowhere else."""

from __future__ import annotations

import pytest

from ledger.office.chunks import CHUNK_BYTES, FileKey, NotAsSealed, chunks_of
from tests.ledger.deciders.story import uuid

KEY = FileKey(bytes(32), uuid("file"))


@pytest.mark.parametrize(
    ("size", "count"),
    [(0, 1), (1, 1), (CHUNK_BYTES, 1), (CHUNK_BYTES + 1, 2), (2 * CHUNK_BYTES, 2)],
)
def test_how_many_chunks_a_file_has(size: int, count: int) -> None:
    assert chunks_of(size) == count


@pytest.mark.parametrize(
    ("key", "number", "total"),
    [
        (KEY, 1, 3),
        (KEY, 0, 2),
        (KEY, 0, 4),
        (FileKey(bytes(32), uuid("other file")), 0, 3),
        (FileKey(b"\1" + bytes(31), uuid("file")), 0, 3),
    ],
    ids=["another number", "fewer chunks", "more chunks", "another file", "another person"],
)
def test_a_chunk_opens_in_its_own_place_only(key: FileKey, number: int, total: int) -> None:
    sealed = KEY.seal(0, 3, b"an exam paper")
    assert KEY.open(0, 3, sealed) == b"an exam paper"
    with pytest.raises(NotAsSealed):
        key.open(number, total, sealed)


def test_every_bit_of_a_chunk_counts() -> None:
    sealed = KEY.seal(0, 1, b"x")
    for bit in range(8 * len(sealed)):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NotAsSealed):
            KEY.open(0, 1, bytes(flipped))


def test_a_header_is_no_chunk_and_a_chunk_no_header() -> None:
    header, chunk = KEY.seal_header(["paper.pdf", 1]), KEY.seal(0, 1, b"\x01")
    assert KEY.open_header(header) == ["paper.pdf", 1]
    with pytest.raises(NotAsSealed):
        KEY.open_header(chunk)
    with pytest.raises(NotAsSealed):
        KEY.open(0, 1, header)
