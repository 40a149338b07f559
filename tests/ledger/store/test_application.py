"""The ledger file as an `eventsourcing` application: notification log, subscription, ProjectionRunner."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, NotSupportedError, Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder

from ledger.application import LedgerApplication, Logged
from ledger.sqlite.store import SqliteStore
from ledger.store import StoreCorrupt
from tests.ledger.store.making import TOPIC, Maker
from verifier.merkle import leaf_hash, root_of


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    # The module is named for ProjectionRunner, which makes the view before it makes the application.
    return {"PERSISTENCE_MODULE": "ledger.sqlite.factory:LedgerFactory", "SQLITE_DBNAME": str(tmp_path / "ledger.db")}


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with SqliteStore.open(tmp_path / "ledger.db") as opened:
        yield opened


def test_the_application_reads_what_the_store_appended(env: dict[str, str], store: SqliteStore, make: Maker) -> None:
    batch = make.person()
    store.append(batch)
    with LedgerApplication(env) as app:
        stream = batch.entries[0].stream_id
        expected = [Logged(e.stream_id, e.version, e.topic, e.statement) for e in batch.entries]
        assert list(app.events.get(stream)) == expected
        section = app.notification_log.select(1, 10)
        assert [app.mapper.to_domain_event(notification) for notification in section] == expected


def test_what_the_application_saves_is_in_the_tree(env: dict[str, str], store: SqliteStore, make: Maker) -> None:
    stream = make.uuid()
    events = [Logged(stream, version, TOPIC, make.statement(stream, version)) for version in (1, 2)]
    with LedgerApplication(env) as app:
        assert [recording.notification.id for recording in app.save(*events)] == [1, 2]
        with pytest.raises(IntegrityError):
            app.save(events[1])
        with pytest.raises(StoreCorrupt, match="originator_version"):
            app.save(Logged(stream, 4, TOPIC, make.statement(stream, 3)))
        with pytest.raises(NotSupportedError):
            app.factory.aggregate_recorder()
    assert store.leaves(0, 2) == [leaf_hash(event.statement) for event in events]
    assert store.head().frontier.root == root_of(store.leaves(0, 2))


def test_a_swapped_row_does_not_load(env: dict[str, str], tmp_path: Path, store: SqliteStore, make: Maker) -> None:
    batch = make.person()
    store.append(batch)
    connection = sqlite3.connect(tmp_path / "ledger.db")
    with connection:
        connection.execute("UPDATE stored_events SET topic = 'title.granted/1' WHERE notification_id = 3")
    connection.close()
    with LedgerApplication(env) as app:
        with pytest.raises(StoreCorrupt, match="topic"):
            list(app.events.get(batch.entries[0].stream_id))
        with pytest.raises(StoreCorrupt, match="entry 2, topic"):
            list(map(app.mapper.to_domain_event, app.recorder.select_notifications(1, 10)))


def test_a_missing_path_is_named() -> None:
    with pytest.raises(OSError, match="SQLITE_DBNAME"):
        LedgerApplication({"SQLITE_DBNAME": ""})


class TopicCounts(SQLiteTrackingRecorder):
    """A view of the library's kind."""

    def construct_create_table_statements(self) -> list[str]:
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS topic_counts (topic TEXT PRIMARY KEY, count INTEGER)",
        ]

    def count(self, topic: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as c:
            self._insert_tracking(c, tracking)
            c.execute("INSERT INTO topic_counts VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1", (topic,))

    def counts(self) -> dict[str, int]:
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT topic, count FROM topic_counts")
            return {row["topic"]: row["count"] for row in c.fetchall()}


class CountTopics(Projection[TopicCounts]):
    name = "topic-counts"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.count(domain_event.topic, tracking)


def test_the_librarys_projection_runner_works(env: dict[str, str], tmp_path: Path) -> None:
    make = Maker()
    with (
        ProjectionRunner(
            application_class=LedgerApplication, projection_class=CountTopics, view_class=TopicCounts, env=env
        ) as runner,
        SqliteStore.open(tmp_path / "ledger.db") as store,
    ):
        for size, batch in enumerate(make.people(5), 1):
            store.append(batch)
            runner.wait(size * 3, timeout=20)
            assert runner.view.counts() == {TOPIC: size * 3}


def test_a_subscription_hears_of_appends_of_other_connections(store: SqliteStore, make: Maker) -> None:
    first, second = make.person(), make.person()
    store.append(first)
    with store.subscribe(after=1) as subscription:
        indexes = iter(subscription)
        assert [next(indexes), next(indexes)] == [1, 2]
        writer = Thread(target=store.append, args=(second,))
        writer.start()
        assert [next(indexes) for _ in range(3)] == [3, 4, 5]
        writer.join()
        subscription.stop()
        assert list(indexes) == []


def test_a_subscription_may_be_stopped_while_it_waits(store: SqliteStore) -> None:
    with store.subscribe(after=0) as subscription:
        seen: list[int] = []
        waiting = Thread(target=lambda: seen.extend(subscription))
        waiting.start()
        subscription.stop()
        waiting.join(10)
        assert not waiting.is_alive()
        assert seen == []


def test_the_librarys_path_takes_a_stream_id_as_text(env: dict[str, str], store: SqliteStore, make: Maker) -> None:
    batch = make.person()
    store.append(batch)
    with LedgerApplication(env) as app:
        assert len(app.recorder.select_events(str(batch.entries[0].stream_id))) == 3
        assert app.recorder.select_events(uuid4()) == []
