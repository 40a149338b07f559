"""Evidence: exam papers, minutes, whatever the log names by its hash, kept encrypted in the cabinet (ADR 36).

A file is kept before the event that names it is recorded. What no event names after a day is swept away, and so is
whatever belongs to somebody who was erased: that nobody could open it any more is done by then, for its key follows
from the person's data key. What is given out is the file that the log names, or nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid4

from ledger.cabinet import Cabinet
from ledger.handle import Clock
from ledger.office.attached import attached_to
from ledger.office.chunks import CHUNK_BYTES, FileKey, NotAsSealed, chunks_of
from ledger.projector import Tables
from ledger.refusals import Code, Refusal
from ledger.store import DataKeys, Histories, StoreError
from ledger.vault import Vault

LARGEST_BYTES: Final = 20 * 1024 * 1024
"""Of one file."""
KEPT_UNNAMED_MS: Final = 86_400_000
"""How long a file is kept that no event names: somebody may be about to send the form again."""
_AT_A_TIME: Final = 64
_INSERT: Final = "INSERT INTO evidence_chunks VALUES (?, ?, ?)"


class TooLarge(Exception):
    """A file is larger than is kept."""


class Altered(StoreError):
    """A kept file is not the one that was kept: nothing of it is given out."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is kept, as its seal says."""

    id: UUID
    subject: UUID
    name: str
    """As whoever sent it called it."""
    digest: bytes
    """SHA-256."""
    size: int
    chunks: int


