"""What somebody uploads to be taken in: unpacked, recognised, and its columns matched with those of a pack.

A file is known by its name or by its headings; where neither says what it is, a person says so, and the same for single
columns. What was chosen is kept with the upload and goes into the pack (`PackFile.headings`): the bytes stay as they
came, so that what the log names by its hash is what the office has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from ledger.bulk import archives
from ledger.bulk.items import HeldFile, Item, TooManyItems, TurnedAway, Unread, visible
from ledger.bulk.tables import UNPACKED_BYTES
from ledger.bulk.uploads import Uploaded
from ledger.intake.files import KINDS, PackError, PackFile, forms_of, kind_by_name, read_table, read_text
from ledger.intake.headers import COLUMNS, column_by_heading, heading_key, locate_columns

UPLOAD_BYTES: Final = 64 * 1024 * 1024
"""Of all files of an intake, an archive's as they come out of it."""
FILE_BYTES: Final = 32 * 1024 * 1024
"""Of the largest file."""
FILES: Final = 100
"""Files of one intake."""

LEFT_OUT: Final = "-"
"""In the place of a kind or a column: what somebody passes over."""

_SAMPLES: Final = 3
_SHOWN: Final = 60
_ENDINGS: Final = (".csv", ".xlsx", ".toml")
_NOT_OF_A_PACK: Final = "expected"
_TABLES: Final = {b"[[programme]]": "programmes", b"[[policy]]": "policies"}


