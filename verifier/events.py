"""How an event type is declared: once, here in the verifier, because whoever judges an event must know it.

A type is a frozen dataclass whose every field says whether the log may show it:

- `Stream`: the id of the stream that the event belongs to,
- `Public[T]`: stands in the log in clear,
- `Personal[T]`: stands in the log as a salted hash; read back it is `T | Withheld`,
- `Printed[T]`: personal, and shown on the paper that the award's proof code discloses.

A field without a mark fails at import. A type is never edited, only followed by the next number.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from operator import attrgetter
from typing import Annotated, Any, Final, TypeVar, dataclass_transform, get_args, get_origin
from uuid import UUID

from verifier import cbor
from verifier.errors import Malformed


class Withheld(enum.Enum):
    """Stands for a personal value that was not disclosed to the reader, or that was erased."""

    WITHHELD = "withheld"

    def __repr__(self) -> str:
        return "WITHHELD"


WITHHELD: Final = Withheld.WITHHELD


class Mark(enum.Enum):
    """Where a field of an event stands in the log."""

    STREAM = "stream"
    PUBLIC = "public"
    PERSONAL = "personal"
    PRINTED = "printed"


T = TypeVar("T")
Stream = Annotated[UUID, Mark.STREAM]
Public = Annotated[T, Mark.PUBLIC]
Personal = Annotated[T | Withheld, Mark.PERSONAL]
Printed = Annotated[T | Withheld, Mark.PRINTED]

Convert = Callable[[Any], Any]
Encode = Callable[[Any], bytes]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event type with its way to and from CBOR."""

    name: str
    mark: Mark
    key: bytes
    to_cbor: Convert | None
    """None where the value is CBOR already."""
    from_cbor: Convert
    encode: Encode
    """The value's CBOR bytes at once: what `cbor.encode` makes of `to_cbor`'s value, by a shorter way."""


@dataclass(frozen=True, slots=True)
class EventType:
    """What the declaration of one event type says."""

    name: str
    """Permanent wire name and number, such as `certificate.awarded/1`."""
    kind: str
    """The name without the number: what a key is entitled to."""
    cls: type[Any]
    stream: str
    public: tuple[Field, ...]
    """In the order of their encoded map keys."""
    personal: tuple[Field, ...]
    printed: tuple[Field, ...]
    withheld: dict[str, Withheld]


EVENTS: Final[dict[str, EventType]] = {}
"""Every event type by its wire name."""

_BY_CLASS: Final[dict[type[Any], EventType]] = {}


class Event:
    """What every event type has in common: nothing but being one."""

    __slots__ = ()

    @property
    def stream_id(self) -> UUID:
        """The stream that this event belongs to. Each event type reads its own field."""
        raise NotImplementedError(type(self).__name__)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str) -> Callable[[type[T]], type[T]]:
    """Declares an event type under its permanent wire name. Raises TypeError for a field without a mark."""

    def declare(cls: type[T]) -> type[T]:
        if not cls.__doc__:  # asked before `dataclass` writes one of its own
            raise TypeError(f"{name}: says not what happened")
        frozen = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        declared = _declare(name, frozen)
        if name in EVENTS:
            raise TypeError(f"event type {name} is declared twice")
        EVENTS[name] = _BY_CLASS[frozen] = declared
        frozen.stream_id = property(attrgetter(declared.stream))  # type: ignore[attr-defined]
        return frozen

    return declare


def event_type(of: Event | type[Event]) -> EventType:
    """The declaration of an event or an event class."""
    declared = _BY_CLASS.get(type(of))
    return _BY_CLASS[typing.cast("type[Event]", of)] if declared is None else declared


def _declare(name: str, cls: type[Any]) -> EventType:
    hints = typing.get_type_hints(cls, include_extras=True)
    groups: dict[Mark, list[Field]] = {mark: [] for mark in Mark}
    for item in dataclasses.fields(cls):
        mark, inner = _mark_of(name, item.name, hints[item.name])
        to_cbor, from_cbor = _codec(inner, f"{name}: {item.name}")
        encode = _encoder(inner, to_cbor)
        groups[mark].append(Field(item.name, mark, cbor.dumps(item.name), to_cbor, from_cbor, encode))
    if len(groups[Mark.STREAM]) != 1:
        raise TypeError(f"{name}: exactly one field is the stream")
    return EventType(
        name=name,
        kind=name.rpartition("/")[0],
        cls=cls,
        stream=groups[Mark.STREAM][0].name,
        public=tuple(sorted(groups[Mark.PUBLIC], key=lambda field: field.key)),
        personal=tuple(groups[Mark.PERSONAL]),
        printed=tuple(groups[Mark.PRINTED]),
        withheld={field.name: WITHHELD for field in (*groups[Mark.PERSONAL], *groups[Mark.PRINTED])},
    )


def _mark_of(event_name: str, field_name: str, hint: Any) -> tuple[Mark, Any]:
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        for extra in extras:
            if isinstance(extra, Mark):
                if extra in (Mark.PERSONAL, Mark.PRINTED):
                    inner = _without(inner, Withheld)
                return extra, inner
    raise TypeError(f"{event_name}: field {field_name} is marked neither Public nor Personal")


