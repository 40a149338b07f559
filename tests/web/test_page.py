"""The verify page in a real browser, under the policy that api/web sets."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api import picture
from api.words import REFUSALS
from tests.vectors.generate import log
from tests.web import needs, served
from verifier import bundle, merkle, trust
from verifier.receipt import Included
from verifier.statuslist import INVALID, SUSPENDED

CERTIFICATE_STATUS = 7
MARKUP = "<img src=/x onerror=alert(1)>"
DRAWING = """() => {
  const svg = document.querySelector("svg.path");
  const places = (found, names) => names.map((name) => found.getAttribute(name));
  return {
    viewBox: svg.getAttribute("viewBox"),
    boxes: [...svg.querySelectorAll("g")].map((box) => {
      const text = box.querySelector("text");
      return [box.getAttribute("class"), ...places(text, ["x", "y"]), text.textContent];
    }),
    lines: [...svg.querySelectorAll("line")].map((line) => places(line, ["x1", "y1", "x2", "y2"])),
  };
}"""
NO_ED25519 = """
const importKey = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = async (...given) => {
  if (given[2] === "Ed25519") throw new DOMException("no Ed25519 here", "NotSupportedError");
  return importKey(...given);
};
"""


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's script and style, as the build makes them."""
    folder = tmp_path_factory.mktemp("assets")
    subprocess.run([needs.node(), "build.js", str(folder)], cwd=needs.WEB, check=True)
    return folder


@pytest.fixture(scope="module")
def made() -> tuple[log.Log, dict[str, int]]:
    """The small log, and in it one more award whose holder's name is markup."""
    small, at = log.small_log()
    award = replace(log.certificate("markup"), name=MARKUP, status_index=9)
    at["markup"] = small.append(award, "partner", log.PARTNER)
    return small, at


@pytest.fixture
def site(assets: Path, made: tuple[log.Log, dict[str, int]]) -> Iterator[served.Site]:
    """The page with a published log on which everything is valid."""
    with served.serve(assets) as running:
        served.publish(running, made[0])
        yield running


