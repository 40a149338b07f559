"""Intakes through the console: files that somebody uploads, and what becomes of them step by step.

    uploaded → checking → checked     its files are matched with those of a pack, and rehearsed: nothing is recorded
    checked → waiting                 its uploader proposes it
    waiting → taking → done           another person approves it, and it is taken in, in as many tries as it takes
    waiting → declined                by another person, with a reason
    taking → failed                   the ledger refused it; what was recorded before stays
    … → withdrawn, expired            thrown away by its uploader, or never gone on with

Files lie sealed in the cabinet, in pieces, and are gone as soon as nothing is to be taken in any more. Every intake
needs a second person, because its own event does (`pack.taken-in`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from ledger import commands as c
from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey
from ledger.executing import Executor
from ledger.handle import Clock, Desk
from ledger.intake.engine import Signed, foreseen
from ledger.intake.files import Pack, PackError, pack_of
from ledger.office.intake_files import LEFT_OUT, IntakeFile, examined, file_from_plain, file_to_plain, matched
from ledger.office.intake_findings import Findings, findings_from_plain, findings_to_plain
from ledger.office.proposals import Signature, check_reason
from ledger.office.staff import Member
from ledger.permissions import Actors
from ledger.projector import Tables
from ledger.refusals import Code, Refusal

UPLOADED, CHECKING, CHECKED, WAITING, TAKING = "uploaded", "checking", "checked", "waiting", "taking"
DONE, DECLINED, WITHDRAWN, FAILED, EXPIRED = "done", "declined", "withdrawn", "failed", "expired"
OPEN: Final = (UPLOADED, CHECKING, CHECKED, WAITING, FAILED)
"""States in which something may still be done with the files, and they expire."""
KEPT_SECONDS: Final = 14 * 24 * 3600
"""How long files lie here that nobody goes on with, and the rows turned away of an intake that is done."""
PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Intake:
    """An intake as it stands; times in milliseconds since 1970 UTC."""

    id: UUID
    number: int
    state: str
    version: int
    uploader: str
    organisation: str
    """The uploader's."""
    approver: str
    """Who approved or declined it; empty before."""
    created_at: int
    decided_at: int | None
    expires_at: int
    done: int
    """Steps of the work that runs now, or ran last; of `total`."""
    total: int
    files: tuple[IntakeFile, ...]
    left_out: tuple[str, ...]
    """Names of what was uploaded beside and is no file of a pack."""
    findings: Findings | None
    note: str
    reason: str

    @property
    def is_matched(self) -> bool:
        """Whether every file can be read as what it is."""
        wanted = [file for file in self.files if file.kind != LEFT_OUT]
        return bool(wanted) and all(file.is_matched for file in wanted)


class NoIntake(Exception):
    """There is no such intake."""


