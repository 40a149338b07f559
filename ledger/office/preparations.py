"""What waits for the signature of an organisation that holds its own key (ADR 38).

A preparation is a command in which everything is settled, with a seed for the salts: a secret of this office. From it
the exact statements are made for a moment, as often as they are fetched: their recorded time is fixed when they are
fetched, and all else is as it was prepared, or the rules say why it cannot be. States:

    waiting → recorded                 every statement of one fetching came back signed, and they are in the log
    waiting → withdrawn, expired       its organisation took it back; nobody signed it in time

What was settled is forgotten when nothing waits any more: whoever had the seed could open what an erasure closed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Container
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from ledger import commands as c
from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.command_forms import from_plain, name_of, to_plain
from ledger.deciders.base import Base
from ledger.executing import Executor
from ledger.handle import Clock, Desk, moment_of
from ledger.permissions import Actors
from ledger.projector import Tables
from ledger.refusals import Code, Refusal
from ledger.seal import Unsigned, seeded
from ledger.signing import Given, unsigned
from ledger.store import Store
from verifier import keys, prepared
from verifier.current import BUSINESS_ZONE
from verifier.errors import BadSignature, Malformed
from verifier.events import Event
from verifier.statement import MEDIA_TYPE, Statement, parse, to_be_signed

NewDesk = Callable[[Base | None, Callable[[bytes], bytes] | None], Desk]
"""A desk on what is recorded now: see `ledger.open.Ledger.desk`."""
WAITING, RECORDED, WITHDRAWN, EXPIRED = "waiting", "recorded", "withdrawn", "expired"
KEPT_MS: Final = 7 * 86_400_000
"""How long a preparation waits."""
LEAD_SECONDS: Final = 180
"""How far ahead of the clock the recorded time of a fetched statement lies, where nothing else is asked: others record
meanwhile, and recorded time never runs backwards."""
LONGEST_LEAD_SECONDS: Final = 300
BEHIND_MS: Final = 10 * 60 * 1000
"""How long after its recorded time a statement is still taken, where nothing later was recorded (FORMATS §1)."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """A preparation as it stands; times in milliseconds since 1970 UTC."""

    id: UUID
    number: int
    kind: str
    """Name of its command's form."""
    state: str
    organisation: str
    """Who signs."""
    proposer: str
    approver: str
    """Empty where one person is enough."""
    proposal: UUID | None
    """That it comes of."""
    prepared_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be prepared: a command with all that it takes to record it."""

    command: c.Command
    actors: Actors
    command_id: bytes
    seed: bytes
    """Where the salts come from (`ledger.seal.seeded`)."""
    approvals: tuple[UUID, ...] = ()
    """Streams of what the approver's passkey signed."""
    proposal: UUID | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A signed statement that was taken."""

    digest: bytes
    """SHA-256 of the bytes that are signed."""
    index: int | None
    """In the log; None while other statements of its command lack their signature."""
    proposal: UUID | None = None
    """To be carried on."""


class Preparations:
    """Prepares, takes signatures, records. Shared freely by threads."""

    def __init__(
        self,
        cabinet: Cabinet,
        key: CabinetKey,
        executor: Executor,
        desk: NewDesk,
        store: Store,
        clock: Clock,
        origin: str,
    ) -> None:
        self._cabinet, self._key, self._executor, self._desk = cabinet, key, executor, desk
        self._store, self._clock, self._origin = store, clock, origin

    # --- preparing ----------------------------------------------------------------------------------------------------

    def prepare(self, id_: UUID, wanted: Wanted) -> Preparation:
        """Prepares a command. The same id again gives what was prepared then. Raises Refusal; StoreError."""
        if (known := self.find(id_)) is not None:
            if known.proposer != wanted.actors.proposer:
                raise Refusal(Code.IDEMPOTENCY_MISMATCH, "this id is that of what somebody else prepared")
            return known
        outside = self._statements(wanted, self._clock())
        organisations = {item.signer.organisation for item in outside if item.signer.sign is unsigned}
        if len(organisations) != 1:
            raise Refusal(Code.NO_KEY, "one organisation signs what is prepared, with a key of its own")
        kind, now, actors = name_of(type(wanted.command)), self._clock(), wanted.actors
        sealed = self._key.seal("preparations", id_.bytes, _plain(wanted))
        proposal = None if wanted.proposal is None else wanted.proposal.bytes
        organisation = organisations.pop()

        def enter(tables: Tables) -> None:
            if tables.select("SELECT 1 FROM preparations WHERE id = ?", (id_.bytes,)):
                return
            number = tables.select("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM preparations")[0]["next"]
            fixed = (id_.bytes, number, kind, WAITING, organisation, actors.proposer, actors.approver or "")
            row = (*fixed, proposal, now, now + KEPT_MS, sealed)
            tables.execute(f"INSERT INTO preparations VALUES ({', '.join('?' * len(row))})", row)

        self._cabinet.write(enter)
        return self.get(id_)

    def is_settled(self, id_: UUID, command_id: bytes) -> bool:
        """Whether what was prepared is in the log; False while it waits. Raises Refusal `not-waiting` where it ended
        without a signature; StoreError.
        """
        if (known := self._store.command(command_id)) is not None:
            if self.get(id_).state != RECORDED:
                self._recorded(id_, known.first_index, known.count)
            return True
        found = self.get(id_)
        if found.state == WAITING:
            return False
        raise Refusal(Code.NOT_WAITING, f"what was prepared for {found.organisation} is {found.state}")

    def tidy(self) -> None:
        """Ends what waits no more: recorded meanwhile, late, or about somebody who was erased. Raises StoreError."""
        rows = self._cabinet.select("SELECT * FROM preparations WHERE state = ?", (WAITING,))
        erased = set(self._store.erasures()) if rows else set()
        for row in rows:
            self._settle(row, erased)

    # --- looking ------------------------------------------------------------------------------------------------------

    def get(self, id_: UUID) -> Preparation:
        """The preparation of an id. Raises Refusal `unknown-preparation`; StoreError."""
        return self._preparation(self._row(id_))

    def find(self, id_: UUID) -> Preparation | None:
        """The preparation of an id; None where there is none. Raises StoreError."""
        rows = self._cabinet.select("SELECT * FROM preparations WHERE id = ?", (id_.bytes,))
        return self._preparation(rows[0]) if rows else None

    def all(self, organisation: str | None = None, limit: int = 100) -> list[Preparation]:
        """Those of an organisation, or of all, newest first. Raises StoreError."""
        where, params = ("", ()) if organisation is None else ("WHERE organisation = ?", (organisation,))
        sql = f"SELECT * FROM preparations {where} ORDER BY number DESC LIMIT ?"
        return [self._preparation(row) for row in self._cabinet.select(sql, (*params, limit))]

    def waiting_of(self, proposal: UUID) -> list[Preparation]:
        """Those of a proposal that wait. Raises StoreError."""
        sql = "SELECT * FROM preparations WHERE proposal = ? AND state = ? ORDER BY number"
        return [self._preparation(row) for row in self._cabinet.select(sql, (proposal.bytes, WAITING))]

    def foresee(self, id_: UUID) -> list[Event]:
        """What would be recorded now, personal values included. Raises Refusal; StoreError."""
        return self._decided(self._unrecorded(id_))[1]

    # --- signing ------------------------------------------------------------------------------------------------------

    def fetch(self, id_: UUID, lead_seconds: int = LEAD_SECONDS) -> bytes:
        """The file to sign from, made for this moment (`verifier.prepared`). Raises Refusal; StoreError.

        Its statements say a recorded time that lies so many seconds ahead, and never on the base's next day.
        """
        if not 0 <= lead_seconds <= LONGEST_LEAD_SECONDS:
            raise Refusal(Code.BAD_NUMBER, f"the lead is 0 to {LONGEST_LEAD_SECONDS} seconds")
        wanted, now = self._unrecorded(id_), self._clock()
        at = max(_stated(now, lead_seconds), self._last_recorded_at())  # others may have been given a longer lead
        if at > now + LONGEST_LEAD_SECONDS * 1000:
            raise Refusal(Code.STALE, "the log's last entry says a time far ahead of this clock")
        made = [item for item in self._statements(wanted, at) if item.signer.sign is unsigned]
        if {item.signer.organisation for item in made} - {self.get(id_).organisation}:
            raise Refusal(Code.STALE, "another organisation would sign it by now: prepare it anew")
        messages = [to_be_signed(item.protected, item.payload) for item in made]
        fetched = secrets.token_bytes(16)
        if not messages:
            raise Refusal(Code.STALE, "nothing has to be signed for it any more")

        def enter(tables: Tables) -> None:
            sql = "DELETE FROM prepared_statements WHERE preparation = ? AND log_index IS NULL AND stated_at < ?"
            tables.execute(sql, (id_.bytes, now - BEHIND_MS))
            for message in messages:
                # Fetched twice within a second it is the same: it belongs to the newer, and its signature stays.
                row = (_digest(message), id_.bytes, fetched, at, message, b"", None)
                if not tables.select("SELECT 1 FROM prepared_statements WHERE digest = ?", row[:1]):
                    tables.execute("INSERT INTO prepared_statements VALUES (?, ?, ?, ?, ?, ?, ?)", row)
                sql = "UPDATE prepared_statements SET fetched = ? WHERE digest = ? AND log_index IS NULL"
                tables.execute(sql, (fetched, row[0]))

        self._cabinet.write(enter)
        both = [(message, item.disclosures) for message, item in zip(messages, made, strict=True)]
        return prepared.make(self._origin, id_, at, both)

    def post(self, data: bytes) -> Posted:
        """Takes a signed statement, and records its command when none is missing any more.

        The same statement again is answered alike. Raises Refusal: then nothing is recorded; StoreError, after which
        the same may be sent again.
        """
        statement = _read(data)
        digest = _digest(to_be_signed(statement.protected, statement.payload))
        row = self._statement_row(digest)
        if row is None:
            raise Refusal(Code.NOT_PREPARED, "this is no statement that was prepared here, byte for byte")
        held = bytes(row["signature"])
        if held and held != statement.signature:
            raise Refusal(Code.ALREADY_SIGNED, "the statement is here already, with another signature of its key")
        if row["log_index"] is not None:
            return Posted(digest, row["log_index"])
        id_ = UUID(bytes=bytes(row["preparation"]))
        try:
            if self.get(id_).state != RECORDED:  # else it may have been killed before it was written down here
                self._waiting(id_)
            if not held:
                self._hold(statement, digest, int(row["stated_at"]))
            return self._carry_on(digest)
        except Refusal as refusal:
            return self._overtaken(digest, statement.signature, refusal)

    def status(self, digest: bytes) -> Posted:
        """What became of a signed statement; one whose recording was cut short is recorded. Raises as `post`."""
        row = self._statement_row(digest)
        if row is None or not bytes(row["signature"]):
            raise Refusal(Code.NOT_PREPARED, "no signed statement is known by this")
        if row["log_index"] is not None:
            return Posted(digest, row["log_index"])
        try:
            return self._carry_on(digest)
        except Refusal as refusal:
            return self._overtaken(digest, bytes(row["signature"]), refusal)

    def withdraw(self, id_: UUID) -> Preparation:
        """Takes it back while nothing is recorded. Raises Refusal `not-waiting`; StoreError."""
        self._unrecorded(id_)
        self._end(id_, WITHDRAWN)
        found = self.get(id_)
        if found.state != WITHDRAWN:
            raise Refusal(Code.NOT_WAITING, f"preparation {found.number} is {found.state} by now")
        return found

    def withdraw_of(self, proposal: UUID) -> None:
        """Takes back all that still waits of a proposal. Raises StoreError."""
        for waiting in self.waiting_of(proposal):
            self._end(waiting.id, WITHDRAWN)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _decided(self, wanted: Wanted) -> tuple[Desk, list[Event]]:
        base = None if isinstance(wanted.command, c.BaseCommand) else self._executor.base()
        desk = self._desk(base, unsigned)
        return desk, desk.decide(wanted.command, wanted.actors)

    def _statements(self, wanted: Wanted, at: int) -> list[Unsigned]:
        """All statements of a command, were they recorded then. Raises Refusal."""
        desk, _ = self._decided(wanted)
        return desk.unsigned(wanted.actors, wanted.command_id, at, seeded(wanted.seed))

    def _hold(self, statement: Statement, digest: bytes, stated_at: int) -> None:
        """Keeps the signature of a statement that waits for one. Raises Refusal."""
        self._check(statement, stated_at)
        sql = "UPDATE prepared_statements SET signature = ? WHERE digest = ? AND signature = ?"
        self._cabinet.write(lambda tables: tables.execute(sql, (statement.signature, digest, b"")))
        now = self._statement_row(digest)
        if now is not None and bytes(now["signature"]) != statement.signature:
            raise Refusal(Code.ALREADY_SIGNED, "the statement came just now with another signature of its key")

    def _overtaken(self, digest: bytes, signature: bytes, refusal: Refusal) -> Posted:
        """Where a refused statement stands after all: the same, sent twice at once, was recorded by the other.

        Raises the refusal where it stands nowhere.
        """
        row = self._statement_row(digest)
        if row is None or bytes(row["signature"]) != signature:
            raise refusal
        preparation = self._row(UUID(bytes=bytes(row["preparation"])))
        if str(preparation["state"]) == WAITING:
            self._settle(preparation)
            row = self._statement_row(digest)
        if row is None or row["log_index"] is None:
            raise refusal
        return Posted(digest, row["log_index"], self._preparation(preparation).proposal)

    def _check(self, statement: Statement, stated_at: int) -> None:
        """That the statement is signed by a key that may sign it now, in time. Raises Refusal."""
        base = self._executor.base()
        kind, grant = statement.record.type.kind, base.grants.get(statement.kid)
        if grant is None or statement.kid not in base.keys or kind not in grant.kinds:
            raise Refusal(Code.UNKNOWN_KEY, f"key {statement.kid.hex()[:16]} is not in use for {kind}")
        try:
            keys.verify(grant.public_key, statement.signature, to_be_signed(statement.protected, statement.payload))
        except BadSignature as error:
            raise Refusal(Code.BAD_SIGNATURE, error.message) from None
        if self._clock() > stated_at + BEHIND_MS:
            raise Refusal(Code.STALE, _TOO_LATE)

    def _carry_on(self, digest: bytes) -> Posted:
        """Records the command of a signed statement, where every other one of its fetching is signed too."""
        row = self._statement_row(digest)
        if row is None:  # too old by now, it went when it was fetched anew
            raise Refusal(Code.STALE, "it was fetched anew meanwhile: sign that")
        id_, rows = UUID(bytes=bytes(row["preparation"])), self._of_fetching(row)
        if not all(bytes(item["signature"]) for item in rows):
            return Posted(digest, None)
        preparation = self.get(id_)
        wanted = self._wanted(preparation) if preparation.state != RECORDED else None
        if wanted is not None:
            late = self._clock() > int(row["stated_at"]) + BEHIND_MS
            if late and self._store.command(wanted.command_id) is None:
                raise Refusal(Code.STALE, _TOO_LATE)
            given = Given(row["stated_at"], {bytes(item["message"]): bytes(item["signature"]) for item in rows})
            executed = self._executor.execute(
                wanted.command,
                wanted.actors,
                wanted.command_id,
                seed=wanted.seed,
                approvals=wanted.approvals,
                given=given,
            )
            appended = executed.appended
            if appended is None:
                raise Refusal(Code.STALE, "all is as asked already: there is nothing to record")
            self._recorded(id_, appended.first_index, appended.count)
        row = self._statement_row(digest)
        if row is None or row["log_index"] is None:
            raise Refusal(Code.NOT_WAITING, "the command was recorded with another signed statement")
        return Posted(digest, row["log_index"], preparation.proposal)

    def _recorded(self, id_: UUID, first: int, count: int) -> None:
        """Writes down where the statements of a command stand: those that are there, byte for byte."""
        found = [(_digest_of(item.statement), item.index) for item in self._store.entries(first, count)]
        sealed = self._key.seal("preparations", id_.bytes, _NOTHING)

        def enter(tables: Tables) -> None:
            for (digest, signature), index in found:
                tables.execute(
                    "UPDATE prepared_statements SET log_index = ? WHERE digest = ? AND signature = ?",
                    (index, digest, signature),
                )
            sql = "UPDATE preparations SET state = ?, sealed = ? WHERE id = ?"
            tables.execute(sql, (RECORDED, sealed, id_.bytes))

        self._cabinet.write(enter)

    def _end(self, id_: UUID, state: str) -> None:
        sql = "UPDATE preparations SET state = ?, sealed = ? WHERE id = ? AND state = ?"
        row = (state, self._key.seal("preparations", id_.bytes, _NOTHING), id_.bytes, WAITING)
        self._cabinet.write(lambda tables: tables.execute(sql, row))

    def _settle(self, row: Any, erased: Container[UUID] = ()) -> None:
        """Ends one that stands as waiting and does not. The log says first what became of it."""
        id_ = UUID(bytes=bytes(row["id"]))
        try:
            wanted = self._wanted(self._preparation(row))
        except Refusal:  # ended just now
            return
        known = self._store.command(wanted.command_id)
        if known is not None:
            self._recorded(id_, known.first_index, known.count)
        elif self._clock() > row["expires_at"]:
            self._end(id_, EXPIRED)
        elif getattr(wanted.command, "trainee", None) in erased:
            self._end(id_, WITHDRAWN)

    def _last_recorded_at(self) -> int:
        """Of the log's last entry; 0 for an empty log."""
        last = self._store.entry(self._store.head().size - 1)
        return 0 if last is None else parse(last.statement).record.envelope.recorded_at

    def _waiting(self, id_: UUID) -> Preparation:
        """The preparation, where it waits. Raises Refusal."""
        row = self._row(id_)
        if str(row["state"]) == WAITING and self._clock() > row["expires_at"]:
            self._settle(row)
        found = self.get(id_)
        if found.state != WAITING:
            raise Refusal(Code.NOT_WAITING, f"preparation {found.number} is {found.state}: prepare it anew")
        return found

    def _unrecorded(self, id_: UUID) -> Wanted:
        """What waits, also where a crash came between the record and the note of it here. Raises Refusal."""
        waiting = self._waiting(id_)
        wanted = self._wanted(waiting)
        if (known := self._store.command(wanted.command_id)) is not None:
            self._recorded(id_, known.first_index, known.count)
            raise Refusal(Code.NOT_WAITING, f"preparation {waiting.number} is {RECORDED} by now")
        return wanted

    def _wanted(self, preparation: Preparation) -> Wanted:
        sealed = bytes(self._row(preparation.id)["sealed"])
        plain = self._key.open("preparations", preparation.id.bytes, sealed)
        if not plain:  # ended since it was looked at
            raise Refusal(Code.NOT_WAITING, f"preparation {preparation.number} waits no more")
        command, proposer, approver, command_id, seed, approvals = plain
        return Wanted(
            from_plain(preparation.kind, command),
            Actors(proposer, approver or None),
            command_id,
            seed,
            tuple(UUID(bytes=item) for item in approvals),
            preparation.proposal,
        )

    def _row(self, id_: UUID) -> Any:
        rows = self._cabinet.select("SELECT * FROM preparations WHERE id = ?", (id_.bytes,))
        if not rows:
            raise unknown_preparation()
        return rows[0]

    def _statement_row(self, digest: bytes) -> Any:
        rows = self._cabinet.select("SELECT * FROM prepared_statements WHERE digest = ?", (digest,))
        return rows[0] if rows else None

    def _of_fetching(self, row: Any) -> list[Any]:
        sql = "SELECT message, signature FROM prepared_statements WHERE preparation = ? AND fetched = ?"
        return self._cabinet.select(sql, (bytes(row["preparation"]), bytes(row["fetched"])))

    def _preparation(self, row: Any) -> Preparation:
        state = str(row["state"])
        if state == WAITING and self._clock() > row["expires_at"]:
            state = EXPIRED
        return Preparation(
            UUID(bytes=bytes(row["id"])),
            row["number"],
            str(row["kind"]),
            state,
            str(row["organisation"]),
            str(row["proposer"]),
            str(row["approver"]),
            None if row["proposal"] is None else UUID(bytes=bytes(row["proposal"])),
            row["prepared_at"],
            row["expires_at"],
        )


