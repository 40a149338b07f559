"""Commands as plain values (JSON) and back: how a proposal keeps them, and how a program sends them.

A command's form is named after it (`RevokeCertificate` → `revoke-certificate`) and holds its fields under their names:
days as ISO 8601, decimals and fractions as text, ids in hexadecimal with hyphens, bytes in hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

from ledger import commands as c
from ledger.refusals import Code, Refusal

LONGEST_TEXT: Final = 2000
"""Characters of any one text."""
_DECIMAL: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
_FRACTION: Final = re.compile(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?", re.ASCII)
_DAY: Final = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)


class BadForm(Refusal):
    """A value is not in its form; `place` says where, as in `drawn.status_index`."""

    def __init__(self, place: str, wanted: str) -> None:
        super().__init__(Code.BAD_FORM, f"{place}: {wanted}")
        self.place, self.wanted = place, wanted


def name_of(command: type[Any]) -> str:
    """The name of a command's form."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", command.__name__).lower()


COMMANDS: Final[Mapping[str, type[Any]]] = {name_of(command): command for command in get_args(c.Command)}
"""Every command, by the name of its form."""


def to_plain(value: Any) -> Any:
    """A command, or a part of one, in plain values."""
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case date():
            return value.isoformat()
        case Decimal() | Fraction() | UUID():
            return str(value)
        case bytes():
            return value.hex()
        case tuple() | list():
            return [to_plain(item) for item in value]
        case frozenset() | set():
            return sorted(to_plain(item) for item in value)
        case Mapping():
            return {str(key): to_plain(item) for key, item in value.items()}
    return value


def from_plain(name: str, plain: Any) -> Any:
    """The command of a form. Raises BadForm, which names the place; fields that have a default may be left out."""
    command = COMMANDS.get(name)
    if command is None:
        raise BadForm("command", f"{name[:80]!r} is no command")
    return _dataclass(command, plain, "")


def _dataclass(made: type[Any], plain: Any, place: str) -> Any:
    if not isinstance(plain, Mapping):
        raise BadForm(place or name_of(made), "an object with named fields")
    known, hints = {field.name: field for field in fields(made)}, _hints(made)
    for key in plain:
        if key not in known:
            raise BadForm(_below(place, str(key)[:80]), "no such field")
    values = {}
    for key, field in known.items():
        if key in plain:
            values[key] = _value(hints[key], plain[key], _below(place, key))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BadForm(_below(place, key), "missing")
    return made(**values)


def _value(hint: Any, plain: Any, place: str) -> Any:
    if isinstance(hint, UnionType):
        if plain is None and NoneType in get_args(hint):
            return None
        (hint,) = (item for item in get_args(hint) if item is not NoneType)
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return _dataclass(hint, plain, place)
    if (origin := get_origin(hint)) is not None:
        return _container(origin, get_args(hint), plain, place)
    read, wanted = _READERS[hint]
    try:
        return read(plain)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        raise BadForm(place, wanted) from None


def _container(origin: Any, of: tuple[Any, ...], plain: Any, place: str) -> Any:
    if issubclass(origin, Mapping):
        if not isinstance(plain, Mapping):
            raise BadForm(place, "an object")
        return {str(key): _value(of[1], item, _below(place, str(key)[:80])) for key, item in plain.items()}
    if not isinstance(plain, list | tuple):
        raise BadForm(place, "a list")
    return origin(_value(of[0], item, f"{place}[{n}]") for n, item in enumerate(plain))


def _text(plain: Any) -> str:
    if type(plain) is not str or len(plain) > LONGEST_TEXT:
        raise ValueError
    plain.encode()  # half a surrogate pair is no character
    if any(ord(character) < 32 and character not in "\n\t" for character in plain):
        raise ValueError
    return plain


def _whole(plain: Any) -> int:
    if type(plain) is not int or not -(2**53) < plain < 2**53:
        raise ValueError
    return plain


def _flag(plain: Any) -> bool:
    if type(plain) is not bool:
        raise ValueError
    return plain


def _matching(form: re.Pattern[str], make: Callable[[str], Any]) -> Callable[[Any], Any]:
    def read(plain: Any) -> Any:
        if type(plain) is not str or not form.fullmatch(plain):
            raise ValueError
        return make(plain)

    return read


_READERS: Final[Mapping[Any, tuple[Callable[[Any], Any], str]]] = {
    str: (_text, f"a text of at most {LONGEST_TEXT} characters"),
    int: (_whole, "a whole number"),
    bool: (_flag, "true or false"),
    date: (_matching(_DAY, date.fromisoformat), "a day as YYYY-MM-DD, of the years 1900 to 2199"),
    Decimal: (_matching(_DECIMAL, Decimal), "a decimal number, as text"),
    Fraction: (_matching(_FRACTION, Fraction), "a fraction such as 2/3"),
    UUID: (_matching(re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), UUID), "an id (UUID)"),
    bytes: (_matching(re.compile("([0-9a-f]{2}){0,65536}"), bytes.fromhex), "bytes in hexadecimal"),
}


_hints: Final[Callable[[Any], dict[str, Any]]] = lru_cache(maxsize=128)(get_type_hints)


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
