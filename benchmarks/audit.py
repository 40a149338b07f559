"""Audit: entries a second of published logs, against bare verification of their signatures in as many processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Aim, Figure, in_turns
from benchmarks.world import World

AUDIT_AIM = Aim(0.7)


def measure(world: World) -> Iterator[Figure]:
    """The whole audit (entries, signatures, authority, order of decisions, tiles, root, lists), on one core and on all.

    Each audit is a process of its own. Its clock begins before its further processes are started; that of the floor
    begins when all of its processes have their messages. Processor time is that of all processes, without what they
    take to start: on a machine that others use too, it says more than the clock.
    """
    cores = os.cpu_count() or 1
    for folder in world.published:
        yield from _of(folder, world.sizes.rounds, cores)


def _of(folder: Path, rounds: int, cores: int) -> Iterator[Figure]:
    found: dict[str, list[dict[str, float]]] = {"0": [], "all": [], "bare": [], "bare all": []}

    def run(name: str, what: str, processes: int) -> float:
        found[name].append(measured := _measured(what, folder, processes))
        return measured["rate"]

    works = {
        "0": lambda: run("0", "audit", 0),
        "bare": lambda: run("bare", "bare", 1),
        "all": lambda: run("all", "audit", cores),
        "bare all": lambda: run("bare all", "bare", cores),
    }
    rates = in_turns(rounds, works)
    size = round(found["0"][0]["entries"])
    for name, floor, words in (("0", "bare", "1 core"), ("all", "bare all", f"{cores} cores")):
        what, bare = f"audit of {size:,}, {words}", f"bare verify, {words}"
        yield Figure(what, " entries/s", rates[name], bare, rates[floor], AUDIT_AIM)
        work, least = (tuple(one["processor"] for one in found[key]) for key in (name, floor))
        aim = Aim(1 / AUDIT_AIM.bound, at_least=False)
        yield Figure(f"{what}, processor", " µs an entry", work, bare, least, aim, less_is_better=True)
    peak = tuple(one["peak"] for one in found["all"])
    yield Figure(f"peak memory of the audit of {size:,}", " MB", peak, less_is_better=True)
    took = tuple(one["report"] for one in found["all"])
    yield Figure(f"reports of the audit of {size:,} written", " s", took, less_is_better=True)


def _measured(what: str, folder: Path, processes: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.audited", what, str(folder), str(processes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer
