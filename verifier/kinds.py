"""Every event of the ledger (DOMAIN.md), each type under its permanent wire name.

What is public is the short list of FORMATS §1; everything else, references between streams included, is personal and
stands in the log as a salted hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from verifier.events import EVENTS, Event, Personal, Printed, Public, Stream, event
from verifier.rules import Assessment, Module, Route

# --- the log, its organisations, keys and staff ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GenesisKey:
    """A key that the genesis names."""

    public_key: bytes
    custody: str
    kinds: tuple[str, ...]


@event("log.started/1")
class LogStarted(Event):
    """Entry 0, the genesis: the log's origin, the base that runs it, its root key and the log's own keys."""

    log_id: Stream
    origin: Public[str]
    url: Public[str]
    code: Public[str]
    name_zh: Public[str]
    name_en: Public[str]
    uri: Public[str]
    keys: Public[tuple[GenesisKey, ...]]


@event("base.moved/1")
class BaseMoved(Event):
    """The base's pages and its published log are from here on at another address; the log stays the one it is."""

    log_id: Stream
    url: Public[str]


@event("organisation.accredited/1")
class OrganisationAccredited(Event):
    """The base accredited an organisation, or gave its particulars anew."""

    organisation_id: Stream
    code: Public[str]
    kind: Public[str]
    name_zh: Public[str]
    name_en: Public[str]
    uri: Public[str]


@event("key.authorised/1")
class KeyAuthorised(Event):
    """A key may from here on sign the named kinds of event for an organisation. Custody says who holds it."""

    organisation_id: Stream
    organisation: Public[str]
    public_key: Public[bytes]
    kinds: Public[tuple[str, ...]]
    custody: Public[str]


@event("key.retired/1")
class KeyRetired(Event):
    """A key signs nothing more from here on; what it signed before stays good."""

    organisation_id: Stream
    kid: Public[bytes]


@event("key.compromised/1")
class KeyCompromised(Event):
    """A key was in wrong hands as of an index: whatever it signed at that index or later is disowned."""

    organisation_id: Stream
    kid: Public[bytes]
    as_of: Public[int]


@event("account.opened/1")
class AccountOpened(Event):
    """A member of staff got an account. The log knows its pseudonym, organisation and roles only."""

    account_id: Stream
    pseudonym: Public[str]
    organisation: Public[str]
    roles: Public[tuple[str, ...]]


@event("account.closed/1")
class AccountClosed(Event):
    """An account acts no more."""

    account_id: Stream
    pseudonym: Public[str]


@event("passkey.registered/1")
class PasskeyRegistered(Event):
    """An account got a passkey: from here on whoever acts under it approves by that passkey's signature."""

    account_id: Stream
    pseudonym: Public[str]
    public_key: Public[bytes]
    """A COSE_Key in its one encoding (`verifier/passkey.py`)."""
    rp_id: Public[str]
    """The domain that the passkey is for (W3C WebAuthn Level 2 §4, relying party identifier)."""


@event("passkey.removed/1")
class PasskeyRemoved(Event):
    """A passkey signs no approvals any more; what it signed and what is not recorded by now is void."""

    account_id: Stream
    pseudonym: Public[str]
    passkey: Public[bytes]
    """COSE Key Thumbprint (RFC 9679, SHA-256)."""


@event("approval.signed/1")
class ApprovalSigned(Event):
    """An approver's passkey signed what the approver approves, before it is recorded."""

    approval_id: Stream
    approver: Public[str]
    passkey: Public[bytes]
    """COSE Key Thumbprint (RFC 9679, SHA-256)."""
    digests: Public[tuple[bytes, ...]]
    """Of each event that is approved (`record.approved_digest`), in the order in which they were signed."""
    authenticator_data: Public[bytes]
    client_data: Public[bytes]
    """The bytes of the client data's JSON, as the browser gave them."""
    signature: Public[bytes]


@event("witnesses.set/1")
class WitnessesSet(Event):
    """The base named the witnesses of this log, and how many of them must have cosigned a checkpoint."""

    log_id: Stream
    policy: Public[str]
    """Lines of a C2SP tlog-policy, in the one form of `verifier/witnesses.py`."""


# --- what the base offers and by which rules ------------------------------------------------------------------------


@event("programme.published/1")
class ProgrammePublished(Event):
    """An edition of a programme: what is taught and assessed, by whom, and when the certificate is due."""

    programme_id: Stream
    code: Public[str]
    edition: Public[int]
    name_zh: Public[str]
    name_en: Public[str]
    certified_by: Public[str]
    taught_by: Public[str]
    min_attendance: Public[Decimal]
    max_attempts: Public[int]
    total_pass: Public[Decimal]
    valid_years: Public[int]
    modules: Public[tuple[Module, ...]]
    assessments: Public[tuple[Assessment, ...]]


