"""What is asked of one provider of OpenID Connect, and what of its answers is believed.

OpenID Connect Core 1.0 with the authorization code flow (§3.1), Discovery 1.0, PKCE with S256 (RFC 7636), the issuer
in the response (RFC 9207). Authlib makes the requests and checks the claims, `joserfc`, on which it stands, the
signatures.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import quote, urlencode

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from ledger.office.outgoing import Answer, Unreachable, ask, check_address
from ledger.providers import Provider, SecretMissing

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
"""Of signatures that only the provider can make: no `none`, and nothing that our own secret would sign."""
SKEW_SECONDS: Final = 60
"""How far the provider's clock may be off."""
KNOWN_SECONDS: Final = 600.0
"""How long what the provider says of itself is remembered."""
AT_ONCE: Final = 8
"""How many threads may wait for one provider: one that hangs must not hold all of them."""
_SUBJECT_LIMIT: Final = 255
_LABEL_LIMIT: Final = 120


class Reason(StrEnum):
    """Why nobody is let in."""

    UNREACHABLE = "unreachable"
    """The provider cannot be asked, or does not work as the standard says."""
    DECLINED = "declined"
    """The provider says no, or the person stopped there."""
    UNTRUE = "untrue"
    """What came back does not hold."""
    OVER = "over"
    """Nothing was begun that this would end: it took too long, was used before, or began in another browser."""
    UNKNOWN = "unknown"
    """The person at the provider has no open account here."""
    WEAK = "weak"
    """The person signed in at the provider by less than the settings want."""
    NOT_FRESH = "not-fresh"
    """The provider does not say that the person showed just now who they are."""


