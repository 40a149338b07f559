"""Writers that can be killed at any moment, and the journals by which one tells afterwards what was promised.

A lane is one thread of a writer. It takes one invented trainee after another through registration, training and
certificate, each command under an id of its own. In its journal it says what it is about to do, and what it was
answered. After its death another process goes on where the journal ends, and asks again for what had no answer.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from uuid import UUID

from ledger import commands as c
from ledger.cli.shared import opened
from ledger.executing import Asked, Executor
from ledger.store import StoreBusy
from tests.ledger.deciders.story import ENDS, ENROLLED_ON, REGISTER, REQUESTED_ON, STARTS, D, uuid
from tests.ledger.lives import operators

COHORT = "DRILL"
THREADS = 3
"""Lanes of one writer."""
LIFE = (
    "trainee.registered/1",
    "enrolment.made/1",
    "attendance.recorded/1",
    "result.recorded/1",
    "result.recorded/1",
    "certificate.awarded/1",
)
"""What comes of a trainee's commands, one event each."""


@dataclass(frozen=True)
class Lane:
    """One sequence of commands; all of it follows from its name."""

    name: str

    def command_id(self, step: int) -> bytes:
        """Of the command of this number, from 0."""
        return sha256(f"{self.name} command {step}".encode()).digest()[:16]

    def trainee(self, step: int) -> UUID:
        """Whom that command is about."""
        return uuid(f"{self.name} trainee {step // len(LIFE)}")

    def number(self, step: int) -> str:
        """The trainee's number."""
        return f"{self.name}-{step // len(LIFE)}"

    def command(self, step: int) -> Asked:
        """The command."""
        who = self.trainee(step)
        document = sha256(who.bytes).hexdigest()[:9].upper()
        commands: tuple[Asked, ...] = (
            replace(REGISTER, trainee=who, trainee_no=self.number(step), id_type="passport", id_number=document),
            c.Enrol(who, uuid(f"{self.name} enrolment {step // len(LIFE)}"), COHORT, ENROLLED_ON),
            c.RecordAttendance(who, COHORT, "M1", D(8), STARTS),
            c.RecordResult(who, COHORT, "EXAM", 1, D(80), "EX-1", ENDS),
            c.RecordResult(who, COHORT, "LAB", 1, D(90), "EX-1", ENDS),
            lambda desk: c.RequestCertification(who, COHORT, desk.draw("BDI", 2024), REQUESTED_ON),
        )
        return commands[step % len(LIFE)]


@dataclass(frozen=True)
class Promise:
    """A command that was acknowledged: where its entries stand."""

    step: int
    first_index: int
    count: int


def promises(journal: Path) -> tuple[list[Promise], int]:
    """What a journal says was acknowledged, and how many commands were begun."""
    done, begun = [], 0
    for line in journal.read_text("ascii").splitlines() if journal.exists() else []:
        match line.split():
            case ["ask", step]:
                begun = max(begun, int(step) + 1)
            case ["done", step, first, size]:
                done.append(Promise(int(step), int(first), int(size)))
            case _:  # cut off by a death in mid-line; what it would have said is asked again
                continue
    return done, begun


def run(address: str, lane: Lane, journal: Path, execute: Callable[[Asked, bytes], tuple[int, int]]) -> Iterator[None]:
    """Goes on with a lane for ever; yields after each command."""
    done, begun = promises(journal)
    answered = {promise.step for promise in done}
    unanswered = [step for step in range(begun) if step not in answered]
    with journal.open("a", encoding="ascii", buffering=1) as out:
        out.write("\n")  # ends a line that was cut off
        for step in chain(unanswered, count(begun)):
            out.write(f"ask {step}\n")
            first, size = execute(lane.command(step), lane.command_id(step))
            out.write(f"done {step} {first} {size}\n")
            yield


def main(address: str, folder: Path, name: str) -> None:
    """One writer: all its lanes, until it is killed, or told to end by a line on its standard input."""
    with opened(address) as ledger:
        executor = Executor(
            ledger.store, ledger.data_keys, ledger.keystore, ledger.claim_keys, ledger.log_id, ledger.clock
        )
        actors = operators(ledger)
        ending = threading.Event()

        def execute(command: Asked, command_id: bytes) -> tuple[int, int]:
            while True:
                try:
                    appended = executor.execute(command, actors, command_id).appended
                except StoreBusy:  # nobody knows whether it was recorded: the same id finds out
                    continue
                assert appended is not None
                return appended.first_index, appended.count

        def work(lane: Lane) -> None:
            for _ in run(address, lane, folder / lane.name, execute):
                if ending.is_set():
                    return

        threads = [threading.Thread(target=work, args=(Lane(f"{name}{n}"),)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        sys.stdin.readline()
        ending.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
