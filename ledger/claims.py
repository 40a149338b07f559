"""Private uniqueness: what may be there once, keyed by HMAC under a key derived from the master key (FORMATS §1).

Nobody without that key can test from the table whether somebody is here; claims about a person go with the person.

Claims of an intake follow from rows that the ledger does not keep, so nothing can recompute their keys: they carry a
code over key, person and value (`bind`), by which `fsck` sees that none was changed. That a row of a pack was settled
outlasts its person's erasure, with nothing that leads to the person: else the same pack, taken in once more, would
register who was erased.
"""

from __future__ import annotations

import hmac
from enum import Enum
from hashlib import sha256
from typing import Final
from uuid import UUID

from ledger.store import Claim, StoreCorrupt
from verifier import kinds
from verifier.events import Event

CODE_SIZE: Final = 16


class IntakeClaim(Enum):
    """What an intake claims."""

    PACK = b"P"
    """The pack itself. Body: the stream of its event."""
    ROW = b"R"
    """A step of a row that was taken in. Body: the pack."""
    REJECTED = b"T"
    """A row that was turned away. Body: the pack, then code, sentence and column in CBOR."""
    APPLICATION = b"A"
    """What an application's row became, for the steps that follow. Body: the application's stream."""


class ClaimKeys:
    """Keys of the claims table. Each kind of claim has its own prefix, so that none collides with another."""

    def __init__(self, key: bytes) -> None:
        self._mac = hmac.new(key, b"certledger/claims\x00", sha256)

    def _key(self, kind: bytes, *parts: bytes) -> bytes:
        mac = self._mac.copy()
        mac.update(b"".join((kind, *[len(part).to_bytes(4, "big") + part for part in parts])))
        return mac.digest()

    def trainee_no(self, number: str) -> bytes:
        """A trainee number of the base."""
        return self._key(b"trainee-no", number.encode())

    def identity(self, id_type: str, id_number: str) -> bytes:
        """An identity document: its type and number."""
        return self._key(b"identity", id_type.encode(), id_number.encode())

    def enrolment(self, trainee: UUID, cohort: str) -> bytes:
        """One enrolment of a trainee in a cohort."""
        return self._key(b"enrolment", trainee.bytes, cohort.encode())

    def certificate_of(self, enrolment: UUID) -> bytes:
        """One certificate an enrolment."""
        return self._key(b"certificate-of", enrolment.bytes)

    def title_of(self, application: UUID) -> bytes:
        """One title an application."""
        return self._key(b"title-of", application.bytes)

    def objection_to(self, application: UUID, place: int) -> bytes:
        """One objection to an application, by its place among them, from 1."""
        return self._key(b"objection-to", application.bytes, place.to_bytes(8, "big"))

    def objection_link(self, link: str) -> bytes:
        """The link that its objector has."""
        return self._key(b"objection-link", link.encode())

    def notice(self, application: UUID) -> bytes:
        """No claim but a name: that of an application on its public notice, which the log does not show."""
        return self._key(b"notice", application.bytes)

    def form(self, notice: str, sent: bytes) -> bytes:
        """No claim either: the id of the command that a form sent once or twice stands for."""
        return self._key(b"form", notice.encode(), sent)

    def name_piece(self, piece: str) -> bytes:
        """No claim: a piece of a person's name, as the register keeps it (ADR 31)."""
        return self._key(b"name-piece", piece.encode())

    def application_no(self, number: str) -> bytes:
        """No claim: the number of an application, as the register keeps it."""
        return self._key(b"application-no", number.encode())

    def status_index(self, index: int) -> bytes:
        """A place in the status list."""
        return self._key(b"status-index", index.to_bytes(8, "big"))

    def definition(self, kind: str, code: str) -> bytes:
        """A thing that the base defines: organisation, programme edition, policy, cohort, calendar."""
        return self._key(b"definition", kind.encode(), code.encode())

    def row(self, identity: bytes) -> bytes:
        """A row of a pack by its content and its occurrence among equal rows of its file."""
        return self._key(b"row", identity)

    def application_row(self, identity: bytes) -> bytes:
        """The application that a row of a pack became."""
        return self._key(b"application-row", identity)

    def pack(self, digest: bytes) -> bytes:
        """A pack by the digest of its files."""
        return self._key(b"pack", digest)

    def bind(self, kind: IntakeClaim, key: bytes, subject: UUID | None, body: bytes) -> Claim:
        """A claim of an intake, its value bound to its place: kind, code, body."""
        return Claim(key, subject, kind.value + self._code(kind, key, subject, body) + body)

    def read(self, claim: Claim) -> tuple[IntakeClaim, bytes]:
        """Kind and body of a claim of an intake. Raises StoreCorrupt where it is not what was bound."""
        try:
            kind = IntakeClaim(claim.value[:1])
        except ValueError:
            raise StoreCorrupt(None, "claims.value", "not a claim that an intake makes") from None
        body = claim.value[1 + CODE_SIZE :]
        if not hmac.compare_digest(claim.value[1 : 1 + CODE_SIZE], self._code(kind, claim.key, claim.subject, body)):
            raise StoreCorrupt(None, "claims.value", "key, subject and value are not those that an intake claimed")
        return kind, body

    def _code(self, kind: IntakeClaim, key: bytes, subject: UUID | None, body: bytes) -> bytes:
        return self._key(b"bound", kind.value, key, b"" if subject is None else subject.bytes, body)[:CODE_SIZE]


def claims_for(keys: ClaimKeys, event: Event, subject: UUID) -> list[Claim]:
    """The claims that an event makes, recomputable from its personal values. Each holds the event's stream id.

    An event whose personal values are erased makes none: its claims went with the person.
    """
    stream = event.stream_id.bytes
    match event:
        case kinds.TraineeRegistered(trainee_no=str(number), id_type=str(id_type), id_number=str(id_number)):
            found = [keys.trainee_no(number), keys.identity(id_type, id_number)]
        case kinds.EnrolmentMade(trainee=UUID() as trainee, cohort=str(cohort)):
            found = [keys.enrolment(trainee, cohort)]
        case kinds.CertificateAwarded(enrolment=UUID() as enrolment):
            found = [keys.certificate_of(enrolment)] if event.corrects is None else []
            return [*_of(found, subject, stream), Claim(keys.status_index(event.status_index), None, stream)]
        case kinds.TitleGranted(application=UUID() as application):
            found = [keys.title_of(application)] if event.corrects is None else []
            return [*_of(found, subject, stream), Claim(keys.status_index(event.status_index), None, stream)]
        case kinds.ObjectionLodged(application=UUID() as application, place=int(place), link=str(link)):
            found = [keys.objection_to(application, place), keys.objection_link(link)]
        case kinds.CertificateAwarded() | kinds.TitleGranted():
            return [Claim(keys.status_index(event.status_index), None, stream)]
        case _:
            found = []
    return _of(found, subject, stream)


def _of(found: list[bytes], subject: UUID, value: bytes) -> list[Claim]:
    return [Claim(key, subject, value) for key in found]
