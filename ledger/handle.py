"""Load, fold, decide, seal, append: the one way by which anything gets into the log.

A `Desk` collects what commands decide and appends it in one batch, for a single command as for a thousand of an intake.
The trainee is the consistency boundary: all of a person's streams are folded into one dossier, and an append names the
revision of every dossier and cohort that it was decided on, and that of the base: its rules, keys and accounts.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Protocol, assert_never
from uuid import UUID

from ledger import commands as c
from ledger import concerns, permissions
from ledger.claims import ClaimKeys, claims_for
from ledger.consent import Consents
from ledger.deciders import approval, certificate, objection, person, title
from ledger.deciders import base as base_decider
from ledger.deciders.base import Base
from ledger.deciders.objection import Objection
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.seal import Circumstances, Draft, Prepared, Randomness, Sealed, Sealer, Unsigned
from ledger.signing import Keystore, Signer, held_elsewhere
from ledger.store import Appended, Batch, BoundaryMoved, Claim, ClaimTaken, Entry, RecordedBehind, Store
from ledger.vault import Vault
from verifier import kinds
from verifier.address import LINK_ID_BYTES, NUMBER_RANDOM_BYTES, new_link_id, new_number
from verifier.approvers import Approvers
from verifier.dossier import Application, Dossier
from verifier.events import Event, event_type
from verifier.kinds import AUTHORITY_KINDS, CERTIFYING_KINDS, SIGNED_KINDS, TEACHING_KINDS
from verifier.rules import policy_in_force
from verifier.staff import FOLLOWING_KINDS
from verifier.statuslist import LIST_LENGTH

Clock = Callable[[], int]
"""Milliseconds since 1970 UTC."""

_INDICES_DRAWN = 24
"""Places in the status list that are drawn and looked up together."""

_TIME_STEP = 1000
"""Recorded times are whole seconds: of many who record at once, each would else find that another, later by its clock,
had been recorded before it, and have to seal again."""

_ADDITIONS = (
    kinds.PackTakenIn,
    kinds.DisclosureMade,
    kinds.CohortOpened,
    kinds.ProgrammePublished,
    kinds.KeyAuthorised,
    kinds.AccountOpened,
)
"""What may come to the base without a change to anything that was decided before it came."""

TITLE_PREFIXES = {"assistant-engineer": "AENG", "engineer": "ENG"}
"""First part of the number of a title's certificate."""


def system_clock() -> int:
    """The machine's clock."""
    return time.time_ns() // 1_000_000


def moment_of(clock: Clock) -> datetime:
    """What a clock says now, in UTC."""
    return datetime.fromtimestamp(clock() / 1000, UTC)


