"""The console's frame: who may see a page, forms that come in, and what becomes of everything that goes wrong.

A page that needs somebody signed in, or a fresh sign of who is there, asks for it in place: the form that asks carries
along what was typed, and is sent to the page that wanted it. So nothing typed is lost when a session is over.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl, quote
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.headers import PERSONAL
from api.languages import LANGUAGES, PARAMETER, Language, Words, choose
from api.office import menu, refusal_words, signing_words, single_sign_on_words, words
from api.office.gate import SAFE, Acting, Gate, NotFresh, NotSignedIn, OtherSite, OutOfScope
from api.office.opened import OpenedOffice
from api.office.uploads import FILES, NO_FILES, Room, Uploads, drain
from api.refused import Refused
from api.templates import Site
from api.uploads import body, media_type
from ledger.handle import moment_of
from ledger.office.opening import Office
from ledger.office.passkeys import FRESH, SIGN_IN
from ledger.office.seeing import scope_of
from ledger.office.sight import OutOfSight, Sight
from ledger.office.staff import CannotSignIn
from ledger.refusals import Code, Refusal
from ledger.register.reading import Register
from ledger.register.scope import Scope
from ledger.store import StoreError
from verifier.current import business_day

Sent = Mapping[str, str]
Handler = Callable[[Request, Acting, Sent], Response]
OpenHandler = Callable[[Request, Sent], Response]
BODY_LIMIT: Final = 1 << 20
UNSEEN: Final = (Code.UNKNOWN_PROPOSAL, Code.UNKNOWN_PREPARATION)
FRESH_FOR: Final = ("_password", "_ticket", "_answer", "_login", "_method")
"""Fields of a form that shows who is there; they never reach the page."""
CHECKS: Final = "/check"
"""Below `/console`: where forms are checked as one types (`api.office.checking`)."""
LANGUAGE_COOKIE: Final = "certledger-language"
_YEAR: Final = 365 * 24 * 3600

_log = logging.getLogger(__name__)


class NotThere(Exception):
    """There is no such thing, or nothing that who asks may see: which of the two is not told."""


class LeadsTo(Exception):
    """What a form led to is shown elsewhere: what it asked for waits for the signature of an organisation's own key."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class Console:
    """Makes routes of handlers. A handler runs in a thread, for somebody who is signed in."""

    def __init__(self, site: Site, office: OpenedOffice, gate: Gate, uploads: Uploads) -> None:
        self.site, self._office, self.gate, self._uploads = site, office, gate, uploads
        self._base_code = ""

    @property
    def office(self) -> Office:
        """The open office. Raises StoreError."""
        return self._office()

    @property
    def register(self) -> Register:
        """The register of people, up to date. Raises StoreError."""
        register = self._office.register()
        register.catch_up()
        return register

    def who(self, pseudonym: str) -> str:
        """How pages call a member of staff, whom the log knows by a pseudonym alone."""
        member = self.office.staff.of_pseudonym(pseudonym)
        return pseudonym if member is None else f"{member.name} ({pseudonym})"

    def today(self) -> date:
        """The base's calendar day."""
        return business_day(moment_of(self.office.ledger.clock))

    def scope(self, acting: Acting) -> Scope:
        """Whose data who is here sees. Raises Refusal where they see nobody's."""
        return scope_of(acting.member, self.office.executor.base())

    def sight(self, acting: Acting) -> Sight:
        """What who acts may see now. Raises Refusal `missing-role` for who sees nobody; StoreError."""
        return Sight(self.office, self._office.register(), acting.member)

    def route(
        self,
        path: str,
        handler: Handler,
        methods: Sequence[str] = ("GET", "POST"),
        *,
        file_bytes: int = 0,
        files: int = FILES,
    ) -> Route:
        """A route below `/console` for who is signed in. Any page takes a POST that signs somebody in on it.

        `file_bytes`: of the files that its form may bring, all together; `files`: how many at most.
        """

        def allowed(request: Request, acting: Acting, sent: Sent) -> Response:
            if request.method not in SAFE and "POST" not in methods:
                return self._plain(request, 405, words.ONLY_READ)
            return handler(request, acting, sent)

        room = Room(file_bytes, files)
        return self._route(path, lambda request, sent: self._answered(request, sent, allowed), room)

    def open_route(self, path: str, handler: OpenHandler) -> Route:
        """A route below `/console` for anybody; what it is sent comes of its own page."""

        def answered(request: Request, sent: Sent) -> Response:
            try:
                if request.method not in SAFE:
                    self.gate.check_site(request)
                return handler(request, sent)
            except OtherSite:
                return self._plain(request, 403, words.OTHER_SITE)
            except StoreError as error:
                return self._not_now(request, error)

        return self._route(path, answered)

    def _route(self, path: str, answered: OpenHandler, room: Room = NO_FILES) -> Route:
        async def answer(request: Request) -> Response:
            try:
                if room.size and media_type(request) == "multipart/form-data" and request.method not in SAFE:
                    return await self._uploaded(request, answered, room)
                sent = await _form(request)
            except Refused as refused:
                return self._plain(request, refused.status, refused.detail)
            return await run_in_threadpool(answered, request, sent)

        return Route(f"/console{path}", answer, methods=["GET", "POST"])

    async def _uploaded(self, request: Request, answered: OpenHandler, room: Room) -> Response:
        known = await run_in_threadpool(self._is_known, request)
        try:
            async with self._uploads.read(request, room, with_files=known) as sent:
                return await run_in_threadpool(answered, request, sent)
        except ClientDisconnect:
            return Response(status_code=400)  # for nobody: who sent it went away in the middle
        except Refused:
            await drain(request, room)
            raise

    def _is_known(self, request: Request) -> bool:
        """Whether somebody signed in sends this from a page of this site: before anything of it is read."""
        try:
            self._acting(request, None)
        except (NotSignedIn, OtherSite, OutOfScope, StoreError):
            return False
        return True

    def page(
        self, template: str, request: Request, acting: Acting | None, status: int = 200, **values: Any
    ) -> Response:
        """A page of the console in the language of who asks."""
        language = language_of(request)
        text = self.site.text(
            template,
            request,
            language=language,
            acting=acting,
            says=words,
            menu=menu.entries(acting, self._code() if acting else ""),
            here=str(request.url.path),
            checks_at=_checks_at(request),
            **values,
        )
        response = Response(text, status, {**PERSONAL, "Content-Language": language}, "text/html; charset=utf-8")
        if request.query_params.get(PARAMETER) in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, language, _YEAR, samesite="lax", httponly=True)
        return response

    # --- inside -------------------------------------------------------------------------------------------------------

    def _code(self) -> str:
        """The base's code, which never changes."""
        self._base_code = self._base_code or self.office.executor.base().code
        return self._base_code

    def _answered(self, request: Request, sent: Sent, handler: Handler) -> Response:
        entered: str | None = None
        try:
            if "_login" in sent:
                entered = self._sign_in(request, sent)
            acting = self._freshened(self._acting(request, entered), sent)
            if sent.get("_method") == "get":
                response: Response = RedirectResponse(_own_address(request), 303, PERSONAL)
            else:
                response = handler(request, acting, {key: sent[key] for key in sent if key not in FRESH_FOR})
        except LeadsTo as other:
            response = see_other(other.address)
        except (CannotSignIn, NotSignedIn) as error:
            response = self.sign_in_page(request, sent, error if isinstance(error, CannotSignIn) else None)
        except NotFresh:
            response = self._fresh_page(request, sent, entered)
        except (OtherSite, OutOfScope):
            response = self._plain(request, 403, words.OTHER_SITE)
        except NotThere:
            response = self.page(
                "office/refused.html", request, self._acting(request, entered), 404,
                refused=words.UNKNOWN_PAGE, told="",
            )  # fmt: skip
        except Refusal as refusal:
            status = 403 if refusal.code in (Code.MISSING_ROLE, Code.OTHER_ORGANISATION) else 409
            unseen = isinstance(refusal, OutOfSight) or refusal.code in UNSEEN
            status = 404 if unseen else status
            response = self.refused_page(request, entered, refusal, status)
        except StoreError as error:
            response = self._not_now(request, error)
        if entered is not None:
            self.gate.let_in(response, entered)
        return response

    def _plain(self, request: Request, status: int, sentence: Words) -> Response:
        return self.page("office/refused.html", request, None, status, refused=sentence, told="")

    def _not_now(self, request: Request, error: StoreError) -> Response:
        _log.error("the office could not answer: %s: %s", type(error).__name__, error)
        return self._plain(request, 503, words.NOT_NOW)

    def refused_page(self, request: Request, entered: str | None, refusal: Refusal, status: int) -> Response:
        """What the ledger refused, in words, with the ledger's own beside them."""
        try:
            acting: Acting | None = self._acting(request, entered)
        except (NotSignedIn, OtherSite, OutOfScope):
            acting = None
        sentence = refusal_words.SENTENCES[refusal.code]
        return self.page(
            "office/refused.html", request, acting, status, refused=sentence, told=f"{refusal.message} ({refusal.code})"
        )

    def sign_in_page(self, request: Request, sent: Sent, error: CannotSignIn | None = None) -> Response:
        """The page that asks who is there, carrying along what was sent."""
        kept = {key: value for key, value in sent.items() if key not in FRESH_FOR}
        method = sent.get("_method") or ("get" if request.method in SAFE else "")
        fault = None if error is None else signing_words.cannot(error.wait_seconds)
        status = 401 if error is None else (429 if error.wait_seconds else 401)
        login, to = sent.get("_login", ""), _own_address(request) if method == "get" else ""
        return self._asking(request, status, fault, kept=kept, method=method, login=login, action="", to=to)

    def way_in(self, request: Request, status: int, fault: Words, back: str) -> Response:
        """The same page where another way of signing in came to nothing; `back`: where it goes on, a path of ours."""
        return self._asking(request, status, fault, kept={}, method="get", login="", action=back, to=back)

    def _asking(self, request: Request, status: int, fault: Words | None, **values: Any) -> Response:
        providers = self.office.single_sign_on.providers
        return self.page(
            "office/sign_in.html", request, None, status,
            fault=fault, providers=providers, signing=signing_words, sso=single_sign_on_words, **values,
        )  # fmt: skip

    def _fresh_page(self, request: Request, sent: Sent, entered: str | None) -> Response:
        acting = self._acting(request, entered)
        kept = {key: value for key, value in sent.items() if key not in FRESH_FOR}
        keys = bool(self.office.passkeys.of(acting.member.account))
        wrong = "_password" in sent or "_answer" in sent
        ways = self.office.ways.of(acting.member.account)
        providers = [item for item in self.office.single_sign_on.providers if item.id in ways]
        return self.page(
            "office/fresh.html", request, acting, 403,
            kept=kept, signing=signing_words, has_passkey=keys, wrong=wrong, providers=providers,
            sso=single_sign_on_words,
        )  # fmt: skip

    def _sign_in(self, request: Request, sent: Sent) -> str:
        """Opens a session for who shows who they are; its secret."""
        self.gate.check_site(request)
        office = self.office
        if sent.get("_answer"):
            account = self._asserted(SIGN_IN, sent, None)
        else:
            account = office.staff.sign_in(sent["_login"], sent.get("_password", "")).account
        return office.sessions.open(account, request.headers.get("User-Agent", ""), self.gate.secret(request))

    def _acting(self, request: Request, entered: str | None) -> Acting:
        if entered is None:
            return self.gate.in_session(request)
        session = self.office.sessions.find(entered)
        member = None if session is None else self.office.staff.find(session.account)
        if session is None or member is None or member.closed:
            raise NotSignedIn
        return Acting(member, session)

    def _freshened(self, acting: Acting, sent: Sent) -> Acting:
        """Takes a password or passkey that came along for a fresh sign. Raises NotFresh for a wrong one."""
        session = acting.session
        if session is None or "_login" in sent or not (sent.get("_answer") or "_password" in sent):
            return acting
        try:
            if sent.get("_answer"):
                self._asserted(FRESH, sent, acting.member.account)
            else:
                self.office.staff.sign_in(acting.member.login, sent["_password"])
        except (CannotSignIn, Refusal):
            raise NotFresh from None
        return Acting(acting.member, self.office.sessions.freshened(session))

    def _asserted(self, purpose: str, sent: Sent, account: UUID | None) -> UUID:
        try:
            answer = json.loads(sent["_answer"])
        except (ValueError, RecursionError):
            raise CannotSignIn from None
        if not isinstance(answer, dict):
            raise CannotSignIn
        return self.office.passkeys.finish(purpose, sent.get("_ticket", ""), answer, account).passkey.account


