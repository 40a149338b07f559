"""`certledger fsck`: everything in the database and the published tree, checked against everything else.

The log is the measure: statements are signed and nothing else is. Every other row must follow from them, or from the
personal values that they commit to. Claims of an intake follow from rows that the ledger does not keep; they are bound
to their place under a key that lies elsewhere. Two things nobody can tell from a ledger alone: whether a history was
rewritten and signed again with the log's own keys (an earlier checkpoint tells: `certverify audit --since`); whether
entries that no checkpoint covers yet were dropped from the end together with all that speaks of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ledger.claims import ClaimKeys
from ledger.fsck.entries import OpenSealed, check_entries
from ledger.fsck.facts import Facts
from ledger.fsck.log import check_commands, check_fence, check_signed_head, check_tree_head, check_vault_end, signed_row
from ledger.fsck.private import (
    check_boundaries,
    check_claims,
    check_data_keys,
    check_erasures,
    check_objections,
    check_pack_claims,
    check_streams,
    check_tracking,
    read_owners,
)
from ledger.fsck.published import Shown, check_published
from ledger.fsck.report import Finding, Problems, Report, limited
from ledger.open import Ledger
from ledger.store import DataKeys
from ledger.tables import Tables

__all__ = ["Finding", "Parts", "Report", "fsck", "fsck_ledger"]

SCHEMA = "schema"


@dataclass(frozen=True, slots=True)
class Parts:
    """What is checked. Tables are opened after the folder was listed, so that they show at least what is published."""

    open_tables: Callable[[], Tables]
    open_key_tables: Callable[[], Tables]
    data_keys: DataKeys
    open_sealed: OpenSealed
    claim_keys: ClaimKeys
    public: Path


def fsck(parts: Parts) -> Report:
    """Runs every check. A database that is itself damaged is not looked into any further."""
    shown = Shown.read(parts.public)
    with closing(parts.open_tables()) as tables, closing(parts.open_key_tables()) as key_tables:
        if problems := tables.problems():
            return Report(0, (SCHEMA,), limited(Finding(SCHEMA, "database", problem) for problem in problems))
        facts = Facts(read_owners(tables))
        checks = _checks(parts, tables, key_tables, shown, facts)
        findings = limited(Finding(name, *problem) for name, run in checks.items() for problem in run())
    return Report(len(facts.leaves), (SCHEMA, *checks), findings)


def fsck_ledger(ledger: Ledger) -> Report:
    """Checks an open ledger and what it has published."""
    return fsck(
        Parts(
            ledger.place.open_tables,
            ledger.place.open_key_tables,
            ledger.data_keys,
            ledger.vault.open,
            ledger.claim_keys,
            ledger.public,
        )
    )


def _checks(
    parts: Parts, tables: Tables, key_tables: Tables, shown: Shown, facts: Facts
) -> dict[str, Callable[[], Problems]]:
    """Every check by its name, in order: the first reads the log and gathers the facts for the others."""
    signed = signed_row(tables)
    size = None if signed is None else signed["size"]

    def entries() -> Iterator[tuple[str, str]]:
        return check_entries(tables, facts, size, parts.open_sealed, parts.claim_keys)

    return {
        "entries": entries,
        "vault": lambda: check_vault_end(tables, facts),
        "tree-head": lambda: check_tree_head(tables, facts),
        "signed-head": lambda: check_signed_head(tables, facts),
        "commands": lambda: check_commands(tables, facts),
        "streams": lambda: check_streams(tables, facts),
        "erasures": lambda: check_erasures(tables, facts),
        "data-keys": lambda: check_data_keys(tables, key_tables, parts.data_keys, facts),
        "claims": lambda: check_claims(tables, parts.claim_keys, facts),
        "packs": lambda: check_pack_claims(facts),
        "objections": lambda: check_objections(facts),
        "boundaries": lambda: check_boundaries(tables, facts),
        "tracking": lambda: check_tracking(tables),
        "fence": lambda: check_fence(tables),
        "published": lambda: check_published(tables, shown, facts),
    }
