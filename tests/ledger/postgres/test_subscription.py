"""Hearing of entries: at once by notification, soon without, across lost connections."""

from __future__ import annotations

import time
from threading import Thread

import pytest

from ledger.application import LedgerApplication, Logged
from ledger.postgres.datastore import connect
from ledger.postgres.store import PostgresStore
from ledger.postgres.subscription import POLL_SECONDS
from ledger.store import StoreCorrupt
from tests.ledger.postgres.test_away import end_sessions
from tests.ledger.store.making import TOPIC, Maker


def test_a_subscription_hears_of_appends_of_other_connections(address: str, store: PostgresStore, make: Maker) -> None:
    store.append(make.person())
    second = make.person()
    with store.subscribe(after=1) as subscription, PostgresStore.open(address) as other:
        indexes = iter(subscription)
        assert [next(indexes), next(indexes)] == [1, 2]
        writer = Thread(target=other.append, args=(second,))
        writer.start()
        assert [next(indexes) for _ in range(3)] == [3, 4, 5]
        writer.join()
        subscription.stop()
        assert list(indexes) == []


def test_a_notification_is_quicker_than_the_look_now_and_then(store: PostgresStore, make: Maker) -> None:
    with store.subscribe(after=0) as subscription:
        indexes = iter(subscription)
        waits = []
        for batch in make.people(12):
            time.sleep(0.02)
            appended = store.append(batch)
            done = time.monotonic()
            while next(indexes) < appended.first_index + 2:
                pass
            waits.append(time.monotonic() - done)
    # By looks alone the mean would be half of the interval; a busy machine may delay one or the other notification.
    assert sorted(waits)[4] < POLL_SECONDS / 4


def test_a_subscription_may_be_stopped_while_it_waits(store: PostgresStore) -> None:
    with store.subscribe(after=0) as subscription:
        seen: list[int] = []
        waiting = Thread(target=lambda: seen.extend(subscription))
        waiting.start()
        subscription.stop()
        waiting.join(10)
        assert not waiting.is_alive()
        assert seen == []


def test_a_subscription_outlives_its_connection(address: str, store: PostgresStore, make: Maker) -> None:
    with store.subscribe(after=0) as subscription:
        indexes = iter(subscription)
        for turn in range(3):
            store.append(make.person())
            assert [next(indexes) for _ in range(3)] == [3 * turn, 3 * turn + 1, 3 * turn + 2]
            end_sessions(address)


def test_the_application_reads_what_the_store_appended(address: str, store: PostgresStore, make: Maker) -> None:
    env = {"PERSISTENCE_MODULE": "ledger.postgres.factory:LedgerFactory", "POSTGRES_ADDRESS": address}
    batch = make.person()
    store.append(batch)
    with LedgerApplication(env) as app:
        stream = batch.entries[0].stream_id
        logged = [Logged(e.stream_id, e.version, e.topic, e.statement) for e in batch.entries]
        assert list(app.events.get(stream)) == logged
        assert [app.mapper.to_domain_event(n) for n in app.notification_log.select(1, 10)] == logged
        saved = app.save(Logged(stream, 4, TOPIC, make.statement(stream, 4)))
        assert [recording.notification.id for recording in saved] == [4]
        assert store.head().size == 4
        with connect(address) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(
                "UPDATE certledger.stored_events SET topic = 'title.granted/1' WHERE notification_id = 3"
            )
        with pytest.raises(StoreCorrupt, match="topic"):
            list(app.events.get(stream))


def test_a_missing_address_is_named() -> None:
    with pytest.raises(OSError, match="POSTGRES_ADDRESS"):
        LedgerApplication({"PERSISTENCE_MODULE": "ledger.postgres.factory:LedgerFactory", "POSTGRES_ADDRESS": ""})
