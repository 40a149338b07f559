"""Figures, and the rounds in which they are measured.

What is compared is measured in turns, round by round, so that other work on the machine falls on all alike. The best
round is the one that was disturbed least; the median says how much disturbance there was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")
Works = dict[str, Callable[[], float]]
"""By name: work to be measured, which gives its figure of this round."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a ratio is to be: at least, or at most, a number."""

    bound: float
    at_least: bool = True

    def met(self, ratio: float) -> bool:
        """Whether a ratio reaches the aim."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:.3g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing: its figure in each round, and where there is one its floor in the same rounds."""

    name: str
    unit: str
    values: tuple[float, ...]
    floor: str = ""
    floor_values: tuple[float, ...] = ()
    aim: Aim | None = None
    less_is_better: bool = False

    @property
    def best(self) -> float:
        """The figure of the least disturbed round."""
        return min(self.values) if self.less_is_better else max(self.values)

    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return median(self.values)

    @property
    def ratio(self) -> float | None:
        """Best round to best round of the floor; None without a floor."""
        if not self.floor_values:
            return None
        return self.best / (min(self.floor_values) if self.less_is_better else max(self.floor_values))

    @property
    def median_ratio(self) -> float | None:
        """The middle of the ratios within each round; None without a floor."""
        if not self.floor_values:
            return None
        return median(value / floor for value, floor in zip(self.values, self.floor_values, strict=True))

    @property
    def met(self) -> bool | None:
        """Whether the best ratio reaches the aim; None without one."""
        return None if self.aim is None or self.ratio is None else self.aim.met(self.ratio)

    def as_json(self) -> dict[str, object]:
        """The figure as JSON says it."""
        return {
            "name": self.name,
            "unit": self.unit,
            "best": self.best,
            "median": self.median,
            "rounds": list(self.values),
            "floor": self.floor or None,
            "floor_rounds": list(self.floor_values),
            "ratio": self.ratio,
            "median_ratio": self.median_ratio,
            "aim": None if self.aim is None else str(self.aim),
            "met": self.met,
        }


def in_turns(rounds: int, works: Works) -> dict[str, tuple[float, ...]]:
    """The figures of each work, one a round; the order of the works turns from round to round."""
    found: dict[str, list[float]] = {name: [] for name in works}
    names = list(works)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            found[name].append(works[name]())
    return {name: tuple(values) for name, values in found.items()}


def rate(count: int, work: Callable[[], object]) -> float:
    """How many a second, for work that does `count`."""
    began = perf_counter()
    work()
    return count / (perf_counter() - began)


def each(items: Sequence[T], work: Callable[[T], object]) -> float:
    """How many a second, for work done on one item after the other."""

    def all_of_them() -> None:
        for item in items:
            work(item)

    return rate(len(items), all_of_them)


def load() -> str:
    """What else the machine was doing: its load averages and its cores."""
    return f"load {' '.join(f'{value:.1f}' for value in os.getloadavg())} on {os.cpu_count()} cores"
