"""Parts of a form that are lists: as many rows of the same fields as somebody needs, with no script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from api.languages import Words
from api.office.forms import Field, Filled, day_of, decimal_of, whole_of

MOST_ROWS: Final = 60
SPARE_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A list of a form: its name, and the fields of one row, the name of each without the row's."""

    name: str
    label: Words
    fields: tuple[Field, ...]

    def rows(self, values: Mapping[str, str], spare: int = 0) -> list[tuple[Field, ...]]:
        """The fields of each row, and of `spare` empty ones. What a row must have is asked only of rows begun."""
        found = [int(match[1]) for key in values if (match := re.fullmatch(rf"{self.name}-(\d{{1,3}})-[a-z_]+", key))]
        count = min(max(found, default=0) + spare, MOST_ROWS)
        return [self._row(n, values) for n in range(1, count + 1)]

    def tables(self, form: Filled, rows: Sequence[tuple[Field, ...]]) -> list[dict[str, Any]]:
        """The values of the rows that are not empty, by the names of the fields; what is left empty is not there."""
        found = []
        for row in rows:
            table = {item.name.rpartition("-")[2]: value_of(item, form[item.name]) for item in row if form[item.name]}
            if table:
                found.append(table)
        return found

    def field_at(self, at: str, form: Filled, rows: Sequence[tuple[Field, ...]]) -> str:
        """The name of the field at a place in `tables`, such as `module-2-hours`: rows left empty have none there."""
        _, number, key = at.split("-")
        begun = [row for row in rows if any(form[item.name] for item in row)]
        return begun[int(number) - 1][0].name.rpartition("-")[0] + f"-{key}"

    def values(self, tables: Sequence[Mapping[str, object]]) -> dict[str, str]:
        """What stands in the fields for these tables."""
        return {
            f"{self.name}-{n}-{key}": " ".join(value) if isinstance(value, tuple) else str(value)
            for n, table in enumerate(tables, start=1)
            for key, value in table.items()
            if value not in (None, ())
        }

    def _row(self, n: int, values: Mapping[str, str]) -> tuple[Field, ...]:
        names = [f"{self.name}-{n}-{item.name}" for item in self.fields]
        begun = any(values.get(name, "").strip() for name in names)
        return tuple(
            replace(item, name=name, required=item.required and begun)
            for name, item in zip(names, self.fields, strict=True)
        )


def value_of(item: Field, text: str) -> Any:
    """What a field's text means, of a form without faults."""
    match item.kind:
        case "decimal":
            return decimal_of(text)
        case "whole":
            return whole_of(text)
        case "day":
            return day_of(text)
        case "many":
            return text.split()
    return text
