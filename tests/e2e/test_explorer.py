"""A walk through the explorer by keyboard and without any script, in each language and two widths; axe at each step."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api import explorer_words as says
from api.languages import LANGUAGES, Language
from tests.e2e.conftest import NewContext, Served
from tests.e2e.test_axe import AXE, complaints
from tests.web import needs

WIDTHS = {"tablet": {"width": 820, "height": 1180}, "desktop": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        needs.missing("run `npm ci --ignore-scripts` in verifier/web first")
    return AXE.read_text("utf-8")


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(new_context: NewContext, served: Served, axe: str, size: str, language: Language) -> None:
    page = new_context(viewport=WIDTHS[size], bypass_csp=True).new_page()
    found = []
    for path in ("", "/entry/0", "/entry/60", "/organisations", "/organisations/HUAWEI", "/cohorts", "/nothing"):
        for at in ("", "at=100&"):
            page.goto(f"{served.url}/explore{path}?{at}lang={language}")
            page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
            found += [f"{path} {complaint}" for complaint in complaints(page, axe)]
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[size]["width"], path
    assert found == []


def test_a_walk_without_script(new_context: NewContext, served: Served) -> None:
    """From a search over an entry and its stream back in time, and from there to an entry that was there then."""
    page = new_context(viewport=WIDTHS["desktop"], java_script_enabled=False).new_page()
    page.goto(f"{served.url}/explore?lang=en")
    page.locator("#q").focus()
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Entry 60")
    expect(page.locator("svg.path .leaf")).to_have_count(1)
    expect(page.locator("svg.path .root")).to_have_count(1)
    page.get_by_text(says.STREAM.en, exact=True).locator("xpath=following-sibling::dd[1]").locator("a").click()
    expect(page.locator("h1")).to_contain_text(says.STREAM.en)
    page.get_by_role("link", name="60", exact=True).click()
    page.locator("#at").fill("61")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(says.PAST.en)
    expect(page.get_by_role("link", name=f"{says.NEXT.en} →")).to_have_count(0)
    page.get_by_role("link", name=f"← {says.PREVIOUS.en}").click()
    expect(page.locator("h1")).to_contain_text("Entry 59")
    expect(page.get_by_role("status")).to_contain_text(says.PAST.en)
    page.get_by_role("link", name=says.BACK_TO_NOW.en).click()
    expect(page.get_by_role("status")).to_have_count(0)
    slide = page.locator("#slide")
    slide.focus()
    page.keyboard.press("Home")
    page.locator(".slider button").click()
    expect(page.locator("main")).to_contain_text(says.NOT_THERE.en)
