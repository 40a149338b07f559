"""All frauds of the drill, in the order of docs/frauds.md."""

from __future__ import annotations

from tests.fraud import authority, awards, database, decisions, history, people, publication
from tests.fraud.frauds import FRAUDS

__all__ = ["FRAUDS", "GROUPS"]

GROUPS = tuple(group.GROUP for group in (history, authority, people, decisions, awards, publication, database))
