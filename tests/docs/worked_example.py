"""The worked example of docs/formats.md: a log of six entries under fixed keys, and one proof out of it.

Run by hand as `python -m tests.docs.worked_example`, it writes the example into the document anew. Everything in it is
invented, and its seeds stand here in clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from nacl.signing import SigningKey

from verifier import (
    address,
    bundle,
    keys,
    kinds,
    merkle,
    note,
    receipt,
    record,
    statement,
    trust,
    verification_receipt,
)
from verifier.authority import Authority
from verifier.catalogue import Catalogue
from verifier.checkpoint import Checkpoint
from verifier.events import Event
from verifier.note import VerifierKey
from verifier.record import Envelope
from verifier.rules import Assessment, Module
from verifier.statement import Headers
from verifier.trust import Trust
from verifier.verification_receipt import NUMBER as NUMBER_TYPED
from verifier.verification_receipt import Item, Presented

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
BEGIN, END = "<!-- worked example: begin -->", "<!-- worked example: end -->"

ORIGIN = "certificates.example.org/example"
URL = "https://certificates.example.org"
BASE_URI, PARTNER_URI = f"{URL}/o/BASE", f"{URL}/o/PARTNER"
RECORDED_AT = 1_782_000_000_000
NUMBER = address.new_number("BDI", 2026, bytes(range(9)))
LINK_ID = address.new_link_id(bytes(range(15)))
COMMAND_ID = bytes(range(16))
LOG_ID = UUID(int=1, version=4)
AWARD_INDEX = 5
WIDTH = 96


class Signer:
    """An Ed25519 key whose seed is the SHA-256 of a word."""

    def __init__(self, word: str) -> None:
        self.word, self.seed = word, sha256(word.encode()).digest()
        self._key = SigningKey(self.seed)
        self.public = bytes(self._key.verify_key)
        self.kid = keys.thumbprint(self.public)

    def sign(self, message: bytes) -> bytes:
        """A signature of 64 bytes."""
        return bytes(self._key.sign(message).signature)


ROOT, PARTNER = Signer("example root"), Signer("example partner")
CHECKPOINTS, RECEIPTS, DOCUMENTS = Signer("example checkpoint"), Signer("example receipt"), Signer("example document")
VERIFIER_KEY = VerifierKey(ORIGIN, CHECKPOINTS.public)


@dataclass(frozen=True)
class Example:
    """What the document shows."""

    entries: list[bytes]
    payload: bytes
    disclosures: list[bytes]
    checkpoint: bytes
    proof: bytes
    trust: str
    verification: bytes

    @property
    def entry(self) -> bytes:
        """The award's log entry."""
        return self.entries[AWARD_INDEX]

    def trusted(self) -> Trust:
        """The trust file as read."""
        return trust.parse(self.trust)


def events() -> list[tuple[Event, Signer, str, tuple[str, ...]]]:
    """Each event of the log with its signer, the signer's URI, and the actors."""
    clerk, head = ("P-CLERK",), ("P-CLERK", "P-HEAD")
    genesis = kinds.LogStarted(
        log_id=LOG_ID,
        origin=ORIGIN,
        url=URL,
        code="BASE",
        name_zh="示例基地",
        name_en="Example Base",
        uri=BASE_URI,
        keys=tuple(
            kinds.GenesisKey(signer.public, "base", tuple(sorted(granted)))
            for signer, granted in (
                (ROOT, ("log.started", *kinds.BASE_KINDS)),
                (CHECKPOINTS, (kinds.CHECKPOINT_KIND,)),
                (RECEIPTS, (kinds.RECEIPT_KIND,)),
            )
        ),
    )
    partner = kinds.OrganisationAccredited(
        organisation_id=UUID(int=2, version=4),
        code="PARTNER",
        kind="enterprise",
        name_zh="示例企业",
        name_en="Example Enterprise",
        uri=PARTNER_URI,
    )
    key = kinds.KeyAuthorised(
        organisation_id=UUID(int=2, version=4),
        organisation="PARTNER",
        public_key=PARTNER.public,
        kinds=kinds.CERTIFYING_KINDS,
        custody="organisation",
    )
    account = kinds.AccountOpened(
        account_id=UUID(int=3, version=4), pseudonym="P-HEAD", organisation="BASE", roles=("approver",)
    )
    return [
        (genesis, ROOT, BASE_URI, clerk),
        (partner, ROOT, BASE_URI, clerk),
        (key, ROOT, BASE_URI, clerk),
        (account, ROOT, BASE_URI, clerk),
        (programme(), ROOT, BASE_URI, clerk),
        (award(), PARTNER, PARTNER_URI, head),
    ]


