"""What every response carries, and what becomes of an error that nobody foresaw."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PERSONAL: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
"""Of every answer that is about one person, or that tells whether an address is somebody's."""

_EVERYWHERE: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
"""A route that needs more says so itself: its own header stays."""

_YEAR: Final = 365 * 24 * 3600

_log = logging.getLogger(__name__)

Broken = Callable[[Scope], Awaitable[Response]]
"""The response to a request that failed."""


class Headers:
    """ASGI middleware, outermost: also what goes wrong inside leaves with these headers, and never as a stack trace."""

    def __init__(self, app: ASGIApp, *, secure: bool, broken: Broken) -> None:
        """`secure`: whether the ledger's address is https."""
        self._app = app
        self._broken = broken
        self._headers = dict(_EVERYWHERE)
        if secure:
            self._headers["Strict-Transport-Security"] = f"max-age={_YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            _log.exception("a request failed")  # without its path, which may be somebody's link
            if started:
                raise
            response = await self._broken(scope)
            await response(scope, receive, sending)
