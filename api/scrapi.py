"""SCRAPI (draft-ietf-scitt-scrapi): the log's keys for receipts, registration of signed statements, receipts.

Registered are statements that were prepared here, and no others. Who sends one needs no account: the signature of the
organisation's own key is the authority.
"""

from __future__ import annotations

import logging
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api import concise, uploads
from api.headers import PERSONAL
from api.languages import Words
from api.refused import Refused
from api.templates import Site
from ledger.awards import Awards
from ledger.office.opening import Office
from ledger.office.preparations import Posted
from ledger.office.registering import register, registration
from ledger.receipts import NotYetSigned
from ledger.refusals import Code, Refusal
from ledger.store import StoreBusy, StoreError
from ledger.verified import read_statement
from verifier import bundle, cbor
from verifier.authority import Key
from verifier.errors import CouldNotCheck, Malformed, VerificationError
from verifier.kinds import RECEIPT_KIND
from verifier.statement import ALG, ED25519, EDDSA, cose_sign1_parts
from verifier.tile import MAX_ENTRY

COSE: Final = "application/cose"
CBOR: Final = "application/cbor"
STATEMENT: Final = "application/scitt-statement+cose"
KEYS: Final = "/.well-known/scitt-keys"
ENTRIES: Final = "/entries"
RETRY_SECONDS: Final = 2
"""After which to ask again for a receipt: a checkpoint is signed and published about a second after an entry."""
_PUBLIC: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REJECTED: Final = (Code.NOT_PREPARED, Code.BAD_SIGNATURE, Code.UNKNOWN_KEY, Code.BAD_STATEMENT)
"""What the statement itself is at fault for: 400. Every other refusal is of the state of things: 409."""
_TOO_LARGE: Final = Refused(413, "too-large", Words("", "", ""), Words("", "", ""))

_log = logging.getLogger(__name__)


class ScrapiRoute(APIRoute):
    """A route whose refusals and failures are answered with concise problems."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `fastapi.routing.APIRoute`."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except (Refusal, Refused, NotYetSigned, StoreError, CouldNotCheck, VerificationError) as error:
                return _problem_of(error)

        return handle


def router(site: Site, awards: Callable[[], Awards], office: Callable[[], Office]) -> APIRouter:
    """The routes."""
    made = APIRouter(route_class=ScrapiRoute, tags=["SCRAPI"])
    here = _Entries(site, awards, office)

    @made.get(
        KEYS, response_class=Response, responses=_answers(CBOR, 200, 429, 503), summary="The log's keys for receipts"
    )
    def scitt_keys() -> Response:
        return _public(cbor.encode([_cose_key(key) for key in _receipt_keys(awards())]), CBOR)

    @made.get(
        f"{KEYS}/{{kid}}",
        response_class=Response,
        responses=_answers(CBOR, 200, 404, 429, 503),
        summary="One of the log's keys for receipts, by its kid in base64url",
    )
    def scitt_key(kid: str) -> Response:
        for key in _receipt_keys(awards()):
            if urlsafe_b64encode(key.kid).decode().rstrip("=") == kid:
                return _public(cbor.encode(_cose_key(key)), CBOR)
        return concise.problem(404, "not-found", "No such key", "No key could be found for this kid value")

    @made.post(
        ENTRIES,
        response_class=Response,
        status_code=201,
        responses=_answers(COSE, 201, 303, 400, 409, 413, 415, 429, 503),
        summary="Register a signed statement that was prepared here",
        openapi_extra={"requestBody": {"required": True, "content": {COSE: {"schema": _BINARY}}}},
    )
    async def post(request: Request) -> Response:
        if uploads.media_type(request) != COSE:
            return concise.problem(415, "unsupported-type", "Malformed request", f"a signed statement is {COSE}")
        data = await uploads.body(request, MAX_ENTRY, _TOO_LARGE)
        return await run_in_threadpool(here.post, data)

    @made.get(
        f"{ENTRIES}/{{entry}}",
        response_class=Response,
        responses=_answers(COSE, 200, 302, 400, 404, 409, 429, 503),
        summary="The receipt of an entry of the log, by its index or by what registering it gave",
    )
    def receipt(entry: str) -> Response:
        return here.get(entry, whole=False)

    @made.get(
        f"{ENTRIES}/{{entry}}/statement",
        response_class=Response,
        responses=_answers(STATEMENT, 200, 302, 400, 404, 409, 429, 503),
        summary="The Transparent Statement of an entry: itself, with its receipt",
    )
    def transparent(entry: str) -> Response:
        return here.get(entry, whole=True)

    return made


class _Entries:
    """Registers, and gives receipts."""

    def __init__(self, site: Site, awards: Callable[[], Awards], office: Callable[[], Office]) -> None:
        self._url, self._awards, self._office = site.url, awards, office

    def post(self, data: bytes) -> Response:
        """Registers a statement: 201 with the receipt where it is published already, else 303 to where it will be."""
        try:
            posted = register(self._office(), data)
        except Refusal as refusal:
            if refusal.code is not Code.BAD_STATEMENT:
                raise
            return _malformed(data, refusal)
        if posted.index is not None:
            try:
                return self._given(posted.index, 201, whole=False)
            except (NotYetSigned, CouldNotCheck, VerificationError, StoreError, Refusal) as error:
                _log.info("an entry that is recorded has no receipt yet: %s", error)
        return self._running(posted, 303)

    def get(self, entry: str, *, whole: bool) -> Response:
        """What is there of an entry: a receipt or Transparent Statement, or that it is to be asked for later."""
        if _DIGEST.fullmatch(entry):
            try:
                posted = registration(self._office(), bytes.fromhex(entry))
            except Refusal as refusal:
                if refusal.code is not Code.NOT_PREPARED:
                    raise
                return concise.problem(404, refusal.code, "Operation Not Found", refusal.message)
            if posted.index is None:
                return self._running(posted, 302)
            try:
                return self._given(posted.index, 200, whole=whole)
            except NotYetSigned:
                return self._running(posted, 302)
        if not _INDEX.fullmatch(entry):
            detail = "an entry is named by its index, or by the SHA-256 of what was signed in hexadecimal"
            return concise.problem(400, "malformed", "Invalid locator", detail)
        try:
            return self._given(int(entry), 200, whole=whole)
        except NotYetSigned:
            return concise.problem(404, "not-found", "Not Found", f"Receipt with entry ID {entry} not known")

    def _given(self, index: int, status: int, *, whole: bool) -> Response:
        """Raises NotYetSigned for an entry beyond the published checkpoint; CouldNotCheck."""
        awards = self._awards()
        snapshot = awards.snapshot()
        if index >= snapshot.head.size:
            raise NotYetSigned(index, snapshot.head.size)
        recorded = awards.ledger.store.entry(index)
        if recorded is None:
            raise NotYetSigned(index, snapshot.head.size)
        made = snapshot.verified.transparent(index, read_statement(recorded.statement), ())
        where = {"Location": f"{self._url}{ENTRIES}/{index}"}
        if whole:
            return _public(made, STATEMENT, status, where)
        return _public(bundle.parse(made).receipt.raw, COSE, status, where)

    def _running(self, posted: Posted, status: int) -> Response:
        where = f"{self._url}{ENTRIES}/{posted.digest.hex()}"
        return Response(b"", status, {**PERSONAL, "Location": where, "Retry-After": str(RETRY_SECONDS)}, COSE)


def _receipt_keys(awards: Awards) -> list[Key]:
    """Those that ever signed receipts, oldest first, without those that were reported compromised."""
    return [key for key in awards.authority().log_keys(RECEIPT_KIND) if key.compromised_from is None]


def _cose_key(key: Key) -> dict[int, int | bytes]:
    """COSE_Key of RFC 9052 §7: OKP, kid, EdDSA, Ed25519, x."""
    return {1: 1, 2: key.kid, 3: EDDSA, -1: 6, -2: key.public_key}


def _public(data: bytes, media_type: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    caching = {"Cache-Control": "public, max-age=5"} if status == 200 else PERSONAL
    return Response(data, status, {**_PUBLIC, **caching, **(headers or {})}, media_type)


def _malformed(data: bytes, refusal: Refusal) -> Response:
    """Why it is no statement of ours, in SCRAPI's own words where it has them."""
    title = "Malformed request"
    try:
        protected, _, payload, _ = cose_sign1_parts(data)
        headers = cbor.decode(protected)
        if type(headers) is dict and headers.get(ALG) not in (EDDSA, ED25519):
            title = "Bad Signature Algorithm"
        elif payload is None:
            title = "Payload Missing"
        else:
            title = "Rejected"
    except Malformed:
        pass
    return concise.problem(400, refusal.code, title, refusal.message)


