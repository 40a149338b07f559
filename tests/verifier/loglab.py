"""A base with its published log, made of the verifier's primitives: honest as it is made, ready to be tampered with.

Nothing is checked here on purpose: whoever tests a fraud records it like anything else. People, keys and places are
invented; the keys' seeds stand here in clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from nacl.signing import SigningKey

from tests.authenticator import Authenticator
from verifier import (
    address,
    bundle,
    kinds,
    merkle,
    note,
    numberhead,
    receipt,
    record,
    standing,
    statement,
    statuslist,
    tile,
    trust,
)
from verifier.authority import Authority
from verifier.awards import fold_awards
from verifier.catalogue import Catalogue
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, VerificationError
from verifier.events import Event
from verifier.keys import thumbprint
from verifier.note import VerifierKey
from verifier.numbertree import NumberTree, tile_path, tree_over
from verifier.rules import Assessment, Module, Route, years_after
from verifier.statement import Headers
from verifier.trust import Trust

ORIGIN = "certificates.example.org/log"
URL = "https://certificates.example.org"
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Nine in the morning of 2 March in Chongqing."""
ACTORS = ("clerk-1", "head-2")
CLERK = ACTORS[:1]


@dataclass(frozen=True)
class Signer:
    """A key made from a word, in the name of an organisation."""

    word: str
    issuer: str

    @cached_property
    def _key(self) -> SigningKey:
        return SigningKey(sha256(b"loglab" + self.word.encode()).digest())

    @property
    def public(self) -> bytes:
        return bytes(self._key.verify_key)

    @property
    def kid(self) -> bytes:
        return thumbprint(self.public)

    def sign(self, message: bytes) -> bytes:
        return bytes(self._key.sign(message).signature)


def uri(code: str) -> str:
    return f"https://{code.lower()}.example.org"


ROOT, CHECKPOINTS, RECEIPTS, STATUS, DOCUMENTS = (
    Signer(word, uri("CQUPT")) for word in ("root", *(kind.partition(".")[2] for kind in kinds.LOG_KINDS))
)
BASE = Signer("registry", uri("CQUPT"))
PARTNER = Signer("partner", uri("HUAWEI"))
AUTHORITY = Signer("authority", uri("CQHRSS"))
THIEF = Signer("thief", uri("HUAWEI"))


def uuid(word: str) -> UUID:
    """A stream id that stays the same from run to run."""
    return UUID(bytes=sha256(b"stream" + word.encode()).digest()[:16], version=4)


def digits(word: str, count: int) -> bytes:
    return sha256(word.encode()).digest()[:count]


def number_of(word: str, prefix: str = "BDI") -> str:
    return address.new_number(prefix, 2026, digits("number" + word, address.NUMBER_RANDOM_BYTES))


def link_of(word: str) -> str:
    return address.new_link_id(digits("link" + word, address.LINK_ID_BYTES))


def certificate(word: str = "one", on: date = date(2026, 3, 2), **changes: Any) -> kinds.CertificateAwarded:
    """The certificate of an invented person; `changes` spoil it."""
    values: dict[str, Any] = {
        "certificate_id": uuid("certificate " + word),
        "number_hash": address.number_digest(number_of(word)),
        "link_hash": address.link_digest(link_of(word)),
        "programme": "BDI",
        "awarded_on": on,
        "expires_on": years_after(on, 3),
        "status_index": int.from_bytes(digits("status" + word, 2), "big"),
        "number": number_of(word),
        "name": "阿依古丽·测试",
        "id_type": "resident-id",
        "id_number_masked": "500000********001X",
        "total": Decimal("86.5"),
        "trainee": uuid("trainee " + word),
        "enrolment": uuid("enrolment " + word),
        "cohort": "BDI-2026-1",
        "link": link_of(word),
        "corrects": None,
        "source": None,
    }
    return kinds.CertificateAwarded(**{**values, **changes})


