"""An upload as it comes in: into memory and nowhere else, within its limits of size and time.

What is refused is refused in the words of who asks: each page has its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from api.refused import Refused

FIELD_BYTES: Final = 1 << 20
"""Room for the fields of a form beside its files."""


class BadForm(Exception):
    """A form that cannot be read."""


class TooManyFiles(BadForm):
    """A form with more files than are taken."""


class _InMemory(MultiPartParser):
    """Keeps every file in memory, however large: `within` bounds them all together."""

    spool_max_size = 0
    whole = False
    """Whether the boundary came that ends a form."""

    def on_end(self) -> None:
        self.whole = True

    def drop(self) -> None:
        """Closes all files, those that were begun and did not end too."""
        for file in self._files_to_close_on_error:
            file.close()


class _FieldsOnly(_InMemory):
    """Forgets what files hold as it comes, and holds no more of the other fields than a form without files may have."""

    room = FIELD_BYTES

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            self.room -= end - start
            if self.room < 0:
                raise MultiPartException("more than a form without files may have")
            super().on_part_data(data, start, end)


def media_type(request: Request) -> str:
    """What the body of a request is said to be, in small letters and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@asynccontextmanager
async def in_time(seconds: float, too_slow: Refused) -> AsyncGenerator[None]:
    """Raises `too_slow` where what is done within takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise too_slow from None


async def within(request: Request, limit: int, too_large: Refused) -> AsyncGenerator[bytes]:
    """The body of a request as it comes. Raises `too_large` at the first byte after `limit`."""
    room = limit
    async for chunk in request.stream():
        room -= len(chunk)
        if room < 0:
            raise too_large
        yield chunk


async def body(request: Request, limit: int, too_large: Refused) -> bytes:
    """The whole body. Raises `too_large`."""
    return b"".join([chunk async for chunk in within(request, limit, too_large)])


async def drain(request: Request, limit: int, seconds: float, too_large: Refused) -> None:
    """Takes in what is still coming and forgets it: a browser reads no answer while it is still sending."""
    try:
        async with asyncio.timeout(seconds):
            async for _ in within(request, limit, too_large):
                pass
    except (Refused, TimeoutError, RuntimeError, ClientDisconnect):
        return


async def form(
    request: Request, limit: int, too_large: Refused, *, files: int, fields: int, keep_files: bool = True
) -> FormData:
    """The fields and files of a multipart form of at most `limit` bytes. Who asks closes it.

    Without `keep_files` of each file only its name is there. Raises `too_large`, TooManyFiles and BadForm.
    """
    _, given = parse_options_header(request.headers.get("content-type"))
    if given.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8"):
        # RFC 7578 knows none, and some of those that Python knows take longer than anybody has time for.
        raise BadForm
    kind = _InMemory if keep_files else _FieldsOnly
    parser = kind(request.headers, within(request, limit, too_large), max_files=files, max_fields=fields)
    try:
        read = await parser.parse()
    except MultiPartException as error:
        raise TooManyFiles if "Too many files" in error.message else BadForm from None
    except (FormParserError, KeyError, ValueError):
        raise BadForm from None
    if not parser.whole:
        parser.drop()
        raise BadForm
    return read