@pytest.fixture(scope="module")
def browser_page(browser: Browser) -> Iterator[Page]:
    """One page of a headless Chromium, of a phone's size."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    yield page
    page.close()


@pytest.fixture
def page(browser_page: Page) -> Iterator[Page]:
    """The page, failing for whatever its console complains of besides files that are not there."""
    complaints: list[str] = []

    def complain(message: object) -> None:
        complaints.append(str(message))

    browser_page.on("pageerror", complain)
    browser_page.on("dialog", complain)
    yield browser_page
    browser_page.remove_listener("pageerror", complain)
    browser_page.remove_listener("dialog", complain)
    browser_page.goto("about:blank")
    assert complaints == []


def digits(proof: bytes) -> str:
    return str(int.from_bytes(b"\x01" + proof, "big"))


def show(page: Page, site: served.Site, proof: bytes) -> None:
    page.goto(f"{site.address}/p#{digits(proof)}")


def state(page: Page, expected: str) -> None:
    expect(page.locator("#result .state")).to_have_attribute("data-state", expected)


def test_a_valid_certificate_shows_everything_that_its_paper_shows(page: Page, site: served.Site, made) -> None:
    small, at = made
    proof = small.proof(at["certificate"])
    show(page, site, proof)
    state(page, "valid")
    award = log.certificate()
    for field, value in {
        "number": award.number,
        "name": "𠮷田·买买提",
        "id_type": "居民身份证 resident identity card",
        "id_number_masked": "500000********001X",
        "programme": "示例大数据认证 Example Big Data Certification (BDIC)",
        "total": "87.5",
        "awarded_on": "2026-03-02",
        "expires_on": "2029-03-02",
        "issuer": "示例企业 Example Partner (PARTNER)",
        "entry": str(at["certificate"]),
    }.items():
        expect(page.locator(f"dd[data-field={field}]")).to_have_text(value)
    size = len(small.entries)
    expect(page.locator("footer")).to_contain_text(f"as of log entry {size - 1} ({size} entries)")
    expect(page.locator("footer")).to_contain_text(site.address.removeprefix("http://"))


def test_the_proof_is_sent_nowhere(page: Page, site: served.Site, made) -> None:
    proof = made[0].proof(made[1]["certificate"])
    show(page, site, proof)
    state(page, "valid")
    assert set(site.asked) <= {
        "/p",
        "/assets/prove.js",
        "/assets/verify.css",
        "/log/trust.txt",
        "/log/checkpoint",
        "/log/status/0",
        "/favicon.ico",
    }


def test_a_title_shows_its_level_and_who_held_the_key(page: Page, site: served.Site, made) -> None:
    show(page, site, made[0].proof(made[1]["title"]))
    state(page, "valid")
    expect(page.locator("dd[data-field=level]")).to_have_text("工程师 engineer")
    expect(page.locator("dd[data-field=speciality]")).to_have_text("大数据")
    expect(page.locator("dd[data-field=custody]")).to_contain_text(
        "Key held by Example Base (BASE) for Example Bureau (BUREAU)"
    )


@pytest.mark.parametrize(("status", "expected"), [(INVALID, "revoked-or-superseded"), (SUSPENDED, "suspended")])
def test_the_status_list_decides(page: Page, site: served.Site, made, status: int, expected: str) -> None:
    site.files["/log/status/0"] = served.status_token(made[0], {CERTIFICATE_STATUS: status})
    show(page, site, made[0].proof(made[1]["certificate"]))
    state(page, expected)


def test_without_a_good_status_list_the_standing_is_not_checked(page: Page, site: served.Site, made) -> None:
    proof = made[0].proof(made[1]["certificate"])
    token = site.files.pop("/log/status/0")
    for content in (None, token[:-1] + bytes([token[-1] ^ 1]), served.status_token(made[0], {}, log.START / 1000)):
        if content is not None:
            site.files["/log/status/0"] = content
        page.goto("about:blank")
        show(page, site, proof)
        state(page, "authentic-standing-not-checked")
        expect(page.locator("dd[data-field=name]")).to_have_text("𠮷田·买买提")


def test_without_a_good_checkpoint_the_standing_is_not_checked(page: Page, site: served.Site, made) -> None:
    proof = made[0].proof(made[1]["certificate"])
    good = site.files.pop("/log/checkpoint")
    for content in (None, good[:-10] + b"AAAAAAAAA\n"):
        if content is not None:
            site.files["/log/checkpoint"] = content
        page.goto("about:blank")
        show(page, site, proof)
        state(page, "authentic-standing-not-checked")
        expect(page.locator(".last-good")).to_have_text("This browser has no good checkpoint yet.")
        expect(page.locator("dd[data-field=name]")).to_have_text("𠮷田·买买提")


def test_what_could_not_be_checked_names_the_last_good_checkpoint_and_its_age(
    browser_page: Page, site: served.Site, made
) -> None:
    page = browser_page.context.browser.new_context().new_page()
    page.clock.set_fixed_time("2026-11-23T04:00:00Z")
    show(page, site, made[0].proof(made[1]["certificate"]))
    expect(page.locator("dd[data-field=name]")).to_have_count(1)
    page.clock.set_fixed_time("2026-11-25T05:00:00Z")
    site.files["/log/trust.txt"] = b"damaged"
    page.goto("about:blank")
    show(page, site, made[0].proof(made[1]["certificate"]))
    state(page, "could-not-check")
    told = f"{len(made[0].entries)} entries, had at 2026-11-23 12:00:00 (UTC+8) (2 days ago)."
    expect(page.locator(".last-good")).to_have_text(f"Last good checkpoint of this browser: {told}")
    page.context.close()


def test_a_changed_proof_is_refused_and_shows_no_fields(page: Page, site: served.Site, made) -> None:
    proof = bytearray(made[0].proof(made[1]["certificate"]))
    proof[proof.index(b"87.5")] += 1
    show(page, site, bytes(proof))
    state(page, "tampered")
    expect(page.locator("dd")).to_have_count(0)
    told = page.locator(".state .reason")
    expect(told.nth(0)).to_have_text(REFUSALS["mismatch"].en)
    expect(told.nth(1)).to_contain_text("signed as one: number, name, ID document, ID number, and total.")
    expect(told.nth(2)).to_contain_text("the printed fields (number, name, id_type, id_number_masked, total)")


def test_a_changed_statement_is_told_from_a_changed_field(page: Page, site: served.Site, made) -> None:
    proof = bytearray(made[0].proof(made[1]["certificate"]))
    proof[proof.index(b"2029-03-02") + 2] += 1
    show(page, site, bytes(proof))
    state(page, "tampered")
    expect(page.locator(".state .reason").first).to_have_text(REFUSALS["bad-signature"].en)
    expect(page.locator(".state .reason").last).to_contain_text("the statement's bytes or its signature were altered")


def test_below_the_fold_lies_what_the_proof_rests_on(page: Page, site: served.Site, made) -> None:
    """The same rows as on a link's page, and the same drawing of the path."""
    small, at = made
    proof = small.proof(at["title"])
    show(page, site, proof)
    state(page, "valid")
    fold = page.locator("details.proof-details")
    expect(fold.locator("[data-field=leaf]")).to_be_hidden()
    fold.locator("summary").click()
    shown = bundle.parse(proof)
    statement, receipt = shown.statement, shown.receipt
    rows = {
        "entry": str(at["title"]),
        "leaf": statement.leaf.hex(),
        "kid": statement.kid.hex(),
        "authority": f"authorised for this kind of statement by log entry {log_key(small, statement.kid)}",
        "size": str(len(small.entries)),
        "root": merkle.root_of(small.leaves()).hex(),
        "log": log.ORIGIN,
    }
    for key, value in rows.items():
        expect(fold.locator(f"[data-field={key}]")).to_have_text(value)
    expect(fold.locator("h2")).to_have_text(
        ["Statement", "Signing key", "Path from the statement to the root", "Checkpoint", "Witnesses"]
    )
    expect(fold).to_contain_text("None yet: nobody independent cosigns")
    root = merkle.root_from_path(statement.leaf, receipt.index, receipt.size, receipt.path)
    drawn = picture.draw(statement.leaf, Included(receipt.index, receipt.size, root), receipt.path)
    assert drawn is not None
    told = page.evaluate(DRAWING)
    assert told["viewBox"] == f"0 0 {drawn.width} {drawn.height}"
    assert told["boxes"] == [[box.kind, str(box.x), str(box.y + 4), box.text] for box in drawn.boxes]
    assert told["lines"] == [[str(at) for at in (line.x1, line.y1, line.x2, line.y2)] for line in drawn.lines]


