"""Answers of the admin API: a model as JSON, or a problem document for whatever stands in its way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from api.headers import PERSONAL
from api.languages import Words
from api.office import intake_words
from api.office.gate import NotFresh, NotSignedIn, OtherSite, OutOfScope
from api.office.rest import words
from api.problems import MEDIA_TYPE, problem
from api.refused import Refused
from ledger.bulk.items import TurnedAway
from ledger.command_forms import BadForm
from ledger.intake.files import PackError
from ledger.office.asking import AtPlace
from ledger.office.sight import OutOfSight
from ledger.receipts import NotYetSigned
from ledger.refusals import Code, Refusal
from ledger.store import StoreBusy, StoreError
from verifier.dossier import Erased
from verifier.errors import CouldNotCheck, VerificationError

PREFIX: Final = "/api/v1"
STATUS: Final[Mapping[Code, int]] = {
    **dict.fromkeys((Code.MISSING_ROLE, Code.OTHER_ORGANISATION, Code.SAME_PERSON, Code.UNKNOWN_ACCOUNT), 403),
    Code.WIDER_TOKEN: 403,
    **dict.fromkeys((Code.UNKNOWN_TRAINEE, Code.UNKNOWN_PROPOSAL, Code.UNKNOWN_PREPARATION), 404),
    Code.ERASED: 410,
    Code.PRECONDITION_FAILED: 412,
    **dict.fromkeys((Code.UNKNOWN_COHORT, Code.UNKNOWN_ORGANISATION, Code.UNKNOWN_PROGRAMME), 422),
    **dict.fromkeys((Code.UNKNOWN_VALUE, Code.UNKNOWN_KEY, Code.BAD_SCORE, Code.BAD_HOURS, Code.BAD_NUMBER), 422),
    **dict.fromkeys((Code.BAD_PANEL, Code.BAD_ORDER, Code.BAD_FORM, Code.BAD_TEXT, Code.IDEMPOTENCY_MISMATCH), 422),
}
"""HTTP status of a refusal; of every other code it is 409: the present state does not allow what was asked for."""

_BEARER: Final = 'Bearer realm="certledger"'
_log = logging.getLogger(__name__)


class Told(BaseModel):
    """What every model of this API has in common: exact types, no further fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Sentences(Told):
    """One sentence in every language of the pages."""

    zh: str
    en: str
    ko: str


class Problem(Told):
    """RFC 9457, with a stable code (docs/refusals.md)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    sentence: Sentences
    place: str | None = Field(default=None, description="Where in the request, as in `modules[0].hours`.")


class RestRoute(APIRoute):
    """A route whose refusals and failures are answered with problem documents."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `fastapi.routing.APIRoute`."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except Exception as error:
                answer = problem_of(error)
                if answer is None:
                    raise
                return answer

        return handle


