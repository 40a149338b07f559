"""What the office tells by mail and webhook: messages on their way, and webhooks; for administrators."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.office import signing_words, telling_words
from api.office.console import Console, NotThere, Sent, see_other
from api.office.forms import Field, Filled, blank, filled, whole_of
from api.office.gate import Acting
from api.office.moments import moment
from ledger.office.outbox import asking
from ledger.office.outbox.messages import STATES, WEBHOOK_KINDS, Message
from ledger.office.outbox.webhooks import Webhook
from ledger.office.seeing import check_administrator
from ledger.refusals import Refusal

PAGE: Final = 50
_ADDING: Final = (
    Field("url", telling_words.URL),
    Field(
        "kinds", telling_words.TOLD_OF, "many", choices=[(kind, telling_words.KINDS[kind]) for kind in WEBHOOK_KINDS]
    ),
)


def routes(console: Console) -> list[Route]:
    """The routes below `/console`."""
    pages = Telling(console)
    return [console.route("/messages", pages.messages), console.route("/webhooks", pages.webhooks)]


def sees_messages(acting: Acting, base: str) -> bool:
    """Whether somebody sees what goes out: administrators of the base, for it goes out for all organisations."""
    return acting.may("administrator") and acting.member.organisation == base


class Telling:
    """The pages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def messages(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """Messages, newest first; what is sent has one tried again, or dropped."""
        office = self._console.office
        check_administrator(acting.member)
        if not sees_messages(acting, office.executor.base().code):
            return see_other("/console/webhooks")
        match sent.get("do", ""):
            case "retry":
                office.outbox.retry(_bytes(sent.get("message", "")))
                return see_other("/console/messages")
            case "drop":
                office.outbox.drop(_bytes(sent.get("message", "")))
                return see_other("/console/messages")
        state, before = request.query_params.get("state", ""), whole_of(request.query_params.get("before", ""))
        found = office.outbox.all(state if state in STATES else "", before, PAGE + 1)
        return self._console.page(
            "office/messages.html", request, acting,
            telling=telling_words, moment=moment, state=state, counts=office.outbox.counts(),
            rows=[(item, self._recipient(item)) for item in found[:PAGE]],
            older=found[PAGE - 1].number if len(found) > PAGE else None,
            mails=office.ledger.settings.mail is not None,
        )  # fmt: skip

    def webhooks(self, request: Request, acting: Acting, sent: Sent) -> Response:
        """The webhooks of who is here; what is sent adds one, tries it out, switches it or removes it."""
        check_administrator(acting.member)
        done = sent.get("do", "")
        if not done:
            return self._webhooks_page(request, acting)
        self._console.gate.check_fresh(acting)
        if done == "add":
            return self._add(request, acting, filled(_ADDING, sent))
        webhooks, id_ = self._console.office.webhooks, self._own(acting, sent).id.bytes
        match done:
            case "test":
                webhooks.test(id_)
            case "off":
                webhooks.disable(id_)
            case "on":
                webhooks.enable(id_)
            case "remove":
                webhooks.remove(id_)
        return see_other("/console/webhooks")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _add(self, request: Request, acting: Acting, form: Filled) -> Response:
        if form.good:
            try:
                _, secret = self._console.office.webhooks.add(
                    form["url"], form["kinds"].split(), acting.member.organisation, acting.member.account
                )
            except Refusal:
                form = form.with_fault("url", telling_words.BAD_URL)
            else:
                return self._webhooks_page(request, acting, secret=secret)
        return self._webhooks_page(request, acting, 422, form)

    def _webhooks_page(
        self, request: Request, acting: Acting, status: int = 200, form: Filled | None = None, secret: str = ""
    ) -> Response:
        return self._console.page(
            "office/webhooks.html", request, acting, status,
            telling=telling_words, signing=signing_words, moment=moment, secret=secret, who=self._name,
            webhooks=asking.seen(self._console.office, acting.member), form=form or blank(_ADDING),
        )  # fmt: skip

    def _own(self, acting: Acting, sent: Sent) -> Webhook:
        try:
            return asking.find(self._console.office, acting.member, _uuid(sent.get("webhook", "")))
        except asking.NoWebhook:
            raise NotThere from None

    def _recipient(self, message: Message) -> str:
        """Who exactly, where it is no trainee."""
        match message.way:
            case "account":
                return self._name(UUID(bytes=message.recipient))
            case "webhook":
                webhook = self._console.office.webhooks.find(message.recipient)
                return "" if webhook is None else urlsplit(webhook.url).hostname or ""
            case "trainee":
                return ""

    def _name(self, account: UUID) -> str:
        member = self._console.office.staff.find(account)
        return "" if member is None else member.name


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