def log_key(small: log.Log, kid: bytes) -> int:
    """The entry that authorised a key."""
    return trust.parse(small.trust()).key(kid).since


def test_digits_that_are_no_proof(page: Page, site: served.Site) -> None:
    page.goto(f"{site.address}/p#12345")
    state(page, "not-a-proof")
    page.goto("about:blank")
    page.goto(f"{site.address}/p")
    state(page, "could-not-check")


def test_another_proof_behind_the_same_page(page: Page, site: served.Site, made) -> None:
    show(page, site, made[0].proof(made[1]["certificate"]))
    state(page, "valid")
    page.evaluate("digits => { location.hash = digits }", digits(made[0].proof(made[1]["title"])))
    expect(page.locator("dd[data-field=name]")).to_have_text("张三")


def test_without_a_trust_file_nothing_was_checked(page: Page, site: served.Site, made) -> None:
    for content in (None, b"log", b"\xff"):
        del site.files["/log/trust.txt"]
        if content is not None:
            site.files["/log/trust.txt"] = content
        page.goto("about:blank")
        show(page, site, made[0].proof(made[1]["certificate"]))
        state(page, "could-not-check")
        site.files["/log/trust.txt"] = b""


def test_a_name_stays_text(page: Page, site: served.Site, made) -> None:
    show(page, site, made[0].proof(made[1]["markup"]))
    expect(page.locator("dd[data-field=name]")).to_have_text(MARKUP)
    assert page.locator("img").count() == 0


def test_a_browser_without_ed25519_comes_to_the_same_verdicts(browser_page: Page, site: served.Site, made) -> None:
    own = browser_page.context.browser.new_context().new_page()
    own.add_init_script(NO_ED25519)
    proof = bytearray(made[0].proof(made[1]["certificate"]))
    show(own, site, bytes(proof))
    state(own, "valid")
    assert any(path.startswith("/assets/ed25519-") for path in site.asked)
    proof[-1] ^= 1
    own.goto("about:blank")
    show(own, site, bytes(proof))
    state(own, "tampered")
    own.context.close()


ANSWER = (
    '<section data-state="{state}"><h1>x</h1></section>'
    '<dl class="fields"><dt>name</dt><dd data-field="name">{name}</dd></dl>'
)


