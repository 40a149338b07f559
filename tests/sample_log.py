"""A small log made of the verifier's own primitives, signed with fixed keys: what the tests of formats work on.

Everything in it is invented. Its only secrets are seeds that stand here in clear.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from itertools import count
from pathlib import Path
from uuid import UUID

from nacl.signing import SigningKey

from verifier import bundle, keys, merkle, note, receipt, record, statement, tile
from verifier.checkpoint import Checkpoint
from verifier.events import Event
from verifier.kinds import AttendanceRecorded, CertificateAwarded, CertificateRevoked
from verifier.merkle import Frontier
from verifier.note import VerifierKey
from verifier.record import Envelope
from verifier.statement import Headers

ORIGIN = "log.example.org/certledger"
ISSUER = "https://partner.example.org"
RECORDED_AT = 1_767_225_600_000
"""2026-01-01T00:00:00Z in milliseconds."""


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key made from a word."""

    word: str

    @cached_property
    def _key(self) -> SigningKey:
        return SigningKey(sha256(self.word.encode()).digest())

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return bytes(self._key.verify_key)

    @property
    def kid(self) -> bytes:
        """Its COSE Key Thumbprint."""
        return keys.thumbprint(self.public)

    def sign(self, message: bytes) -> bytes:
        """A signature of 64 bytes."""
        return bytes(self._key.sign(message).signature)


ISSUING = Signer("organisation")
CHECKPOINTS = Signer("log.checkpoint")
RECEIPTS = Signer("log.receipt")
LOG_KEY = VerifierKey(ORIGIN, CHECKPOINTS.public)


def uuid(word: str) -> UUID:
    """A stream id that stays the same from run to run."""
    return UUID(bytes=sha256(b"stream" + word.encode()).digest()[:16], version=4)


def salts() -> Iterator[bytes]:
    """Salts that stay the same from run to run: no way to make real ones."""
    return (sha256(b"salt%d" % n).digest()[:16] for n in count())


def award(n: int = 0) -> CertificateAwarded:
    """A certificate of an invented person."""
    return CertificateAwarded(
        certificate_id=uuid(f"certificate {n}"),
        number_hash=sha256(b"number%d" % n).digest(),
        link_hash=sha256(b"link%d" % n).digest(),
        programme="BDI",
        awarded_on=date(2026, 3, 20),
        expires_on=date(2029, 3, 20),
        status_index=4711 + n,
        number=f"BDI-2026-00000000000{n % 10}0-0",
        name="测试学员",
        id_type="resident-id",
        id_number_masked="500000********001X",
        total=Decimal("86.5"),
        trainee=uuid(f"trainee {n}"),
        enrolment=uuid(f"enrolment {n}"),
        cohort="BDI-2026-1",
        link="0123456789ABCDEFGHJKMNPQ",
        corrects=None,
        source=None,
    )


def attendance(n: int = 0) -> AttendanceRecorded:
    """An event of personal fields alone."""
    return AttendanceRecorded(
        enrolment_id=uuid(f"enrolment {n}"), module="M1", hours=Decimal("3.5"), attended_on=date(2026, 3, 2)
    )


def revocation(n: int = 0) -> CertificateRevoked:
    """An event of public fields alone."""
    return CertificateRevoked(
        certificate_id=uuid(f"certificate {n}"), revoked_on=date(2026, 5, 4), reason="issued-in-error"
    )


def envelope(version: int = 1, **changes: object) -> Envelope:
    """What every statement here says besides its own fields."""
    values = {"version": version, "recorded_at": RECORDED_AT, "command": bytes(16), "actors": ("clerk-1", "head-2")}
    return Envelope(**{**values, **changes})  # type: ignore[arg-type]


def signed(event: Event, around: Envelope | None = None, signer: Signer = ISSUING) -> tuple[bytes, list[bytes]]:
    """The statement's bytes and the disclosures of its personal fields."""
    taken = salts()
    payload, disclosures = record.make_payload(event, around or envelope(), lambda: next(taken))
    protected = Headers(signer.kid, ISSUER).of(event.stream_id)
    signature = signer.sign(statement.to_be_signed(protected, payload))
    return statement.assemble(protected, payload, signature), disclosures


