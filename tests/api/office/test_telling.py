"""Messages and webhooks as administrators see them; notices that staff want; the home page counts what waits."""

from __future__ import annotations

import re
from typing import get_args
from uuid import UUID

import pytest

from api.office import telling_words
from ledger import commands as c
from ledger.awards import open_awards
from ledger.office.outbox.messages import STATES, Draft, Kind, NotSent, Way
from ledger.office.sessions import FRESH_SECONDS
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from tests.api.whole_ledger import WholeLedger, by, trainee

URL = "https://hooks.example.org/in"


@pytest.fixture
def boss(offices: Offices) -> Browser:
    return offices.joins("boss", "administrator")


def failed(offices: Offices, way: Way = "trainee", recipient: bytes = b"") -> bytes:
    """A message that was given up."""
    outbox = offices.office.outbox
    draft = Draft("certificate-ready", UUID(int=len(outbox.all()), version=4), 7, way, recipient)
    offices.office.cabinet.write(lambda tables: outbox.enter(tables, [draft]))
    taken = outbox.claim([way])
    assert taken is not None
    assert outbox.not_sent(taken, NotSent("smtp-550", again=False))
    return taken.id


def test_every_kind_state_and_way_has_words() -> None:
    assert set(telling_words.KINDS) == set(get_args(Kind))
    assert set(telling_words.STATES) == set(STATES)
    assert set(telling_words.WAYS) == set(get_args(Way))


def test_an_administrator_sees_what_failed_and_has_it_tried_again(offices: Offices, boss: Browser) -> None:
    id_ = failed(offices)
    page = boss.get("/console/messages?lang=en&state=failed")
    assert "smtp-550" in page.text
    assert "the trainee, by mail" in text_of(page)
    assert "No mail server is set" in text_of(page)
    assert boss.post("/console/messages", do="retry", message=id_.hex()).status_code == 303
    assert [item.state for item in offices.office.outbox.all()] == ["waiting"]
    assert boss.post("/console/messages", do="drop", message=id_.hex()).status_code == 303
    assert [(item.state, item.error) for item in offices.office.outbox.all()] == [("dropped", "by-hand")]
    assert "by an administrator" in boss.get("/console/messages?lang=en").text
    assert boss.post("/console/messages", do="drop", message=id_.hex()).status_code == 409
    assert boss.post("/console/messages", do="retry", message="nothing").status_code == 409


def test_many_messages_have_pages(offices: Offices, boss: Browser) -> None:
    drafts = [Draft("test", UUID(int=n, version=4), None, "webhook", b"w") for n in range(51)]
    offices.office.cabinet.write(lambda tables: offices.office.outbox.enter(tables, drafts))
    page = boss.get("/console/messages").text
    older = re.search(r'href="(\?state=&amp;before=\d+)"', page)
    assert older is not None
    assert page.count('name="message"') == 50
    assert boss.get(f"/console/messages{older[1].replace('&amp;', '&')}").text.count('name="message"') == 1


def test_a_webhook_is_added_and_its_secret_told_once(offices: Offices, boss: Browser) -> None:
    page = boss.post("/console/webhooks?lang=en", do="add", url=URL, kinds="notice-posted decision-made")
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{44}", page.text)
    assert secret is not None
    again = boss.get("/console/webhooks?lang=en")
    assert secret[0] not in again.text
    assert URL in again.text
    (webhook,) = offices.office.webhooks.all()
    assert (webhook.kinds, webhook.organisation) == (("notice-posted", "decision-made"), "BASE")
    for done in ("off", "on", "test"):
        assert boss.post("/console/webhooks", do=done, webhook=str(webhook.id)).status_code == 303
        assert offices.office.webhooks.all()[0].enabled is (done != "off")
    assert [item.kind for item in offices.office.outbox.all()] == ["test"]
    assert "hooks.example.org" in boss.get("/console/messages").text
    assert boss.post("/console/webhooks", do="remove", webhook=str(webhook.id)).status_code == 303
    assert offices.office.webhooks.all() == []


@pytest.mark.parametrize(
    ("url", "kinds", "said"),
    [
        ("http://hooks.example.org/", "notice-posted", "Give an https address"),
        ("https://127.0.0.1/", "notice-posted", "Give an https address"),
        ("https://10.0.0.1/", "notice-posted", "Give an https address"),
        ("", "notice-posted", "This has to be filled in"),
        (URL, "", "This has to be filled in"),
        (URL, "test", "Choose one of the list"),
    ],
)
def test_a_webhook_that_may_not_be_stays_in_the_form(
    offices: Offices, boss: Browser, url: str, kinds: str, said: str
) -> None:
    page = boss.post("/console/webhooks?lang=en", do="add", url=url, kinds=kinds)
    assert page.status_code == 422
    assert said in page.text
    assert offices.office.webhooks.all() == []


