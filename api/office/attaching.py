"""Attaching a document to a person's affairs, and getting it back."""

from __future__ import annotations

import hmac
import logging
import re
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.office import evidence_words, training_words, words
from api.office.acts import Act, answer
from api.office.addresses import id_in
from api.office.console import Console, NotThere, Sent
from api.office.evidence import given_out, lines, streams
from api.office.forms import Field, Filled, day_of
from api.office.gate import Acting
from api.office.uploads import sent_file
from ledger import commands as c
from ledger.bulk.uploads import Uploaded
from ledger.office.doing import Done
from ledger.office.evidence import LARGEST_BYTES, Altered, measured
from ledger.refusals import Code, Refusal
from verifier.events import Withheld
from verifier.kinds import EvidenceAttached

_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")
_log = logging.getLogger(__name__)


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages, at = Attaching(console), "/trainees/{trainee}/evidence"
    return [
        console.route(at, pages.attach, file_bytes=LARGEST_BYTES),
        console.route(f"{at}/{{file}}", pages.download, ["GET"]),
    ]


class Attaching:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def attach(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Keeps a file and names it in the log, or names it alone."""
        sight = self._console.sight(acting)
        dossier = sight.dossier(id_in(request, "trainee"))
        person, file = dossier.trainee, sent_file(request, "file")
        assert person is not None  # else it would be out of sight

        choices = [(str(stream), told) for stream, told in streams(sight, dossier).items()]

        def make(form: Filled) -> c.Command:
            if not acting.may("registrar"):  # before anything is kept
                raise Refusal(Code.MISSING_ROLE, "attaching evidence takes the role registrar")
            kept = None if file is None else self._console.office.evidence.keep(dossier.subject, file.file, file.name)
            digest, day = kept or bytes.fromhex(form["digest"]), day_of(form["on"])
            assert day is not None  # the form was found good
            return c.AttachEvidence(dossier.subject, UUID(form["stream"]), form["description"], digest, day)

        act = Act(
            training_words.ATTACH,
            training_words.ATTACH,
            (
                Field("stream", training_words.BELONGS_TO, "choice", choices=choices),
                Field("description", training_words.DESCRIPTION),
                Field("on", training_words.ON, "day"),
                Field("file", evidence_words.FILE, "file", required=False),
                Field("digest", evidence_words.DIGEST, required=False),
            ),
            make,
            f"/console/trainees/{dossier.subject}",
            {Code.UNKNOWN_VALUE: "stream", Code.UNKNOWN_TRAINEE: "on"},
            {"on": sight.today.isoformat(), "stream": request.query_params.get("of", "")},
            [(training_words.TRAINEE_NO, person.trainee_no), (training_words.NAME, person.name)],
            evidence_words.ATTACH_HOW,
            lambda form: _checked(form, file),
            hashes="digest",
        )
        return answer(self._console, request, acting, sent, act, lambda done: self._attached(dossier.subject, done))

    def download(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """A kept file as it was sent, or nothing of it."""
        sight, office = self._console.sight(acting), self._console.office
        dossier = sight.dossier(id_in(request, "trainee"))
        wanted = id_in(request, "file")
        seen = lines(office, dossier.subject, streams(sight, dossier))
        kept = next((item.file for item in seen if item.file is not None and item.file.id == wanted), None)
        if kept is None:
            raise NotThere
        try:
            return given_out(office, kept)
        except Altered as error:
            _log.error("kept evidence is not given out: %s", error)
            return self._console.page(
                "office/refused.html", request, acting, 409, refused=evidence_words.ALTERED, told=""
            )

    def _attached(self, subject: UUID, done: Done) -> str:
        for event in done.executed.events if done.executed else ():
            if isinstance(event, EvidenceAttached) and not isinstance(event.digest, Withheld):
                self._console.office.evidence.name(subject, event.digest)
        return f"/console/trainees/{subject}"


def _checked(form: Filled, file: Uploaded | None) -> Filled:
    """A file or its hash has to be there; where both are, they go together."""
    if form["digest"] and not _DIGEST.fullmatch(form["digest"]):
        return form.with_fault("digest", evidence_words.DIGEST_FAULT)
    if file is None:
        if form["file"]:
            return form.with_fault("file", words.CHOOSE_AGAIN)
        return form if form["digest"] else form.with_fault("file", evidence_words.NEITHER)
    if not 0 < file.size <= LARGEST_BYTES:
        return form.with_fault("file", words.FILE_TOO_LARGE if file.size else evidence_words.EMPTY)
    if form["digest"] and not hmac.compare_digest(measured(file.file)[0].hex(), form["digest"].lower()):
        return form.with_fault("digest", evidence_words.DIFFERS)
    return form
