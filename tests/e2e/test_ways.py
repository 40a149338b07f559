"""The ways in that need no script: a typed number, a day, and the page of keys, on a phone with JavaScript off."""

from __future__ import annotations

import json
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.api.whole_ledger import TODAY
from tests.e2e.conftest import PHONE, NewContext, Served


def fields_of(served: Served, name: str) -> dict[str, str]:
    with urlopen(f"{served.url}/c/{served.whole.links[name]}.json") as answer:  # the test's own server
        found: dict[str, str] = json.load(answer)["fields"]
    return found


def test_a_number_and_a_name_by_keyboard_alone(served: Served, new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    fields = fields_of(served, "valid")
    page.goto(f"{served.url}/check?lang=en")
    page.get_by_label("Certificate number").focus()
    page.keyboard.type(fields["number"].lower())
    page.keyboard.press("Tab")
    page.keyboard.type("Somebody Else")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "no-match")
    page.get_by_label("Holder's name").fill(fields["name"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "valid")
    assert page.url == f"{served.url}/check?lang=en"
    expect(page.locator('[data-field="number"]')).to_have_text(fields["number"])


def test_a_day_is_asked_on_the_page_and_today_stays_above(served: Served, new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{served.link('revoked')}?lang=en")
    awarded = fields_of(served, "revoked")["awarded_on"]
    for label, day, said in (
        ("Was it valid on that day, by what the log says now?", awarded, "valid"),
        ("What would this page have said at the end of that day?", str(TODAY), "revoked"),
        ("What would this page have said at the end of that day?", awarded, "not-in-log"),
    ):
        page.get_by_text("At a date").click()
        page.get_by_label(label).fill(day)
        page.get_by_label(label).press("Enter")
        expect(page.locator("[data-dated]")).to_have_attribute("data-dated", said)
        expect(page.locator("[data-state]").first).to_have_attribute("data-state", "revoked")


@pytest.mark.parametrize("path", ["/", "/check", "/trust"])
@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_nothing_is_wider_than_a_phone(served: Served, new_context: NewContext, path: str, language: str) -> None:
    page = new_context().new_page()
    page.goto(f"{served.url}{path}?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