def programme() -> kinds.ProgrammePublished:
    """What the certificate is for."""
    return kinds.ProgrammePublished(
        programme_id=UUID(int=4, version=4),
        code="BDI",
        edition=1,
        name_zh="大数据",
        name_en="Big Data",
        certified_by="PARTNER",
        taught_by="BASE",
        min_attendance=Decimal("0.8"),
        max_attempts=2,
        total_pass=Decimal("70"),
        valid_years=3,
        modules=(Module("M1", Decimal("24")),),
        assessments=(Assessment("exam", Decimal("1"), Decimal("60")),),
    )


def award() -> kinds.CertificateAwarded:
    """The certificate of an invented person."""
    return kinds.CertificateAwarded(
        certificate_id=UUID(int=5, version=4),
        number_hash=address.number_digest(NUMBER),
        link_hash=address.link_digest(LINK_ID),
        programme="BDI",
        awarded_on=date(2026, 6, 8),
        expires_on=date(2029, 6, 8),
        status_index=4711,
        number=NUMBER,
        name="测试学员",
        id_type="resident-id",
        id_number_masked="500000********001X",
        total=Decimal("86.5"),
        trainee=UUID(int=6, version=4),
        enrolment=UUID(int=7, version=4),
        cohort="BDI-2026-1",
        link=LINK_ID,
        corrects=None,
        source=None,
    )


def salt(number: int) -> bytes:
    """Sixteen bytes that are the same in every run: no way to make real salts."""
    return sha256(b"example salt %d" % number).digest()[:16]


def make() -> Example:
    """The log, its checkpoint, the award's proof and the trust file."""
    entries: list[bytes] = []
    payload, disclosures = b"", []
    authority, catalogue = Authority(), Catalogue()
    for index, (event, signer, issuer, actors) in enumerate(events()):
        stream = event.stream_id
        version = 2 if isinstance(event, kinds.KeyAuthorised) else 1
        around = Envelope(version, RECORDED_AT + index, record.blind_command(COMMAND_ID, stream), actors)
        numbers = iter(range(100))
        payload, disclosures = record.make_payload(event, around, lambda: salt(next(numbers)))  # noqa: B023
        protected = Headers(signer.kid, issuer).of(stream)
        signature = signer.sign(statement.to_be_signed(protected, payload))
        entries.append(statement.assemble(protected, payload, signature))
        authority.admit(index, statement.parse(entries[-1]))
        catalogue.evolve(event)
    size, leaves = len(entries), [merkle.leaf_hash(entry) for entry in entries]
    root = merkle.root_of(leaves)
    text = Checkpoint(ORIGIN, size, root).text()
    line = note.Signature(ORIGIN, VERIFIER_KEY.id, CHECKPOINTS.sign(text.encode()))
    path = merkle.inclusion_path(
        AWARD_INDEX, size, lambda level, at: merkle.root_of(leaves[at << level : at + 1 << level])
    )
    subject = statement.subject_of(award().stream_id)
    proving = receipt.make(RECEIPTS.kid, f"https://{ORIGIN}", subject, size, AWARD_INDEX, path, root, RECEIPTS.sign)
    head = str(note.Note(text, (line,))).encode()
    return Example(
        entries,
        payload,
        disclosures,
        head,
        bundle.make(entries[AWARD_INDEX], disclosures[:1], [proving]),
        trust.from_log(authority, catalogue.named_programmes(), size),
        verification(leaves[0], head),
    )


