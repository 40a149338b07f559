"""Members of staff, for administrators of the base: who there is, who comes and who goes.

What lets somebody in takes a person who has just shown who they are: a link for another is more than any token.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.office.gate import Acting, Gate
from api.office.rest import words
from api.office.rest.answers import PREFIX, SIGNED_IN, Told, moment, refused, statuses, told
from api.office.rest.bodies import body_in, body_of, form_of
from api.office.rest.pages import NEXT, Cursor, Limit, bad_cursor
from api.office.rest.trainees import id_of
from ledger.office.opening import Office
from ledger.office.seeing import check_keeps_staff
from ledger.office.staff import INVITED_SECONDS, Member
from ledger.permissions import Actors

Role = Literal["administrator", "approver", "assessor", "auditor", "registrar"]
Account = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
_LONGEST: Final = 200


class MemberOfStaff(Told):
    """A member of staff. Organisation and roles are as they are in the log now."""

    account: UUID
    pseudonym: str
    login: str
    name: str
    email: str
    organisation: str
    roles: list[str]
    has_password: bool
    closed: bool


class StaffPage(Told):
    """Members of staff, by pseudonym."""

    staff: list[MemberOfStaff]
    next: str | None = Field(description=NEXT)


class NewMember(Told):
    """Somebody new."""

    login: Annotated[str, Field(min_length=1, max_length=80)]
    name: Annotated[str, Field(min_length=1, max_length=_LONGEST)]
    email: Annotated[str, Field(max_length=_LONGEST)] = ""
    organisation: Annotated[str, Field(min_length=1, max_length=_LONGEST)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=5)]


class Invitation(Told):
    """A link that works once, to be handed over: it sets a password or passkey. Earlier ones are void."""

    member: MemberOfStaff
    link: str
    expires_at: datetime


FORMS: Final = (NewMember,)
_EXAMPLE: Final = {"login": "li.na", "name": "李娜", "organisation": "BASE", "roles": ["registrar"]}


def add(made: APIRouter, office: Callable[[], Office], gate: Gate, url: str) -> None:
    """Adds the routes. `url`: the public address of the pages."""
    _add_reading(made, office, gate)
    _add_changing(made, office, gate, url)


def _add_reading(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    @made.get("/staff", response_model=StaffPage, responses=statuses(*SIGNED_IN, 422), operation_id="list_staff")
    def listed(request: Request, limit: Limit = 50, cursor: Cursor = "") -> Response:
        here = _office(office, gate.acting(request))
        if not cursor.isprintable():
            raise bad_cursor()
        found = here.staff.page(cursor, limit + 1)
        following = found[limit - 1].pseudonym if len(found) > limit else None
        return told(StaffPage(staff=[*map(_member, found[:limit])], next=following))

    @made.get(
        "/staff/{account}",
        response_model=MemberOfStaff,
        responses=statuses(*SIGNED_IN, 404),
        operation_id="get_member_of_staff",
    )
    def get(request: Request, account: Account) -> Response:
        return told(_member(_found(_office(office, gate.acting(request)), account)))


def _add_changing(made: APIRouter, office: Callable[[], Office], gate: Gate, url: str) -> None:
    def invited(member: Member, secret: str, status: int) -> Response:
        until = moment(office().ledger.clock() + INVITED_SECONDS * 1000)
        answer = Invitation(member=_member(member), link=f"{url}/console/welcome/{secret}", expires_at=until)
        return told(answer, status, {"Location": f"{PREFIX}/staff/{member.account}"})

    def changing(request: Request) -> Acting:
        acting = gate.acting(request, "record")
        _office(office, acting)
        gate.check_fresh(acting)
        return acting

    def open_account(acting: Acting, form: NewMember) -> Response:
        by = Actors(acting.member.pseudonym)
        member, secret = office().staff.add(form.login, form.name, form.email, form.organisation, form.roles, by)
        return invited(member, secret, 201)

    @made.post(
        "/staff",
        status_code=201,
        response_model=Invitation,
        responses=statuses(*SIGNED_IN, 400, 409, 413, 415, 422),
        operation_id="add_member_of_staff",
        summary="Opens an account for somebody new",
        description="Where the answer is lost, the same again is 409 `duplicate-account`: invite the account then.",
        openapi_extra={"requestBody": body_in(NewMember, **_EXAMPLE)},
    )
    async def add_one(request: Request) -> Response:
        acting = await run_in_threadpool(changing, request)
        return await run_in_threadpool(open_account, acting, form_of(await body_of(request), NewMember))

    @made.post(
        "/staff/{account}/invitation",
        status_code=201,
        response_model=Invitation,
        responses=statuses(*SIGNED_IN, 404),
        operation_id="invite_member_of_staff",
        summary="A new link for who has lost all ways in",
    )
    def invite(request: Request, account: Account) -> Response:
        changing(request)
        member = _found(office(), account)
        if member.closed:
            raise _unknown()
        return invited(member, office().staff.invite(member.account), 201)

    @made.post(
        "/staff/{account}/close",
        response_model=MemberOfStaff,
        responses=statuses(*SIGNED_IN, 404, 409),
        operation_id="close_account",
        summary="Closes an account: in the log, and every way in",
    )
    def close(request: Request, account: Account) -> Response:
        acting = changing(request)
        member = _found(office(), account)
        office().staff.close(member.account, Actors(acting.member.pseudonym))
        return told(_member(_found(office(), account)))


def _office(office: Callable[[], Office], acting: Acting) -> Office:
    """The office, for who keeps its staff. Raises Refusal."""
    here = office()
    check_keeps_staff(acting.member, here.executor.base())
    return here


def _found(office: Office, account: str) -> Member:
    id_ = id_of(account)
    member = None if id_ is None else office.staff.find(id_)
    if member is None:
        raise _unknown()
    return member


def _unknown() -> Exception:
    return refused(404, "unknown-account", words.UNKNOWN_ACCOUNT)


def _member(member: Member) -> MemberOfStaff:
    return MemberOfStaff(
        account=member.account,
        pseudonym=member.pseudonym,
        login=member.login,
        name=member.name,
        email=member.email,
        organisation=member.organisation,
        roles=sorted(member.roles),
        has_password=member.has_password,
        closed=member.closed,
    )