def unknown_preparation() -> Refusal:
    """Of what was not prepared, and of what is out of sight."""
    return Refusal(Code.UNKNOWN_PREPARATION, "nothing that this account may see was prepared under this id")


_TOO_LATE: Final = "its recorded time is more than ten minutes ago: fetch and sign it anew"
_NOTHING: Final[list[Any]] = []
"""In the place of what is forgotten."""


def _plain(wanted: Wanted) -> list[Any]:
    actors, approvals = wanted.actors, [item.bytes for item in wanted.approvals]
    return [to_plain(wanted.command), actors.proposer, actors.approver or "", wanted.command_id, wanted.seed, approvals]


def _read(data: bytes) -> Statement:
    """A statement as it is logged, in its one encoding. Raises Refusal."""
    try:
        return parse(data)
    except Malformed as error:
        raise Refusal(
            Code.BAD_STATEMENT, f"not one signed statement of the type {MEDIA_TYPE}: {error.message}"
        ) from None


def _digest(message: bytes) -> bytes:
    return sha256(message).digest()


def _digest_of(entry: bytes) -> tuple[bytes, bytes]:
    """Digest and signature of an entry of the log."""
    statement = parse(entry)
    return _digest(to_be_signed(statement.protected, statement.payload)), statement.signature


def _stated(now: int, lead_seconds: int) -> int:
    """The recorded time to state: whole seconds, ahead of the clock, on the same day of the base.

    A business date is judged by the day of recording, so a lead must not lead into the next.
    """
    day_end = moment_of(lambda: now).astimezone(BUSINESS_ZONE).replace(hour=23, minute=59, second=59, microsecond=0)
    return max(now // 1000 * 1000, min((now // 1000 + lead_seconds) * 1000, int(day_end.timestamp()) * 1000))
