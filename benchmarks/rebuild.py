"""Rebuild of all views from entry 0 on, against only reading the store in the same chunks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.measuring import Aim, Figure, in_turns, rate
from benchmarks.world import ENGINES, World
from ledger.projections import PROJECTIONS
from ledger.projector import CHUNK, Projector
from ledger.store import Log

AIM = Aim(0.5)


def measure(world: World) -> Iterator[Figure]:
    """On both engines, of a ledger with the pack in it."""
    for engine in ENGINES:
        ledger = world.ledger_on(engine)
        size = ledger.store.head().size
        views = ledger.place.open_views()
        try:
            projector = Projector(ledger.store, views, PROJECTIONS)
            found = in_turns(
                world.sizes.rounds,
                {
                    "rebuild": partial(rate, size, projector.rebuild),
                    "read": partial(rate, size, partial(_read, ledger.store)),
                },
            )
        finally:
            views.close()
        yield Figure(f"rebuild of views, {engine}", " entries/s", found["rebuild"], "only reading", found["read"], AIM)


def _read(log: Log) -> None:
    start = 0
    while entries := log.entries(start, CHUNK):
        start += len(entries)
