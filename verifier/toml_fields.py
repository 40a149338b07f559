"""The fields of a TOML table, each checked and exact; every fault is a BadDefinition that names the place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Final

_MOST_DECIMALS: Final = 30


class BadDefinition(Exception):
    """What defines a programme or an edition of the rules cannot be read. Names the place and the reason."""

    code: ClassVar[str] = "bad-pack"

    def __init__(self, place: str, reason: str, at: str = "", rule: tuple[str, ...] = ()) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason
        self.at = at
        """Of a table: the key at fault, behind those of the tables it stands in, as `module-2-hours`."""
        self.rule = rule
        """Which rule is broken, with what it allows, for who tells it in other words."""


class TomlFields:
    """One table of a TOML file. `rest_is_known` at the end finds the keys that nobody asked for."""

    def __init__(self, place: str, table: Mapping[str, object], within: str = "") -> None:
        """`within`: the keys and numbers of the tables that this one stands in, each with a hyphen behind it."""
        self.place = place
        self._table, self._within = table, within
        self._asked: set[str] = set()

    @classmethod
    def of_text(cls, name: str, text: str) -> TomlFields:
        """The top table of a file of this name. Raises BadDefinition where it is not TOML."""
        try:
            return cls(name, tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal))
        except (tomllib.TOMLDecodeError, ArithmeticError) as error:
            raise BadDefinition(name, f"is not TOML: {error}") from None

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        self._asked.add(key)
        return key in self._table

    def text(self, key: str) -> str:
        """A text that is not blank, without the blanks around it."""
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(f"{key} must be a text", key, "missing")
        return value.strip()

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """A text that is one of `choices`."""
        value = self.text(key)
        if value not in choices:
            raise self.fault(f"{key} is {value!r}, not one of {', '.join(choices)}", key, "unlisted")
        return value

    def choices(self, key: str, choices: Sequence[str]) -> tuple[str, ...]:
        """A list, not empty and without repeats, of texts that are among `choices`."""
        value = self._value(key)
        if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
            raise self.fault(f"{key} must be a list of one or more different values")
        for one in value:
            if one not in choices:
                raise self.fault(f"{key} has {one!r}, which is not one of {', '.join(choices)}")
        return tuple(value)

    def number(self, key: str, least: int, most: int) -> Decimal:
        """An exact number from `least` to `most`, both included."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.fault(f"{key} must be a number", key, "range", str(least), str(most))
        number = Decimal(value)
        if not number.is_finite() or not least <= number <= most:
            raise self.fault(f"{key} must be from {least} to {most}", key, "range", str(least), str(most))
        if -int(number.as_tuple().exponent) > _MOST_DECIMALS:
            raise self.fault(f"{key} has more than {_MOST_DECIMALS} decimals", key, "decimals", str(_MOST_DECIMALS))
        return number

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both included."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            reason = f"{key} must be a whole number from {least} to {most}"
            raise self.fault(reason, key, "whole", str(least), str(most))
        return value

    def share(self, key: str) -> Fraction:
        """A share above 0 and up to 1, as "2/3" or as an exact decimal."""
        value = self._value(key)
        try:
            share = Fraction(value) if isinstance(value, str | int | Decimal) else None
        except (ValueError, ArithmeticError):
            share = None
        if share is None or isinstance(value, bool) or not 0 < share <= 1:
            raise self.fault(f'{key} must be a share above 0 and up to 1, as "2/3"', key, "share")
        return share

    def day(self, key: str) -> date:
        """A date."""
        value = self._value(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fault(f"{key} must be a date, as in 2019-02-01")
        return value

    def tables(self, key: str, name_by: str) -> list[TomlFields]:
        """The tables of a list that is not empty, each with its place: its number and its name."""
        value = self._value(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            raise self.fault(f"there must be one or more [[{key}]]", key, "none")
        return [
            TomlFields(
                f"{self.place}, {key} {number} ({table.get(name_by, 'without ' + name_by)})",
                table,
                f"{self._within}{key}-{number}-",
            )
            for number, table in enumerate(value, start=1)
        ]

    def rest_is_known(self) -> None:
        """Raises BadDefinition for a key that was not asked for."""
        unknown = [key for key in self._table if key not in self._asked]
        if unknown:
            raise self.fault(f"{', '.join(unknown)} is unknown here")

    def fault(self, reason: str, key: str = "", *rule: str) -> BadDefinition:
        """The error to raise for this table, for one of its keys where that is what is wrong."""
        return BadDefinition(self.place, reason, f"{self._within}{key}", rule)

    def _value(self, key: str) -> object:
        if not self.has(key):
            raise self.fault(f"{key} is missing", key, "missing")
        return self._table[key]
