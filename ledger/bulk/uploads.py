"""What a whole upload holds: of each file what it was taken for, and all pieces in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.bulk import archives, tables
from ledger.bulk.items import ITEMS, HeldFile, Item, Place, TooManyItems, TurnedAway, Understood, Unread, visible
from verifier.scan import FILE_LIMIT

_START: Final = 4096
_WORKBOOK: Final = b"[Content_Types].xml"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """One file of an upload, in memory."""

    name: str
    file: BinaryIO
    size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that an upload holds."""

    files: tuple[Understood, ...]
    items: tuple[Item, ...]


def contents(files: Iterable[Uploaded]) -> Contents:
    """The pieces of all files. One that cannot be read is a piece that was turned away. Raises TooManyItems."""
    understood: list[Understood] = []
    items: list[Item] = []
    for uploaded in files:
        name = visible(uploaded.name)
        try:
            told, found = _read(name, uploaded)
        except TurnedAway as reason:
            told, found = Understood(name, "none", 1), [Unread(Place(name), reason)]
        understood.append(told)
        items += found
        if len(items) > ITEMS:
            raise TooManyItems
    return Contents(tuple(understood), tuple(items))


def _read(name: str, uploaded: Uploaded) -> tuple[Understood, list[Item]]:
    file = uploaded.file
    file.seek(0)
    start = file.read(_START)
    if not start:
        raise TurnedAway("empty")
    if start.startswith(archives.START):
        # A workbook is a ZIP archive that begins with its own table of contents, or is called one.
        if _WORKBOOK in start[:64] or name.lower().endswith((".xlsx", ".xlsm")):
            return tables.read_workbook(name, _table(uploaded))
        return archives.read_archive(name, file)
    if archives.is_certificate(start):
        if uploaded.size > FILE_LIMIT:
            raise TurnedAway("too-large", f"{uploaded.size} bytes; a file has at most {FILE_LIMIT}")
        return Understood(name, "file", 1), [HeldFile(Place(name), lambda: _whole(file))]
    if name.lower().endswith((".csv", ".tsv", ".txt")):
        return tables.read_csv(name, _table(uploaded))
    raise TurnedAway("unknown-file")


def _table(uploaded: Uploaded) -> bytes:
    if uploaded.size > tables.TABLE_BYTES:
        raise TurnedAway("too-large", f"{uploaded.size} bytes; a table has at most {tables.TABLE_BYTES}")
    return _whole(uploaded.file)


def _whole(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()
