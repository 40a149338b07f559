"""Taking a pack in: its definitions and rows become commands, in the order in which they take effect (DOMAIN.md).

A bad row is turned away alone. Rows that were taken in before, from this pack or another, are passed over; so the same
pack twice records nothing new, and an intake that was killed goes on where it stopped.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from ledger import commands as c
from ledger.claims import IntakeClaim
from ledger.handle import Desk
from ledger.intake.calendars import adopt_calendars
from ledger.intake.definitions import Definitions, read_definitions
from ledger.intake.files import Pack, PackError, PackFile
from ledger.intake.keys import authorise_keys
from ledger.intake.rows import Rejected, Row, read_rows
from ledger.intake.schedule import Step, schedule
from ledger.intake.sealing import SealingProcess
from ledger.intake.translate import Translator
from ledger.permissions import Actors
from ledger.refusals import Refusal
from ledger.seal import Randomness, seeded
from ledger.store import Appended, BoundaryMoved, Claim, ClaimTaken, VersionConflict
from verifier import cbor
from verifier.errors import Malformed

CHUNK = 1000
"""Events a transaction (PERSISTENCE.md, bulk)."""
_ATTEMPTS = 10
"""How often an intake goes on where it stopped because others recorded something about the same people."""
_REHEARSED = 250
"""Steps of a rehearsal between two words about how far it is."""
_SEALED_ELSEWHERE_FROM = 100_000
"""Bytes of a pack, about 2,000 rows, from which a second process pays for its start."""

Progress = Callable[[int, int], None]
"""Called now and then with the steps done and the steps in all."""


@dataclass(slots=True)
class IntakeReport:
    """What came of a pack."""

    pack: UUID | None = None
    """The stream of the pack's event; None if the ledger knew everything already."""
    events: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    """Rows taken in now, by file."""
    known: Counter[str] = field(default_factory=Counter)
    """Rows that the ledger had already, by file."""
    rejected: list[Rejected] = field(default_factory=list)
    """In the order of `rejects.csv`."""
    unknown_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """An intake of which all that its own event needs is drawn before, and fixed.

    So its approver's passkey can sign it, and begun again after a crash it is the same.
    """

    pack_id: UUID
    file_salt: bytes
    """16 bytes, under which the log names the files."""
    command_id: bytes
    """Of the transaction that records the event."""
    seed: bytes
    """Where that transaction's salts come from (`seal.seeded`)."""
    approvals: tuple[UUID, ...] = ()
    """The streams of what was signed."""
    counts_all: bool = False
    """Whether the report counts what an earlier try of this very intake took in as taken in, not as known."""


class PackTurnedAway(Exception):
    """A strict intake met bad rows: nothing was recorded."""

    def __init__(self, rejected: list[Rejected]) -> None:
        super().__init__(f"{len(rejected)} bad rows; the first: {rejected[0].sentence} ({rejected[0].code})")
        self.rejected = rejected


def take_in(
    desk: Desk,
    pack: Pack,
    actors: Actors,
    *,
    strict: bool = False,
    actors_defaulted: bool = False,
    signed: Signed | None = None,
    progress: Progress = lambda done, total: None,
) -> IntakeReport:
    """Takes a pack in. Raises PackError or PackTurnedAway with nothing recorded, Refusal for actors without rights.

    Where others record something about the same people meanwhile, the intake goes on where it stopped, with the rest
    decided anew. Raises VersionConflict, BoundaryMoved or ClaimTaken where that happens time and again.
    """
    with _sealing(desk, pack, strict) as sealing:
        definitions = read_definitions(pack)
        definitions.check_references(desk.base.organisations, desk.base.catalogue.editions)
        rows = read_rows(pack)
        steps = schedule([row for row in rows if isinstance(row, Row)])
        intake = _Intake(desk, pack, actors, strict, sealing, signed)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                intake.begin(definitions, actors_defaulted)
                intake.report.rejected.extend(row for row in rows if isinstance(row, Rejected))
                intake.run(steps, progress)
                break
            except (VersionConflict, BoundaryMoved, ClaimTaken):
                if attempt == _ATTEMPTS:
                    raise
                intake = intake.again()
    progress(len(steps), len(steps))
    return intake.report


