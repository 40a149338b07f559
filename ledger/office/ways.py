"""The ways into an account: a password, passkeys, identities at providers that the settings still name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.projector import Tables
from ledger.providers import Provider
from ledger.refusals import Code, Refusal

PASSWORD, PASSKEY = "password", "passkey"


class Ways:
    """Tells them, and sees to it that one is left. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, key: CabinetKey, providers: Sequence[Provider]) -> None:
        self._cabinet, self._key = cabinet, key
        self._ids = {provider.issuer: provider.id for provider in providers}

    def of(self, account: UUID) -> list[str]:
        """`password`, `passkey`, and ids of providers; each way once. Raises StoreError."""
        return self._of(self._cabinet.select, account)

    def check_left(self, account: UUID) -> Callable[[Tables], None]:
        """For the end of a transaction that takes a way away: raises Refusal `last-way-in` where none is left."""

        def check(tables: Tables) -> None:
            if not self._of(tables.select, account):
                raise Refusal(Code.LAST_WAY_IN, "nobody could get into the account any more")

        return check

    def _of(self, select: Callable[..., Sequence[dict[str, object]]], account: UUID) -> list[str]:
        of = (account.bytes,)
        found = dict[str, None]()
        if any(row["password"] for row in select("SELECT password FROM staff WHERE account = ?", of)):
            found[PASSWORD] = None
        if select("SELECT 1 FROM passkeys WHERE account = ? LIMIT 1", of):
            found[PASSKEY] = None
        for row in select("SELECT place, sealed FROM identities WHERE account = ? ORDER BY created_at", of):
            issuer = self._key.open("identities", bytes(row["place"]), bytes(row["sealed"]))[0]  # type: ignore[call-overload]
            if issuer in self._ids:
                found[self._ids[issuer]] = None
        return list(found)
