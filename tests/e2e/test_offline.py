"""Without a connection: what a browser that was here before still checks, against what, and what it never keeps."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api import assets
from ledger.awards import open_awards
from ledger.commands import SuspendCertificate
from tests.api.whole_ledger import NOW, TODAY, by, do, publish_now, trainee
from tests.e2e.conftest import NewContext, Served, at_the_ledgers_time, serving
from tests.e2e.papers import beside, code
from tests.e2e.test_scanning import first_card, has_state, paste, ready

PAGES = re.compile(r"/(?:scan|p|offline)/(?:zh|en|ko)|/assets/[\w.-]+")
LOG = re.compile(r"/log/(?:trust\.txt|checkpoint|status/\d+)")
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    found[name] = (await (await caches.open(name)).keys()).map(({url}) => url.replace(location.origin, ""));
  }
  return found;
}"""
FLIP = """async ([path, at]) => {
  const cache = await caches.open("certledger-log");
  const answer = await cache.match(`/log/${path}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  await cache.put(`/log/${path}`, new Response(bytes, {headers: answer.headers}));
}"""


def installed(page: Page, served: Served) -> Page:
    """The page, once it says that it can be used offline."""
    ready(page, served)
    expect(page.locator("#offline-status")).to_have_attribute("data-ready", "yes", timeout=30_000)
    return page


def offline(page: Page) -> BrowserContext:
    page.context.set_offline(True)
    return page.context


def at(page: Page, hours: float) -> None:
    """The page's clock, so many hours behind the ledger's moment."""
    page.clock.set_fixed_time(datetime.fromtimestamp(NOW / 1000, UTC) + timedelta(hours=hours))


def until(page: Page, condition: str) -> None:
    """Waits for what an expression gives in the end."""
    for _ in range(100):
        if page.evaluate(f"async () => {condition}"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {condition}")


def test_once_visited_it_checks_with_the_network_off(phone: Page, served: Served) -> None:
    """Loaded anew: a proof by its address, a pasted one, a PDF; each says what it was checked against."""
    paper = served.paper("valid")
    installed(phone, served)
    offline(phone)
    ready(phone, served)
    at(phone, 2)
    paste(phone, served.proof_address("valid"))
    has_state(first_card(phone), "valid")
    expect(first_card(phone).locator(".held")).to_contain_text("Checked offline, against the log of")
    expect(first_card(phone).locator(".held")).to_contain_text("2026-11-23 12:00:00 (UTC+8) (2 hours ago)")
    phone.locator("#picker").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": paper})
    has_state(first_card(phone), "valid")
    phone.locator("#picker").set_input_files({"name": "b.pdf", "mimeType": "application/pdf", "buffer": paper + b"\n"})
    has_state(first_card(phone), "not-as-issued")
    phone.goto(served.proof_address("revoked").replace("/p#", "/p?lang=en#"))
    has_state(phone.locator("#result"), "revoked-or-superseded")  # offline there are no entries to search
    expect(phone.locator(".held")).to_contain_text("2 hours ago")


def test_a_list_that_is_a_day_old_says_nothing_of_a_standing(phone: Page, served: Served) -> None:
    installed(phone, served)
    offline(phone)
    at(phone, 25)
    paste(phone, served.proof_address("valid"))
    has_state(first_card(phone), "authentic-standing-not-checked")
    expect(first_card(phone)).to_contain_text("the newest status list is 25 hours old")
    expect(first_card(phone).locator(".held")).to_contain_text("1 day ago")


def test_a_link_code_could_not_be_checked_and_the_other_code_is_named(phone: Page, served: Served) -> None:
    installed(phone, served)
    offline(phone)
    paste(phone, served.link("valid"))
    has_state(first_card(phone), "could-not-check")
    expect(first_card(phone)).to_contain_text("scan the proof code on the right of the paper")
    picture = beside(code(served.link("valid")))
    phone.locator("#picker").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture})
    has_state(first_card(phone), "could-not-check")
    # The phone's own camera opens the address itself.
    phone.goto(served.link("valid"))
    expect(phone.locator(".state")).to_have_attribute("data-state", "could-not-check")
    expect(phone.locator(".last-good")).to_contain_text(
        "本机最近一次核验无误的检查点：共 500 条，2026-11-23 12:00:00 (UTC+8)"
    )
    phone.locator("main a[href*='/scan']").click()
    expect(phone.locator("#scanner")).to_be_visible()


