"""Single sign-on in a real browser, from the account page to an approval that asks once more who is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from ledger.awards import open_awards
from ledger.commands import SuspendCertificate
from ledger.office.doing import do
from ledger.office.opening import Office, open_office
from ledger.office.sessions import FRESH_SECONDS
from ledger.providers import Provider
from tests.api.whole_ledger import NOW, TODAY, actors, build, trainee
from tests.e2e.conftest import NewContext, at_a_free_port, running
from tests.e2e.test_axe import SIZES, complaints
from tests.e2e.test_axe import axe as axe
from tests.e2e.test_office_signing import comes_in
from tests.engines import ENGINES
from tests.openid_provider import CLIENT_ID, SECRET, OpenIdProvider, provider_on_loopback
from verifier.kinds import CertificateAwarded
from verifier.standing import Standing


class Hands:
    """The clock of office and provider; milliseconds since 1970 UTC."""

    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def served(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Office, str, Hands, OpenIdProvider]]:
    monkeypatch.setenv("OFFICE_SECRET_AT_KC", SECRET)
    with ExitStack() as stack:
        hands = Hands()
        kc = stack.enter_context(provider_on_loopback(clock=lambda: hands.now / 1000))
        listener, address = stack.enter_context(at_a_free_port())
        url = address.replace("127.0.0.1", "localhost")
        whole = build(ENGINES["sqlite"], tmp_path_factory.mktemp("office"), url)
        named = Provider(
            "kc", "单位账号", "Company account", kc.issuer, CLIENT_ID, client_secret_env="OFFICE_SECRET_AT_KC"
        )
        whole.place.replace_settings(replace(whole.place.settings(), sign_in=(named,)))
        stack.enter_context(running(whole.app(hands, works=False), listener))
        ledger = stack.enter_context(whole.opened(hands))
        yield stack.enter_context(open_office(ledger)), url, hands, kc


def proposed(office: Office) -> str:
    """The path of a proposal that waits for an approver."""
    office.staff.add("clerk", "clerk 某", "", "BASE", ["registrar"], actors(office.ledger))
    clerk = office.staff.called("clerk")
    assert clerk is not None
    with open_awards(office.ledger) as awards:
        valid = (item for item in awards.all() if item.award.on(TODAY) is Standing.VALID)
        issued = next(item for item in valid if isinstance(item.event, CertificateAwarded) and not item.erased)
    command = SuspendCertificate(trainee(issued), issued.stream, "other", TODAY)
    proposal = do(office, clerk, command, office.ledger.desk().new_id(), "a letter").proposal
    assert proposal is not None
    return f"/console/proposals/{proposal.id}"


def says_who(page: Page, subject: str) -> None:
    """Fills in the provider's own form."""
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.get_by_label("Name").fill(subject)
    page.get_by_role("button", name="Sign in").click()


def test_connect_sign_out_sign_in_and_approve(
    served: tuple[Office, str, Hands, OpenIdProvider], new_context: NewContext
) -> None:
    office, url, hands, _ = served
    page = new_context(locale="en-GB", viewport=SIZES["desktop"]).new_page()
    _, secret = office.staff.add("head", "head 某", "", "BASE", ["approver"], actors(office.ledger))
    comes_in(page, f"{url}/console/welcome/{secret}")
    page.goto(f"{url}/console/account")
    page.get_by_role("button", name="Connect Company account").click()
    says_who(page, "head-at-kc")
    expect(page.get_by_text("head-at-kc@provider")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("button", name="Sign in with Company account").click()
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    assert "head 某" in page.locator("header").inner_text(), "the provider knew who was there"

    hands.now += (FRESH_SECONDS + 1) * 1000
    page.goto(url + proposed(office))
    page.get_by_role("button", name="Approve and sign").click()
    expect(page.get_by_role("heading", name="Show once more that it is you")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Show it with Company account").click()
    other = opened.value
    says_who(other, "head-at-kc")
    expect(other.get_by_role("heading", name="Done")).to_be_visible()
    expect(page.locator("[data-state=done]")).to_be_visible()


def test_an_invitation_is_opened_by_it_and_what_was_typed_goes_on(
    served: tuple[Office, str, Hands, OpenIdProvider], new_context: NewContext
) -> None:
    """Without script, too: the button below does what the script does by itself."""
    office, url, hands, _ = served
    page = new_context(locale="en-GB", viewport=SIZES["tablet"], java_script_enabled=False).new_page()
    _, secret = office.staff.add("boss", "boss 某", "", "BASE", ["administrator"], actors(office.ledger))
    page.goto(f"{url}/console/welcome/{secret}")
    page.get_by_role("button", name="Connect Company account").click()
    says_who(page, "boss-at-kc")
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    page.goto(f"{url}/console/staff")
    page.locator("#field-login").fill("newcomer")
    page.locator("#field-name").fill("新人")
    page.locator("#field-organisation").select_option("BASE")
    page.locator("[name=roles][value=registrar]").check()
    hands.now += 13 * 3600 * 1000
    page.get_by_role("button", name="Add somebody").click()
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Sign in with Company account").click()
    expect(opened.value.get_by_role("heading", name="Done")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Hand this link over")).to_be_visible()


@pytest.mark.parametrize(("size", "language"), [("tablet", "zh"), ("desktop", "en"), ("phone", "ko")])
def test_axe_finds_nothing(
    served: tuple[Office, str, Hands, OpenIdProvider], new_context: NewContext, axe: str, size: str, language: str
) -> None:
    office, url, hands, _ = served
    page = new_context(viewport=SIZES[size], bypass_csp=True).new_page()
    found = []

    def look() -> None:
        found.extend(f"{page.url[-30:]} {complaint}" for complaint in complaints(page, axe))
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], page.url

    _, secret = office.staff.add("axe", "axe 某", "", "BASE", ["administrator"], actors(office.ledger))
    page.goto(f"{url}/console?lang={language}")
    look()
    page.goto(f"{url}/console/welcome/{secret}")
    look()
    page.locator(".otherwise button").click()
    says_who(page, "axe-at-kc")
    page.goto(f"{url}/console/account")
    look()
    hands.now += (FRESH_SECONDS + 1) * 1000
    page.locator("button[value=disconnect]").click()
    look()
    page.goto(f"{url}/console/sign-in/kc/back?state=forged&code=x")
    look()
    assert found == []
