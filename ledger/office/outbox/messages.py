"""The outbox: one row a message and recipient, from the moment that it is due until some time after it was sent.

A row holds no personal value: what happened, and to whom it is told by reference. Who the person is that an event is
about, is not even referred to: that is looked up by the event when it is sent, and after an erasure leads to nobody.
Whoever sends takes a row for a while (a lease). Who dies between sending and noting it lets the lease run out, and the
message goes out once more, as the same message: at least once, and by its id known as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.handle import Clock
from ledger.projector import Tables
from ledger.refusals import Code, Refusal
from ledger.seal import Randomness

Kind = Literal["notice-posted", "decision-made", "certificate-ready", "proposal-waits", "objection-waits", "test"]
"""What a message is about; `test` is sent to a webhook by hand."""
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
STAFF_KINDS: Final[tuple[Kind, ...]] = ("proposal-waits", "objection-waits")
"""What members of staff are told."""
WEBHOOK_KINDS: Final[tuple[Kind, ...]] = KINDS[:-1]
"""What a webhook may be told."""

Way = Literal["trainee", "account", "webhook"]
"""To whom: the person that the event is about, by mail; a member of staff, by mail; a webhook."""
MAIL: Final[tuple[Way, ...]] = ("trainee", "account")
WEBHOOK: Final[tuple[Way, ...]] = ("webhook",)

WAITING: Final = "waiting"
SENT: Final = "sent"
DROPPED: Final = "dropped"
"""Nobody is to be told any more: `error` says why."""
FAILED: Final = "failed"
"""Given up: an administrator may have it tried again."""
STATES: Final = (WAITING, SENT, DROPPED, FAILED)

LEASE_SECONDS: Final = 600
"""How long a message is one sender's; longer than any sending may take."""
ATTEMPTS: Final = 12
"""After so many a message is given up: under three days, with the pauses between them."""
GIVE_UP_SECONDS: Final = 3 * 24 * 3600
"""After so long it is given up too, however often others' failures had it wait."""
FIRST_PAUSE_SECONDS: Final = 120
"""After the first failure; each further one doubles it."""
SHUT_SECONDS: Final = 900
"""How long others wait at most, where the server that would take them cannot be reached."""
KEPT_SECONDS: Final = 30 * 24 * 3600
"""How long what was sent or dropped is kept. What failed is kept until somebody drops it."""
OVERDUE_SECONDS: Final = 3600
"""After so long a message that still waits is a sign that something is wrong."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is in the outbox."""

    kind: Kind
    stream: UUID
    """That the event is in; for `proposal-waits` the proposal, for `test` something drawn."""
    place: int | None
    """Of the event in the log."""
    way: Way
    recipient: bytes
    """Id of the account or webhook; empty for the person that the event is about."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the outbox; times in milliseconds since 1970 UTC."""

    id: bytes
    """16 bytes, the same whenever it is sent."""
    number: int
    kind: Kind
    stream: UUID
    place: int | None
    way: Way
    recipient: bytes
    state: str
    attempts: int
    due_at: int
    error: str
    created_at: int
    began_at: int
    finished_at: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How the outbox stands."""

    waiting: int
    failed: int
    overdue: int
    """Of those that wait, how many do so for too long."""


class NoLonger(Exception):
    """The message is not to be sent any more. `why`: a word that names nobody."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotSent(Exception):
    """The message did not go out."""

    def __init__(self, why: str, *, again: bool = True, shut: bool = False) -> None:
        """`why`: kind of failure, without any text of who refused. `again`: whether another try may succeed. `shut`:
        whether the server would take nothing else either.
        """
        super().__init__(why)
        self.why, self.again, self.shut = why, again, shut


