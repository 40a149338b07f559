"""What the JavaScript verifier takes from the Python one as JSON, so that it is declared once: event types, labels."""

from __future__ import annotations

import json
import typing
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from verifier import verdict
from verifier.events import Field, Withheld, event_type
from verifier.standing import AWARDS, CHANGES

FORMS = {str: "text", int: "int", bytes: "bytes", date: "date", Decimal: "decimal", UUID: "uuid"}


def kinds_json() -> bytes:
    """Fields of the awards and of their changes of standing, in the order of their declaration."""
    kinds = {}
    for cls in (*AWARDS, *CHANGES):
        declared, hints = event_type(cls), typing.get_type_hints(cls)
        kinds[declared.name] = {
            "public": [_field(field, hints) for field in declared.public],
            "personal": [_field(field, hints) for field in declared.personal],
            "printed": [_field(field, hints) for field in declared.printed],
        }
    return (json.dumps(kinds, indent=1) + "\n").encode()


def paper_json() -> bytes:
    """Labels and readable values of what paper shows, as verifier/verdict.py has them."""
    values = {"level": verdict._LEVELS, "id_type": verdict._ID_TYPES}
    paper = {"labels": verdict._LABELS, "values": values}
    return (json.dumps(paper, ensure_ascii=False, indent=1) + "\n").encode()


def _field(field: Field, hints: dict[str, Any]) -> dict[str, Any]:
    members = typing.get_args(hints[field.name]) or (hints[field.name],)
    form = next(FORMS[member] for member in members if member in FORMS)
    optional = {"optional": True} if type(None) in members else {}
    if set(members) - {*FORMS, Withheld, type(None)}:
        raise TypeError(f"{field.name}: the JavaScript verifier reads no {hints[field.name]}")
    return {"name": field.name, "form": form, **optional}