@dataclass(frozen=True, slots=True)
class IntakeFile:
    """A file of an intake, without its bytes."""

    name: str
    kind: str
    """One of `KINDS`, or `LEFT_OUT`; empty where nobody knows yet."""
    size: int
    digest: bytes
    """SHA-256 of the file."""
    rows: int
    header: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    """The first rows, cell by cell, shortened: personal data."""
    chosen: tuple[tuple[str, str], ...] = ()
    """Columns that somebody matched: as `PackFile.headings`."""
    fault: str = ""
    """Why it cannot be read at all."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that a file of its form may be."""
        return tuple(kind for kind in KINDS if self.name.lower().endswith(forms_of(kind)))

    @property
    def is_table(self) -> bool:
        """Whether it has columns to be matched."""
        return self.kind in COLUMNS

    def column_of(self, title: str) -> str | None:
        """The column that a heading stands for: "" where it is passed over, None where nobody knows."""
        if not self.is_table:
            return None
        return (column_by_heading(self.kind) | dict(self.chosen)).get(heading_key(title))

    @property
    def unknown(self) -> tuple[int, ...]:
        """The places of the headings that say nothing by themselves, whether somebody matched them or not."""
        known = column_by_heading(self.kind) if self.is_table else {}
        keys = [heading_key(title) for title in self.header]
        return tuple(at for at, key in enumerate(keys) if self.is_table and key and key not in known)

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns that a file of its kind must have and that this one has not."""
        there = {self.column_of(title) for title in self.header if heading_key(title)}
        columns = COLUMNS[self.kind] if self.is_table else ()
        return tuple(column.name for column in columns if column.required and column.name not in there)

    @property
    def doubled(self) -> tuple[str, ...]:
        """Columns for which more than one heading stands."""
        there = [self.column_of(title) for title in self.header if heading_key(title)]
        return tuple(sorted({name for name in there if name and there.count(name) > 1}))

    @property
    def is_matched(self) -> bool:
        """Whether it can be read as what it is."""
        if not self.kind or self.fault:
            return False
        left = [at for at in self.unknown if self.column_of(self.header[at]) is None]
        return not (left or self.missing or self.doubled)

    def as_pack_file(self, data: bytes) -> PackFile:
        """The same as a file of a pack."""
        return PackFile(self.kind, self.name, data, self.chosen, guarded=True)


def unpacked(uploads: Iterable[Uploaded]) -> tuple[list[tuple[str, bytes]], list[str]]:
    """The files of an upload, archives opened; and the names of what is no file of a pack. Raises TurnedAway."""
    found: list[tuple[str, bytes]] = []
    left_out: list[str] = []
    for upload in uploads:
        *folders, last = upload.name.replace("\\", "/").split("/")
        if _NOT_OF_A_PACK in folders:
            continue
        name = visible(last)
        data = _bytes(upload)
        if data.startswith(archives.START) and not name.lower().endswith(".xlsx"):
            _open_archive(name, upload, found, left_out)
        elif name.lower().endswith(_ENDINGS):
            found.append((name, data))
        else:
            left_out.append(name)
        if sum(len(data) for _, data in found) > UPLOAD_BYTES or len(found) > FILES:
            raise TurnedAway("too-large", f"an intake has at most {FILES} files and {UPLOAD_BYTES} bytes")
    if not found:
        raise TurnedAway("empty", "no file of a pack: those end in .csv, .xlsx or .toml")
    return _told_apart(found), left_out


def examined(name: str, data: bytes) -> IntakeFile:
    """What there is to say about a file as it came. Raises TurnedAway for a workbook that unpacks to too much."""
    if len(data) > FILE_BYTES:
        raise TurnedAway("too-large", f"{name} has {len(data)} bytes; a file has at most {FILE_BYTES}")
    plain = IntakeFile(name, kind_by_name(name), len(data), sha256(data).digest(), 0, (), ())
    if name.lower().endswith(".toml"):
        return _toml(plain, data)
    if name.lower().endswith(".xlsx"):
        archives.check_unpacked(data, UNPACKED_BYTES)
    try:
        table = read_table(PackFile("", name, data, guarded=True))
    except PackError as error:
        return replace(plain, fault=error.reason)
    samples = tuple(tuple(cell[:_SHOWN] for cell in record.cells) for record in table.records[:_SAMPLES])
    return replace(
        plain,
        kind=plain.kind or kind_by_headings(name, table.header),
        rows=len(table.records),
        header=tuple(table.header),
        samples=samples,
    )


def kind_by_headings(name: str, header: list[str]) -> str:
    """The one kind of file that has just these columns; "" where there is none or more than one."""
    found = []
    for kind in COLUMNS:
        try:
            locate_columns(name, kind, header)
        except PackError:
            continue
        found.append(kind)
    return found[0] if len(found) == 1 else ""


def likely_kind(file: IntakeFile) -> str:
    """The kind whose columns a file has most of, for a form to begin with; "" where it has none of any."""
    keys = {heading_key(title) for title in file.header}
    fits = {kind: len(keys & column_by_heading(kind).keys()) for kind in COLUMNS}
    best = max(fits, key=lambda kind: (fits[kind], -len(COLUMNS[kind])))
    return best if fits[best] else ""


def matched(file: IntakeFile, kind: str, chosen: Mapping[int, str]) -> IntakeFile:
    """The file with what somebody chose: its kind, and by their places the columns of headings that say nothing.

    A place that is not named, or not with a column of the kind, is left as open as it was; `LEFT_OUT` passes it over.
    """
    if kind == LEFT_OUT:
        return replace(file, kind=LEFT_OUT, chosen=())
    if kind not in file.kinds:
        return file
    of_kind = replace(file, kind=kind, chosen=() if kind != file.kind else file.chosen)
    names = {column.name for column in COLUMNS.get(kind, ())}
    made = dict(of_kind.chosen)
    for at in of_kind.unknown:
        if (column := chosen.get(at, "")) in names or column == LEFT_OUT:
            made[heading_key(file.header[at])] = "" if column == LEFT_OUT else column
    return replace(of_kind, chosen=tuple(sorted(made.items())))


def file_to_plain(file: IntakeFile) -> list[Any]:
    """The file as plain values, to be sealed."""
    return [
        *(file.name, file.kind, file.size, file.digest, file.rows, list(file.header)),
        *([list(row) for row in file.samples], [list(pair) for pair in file.chosen], file.fault),
    ]


def file_from_plain(plain: list[Any]) -> IntakeFile:
    """The file that `file_to_plain` gave."""
    name, kind, size, digest, rows, header, samples, chosen, fault = plain
    pairs = tuple((key, column) for key, column in chosen)
    return IntakeFile(name, kind, size, digest, rows, tuple(header), tuple(map(tuple, samples)), pairs, fault)


def _toml(plain: IntakeFile, data: bytes) -> IntakeFile:
    try:
        read_text(PackFile("", plain.name, data))
    except PackError as error:
        return replace(plain, fault=error.reason)
    by_table = next((kind for mark, kind in _TABLES.items() if mark in data), "")
    return replace(plain, kind=plain.kind or by_table)


def _open_archive(name: str, upload: Uploaded, found: list[tuple[str, bytes]], left_out: list[str]) -> None:
    try:
        _, items = archives.read_archive(name, upload.file, accepts=lambda data: True)
    except TooManyItems:
        raise TurnedAway("too-large", f"{name} holds too many files") from None
    room = UPLOAD_BYTES
    for item in items:
        entry = _entry_of(item)
        path = entry.split("/")
        if _NOT_OF_A_PACK in path[:-1]:
            continue
        if isinstance(item, Unread):
            raise item.reason
        if not path[-1].lower().endswith(_ENDINGS) or not isinstance(item, HeldFile):
            left_out.append(entry)
            continue
        data = item.read()
        if (room := room - len(data)) < 0 or len(found) > FILES:
            raise TurnedAway("too-large", f"an intake has at most {FILES} files and {UPLOAD_BYTES} bytes")
        found.append((path[-1], data))


def _entry_of(item: Item) -> str:
    return item.place.entry or ""


def _bytes(upload: Uploaded) -> bytes:
    if upload.size > UPLOAD_BYTES:
        raise TurnedAway("too-large", f"{upload.size} bytes; an intake has at most {UPLOAD_BYTES}")
    upload.file.seek(0)
    return upload.file.read()


def _told_apart(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Files of one name get a number before their ending: a row is named by its file."""
    seen: set[str] = set()
    made = []
    for name, data in files:
        stem, dot, ending = name.rpartition(".")
        apart, number = name, 1
        while apart in seen:
            number += 1
            apart = f"{stem} ({number}){dot}{ending}"
        seen.add(apart)
        made.append((apart, data))
    return made
