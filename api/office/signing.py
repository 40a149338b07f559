"""Signing in and out, one's own account, and the list of staff."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.office import refusal_words, signing_words, single_sign_on_words, telling_words, words
from api.office.console import Console, Sent, see_other
from api.office.forms import Field, Filled, blank, filled, whole_of
from api.office.gate import Acting
from api.office.moments import moment
from api.office.passkey import answer_of, bytes_of, signed
from ledger import commands as c
from ledger import passkeys
from ledger.mail_address import BadAddress, check_mail_address
from ledger.office import consenting
from ledger.office.outbox.messages import STAFF_KINDS
from ledger.office.passkeys import CONSENT
from ledger.office.seeing import check_keeps_staff
from ledger.office.staff import CannotSignIn, Member
from ledger.office.tokens import SCOPES
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal

_PASSWORDS: Final = (
    Field("password", signing_words.NEW_PASSWORD, "password", autocomplete="new-password"),
    Field("again", signing_words.AGAIN, "password", autocomplete="new-password"),
)
_TOKEN: Final = (
    Field("name", signing_words.TOKEN_NAME),
    Field(
        "scopes", signing_words.SCOPES_OF, "many", choices=[(scope, signing_words.SCOPES[scope]) for scope in SCOPES]
    ),
    Field("days", signing_words.DAYS, "whole"),
)
_NOTICES: Final = (
    Field("email", telling_words.EMAIL, required=False, autocomplete="email"),
    Field("told", telling_words.TELL_ME, "many", False, [(kind, telling_words.KINDS[kind]) for kind in STAFF_KINDS]),
)


def routes(console: Console) -> list[Route]:
    """The routes below `/console` that are about who somebody is."""
    pages = Signing(console)
    return [
        console.open_route("/welcome/{secret}", pages.welcome),
        console.route("/sign-out", pages.sign_out, ["POST"]),
        console.route("/account", pages.account),
    ]


def staff_routes(console: Console) -> list[Route]:
    """The route below `/console` that is about others than who is here."""
    return [console.route("/staff", Signing(console).staff)]


class Signing:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def sign_out(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Ends the session here."""
        if acting.session is not None:
            self._console.office.sessions.end(acting.member.account, acting.session.id)
        response = see_other("/console")
        self._console.gate.let_out(response)
        return response

    # --- one's own account --------------------------------------------------------------------------------------------

    def account(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Passkeys, password, sessions and tokens of who is here."""
        done = sent.get("do", "")
        if not done:
            return self._account_page(request, acting)
        office, account = self._console.office, acting.member.account
        if done in ("add-passkey", "remove-passkey", "disconnect", "change-password", "make-token"):
            self._console.gate.check_fresh(acting)
        match done:
            case "add-passkey":
                office.passkeys.finish_registration(
                    account, sent.get("ticket", ""), answer_of(sent), sent.get("name", ""), lambda tables: None
                )
            case "remove-passkey":
                office.passkeys.remove(account, bytes_of(sent.get("credential", "")), office.ways.check_left(account))
            case "consent":
                change = consenting.change_of(
                    office, acting.member, sent.get("change", ""), bytes_of(sent.get("credential", ""))
                )
                consenting.finish(office, acting.member, change, signed(self._console, CONSENT, acting.member, sent))
            case "disconnect":
                office.identities.unbind(account, bytes_of(sent.get("identity", "")), office.ways.check_left(account))
            case "end-session":
                office.sessions.end(account, bytes_of(sent.get("session", "")))
            case "revoke-token":
                office.tokens.revoke(account, _uuid(sent.get("token", "")))
            case "change-password":
                return self._change_password(request, acting, sent)
            case "make-token":
                return self._make_token(request, acting, sent)
            case "notices":
                return self._set_notices(request, acting, sent)
        return see_other("/console/account")

    def _change_password(self, request: Request, acting: Acting, sent: Sent) -> Response:
        form = _passwords(sent)
        if form.good:
            try:
                self._console.office.staff.change_password(acting.member.account, form["password"])
            except Refusal as refusal:
                form = form.with_fault("password", refusal_words.SENTENCES[refusal.code])
        if not form.good:
            return self._account_page(request, acting, 422, form=form)
        if acting.session is not None:
            self._console.office.sessions.end_others(acting.member.account, acting.session.id)
        return see_other("/console/account")

    def _make_token(self, request: Request, acting: Acting, sent: Sent) -> Response:
        form = filled(_TOKEN, sent)
        if not form.good:
            return self._account_page(request, acting, 422, token_form=form)
        try:
            _, secret = self._console.office.tokens.make(
                acting.member.account, form["name"], form["scopes"].split(), whole_of(form["days"]) or 0
            )
        except Refusal as refusal:
            name = "days" if refusal.code is Code.BAD_NUMBER else "name"
            form = form.with_fault(name, refusal_words.SENTENCES[refusal.code])
            return self._account_page(request, acting, 422, token_form=form)
        return self._account_page(request, acting, secret=secret)

    def _set_notices(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Where notices go, and which are wanted."""
        form, office, account = filled(_NOTICES, sent), self._console.office, acting.member.account
        if form.good:
            try:
                office.staff.change_email(account, form["email"])
            except Refusal:
                form = form.with_fault("email", telling_words.BAD_EMAIL)
        if not form.good:
            return self._account_page(request, acting, 422, notices_form=form)
        office.wishes.decline(account, set(STAFF_KINDS) - set(form["told"].split()))
        return see_other("/console/account")

    def _notices(self, account: UUID) -> Filled:
        office = self._console.office
        member, declined = office.staff.find(account), office.wishes.declined(account)
        told = " ".join(kind for kind in STAFF_KINDS if kind not in declined)
        return blank(_NOTICES, email="" if member is None else member.email, told=told)

    def _account_page(
        self,
        request: Request,
        acting: Acting,
        status: int = 200,
        form: Filled | None = None,
        token_form: Filled | None = None,
        secret: str = "",
        notices_form: Filled | None = None,
    ) -> Response:
        office, account = self._console.office, acting.member.account
        return self._console.page(
            "office/account.html",
            request,
            acting,
            status,
            signing=signing_words,
            moment=moment,
            passkeys=office.passkeys.of(account),
            in_log=office.executor.base().approvers.of(acting.member.pseudonym),
            sessions=office.sessions.of(account),
            tokens=office.tokens.of(account),
            **self._sign_ins(account),
            form=form or blank(_PASSWORDS),
            token_form=token_form or blank(_TOKEN, days="90"),
            notices_form=notices_form or self._notices(account),
            telling=telling_words,
            secret=secret,
            fault=None,
        )

    def _sign_ins(self, account: UUID) -> dict[str, Any]:
        """What a page of an account says of single sign-on."""
        office = self._console.office
        providers = {item.issuer: item for item in office.single_sign_on.providers}
        bound = [(item, providers.get(item.issuer)) for item in office.identities.of(account)]
        there = {item.issuer for item, _ in bound}
        missing = [item for item in office.single_sign_on.providers if item.issuer not in there]
        return {"identities": bound, "providers": missing, "sso": single_sign_on_words}

    # --- staff --------------------------------------------------------------------------------------------------------

    def staff(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Everybody; who is added gets a link."""
        office, fields = self._console.office, self._staff_fields()
        check_keeps_staff(acting.member, office.executor.base())
        match sent.get("do", ""):
            case "add":
                form = filled(fields, sent)
                if form.good:
                    self._console.gate.check_fresh(acting)
                    try:
                        _, secret = office.staff.add(
                            form["login"],
                            form["name"],
                            form["email"],
                            form["organisation"],
                            form["roles"].split(),
                            Actors(acting.member.pseudonym),
                        )
                    except Refusal as refusal:
                        if refusal.code in (Code.MISSING_ROLE, Code.OTHER_ORGANISATION):
                            raise
                        if refusal.code is Code.BAD_TEXT and not _is_address(form["email"]):
                            form = form.with_fault("email", telling_words.BAD_EMAIL)
                        else:
                            form = form.with_fault("login", refusal_words.SENTENCES[refusal.code])
                    else:
                        return self._staff_page(request, acting, blank(fields), secret)
                return self._staff_page(request, acting, form, status=422)
            case "invite":
                self._console.gate.check_fresh(acting)
                member = office.staff.find(_uuid(sent.get("account", "")))
                if member is None or member.closed:
                    raise Refusal(Code.UNKNOWN_ACCOUNT, "no such member of staff, or one whose account is closed")
                return self._staff_page(request, acting, blank(fields), office.staff.invite(member.account))
            case "sign-approvals" | "passkey-lost":
                self._console.gate.check_fresh(acting)
                self._change_passkey(acting, sent)
                return see_other("/console/staff")
            case "close":
                self._console.gate.check_fresh(acting)
                office.staff.close(_uuid(sent.get("account", "")), Actors(acting.member.pseudonym))
                return see_other("/console/staff")
        return self._staff_page(request, acting, blank(fields))

    def _change_passkey(self, acting: Acting, sent: Sent) -> None:
        """Lets a passkey sign what its owner approves, or no more: an event of the log (ADR 30)."""
        office, account = self._console.office, _uuid(sent.get("account", ""))
        member, thumbprint = office.staff.find(account), bytes_of(sent.get("passkey", ""))
        if member is None:
            raise Refusal(Code.UNKNOWN_ACCOUNT, "no such member of staff")
        command: c.RegisterPasskey | c.RemovePasskey = c.RemovePasskey(member.pseudonym, thumbprint, lost=True)
        if sent["do"] == "sign-approvals":
            known = [item for item in office.passkeys.of(account) if item.thumbprint == thumbprint and thumbprint]
            if not known:
                raise Refusal(Code.BAD_PASSKEY, "no such passkey, or one that cannot sign approvals")
            command = c.RegisterPasskey(member.pseudonym, known[0].public_key, office.passkeys.rp_id)
        passkeys.change(office.ledger, command, Actors(acting.member.pseudonym))

    def _staff_page(
        self, request: Request, acting: Acting, form: Filled, secret: str = "", status: int = 200
    ) -> Response:
        link = f"{self._console.site.url}/console/welcome/{secret}" if secret else ""
        members = self._console.office.staff.all()
        return self._console.page(
            "office/staff.html",
            request,
            acting,
            status,
            signing=signing_words,
            members=members,
            keys={member.account: self._keys(member) for member in members if not member.closed},
            form=form,
            link=link,
        )

    def _keys(self, member: Member) -> list[tuple[str, str, bool]]:
        """An approver's passkeys: thumbprint, name and whether they sign approvals; those the log alone knows too."""
        in_log = self._console.office.executor.base().approvers.of(member.pseudonym)
        here = {item.thumbprint: item.name for item in self._console.office.passkeys.of(member.account)}
        wanted = [thumbprint for thumbprint in here if thumbprint and "approver" in member.roles]
        names = dict.fromkeys([*wanted, *in_log])
        return [(item.hex(), here.get(item, item.hex()[:16]), item in in_log) for item in names]

    def _staff_fields(self) -> tuple[Field, ...]:
        organisations = self._console.office.executor.base().organisations.values()
        named = [(item.code, words.named(item.name_zh, item.name_en)) for item in organisations]
        return (
            Field("login", signing_words.LOGIN),
            Field("name", signing_words.NAME),
            Field("email", signing_words.EMAIL, required=False),
            Field("organisation", signing_words.ORGANISATION, "choice", choices=named),
            Field("roles", signing_words.ROLES_OF, "many", choices=list(words.ROLES.items())),
        )

    # --- inside -------------------------------------------------------------------------------------------------------

    def welcome(self, request: Request, sent: Sent) -> Response:
        """The page of a link that somebody new was given: they choose a way in, and are signed in."""
        office, secret = self._console.office, str(request.path_params["secret"])
        member, form, status, fault = office.staff.invited(secret), blank(_PASSWORDS), 200, None
        if request.method == "POST" and member is not None:
            with_passkey, status = "answer" in sent, 422
            form = form if with_passkey else _passwords(sent)
            try:
                if with_passkey:
                    ticket, name, use_up = sent.get("ticket", ""), sent.get("name", ""), office.staff.using_up(secret)
                    office.passkeys.finish_registration(member.account, ticket, answer_of(sent), name, use_up)
                elif form.good:
                    office.staff.accept(secret, form["password"])
                if with_passkey or form.good:
                    return self._comes_in(request, member)
            except Refusal as refusal:
                fault = refusal_words.SENTENCES[refusal.code]
                form = form if with_passkey else form.with_fault("password", fault)
            except CannotSignIn:  # the link was used meanwhile, or a passkey's ticket is over
                member = office.staff.invited(secret)
                fault = signing_words.PASSKEY_FAILED
        return self._console.page(
            "office/welcome.html",
            request,
            None,
            404 if member is None else status,
            signing=signing_words,
            member=member,
            form=form,
            fault=fault if "answer" in sent else None,
            secret=secret,
            providers=office.single_sign_on.providers,
            sso=single_sign_on_words,
        )

    def _comes_in(self, request: Request, member: Member) -> Response:
        response = see_other("/console")
        agent, before = request.headers.get("User-Agent", ""), self._console.gate.secret(request)
        self._console.gate.let_in(response, self._console.office.sessions.open(member.account, agent, before))
        return response


def _passwords(sent: Sent) -> Filled:
    form = filled(_PASSWORDS, sent)
    if form.good and form["password"] != form["again"]:
        form = form.with_fault("again", signing_words.DIFFER)
    return form


def _is_address(text: str) -> bool:
    try:
        return not text or bool(check_mail_address(text))
    except BadAddress:
        return False


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(Code.UNKNOWN_ACCOUNT, "no such account or token") from None
