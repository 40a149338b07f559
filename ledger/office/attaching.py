"""A program's document of a person: the file is kept, then named in the log, once however often it comes."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ledger.bulk.uploads import Uploaded
from ledger.command_forms import BadForm
from ledger.office import forms
from ledger.office.asking import Answer, Asked, ask
from ledger.office.evidence import measured
from ledger.office.opening import Office
from ledger.office.staff import Member

NAME: Final = "attach-evidence"
"""The command that names a document."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that comes with its file."""

    trainee: UUID
    """Somebody who is seen."""
    stream: UUID
    """What of the person it belongs to."""
    description: str
    on: str
    """The day of it, as in the form of the command."""
    file: Uploaded
    digest: str = ""
    """SHA-256 in hexadecimal, where it was sent along; then the file has to be that one."""


def attach(office: Office, member: Member, paper: Paper, key: str, revisions: Collection[int] | None) -> Answer:
    """Keeps a file and names it. `key`, `revisions`: as of `Asked`.

    Raises TooLarge; Refusal, BadForm among them; StoreError, after which the same may be sent again.
    """
    forms.check_role(member, NAME)  # before anything is kept
    digest, size = measured(paper.file.file)
    if not size:
        raise BadForm("file", "one that is not empty")
    if paper.digest and not hmac.compare_digest(digest.hex(), paper.digest):
        raise BadForm("digest", "the SHA-256 of the file that comes with it")
    office.evidence.keep(paper.trainee, paper.file.file, paper.file.name)
    form = {"trainee": str(paper.trainee), "stream": str(paper.stream), "description": paper.description}
    form |= {"digest": digest.hex(), "on": paper.on}
    answer = ask(office, member, Asked(NAME, form, key, revisions=revisions))
    if answer.recorded:
        office.evidence.name(paper.trainee, digest)
    return answer
