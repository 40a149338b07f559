"""How many entries there are of what: counted while they are judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from verifier.authority import Key


@dataclass(slots=True)
class Counts:
    """Judged entries by kind, organisation, custody of the key and month of recording, all four together."""

    cells: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def add(self, kind: str, key: Key, month: str, many: int) -> None:
        """Counts so many entries more."""
        self.cells[kind, key.organisation, key.custody, month] += many

    def by(self, *places: int) -> dict[tuple[str, ...], int]:
        """Sums by some of the four: 0 the kind, 1 the organisation, 2 the custody, 3 the month. In order."""
        sums: Counter[tuple[str, ...]] = Counter()
        for cell, many in self.cells.items():
            sums[tuple(cell[place] for place in places)] += many
        return dict(sorted(sums.items()))

    def plain(self) -> list[Any]:
        """For a state file."""
        return [[*cell, many] for cell, many in self.cells.items()]

    @classmethod
    def of(cls, plain: list[Any]) -> Counts:
        """From `plain`. Raises ValueError for what is none."""
        return cls(Counter({(kind, who, custody, month): many for kind, who, custody, month, many in plain}))
