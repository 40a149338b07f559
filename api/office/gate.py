"""Who is acting: by the session that a browser's cookie names, or by a program's token; and whether a request is ours.

A cookie goes along with whatever sends a browser here. So a request that changes anything and comes by a cookie must be
of this site's own pages: `Sec-Fetch-Site` says so (W3C Fetch Metadata), `Origin` where a browser does not send that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from ledger.office.opening import Office
from ledger.office.sessions import LONGEST_SECONDS, Session
from ledger.office.single_sign_on import HANDSHAKE_SECONDS
from ledger.office.staff import Member
from ledger.office.tokens import Token
from ledger.permissions import Actors

SAFE: Final = ("GET", "HEAD", "OPTIONS")
HOST_COOKIE: Final = "__Host-"
"""Binds a cookie to this host, all of it, and to TLS (RFC 6265bis §4.1.3.2)."""


class NotSignedIn(Exception):
    """Nobody is signed in, or not any more."""


class NotFresh(Exception):
    """What was asked for needs a fresh sign of who is there."""


class OtherSite(Exception):
    """The request was not sent by a page of this site."""


class OutOfScope(Exception):
    """The token is not good for this."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Acting:
    """A member of staff, here by a browser's session or by a token."""

    member: Member
    session: Session | None = None
    token: Token | None = None

    @property
    def actors(self) -> Actors:
        """For commands that need one person."""
        return Actors(self.member.pseudonym)

    def may(self, *roles: str) -> bool:
        """Whether the member has one of the roles."""
        return any(role in self.member.roles for role in roles)


class Gate:
    """Lets staff in. Shared freely by threads."""

    def __init__(self, office: Callable[[], Office], url: str) -> None:
        """`url`: the public address of the pages."""
        self._office = office
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self._secure = url.startswith("https://")
        self.cookie = f"{HOST_COOKIE}certledger" if self._secure else "certledger-office"
        self.handshake_cookie = f"{HOST_COOKIE}certledger-sign-in" if self._secure else "certledger-sign-in"

    def acting(self, request: Request, scope: str = "read") -> Acting:
        """Who sends this request. `scope`: what a token must be good for.

        Raises NotSignedIn, OtherSite, OutOfScope; StoreError.
        """
        office = self._office()
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind:
            token = office.tokens.find(secret.strip()) if kind.lower() == "bearer" else None
            member = None if token is None else office.staff.find(token.account)
            if token is None or member is None or member.closed:
                raise NotSignedIn
            if scope not in token.scopes:
                raise OutOfScope(scope)
            return Acting(member, token=token)
        return self.in_session(request)

    def in_session(self, request: Request) -> Acting:
        """Who is signed in at the browser that sends this request: no token opens a page, whatever it is good for.

        Raises NotSignedIn, OtherSite; StoreError.
        """
        office = self._office()
        if request.headers.get("Authorization"):
            raise NotSignedIn
        session = office.sessions.find(self.secret(request))
        member = None if session is None else office.staff.find(session.account)
        if session is None or member is None or member.closed:
            raise NotSignedIn
        if request.method not in SAFE:
            self.check_site(request)
        return Acting(member, session=session)

    def check_site(self, request: Request) -> None:
        """Raises OtherSite unless a page of this site sent the request."""
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            if site != "same-origin":
                raise OtherSite
        elif request.headers.get("Origin") != self._origin:
            raise OtherSite

    def check_fresh(self, acting: Acting) -> None:
        """Raises NotFresh unless who is there was shown a short while ago. A token is never fresh."""
        if acting.session is None or not acting.session.is_fresh(self._office().ledger.clock()):
            raise NotFresh

    def secret(self, request: Request) -> str:
        """What the browser's cookie holds; empty where it has none."""
        return request.cookies.get(self.cookie, "")

    def let_in(self, response: Response, secret: str) -> None:
        """Hands a session's secret to the browser."""
        response.set_cookie(
            self.cookie, secret, LONGEST_SECONDS, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def held(self, request: Request) -> str:
        """The secret that binds the browser to a handshake it began; empty where it has none."""
        return request.cookies.get(self.handshake_cookie, "")

    def hand(self, response: Response, secret: str) -> None:
        """Hands that secret to the browser. `lax`: it has to come along when the provider sends the browser back."""
        response.set_cookie(
            self.handshake_cookie,
            secret,
            HANDSHAKE_SECONDS,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def let_out(self, response: Response) -> None:
        """Takes it away again."""
        response.delete_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="lax")
