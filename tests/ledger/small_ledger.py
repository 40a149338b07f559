"""A small ledger in a folder, with all that a real one has: what the tests of sequencer, publication and fsck use.

Everything in it is invented. Its keys are made from words, so that two of them hold the same signatures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import count
from pathlib import Path
from uuid import UUID

from ledger.claims import ClaimKeys
from ledger.sequencer import Sequencer
from ledger.signing import Signer, signer_of
from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.sqlite.store import SqliteStore
from ledger.store import Appended, Batch, Claim, Entry, Recorded
from ledger.tiles import DiskFolder
from ledger.vault import Vault
from tests import sample_log
from tests.sample_log import RECORDED_AT, uuid
from verifier import kinds, note, record, statement
from verifier.events import Event, event_type
from verifier.kinds import GenesisKey
from verifier.merkle import leaf_hash
from verifier.note import VerifierKey
from verifier.record import Envelope, blind_command
from verifier.rules import Assessment, Module
from verifier.statement import Headers

ORIGIN = "log.example.org/small"
URL = "https://log.example.org"
URIS = {
    "BASE": "https://base.example.org",
    "PARTNER": "https://partner.example.org",
    "BUREAU": "https://bureau.example.org",
}
MASTER = sha256(b"master").digest()
CLERK, HEAD = "clerk-1", "head-2"


def signer(organisation: str, *granted: str) -> Signer:
    """A key made from its purpose."""
    return signer_of(sha256(f"{organisation} {granted}".encode()).digest(), organisation, "base", granted)


ROOT = signer("BASE", *kinds.ROOT_KINDS, "log.started")
REGISTRY = signer("BASE", *kinds.REGISTRY_KINDS)
CHECKPOINTS = signer("BASE", kinds.CHECKPOINT_KIND)
RECEIPTS = signer("BASE", kinds.RECEIPT_KIND)
STATUS = signer("BASE", kinds.STATUS_KIND)
DOCUMENTS = signer("BASE", kinds.DOCUMENT_KIND)
PARTNER = signer("PARTNER", *kinds.CERTIFYING_KINDS)
BUREAU = signer("BUREAU", *kinds.AUTHORITY_KINDS)


@dataclass
class SmallLedger:
    """A store with vault, and the clock that its events are recorded by."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.store = SqliteStore.open(self.folder / "ledger.sqlite")
        self.data_keys = SqliteDataKeys(self.folder / "keys.sqlite", MASTER)
        self.vault = Vault(self.data_keys)
        self.claim_keys = ClaimKeys(sha256(b"claims").digest())
        size = self.store.head().size  # A ledger that is opened again goes on where it was.
        self.now = RECORDED_AT + 1000 * size
        self._commands = count(size)
        self._salts = count(1000 * size)

    def close(self) -> None:
        """Closes both files."""
        self.store.close()
        self.data_keys.close()

    def record(
        self,
        by: Signer,
        *events: Event,
        subject: UUID | None = None,
        claims: Sequence[Claim] = (),
        boundaries: Mapping[bytes, tuple[int, int]] | None = None,
        erases: Sequence[UUID] = (),
        at: int | None = None,
    ) -> Appended:
        """Signs, seals and appends the events of one command, a second after the last."""
        self.now = at if at is not None else self.now + 1000
        command = sha256(b"command%d" % next(self._commands)).digest()[:16]
        versions: dict[UUID, int] = {}
        entries = []
        for item in events:
            stream = item.stream_id
            if stream not in versions:
                versions[stream] = len(self.store.stream(stream))
            versions[stream] += 1
            around = Envelope(versions[stream], self.now, blind_command(command, stream), (CLERK, HEAD))
            entries.append(self._entry(by, item, around, subject))
        streams = {(subject, e.stream_id) for e in entries if subject is not None and subject not in erases}
        return self.store.append(Batch(command, entries, claims, boundaries or {}, sorted(streams), erases))

    def _entry(self, by: Signer, item: Event, around: Envelope, subject: UUID | None) -> Entry:
        payload, disclosures = record.make_payload(
            item, around, lambda: sha256(b"salt%d" % next(self._salts)).digest()[:16]
        )
        protected = Headers(by.kid, URIS[by.organisation]).of(item.stream_id)
        data = statement.assemble(protected, payload, by.sign(statement.to_be_signed(protected, payload)))
        owner = subject if disclosures else None
        sealed = None
        if owner is not None:
            self.vault.prepare({owner})
            sealed = self.vault.seal(owner, item.stream_id, around.version, disclosures)
        return Entry(item.stream_id, around.version, event_type(item).name, data, leaf_hash(data), owner, sealed)