@event("policy.published/1")
class PolicyPublished(Event):
    """An edition of the rules for titles, in force from a day."""

    policy_id: Stream
    edition: Public[str]
    authority: Public[str]
    effective_from: Public[date]
    panel_min_members: Public[int]
    quorum: Public[Fraction]
    majority: Public[Fraction]
    notice_working_days: Public[int]
    routes: Public[tuple[Route, ...]]


@event("calendar.adopted/1")
class CalendarAdopted(Event):
    """The State Council's calendar of a year: weekdays that are off and weekend days that are worked."""

    calendar_id: Stream
    year: Public[int]
    days_off: Public[tuple[date, ...]]
    make_up_days: Public[tuple[date, ...]]
    source: Public[str]


@event("notice.terms-set/1")
class NoticeTermsSet(Event):
    """An authority set what its public notices show, on what legal basis, and how long objections are kept."""

    terms_id: Stream
    authority: Public[str]
    shows: Public[tuple[str, ...]]
    """Of `rules.NOTICE_SHOWS`; day and level apart, a notice shows nothing else."""
    basis_zh: Public[str]
    basis_en: Public[str]
    reached_at: Public[str]
    """Where who has a question about a notice reaches the authority."""
    kept_days: Public[int]
    """For how many days after the application's end an objection's personal values are kept."""


@event("cohort.opened/1")
class CohortOpened(Event):
    """One run of a programme."""

    cohort_id: Stream
    code: Public[str]
    programme: Public[str]
    programme_edition: Public[int]
    starts_on: Public[date]
    ends_on: Public[date]
    capacity: Public[int]


@event("pack.taken-in/1")
class PackTakenIn(Event):
    """An intake pack was taken in. Each file stands by SHA-256(salt ‖ file); the salt is withheld."""

    pack_id: Stream
    files: Public[Mapping[str, bytes]]
    custody: Public[Mapping[str, str]]
    """Who held which organisation's key at the intake."""
    actors_defaulted: Public[bool]
    """Whether proposer and approver were not named but the two accounts that `init` made: one operator played both."""
    salt: Personal[bytes]


@event("disclosure.made/1")
class DisclosureMade(Event):
    """Personal values were disclosed to an auditor: a file, encrypted to the auditor's key, was given out."""

    disclosure_id: Stream
    recipient: Public[bytes]
    """COSE Key Thumbprint (RFC 9679, SHA-256) of the auditor's key."""
    scope: Public[str]
    """`all`, `cohort:` or `organisation:` with a code."""
    as_of: Public[int]
    """Entries of the log that the file is of."""
    entries: Public[int]
    """How many of them are disclosed."""
    digest: Public[bytes]
    """SHA-256 of what is encrypted in the file."""


# --- people and their training --------------------------------------------------------------------------------------


@event("trainee.registered/1")
class TraineeRegistered(Event):
    """A person became a trainee of the base."""

    trainee_id: Stream
    trainee_no: Personal[str]
    name: Personal[str]
    id_type: Personal[str]
    id_number: Personal[str]
    education: Personal[str]
    graduated_on: Personal[date | None]
    practice_from: Personal[date]
    title_held: Personal[str | None]
    title_since: Personal[date | None]
    employer: Personal[str | None]
    email: Personal[str | None]
    phone: Personal[str | None]
    registered_on: Personal[date]


@event("trainee.name-changed/1")
class TraineeNameChanged(Event):
    """A trainee bears another name."""

    trainee_id: Stream
    name: Personal[str]
    reason: Personal[str]
    changed_on: Personal[date]


@event("trainee.details-amended/1")
class TraineeDetailsAmended(Event):
    """Particulars of a trainee other than the name were put right; each is given whole."""

    trainee_id: Stream
    education: Personal[str]
    graduated_on: Personal[date | None]
    practice_from: Personal[date]
    title_held: Personal[str | None]
    title_since: Personal[date | None]
    employer: Personal[str | None]
    email: Personal[str | None]
    phone: Personal[str | None]
    reason: Personal[str]
    amended_on: Personal[date]


@event("trainee.erased/1")
class TraineeErased(Event):
    """The person's data were erased: the key that opened them is destroyed, what the log holds stays verifiable."""

    trainee_id: Stream


@event("enrolment.made/1")
class EnrolmentMade(Event):
    """A trainee was enrolled in a cohort."""

    enrolment_id: Stream
    trainee: Personal[UUID]
    cohort: Personal[str]
    enrolled_on: Personal[date]


@event("enrolment.withdrawn/1")
class EnrolmentWithdrawn(Event):
    """The trainee withdrew from the cohort."""

    enrolment_id: Stream
    withdrawn_on: Personal[date]
    reason: Personal[str]