def rehearse(desk: Desk, pack: Pack, actors: Actors, *, progress: Progress = lambda done, total: None) -> IntakeReport:
    """What `take_in` would make of a pack now; nothing is recorded. `events` are those that would be.

    The desk is one for a rehearsal (`Ledger.desk_apart`), and of no use any more. Raises PackError; Refusal for actors
    without rights.
    """
    definitions = read_definitions(pack)
    definitions.check_references(desk.base.organisations, desk.base.catalogue.editions)
    rows = read_rows(pack)
    steps = schedule([row for row in rows if isinstance(row, Row)])
    intake = _Intake(desk, pack, actors, strict=True, sealing=None, signed=None)
    with _uncollected():
        intake.begin(definitions, actors_defaulted=False)
        intake.report.rejected.extend(row for row in rows if isinstance(row, Rejected))
        intake.rehearse(steps, progress)
    desk.discard()
    return intake.report


def foreseen(desk: Desk, pack: Pack, actors: Actors, signed: Signed, *, actors_defaulted: bool = False) -> list[bytes]:
    """What the approver's passkey signs of an intake: the digest of its event, none where it is recorded already.

    Raises PackError, Refusal. The desk is of no use any more.
    """
    if desk.store.claim(desk.claim_keys.pack(_digest(pack))) is not None:
        return []
    definitions = read_definitions(pack)
    desk.decide(_event_of(desk, pack, definitions, signed.pack_id, signed.file_salt, actors_defaulted), actors)
    return [digest for _, digest in desk.foreseen(actors, signed.command_id, seeded(signed.seed), signed.pack_id)]


def _event_of(
    desk: Desk, pack: Pack, definitions: Definitions, pack_id: UUID, salt: bytes, actors_defaulted: bool
) -> c.TakeInPack:
    files = {name: sha256(salt + file.data).digest() for name, file in _public_names(pack)}
    custody = {signer.organisation: signer.custody for signer in desk.keystore.signers()}
    custody |= {code: custody.get(code, "base") for code in _organisations_with_keys(definitions)}
    return c.TakeInPack(pack_id, files, custody, salt, actors_defaulted)


