"""What the office tells: which notices one wants, the webhooks of an organisation, and the messages on their way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.headers import PERSONAL
from api.office.gate import Acting, Gate
from api.office.rest import words
from api.office.rest.answers import PREFIX, SIGNED_IN, Told, moment, refused, statuses, told
from api.office.rest.bodies import KEY_PARAMETER, body_in, body_of, form_of, idempotency_key
from api.office.rest.pages import NEXT, Cursor, Limit, cursor_after, number_behind
from api.office.rest.trainees import id_of
from ledger.office.opening import Office
from ledger.office.outbox import asking
from ledger.office.outbox.messages import STAFF_KINDS, WEBHOOK_KINDS, Counts, Message
from ledger.office.outbox.webhooks import Webhook
from ledger.office.seeing import check_administrator

Uuid = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
MessageId = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{32}$"})]
StaffKind = Literal["proposal-waits", "objection-waits"]
WebhookKind = Literal["notice-posted", "decision-made", "certificate-ready", "proposal-waits", "objection-waits"]
MessageState = Literal["waiting", "sent", "dropped", "failed"]
_GONE: Final[dict[int | str, dict[str, Any]]] = {204: {"description": "It is gone.", "content": {}}}
_CHANGES: Final = statuses(*SIGNED_IN, 400, 404, 413, 415, 422)


class NoticesTold(Told):
    """Where somebody is told, and of what."""

    email: str = Field(description="Empty for nowhere.")
    told: list[StaffKind]


class NoticesWanted(Told):
    """The same, to be so from now on."""

    email: Annotated[str, Field(max_length=254)]
    told: Annotated[list[StaffKind], Field(max_length=len(STAFF_KINDS))]


class WebhookTold(Told):
    """A webhook, without its secret."""

    id: UUID
    url: str
    kinds: list[WebhookKind]
    organisation: str
    added_by: str = Field(description="The name of who did; empty where the account is gone.")
    enabled: bool
    created_at: datetime


class WebhooksTold(Told):
    """Those of one's organisation, the base's administrators see all; in the order in which they came."""

    webhooks: list[WebhookTold]


class WebhookNew(Told):
    """A webhook to be added."""

    url: Annotated[str, Field(min_length=1, max_length=2000, description="https, in a public network.")]
    kinds: Annotated[list[WebhookKind], Field(min_length=1, max_length=len(WEBHOOK_KINDS))]


class WebhookMade(Told):
    """A new webhook with the secret by which it knows us."""

    webhook: WebhookTold
    secret: str = Field(description="`whsec_…`, told with this answer alone.")


class WebhookSwitch(Told):
    """Whether it is told what happens."""

    enabled: bool = Field(description="What waits for it is dropped where it is switched off.")


class MessageTold(Told):
    """A message on its way, by what it is about; what it says is looked up when it is sent."""

    id: str
    number: int
    kind: str
    index: int | None = Field(description="Of the entry that it tells of.")
    way: Literal["trainee", "account", "webhook"]
    account: UUID | None = Field(description="The member of staff whom it goes to.")
    webhook: UUID | None
    state: MessageState
    attempts: int
    error: str = Field(description="What kind of failure the last try met, or why it was dropped.")
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None


class CountsTold(Told):
    """How the outbox stands."""

    waiting: int
    failed: int
    overdue: int = Field(description="Of those that wait, how many do for more than an hour.")


class MessagePage(Told):
    """A page of messages, newest first."""

    messages: list[MessageTold]
    counts: CountsTold
    next: str | None = Field(description=NEXT)


class DeliveryPage(Told):
    """A page of the messages to one webhook, newest first."""

    deliveries: list[MessageTold]
    next: str | None = Field(description=NEXT)


FORMS: Final = (NoticesWanted, WebhookNew, WebhookSwitch)


class _Telling:
    """What the routes work with."""

    def __init__(self, office: Callable[[], Office], gate: Gate) -> None:
        self.office, self.gate = office, gate

    def changing(self, request: Request) -> Acting:
        """Who changes webhooks: in a browser with a fresh sign of who is there, as on the page."""
        acting = self.gate.acting(request, "record")
        check_administrator(acting.member)
        if acting.session is not None:
            self.gate.check_fresh(acting)
        return acting

    def webhook(self, acting: Acting, id_: str) -> Webhook:
        """The webhook of an address. Raises Refused, Refusal."""
        try:
            return asking.find(self.office(), acting.member, id_of(id_))
        except asking.NoWebhook:
            raise _unknown_webhook() from None

    def told(self, webhook: Webhook) -> WebhookTold:
        """The model of one."""
        member = self.office().staff.find(webhook.account)
        return WebhookTold(
            id=webhook.id,
            url=webhook.url,
            kinds=list(webhook.kinds),  # type: ignore[arg-type]  # `WEBHOOK_KINDS`
            organisation=webhook.organisation,
            added_by="" if member is None else member.name,
            enabled=webhook.enabled,
            created_at=moment(webhook.created_at),
        )


def add(made: APIRouter, office: Callable[[], Office], gate: Gate) -> None:
    """Adds the routes."""
    telling = _Telling(office, gate)
    _add_notices(made, telling)
    _add_webhooks(made, telling)
    _add_one_webhook(made, telling)
    _add_deliveries(made, telling)
    _add_messages(made, telling)


def _add_notices(made: APIRouter, telling: _Telling) -> None:
    def now(acting: Acting) -> Response:
        office, account = telling.office(), acting.member.account
        member, declined = office.staff.find(account), office.wishes.declined(account)
        wanted: list[Any] = [kind for kind in STAFF_KINDS if kind not in declined]
        return told(NoticesTold(email="" if member is None else member.email, told=wanted))

    @made.get("/me/notices", response_model=NoticesTold, responses=statuses(*SIGNED_IN), operation_id="get_notices")
    def get(request: Request) -> Response:
        return now(telling.gate.acting(request))

    def put(acting: Acting, form: NoticesWanted) -> Response:
        office, account = telling.office(), acting.member.account
        office.staff.change_email(account, form.email)
        office.wishes.decline(account, set(STAFF_KINDS) - set(form.told))
        return now(acting)

    @made.put(
        "/me/notices",
        response_model=NoticesTold,
        responses=statuses(*SIGNED_IN, 400, 413, 415, 422),
        operation_id="set_notices",
        summary="Where one is told by mail, and of what",
        openapi_extra={"requestBody": body_in(NoticesWanted, email="me@example.org", told=["proposal-waits"])},
    )
    async def wanted(request: Request) -> Response:
        acting = await run_in_threadpool(telling.gate.acting, request, "record")
        return await run_in_threadpool(put, acting, form_of(await body_of(request), NoticesWanted))


def _add_webhooks(made: APIRouter, telling: _Telling) -> None:
    @made.get("/webhooks", response_model=WebhooksTold, responses=statuses(*SIGNED_IN), operation_id="list_webhooks")
    def listed(request: Request) -> Response:
        member = telling.gate.acting(request).member
        return told(WebhooksTold(webhooks=[*map(telling.told, asking.seen(telling.office(), member))]))

    def new(acting: Acting, form: WebhookNew, key: str) -> Response:
        try:
            webhook, secret = asking.ask_to_add(telling.office(), acting.member, form.url, form.kinds, key)
        except asking.NoWebhook:
            raise _unknown_webhook() from None
        where = {"Location": f"{PREFIX}/webhooks/{webhook.id}"}
        return told(WebhookMade(webhook=telling.told(webhook), secret=secret), 201, where)

    @made.post(
        "/webhooks",
        status_code=201,
        response_model=WebhookMade,
        responses=_CHANGES,
        operation_id="add_webhook",
        summary="Adds a webhook of one's own organisation",
        description="The same under the same key is answered the same, the secret too; 404 where it was removed since.",
        openapi_extra={
            "parameters": [KEY_PARAMETER],
            "requestBody": body_in(WebhookNew, url="https://hooks.example.org/in", kinds=["notice-posted"]),
        },
    )
    async def added(request: Request) -> Response:
        acting = await run_in_threadpool(telling.changing, request)
        key = idempotency_key(request)
        return await run_in_threadpool(new, acting, form_of(await body_of(request), WebhookNew), key)


def _add_one_webhook(made: APIRouter, telling: _Telling) -> None:
    @made.get(
        "/webhooks/{webhook}",
        response_model=WebhookTold,
        responses=statuses(*SIGNED_IN, 404),
        operation_id="get_webhook",
    )
    def one(request: Request, webhook: Uuid) -> Response:
        return told(telling.told(telling.webhook(telling.gate.acting(request), webhook)))

    def switch(acting: Acting, id_: str, form: WebhookSwitch) -> Response:
        webhooks, found = telling.office().webhooks, telling.webhook(acting, id_).id.bytes
        (webhooks.enable if form.enabled else webhooks.disable)(found)
        return told(telling.told(telling.webhook(acting, id_)))

    @made.put(
        "/webhooks/{webhook}",
        response_model=WebhookTold,
        responses=_CHANGES,
        operation_id="switch_webhook",
        summary="Switches it on or off",
        openapi_extra={"requestBody": body_in(WebhookSwitch, enabled=False)},
    )
    async def switched(request: Request, webhook: Uuid) -> Response:
        acting = await run_in_threadpool(telling.changing, request)
        return await run_in_threadpool(switch, acting, webhook, form_of(await body_of(request), WebhookSwitch))

    @made.delete(
        "/webhooks/{webhook}",
        status_code=204,
        responses={**_GONE, **statuses(*SIGNED_IN, 404)},
        operation_id="remove_webhook",
        summary="Forgets it, and drops what waits for it",
    )
    def removed(request: Request, webhook: Uuid) -> Response:
        found = telling.webhook(telling.changing(request), webhook)
        telling.office().webhooks.remove(found.id.bytes)
        return Response(status_code=204, headers=PERSONAL)

    @made.post(
        "/webhooks/{webhook}/test",
        status_code=202,
        response_model=MessageTold,
        responses=statuses(*SIGNED_IN, 400, 404, 422),
        operation_id="test_webhook",
        summary="Sends it a message that says nothing, to see it arrive",
        openapi_extra={"parameters": [KEY_PARAMETER]},
    )
    def tested(request: Request, webhook: Uuid) -> Response:
        acting = telling.changing(request)
        found = telling.webhook(acting, webhook)
        message = asking.ask_to_test(telling.office(), acting.member, found, idempotency_key(request))
        return told(_message(message), 202)


def _add_deliveries(made: APIRouter, telling: _Telling) -> None:
    @made.get(
        "/webhooks/{webhook}/deliveries",
        response_model=DeliveryPage,
        responses=statuses(*SIGNED_IN, 404, 422),
        operation_id="list_deliveries",
        summary="What was sent to it within 30 days, waits, failed or was dropped",
    )
    def deliveries(
        request: Request,
        webhook: Uuid,
        state: Annotated[MessageState | None, Query()] = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Response:
        found, before = telling.webhook(telling.gate.acting(request), webhook), number_behind(cursor)
        rows = telling.office().outbox.all(state or "", before, limit + 1, recipient=found.id.bytes)
        return told(DeliveryPage(deliveries=[*map(_message, rows[:limit])], next=_next(rows, limit)))

    @made.post(
        "/webhooks/{webhook}/deliveries/{message}/retry",
        response_model=MessageTold,
        responses=statuses(*SIGNED_IN, 404, 422),
        operation_id="retry_delivery",
        summary="Has one that failed, or waits for its next try, sent at once",
    )
    def again(request: Request, webhook: Uuid, message: MessageId) -> Response:
        found = telling.webhook(telling.changing(request), webhook)
        outbox, id_ = telling.office().outbox, _bytes(message)
        known = outbox.find(id_)
        if known is None or known.recipient != found.id.bytes:
            raise refused(404, "unknown-message", words.UNKNOWN_MESSAGE)
        outbox.retry(id_)
        return told(_message(outbox.find(id_) or known))


def _add_messages(made: APIRouter, telling: _Telling) -> None:
    @made.get(
        "/messages",
        response_model=MessagePage,
        responses=statuses(*SIGNED_IN, 422),
        operation_id="list_messages",
        summary="Mail and calls of webhooks; for administrators of the base",
    )
    def listed(
        request: Request,
        state: Annotated[MessageState | None, Query()] = None,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Response:
        member, office, before = telling.gate.acting(request).member, telling.office(), number_behind(cursor)
        asking.check_sees_messages(office, member)
        rows = office.outbox.all(state or "", before, limit + 1)
        page = MessagePage(
            messages=[*map(_message, rows[:limit])], counts=_counts(office.outbox.counts()), next=_next(rows, limit)
        )
        return told(page)

    def changed(request: Request, about: str, change: Callable[[Office, bytes], None]) -> Response:
        acting, office, id_ = telling.gate.acting(request, "record"), telling.office(), _bytes(about)
        asking.check_sees_messages(office, acting.member)
        change(office, id_)
        message = office.outbox.find(id_)
        assert message is not None  # else nothing of it would have changed
        return told(_message(message))

    answers: dict[str, Any] = {"response_model": MessageTold, "responses": statuses(*SIGNED_IN, 422)}

    @made.post("/messages/{message}/retry", operation_id="retry_message", summary="Sent at once", **answers)
    def retried(request: Request, message: MessageId) -> Response:
        return changed(request, message, lambda office, id_: office.outbox.retry(id_))

    @made.post("/messages/{message}/drop", operation_id="drop_message", summary="Never sent", **answers)
    def dropped(request: Request, message: MessageId) -> Response:
        return changed(request, message, lambda office, id_: office.outbox.drop(id_))


def _next(rows: list[Message], limit: int) -> str | None:
    return cursor_after(rows[limit - 1].number) if len(rows) > limit else None


def _message(message: Message) -> MessageTold:
    recipient = UUID(bytes=message.recipient) if len(message.recipient) == 16 else None
    return MessageTold(
        id=message.id.hex(),
        number=message.number,
        kind=message.kind,
        index=message.place,
        way=message.way,
        account=recipient if message.way == "account" else None,
        webhook=recipient if message.way == "webhook" else None,
        state=message.state,  # type: ignore[arg-type]  # `messages.STATES`
        attempts=message.attempts,
        error=message.error,
        created_at=moment(message.created_at),
        due_at=moment(message.due_at),
        finished_at=None if message.finished_at is None else moment(message.finished_at),
    )


def _counts(counts: Counts) -> CountsTold:
    return CountsTold(waiting=counts.waiting, failed=counts.failed, overdue=counts.overdue)


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _unknown_webhook() -> Exception:
    return refused(404, "unknown-webhook", words.UNKNOWN_WEBHOOK)
