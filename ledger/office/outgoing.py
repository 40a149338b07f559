"""What the office asks of another server: one request, one short answer, soon or not at all.

No redirect is followed: an answer that leads elsewhere is none. https only, and http from this machine to itself.
"""

from __future__ import annotations

import http.client
import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from verifier.errors import CouldNotCheck
from verifier.fetch import check_url, read_answer

TIMEOUT_SECONDS: Final = 5.0
"""How long the server may keep us waiting for its next bytes."""
DEADLINE_SECONDS: Final = 10.0
"""How long the body of one answer may take altogether."""
SIZE_LIMIT: Final = 1 << 20


class Unreachable(Exception):
    """The server could not be asked, or gave no answer that can be used. The message says where and why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    data: bytes

    def object(self) -> dict[str, Any]:
        """The JSON object that it is. Raises Unreachable for anything else."""
        try:
            read = json.loads(self.data)
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise Unreachable(f"an answer with status {self.status} is no JSON object")
        return read


def check_address(url: str) -> str:
    """An address that may be asked, with a query or without. Raises Unreachable."""
    try:
        check_url(url.partition("?")[0])
    except CouldNotCheck as error:
        raise Unreachable(error.message) from None
    if "#" in url or any(ord(character) <= 0x20 or ord(character) >= 0x7F for character in url):
        raise Unreachable(f"{url!r}: not an address of plain characters")
    return url


def ask(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer of an address, to a GET or, with a body, to a POST. Raises Unreachable."""
    check_address(url)
    sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "certledger", **(headers or {})}
    request = urllib.request.Request(url, body, sent)
    try:
        with _opener(url).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return Answer(answer.status, read_answer(answer, SIZE_LIMIT, DEADLINE_SECONDS, "there"))
    except CouldNotCheck as error:
        raise Unreachable(f"{_bare(url)} cannot be asked: {error.message}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise Unreachable(f"{_bare(url)} cannot be asked: {reason}") from None


def _bare(url: str) -> str:
    return url.partition("?")[0]


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Speaks http and https alone, hands every status back as it is, and never asks a proxy for this machine."""
    opener = urllib.request.OpenerDirector()
    here = urllib.parse.urlsplit(url).scheme == "http"
    for handler in (
        urllib.request.ProxyHandler({} if here else None),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
    ):
        opener.add_handler(handler)
    return opener
