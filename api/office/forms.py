"""Forms of the console: their fields, and what is wrong with what stands in one, for the page and the server alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from api.digits import whole
from api.languages import Words
from api.office import words

Kind = Literal["text", "long", "day", "decimal", "whole", "choice", "many", "password", "hidden", "file"]
LONGEST: Final = 200
LONGEST_LONG: Final = 2000


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form."""

    name: str
    label: Words
    kind: Kind = "text"
    required: bool = True
    choices: Sequence[tuple[str, Words]] = ()
    hint: Words | None = None
    autocomplete: str = "off"

    def fault(self, text: str) -> Words | None:
        """What is wrong with a text in this field, or None."""
        if not text.strip():
            return words.MISSING if self.required else None
        if len(text) > (LONGEST_LONG if self.kind == "long" else LONGEST):
            return words.TOO_LONG
        if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\r\n\t" for character in text):
            return words.UNPRINTABLE
        match self.kind:
            case "day":
                return None if day_of(text) else words.NO_DAY
            case "decimal":
                return None if decimal_of(text) is not None else words.NO_NUMBER
            case "whole":
                return None if whole_of(text) is not None else words.NO_WHOLE
            case "choice":
                return None if text in dict(self.choices) else words.NOT_LISTED
            case "many":
                return None if set(text.split()) <= set(dict(self.choices)) else words.NOT_LISTED
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in, with what is wrong beside each field."""

    fields: Sequence[Field]
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Words] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def good(self) -> bool:
        """Whether nothing is wrong that the form itself can tell."""
        return not self.faults

    def with_fault(self, name: str, fault: Words) -> Filled:
        """The same, with something wrong that the ledger told."""
        return Filled(self.fields, self.values, {**self.faults, name: fault})


def blank(fields: Sequence[Field], **values: str) -> Filled:
    """A form that nobody has filled in yet."""
    return Filled(fields, values)


def filled(fields: Sequence[Field], sent: Mapping[str, str]) -> Filled:
    """What was sent, looked through."""
    values = {item.name: normalised(sent.get(item.name, ""), item.kind) for item in fields}
    faults = {item.name: fault for item in fields if (fault := item.fault(values[item.name])) is not None}
    return Filled(fields, values, faults)


def normalised(text: str, kind: Kind) -> str:
    """Without blanks around it; digits and signs of full width as those that are meant (DOMAIN.md, Intake packs)."""
    if kind == "password":
        return text
    if kind in ("day", "decimal", "whole"):
        text = unicodedata.normalize("NFKC", text).replace("/", "-" if kind == "day" else "/")
    return text.strip().strip("　").replace("\r\n", "\n")


def day_of(text: str) -> date | None:
    """A day as year-month-day, or None."""
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def decimal_of(text: str) -> Decimal | None:
    """A decimal number, or None."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < 10**9 and "e" not in text.lower() else None


def whole_of(text: str) -> int | None:
    """A whole number from 0, or None."""
    return whole(text, 9)
