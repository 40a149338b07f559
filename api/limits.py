"""How often one address may ask what could be guessed at, or what takes work: a token bucket an address, in memory.

Counted are numbers with names, PDFs to be compared, verification receipts and objections, each time; links, notices and
objections' addresses that lead nowhere; requests of the admin API that nobody is signed in for. A link that leads
somewhere is never counted. Several processes count each for
themselves, so that N of them allow N times as much. Nothing is kept of an address but how many tokens it has left, and
nothing on disk.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import concise, sentences
from api.headers import PERSONAL
from api.problems import problem
from api.templates import Site

Monotonic = Callable[[], float]
"""Seconds, from any beginning; they never run back."""

ADDRESSES: Final = 50_000
"""How many addresses are remembered; beyond that, those that have not asked for longest are forgotten."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, then so many a second."""

    burst: int
    per_second: float


TYPED: Final = Allowance(30, 0.5)
"""Numbers with names: 30 at once, then one every two seconds. Whoever has more to check has the bulk check."""
OBJECTED: Final = Allowance(10, 1 / 300)
"""Forms with objections, filled in well or not: ten at once, then one every five minutes."""
MISSED: Final = Allowance(120, 1.0)
"""Links that lead nowhere: 120 at once, then one a second."""
RECEIPTS: Final = Allowance(20, 0.2)
"""Verification receipts of links, wherever these lead: 20 at once, then one every five seconds. Each is set anew."""
FAILED: Final = Allowance(60, 1.0)
"""Requests of the admin API by nobody that is signed in, and forms of the office from nobody who is, wrong passwords
among them: 60 at once, then one a second."""
BEGUN: Final = Allowance(60, 0.5)
"""Ceremonies of passkeys and handshakes of single sign-on that are begun, each of which is written down: 60 at once,
then one every two seconds."""
REGISTERED: Final = Allowance(60, 1.0)
"""Signed statements that are sent to be registered, whoever signed them: 60 at once, then one a second."""
COMPARED: Final = Allowance(10, 0.1)
"""PDFs to be compared, each of which takes a second or two of a processor: 10 at once, then one in ten seconds."""


@dataclass(slots=True)
class Buckets:
    """The tokens of every address under one allowance. For one thread: the event loop's."""

    allowance: Allowance
    clock: Monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    """Tokens, and when they were counted; the address that asked last stands last."""

    def wait(self, address: str, reserved: int = 0) -> float:
        """Seconds until the address may ask again, beside so many that are reserved; 0 where it may now."""
        return max(0.0, (1 + reserved - self._tokens(address)) / self.allowance.per_second)

    def take(self, address: str) -> None:
        """Counts one."""
        self._left[address] = (max(0.0, self._tokens(address) - 1), self.clock())
        self._left.move_to_end(address)
        while len(self._left) > ADDRESSES:
            self._left.popitem(last=False)

    def _tokens(self, address: str) -> float:
        tokens, at = self._left.get(address, (float(self.allowance.burst), self.clock()))
        return min(self.allowance.burst, tokens + (self.clock() - at) * self.allowance.per_second)


class Limits:
    """ASGI middleware: who has asked too often is told when to ask again (429), before anything is looked up."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        site: Site,
        clock: Monotonic = time.monotonic,
        typed: Allowance = TYPED,
        objected: Allowance = OBJECTED,
        missed: Allowance = MISSED,
        receipts: Allowance = RECEIPTS,
        compared: Allowance = COMPARED,
        typed_refusal: Callable[[Request, int], Awaitable[Response]] | None = None,
        failed: Allowance = FAILED,
        begun: Allowance = BEGUN,
        registered: Allowance = REGISTERED,
    ) -> None:
        """`typed_refusal`: makes the answer to a form with a typed number that came so many seconds too early."""
        self._app = app
        self._site = site
        self._typed_refusal = typed_refusal
        self._typed = Buckets(typed, clock)
        self._objected = Buckets(objected, clock)
        self._missed = Buckets(missed, clock)
        self._receipts = Buckets(receipts, clock)
        self._failed = Buckets(failed, clock)
        self._counted_when = {id(self._missed): 404, id(self._failed): 401}
        self._posted = dict.fromkeys(("/check", "/check.json"), self._typed)
        self._begun = self._posted["/console/passkey"] = Buckets(begun, clock)
        self._posted["/entries"] = Buckets(registered, clock)
        self._posted |= dict.fromkeys(("/compare", "/compare.json"), Buckets(compared, clock))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers it."""
        buckets = self._of(scope)
        if buckets is None:
            await self._app(scope, receive, send)
            return
        address = address_of(scope)
        if (seconds := buckets.wait(address)) > 0:
            if buckets is self._typed and scope["path"] == "/check" and self._typed_refusal is not None:
                answer = await self._typed_refusal(Request(scope, receive), math.ceil(seconds))
            else:
                answer = self._refusal(scope, seconds)
            await answer(scope, receive, send)
            return
        when = self._counted_when.get(id(buckets))
        if when is None:
            buckets.take(address)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == when:
                buckets.take(address)
            await send(message)

        await self._app(scope, receive, sending)

    def _of(self, scope: Scope) -> Buckets | None:
        if scope["type"] != "http":
            return None
        path = str(scope["path"])
        if path[:3] == "/n/" and scope["method"] == "POST":
            return self._objected
        if path[:3] in ("/c/", "/C/") and path.endswith("/receipt.pdf"):
            return self._receipts
        if path[:3] in ("/c/", "/C/", "/n/", "/o/") or path.startswith("/entries/"):
            return self._missed
        if path.startswith("/api/v1/") and path != "/api/v1/changes":
            return self._failed
        if scope["method"] != "POST":
            return None
        if path.startswith("/console/check"):  # as one types; who is signed out learns no more there than from a page
            return None
        if path.startswith("/console/sign-in/"):
            return self._begun
        return self._posted.get(path) or (self._failed if path.startswith("/console") else None)

    def _refusal(self, scope: Scope, seconds: float) -> Response:
        headers = {**PERSONAL, "Retry-After": str(math.ceil(seconds))}
        if str(scope["path"]).startswith("/entries"):
            detail = sentences.wait(math.ceil(seconds)).en
            return concise.problem(429, "too-many-requests", "Too Many Requests", detail, headers)
        if str(scope["path"]).endswith((".json", "/console/passkey")) or str(scope["path"]).startswith("/api/"):
            return problem(429, "too-many-requests", sentences.TOO_MANY, sentences.wait(math.ceil(seconds)), headers)
        sentence = sentences.too_many(math.ceil(seconds))
        return self._site.page("plain.html", Request(scope), 429, headers, sentence=sentence)


def address_of(scope: Scope) -> str:
    """Whom a request counts for: an IPv4 address, or the first 64 bits of an IPv6 address, which one subscriber has.

    It is the address that the connection comes from, or the one that a trusted proxy names (docs/operations.md).
    """
    host = str((scope.get("client") or ("", 0))[0])
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:253]  # a Unix socket's, or a test's
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