def title(word: str = "one", on: date = date(2026, 3, 2), **changes: Any) -> kinds.TitleGranted:
    """The title of an invented person; `changes` spoil it."""
    values: dict[str, Any] = {
        "title_id": uuid("title " + word),
        "number_hash": address.number_digest(number_of(word, "ENG")),
        "link_hash": address.link_digest(link_of("title" + word)),
        "level": "engineer",
        "granted_on": on,
        "status_index": int.from_bytes(digits("title status" + word, 2), "big"),
        "number": number_of(word, "ENG"),
        "name": "测试学员",
        "id_type": "passport",
        "id_number_masked": "******678",
        "speciality": "大数据",
        "trainee": uuid("trainee " + word),
        "application": uuid("application " + word),
        "policy": "CQ-2026",
        "route": "E1",
        "link": link_of("title" + word),
        "corrects": None,
        "source": None,
    }
    return kinds.TitleGranted(**{**values, **changes})


def programme(edition: int = 1, **changes: Any) -> kinds.ProgrammePublished:
    """An edition of the programme that the certificates are of."""
    values: dict[str, Any] = {
        "programme_id": uuid("programme BDI"),
        "code": "BDI",
        "edition": edition,
        "name_zh": "大数据智能化国际企业认证",
        "name_en": "Big Data Intelligent Certification",
        "certified_by": "HUAWEI",
        "taught_by": "CQUPT",
        "min_attendance": Decimal("0.8"),
        "max_attempts": 2,
        "total_pass": Decimal(70),
        "valid_years": 3,
        "modules": (Module("BD-101", Decimal(40)),),
        "assessments": (Assessment("EXAM", Decimal(1), Decimal(60)),),
    }
    return kinds.ProgrammePublished(**{**values, **changes})


def policy(edition: str = "CQ-2026", **changes: Any) -> kinds.PolicyPublished:
    """An edition of the rules for titles."""
    values: dict[str, Any] = {
        "policy_id": uuid("policy " + edition),
        "edition": edition,
        "authority": "CQHRSS",
        "effective_from": date(2026, 1, 1),
        "panel_min_members": 5,
        "quorum": Fraction(2, 3),
        "majority": Fraction(2, 3),
        "notice_working_days": 5,
        "routes": (Route("E1", "engineer", ("doctor",)),),
    }
    return kinds.PolicyPublished(**{**values, **changes})


def cohort(code: str = "BDI-2026-1", edition: int = 1) -> kinds.CohortOpened:
    """A run of the programme."""
    return kinds.CohortOpened(
        cohort_id=uuid("cohort " + code),
        code=code,
        programme="BDI",
        programme_edition=edition,
        starts_on=date(2026, 1, 5),
        ends_on=date(2026, 2, 27),
        capacity=30,
    )


def enrolled(word: str = "one") -> kinds.EnrolmentMade:
    return kinds.EnrolmentMade(
        enrolment_id=uuid("enrolment " + word),
        trainee=uuid("trainee " + word),
        cohort="BDI-2026-1",
        enrolled_on=date(2026, 1, 4),
    )


def attended(word: str = "one", hours: int = 4) -> kinds.AttendanceRecorded:
    return kinds.AttendanceRecorded(
        enrolment_id=uuid("enrolment " + word), module="BD-101", hours=Decimal(hours), attended_on=date(2026, 1, 6)
    )


def authorised(signer: Signer, organisation: str, granted: Iterable[str], custody: str = "base") -> kinds.KeyAuthorised:
    return kinds.KeyAuthorised(
        organisation_id=uuid("organisation " + organisation),
        organisation=organisation,
        public_key=signer.public,
        kinds=tuple(sorted(granted)),
        custody=custody,
    )


def compromised(signer: Signer, organisation: str, as_of: int) -> kinds.KeyCompromised:
    return kinds.KeyCompromised(organisation_id=uuid("organisation " + organisation), kid=signer.kid, as_of=as_of)


def accredited(code: str, kind: str) -> kinds.OrganisationAccredited:
    return kinds.OrganisationAccredited(
        organisation_id=uuid("organisation " + code),
        code=code,
        kind=kind,
        name_zh=f"{code} 机构",
        name_en=f"{code} organisation",
        uri=uri(code),
    )


