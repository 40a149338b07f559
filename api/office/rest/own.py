"""One's own tokens and sessions.

A token is made by a person who has just shown who they are, or with a token that is good for it: then it may do no
more than that one, is good for no longer, and ends with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.headers import PERSONAL
from api.office.gate import Acting, Gate, NotFresh
from api.office.rest import words
from api.office.rest.answers import SIGNED_IN, Told, moment, refused, statuses, told
from api.office.rest.bodies import body_in, body_of, form_of
from api.office.rest.trainees import id_of
from ledger.office.opening import Office
from ledger.office.tokens import LONGEST_DAYS, SCOPES, Token

Scope = Literal["read", "record", "propose", "tokens"]
"""`ledger.office.tokens.SCOPES`."""
_GONE: Final[dict[int | str, dict[str, Any]]] = {204: {"description": "It is over, or was before.", "content": {}}}


class TokenTold(Told):
    """A token, without its secret."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    made_by: UUID | None = Field(description="The token that it was made with, and ends with.")


class TokensTold(Told):
    """The account's tokens, newest first; for a token itself and those that were made with it."""

    tokens: list[TokenTold]


class NewToken(Told):
    """A token to be made."""

    name: Annotated[str, Field(min_length=1, max_length=80, description="What it is for.")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS, description="Made with a token: no longer than that one.")]


class TokenMade(Told):
    """A new token with its secret, which is told this once and kept nowhere."""

    token: TokenTold
    secret: str


class SessionTold(Told):
    """Where somebody is signed in."""

    id: str
    current: bool = Field(description="The one that asks.")
    browser: str = Field(description="As it calls itself.")
    created_at: datetime
    used_at: datetime


class SessionsTold(Told):
    """The account's open sessions, newest first."""

    sessions: list[SessionTold]


FORMS: Final = (NewToken,)


def add(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    """Adds the routes."""
    _add_tokens(made, office, gate)
    _add_sessions(made, office, gate)


def _add_tokens(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    @made.get("/me/tokens", response_model=TokensTold, responses=statuses(*SIGNED_IN), operation_id="list_tokens")
    def listed(request: Request) -> Response:
        return told(TokensTold(tokens=[*map(_token, _known(office(), gate.acting(request)))]))

    def make(acting: Acting, form: NewToken) -> Response:
        if acting.token is None:
            gate.check_fresh(acting)
        tokens = office().tokens
        token, secret = tokens.make(acting.member.account, form.name, form.scopes, form.days, acting.token)
        return told(TokenMade(token=_token(token), secret=secret), 201)

    @made.post(
        "/me/tokens",
        status_code=201,
        response_model=TokenMade,
        responses=statuses(*SIGNED_IN, 400, 413, 415, 422),
        operation_id="make_token",
        summary="Makes a token",
        description="By a session whose owner showed who they are within five minutes, or with a token that has the"
        " scope `tokens`. Where the answer is lost, revoke the token and make another.",
        openapi_extra={"requestBody": body_in(NewToken, name="nightly export", scopes=["read"], days=30)},
    )
    async def new(request: Request) -> Response:
        acting = await run_in_threadpool(gate.acting, request, "tokens")
        return await run_in_threadpool(make, acting, form_of(await body_of(request), NewToken))

    @made.delete(
        "/me/tokens/{token}",
        status_code=204,
        responses={**_GONE, **statuses(*SIGNED_IN, 404)},
        operation_id="revoke_token",
        summary="Revokes a token and all that were made with it",
    )
    def revoke(request: Request, token: Annotated[str, Path(json_schema_extra={"format": "uuid"})]) -> Response:
        acting, id_ = gate.acting(request, "tokens"), id_of(token)
        if id_ is None or id_ not in {item.id for item in _known(office(), acting)}:
            raise refused(404, "unknown-token", words.UNKNOWN_TOKEN)
        office().tokens.revoke(acting.member.account, id_)
        return Response(status_code=204, headers=PERSONAL)


def _add_sessions(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    @made.get(
        "/me/sessions",
        response_model=SessionsTold,
        responses=statuses(*SIGNED_IN),
        operation_id="list_sessions",
        summary="Where one is signed in; for a session alone",
    )
    def listed(request: Request) -> Response:
        acting, here = _in_person(gate.acting(request)), office()
        sessions = [
            SessionTold(
                id=item.id.hex(),
                current=acting.session is not None and item.id == acting.session.id,
                browser=item.agent,
                created_at=moment(item.created_at),
                used_at=moment(item.used_at),
            )
            for item in here.sessions.of(acting.member.account)
        ]
        return told(SessionsTold(sessions=sessions))

    @made.delete(
        "/me/sessions/{session}",
        status_code=204,
        responses={**_GONE, **statuses(*SIGNED_IN)},
        operation_id="end_session",
        summary="Ends a session of one's own; for a session alone",
    )
    def end(request: Request, session: str) -> Response:
        acting = _in_person(gate.acting(request))
        office().sessions.end(acting.member.account, _bytes(session))
        return Response(status_code=204, headers=PERSONAL)


def _known(office: Office, acting: Acting) -> list[Token]:
    if acting.token is None:
        return office.tokens.of(acting.member.account)
    return office.tokens.made_with(acting.token)


def _in_person(acting: Acting) -> Acting:
    """Who asks by a browser. Raises NotFresh for a token, which is nobody's presence."""
    if acting.session is None:
        raise NotFresh
    return acting


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _token(token: Token) -> TokenTold:
    return TokenTold(
        id=token.id,
        name=token.name,
        scopes=sorted(token.scopes),
        created_at=moment(token.created_at),
        expires_at=moment(token.expires_at),
        used_at=None if token.used_at is None else moment(token.used_at),
        made_by=token.made_by,
    )
