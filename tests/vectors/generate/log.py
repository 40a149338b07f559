"""A small log with fixed keys, salts and times: what statements, receipts, bundles and trust files are cut from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from nacl.signing import SigningKey

from tests.vectors.generate import tree
from verifier import address, bundle, kinds, merkle, receipt, statement, trust
from verifier.authority import Authority
from verifier.events import Event
from verifier.keys import thumbprint
from verifier.record import Envelope, blind_command, make_payload

ORIGIN = "log.example.org/certledger"
URL = "https://verify.example.org"
BASE, PARTNER, BUREAU = "BASE", "PARTNER", "BUREAU"
URIS = {name: f"https://{name.lower()}.example.org" for name in (BASE, PARTNER, BUREAU)}
NAMES = {
    BASE: ("示例基地", "Example Base"),
    PARTNER: ("示例企业", "Example Partner"),
    BUREAU: ("示例局", "Example Bureau"),
}
START = 1_780_000_000_000

Sign = Callable[[bytes], bytes]


def key_of(name: str) -> SigningKey:
    """The key of this name, always the same."""
    return SigningKey(sha256(f"certledger vectors: key of {name}".encode()).digest())


def public_of(name: str) -> bytes:
    return bytes(key_of(name).verify_key)


def sign_as(name: str) -> Sign:
    return lambda message: key_of(name).sign(message).signature


def stream_of(name: str) -> UUID:
    return UUID(bytes=sha256(f"certledger vectors: stream {name}".encode()).digest()[:16], version=4)


@dataclass(frozen=True)
class Entry:
    """One entry of the log with the disclosures of its personal values."""

    raw: bytes
    disclosures: list[bytes]


class Log:
    """Signs, appends and takes in entries as the ledger does."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.authority = Authority()
        self._versions: dict[UUID, int] = {}
        self._salts = 0

    def append(self, event: Event, signer: str, organisation: str, actors: tuple[str, ...] = ("p-1", "p-2")) -> int:
        """Index of the new entry."""
        raw, disclosures = self.sign(event, signer, organisation, actors)
        self.authority.admit(len(self.entries), statement.parse(raw))
        self._versions[event.stream_id] = self._versions.get(event.stream_id, 0) + 1
        self.entries.append(Entry(raw, disclosures))
        return len(self.entries) - 1

    def sign(
        self, event: Event, signer: str, organisation: str, actors: tuple[str, ...] = ("p-1", "p-2")
    ) -> tuple[bytes, list[bytes]]:
        """A statement and its disclosures, without appending it."""
        stream, index = event.stream_id, len(self.entries)
        command = blind_command(b"command %d" % index, stream)
        envelope = Envelope(self._versions.get(stream, 0) + 1, START + 1000 * index, command, actors)
        payload, disclosures = make_payload(event, envelope, self._salt)
        protected = statement.Headers(thumbprint(public_of(signer)), URIS[organisation]).of(stream)
        signature = sign_as(signer)(statement.to_be_signed(protected, payload))
        return statement.assemble(protected, payload, signature), disclosures

    def leaves(self) -> list[bytes]:
        return [merkle.leaf_hash(entry.raw) for entry in self.entries]

    def receipt(self, index: int, signer: str = "receipt", issuer: str = f"https://{ORIGIN}", shift: int = 0) -> bytes:
        """A receipt for an entry; `shift` misstates the size in the signed header."""
        leaves = self.leaves()
        path = merkle.inclusion_path(index, len(leaves), tree.fetch(leaves))
        subject = statement.subject_of(statement.parse(self.entries[index].raw).stream_id)
        size, root = len(leaves) + shift, merkle.root_of(leaves)
        return receipt.make(thumbprint(public_of(signer)), issuer, subject, size, index, path, root, sign_as(signer))

    def proof(self, index: int, shown: slice = slice(0, 1)) -> bytes:
        """The proof code's bytes for an entry: `print` alone is disclosed."""
        entry = self.entries[index]
        return bundle.make(entry.raw, entry.disclosures[shown], [self.receipt(index)])

    def trust(self) -> str:
        return trust.from_log(self.authority, PROGRAMMES, len(self.entries))

    def _salt(self) -> bytes:
        self._salts += 1
        return sha256(b"certledger vectors: salt %d" % self._salts).digest()[:16]


PROGRAMMES = (trust.NamedProgramme("BDIC", "示例大数据认证", "Example Big Data Certification", (PARTNER,), BASE),)
NUMBER = address.new_number("BDIC", 2026, sha256(b"number 1").digest()[:9])
TITLE_NUMBER = address.new_number("ENG", 2026, sha256(b"number 2").digest()[:9])
LINK = address.new_link_id(sha256(b"link 1").digest()[:15])


