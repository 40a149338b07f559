"""What the ledger asks of its store: value types, the ways an append can fail, and the ports of an adapter.

The store holds statements in log order, the tree over them, and beside them what never enters the log: sealed personal
values, private uniqueness, the index of a person's streams. All of one command goes in together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from verifier.merkle import Frontier


@dataclass(frozen=True, slots=True)
class Entry:
    """One signed statement to append."""

    stream_id: UUID
    version: int
    """Version in the stream, from 1, without gaps."""
    topic: str
    """Wire name of the event type, such as `certificate.awarded/1`."""
    statement: bytes
    """The COSE_Sign1 bytes with an empty unprotected header (FORMATS §1)."""
    leaf: bytes
    """RFC 6962 leaf hash of `statement`."""
    subject: UUID | None = None
    """The person whose data key sealed `sealed`."""
    sealed: bytes | None = None
    """The personal values of the event, encrypted; None for an event without any."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One private uniqueness: an identity document, an enrolment in a cohort, a row of a pack, a number, a link id."""

    key: bytes
    """32 bytes, HMAC under a vault key: nobody without it can test whether somebody is here."""
    subject: UUID | None
    """The person with whom the claim is erased, or None."""
    value: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one command writes."""

    command_id: bytes
    """16 bytes. A command that is already recorded is not recorded again."""
    entries: Sequence[Entry]
    claims: Sequence[Claim] = ()
    boundaries: Mapping[bytes, tuple[int, int]] = field(default_factory=dict)
    """Optimistic consistency: 16-byte id → (revision that was read, revision to write); 0 means not there yet."""
    streams: Sequence[tuple[UUID, UUID]] = ()
    """(person, stream): the private index of whose stream it is."""
    erases: Sequence[UUID] = ()
    """People of whom sealed values, claims and private index go, this batch's own included."""
    recorded_at: int = 0
    """The recorded time that all entries say, in milliseconds; 0 where the caller does not care for its order."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a command's entries stand in the log: `count` of them from 0-based `first_index` on."""

    first_index: int
    count: int
    repeated: bool = False
    """The command had been recorded before; nothing was written now."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry as it lies in the store, with its sealed values if there are any and they were not erased."""

    index: int
    stream_id: UUID
    version: int
    topic: str
    statement: bytes
    leaf: bytes
    subject: UUID | None
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Head:
    """The tree over all entries. Not signed: see `SignedHead`."""

    size: int
    frontier: Frontier


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The latest tree head that the log has signed."""

    size: int
    root: bytes
    note: str
    """The C2SP signed note."""


class StoreError(Exception):
    """The store could not do what was asked."""


class VersionConflict(StoreError):
    """A stream is not at the version that the command expected: load, decide and append again."""

    def __init__(self, stream_id: UUID, expected: int, actual: int) -> None:
        super().__init__(f"stream {stream_id} is at version {actual}, the command expected {expected}")
        self.stream_id, self.expected, self.actual = stream_id, expected, actual


class BoundaryMoved(StoreError):
    """What the command decided on has changed since it was read: load, decide and append again."""

    def __init__(self, boundary: bytes, expected: int, actual: int) -> None:
        super().__init__(f"boundary {boundary.hex()} is at revision {actual}, the command expected {expected}")
        self.boundary, self.expected, self.actual = boundary, expected, actual


class RecordedBehind(StoreError):
    """The log's last entry was recorded later than the batch says: recorded time never runs backwards (FORMATS §1).

    The batch is to be sealed again with a time that is not before `last`, in milliseconds since 1970 UTC.
    """

    def __init__(self, recorded_at: int, last: int) -> None:
        super().__init__(f"recorded at {recorded_at}, but the log's last entry at {last}")
        self.recorded_at, self.last = recorded_at, last


class ClaimTaken(StoreError):
    """Something that may be there once is there already."""

    def __init__(self, key: bytes) -> None:
        super().__init__(f"claim {key.hex()} is already taken")
        self.key = key


class SignedHeadMoved(StoreError):
    """Another sequencer signed meanwhile: read the signed head again."""

    def __init__(self, actual: SignedHead | None) -> None:
        found = "absent" if actual is None else f"of size {actual.size}"
        super().__init__(f"the signed head is {found}, not the expected one")
        self.actual = actual


class StoreBusy(StoreError):
    """Others kept the store locked for longer than the time limit. Nothing is known to be wrong: try again."""


class StoreClosed(StoreError):
    """Nothing is recorded or signed here: the ledger was moved elsewhere, or this is a copy (`ledger.fence`)."""

    def __init__(self, state: str, other: str) -> None:
        told = {
            "moved": f"this ledger was moved to {other}: nothing is recorded or signed here any more",
            "backup": f"this is a backup copy of {other}: nothing is recorded or signed here",
            "unfinished": f"this is an unfinished copy of {other}: run `certledger copy` again",
        }
        super().__init__(told.get(state, f"this ledger is closed ({state})"))
        self.state, self.other = state, other


class StoreCorrupt(StoreError):
    """A row does not say what its statement says, or the tables contradict each other."""

    def __init__(self, index: int | None, column: str, message: str) -> None:
        super().__init__(f"{'tables' if index is None else f'entry {index}'}, {column}: {message}")
        self.index, self.column = index, column


class Log(Protocol):
    """Statements in log order."""

    def append(self, batch: Batch) -> Appended:
        """Records the batch whole.

        Raises VersionConflict, BoundaryMoved, ClaimTaken, RecordedBehind, StoreBusy; ValueError for a batch that no
        state of the store could take (a wrong leaf hash, a column that contradicts the statement).
        """

    def command(self, command_id: bytes) -> Appended | None:
        """What the command recorded (`repeated` is set), or None if it is not recorded."""

    def entries(self, start: int, limit: int) -> list[Recorded]:
        """Up to `limit` entries from index `start` on. Raises StoreCorrupt."""

    def entry(self, index: int) -> Recorded | None:
        """One entry, or None beyond the end. Raises StoreCorrupt."""


class Histories(Protocol):
    """Entries by what they are about."""

    def stream(self, stream_id: UUID) -> list[Recorded]:
        """The entries of one stream, oldest first. Raises StoreCorrupt."""

    def dossier(self, subject: UUID) -> list[Recorded]:
        """The entries of all streams of one person, in log order. Raises StoreCorrupt."""

    def boundary(self, boundary: bytes) -> int:
        """Revision of a consistency boundary, 0 if it is not there yet."""

    def erasures(self) -> list[UUID]:
        """Everyone ever erased: their data keys must be gone, also after a crash or a restored backup of the keys."""


class Claims(Protocol):
    """Private uniqueness."""

    def claim(self, key: bytes) -> Claim | None:
        """The claim under this key."""

    def claims(self, keys: Iterable[bytes]) -> dict[bytes, Claim]:
        """Those of the keys that are taken."""


class Tree(Protocol):
    """What the sequencer reads and signs."""

    def head(self) -> Head:
        """The tree over all entries. Raises StoreCorrupt."""

    def leaves(self, start: int, end: int) -> list[bytes]:
        """Leaf hashes of the entries [start, end). Raises StoreCorrupt if one is missing."""

    def signed_head(self) -> SignedHead | None:
        """The latest signed head."""

    def sign_head(self, expected_old: SignedHead | None, new: SignedHead) -> None:
        """Puts `new` in the place of `expected_old`. Raises SignedHeadMoved if another stands there; ValueError if
        `new` is smaller than the old one or larger than the log.
        """


class Feed(Protocol):
    """News of entries."""

    def subscribe(self, after: int) -> AbstractContextManager[Subscription]:
        """Yields the index of every entry from index `after` on, and waits for those to come."""


class Subscription(Protocol):
    """An endless iteration over the indexes of entries, until another thread stops it."""

    def __iter__(self) -> Iterator[int]: ...

    def stop(self) -> None:
        """Ends the iteration."""


class Lead(Protocol):
    """Whose turn it is to sign: one open store at a time has it, of all processes and machines.

    The turn saves useless work and nothing else: that there is one history is what `Tree.sign_head` guarantees.
    """

    def lead(self, seconds: float) -> bool:
        """Takes or renews the turn for this open store, for so many seconds (at most 60); False while another has it.

        A turn ends when it is given back, when the store is closed, soon after its process or machine died, and may
        end once its seconds are over. Raises StoreBusy, StoreError.
        """

    def resign(self) -> None:
        """Gives the turn back. Where the store cannot be reached the turn ends by itself."""

    def check_open(self) -> None:
        """Raises StoreClosed where nothing is to be signed in this ledger's name, since it is written to elsewhere."""


class Store(Log, Histories, Claims, Tree, Feed, Lead, Protocol):
    """The whole store, as the composition root opens it."""


class DataKeys(Protocol):
    """One data key a person, in a store of its own: destroying it makes the sealed values unreadable for good."""

    def create(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """The keys of these people, made where there was none; durable on return. Keys that nothing uses do no harm."""

    def get(self, subject: UUID) -> bytes | None:
        """The person's 32-byte key, or None if there is none (any more)."""

    def get_many(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """The keys of those of these people who have one."""

    def destroy(self, subject: UUID) -> None:
        """Forgets the key for good. Destroying it twice is the same as once."""
