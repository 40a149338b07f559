"""The pages in a real browser, at the size of a phone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.conftest import PHONE, NewContext, Served, at_the_ledgers_time, serving
from verifier.address import proof_address

STATES = {
    "valid": "有效 Valid",
    "expired": "已过期 Expired",
    "revoked": "已撤销 Revoked",
    "suspended": "暂停 Suspended",
    "superseded": "已更正替换 Superseded",
    "title valid": "有效 Valid",
    "title revoked": "已撤销 Revoked",
}


@pytest.mark.parametrize(("name", "word"), STATES.items())
def test_a_links_page_and_the_browsers_own_check_agree(phone: Page, served: Served, name: str, word: str) -> None:
    phone.goto(served.link(name))
    expect(phone.locator(".state .word")).to_have_text(word)
    expect(phone.locator("[data-own-check=agrees]")).to_have_count(1)


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_the_first_screen_of_a_phone_holds_all_that_is_to_be_compared(
    phone: Page, served: Served, language: str
) -> None:
    """State, fields, who awarded it, the call to compare, when it was checked, and the domain."""
    for name in STATES:
        phone.goto(f"{served.link(name)}?lang={language}")
        expect(phone.locator("[data-own-check=agrees]")).to_have_count(1)
        expect(phone.locator(".compare")).to_have_count(1)
        for element in phone.locator(".state, .fields:not(.fine), .compare, .checked p").all():
            box = element.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= PHONE["height"]
            assert box["x"] + box["width"] <= PHONE["width"]
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_nothing_is_cut_at_the_width_of_a_phone(phone: Page, served: Served, language: str) -> None:
    """The base's name in the head of a page, and the commands on the page about trust."""
    for path, what in (("/", ".home"), ("/trust", ".home, pre")):
        phone.goto(f"{served.url}{path}?lang={language}")
        for element in phone.locator(what).all():
            assert element.evaluate("found => found.scrollWidth <= found.clientWidth"), (path, element)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
@pytest.mark.parametrize("name", ["valid", "title valid"])
def test_the_first_screen_of_a_proof_holds_it_too(phone: Page, served: Served, name: str, language: str) -> None:
    phone.goto(served.proof_address(name).replace("/p#", f"/p?lang={language}#"))
    expect(phone.locator("[data-state=valid]")).to_have_count(1)
    for wanted in (".state", ".fields:has([data-field=issuer])", ".compare", ".checked .domain"):
        box = phone.locator(wanted).bounding_box()
        assert box is not None, wanted
        assert box["y"] + box["height"] <= PHONE["height"], wanted


def test_without_javascript_the_links_page_says_the_same(new_context: NewContext, served: Served) -> None:
    page = new_context(java_script_enabled=False).new_page()
    for name, word in STATES.items():
        page.goto(served.link(name))
        expect(page.locator(".state .word")).to_have_text(word)
    page.goto(served.proof_address("valid"))
    expect(page.locator("#result")).to_contain_text("JavaScript")


@pytest.mark.parametrize(("name", "state"), [("valid", "valid"), ("title valid", "valid"), ("expired", "expired")])
def test_the_proof_page_checks_in_the_browser(phone: Page, served: Served, name: str, state: str) -> None:
    phone.goto(served.proof_address(name))
    expect(phone.locator("[data-state]")).to_have_attribute("data-state", state)
    expect(phone.locator("[data-field=number]")).to_have_count(1)


WORDS = {"zh-CN": "有效 Valid", "en-GB": "Valid", "ko-KR": "유효"}


@pytest.mark.parametrize(("locale", "word"), WORDS.items())
def test_both_pages_speak_the_language_of_the_phone(
    new_context: NewContext, served: Served, locale: str, word: str
) -> None:
    page = at_the_ledgers_time(new_context(locale=locale).new_page())
    for address in (served.link("valid"), served.proof_address("valid")):
        page.goto(address)
        expect(page.locator("[data-state=valid] .word")).to_have_text(word)
    page.goto(served.link("valid"))
    own = page.locator("[data-own-check=agrees]")
    expect(own).to_contain_text({"z": "本机", "e": "This browser", "k": "브라우저"}[locale[0]])


