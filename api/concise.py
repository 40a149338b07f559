"""Errors of the endpoints that speak COSE: concise problem details (RFC 9290), as SCRAPI has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from api.headers import PERSONAL
from verifier import cbor

MEDIA_TYPE: Final = "application/concise-problem-details+cbor"
_TITLE, _DETAIL, _RESPONSE_CODE = -1, -2, -4
PATHS: Final = ("/entries", "/.well-known/scitt-keys")
"""Where errors are told so."""
CODE: Final = "tag:certledger,2026:refusal"
"""Key of a custom problem detail: a map whose member 0 is our stable code (docs/refusals.md)."""


def problem(status: int, code: str, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem; `title` is one of SCRAPI's where it has one, `detail` for people, `code` for programs."""
    body = {_TITLE: title, _DETAIL: detail, _RESPONSE_CODE: status, CODE: {0: str(code)}}
    return Response(cbor.encode(body), status, {**PERSONAL, **(headers or {})}, MEDIA_TYPE)