def test_a_number_typed_without_a_connection_leaves_everything_where_it_is(phone: Page, served: Served) -> None:
    """A form that were sent all the same would lead to the browser's own page of errors, and the cards be gone."""
    installed(phone, served)
    paste(phone, served.proof_address("valid"))
    has_state(first_card(phone), "valid")
    number, name = (first_card(phone).locator(f"[data-field={key}]").inner_text() for key in ("number", "name"))
    offline(phone)
    paste(phone, f"{number} {name}")
    first_card(phone).get_by_role("button").click()
    expect(first_card(phone).locator("form [role=status]")).to_contain_text("needs a connection, and there is none")
    expect(first_card(phone).locator("form [name=number]")).to_have_value(number)
    expect(phone.locator(".card")).to_have_count(2)
    has_state(phone.locator(".card").nth(1), "valid")
    phone.context.set_offline(False)
    first_card(phone).get_by_role("button").click()
    phone.wait_for_url(f"{served.url}/check?lang=en")
    expect(phone.locator("[data-state=valid]").first).to_be_visible()


def test_the_form_of_another_page_is_answered_without_a_connection_too(phone: Page, served: Served) -> None:
    installed(phone, served)
    phone.goto(f"{served.url}/check?lang=en")
    offline(phone)
    phone.locator("[name=number]").fill("BDI-2026-3F9VQ826S5TT4-X")
    phone.locator("[name=name]").fill("张三")
    phone.locator("form button").click()
    expect(phone.locator(".state")).to_have_attribute("data-state", "could-not-check")
    expect(phone.locator("main")).to_contain_text("this page needs a connection")
    expect(phone.locator(".last-good")).to_contain_text("Last good checkpoint of this browser: 500 entries")


def test_what_is_kept_is_on_a_list_and_personal_answers_are_not(phone: Page, served: Served) -> None:
    """After a visit to everything."""
    installed(phone, served)
    paste(phone, served.proof_address("valid"))
    has_state(first_card(phone), "valid")
    number, name = (first_card(phone).locator(f"[data-field={key}]").inner_text() for key in ("number", "name"))
    for address in ("/", "/check", "/trust", "/p", "/nothing", "/openapi.json", "/log/checkpoint", "/scan?lang=ko&a=b"):
        phone.goto(f"{served.url}{address}")
    for link in served.whole.links:
        phone.goto(served.link(link))
        phone.goto(f"{served.link(link)}?on=2026-01-02")
        phone.goto(f"{served.link(link)}.json")
    phone.goto(f"{served.url}/check?lang=en")
    phone.locator("[name=number]").fill(number)
    phone.locator("[name=name]").fill(name)
    phone.locator("form button").click()
    expect(phone.locator("[data-state=valid]").first).to_be_visible()
    phone.goto(served.proof_address("title valid"))
    has_state(phone.locator("#result"), "valid")
    kept = phone.evaluate(KEPT)
    assert len(kept) == 2
    log, pages = kept.pop("certledger-log"), next(iter(kept.values()))
    assert {path for path in pages if not PAGES.fullmatch(path)} == set()
    assert {path for path in log if not LOG.fullmatch(path)} == set()
    assert len(pages) > 15
    assert len(log) >= 3
    everything = phone.evaluate(
        "async () => { let all = ''; for (const name of await caches.keys()) { const cache = await caches.open(name);"
        " for (const key of await cache.keys()) all += await (await cache.match(key)).text(); } return all; }"
    )
    assert name not in everything
    assert number not in everything
    assert not any(link in everything.upper() for link in served.whole.links.values())


