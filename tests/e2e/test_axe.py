"""axe-core finds nothing to complain of on any page, in any state, language or size; and the keyboard is enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.evidence_file import page_assets
from ledger.awards import open_awards
from ledger.evidence_file.making import make
from tests.api.whole_ledger import by
from tests.e2e.conftest import PHONE, NewContext, Served, at_the_ledgers_time
from tests.web import needs
from verifier import evidencefile
from verifier.address import new_number

AXE = needs.WEB / "node_modules" / "axe-core" / "axe.min.js"
RUN = "() => axe.run(document, {resultTypes: ['violations', 'incomplete']})"
SIZES = {"phone": PHONE, "tablet": {"width": 820, "height": 1180}, "desktop": {"width": 1366, "height": 768}}


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        needs.missing("run `npm ci --ignore-scripts` in verifier/web first")
    return AXE.read_text("utf-8")


def complaints(page: Page, axe: str) -> list[str]:
    """The rules that are broken, and where. The page's own policy holds for the page, not for who looks at it."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(RUN)
    assert found["testEngine"]["name"] == "axe-core"
    assert len(found["passes"]) > 5
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.mark.parametrize(
    ("language", "size"),
    [("zh", "phone"), ("en", "phone"), ("ko", "phone"), ("en", "tablet"), ("zh", "desktop")],
)
def test_axe_finds_nothing(new_context: NewContext, served: Served, axe: str, size: str, language: str) -> None:
    page = at_the_ledgers_time(new_context(viewport=SIZES[size], bypass_csp=True).new_page())
    addresses = [f"{served.link(name)}?lang={language}" for name in served.whole.links if name != "correction"]
    addresses += [
        f"{served.url}{path}?lang={language}"
        for path in ("/", "/check", "/trust", "/p", "/scan", "/offline", "/nothing", "/c/" + "0" * 24)
    ]
    addresses += [f"{served.link('valid')}?{asked}&lang={language}" for asked in ("on=2026-01-02", "as-of=2026-11-23")]
    proof = served.proof_address("valid").replace("/p#", f"/p?lang={language}#")
    found = []
    for address in [*addresses, proof, f"{proof[:-1]}{(int(proof[-1]) + 1) % 10}"]:
        page.goto(address)
        expect(page.locator("[data-state=checking], [data-own-check=checking]")).to_have_count(0)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        found += [f"{address[-40:]} {complaint}" for complaint in complaints(page, axe)]
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], address
    assert found == []


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_the_page_that_scans(new_context: NewContext, served: Served, axe: str, size: str) -> None:
    """With the camera's picture, a card in each tone, and the form for a pasted number."""
    page = at_the_ledgers_time(new_context(viewport=SIZES[size], bypass_csp=True).new_page())
    page.goto(f"{served.url}/scan?lang=en")
    paper, proof = served.paper("valid"), served.proof("suspended")
    files = {"good.pdf": paper, "bad.pdf": paper + b"\n", "wait.cbor": proof, "no.txt": b"?"}
    picked = [{"name": name, "mimeType": "application/pdf", "buffer": data} for name, data in files.items()]
    page.locator("#picker").set_input_files(picked)
    expect(page.locator("#files-status")).to_have_text(f"Files checked: {len(files)}", timeout=60_000)
    number = page.locator("[data-field=number]").first.inner_text()
    for text in (number, "https://example.com/C/0123456789ABCDEFGHJKMNPQ", "hello"):
        page.locator("#text").fill(text)
        page.locator("#paste button").click()
    page.evaluate("for (const id of ['viewfinder', 'torch']) document.getElementById(id).hidden = false")
    expect(page.locator(".card [data-tone=busy]")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(len(files) + 3)
    assert complaints(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_axe_finds_nothing_where_the_browser_overrules_the_server(
    new_context: NewContext, served: Served, axe: str, language: str
) -> None:
    page = at_the_ledgers_time(new_context(bypass_csp=True).new_page())
    page.route("**/log/trust.txt", lambda route: route.abort())
    for name in ("valid", "superseded"):
        page.goto(f"{served.link(name)}?lang={language}")
        expect(page.locator("[data-own-check=unknown] h1")).to_have_count(1)
        assert complaints(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_axe_finds_nothing_on_the_pages_about_a_number(
    new_context: NewContext, served: Served, axe: str, language: str
) -> None:
    page = at_the_ledgers_time(new_context(bypass_csp=True).new_page())
    page.goto(f"{served.url}/check?lang={language}")
    page.locator("#number").fill(new_number("BDI", 2026, b"\x07" * 9))
    page.locator("#name").fill("Somebody")
    page.locator("form.lookup button").click()
    expect(page.locator("[data-state=no-match]")).to_have_count(1)
    assert complaints(page, axe) == []
    page.locator("form[action^='/numbers'] button").click()
    expect(page.locator("[data-state=never-issued]")).to_have_count(1)
    assert complaints(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_axe_finds_nothing_on_the_page_of_an_evidence_file(
    new_context: NewContext, served: Served, axe: str, language: str, tmp_path: Path
) -> None:
    with served.whole.opened() as ledger, open_awards(ledger) as awards:
        made = make(awards, by(awards, served.whole.links["valid"]), page_assets())
    (tmp_path / "verify.html").write_bytes(evidencefile.read(made)["verify.html"])
    page = at_the_ledgers_time(new_context(bypass_csp=True, offline=True).new_page())
    page.goto(f"{(tmp_path / 'verify.html').as_uri()}#{language}")
    expect(page.locator("[data-then=valid]")).to_have_count(1)
    page.locator("#files").set_input_files({"name": "proof.cbor", "mimeType": "", "buffer": b"?"})
    expect(page.locator(".given [data-state=not-a-proof]")).to_have_count(1)
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert complaints(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(phone: Page, served: Served) -> None:
    phone.goto(f"{served.link('superseded')}?lang=en")
    expect(phone.locator("[data-own-check=agrees]")).to_have_count(1)
    reached = []
    for _ in range(7):
        phone.keyboard.press("Tab")
        reached.append(str(phone.evaluate("document.activeElement.textContent.trim()")))
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert phone.evaluate(outline) != "none", reached
    assert reached[1:7] == [
        "中文",
        "English",
        "한국어",
        "Open the corrected certificate that replaced it",
        "Verification receipt (PDF)",
        "Proof details",
    ]
    phone.keyboard.press("Enter")
    expect(phone.locator(".proof-details")).to_have_attribute("open", "")
    expect(phone.locator("svg.path")).to_be_visible()
    for _ in range(3):
        phone.keyboard.press("Shift+Tab")
    phone.keyboard.press("Enter")
    expect(phone.locator("html")).to_have_attribute("lang", "ko")
