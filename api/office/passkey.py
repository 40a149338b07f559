"""The beginning of a passkey's ceremony for the pages' script, and its end as a form sends it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.headers import PERSONAL
from api.office.console import Console, Sent
from api.office.gate import Acting, NotSignedIn, OtherSite
from ledger.intake.files import PackError
from ledger.office import consenting, docket, signatures
from ledger.office.intakes import NoIntake
from ledger.office.opening import Office
from ledger.office.passkeys import APPROVE, CONSENT, FRESH, REGISTER, SIGN_IN, Begun
from ledger.office.proposals import Signature
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal
from ledger.store import StoreError


def routes(console: Console) -> list[Route]:
    """The one route; to sign in nobody needs to be anybody yet."""

    def begun(request: Request) -> Response:
        try:
            console.gate.check_site(request)
            made = _begun(console, request)
        except (OtherSite, NotSignedIn):
            return JSONResponse({}, 403, PERSONAL)
        except Refusal as refusal:
            return JSONResponse({"code": refusal.code}, 409, PERSONAL)
        except StoreError:
            return JSONResponse({}, 503, PERSONAL)
        return JSONResponse({"ticket": made.ticket, "options": made.options}, 200, PERSONAL)

    async def answer(request: Request) -> Response:
        return await run_in_threadpool(begun, request)

    return [Route("/console/passkey", answer, methods=["POST"])]


def answer_of(sent: Sent) -> dict[str, Any]:
    """What the browser sent of a credential. Raises Refusal `bad-passkey`."""
    try:
        answer = json.loads(sent.get("answer", ""))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Refusal(Code.BAD_PASSKEY, "the browser sent no answer of a passkey")
    return answer


def _to_sign(office: Office, member: Member, request: Request) -> list[bytes] | None:
    """What is approved: a proposal, or an intake."""
    intake = request.query_params.get("intake", "")
    try:
        about = UUID(intake or request.query_params.get("proposal", ""))
    except ValueError:
        raise Refusal(Code.UNKNOWN_PROPOSAL, "no such proposal") from None
    if not intake:
        return office.proposals.to_sign(docket.find(office, member, about).id, member)
    try:
        return office.intakes.to_sign(about, member)
    except (NoIntake, PackError):
        raise Refusal(Code.UNKNOWN_PROPOSAL, "no such intake, or its files are gone") from None


def signed(console: Console, purpose: str, member: Member, sent: Sent) -> Signature:
    """What a passkey of the member's signed. Raises Refusal `bad-passkey`."""
    return signatures.given(console.office, purpose, member, sent.get("ticket", ""), answer_of(sent))


def signed_or_fresh(console: Console, acting: Acting, sent: Sent) -> Signature | None:
    """What an approver's passkey signed just now; without one, another fresh sign of who is there is asked.

    Raises NotFresh, and Refusal `bad-passkey`.
    """
    if not sent.get("answer"):
        console.gate.check_fresh(acting)
        return None
    return signed(console, APPROVE, acting.member, sent)


def bytes_of(text: str) -> bytes:
    """What a form names in hex; nothing for what is no hex."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _begun(console: Console, request: Request) -> Begun:
    office, purpose = console.office, request.query_params.get("for", "")
    if purpose == SIGN_IN:
        return office.passkeys.begin(SIGN_IN)
    if purpose == REGISTER and (invitation := request.query_params.get("invitation", "")):
        invited = office.staff.invited(invitation)
        if invited is None:
            raise NotSignedIn
        return office.passkeys.begin_registration(invited)
    member = console.gate.in_session(request).member
    if purpose == REGISTER:
        return office.passkeys.begin_registration(member)
    if purpose == CONSENT:
        credential = bytes_of(request.query_params.get("credential", ""))
        change = consenting.change_of(office, member, request.query_params.get("change", ""), credential)
        return consenting.begin(office, member, change)
    if purpose != APPROVE:
        return office.passkeys.begin(FRESH, member.account)
    # Where nothing of it is signed by a passkey, who is there is shown all the same.
    digests = _to_sign(office, member, request)
    return signatures.begin(office, member, digests) or office.passkeys.begin(APPROVE, member.account)