@contextmanager
def _sealing(desk: Desk, pack: Pack, strict: bool) -> Iterator[SealingProcess | None]:
    """A process of its own that seals, where the pack is large enough to pay for it; it starts while rows are read."""
    if strict or sum(len(file.data) for file in pack.files) < _SEALED_ELSEWHERE_FROM:
        yield None
        return
    with SealingProcess(desk.keystore, desk.vault) as process, _uncollected():
        yield process


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leaves the collector of cycles off: rows and dossiers stay to the end, and it would visit them all in vain.

    A tenth of the time of an intake.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Intake:
    """One intake on its way."""

    def __init__(
        self,
        desk: Desk,
        pack: Pack,
        actors: Actors,
        strict: bool,
        sealing: SealingProcess | None,
        signed: Signed | None,
        before: _Intake | None = None,
    ) -> None:
        """`before` is the first attempt at the same intake."""
        self.desk, self.pack, self.actors, self.strict = desk, pack, actors, strict
        self.report = IntakeReport(unknown_files=pack.unknown)
        self._sealing, self._signed, self._before = sealing, signed, before
        self._keys = desk.claim_keys
        self.pack_id = desk.new_id() if signed is None else signed.pack_id
        self.resumed = False
        self._taken: dict[bytes, Claim] = {}
        self._translator = Translator(desk, actors)
        self._overhead = 0
        """Events drafted of which none is the pack's own content: the pack's event itself."""
        self._recorded = 0
        """Events, those of earlier attempts included."""
        self._flushed = False
        self._counted = 0
        """Steps taken or turned away since the last flush."""

    def again(self) -> _Intake:
        """The next attempt, at a desk that knows what others recorded meanwhile."""
        if self._sealing is not None:
            self._sealing.forget()
        first = self._before or self
        made = _Intake(self.desk.again(), self.pack, self.actors, self.strict, self._sealing, self._signed, first)
        made._recorded = self._recorded
        return made

    def begin(self, definitions: Definitions, actors_defaulted: bool) -> None:
        """Drafts the pack's event and its definitions, in one transaction with the first rows."""
        key = self._keys.pack(_digest(self.pack))
        if (claim := self.desk.store.claim(key)) is not None:
            self.pack_id, self.resumed = UUID(bytes=self._keys.read(claim)[1]), True
        else:
            salt = self.desk.randomness(16) if self._signed is None else self._signed.file_salt
            command = _event_of(self.desk, self.pack, definitions, self.pack_id, salt, actors_defaulted)
            self._overhead = len(self.desk.decide(command, self.actors))
            self.desk.claim(self._keys.bind(IntakeClaim.PACK, key, None, self.pack_id.bytes))
        try:
            define(self.desk, definitions, self.actors)
        except Refusal as refusal:
            self.desk.discard()
            raise PackError("definitions", f"{refusal.message} ({refusal.code})") from None

    def run(self, steps: list[Step], progress: Progress) -> None:
        """Takes all steps, and records them in chunks; a strict intake all at once."""
        for done, (step, key) in enumerate(zip(steps, self.look_up(steps), strict=True), 1):
            self.step(step, key)
            if self.desk.pending >= CHUNK and not self.strict:
                self.flush()
                progress(done, len(steps))
        self.finish()

    def rehearse(self, steps: list[Step], progress: Progress) -> None:
        """Takes all steps, and leaves everything on the desk."""
        for done, (step, key) in enumerate(zip(steps, self.look_up(steps), strict=True), 1):
            self.step(step, key)
            if done % _REHEARSED == 0:
                progress(done, len(steps))
        self.report.rejected.sort(key=lambda rejected: rejected.source.order())
        news = self.desk.pending - self._overhead
        self.report.events = self.desk.pending if news else 0

    def look_up(self, steps: list[Step]) -> list[bytes]:
        """The claim that each step makes when it is taken. Finds out in bulk which of them the ledger knows."""
        keys = [self._keys.row(step.part.encode() + b"\x00" + step.row.identity()) for step in steps]
        others = [self._keys.application_row(step.row.identity()) for step in steps if step.part == "apply"]
        if self.resumed:
            others += [self._rejected_key(step) for step in steps if step.part in ("row", "apply")]
        self._taken = self.desk.store.claims(keys + others)
        self._translator.foresee(steps)
        return keys

    def step(self, step: Step, taken_key: bytes) -> None:
        """Takes one step, turns its row away, or passes it over."""
        row, first = step.row, step.part in ("row", "apply")
        if taken_key in self._taken:
            if step.part == "apply" and (claim := self._taken.get(self._keys.application_row(row.identity()))):
                self._translator.remember(step, UUID(bytes=self._keys.read(claim)[1]))
            rows = self.report.taken if self._is_news(taken_key) else self.report.known
            rows[row.source.file] += first
            return
        if self.resumed and first and (claim := self._taken.get(self._rejected_key(step))):
            code, sentence, column = _rejection(self._keys.read(claim)[1])
            self.report.rejected.append(Rejected(row.source, code, sentence, column))
            return
        try:
            outcome = self._translator.take(step)
        except Refusal as refusal:
            if not first:
                raise  # a later step of an application that was taken in follows from what its first step checked
            self._reject(step, refusal)
            return
        if outcome is None:
            return
        self.report.taken[row.source.file] += first
        self.desk.claim(self._keys.bind(IntakeClaim.ROW, taken_key, None, self.pack_id.bytes))
        if step.part == "apply":
            key = self._keys.application_row(row.identity())
            self.desk.claim(self._keys.bind(IntakeClaim.APPLICATION, key, outcome.subject, outcome.stream.bytes))
        self._counted += 1

    def flush(self) -> None:
        """Records what was decided so far, or hands it over to be sealed and records what was handed over before."""
        first, self._flushed = not self._flushed, True
        if self._counted:
            self.desk.count(self.pack_id, self._counted)
            self._counted = 0
        command_id, salts, approvals = self._as_signed(first)
        desk, where = self.desk, (self.actors, self.pack_id, command_id)
        if self._sealing is None:
            self._add(desk.flush(*where, shuffle=True, salts=salts, approvals=approvals))
        else:
            self._add(desk.flush_behind(self._sealing, *where, salts=salts, approvals=approvals))

    def _as_signed(self, first: bool) -> tuple[bytes | None, Randomness | None, tuple[UUID, ...]]:
        """Command id, salts and approvals of a transaction: as foreseen for that of the pack's event, the first of all.

        That event is the first in it, and so gets the first of the salts.
        """
        if self._signed is None or not first:
            return None, None, ()
        if self.resumed:
            return None, None, self._signed.approvals
        return self._signed.command_id, seeded(self._signed.seed), self._signed.approvals

    def _add(self, appended: Appended | None) -> None:
        self._recorded += 0 if appended is None else appended.count

    def finish(self) -> None:
        """Records the rest; nothing at all if there was nothing new."""
        self.report.rejected.sort(key=lambda rejected: rejected.source.order())
        if self.strict and self.report.rejected:
            self.desk.discard()
            raise PackTurnedAway(self.report.rejected)
        if not self._flushed and self.desk.pending <= self._overhead:
            self.desk.discard()
            if not self._recorded:
                return
        else:
            self.flush()
            if self._sealing is not None:
                self._add(self.desk.settle(self._sealing))
        self.report.pack, self.report.events = self.pack_id, self._recorded

    def _is_news(self, taken_key: bytes) -> bool:
        """Whether a row that is there was taken in from this pack since the first attempt began."""
        begun_again = self._signed is not None and self._signed.counts_all and self._signed.pack_id == self.pack_id
        if not begun_again and (self._before is None or taken_key in self._before._taken):
            return False
        return self._keys.read(self._taken[taken_key])[1] == self.pack_id.bytes

    def _reject(self, step: Step, refusal: Refusal) -> None:
        row = step.row
        sentence = f"{row.source.file} line {row.source.line}: {refusal.message}"
        self.report.rejected.append(Rejected(row.source, refusal.code.value, sentence, ""))
        body = self.pack_id.bytes + cbor.encode([refusal.code.value, sentence, ""])
        self.desk.claim(self._keys.bind(IntakeClaim.REJECTED, self._rejected_key(step), None, body))
        self._counted += 1

    def _rejected_key(self, step: Step) -> bytes:
        return self._keys.row(b"turned-away\x00" + self.pack_id.bytes + step.row.identity())