def verification(genesis: bytes, head: bytes) -> bytes:
    """A verification receipt of a number that leads nowhere."""
    item = Item(Presented(NUMBER_TYPED, NUMBER, "别的姓名"), "unknown", "no-match")
    seconds = RECORDED_AT // 1000 + 60
    files = {"checkpoint": head}
    return verification_receipt.make(DOCUMENTS.kid, ORIGIN, genesis, seconds, files, [item], DOCUMENTS.sign)


def as_markdown(example: Example) -> str:
    """The example as it stands in the document."""
    parsed = statement.parse(example.entry)
    proving = bundle.parse(example.proof).receipt
    digits = address.proof_address(URL, example.proof).partition("#")[2]
    parts = [
        "Keys: the seed of each is the SHA-256 of a word.",
        _block(
            *(
                f"{signer.word!r}\n  seed   {signer.seed.hex()}\n"
                f"  public {signer.public.hex()}\n  kid    {signer.kid.hex()}"
                for signer in (PARTNER, RECEIPTS)
            ),
            f"{CHECKPOINTS.word!r}\n  seed   {CHECKPOINTS.seed.hex()}\n  vkey   {VERIFIER_KEY}",
        ),
        f"The number is `{NUMBER}`, hashed as `{NUMBER.replace('-', '')}`; the link id is `{LINK_ID}`. The "
        f"command's id is `{COMMAND_ID.hex()}`, shown in this stream as `{parsed.record.envelope.command.hex()}`. "
        f"Protected header, {len(parsed.protected)} bytes:",
        _hex(parsed.protected),
        f"Payload, {len(example.payload)} bytes:",
        _hex(example.payload),
        "The first disclosure, `print`, as the byte string whose SHA-256 is the first commitment:",
        _hex(example.disclosures[0]),
        f"Its SHA-256 is `{parsed.record.commitments[0].hex()}`. The second, `rest`, whose SHA-256 is "
        f"`{parsed.record.commitments[1].hex()}`:",
        _hex(example.disclosures[1]),
        f"The log entry, {len(example.entry)} bytes, SHA-256 `{sha256(example.entry).hexdigest()}`:",
        _hex(example.entry),
        "The leaf hashes of the six entries, and the checkpoint over them:",
        _block(*(f"{n} {merkle.leaf_hash(entry).hex()}" for n, entry in enumerate(example.entries))),
        _block(example.checkpoint.decode().rstrip("\n")),
        f"The receipt of entry {AWARD_INDEX} in the tree of {proving.size}, {len(proving.raw)} bytes:",
        _hex(proving.raw),
        f"The Transparent Statement (`proof.cbor`), {len(example.proof)} bytes, SHA-256 "
        f"`{sha256(example.proof).hexdigest()}`:",
        _hex(example.proof),
        f"Its address is `{URL}/p#` and {len(digits)} digits, which begin with `{digits[:24]}` and end in "
        f"`{digits[-24:]}`. The link address is `{address.link_address(URL, LINK_ID)}`. The trust file, by "
        "which the proof verifies:",
        _block(example.trust.rstrip("\n")),
        f"A verification receipt (§16), {len(example.verification)} bytes, of that number typed with another name, "
        "which matches nothing, by a key for documents whose seed is the SHA-256 of "
        f"{DOCUMENTS.word!r} and which the trust file above does not name:",
        _hex(example.verification),
    ]
    return "\n\n".join(parts)


def written(document: str, example: Example) -> str:
    """The document with the example between its marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{as_markdown(example)}\n\n{END}{after}"


def _block(*lines: str) -> str:
    return "\n".join(["```text", *lines, "```"])


def _hex(data: bytes) -> str:
    text = data.hex()
    return _block(*(text[at : at + WIDTH] for at in range(0, len(text), WIDTH)))


def main() -> None:
    """Writes the example into the document."""
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), make()), "utf-8")


if __name__ == "__main__":
    main()
