"""The page that scans says of a file what `certverify` says of it: the same state, for the same reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.api.whole_ledger import NOW
from tests.e2e.conftest import PHONE, Served, at_the_ledgers_time
from tests.e2e.papers import things
from verifier import trust
from verifier.check import Checker

Told = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def held(served: Served) -> dict[str, bytes]:
    return things(served)


@pytest.fixture(scope="module")
def certverify(served: Served, held: dict[str, bytes]) -> Told:
    """State and code of every thing, by the Python verifier."""
    known = trust.parse((served.whole.public / "trust.txt").read_text())
    checker = Checker(known, datetime.fromtimestamp(NOW / 1000, UTC))
    verdicts = {name: checker.check_bytes(name, data) for name, data in held.items()}
    return {name: (verdict.state.value, verdict.code) for name, verdict in verdicts.items()}


@pytest.fixture(scope="module")
def scanned(browser: Browser, served: Served, held: dict[str, bytes]) -> Iterator[Page]:
    """The page with a card for each of them: all picked at once."""
    context: BrowserContext = browser.new_context(viewport=PHONE, locale="en-GB")
    page = at_the_ledgers_time(context.new_page())
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{served.url}/scan?lang=en")
    files = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in held.items()]
    page.locator("#picker").set_input_files(files)
    expect(page.locator("#files-status")).to_have_text(f"Files checked: {len(held)}", timeout=120_000)
    yield page
    assert errors == []
    context.close()


def test_every_file_gets_the_verdict_of_certverify(scanned: Page, certverify: Told) -> None:
    cards = scanned.locator(".card")
    found: Told = {}
    for card in cards.all():
        state = card.locator(".state")
        found[card.locator(".thing").inner_text()] = (
            str(state.get_attribute("data-state")),
            str(state.get_attribute("data-code") or ""),
        )
    assert found == certverify
    assert {"valid", "revoked", "not-as-issued", "tampered", "not-a-proof", "could-not-check"} <= {
        state for state, _ in found.values()
    }
