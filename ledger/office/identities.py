"""Who a member of staff is at a provider of single sign-on: bound by its owner, and by issuer and subject alone.

An e-mail address, a name or anything else that a provider may say finds nobody's account: whoever could choose it there
would choose whose account they get here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.handle import Clock
from ledger.office.openid import Identity
from ledger.projector import Tables
from ledger.refusals import Code, Refusal


@dataclass(frozen=True, slots=True)
class Bound:
    """An identity of an account, as its owner sees it; times in milliseconds since 1970 UTC."""

    place: bytes
    """Names it, and tells nothing."""
    issuer: str
    label: str
    created_at: int
    used_at: int | None


class Identities:
    """Binds and finds identities. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, clock: Clock) -> None:
        self._cabinet, self._key, self._clock = cabinet, key, clock

    def account_of(self, identity: Identity) -> UUID | None:
        """Whose it is; it counts as used now. Raises StoreError."""
        place, now = self._place(identity), self._clock()
        rows = self._cabinet.select("SELECT account FROM identities WHERE place = ?", (place,))
        if not rows:
            return None
        sql = "UPDATE identities SET used_at = ? WHERE place = ?"
        self._cabinet.write(lambda tables: tables.execute(sql, (now, place)))
        return UUID(bytes=bytes(rows[0]["account"]))

    def bind(self, account: UUID, identity: Identity, also: Callable[[Tables], None] = lambda tables: None) -> None:
        """Makes it a way into an account; `also` is done in the same transaction.

        Raises Refusal `identity-taken` where it is another's; StoreError.
        """
        place = self._place(identity)
        sealed = self._key.seal("identities", place, [identity.issuer, identity.subject, identity.label])

        def enter(tables: Tables) -> None:
            also(tables)
            rows = tables.select("SELECT account FROM identities WHERE place = ?", (place,))
            if rows and bytes(rows[0]["account"]) != account.bytes:
                raise Refusal(Code.IDENTITY_TAKEN, "it lets another account in already")
            if not rows:
                row = (place, account.bytes, sealed, self._clock(), None)
                tables.execute("INSERT INTO identities VALUES (?, ?, ?, ?, ?)", row)

        self._cabinet.write(enter)

    def of(self, account: UUID) -> list[Bound]:
        """The identities of an account, oldest first. Raises StoreError."""
        sql = "SELECT * FROM identities WHERE account = ? ORDER BY created_at, place"
        return [self._bound(row) for row in self._cabinet.select(sql, (account.bytes,))]

    def unbind(self, account: UUID, place: bytes, also: Callable[[Tables], None] = lambda tables: None) -> None:
        """Takes it away; nothing where it is another's. `also` is done in the same transaction."""

        def leave(tables: Tables) -> None:
            tables.execute("DELETE FROM identities WHERE place = ? AND account = ?", (place, account.bytes))
            also(tables)

        self._cabinet.write(leave)

    def _place(self, identity: Identity) -> bytes:
        return self._key.found_by("identity", f"{identity.issuer}\0{identity.subject}")

    def _bound(self, row: Any) -> Bound:
        place = bytes(row["place"])
        issuer, _, label = self._key.open("identities", place, bytes(row["sealed"]))
        return Bound(place, issuer, label, row["created_at"], row["used_at"])
