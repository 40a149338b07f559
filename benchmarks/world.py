"""What the benchmarks work on: a pack, and a ledger that it was taken in to and that is published."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

from benchmarks.pack import write_pack
from benchmarks.server import Server
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.intake.engine import IntakeReport, take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.upkeep import Upkeep
from verifier import trust
from verifier.trust import Trust

ENGINES = ("SQLite", "PostgreSQL")
_MASTER_KEYS = "XDG_CONFIG_HOME"
_ENTRIES_A_TRAINEE = 34


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    trainees: int = 300
    rounds: int = 7
    checks: int = 300
    papers: int = 48
    cohort: int = 1_000
    """Certificates of one cohort that are made into one file."""
    photographs: int = 200
    """Pictures of the link code in each group; of each proof code a fifth of that."""
    logs: tuple[int, ...] = (1_000, 10_000, 100_000)
    """Entries of the logs in which proofs are made."""
    audited: tuple[int, ...] = (10_000, 100_000)
    """Entries, about, of the logs that are audited."""
    writers: int = 8
    """Processes that write at once, at most."""
    threads: int = 3
    """How many numbers of threads a writer is tried with, of 1, 8 and 16."""
    seconds: float = 3
    """How long one round of writing lasts."""
    people: int = 2_000
    """Whom commands are about."""
    links: int = 200
    """Awards that a server is asked about."""
    requests: int = 600
    """How often it is asked in one round."""
    listed: int = 2_000
    """People whom lists of the register are about."""
    rows: int = 10_000
    """Rows of the pack that goes through the office."""
    commands: int = 400
    """Commands whose latency is measured in one round."""


class World:
    """A folder for everything that a run makes; master keys lie in it too, for all of it is invented."""

    def __init__(self, folder: Path, sizes: Sizes, pack: Path | None = None, published: tuple[Path, ...] = ()) -> None:
        self.folder, self.sizes, self._pack = folder, sizes, pack
        self._published = published
        self._numbers = count(1)
        self._opened: list[Ledger] = []
        self._ledgers: dict[str, Ledger] = {}
        self._server: Server | None = None
        self._keys_before = os.environ.get(_MASTER_KEYS)
        os.environ[_MASTER_KEYS] = str(folder / "configuration")  # of this process and of those that it starts

    @cached_property
    def pack(self) -> Path:
        """The pack named on the command line, or a generated one."""
        return self._pack or write_pack(self.folder / "pack", self.sizes.trainees)

    @cached_property
    def published(self) -> tuple[Path, ...]:
        """The published logs named on the command line, or some made by intake of packs of the sizes asked for."""
        return self._published or tuple(self._publish(entries) for entries in self.sizes.audited)

    def _publish(self, entries: int) -> Path:
        pack = write_pack(self.new_folder("pack"), max(1, entries // _ENTRIES_A_TRAINEE))
        ledger = self.new_ledger()
        self.take_in(ledger, pack)
        Upkeep(ledger).run_once()
        return ledger.public

    def new_folder(self, name: str) -> Path:
        """A folder that is not there yet."""
        return self.folder / f"{name}-{next(self._numbers)}"

    @property
    def postgres(self) -> Server:
        """The run's own PostgreSQL server, started when it is first needed."""
        if self._server is None:
            self._server = Server()
        return self._server

    def new_ledger(self, engine: str = "SQLite") -> Ledger:
        """A ledger without anything in it."""
        if engine == "SQLite":
            address = str(self.new_folder("ledger"))
        else:
            address = self.postgres.address(self.postgres.database())
        ledger = found(address, Founding())
        self._opened.append(ledger)
        return ledger

    def ledger_on(self, engine: str) -> Ledger:
        """A ledger with the pack in it, one for each engine."""
        if engine not in self._ledgers:
            self._ledgers[engine] = self.new_ledger(engine)
            self.take_in(self._ledgers[engine])
        return self._ledgers[engine]

    def take_in(self, ledger: Ledger, pack: Path | None = None) -> IntakeReport:
        """Takes a pack in, that of the run where none is given, from its files to the log."""
        accounts = ledger.settings.accounts
        return take_in(ledger.desk(), open_pack(pack or self.pack), Actors(accounts[OPERATOR], accounts[APPROVER]))

    @cached_property
    def ledger(self) -> Ledger:
        """A ledger with the pack in it, signed and published."""
        ledger = self.ledger_on("SQLite")
        Upkeep(ledger).run_once()
        return ledger

    @cached_property
    def trust(self) -> Trust:
        """The trust file that the ledger published."""
        return trust.parse((self.ledger.public / "trust.txt").read_text(encoding="utf-8"))

    def close(self) -> None:
        """Closes every ledger that was made, and ends the server."""
        for ledger in self._opened:
            ledger.close()
        if self._server is not None:
            self._server.close()
        if self._keys_before is None:
            del os.environ[_MASTER_KEYS]
        else:
            os.environ[_MASTER_KEYS] = self._keys_before
