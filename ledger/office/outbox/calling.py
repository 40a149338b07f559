"""Webhooks are called: Standard Webhooks (spec 1.0.0), JSON of public facts, to the address that was looked at.

No redirect is followed, no cookie kept, and of the answer the status alone is read.
"""

from __future__ import annotations

import hmac
import http.client
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from ledger.office.outbox.lines import Line
from ledger.office.outbox.messages import NotSent
from ledger.office.outbox.reaching import Resolve, Target, check_address, reach, resolve
from ledger.refusals import Refusal

TIMEOUT_SECONDS: Final = 10.0
CALL_SECONDS: Final = 30
"""How long one call may take."""
BODY_LIMIT: Final = 20_000
"""Bytes of a body at most."""
GONE: Final = "http-410"
"""The receiver wants nothing more."""
_AGAIN: Final = (408, 425, 429)
"""Of the 4xx, those that speak of the moment and not of the message."""


class Caller:
    """Calls webhooks. For one thread."""

    def __init__(
        self,
        *,
        private: bool,
        resolver: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        agent: str = "certledger",
    ) -> None:
        """`private`: whether webhooks may lead into networks that are not public. `tls`: whom to trust; by default whom
        this machine trusts.
        """
        self._private, self._resolve, self._agent = private, resolver, agent
        self._tls = tls or ssl.create_default_context()
        self.line = Line()

    def call(self, url: str, secret: bytes, id_: bytes, now_ms: int, facts: Mapping[str, Any]) -> None:
        """Posts facts. The same id is the same message to the receiver. Raises NotSent."""
        body = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
        if len(body) > BODY_LIMIT:
            raise NotSent("too-long", again=False)
        try:
            target = check_address(url, private=self._private)
        except Refusal:  # the settings allow less than they did
            raise NotSent("not-allowed", again=False) from None
        connection = _Connection(target, reach(target, self._resolve, private=self._private), self._tls)
        with self.line.held(lambda: connection.sock, CALL_SECONDS):
            try:
                connection.request("POST", target.path, body, self._headers(secret, id_, now_ms, body))
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException) as error:
                raise NotSent(type(error).__name__, shut=True) from None
            finally:
                connection.close()
        if not 200 <= status < 300:
            again = status >= 500 or status in _AGAIN
            raise NotSent(f"http-{status}", again=again, shut=again)

    def _headers(self, secret: bytes, id_: bytes, now_ms: int, body: bytes) -> dict[str, str]:
        named, at = f"msg_{id_.hex()}", str(now_ms // 1000)
        return {
            "Content-Type": "application/json",
            "User-Agent": self._agent,
            "webhook-id": named,
            "webhook-timestamp": at,
            "webhook-signature": signature(secret, named, at, body),
        }


def signature(secret: bytes, id_: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the Base64 of HMAC-SHA-256 over id, time and body, with dots between them."""
    return "v1," + b64encode(hmac.digest(secret, f"{id_}.{timestamp}.".encode() + body, "sha256")).decode()


class _Connection(http.client.HTTPConnection):
    """To an address that was looked at, by the name that its certificate has to have."""

    def __init__(self, target: Target, address: str, tls: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS)
        self.default_port = 443 if target.secure else 80
        self._target, self._address, self._context = target, address, tls

    def connect(self) -> None:
        """See `http.client.HTTPConnection`."""
        plain = socket.create_connection((self._address, self._target.port), TIMEOUT_SECONDS)
        self.sock = plain
        if self._target.secure:
            self.sock = self._context.wrap_socket(plain, server_hostname=self._target.host)