@event("attendance.recorded/1")
class AttendanceRecorded(Event):
    """Hours attended in a module."""

    enrolment_id: Stream
    module: Personal[str]
    hours: Personal[Decimal]
    attended_on: Personal[date]


@event("result.recorded/1")
class ResultRecorded(Event):
    """The score of one attempt at one assessment."""

    enrolment_id: Stream
    assessment: Personal[str]
    attempt: Personal[int]
    score: Personal[Decimal]
    assessed_on: Personal[date]
    assessor: Personal[str]


@event("result.amended/1")
class ResultAmended(Event):
    """A wrong score was replaced by the right one."""

    enrolment_id: Stream
    assessment: Personal[str]
    attempt: Personal[int]
    score: Personal[Decimal]
    reason: Personal[str]
    amended_on: Personal[date]


@event("evidence.attached/1")
class EvidenceAttached(Event):
    """A document (exam paper, panel minutes) was named by its SHA-256."""

    stream: Stream
    description: Personal[str]
    digest: Personal[bytes]
    attached_on: Personal[date]


# --- certificates ---------------------------------------------------------------------------------------------------


@event("certification.refused/1")
class CertificationRefused(Event):
    """Certification of an enrolment was asked for and the rules did not give it."""

    enrolment_id: Stream
    requested_on: Personal[date]
    reason: Personal[str]
    total: Personal[Decimal | None]
    source: Personal[str | None]


@event("certificate.awarded/1")
class CertificateAwarded(Event):
    """The certifying organisation certified one trainee under one programme."""

    certificate_id: Stream
    number_hash: Public[bytes]
    link_hash: Public[bytes]
    programme: Public[str]
    awarded_on: Public[date]
    expires_on: Public[date]
    status_index: Public[int]
    number: Printed[str]
    name: Printed[str]
    id_type: Printed[str]
    id_number_masked: Printed[str]
    total: Printed[Decimal]
    trainee: Personal[UUID]
    enrolment: Personal[UUID]
    cohort: Personal[str]
    link: Personal[str]
    corrects: Personal[UUID | None]
    source: Personal[str | None]


@event("certificate.suspended/1")
class CertificateSuspended(Event):
    """The certifying organisation suspended a certificate."""

    certificate_id: Stream
    suspended_on: Public[date]
    reason: Public[str]


@event("certificate.reinstated/1")
class CertificateReinstated(Event):
    """A suspended certificate is good again."""

    certificate_id: Stream
    reinstated_on: Public[date]


@event("certificate.revoked/1")
class CertificateRevoked(Event):
    """A certificate was revoked: from that day on, that day included, it is not valid."""

    certificate_id: Stream
    revoked_on: Public[date]
    reason: Public[str]


@event("certificate.superseded/1")
class CertificateSuperseded(Event):
    """A certificate was replaced by its correction: same award, right data."""

    certificate_id: Stream
    superseded_on: Public[date]
    successor: Personal[UUID]


# --- titles ---------------------------------------------------------------------------------------------------------


@event("application.filed/1")
class ApplicationFiled(Event):
    """A trainee asked for a title."""

    application_id: Stream
    trainee: Personal[UUID]
    application_no: Personal[str]
    level: Personal[str]
    speciality: Personal[str]
    applied_on: Personal[date]
    recommended_by: Personal[str | None]
    source: Personal[str | None]


@event("application.found-eligible/1")
class ApplicationFoundEligible(Event):
    """A route of the policy in force was open to the application."""

    application_id: Stream
    policy: Personal[str]
    route: Personal[str]


@event("panel.voted/1")
class PanelVoted(Event):
    """The panel met and voted. The ballot is secret: only counts exist."""

    application_id: Stream
    size: Personal[int]
    present: Personal[int]
    votes_for: Personal[int]
    voted_on: Personal[date]


@event("notice.posted/1")
class NoticePosted(Event):
    """The public notice was posted."""

    application_id: Stream
    posted_on: Personal[date]


@event("objection.raised/1")
class ObjectionRaised(Event):
    """Somebody objected during the notice."""

    application_id: Stream
    raised_on: Personal[date]
    grounds: Personal[str]


@event("objection.resolved/1")
class ObjectionResolved(Event):
    """The authority dismissed or upheld an objection."""

    application_id: Stream
    outcome: Personal[str]
    resolved_on: Personal[date]


@event("objection.lodged/1")
class ObjectionLodged(Event):
    """Somebody objected to an application by the public form, under a name and with a way to be reached."""

    objection_id: Stream
    application: Personal[UUID]
    place: Personal[int]
    """Which objection to this application it is, from 1."""
    notice: Personal[str]
    """Id of the notice's page; the receipt discloses it, and never the application's stream."""
    name: Personal[str]
    contact: Personal[str]
    grounds: Personal[str]
    lodged_on: Personal[date]
    terms: Personal[UUID]
    """The terms that were shown beside the form."""
    link: Personal[str]


