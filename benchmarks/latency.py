"""One command from asking to its answer: read, decided, signed, durable. Idle, and beside eight writing processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from statistics import quantiles

from benchmarks.crew import Crew, Gate
from benchmarks.measuring import Figure
from benchmarks.training import Clerk, Training, begin
from benchmarks.world import ENGINES, World
from ledger.open import open_ledger

_NAMES = count(1)


def measure(world: World) -> Iterator[Figure]:
    """Milliseconds of a session's recording, half of all and all but one in a hundred, on both engines."""
    sizes = world.sizes
    with Crew(sizes.writers) as crew:
        for engine in ENGINES:
            with world.new_ledger(engine) as ledger:
                world.take_in(ledger)
                training = begin(ledger, sizes.people)
                clerk = Clerk(training, ledger.executor(), f"measured-{next(_NAMES)}")
                for beside in ("idle", f"{sizes.writers} writers"):
                    halves, tails = [], []
                    for _ in range(sizes.rounds):
                        load: AbstractContextManager[object] = nullcontext()
                        if beside != "idle":
                            load = crew.working(sizes.writers, write, ledger.place.name, training, next(_NAMES))
                        with load:
                            cuts = quantiles([1000 * clerk.attend() for _ in range(sizes.commands)], n=100)
                        halves.append(cuts[49])
                        tails.append(cuts[98])
                    yield Figure(f"command, {engine}, {beside}: p50", " ms", tuple(halves), less_is_better=True)
                    yield Figure(f"command, {engine}, {beside}: p99", " ms", tuple(tails), less_is_better=True)


def write(gate: Gate, number: int, address: str, training: Training, run: int) -> int:
    """Executes commands until the gate is closed; how many."""
    with open_ledger(address) as ledger:
        clerk = Clerk(training, ledger.executor(), f"writer-{run}-{number}")
        clerk.attend()
        gate.wait()
        for done in count():
            if gate.closed:
                return done
            clerk.next()
    raise AssertionError
