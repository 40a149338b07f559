"""«kill -9 of writers, sequencer, projector and of PostgreSQL itself under load, at least 50 rounds, then compare event
by event with what was acknowledged: none lost, none doubled, no fork, dense indices, projections equal to a rebuild.»
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from ledger.awards import open_awards
from ledger.fsck import fsck_ledger
from ledger.open import Ledger, open_ledger
from ledger.projections import PROJECTIONS
from ledger.store import Recorded
from tests.api.running import LONG, environment_of, eventually
from tests.drill.lanes import COHORT, LIFE, THREADS, Lane, promises
from tests.engines import ENGINES
from tests.ledger.deciders.test_decide_base import OPEN_COHORT
from tests.ledger.lives import opened, operators
from tests.postgres_server import INSTALLATIONS, PostgresServer
from verifier import trust
from verifier.audit import audit
from verifier.fetch import FolderLog
from verifier.merkle import root_of
from verifier.record import blind_command

ROOT = Path(__file__).resolve().parents[2]
WRITERS = ("A", "B", "C")
ROUNDS = 54
BETWEEN = 10
"""Commands that are acknowledged between one death and the next, at least."""
SEEN: Final = 4
"""Published trees that are compared in the end, at least."""


class Drill:
    """Writers and workers on one ledger, killed and started again in turn."""

    def __init__(self, address: str, folder: Path, server: PostgresServer | None) -> None:
        self.address, self.folder, self.server = address, folder, server
        self.draw = random.Random(20261123)
        self.journals = folder / "journals"
        self.journals.mkdir()
        # On one machine with the ledger in a folder two workers share what is published; else each has its own.
        self.public = {name: folder / f"public-{name if server else ''}" for name in ("one", "two")}
        self.seen: set[tuple[int, str]] = set()
        self.killed: Counter[str] = Counter()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.before: dict[str, int] = {}
        """How many bytes the predecessors of each had said."""

    def start(self, name: str) -> None:
        """Starts a writer or a worker."""
        command = [sys.executable, "-W", "error"]
        command += (
            ["-m", "tests.drill.lanes", self.address, str(self.journals), name]
            if name in WRITERS
            else ["-m", "ledger", "work", "--ledger", self.address]
        )
        public = {} if name in WRITERS else {"CERTLEDGER_PUBLIC": str(self.public[name])}
        with (self.folder / f"said-{name}").open("ab") as out:
            self.before[name] = out.tell()
            self.processes[name] = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=out, stderr=out, env={**os.environ, **public}, cwd=ROOT
            )

    def kill(self, name: str) -> None:
        """Kills one that lives, and starts it again. What it says must be nothing but what it should."""
        self.killed[name] += 1
        if name == "server":
            assert self.server is not None
            self.server.restart(signal.SIGKILL)
            return
        self.check(name)
        _end(self.processes[name])
        self.start(name)

    def check(self, name: str) -> None:
        """Starts who found no database, as a supervisor does; nobody ends by itself for another reason."""
        process = self.processes[name]
        if process.poll() is not None:
            assert process.returncode == 3, self.said(name)
            assert "the database cannot be reached" in self.said(name).splitlines()[-1], self.said(name)
            _end(process)
            self.start(name)

    def said(self, name: str) -> str:
        """What a process and its predecessors have written."""
        return (self.folder / f"said-{name}").read_text("utf-8", errors="replace")

    def acknowledged(self) -> int:
        """How many commands were acknowledged so far."""
        return sum(len(promises(journal)[0]) for journal in self.journals.iterdir())

    def look(self) -> None:
        """Notes what is published at this moment."""
        for folder in set(self.public.values()) | {Path(self.address) / "public"}:
            if (folder / "checkpoint").exists():
                _, size, root, *_ = (folder / "checkpoint").read_text("utf-8").splitlines()
                self.seen.add((int(size), root))

    def round(self, victim: str) -> None:
        """Waits until work was done since the last death, and a moment more, and kills."""
        wanted, published = self.acknowledged() + BETWEEN, 0
        # On a busy machine a worker is killed before it comes to publish: the first few are given the time.
        if victim in self.public and len(self.seen) < SEEN:
            published = len(self.seen) + 1

        def done() -> bool:
            self.look()
            for name in self.processes:
                self.check(name)
            return self.acknowledged() >= wanted and len(self.seen) >= published

        assert eventually(done), f"before {victim}: no more commands get through, or are published"
        time.sleep(self.draw.random() * 0.2)
        self.look()
        self.kill(victim)

    def end(self, size: Callable[[], int]) -> None:
        """Lets the writers finish what they have begun, the workers publish everything, and ends them all."""

        def working() -> bool:  # who is told to end before it works is ended by the signal itself
            for name in self.processes:
                self.check(name)
            said = {name: (self.folder / f"said-{name}").read_bytes() for name in self.public}
            return all(b"Working on" in said[name][self.before[name] :] for name in self.public)

        assert eventually(working), "a worker does not come to work"
        for name in WRITERS:
            process = self.processes[name]
            assert process.stdin is not None
            process.stdin.write(b"\n")
            process.stdin.close()
            assert process.wait(LONG) == 0, self.said(name)
        whole = size()
        published = {Path(self.address) / "public"} if self.server is None else set(self.public.values())
        for folder in published:
            there = eventually(lambda folder=folder: _size(folder) == whole)
            assert there, f"{_size(folder)} of {whole} entries were published"
        self.look()
        for name in self.public:
            self.processes[name].send_signal(signal.SIGTERM)
            assert self.processes[name].wait(LONG) == 0, self.said(name)

    def close(self) -> None:
        """Ends whatever lives."""
        for process in self.processes.values():
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _size(folder: Path) -> int:
    checkpoint = folder / "checkpoint"
    return int(checkpoint.read_text("utf-8").splitlines()[1]) if checkpoint.exists() else 0


@pytest.fixture(params=["sqlite", *(f"postgresql-{name}" for name in INSTALLATIONS if name == "wheel")])
def drill(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drill]:
    for name, value in environment_of(tmp_path).items():
        monkeypatch.setenv(name, value)
    if request.param == "sqlite":
        server, address = None, ENGINES["sqlite"].new(tmp_path / "ledger")
    else:  # one of its own, that waits for the disk as a real one does
        server = PostgresServer(INSTALLATIONS[request.param.removeprefix("postgresql-")], settings=())
        server.start()
        address = f"postgresql://postgres@/{server.database()}?host={server.folder}"
    made = Drill(address, tmp_path, server)
    yield made
    made.close()
    if server is not None:
        server.remove()


def test_whoever_is_killed_nothing_is_lost_doubled_or_forked(drill: Drill) -> None:
    with opened(drill.address) as ledger:
        desk = ledger.desk()
        desk.execute(replace(OPEN_COHORT, cohort_id=desk.new_id(), code=COHORT, capacity=100_000), operators(ledger))
        founded = ledger.store.head().size
    for name in (*WRITERS, *drill.public):
        drill.start(name)
    victims = [*WRITERS, *drill.public, *drill.public, *(["server"] * 2 if drill.server else WRITERS[:2])]
    turns = (victims * ROUNDS)[:ROUNDS]
    drill.draw.shuffle(turns)
    for victim in turns:
        drill.round(victim)
    assert sum(drill.killed.values()) == ROUNDS > 50
    with open_ledger(drill.address) as ledger:
        drill.end(lambda: ledger.store.head().size)
        entries = _entries(ledger)
        _compare(drill, ledger, entries, founded)
        _check_tree(drill, ledger, entries)
        _check_views(ledger)
        assert [item for item in fsck_ledger(ledger).findings if item.check != "published"] == []
    for name in drill.processes:
        assert "Traceback" not in drill.said(name), drill.said(name)


def _entries(ledger: Ledger) -> list[Recorded]:
    entries: list[Recorded] = []
    while chunk := ledger.store.entries(len(entries), 1000):
        entries += chunk
    return entries


def _compare(drill: Drill, ledger: Ledger, entries: list[Recorded], founded: int) -> None:
    """Every promise was kept, once, with the very event that was asked for; and nothing else is in the log."""
    kept: Counter[int] = Counter()
    for writer in WRITERS:
        for number in range(THREADS):
            lane = Lane(f"{writer}{number}")
            done, begun = promises(drill.journals / lane.name)
            assert sorted({promise.step for promise in done}) == list(range(begun)), "a command got no answer"
            for promise in done:
                command_id, place = lane.command_id(promise.step), (promise.first_index, promise.count)
                found = ledger.store.command(command_id)
                assert found is not None
                assert (found.first_index, found.count) == place
                assert promise.count == 1
                entry = entries[promise.first_index]
                read, event = ledger.vault.read(entry)
                assert entry.topic == LIFE[promise.step % len(LIFE)]
                assert read.record.envelope.command == blind_command(command_id, entry.stream_id)
                assert _about(event) == (lane.trainee(promise.step), lane.number(promise.step))[: len(_about(event))]
            kept.update({promise.step: promise.first_index for promise in done}.values())
    assert max(kept.values()) == 1
    assert sorted(kept) == list(range(founded, len(entries)))


def _about(event: Any) -> tuple[Any, ...]:
    """Whom an event is about, as far as it says so itself."""
    if hasattr(event, "trainee_no"):
        return event.trainee_id, event.trainee_no
    return (event.trainee,) if hasattr(event, "trainee") else ()


def _check_tree(drill: Drill, ledger: Ledger, entries: list[Recorded]) -> None:
    """Indices are dense, and whatever was published at any moment is a beginning of the one history."""
    assert [entry.index for entry in entries] == list(range(len(entries)))
    leaves = [entry.leaf for entry in entries]
    head = ledger.store.head()
    assert (head.size, head.frontier.root) == (len(leaves), root_of(leaves))
    signed = ledger.store.signed_head()
    assert signed is not None
    assert (signed.size, signed.root) == (len(leaves), root_of(leaves))
    assert len(drill.seen) >= SEEN
    for size, root in drill.seen:
        assert root == _base64(root_of(leaves[:size])), f"a fork at {size}"
    for folder in {Path(drill.address) / "public"} if drill.server is None else set(drill.public.values()):
        found = audit(FolderLog(folder), trust.parse((folder / "trust.txt").read_text("utf-8")))
        assert (found.size, found.ordered_problems()) == (len(entries), [])


def _check_views(ledger: Ledger) -> None:
    with closing(ledger.open_views()) as views, open_awards(ledger) as awards:

        def tables() -> dict[str, list[tuple[Any, ...]]]:
            named = [table for projection in PROJECTIONS for table in projection.tables]
            return {
                table: sorted((tuple(row) for row in views.select(f"SELECT * FROM {table}")), key=repr)
                for table in named
            }

        followed = tables()
        assert len(followed["awards"]) > 10
        awards.rebuild()
        assert tables() == followed


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
