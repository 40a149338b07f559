"""The documents that the log names beside a person's affairs, each by its SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from ledger.store import Histories, Recorded
from ledger.vault import Vault
from verifier.events import Withheld
from verifier.kinds import EvidenceAttached

TOPIC: Final = "evidence.attached/1"


@dataclass(frozen=True, slots=True)
class Attached:
    """A document as an event names it."""

    stream: UUID
    """What it belongs to: the person, an enrolment, a certificate, an application, a title."""
    on: date
    description: str
    digest: bytes
    """SHA-256 of the file."""


def attached_to(store: Histories, vault: Vault, subject: UUID) -> list[Attached]:
    """The documents of a person, oldest first; none of somebody who was erased. Raises StoreError."""
    found = (attached_by(vault, entry) for entry in store.dossier(subject) if entry.topic == TOPIC)
    return [item for item in found if item is not None]


def attached_by(vault: Vault, entry: Recorded) -> Attached | None:
    """What an entry of this topic names; None where its values are erased. Raises StoreError."""
    event = vault.read(entry)[1]
    assert isinstance(event, EvidenceAttached)
    if isinstance(event.digest, Withheld) or isinstance(event.description, Withheld):
        return None
    if isinstance(event.attached_on, Withheld):
        return None
    return Attached(event.stream, event.attached_on, event.description, event.digest)
