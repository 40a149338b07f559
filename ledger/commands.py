"""What can be asked of the ledger: commands, imperative, with every id, number and day as an argument.

The command line, the API, the web console and intake all turn their input into these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from verifier.rules import Assessment, Calendar, Module, Policy

# --- the base -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccreditOrganisation:
    """Take an organisation into the base, or give its particulars anew."""

    organisation_id: UUID
    code: str
    kind: str
    name_zh: str
    name_en: str
    uri: str


@dataclass(frozen=True, slots=True)
class AuthoriseKey:
    """Let a key sign the named kinds of event for an organisation."""

    organisation: str
    public_key: bytes
    kinds: tuple[str, ...]
    custody: str


@dataclass(frozen=True, slots=True)
class RetireKey:
    """Let a key sign nothing more."""

    kid: bytes


@dataclass(frozen=True, slots=True)
class ReportKeyCompromised:
    """Disown what a key signed from an index on."""

    kid: bytes
    as_of: int


@dataclass(frozen=True, slots=True)
class MoveBase:
    """Put the base's pages and published log at another address."""

    url: str


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Give a member of staff an account under a pseudonym."""

    account_id: UUID
    pseudonym: str
    organisation: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CloseAccount:
    """Let an account act no more."""

    pseudonym: str


@dataclass(frozen=True, slots=True)
class RegisterPasskey:
    """Let a passkey sign what an account approves. The passkeys that it has must have signed this."""

    pseudonym: str
    public_key: bytes
    rp_id: str


@dataclass(frozen=True, slots=True)
class RemovePasskey:
    """Let a passkey sign no approvals any more. One of the account's must have signed this, unless it is lost."""

    pseudonym: str
    passkey: bytes
    lost: bool = False
    """Nobody can sign any more: it goes without consent, and every audit tells so."""


@dataclass(frozen=True, slots=True)
class PublishProgramme:
    """Publish an edition of a programme."""

    programme_id: UUID
    code: str
    name_zh: str
    name_en: str
    certified_by: str
    taught_by: str
    min_attendance: Decimal
    max_attempts: int
    total_pass: Decimal
    valid_years: int
    modules: tuple[Module, ...]
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class PublishPolicy:
    """Publish an edition of the rules for titles."""

    policy_id: UUID
    policy: Policy


@dataclass(frozen=True, slots=True)
class AdoptCalendar:
    """Adopt the calendar of working days of a year."""

    calendar_id: UUID
    calendar: Calendar
    source: str


@dataclass(frozen=True, slots=True)
class SetNoticeTerms:
    """Set what an authority's public notices show, on what basis, and how long objections are kept."""

    terms_id: UUID
    authority: str
    shows: tuple[str, ...]
    basis_zh: str
    basis_en: str
    reached_at: str
    kept_days: int


@dataclass(frozen=True, slots=True)
class SetWitnesses:
    """Name the witnesses of the log, and how many must have cosigned a checkpoint."""

    policy: str
    """Lines of a C2SP tlog-policy: `witness`, `group` and `quorum`."""


@dataclass(frozen=True, slots=True)
class OpenCohort:
    """Open a run of a programme, under its newest edition."""

    cohort_id: UUID
    code: str
    programme: str
    starts_on: date
    ends_on: date
    capacity: int


@dataclass(frozen=True, slots=True)
class TakeInPack:
    """Record that a pack is taken in."""

    pack_id: UUID
    files: dict[str, bytes]
    custody: dict[str, str]
    salt: bytes
    actors_defaulted: bool


@dataclass(frozen=True, slots=True)
class RecordDisclosure:
    """Record that personal values are disclosed to an auditor, before the file is given out."""

    disclosure_id: UUID
    recipient: bytes
    scope: str
    as_of: int
    entries: int
    digest: bytes


# --- people and training --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegisterTrainee:
    """Register a person as a trainee."""

    trainee: UUID
    trainee_no: str
    name: str
    id_type: str
    id_number: str
    education: str
    graduated_on: date | None
    practice_from: date
    title_held: str | None
    title_since: date | None
    employer: str | None
    email: str | None
    phone: str | None
    on: date


@dataclass(frozen=True, slots=True)
class ChangeName:
    """Record that a trainee bears another name."""

    trainee: UUID
    name: str
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class AmendDetails:
    """Put right a trainee's particulars other than the name; each is given whole."""

    trainee: UUID
    education: str
    graduated_on: date | None
    practice_from: date
    title_held: str | None
    title_since: date | None
    employer: str | None
    email: str | None
    phone: str | None
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class EraseTrainee:
    """Erase a person's data."""

    trainee: UUID


