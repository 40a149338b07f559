"""Invented entries for the store's tests: statements of the right shape, signed by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import UUID

from ledger.store import Batch, Claim, Entry, Store
from verifier import cbor, statement
from verifier.merkle import leaf_hash

HEADERS = statement.Headers(bytes(32), "https://base.example/organisations/university")
TOPIC = "attendance.recorded/1"


class Maker:
    """Makes ids, entries and claims, the same ones for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self.random = Random(seed)

    def bytes(self, size: int) -> bytes:
        return self.random.randbytes(size)

    def uuid(self) -> UUID:
        return UUID(bytes=self.bytes(16))

    def entry(self, stream: UUID, version: int, subject: UUID | None = None, *, padding: int = 5) -> Entry:
        sealed = None if subject is None else self.bytes(40)
        bytes_ = self.statement(stream, version, padding=padding)
        return Entry(stream, version, TOPIC, bytes_, leaf_hash(bytes_), subject, sealed)

    def statement(self, stream: UUID, version: int, topic: str = TOPIC, *, padding: int = 5) -> bytes:
        payload = {
            1: topic,
            2: stream.bytes,
            3: version,
            4: 1_700_000_000_000,
            5: self.bytes(16),
            6: ["account-1"],
            cbor.REDACTED: [self.bytes(32) for _ in range(padding)],
        }
        return statement.assemble(HEADERS.of(stream), cbor.encode(payload), self.bytes(64))

    def claim(self, subject: UUID | None = None) -> Claim:
        return Claim(self.bytes(32), subject, self.bytes(8))

    def batch(self, *entries: Entry, **rest: object) -> Batch:
        return Batch(self.bytes(16), entries, **rest)  # type: ignore[arg-type]

    def person(self, events: int = 3) -> Batch:
        """All that registering a person in one stream writes: every kind of row that a batch can have."""
        subject, stream = self.uuid(), self.uuid()
        return self.batch(
            *[self.entry(stream, version, subject) for version in range(1, events + 1)],
            claims=[self.claim(subject), self.claim(None)],
            boundaries={subject.bytes: (0, 1)},
            streams=[(subject, stream)],
        )

    def people(self, count: int) -> Iterator[Batch]:
        return (self.person() for _ in range(count))


def view(store: Store, batches: list[Batch]) -> object:
    """All that the port can tell of these batches and of the log: two stores with equal views are in the same state."""
    head = store.head()
    return (
        head,
        store.leaves(0, head.size),
        store.entries(0, head.size + 1),
        [store.command(batch.command_id) for batch in batches],
        [store.claims(claim.key for claim in batch.claims) for batch in batches],
        [store.boundary(boundary) for batch in batches for boundary in batch.boundaries],
        [store.dossier(subject) for batch in batches for subject, _ in batch.streams],
        [store.stream(entry.stream_id) for batch in batches for entry in batch.entries],
        store.erasures(),
        store.signed_head(),
    )
