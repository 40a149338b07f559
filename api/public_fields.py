"""The public fields of an event, as a page shows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final

from api import explorer_words
from api.languages import Words
from verifier.statement import Statement

SHOWN_BYTES: Final = 64
"""Of a longer value only the beginning is shown: the statement itself can be downloaded."""
SHOWN_ITEMS: Final = 40


def public_fields(read: Statement) -> Iterator[tuple[str, Words, tuple[str, ...]]]:
    """Name, label and value, one line or several, of what an entry says in clear."""
    for field in read.record.type.public:
        name = field.name
        label = explorer_words.FIELDS.get(name) or Words(name, name, name)
        yield name, label, tuple(_lines(getattr(read.record.event, name)))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        items = [f"{key}: {text_of(item)}" for key, item in sorted(value.items())]
    elif isinstance(value, tuple | list | frozenset):
        items = [text_of(item) for item in value]
    else:
        items = [text_of(value)]
    yield from items[:SHOWN_ITEMS]
    if len(items) > SHOWN_ITEMS:
        yield f"… ({len(items)})"


def text_of(value: Any) -> str:
    """A value in one line."""
    if value is None:
        return "–"
    if isinstance(value, bytes):
        more = f"… ({len(value)})" if len(value) > SHOWN_BYTES else ""
        return value[:SHOWN_BYTES].hex() + more
    if isinstance(value, tuple | list | frozenset):
        return ", ".join(map(text_of, value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = ((item.name, getattr(value, item.name)) for item in dataclasses.fields(value))
        return " · ".join(f"{name} {text_of(item)}" for name, item in told if item not in (None, ()))
    return str(value)