def genesis() -> kinds.LogStarted:
    """Entry 0."""
    listed = [GenesisKey(s.public_key, "base", tuple(sorted(s.kinds))) for s in (ROOT, CHECKPOINTS, RECEIPTS, STATUS)]
    listed.append(GenesisKey(DOCUMENTS.public_key, "base", (kinds.DOCUMENT_KIND,)))
    return kinds.LogStarted(
        log_id=uuid("log"),
        origin=ORIGIN,
        url=URL,
        code="BASE",
        name_zh="测试基地",
        name_en="Test base",
        uri=URIS["BASE"],
        keys=tuple(listed),
    )


def found(ledger: SmallLedger) -> None:
    """Records what every ledger begins with: genesis, accounts, organisations, keys, a programme and a cohort."""
    ledger.record(ROOT, genesis())
    for name, roles in ((CLERK, ("administrator", "assessor", "registrar")), (HEAD, ("approver",))):
        opened = kinds.AccountOpened(account_id=uuid(name), pseudonym=name, organisation="BASE", roles=roles)
        ledger.record(ROOT, opened)
    ledger.record(ROOT, authorised(REGISTRY))
    for by, kind in ((PARTNER, "enterprise"), (BUREAU, "authority")):
        code = by.organisation
        accredited = kinds.OrganisationAccredited(
            organisation_id=uuid(code), code=code, kind=kind, name_zh=code, name_en=code, uri=URIS[code]
        )
        ledger.record(ROOT, accredited, authorised(by))
    ledger.record(REGISTRY, programme(), cohort())


def authorised(key: Signer) -> kinds.KeyAuthorised:
    """The event that lets a key sign."""
    return kinds.KeyAuthorised(
        organisation_id=uuid(key.organisation),
        organisation=key.organisation,
        public_key=key.public_key,
        kinds=tuple(sorted(key.kinds)),
        custody=key.custody,
    )


def programme() -> kinds.ProgrammePublished:
    """A programme of one module and one assessment."""
    return kinds.ProgrammePublished(
        programme_id=uuid("BDI"),
        code="BDI",
        edition=1,
        name_zh="测试项目",
        name_en="Test programme",
        certified_by="PARTNER",
        taught_by="BASE",
        min_attendance=Decimal("0.8"),
        max_attempts=2,
        total_pass=Decimal(60),
        valid_years=3,
        modules=(Module("M1", Decimal(8)),),
        assessments=(Assessment("A1", Decimal(1), Decimal(60)),),
    )


def cohort() -> kinds.CohortOpened:
    """A run of that programme."""
    return kinds.CohortOpened(
        cohort_id=uuid("BDI-2026-1"),
        code="BDI-2026-1",
        programme="BDI",
        programme_edition=1,
        starts_on=date(2026, 1, 5),
        ends_on=date(2026, 3, 13),
        capacity=30,
    )


