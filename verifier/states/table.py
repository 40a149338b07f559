"""A projection's rows at one point, as a table that can be kept, read again and held against another one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from verifier.errors import CouldNotCheck

Cell = str | int | None
Row = tuple[Cell, ...]

FORMAT: Final = "certledger-state/1"


@dataclass(frozen=True, slots=True)
class State:
    """The rows of a projection of a log's first `size` entries, in the order of their keys."""

    projection: str
    origin: str
    at: str
    """The point that was asked for."""
    size: int
    root: str
    """Root of the tree of that size, in hex."""
    day: str
    """The business day on which standings were asked; empty for a projection without days."""
    columns: tuple[str, ...]
    key: int
    """How many of the first columns name a row."""
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs: what `parse_state` reads."""
        return {
            "format": FORMAT,
            "projection": self.projection,
            "origin": self.origin,
            "at": self.at,
            "size": self.size,
            "root": self.root,
            "day": self.day,
            "columns": list(self.columns),
            "key": self.key,
            "rows": [list(row) for row in self.rows],
        }

    def as_csv(self) -> str:
        """UTF-8, LF, a header line."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(["" if cell is None else cell for cell in row] for row in self.rows)
        return out.getvalue()


def ordered(rows: Iterable[Row], key: int) -> tuple[Row, ...]:
    """Rows in the order of their keys, whose cells are of one type in each column."""
    return tuple(sorted(rows, key=lambda row: row[:key]))


def parse_state(data: bytes, place: str) -> State:
    """What `State.as_json` wrote. Raises CouldNotCheck, which names the file."""
    try:
        told = json.loads(data)
        if told["format"] != FORMAT:
            raise ValueError(f"its format is {told['format']!r}")
        words = {name: _text(told[name]) for name in ("projection", "origin", "at", "root", "day")}
        columns, key = tuple(_text(name) for name in told["columns"]), _number(told["key"])
        rows = tuple(_row(row, len(columns)) for row in told["rows"])
        if not 0 < key <= len(columns):
            raise ValueError("its key is none of its columns")
        return State(**words, size=_number(told["size"]), columns=columns, key=key, rows=rows)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CouldNotCheck(f"{place} is no state that `certledger state --json` wrote: {error}") from None


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that both points have, with other values."""

    before: Row
    after: Row


@dataclass(frozen=True, slots=True)
class Difference:
    """What leads from one state of a projection to another."""

    before: State
    after: State
    added: tuple[Row, ...]
    gone: tuple[Row, ...]
    changed: tuple[Changed, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.gone or self.changed)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        columns = self.after.columns
        return {
            "projection": self.after.projection,
            "from": {"at": self.before.at, "size": self.before.size, "root": self.before.root, "day": self.before.day},
            "to": {"at": self.after.at, "size": self.after.size, "root": self.after.root, "day": self.after.day},
            "added": [dict(zip(columns, row, strict=True)) for row in self.added],
            "gone": [dict(zip(columns, row, strict=True)) for row in self.gone],
            "changed": [
                {
                    "key": dict(zip(columns[: self.after.key], item.after, strict=False)),
                    "from": self._others(item.before, item.after),
                    "to": self._others(item.after, item.before),
                }
                for item in self.changed
            ],
        }

    def _others(self, row: Row, other: Row) -> dict[str, Cell]:
        cells = zip(self.after.columns, row, other, strict=True)
        return {name: mine for name, mine, theirs in cells if mine != theirs}


def difference(before: State, after: State) -> Difference:
    """What differs. Raises CouldNotCheck for states of two projections, or of revisions with other columns."""
    if (before.projection, before.columns, before.key) != (after.projection, after.columns, after.key):
        raise CouldNotCheck(f"a state of {before.projection} and one of {after.projection} have no common columns")
    old, new = ({row[: state.key]: row for row in state.rows} for state in (before, after))
    return Difference(
        before,
        after,
        tuple(row for key, row in new.items() if key not in old),
        tuple(row for key, row in old.items() if key not in new),
        tuple(Changed(old[key], row) for key, row in new.items() if key in old and old[key] != row),
    )


def difference_lines(found: Difference) -> list[str]:
    """For people: `+` came, `-` went, `~` changed, with the values that did."""
    columns, key = found.after.columns, found.after.key
    lines = [f"+ {_told(columns, row)}" for row in found.added]
    lines += [f"- {_told(columns, row)}" for row in found.gone]
    for item in found.changed:
        cells = zip(columns[key:], item.before[key:], item.after[key:], strict=True)
        what = ", ".join(f"{name} {_cell(old)} → {_cell(new)}" for name, old, new in cells if old != new)
        lines.append(f"~ {' '.join(map(_cell, item.after[:key]))}: {what}")
    return lines


def _told(columns: Sequence[str], row: Row) -> str:
    return ", ".join(f"{name} {_cell(cell)}" for name, cell in zip(columns, row, strict=True))


def _cell(value: Cell) -> str:
    return "none" if value is None else str(value)


def _text(value: object) -> str:
    if type(value) is not str:
        raise ValueError(f"{value!r:.40} is not text")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r:.40} is not a number")
    return value


def _row(value: object, size: int) -> Row:
    if type(value) is not list or len(value) != size:
        raise ValueError(f"a row does not have {size} cells")
    if any(cell is not None and type(cell) not in (str, int) for cell in value):
        raise ValueError("a cell is neither text nor a number")
    return tuple(value)
