"""From what happens to what somebody is told: by mail and by webhook, once, and nobody who is not to be told."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from standardwebhooks import Webhook

from ledger import commands as c
from ledger.notices import PUBLIC_FORM
from ledger.office.doing import do
from ledger.office.opening import Office
from ledger.office.outbox import messages
from ledger.office.outbox.following import Follower
from ledger.office.outbox.messages import Message
from ledger.office.outbox.sending import send_next
from ledger.office.staff import Member
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.tables import OFFICE_TABLES
from tests.ledger import lives
from tests.ledger.deciders.story import FIRST_DECISION, POSTED_ON, REGISTER
from tests.ledger.lives import Life
from tests.ledger.office.conftest import Hands, join
from tests.ledger.office.outbox.conftest import Mailbox, Receiver, calls, follow, mail_of, send_all, sign
from verifier.address import LINK_ID_BYTES, new_link_id

ALL = messages.WEBHOOK_KINDS


def hook(office: Office, receiver: Receiver, *kinds: str, organisation: str = "BASE") -> tuple[UUID, str]:
    account = join(office, f"admin{len(office.webhooks.all())}", "administrator").account
    webhook, secret = office.webhooks.add(receiver.url, kinds or ALL, organisation, account)
    return webhook.id, secret


def states(office: Office) -> list[tuple[str, str, str, str]]:
    return [(item.kind, item.way, item.state, item.error) for item in reversed(office.outbox.all())]


def only(office: Office) -> Message:
    (found,) = office.outbox.all()
    return found


def in_notice(office: Office) -> Life:
    life = Life(office.ledger)
    life.is_in_notice()
    return life


def decided(office: Office, life: Life) -> None:
    life.does(lambda desk: c.DecideApplication(life.trainee, life.application, desk.draw("AENG", 2024), FIRST_DECISION))


def text_of(mailbox: Mailbox, number: int = -1) -> str:
    return str(mailbox.mails[number].get_content())


def test_a_trainee_is_told_of_certificate_notice_and_decision(office: Office, mailbox: Mailbox) -> None:
    life = in_notice(office)
    follow(office)
    assert send_all(office) == 2
    decided(office, life)
    follow(office)
    assert send_all(office) == 1
    assert [to for to, _ in mailbox.letters()] == [REGISTER.email] * 3
    assert [subject.split(" / ")[1] for _, subject in mailbox.letters()] == [
        "Your certificate is ready",
        "The notice of your title application is posted",
        "Your title is granted",
    ]
    dossier, url = office.ledger.desk().dossier(life.trainee), office.ledger.settings.url
    (certificate,), (title,) = dossier.certificates.values(), dossier.titles.values()
    assert f"{url}/c/{certificate.event.link}" in text_of(mailbox, 0)
    assert f"{url}/n/" in text_of(mailbox, 1)
    assert f"{url}/c/{title.event.link}" in text_of(mailbox, 2)
    for mail in mailbox.mails:
        text = str(mail.get_content())
        assert f"{REGISTER.name}：您好！" in text
        assert f"Dear {REGISTER.name}," in text
        for value in (REGISTER.id_number, REGISTER.phone, REGISTER.trainee_no):
            # As a word of its own: "T1" may stand in a link, which is drawn at random.
            assert str(value) not in text.split(), "no more of a person than the name"
        assert mail["Auto-Submitted"] == "auto-generated"
    assert {state for *_, state, _ in states(office)} == {"sent"}


def test_a_refused_application_is_a_decision(office: Office, mailbox: Mailbox) -> None:
    life = in_notice(office)
    life.does(
        c.RaiseObjection(life.trainee, life.application, "copied", POSTED_ON),
        c.ResolveObjection(life.trainee, life.application, "upheld", POSTED_ON),
    )
    decided(office, life)
    follow(office)
    send_all(office)
    assert mailbox.letters()[-1][1].endswith("Your title application is decided")
    assert ("notice-posted", "trainee", "dropped", "overtaken") in states(office), "its end is told, not its notice"


def test_who_may_approve_is_told_that_a_proposal_waits(office: Office, mailbox: Mailbox, receiver: Receiver) -> None:
    life = Life(office.ledger)
    life.is_registered()
    follow(office)
    clerk = join(office, "clerk", "registrar", "approver")
    for login, roles, organisation in (
        ("head", ("approver",), "BASE"),
        ("reader", ("auditor",), "BASE"),
        ("stranger", ("approver",), "EMPLOYER"),
        ("declined", ("approver",), "BASE"),
    ):
        joined = join(office, login, *roles, organisation=organisation)
        if login == "declined":
            office.wishes.decline(joined.account, ["proposal-waits"])
    hook(office, receiver, "proposal-waits")
    hook(office, receiver, "proposal-waits", organisation="BUREAU")
    proposal = do(office, clerk, c.EraseTrainee(life.trainee), UUID(int=1, version=4), "secret note").proposal
    assert proposal is not None
    follow(office)
    send_all(office)
    assert [to for to, _ in mailbox.letters()] == ["head@example.org"]
    assert f"/console/proposals/{proposal.id}" in text_of(mailbox)
    assert "secret note" not in text_of(mailbox)
    assert [facts["data"] for facts in receiver.facts()] == [
        {"proposal": str(proposal.id), "address": f"{office.ledger.settings.url}/api/v1/proposals/{proposal.id}"}
    ]


def test_what_is_decided_meanwhile_waits_for_nobody(office: Office, mailbox: Mailbox) -> None:
    life = Life(office.ledger)
    life.is_registered()
    clerk, head = join(office, "clerk", "registrar"), join(office, "head", "approver")
    proposal = do(office, clerk, c.EraseTrainee(life.trainee), UUID(int=1, version=4)).proposal
    assert proposal is not None
    follow(office)
    office.proposals.decline(proposal.id, head, "no", proposal.version)
    send_all(office)
    assert mailbox.mails == []
    assert states(office) == [("proposal-waits", "account", "dropped", "overtaken")]


def test_a_webhook_brings_public_facts_that_others_can_verify(office: Office, receiver: Receiver) -> None:
    _, secret = hook(office, receiver)
    life = in_notice(office)
    follow(office)
    send_all(office)
    assert [facts["type"] for facts in receiver.facts()] == ["certificate-ready", "notice-posted"]
    for headers, body in receiver.came:
        # Verifying asks the machine's clock, and ours is the test's: `test_calling` does that.
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert at.timestamp() == lives.START // 1000
        assert Webhook(secret).sign(headers["webhook-id"], at, body.decode()) == headers["webhook-signature"]
    for _, body in receiver.came:
        for value in (life.trainee, REGISTER.name, REGISTER.email, REGISTER.id_number):
            assert str(value) not in body.decode()
    data = receiver.facts()[0]["data"]
    entry = office.ledger.store.entry(data["index"])
    assert entry is not None
    assert (data["event"], data["stream"]) == (entry.topic, str(entry.stream_id))


def test_nobody_is_told_what_happened_before_the_first_start(office: Office, mailbox: Mailbox) -> None:
    in_notice(office)
    office.cabinet.write(lambda tables: tables.execute("DELETE FROM followed"))
    sign(office)
    Follower(office).begin()
    follow(office)
    assert office.outbox.all() == []


def test_what_is_not_signed_is_not_told(office: Office) -> None:
    in_notice(office)
    assert not Follower(office).follow_log()


def test_two_that_follow_at_once_make_each_message_once(office: Office, receiver: Receiver) -> None:
    hook(office, receiver)
    in_notice(office)
    sign(office)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: Follower(office).follow_log(), range(8)))
    assert sorted(item.kind for item in office.outbox.all()) == ["certificate-ready"] * 2 + ["notice-posted"] * 2


def test_a_crash_before_the_place_is_moved_loses_nothing_and_doubles_nothing(office: Office) -> None:
    in_notice(office)
    sign(office)
    before = office.cabinet.select("SELECT place FROM followed WHERE name = 'log'")[0]["place"]
    follower = Follower(office)
    follower.follow_log()
    once = [item.id for item in office.outbox.all()]
    office.cabinet.write(  # an old copy of the office was put back: what was made is made again, as the same
        lambda tables: tables.execute("UPDATE followed SET place = ? WHERE name = 'log'", (before,))
    )
    follower.follow_log()
    assert [item.id for item in office.outbox.all()] == once


def test_an_erased_person_is_told_nothing(office: Office, mailbox: Mailbox) -> None:
    life = in_notice(office)
    follow(office)
    life.does(c.EraseTrainee(life.trainee))
    send_all(office)
    assert mailbox.mails == []
    assert {(state, error) for _, _, state, error in states(office)} == {("dropped", "erased")}


def test_nothing_of_a_person_lies_in_the_outbox(office: Office, receiver: Receiver) -> None:
    hook(office, receiver)
    life = in_notice(office)
    clerk, _ = join(office, "clerk", "registrar"), join(office, "head", "approver")
    do(office, clerk, c.EraseTrainee(life.trainee), UUID(int=1, version=4), "a note")
    follow(office)
    send_all(office)
    values = [REGISTER.name, REGISTER.id_number, str(REGISTER.email), "head 某", "head@example.org", receiver.url]
    for table in ("outbox", "webhooks", "followed", "wishes"):
        for row in office.cabinet.select(f"SELECT * FROM {table}"):
            cells = [row[column] for column in OFFICE_TABLES[table]]
            whole = b"|".join(
                str(cell).encode() if isinstance(cell, str | int | None) else bytes(cell) for cell in cells
            )
            assert not [value for value in values if value.encode() in whole]
            assert life.trainee.bytes not in whole, "not even whose application it is"


def test_killed_between_sending_and_noting_the_same_message_goes_out_again(
    office: Office, mailbox: Mailbox, hands: Hands
) -> None:
    in_notice(office)
    follow(office)
    carrier = mail_of(office)
    taken = office.outbox.claim(messages.MAIL)
    assert taken is not None
    carrier.carry(office, taken)  # and here it dies
    assert send_next(office, carrier), "the other message"
    assert not send_next(office, carrier), "its lease has not run out"
    hands.turn(messages.LEASE_SECONDS)
    assert send_next(office, carrier)
    ids = [str(mail["Message-ID"]) for mail in mailbox.mails]
    assert ids[0] == ids[2] != ids[1]
    assert str(mailbox.mails[0]["Date"]) == str(mailbox.mails[2]["Date"])
    office.outbox.not_sent(taken, messages.NotSent("late"))
    assert {state for *_, state, _ in states(office)} == {"sent"}, "who comes back from the dead changes nothing"


def test_two_senders_at_once_send_each_message_once(office: Office, mailbox: Mailbox, receiver: Receiver) -> None:
    hook(office, receiver)
    in_notice(office)
    follow(office)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send_all(office), range(4)))
    assert len({str(mail["Message-ID"]) for mail in mailbox.mails}) == len(mailbox.mails) == 2
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == len(receiver.came) == 2


def test_a_server_that_fails_and_comes_back_gets_everything(office: Office, mailbox: Mailbox, hands: Hands) -> None:
    in_notice(office)
    follow(office)
    mailbox.answer = "451 later"
    assert send_all(office) == 2
    assert {(item.state, item.error) for item in office.outbox.all()} == {("waiting", "smtp-451")}
    assert send_all(office) == 0, "not before its time"
    mailbox.answer = "250 OK"
    hands.turn(messages.FIRST_PAUSE_SECONDS * 1.2)
    assert send_all(office) == 2
    assert len(mailbox.mails) == 2


def test_a_message_is_given_up_after_days(office: Office, mailbox: Mailbox, hands: Hands) -> None:
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    follow(office)
    mailbox.at_recipient = "450 busy"
    began, tries = hands.now, 0
    while only(office).state == "waiting":
        hands.now = max(hands.now, only(office).due_at)
        tries += send_all(office)
    assert (tries, only(office).error) == (messages.ATTEMPTS, "smtp-450")
    assert 2 * 86_400_000 < hands.now - began < 4 * 86_400_000
    assert office.outbox.counts() == messages.Counts(0, 1, 0)
    mailbox.at_recipient = ""
    office.outbox.retry(only(office).id)
    assert send_all(office) == 1
    assert (only(office).state, len(mailbox.mails)) == ("sent", 1)


def test_what_is_refused_for_good_is_tried_once(office: Office, mailbox: Mailbox, receiver: Receiver) -> None:
    mailbox.at_recipient, receiver.status = "550 unknown", 404
    hook(office, receiver)
    in_notice(office)
    follow(office)
    assert send_all(office) == 4
    found = {(item.way, item.state, item.attempts, item.error) for item in office.outbox.all()}
    assert found == {("trainee", "failed", 1, "smtp-550"), ("webhook", "failed", 1, "http-404")}
    office.outbox.drop(office.outbox.all()[0].id)
    assert office.outbox.all()[0].state == "dropped"
    with pytest.raises(Refusal) as refused:
        office.outbox.drop(office.outbox.all()[0].id)
    assert refused.value.code is Code.UNKNOWN_VALUE


def test_where_nothing_gets_through_the_others_wait_too(office: Office, receiver: Receiver, hands: Hands) -> None:
    receiver.status = 503
    hook(office, receiver)
    in_notice(office)
    follow(office)
    assert send_all(office) == 3, "two mails, and one of two calls"
    assert len(receiver.came) == 1
    receiver.status = 200
    hands.turn(messages.SHUT_SECONDS)
    assert send_all(office) == 2
    assert [headers["webhook-id"] for headers, _ in receiver.came[1:]].count(receiver.came[0][0]["webhook-id"]) == 1


def test_a_webhook_that_wants_nothing_more_gets_nothing_more(office: Office, receiver: Receiver) -> None:
    id_, _ = hook(office, receiver)
    receiver.status = 410
    in_notice(office)
    follow(office)
    send_all(office)
    webhook = office.webhooks.find(id_.bytes)
    assert webhook is not None
    assert (webhook.enabled, len(receiver.came)) == (False, 1)
    told = [(item.state, item.error) for item in office.outbox.all() if item.way == "webhook"]
    assert sorted(told) == [("dropped", "disabled"), ("failed", "http-410")]


def test_a_webhook_is_tried_out_switched_off_and_removed(office: Office, receiver: Receiver) -> None:
    id_, _ = hook(office, receiver)
    office.webhooks.disable(id_.bytes)
    in_notice(office)
    follow(office)
    send_all(office)
    assert receiver.came == []
    office.webhooks.test(id_.bytes)
    send_all(office)
    assert receiver.facts() == [{"type": "test", "timestamp": "2026-01-01T00:00:00Z", "data": {}}]
    office.webhooks.enable(id_.bytes)
    office.webhooks.test(id_.bytes)
    office.webhooks.remove(id_.bytes)
    assert not send_next(office, calls())
    assert office.webhooks.all() == []
    for gone in (office.webhooks.disable, office.webhooks.enable, office.webhooks.test, office.webhooks.secret):
        with pytest.raises(Refusal):
            gone(id_.bytes)


def test_old_messages_are_forgotten_and_failed_ones_kept(office: Office, mailbox: Mailbox, hands: Hands) -> None:
    life = in_notice(office)
    follow(office)
    send_all(office)
    mailbox.answer = "550 no"
    decided(office, life)
    follow(office)
    send_all(office)
    hands.turn(messages.KEPT_SECONDS + 1)
    office.outbox.tidy()
    assert states(office) == [("decision-made", "trainee", "failed", "smtp-550")]


def test_an_objection_waits_for_the_registrars_of_the_base(
    office: Office, mailbox: Mailbox, receiver: Receiver
) -> None:
    for login, role, organisation in (
        ("clerk", "registrar", "BASE"),
        ("other", "registrar", "BUREAU"),
        ("head", "approver", "BASE"),
    ):
        join(office, login, role, organisation=organisation)
    hook(office, receiver, "objection-waits")
    hook(office, receiver, "objection-waits", organisation="BUREAU")
    life = in_notice(office)
    desk = office.ledger.desk()
    life.does(c.OpenAccount(desk.new_id(), PUBLIC_FORM, "BASE", ("public",)))
    life.does(c.SetNoticeTerms(desk.new_id(), "BUREAU", ("name",), "依据某法", "By some law.", "a@example.org", 30))
    link = new_link_id(desk.randomness(LINK_ID_BYTES))
    told = ("N", "王异", "wang@example.org", "copied", link, POSTED_ON)
    desk = office.ledger.desk()
    desk.execute(c.LodgeObjection(desk.new_id(), life.trainee, life.application, *told), Actors(PUBLIC_FORM))
    follow(office)
    send_all(office)
    assert [to for to, subject in mailbox.letters() if "objection" in subject] == ["clerk@example.org"]
    assert not [value for value in told[1:4] if str(value) in text_of(mailbox)], "nothing of the objector"
    assert [facts["data"]["event"] for facts in receiver.facts()] == ["objection.lodged/1"]


def test_who_left_or_has_no_address_or_wants_none_is_told_nothing(office: Office, mailbox: Mailbox) -> None:
    life = Life(office.ledger)
    life.is_registered()
    clerk = join(office, "clerk", "registrar")
    gone, silent, unwilling = (join(office, login, "approver") for login in ("gone", "silent", "unwilling"))
    do(office, clerk, c.EraseTrainee(life.trainee), UUID(int=1, version=4))
    follow(office)
    assert len(office.outbox.all()) == 3
    office.staff.close(gone.account, lives.operators(office.ledger))
    office.staff.change_email(silent.account, "")
    office.wishes.decline(unwilling.account, ["proposal-waits"])
    send_all(office)
    assert mailbox.mails == []
    assert sorted(item.error for item in office.outbox.all()) == ["closed", "declined", "no-address"]


def test_trainees_are_not_written_to_where_the_settings_say_so(office: Office, receiver: Receiver) -> None:
    mail = office.ledger.settings.mail
    assert mail is not None
    office.ledger.settings = replace(office.ledger.settings, mail=replace(mail, trainees=False))
    hook(office, receiver)
    in_notice(office)
    follow(office)
    assert {item.way for item in office.outbox.all()} == {"webhook"}


def test_an_award_that_stands_no_more_is_announced_to_nobody(office: Office, mailbox: Mailbox) -> None:
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    (id_,) = office.ledger.desk().dossier(life.trainee).certificates
    life.does(c.SuspendCertificate(life.trainee, id_, "other", date(2026, 1, 1)))
    follow(office)
    send_all(office)
    assert (states(office), mailbox.mails) == ([("certificate-ready", "trainee", "dropped", "overtaken")], [])


def test_one_message_that_cannot_be_made_holds_up_no_other(office: Office, mailbox: Mailbox) -> None:
    """The log was put back from an older copy than the office: what an index leads to is something else, or nothing."""
    in_notice(office)
    drafts = [
        messages.Draft("certificate-ready", UUID(int=9, version=4), place, "trainee", b"")
        for place in (0, office.ledger.store.head().size + 5)
    ]
    office.cabinet.write(lambda tables: office.outbox.enter(tables, drafts))
    follow(office)
    send_all(office)
    assert len(mailbox.mails) == 2
    assert {state for *_, state, _ in states(office)[:2]} == {"dropped"}


def test_members_are_asked_nothing_that_they_declined(office: Office) -> None:
    member: Member = join(office, "clerk", "approver")
    office.wishes.decline(member.account, ["proposal-waits"])
    assert office.wishes.declined(member.account) == {"proposal-waits"}
    office.wishes.decline(member.account, [])
    assert office.wishes.declined(member.account) == frozenset()
    with pytest.raises(Refusal):
        office.wishes.decline(member.account, ["certificate-ready"])


def test_the_bodies_are_small_and_plain(office: Office, receiver: Receiver) -> None:
    hook(office, receiver)
    in_notice(office)
    follow(office)
    send_all(office)
    for headers, body in receiver.came:
        assert headers["Content-Type"] == "application/json"
        assert set(json.loads(body)) == {"type", "timestamp", "data"}
