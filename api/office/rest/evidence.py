"""Evidence: documents of a person, kept encrypted under the person's key, named in the log by hash, given back."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.attachment import FILE_TYPE
from api.office import evidence_words
from api.office.evidence import Line, given_out, lines, streams
from api.office.rest import words
from api.office.rest.answers import SIGNED_IN, Told, refused, statuses, told
from api.office.rest.bodies import idempotency_key, wanted_revisions
from api.office.rest.commands import OF_ONE, PARAMETERS, Recorded, answered
from api.office.rest.files import FILE, file_out, form_in, form_with_files
from api.office.rest.sights import Sights
from api.office.rest.trainees import id_of
from api.office.uploads import Room, Uploads, sent_file
from ledger.command_forms import LONGEST_TEXT, BadForm
from ledger.office.attaching import Paper, attach
from ledger.office.evidence import LARGEST_BYTES, Altered, TooLarge
from ledger.office.seeing import unknown_trainee
from ledger.office.sight import Sight
from ledger.refusals import Code, Refusal
from verifier.dossier import Dossier

Uuid = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
_DIGEST: Final = re.compile(r"([0-9a-f]{64})?", re.ASCII)
_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "file": FILE,
    "stream": {"type": "string", "format": "uuid", "description": "The person, or what of them it belongs to."},
    "description": {"type": "string", "maxLength": LONGEST_TEXT},
    "on": {"type": "string", "format": "date"},
    "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the file, to be compared."},
}
_NEEDED: Final = ("file", "stream", "description", "on")
_log = logging.getLogger(__name__)


class KeptTold(Told):
    """A file that is kept."""

    id: UUID
    name: str
    size: int


class EvidenceTold(Told):
    """A document that the log names."""

    stream: UUID = Field(description="The person, enrolment, certificate or application that it belongs to.")
    on: date
    description: str
    sha256: str
    file: KeptTold | None = Field(description="Null where only the hash is recorded.")


class EvidenceList(Told):
    """The documents of a person that this account may see, oldest first."""

    evidence: list[EvidenceTold]


def add(made: APIRouter, sights: Sights, uploads: Uploads) -> None:
    """Adds the routes."""
    _add_attaching(made, sights, uploads)
    _add_reading(made, sights)


def _add_attaching(made: APIRouter, sights: Sights, uploads: Uploads) -> None:
    def keep(request: Request, sight: Sight, trainee: UUID, said: Mapping[str, str], key: str) -> Response:
        paper = _paper(request, trainee, said)
        if paper.stream not in streams(sight, sight.dossier(trainee)):
            raise Refusal(Code.UNKNOWN_VALUE, "`stream` is nothing of this person that the account may see")
        office = sights.office()
        try:
            return answered(office, attach(office, sight.member, paper, key, wanted_revisions(request)))
        except TooLarge:
            raise refused(413, "too-large", words.TOO_LARGE) from None

    @made.post(
        "/trainees/{trainee}/evidence",
        status_code=201,
        response_model=Recorded,
        responses={**OF_ONE, **statuses(*SIGNED_IN, 400, 404, 408, 409, 410, 412, 413, 415, 422)},
        operation_id="attach_file",
        summary="Keeps a document and names it in the log",
        description="For the role `registrar`; `POST /commands/attach-evidence` names one that is kept elsewhere.",
        openapi_extra={"parameters": list(PARAMETERS), "requestBody": form_in(_NEEDED, **_FIELDS)},
    )
    async def attached(request: Request, trainee: Uuid) -> Response:
        sight = await run_in_threadpool(sights.of, request, "record")
        key = idempotency_key(request)
        person = await run_in_threadpool(_person, sight, trainee)
        async with form_with_files(uploads, request, Room(LARGEST_BYTES, 1), _FIELDS) as said:
            return await run_in_threadpool(keep, request, sight, person.subject, said, key)


def _add_reading(made: APIRouter, sights: Sights) -> None:
    def seen(request: Request, trainee: str) -> list[Line]:
        sight = sights.of(request)
        dossier = _person(sight, trainee)
        return lines(sights.office(), dossier.subject, streams(sight, dossier))

    @made.get(
        "/trainees/{trainee}/evidence",
        response_model=EvidenceList,
        responses=statuses(*SIGNED_IN, 404, 410),
        operation_id="list_evidence",
        summary="The documents that the log names beside a person's affairs",
    )
    def listed(request: Request, trainee: Uuid) -> Response:
        return told(EvidenceList(evidence=[*map(_told, seen(request, trainee))]))

    @made.get(
        "/trainees/{trainee}/evidence/{file}",
        response_class=Response,
        responses={**file_out("The file as it was sent.", FILE_TYPE), **statuses(*SIGNED_IN, 404, 409, 410)},
        operation_id="get_evidence",
        summary="A kept file, whole and as it was sent, or nothing of it",
    )
    def one(request: Request, trainee: Uuid, file: Uuid) -> Response:
        wanted = id_of(file)
        for line in seen(request, trainee):
            if line.file is not None and line.file.id == wanted:
                break
        else:
            raise refused(404, "unknown-evidence", words.UNKNOWN_EVIDENCE)
        try:
            return given_out(sights.office(), line.file)
        except Altered as error:
            _log.error("kept evidence is not given out: %s", error)
            raise refused(409, "altered-evidence", evidence_words.ALTERED) from None


def _person(sight: Sight, trainee: str) -> Dossier:
    id_ = id_of(trainee)
    if id_ is None:
        raise unknown_trainee()
    return sight.dossier(id_)


def _paper(request: Request, trainee: UUID, said: Mapping[str, str]) -> Paper:
    file, stream = sent_file(request, "file"), id_of(said.get("stream", ""))
    if file is None:
        raise BadForm("file", "the document itself")
    if stream is None:
        raise BadForm("stream", "an id")
    if not _DIGEST.fullmatch(said.get("digest", "")):
        raise BadForm("digest", "64 hexadecimal digits, small letters")
    return Paper(trainee, stream, said.get("description", ""), said.get("on", ""), file, digest=said.get("digest", ""))


def _told(line: Line) -> EvidenceTold:
    file = None if line.file is None else KeptTold(id=line.file.id, name=line.file.name, size=line.file.size)
    return EvidenceTold(stream=line.stream, on=line.on, description=line.description, sha256=line.digest, file=file)
