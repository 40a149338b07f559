"""What somebody sends to be checked in bulk: a form's files, or a document of numbers and names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request

from api import bulk_words as says
from api import lookup, uploads
from api.bulk_turns import UPLOAD_BYTES
from api.digits import whole
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


def announced(request: Request) -> int:
    """How many bytes a request says that it has; as many as there may be where it does not say. Raises Refused."""
    size = whole(request.headers.get("content-length", ""), 15)
    if size is None:
        return UPLOAD_BYTES
    if size > UPLOAD_BYTES:
        raise _too_large()
    return size


async def read(request: Request) -> Sent:
    """What was sent. Raises Refused."""
    kind = uploads.media_type(request)
    async with uploads.in_time(READ_SECONDS, Refused(408, "upload-too-slow", says.TOO_SLOW, says.TOO_SLOW_HOW)):
        if kind == "multipart/form-data":
            return await _form(request)
        if kind == "application/json":
            return Sent(items=tuple(_rows(await uploads.body(request, JSON_BYTES, _too_large()))))
    raise Refused(415, "bad-upload", says.BAD_UPLOAD, says.BAD_UPLOAD_HOW)


async def drain(request: Request) -> None:
    """Takes in what is still coming and forgets it."""
    await uploads.drain(request, UPLOAD_BYTES, READ_SECONDS, _too_large())


async def _form(request: Request) -> Sent:
    try:
        form = await uploads.form(request, UPLOAD_BYTES, _too_large(), files=ITEMS + 1, fields=8)
    except uploads.TooManyFiles:
        raise too_many_items() from None
    except uploads.BadForm:
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
        try:
            typed = lookup.typed_of(item if isinstance(item, dict) else {})
        except Refused:
            raise _unreadable() from None
        found.append(TypedRow(Place("", line), typed.number, typed.name))
    return found


def too_many_items() -> Refused:
    """The refusal of an upload with more pieces than are taken."""
    return Refused(413, "too-many-items", says.TOO_MANY_ITEMS, says.TOO_MANY_ITEMS_HOW)


def _too_large() -> Refused:
    return Refused(413, "upload-too-large", says.TOO_LARGE, says.TOO_LARGE_HOW)


def _unreadable() -> Refused:
    return Refused(400, "bad-upload", says.BAD_UPLOAD, says.BAD_UPLOAD_HOW)
