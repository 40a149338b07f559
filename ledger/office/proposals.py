"""Proposals: what one person asks for and another approves or declines (DOMAIN.md, Control).

A proposal is a list of commands in which everything is settled, what is drawn at random included, and a seed from which
the rest follows. So what the approver sees is what comes to be recorded, or nothing is. Its state:

    open → approved → done             another person approved it, and its commands are recorded one by one
    open → declined, withdrawn         by another person with a reason; by who proposed it
    approved → stopped                 a command was refused when its turn came; what was recorded before stays

Recording is repeated safely: each command's id follows from the proposal's seed. Where the approver has passkeys in the
log, one of them signs what each command will record, down to the salts (ADR 30). Commands and seed are forgotten when
nothing is to be carried out any more: whoever had the seed could open what an erasure closed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from ledger import commands as c
from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.command_forms import from_plain, name_of, to_plain
from ledger.deciders.base import Base
from ledger.executing import COMMAND_ID_SIZE, Executor
from ledger.handle import Clock, Desk
from ledger.office.preparations import Preparations, Wanted
from ledger.office.staff import Member
from ledger.permissions import Actors
from ledger.projector import Tables
from ledger.refusals import Code, Refusal
from ledger.seal import seeded
from verifier.events import Event

NewDesk = Callable[[Base | None], Desk]
"""A desk on what is recorded now, on a base that others use too where one is given."""
OPEN, APPROVED, DONE, DECLINED, WITHDRAWN, STOPPED = "open", "approved", "done", "declined", "withdrawn", "stopped"
MOST_COMMANDS: Final = 1000
REASON_LIMIT: Final = 2000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as it stands; times in milliseconds since 1970 UTC."""

    id: UUID
    number: int
    kind: str
    """Name of its commands' form; all are of one kind."""
    state: str
    version: int
    proposer: str
    organisation: str
    """The proposer's."""
    approver: str
    """Who approved or declined it; empty before."""
    proposed_at: int
    decided_at: int | None
    done: int
    """Commands that are recorded."""
    size: int
    note: str
    reason: str

    @property
    def waits(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.state in (OPEN, APPROVED)


@dataclass(frozen=True, slots=True)
class Signature:
    """What an approver's passkey signed (W3C WebAuthn), as browser and authenticator gave it."""

    passkey: bytes
    """Thumbprint of the key (RFC 9679)."""
    authenticator_data: bytes
    client_data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one command of a proposal would record, decided on what is there now."""

    command: c.Command
    events: tuple[Event, ...]
    refusal: Refusal | None = None


class AlreadyDecided(Refusal):
    """Somebody else decided on the proposal meanwhile, or it was changed since it was looked at."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(Code.ALREADY_DECIDED, f"proposal {proposal.number} is {proposal.state} by now")
        self.proposal = proposal


class Proposals:
    """Takes, shows and carries out proposals. Shared freely by threads."""

    def __init__(
        self,
        cabinet: Cabinet,
        key: CabinetKey,
        executor: Executor,
        desk: NewDesk,
        clock: Clock,
        preparations: Preparations,
        forget: Callable[[UUID], None] = lambda subject: None,
    ) -> None:
        """`forget`: removes what the office keeps of a person who was erased just now."""
        self._cabinet, self._key, self._executor, self._desk, self._clock = cabinet, key, executor, desk, clock
        self._preparations, self._forget = preparations, forget

    # --- proposing ----------------------------------------------------------------------------------------------------

    def propose(self, member: Member, commands: Sequence[c.Command], note: str, id_: UUID | None = None) -> Proposal:
        """Takes a proposal. The same `id_` again gives what was proposed then. Raises Refusal; StoreError."""
        kinds = {name_of(type(command)) for command in commands}
        if len(kinds) != 1 or len(commands) > MOST_COMMANDS:
            raise Refusal(Code.BAD_NUMBER, f"a proposal has 1 to {MOST_COMMANDS} commands of one kind")
        people = [command.trainee for command in commands if isinstance(command, c.PersonCommand)]
        if len(set(people)) != len(people):  # each is foreseen by itself
            raise Refusal(Code.BAD_NUMBER, "a proposal has one command a person")
        made = id_ or UUID(bytes=secrets.token_bytes(16), version=4)
        body = [[to_plain(command) for command in commands], secrets.token_bytes(32)]
        sealed = self._key.seal("proposals", made.bytes, body)
        noted = self._key.seal("proposals.note", made.bytes, check_reason(note))
        kind = kinds.pop()

        def enter(tables: Tables) -> None:
            if tables.select("SELECT 1 FROM proposals WHERE id = ?", (made.bytes,)):
                return
            number = tables.select("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM proposals")[0]["next"]
            fixed = (made.bytes, number, kind, OPEN, 1, member.pseudonym, member.organisation, "", self._clock())
            row = (*fixed, None, 0, len(commands), sealed, None, noted, b"")
            tables.execute(f"INSERT INTO proposals VALUES ({', '.join('?' * len(row))})", row)

        self._cabinet.write(enter)
        proposal = self.get(made)
        if proposal.proposer != member.pseudonym:
            raise Refusal(Code.IDEMPOTENCY_MISMATCH, "this id is that of somebody else's proposal")
        return proposal

    # --- looking ------------------------------------------------------------------------------------------------------

    def get(self, id_: UUID) -> Proposal:
        """The proposal of an id. Raises Refusal `unknown-proposal`; StoreError."""
        return self._proposal(self._row(id_))

    def find(self, id_: UUID) -> Proposal | None:
        """The proposal of an id; None where there is none. Raises StoreError."""
        rows = self._cabinet.select("SELECT * FROM proposals WHERE id = ?", (id_.bytes,))
        return self._proposal(rows[0]) if rows else None

    def all(self, states: Sequence[str] = (), before: int | None = None, limit: int = 50) -> list[Proposal]:
        """Proposals in these states, newest first, from below a number on. Raises StoreError."""
        marks = ", ".join("?" * len(states))
        where = [f"state IN ({marks})"] if states else []
        where += ["number < ?"] if before is not None else []
        clause = f"WHERE {' AND '.join(where)}" if where else ""
        params = (*states, *((before,) if before is not None else ()), limit)
        rows = self._cabinet.select(f"SELECT * FROM proposals {clause} ORDER BY number DESC LIMIT ?", params)
        return [self._proposal(row) for row in rows]

    def commands(self, id_: UUID) -> list[c.Command]:
        """What is proposed. Raises Refusal; StoreError."""
        return self._body(self._row(id_))[0]

    def foresee(self, id_: UUID, approver: str, start: int = 0, stop: int | None = None) -> Iterator[Foreseen]:
        """What each command would record if `approver` approved now, one decided after the other, none recorded.

        `start`, `stop`: of which stretch of the commands; those before are not looked at. Raises Refusal
        `unknown-proposal`; StoreError.
        """
        row = self._row(id_)
        commands = self._body(row)[0][start:stop]
        desk, actors = self.desk_for(commands), Actors(str(row["proposer"]), approver)
        for command in commands:
            try:
                yield Foreseen(command, tuple(desk.decide(command, actors)))
            except Refusal as refusal:
                yield Foreseen(command, (), refusal)

    # --- deciding -----------------------------------------------------------------------------------------------------

    def to_sign(self, id_: UUID, member: Member) -> list[bytes] | None:
        """The approved digests that one of the member's passkeys has to sign, if approved now (ADR 30).

        None where the member has no passkey in the log. Raises Refusal; StoreError.
        """
        if not self._executor.base().approvers.of(member.pseudonym):
            return None
        row = self._row(id_)
        commands, seed = self._body(row)
        actors, digests = Actors(str(row["proposer"]), member.pseudonym), list[bytes]()
        for n, command in enumerate(commands):
            desk = self.desk_for([command])
            desk.decide(command, actors)
            foreseen = desk.foreseen(actors, _command_id(seed, n), seeded(_salts(seed, n)))
            digests += [digest for _, digest in foreseen]
        return digests

    def approve(self, id_: UUID, member: Member, version: int, signed: Signature | None = None) -> Proposal:
        """Approves a proposal as it was at this version; `carry_out` records it. Raises Refusal; StoreError.

        `signed` is what a passkey made of `to_sign`, where that asks for one; it is in the log before anything that it
        approves.
        """
        proposal = self.get(id_)
        self._check_may_decide(proposal, member)
        if (proposal.state, proposal.version) != (OPEN, version):
            raise AlreadyDecided(proposal)
        refused = [item for item in self.foresee(id_, member.pseudonym) if item.refusal is not None]
        if refused:
            assert refused[0].refusal is not None
            raise refused[0].refusal
        approval = self._record_approval(id_, member, signed)
        return self._decided(proposal, APPROVED, member.pseudonym, "", version, approval)

    def _record_approval(self, id_: UUID, member: Member, signed: Signature | None) -> UUID | None:
        """Records what the passkey signed; None where it signs nothing of this proposal, or there is none."""
        digests = self.to_sign(id_, member)
        if not digests:
            return None
        if signed is None:
            raise Refusal(Code.NOT_SIGNED, f"{member.pseudonym} has a passkey, which has to sign this approval")
        approval = UUID(bytes=secrets.token_bytes(16), version=4)
        command = c.SignApproval(
            approval,
            member.pseudonym,
            signed.passkey,
            tuple(digests),
            signed.authenticator_data,
            signed.client_data,
            signed.signature,
        )
        self._executor.execute(command, Actors(member.pseudonym))
        return approval

    def _check_may_decide(self, proposal: Proposal, member: Member) -> None:
        if proposal.proposer == member.pseudonym:
            raise Refusal(Code.SAME_PERSON, f"{member.pseudonym} cannot both propose and decide")
        if "approver" not in member.roles:
            raise Refusal(Code.MISSING_ROLE, f"{member.pseudonym} lacks the role approver")

    def decline(self, id_: UUID, member: Member, reason: str, version: int) -> Proposal:
        """Declines a proposal, with a reason. Raises Refusal; StoreError."""
        proposal = self.get(id_)
        if not reason.strip():
            raise Refusal(Code.BAD_TEXT, "who declines says why")
        self._check_may_decide(proposal, member)
        return self._decided(proposal, DECLINED, member.pseudonym, check_reason(reason), version)

    def withdraw(self, id_: UUID, member: Member, version: int) -> Proposal:
        """Takes one's own proposal back while nobody has decided. Raises Refusal; StoreError."""
        proposal = self.get(id_)
        if proposal.proposer != member.pseudonym:
            raise Refusal(Code.MISSING_ROLE, f"only {proposal.proposer} withdraws what it proposed")
        return self._decided(proposal, WITHDRAWN, "", "", version)

    # --- carrying out -------------------------------------------------------------------------------------------------

    def carry_out(self, id_: UUID) -> Proposal:
        """Records what is approved, from where it was left; safe to repeat and to do twice at once. Raises StoreError.

        Where a command is refused by now, the proposal stops there, and says so. What an organisation signs with a key
        of its own is prepared for it, and the proposal stays approved until that is recorded, or not any more to be.
        """
        row = self._row(id_)
        if str(row["state"]) != APPROVED:
            return self._proposal(row)
        commands, seed = self._body(row)
        actors = Actors(str(row["proposer"]), str(row["approver"]))
        approvals = () if row["approval"] is None else (UUID(bytes=bytes(row["approval"])),)
        waits = False
        for n in range(int(row["done"]), len(commands)):
            wanted = Wanted(commands[n], actors, _command_id(seed, n), _salts(seed, n), approvals, id_)
            try:
                recorded = self._record_or_prepare(wanted, _preparation_id(seed, n))
            except Refusal as refusal:
                self._stop(id_, n, refusal)
                return self.get(id_)
            if recorded and isinstance(erasure := commands[n], c.EraseTrainee):
                self._forget(erasure.trainee)
                self._withdraw_about(erasure.trainee)
            waits = waits or not recorded
            if not waits:
                self._progress(id_, n + 1)
        if not waits:
            self._finish(id_, DONE, b"")
        return self.get(id_)

    def _record_or_prepare(self, wanted: Wanted, preparation: UUID) -> bool:
        """Whether the command is recorded; else it waits for a signature. Raises Refusal; StoreError.

        What was prepared once is recorded as its organisation signs it or not at all, also where another key could sign
        by now.
        """
        if self._preparations.find(preparation) is None:
            try:
                self._executor.execute(
                    wanted.command, wanted.actors, wanted.command_id, seed=wanted.seed, approvals=wanted.approvals
                )
            except Refusal as refusal:
                if refusal.code is not Code.SIGNS_ITSELF:
                    raise
            else:
                return True
            self._preparations.prepare(preparation, wanted)
        return self._preparations.is_settled(preparation, wanted.command_id)

    def _withdraw_about(self, subject: UUID) -> None:
        """Takes back what is open about somebody who was erased just now, and with it what it says of them."""
        for proposal in self.all((OPEN,), limit=MOST_COMMANDS):
            if any(getattr(command, "trainee", None) == subject for command in self.commands(proposal.id)):
                with suppress(AlreadyDecided):
                    self._decided(proposal, WITHDRAWN, "", "", proposal.version)

    def unfinished(self) -> list[UUID]:
        """Proposals that are approved and not carried out: a crash may have come between. Raises StoreError."""
        rows = self._cabinet.select("SELECT id FROM proposals WHERE state = ? ORDER BY number", (APPROVED,))
        return [UUID(bytes=bytes(row["id"])) for row in rows]

    # --- inside -------------------------------------------------------------------------------------------------------

    def _decided(
        self, proposal: Proposal, state: str, who: str, reason: str, version: int, approval: UUID | None = None
    ) -> Proposal:
        id_, now = proposal.id.bytes, self._clock()
        sealed = self._key.seal("proposals.reason", id_, reason) if reason else b""
        signed = None if approval is None else approval.bytes

        def decide(tables: Tables) -> bool:
            rows = tables.select("SELECT state, version FROM proposals WHERE id = ?", (id_,))
            if (rows[0]["state"], rows[0]["version"]) != (OPEN, version):
                return False
            tables.execute(
                "UPDATE proposals SET state = ?, version = version + 1, approver = ?, decided_at = ?, approval = ?,"
                " reason = ? WHERE id = ?",
                (state, who, now, signed, sealed, id_),
            )
            if state != APPROVED:
                tables.execute("UPDATE proposals SET sealed = ? WHERE id = ?", (self._forgotten(id_), id_))
            return True

        if not self._cabinet.write(decide):
            raise AlreadyDecided(self.get(proposal.id))
        return self.get(proposal.id)

    def _progress(self, id_: UUID, done: int) -> None:
        sql = "UPDATE proposals SET done = ? WHERE id = ? AND done < ?"
        self._cabinet.write(lambda tables: tables.execute(sql, (done, id_.bytes, done)))

    def _stop(self, id_: UUID, n: int, refusal: Refusal) -> None:
        why = f"{n + 1}: {refusal.message} ({refusal.code})"
        self._finish(id_, STOPPED, self._key.seal("proposals.reason", id_.bytes, why))
        self._preparations.withdraw_of(id_)

    def _finish(self, id_: UUID, state: str, reason: bytes) -> None:
        sql = "UPDATE proposals SET state = ?, version = version + 1, reason = ?, sealed = ? WHERE id = ? AND state = ?"
        row = (state, reason, self._forgotten(id_.bytes), id_.bytes, APPROVED)
        self._cabinet.write(lambda tables: tables.execute(sql, row))

    def _forgotten(self, id_: bytes) -> bytes:
        """In the place of commands and seed."""
        return self._key.seal("proposals", id_, [[], b""])

    def desk_for(self, commands: Sequence[c.Command]) -> Desk:
        """A desk to try commands at: on the base that the process knows, unless one would change it."""
        changes = any(isinstance(command, c.BaseCommand) for command in commands)
        return self._desk(None if changes else self._executor.base())

    def _row(self, id_: UUID) -> Any:
        rows = self._cabinet.select("SELECT * FROM proposals WHERE id = ?", (id_.bytes,))
        if not rows:
            raise Refusal(Code.UNKNOWN_PROPOSAL, "no such proposal")
        return rows[0]

    def _body(self, row: Any) -> tuple[list[c.Command], bytes]:
        plain, seed = self._key.open("proposals", bytes(row["id"]), bytes(row["sealed"]))
        return [from_plain(str(row["kind"]), item) for item in plain], seed

    def _proposal(self, row: Any) -> Proposal:
        id_, reason = bytes(row["id"]), bytes(row["reason"])
        return Proposal(
            UUID(bytes=id_),
            row["number"],
            str(row["kind"]),
            str(row["state"]),
            row["version"],
            str(row["proposer"]),
            str(row["organisation"]),
            str(row["approver"]),
            row["proposed_at"],
            row["decided_at"],
            row["done"],
            row["commands"],
            self._key.open("proposals.note", id_, bytes(row["note"])),
            self._key.open("proposals.reason", id_, reason) if reason else "",
        )


def check_reason(text: str) -> str:
    """A note or a reason without blanks around it. Raises Refusal `bad-text`."""
    if len(text) > REASON_LIMIT or any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise Refusal(Code.BAD_TEXT, f"a note or reason has at most {REASON_LIMIT} characters, all of them printable")
    return text.strip()


def _salts(seed: bytes, n: int) -> bytes:
    """Where the salts of a proposal's command come from (`ledger.seal.seeded`)."""
    return sha256(b"certledger/proposal/salts" + seed + n.to_bytes(4, "big")).digest()


def _preparation_id(seed: bytes, n: int) -> UUID:
    """Under which a proposal's command waits for a signature."""
    drawn = sha256(b"certledger/proposal/preparation" + seed + n.to_bytes(4, "big")).digest()
    return UUID(bytes=drawn[:16], version=4)


def _command_id(seed: bytes, n: int) -> bytes:
    """The id of a proposal's command: nobody without the seed can tell it, and it is the same at each try."""
    return sha256(b"certledger/proposal" + seed + n.to_bytes(4, "big")).digest()[:COMMAND_ID_SIZE]