def checkpoint(size: int, root: bytes, signers: Sequence[Signer] = (CHECKPOINTS,), origin: str = ORIGIN) -> bytes:
    """A tree head signed by the log, as it is published."""
    text = Checkpoint(origin, size, root).text()
    lines = (note.Signature(origin, VerifierKey(origin, s.public).id, s.sign(text.encode())) for s in signers)
    return str(note.Note(text, tuple(lines))).encode()


@dataclass
class SampleLog:
    """Entries and their tree."""

    entries: list[bytes]
    leaves: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.leaves = [merkle.leaf_hash(entry) for entry in self.entries]

    @classmethod
    def of_statements(cls, size: int) -> SampleLog:
        """A log of awards, attendance and revocations in turn."""
        makers = (award, attendance, revocation)
        return cls([signed(makers[n % 3](n))[0] for n in range(size)])

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self.entries)

    def root(self, size: int | None = None) -> bytes:
        """Root of the tree of the first `size` entries."""
        return merkle.root_of(self.leaves[:size])

    def hash(self, level: int, position: int) -> bytes:
        """Root of a complete subtree, recomputed from the leaves."""
        return merkle.root_of(self.leaves[position << level : (position + 1) << level])

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Inclusion path of an entry in the tree of the first `size` entries."""
        return merkle.inclusion_path(index, self.size if size is None else size, self.hash)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """Proof that the tree of `new` entries extends that of `old`."""
        return merkle.consistency_path(old, self.size if new is None else new, self.hash)

    def checkpoint(self, size: int | None = None) -> bytes:
        """The signed tree head."""
        return checkpoint(self.size if size is None else size, self.root(size))

    def receipt(self, index: int, size: int | None = None) -> bytes:
        """A receipt for a statement in the log."""
        size = self.size if size is None else size
        subject = statement.subject_of(statement.parse(self.entries[index]).stream_id)
        path = self.inclusion(index, size)
        return receipt.make(
            RECEIPTS.kid, f"https://{ORIGIN}", subject, size, index, path, self.root(size), RECEIPTS.sign
        )

    def files(self, since: int = 0, size: int | None = None) -> dict[str, bytes]:
        """The tiles and bundles by path that the tree of `size` entries has and that of `since` had not."""
        files: dict[str, bytes] = {}
        level, nodes = 0, self.leaves[:size]
        levels: dict[int, list[bytes]] = {0: nodes}
        while len(nodes) >= tile.WIDTH:
            whole = len(nodes) // tile.WIDTH * tile.WIDTH
            nodes = [Frontier().extend(nodes[i : i + tile.WIDTH]).root for i in range(0, whole, tile.WIDTH)]
            level += 1
            levels[level] = nodes
        for item in tile.tiles_of(len(levels[0]), since):
            part = slice(item.number * tile.WIDTH, item.number * tile.WIDTH + item.width)
            is_bundle = item.level is None
            files[item.path] = (
                tile.join_entries(self.entries[part]) if is_bundle else b"".join(levels[item.level or 0][part])
            )
        return files

    def publish(self, folder: Path, sizes: Sequence[int] = ()) -> None:
        """Writes the tree as it is after checkpoints of these sizes, each following the last, and of the whole."""
        since = 0
        for size in (*sizes, self.size):
            for path, data in self.files(since, size).items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)
            since = size
        (folder / "checkpoint").write_bytes(self.checkpoint())


def proof() -> bytes:
    """A Transparent Statement of an award, with what its paper shows: what `proof.cbor` holds."""
    entry, disclosures = signed(award(1))
    others = SampleLog.of_statements(20).entries
    log = SampleLog([*others[:7], entry, *others[7:]])
    return bundle.make(entry, disclosures[:1], [log.receipt(7)])
