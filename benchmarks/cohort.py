"""A cohort's certificates in one file, the archive of sealed PDFs or the print file: how fast, in how much memory.

The floor is setting the same pages in as many processes and nothing else: no look into the log, no seal, no file.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from time import perf_counter

from benchmarks import training
from benchmarks.measuring import Figure, in_turns
from benchmarks.world import World
from ledger import commands as c
from ledger.awards import Awards, open_awards
from ledger.certificate import pdf
from ledger.issue import job
from ledger.open import Ledger
from ledger.papers import Papers
from ledger.upkeep import Upkeep
from verifier.address import number_prefix

PROCESSES = 2
_FLOOR_PAPERS = 200
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_AT_A_TIME = 100


def measure(world: World) -> Iterator[Figure]:
    """Papers a second, start of the processes included; memory of this process beyond what it held before."""
    ledger, count = world.new_ledger(), world.sizes.cohort
    world.take_in(ledger)
    day = _certifies(ledger, count)
    Upkeep(ledger).run_once()
    memory: dict[str, list[float]] = {"archive": [], "print file": []}
    sizes: dict[str, list[float]] = {"archive": [], "print file": []}
    with open_awards(ledger) as awards:

        def run(name: str, made: Callable[[Papers], Iterator[bytes]]) -> float:
            held, began = _reset_peak(), perf_counter()
            papers = Papers(awards, training.COHORT, day, PROCESSES)
            assert len(papers.wanted) == count
            size = sum(map(len, made(papers)))
            seconds = perf_counter() - began
            memory[name].append((_peak() - held) / 1e6)
            sizes[name].append(size / 1e6)
            return count / seconds

        found = in_turns(
            min(2, world.sizes.rounds),
            {
                "floor": lambda: _pages_alone(awards, count),
                "archive": lambda: run("archive", Papers.zipped),
                "print file": lambda: run("print file", Papers.bound),
            },
        )
    for name in ("archive", "print file"):
        yield Figure(f"{count} certificates, {name}", "/s", found[name], "pages set alone", found["floor"])
        yield Figure(f"memory for the {name}", " MB", tuple(memory[name]), less_is_better=True)
        yield Figure(f"size of the {name}", " MB", tuple(sizes[name]), less_is_better=True)


def _pages_alone(awards: Awards, count: int) -> float:
    some = min(count, _FLOOR_PAPERS)
    jobs = [job(awards, issued) for issued in islice(awards.of_cohort(training.COHORT), some)]
    began = perf_counter()
    assert len(list(pdf.render_many(jobs, PROCESSES))) == some
    return some / (perf_counter() - began)


def _certifies(ledger: Ledger, count: int) -> date:
    """Fills a cohort, trains everybody in it and certifies them, all on one day, which is returned."""
    begun, desk = training.begin(ledger, count), ledger.desk()
    programme = desk.base.catalogue.programme_of(desk.base.catalogue.cohorts[training.COHORT])
    day, cohort = training.DAY, training.COHORT
    prefix = number_prefix(programme.code)
    for number, person in enumerate(begun.people, start=1):
        for module in programme.modules:
            desk.decide(c.RecordAttendance(person, cohort, module.code, Decimal(module.hours), day), begun.actors)
        for item in programme.assessments:
            desk.decide(c.RecordResult(person, cohort, item.code, 1, Decimal(90), "EX-1", day), begun.actors)
        desk.decide(c.RequestCertification(person, cohort, desk.draw(prefix, day.year), day), begun.actors)
        if number % _AT_A_TIME == 0 or number == count:
            desk.flush(begun.actors)
    return day


def _reset_peak() -> int:
    """What the process holds now, in bytes; its peak counts from here on (Linux).

    What is free by now is given back first: whatever was at hand already would not count.
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    _CLEAR.write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    """In bytes."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
