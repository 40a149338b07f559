"""A row's columns must say what its statement says: the statement is signed, the columns are not (PERSISTENCE.md)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ledger.store import StoreCorrupt
from verifier import cbor
from verifier.errors import Malformed
from verifier.record import STREAM, TYPE, VERSION
from verifier.statement import cose_sign1_parts


def check_columns(index: int | None, stream_id: UUID, version: int, topic: str, statement: bytes) -> None:
    """Checks stream id, version and topic against the statement. Raises StoreCorrupt that names index and column.

    The three values open the payload (deterministic CBOR, keys 1 to 3), so that an honest row is told by comparing a
    few bytes at their one place; only a row that differs is parsed, in order to name what is wrong.
    """
    start = _payload_start(statement)
    expected = b"\x01%b\x02\x50%b\x03%b" % (cbor.dumps(topic), stream_id.bytes, cbor.dumps(version))
    if start and statement.startswith(expected, start):
        return
    signed = _payload(index, statement)
    for column, key, said in (
        ("originator_id", STREAM, stream_id.bytes),
        ("originator_version", VERSION, version),
        ("topic", TYPE, topic),
    ):
        if signed.get(key) != said:
            raise StoreCorrupt(index, column, f"the row says {_shown(said)}, its statement {_shown(signed.get(key))}")


def _payload(index: int | None, statement: bytes) -> dict[Any, Any]:
    try:
        _, _, payload, _ = cose_sign1_parts(statement)
        value = cbor.decode(payload or b"")
    except Malformed as error:
        raise StoreCorrupt(index, "state", error.message) from error
    if type(value) is not dict:
        raise StoreCorrupt(index, "state", "the payload is not a map")
    return value


def _shown(value: Any) -> str:
    return value.hex() if type(value) is bytes else str(value)


def _payload_start(statement: bytes) -> int:
    """Offset of the first key of the payload map, 0 if the bytes have not the shape of a logged statement."""
    if statement[:2] != b"\xd2\x84":
        return 0
    protected, offset = _byte_string(statement, 2)
    if not protected or statement[offset : offset + 1] != b"\xa0":
        return 0
    payload, _ = _byte_string(statement, offset + 1)
    if not payload:
        return 0
    return payload + (2 if statement[payload : payload + 1] == b"\xb8" else 1)


def _byte_string(data: bytes, offset: int) -> tuple[int, int]:
    """Start and end of the byte string whose head stands at `offset`; (0, 0) if no short one does."""
    head = data[offset : offset + 1]
    match head:
        case b"\x58":
            start, length = offset + 2, int.from_bytes(data[offset + 1 : offset + 2], "big")
        case b"\x59":
            start, length = offset + 3, int.from_bytes(data[offset + 1 : offset + 3], "big")
        case _:
            return 0, 0
    return start, start + length
