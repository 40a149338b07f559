"""Signing in at a provider of single sign-on: on the way there, and what comes back.

What begins a handshake is a form of our own pages. It is answered by a page that leads on, since a form that is sent
may lead nowhere but here (`form-action` of the pages' policy). What comes back comes from another site, so it counts
for nothing but by the state that it brings and the cookie of the browser that began.
"""

from __future__ import annotations

import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.languages import Words
from api.office import single_sign_on_words
from api.office.console import Console, Sent, see_other
from api.office.gate import SAFE, Acting, NotSignedIn
from ledger.office.openid import Identity, Reason, SignInFailed
from ledger.office.single_sign_on import ACCEPT, CONNECT, FRESH, SIGN_IN, Begun, Handshake, own_path
from ledger.office.staff import CannotSignIn
from ledger.refusals import Refusal

STATUS: Final = {Reason.UNREACHABLE: 503, Reason.OVER: 400, Reason.UNTRUE: 400}
"""Of the page that says why nobody is let in; for every other reason it is 403."""
_ANSWER: Final = ("code", "iss", "error")

_log = logging.getLogger(__name__)


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = SingleSignOnPages(console)
    return [
        console.open_route("/sign-in/{provider}", pages.begin),
        console.open_route("/sign-in/{provider}/back", pages.back),
        console.route("/account/connect/{provider}", pages.connect, ["POST"]),
        console.route("/account/fresh/{provider}", pages.fresh, ["POST"]),
    ]


