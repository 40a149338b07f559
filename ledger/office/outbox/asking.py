"""Webhooks and messages for consoles and programs: who sees which, and what a program asks for is done once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from ledger.office.opening import Office
from ledger.office.outbox.messages import Message
from ledger.office.outbox.webhooks import Webhook
from ledger.office.seeing import check_administrator
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal


class NoWebhook(Exception):
    """There is no such webhook, or none that who asks may see."""


def check_sees_messages(office: Office, member: Member) -> None:
    """Raises Refusal unless the member administers the base: what goes out goes out for all organisations."""
    check_administrator(member)
    if member.organisation != office.executor.base().code:
        raise Refusal(Code.OTHER_ORGANISATION, "messages go out from the base: that takes an account of the base")


def seen(office: Office, member: Member) -> list[Webhook]:
    """Those of one's own organisation; the base's administrators see all, for it is the base that calls them."""
    check_administrator(member)
    base, own = office.executor.base().code, member.organisation
    return [item for item in office.webhooks.all() if own in (base, item.organisation)]


def find(office: Office, member: Member, id_: UUID | None) -> Webhook:
    """One of them. Raises NoWebhook; Refusal."""
    for item in seen(office, member):
        if item.id == id_:
            return item
    raise NoWebhook


def ask_to_add(office: Office, member: Member, url: str, kinds: Sequence[str], key: str) -> tuple[Webhook, str]:
    """A new webhook and its secret, both the same again for the same request under the same key.

    Raises NoWebhook where it was removed since; Refusal; StoreError.
    """
    check_administrator(member)
    asked = json.dumps(["add-webhook", url, list(kinds)], ensure_ascii=False)
    repeat = office.repeats.begin(member.account, key, asked.encode())
    if repeat.answer is not None and office.webhooks.find(repeat.request.bytes) is None:
        raise NoWebhook
    added = office.webhooks.add(url, kinds, member.organisation, member.account, repeat.request)
    office.repeats.keep(repeat, "added")
    return added


def ask_to_test(office: Office, member: Member, webhook: Webhook, key: str) -> Message:
    """Puts in a message that says nothing, to see it arrive; the same message again under the same key."""
    repeat = office.repeats.begin(member.account, key, json.dumps(["test-webhook", str(webhook.id)]).encode())
    message = office.outbox.find(office.webhooks.test(webhook.id.bytes, repeat.request))
    assert message is not None  # kept for longer than a key
    return message
