"""An upload as it comes in: into memory and nowhere else, within its limits of size and time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Final

from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from api import bulk_words as says
from api.bulk_turns import UPLOAD_BYTES
from api.refused import Refused
from ledger.bulk.items import ITEMS, Item, Place, TypedRow
from ledger.bulk.uploads import Uploaded

JSON_BYTES: Final = 1024 * 1024
"""Of the largest document of numbers and names."""
READ_SECONDS: Final = 600.0
"""How long an upload may take to come in."""
FILES: Final = "files"
ANSWER: Final = "answer"


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent: files, or pieces as they are."""

    files: tuple[Uploaded, ...] = ()
    items: tuple[Item, ...] = ()
    answer: str = ""
    """The form that the answer is wanted in, where it was said."""


class _InMemory(MultiPartParser):
    """Keeps every file in memory, however large: `_within` bounds them all together."""

    spool_max_size = 0


def announced(request: Request) -> int:
    """How many bytes a request says that it has; as many as there may be where it does not say. Raises Refused."""
    length = request.headers.get("content-length", "")
    size = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else UPLOAD_BYTES
    if size > UPLOAD_BYTES:
        raise _too_large()
    return size


async def read(request: Request) -> Sent:
    """What was sent. Raises Refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(READ_SECONDS):
            if kind == "multipart/form-data":
                return await _form(request)
            if kind == "application/json":
                return Sent(items=tuple(_rows(b"".join([chunk async for chunk in _within(request, JSON_BYTES)]))))
    except TimeoutError:
        raise Refused(408, "upload-too-slow", says.TOO_SLOW, says.TOO_SLOW_HOW) from None
    raise Refused(415, "bad-upload", says.BAD_UPLOAD, says.BAD_UPLOAD_HOW)


async def drain(request: Request) -> None:
    """Takes in what is still coming and forgets it: a browser reads no answer while it is still sending."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for _ in _within(request, UPLOAD_BYTES):
                pass
    except (Refused, TimeoutError, RuntimeError, ClientDisconnect):
        return


async def _within(request: Request, limit: int) -> AsyncGenerator[bytes]:
    room = limit
    async for chunk in request.stream():
        room -= len(chunk)
        if room < 0:
            raise _too_large()
        yield chunk


async def _form(request: Request) -> Sent:
    parser = _InMemory(request.headers, _within(request, UPLOAD_BYTES), max_files=ITEMS + 1, max_fields=8)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        if "Too many files" in error.message:
            raise too_many_items() from None
        raise _unreadable() from None
    except (FormParserError, KeyError, ValueError):
        raise _unreadable() from None
    files = []
    for field, part in form.multi_items():
        if not isinstance(part, UploadFile):
            continue
        if field == FILES and (part.filename or part.size):
            files.append(Uploaded(part.filename or "", part.file, part.size or 0))
        else:
            part.file.close()  # an empty field of a form is sent as a file without a name
    answer = form.get(ANSWER)
    return Sent(tuple(files), answer=answer if isinstance(answer, str) else "")


def _rows(data: bytes) -> list[TypedRow]:
    try:
        read: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    items = read.get("items") if isinstance(read, dict) else None
    if not isinstance(items, list):
        raise _unreadable()
    if len(items) > ITEMS:
        raise too_many_items()
    found = []
    for line, item in enumerate(items, start=1):
        number, name = (item.get(key) if isinstance(item, dict) else None for key in ("number", "name"))
        if not isinstance(number, str) or not isinstance(name, str):
            raise _unreadable()
        if any("\ud800" <= character <= "\udfff" for character in number + name):
            raise _unreadable()  # JSON can spell half a character, which no text has
        found.append(TypedRow(Place("", line), number, name))
    return found


def too_many_items() -> Refused:
    """The refusal of an upload with more pieces than are taken."""
    return Refused(413, "too-many-items", says.TOO_MANY_ITEMS, says.TOO_MANY_ITEMS_HOW)


def _too_large() -> Refused:
    return Refused(413, "upload-too-large", says.TOO_LARGE, says.TOO_LARGE_HOW)


def _unreadable() -> Refused:
    return Refused(400, "bad-upload", says.BAD_UPLOAD, says.BAD_UPLOAD_HOW)