def certificate(name: str = "certificate", number: str = NUMBER) -> kinds.CertificateAwarded:
    """An invented award, with a name from beyond the basic plane."""
    return kinds.CertificateAwarded(
        certificate_id=stream_of(name),
        number_hash=address.number_digest(number),
        link_hash=address.link_digest(LINK),
        programme="BDIC",
        awarded_on=date(2026, 3, 2),
        expires_on=date(2029, 3, 2),
        status_index=7,
        number=number,
        name="𠮷田·买买提",
        id_type="resident-id",
        id_number_masked="500000********001X",
        total=Decimal("87.5"),
        trainee=stream_of("trainee"),
        enrolment=stream_of("enrolment"),
        cohort="2026-01",
        link=LINK,
        corrects=None,
        source="award_requests.csv:2",
    )


def title() -> kinds.TitleGranted:
    """An invented title."""
    return kinds.TitleGranted(
        title_id=stream_of("title"),
        number_hash=address.number_digest(TITLE_NUMBER),
        link_hash=address.link_digest(LINK),
        level="engineer",
        granted_on=date(2026, 5, 6),
        status_index=8,
        number=TITLE_NUMBER,
        name="张三",
        id_type="passport",
        id_number_masked="E******78",
        speciality="大数据",
        trainee=stream_of("trainee"),
        application=stream_of("application"),
        policy="2025",
        route="B1",
        link=LINK,
        corrects=None,
        source=None,
    )


def small_log() -> tuple[Log, dict[str, int]]:
    """Genesis, organisations, keys, accounts, one award of each sort, and what changed of them; indices by name."""
    log = Log()
    log.append(_genesis(), "root", BASE, ("p-1",))
    for code, kind in ((PARTNER, "enterprise"), (BUREAU, "authority")):
        zh, en = NAMES[code]
        stream = stream_of(code)
        accredited = kinds.OrganisationAccredited(
            organisation_id=stream, code=code, kind=kind, name_zh=zh, name_en=en, uri=URIS[code]
        )
        log.append(accredited, "root", BASE, ("p-1",))
    for name, code, granted in (
        ("base", BASE, kinds.BASE_KINDS),
        ("partner", PARTNER, kinds.CERTIFYING_KINDS),
        ("bureau", BUREAU, kinds.AUTHORITY_KINDS),
    ):
        log.append(_grant(name, code, granted), "root", BASE, ("p-1",))
    for pseudonym, role in (("p-1", "registrar"), ("p-2", "approver")):
        opened = kinds.AccountOpened(
            account_id=stream_of(pseudonym), pseudonym=pseudonym, organisation=BASE, roles=(role,)
        )
        log.append(opened, "base", BASE, ("p-1",))
    at = {"certificate": log.append(certificate(), "partner", PARTNER), "title": log.append(title(), "bureau", BUREAU)}
    for name, event in _changes().items():
        code = BUREAU if name.startswith("title") else PARTNER
        at[name] = log.append(event, code.lower(), code)
    return log, at


def _genesis() -> kinds.LogStarted:
    own = (("checkpoint", kinds.CHECKPOINT_KIND), ("receipt", kinds.RECEIPT_KIND), ("status", kinds.STATUS_KIND))
    root = kinds.GenesisKey(public_of("root"), "base", tuple(sorted({"log.started", *kinds.BASE_KINDS})))
    others = tuple(kinds.GenesisKey(public_of(name), "base", (kind,)) for name, kind in own)
    zh, en = NAMES[BASE]
    return kinds.LogStarted(
        log_id=stream_of("log"), origin=ORIGIN, url=URL, code=BASE, name_zh=zh, name_en=en, uri=URIS[BASE],
        keys=(root, *others),
    )  # fmt: skip


def _grant(name: str, code: str, granted: tuple[str, ...]) -> kinds.KeyAuthorised:
    return kinds.KeyAuthorised(
        organisation_id=stream_of(code),
        organisation=code,
        public_key=public_of(name),
        kinds=granted,
        custody="base" if code == BUREAU else "organisation",
    )


def _changes() -> dict[str, Event]:
    certificate_id, title_id = stream_of("certificate"), stream_of("title")
    return {
        "suspended": kinds.CertificateSuspended(
            certificate_id=certificate_id, suspended_on=date(2026, 7, 1), reason="other"
        ),
        "reinstated": kinds.CertificateReinstated(certificate_id=certificate_id, reinstated_on=date(2026, 8, 1)),
        "revoked": kinds.CertificateRevoked(certificate_id=certificate_id, revoked_on=date(2027, 1, 1), reason="fraud"),
        "superseded": kinds.CertificateSuperseded(
            certificate_id=stream_of("certificate 2"), superseded_on=date(2026, 9, 1), successor=certificate_id
        ),
        "title revoked": kinds.TitleRevoked(title_id=title_id, revoked_on=date(2026, 12, 1), reason="issued-in-error"),
        "title superseded": kinds.TitleSuperseded(
            title_id=title_id, superseded_on=date(2026, 11, 1), successor=stream_of("title 2")
        ),
    }
