"""A server that goes away, turns back or keeps waiting: nothing lost, nothing twice."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import psycopg
import pytest

from ledger.postgres.appending import append_all
from ledger.postgres.datakeys import PostgresDataKeys
from ledger.postgres.datastore import StoreUnavailable, connect
from ledger.postgres.store import PostgresStore
from ledger.postgres.views import PostgresViews
from ledger.projector import Projector
from ledger.store import Appended, Batch, SignedHead, SignedHeadMoved, StoreBusy
from tests.ledger.postgres.cutting import Cutting
from tests.ledger.postgres.test_views import BOTH, expected, shown
from tests.ledger.store.making import Maker
from tests.postgres_server import INSTALLATIONS, PostgresServer
from verifier.merkle import root_of


@pytest.fixture
def cutting(postgres: PostgresServer) -> Iterator[Cutting]:
    made = Cutting(postgres.folder)
    yield made
    made.close()


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("keep", [False, True])
def test_an_ambiguous_commit_is_resolved(address: str, cutting: Cutting, make: Maker, keep: bool, times: int) -> None:
    with PostgresStore.open(cutting.address(address)) as store:
        store.append(make.person())
        batch = make.person()
        cutting.cut(b"certledger.append", keep=keep, times=times)
        assert store.append(batch) == Appended(3, 3, repeated=keep)
        assert cutting.cuts == 0
        assert store.append(make.person()) == Appended(6, 3)
        assert store.head().frontier.root == root_of(store.leaves(0, 9))


@pytest.mark.parametrize("keep", [False, True])
def test_a_group_whose_answer_was_lost_is_answered(address: str, cutting: Cutting, make: Maker, keep: bool) -> None:
    with PostgresStore.open(cutting.address(address)) as store:
        batches = list(make.people(4))
        taken = make.batch(claims=[replace(batches[0].claims[1], subject=None)])
        cutting.cut(b"certledger.append", keep=keep)
        outcomes = store.append_all([*batches, taken])
        assert outcomes[:4] == [Appended(3 * n, 3, repeated=keep) for n in range(4)]
        assert isinstance(outcomes[4], Exception)
        assert store.head().size == 12


@pytest.mark.parametrize("keep", [False, True])
def test_a_signature_whose_answer_was_lost_stands(address: str, cutting: Cutting, make: Maker, keep: bool) -> None:
    with PostgresStore.open(cutting.address(address)) as store:
        store.append(make.person())
        first, second = SignedHead(2, make.bytes(32), "note 1"), SignedHead(3, make.bytes(32), "note 2")
        for old, new in ((None, first), (first, second)):
            cutting.cut(b"certledger.sign_head", keep=keep)
            store.sign_head(old, new)
            assert cutting.cuts == 0
            assert store.signed_head() == new
        with pytest.raises(SignedHeadMoved):
            store.sign_head(first, second)


@pytest.mark.parametrize("keep", [False, True])
def test_a_view_whose_answer_was_lost_goes_on(address: str, cutting: Cutting, make: Maker, keep: bool) -> None:
    with PostgresStore.open(address) as store, PostgresViews.open(cutting.address(address)) as views:
        store.append(make.person(5))
        projector = Projector(store, views, BOTH)
        projector.catch_up()
        store.append(make.person(5))
        cutting.cut(b"COMMIT", keep=keep)
        assert projector.catch_up() == 10
        assert cutting.cuts == 0
        assert shown(views) == expected(store)


@pytest.mark.parametrize("keep", [False, True])
def test_a_key_whose_answer_was_lost_is_the_same(empty_address: str, cutting: Cutting, make: Maker, keep: bool) -> None:
    person = make.uuid()
    with PostgresDataKeys(cutting.address(empty_address), bytes(32)) as keys:
        cutting.cut(b"COMMIT", keep=keep)
        made = keys.create([person])
        assert cutting.cuts == 0
        assert keys.get(person) == made[person]


def test_sessions_that_the_server_ended_are_replaced(address: str, store: PostgresStore, make: Maker) -> None:
    for turn in range(3):
        assert store.append(make.person()).first_index == 3 * turn
        end_sessions(address)
    assert len(store.entries(0, 99)) == 9


def end_sessions(address: str) -> None:
    with connect(address) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_who_is_turned_back_tries_again(address: str, make: Maker) -> None:
    """A stricter isolation, set by an administrator, makes concurrent writers fail; the caller does not notice."""
    set_for_all(address, "default_transaction_isolation = 'serializable'")
    stores = [PostgresStore.open(address) for _ in range(6)]

    def work(seed: int) -> None:
        for batch in Maker(seed).people(10):
            stores[seed].append(batch)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    check(stores[0], [batch for seed in range(6) for batch in Maker(seed).people(10)])
    for store in stores:
        store.close()


def set_for_all(address: str, setting: str) -> None:
    with connect(address) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET {setting}".encode())


def check(store: PostgresStore, batches: list[Batch]) -> None:
    """Exactly these batches are there, each once, in a dense log whose tree is right."""
    size = store.head().size
    entries = store.entries(0, size + 1)
    assert size == len(entries) == sum(len(batch.entries) for batch in batches)
    assert {entry.statement for entry in entries} == {e.statement for batch in batches for e in batch.entries}
    assert store.head().frontier.root == root_of([entry.leaf for entry in entries])
    for batch in batches:
        assert store.command(batch.command_id) is not None
        assert set(store.claims(claim.key for claim in batch.claims)) == {claim.key for claim in batch.claims}
        assert all(store.boundary(key) == write for key, (_, write) in batch.boundaries.items())


def test_who_waits_too_long_is_told_that_the_store_is_busy(address: str, store: PostgresStore, make: Maker) -> None:
    with connect(address) as blocker:
        row = blocker.execute("SELECT 'certledger.append'::regproc::oid::regprocedure::text AS name").fetchone()
        assert row is not None
        blocker.execute(f"ALTER FUNCTION {row['name']} SET lock_timeout = '50ms'".encode())
        with blocker.transaction():
            blocker.execute("SELECT FROM certledger.tree_head FOR UPDATE")
            with pytest.raises(StoreBusy, match="try again"):
                store.append(make.person())
        assert store.append(make.person()).first_index == 0


def test_what_is_acknowledged_is_durable_whatever_the_default(address: str, make: Maker) -> None:
    set_for_all(address, "synchronous_commit = off")
    with connect(address) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == {"synchronous_commit": "off"}
        with connection.transaction():
            connection.execute("SELECT certledger.locked_head()")
            assert connection.execute("SHOW synchronous_commit").fetchone() == {"synchronous_commit": "on"}


def test_an_aborted_transaction_leaves_no_gap(address: str, store: PostgresStore, make: Maker) -> None:
    store.append(make.person())
    lost = make.person()
    with connect(address) as connection, connection.transaction(force_rollback=True):
        assert append_all(connection, [lost]) == [Appended(3, 3)]
    assert store.command(lost.command_id) is None
    assert store.append(make.person()) == Appended(3, 3)
    assert [entry.index for entry in store.entries(0, 9)] == list(range(6))


def test_closing_is_final(address: str, make: Maker) -> None:
    store = PostgresStore.open(address)
    store.append(make.person())
    store.close()
    store.close()
    with pytest.raises(psycopg.OperationalError, match="closed"):
        store.append(make.person())


@pytest.fixture(params=INSTALLATIONS)
def own_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A server that may be killed."""
    made = PostgresServer(INSTALLATIONS[request.param])
    made.start()
    yield made
    made.remove()


