"""The fence of a ledger: whether this database is the one that may be written to.

A ledger can lie in several places after it was moved or copied; in one of them, at most, it is open. The fence is a row
of the database itself, and the database refuses every new entry and signature where it is not open, whatever process
asks: so there are never two histories.

    open         the ledger is written to here
    moved        it was moved away, or is being moved: reading and checking go on
    backup       a copy that was never meant to be written to
    unfinished   a copy that is not whole yet
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ledger.store import StoreClosed, StoreError
from ledger.tables import Key, Row

OPEN: Final = "open"
MOVED: Final = "moved"
BACKUP: Final = "backup"
UNFINISHED: Final = "unfinished"


@dataclass(frozen=True, slots=True)
class Fence:
    """What the one row of the table `fence` says."""

    state: str = OPEN
    other: str = ""
    """The place that the ledger was moved to, or that it is a copy of, without a password."""
    move: bytes = b""
    """16 random bytes, the same at both ends of one move."""
    turn: int = 0
    """Grows with every change, so that of two who change it one comes too late."""

    def check_open(self) -> None:
        """Raises StoreClosed."""
        if self.state != OPEN:
            raise StoreClosed(self.state, self.other)


class FenceMoved(StoreError):
    """Somebody else has changed the fence meanwhile: another `copy` is at work, or was."""

    def __init__(self, there: Fence) -> None:
        super().__init__(f"another copy has taken over meanwhile (the fence is {there.state} now)")
        self.there = there


class Restoring(Protocol):
    """A database that is copied into, or out of: its fence, and its bare tables for whoever owns them."""

    def fence(self) -> Fence:
        """What the fence says. Raises StoreError."""

    def swap(self, old: Fence, new: Fence) -> None:
        """Puts `new` in the place of `old`, when nobody is writing. Raises FenceMoved, StoreBusy, StoreError."""

    def page(self, table: str, after: Key | None, limit: int) -> list[Row]:
        """Up to `limit` rows of a table in the order of its primary key, from behind `after` on. Raises StoreError."""

    def change(self, table: str, gone: Sequence[Key], rows: Sequence[Row], fence: Fence | None) -> None:
        """Deletes rows, then writes rows, in one transaction; durable at the latest with the next `swap`.

        Raises FenceMoved where the fence is not `fence`; StoreError.
        """

    def close(self) -> None:
        """Closes the database."""
