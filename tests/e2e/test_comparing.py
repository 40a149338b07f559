"""A PDF beside what was issued, in a browser without JavaScript: on a phone one below the other, else side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.acceptance import forgeries
from tests.e2e.conftest import NewContext, Served, serving
from tests.e2e.test_axe import SIZES, axe, complaints

__all__ = ["axe"]  # a fixture


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A minute goes by at every look at the clock, so that no file is one too many."""
    with serving(tmp_path_factory.mktemp("compared"), monotonic=count(step=60).__next__) as found:
        yield found


@pytest.fixture(scope="module")
def paper(served: Served) -> bytes:
    return served.paper("valid")


@pytest.fixture(scope="module")
def covered(paper: bytes) -> bytes:
    """The paper with a better total written over its own."""
    (total,) = re.findall(r"Total ([0-9.]+)", forgeries.text_of(paper))
    return forgeries.cover(paper, total, "99.9")


def handed_in(page: Page, served: Served, data: bytes, language: str = "en") -> Page:
    """The page that answers to a file."""
    page.goto(f"{served.url}/compare?lang={language}")
    page.locator("#file").set_input_files({"name": "shown.pdf", "mimeType": "application/pdf", "buffer": data})
    page.locator("form[enctype] button").click()
    page.locator("main > .state").first.wait_for(timeout=60_000)
    return page


def box(found: Locator) -> FloatRect:
    """Where an element lies on the page."""
    lies = found.bounding_box()
    assert lies is not None
    return lies


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_edited_pdf_is_shown_beside_what_was_issued(
    new_context: NewContext, served: Served, covered: bytes, size: str
) -> None:
    page = new_context(viewport=SIZES[size], java_script_enabled=False).new_page()
    handed_in(page, served, covered)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not as issued")
    expect(page.locator("[data-standing=valid]")).to_have_attribute("data-tone", "unknown")
    row = page.locator("tr[data-fields=total]").first
    expect(row).to_contain_text("looks otherwise")
    expect(row.locator("strong")).to_have_text(page.locator("dl.fields [data-field=total]").inner_text())
    shown, issued = page.locator(".pair").first.locator("img").all()
    for picture, what in ((shown, "The file that you handed in"), (issued, "Drawn again from what was signed")):
        expect(picture).to_have_attribute("alt", re.compile(rf"{what}, page 1: \d+ places? marked"))
        assert picture.evaluate("image => image.complete && image.naturalWidth > 1000")
    left, right = box(shown), box(issued)
    if size == "phone":
        assert right["y"] > left["y"] + left["height"]
        assert left["width"] > 0.8 * SIZES[size]["width"]
    else:
        assert right["y"] == left["y"]
        assert right["x"] > left["x"] + left["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("phone", "ko"), ("desktop", "en")])
def test_axe_finds_nothing(
    new_context: NewContext, served: Served, axe: str, paper: bytes, covered: bytes, size: str, language: str
) -> None:
    """On the form, and on the answer to an edited file, to one as issued and to none that can be compared."""
    page = new_context(viewport=SIZES[size], bypass_csp=True).new_page()
    page.goto(f"{served.url}/compare?lang={language}")
    found = complaints(page, axe)
    for data, state in ((covered, "not-as-issued"), (paper, "as-issued"), (b"%PDF-1.7", "could-not-check")):
        expect(handed_in(page, served, data, language).locator("main > .state").first).to_have_attribute(
            "data-state", state
        )
        found += [f"{state} {complaint}" for complaint in complaints(page, axe)]
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], state
    assert found == []


def test_the_keyboard_is_enough(new_context: NewContext, served: Served, covered: bytes) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{served.url}/compare?lang=en")
    page.locator("#file").focus()
    page.locator("#file").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": covered})
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Compare", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-state=not-as-issued]")).to_be_visible(timeout=60_000)
