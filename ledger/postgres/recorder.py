"""`eventsourcing`'s recorders over the tables of `schema`: what its applications, runners and test suites see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent, Subscription
from eventsourcing.postgres import PostgresProcessRecorder
from psycopg.rows import DictRow, tuple_row

from ledger.postgres.datastore import LedgerDatastore
from ledger.postgres.migrations import LOG, migrate
from ledger.postgres.subscription import NotifiedSubscription


class LedgerRecorder(PostgresProcessRecorder):
    """Records statements as leaves of one tree: an event is in the table if, and only if, its leaf is in the tree."""

    datastore: LedgerDatastore

    def __init__(self, datastore: LedgerDatastore) -> None:
        super().__init__(datastore, events_table_name="stored_events", tracking_table_name="tracking")
        # The library's own statements would make other tables; ours come by migrations.
        self.sql_create_statements = []

    def create_table(self) -> None:
        """Brings the schema to this program's version, once, also where several processes start together."""
        self.datastore.persist(lambda connection: migrate(connection, LOG))

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's plain path, without command or anything private, for the owner of the tables only.

        It is not tried again after a lost connection: without a command nobody could tell what became of it.
        """
        with self.datastore.get_connection() as connection, connection.transaction(), connection.cursor() as c:
            before = self._enter(connection, stored_events)
            self._insert_events(c, stored_events, **kwargs)
        return list(range(before + 1, before + 1 + len(stored_events)))

    def _enter(self, connection: psycopg.Connection[DictRow], events: Sequence[StoredEvent]) -> int:
        with connection.cursor(row_factory=tuple_row) as c:
            row = c.execute(
                "SELECT certledger.insert_events(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[])",
                (
                    [_key(event.originator_id) for event in events],
                    [event.originator_version for event in events],
                    [event.topic for event in events],
                    [event.state for event in events],
                ),
            ).fetchone()
        assert row is not None
        return int(row[0])

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
        found = self.datastore.rows(
            "SELECT originator_id, originator_version, topic, state FROM certledger.stored_events"
            " WHERE originator_id = %s AND originator_version > %s AND originator_version <= %s"
            f" ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT %s",
            (_key(originator_id), -1 if gt is None else gt, _LARGEST if lte is None else lte, limit),
        )
        return [StoredEvent(*row) for row in found]

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
        found = self.datastore.rows(
            "SELECT notification_id, originator_id, originator_version, topic, state FROM certledger.stored_events"
            " WHERE notification_id BETWEEN %s AND %s AND (%s OR topic = ANY (%s::text[]))"
            " ORDER BY notification_id LIMIT %s",
            (first, _LARGEST if stop is None else stop, not topics, list(topics), limit),
        )
        return [Notification(stream, version, topic, state, number) for number, stream, version, topic, state in found]

    def max_notification_id(self) -> int | None:
        """The id of the last event, or None."""
        number: int | None = self.datastore.rows("SELECT max(notification_id) FROM certledger.stored_events")[0][0]
        return number

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Notifications after `gt`, those that are still to come included."""
        return NotifiedSubscription(self, self.datastore.address, gt=gt, topics=topics)


_LARGEST = 2**63 - 1


def _key(originator_id: UUID | str) -> UUID:
    return originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