@dataclass(frozen=True, slots=True)
class Enrol:
    """Enrol a trainee in a cohort."""

    trainee: UUID
    enrolment: UUID
    cohort: str
    on: date


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Record that the trainee withdrew from the cohort."""

    trainee: UUID
    cohort: str
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class RecordAttendance:
    """Record hours attended in a module."""

    trainee: UUID
    cohort: str
    module: str
    hours: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class RecordResult:
    """Record the score of one attempt at one assessment."""

    trainee: UUID
    cohort: str
    assessment: str
    attempt: int
    score: Decimal
    assessor: str
    on: date


@dataclass(frozen=True, slots=True)
class AmendResult:
    """Replace a wrong score."""

    trainee: UUID
    cohort: str
    assessment: str
    attempt: int
    score: Decimal
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class AttachEvidence:
    """Name a document that belongs to an enrolment, award or application by its SHA-256."""

    trainee: UUID
    stream: UUID
    description: str
    digest: bytes
    on: date


# --- awards ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn at random for an award, whether or not it is made."""

    award: UUID
    number: str
    link: str
    status_index: int


@dataclass(frozen=True, slots=True)
class RequestCertification:
    """Ask that an enrolment be certified."""

    trainee: UUID
    cohort: str
    drawn: Drawn
    on: date
    source: str | None = None


@dataclass(frozen=True, slots=True)
class SuspendCertificate:
    """Suspend a certificate."""

    trainee: UUID
    certificate: UUID
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class ReinstateCertificate:
    """Let a suspended certificate stand again."""

    trainee: UUID
    certificate: UUID
    on: date


@dataclass(frozen=True, slots=True)
class RevokeCertificate:
    """Revoke the certificate of a cohort."""

    trainee: UUID
    cohort: str
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class CorrectCertificate:
    """Replace a certificate by its correction: same award, the person's data as they are now."""

    trainee: UUID
    certificate: UUID
    drawn: Drawn
    on: date


@dataclass(frozen=True, slots=True)
class ApplyForTitle:
    """Apply for a title."""

    trainee: UUID
    application: UUID
    application_no: str
    level: str
    speciality: str
    recommended_by: str | None
    on: date
    source: str | None = None


@dataclass(frozen=True, slots=True)
class RecordPanel:
    """Record the panel's vote."""

    trainee: UUID
    application: UUID
    size: int
    present: int
    votes_for: int
    on: date


@dataclass(frozen=True, slots=True)
class PostNotice:
    """Record that the public notice was posted."""

    trainee: UUID
    application: UUID
    on: date


@dataclass(frozen=True, slots=True)
class RaiseObjection:
    """Record an objection raised during the notice."""

    trainee: UUID
    application: UUID
    grounds: str
    on: date


@dataclass(frozen=True, slots=True)
class ResolveObjection:
    """Dismiss or uphold an objection: one that was lodged by the form, or else what was raised otherwise."""

    trainee: UUID
    application: UUID
    outcome: str
    on: date
    lodged: UUID | None = None


@dataclass(frozen=True, slots=True)
class DecideApplication:
    """Decide an application after its notice."""

    trainee: UUID
    application: UUID
    drawn: Drawn
    on: date


@dataclass(frozen=True, slots=True)
class RevokeTitle:
    """Revoke the title of a level."""

    trainee: UUID
    level: str
    reason: str
    on: date


@dataclass(frozen=True, slots=True)
class CorrectTitle:
    """Replace a title's paper by its correction."""

    trainee: UUID
    title: UUID
    drawn: Drawn
    on: date


@dataclass(frozen=True, slots=True)
class LodgeObjection:
    """Object to an application under notice, under one's name."""

    objection: UUID
    trainee: UUID
    application: UUID
    notice: str
    name: str
    contact: str
    grounds: str
    link: str
    on: date


@dataclass(frozen=True, slots=True)
class EraseObjection:
    """Erase an objector's data, once the time is over for which they are kept."""

    objection: UUID
    on: date


@dataclass(frozen=True, slots=True)
class SignApproval:
    """Take in what an approver's passkey signed: the digests of events that are to be recorded."""

    approval_id: UUID
    approver: str
    passkey: bytes
    digests: tuple[bytes, ...]
    authenticator_data: bytes
    client_data: bytes
    signature: bytes


ObjectionCommand = LodgeObjection | EraseObjection
"""Commands about one objection: decided on it, and on the dossier of the person whose application it is about."""

PersonCommand = (
    RegisterTrainee
    | ChangeName
    | AmendDetails
    | EraseTrainee
    | Enrol
    | Withdraw
    | RecordAttendance
    | RecordResult
    | AmendResult
    | AttachEvidence
    | RequestCertification
    | SuspendCertificate
    | ReinstateCertificate
    | RevokeCertificate
    | CorrectCertificate
    | ApplyForTitle
    | RecordPanel
    | PostNotice
    | RaiseObjection
    | ResolveObjection
    | DecideApplication
    | RevokeTitle
    | CorrectTitle
)
"""Commands about one person: decided on that person's dossier."""

BaseCommand = (
    AccreditOrganisation
    | AuthoriseKey
    | RetireKey
    | ReportKeyCompromised
    | MoveBase
    | OpenAccount
    | CloseAccount
    | RegisterPasskey
    | RemovePasskey
    | PublishProgramme
    | PublishPolicy
    | AdoptCalendar
    | SetNoticeTerms
    | SetWitnesses
    | OpenCohort
    | TakeInPack
    | RecordDisclosure
)
"""Commands about the base itself: decided on its catalogue and authority."""

Command = PersonCommand | ObjectionCommand | BaseCommand | SignApproval