class SingleSignOnPages:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    # --- on the way there ---------------------------------------------------------------------------------------------

    def begin(self, request: Request, sent: Sent) -> Response:
        """Begins for nobody yet: to sign in, or to open an invitation."""
        if request.method in SAFE:
            return see_other("/console")
        invitation, to = sent.get("invitation", ""), sent.get("to", "")
        purpose, back = (ACCEPT, "/console") if invitation else (SIGN_IN, own_path(to) if to else "")
        try:
            begun = self._console.office.single_sign_on.begin(
                self._provider(request), purpose, back, self._console.gate.held(request), invitation=invitation
            )
        except SignInFailed as failed:
            return self._failed(request, failed, back)
        return self._leads_on(request, None, begun)

    def connect(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Begins to bind who somebody is at a provider to the account of who is here."""
        self._console.gate.check_fresh(acting)
        return self._for_somebody(request, acting, CONNECT, "/console/account")

    def fresh(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Begins to show once more who is here; it goes on in the tab that asked."""
        return self._for_somebody(request, acting, FRESH, "")

    def _for_somebody(self, request: Request, acting: Acting, purpose: str, back: str) -> Response:
        assert acting.session is not None  # pages are for browsers
        try:
            begun = self._console.office.single_sign_on.begin(
                self._provider(request), purpose, back, self._console.gate.held(request), session=acting.session.id
            )
        except SignInFailed as failed:
            return self._failed(request, failed, back, acting)
        return self._leads_on(request, acting, begun)

    def _leads_on(self, request: Request, acting: Acting | None, begun: Begun) -> Response:
        provider = self._console.office.single_sign_on.find(self._provider(request))
        assert provider is not None
        response = self._console.page(
            "office/going.html",
            request,
            acting,
            address=begun.address,
            to=single_sign_on_words.named(provider),
            sso=single_sign_on_words,
        )
        self._console.gate.hand(response, begun.browser)
        return response

    # --- and back -----------------------------------------------------------------------------------------------------

    def back(self, request: Request, sent: Sent) -> Response:
        """What a provider sent the browser back with."""
        if request.method not in SAFE:
            return see_other("/console")
        sso, given, back = self._console.office.single_sign_on, request.query_params, ""
        acting: Acting | None = None
        try:
            for name in ("state", *_ANSWER):  # RFC 6749 §3.1: each once at most
                if len(given.getlist(name)) > 1:
                    raise SignInFailed(Reason.UNTRUE, f"{name} is there more than once")
            provider, held = self._provider(request), self._console.gate.held(request)
            handshake, asked = sso.take(provider, given.get("state", ""), held)
            back = handshake.back
            acting = self._who_began(request, handshake)
            answer = {name: given[name] for name in _ANSWER if name in given}
            return self._ended(request, handshake, sso.identity(handshake, asked, answer), acting)
        except SignInFailed as failed:
            return self._failed(request, failed, back, acting)
        except Refusal as refusal:
            return self._console.refused_page(request, None, refusal, 409)

    def _who_began(self, request: Request, handshake: Handshake) -> Acting | None:
        """Whoever is signed in and began this; None for what begins with nobody. Raises SignInFailed."""
        if handshake.purpose in (SIGN_IN, ACCEPT):
            return None
        try:
            acting = self._console.gate.in_session(request)
        except NotSignedIn:
            raise SignInFailed(Reason.OVER, "the session that began it is over") from None
        assert acting.session is not None
        if acting.session.id != handshake.session:
            raise SignInFailed(Reason.OVER, "another session began it")
        return acting

    def _ended(self, request: Request, handshake: Handshake, identity: Identity, acting: Acting | None) -> Response:
        office = self._console.office
        binds = handshake.purpose in (ACCEPT, CONNECT)
        if binds and identity.authenticated_at is not None and not handshake.is_fresh(identity):
            raise SignInFailed(Reason.NOT_FRESH, "the provider did not ask who is there")
        if acting is None:
            return self._signed_in(request, handshake, identity)
        if handshake.purpose == CONNECT:
            office.identities.bind(acting.member.account, identity)
            return see_other(handshake.back)
        if office.identities.account_of(identity) != acting.member.account:
            raise SignInFailed(Reason.UNKNOWN, "it is not connected with the account that asked")
        if not handshake.is_fresh(identity):
            raise SignInFailed(Reason.NOT_FRESH, f"auth_time is {identity.authenticated_at}")
        assert acting.session is not None
        office.sessions.freshened(acting.session)
        return self._done(request, acting)

    def _signed_in(self, request: Request, handshake: Handshake, identity: Identity) -> Response:
        office = self._console.office
        if handshake.purpose == ACCEPT:
            member = office.staff.invited(handshake.invitation)
            if member is None:
                raise SignInFailed(Reason.OVER, "the invitation is void or over")
            try:
                office.identities.bind(member.account, identity, office.staff.using_up(handshake.invitation))
            except CannotSignIn:
                raise SignInFailed(Reason.OVER, "the invitation was used meanwhile") from None
        else:
            account = office.identities.account_of(identity)
            member = None if account is None else office.staff.find(account)
        if member is None or member.closed:
            raise SignInFailed(Reason.UNKNOWN, "no open account is connected with it")
        agent, before = request.headers.get("User-Agent", ""), self._console.gate.secret(request)
        secret = office.sessions.open(member.account, agent, before, office.single_sign_on.fresh_at(identity))
        response = see_other(handshake.back) if handshake.back else self._done(request, Acting(member))
        self._console.gate.let_in(response, secret)
        return response

    # --- inside -------------------------------------------------------------------------------------------------------

    def _provider(self, request: Request) -> str:
        return str(request.path_params["provider"])

    def _done(self, request: Request, acting: Acting) -> Response:
        return self._console.page("office/came_back.html", request, acting, sso=single_sign_on_words, fault=None)

    def _failed(self, request: Request, failed: SignInFailed, back: str, acting: Acting | None = None) -> Response:
        """A page that says why, with the other ways in."""
        _log.warning("single sign-on with %r: %s", self._provider(request)[:40], failed)
        fault: Words = single_sign_on_words.FAILED[failed.reason]
        status = STATUS.get(failed.reason, 403)
        if acting is not None:
            return self._console.page(
                "office/came_back.html", request, acting, status, sso=single_sign_on_words, fault=fault
            )
        return self._console.way_in(request, status, fault, back or "/console")
