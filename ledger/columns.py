"""A row's columns must say what its statement says: the statement is signed, the columns are not (PERSISTENCE.md)."""

from __future__ import annotations

from functools import lru_cache
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
    expected = b"\x01%b\x02\x50%b\x03%b" % (_encoded(topic), stream_id.bytes, _encoded(version))
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


@lru_cache(maxsize=4096)
def _encoded(value: str | int) -> bytes:
    return cbor.dumps(value)


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
    """Offset of the first key of the payload map; 0 where the bytes have not the usual shape of a logged statement."""
    if len(statement) < 300 or statement[:3] != b"\xd2\x84\x58":
        return 0
    unprotected = 4 + statement[3]
    match statement[unprotected], statement[unprotected + 1]:
        case 0xA0, 0x58:
            payload = unprotected + 3
        case 0xA0, 0x59:
            payload = unprotected + 4
        case _:
            return 0
    return payload + (2 if statement[payload] == 0xB8 else 1)
