"""All frauds of the drill, in the order of docs/frauds.md."""

from __future__ import annotations

from tests.fraud import authority, awards, database, decisions, history, people, publication, witnessed
from tests.fraud.frauds import FRAUDS

__all__ = ["FRAUDS", "GROUPS"]

_MODULES = (
    history,
    authority,
    people,
    decisions,
    awards,
    publication,
    witnessed,
    database,
)
GROUPS = tuple(module.GROUP for module in _MODULES)
