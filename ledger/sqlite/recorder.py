"""`eventsourcing`'s recorders over the tables of `schema`: what its applications, runners and test suites see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent, Subscription, Tracking
from eventsourcing.sqlite import SQLiteCursor, SQLiteProcessRecorder

from ledger.grouping import Outcome
from ledger.sqlite import schema
from ledger.sqlite.appending import read_head, write_all, write_head
from ledger.sqlite.datastore import LedgerDatastore
from ledger.sqlite.subscription import PollingSubscription
from ledger.store import Batch
from verifier.merkle import leaf_hash


class LedgerRecorder(SQLiteProcessRecorder):
    """Records statements as leaves of one tree: an event is in the table if, and only if, its leaf is in the tree."""

    datastore: LedgerDatastore

    def __init__(self, datastore: LedgerDatastore) -> None:
        super().__init__(datastore)
        self.create_table_statements = list(schema.TABLES)

    def create_table(self) -> None:
        """Makes the tables once, also where several processes start together."""
        with self.datastore.connection() as connection:
            schema.create(connection)

    def append_all(self, batches: Sequence[Batch]) -> list[Outcome]:
        """Records these batches in one transaction: see `ledger.grouping.Groups`."""
        with self.datastore.transaction(commit=True) as c:
            return write_all(c, batches)

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """The library's plain path, without anything private beside the events; leaves are computed here."""
        before = read_head(c)
        leaves = [leaf_hash(event.state) for event in stored_events]
        write_head(c, before.extend(leaves))
        numbers = range(before.size + 1, before.size + 1 + len(leaves))
        c.executemany(
            "INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)",
            [
                (number, _key(event.originator_id), event.originator_version, event.topic, event.state, leaf)
                for number, event, leaf in zip(numbers, stored_events, leaves, strict=True)
            ],
        )
        tracking: Tracking | None = kwargs.get("tracking")
        if tracking is not None:
            self._insert_tracking(c, tracking)
        return list(numbers)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one stream."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT originator_id, originator_version, topic, state FROM stored_events WHERE originator_id = ?"
                " AND originator_version > ? AND originator_version <= ?"
                f" ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT ?",
                (_key(originator_id), -1 if gt is None else gt, _LARGEST if lte is None else lte, _limit(limit)),
            )
            return [
                StoredEvent(UUID(bytes=stream), version, topic, state) for stream, version, topic, state in c.fetchall()
            ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events in log order; a notification's id is its entry's index + 1."""
        first = 0 if start is None else start if inclusive_of_start else start + 1
        chosen = f" AND topic IN ({','.join('?' * len(topics))})" if topics else ""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT originator_id, originator_version, topic, state, notification_id FROM stored_events"
                f" WHERE notification_id BETWEEN ? AND ?{chosen} ORDER BY notification_id LIMIT ?",
                (first, _LARGEST if stop is None else stop, *topics, limit),
            )
            return [
                Notification(UUID(bytes=stream), version, topic, state, number)
                for stream, version, topic, state, number in c.fetchall()
            ]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Notifications after `gt`, those that are still to come included."""
        return PollingSubscription(self, self.datastore.path, gt=gt, topics=topics)


_LARGEST = 2**63 - 1


def _key(originator_id: UUID | str) -> bytes:
    return (originator_id if isinstance(originator_id, UUID) else UUID(originator_id)).bytes


def _limit(limit: int | None) -> int:
    return -1 if limit is None else limit
