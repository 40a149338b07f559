"""The cabinet: what an office needs and the log does not hold. Private, mutable, in a database of its own.

Who signs in how, sessions, tokens for programs, what is proposed and waits for a second person. Whoever reads a copy of
it finds no name of a member of staff and nothing to sign in with: names are sealed under a key of the master key, and
secrets stand as hashes. An old copy that is put back loses sign-ins and proposals and changes nothing in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from ledger.projector import Tables

T = TypeVar("T")

CABINET_SCHEMA: Final = "certledger_office"
"""Name of the schema on PostgreSQL."""

STEPS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "staff, sessions, tokens, proposals",
        (
            "CREATE TABLE staff ("
            " account BLOB PRIMARY KEY,"  # stream of the account in the log
            " pseudonym TEXT NOT NULL UNIQUE,"
            " login BLOB NOT NULL UNIQUE,"  # keyed hash of the folded name under which somebody signs in
            " sealed BLOB NOT NULL,"  # login, name, e-mail address
            " password TEXT NOT NULL,"  # argon2id; empty where there is none
            " failures INTEGER NOT NULL,"
            " locked_until INTEGER NOT NULL,"
            " created_at INTEGER NOT NULL,"
            " closed_at INTEGER) STRICT",
            "CREATE TABLE passkeys ("
            " credential BLOB PRIMARY KEY,"
            " account BLOB NOT NULL,"
            " public_key BLOB NOT NULL,"  # COSE_Key
            " signs INTEGER NOT NULL,"  # the authenticator's counter when it was last used
            " name BLOB NOT NULL,"  # sealed
            " created_at INTEGER NOT NULL,"
            " used_at INTEGER) STRICT",
            "CREATE INDEX passkeys_account ON passkeys (account)",
            "CREATE TABLE invitations ("
            " secret BLOB PRIMARY KEY,"  # SHA-256 of the link's last part
            " account BLOB NOT NULL,"
            " expires_at INTEGER NOT NULL) STRICT",
            "CREATE TABLE challenges ("
            " secret BLOB PRIMARY KEY,"  # SHA-256 of what the browser sends back
            " purpose TEXT NOT NULL,"
            " account BLOB,"
            " challenge BLOB NOT NULL,"
            " expires_at INTEGER NOT NULL) STRICT",
            "CREATE TABLE sessions ("
            " secret BLOB PRIMARY KEY,"  # SHA-256 of the cookie
            " account BLOB NOT NULL,"
            " created_at INTEGER NOT NULL,"
            " used_at INTEGER NOT NULL,"
            " expires_at INTEGER NOT NULL,"
            " fresh_at INTEGER NOT NULL,"  # when who it is was last shown by password or passkey
            " agent BLOB NOT NULL) STRICT",  # sealed: the browser, as it calls itself
            "CREATE INDEX sessions_account ON sessions (account)",
            "CREATE TABLE tokens ("
            " secret BLOB PRIMARY KEY,"  # SHA-256 of the token
            " id BLOB NOT NULL UNIQUE,"
            " account BLOB NOT NULL,"
            " name BLOB NOT NULL,"  # sealed
            " scopes TEXT NOT NULL,"  # blank between two
            " created_at INTEGER NOT NULL,"
            " expires_at INTEGER NOT NULL,"
            " used_at INTEGER) STRICT",
            "CREATE INDEX tokens_account ON tokens (account)",
            "CREATE TABLE proposals ("
            " id BLOB PRIMARY KEY,"
            " number INTEGER NOT NULL UNIQUE,"  # in the order of proposing, from 1
            " kind TEXT NOT NULL,"
            " state TEXT NOT NULL,"
            " version INTEGER NOT NULL,"  # counts changes: of two who decide at once one comes too late
            " proposer TEXT NOT NULL,"
            " organisation TEXT NOT NULL,"
            " approver TEXT NOT NULL,"  # who approved or declined; empty before
            " proposed_at INTEGER NOT NULL,"
            " decided_at INTEGER,"
            " done INTEGER NOT NULL,"  # commands of it that are recorded
            " commands INTEGER NOT NULL,"
            " sealed BLOB NOT NULL,"  # commands and seed, as long as they may be carried out
            " approval BLOB,"  # stream of what the approver's passkey signed
            " note BLOB NOT NULL,"  # sealed
            " reason BLOB NOT NULL) STRICT",  # sealed: why it was declined, or why it came to nothing
            "CREATE INDEX proposals_state ON proposals (state, number)",
        ),
    ),
    (
        "requests of programs that may come twice",
        (
            "CREATE TABLE repeats ("
            " place BLOB PRIMARY KEY,"  # keyed hash of account and idempotency key
            " body BLOB NOT NULL,"  # keyed hash of what was asked for
            " answer BLOB NOT NULL,"  # sealed; empty while there is none
            " created_at INTEGER NOT NULL) STRICT",
            "CREATE INDEX repeats_created ON repeats (created_at)",
        ),
    ),
    (
        "tokens that were made with a token",
        ("ALTER TABLE tokens ADD COLUMN made_by BLOB",),  # id of that token; they end with it
    ),
)
"""The tables, in steps that are never edited once released, only followed by the next. SQL that both engines know
(`ledger.postgres.dialect`); times are milliseconds since 1970 UTC.
"""


class Cabinet(Protocol):
    """The database of the office, as its parts use it."""

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """Rows of one select. Raises StoreError."""

    def write(self, work: Callable[[Tables], T], /) -> T:
        """What `work` returns, whose changes are one transaction, alone among writers, durable on return.

        `work` is called again where the server turned it back. Raises what it raises, with nothing changed; StoreError.
        """