class Outbox:
    """Keeps messages. Shared freely by threads and processes."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, clock: Clock, randomness: Randomness) -> None:
        self._cabinet, self._key, self._clock, self._randomness = cabinet, key, clock, randomness

    def enter(self, tables: Tables, drafts: Sequence[Draft]) -> None:
        """Puts messages in, within a transaction of the caller's; one that is there is not put in again."""
        if not drafts:
            return
        now = self._clock()
        number = int(tables.select("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM outbox")[0]["next"])
        for draft in drafts:
            id_ = self.id_of(draft)
            if tables.select("SELECT 1 FROM outbox WHERE id = ?", (id_,)):
                continue
            told = (draft.kind, draft.stream.bytes, draft.place, draft.way, draft.recipient)
            row = (id_, number, *told, WAITING, 0, now, 0, "", now, now, None)
            tables.execute(f"INSERT INTO outbox VALUES ({', '.join('?' * len(row))})", row)
            number += 1

    def claim(self, ways: Sequence[Way]) -> Message | None:
        """Takes the message that is due longest for `LEASE_SECONDS`; None where none is due. Raises StoreError."""
        now, marks = self._clock(), ", ".join("?" * len(ways))
        free = f"FROM outbox WHERE state = ? AND due_at <= ? AND lease <= ? AND way IN ({marks})"
        if not self._cabinet.select(f"SELECT 1 {free} LIMIT 1", (WAITING, now, now, *ways)):
            return None

        def take(tables: Tables) -> Any:
            sql = f"SELECT * {free} ORDER BY due_at, number LIMIT 1"
            for row in tables.select(sql, (WAITING, now, now, *ways)):
                tables.execute(
                    "UPDATE outbox SET lease = ?, attempts = attempts + 1 WHERE id = ?",
                    (now + LEASE_SECONDS * 1000, bytes(row["id"])),
                )
                return tables.select("SELECT * FROM outbox WHERE id = ?", (bytes(row["id"]),))[0]
            return None

        row = self._cabinet.write(take)
        return None if row is None else _message(row)

    def sent(self, message: Message) -> None:
        """Notes that a message that was taken went out. Raises StoreError."""
        self._finish(message, SENT, "")

    def no_longer(self, message: Message, why: str) -> None:
        """Notes that nobody is to be told any more. Raises StoreError."""
        self._finish(message, DROPPED, why)

    def not_sent(self, message: Message, error: NotSent) -> bool:
        """Notes that it failed; whether it is given up. Raises StoreError."""
        now = self._clock()
        late = now - message.began_at > GIVE_UP_SECONDS * 1000
        if not error.again or late or message.attempts >= ATTEMPTS:
            self._finish(message, FAILED, error.why)
            return True
        pause = self._pause(message.attempts)

        def put_off(tables: Tables) -> None:
            tables.execute(
                "UPDATE outbox SET lease = 0, due_at = ?, error = ? WHERE id = ? AND state = ? AND attempts = ?",
                (now + pause, error.why, message.id, WAITING, message.attempts),
            )
            if error.shut:
                self._put_off_others(tables, message, now + min(pause, SHUT_SECONDS * 1000))

        self._cabinet.write(put_off)
        return False

    def id_of(self, draft: Draft) -> bytes:
        """The id of a message in the outbox: the same for the same message."""
        parts = (draft.kind, draft.stream.hex, str(draft.place), draft.way, draft.recipient.hex())
        return self._key.found_by("message", " ".join(parts))[:16]

    def find(self, id_: bytes) -> Message | None:
        """One of them. Raises StoreError."""
        rows = self._cabinet.select("SELECT * FROM outbox WHERE id = ?", (id_,))
        return _message(rows[0]) if rows else None

    def all(self, state: str = "", before: int | None = None, limit: int = 50, recipient: bytes = b"") -> list[Message]:
        """Messages, newest first, from below a number on; of one state, and to one account or webhook, where one is
        given. Raises StoreError.
        """
        where, params = ["1 = 1"], list[object]()
        if state:
            where, params = [*where, "state = ?"], [*params, state]
        if recipient:
            where, params = [*where, "recipient = ?"], [*params, recipient]
        if before is not None:
            where, params = [*where, "number < ?"], [*params, before]
        sql = f"SELECT * FROM outbox WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?"
        return [_message(row) for row in self._cabinet.select(sql, (*params, limit))]

    def retry(self, id_: bytes) -> None:
        """Has a message that failed or waits tried at once, from the beginning. Raises Refusal; StoreError."""
        now = self._clock()
        self._change(
            id_,
            "UPDATE outbox SET state = ?, attempts = 0, due_at = ?, began_at = ?, finished_at = NULL WHERE id = ?",
            (WAITING, now, now, id_),
        )

    def drop(self, id_: bytes) -> None:
        """Has a message that failed or waits never sent. Raises Refusal; StoreError."""
        sql = "UPDATE outbox SET state = ?, error = 'by-hand', finished_at = ? WHERE id = ?"
        self._change(id_, sql, (DROPPED, self._clock(), id_))

    def drop_all_to(self, tables: Tables, recipient: bytes) -> None:
        """Drops what waits for a webhook, within a transaction of the caller's."""
        sql = "UPDATE outbox SET state = ?, error = 'disabled', finished_at = ? WHERE recipient = ? AND state = ?"
        tables.execute(sql, (DROPPED, self._clock(), recipient, WAITING))

    def counts(self) -> Counts:
        """How many wait, failed, and wait for too long. Raises StoreError."""
        late = self._clock() - OVERDUE_SECONDS * 1000
        rows = self._cabinet.select(
            "SELECT state, COUNT(*) AS n, SUM(CASE WHEN began_at < ? THEN 1 ELSE 0 END) AS late FROM outbox"
            " WHERE state IN (?, ?) GROUP BY state",
            (late, WAITING, FAILED),
        )
        found = {str(row["state"]): (int(row["n"]), int(row["late"])) for row in rows}
        return Counts(found.get(WAITING, (0, 0))[0], found.get(FAILED, (0, 0))[0], found.get(WAITING, (0, 0))[1])

    def tidy(self) -> None:
        """Forgets what was sent or dropped long ago. Raises StoreError."""
        before = self._clock() - KEPT_SECONDS * 1000
        old = "FROM outbox WHERE state IN (?, ?) AND finished_at < ?"
        if self._cabinet.select(f"SELECT 1 {old} LIMIT 1", (SENT, DROPPED, before)):
            self._cabinet.write(lambda tables: tables.execute(f"DELETE {old}", (SENT, DROPPED, before)))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _pause(self, attempts: int) -> int:
        """Milliseconds until the next try: doubled each time, and a fifth more or less: not all come at once."""
        chance = int.from_bytes(self._randomness(4), "big") / 2**32
        return int(FIRST_PAUSE_SECONDS * 1000 * 2 ** (attempts - 1) * (0.8 + 0.4 * chance))

    def _finish(self, message: Message, state: str, error: str) -> None:
        # Where the lease ran out and another took it meanwhile, what that one finds counts.
        sql = (
            "UPDATE outbox SET state = ?, lease = 0, error = ?, finished_at = ?"
            " WHERE id = ? AND state = ? AND attempts = ?"
        )
        row = (state, error, self._clock(), message.id, WAITING, message.attempts)
        self._cabinet.write(lambda tables: tables.execute(sql, row))

    def _put_off_others(self, tables: Tables, message: Message, until: int) -> None:
        if message.way == "webhook":
            where, params = "recipient = ?", [message.recipient]
        else:
            where, params = "way <> 'webhook'", []
        sql = f"UPDATE outbox SET due_at = ? WHERE {where} AND state = ? AND due_at < ? AND id <> ?"
        tables.execute(sql, (until, *params, WAITING, until, message.id))

    def _change(self, id_: bytes, sql: str, params: Sequence[object]) -> None:
        def change(tables: Tables) -> None:
            rows = tables.select("SELECT state, lease FROM outbox WHERE id = ?", (id_,))
            if not rows or rows[0]["state"] not in (WAITING, FAILED) or rows[0]["lease"] > self._clock():
                raise Refusal(Code.UNKNOWN_VALUE, "no such message that failed or waits, or it is being sent just now")
            tables.execute(sql, params)

        self._cabinet.write(change)


def _message(row: Any) -> Message:
    return Message(
        bytes(row["id"]),
        row["number"],
        row["kind"],
        UUID(bytes=bytes(row["stream"])),
        row["place"],
        row["way"],
        bytes(row["recipient"]),
        str(row["state"]),
        row["attempts"],
        row["due_at"],
        str(row["error"]),
        row["created_at"],
        row["began_at"],
        row["finished_at"],
    )
