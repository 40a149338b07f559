"""Which kinds of messages members of staff want no mail of."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from ledger.cabinet import Cabinet
from ledger.office.outbox.messages import STAFF_KINDS
from ledger.projector import Tables
from ledger.refusals import Code, Refusal


class Wishes:
    """Keeps them; who said nothing is told everything. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def declined(self, account: UUID) -> frozenset[str]:
        """The kinds that an account declined. Raises StoreError."""
        rows = self._cabinet.select("SELECT declined FROM wishes WHERE account = ?", (account.bytes,))
        return frozenset(str(rows[0]["declined"]).split()) if rows else frozenset()

    def decline(self, account: UUID, kinds: Collection[str]) -> None:
        """Declines these kinds and no others. Raises Refusal `unknown-value`; StoreError."""
        if not set(kinds) <= set(STAFF_KINDS):
            raise Refusal(Code.UNKNOWN_VALUE, f"staff are told of {', '.join(STAFF_KINDS)}")

        def enter(tables: Tables) -> None:
            tables.execute("DELETE FROM wishes WHERE account = ?", (account.bytes,))
            tables.execute("INSERT INTO wishes VALUES (?, ?)", (account.bytes, " ".join(sorted(set(kinds)))))

        self._cabinet.write(enter)
