"""The ledger as an `eventsourcing` application: stored state is the signed statement, topics are our wire names.

The ledger itself appends through `ledger.store`; this seam is for what the library brings: notification log,
subscriptions and projection runners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent

from ledger.columns import check_columns


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the log as the library handles it."""

    originator_id: UUID
    """The stream."""
    originator_version: int
    """The version in the stream."""
    topic: str
    """Wire name of the event type."""
    statement: bytes
    """The signed statement, neither decoded nor verified."""


class StatementMapper(Mapper[UUID]):
    """Stores statements as they are. What is loaded must say what its row says."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The row of an entry. Raises TypeError for anything that is not `Logged`, StoreCorrupt for a wrong column."""
        if not isinstance(domain_event, Logged):
            raise TypeError(f"{type(domain_event).__name__} is not a logged statement")
        event = domain_event
        check_columns(None, event.originator_id, event.originator_version, event.topic, event.statement)
        return StoredEvent(event.originator_id, event.originator_version, event.topic, event.statement)

    def to_domain_event(self, stored_event: StoredEvent) -> Logged:
        """The entry of a row. Raises StoreCorrupt that names index and column."""
        event = stored_event
        stream = event.originator_id if isinstance(event.originator_id, UUID) else UUID(event.originator_id)
        index = event.id - 1 if isinstance(event, Notification) else None
        check_columns(index, stream, event.originator_version, event.topic, event.state)
        return Logged(stream, event.originator_version, event.topic, event.state)


class LedgerApplication(Application[UUID]):
    """The log as an application. SQLITE_DBNAME in its environment is the path of the ledger file."""

    name = "ledger"
    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "ledger.sqlite.factory:LedgerFactory"}
    log_section_size = 1000

    def construct_mapper(self) -> Mapper[UUID]:
        """Statements need neither transcoder, compressor nor cipher."""
        return StatementMapper()