def test_the_switch_of_languages_keeps_link_and_proof(phone: Page, served: Served) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    for address in (served.link("suspended"), served.proof_address("title valid")):
        phone.goto(address)
        for language, tag in (("English", "en"), ("한국어", "ko"), ("中文", "zh-CN")):
            phone.get_by_role("link", name=language, exact=True).click()
            expect(phone.locator("html")).to_have_attribute("lang", tag)
            expect(phone.locator(".state")).not_to_have_attribute("data-state", "checking")
            expect(phone.locator("[data-field=number]")).to_have_count(1)
            assert phone.url.partition("?")[0] == address.partition("#")[0]
            assert phone.url.partition("#")[2] == address.partition("#")[2]
    assert all("#" not in url for url in asked)


def test_no_request_carries_anything_of_the_proof(phone: Page, served: Served) -> None:
    requests: list[Request] = []
    phone.on("request", lambda request: requests.append(request))
    address = served.proof_address("valid")
    phone.goto(address)
    expect(phone.locator("[data-state=valid]")).to_have_count(1)
    digits = address.partition("#")[2]
    assert len(requests) >= 4
    for request in requests:
        assert request.url.startswith(served.url)
        assert request.method == "GET"
        assert request.post_data is None
        sent = request.url.partition("#")[0] + "".join(f"{k}: {v}\n" for k, v in request.all_headers().items())
        assert all(digits[at : at + 12] not in sent for at in range(0, len(digits) - 12, 7))


def test_a_changed_name_is_tampered(phone: Page, served: Served) -> None:
    proof = bytearray(served.proof("valid"))
    at = proof.index(b"dname") + 6
    proof[at + 2] ^= 1  # the last byte of the name's first character
    phone.goto(proof_address(served.url, bytes(proof)))
    expect(phone.locator("[data-state]")).to_have_attribute("data-state", "tampered")
    expect(phone.locator(".state .word")).to_have_text("内容不符 Tampered")


def test_no_changed_digit_is_ever_valid(phone: Page, served: Served) -> None:
    head, _, digits = served.proof_address("valid").partition("#")
    phone.goto(f"{head}#{digits}")
    expect(phone.locator("[data-state=valid]")).to_have_count(1)
    for at in range(0, len(digits), len(digits) // 24):
        changed = digits[:at] + str((int(digits[at]) + 1) % 10) + digits[at + 1 :]
        phone.goto(f"{head}#{changed}")
        expect(phone.locator("[data-state=valid]")).to_have_count(0)
        expect(phone.locator(".state[data-tone=bad]")).to_have_count(1)


def test_a_page_that_was_loaded_checks_with_the_network_off(phone: Page, served: Served) -> None:
    """Against the trust file and the list that it had: nothing of a proof needs the server."""
    phone.goto(served.proof_address("valid"))
    expect(phone.locator("[data-state=valid]")).to_have_count(1)
    phone.context.set_offline(True)
    expect(phone.locator("[data-state=valid]")).to_have_count(1)
    phone.goto(served.proof_address("title revoked"))
    expect(phone.locator(".state[data-tone=bad]")).to_have_count(1)
    phone.goto(served.proof_address("valid"))
    expect(phone.locator("[data-state=valid]")).to_have_count(1)


def test_an_altered_database_is_never_valid(phone: Page, tmp_path: Path) -> None:
    """The day of expiry is moved ahead in the stored statement."""
    with serving(tmp_path) as served:
        with closing(sqlite3.connect(served.whole.folder / "ledger.sqlite")) as connection, connection:
            rows = connection.execute("SELECT state, notification_id FROM stored_events").fetchall()
            changed = [(state.replace(b"jexpires_onj20", b"jexpires_onj29"), row) for state, row in rows]
            connection.executemany("UPDATE stored_events SET state = ? WHERE notification_id = ?", changed)
        for name in ("valid", "expired"):
            phone.goto(served.link(name))
            expect(phone.locator("[data-state]")).to_have_attribute("data-state", "could-not-check")
            expect(phone.locator("[data-field]")).to_have_count(0)


def test_an_unknown_link_looks_like_a_page_and_claims_nothing(phone: Page, served: Served) -> None:
    answer = phone.goto(f"{served.url}/C/{'0' * 24}")
    assert answer is not None
    assert answer.status == 404
    expect(phone.locator(".state .word")).to_have_text("查无此证书 No such certificate")
