"""Examples of the forms of commands, made of what their fields are and mean: in form, and about nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

from ledger.office.forms import SETTLED

_BY_KIND: Final[Mapping[Any, Any]] = {
    str: "…",
    int: 1,
    bool: True,
    date: "2026-11-27",
    Decimal: "8.5",
    Fraction: "2/3",
    UUID: "4b6d1a3e-5c0f-4f6a-9a37-0d2b7c1e8f55",
    bytes: "5f" * 32,
}
_BY_NAME: Final[Mapping[str, str]] = {
    "application_no": "A26-7KQ2MX",
    "assessment": "EXAM",
    "authority": "BUREAU",
    "certified_by": "PARTNER",
    "code": "BDI-2026A",
    "cohort": "BDI-2026A",
    "custody": "organisation",
    "education": "bachelor",
    "email": "zhang.san@example.org",
    "employer": "ENT-01",
    "grounds": "The practice began a year later than was declared.",
    "id_number": "E12345678",
    "id_type": "passport",
    "level": "engineer",
    "module": "BD-101",
    "name": "张三",
    "organisation": "PARTNER",
    "outcome": "dismissed",
    "phone": "+86 23 5550 0117",
    "programme": "BDI",
    "recommended_by": "ENT-01",
    "reason": "fraud",
    "taught_by": "BASE",
    "title_held": "technician",
    "trainee_no": "T-2026-0007",
}
"""Texts that say more than a type does."""


def example_of(command: type[Any]) -> dict[str, Any]:
    """The form of a command with everything in it that must be there, also where null would do."""
    return _filled(command, SETTLED.get(command, ()))


def _filled(cls: type[Any], without: tuple[str, ...] = ()) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {
        field.name: _value(field.name, hints[field.name])
        for field in fields(cls)
        if field.name not in without and field.default is MISSING and field.default_factory is MISSING
    }


def _value(name: str, hint: Any) -> Any:
    if isinstance(hint, UnionType):
        (hint,) = (item for item in get_args(hint) if item is not NoneType)
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return _filled(hint)
    if (origin := get_origin(hint)) is not None:
        of = get_args(hint)
        return {} if issubclass(origin, Mapping) else [_value("", of[0])]
    return _BY_NAME.get(name, _BY_KIND[hint]) if hint is str else _BY_KIND[hint]
