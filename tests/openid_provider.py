"""A provider of OpenID Connect for tests: on loopback, with a form that asks who is there, and answers to be spoilt.

It keeps to the standards by itself: what Authlib does on our side is nowhere used here but for making signatures.
"""

from __future__ import annotations

import json
import secrets
import socket
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, SECRET = "certledger office", "s3cret: with / and %"


@dataclass
class OpenIdProvider:
    """One provider. What a test sets here holds from then on."""

    issuer: str = ""
    clock: Callable[[], float] = time.time
    client_id: str = CLIENT_ID
    secret: str = SECRET
    says_who: bool = True
    """Whether its answers name it (RFC 9207)."""
    tells_when: bool = True
    """Whether ID tokens have auth_time."""
    claims: dict[str, Any] = field(default_factory=dict)
    """Instead of those of an ID token; one that is None is left out."""
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    broken: Callable[[], Response] | None = None
    """What it answers to everything instead."""
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    """Makes the ID token of header and claims."""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first"}))
    codes: dict[str, tuple[dict[str, str], str, int]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    """The requests for authorization, as they came."""

    def rotates(self, kid: str = "second") -> None:
        """Another key, and the first is gone."""
        self.key = ECKey.generate_key("P-256", {"kid": kid})

    def signs_in(self, address: str, subject: str, at: int | None = None) -> dict[str, str]:
        """What the browser is sent back with, when a person signed in at an address, just now or at `at`."""
        asked = dict(parse_qsl(urlsplit(address).query))
        self.asked.append(asked)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client_id
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = (asked, subject, int(self.clock()) if at is None else at)
        who = {"iss": self.issuer} if self.says_who else {}
        return {"state": asked["state"], "code": code, **who}

    # --- over the network ---------------------------------------------------------------------------------------------

    def app(self) -> Starlette:
        """The provider as a server."""
        return Starlette(
            routes=[
                Route("/realm/.well-known/openid-configuration", self._or_broken(self._described)),
                Route("/realm/keys", self._or_broken(self._keys)),
                Route("/realm/token", self._token, methods=["POST"]),
                Route("/realm/authorize", self._authorize, methods=["GET", "POST"]),
            ]
        )

    def _or_broken(self, answer: Callable[[], Response]) -> Callable[[Request], Response]:
        return lambda request: self.broken() if self.broken is not None else answer()

    def _described(self) -> Response:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": self.says_who,
        }
        return JSONResponse({**told, **self.metadata})

    def _keys(self) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        """Asks who is there, unless a cookie says so and nobody wants it anew."""
        asked = dict(request.query_params)
        known = request.cookies.get("provider", "")
        if request.method == "POST":
            known = dict(parse_qsl((await request.body()).decode()))["subject"]
        elif not known or asked.get("prompt") == "login":
            return HTMLResponse(
                "<!doctype html><html lang=en><title>Provider</title><h1>Who are you?</h1>"
                "<form method=post><label>Name <input name=subject></label><button>Sign in</button></form>"
            )
        back = self.signs_in(str(request.url), known)
        response = RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)
        response.set_cookie("provider", known)
        return response

    async def _token(self, request: Request) -> Response:
        if self.broken is not None:
            return self.broken()
        kind, _, told = request.headers.get("authorization", "").partition(" ")
        id_, _, secret = b64decode(told).decode().partition(":")
        if kind != "Basic" or (unquote(id_), unquote(secret)) != (self.client_id, self.secret):
            return JSONResponse({"error": "invalid_client"}, 401)
        sent = dict(parse_qsl((await request.body()).decode()))
        asked, subject, at = self.codes.pop(sent["code"], ({}, "", 0))
        challenge = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).decode().rstrip("=")
        if not asked or challenge != asked["code_challenge"] or sent["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant", "error_description": "no such code"}, 400)
        made = self._id_token(asked, subject, at)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "id_token": made})

    def _id_token(self, asked: Mapping[str, str], subject: str, at: int) -> str:
        now = int(self.clock())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": subject,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "preferred_username": f"{subject}@provider",
            **({"auth_time": at} if self.tells_when else {}),
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "ES256", "kid": self.key.kid, **self.header}
        return jwt.encode(header, claims, self.key) if self.sign is None else self.sign(header, claims)


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token that says that it needs no signature."""
    return ".".join([*(_part({**header, "alg": "none"}, claims)), ""])


def signed_by_the_secret(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token signed with what the client knows too."""
    return jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


def _part(*values: dict[str, Any]) -> list[str]:
    return [urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=") for value in values]


@contextmanager
def provider_on_loopback(**options: Any) -> Iterator[OpenIdProvider]:
    """A running provider at a free port."""
    provider = OpenIdProvider(**options)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}/realm"
        server = uvicorn.Server(uvicorn.Config(provider.app(), access_log=False, log_level="error", ws="none"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join()
