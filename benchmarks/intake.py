"""Intake: events a second from a pack's files to the log, against the library alone and against signing alone."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import floors
from benchmarks.measuring import Aim, Figure, in_turns, rate
from benchmarks.world import World
from ledger.intake.engine import CHUNK
from verifier import statement

LIBRARY_AIM = Aim(0.4)
SIGNING_AIM = Aim(0.7)


def measure(world: World) -> Iterator[Figure]:
    """Reading, deciding, encrypting, signing, hashing and recording a pack, in batches of the same size as `save`."""
    store = world.ledger.store
    events = floors.plain_events(store, world.ledger.vault)
    read = [statement.parse(entry.statement) for entry in store.entries(0, len(events))]
    messages = [statement.to_be_signed(item.protected, item.payload) for item in read]
    found = in_turns(
        world.sizes.rounds,
        {
            "intake": lambda: _take_in(world, "SQLite"),
            "intake, PostgreSQL": lambda: _take_in(world, "PostgreSQL"),
            "save": lambda: floors.library_save(events, CHUNK, world.new_folder("library")),
            "sign": lambda: floors.signing(messages),
        },
    )
    save, sign = found["save"], found["sign"]
    both = tuple(1 / (1 / a + 1 / b) for a, b in zip(save, sign, strict=True))
    yield Figure("events taken in", "/s", found["intake"], "eventsourcing save, JSON", save, LIBRARY_AIM)
    yield Figure("events taken in", "/s", found["intake"], "that save + 1 signature", both, SIGNING_AIM)
    there = found["intake, PostgreSQL"]
    yield Figure("events taken in, PostgreSQL", "/s", there, "events taken in, SQLite", found["intake"])
    yield Figure("eventsourcing save, JSON", "/s", save)
    yield Figure("bare PyNaCl signatures", "/s", sign)


def _take_in(world: World, engine: str) -> float:
    """Events a second of one intake into a new ledger."""
    events: list[int] = []
    with world.new_ledger(engine) as ledger:
        per_intake = rate(1, lambda: events.append(world.take_in(ledger).events))
    return events[0] * per_intake
