"""What the benchmarks work on: a pack, and a ledger that it was taken in to and that is published."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

from benchmarks.pack import write_pack
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.intake.engine import IntakeReport, take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.upkeep import Upkeep
from verifier import trust
from verifier.trust import Trust


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    trainees: int = 300
    rounds: int = 7
    checks: int = 300
    papers: int = 48
    logs: tuple[int, ...] = (1_000, 10_000, 100_000)
    """Entries of the logs in which proofs are made."""


class World:
    """A folder for everything that a run makes; the master key lies in it too, for all of it is invented."""

    def __init__(self, folder: Path, sizes: Sizes, pack: Path | None = None) -> None:
        self.folder, self.sizes, self._pack = folder, sizes, pack
        self._numbers = count(1)
        self._opened: list[Ledger] = []

    @cached_property
    def pack(self) -> Path:
        """The pack named on the command line, or a generated one."""
        return self._pack or write_pack(self.folder / "pack", self.sizes.trainees)

    def new_folder(self, name: str) -> Path:
        """A folder that is not there yet."""
        return self.folder / f"{name}-{next(self._numbers)}"

    def new_ledger(self) -> Ledger:
        """A ledger without anything in it."""
        ledger = found(self.new_folder("ledger"), Founding(master_key_in="benchmark-master-key"))
        self._opened.append(ledger)
        return ledger

    def take_in(self, ledger: Ledger) -> IntakeReport:
        """Takes the pack in, from its files to the log."""
        accounts = ledger.settings.accounts
        return take_in(ledger.desk(), open_pack(self.pack), Actors(accounts[OPERATOR], accounts[APPROVER]))

    @cached_property
    def ledger(self) -> Ledger:
        """A ledger with the pack in it, signed and published."""
        ledger = self.new_ledger()
        self.take_in(ledger)
        Upkeep(ledger).run_once()
        return ledger

    @cached_property
    def trust(self) -> Trust:
        """The trust file that the ledger published."""
        return trust.parse((self.ledger.public / "trust.txt").read_text(encoding="utf-8"))

    def close(self) -> None:
        """Closes every ledger that was made."""
        for ledger in self._opened:
            ledger.close()