class SignInFailed(Exception):
    """Nobody is let in; the message is for the operator."""

    def __init__(self, reason: Reason, told: str) -> None:
        super().__init__(f"{reason}: {told}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider, as it said just now."""

    issuer: str
    subject: str
    label: str
    """How the provider calls the person: for people to read, and never to find an account by."""
    authenticated_at: int | None
    """When the person showed who they are, in seconds since 1970 UTC; None where the provider does not say."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handshake asks for, drawn at random for it alone."""

    state: str
    nonce: str
    verifier: str
    """PKCE's secret."""
    anew: bool
    """Whether the person has to show who they are, even where the provider knows."""


@dataclass(slots=True)
class _Session:
    """What Authlib's client sends by: `outgoing`, instead of a library that follows redirects and reads without end."""

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> _Response:
        made, body = dict(headers), urlencode(data)
        url, made, body = auth.prepare("POST", url, made, body)
        return _Response(ask(url, body.encode(), made))


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer as Authlib's client reads it."""

    answer: Answer

    @property
    def status_code(self) -> int:
        return self.answer.status

    def json(self) -> dict[str, Any]:
        return self.answer.object()

    def raise_for_status(self) -> None:
        raise Unreachable(f"the token endpoint answers {self.answer.status}")


@dataclass(slots=True)
class OpenId:
    """One provider. Shared freely by threads."""

    provider: Provider
    redirect_uri: str
    monotonic: Callable[[], float] = time.monotonic
    _turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))
    _metadata: tuple[float, dict[str, Any]] | None = None
    _keys: tuple[float, KeySet] | None = None

    def address(self, asked: Asked) -> str:
        """Where the browser is sent. Raises SignInFailed."""
        with self._asking():
            metadata = self._described()
        extra: dict[str, str] = {"prompt": "login", "max_age": "0"} if asked.anew else {}
        if self.provider.acr:
            extra["acr_values"] = " ".join(self.provider.acr)
        made, _ = self._client("").create_authorization_url(
            metadata["authorization_endpoint"],
            state=asked.state,
            code_verifier=asked.verifier,
            nonce=asked.nonce,
            **extra,
        )
        return str(made)

    def identity(self, answer: Mapping[str, str], asked: Asked, now: int) -> Identity:
        """Who the person is, by what the browser brought back; `now` in seconds. Raises SignInFailed."""
        with self._asking():
            metadata = self._described()
            # RFC 9207 §2.4, before anything else of the answer is believed, an error too.
            issuer = answer.get("iss")
            if issuer is None and metadata.get("authorization_response_iss_parameter_supported") is True:
                raise SignInFailed(Reason.UNTRUE, "the answer does not say who answers")
            if issuer is not None and issuer != self.provider.issuer:
                raise SignInFailed(Reason.UNTRUE, f"the answer is one of {issuer!r}")
            if "error" in answer:
                raise SignInFailed(Reason.DECLINED, repr(answer["error"][:80]))
            if not answer.get("code"):
                raise SignInFailed(Reason.UNTRUE, "the answer has no code")
            return self._told(metadata, answer["code"], asked, now)

    def _told(self, metadata: dict[str, Any], code: str, asked: Asked, now: int) -> Identity:
        client = self._client(_method(metadata) if self.provider.secret() else "none")
        token = client.fetch_token(
            metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=asked.verifier
        )
        if not isinstance(token.get("id_token"), str):
            raise SignInFailed(Reason.UNTRUE, "the token endpoint gives no ID token")
        claims = self._checked(token["id_token"], token.get("access_token"), asked.nonce, now)
        self._check_strength(claims)
        label = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
        shown = "".join(character for character in label if character.isprintable())[:_LABEL_LIMIT]
        return Identity(self.provider.issuer, claims["sub"], shown, _seconds(claims.get("auth_time")))

    # --- the ID token -------------------------------------------------------------------------------------------------

    def _checked(self, token: str, access_token: Any, nonce: str, now: int) -> dict[str, Any]:
        """The claims of an ID token. Core §3.1.3.7, by its numbers, without (1) encryption and (5) extensions."""
        # (6) to (8) The signature, by the provider's own keys, of a kind that our secret cannot make.
        decoded = self._decoded(token)
        options: dict[str, Any] = {
            "iss": {"essential": True, "values": [self.provider.issuer]},  # (2)
            "aud": {"essential": True, "values": [self.provider.client_id]},  # (3)
        }
        params = {"nonce": nonce, "client_id": self.provider.client_id}
        if isinstance(access_token, str):
            params["access_token"] = access_token
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        # (4) azp where there are more audiences, (9) exp, (10) iat, (11) nonce.
        claims.validate(now=now, leeway=SKEW_SECONDS)
        subject = claims["sub"]
        if not 0 < len(subject) <= _SUBJECT_LIMIT or not subject.isprintable():
            raise SignInFailed(Reason.UNTRUE, "the subject is empty, too long or not printable")
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            return jwt.decode(token, self._key_set(), registry=registry)
        except (InvalidKeyIdError, BadSignatureError):  # the keys were changed since we asked for them
            return jwt.decode(token, self._key_set(anew=True), registry=registry)

    def _check_strength(self, claims: dict[str, Any]) -> None:
        """(12) and what the settings want. Raises SignInFailed."""
        acr, amr = claims.get("acr"), claims.get("amr")
        if self.provider.acr and acr not in self.provider.acr:
            raise SignInFailed(Reason.WEAK, f"acr is {acr!r}")
        methods = amr if isinstance(amr, list) else []
        if any(wanted not in methods for wanted in self.provider.amr):
            raise SignInFailed(Reason.WEAK, f"amr is {amr!r}")

    # --- asking -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """A turn to ask; every error of ours, Authlib's and the network's becomes SignInFailed."""
        if not self._turns.acquire(timeout=1.0):
            raise SignInFailed(Reason.UNREACHABLE, f"{AT_ONCE} threads wait for {self.provider.id} already")
        try:
            yield
        except (Unreachable, SecretMissing) as error:
            raise SignInFailed(Reason.UNREACHABLE, str(error)) from None
        except (OAuth2Error, JoseError) as error:
            raise SignInFailed(Reason.UNTRUE, str(error)) from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:  # what was sent is of no form at all
            raise SignInFailed(Reason.UNTRUE, f"{type(error).__name__}: {error}") from None
        finally:
            self._turns.release()

    def _client(self, method: str) -> OAuth2Client:
        client = OAuth2Client(
            _Session(),
            self.provider.client_id,
            self.provider.secret() if method not in ("", "none") else None,
            token_endpoint_auth_method=method or "none",
            scope=" ".join(("openid", *self.provider.scopes)),
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        return client

    def _described(self) -> dict[str, Any]:
        """What the provider says of itself (Discovery §4), checked. Raises Unreachable."""
        known, now = self._metadata, self.monotonic()
        if known is not None and now - known[0] < KNOWN_SECONDS:
            return known[1]
        answer = ask(get_well_known_url(self.provider.issuer, external=True))
        if answer.status != 200:
            raise Unreachable(f"{self.provider.issuer} answers {answer.status} where it should describe itself")
        metadata = OpenIDProviderMetadata(answer.object())
        if metadata.get("issuer") != self.provider.issuer:  # Discovery §4.3: to the letter
            raise Unreachable(f"{self.provider.issuer} calls itself {metadata.get('issuer')!r}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(metadata.get(name), str):
                raise Unreachable(f"{self.provider.issuer} names no {name}")
            check_address(metadata[name])
        self._metadata = (now, dict(metadata))
        return self._metadata[1]

    def _key_set(self, anew: bool = False) -> KeySet:
        known, now = self._keys, self.monotonic()
        if known is not None and not anew and now - known[0] < KNOWN_SECONDS:
            return known[1]
        answer = ask(self._described()["jwks_uri"])
        if answer.status != 200:
            raise Unreachable(f"the keys of {self.provider.issuer} cannot be had: {answer.status}")
        made: Any = answer.object()
        self._keys = (now, KeySet.import_key_set(made))
        return self._keys[1]


def _seconds(told: object) -> int | None:
    """A time as a claim tells it; None for what is no time."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told < 1 << 40:
        return None
    return int(told)


def _method(metadata: Mapping[str, Any]) -> str:
    """How the client's secret is shown: by Basic, unless the provider takes it in the form alone."""
    supported = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_post" if "client_secret_basic" not in supported else "client_secret_basic"


def _basic(client: Any, method: str, url: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    """RFC 6749 §2.3.1: both parts are form-encoded first, which Authlib's own leaves out."""
    text = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
    headers["Authorization"] = f"Basic {b64encode(text.encode()).decode()}"
    return url, headers, body