class EvidenceFiles:
    """Keeps files and gives them out. Shared freely by threads."""

    def __init__(self, cabinet: Cabinet, store: Histories, data_keys: DataKeys, clock: Clock) -> None:
        self._cabinet, self._store, self._data_keys, self._clock = cabinet, store, data_keys, clock

    # --- keeping ------------------------------------------------------------------------------------------------------

    def keep(self, subject: UUID, file: BinaryIO, name: str) -> bytes:
        """Keeps a file of a person, whole on return; its SHA-256. The same file of one person is kept once.

        One that no longer opens is put right by the same file again. Raises TooLarge; Refusal `erased`; StoreError.
        """
        data_key = self._data_keys.get(subject)
        if data_key is None:
            raise Refusal(Code.ERASED, "this person's data are erased")
        digest, size = measured(file)
        known = self.of(subject).get(digest)
        if known is not None and self.is_whole(known) and self._is_there_still(known):
            return digest
        kept = KeptFile(uuid4(), subject, name, digest, size, chunks_of(size))
        key, place = FileKey(data_key, kept.id), _place(data_key, digest)
        header = key.seal_header([kept.name, kept.digest, kept.size, kept.chunks])
        chunks = [(kept.id.bytes, n, key.seal(n, kept.chunks, data)) for n, data in enumerate(_pieces(file))]
        row = (kept.id.bytes, subject.bytes, place, kept.chunks, header, self._clock(), 0)

        def enter(tables: Tables) -> None:
            there = tables.select("SELECT id FROM evidence WHERE subject = ? AND place = ?", (subject.bytes, place))
            for earlier in there:
                _delete(tables, bytes(earlier["id"]))
            tables.execute("INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            tables.executemany(_INSERT, chunks)

        self._cabinet.write(enter)
        return digest

    def name(self, subject: UUID, digest: bytes) -> None:
        """Says that an event in the log names this file now; where nobody does, `sweep` looks. Raises StoreError."""
        kept = self.of(subject).get(digest)
        if kept is not None:
            self._cabinet.write(lambda tables: _set_named(tables, kept.id.bytes))

    def _is_there_still(self, known: KeptFile) -> bool:
        """Counts its day from now, in one transaction with looking whether it is there."""

        def renew(tables: Tables) -> bool:
            tables.execute("UPDATE evidence SET kept_at = ? WHERE id = ?", (self._clock(), known.id.bytes))
            return bool(tables.select("SELECT id FROM evidence WHERE id = ?", (known.id.bytes,)))

        return self._cabinet.write(renew)

    # --- giving out ---------------------------------------------------------------------------------------------------

    def of(self, subject: UUID) -> dict[bytes, KeptFile]:
        """The kept files of a person by their SHA-256; none of somebody who was erased. Raises StoreError.

        One whose header does not open is left out, as if it had never been kept.
        """
        rows = self._cabinet.select("SELECT * FROM evidence WHERE subject = ?", (subject.bytes,))
        data_key = self._data_keys.get(subject) if rows else None
        if data_key is None:
            return {}
        found = (self._opened(row, data_key) for row in rows)
        return {kept.digest: kept for kept in found if kept is not None}

    def all(self) -> Iterator[tuple[UUID, KeptFile | None]]:
        """The id of every file with what its header says, None where that does not open. Raises StoreError."""
        subjects = self._cabinet.select("SELECT DISTINCT subject FROM evidence ORDER BY subject")
        for subject in (UUID(bytes=bytes(row["subject"])) for row in subjects):
            data_key = self._data_keys.get(subject)
            for row in self._cabinet.select("SELECT * FROM evidence WHERE subject = ? ORDER BY id", (subject.bytes,)):
                yield UUID(bytes=bytes(row["id"])), None if data_key is None else self._opened(row, data_key)

    def check(self, kept: KeptFile) -> None:
        """Raises Altered unless every byte is as it was kept."""
        counted, size = sha256(), 0
        for piece in self.read(kept):
            counted.update(piece)
            size += len(piece)
        if not hmac.compare_digest(counted.digest(), kept.digest) or size != kept.size:
            raise Altered(f"evidence {kept.id}: it is not the file that was kept")

    def is_whole(self, kept: KeptFile) -> bool:
        """Whether every byte is as it was kept. Raises StoreError."""
        try:
            self.check(kept)
        except Altered:
            return False
        return True

    def read(self, kept: KeptFile) -> Iterator[bytes]:
        """The file, piece by piece. Raises Altered in the middle of it, so `check` it first; StoreError."""
        data_key = self._data_keys.get(kept.subject)
        if data_key is None:
            raise Altered(f"evidence {kept.id}: its key is destroyed")
        key, number = FileKey(data_key, kept.id), 0
        sql = "SELECT number, sealed FROM evidence_chunks WHERE evidence = ? AND number >= ? ORDER BY number LIMIT ?"
        while number < kept.chunks:
            rows = self._cabinet.select(sql, (kept.id.bytes, number, _AT_A_TIME))
            for row in rows:
                if row["number"] != number or number >= kept.chunks:
                    raise Altered(f"evidence {kept.id}: chunk {number} is missing, or one too many is there")
                try:
                    yield key.open(number, kept.chunks, bytes(row["sealed"]))
                except NotAsSealed:
                    raise Altered(f"evidence {kept.id}: chunk {number} was changed") from None
                number += 1
            if not rows:
                raise Altered(f"evidence {kept.id}: chunk {number} is missing")

    def _opened(self, row: Any, data_key: bytes) -> KeptFile | None:
        id_, subject = UUID(bytes=bytes(row["id"])), UUID(bytes=bytes(row["subject"]))
        try:
            name, digest, size, chunks = FileKey(data_key, id_).open_header(bytes(row["sealed"]))
        except NotAsSealed:
            return None
        return KeptFile(id_, subject, name, digest, size, chunks)

    # --- clearing away ------------------------------------------------------------------------------------------------

    def forget(self, subject: UUID) -> None:
        """Removes every file of a person. Raises StoreError."""

        def remove(tables: Tables) -> None:
            for row in tables.select("SELECT id FROM evidence WHERE subject = ?", (subject.bytes,)):
                _delete(tables, bytes(row["id"]))

        self._cabinet.write(remove)

    def sweep(self) -> int:
        """Removes files of the erased, and what no event names after a day; how many went. Raises StoreError."""
        gone = 0
        rows = self._cabinet.select("SELECT subject, COUNT(*) AS files FROM evidence GROUP BY subject")
        erased = {subject.bytes for subject in self._store.erasures()} if rows else set()
        for row in rows:
            if bytes(row["subject"]) in erased:
                self.forget(UUID(bytes=bytes(row["subject"])))
                gone += int(row["files"])
        due = self._clock() - KEPT_UNNAMED_MS
        for row in self._cabinet.select("SELECT * FROM evidence WHERE named = 0 AND kept_at < ?", (due,)):
            gone += self._settle(row)
        return gone

    def _settle(self, row: Any) -> int:
        """Looks whether an event names a file; else removes it, unless somebody has just sent it again."""
        subject, id_, kept_at = UUID(bytes=bytes(row["subject"])), bytes(row["id"]), row["kept_at"]
        data_key = self._data_keys.get(subject)
        kept = None if data_key is None else self._opened(row, data_key)
        named = {item.digest for item in attached_to(self._store, Vault(self._data_keys), subject)}
        if kept is not None and kept.digest in named:
            self._cabinet.write(lambda tables: _set_named(tables, id_))
            return 0

        def remove(tables: Tables) -> int:
            sql = "SELECT id FROM evidence WHERE id = ? AND kept_at = ? AND named = 0"
            there = tables.select(sql, (id_, kept_at))
            for _ in there:
                _delete(tables, id_)
            return len(there)

        return self._cabinet.write(remove)


def measured(file: BinaryIO) -> tuple[bytes, int]:
    """SHA-256 and size of a file, read once. Raises TooLarge."""
    counted, size = sha256(), 0
    for piece in _pieces(file):
        counted.update(piece)
        size += len(piece)
        if size > LARGEST_BYTES:
            raise TooLarge
    return counted.digest(), size


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The file in pieces of a chunk, from its start; an empty one is one empty piece."""
    file.seek(0)
    piece = file.read(CHUNK_BYTES)
    while True:
        yield piece
        if not (piece := file.read(CHUNK_BYTES)):
            return


def _place(data_key: bytes, digest: bytes) -> bytes:
    return hmac.digest(data_key, b"certledger/evidence place" + digest, "sha256")


def _set_named(tables: Tables, id_: bytes) -> None:
    tables.execute("UPDATE evidence SET named = 1 WHERE id = ?", (id_,))


def _delete(tables: Tables, id_: bytes) -> None:
    tables.execute("DELETE FROM evidence_chunks WHERE evidence = ?", (id_,))
    tables.execute("DELETE FROM evidence WHERE id = ?", (id_,))
