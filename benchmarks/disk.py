"""Bytes an event on the disk: statements, database, data keys, published tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Figure
from benchmarks.world import World
from ledger.upkeep import Upkeep


def measure(world: World) -> Iterator[Figure]:
    """Sizes of the files of a ledger that the pack was taken in to, its write-ahead log emptied, by its events."""
    with world.new_ledger() as ledger:
        world.take_in(ledger)
        Upkeep(ledger).run_once()
        size, folder = ledger.store.head().size, Path(ledger.place.name)
        statements = sum(len(entry.statement) for entry in ledger.store.entries(0, size))
    parts = {
        "signed statement": statements,
        "database": _bytes(folder, "ledger.sqlite*"),
        "data keys": _bytes(folder, "data-keys.sqlite*"),
        "published tree": sum(file.stat().st_size for file in (folder / "public").rglob("*") if file.is_file()),
    }
    for name, total in parts.items():
        yield Figure(f"{name}, bytes an event", " B", (total / size,), less_is_better=True)


def _bytes(folder: Path, pattern: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(pattern))
