"""Messages go out: taken from the outbox, looked up, sent, and noted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from ledger.office.opening import Office
from ledger.office.outbox.calling import GONE, Caller
from ledger.office.outbox.composing import facts_of, letter_of
from ledger.office.outbox.messages import MAIL, WEBHOOK, Message, NoLonger, NotSent, Way
from ledger.office.outbox.post import Post
from ledger.refusals import Refusal
from ledger.store import StoreCorrupt, StoreError

_log = logging.getLogger(__name__)


class Carrier(Protocol):
    """Brings messages of some ways to whom they are for."""

    ways: Sequence[Way]

    def carry(self, office: Office, message: Message) -> None:
        """Sends a message. Raises NoLonger, NotSent; StoreError."""

    def given_up(self, office: Office, message: Message, error: NotSent) -> None:
        """Told when a message failed for good."""

    def cut(self) -> None:
        """Ends what is being sent, from another thread."""


class Mail:
    """By mail."""

    ways: Sequence[Way] = MAIL

    def __init__(self, post: Post) -> None:
        self._post = post

    def carry(self, office: Office, message: Message) -> None:
        """See `Carrier`."""
        self._post.send(message.id, message.created_at, letter_of(office, message))

    def given_up(self, office: Office, message: Message, error: NotSent) -> None:
        """See `Carrier`. Others are written to all the same."""

    def cut(self) -> None:
        """See `Carrier`."""
        self._post.line.cut()


class Calls:
    """By webhook."""

    ways: Sequence[Way] = WEBHOOK

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def carry(self, office: Office, message: Message) -> None:
        """See `Carrier`."""
        webhook = office.webhooks.find(message.recipient)
        if webhook is None or not (webhook.enabled or message.kind == "test"):
            raise NoLonger("disabled")
        try:
            secret = office.webhooks.secret(message.recipient)
        except Refusal:  # removed just now
            raise NoLonger("disabled") from None
        self._caller.call(webhook.url, secret, message.id, office.ledger.clock(), facts_of(office, message))

    def given_up(self, office: Office, message: Message, error: NotSent) -> None:
        """See `Carrier`. A webhook that was away for days, or wants nothing more, is told nothing more."""
        if error.again or error.why == GONE:
            try:
                office.webhooks.disable(message.recipient)
            except Refusal:  # removed meanwhile
                return

    def cut(self) -> None:
        """See `Carrier`."""
        self._caller.line.cut()


def send_next(office: Office, carrier: Carrier) -> bool:
    """Sends the message that is due longest; False where none is. Raises StoreError."""
    message = office.outbox.claim(carrier.ways)
    if message is None:
        return False
    try:
        carrier.carry(office, message)
    except NoLonger as over:
        office.outbox.no_longer(message, over.why)
    except NotSent as error:
        _failed(office, carrier, message, error)
    except StoreError as error:
        if not isinstance(error, StoreCorrupt):  # the database is away: the lease runs out
            raise
        _failed(office, carrier, message, NotSent("corrupt"))
    except Exception:  # one message that cannot be made holds up no other
        _log.exception("message %s could not be made", message.id.hex())
        _failed(office, carrier, message, NotSent("internal"))
    else:
        office.outbox.sent(message)
    return True


def _failed(office: Office, carrier: Carrier, message: Message, error: NotSent) -> None:
    if office.outbox.not_sent(message, error):
        carrier.given_up(office, message, error)
