"""A verification receipt as an office gets it: clicked, saved and checked, with JavaScript or without."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.api.whole_ledger import NOW
from tests.e2e.conftest import NewContext, Served, at_the_ledgers_time
from verifier import trust
from verifier.check import Checker


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(("name", "state"), [("valid", "valid"), ("revoked", "revoked")])
def test_a_receipt_is_a_click_away(
    served: Served, new_context: NewContext, tmp_path: Path, javascript: bool, name: str, state: str
) -> None:
    page = at_the_ledgers_time(new_context(java_script_enabled=javascript, accept_downloads=True).new_page())
    page.goto(served.link(name))
    if javascript:  # nothing is offered that the browser's own check does not bear out
        expect(page.locator("[data-own-check=agrees]")).to_have_count(1)
    link = page.get_by_role("link", name="核验回执（PDF）")
    link.focus()
    with page.expect_download() as given:
        page.keyboard.press("Enter")
    assert given.value.suggested_filename == "verification-receipt-20261123-120000.pdf"
    file = tmp_path / "receipt.pdf"
    given.value.save_as(file)
    known = trust.parse((served.whole.public / "trust.txt").read_text("utf-8"))
    checker = Checker(known, datetime.fromtimestamp(NOW / 1000, UTC), offline=True)
    answer = json.loads(json.dumps(checker.check_bytes("receipt.pdf", file.read_bytes()).as_json()))
    assert (answer["state"], answer["exit"]) == ("verification-receipt", 0)
    assert [item["state"] for item in answer["then"]["items"]] == [state]
    assert answer["then"]["items"][0]["presented"]["text"] == served.whole.links[name]


def test_the_scanning_page_does_not_take_a_receipt_for_a_spoilt_certificate(
    served: Served, new_context: NewContext
) -> None:
    page = at_the_ledgers_time(new_context().new_page())
    page.goto(f"{served.url}/scan?lang=en")
    with urlopen(f"{served.url}/c/{served.whole.links['valid']}/receipt.pdf") as answer:  # the test's own server
        file = answer.read()
    page.locator("#picker").set_input_files({"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": file})
    expect(page.get_by_text("Receipt, not worked out here")).to_have_count(1, timeout=60_000)
    expect(page.locator("[data-state=could-not-check]")).not_to_have_count(0)
    expect(page.locator("[data-state=not-as-issued]")).to_have_count(0)