@event("objection.erased/1")
class ObjectionErased(Event):
    """The objector's data were erased: the key that opened them is destroyed, what the log holds stays verifiable."""

    objection_id: Stream


@event("decision.refused/1")
class DecisionRefused(Event):
    """A decision was asked for before it could be made; the application stays open."""

    application_id: Stream
    reason: Personal[str]
    asked_on: Personal[date]


@event("application.refused/1")
class ApplicationRefused(Event):
    """An application ended without a title, or was turned away because another was open."""

    application_id: Stream
    reason: Personal[str]
    policy: Personal[str | None]
    route: Personal[str | None]
    ended_on: Personal[date]


@event("title.granted/1")
class TitleGranted(Event):
    """The authority granted a title."""

    title_id: Stream
    number_hash: Public[bytes]
    link_hash: Public[bytes]
    level: Public[str]
    granted_on: Public[date]
    status_index: Public[int]
    number: Printed[str]
    name: Printed[str]
    id_type: Printed[str]
    id_number_masked: Printed[str]
    speciality: Printed[str]
    trainee: Personal[UUID]
    application: Personal[UUID]
    policy: Personal[str]
    route: Personal[str]
    link: Personal[str]
    corrects: Personal[UUID | None]
    source: Personal[str | None]


@event("title.revoked/1")
class TitleRevoked(Event):
    """A title was revoked: from that day on, that day included, it is not held."""

    title_id: Stream
    revoked_on: Public[date]
    reason: Public[str]


@event("title.superseded/1")
class TitleSuperseded(Event):
    """A title's paper was replaced by its correction: same title, right data."""

    title_id: Stream
    superseded_on: Public[date]
    successor: Personal[UUID]


# --- who may sign what ----------------------------------------------------------------------------------------------

CHECKPOINT_KIND: Final = "log.checkpoint"
RECEIPT_KIND: Final = "log.receipt"
STATUS_KIND: Final = "log.status-list"
DOCUMENT_KIND: Final = "log.document"
LOG_KINDS: Final = (CHECKPOINT_KIND, RECEIPT_KIND, STATUS_KIND, DOCUMENT_KIND)
"""What the log's own keys are for, each key one: not events, but authorised like them."""

TEACHING_KINDS: Final = ("attendance.recorded", "result.amended", "result.recorded")
"""Recorded by the organisation that teaches the programme (DOMAIN.md, Control)."""

CERTIFYING_KINDS: Final = (
    "certificate.awarded",
    "certificate.reinstated",
    "certificate.revoked",
    "certificate.superseded",
    "certificate.suspended",
    "certification.refused",
)
"""Recorded by the organisation that certifies the programme."""

AUTHORITY_KINDS: Final = (
    "application.found-eligible",
    "application.refused",
    "decision.refused",
    "notice.posted",
    "notice.terms-set",
    "objection.raised",
    "objection.resolved",
    "panel.voted",
    "title.granted",
    "title.revoked",
    "title.superseded",
)
"""Recorded by the authority of the policy."""

BASE_KINDS: Final = tuple(
    sorted(
        {declared.kind for declared in EVENTS.values()}
        - {*TEACHING_KINDS, *CERTIFYING_KINDS, *AUTHORITY_KINDS, "log.started"}
    )
)
"""Recorded by the base: people, enrolments, applications, objections, cohorts, packs, and whatever it is made of."""
_OF_THE_ROOT: Final = ("account", "base", "key", "organisation", "passkey", "witnesses")
ROOT_KINDS: Final = tuple(k for k in BASE_KINDS if k.split(".")[0] in _OF_THE_ROOT)
"""What the root key signs: who belongs to the base, where it is, which keys and passkeys are good, who witnesses."""
REGISTRY_KINDS: Final = tuple(k for k in BASE_KINDS if k not in ROOT_KINDS)
"""What the base's everyday key signs."""

APPROVED_KINDS: Final = frozenset(
    {
        "certificate.awarded",
        "certificate.reinstated",
        "certificate.revoked",
        "certificate.superseded",
        "certificate.suspended",
        "disclosure.made",
        "notice.terms-set",
        "objection.erased",
        "pack.taken-in",
        "title.granted",
        "title.revoked",
        "title.superseded",
        "trainee.erased",
        "witnesses.set",
    }
)
"""Nobody both proposes and approves these: their statements name two people (DOMAIN.md, Control)."""

INTAKE_KINDS: Final = frozenset({"certificate.awarded", "certificate.revoked", "title.granted", "title.revoked"})
"""Those of them that come of the rows of a pack: who approved the intake, as a whole, approved these."""

SIGNED_KINDS: Final = APPROVED_KINDS | {"passkey.registered", "passkey.removed"}
"""What a passkey signs, where the approver, or the account whose passkeys change, has one."""
