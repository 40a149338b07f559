"""What comes with a request: one JSON object within its limit, and the headers that make it safe to send again."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request

from api import uploads
from api.office.rest import words
from api.office.rest.answers import refused
from ledger.command_forms import BadForm
from ledger.office.repeats import LONGEST_KEY

BODY_LIMIT: Final = 256 * 1024
"""Bytes of the largest body: a key's or a pack's bytes take twice their length in hexadecimal."""
M = TypeVar("M", bound=BaseModel)
Id = Annotated[str, Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="An id.")]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, description="A day as YYYY-MM-DD.")]
"""A day in a form or an address; `day_in` reads it."""
KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,64}$"},
    "description": "Of your own choice, new for each new request. The same again is answered the same.",
    "example": "0b8f5a3e-3a53-4f0e-9a2c-6a1d9c0f7e11",
}
_DAY: Final = re.compile("(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_KEY: Final = re.compile(f"[!-~]{{1,{LONGEST_KEY}}}", re.ASCII)
_TAG: Final = re.compile(r'"([0-9]{1,15})"', re.ASCII)


async def body_of(request: Request) -> dict[str, Any]:
    """The body. Raises Refused."""
    if uploads.media_type(request) != "application/json":
        raise refused(415, "unsupported-type", words.WRONG_TYPE)
    data = await uploads.body(request, BODY_LIMIT, refused(413, "too-large", words.TOO_LARGE))
    try:
        read = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(read, ensure_ascii=False).encode()  # JSON can spell half a character, which no text has
    except (ValueError, RecursionError):
        raise refused(400, "unreadable", words.UNREADABLE) from None
    if not isinstance(read, dict):
        raise refused(400, "unreadable", words.UNREADABLE)
    return read


def form_of(body: dict[str, Any], model: type[M]) -> M:
    """The form that a body is, with no field that it does not know. Raises BadForm, which names the place."""
    try:
        return model.model_validate_json(json.dumps(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadForm(_place(first["loc"]), first["msg"][:200]) from None


def body_in(model: type[BaseModel], **example: Any) -> dict[str, Any]:
    """What stands in the OpenAPI document of a route that reads a form of this model, with an example of one."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


def day_in(text: str, place: str) -> date:
    """A day of a form or an address. Raises BadForm."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadForm(place, "a day as YYYY-MM-DD, 1900 to 2199")


def idempotency_key(request: Request) -> str:
    """By which a request is known when it comes again. Raises Refused."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise refused(400, "no-idempotency-key", words.NO_KEY)
    return key


def etag(revision: int) -> str:
    """The tag of a person's affairs at a revision (RFC 9110 §8.8.3)."""
    return f'"{revision}"'


def wanted_revisions(request: Request) -> frozenset[int] | None:
    """The revisions that `If-Match` names (RFC 9110 §13.1.1); None where there is none, or `*`.

    What is no tag of ours is at no revision.
    """
    given = request.headers.get("If-Match")
    return None if given is None else revisions_in(given)


def revisions_in(given: str) -> frozenset[int] | None:
    """The revisions that such a field names; None for `*`."""
    if given.strip() == "*":
        return None
    found = (_TAG.fullmatch(item.strip()) for item in given.split(","))
    return frozenset(int(item[1]) for item in found if item is not None)


def _place(parts: tuple[int | str, ...]) -> str:
    """Where something is wrong, as in `forms[3].on`."""
    told = ""
    for part in parts:
        told += f"[{part}]" if isinstance(part, int) else f".{part[:80]}" if told else part[:80]
    return told or "body"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)