def test_webhooks_ask_for_a_fresh_sign(offices: Offices, boss: Browser, hands: Hands) -> None:
    hands.turn(FRESH_SECONDS + 1)
    sent = {"do": "add", "url": URL, "kinds": "notice-posted"}
    assert boss.post("/console/webhooks", **sent).status_code == 403
    assert offices.office.webhooks.all() == []
    assert boss.post("/console/webhooks", **sent, _password=PASSWORD).status_code == 200
    assert len(offices.office.webhooks.all()) == 1


def test_administrators_of_others_see_their_own_webhooks_alone(offices: Offices, boss: Browser) -> None:
    code = next(code for code in sorted(offices.office.executor.base().organisations) if code != "BASE")
    other = offices.joins("other", "administrator", organisation=code)
    boss.post("/console/webhooks", do="add", url=URL, kinds="notice-posted")
    assert other.post("/console/webhooks", do="add", url=f"{URL}2", kinds="notice-posted").status_code == 200
    assert f"{URL}<" not in other.get("/console/webhooks").text
    assert f"{URL}2" in boss.get("/console/webhooks").text
    (ours,) = [item for item in offices.office.webhooks.all() if item.organisation == "BASE"]
    assert other.post("/console/webhooks", do="remove", webhook=str(ours.id)).status_code == 404
    assert len(offices.office.webhooks.all()) == 2
    moved = other.get("/console/messages")
    assert (moved.status_code, moved.headers["location"]) == (303, "/console/webhooks")
    assert other.post("/console/messages", do="drop", message=failed(offices).hex()).status_code == 303
    assert [item.state for item in offices.office.outbox.all()] == ["failed"]


def test_who_is_no_administrator_sees_neither(offices: Offices) -> None:
    clerk = offices.joins("clerk", "registrar", "approver")
    for path in ("/console/messages", "/console/webhooks"):
        assert clerk.get(path).status_code == 403
        assert path not in clerk.get("/console").text
        assert clerk.post(path, do="add", url=URL, kinds="notice-posted").status_code == 403


def test_members_say_where_they_are_told_and_of_what(offices: Offices) -> None:
    clerk = offices.joins("clerk", "registrar")
    page = clerk.get("/console/account?lang=en").text
    assert len(re.findall(r'name="told" value="[a-z-]+" checked', page)) == 2
    assert (
        clerk.post("/console/account", do="notices", email="li@例子.example", told="proposal-waits").status_code == 303
    )
    member = offices.office.staff.find(clerk.member.account)
    assert member is not None
    assert (member.email, member.name, member.login) == ("li@xn--fsqu00a.example", "clerk 某", "clerk")
    assert offices.office.wishes.declined(member.account) == {"objection-waits"}
    wrong = clerk.post("/console/account?lang=en", do="notices", email="li@x\tBcc: y", told="")
    assert wrong.status_code == 422
    assert "name@domain" in wrong.text
    assert clerk.post("/console/account", do="notices", email="", told="").status_code == 303
    member = offices.office.staff.find(clerk.member.account)
    assert member is not None
    assert member.email == ""


def test_somebody_new_has_an_address_or_none(offices: Offices, boss: Browser) -> None:
    sent = {"do": "add", "login": "new", "name": "新", "organisation": "BASE", "roles": "registrar"}
    wrong = boss.post("/console/staff?lang=en", **sent, email="new at example.org")
    assert wrong.status_code == 422
    assert "name@domain" in wrong.text
    assert boss.post("/console/staff", **sent, email="new@example.org").status_code == 200


def test_the_home_page_counts_what_waits(offices: Offices, boss: Browser, original: WholeLedger) -> None:
    clerk, head = offices.joins("clerk", "registrar"), offices.joins("head", "approver")
    with open_awards(offices.ledger) as awards:
        person = trainee(by(awards, original.links["valid"]))
    proposals = offices.office.proposals
    first = proposals.propose(clerk.member, [c.EraseTrainee(person)], "")
    assert "Proposals that wait for you 1" in text_of(head.get("/console?lang=en"))
    assert "Proposals that wait for you" not in text_of(clerk.get("/console?lang=en")), "one's own wait for others"
    proposals.approve(first.id, head.member, first.version)
    home = text_of(head.get("/console?lang=en"))
    assert "Approved and not yet recorded 1" in home
    waiting = re.findall(
        r'href="/console/applications\?step=(\w+)">[^<]+</a> <strong>(\d+)<', head.get("/console").text
    )
    register = text_of(head.get("/console/applications?lang=en"))
    assert waiting
    assert all(int(count) > 0 for _, count in waiting)
    assert waiting[0][1] in register
    assert "Messages that do not get out" not in text_of(boss.get("/console?lang=en"))
    failed(offices)
    assert "Messages that do not get out 1" in text_of(boss.get("/console?lang=en"))
    assert "Messages that do not get out" not in text_of(head.get("/console?lang=en"))
    assert "/console/applications" not in boss.get("/console").text, "an administrator sees no people"