def once_it_is_back(ask: Callable[[], Appended]) -> Appended:
    """A store that is told to be impatient is asked again: a server on a busy machine takes its time to start."""
    for _ in range(120):
        try:
            return ask()
        except StoreUnavailable:
            time.sleep(0.5)
    return ask()


def test_a_server_that_does_not_come_back_is_told(own_server: PostgresServer, make: Maker) -> None:
    with PostgresStore.open(own_server.address(own_server.database()), patience_seconds=1) as store:
        store.append(make.person())
        own_server.stop()
        for ask in (store.head, lambda: store.append(make.person())):
            with pytest.raises(StoreUnavailable, match="cannot be reached"):
                ask()
        own_server.start()
        batch = make.person()
        assert once_it_is_back(lambda: store.append(batch)).first_index == 3


def test_restarted_and_killed_under_load_nothing_is_lost_or_doubled(own_server: PostgresServer) -> None:
    address = own_server.address(own_server.database())
    stores = [PostgresStore.open(address) for _ in range(3)]
    stopped, last = Event(), Maker(77).person()

    def work(seed: int) -> list[Batch]:
        acknowledged = []
        for batch in Maker(seed).people(100_000):
            stores[seed % 3].append(batch)
            acknowledged.append(batch)
            if stopped.is_set():
                break
        return acknowledged

    seen: list[int] = []

    def follow() -> None:
        with stores[0].subscribe(after=0) as subscription:
            for index in subscription:
                seen.append(index)
                if stopped.is_set() and stores[0].command(last.command_id) == Appended(index - 2, 3, repeated=True):
                    break

    with ThreadPoolExecutor(7) as pool:
        following = pool.submit(follow)
        work_done = [pool.submit(work, seed) for seed in range(6)]
        for how in (signal.SIGINT, signal.SIGKILL, signal.SIGKILL):
            time.sleep(0.7)
            own_server.restart(how)
        time.sleep(0.7)
        stopped.set()
        batches = [batch for done in work_done for batch in done.result(60)]
        stores[0].append(last)
        batches.append(last)
        following.result(60)
    assert seen == list(range(stores[0].head().size))
    assert len(batches) > 50
    check(stores[0], batches)
    for store in stores:
        store.close()
