"""The page that says where trust comes from: origin, keys, witnesses, the trust file, and how to compare them.

What it shows is folded from the log that it published, every signature checked; a visitor has to compare it by another
way all the same, since a false server could show anything here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import trust_words, words
from api.languages import Words
from api.templates import Site
from ledger.awards import Awards, Snapshot
from ledger.publication import TRUST_FILE
from verifier import trust
from verifier.authority import Key
from verifier.cosignatures import Cosigned
from verifier.errors import Mismatch
from verifier.fetch import FolderLog
from verifier.past import recorded_in
from verifier.trust import Trust, fingerprint, grouped

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as the page shows it."""

    organisation: str
    name: Words
    fingerprint: str
    purposes: tuple[Words, ...]
    since: Words
    custody: Words
    ended: Words | None


@dataclass(frozen=True, slots=True)
class Anchors:
    """Everything that a visitor compares."""

    trust: Trust
    genesis: str
    keys: tuple[ShownKey, ...]
    cosigned: Cosigned
    file_hash: str
    file_bytes: int
    file_as_of: int


def router(site: Site, awards: Callable[[], Awards]) -> APIRouter:
    """The page's route."""
    made = APIRouter()

    @made.api_route("/trust", methods=["GET", "HEAD"], include_in_schema=False)
    def page(request: Request) -> HTMLResponse:
        try:
            shown = anchors(awards())
        except Exception:  # Whatever is wrong with store, log or disk: nothing is shown that was not checked.
            _log.exception("the keys to trust could not be shown")
            return site.page("plain.html", request, 503, {"Cache-Control": "no-store"}, sentence=trust_words.NOT_NOW)
        return site.page("trust.html", request, headers={"Cache-Control": "no-cache"}, says=trust_words, anchors=shown)

    return made


def anchors(awards: Awards) -> Anchors:
    """What is published now. Raises NotYetSigned, VerificationError, CouldNotCheck, StoreError."""
    now = awards.snapshot()
    data = FolderLog(awards.ledger.public).get(TRUST_FILE)
    published = trust.parse(data.decode())
    if published.as_of == now.trust.as_of and published != now.trust:
        raise Mismatch(f"{TRUST_FILE} is not the one that the log gives")
    keys = tuple(_shown(key, now) for key in now.trust.keys.values())
    file_hash = grouped(sha256(data).digest())
    return Anchors(now.trust, fingerprint(now.trust), keys, now.cosigned, file_hash, len(data), published.as_of)


def _shown(key: Key, now: Snapshot) -> ShownKey:
    organisation = now.trust.organisations[key.organisation]
    ended = None if key.until is None else trust_words.retired(key.until)
    if key.compromised_from is not None:
        ended = trust_words.compromised(key.compromised_from)
    return ShownKey(
        organisation.code,
        Words(organisation.name_zh, organisation.name_en, organisation.name_en),
        grouped(key.kid),
        tuple(purpose for kind, purpose in trust_words.PURPOSES if kind in key.kinds),
        trust_words.since(key.since, words.moment(recorded_in(now.tree, now.head.root, key.since))),
        trust_words.BY_BASE if key.custody == "base" else trust_words.BY_ITSELF,
        ended,
    )
