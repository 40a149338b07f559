"""All evidence looked through: what the log names and nobody has, and what is kept and cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from ledger.office.attached import TOPIC, attached_by
from ledger.office.evidence import Altered
from ledger.office.opening import Office
from ledger.store import Recorded
from ledger.vault import Vault

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What was found."""

    kept: int
    """Files that are whole."""
    size: int
    """Their bytes together."""
    not_kept: tuple[int, ...]
    """Indexes of the entries that name a document by its hash alone."""
    unreadable: tuple[UUID, ...]
    """Ids, in the office's table, of the files that are not as they were kept."""


def look_through(office: Office) -> EvidenceReport:
    """Reads every kept file to its end, and every entry that names one. Raises StoreError."""
    whole: set[tuple[UUID, bytes]] = set()
    unreadable: list[UUID] = []
    size = 0
    for id_, kept in office.evidence.all():
        try:
            if kept is None:
                raise Altered(str(id_))
            office.evidence.check(kept)
        except Altered:
            unreadable.append(id_)
        else:
            whole.add((kept.subject, kept.digest))
            size += kept.size
    return EvidenceReport(len(whole), size, tuple(_not_kept(office, whole)), tuple(unreadable))


def _not_kept(office: Office, whole: set[tuple[UUID, bytes]]) -> Iterator[int]:
    vault = Vault(office.ledger.data_keys)
    for entry in _entries(office):
        if entry.topic != TOPIC or entry.subject is None:
            continue
        named = attached_by(vault, entry)
        if named is not None and (entry.subject, named.digest) not in whole:
            yield entry.index


def _entries(office: Office) -> Iterator[Recorded]:
    start = 0
    while entries := office.ledger.store.entries(start, _PAGE):
        yield from entries
        start += len(entries)
