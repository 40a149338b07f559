"""Batches on their way to the database's function `append`, and its answers on their way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, tuple_row

from ledger.grouping import Outcome
from ledger.postgres.functions import TREE_HEAD_DAMAGED
from ledger.store import (
    Appended,
    Batch,
    BoundaryMoved,
    ClaimTaken,
    RecordedBehind,
    StoreCorrupt,
    StoreError,
    VersionConflict,
)

_TYPES: Final = (
    *("bytea", "bigint"),
    *("uuid[]", "bigint[]", "text[]", "bytea[]", "uuid[]", "bytea[]"),
    *("bytea[]", "uuid[]", "bytea[]"),
    *("bytea[]", "bigint[]", "bigint[]"),
    *("uuid[]", "uuid[]", "uuid[]"),
)
"""Types of the parameters of `append`, in order."""
_CALL: Final = f"SELECT * FROM certledger.append({', '.join(f'%b::{type_}' for type_ in _TYPES)})"


def append_all(connection: psycopg.Connection[DictRow], batches: Sequence[Batch]) -> list[Outcome]:
    """Records these batches in one transaction and one round trip; those that cannot go in do not hinder the others.

    Safe to repeat: what is recorded already is answered as repeated.
    """
    sql = " UNION ALL ".join([_CALL.replace("*", f"{place} AS batch, *", 1) for place in range(len(batches))])
    params = [value for batch in batches for value in _parameters(batch)]
    try:
        with connection.cursor(binary=True, row_factory=tuple_row) as c:
            answers = {row[0]: row[1:] for row in c.execute(sql.encode(), params).fetchall()}
    except psycopg.Error as error:
        raise _corrupt(error) or error from error
    return [_outcome(batch, *answers[place]) for place, batch in enumerate(batches)]


def _parameters(batch: Batch) -> tuple[Any, ...]:
    entries, claims = batch.entries, batch.claims
    return (
        batch.command_id,
        batch.recorded_at,
        [entry.stream_id for entry in entries],
        [entry.version for entry in entries],
        [entry.topic for entry in entries],
        [entry.statement for entry in entries],
        [entry.subject for entry in entries],
        [entry.sealed for entry in entries],
        [claim.key for claim in claims],
        [claim.subject for claim in claims],
        [claim.value for claim in claims],
        list(batch.boundaries),
        [read for read, _ in batch.boundaries.values()],
        [write for _, write in batch.boundaries.values()],
        [owner for owner, _ in batch.streams],
        [stream for _, stream in batch.streams],
        list(batch.erases),
    )


def _outcome(batch: Batch, outcome: str, place: bytes | None, first: int, second: int) -> Outcome:
    match outcome:
        case "appended":
            return Appended(first, second)
        case "repeated":
            return Appended(first, second, repeated=True)
        case "version-conflict":
            return VersionConflict(UUID(bytes=place), first, second)
        case "recorded-behind":
            return RecordedBehind(first, second)
        case "boundary-moved":
            return BoundaryMoved(place or b"", first, second)
        case "claim-taken":
            return ClaimTaken(place or b"")
        case _:
            raise StoreError(f"command {batch.command_id.hex()}: the database answered {outcome!r}")


def _corrupt(error: psycopg.Error) -> StoreCorrupt | None:
    if error.sqlstate != TREE_HEAD_DAMAGED:
        return None
    return StoreCorrupt(None, error.diag.column_name or "tree_head", error.diag.message_primary or "damaged")
