"""Group commit: batches that threads of one process append at the same time go in together.

A transaction costs a wait for the disk, whether it carries one batch or sixty. Who finds nobody at work records its
batch at once, alone; whoever comes meanwhile waits, and the first of those who waited records for them all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Event, Lock
from typing import Final, Protocol

from ledger.batches import check_batch
from ledger.store import Appended, Batch, StoreBusy, StoreError

MOST_BATCHES: Final = 64
MOST_ENTRIES: Final = 2000
"""Of one group; a larger batch goes alone."""

Outcome = Appended | StoreError
"""What became of a batch; an error stands for why it did not go in."""


class Groups(Protocol):
    """A store that records several batches in one transaction."""

    def append_all(self, batches: Sequence[Batch]) -> list[Outcome]:
        """Records each batch whole or not at all, in this order, and answers for each in its place.

        Each must have passed `ledger.batches.check_batch`.

        Those that cannot go in (VersionConflict, BoundaryMoved, ClaimTaken, RecordedBehind) do not hinder the others.
        Raises what keeps all of them out: StoreBusy, StoreCorrupt; then nothing is recorded, or what is recorded is
        answered as repeated the next time.
        """


class Interrupted(StoreBusy):
    """Who recorded for others was interrupted. The same command, sent again, is recorded once."""

    def __init__(self) -> None:
        super().__init__("the thread that was recording was interrupted; try again")


class _Ticket:
    """One caller's batch, and what it waits for."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.outcome: Appended | BaseException | None = None
        self.called = Event()
        """Set when there is an outcome, or when it is this caller's turn to record."""


class GroupCommit:
    """The queue in front of one store, for the threads of one process."""

    def __init__(self, groups: Groups, most_batches: int = MOST_BATCHES, most_entries: int = MOST_ENTRIES) -> None:
        self._groups = groups
        self._most_batches, self._most_entries = most_batches, most_entries
        self._lock = Lock()
        self._waiting: deque[_Ticket] = deque()
        self._busy = False

    def append(self, batch: Batch) -> Appended:
        """Records the batch whole: see `ledger.store.Log.append`."""
        check_batch(batch)  # A batch that is wrong in itself fails its own caller and nobody else.
        ticket = _Ticket(batch)
        with self._lock:
            self._waiting.append(ticket)
            leads = not self._busy
            self._busy = True
        if not leads:
            self._wait(ticket)
        if ticket.outcome is None:
            self._lead()
        assert ticket.outcome is not None
        if isinstance(ticket.outcome, BaseException):
            raise ticket.outcome
        return ticket.outcome

    def _wait(self, ticket: _Ticket) -> None:
        try:
            ticket.called.wait()
        except BaseException:  # Interrupted from outside: nobody must wait for this thread to lead.
            with self._lock:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                    if ticket.called.is_set():
                        self._call_next()
            raise

    def _call_next(self) -> None:
        """Lets the one who has waited longest lead. The caller holds the lock."""
        self._busy = bool(self._waiting)
        if self._busy:
            self._waiting[0].called.set()

    def _lead(self) -> None:
        """Records a group, the caller's own batch in it, and calls the next to lead."""
        with self._lock:
            group = self._take()
        try:
            self._record(sorted(group, key=lambda ticket: ticket.batch.recorded_at))
        finally:
            for ticket in group:
                if ticket.outcome is None:
                    ticket.outcome = Interrupted()
                ticket.called.set()
            with self._lock:
                self._call_next()

    def _take(self) -> list[_Ticket]:
        """The longest waiting, as many as fit into one group. The caller holds the lock."""
        group = [self._waiting.popleft()]
        entries = len(group[0].batch.entries)
        while self._waiting and len(group) < self._most_batches:
            entries += len(self._waiting[0].batch.entries)
            if entries > self._most_entries:
                break
            group.append(self._waiting.popleft())
        return group

    def _record(self, group: Sequence[_Ticket]) -> None:
        """Settles every ticket of the group. What one of them alone brings about reaches its own caller only."""
        try:
            outcomes: Sequence[Appended | BaseException] = self._groups.append_all([ticket.batch for ticket in group])
        except StoreBusy as error:  # It is everybody's, and halves would only wait again, one after the other.
            outcomes = [_again(error) for _ in group]
        except Exception as error:
            if len(group) > 1:
                middle = len(group) // 2
                self._record(group[:middle])
                self._record(group[middle:])
                return
            outcomes = [error]
        for ticket, outcome in zip(group, outcomes, strict=True):
            ticket.outcome = outcome


def _again(error: StoreBusy) -> StoreBusy:
    """An error of one's own for each thread that raises it."""
    own = type(error).__new__(type(error), *error.args)
    own.__dict__.update(error.__dict__)
    own.__cause__ = error
    return own