def register(ledger: SmallLedger, n: int) -> UUID:
    """Records a trainee and the enrolment; returns the person."""
    who = uuid(f"trainee {n}")
    trainee = kinds.TraineeRegistered(
        trainee_id=who,
        trainee_no=f"T{n:05d}",
        name=f"学员{n}",
        id_type="passport",
        id_number=f"P{n:07d}",
        education="bachelor",
        graduated_on=None,
        practice_from=date(2020, 7, 1),
        title_held=None,
        title_since=None,
        employer=None,
        email=None,
        phone=None,
        registered_on=date(2026, 1, 2),
    )
    enrolment = kinds.EnrolmentMade(
        enrolment_id=uuid(f"enrolment {n}"), trainee=who, cohort="BDI-2026-1", enrolled_on=date(2026, 1, 3)
    )
    keys = ledger.claim_keys
    claims = [
        Claim(keys.trainee_no(f"T{n:05d}"), who, who.bytes),
        Claim(keys.identity("passport", f"P{n:07d}"), who, who.bytes),
        Claim(keys.enrolment(who, "BDI-2026-1"), who, enrolment.enrolment_id.bytes),
    ]
    ledger.record(REGISTRY, trainee, enrolment, subject=who, claims=claims, boundaries={who.bytes: (0, 1)})
    return who


def certify(ledger: SmallLedger, n: int, by: Signer = PARTNER) -> UUID:
    """Records a certificate of trainee `n`; returns its stream."""
    certificate = replace(sample_log.award(n), status_index=sample_log.award(n).status_index)
    ledger.record(by, certificate, subject=uuid(f"trainee {n}"))
    return certificate.certificate_id


def suspend(ledger: SmallLedger, n: int) -> None:
    """Suspends certificate `n`."""
    ledger.record(
        PARTNER,
        kinds.CertificateSuspended(
            certificate_id=uuid(f"certificate {n}"), suspended_on=date(2026, 4, 1), reason="other"
        ),
    )


def revoke(ledger: SmallLedger, n: int) -> None:
    """Revokes certificate `n`."""
    ledger.record(PARTNER, sample_log.revocation(n))


def erase(ledger: SmallLedger, n: int) -> None:
    """Erases trainee `n`."""
    who = uuid(f"trainee {n}")
    ledger.record(REGISTRY, kinds.TraineeErased(trainee_id=who), erases=[who])
    ledger.vault.forget(who)


def populated(folder: Path) -> SmallLedger:
    """A ledger of four trainees: one certified, one suspended, one revoked, one erased."""
    ledger = SmallLedger(folder)
    found(ledger)
    for n in range(4):
        register(ledger, n)
    for n in range(3):
        certify(ledger, n)
    suspend(ledger, 1)
    revoke(ledger, 2)
    erase(ledger, 3)
    return ledger


def cohort_of(word: str) -> kinds.CohortOpened:
    """A cohort of its own stream: an event that needs nothing else."""
    return replace(cohort(), cohort_id=uuid(word), code=word)


def signature_line(text: str) -> str:
    """The log's signature under a note's text."""
    return str(note.Signature(ORIGIN, VerifierKey(ORIGIN, CHECKPOINTS.public_key).id, CHECKPOINTS.sign(text.encode())))


EMPTY = Recorded(0, uuid("empty"), 1, "", b"", b"", None, None)
"""An entry to make others from."""


def fill(ledger: SmallLedger, entries: int) -> None:
    """Records many small public events, a hundred a command and stream."""
    first = ledger.store.head().size
    for start in range(0, entries, 100):
        stream, wanted = uuid(f"filler {first + start}"), min(100, entries - start)
        ledger.record(REGISTRY, *(replace(cohort(), cohort_id=stream, code=f"F{start + k}") for k in range(wanted)))


NOW = RECORDED_AT // 1000 + 3600
"""When the log is sequenced and published, in seconds since 1970 UTC."""


def sequence(ledger: SmallLedger) -> None:
    """Signs and publishes what was recorded."""
    Sequencer(ledger.store, DiskFolder(ledger.folder / "public"), CHECKPOINTS, ORIGIN).run_once(NOW * 1000)
