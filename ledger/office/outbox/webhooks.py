"""Webhooks: addresses of other programs that are told what happens, each with a secret to know us by.

Address and secret are sealed: an address may be a secret itself.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.handle import Clock
from ledger.office.outbox.messages import WEBHOOK_KINDS, Draft, Outbox
from ledger.office.outbox.reaching import check_address
from ledger.projector import Tables
from ledger.refusals import Code, Refusal

SECRET_SIZE: Final = 32
"""Bytes of a secret; Standard Webhooks wants 24 to 64."""
_PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as it is listed."""

    id: UUID
    url: str
    kinds: tuple[str, ...]
    organisation: str
    account: UUID
    """Who added it."""
    enabled: bool
    created_at: int


class Webhooks:
    """Keeps webhooks. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, outbox: Outbox, clock: Clock, *, private: bool) -> None:
        """`private`: whether addresses in networks that are not public are allowed."""
        self._cabinet, self._key, self._outbox, self._clock, self._private = cabinet, key, outbox, clock, private

    def add(
        self, url: str, kinds: Collection[str], organisation: str, account: UUID, id_: UUID | None = None
    ) -> tuple[Webhook, str]:
        """A new webhook, and its secret `whsec_…`, which is told this once, and again for the same `id_` alone.

        Raises Refusal `bad-form`; StoreError.
        """
        check_address(url, private=self._private)
        chosen = tuple(kind for kind in WEBHOOK_KINDS if kind in kinds)
        if not chosen or len(chosen) != len(set(kinds)):
            raise Refusal(Code.BAD_FORM, f"a webhook is told one or more of {', '.join(WEBHOOK_KINDS)}")
        made = id_ or UUID(bytes=secrets.token_bytes(16), version=4)
        sealed = self._key.seal("webhooks", made.bytes, [url, secrets.token_bytes(SECRET_SIZE)])
        row = (made.bytes, sealed, " ".join(chosen), organisation, account.bytes, 1, self._clock())

        def enter(tables: Tables) -> None:
            if not tables.select("SELECT 1 FROM webhooks WHERE id = ?", (made.bytes,)):
                tables.execute("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?)", row)

        self._cabinet.write(enter)
        found = self.find(made.bytes)
        assert found is not None
        return found, _PREFIX + b64encode(self.secret(made.bytes)).decode()

    def all(self) -> list[Webhook]:
        """All of them, in the order in which they came. Raises StoreError."""
        return [self._webhook(row) for row in self._cabinet.select("SELECT * FROM webhooks ORDER BY created_at, id")]

    def find(self, id_: bytes) -> Webhook | None:
        """One of them. Raises StoreError."""
        rows = self._cabinet.select("SELECT * FROM webhooks WHERE id = ?", (id_,))
        return self._webhook(rows[0]) if rows else None

    def secret(self, id_: bytes) -> bytes:
        """With which what goes there is signed. Raises Refusal `unknown-value`; StoreError."""
        rows = self._cabinet.select("SELECT sealed FROM webhooks WHERE id = ?", (id_,))
        if not rows:
            raise _unknown()
        secret: bytes = self._key.open("webhooks", id_, bytes(rows[0]["sealed"]))[1]
        return secret

    def disable(self, id_: bytes) -> None:
        """Tells it nothing more; what waits for it is dropped. Raises Refusal `unknown-value`; StoreError."""

        def change(tables: Tables) -> None:
            if not tables.select("SELECT 1 FROM webhooks WHERE id = ?", (id_,)):
                raise _unknown()
            tables.execute("UPDATE webhooks SET enabled = 0 WHERE id = ?", (id_,))
            self._outbox.drop_all_to(tables, id_)

        self._cabinet.write(change)

    def enable(self, id_: bytes) -> None:
        """Tells it what happens from now on. Raises Refusal `unknown-value`; StoreError."""
        if self.find(id_) is None:
            raise _unknown()
        self._cabinet.write(lambda tables: tables.execute("UPDATE webhooks SET enabled = 1 WHERE id = ?", (id_,)))

    def remove(self, id_: bytes) -> None:
        """Forgets it, and drops what waits for it. Raises StoreError."""

        def change(tables: Tables) -> None:
            tables.execute("DELETE FROM webhooks WHERE id = ?", (id_,))
            self._outbox.drop_all_to(tables, id_)

        self._cabinet.write(change)

    def test(self, id_: bytes, request: UUID | None = None) -> bytes:
        """Puts in a message that says nothing, to see it arrive; its id, the same for the same `request`.

        Raises Refusal `unknown-value`; StoreError.
        """
        if self.find(id_) is None:
            raise _unknown()
        draft = Draft("test", request or UUID(bytes=secrets.token_bytes(16), version=4), None, "webhook", id_)
        self._cabinet.write(lambda tables: self._outbox.enter(tables, [draft]))
        return self._outbox.id_of(draft)

    def _webhook(self, row: Any) -> Webhook:
        id_ = bytes(row["id"])
        url, _ = self._key.open("webhooks", id_, bytes(row["sealed"]))
        return Webhook(
            UUID(bytes=id_),
            url,
            tuple(str(row["kinds"]).split()),
            str(row["organisation"]),
            UUID(bytes=bytes(row["account"])),
            bool(row["enabled"]),
            row["created_at"],
        )


def _unknown() -> Refusal:
    return Refusal(Code.UNKNOWN_VALUE, "no such webhook")
