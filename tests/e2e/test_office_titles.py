"""A title in the office, by two people with passkeys: from filing to the public page that says valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger import commands as c
from ledger.objections import set_terms
from ledger.office.opening import open_office
from tests.api.office.applicants import certified, plain_calendars
from tests.api.office.conftest import Hands
from tests.api.whole_ledger import actors, build, publish_now
from tests.e2e.conftest import NewContext, at_a_free_port, running
from tests.e2e.test_axe import SIZES, complaints
from tests.e2e.test_axe import axe as axe
from tests.e2e.test_notices import lodge
from tests.engines import ENGINES

DAY = 24 * 3600
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Served:
    """A running office, its clock, and the links by which its people set their passwords."""

    url: str
    hands: Hands
    welcome: dict[str, str] = field(default_factory=dict)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    with at_a_free_port() as (listener, address):
        served = Served(address.replace("127.0.0.1", "localhost"), Hands())  # an address of numbers has no passkeys
        whole = build(ENGINES["sqlite"], folder, served.url)
        with whole.opened(served.hands) as ledger, open_office(ledger) as office:
            plain_calendars(ledger, 2026, 2027)
            certified(ledger, "N1", "college")
            shows = ("masked-name", "employer", "recommended-by", "speciality")
            terms = c.SetNoticeTerms(ledger.desk().new_id(), "CQHRSS", shows, "依据", "basis", "a@example.org", 30)
            set_terms(ledger, terms, actors(ledger))
            for login, *roles in (("clerk", "registrar", "administrator"), ("head", "approver")):
                _, secret = office.staff.add(login, f"{login} 某", "", "BASE", roles, actors(ledger))
                served.welcome[login] = f"{served.url}/console/welcome/{secret}"
            publish_now(ledger)
        with running(whole.app(served.hands), listener):
            yield served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as found:
        yield found


def joins(new_context: NewContext, served: Served, login: str, size: str, locale: str = "en-US") -> Page:
    """A member of staff in a browser of their own, with a password and a passkey."""
    context = new_context(viewport=SIZES[size], locale=locale, bypass_csp=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(served.welcome[login])
    page.fill("#field-password", "a passphrase for tests")
    page.fill("#field-again", "a passphrase for tests")
    page.press("#field-again", "Enter")
    page.wait_for_url(f"{served.url}/console")
    page.goto(f"{served.url}/console/account")
    page.fill("#passkey-name", "tablet")
    page.locator("form[data-passkey] [data-ask-passkey]").click()
    expect(page.locator("main li strong").first).to_have_text("tablet")
    return page


def signs_in_by_passkey(page: Page) -> None:
    """On the page that asks who is there."""
    page.locator("[data-ask-passkey]").click()
    expect(page.locator("nav.menu")).to_be_visible()


def test_from_filing_to_the_public_page(served: Served, new_context: NewContext, axe: str) -> None:
    found: list[str] = []

    def looked_at(page: Page) -> None:
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        found.extend(f"{page.url[len(served.url) :]} {complaint}" for complaint in complaints(page, axe))
        width = page.viewport_size
        assert width is not None
        assert page.evaluate("document.documentElement.scrollWidth") <= width["width"], page.url

    clerk, head = joins(new_context, served, "clerk", "tablet"), joins(new_context, served, "head", "desktop")
    # Filing, with its eligibility explained, by the keyboard alone.
    clerk.goto(f"{served.url}/console/applications/new")
    clerk.get_by_label("Trainee number").focus()
    clerk.keyboard.type("N1")
    for typed in ("assistant", "大数据工程", "Example Enterprise 01"):
        clerk.keyboard.press("Tab")
        clerk.keyboard.type(typed)
    clerk.keyboard.press("Tab")
    clerk.keyboard.press("Tab")
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".verdict")).to_contain_text("under route A5")
    looked_at(clerk)
    clerk.get_by_role("button", name="File the application").focus()
    clerk.keyboard.press("Enter")
    clerk.wait_for_url(re.compile(r"/console/applications/[0-9a-f]{8}-"))
    application = clerk.url
    # The panel.
    for name, value in (("size", "7"), ("present", "5"), ("votes_for", "5")):
        clerk.fill(f"#field-{name}", value)
    looked_at(clerk)
    clerk.get_by_role("button", name="Record the vote").click()
    # The notice, and an objection by its public form.
    clerk.get_by_role("button", name="Post the notice today").click()
    expect(clerk.locator(".countdown")).to_have_text("5")
    expect(clerk.locator("main")).to_contain_text("2026-12-01")
    notice = clerk.locator("a[href^='/n/']").get_attribute("href")
    public = new_context().new_page()
    for _ in range(60):
        answer = public.goto(f"{served.url}{notice}")
        assert answer is not None
        if answer.status == 200:
            break
        public.wait_for_timeout(500)
    lodge(public, f"{served.url}{notice}")
    clerk.reload()
    expect(clerk.locator(".objection")).to_contain_text("王异议")
    looked_at(clerk)
    clerk.get_by_role("button", name="Dismiss").click()
    expect(clerk.locator(".objection .tag")).to_have_text("dismissed")
    expect(clerk.get_by_role("button", name="Propose the decision")).to_have_count(0)
    # Days later, and not before: the session is over by then, and the passkey opens another.
    served.hands.turn(8 * DAY)
    clerk.goto(application)
    signs_in_by_passkey(clerk)
    expect(clerk.locator(".countdown")).to_have_text("0")
    looked_at(clerk)
    clerk.get_by_role("button", name="Propose the decision").click()
    clerk.wait_for_url(re.compile("/console/proposals/"))
    # Another person sees what will be signed, and approves.
    head.goto(clerk.url)
    signs_in_by_passkey(head)
    expect(head.locator("main")).to_contain_text("title.granted/1")
    head.get_by_role("button", name="Approve and sign").click()
    expect(head.locator(".tag")).to_have_text("recorded")
    head.goto(f"{served.url}/console/titles?year=2026")
    looked_at(head)
    head.locator("tbody a").first.click()
    looked_at(head)
    link = head.locator("a[href^='/c/']").get_attribute("href")
    for path in ("/console/applications", "/console/applications?step=granted"):
        head.goto(f"{served.url}{path}")
        looked_at(head)
    assert found == []
    public.clock.set_fixed_time(datetime.fromtimestamp(served.hands.now / 1000, UTC))
    for _ in range(60):
        public.goto(f"{served.url}{link}?lang=en")
        if public.locator("[data-state=valid]").count():
            break
        public.wait_for_timeout(500)
    expect(public.locator("[data-state]").first).to_have_attribute("data-state", "valid")


def test_axe_finds_nothing_on_rules_organisations_and_lists(served: Served, new_context: NewContext, axe: str) -> None:
    found: list[str] = []
    paths = [
        "applications",
        "applications/new",
        "applications/together/panel",
        "applications/together/post",
        "applications/together/decide",
        "titles",
        "rules",
        "rules/programmes/BDI/1",
        "rules/programmes/BDI/new",
        "rules/policies/CQ-ENG-2024",
        "rules/policies/new",
        "rules/terms/CQHRSS",
        "organisations",
        "organisations/CQHRSS",
        "organisations/NOBODY",
    ]
    page = joins(new_context, served, "clerk", "tablet")
    for size, language in (("tablet", "zh"), ("desktop", "ko"), ("phone", "en")):
        page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
        for path in paths:
            page.goto(f"{served.url}/console/{path}?lang={language}")
            page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
            found += [f"{size} {path} {complaint}" for complaint in complaints(page, axe)]
            assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    page.goto(f"{served.url}/console/rules/policies/new?lang=en")
    page.evaluate("for (const field of document.querySelectorAll('[required]')) field.required = false")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#field-edition")).to_have_attribute("aria-invalid", "true")
    found += complaints(page, axe)
    assert found == []