def opened(pseudonym: str, *roles: str) -> kinds.AccountOpened:
    return kinds.AccountOpened(
        account_id=uuid("account " + pseudonym), pseudonym=pseudonym, organisation="CQUPT", roles=roles
    )


def genesis(url: str = URL) -> kinds.LogStarted:
    own = zip((CHECKPOINTS, RECEIPTS, STATUS, DOCUMENTS), kinds.LOG_KINDS, strict=True)
    keys = [kinds.GenesisKey(ROOT.public, "organisation", ("log.started", *kinds.ROOT_KINDS))]
    return kinds.LogStarted(
        log_id=uuid("log"),
        origin=ORIGIN,
        url=url,
        code="CQUPT",
        name_zh="工程师创新能力培训基地",
        name_en="Engineers' Innovation Ability Training Base",
        uri=uri("CQUPT"),
        keys=(*keys, *(kinds.GenesisKey(signer.public, "organisation", (kind,)) for signer, kind in own)),
    )


@dataclass
class Lab:
    """The log as it grows. Entries stand in `entries`, to be spoilt at will; `publish` writes whatever is there."""

    entries: list[bytes] = field(default_factory=list)
    disclosures: list[list[bytes]] = field(default_factory=list)
    now: datetime = START
    versions: dict[UUID, int] = field(default_factory=dict)
    url: str = URL
    origin: str = ORIGIN
    _salt: int = 0

    @classmethod
    def founded(cls, now: datetime = START, url: str = URL) -> Lab:
        """With organisations, keys, accounts, a programme, a policy and a cohort: 13 entries."""
        lab = cls(now=now, url=url)
        lab.record(genesis(url), ROOT, CLERK)
        lab.record(authorised(BASE, "CQUPT", (*kinds.REGISTRY_KINDS, *kinds.TEACHING_KINDS)), ROOT, CLERK)
        lab.record(accredited("HUAWEI", "enterprise"), ROOT, CLERK)
        lab.record(accredited("CQHRSS", "authority"), ROOT, CLERK)
        lab.record(authorised(PARTNER, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
        lab.record(authorised(AUTHORITY, "CQHRSS", kinds.AUTHORITY_KINDS), ROOT, CLERK)
        lab.record(opened("clerk-1", "administrator", "assessor", "public", "registrar"), ROOT, CLERK)
        lab.record(opened("head-2", "approver"), ROOT, CLERK)
        lab.record(programme(), BASE, CLERK)
        lab.record(policy(), BASE, CLERK)
        lab.record(cohort(), BASE, CLERK)
        lab.record(enrolled(), BASE, CLERK)
        lab.record(attended(), BASE, CLERK)
        return lab

    def record(
        self,
        event: Event,
        by: Signer = PARTNER,
        actors: tuple[str, ...] = ACTORS,
        *,
        version: int | None = None,
        pack: UUID | None = None,
        at: datetime | None = None,
    ) -> int:
        """Appends a statement of the event, a second after the last. The index that it got."""
        self.now = at or self.now + timedelta(seconds=1)
        stream = event.stream_id
        self.versions[stream] = self.versions.get(stream, 0) + 1 if version is None else version
        around = record.Envelope(self.versions[stream], round(self.now.timestamp() * 1000), bytes(16), actors, pack)
        payload, disclosures = record.make_payload(event, around, self._take_salt)
        protected = Headers(by.kid, by.issuer).of(stream)
        signature = by.sign(statement.to_be_signed(protected, payload))
        self.entries.append(statement.assemble(protected, payload, signature))
        self.disclosures.append(disclosures)
        return len(self.entries) - 1

    def _take_salt(self) -> bytes:
        self._salt += 1
        return digits(f"salt {self._salt}", 16)

    def foreseen(self, *events: Event, by: Signer = PARTNER, **more: Any) -> list[bytes]:
        """What an approver signs of these events, were they recorded now, one after the other."""
        tried = deepcopy(self)
        recorded = (statement.parse(tried.entries[tried.record(event, by, **more)]) for event in events)
        return [record.approved_digest(read.payload) for read in recorded]

    def approve(
        self, over: Sequence[bytes], held: Authenticator, approver: str, by: Signer = BASE, **changes: Any
    ) -> int:
        """Records that a passkey of the approver signed these digests; `changes` spoil the event."""
        assertion = held.approves(over)
        values: dict[str, Any] = {
            "approval_id": uuid(f"approval {self.size}"),
            "approver": approver,
            "passkey": held.thumbprint,
            "digests": tuple(over),
            "authenticator_data": assertion.authenticator_data,
            "client_data": assertion.client_data,
            "signature": assertion.signature,
            **changes,
        }
        return self.record(kinds.ApprovalSigned(**values), by, (values["approver"],))

    # --- what is published ------------------------------------------------------------------------------------------

    def own_key(self, kind: str) -> Signer:
        """The log's own key for one of its uses."""
        return dict(zip(kinds.LOG_KINDS, (CHECKPOINTS, RECEIPTS, STATUS, DOCUMENTS), strict=True))[kind]

    @property
    def size(self) -> int:
        return len(self.entries)

    def leaves(self, size: int | None = None) -> list[bytes]:
        return [merkle.leaf_hash(entry) for entry in self.entries[:size]]

    def root(self, size: int | None = None) -> bytes:
        return merkle.root_of(self.leaves(size))

    def checkpoint(self, size: int | None = None, signer: Signer | None = None) -> bytes:
        """The signed tree head."""
        text = Checkpoint(self.origin, self.size if size is None else size, self.root(size)).text()
        signer = signer or self.own_key(kinds.CHECKPOINT_KIND)
        key = VerifierKey(self.origin, signer.public)
        return str(note.Note(text, (note.Signature(self.origin, key.id, signer.sign(text.encode())),))).encode()

    def receipt(self, index: int, size: int | None = None, signer: Signer | None = None) -> bytes:
        """A receipt for an entry, in the tree of `size` entries."""
        size = self.size if size is None else size
        signer = signer or self.own_key(kinds.RECEIPT_KIND)
        leaves = self.leaves(size)
        path = merkle.inclusion_path(
            index, size, lambda level, at: merkle.root_of(leaves[at << level : (at + 1) << level])
        )
        subject = statement.subject_of(statement.parse(self.entries[index]).stream_id)
        origin = f"https://{self.origin}"
        return receipt.make(signer.kid, origin, subject, size, index, path, self.root(size), signer.sign)

    def proof(self, index: int, size: int | None = None) -> bytes:
        """What the paper of the award at `index` carries."""
        return bundle.make(self.entries[index], self.disclosures[index][:1], [self.receipt(index, size)])

    def authority(self, size: int | None = None) -> Authority:
        """The fold of what is good in the log."""
        authority = Authority()
        for index, entry in enumerate(self.entries[:size]):
            with suppress(VerificationError):
                authority.admit(index, statement.parse(entry))
        return authority

    def trust_text(self, size: int | None = None) -> str:
        """The trust file of the first `size` entries."""
        catalogue = Catalogue()
        for entry in self.entries[:size]:
            with suppress(VerificationError):
                catalogue.evolve(statement.parse(entry).record.event)
        size = self.size if size is None else size
        return trust.from_log(self.authority(size), catalogue.named_programmes(), size)

    def trust(self, size: int | None = None) -> Trust:
        """The trust file, read."""
        return trust.parse(self.trust_text(size))

    def status_bits(self, number: int = 0, size: int | None = None) -> bytes:
        """The fold of what stands of the awards."""
        awards: dict[UUID, standing.Award] = {}
        for entry in self.entries[:size]:
            with suppress(VerificationError):
                read = statement.parse(entry)
                if isinstance(event := read.record.event, (*standing.AWARDS, *standing.CHANGES)):
                    awards[read.stream_id] = standing.evolve(awards.get(read.stream_id), event)
        return statuslist.fold_bits(awards.values(), number)

    def fold_bits(self, number: int = 0) -> bytes:
        """The fold that knows of compromised keys."""
        entries = [(index, statement.parse(entry)) for index, entry in enumerate(self.entries)]
        return statuslist.fold_bits(fold_awards(entries, self.authority()).values(), number)

    def status_token(self, size: int | None = None, signer: Signer | None = None, **changes: Any) -> bytes:
        """The published list 0 as folded from the first `size` entries."""
        signer = signer or self.own_key(kinds.STATUS_KIND)
        values: dict[str, Any] = {
            "uri": f"{self.url}/log/status/0",
            "issued_at": round(self.now.timestamp()),
            "size": self.size if size is None else size,
            "root": self.root(size),
            "kid": signer.kid,
            "sign": signer.sign,
        }
        if "bits" not in changes:
            values["bits"] = self.status_bits(0, size)
        return statuslist.make(**{**values, **changes})

    def numbers_issued(self, size: int | None = None) -> Iterator[tuple[bytes, int]]:
        """The hash of each number among the first `size` entries, with the index of its award."""
        for index, entry in enumerate(self.entries[:size]):
            with suppress(VerificationError):
                event = statement.parse(entry).record.event
                if isinstance(event, standing.AWARDS):
                    yield event.number_hash, index

    def numbers(self, size: int | None = None) -> NumberTree:
        """The index of those numbers."""
        return tree_over(self.numbers_issued(size))

    def number_head(self, size: int | None = None, signer: Signer | None = None, **changes: Any) -> bytes:
        """The signed head of that index."""
        signer = signer or self.own_key(kinds.STATUS_KIND)
        tree = self.numbers(size)
        values: dict[str, Any] = {
            "uri": f"{self.url}/log/numbers/head",
            "issued_at": round(self.now.timestamp()),
            "count": tree.count,
            "root": tree.root,
            "checkpoint": self.checkpoint(size),
            "kid": signer.kid,
            "sign": signer.sign,
        }
        return numberhead.make(**{**values, **changes})

    def number_tiles(self, size: int | None = None) -> dict[str, bytes]:
        """The tiles of that index, by path."""
        return {tile_path(digest): data for digest, data, _ in self.numbers(size).missing(lambda digest: False)}

    def tiles(self, size: int | None = None) -> dict[str, bytes]:
        """Tiles and bundles by path."""
        levels: list[list[bytes]] = [self.leaves(size)]
        while len(levels[-1]) >= tile.WIDTH:
            full = len(levels[-1]) // tile.WIDTH
            levels.append([merkle.root_of(levels[-1][n * tile.WIDTH : (n + 1) * tile.WIDTH]) for n in range(full)])
        files: dict[str, bytes] = {}
        for item in tile.tiles_of(len(levels[0])):
            part = slice(item.number * tile.WIDTH, item.number * tile.WIDTH + item.width)
            whole = tile.join_entries(self.entries[part]) if item.level is None else b"".join(levels[item.level][part])
            files[item.path] = whole
        return files

    def files(self) -> dict[str, bytes]:
        """The whole published tree by path."""
        return {
            "checkpoint": self.checkpoint(),
            "trust.txt": self.trust_text().encode(),
            "status/0": self.status_token(),
            "numbers/head": self.number_head(),
            **self.number_tiles(),
            **self.tiles(),
        }

    def publish(self, folder: Path, spoil: Callable[[dict[str, bytes]], None] = lambda files: None) -> Path:
        """Writes the tree, after `spoil` had its way with it."""
        files = self.files()
        spoil(files)
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder


@dataclass(frozen=True)
class MemoryLog:
    """A published tree in memory."""

    files: dict[str, bytes]
    place: str = "memory"

    def get(self, path: str) -> bytes:
        """A published file. Raises CouldNotCheck."""
        if path not in self.files:
            raise CouldNotCheck(f"{path} is not there")
        return self.files[path]