@pytest.mark.parametrize(
    ("path", "at_byte", "state"),
    [
        ("status/0", -1, "authentic-standing-not-checked"),
        ("status/0", 200, "authentic-standing-not-checked"),
        ("checkpoint", -10, "could-not-check"),
        ("trust.txt", 300, "could-not-check"),
    ],
)
def test_a_damaged_file_that_is_held_makes_nothing_valid(
    phone: Page, served: Served, path: str, at_byte: int, state: str
) -> None:
    installed(phone, served)
    offline(phone)
    phone.evaluate(FLIP, [path, at_byte])
    paste(phone, served.proof_address("valid"))
    has_state(first_card(phone), state)
    phone.context.set_offline(False)
    paste(phone, served.proof_address("valid"))
    has_state(first_card(phone), "valid")


def test_a_new_version_takes_over_when_the_old_pages_are_closed(
    new_context: NewContext, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = new_context()
    page = installed(at_the_ledgers_time(context.new_page()), served)
    (old,) = (name for name in page.evaluate(KEPT) if name != "certledger-log")
    before = assets.files()["sw.js"]
    version = old.rpartition("-")[2].encode()
    changed = before.plain.replace(version, b"0" * len(version))
    assert changed != before.plain
    monkeypatch.setitem(assets.files(), "sw.js", replace(before, plain=changed, packed=changed, tag="new"))
    new = "certledger-pages-" + "0" * len(version)
    page.reload()
    until(page, "Boolean((await navigator.serviceWorker.getRegistration()).waiting)")
    assert {old, new} < set(page.evaluate(KEPT))
    page.close()
    page = installed(at_the_ledgers_time(context.new_page()), served)
    until(page, f"!(await caches.keys()).includes('{old}')")
    assert set(page.evaluate(KEPT)) == {"certledger-log", new}
    offline(page)
    ready(page, served)
    paste(page, served.proof_address("valid"))
    has_state(first_card(page), "valid")


def test_a_log_that_falls_back_changes_nothing_and_is_told(new_context: NewContext, tmp_path: Path) -> None:
    """A certificate is suspended; the server then shows the files of before."""
    with serving(tmp_path) as served:
        context = new_context(service_workers="block")
        page = ready(at_the_ledgers_time(context.new_page()), served)
        proof = served.proof_address("valid")
        paste(page, proof)
        has_state(first_card(page), "valid")
        files = ("trust.txt", "checkpoint", "status/0")
        old = {name: (served.whole.public / name).read_bytes() for name in files}
        with served.whole.opened() as ledger, open_awards(ledger) as awards:
            issued = by(awards, served.whole.links["valid"])
            do(ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))
            publish_now(ledger)
        paste(page, proof)
        has_state(first_card(page), "suspended")
        for name, content in old.items():
            page.route(f"**/log/{name}", lambda route, _, body=content: route.fulfill(body=body))
        page = ready(page, served)
        paste(page, proof)
        has_state(first_card(page), "suspended")
        told = "The server shows an older log (500 entries) than this browser holds (501)"
        expect(first_card(page)).to_contain_text(told)


def test_another_ledger_in_the_place_of_the_one_held_is_told(new_context: NewContext, served: Served) -> None:
    page = ready(at_the_ledgers_time(new_context(service_workers="block").new_page()), served)
    paste(page, served.proof_address("valid"))
    has_state(first_card(page), "valid")
    text = (served.whole.public / "trust.txt").read_text()
    other = re.sub(r"(?m)^genesis .{8}", "genesis 00000000", text)
    page.route("**/log/trust.txt", lambda route: route.fulfill(body=other))
    paste(page, served.proof_address("valid"))
    has_state(first_card(page), "inconsistent")
    expect(first_card(page)).to_contain_text("another ledger than the one seen here before")
