"""Errors as they leave: problem+json (RFC 9457) for programs, a plain page for people, a line of text for the log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from api import concise, published, words
from api.headers import PERSONAL
from api.templates import Site
from api.words import Words

MEDIA_TYPE: Final = "application/problem+json"
_CODES: Final = {404: "not-found", 405: "method-not-allowed"}
_TITLES: Final = {404: words.NOT_FOUND, 405: words.NOT_ALLOWED}


def problem(
    status: int,
    code: str,
    title: Words,
    detail: Words,
    headers: dict[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """A problem document; `code` is stable and meant for programs, `detail` for people, `more` beside them."""
    body = {
        "type": "about:blank",
        "title": title.en,
        "status": status,
        "code": code,
        "detail": detail.en,
        "sentence": detail.as_json(),
        **(more or {}),
    }
    return Response(json.dumps(body, ensure_ascii=False), status, headers, MEDIA_TYPE)


class Problems:
    """Answers to what no route answered."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def http(self, request: Request, error: Exception) -> Response:
        """The response to an unknown address or a method that is not accepted."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        extra = dict(getattr(error, "headers", None) or {})
        return self._response(request, status, extra)

    async def broken(self, scope: Scope) -> Response:
        """The response to a request that failed inside."""
        return self._response(Request(scope), 500, {})

    def _response(self, request: Request, status: int, extra: dict[str, str]) -> Response:
        path = str(request.scope["path"])
        sentence = _TITLES.get(status, words.BROKEN)
        headers = {**PERSONAL, **extra}
        if path.startswith(f"{published.PREFIX}/"):
            return PlainTextResponse(f"{status} {sentence.en}\n", status, headers)
        if path.startswith(concise.PATHS):
            return concise.problem(status, _CODES.get(status, "internal-error"), sentence.en, sentence.en, headers)
        if path.endswith(".json") or path.startswith("/api/") or path in ("/healthz", "/readyz"):
            return problem(status, _CODES.get(status, "internal-error"), sentence, sentence, headers)
        return self._site.page("plain.html", request, status, headers, sentence=sentence)
