"""Many writing processes for a long time: no deadlock, none starved, nothing lost, nothing doubled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.crew import Crew, Gate, flat, in_threads
from benchmarks.measuring import Figure
from benchmarks.training import Clerk, Training, begin
from benchmarks.world import World
from ledger.open import open_ledger

_SECTION = 1000


class Share(NamedTuple):
    """What one thread of one process came to."""

    done: int
    longest: float
    """Seconds of its slowest command."""


def measure(world: World, minutes: float, tell: Callable[[str], None] = lambda said: None) -> Iterator[Figure]:
    """Commands a second of eight processes of two threads on PostgreSQL, the smallest share, the longest wait.

    Raises RuntimeError for a deadlock, a command that failed, or an entry too many or too few.
    """
    sizes = world.sizes
    with world.new_ledger("PostgreSQL") as ledger, Crew(sizes.writers) as crew:
        world.take_in(ledger)
        training = begin(ledger, sizes.people)
        before, address = ledger.store.head().size, ledger.place.name
        with crew.working(sizes.writers, work, address, training) as found:
            began = time.monotonic()
            while (left := began + 60 * minutes - time.monotonic()) > 0:
                time.sleep(min(left, 30))
                recorded = ledger.store.head().size - before
                tell(f"{time.monotonic() - began:.0f} s: {recorded:,} commands")
        took = time.monotonic() - began
        shares: list[Share] = flat(found)
        done = sum(share.done for share in shares)
        deadlocks = world.postgres.deadlocks(address.partition("?")[0].rpartition("/")[2])
        size = ledger.store.head().size
        read = sum(len(ledger.store.entries(start, _SECTION)) for start in range(0, size, _SECTION))
        if deadlocks or not size == read == before + done:
            raise RuntimeError(f"{deadlocks} deadlocks; {done} acknowledged, {size - before} recorded, {read} read")
    processes = [sum(share.done for share in group) for group in found]
    yield Figure(f"{sizes.writers} × 2 writers, {took / 60:.1f} minutes: commands", "/s", (done / took,))
    yield Figure("smallest share of a process, of its even part", "", (min(processes) * len(processes) / done,))
    yield Figure("smallest share of a thread, of its even part", "", (min(shares).done * len(shares) / done,))
    yield Figure("longest wait of any command", " s", (max(share.longest for share in shares),), less_is_better=True)


def work(gate: Gate, number: int, address: str, training: Training) -> list[Share]:
    """Executes commands in two threads until the gate is closed."""
    with open_ledger(address) as ledger:
        executor = ledger.executor()

        def clerk(thread: int) -> Share:
            one, done, longest = Clerk(training, executor, f"clerk-{number}-{thread}"), 0, 0.0
            while not gate.closed:
                longest = max(longest, one.next())
                done += 1
            return Share(done, longest)

        gate.wait()
        return in_threads(2, clerk)
