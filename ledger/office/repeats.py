"""Requests that a program may send again without knowing what became of them: each is answered once.

A program gives each request a key of its own choice. Under key and account lie, in the cabinet, a keyed hash of what
was asked for and the answer. Where the answer is not there yet, for a process died or another is at it, the request is
done under the same id all the same, and the ledger records it once (`ledger.executing`).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.handle import Clock
from ledger.projector import Tables
from ledger.refusals import Code, Refusal

KEPT_DAYS: Final = 30
"""How long an answer is kept. After that the same request is still recorded once, for its id follows from it."""
LONGEST_KEY: Final = 64
"""Characters of an idempotency key."""
_DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request under its key."""

    place: bytes
    request: UUID
    """The id under which it is done, however often it comes."""
    answer: Any = None
    """What was answered before; None for nothing yet."""


class Repeats:
    """Keeps requests and answers. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, clock: Clock) -> None:
        self._cabinet, self._key, self._clock = cabinet, key, clock

    def begin(self, account: UUID, key: str, asked: bytes) -> Repeat:
        """A request of an account. Raises Refusal `idempotency-mismatch` where the key came with another; StoreError.

        `asked`: all that is asked for, the same bytes for the same.
        """
        place = self._key.found_by("repeat", f"{account.hex}{key}")
        body = self._key.found_by("repeat-asked", sha256(asked).hexdigest())
        now = self._clock()

        def enter(tables: Tables) -> bytes | None:
            tables.execute("DELETE FROM repeats WHERE created_at < ?", (now - KEPT_DAYS * _DAY,))
            rows = tables.select("SELECT body, answer FROM repeats WHERE place = ?", (place,))
            if not rows:
                tables.execute("INSERT INTO repeats VALUES (?, ?, ?, ?)", (place, body, b"", now))
                return b""
            return bytes(rows[0]["answer"]) if hmac.compare_digest(bytes(rows[0]["body"]), body) else None

        sealed = self._cabinet.write(enter)
        if sealed is None:
            raise Refusal(Code.IDEMPOTENCY_MISMATCH, "this idempotency key came before, with another request")
        request = UUID(bytes=self._key.found_by("repeat-request", (place + body).hex())[:16], version=4)
        return Repeat(place, request, self._key.open("repeats", place, sealed) if sealed else None)

    def keep(self, repeat: Repeat, answer: Any) -> None:
        """Keeps what was answered. Raises StoreError."""
        sealed = self._key.seal("repeats", repeat.place, answer)
        sql = "UPDATE repeats SET answer = ? WHERE place = ?"
        self._cabinet.write(lambda tables: tables.execute(sql, (sealed, repeat.place)))
