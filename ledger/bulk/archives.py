"""Certificates out of a ZIP archive, each unpacked when it is its turn, in memory, within limits.

An archive is whatever a stranger makes of it: what its directory says of an entry is held against what comes out.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ledger.bulk.items import ITEMS, HeldFile, Item, Place, TooManyItems, TurnedAway, Understood, Unread, visible
from verifier.scan import FILE_LIMIT

UNPACKED_BYTES: Final = 512 * 1024 * 1024
"""Of an archive's entries together, as its directory says."""
RATIO: Final = 100
"""How many times as large as packed an entry may be, where it is larger than `RATIO_FROM` bytes."""
RATIO_FROM: Final = 1024 * 1024
DIRECTORY_BYTES: Final = 2 * 1024 * 1024
"""Of the largest directory that is read."""
ENTRIES: Final = 4 * ITEMS
"""Entries of the largest directory that is read, folders and what is passed over included."""
START: Final = b"PK\x03\x04"

_END: Final = b"PK\x05\x06"
_END_LENGTH: Final = 22
_END_WITHIN: Final = _END_LENGTH + 65_535
_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1 | 0x40
_CHUNK: Final = 64 * 1024
_STARTS: Final = (b"\xd2", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")
_ARCHIVES: Final = (START, b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_DRIVE: Final = re.compile("[A-Za-z]:")
_LEFT_BY_SYSTEMS: Final = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")


def read_archive(
    name: str, file: BinaryIO, accepts: Callable[[bytes], bool] | None = None
) -> tuple[Understood, list[Item]]:
    """The entries of an archive, in its order. Raises TurnedAway for what is none, TooManyItems.

    `accepts` says of an entry's bytes whether they are wanted; without it certificates are (`is_certificate`).
    """
    archive = _open(file)
    items: list[Item] = []
    passed_over: list[str] = []
    seen: set[str] = set()
    for info in archive.infolist():
        entry = _name_of(info)
        if info.is_dir():
            continue
        if any(part.casefold() in _LEFT_BY_SYSTEMS for part in entry.split("/")):
            passed_over.append(visible(entry))
            continue
        if len(items) == ITEMS:
            raise TooManyItems
        place = Place(name, entry=visible(entry))
        reason = _refusal(info, entry, seen)
        seen.add(entry)
        items.append(
            Unread(place, reason) if reason else HeldFile(place, _Entry(archive, info, accepts or is_certificate).read)
        )
    if not items:
        raise TurnedAway("empty")
    return Understood(name, "zip", len(items), passed_over=tuple(passed_over)), items


def is_certificate(start: bytes) -> bool:
    """Whether a file that begins so may be a PDF, a picture or a proof."""
    return b"%PDF-" in start[:1024] or start.startswith(_STARTS) or start[4:8] == b"ftyp"


def check_unpacked(data: bytes, limit: int) -> None:
    """Unpacks every entry and keeps nothing. Raises TurnedAway where more than `limit` bytes come out, or none can."""
    room = limit
    archive = _open(io.BytesIO(data))
    for info in archive.infolist():
        for chunk in _chunks(archive, info):
            room -= len(chunk)
            if room < 0:
                raise TurnedAway("too-large", f"more than {limit} bytes unpacked")


class _Entry:
    """One entry, unpacked when it is read."""

    def __init__(self, archive: ZipFile, info: ZipInfo, accepts: Callable[[bytes], bool]) -> None:
        self._archive, self._info, self._accepts = archive, info, accepts

    def read(self) -> bytes:
        """Its bytes, as many as the directory says. Raises TurnedAway."""
        data = b"".join(_chunks(self._archive, self._info))
        if self._accepts(data):
            return data
        raise TurnedAway("nested-archive" if data.startswith(_ARCHIVES) else "unknown-file")


def _open(file: BinaryIO) -> ZipFile:
    """The archive, once its directory is known to be small enough to be read at all. Raises TurnedAway."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END_WITHIN))
    tail = file.read(_END_WITHIN)
    end = tail[tail.rfind(_END) :] if _END in tail else b""
    if len(end) < _END_LENGTH:
        raise TurnedAway("bad-archive", "it has no directory, so it is no ZIP archive or not all of it")
    entries, directory = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if entries > ENTRIES or directory > DIRECTORY_BYTES:
        raise TurnedAway("too-large", f"a directory of {entries} entries in {directory} bytes")
    try:
        archive = ZipFile(file)
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise TurnedAway("bad-archive", str(error)) from None
    infos = archive.infolist()
    if sum(info.compress_size for info in infos) > size:
        raise TurnedAway("bad-archive", "its entries overlap")
    if sum(info.file_size for info in infos) > UNPACKED_BYTES:
        raise TurnedAway("too-large", f"more than {UNPACKED_BYTES} bytes unpacked")
    return archive


def _refusal(info: ZipInfo, entry: str, seen: set[str]) -> TurnedAway | None:
    """Why an entry is not even unpacked."""
    parts = entry.split("/")
    if entry.startswith("/") or ".." in parts or "\0" in entry or _DRIVE.match(entry):
        return TurnedAway("bad-name")
    if entry in seen:
        return TurnedAway("duplicate-name")
    if info.flag_bits & _ENCRYPTED:
        return TurnedAway("encrypted")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return TurnedAway("bad-archive", f"packed by method {info.compress_type}, which is not read")
    if info.file_size > FILE_LIMIT:
        return TurnedAway("too-large", f"{info.file_size} bytes; a file has at most {FILE_LIMIT}")
    if info.file_size > RATIO_FROM and info.file_size > RATIO * info.compress_size:
        return TurnedAway("overcompressed", f"{info.compress_size} bytes become {info.file_size}")
    return None


def _chunks(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    """An entry, piece by piece; never more than its directory says. Raises TurnedAway."""
    try:
        with archive.open(info) as opened:
            while chunk := opened.read(_CHUNK):
                yield chunk
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise TurnedAway("bad-archive", f"damaged: {error}") from None


def _name_of(info: ZipInfo) -> str:
    """An entry's name: UTF-8 where it says so or is, else GB18030, which Chinese Windows writes without saying so."""
    # `filename` ends at a NUL, which would hide what the archive really says.
    name = info.orig_filename.replace("\\", "/")
    if info.flag_bits & _UTF8_NAME or name.isascii():
        return name
    raw = name.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name