def language_of(request: Request) -> Language:
    """The language of who asks: as the address says, as they chose before, as the browser likes best."""
    if request.query_params.get(PARAMETER) is None:
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        for language in LANGUAGES:
            if language == chosen:
                return language
    return choose(request)


def request_id(sent: Sent) -> UUID:
    """The id of a form, which it carries: the same form sent twice is done once. One of its own where it has none."""
    try:
        return UUID(sent.get("sent", ""))
    except ValueError:
        return uuid4()


def see_other(address: str) -> Response:
    """Leads to a page after something was done, so that reloading does nothing again."""
    return RedirectResponse(address, 303, PERSONAL)


async def _form(request: Request) -> Sent:
    """The fields of a form; none of a request that changes nothing. Raises Refused."""
    if request.method in SAFE:
        return {}
    too_large = Refused(413, "too-large", words.REFUSED, words.TOO_LONG)
    data = await body(request, BODY_LIMIT, too_large)
    if data and media_type(request) != "application/x-www-form-urlencoded":
        raise Refused(415, "bad-form", words.REFUSED, words.NOT_LISTED)
    try:
        pairs = parse_qsl(data.decode("utf-8"), keep_blank_values=True, max_num_fields=5000)
    except (UnicodeDecodeError, ValueError):
        raise Refused(400, "bad-form", words.REFUSED, words.UNPRINTABLE) from None
    sent: dict[str, str] = {}
    for key, value in pairs:  # boxes of one name that are ticked, one blank between two
        sent[key] = f"{sent[key]} {value}" if key in sent else value
    return sent


def _own_address(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return request.url.path + (f"?{query}" if query else "")


def _checks_at(request: Request) -> str:
    """Where a page's forms are checked."""
    query = request.scope["query_string"].decode("latin-1")
    path = quote(request.scope["path"].removeprefix("/console"))
    return f"/console{CHECKS}{path}" + (f"?{query}" if query else "")
