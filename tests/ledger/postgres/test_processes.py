"""Several processes on one ledger database, some of them killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from random import Random

from ledger.postgres.datastore import connect
from ledger.postgres.store import PostgresStore
from tests.api.running import eventually
from tests.ledger.postgres.test_away import check
from tests.ledger.store.making import Maker
from verifier.merkle import leaf_hash, root_of

SPAWN = multiprocessing.get_context("spawn")


def append_people(address: str, seed: int, count: int) -> None:
    with PostgresStore.open(address) as store:
        for batch in Maker(seed).people(count):
            store.append(batch)


def append_for_ever(address: str, seed: int) -> None:
    make = Maker(seed)
    with PostgresStore.open(address) as store:
        while True:
            store.append(make.person(make.random.randrange(1, 200)))


def check_tables(address: str) -> int:
    """Compares all tables with each other; the number of entries."""
    with PostgresStore.open(address) as store:
        size = store.head().size
        entries = store.entries(0, size + 1)
        assert len(entries) == size
        assert [entry.leaf for entry in entries] == [leaf_hash(entry.statement) for entry in entries]
        assert store.head().frontier.root == root_of([entry.leaf for entry in entries])
        rows = store.recorder.datastore.rows
        counted = {
            query: rows(f"SELECT {query}")[0][0]
            for query in (
                "coalesce(sum(count), 0)::bigint FROM certledger.commands",
                "count(*) FROM certledger.stored_events",
                "count(*) FROM certledger.vault JOIN certledger.stored_events USING (notification_id)",
            )
        }
        people = {
            query: rows(f"SELECT {query}")[0][0]
            for query in (
                "count(*) FROM certledger.commands",
                "count(*) FROM certledger.streams",
                "count(*) FROM certledger.boundaries",
                "count(*) / 2 FROM certledger.claims",
            )
        }
    assert set(counted.values()) == {size}
    assert len(set(people.values())) == 1
    return size


def test_processes_that_start_at_once_share_one_log(empty_address: str) -> None:
    workers = [SPAWN.Process(target=append_people, args=(empty_address, seed, 40)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(240)
    assert [worker.exitcode for worker in workers] == [0] * 4
    with PostgresStore.open(empty_address) as store:
        check(store, [batch for seed in range(4) for batch in Maker(seed).people(40)])


def test_killed_at_any_moment_the_log_is_whole(address: str) -> None:
    random, reached = Random(5), 0
    for seed in range(6):
        worker = SPAWN.Process(target=append_for_ever, args=(address, seed))
        worker.start()
        until = time.monotonic() + 120
        while size(address) <= reached and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.05))
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(30)
        # The server may still be at work for who is gone, and commit while the tables are compared.
        assert eventually(lambda: connections(address) == 1)
        grown = check_tables(address)
        assert grown > reached
        reached = grown


def connections(address: str) -> int:
    """Who is connected to the database, the one who asks included."""
    with connect(address) as connection:
        row = connection.execute(
            "SELECT count(*) AS number FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        ).fetchone()
    assert row is not None
    return int(row["number"])


def size(address: str) -> int:
    with connect(address) as connection:
        row = connection.execute("SELECT size FROM certledger.tree_head").fetchone()
    assert row is not None
    return int(row["size"])
