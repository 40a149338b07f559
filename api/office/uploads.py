"""Files that come with a form of the console: in memory and nowhere else, and only from somebody who is signed in.

A page that takes a file says so where its route is made (`Console.route(…, file_bytes=…)`), and finds it by the name of
its field (`sent_file`). Among what was sent the field says how the file is called. Of who is not signed in (any more)
only the other fields are read, so that nothing typed is lost; the file has to be chosen again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from api import uploads
from api.attachment import safe_name
from api.office import words
from api.refused import Refused
from ledger.bulk.uploads import Uploaded

AT_ONCE: Final = 2
"""Forms with a file that are read and answered at the same time; the next ones wait."""
READ_SECONDS: Final = 300.0
"""How long a form with a file may take to come in."""
FILES: Final = 4
"""Of one form, where its page says nothing else."""
_FIELDS: Final = 200


@dataclass(frozen=True, slots=True)
class Room:
    """What the files of a form may be."""

    size: int
    """Bytes of all together; 0 where there are none."""
    files: int


NO_FILES: Final = Room(0, 0)


def sent_file(request: Request, field: str) -> Uploaded | None:
    """The file that was chosen in a field, under a name that is safe; None where there is none."""
    chosen = (item for name, item in _with_request(request) if name == field)
    return next((Uploaded(safe_name(item.name), item.file, item.size) for item in chosen), None)


def sent_files(request: Request) -> list[Uploaded]:
    """All files that were chosen, in their order and under the names that the browser gives them."""
    return [item for _, item in _with_request(request)]


def _with_request(request: Request) -> Sequence[tuple[str, Uploaded]]:
    """Closed once the form is answered."""
    found: Sequence[tuple[str, Uploaded]] = getattr(request.state, "files", ())
    return found


class Uploads:
    """Reads forms with files, a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def read(self, request: Request, room: Room, *, with_files: bool) -> AsyncIterator[dict[str, str]]:
        """What a form says; its files are with the request until the end of the block. Raises Refused."""
        too_slow = Refused(408, "too-slow", words.REFUSED, words.TOO_SLOW)
        limit = room.size + uploads.FIELD_BYTES
        async with AsyncExitStack() as held:
            if with_files:
                await held.enter_async_context(self._turns)
            try:
                async with uploads.in_time(READ_SECONDS, too_slow):
                    form = await uploads.form(
                        request, limit, _too_large(), files=room.files, fields=_FIELDS, keep_files=with_files
                    )
            except uploads.BadForm:
                raise Refused(400, "bad-form", words.REFUSED, words.UNPRINTABLE) from None
            held.push_async_callback(form.close)
            request.state.files = _files(form) if with_files else []
            yield _said(form)


async def drain(request: Request, room: Room) -> None:
    """Takes in what is still coming of a form that is refused: a browser reads no answer while it is still sending."""
    await uploads.drain(request, 2 * (room.size + uploads.FIELD_BYTES), READ_SECONDS, _too_large())


def _files(form: FormData) -> list[tuple[str, Uploaded]]:
    chosen = ((name, part) for name, part in form.multi_items() if isinstance(part, UploadFile) and part.filename)
    return [(name, Uploaded(part.filename or "", part.file, part.size or 0)) for name, part in chosen]


def _said(form: FormData) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, part in form.multi_items():
        value = part if isinstance(part, str) else safe_name(part.filename) if part.filename else ""
        said[name] = f"{said[name]} {value}" if name in said else value  # boxes of one name, one blank between two
    return said


def _too_large() -> Refused:
    return Refused(413, "too-large", words.REFUSED, words.FILE_TOO_LARGE)
