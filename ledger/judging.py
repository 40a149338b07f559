"""The last look at an entry before the log signs it: what is once in the signed tree stays there for ever."""

from __future__ import annotations

from collections.abc import Callable

from ledger.publication import AUTHORITY_TYPES, CHUNK
from ledger.store import Log, Recorded, StoreCorrupt
from verifier.authority import Authority
from verifier.statement import parse


class Judge:
    """Checks signature, entitlement and actors of entries, in log order (FORMATS §2).

    Others may have signed entries in between; those are folded from where this judge is.
    """

    def __init__(self, log: Log, beat: Callable[[], None] = lambda: None) -> None:
        """`beat` is called all along the way; what it raises ends the work."""
        self._log = log
        self._beat = beat
        self._authority = Authority()
        self._next = 0

    def judge(self, entry: Recorded) -> None:
        """Raises VerificationError for an entry that its signer was not entitled to; StoreCorrupt."""
        self._beat()
        if entry.index != self._next:
            self._fold(entry.index)
        self._authority.admit(entry.index, parse(entry.statement))
        self._next = entry.index + 1

    def _fold(self, size: int) -> None:
        """What the entries before `size` say of authority; they are signed already."""
        authority, start = (self._authority, self._next) if self._next <= size else (Authority(), 0)
        self._authority, self._next = Authority(), 0  # the fold is kept only where it gets there whole
        while start < size:
            self._beat()
            entries = self._log.entries(start, min(CHUNK, size - start))
            if not entries:
                raise StoreCorrupt(start, "notification_id", "the entry is missing")
            for entry in entries:
                if entry.topic in AUTHORITY_TYPES:
                    authority.admit(entry.index, parse(entry.statement))
            start += len(entries)
        self._authority, self._next = authority, size
