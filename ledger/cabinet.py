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
        "messages that go out, and who is told what",
        (
            "CREATE TABLE outbox ("
            " id BLOB PRIMARY KEY,"  # keyed hash of what is told to whom
            " number INTEGER NOT NULL UNIQUE,"
            " kind TEXT NOT NULL,"
            " stream BLOB NOT NULL,"  # that the event is in, or the proposal
            " place INTEGER,"  # of the event in the log; none for a proposal
            " way TEXT NOT NULL,"
            " recipient BLOB NOT NULL,"  # account or webhook; empty for the person that the event is about
            " state TEXT NOT NULL,"
            " attempts INTEGER NOT NULL,"
            " due_at INTEGER NOT NULL,"
            " lease INTEGER NOT NULL,"  # until when somebody is at it; 0 for nobody
            " error TEXT NOT NULL,"  # kind of what went wrong the last time
            " created_at INTEGER NOT NULL,"
            " began_at INTEGER NOT NULL,"  # when it was first to be sent, or again by hand
            " finished_at INTEGER) STRICT",
            "CREATE INDEX outbox_due ON outbox (state, due_at)",
            "CREATE TABLE followed ("
            " name TEXT PRIMARY KEY,"  # `log` or `proposals`
            " place INTEGER NOT NULL) STRICT",  # up to where messages were made of it
            "CREATE TABLE webhooks ("
            " id BLOB PRIMARY KEY,"
            " sealed BLOB NOT NULL,"  # address and secret
            " kinds TEXT NOT NULL,"  # blank between two
            " organisation TEXT NOT NULL,"
            " account BLOB NOT NULL,"  # who added it
            " enabled INTEGER NOT NULL,"
            " created_at INTEGER NOT NULL) STRICT",
            "CREATE TABLE wishes ("
            " account BLOB PRIMARY KEY,"
            " declined TEXT NOT NULL) STRICT",  # kinds that somebody wants no mail of, blank between two
        ),
    ),
    (
        "intakes through the console",
        (
            "CREATE TABLE intakes ("
            " id BLOB PRIMARY KEY,"
            " number INTEGER NOT NULL UNIQUE,"  # in the order of uploading, from 1
            " state TEXT NOT NULL,"
            " version INTEGER NOT NULL,"  # counts changes: of two who change it at once one comes too late
            " uploader TEXT NOT NULL,"
            " organisation TEXT NOT NULL,"
            " approver TEXT NOT NULL,"  # who approved or declined; empty before
            " created_at INTEGER NOT NULL,"
            " decided_at INTEGER,"
            " expires_at INTEGER NOT NULL,"  # from then on its files are gone, whatever became of it
            " done INTEGER NOT NULL,"  # steps of the work that runs
            " total INTEGER NOT NULL,"
            " busy_until INTEGER NOT NULL,"  # until then a process works on it
            " approval BLOB,"  # stream of what the approver's passkey signed
            " plan BLOB NOT NULL,"  # sealed: files with their columns, and what is drawn for the intake
            " told BLOB NOT NULL,"  # sealed: what a rehearsal, or in the end the intake, found
            " note BLOB NOT NULL,"  # sealed
            " reason BLOB NOT NULL) STRICT",  # sealed: why it was declined, or why it failed
            "CREATE INDEX intakes_state ON intakes (state, number)",
            "CREATE TABLE intake_pieces ("
            " place BLOB PRIMARY KEY,"  # id of the intake, file (2 bytes), number of the piece (4 bytes)
            " intake BLOB NOT NULL,"
            " sealed BLOB NOT NULL) STRICT",
            "CREATE INDEX intake_pieces_intake ON intake_pieces (intake)",
        ),
    ),
    (
        "what waits for the signature of an organisation that holds its own key",
        (
            "CREATE TABLE preparations ("
            " id BLOB PRIMARY KEY,"
            " number INTEGER NOT NULL UNIQUE,"  # in the order of preparing, from 1
            " kind TEXT NOT NULL,"
            " state TEXT NOT NULL,"
            " organisation TEXT NOT NULL,"  # who signs
            " proposer TEXT NOT NULL,"
            " approver TEXT NOT NULL,"  # empty where one person is enough
            " proposal BLOB,"  # that it comes of
            " prepared_at INTEGER NOT NULL,"
            " expires_at INTEGER NOT NULL,"
            " sealed BLOB NOT NULL) STRICT",  # command, its id, seed and approvals, as long as they are of use
            "CREATE INDEX preparations_state ON preparations (state, organisation, number)",
            "CREATE TABLE prepared_statements ("
            " digest BLOB PRIMARY KEY,"  # SHA-256 of the Sig_structure
            " preparation BLOB NOT NULL,"
            " fetched BLOB NOT NULL,"  # random id of the fetching: all of one are signed, or nothing is recorded
            " stated_at INTEGER NOT NULL,"  # the recorded time that it says
            " message BLOB NOT NULL,"  # the Sig_structure: what is public once it is recorded
            " signature BLOB NOT NULL,"  # empty while there is none
            " log_index INTEGER) STRICT",  # once it is recorded
            "CREATE INDEX prepared_statements_of ON prepared_statements (preparation, fetched)",
        ),
    ),
    (
        "who somebody is at a provider of single sign-on",
        (
            "CREATE TABLE identities ("
            " place BLOB PRIMARY KEY,"  # keyed hash of issuer and subject
            " account BLOB NOT NULL,"
            " sealed BLOB NOT NULL,"  # issuer, subject, and how the provider calls the person
            " created_at INTEGER NOT NULL,"
            " used_at INTEGER) STRICT",
            "CREATE INDEX identities_account ON identities (account)",
        ),
    ),
    (
        "evidence",
        (
            "CREATE TABLE evidence ("
            " id BLOB PRIMARY KEY,"
            " subject BLOB NOT NULL,"  # the person whose data key opens it
            " place BLOB NOT NULL,"  # keyed hash of the file's digest, under a key of the person's
            " chunks INTEGER NOT NULL,"
            " sealed BLOB NOT NULL,"  # name, digest, size
            " kept_at INTEGER NOT NULL,"
            " named INTEGER NOT NULL,"  # 1 once an event in the log is known to name it
            " UNIQUE (subject, place)) STRICT",
            "CREATE TABLE evidence_chunks ("
            " evidence BLOB NOT NULL,"
            " number INTEGER NOT NULL,"  # from 0
            " sealed BLOB NOT NULL,"
            " PRIMARY KEY (evidence, number)) STRICT",
        ),
    ),
    (
        "tokens that were made with a token",
        ("ALTER TABLE tokens ADD COLUMN made_by BLOB",),  # id of that token; they end with it
    ),
    (
        "what auditors looked at",
        (
            "CREATE TABLE looks ("
            " number INTEGER PRIMARY KEY,"  # from 1, without gaps
            " pseudonym TEXT NOT NULL,"
            " stream BLOB NOT NULL,"
            " looked_at INTEGER NOT NULL,"
            " sealed BLOB NOT NULL,"  # the reason that was typed
            " chain BLOB NOT NULL) STRICT",  # HMAC over all this and the chain of the look before
        ),
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
