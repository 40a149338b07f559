"""What comes with a request: one JSON object within its limit, and the headers that make it safe to send again."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from starlette.requests import Request

from api import uploads
from api.office.rest import words
from api.office.rest.answers import refused
from ledger.office.repeats import LONGEST_KEY

BODY_LIMIT: Final = 256 * 1024
"""Bytes of the largest body: a key's or a pack's bytes take twice their length in hexadecimal."""
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
    if given is None or given.strip() == "*":
        return None
    found = (_TAG.fullmatch(item.strip()) for item in given.split(","))
    return frozenset(int(item[1]) for item in found if item is not None)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)