def test_a_link_page_is_borne_out_by_its_proof(page: Page, site: served.Site, made) -> None:
    site.embedded("/c/1", ANSWER.format(state="valid", name="𠮷田·买买提"), made[0].proof(made[1]["certificate"]))
    page.goto(f"{site.address}/c/1")
    expect(page.locator("[data-own-check]")).to_have_attribute("data-own-check", "agrees")


@pytest.mark.parametrize(("said", "name", "which"), [("valid", "李四", "name"), ("revoked", "𠮷田·买买提", "standing")])
def test_a_link_page_that_says_something_else(
    page: Page, site: served.Site, made, said: str, name: str, which: str
) -> None:
    site.embedded("/c/1", ANSWER.format(state=said, name=name), made[0].proof(made[1]["certificate"]))
    page.goto(f"{site.address}/c/1")
    own = page.locator("#result > :first-child")
    expect(own).to_have_attribute("data-own-check", "differs")
    expect(own).to_contain_text(which)
    expect(own).to_contain_text("The server says “x”; your browser's own check contradicts it.")
    expect(page.locator("dd[data-field=name]")).to_have_text("𠮷田·买买提")
    nothing_good(page)


def nothing_good(page: Page) -> None:
    """One head, of the check's own, and no word of the server's as a head."""
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("[data-state=valid], [data-tone=good], .receipt")).to_have_count(0)


def test_a_link_page_that_nothing_could_be_checked_of_has_no_green_head(page: Page, site: served.Site, made) -> None:
    """The server's word stands as a claim, with its reason, and what it leads to."""
    del site.files["/log/trust.txt"]
    body = ANSWER.format(state="valid", name="𠮷田·买买提") + '<p class="receipt"><a href="/r">receipt</a></p>'
    site.embedded("/c/1", body, made[0].proof(made[1]["certificate"]))
    page.goto(f"{site.address}/c/1")
    own = page.locator("#result > :first-child")
    expect(own).to_have_attribute("data-own-check", "unknown")
    expect(own.locator("h1")).to_have_text("Could not check")
    expect(own).to_contain_text(
        "The server says “x”; your browser could not confirm it. What stands below is the server's"
    )
    expect(own.locator(".last-good")).to_have_text("This browser has no good checkpoint yet.")
    assert page.title().startswith("Could not check")
    nothing_good(page)


def test_a_link_page_with_a_bad_proof_says_so_first(page: Page, site: served.Site, made) -> None:
    proof = bytearray(made[0].proof(made[1]["certificate"]))
    proof[-1] ^= 1
    site.embedded("/c/1", ANSWER.format(state="valid", name="𠮷田·买买提"), bytes(proof))
    page.goto(f"{site.address}/c/1")
    own = page.locator("#result > :first-child")
    expect(own).to_have_attribute("data-own-check", "refused")
    expect(own.locator(".state")).to_have_attribute("data-state", "tampered")
    nothing_good(page)


def test_a_link_page_with_changes_of_standing(browser_page: Page, site: served.Site, made) -> None:
    small, at = made
    proof, *changes = (small.proof(at[name]) for name in ("certificate", "suspended", "reinstated", "revoked"))
    spoilt = changes[0][:-1] + bytes([changes[0][-1] ^ 1])
    site.embedded("/c/1", ANSWER.format(state="revoked", name="𠮷田·买买提"), proof, spoilt, *changes)
    # As if 2027 had come: the certificate of the small log is revoked from its first day on.
    page = browser_page.context.browser.new_context().new_page()
    page.clock.set_fixed_time("2027-01-01T00:00:00Z")
    site.files["/log/status/0"] = served.status_token(small, {CERTIFICATE_STATUS: INVALID}, 1_798_761_600)
    page.goto(f"{site.address}/c/1")
    own = page.locator("[data-own-check]")
    expect(own).to_have_attribute("data-own-check", "agrees")
    expect(own).to_contain_text("revoked since 2027-01-01")
    expect(own).to_contain_text("does not verify")
    page.context.close()


def test_a_link_page_without_a_proof_is_left_as_it_is(page: Page, site: served.Site) -> None:
    body = ANSWER.format(state="erased", name="")
    site.page("/c/1", body)
    page.goto(f"{site.address}/c/1")
    page.wait_for_load_state("networkidle")
    assert page.locator("#result").inner_html() == body
