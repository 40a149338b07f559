"""Files that come with a request as multipart/form-data, within the limits of the console's forms; files given back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from api.office.rest import words
from api.office.rest.answers import refused
from api.office.uploads import Room, Uploads, drain
from api.refused import Refused
from api.uploads import media_type
from ledger.command_forms import BadForm

FORM: Final = "multipart/form-data"
FILE: Final[Mapping[str, str]] = {"type": "string", "format": "binary"}


@asynccontextmanager
async def form_with_files(
    uploads: Uploads, request: Request, room: Room, known: Collection[str]
) -> AsyncIterator[dict[str, str]]:
    """The fields of a form; its files are with the request until the end of the block (`api.office.uploads`).

    For who is let in already: nothing of it is read before. `known`: the names that fields may have. Raises Refused,
    BadForm.
    """
    if media_type(request) != FORM:
        raise refused(415, "unsupported-type", words.WRONG_TYPE_OF_FILES)
    try:
        async with uploads.read(request, room, with_files=True) as said:
            for name in said:
                if name not in known:
                    raise BadForm(name[:80], "no such field")
            yield said
    except ClientDisconnect:
        raise refused(400, "unreadable", words.UNREADABLE) from None  # for nobody: who sent it went away
    except Refused:
        await drain(request, room)
        raise


def form_in(required: Collection[str], **fields: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the OpenAPI document of a route that reads such a form: each field with its schema."""
    schema = {
        "type": "object",
        "properties": {name: dict(field) for name, field in fields.items()},
        "required": list(required),
        "additionalProperties": False,
    }
    return {"required": True, "content": {FORM: {"schema": schema}}}


def file_out(description: str, kind: str) -> dict[int | str, dict[str, Any]]:
    """What stands there of a route that answers with a file of this media type."""
    return {200: {"description": description, "content": {kind: {"schema": dict(FILE)}}}}
