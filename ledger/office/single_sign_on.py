"""Single sign-on: a handshake that begins in one browser, and ends there once and soon, or never.

What a handshake is for lies in the cabinet, under the hash of the state that goes through the browser and back; the
browser that began it holds a secret besides, so that nobody ends in another's browser what they began in their own.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.cabinet import Cabinet
from ledger.cabinet_key import CabinetKey, secret_hash
from ledger.handle import Clock
from ledger.office.openid import SKEW_SECONDS, Asked, Identity, OpenId, Reason, SignInFailed
from ledger.projector import Tables
from ledger.providers import Provider

SIGN_IN, ACCEPT, CONNECT, FRESH = "sign-in", "accept", "connect", "fresh"
"""What a handshake is for: signing in, opening an invitation, binding an identity, a fresh sign of who is there."""
HANDSHAKE_SECONDS: Final = 600
"""How long the person has at the provider."""
_PURPOSE: Final = "single-sign-on"
"""Of the rows among the challenges."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What was begun, and by whom."""

    provider: str
    purpose: str
    back: str
    """The path of ours where it goes on; empty where it goes on in the tab that it began in."""
    began_at: int
    """Milliseconds since 1970 UTC."""
    session: bytes = b""
    """Id of the session that began it; empty where nobody was signed in."""
    invitation: str = ""
    """The secret of the link that is opened by it."""

    def is_fresh(self, identity: Identity) -> bool:
        """Whether the provider says that the person showed who they are after this began."""
        at = identity.authenticated_at
        return at is not None and at * 1000 >= self.began_at - SKEW_SECONDS * 1000


@dataclass(frozen=True, slots=True)
class Begun:
    """The beginning of a handshake."""

    address: str
    """Where the browser goes."""
    browser: str
    """The secret that it holds meanwhile."""


class SingleSignOn:
    """Begins and ends handshakes. Shared freely by threads."""

    def __init__(
        self, cabinet: Cabinet, key: CabinetKey, clock: Clock, url: str, providers: Sequence[Provider]
    ) -> None:
        """`url`: the public address of the pages."""
        self._cabinet, self._key, self._clock = cabinet, key, clock
        self.providers = tuple(providers)
        self._asked = {item.id: OpenId(item, f"{url}{redirect_path(item.id)}") for item in providers}

    def find(self, id_: str) -> Provider | None:
        """The provider of an id; None for one that the settings do not name."""
        return next((item for item in self.providers if item.id == id_), None)

    def begin(
        self, provider: str, purpose: str, back: str, browser: str = "", *, session: bytes = b"", invitation: str = ""
    ) -> Begun:
        """Begins a handshake; `browser` is the secret that the browser holds of an earlier one, if any.

        Raises SignInFailed; StoreError.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = Asked(state, nonce, verifier, purpose != SIGN_IN)
        address = self._of(provider).address(asked)
        browser = browser if 32 <= len(browser) <= 64 else secrets.token_urlsafe(32)
        by, now = secret_hash(asked.state), self._clock()
        told = [provider, purpose, back, now, session, invitation, asked.nonce, asked.verifier, secret_hash(browser)]
        row = (by, _PURPOSE, None, self._key.seal("challenges", by, told), now + HANDSHAKE_SECONDS * 1000)

        def enter(tables: Tables) -> None:
            tables.execute("DELETE FROM challenges WHERE expires_at < ?", (now,))
            tables.execute("INSERT INTO challenges VALUES (?, ?, ?, ?, ?)", row)

        self._cabinet.write(enter)
        return Begun(address, browser)

    def take(self, provider: str, state: str, browser: str) -> tuple[Handshake, Asked]:
        """The handshake of a state, which is used up, whatever comes of it. Raises SignInFailed `over`; StoreError."""
        by, now = secret_hash(state), self._clock()

        def use(tables: Tables) -> Any:
            rows = tables.select("SELECT * FROM challenges WHERE secret = ? AND purpose = ?", (by, _PURPOSE))
            tables.execute("DELETE FROM challenges WHERE secret = ? AND purpose = ?", (by, _PURPOSE))
            return rows[0] if rows else None

        row = self._cabinet.write(use)
        if row is None or row["expires_at"] < now:
            raise SignInFailed(Reason.OVER, "no such handshake")
        told = self._key.open("challenges", by, bytes(row["challenge"]))
        named, purpose, back, began, session, invitation, nonce, verifier, held = told
        if not hmac.compare_digest(held, secret_hash(browser)):
            raise SignInFailed(Reason.OVER, "it began in another browser")
        if named != provider:
            raise SignInFailed(Reason.OVER, f"it began with {named}")
        handshake = Handshake(named, purpose, back, began, session, invitation)
        return handshake, Asked(state, nonce, verifier, purpose != SIGN_IN)

    def identity(self, handshake: Handshake, asked: Asked, answer: Mapping[str, str]) -> Identity:
        """Who the person is, by what the browser brought back from the provider. Raises SignInFailed."""
        now = self._clock() // 1000
        identity = self._of(handshake.provider).identity(answer, asked, now)
        if identity.authenticated_at is not None and identity.authenticated_at > now + SKEW_SECONDS:
            raise SignInFailed(Reason.UNTRUE, "the person signed in in the future")
        return identity

    def fresh_at(self, identity: Identity) -> int:
        """When the person showed who they are, in milliseconds; 0 where the provider does not say."""
        return 0 if identity.authenticated_at is None else max(0, min(identity.authenticated_at * 1000, self._clock()))

    def _of(self, provider: str) -> OpenId:
        found = self._asked.get(provider)
        if found is None:
            raise SignInFailed(Reason.OVER, "the settings name no such provider")
        return found


def redirect_path(provider: str) -> str:
    """The path below the pages' address to which a provider sends browsers back; one for each provider."""
    return f"/console/sign-in/{provider}/back"


def own_path(path: str) -> str:
    """The path if it is one of the console's own, else the console's first page: nobody is led elsewhere."""
    plain = path.isascii() and path.isprintable() and "\\" not in path and len(path) <= 2000
    ours = path == "/console" or path.startswith(("/console/", "/console?"))
    return path if plain and ours else "/console"
