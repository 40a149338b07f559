"""A sample of every event type, made from the declared types of its fields: no two personal values alike.

    python -m tests.verifier.event_samples

adds the golden payloads of new types to tests/vectors/payloads.json. It never changes one that is there.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from verifier import kinds
from verifier.events import EVENTS, Event, EventType, Mark, Withheld
from verifier.record import Envelope, make_payload

PAYLOADS = Path(__file__).parents[1] / "vectors" / "payloads.json"
ENVELOPE = Envelope(1, 1_767_225_600_000, bytes(range(16)), ("P-CLERK", "P-HEAD"), UUID(int=7, version=4))
assert kinds.EVENTS is EVENTS

Make = Callable[[Any, str], Any]
"""A value of a declared type for a field of this name."""


def sample(declared: EventType, make: Make) -> Event:
    """An event of this type with values made by `make`."""
    hints = typing.get_type_hints(declared.cls, include_extras=True)
    fields = {item.name: make(plain(hints[item.name]), f"{declared.name} {item.name}") for item in fields_of(declared)}
    event: Event = declared.cls(**fields)
    return event


def fields_of(declared: EventType) -> tuple[dataclasses.Field[Any], ...]:
    """The dataclass's fields."""
    return dataclasses.fields(declared.cls)


def plain(hint: Any) -> Any:
    """A field's type without its mark and without `Withheld`."""
    inner, *marks = typing.get_args(hint)
    assert isinstance(marks[0], Mark)
    if typing.get_origin(inner) in (typing.Union, types.UnionType):
        left = tuple(arg for arg in typing.get_args(inner) if arg is not Withheld)
        return left[0] if len(left) == 1 else typing.Union[left]  # noqa: UP007
    return inner


def digest(word: str, size: int = 32) -> bytes:
    """Bytes that stay the same from run to run."""
    return sha256(word.encode()).digest()[:size]


def distinct(hint: Any, word: str) -> Any:
    """A value that is found nowhere else by chance; optional ones are there."""
    number = int.from_bytes(digest(word, 4), "big") | 1 << 31
    return _built(hint, word, distinct) or {
        str: f"值 {word} {number}",
        int: number,
        bool: True,
        bytes: digest(word),
        date: date(1, 1, 1) + timedelta(days=number % 3_600_000),
        Decimal: Decimal(number).scaleb(-4),
        Fraction: Fraction(number, 7),
        UUID: UUID(bytes=digest(word, 16), version=4),
    }.get(hint)


def smallest(hint: Any, word: str) -> Any:
    """The smallest value of its type; optional ones are absent, lists empty."""
    if type(None) in typing.get_args(hint) or typing.get_origin(hint) in (tuple, Mapping, *_MAPPINGS):
        return None if type(None) in typing.get_args(hint) else () if typing.get_origin(hint) is tuple else {}
    return {
        str: "",
        int: 0,
        bool: False,
        bytes: b"",
        date: date.min,
        Decimal: Decimal("0.0"),
        Fraction: Fraction(0),
        UUID: UUID(int=0),
    }[hint]


def largest(hint: Any, word: str) -> Any:
    """A very large value of its type, with what encodings stumble over."""
    built = _built(hint, word, largest)
    return built or {
        str: f"{word} \x00\x7f\u2028\"\\'𠮷㛃·é\U0010ffff" + "长" * 70_000,
        int: 2**64 - 1,
        bool: True,
        bytes: bytes(range(256)) * 300,
        date: date.max,
        Decimal: Decimal("-" + "9" * 40 + "." + "9" * 39),
        Fraction: Fraction(-(10**39), 3),
        UUID: UUID(int=2**128 - 1),
    }.get(hint)


_MAPPINGS = (dict,) + ((typing.get_origin(Mapping[str, str]),) if typing.get_origin(Mapping[str, str]) else ())


def _built(hint: Any, word: str, make: Make) -> Any:
    """A value of a type that is made of others, None for any other type."""
    args = typing.get_args(hint)
    if type(None) in args:
        return make(next(arg for arg in args if arg is not type(None)), word)
    if typing.get_origin(hint) is tuple:
        return tuple(make(args[0], f"{word} {n}") for n in range(3))
    if typing.get_origin(hint) in _MAPPINGS:
        return {f"{word} {n}" * (n + 1): make(args[1], f"{word} {n}") for n in range(3)}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return hint(**{name: make(inner, f"{word} {name}") for name, inner in hints.items()})
    return None


def salts() -> Iterator[bytes]:
    """Salts that stay the same from run to run: no way to make real ones."""
    return (digest(f"salt {n}", 16) for n in count())


def golden(declared: EventType) -> dict[str, Any]:
    """The payload of a type's sample and its disclosures, as they stand in the file."""
    taken = salts()
    payload, disclosures = make_payload(sample(declared, distinct), ENVELOPE, lambda: next(taken))
    return {"payload": payload.hex(), "disclosures": [item.hex() for item in disclosures]}


def main() -> None:
    """Adds what is missing to the file."""
    known = json.loads(PAYLOADS.read_text("utf-8")) if PAYLOADS.exists() else {}
    everything = {name: known.get(name) or golden(declared) for name, declared in EVENTS.items()}
    PAYLOADS.write_text(json.dumps(known | everything, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
