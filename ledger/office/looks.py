"""What auditors looked at: before personal values of a stream are shown, who looks, and why, is written down here.

Nothing is ever changed or taken out. Each look is chained to the one before by an HMAC under a key of the cabinet, so
that a look changed or taken out of the middle shows. Looks cut off at the end, or a cabinet put back from an old copy,
show to whoever kept a later chain value: its number and value are on the page and in `certledger looks` (ADR 45).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.handle import Clock
from ledger.projector import Tables
from ledger.store import StoreCorrupt
from verifier import cbor

SHORTEST: Final = 8
"""Characters of the shortest reason that is taken."""
PAGE: Final = 100
"""Looks that are listed at a time."""
BEGINNING: Final = bytes(32)
"""What the first look is chained to."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look of one member of staff."""

    number: int
    """From 1, without gaps."""
    pseudonym: str
    stream: UUID
    looked_at: int
    """Milliseconds since 1970 UTC."""
    reason: str
    chain: bytes


class Looks:
    """Keeps and checks them. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, clock: Clock) -> None:
        self._cabinet, self._key, self._clock = cabinet, key, clock

    def record(self, pseudonym: str, stream: UUID, reason: str) -> Look:
        """Writes a look down, durable on return. Raises ValueError without a reason; StoreError."""
        if len(reason.strip()) < SHORTEST:
            raise ValueError(f"a look takes a reason of at least {SHORTEST} characters")
        now = self._clock()

        def enter(tables: Tables) -> Look:
            rows = tables.select("SELECT number, chain FROM looks ORDER BY number DESC LIMIT 1")
            number, before = (rows[0]["number"] + 1, bytes(rows[0]["chain"])) if rows else (1, BEGINNING)
            sealed = self._key.seal("looks", _row(number), reason.strip())
            chain = self._chained(before, number, pseudonym, stream, now, sealed)
            row = (number, pseudonym, stream.bytes, now, sealed, chain)
            tables.execute("INSERT INTO looks VALUES (?, ?, ?, ?, ?, ?)", row)
            return Look(number, pseudonym, stream, now, reason.strip(), chain)

        return self._cabinet.write(enter)

    def latest(self, before: int | None = None) -> list[Look]:
        """Looks, newest first, `PAGE` at most, from before a number on. Raises StoreError."""
        sql = f"SELECT * FROM looks WHERE number < ? ORDER BY number DESC LIMIT {PAGE}"
        return [self._look(row) for row in self._cabinet.select(sql, (2**62 if before is None else before,))]

    def check(self) -> Look | None:
        """The last look, with every look's chain made again; None where there is none. Raises StoreCorrupt."""
        last, before = None, BEGINNING
        for row in self._cabinet.select("SELECT * FROM looks ORDER BY number"):
            number = 1 if last is None else last.number + 1
            if row["number"] != number:
                raise StoreCorrupt(None, "office.looks", f"look {number} is missing")
            last = self._look(row)
            sealed = bytes(row["sealed"])
            right = self._chained(before, number, last.pseudonym, last.stream, last.looked_at, sealed)
            if right != last.chain:
                raise StoreCorrupt(None, "office.looks", f"look {number} is not as it was written down")
            before = right
        return last

    def check_kept(self, number: int, chain: bytes) -> None:
        """Checks that the looks still lead through a chain value that somebody kept. Raises StoreCorrupt."""
        rows = self._cabinet.select("SELECT chain FROM looks WHERE number = ?", (number,))
        if not rows or bytes(rows[0]["chain"]) != chain:
            raise StoreCorrupt(None, "office.looks", f"look {number} is gone or is another one than you kept")

    def _chained(self, before: bytes, number: int, pseudonym: str, stream: UUID, at: int, sealed: bytes) -> bytes:
        return self._key.chained("looks", before, cbor.encode([number, pseudonym, stream.bytes, at, sealed]))

    def _look(self, row: Any) -> Look:
        reason = self._key.open("looks", _row(row["number"]), bytes(row["sealed"]))
        stream = UUID(bytes=bytes(row["stream"]))
        return Look(row["number"], row["pseudonym"], stream, row["looked_at"], reason, bytes(row["chain"]))


def _row(number: int) -> bytes:
    return number.to_bytes(8, "big")