def define(desk: Desk, definitions: Definitions, actors: Actors) -> None:
    """Organisations with their keys, programmes, policies, calendars and cohorts of a pack. Raises Refusal."""
    base = desk.base
    for item in definitions.organisations:
        uri = f"{base.url}/o/{item.code}"
        command = c.AccreditOrganisation(desk.new_id(), item.code, item.kind, item.name_zh, item.name_en, uri)
        desk.decide(command, actors)
    authorise_keys(desk, definitions, actors)
    for programme in definitions.programmes:
        rules = programme.rules
        desk.decide(
            c.PublishProgramme(
                desk.new_id(),
                rules.code,
                programme.name_zh,
                programme.name_en,
                rules.certified_by,
                rules.taught_by,
                rules.min_attendance,
                rules.max_attempts,
                rules.total_pass,
                rules.valid_years,
                rules.modules,
                rules.assessments,
            ),
            actors,
        )
    for policy in definitions.policies:
        desk.decide(c.PublishPolicy(desk.new_id(), policy), actors)
    adopt_calendars(desk, actors)
    for cohort in definitions.cohorts:
        days = (cohort.starts_on, cohort.ends_on, cohort.capacity)
        desk.decide(c.OpenCohort(desk.new_id(), cohort.code, cohort.programme, *days), actors)


def _public_names(pack: Pack) -> Iterator[tuple[str, PackFile]]:
    """Files by kind, and a number where there are several: what an office calls a file could name a person."""
    count: Counter[str] = Counter()
    for file in pack.files:
        count[file.kind] += 1
        yield (file.kind if count[file.kind] == 1 else f"{file.kind} {count[file.kind]}"), file


def _digest(pack: Pack) -> bytes:
    return sha256(cbor.encode([_told(file) for file in pack.files])).digest()


def _told(file: PackFile) -> list[object]:
    """What makes a file this one: read in another way, it is another."""
    told: list[object] = [file.name, file.sha256()]
    return told if file.is_as_named else [*told, file.kind, [list(pair) for pair in file.headings]]


def _organisations_with_keys(definitions: Definitions) -> set[str]:
    programmes = {code for item in definitions.programmes for code in (item.rules.certified_by, item.rules.taught_by)}
    return programmes | {policy.authority for policy in definitions.policies}


def _rejection(body: bytes) -> tuple[str, str, str]:
    parts = cbor.decode(body[16:])
    if type(parts) is not list or len(parts) != 3:
        raise Malformed("a rejected row's claim does not hold code, sentence and column")
    return parts[0], parts[1], parts[2]