class IntakeMoved(Refusal):
    """Somebody else went on with the intake meanwhile, or it was changed since it was looked at."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(Code.ALREADY_DECIDED, f"intake {intake.number} is {intake.state} by now")
        self.intake = intake


class Intakes:
    """Takes, keeps and decides on intakes; `intake_work` does the work. Shared freely by threads."""

    def __init__(
        self, cabinet: Cabinet, key: CabinetKey, executor: Executor, desk: Callable[[], Desk], clock: Clock
    ) -> None:
        """`desk`: a new one that shares nothing (`Ledger.desk_apart`)."""
        self._cabinet, self._key, self._executor, self._desk, self._clock = cabinet, key, executor, desk, clock

    # --- uploading ----------------------------------------------------------------------------------------------------

    def upload(
        self, member: Member, files: Sequence[tuple[str, bytes]], left_out: Sequence[str], id_: UUID | None = None
    ) -> Intake:
        """Keeps files, each with its name. The same `id_` again gives what was kept then.

        Raises Refusal for who may not; TurnedAway for a file that is too large; StoreError.
        """
        self.check_may_upload(member)
        made = id_ or UUID(bytes=secrets.token_bytes(16), version=4)
        known = [examined(name, data) for name, data in files]
        plan = self._seal_plan(made.bytes, known, left_out, None)
        empty = self._key.seal("intakes.note", made.bytes, "")
        now = self._clock()

        def enter(tables: Tables) -> None:
            if tables.select("SELECT 1 FROM intakes WHERE id = ?", (made.bytes,)):
                return
            number = tables.select("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM intakes")[0]["next"]
            fixed = (made.bytes, number, UPLOADED, 1, member.pseudonym, member.organisation, "", now)
            row = (*fixed, None, now + KEPT_SECONDS * 1000, 0, 0, 0, None, plan, b"", empty, b"")
            tables.execute(f"INSERT INTO intakes VALUES ({', '.join('?' * len(row))})", row)
            for part, (_, data) in enumerate(files):
                tables.executemany("INSERT INTO intake_pieces VALUES (?, ?, ?)", list(self._pieces(made, part, data)))

        self._cabinet.write(enter)
        intake = self.get(made)
        if intake.uploader != member.pseudonym:
            raise Refusal(Code.IDEMPOTENCY_MISMATCH, "this id is that of somebody else's intake")
        return intake

    def check_may_upload(self, member: Member) -> None:
        """Raises Refusal unless the member may propose an intake: the base's event, which its registrars record."""
        base = self._executor.base()
        if member.organisation != base.code:
            raise Refusal(
                Code.OTHER_ORGANISATION, f"intakes are the base's: an account of {base.code}, not {member.organisation}"
            )
        if "registrar" not in member.roles:
            raise Refusal(Code.MISSING_ROLE, f"{member.pseudonym} lacks the role registrar, which pack.taken-in needs")

    # --- looking ------------------------------------------------------------------------------------------------------

    def get(self, id_: UUID) -> Intake:
        """The intake of an id. Raises NoIntake; StoreError."""
        return self._intake(self._row(id_))

    def all(self, states: Sequence[str] = (), before: int | None = None, limit: int = 50) -> list[Intake]:
        """Intakes in these states, newest first, from below a number on. Raises StoreError."""
        where = [f"state IN ({', '.join('?' * len(states))})"] if states else []
        where += ["number < ?"] if before is not None else []
        clause = f"WHERE {' AND '.join(where)}" if where else ""
        params = (*states, *((before,) if before is not None else ()), limit)
        rows = self._cabinet.select(f"SELECT * FROM intakes {clause} ORDER BY number DESC LIMIT ?", params)
        return [self._intake(row) for row in rows]

    def pack(self, id_: UUID) -> Pack:
        """Its files as those of a pack. Raises PackError where one is not matched or gone; NoIntake; StoreError."""
        intake = self.get(id_)
        files = []
        for part, file in enumerate(intake.files):
            if file.kind == LEFT_OUT:
                continue
            if not file.is_matched:
                raise PackError(file.name, "is not matched with a file of a pack")
            data = self._data(id_, part)
            if len(data) != file.size:
                raise PackError(file.name, "is not here any more")
            files.append(file.as_pack_file(data))
        left_out = [file.name for file in intake.files if file.kind == LEFT_OUT]
        return pack_of(files, [*intake.left_out, *left_out])

    # --- going on -----------------------------------------------------------------------------------------------------

    def match(
        self, id_: UUID, member: Member, version: int, kinds: Mapping[int, str], chosen: Mapping[int, Mapping[int, str]]
    ) -> Intake:
        """Keeps what files and columns are, by the places of the files. What was checked before counts no more."""
        intake = self._own(id_, member, version, (UPLOADED, CHECKED, FAILED))
        files = [
            matched(file, kinds.get(part, file.kind), chosen.get(part, {})) for part, file in enumerate(intake.files)
        ]
        plan = self._seal_plan(id_.bytes, files, intake.left_out, None)
        return self._moved(intake, UPLOADED, plan=plan, told=b"", reason=b"", done=0, total=0)

    def ask_check(self, id_: UUID, member: Member, version: int) -> Intake:
        """Lets it be rehearsed; nothing is recorded by that. Raises Refusal; NoIntake; StoreError."""
        intake = self._own(id_, member, version, (UPLOADED, CHECKED, FAILED))
        if not intake.is_matched:
            raise Refusal(Code.WRONG_STEP, "not every file and column is matched yet")
        return self._moved(intake, CHECKING, told=b"", reason=b"", done=0, total=0, busy_until=0)

    def propose(self, id_: UUID, member: Member, version: int, note: str) -> Intake:
        """Asks for another person's approval of what was rehearsed. Raises Refusal; NoIntake; StoreError."""
        intake = self._own(id_, member, version, (CHECKED,))
        if intake.findings is None or not intake.findings.is_news:
            raise Refusal(Code.WRONG_STEP, "there is nothing in it that could be taken in")
        drawn = [secrets.token_bytes(size) for size in (16, 16, 16, 32)]
        plan = self._seal_plan(id_.bytes, intake.files, intake.left_out, drawn)
        noted = self._key.seal("intakes.note", id_.bytes, check_reason(note))
        return self._moved(intake, WAITING, plan=plan, note=noted)

    def withdraw(self, id_: UUID, member: Member, version: int) -> Intake:
        """Throws one's own intake away, its files with it, while it is not approved. Raises Refusal; NoIntake."""
        intake = self._own(id_, member, version, OPEN)
        return self._moved(intake, WITHDRAWN, **self._nothing_left(intake))

    # --- deciding -----------------------------------------------------------------------------------------------------

    def to_sign(self, id_: UUID, member: Member) -> list[bytes] | None:
        """The approved digests that one of the member's passkeys has to sign, if approved now (ADR 30).

        None where the member has no passkey in the log. Raises Refusal; PackError; NoIntake; StoreError.
        """
        self._check_may_decide(self.get(id_), member)
        if not self._executor.base().approvers.of(member.pseudonym):
            return None
        signed = self.signed(id_)
        return foreseen(self._desk(), self.pack(id_), Actors(self.get(id_).uploader, member.pseudonym), signed)

    def approve(self, id_: UUID, member: Member, version: int, signature: Signature | None = None) -> Intake:
        """Approves an intake as it was at this version, for `intake_work` to take in. Raises Refusal; NoIntake.

        `signature` is what a passkey made of `to_sign`, where that asks for one; it is in the log before anything that
        it approves.
        """
        intake = self._at(id_, version, (WAITING,))
        self._check_may_decide(intake, member)
        digests = self.to_sign(id_, member)
        before, approval = self._row(id_)["approval"], None
        if digests is not None and not digests and before is not None:
            # What is left of an intake that stopped half way was signed with its beginning, by who approved that.
            if member.pseudonym != intake.approver:
                raise Refusal(Code.NOT_SIGNED, f"the passkey of {intake.approver} signed all of it: they go on with it")
            approval = bytes(before)
        if digests:
            if signature is None:
                raise Refusal(Code.NOT_SIGNED, f"{member.pseudonym} has a passkey, which has to sign this approval")
            approval = self._record_approval(member, digests, signature)
        told = self._key.seal("intakes.told", id_.bytes, findings_to_plain(Findings()))
        return self._moved(
            intake, TAKING, approver=member.pseudonym, decided_at=self._clock(), approval=approval, told=told,
            done=0, total=0, busy_until=0,
        )  # fmt: skip

    def decline(self, id_: UUID, member: Member, reason: str, version: int) -> Intake:
        """Declines an intake, with a reason; its files are gone. Raises Refusal; NoIntake; StoreError."""
        intake = self._at(id_, version, (WAITING,))
        if not reason.strip():
            raise Refusal(Code.BAD_TEXT, "who declines says why")
        self._check_may_decide(intake, member)
        sealed = self._key.seal("intakes.reason", id_.bytes, check_reason(reason))
        return self._moved(
            intake, DECLINED, approver=member.pseudonym, decided_at=self._clock(),
            **{**self._nothing_left(intake), "reason": sealed},
        )  # fmt: skip

    def signed(self, id_: UUID) -> Signed:
        """What was drawn for it when it was proposed, and what was signed."""
        row = self._row(id_)
        drawn = self._plan(row)[2]
        if not drawn:
            raise Refusal(Code.WRONG_STEP, "the intake is not proposed")
        approvals = () if row["approval"] is None else (UUID(bytes=bytes(row["approval"])),)
        pack, salt, command, seed = drawn
        return Signed(UUID(bytes=pack, version=4), salt, command, seed, approvals, counts_all=True)

    # --- the work -----------------------------------------------------------------------------------------------------

    def begin_work(self, seconds: float) -> Intake | None:
        """The oldest intake that waits for work, held for so long; None where none does or another is worked on."""
        now = self._clock()

        def begin(tables: Tables) -> bytes | None:
            sql = "SELECT id, busy_until FROM intakes WHERE state IN (?, ?) ORDER BY number"
            rows = tables.select(sql, (CHECKING, TAKING))
            if not rows or any(row["busy_until"] > now for row in rows):
                return None
            id_ = bytes(rows[0]["id"])
            tables.execute("UPDATE intakes SET busy_until = ? WHERE id = ?", (now + int(seconds * 1000), id_))
            return id_

        found = self._cabinet.write(begin)
        return None if found is None else self.get(UUID(bytes=found))

    def went_on(self, intake: Intake, done: int, total: int, seconds: float) -> None:
        """Tells how far the work is, and holds the intake for so much longer; for 0 seconds it is given back."""
        until = self._clock() + int(seconds * 1000)
        sql = "UPDATE intakes SET done = ?, total = ?, busy_until = ? WHERE id = ? AND version = ?"
        row = (done, total, until, intake.id.bytes, intake.version)
        self._cabinet.write(lambda tables: tables.execute(sql, row))

    def begins_at(self, intake: Intake, index: int) -> int:
        """Where in the log the intake's entries begin: kept at the first try, and told at every other."""
        found = self.get(intake.id).findings
        if found is not None and found.indices[1]:
            return found.indices[0]
        told = self._key.seal("intakes.told", intake.id.bytes, findings_to_plain(Findings(indices=(index, index + 1))))
        sql = "UPDATE intakes SET told = ? WHERE id = ? AND version = ?"
        self._cabinet.write(lambda tables: tables.execute(sql, (told, intake.id.bytes, intake.version)))
        return index

    def finish(self, intake: Intake, state: str, findings: Findings, reason: str = "") -> Intake:
        """Keeps what came of the work, unless the intake was changed meanwhile; files go where nothing needs them."""
        told = self._key.seal("intakes.told", intake.id.bytes, findings_to_plain(findings))
        sealed = self._key.seal("intakes.reason", intake.id.bytes, reason) if reason else b""
        left: dict[str, object] = {"told": told, "reason": sealed, "busy_until": 0}
        if state == DONE:
            left = {**self._nothing_left(intake), "told": told, "busy_until": 0}
            left["expires_at"] = self._clock() + KEPT_SECONDS * 1000
        try:
            return self._moved(intake, state, **left)
        except IntakeMoved as moved:
            return moved.intake

    def sweep(self) -> None:
        """Lets go of what is over its time. Raises StoreError."""
        sql = "SELECT * FROM intakes WHERE expires_at <= ? AND state IN (?, ?, ?, ?, ?, ?)"
        for row in self._cabinet.select(sql, (self._clock(), *OPEN, DONE)):
            intake = self._intake(row)
            if intake.state != DONE:
                self._moved(intake, EXPIRED, **self._nothing_left(intake))
            elif intake.findings is not None and intake.findings.rejected:
                kept = findings_to_plain(intake.findings.forgotten())
                self._moved(intake, DONE, told=self._key.seal("intakes.told", intake.id.bytes, kept))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _record_approval(self, member: Member, digests: Sequence[bytes], signature: Signature) -> bytes:
        approval = UUID(bytes=secrets.token_bytes(16), version=4)
        parts = (signature.authenticator_data, signature.client_data, signature.signature)
        command = c.SignApproval(approval, member.pseudonym, signature.passkey, tuple(digests), *parts)
        self._executor.execute(command, Actors(member.pseudonym))
        return approval.bytes

    def _check_may_decide(self, intake: Intake, member: Member) -> None:
        if intake.uploader == member.pseudonym:
            raise Refusal(Code.SAME_PERSON, f"{member.pseudonym} cannot both propose and decide")
        if "approver" not in member.roles:
            raise Refusal(Code.MISSING_ROLE, f"{member.pseudonym} lacks the role approver")
        if member.organisation != self._executor.base().code:
            raise Refusal(Code.OTHER_ORGANISATION, "intakes are approved by an account of the base")

    def _own(self, id_: UUID, member: Member, version: int, states: Sequence[str]) -> Intake:
        intake = self._at(id_, version, states)
        if intake.uploader != member.pseudonym:
            raise Refusal(Code.MISSING_ROLE, f"only {intake.uploader} goes on with what it uploaded")
        return intake

    def _at(self, id_: UUID, version: int, states: Sequence[str]) -> Intake:
        intake = self.get(id_)
        if intake.version != version or intake.state not in states:
            raise IntakeMoved(intake)
        return intake

    def _moved(self, intake: Intake, state: str, **columns: object) -> Intake:
        """Moves an intake from where it was seen, files going with the states that need none. Raises IntakeMoved."""
        named = "".join(f", {name} = ?" for name in columns)
        sql = f"UPDATE intakes SET state = ?, version = version + 1{named} WHERE id = ?"
        id_ = intake.id.bytes

        def move(tables: Tables) -> bool:
            rows = tables.select("SELECT state, version FROM intakes WHERE id = ?", (id_,))
            if (rows[0]["state"], rows[0]["version"]) != (intake.state, intake.version):
                return False
            tables.execute(sql, (state, *columns.values(), id_))
            if state in (DONE, DECLINED, WITHDRAWN, EXPIRED):
                tables.execute("DELETE FROM intake_pieces WHERE intake = ?", (id_,))
            return True

        if not self._cabinet.write(move):
            raise IntakeMoved(self.get(intake.id))
        return self.get(intake.id)

    def _nothing_left(self, intake: Intake) -> dict[str, object]:
        """Columns of an intake that is over: its files by name, size and hash, without what stood in them."""
        bare = [
            IntakeFile(file.name, file.kind, file.size, file.digest, file.rows, (), (), fault=file.fault)
            for file in intake.files
        ]
        return {"plan": self._seal_plan(intake.id.bytes, bare, intake.left_out, None), "told": b"", "reason": b""}

    def _pieces(self, id_: UUID, part: int, data: bytes) -> Sequence[tuple[bytes, bytes, bytes]]:
        made = []
        for number, start in enumerate(range(0, len(data), PIECE)):
            place = _place(id_, part) + number.to_bytes(4, "big")
            made.append((place, id_.bytes, self._key.seal("intake_pieces", place, data[start : start + PIECE])))
        return made

    def _data(self, id_: UUID, part: int) -> bytes:
        first = _place(id_, part)
        sql = "SELECT place, sealed FROM intake_pieces WHERE place >= ? AND place < ? ORDER BY place"
        rows = self._cabinet.select(sql, (first, first + bytes([255]) * 5))
        return b"".join(self._key.open("intake_pieces", bytes(row["place"]), bytes(row["sealed"])) for row in rows)

    def _seal_plan(
        self, id_: bytes, files: Sequence[IntakeFile], left_out: Sequence[str], drawn: Sequence[bytes] | None
    ) -> bytes:
        body = [[file_to_plain(file) for file in files], list(left_out), list(drawn or ())]
        return self._key.seal("intakes.plan", id_, body)

    def _plan(self, row: Any) -> Any:
        return self._key.open("intakes.plan", bytes(row["id"]), bytes(row["plan"]))

    def _row(self, id_: UUID) -> Any:
        rows = self._cabinet.select("SELECT * FROM intakes WHERE id = ?", (id_.bytes,))
        if not rows:
            raise NoIntake
        return rows[0]

    def _intake(self, row: Any) -> Intake:
        id_, told, reason = bytes(row["id"]), bytes(row["told"]), bytes(row["reason"])
        files, left_out, _ = self._plan(row)
        return Intake(
            UUID(bytes=id_),
            row["number"],
            str(row["state"]),
            row["version"],
            str(row["uploader"]),
            str(row["organisation"]),
            str(row["approver"]),
            row["created_at"],
            row["decided_at"],
            row["expires_at"],
            row["done"],
            row["total"],
            tuple(map(file_from_plain, files)),
            tuple(left_out),
            findings_from_plain(self._key.open("intakes.told", id_, told)) if told else None,
            self._key.open("intakes.note", id_, bytes(row["note"])),
            self._key.open("intakes.reason", id_, reason) if reason else "",
        )


def _place(id_: UUID, part: int) -> bytes:
    return id_.bytes + part.to_bytes(2, "big")
