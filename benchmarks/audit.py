"""Audit: entries a second of a published log, against bare verification of their signatures on the same cores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks import floors
from benchmarks.measuring import Aim, Figure, in_turns, rate
from benchmarks.world import World
from verifier.audit import audit
from verifier.fetch import FolderLog

AUDIT_AIM = Aim(0.6)


def measure(world: World) -> Iterator[Figure]:
    """The whole audit (entries, signatures, authority, order of decisions, tiles, root, lists), on one core and on all.

    On all cores the processes of the floor are running before the clock starts; the audit's own are not.
    """
    signed = floors.signed_messages(world.ledger.store, world.trust)
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        floors.verifying_in(pool, cores, signed[:cores])
        found = in_turns(
            world.sizes.rounds,
            {
                "audit": lambda: _audit(world, len(signed), 0),
                "verify": lambda: floors.verifying(signed),
                "audit on all": lambda: _audit(world, len(signed), cores),
                "verify on all": lambda: floors.verifying_in(pool, cores, signed),
            },
        )
    yield Figure("audit, 1 core", " entries/s", found["audit"], "bare verify, 1 core", found["verify"], AUDIT_AIM)
    name, floor = f"audit, {cores} cores", f"bare verify, {cores} cores"
    yield Figure(name, " entries/s", found["audit on all"], floor, found["verify on all"], AUDIT_AIM)


def _audit(world: World, entries: int, processes: int) -> float:
    return rate(entries, lambda: _good(world, processes))


def _good(world: World, processes: int) -> None:
    report = audit(FolderLog(world.ledger.public), world.trust, processes=processes)
    if report.exit_code:
        raise RuntimeError(f"the benchmark's own log is not good: {report.ordered_problems()[0].message}")
