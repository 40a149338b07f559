"""A witness: requests a second, each with a checkpoint that grew, against the least that a witness has to do for one.

The witness is the command itself, on a core of its own, and remembers several logs. Each connection asks for one of
them, as logs do: the next checkpoint when the last one is cosigned, with the proof that it extends that one.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Final

from nacl.bindings import crypto_sign, crypto_sign_open

from benchmarks.measuring import Figure, Works, each, in_turns
from benchmarks.served import CONNECTIONS, Server, post
from benchmarks.world import World
from ledger.signing import Signer, signer_of
from verifier import checkpoint, merkle, signing
from verifier.checkpoint import Checkpoint
from verifier.note import VerifierKey
from verifier.witness.request import PATH, make

GROWTH: Final = 50
"""Entries from one checkpoint to the next."""
_FLOOR: Final = "a signature verified, one made, a row replaced durably"
_LISTENING: Final = re.compile(r"listens at http://127\.0\.0\.1:([0-9]+)")


def measure(world: World) -> Iterator[Figure]:
    """Of one log, whose next checkpoint waits for the last one's cosignature, and of several logs at once."""
    folder = world.new_folder("witness")
    folder.mkdir(parents=True)
    logs = [_Log(f"log{number}.example.org/log", world.sizes.requests) for number in range(CONNECTIONS)]
    with _witness(folder, [log.vkey for log in logs]) as (port, pid), closing(_Plainly(folder, logs[0])) as plainly:
        alone, together = world.sizes.requests // CONNECTIONS, world.sizes.requests
        used = _Used(port, pid)
        works: Works = {
            "one": lambda: used.measure("one", logs[:1], alone),
            "several": lambda: used.measure("several", logs, together),
            "floor": partial(plainly.measure, alone),
        }
        found = in_turns(world.sizes.rounds, works)
    for name, words in (("one", "one log"), ("several", f"{CONNECTIONS} logs at once")):
        yield Figure(f"checkpoints cosigned, {words}", "/s", found[name], _FLOOR, found["floor"])
        yield Figure(f"checkpoints cosigned, {words}, a processor second", "/s", tuple(used.rates[name]))


class _Log:
    """A log that grows: the requests for its next checkpoints, made when they are asked for."""

    def __init__(self, origin: str, first: int) -> None:
        self._origin, self._size, self._known = origin, first, 0
        self._signer: Signer = signer_of(bytes(range(32)), "BASE", "base", ["log.checkpoint"])
        self.vkey = VerifierKey(origin, self._signer.public_key)

    def requests(self, wanted: int) -> list[bytes]:
        """The next so many, in order."""
        return [post(PATH, self._next(), "text/plain; charset=utf-8") for _ in range(wanted)]

    def signed(self, size: int) -> str:
        """The checkpoint of so many entries, signed."""
        head = Checkpoint(self._origin, size, merkle.tree_root(size, _hash))
        return checkpoint.sign(head, [(self.vkey, self._signer.sign)])

    def _next(self) -> bytes:
        proof = merkle.consistency_path(self._known, self._size, _hash)
        body = make(self._known, proof, self.signed(self._size))
        self._known, self._size = self._size, self._size + GROWTH
        return body


@cache
def _hash(level: int, position: int) -> bytes:
    if level == 0:
        return merkle.leaf_hash(b"entry %d" % position)
    return merkle.node_hash(_hash(level - 1, 2 * position), _hash(level - 1, 2 * position + 1))


class _Used:
    """The witness's address, and what came of its processor time."""

    def __init__(self, port: int, pid: int) -> None:
        self._port, self._pid = port, pid
        self.rates: dict[str, list[float]] = {}

    def measure(self, name: str, logs: Sequence[_Log], wanted: int) -> float:
        """Answers a second, each log over a connection of its own, which a witness keeps for a minute at most."""
        share = wanted // len(logs)
        made = [log.requests(share) for log in logs]
        with closing(Server(self._port, self._pid, len(logs))) as server:
            requests = [request for turn in zip(*made, strict=True) for request in turn]
            rate = server.measure(name, requests, len(requests))  # none twice: it would be the last one's size
        self.rates.setdefault(name, []).extend(server.rates[name])
        return rate


@dataclass
class _Plainly:
    """What no witness can do without, in this process, on the same disk."""

    folder: Path
    log: _Log

    def __post_init__(self) -> None:
        self._rows = sqlite3.connect(self.folder / "plainly.sqlite", isolation_level=None)
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.execute("PRAGMA synchronous = FULL")
        self._rows.execute("CREATE TABLE cosigned (origin TEXT PRIMARY KEY, checkpoint TEXT) STRICT")
        self._secret = bytes(range(32)) + self.log.vkey.public_key
        self._signed = crypto_sign(self.log.signed(GROWTH).encode(), self._secret)
        self._sizes = count()

    def measure(self, wanted: int) -> float:
        """How many a second."""
        return each([str(next(self._sizes)) for _ in range(wanted)], self._one)

    def close(self) -> None:
        """Closes the file."""
        self._rows.close()

    def _one(self, checkpoint: str) -> None:
        crypto_sign_open(self._signed, self.log.vkey.public_key)
        crypto_sign(checkpoint.encode(), self._secret)
        self._rows.execute("INSERT OR REPLACE INTO cosigned VALUES ('log', ?)", (checkpoint,))


@contextmanager
def _witness(folder: Path, logs: Sequence[VerifierKey]) -> Iterator[tuple[int, int]]:
    """The witness's port and process, kept to one core, and this process to another."""
    signing.new_key(folder / "key", None)
    command = [sys.executable, "-m", "verifier", "witness", "--key", str(folder / "key"), "--name", "w.example.org"]
    command += ["--state", str(folder / "state.sqlite"), "--listen", "127.0.0.1:0"]
    command += [option for log in logs for option in ("--log", str(log))]
    before = os.sched_getaffinity(0)
    cores = sorted(before)
    said = folder / "said"
    with said.open("wb") as lines:
        process = subprocess.Popen(command, stderr=lines)
    try:
        port = _port(process, said)
        os.sched_setaffinity(process.pid, {cores[-1]})
        os.sched_setaffinity(0, {cores[0]})
        yield port, process.pid
    finally:
        os.sched_setaffinity(0, before)
        process.terminate()
        process.wait()


def _port(process: subprocess.Popen[bytes], said: Path) -> int:
    """Where it listens, as soon as it says so. Raises RuntimeError where it ends instead."""
    while process.poll() is None:
        if found := _LISTENING.search(said.read_text(encoding="utf-8")):
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError(said.read_text(encoding="utf-8"))
