"""A public notice on a phone with no script: by keyboard from the list to an objection, its receipt, its erasure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ledger import commands as c
from ledger.awards import open_awards
from ledger.objections import expire, held
from tests.api.noticed import NAMES, Noticed, build
from tests.api.whole_ledger import TODAY, actors
from tests.e2e.conftest import NewContext, at_a_free_port, running
from tests.e2e.test_axe import SIZES, complaints
from tests.e2e.test_axe import axe as axe
from tests.engines import ENGINES
from verifier import bundle


@dataclass(frozen=True)
class Served:
    """A running server and what it serves."""

    noticed: Noticed
    url: str

    def page(self, word: str) -> str:
        """The address of a notice's page."""
        return f"{self.url}/n/{self.noticed.pages[word]}"


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    with at_a_free_port() as (listener, url):
        noticed = build(ENGINES["sqlite"], folder, url)
        with running(noticed.whole.app(), listener):
            yield Served(noticed, url)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("notices")) as found:
        yield found


def lodge(page: Page, address: str) -> None:
    """Fills the form in with the keyboard alone."""
    page.goto(f"{address}/object?lang=en")
    page.get_by_label("Your name").focus()
    for text in ("王异议", "wang@example.org", "The thesis is copied."):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your objection is in the log")


def test_from_the_list_to_the_receipt_and_to_the_end(served: Served, new_context: NewContext) -> None:
    context = new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/notices?lang=en")
    page.get_by_role("link", name=NAMES["standing"]).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "in-notice")
    expect(page.locator("[data-field=left]")).to_have_text("5")
    lodge(page, served.page("standing"))
    own = page.url.partition("?")[0]
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "pending")
    receipt = page.get_by_role("link", name="Download the receipt")
    for _ in range(60):
        if receipt.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    data = context.request.get(f"{own}/objection.cbor").body()
    assert bundle.parse(data).statement.type == "objection.lodged/1"
    trainee, application = served.noticed.lives["standing"]
    with served.noticed.whole.opened() as ledger, open_awards(ledger) as awards:
        (there,) = held(awards)
        both, objection = actors(ledger), there.event.objection_id
        answer = c.ResolveObjection(trainee, application, "dismissed", TODAY, objection)
        ledger.desk().execute(answer, both)
        page.reload()
        expect(page.locator("[data-state]")).to_have_attribute("data-state", "dismissed")
        # The applicant is erased: the notice is over at once, and the objector's time too.
        ledger.desk().execute(c.EraseTrainee(trainee), both)
        gone = page.goto(served.page("standing"))
        assert gone is not None
        assert (gone.status, NAMES["standing"] in page.content()) == (410, False)
        assert expire(awards, both, TODAY) == 1
    gone = page.goto(own)
    assert gone is not None
    assert (gone.status, "王异议" in page.content()) == (404, False)


def test_axe_finds_nothing(served: Served, new_context: NewContext, axe: str) -> None:
    found: list[str] = []
    for size, language in (("phone", "zh"), ("phone", "ko"), ("tablet", "en"), ("desktop", "en")):
        page = new_context(viewport=SIZES[size], bypass_csp=True).new_page()
        other = served.page("other")
        for path in (f"{served.url}/notices", other, f"{other}/object", served.page("ended")):
            page.goto(f"{path}?lang={language}")
            found += [f"{size} {language} {path[-40:]} {complaint}" for complaint in complaints(page, axe)]
            assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    page.goto(f"{other}/object?lang=en")
    page.locator("#name").fill("\u202e")
    for field in ("contact", "grounds"):
        page.locator(f"#{field}").fill("a")
    page.locator("#consent").check()
    page.get_by_role("button").click()
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    found += complaints(page, axe)
    lodge(page, other)
    found += complaints(page, axe)
    assert found == []


def test_another_site_cannot_make_a_visitor_object(served: Served, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.route("http://evil.example.org/**", lambda route: route.fulfill(body=_form(served), content_type="text/html"))
    page.goto("http://evil.example.org/")
    with page.expect_navigation():
        page.get_by_role("button").click()
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "other-site")


def _form(served: Served) -> str:
    names = ("sent", "name", "contact", "grounds", "consent")
    values: dict[str, Any] = {name: "00" * 16 if name == "sent" else "x" for name in names}
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in values.items())
    return f'<form method="post" action="{served.page("other")}/object">{inputs}<button>win</button></form>'
