"""An auditor looks into the log with a reason, by keyboard, in each language and two widths; axe at each step."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.languages import LANGUAGES, Language
from api.office import look_words
from ledger.office.opening import open_office
from tests.api.whole_ledger import actors
from tests.e2e.conftest import NewContext, Served
from tests.e2e.test_axe import axe as axe
from tests.e2e.test_axe import complaints
from verifier.kinds import TraineeRegistered

PASSWORD = "a passphrase for tests"
WIDTHS = {"tablet": {"width": 820, "height": 1180}, "desktop": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def trainee(served: Served) -> TraineeRegistered:
    """Somebody to look at; the auditor is there, too."""
    with served.whole.opened() as ledger, open_office(ledger) as office:
        _, secret = office.staff.add("auditor", "审计 某", "", "BASE", ["auditor"], actors(ledger))
        office.staff.accept(secret, PASSWORD)
        entries = ledger.store.entries(0, 1000)
        entry = next(item for item in entries if item.topic == "trainee.registered/1" and item.sealed)
        event = ledger.vault.read(entry)[1]
    assert isinstance(event, TraineeRegistered)
    return event


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_look(
    new_context: NewContext, served: Served, trainee: TraineeRegistered, axe: str, size: str, language: Language
) -> None:
    page = new_context(viewport=WIDTHS[size], bypass_csp=True).new_page()
    found = []

    def look_at_it(step: str) -> None:
        found.extend(f"{step} {complaint}" for complaint in complaints(page, axe))
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[size]["width"], step

    page.goto(f"{served.url}/console/log?lang={language}")
    page.locator("[name=_login]").fill("auditor")
    page.locator("[name=_password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#field-of").fill(str(trainee.trainee_id))
    look_at_it("find")
    page.keyboard.press("Enter")
    expect(page.locator("main")).not_to_contain_text(str(trainee.name))
    look_at_it("before")
    page.locator("#field-reason").fill("抽查 2026-7, spot check")
    page.locator("form button", has_text=look_words.LOOK.of(language)).press("Enter")
    expect(page.get_by_role("status")).to_contain_text(look_words.RECORDED.of(language))
    expect(page.locator("[data-field=name]").first).to_have_text(str(trainee.name))
    look_at_it("after")
    page.goto(f"{served.url}/console/looks?lang={language}")
    expect(page.locator("main")).to_contain_text(look_words.CHAIN_GOOD.of(language))
    look_at_it("looks")
    assert found == []
