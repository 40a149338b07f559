"""The bare tables of a ledger, as `fsck` and `copy` read them: no store in between that could hide a wrong row.

Both engines have the same tables with the same columns (`ledger.sqlite.schema`, `ledger.postgres.schema`). What belongs
to one of them alone (migrations, settings and key files in a database) is not read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

Row = Mapping[str, Any]
"""Values by column: bytes for ids, hashes and statements, int, str, None."""
Key = tuple[Any, ...]
"""The values of a row's primary key."""

LOG_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "stored_events": ("notification_id", "originator_id", "originator_version", "topic", "state", "leaf"),
    "vault": ("notification_id", "subject", "sealed"),
    "commands": ("command_id", "first_index", "count"),
    "streams": ("subject", "stream"),
    "claims": ("key", "subject", "value"),
    "boundaries": ("boundary", "revision"),
    "erasures": ("subject",),
    "tree_head": ("id", "size", "frontier", "recorded_at"),
    "signed_head": ("id", "size", "root", "note"),
    "tracking": ("application_name", "notification_id"),
    "fence": ("id", "state", "other", "move", "turn"),
}
"""Tables of the log and of what is private beside it, with their columns, those of the primary key first."""
KEY_TABLES: Final[dict[str, tuple[str, ...]]] = {"data_keys": ("subject", "wrapped")}
"""The table of the data keys."""
OFFICE_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "staff": (
        *("account", "pseudonym", "login", "sealed", "password", "failures", "locked_until"),
        *("created_at", "closed_at"),
    ),
    "passkeys": ("credential", "account", "public_key", "signs", "name", "created_at", "used_at"),
    "invitations": ("secret", "account", "expires_at"),
    "tokens": ("secret", "id", "account", "name", "scopes", "created_at", "expires_at", "used_at", "made_by"),
    "proposals": (
        *("id", "number", "kind", "state", "version", "proposer", "organisation", "approver"),
        *("proposed_at", "decided_at", "done", "commands", "sealed", "approval", "note", "reason"),
    ),
    "repeats": ("place", "body", "answer", "created_at"),
    "outbox": (
        *("id", "number", "kind", "stream", "place", "way", "recipient", "state", "attempts", "due_at", "lease"),
        *("error", "created_at", "began_at", "finished_at"),
    ),
    "followed": ("name", "place"),
    "webhooks": ("id", "sealed", "kinds", "organisation", "account", "enabled", "created_at"),
    "wishes": ("account", "declined"),
    "intakes": (
        *("id", "number", "state", "version", "uploader", "organisation", "approver", "created_at", "decided_at"),
        *("expires_at", "done", "total", "busy_until", "approval", "plan", "told", "note", "reason"),
    ),
    "intake_pieces": ("place", "intake", "sealed"),
    "preparations": (
        *("id", "number", "kind", "state", "organisation", "proposer", "approver", "proposal"),
        *("prepared_at", "expires_at", "sealed"),
    ),
    "prepared_statements": ("digest", "preparation", "fetched", "stated_at", "message", "signature", "log_index"),
    "identities": ("place", "account", "sealed", "created_at", "used_at"),
    "evidence": ("id", "subject", "place", "chunks", "sealed", "kept_at", "named"),
    "evidence_chunks": ("evidence", "number", "sealed"),
    "looks": ("number", "pseudonym", "stream", "looked_at", "sealed", "chain"),
}
"""The tables of the office that move with a ledger: who is signed in somewhere signs in again."""
_WIDE_KEYS: Final = {"streams": 2, "evidence_chunks": 2}


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table."""
    return (LOG_TABLES | KEY_TABLES | OFFICE_TABLES)[table]


def key_columns(table: str) -> tuple[str, ...]:
    """The columns of a table's primary key."""
    return columns_of(table)[: _WIDE_KEYS.get(table, 1)]


def key_of(table: str, row: Row) -> Key:
    """The row's primary key."""
    return tuple(row[column] for column in key_columns(table))


class Tables(Protocol):
    """One state of a database, whatever others write meanwhile."""

    def rows(self, table: str) -> Iterator[Row]:
        """Every row of a table, in the order of its primary key. Raises StoreError."""

    def problems(self) -> list[str]:
        """What is wrong with the database itself: pages, indexes, constraints, definitions. Raises StoreError."""

    def close(self) -> None:
        """Ends the reading."""
