"""What fsck knows of the ledger after reading the log once: the measure for every other table."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ledger.claims import ClaimKeys, IntakeClaim, claims_for
from ledger.store import Claim
from verifier import kinds
from verifier.audit.approvals import Approvals
from verifier.authority import Authority
from verifier.awards import AWARD_TYPES
from verifier.catalogue import Catalogue
from verifier.events import Event
from verifier.statement import Statement
from verifier.trust import from_log


@dataclass(slots=True)
class Public:
    """What is published of the log as of a size."""

    size: int
    authority: Authority
    awards: list[tuple[int, Statement]]
    trust_file: str


@dataclass(slots=True)
class Facts:
    """Facts out of the statements themselves, and out of the personal values that open and match them."""

    owners: dict[UUID, UUID]
    """Whose stream it is, as the table `streams` says."""
    leaves: list[bytes] = field(default_factory=list)
    """Recomputed from the statements."""
    stream_of: list[UUID] = field(default_factory=list)
    """Stream of each entry."""
    command_of: list[bytes] = field(default_factory=list)
    """Each entry's command as its statement shows it, blinded by its stream; empty where it cannot be read."""
    versions: Counter[UUID] = field(default_factory=Counter)
    sealed_subjects: dict[UUID, set[UUID]] = field(default_factory=dict)
    """By stream: whose data keys sealed its values."""
    authority: Authority = field(default_factory=Authority)
    approvals: Approvals = field(default_factory=Approvals)
    catalogue: Catalogue = field(default_factory=Catalogue)
    award_entries: list[tuple[int, Statement]] = field(default_factory=list)
    claims: dict[bytes, Claim] = field(default_factory=dict)
    """Every claim that an event made and whose values are still there."""
    enrolled: Counter[str] = field(default_factory=Counter)
    """By cohort."""
    enrolled_unknown: int = 0
    """Enrolments of the erased: in which cohort is not known any more."""
    cohorts: dict[str, UUID] = field(default_factory=dict)
    packs: set[UUID] = field(default_factory=set)
    applications: set[UUID] = field(default_factory=set)
    under: dict[UUID, str] = field(default_factory=dict)
    """By application, where its values are still there: edition of the policy that it is decided under."""
    posted: dict[UUID, date] = field(default_factory=dict)
    """By application, likewise: the day on which its notice was posted."""
    lodged: list[tuple[int, UUID, UUID, date]] = field(default_factory=list)
    """Of each objection whose values are still there: index, stream, application, day."""
    lodged_unknown: int = 0
    """Objections of the erased: to which application is not known any more."""
    filed: set[UUID] = field(default_factory=set)
    """Applications that came with a pack, of people who are not erased."""
    found_again: set[UUID] = field(default_factory=set)
    """Applications that a claim of an intake names."""
    settled: Counter[tuple[IntakeClaim, UUID]] = field(default_factory=Counter)
    """Claims of intakes, by what they claim and pack."""
    recorded_at: int = 0
    """Recorded time of the last entry."""
    erased: set[UUID] = field(default_factory=set)
    """People whose erasure the log records."""
    published: Public | None = None
    """What the log gives to publish as of its signed head."""

    def take_in(self, index: int, statement: Statement, event: Event, keys: ClaimKeys) -> None:
        """Takes in one event, with the personal values that are still there."""
        self.catalogue.evolve(event)
        if statement.type in AWARD_TYPES:
            self.award_entries.append((index, statement))
        owner = self.owners.get(statement.stream_id, statement.stream_id)
        self.claims.update({claim.key: claim for claim in claims_for(keys, event, owner)})
        match event:
            case kinds.ApplicationFiled():
                self.applications.add(statement.stream_id)
                if statement.record.envelope.pack and statement.stream_id in self.owners:
                    self.filed.add(statement.stream_id)
            case kinds.ApplicationFoundEligible(policy=str(policy)):
                self.under[event.application_id] = policy
            case kinds.CohortOpened():
                self.cohorts[event.code] = event.cohort_id
            case kinds.PackTakenIn():
                self.packs.add(event.pack_id)
            case kinds.TraineeErased() | kinds.ObjectionErased():
                self.erased.add(event.stream_id)
            case kinds.NoticePosted(posted_on=date() as posted_on):
                self.posted[event.application_id] = posted_on
            case kinds.ObjectionLodged(application=UUID() as application, lodged_on=date() as lodged_on):
                self.lodged.append((index, event.objection_id, application, lodged_on))
            case kinds.ObjectionLodged():
                self.lodged_unknown += 1
            case kinds.EnrolmentMade(cohort=str(cohort)):
                self.enrolled[cohort] += 1
            case kinds.EnrolmentMade():
                self.enrolled_unknown += 1
            case _:
                pass

    def mark_published(self, size: int) -> None:
        """Keeps what is to be published as of the entries taken in so far."""
        if self.authority.log_keys(kinds.CHECKPOINT_KIND):
            trust_file = from_log(self.authority, self.catalogue.named_programmes(), size)
            self.published = Public(size, deepcopy(self.authority), list(self.award_entries), trust_file)


def uuid_of(value: Any) -> UUID:
    """A stream or a person out of a column of 16 bytes."""
    return UUID(bytes=bytes(value))
