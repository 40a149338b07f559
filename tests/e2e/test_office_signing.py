"""The office in a real browser: a link, a password, a passkey by a virtual authenticator; axe and the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from ledger.awards import open_awards
from ledger.commands import RegisterPasskey, SuspendCertificate
from ledger.office.doing import do
from ledger.office.opening import Office, open_office
from ledger.passkeys import change
from ledger.permissions import Actors
from ledger.refusals import Refusal
from tests.api.whole_ledger import TODAY, actors, build, publish_now, trainee
from tests.e2e.conftest import NewContext, at_a_free_port, running
from tests.e2e.test_axe import SIZES, complaints
from tests.e2e.test_axe import axe as axe
from tests.engines import ENGINES
from verifier.__main__ import certverify
from verifier.kinds import CertificateAwarded
from verifier.standing import Standing

PASSWORD = "a passphrase for tests"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str]]:
    """The open office of a ledger that is served at a free port; passkeys want a name, not a number."""
    folder: Path = tmp_path_factory.mktemp("office")
    with at_a_free_port() as (listener, address):
        url = address.replace("127.0.0.1", "localhost")
        whole = build(ENGINES["sqlite"], folder, url)
        with running(whole.app(works=False), listener), whole.opened() as ledger, open_office(ledger) as opened:
            yield opened, url


def invited(office: tuple[Office, str], login: str, *roles: str) -> str:
    opened, url = office
    _, secret = opened.staff.add(login, f"{login} 某", "", "BASE", roles, actors(opened.ledger))
    return f"{url}/console/welcome/{secret}"


def with_authenticator(page: Page) -> Page:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def comes_in(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("#field-password").fill(PASSWORD)
    page.locator("#field-again").fill(PASSWORD)
    page.locator("#field-again").press("Enter")
    expect(page).to_have_url(f"{link.split('/console')[0]}/console")


def test_a_passkey_is_made_and_lets_its_owner_in(office: tuple[Office, str], new_context: NewContext) -> None:
    page = with_authenticator(new_context(locale="en-GB").new_page())
    comes_in(page, invited(office, "first", "registrar"))
    page.goto(f"{office[1]}/console/account")
    page.locator("#passkey-name").fill("office computer")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("office computer", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    assert "first 某" in page.locator("header").inner_text()


def test_a_browser_without_the_passkey_says_so(office: tuple[Office, str], new_context: NewContext) -> None:
    page = with_authenticator(new_context(locale="en-GB").new_page())
    page.goto(f"{office[1]}/console")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey could not be used")).to_be_visible()


def test_an_approval_is_signed_by_the_approvers_passkey(office: tuple[Office, str], new_context: NewContext) -> None:
    """Made by its owner, let into the log by an administrator; from then on nothing is approved without it."""
    opened, url = office
    head = with_authenticator(new_context(locale="en-GB").new_page())
    comes_in(head, invited(office, "head", "approver"))
    head.goto(f"{url}/console/account")
    head.locator("#passkey-name").fill("head's key")
    head.get_by_role("button", name="Add a passkey").click()
    expect(head.get_by_text("head's key")).to_be_visible()
    boss = new_context(locale="en-GB").new_page()
    comes_in(boss, invited(office, "boss", "administrator"))
    boss.goto(f"{url}/console/staff")
    boss.get_by_role("row", name="head 某").get_by_role("button", name="Let it sign approvals").click()
    expect(boss.get_by_text("signs approvals")).to_be_visible()

    opened.staff.add("clerk", "clerk 某", "", "BASE", ["registrar"], actors(opened.ledger))
    clerk, member = opened.staff.called("clerk"), opened.staff.called("head")
    assert clerk is not None
    assert member is not None
    with open_awards(opened.ledger) as awards:
        valid = (item for item in awards.all() if item.award.on(TODAY) is Standing.VALID)
        issued = next(item for item in valid if isinstance(item.event, CertificateAwarded) and not item.erased)
    command = SuspendCertificate(trainee(issued), issued.stream, "other", TODAY)
    proposal = do(opened, clerk, command, opened.ledger.desk().new_id(), "a letter").proposal
    assert proposal is not None
    with pytest.raises(Refusal, match="passkey"):
        opened.proposals.approve(proposal.id, member, proposal.version)

    head.goto(f"{url}/console/proposals/{proposal.id}")
    head.get_by_role("button", name="Approve and sign").click()
    expect(head.locator("[data-state=done]")).to_be_visible()
    entries = opened.ledger.store.entries(opened.ledger.store.head().size - 2, 2)
    assert [entry.topic for entry in entries] == ["approval.signed/1", "certificate.suspended/1"]


def test_an_earlier_passkey_consents_to_another_and_to_its_own_end(
    office: tuple[Office, str], new_context: NewContext
) -> None:
    """Two devices of one approver, who needs nobody else for it; the log is audited afterwards."""
    opened, url = office
    page = new_context(locale="en-GB").new_page()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")

    def device(transport: str) -> str:
        options = {"options": {**AUTHENTICATOR, "transport": transport}}
        return str(session.send("WebAuthn.addVirtualAuthenticator", options)["authenticatorId"])

    def answers(one: str, *others: str) -> None:
        for id_ in (one, *others):
            sent = {"authenticatorId": id_, "enabled": id_ == one}
            session.send("WebAuthn.setAutomaticPresenceSimulation", sent)

    def makes(name: str) -> None:
        page.locator("#passkey-name").fill(name)
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text(name)).to_be_visible()

    phone = device("internal")
    comes_in(page, invited(office, "twice", "approver"))
    page.goto(f"{url}/console/account")
    makes("my phone")
    expect(page.get_by_role("button", name="Let it sign approvals")).to_have_count(0)
    member = opened.staff.called("twice")
    assert member is not None
    (first,) = opened.passkeys.of(member.account)
    command = RegisterPasskey(member.pseudonym, first.public_key, opened.passkeys.rp_id)
    change(opened.ledger, command, Actors(actors(opened.ledger).proposer))

    page.reload()
    stick = device("usb")
    answers(stick, phone)
    makes("my stick")
    answers(phone, stick)
    second = page.get_by_role("listitem").filter(has_text="my stick")
    second.get_by_role("button", name="Let it sign approvals").click()
    expect(second.get_by_role("button", name="Let it sign approvals")).to_have_count(0)
    assert len(opened.executor.base().approvers.of(member.pseudonym)) == 2

    answers(stick, phone)
    page.get_by_role("listitem").filter(has_text="my phone").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("my phone")).to_have_count(0)
    (left,) = opened.passkeys.of(member.account)
    assert left.name == "my stick"
    assert set(opened.executor.base().approvers.of(member.pseudonym)) == {left.thumbprint}

    publish_now(opened.ledger)
    public = opened.ledger.public
    arguments = ["audit", str(public), "--trust", str(public / "trust.txt")]
    audited = CliRunner().invoke(certverify, arguments, catch_exceptions=False)
    assert "every entry is in order" in audited.output
    assert "without the consent" not in audited.output, "the ledger's one finding is of a day, and was there before"


def test_everything_works_by_the_keyboard_and_without_script(
    office: tuple[Office, str], new_context: NewContext
) -> None:
    page = new_context(locale="zh-CN", java_script_enabled=False).new_page()
    comes_in(page, invited(office, "keys", "administrator"))
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.goto(f"{office[1]}/console/staff")
    page.locator("#field-login").focus()
    for text in ("newcomer", "新人"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("B")
    page.locator("#field-organisation").select_option("BASE")
    page.locator("[name=roles][value=registrar]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="请把此链接交给本人")).to_be_visible()


@pytest.mark.parametrize(("size", "language"), [("tablet", "zh"), ("desktop", "en"), ("phone", "ko")])
def test_axe_finds_nothing(
    office: tuple[Office, str], new_context: NewContext, axe: str, size: str, language: str
) -> None:
    page = new_context(viewport=SIZES[size], bypass_csp=True).new_page()
    link = invited(office, f"axe-{size}", "administrator", "approver")
    found = []

    def look() -> None:
        found.extend(f"{page.url[-30:]} {complaint}" for complaint in complaints(page, axe))
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], page.url

    page.goto(f"{office[1]}/console?lang={language}")
    look()
    page.goto(link)
    look()
    comes_in(page, link)
    for path in (
        "/console",
        "/console/account",
        "/console/staff",
        "/console/proposals",
        "/console/pictures",
        "/console/prepared",
        "/console/intakes",
        "/console/messages",
        "/console/webhooks",
        "/console/proposals/none",
    ):
        page.goto(f"{office[1]}{path}?lang={language}")
        look()
    assert found == []