def told(model: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer for who asked, and nobody's cache."""
    return Response(model.model_dump_json(), status, {**PERSONAL, **(headers or {})}, "application/json")


def statuses(*listed: int) -> dict[int | str, dict[str, Any]]:
    """What stands in the OpenAPI document of a route's problems."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _MEANINGS[status], "content": content} for status in listed}


def moment(milliseconds: int) -> datetime:
    """A time as models have it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def problem_of(error: Exception) -> Response | None:
    """The problem document of what was raised; None for what nobody foresaw."""
    match error:
        case NotSignedIn():
            headers = {"WWW-Authenticate": _BEARER}
            return _problem(401, "not-signed-in", words.NOT_SIGNED_IN, words.NOT_SIGNED_IN_HOW, headers)
        case OutOfScope():
            headers = {"WWW-Authenticate": f'{_BEARER}, error="insufficient_scope", scope="{error.scope}"'}
            return _problem(403, "out-of-scope", words.REFUSED, words.out_of_scope(error.scope), headers)
        case OtherSite():
            return _problem(403, "other-site", words.REFUSED, words.OTHER_SITE)
        case NotFresh():
            return _problem(403, "not-fresh", words.REFUSED, words.NOT_FRESH)
        case Refused():
            return _problem(error.status, error.code, error.title, error.detail)
        case Erased():
            return problem_of(Refusal(Code.ERASED, "this trainee's data are erased"))
        case OutOfSight():
            status = 410 if error.code is Code.ERASED else 404
            return _problem(status, error.code, words.REFUSED, words.of_refusal(status, error.message))
        case Refusal():
            status = STATUS.get(error.code, 409)
            more = {"place": error.place} if isinstance(error, BadForm | AtPlace) else {}
            detail = words.of_refusal(status, error.message)
            return _problem(status, error.code, words.REFUSED, detail, more=more)
        case TurnedAway():
            return _turned_away(error)
        case PackError():
            return _problem(409, error.code, words.REFUSED, words.of_refusal(409, str(error)))
        case RequestValidationError():
            return _unreadable(error)
        case NotYetSigned():
            return _problem(503, "not-yet-published", words.NOT_PUBLISHED, words.NOT_PUBLISHED, {"Retry-After": "5"})
        case StoreBusy():
            return _problem(503, "unavailable", words.UNAVAILABLE, words.UNAVAILABLE, {"Retry-After": "1"})
        case StoreError() | CouldNotCheck() | VerificationError():
            _log.error("a request of the admin API failed: %s", type(error).__name__, exc_info=error)
            return _problem(503, "unavailable", words.UNAVAILABLE, words.UNAVAILABLE, {"Retry-After": "30"})
    return None


def refused(status: int, code: str, sentence: Words) -> Refused:
    """A refusal of the API itself."""
    return Refused(status, code, words.REFUSED, sentence)


def _problem(
    status: int,
    code: str,
    title: Words,
    detail: Words,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    return problem(status, code, title, detail, {**PERSONAL, **(headers or {})}, more)


def _turned_away(reason: TurnedAway) -> Response:
    """Of files that cannot be taken, in the words of the console's page."""
    sentence = intake_words.why_not(reason.code)
    detail = Words(sentence.zh, f"{sentence.en} {reason.detail}".strip(), sentence.ko)
    return _problem(413 if reason.code == "too-large" else 422, reason.code, words.REFUSED, detail)


def _unreadable(error: RequestValidationError) -> Response:
    """Of a parameter in the address that is not in its form."""
    first = error.errors()[0]
    place = str(first["loc"][-1])[:80]
    detail = words.of_refusal(422, f"{place}: {first['msg']}")
    return _problem(422, Code.BAD_FORM, words.REFUSED, detail, more={"place": place})


_MEANINGS: Final = {
    400: "`unreadable`: the body is not one JSON object; of files `bad-form`. `no-idempotency-key`.",
    401: "`not-signed-in`: no session and no token, or one that is over.",
    403: "`out-of-scope` of a token, `other-site` of a browser's request, `not-fresh` of an approval; `missing-role`, "
    "`other-organisation`, `same-person`: which right is missing says the sentence.",
    404: "Not there, or out of this account's sight: that is not told apart.",
    408: "`too-slow`: the files took too long to come in.",
    409: "Refused by the present state; the code says why (docs/refusals.md).",
    410: "`erased`: the person's data are erased.",
    412: "`precondition-failed`: the person's affairs are not at the revision of `If-Match` any more.",
    413: "`too-large`: the body has more bytes than are read.",
    415: "`unsupported-type`: the body is not of the type that is taken here.",
    422: "`bad-form` with the `place`, `idempotency-mismatch`, or a value that the rules do not know or take; of "
    "files, why they were turned away.",
    429: "`too-many-requests`: too many requests of this address were not signed in; `Retry-After`.",
    503: "`unavailable`: the data cannot be reached, or others kept changing them; the same request may be sent again.",
}
SIGNED_IN: Final = (401, 403, 429, 503)
"""Statuses of every route for staff."""
