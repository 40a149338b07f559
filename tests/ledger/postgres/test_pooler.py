"""Behind PgBouncer in transaction mode, where each transaction may get another session of the server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.awards import open_awards
from ledger.commands import SuspendCertificate
from ledger.fsck import fsck_ledger
from ledger.places import DatabasePlace, place_of
from ledger.postgres.datakeys import PostgresDataKeys
from ledger.postgres.datastore import connect
from ledger.postgres.recorder import LedgerRecorder
from ledger.postgres.store import PostgresStore
from ledger.postgres.views import PostgresViews
from ledger.projector import Projector
from ledger.publisher import Publisher
from ledger.store import Appended, SignedHead
from tests.api.whole_ledger import TODAY, do, founded, publish_now, trainee
from tests.ledger.postgres.test_away import check
from tests.ledger.postgres.test_views import BOTH, expected, shown
from tests.ledger.store.making import Maker
from tests.postgres_server import PORT, PostgresServer
from verifier.kinds import CertificateAwarded
from verifier.standing import Standing

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not here")


class Pooler:
    """PgBouncer with three sessions of the server for however many clients."""

    def __init__(self, server: PostgresServer) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="certledger-pgbouncer-"))
        self.folder.chmod(0o777)
        (self.folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={server.folder} port={PORT} user=postgres\n"
            "[pgbouncer]\npool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 500\nlisten_addr =\n"
            f"listen_port = {PORT}\nunix_socket_dir = {self.folder}\nauth_type = any\n"
            # What a server session was set to by one client is seen by the next: the adapter must not set anything.
            "server_reset_query_always = 0\nserver_reset_query =\n"
        )
        command = [str(PGBOUNCER), "-u", "nobody"] if os.geteuid() == 0 else [str(PGBOUNCER)]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen([*command, str(self.folder / "pgbouncer.ini")], stdout=log, stderr=log)

    def address(self, direct: str) -> str:
        """The connection string of the same database through the pooler. Its sessions are the administrator's."""
        return f"{direct} host={self.folder}"

    def close(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self, direct: str) -> None:
        until = time.monotonic() + 20
        while True:
            try:
                return connect(self.address(direct)).close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)


@pytest.fixture
def pooled(postgres: PostgresServer, empty_address: str) -> Iterator[str]:
    """An empty database behind a pooler."""
    pooler = Pooler(postgres)
    try:
        pooler.wait(postgres.address())
        yield pooler.address(empty_address)
    finally:
        pooler.close()


def test_the_whole_store_works_through_it(pooled: str, empty_address: str) -> None:
    def work(seed: int) -> None:
        with PostgresStore.open(pooled) as own:
            for batch in Maker(seed).people(12):
                own.append(batch)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    batches = [batch for seed in range(8) for batch in Maker(seed).people(12)]
    with PostgresStore.open(pooled) as store:
        check(store, batches)
        head = store.head()
        store.sign_head(None, SignedHead(head.size, head.frontier.root, "note"))
        erased = batches[0].streams[0][0]
        assert len(store.dossier(erased)) == 3
        store.append(Maker(50).batch(erases=[erased]))
        assert (store.dossier(erased), store.erasures()) == ([], [erased])
        assert store.append(batches[3]).repeated
    with connect(empty_address) as connection:
        assert connection.execute("SELECT * FROM pg_prepared_statements").fetchall() == []


def test_views_and_keys_work_through_it(pooled: str, make: Maker) -> None:
    people = [make.uuid() for _ in range(30)]
    with PostgresStore.open(pooled) as store, PostgresDataKeys(pooled, bytes(32)) as keys:
        assert set(keys.create(people)) == set(people)
        keys.destroy(people[0])
        for batch in make.people(20):
            store.append(batch)

        def follow(_: int) -> None:
            with PostgresViews.open(pooled) as views:
                Projector(store, views, BOTH).catch_up()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(follow, range(4)))
        with PostgresViews.open(pooled) as views:
            assert shown(views) == expected(store)


def test_nothing_is_left_behind_in_the_sessions(pooled: str, make: Maker) -> None:
    with PostgresStore.open(pooled) as store, PostgresViews.open(pooled) as views:
        store.append(make.person())
        Projector(store, views, BOTH).catch_up()
        for _ in range(6):
            rows = store.recorder.datastore.rows(
                "SELECT name FROM pg_settings WHERE source = 'session' AND name NOT IN"
                " ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')"
            )
            assert rows == []
        assert store.recorder.datastore.rows("SELECT FROM pg_locks WHERE locktype = 'advisory'") == []


def test_entries_are_heard_of_without_notifications(pooled: str, make: Maker) -> None:
    """LISTEN is lost behind the pooler; the look now and then finds the entries all the same."""
    with PostgresStore.open(pooled) as store, store.subscribe(after=0) as subscription:
        indexes = iter(subscription)
        for size in (3, 6, 9):
            store.append(make.person())
            assert [next(indexes) for _ in range(3)] == [size - 3, size - 2, size - 1]


def test_entries_are_heard_of_at_once_where_the_listener_has_the_direct_address(
    pooled: str, empty_address: str, make: Maker
) -> None:
    with PostgresStore.open(pooled, listen=empty_address) as store, store.subscribe(after=0) as subscription:
        indexes = iter(subscription)
        for _ in range(3):
            store.append(make.person())
            assert len([next(indexes) for _ in range(3)]) == 3


def test_the_librarys_recorder_works_through_it(pooled: str, make: Maker) -> None:
    with PostgresStore.open(pooled) as store:
        assert store.append(make.person()) == Appended(0, 3)
        recorder: LedgerRecorder = store.recorder
        assert recorder.max_notification_id() == 3
        with recorder.subscribe(gt=1) as subscription:
            assert [next(subscription).id for _ in range(2)] == [2, 3]


def test_a_whole_ledger_works_through_it(
    pooled: str, empty_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made, filled, signed, published, looked at and checked, with another path for notifications alone."""
    monkeypatch.setenv("CERTLEDGER_DIRECT", empty_address)
    told = conninfo_to_dict(pooled)
    place = place_of(f"postgresql://postgres@/{told['dbname']}?host={told['host']}")
    assert isinstance(place, DatabasePlace)
    with founded(replace(place, public_folder=tmp_path / "public")) as ledger, open_awards(ledger) as awards:
        with Publisher(awards) as publisher:
            publisher.step()
            assert (publisher.failure, publisher.size) == ("", ledger.store.head().size)
        standing = [
            issued
            for issued in awards.all()
            if isinstance(issued.event, CertificateAwarded) and issued.award.on(TODAY) is Standing.VALID
        ]
        do(ledger, SuspendCertificate(trainee(standing[0]), standing[0].stream, "other", TODAY))
        publish_now(ledger)
        assert fsck_ledger(ledger).findings == ()