def _without(hint: Any, member: type) -> Any:
    left = [arg for arg in get_args(hint) if arg is not member]
    return left[0] if len(left) == 1 else typing.Union[tuple(left)]  # noqa: UP007


# --- values ---------------------------------------------------------------------------------------------------------


def _codec(hint: Any, place: str) -> tuple[Convert | None, Convert]:
    """How values of a type go to CBOR and come back; what comes back in any other form is malformed."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (typing.Union, types.UnionType) and type(None) in args:
        return _optional(_codec(_without(hint, type(None)), place))
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return _sequence(_codec(args[0], place), place)
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return _mapping(_codec(args[1], place), place)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _struct(hint, place)
    if hint in _PLAIN:
        return None, _exact(hint, place)
    if hint in _TEXTUAL:
        to_text, from_text = _TEXTUAL[hint]
        return to_text, _parsed(from_text, to_text, hint, place)
    raise TypeError(f"{place}: no encoding for {hint}")


_PLAIN: Final = (str, int, bool, bytes)


def _uuid(data: Any) -> UUID:
    if type(data) is not bytes:
        raise ValueError("not bytes")
    return UUID(bytes=data)


_NUMBER: Final = re.compile(r"-?[0-9]+([./][0-9]+)?")
"""What a number can look like, before it is parsed: `1E999999999` would take hours to read and gigabytes to write."""


def _decimal(text: Any) -> Decimal:
    return Decimal(_number(text))


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is no number that an event can hold")
    return format(value, "f")


def _fraction(text: Any) -> Fraction:
    return Fraction(_number(text))


def _number(text: Any) -> str:
    if type(text) is not str or not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return text


_TEXTUAL: Final[dict[Any, tuple[Convert, Convert]]] = {
    date: (date.isoformat, date.fromisoformat),
    Decimal: (_decimal_text, _decimal),
    Fraction: (str, _fraction),
    UUID: (lambda value: value.bytes, _uuid),
}


def _encoder(hint: Any, to_cbor: Convert | None) -> Encode:
    """How values of a type go to bytes. Dates and ids, of which events are full, have a form of one length."""
    if type(None) in get_args(hint):
        inner = _encoder(_without(hint, type(None)), to_cbor)
        return lambda value: b"\xf6" if value is None else inner(value)
    if hint is date:
        return lambda value: b"\x6a" + value.isoformat().encode()
    if hint is UUID:
        return lambda value: b"\x50" + value.bytes
    return cbor.dumps if to_cbor is None else lambda value: cbor.dumps(to_cbor(value))


def _exact(kind: type, place: str) -> Convert:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise Malformed(f"{place} is not {kind.__name__}")
        return value

    return check


def _parsed(parse: Convert, unparse: Convert, kind: type, place: str) -> Convert:
    def check(value: Any) -> Any:
        try:
            parsed = parse(value)
        except (ValueError, TypeError, InvalidOperation, ArithmeticError):
            raise Malformed(f"{place} is not a {kind.__name__}") from None
        if unparse(parsed) != value:  # one accepted form, as for the encoding itself
            raise Malformed(f"{place} is not in the one accepted form of a {kind.__name__}")
        return parsed

    return check


def _optional(inner: tuple[Convert | None, Convert]) -> tuple[Convert | None, Convert]:
    to_cbor, from_cbor = inner
    encode = None if to_cbor is None else lambda value: None if value is None else to_cbor(value)
    return encode, lambda value: None if value is None else from_cbor(value)


def _sequence(inner: tuple[Convert | None, Convert], place: str) -> tuple[Convert, Convert]:
    to_cbor, from_cbor = inner
    is_list = _exact(list, place)
    encode: Convert = list if to_cbor is None else lambda values: [to_cbor(value) for value in values]
    return encode, lambda values: tuple(from_cbor(value) for value in is_list(values))


def _mapping(inner: tuple[Convert | None, Convert], place: str) -> tuple[Convert, Convert]:
    to_cbor, from_cbor = inner
    is_map, is_text = _exact(dict, place), _exact(str, place)

    def encode(values: Mapping[str, Any]) -> Any:
        return cbor.ordered_map({key: value if to_cbor is None else to_cbor(value) for key, value in values.items()})

    return encode, lambda values: {is_text(key): from_cbor(value) for key, value in is_map(values).items()}


def _struct(cls: type[Any], place: str) -> tuple[Convert, Convert]:
    hints = typing.get_type_hints(cls)
    codecs = {item.name: _codec(hints[item.name], f"{place}.{item.name}") for item in dataclasses.fields(cls)}
    is_map = _exact(dict, place)

    def encode(value: Any) -> Any:
        members = {name: (to_cbor, getattr(value, name)) for name, (to_cbor, _) in codecs.items()}
        return cbor.ordered_map({name: v if to_cbor is None else to_cbor(v) for name, (to_cbor, v) in members.items()})

    def decode(value: Any) -> Any:
        if is_map(value).keys() != codecs.keys():
            raise Malformed(f"{place} does not have exactly the members {', '.join(codecs)}")
        return cls(**{name: from_cbor(value[name]) for name, (_, from_cbor) in codecs.items()})

    return encode, decode
