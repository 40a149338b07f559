"""The last look at an entry before the log signs it: what is once in the signed tree stays there for ever."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from ledger.publication import AUTHORITY_TYPES, CHUNK
from ledger.store import Log, Recorded, StoreCorrupt
from verifier.audit.approvals import Approvals
from verifier.authority import Authority
from verifier.errors import RuleBroken
from verifier.events import EVENTS
from verifier.kinds import SIGNED_KINDS
from verifier.statement import parse

_APPROVALS: Final = frozenset(
    name for name, declared in EVENTS.items() if declared.kind in SIGNED_KINDS or declared.kind == "approval.signed"
)
"""Types that say, or have to show, what an approver's passkey signed."""


class Judge:
    """Checks signature, entitlement, actors and their passkeys of entries, in log order (FORMATS §2).

    Others may have signed entries in between; those are folded from where this judge is.
    """

    def __init__(self, log: Log, beat: Callable[[], None] = lambda: None) -> None:
        """`beat` is called all along the way; what it raises ends the work."""
        self._log = log
        self._beat = beat
        self._authority = Authority()
        self._approvals = Approvals()
        self._next = 0

    def judge(self, entry: Recorded) -> None:
        """Raises VerificationError for an entry that its signer was not entitled to, or that an approver's passkey did
        not sign; StoreCorrupt.
        """
        self._beat()
        if entry.index != self._next:
            self._fold(entry.index)
        statement = parse(entry.statement)
        self._authority.check_staff(statement)
        self._authority.admit(entry.index, statement)
        self._approvals.take(entry.index, statement, self._authority.approvers)
        self._next = entry.index + 1

    def _fold(self, size: int) -> None:
        """What the entries before `size` say of authority; they are signed already."""
        authority, approvals, start = self._authority, self._approvals, self._next
        if start > size:
            authority, approvals, start = Authority(), Approvals(), 0
        # The fold is kept only where it gets there whole.
        self._authority, self._approvals, self._next = Authority(), Approvals(), 0
        while start < size:
            self._beat()
            entries = self._log.entries(start, min(CHUNK, size - start))
            if not entries:
                raise StoreCorrupt(start, "notification_id", "the entry is missing")
            for entry in entries:
                if entry.topic in AUTHORITY_TYPES:
                    authority.admit(entry.index, parse(entry.statement))
                if entry.topic in _APPROVALS and (approvals.begun or entry.topic in AUTHORITY_TYPES):
                    with suppress(RuleBroken):  # the signed tree holds it already: for audits to tell
                        approvals.take(entry.index, parse(entry.statement), authority.approvers)
            start += len(entries)
        self._authority, self._approvals, self._next = authority, approvals, size