def _problem_of(error: Exception) -> Response:
    match error:
        case Refused():
            return concise.problem(413, error.code, "Malformed request", f"a statement has at most {MAX_ENTRY} bytes")
        case Refusal():
            status = 400 if error.code in _REJECTED else 409
            return concise.problem(status, error.code, "Rejected", error.message)
        case NotYetSigned():
            pass
        case StoreBusy():
            return _unavailable(1)
        case _:
            _log.error("an entry could not be registered or told: %s", type(error).__name__, exc_info=error)
            return _unavailable(30)
    return _unavailable(RETRY_SECONDS)


def _unavailable(seconds: int) -> Response:
    detail = "The log cannot be reached now. The same may be sent again."
    return concise.problem(503, "unavailable", "Unavailable", detail, {"Retry-After": str(seconds)})


_BINARY: Final = {"type": "string", "format": "binary"}
_MEANINGS: Final = {
    302: "Not under a published checkpoint yet, or other statements of its command are not signed yet: ask again.",
    303: "Registered; its receipt will be at `Location`, once every statement of its command came back.",
    400: "It is none of the statements that were prepared here, in their one form, signed by the key that may.",
    404: "There is none.",
    409: "The state of things has moved on, and the code says how: fetch and sign it anew.",
    413: "Larger than an entry of the log can be.",
    415: "Not `application/cose`.",
    429: "Too many of this address; `Retry-After`.",
    503: "The log cannot be reached now; `Retry-After`.",
}


def _answers(media_type: str, good: int, *others: int) -> dict[int | str, dict[str, Any]]:
    found: dict[int | str, dict[str, Any]] = {
        good: {"description": "It is there.", "content": {media_type: {"schema": _BINARY}}}
    }
    for status in others:
        found[status] = {"description": _MEANINGS[status]}
        if status >= 400:
            found[status]["content"] = {concise.MEDIA_TYPE: {"schema": _BINARY}}
    return found
