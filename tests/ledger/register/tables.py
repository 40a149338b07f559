"""The register's bare rows, as tests compare them."""

from __future__ import annotations

from typing import Any

from ledger.projections.register.rows import TABLES
from ledger.projector import Views

Rows = dict[str, list[tuple[Any, ...]]]


def rows_of(views: Views) -> Rows:
    """Every row of every table, in the order of the keys."""
    found: Rows = {}
    for table in TABLES:
        order = ", ".join(table.key)
        found[table.name] = [tuple(row) for row in views.select(f"SELECT * FROM {table.name} ORDER BY {order}")]
    return found


def rows_about(rows: Rows, subject: bytes) -> list[tuple[Any, ...]]:
    """Every row in which a person's id stands."""
    return [row for table in rows.values() for row in table if subject in row]
