"""Models of the forms of commands, made of the commands themselves, for the OpenAPI document.

What a form may hold is judged by `ledger.command_forms` alone; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, Field, create_model

from api.office.rest.answers import Told
from ledger.command_forms import LONGEST_TEXT
from ledger.office.doing import needs_approval
from ledger.office.forms import SETTLED
from ledger.office.proposals import REASON_LIMIT

NOTE: Final = Annotated[str, Field(default="", max_length=REASON_LIMIT, description="For who approves.")]


def _text(pattern: str, what: str) -> Any:
    return Annotated[str, Field(pattern=pattern, description=what)]


_TYPES: Final[Mapping[Any, Any]] = {
    str: Annotated[str, Field(max_length=LONGEST_TEXT)],
    int: Annotated[int, Field(gt=-(2**53), lt=2**53)],
    bool: bool,
    date: Annotated[str, Field(json_schema_extra={"format": "date"}, description="A day as YYYY-MM-DD.")],
    Decimal: _text(r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$", "A decimal number, as text."),
    Fraction: _text("^[0-9]{1,9}(/[1-9][0-9]{0,8})?$", "A fraction such as 2/3."),
    UUID: _text("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "An id."),
    bytes: Annotated[str, Field(pattern="^([0-9a-f]{2})*$", max_length=131_072, description="Bytes in hexadecimal.")],
}


def form_model(command: type[Any]) -> type[BaseModel]:
    """The form of a command, without what is settled by the server, and with a note where somebody else approves."""
    left = {name: spec for name, spec in _fields(command).items() if name not in SETTLED.get(command, ())}
    if needs_approval(command):
        left["note"] = (NOTE, "")
    return create_model(command.__name__, __base__=Told, __doc__=command.__doc__, **left)


@cache
def _model(part: Hashable) -> type[BaseModel]:
    assert isinstance(part, type)
    return create_model(part.__name__, __base__=Told, __doc__=part.__doc__, **_fields(part))


def _fields(cls: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {
        field.name: (_type(hints[field.name]), ... if field.default is MISSING else field.default)
        for field in fields(cls)
    }


def _type(hint: Any) -> Any:
    if isinstance(hint, UnionType):
        (inner,) = (item for item in get_args(hint) if item is not NoneType)
        return _type(inner) | None
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return _model(hint)
    origin = get_origin(hint)
    if origin is None:
        return _TYPES[hint]
    of = get_args(hint)
    return dict[str, _type(of[1])] if issubclass(origin, Mapping) else list[_type(of[0])]  # type: ignore[misc]
