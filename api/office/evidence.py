"""Evidence as pages list it: what the log names, and whether the file itself is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from api.attachment import FILE_TYPE, attachment
from api.languages import Words
from api.office import training_words
from ledger.office.attached import attached_to
from ledger.office.evidence import KeptFile
from ledger.office.opening import Office
from ledger.office.sight import Sight
from ledger.vault import Vault
from verifier.dossier import Dossier


@dataclass(frozen=True, slots=True)
class Line:
    """A document named by its hash."""

    stream: UUID
    """What it belongs to."""
    on: date
    description: str
    digest: str
    """SHA-256 in hexadecimal."""
    file: KeptFile | None
    """None where only the hash is recorded."""
    address: str
    """Where the file is to be had."""

    @property
    def size(self) -> str:
        """Of the file, in kB, rounded up."""
        return "" if self.file is None else f"{-(-self.file.size // 1000)} kB"


def lines(office: Office, subject: UUID, streams: Collection[UUID]) -> list[Line]:
    """The documents of a person beside these of the person's streams, oldest first. Raises StoreError."""
    named = attached_to(office.ledger.store, Vault(office.ledger.data_keys), subject)
    kept = office.evidence.of(subject)
    return [
        Line(
            item.stream,
            item.on,
            item.description,
            item.digest.hex(),
            kept.get(item.digest),
            f"/console/trainees/{subject}/evidence/{kept[item.digest].id}" if item.digest in kept else "",
        )
        for item in named
        if item.stream in streams
    ]


def streams(sight: Sight, dossier: Dossier) -> Mapping[UUID, Words]:
    """What a document may belong to: the person, and whatever of the person is within sight."""
    found = {dossier.subject: training_words.TRAINEE_NO}
    for enrolment in dossier.enrolments.values():
        if sight.sees_training(dossier, enrolment.cohort):
            found[enrolment.id] = _of(training_words.ENROLMENTS, enrolment.cohort)
    for certificate in dossier.certificates.values():
        if sight.sees_training(dossier, str(certificate.event.cohort)):
            found[certificate.id] = _of(training_words.CERTIFICATE, str(certificate.event.number))
    for application in dossier.applications.values():
        if sight.sees_application(dossier, application):
            found[application.id] = _of(training_words.APPLICATIONS, str(application.filed.application_no))
    return found


def given_out(office: Office, kept: KeptFile) -> Response:
    """A kept file as it was sent, to be saved by who asked and by nobody on the way. Raises Altered; StoreError."""
    office.evidence.check(kept)
    headers = {**attachment(kept.name), "Content-Length": str(kept.size)}
    return StreamingResponse(office.evidence.read(kept), 200, headers, FILE_TYPE)


def _of(what: Words, which: str) -> Words:
    return Words(f"{what.zh} {which}", f"{what.en} {which}", f"{what.ko} {which}")