@dataclass(slots=True)
class _Work:
    """What has been decided on and is not yet recorded."""

    drafts: list[Draft] = field(default_factory=list)
    claims: dict[bytes, Claim] = field(default_factory=dict)
    streams: list[tuple[UUID, UUID]] = field(default_factory=list)
    boundaries: dict[UUID, tuple[int, int]] = field(default_factory=dict)
    """Revision read and revision to write."""
    erases: list[UUID] = field(default_factory=list)
    approvers: Approvers | None = None
    """The passkeys before this work, where it changes them."""
    lost: set[UUID] = field(default_factory=set)
    """Streams of the accounts of which a passkey was lost."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """Work taken off the desk to be recorded: its drafts in the order in which they will be logged."""

    work: _Work
    drafts: list[Draft]
    shared: Circumstances
    salts: bytes
    """Also for sealing again, so that what was approved stays what is recorded."""


class Background(Protocol):
    """Does the second half of sealing somewhere else, one batch at a time."""

    def start(self, prepared: Sequence[Prepared], shared: Circumstances, salts: bytes) -> None:
        """Hands a batch over."""
        ...

    def finish(self) -> list[Sealed]:
        """Waits for the batch handed over and returns it sealed, in its order."""
        ...


def fold_base(store: Store, vault: Vault, log_id: UUID) -> Base:
    """The base as it is recorded now. Raises StoreCorrupt."""
    base = Base(log_id)
    for recorded in store.dossier(log_id):
        base.evolve(vault.read(recorded)[1])
    return base


class Desk:
    """Decides commands and records what comes of them. Not shared between threads."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        keystore: Keystore,
        claim_keys: ClaimKeys,
        log_id: UUID,
        clock: Clock = system_clock,
        randomness: Randomness = os.urandom,
        base: Base | None = None,
        signatures: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """`base` is one that others use too: then no command about the base may be decided here. Without it the desk
        folds its own.

        `signatures`: of organisations that hold their own key, by what is signed. Without it their events are refused.
        """
        self._signatures = signatures
        self.store, self.vault, self.keystore, self.claim_keys = store, vault, keystore, claim_keys
        self.base = fold_base(store, vault, log_id) if base is None else base
        self._shares_base = base is not None
        self._clock, self.randomness = clock, randomness
        self._sealer = Sealer(vault, lambda code: self.base.organisations[code].uri, randomness)
        self._consents = Consents(store)
        self._dossiers: dict[UUID, Dossier] = {}
        self._revisions: dict[UUID, int] = {}
        self._foreseen: dict[bytes, Claim | None] = {}
        self._free_indices: list[int] = []
        self._drawn_indices: set[int] = set()
        self._signers: dict[tuple[str, str], Signer] = {}
        self._work = _Work()
        self._behind: _Taken | None = None
        """Handed over to be sealed elsewhere, and not yet recorded."""
        self._last_time = 0
        self._revisions[log_id] = sum(self.base.versions.values())

    # --- asking -----------------------------------------------------------------------------------------------------

    def dossier(self, trainee: UUID) -> Dossier:
        """Everything known of a person, folded from the person's streams."""
        dossier = self._dossiers.get(trainee)
        if dossier is None:
            dossier = Dossier(trainee)
            for recorded in self.store.dossier(trainee):
                dossier.evolve(self.vault.read(recorded)[1])
            self._dossiers[trainee] = dossier
            self._revisions[trainee] = sum(dossier.versions.values())
            if not dossier.versions:  # of an erased person nothing leads to the streams any more
                self._revisions[trainee] = self.store.boundary(trainee.bytes)
                dossier.erased = self._revisions[trainee] > 0
        return dossier

    def find_trainee(self, trainee_no: str) -> UUID | None:
        """The trainee of a number."""
        return self._claimed(self.claim_keys.trainee_no(trainee_no))

    def is_taken(self, key: bytes) -> bool:
        """Whether a claim is there or about to be."""
        return self._claimed(key) is not None

    def foresee(self, keys: Iterable[bytes]) -> None:
        """Asks the store about many claims at once; questions about them are answered from memory from then on."""
        asked = list(keys)
        found = self.store.claims(asked)
        self._foreseen.update((key, found.get(key)) for key in asked)

    def places_taken(self, cohort: str) -> int:
        """Enrolments in a cohort so far: a withdrawal frees no place."""
        stream = self.base.cohorts.get(cohort)
        return 0 if stream is None else self._revision(stream)

    def objection(self, stream: UUID) -> Objection | None:
        """An objection that was lodged by the form; None where there is none."""
        return objection.fold_objection(self.vault.read(recorded)[1] for recorded in self.store.stream(stream))

    def objections_to(self, application: UUID) -> list[kinds.ObjectionLodged]:
        """The objections that were lodged by the form against an application, but for those that are erased."""
        keys = [self.claim_keys.objection_to(application, n + 1) for n in range(self._revision(application))]
        found = self.store.claims(keys) if keys else {}
        lodged = (self.objection(UUID(bytes=found[key].value)) for key in keys if key in found)
        return [item.event for item in lodged if item is not None and item.event is not None]

    def application_of(self, lodged: kinds.ObjectionLodged) -> Application | None:
        """The application that an objection is about; None where the applicant's data are erased."""
        assert isinstance(lodged.application, UUID)
        owners = (recorded.subject for recorded in self.store.stream(lodged.application))
        owner = next((owner for owner in owners if owner is not None), None)
        return None if owner is None else self.dossier(owner).applications.get(lodged.application)

    def new_id(self) -> UUID:
        """A random stream id (RFC 9562 version 4)."""
        return UUID(bytes=self.randomness(16), version=4)

    def new_person(self) -> UUID:
        """The id of a person about to be registered: as it is new, nothing needs to be read about it."""
        person = self.new_id()
        self._dossiers[person], self._revisions[person] = Dossier(person), 0
        return person

    def draw(self, prefix: str, year: int) -> c.Drawn:
        """Everything that is drawn at random for an award. The status index is free at this moment."""
        return c.Drawn(
            self.new_id(),
            new_number(prefix, year, self.randomness(NUMBER_RANDOM_BYTES)),
            new_link_id(self.randomness(LINK_ID_BYTES)),
            self.draw_status_index(),
        )

    def draw_status_index(self) -> int:
        """A random free place in the status list; in the next list where this one is all but full (FORMATS §6).

        Several are drawn at once: looking each up alone costs more than everything else about an award.
        """
        number = 0
        while not self._free_indices:
            drawn = [int.from_bytes(self.randomness(4), "big") % LIST_LENGTH for _ in range(_INDICES_DRAWN)]
            keys = {self.claim_keys.status_index(index): index for index in (number * LIST_LENGTH + n for n in drawn)}
            taken = self.store.claims(keys)
            free = [index for key, index in keys.items() if key not in taken and self._pending_claim(key) is None]
            # One desk draws none twice: what a passkey or an organisation signed cannot be drawn anew.
            self._free_indices, number = [index for index in free if index not in self._drawn_indices], number + 1
        self._drawn_indices.add(index := self._free_indices.pop())
        return index

    # --- deciding ---------------------------------------------------------------------------------------------------

    def decide(self, command: c.Command, actors: Actors) -> list[Event]:
        """Decides a command on what is recorded and what is about to be. Raises Refusal: then nothing is changed."""
        if isinstance(command, c.BaseCommand):
            if isinstance(command, c.ReportKeyCompromised) and not 0 <= command.as_of <= self.store.head().size:
                raise Refusal(Code.BAD_NUMBER, f"{command.as_of} is no index of this log")
            events = base_decider.decide(command, self.base)
            own = permissions.is_own_passkey(command, actors, self.base.approvers)
            if not own or actors.proposer not in self.base.accounts:
                self._check(events, actors)
            signers = [self._signer(self._issuer_of_definition(event), event) for event in events]
            if not own:
                self._check_organisations(events, signers, actors)
            if events and isinstance(command, c.RegisterPasskey | c.RemovePasskey):
                self._keep_passkeys(command)
            for event, signer in zip(events, signers, strict=True):
                self.base.evolve(event)
                self._signers.clear()
                self._draft(event, self.base.versions[event.stream_id], self.base.log_id, signer)
            return events
        if isinstance(command, c.ObjectionCommand):
            return self._decide_objection(command, actors)
        if isinstance(command, c.SignApproval):
            return self._decide_approval(command, actors)
        dossier = self.dossier(command.trainee)
        events = self._decide_person(command, dossier)
        self._check(events, actors)
        claims = [claim for event in events for claim in claims_for(self.claim_keys, event, command.trainee)]
        # Other claims follow from the dossier that was decided on; the store looks at them once more when it appends.
        if isinstance(command, c.RegisterTrainee) and any(self.is_taken(claim.key) for claim in claims):
            raise Refusal(Code.DUPLICATE_TRAINEE, "the trainee number or the identity document is there already")
        # All keys before the first event is taken in: a refusal for want of one leaves nothing half decided.
        signers = [self._signer(self._issuer(event, command, dossier), event) for event in events]
        concerned = partial(concerns.of_command, command, dossier, self.base.catalogue)
        follows = isinstance(command, c.ApplyForTitle)
        self._check_organisations(events, signers, actors, concerned, follows=follows)
        for event, signer in zip(events, signers, strict=True):
            dossier.evolve(event)
            self._draft(event, dossier.versions[event.stream_id], command.trainee, signer)
            if isinstance(event, kinds.EnrolmentMade) and isinstance(event.cohort, str):
                self._touch(self.base.cohorts[event.cohort])
        self._work.claims.update({claim.key: claim for claim in claims})
        if isinstance(command, c.EraseTrainee):
            self._work.erases.append(command.trainee)
        return events

    def found(self, events: Sequence[Event], root: Signer) -> None:
        """Drafts the first events of a log, which nobody could be entitled to yet: the root key signs them."""
        for event in events:
            self.base.evolve(event)
            self._draft(event, self.base.versions[event.stream_id], self.base.log_id, root)

    def again(self) -> Desk:
        """Another desk of the same ledger, on what is recorded now."""
        parts = (self.store, self.vault, self.keystore, self.claim_keys, self.base.log_id)
        return Desk(*parts, self._clock, self.randomness)

    def discard(self) -> None:
        """Forgets what was decided on and not recorded. Then the desk is of no use any more."""
        self._work, self._behind = _Work(), None

    def claim(self, claim: Claim) -> None:
        """Adds a claim of the caller's own to what is about to be recorded."""
        self._work.claims[claim.key] = claim

    def count(self, boundary: UUID, by: int = 1) -> None:
        """Raises the revision of a boundary with what is about to be recorded."""
        self._touch(boundary, by)

    @property
    def pending(self) -> int:
        """How many events are decided on and neither recorded nor handed over."""
        return len(self._work.drafts)

    # --- recording --------------------------------------------------------------------------------------------------

    def foreseen(
        self, actors: Actors, command_id: bytes, salts: Randomness, pack: UUID | None = None
    ) -> list[tuple[Event, bytes]]:
        """Of what was decided on and is not recorded: the events that a passkey signs, each with its approved digest.

        A `flush` with the same arguments records just these. `salts` is `seal.seeded` of a seed, made anew for each.
        """
        drafts = self._work.drafts
        shared = Circumstances(command_id, 0, actors.proposer, actors.approver, pack)
        digests = self._sealer.foreseen(drafts, shared, self._sealer.draw(drafts, salts))
        both = zip((draft.event for draft in drafts), digests, strict=True)
        return [(event, digest) for event, digest in both if event_type(event).kind in SIGNED_KINDS]

    def unsigned(self, actors: Actors, command_id: bytes, recorded_at: int, salts: Randomness) -> list[Unsigned]:
        """Of what was decided on and is not recorded: the statements, as they have to be signed to be recorded then."""
        drafts = self._work.drafts
        shared = Circumstances(command_id, recorded_at, actors.proposer, actors.approver)
        return self._sealer.unsigned(drafts, shared, self._sealer.draw(drafts, salts))

    def flush(
        self,
        actors: Actors,
        pack: UUID | None = None,
        command_id: bytes | None = None,
        shuffle: bool = False,
        *,
        salts: Randomness | None = None,
        approvals: Sequence[UUID] = (),
    ) -> Appended | None:
        """Records all that was decided on, in one transaction; None if there was nothing.

        With `shuffle` the order between streams is random, each stream's own order kept: in a bulk intake, neighbours
        in the log would otherwise tell which certificate belongs to which enrolment.

        `salts` are those by which it was foreseen what an approver signs; `approvals` are the streams of what was
        signed, and hold for whatever this desk records from now on.

        Raises StoreError when somebody else changed what this was decided on, Refusal `not-signed` where the approver's
        passkey did not sign; then the desk is of no use any more.
        """
        self._consents.give(approvals, self.base.approvers if self._work.approvers is None else self._work.approvers)
        taken = self._take(actors, pack, command_id, shuffle, salts)
        if taken is None:
            return None
        return self._record(taken, self._sealer.seal(taken.drafts, taken.shared, taken.salts))

    def flush_behind(
        self,
        background: Background,
        actors: Actors,
        pack: UUID | None = None,
        command_id: bytes | None = None,
        *,
        salts: Randomness | None = None,
        approvals: Sequence[UUID] = (),
    ) -> Appended | None:
        """As a shuffled `flush`, but sealed elsewhere meanwhile: what is recorded now, and returned, is what was
        handed over the time before. `settle` records the last.
        """
        self._consents.give(approvals, self.base.approvers)
        before = self._behind
        sealed = [] if before is None else background.finish()
        self._behind = self._take(actors, pack, command_id, True, salts)
        if self._behind is not None:
            handed = self._behind
            prepared, drawn = self._sealer.prepare(handed.drafts, handed.shared, handed.salts)
            background.start(prepared, handed.shared, drawn)
        return None if before is None else self._record(before, self._sealer.entries(before.drafts, sealed))

    def settle(self, background: Background) -> Appended | None:
        """Records what `flush_behind` handed over last; None if there was nothing."""
        before, self._behind = self._behind, None
        if before is None:
            return None
        return self._record(before, self._sealer.entries(before.drafts, background.finish()))

    def execute(self, command: c.Command, actors: Actors, command_id: bytes | None = None) -> list[Event]:
        """Decides one command and records it. Raises Refusal."""
        events = self.decide(command, actors)
        try:
            self.flush(actors, command_id=command_id)
        except ClaimTaken:
            raise taken_already(events) from None
        return events

    # --- inside -----------------------------------------------------------------------------------------------------

    def _take(
        self,
        actors: Actors,
        pack: UUID | None,
        command_id: bytes | None,
        shuffle: bool,
        salts: Randomness | None = None,
    ) -> _Taken | None:
        work, self._work = self._work, _Work()
        if not work.drafts and not work.claims:
            return None
        command_id = command_id or self.randomness(16)
        drafts = self._shuffled(work.drafts) if shuffle else work.drafts
        if drafts:
            revision = self._revisions[self.base.log_id]
            work.boundaries.setdefault(self.base.log_id, (revision, revision))
        shared = Circumstances(command_id, self._now(), actors.proposer, actors.approver, pack)
        return _Taken(work, drafts, shared, self._sealer.draw(drafts, salts))

    def _record(self, taken: _Taken, entries: list[Entry]) -> Appended:
        shared = taken.shared
        self._check_consent(taken, entries)
        while True:
            try:
                return self._append(taken.work, shared, entries)
            except RecordedBehind as behind:  # somebody recorded meanwhile: seal again, with a time that is not before
                self._last_time = behind.last
                shared = replace(shared, recorded_at=self._now())
                entries = self._sealer.seal(taken.drafts, shared, taken.salts)
            except BoundaryMoved as moved:
                if moved.boundary != self.base.log_id.bytes or not self._goes_on(taken.work):
                    raise

    def _check_consent(self, taken: _Taken, entries: list[Entry]) -> None:
        """Where nobody concerned has a passkey there is nothing to ask."""
        work, shared = taken.work, taken.shared
        before = self.base.approvers if work.approvers is None else work.approvers
        if work.approvers is None and not before.of(shared.approver or ""):
            return
        if shared.pack is not None:
            self._consents.resume(shared.pack, before)
        self._consents.check(entries, before, work.lost)

    def _goes_on(self, work: _Work) -> bool:
        """Whether work stands although others recorded something about the base meanwhile; the desk then knows it."""
        log_id = self.base.log_id
        read, write = work.boundaries[log_id]
        unrecorded = [*self._work.drafts, *(() if self._behind is None else self._behind.drafts)]
        if self._shares_base or read != write or any(draft.subject == log_id for draft in unrecorded):
            return False
        known = sum(self.base.versions.values())
        news = [self.vault.read(recorded)[1] for recorded in self.store.dossier(log_id)][known:]
        if known + len(news) == read or not all(isinstance(event, _ADDITIONS) for event in news):
            return False
        for event in news:
            self.base.evolve(event)
        self._revisions[log_id] = known + len(news)
        work.boundaries[log_id] = (known + len(news),) * 2
        return True

    def _append(self, work: _Work, shared: Circumstances, entries: list[Entry]) -> Appended:
        batch = Batch(
            shared.command_id,
            entries,
            list(work.claims.values()),
            {boundary.bytes: revisions for boundary, revisions in work.boundaries.items()},
            work.streams,
            work.erases,
            shared.recorded_at,
        )
        appended = self.store.append(batch)
        self._foreseen.update((key, claim) for key, claim in work.claims.items() if key in self._foreseen)
        for subject in work.erases:
            self.vault.forget(subject)
            self._dossiers.pop(subject, None)
            self._foreseen.clear()
        return appended

    def _decide_person(self, command: c.PersonCommand, dossier: Dossier) -> list[Event]:
        catalogue, organisations = self.base.catalogue, self.base.organisations
        match command:
            case c.RecordAttendance():
                return person.record_attendance(command, dossier, catalogue)
            case c.RecordResult():
                return person.record_result(command, dossier, catalogue)
            case c.RegisterTrainee():
                return person.register(command, dossier, organisations)
            case c.Enrol():
                return person.enrol(command, dossier, catalogue, self.places_taken(command.cohort))
            case c.AmendResult():
                return person.amend_result(command, dossier, catalogue)
            case c.Withdraw():
                return person.withdraw(command, dossier, catalogue)
            case c.ChangeName():
                return person.change_name(command, dossier)
            case c.AmendDetails():
                return person.amend_details(command, dossier, organisations)
            case c.EraseTrainee():
                return person.erase(command, dossier)
            case c.AttachEvidence():
                return person.attach_evidence(command, dossier)
            case c.RequestCertification():
                return certificate.request(command, dossier, catalogue)
            case c.SuspendCertificate():
                return certificate.suspend(command, dossier)
            case c.ReinstateCertificate():
                return certificate.reinstate(command, dossier)
            case c.RevokeCertificate():
                return certificate.revoke(command, dossier, catalogue)
            case c.CorrectCertificate():
                return certificate.correct(command, dossier)
            case c.ApplyForTitle():
                return title.apply(command, dossier, catalogue, organisations)
            case c.RecordPanel():
                return title.record_panel(command, dossier, catalogue)
            case c.PostNotice():
                return title.post_notice(command, dossier, catalogue)
            case c.RaiseObjection():
                return title.raise_objection(command, dossier, catalogue)
            case c.ResolveObjection():
                return title.resolve_objection(command, dossier, catalogue, self._lodged(command.application))
            case c.DecideApplication():
                return title.decide(command, dossier, catalogue, self._lodged(command.application))
            case c.RevokeTitle():
                return title.revoke(command, dossier)
            case c.CorrectTitle():
                return title.correct(command, dossier)
            case _:
                assert_never(command)

    def _decide_objection(self, command: c.ObjectionCommand, actors: Actors) -> list[Event]:
        catalogue = self.base.catalogue
        if isinstance(command, c.LodgeObjection):
            dossier = self.dossier(command.trainee)
            events = objection.lodge(command, dossier, catalogue, self._revision(command.application))
        else:
            there = self.objection(command.objection)
            lodged = None if there is None else there.event
            application = None if lodged is None else self.application_of(lodged)
            events = objection.erase(command, there, application, catalogue)
        self._check(events, actors)
        signers = [self._signer(self.base.code, event) for event in events]
        self._check_organisations(events, signers, actors)
        if isinstance(command, c.LodgeObjection):
            # Decided on this dossier, and on so many objections: a decision that is made meanwhile does not hold.
            self._touch(command.trainee, 0)
            self._touch(command.application)
        else:
            self._work.erases.append(command.objection)
        for event, signer in zip(events, signers, strict=True):
            self._draft(event, self._revision(command.objection) + 1, command.objection, signer)
            claims = claims_for(self.claim_keys, event, command.objection)
            self._work.claims.update({claim.key: claim for claim in claims})
        return events

    def _decide_approval(self, command: c.SignApproval, actors: Actors) -> list[Event]:
        events = approval.sign(command, self.base, actors.proposer, self._revision(command.approval_id) > 0)
        self._check(events, actors)
        for event in events:
            self._draft(event, 1, command.approval_id, self._signer(self.base.code, event))
        return events

    def _keep_passkeys(self, command: c.RegisterPasskey | c.RemovePasskey) -> None:
        """Remembers what they were, for the question whether they consented to the change."""
        if self._work.approvers is None:
            self._work.approvers = deepcopy(self.base.approvers)
        if isinstance(command, c.RemovePasskey) and command.lost:
            self._work.lost.add(self.base.account_streams[command.pseudonym])

    def _lodged(self, application: UUID) -> list[kinds.ObjectionLodged]:
        """What was lodged against an application that is decided on now: one more, and the decision does not hold."""
        self._touch(application, 0)
        return self.objections_to(application)

    def _issuer_of_definition(self, event: Event) -> str:
        return event.authority if isinstance(event, kinds.NoticeTermsSet) else self.base.code

    def _check(self, events: Sequence[Event], actors: Actors) -> None:
        for kind in {event_type(event).kind for event in events}:
            permissions.check(kind, actors, self.base.accounts)

    def _check_organisations(
        self,
        events: Sequence[Event],
        signers: Sequence[Signer],
        actors: Actors,
        concerned: Callable[[], Collection[str]] = frozenset,
        *,
        follows: bool = False,
    ) -> None:
        """`follows`: whether the command files an application, of which by rule more follows."""
        for event, signer in zip(events, signers, strict=True):
            kind, signing = event_type(event).kind, signer.organisation
            held = signer.custody == "base" or (follows and kind in FOLLOWING_KINDS)
            holder = self.base.code if held else signing
            permissions.check_organisation(kind, actors, self.base.account_organisations, signing, holder, concerned)

    def _issuer(self, event: Event, command: c.PersonCommand, dossier: Dossier) -> str:
        """The organisation that records an event (DOMAIN.md, Control)."""
        kind = event_type(event).kind
        if kind in TEACHING_KINDS or kind in CERTIFYING_KINDS:
            cohort = _cohort_of(event, command, dossier)
            programme = self.base.catalogue.programme_of(self.base.catalogue.cohorts[cohort])
            return programme.taught_by if kind in TEACHING_KINDS else programme.certified_by
        if kind in AUTHORITY_KINDS:
            return self._authority_of(event, dossier)
        return self.base.code

    def _authority_of(self, event: Event, dossier: Dossier) -> str:
        """The authority of the policy that an application or title is decided under, else of the one in force that day;
        before the first edition, its.
        """
        edition = getattr(event, "policy", None)
        if not isinstance(edition, str):
            application = dossier.applications.get(event.stream_id)
            granted = dossier.titles.get(event.stream_id)
            edition = application.policy if application else granted.event.policy if granted else None
        if isinstance(edition, str):
            return self.base.catalogue.policy(edition).authority
        policies = self.base.catalogue.policies
        if not policies:
            raise Refusal(Code.NO_POLICY, "no policy for titles was ever published")
        on = event.ended_on if isinstance(event, kinds.ApplicationRefused) else None
        in_force = policy_in_force(policies, on) if isinstance(on, date) else None
        return (in_force or min(policies, key=lambda policy: policy.effective_from)).authority

    def _signer(self, organisation: str, event: Event) -> Signer:
        kind = event_type(event).kind
        signer = self._signers.get((organisation, kind))
        if signer is None:
            signer = self._signers[organisation, kind] = self._new_signer(organisation, kind)
        return signer

    def _new_signer(self, organisation: str, kind: str) -> Signer:
        own = self.base.own_key(organisation, kind)
        if own is None:
            return self.keystore.signer(organisation, kind, self.base.keys)
        if self._signatures is None:
            raise Refusal(Code.SIGNS_ITSELF, f"{organisation} signs {kind} with a key of its own")
        return held_elsewhere(own.public_key, organisation, own.kinds, self._signatures)

    def _draft(self, event: Event, version: int, subject: UUID, signer: Signer) -> None:
        if version == 1:
            self._work.streams.append((subject, event.stream_id))
        self._work.drafts.append(Draft(event, version, subject, signer))
        self._touch(subject)

    def _touch(self, boundary: UUID, by: int = 1) -> None:
        read, now = self._work.boundaries.get(boundary) or (self._revision(boundary),) * 2
        self._work.boundaries[boundary] = (read, now + by)
        self._revisions[boundary] = now + by

    def _revision(self, boundary: UUID) -> int:
        if boundary not in self._revisions:
            self._revisions[boundary] = self.store.boundary(boundary.bytes)
        return self._revisions[boundary]

    def _claimed(self, key: bytes) -> UUID | None:
        claim = self._pending_claim(key)
        if claim is None:
            claim = self._foreseen[key] if key in self._foreseen else self.store.claim(key)
        return None if claim is None else UUID(bytes=claim.value)

    def _pending_claim(self, key: bytes) -> Claim | None:
        claim = self._work.claims.get(key)
        if claim is None and self._behind is not None:
            claim = self._behind.work.claims.get(key)
        return claim

    def _shuffled(self, drafts: list[Draft]) -> list[Draft]:
        # What the base says of itself comes first and in order: keys and programmes before what relies on them.
        own = [draft for draft in drafts if draft.subject == self.base.log_id]
        drafts = [draft for draft in drafts if draft.subject != self.base.log_id]
        order = [draft.event.stream_id for draft in drafts]
        random.Random(self.randomness(32)).shuffle(order)
        queues: dict[UUID, list[Draft]] = {}
        for draft in reversed(drafts):
            queues.setdefault(draft.event.stream_id, []).append(draft)
        return own + [queues[stream].pop() for stream in order]

    def _now(self) -> int:
        """The clock, but never back; the store says where others were ahead of it (FORMATS §1)."""
        self._last_time = max(self._last_time, self._clock() // _TIME_STEP * _TIME_STEP)
        return self._last_time


_TAKEN: dict[type, Code] = {
    kinds.TraineeRegistered: Code.DUPLICATE_TRAINEE,
    kinds.EnrolmentMade: Code.ALREADY_ENROLLED,
    kinds.CertificateAwarded: Code.WRONG_STEP,
    kinds.TitleGranted: Code.WRONG_STEP,
}


def taken_already(events: Sequence[Event]) -> Refusal:
    """The refusal of events of which a claim turned out to be taken."""
    return Refusal(_TAKEN.get(type(events[0]), Code.DUPLICATE_TRAINEE), "somebody was quicker")


def _cohort_of(event: Event, command: c.PersonCommand, dossier: Dossier) -> str:
    """The cohort whose programme an event about an enrolment or a certificate belongs to."""
    cohort = getattr(command, "cohort", None)
    if not isinstance(cohort, str):
        cohort = dossier.certificates[getattr(command, "certificate")].event.cohort  # noqa: B009
    if not isinstance(cohort, str):
        raise Refusal(Code.ERASED, f"the cohort of this {event_type(event).kind} is erased")
    return cohort
