"""The threads: what happened is told by itself, what was left is taken up, and nothing holds up the rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from uuid import UUID

import pytest

from ledger import commands as c
from ledger.fence import BACKUP, Fence
from ledger.office.doing import do
from ledger.office.finishing import PAUSE_SECONDS, take_up
from ledger.office.opening import Office
from ledger.office.outbox.courier import Courier, courier
from ledger.office.outbox.messages import OVERDUE_SECONDS
from ledger.store import StoreBusy
from tests.free_port import free_port
from tests.ledger.lives import Life
from tests.ledger.office.conftest import Hands, join
from tests.ledger.office.outbox.conftest import Mailbox, Receiver, follow, mail_of, sign


def until(done: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def approved(office: Office) -> UUID:
    """A proposal that was approved, and whoever should have carried it out has died."""
    life = Life(office.ledger)
    life.is_registered()
    clerk, head = join(office, "clerk", "registrar"), join(office, "head", "approver")
    proposal = do(office, clerk, c.EraseTrainee(life.trainee), UUID(int=1, version=4)).proposal
    assert proposal is not None
    office.proposals.approve(proposal.id, head, proposal.version)
    return proposal.id


def test_an_approved_proposal_that_was_left_is_carried_out(office: Office, hands: Hands) -> None:
    id_ = approved(office)
    assert take_up(office) == 0, "whoever approved may be at it"
    hands.turn(PAUSE_SECONDS)
    assert take_up(office) == 1
    assert office.proposals.get(id_).state == "done"
    assert take_up(office) == 0


def test_mail_and_calls_go_out_by_themselves(
    office: Office, mailbox: Mailbox, receiver: Receiver, hands: Hands
) -> None:
    account = join(office, "admin", "administrator").account
    office.webhooks.add(receiver.url, ["certificate-ready"], "BASE", account)
    id_ = approved(office)
    hands.turn(PAUSE_SECONDS)
    with courier(lambda: office, office.ledger.settings) as running:
        Life(office.ledger).is_in_notice(2)
        sign(office)
        until(lambda: len(mailbox.mails) == 2 and len(receiver.came) == 1)
        until(lambda: office.proposals.get(id_).state == "done")
        assert running.trouble == ""


def test_a_mail_server_that_hangs_holds_up_no_call(office: Office, receiver: Receiver, mailbox: Mailbox) -> None:
    office.ledger.settings = replace(office.ledger.settings, mail=replace(mailbox.settings, port=free_port()))
    account = join(office, "admin", "administrator").account
    office.webhooks.add(receiver.url, ["certificate-ready"], "BASE", account)
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    follow(office)
    with courier(lambda: office, office.ledger.settings):
        until(lambda: len(receiver.came) == 1)
        until(lambda: any(item.error == "ConnectionRefusedError" for item in office.outbox.all()))


def test_an_office_that_cannot_be_opened_is_asked_again_and_said(caplog: pytest.LogCaptureFixture) -> None:
    def away() -> Office:
        raise StoreBusy("away")

    with Courier(away, []) as running:
        until(lambda: running.trouble == "StoreBusy")
    assert "following what is to be told failed and is tried again: StoreBusy: away" in caplog.text


def test_what_does_not_get_out_is_said(office: Office, mailbox: Mailbox, hands: Hands) -> None:
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    follow(office)
    running = Courier(lambda: office, [])
    running.follow()
    assert running.trouble == ""
    hands.turn(OVERDUE_SECONDS + 1)
    running = Courier(lambda: office, [])
    running.follow()
    assert running.trouble == "stuck", "nobody sends, and nobody would know"
    (message,) = office.outbox.all()
    office.outbox.drop(message.id)
    running = Courier(lambda: office, [])
    running.follow()
    assert running.trouble == ""


def test_a_copy_of_a_ledger_tells_nobody_anything(office: Office, mailbox: Mailbox) -> None:
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    follow(office)
    close_as_backup(office)
    running = Courier(lambda: office, [mail_of(office)])
    with running:
        until(lambda: running.trouble == "StoreClosed")
    assert mailbox.mails == []


def close_as_backup(office: Office) -> None:
    with closing(office.ledger.place.open_restoring()) as restoring:
        restoring.swap(restoring.fence(), Fence(BACKUP, "elsewhere", b"m" * 16, 1))
