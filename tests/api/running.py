"""Real ledgers under the real commands, each a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any

from ledger.awards import open_awards
from ledger.commands import ReinstateCertificate, SuspendCertificate
from ledger.founding import Founding, found
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger, open_ledger
from tests.api.whole_ledger import actors, trainee
from verifier.kinds import CertificateAwarded
from verifier.standing import Standing

LONG = 120.0
"""Seconds after which a test gives up: the machine may be busy."""


def eventually(asked: Callable[[], Any], seconds: float = LONG, every: float = 0.05) -> Any:
    """What is asked for, once it is true; the last answer where it never is."""
    until = time.monotonic() + seconds
    while not (found := asked()) and time.monotonic() < until:
        time.sleep(every)
    return found


@dataclass
class Place:
    """A ledger, the folder that stands for one machine, and an award in it."""

    address: str
    machine: Path
    stream: Any = None
    trainee: Any = None
    link: str = ""
    """Of the award that `record` changes."""
    steady: str = ""
    """Of one that nobody changes, and that is valid."""
    environment: dict[str, str] = field(default_factory=dict)

    def elsewhere(self, machine: Path) -> Place:
        """The same ledger seen from another machine: published to a folder of its own."""
        environment = {**self.environment, "CERTLEDGER_PUBLIC": str(machine / "public")}
        return replace(self, machine=machine, environment=environment)

    def published(self) -> int:
        """Entries under the checkpoint that this machine shows; 0 where it shows none."""
        folder = Path(self.environment["CERTLEDGER_PUBLIC"]) if "://" in self.address else Path(self.address) / "public"
        file = folder / "checkpoint"
        return int(file.read_text().splitlines()[1]) if file.exists() else 0


def new_place(address: str, machine: Path) -> Place:
    """A new ledger with the sample pack, not signed yet. The environment must be `environment_of(machine)`."""
    with found(address, Founding()) as ledger:
        take_in(ledger.desk(), open_pack(Path(str(files("ledger.sample"))) / "base-pack"), actors(ledger))
        with open_awards(ledger) as awards:
            issued, steady = [
                item
                for item in awards.all()
                if isinstance(item.event, CertificateAwarded) and item.award.on(date.today()) is Standing.VALID
            ][:2]
            links = str(issued.event.link), str(steady.event.link)
            return Place(address, machine, issued.stream, trainee(issued), *links, environment_of(machine))


def environment_of(machine: Path) -> dict[str, str]:
    """Where a machine keeps the master key and what it publishes."""
    return {
        "CERTLEDGER_MASTER_KEY_FILE": str(machine / "master-key"),
        "CERTLEDGER_PUBLIC": str(machine / "public"),
        "XDG_CONFIG_HOME": str(machine / "config"),
        "XDG_DATA_HOME": str(machine / "data"),
    }


_TURNS = count()


def record(place: Place, ledger: Ledger | None = None) -> int:
    """Suspends the award, or reinstates it; the size of the log that holds it."""
    if ledger is None:
        with open_ledger(place.address) as opened:
            return record(place, opened)
    day = date.today()
    stream = ledger.store.stream(place.stream)
    suspended = stream[-1].topic.startswith("certificate.suspended")
    command = (
        ReinstateCertificate(place.trainee, place.stream, day)
        if suspended
        else SuspendCertificate(place.trainee, place.stream, "other", day)
    )
    ledger.desk().execute(command, actors(ledger))
    return ledger.store.head().size


class Running:
    """One `certledger` command in a process of its own."""

    def __init__(self, place: Place, *arguments: str) -> None:
        self.place = place
        self._output = place.machine / f"output-{next(_TURNS)}"
        command = [sys.executable, "-u", "-W", "error", "-m", "ledger", *arguments, "--ledger", place.address]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **place.environment}
            )

    @property
    def said(self) -> str:
        """Everything that it has written so far."""
        return self._output.read_text("utf-8", errors="replace")

    def url(self) -> str:
        """Where it serves, once it says so."""
        line = eventually(lambda: re.search(r"on (http://127\.0\.0\.1:[0-9]+)", self.said) or self.process.poll())
        assert isinstance(line, re.Match), self.said
        return line[1]

    def ready(self) -> Running:
        """Itself, once it can answer the public."""
        address = self.url()
        ended = eventually(lambda: ask(address + "/readyz")[0] == 200 or self.process.poll() is not None)
        assert ended is True, self.said
        assert self.process.poll() is None, self.said
        return self

    def working(self) -> Running:
        """Itself, once it works."""
        assert eventually(lambda: "Working on" in self.said or self.process.poll() is not None), self.said
        assert self.process.poll() is None, self.said
        return self

    def children(self) -> set[int]:
        """The serving processes that it has started."""
        return {int(task.parent.name) for task in Path("/proc").glob("[0-9]*/cmdline") if self._started(task.parent)}

    def serving(self) -> set[int]:
        """Those of `children` that take connections by now; the others are still starting."""
        return {pid for pid in self.children() if _takes_connections(pid)}

    def _started(self, process: Path) -> bool:
        try:
            parent = process.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]
            return int(parent) == self.process.pid and b"spawn_main" in process.joinpath("cmdline").read_bytes()
        except OSError:
            return False  # it has just ended

    def kill(self) -> None:
        """As the power supply would."""
        self.process.kill()
        self.process.wait(LONG)

    def end(self) -> str:
        """Tells it to end; what it had to say. Asserts that it ended well."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(LONG) == 0, self.said
        assert "Traceback" not in self.said
        return self.said

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        orphans = self.children()
        self.process.kill()
        self.process.wait(LONG)
        for pid in orphans:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _takes_connections(pid: int) -> bool:
    """Whether the event loop of a process waits on a listening socket, as its `epoll` says."""
    process = Path(f"/proc/{pid}")
    try:
        rows = [line.split() for line in process.joinpath("net/tcp").read_text().splitlines()[1:]]
        listening = {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}
        descriptors = {file.name for file in process.joinpath("fd").iterdir() if os.readlink(file) in listening}
        watched = [file.read_text() for file in process.joinpath("fdinfo").iterdir()]
    except OSError:
        return False  # it has just ended, or a descriptor was closed meanwhile
    return any(number in descriptors for text in watched for number in re.findall(r"^tfd:\s*([0-9]+)", text, re.M))


def ask(url: str) -> tuple[int, bytes]:
    """Status and body of an answer; status 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=LONG) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


def state_of(address: str, place: Place) -> str:
    """What a server says of the award."""
    status, body = ask(f"{address}/c/{place.link}.json")
    return str(json.loads(body)["state"]) if status == 200 else ""
