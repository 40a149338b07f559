"""What the proof page says of proofs that are not good, in every language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.banners import BANNERS
from api.languages import LANGUAGES
from ledger.awards import open_awards
from ledger.commands import ReportKeyCompromised
from tests.api.running import eventually
from tests.api.whole_ledger import by, do
from tests.e2e.conftest import Served, serving
from tests.web import needs
from verifier.address import proof_address


def refused(page: Page, address: str, state: str, words: str = "") -> None:
    """The proof page says this state, in the words of each language, and shows no field."""
    banner = BANNERS[words or state]
    for language in LANGUAGES:
        page.goto("about:blank")
        page.goto(address.replace("/p#", f"/p?lang={language}#"))
        expect(page.locator(".state")).to_have_attribute("data-state", state)
        beside = f" {banner.word.en}" if language == "zh" else ""
        expect(page.locator(".state .word")).to_have_text(banner.word.of(language) + beside)
        expect(page.locator(".state > p").first).to_have_text(banner.sentence.of(language))
        expect(page.locator(".state path")).to_have_attribute("d", banner.icon)
        expect(page.locator("[data-field]")).to_have_count(0)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Another ledger, whose proofs are good where it is trusted. It is served no more."""
    with serving(tmp_path_factory.mktemp("other")) as found:
        return found


def test_changed_bytes(phone: Page, served: Served) -> None:
    proof = bytearray(served.proof("valid"))
    proof[proof.index(b"dname") + 8] ^= 1
    refused(phone, proof_address(served.url, bytes(proof)), "tampered")


def test_digits_that_are_no_proof(phone: Page, served: Served) -> None:
    refused(phone, f"{served.url}/p#12345", "not-a-proof")


def test_no_proof_at_all(phone: Page, served: Served) -> None:
    """There is nothing to check, and waiting would not help."""
    said = json.loads((needs.WEB / "src" / "things.json").read_text("utf-8"))["no-proof"]
    for language in LANGUAGES:
        phone.goto("about:blank")
        phone.goto(f"{served.url}/p?lang={language}#")
        expect(phone.locator(".state")).to_have_attribute("data-state", "could-not-check")
        expect(phone.locator(".state .word")).to_contain_text(said["word"][language])
        expect(phone.locator(".state > p")).to_have_text(said["sentence"][language])


def test_a_signer_that_is_not_trusted(phone: Page, served: Served, other: Served) -> None:
    refused(phone, proof_address(served.url, other.proof("valid")), "unknown-key")


def test_without_the_published_trust_file_nothing_is_found_out(phone: Page, served: Served) -> None:
    phone.route("**/log/trust.txt", lambda route: route.abort())
    refused(phone, served.proof_address("valid"), "could-not-check")


def test_a_key_that_was_compromised(phone: Page, tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        address = served.proof_address("valid")
        with served.whole.opened() as ledger, open_awards(ledger) as awards:
            issued = by(awards, served.whole.links["valid"])
            do(ledger, ReportKeyCompromised(issued.statement.kid, issued.index))
            size = ledger.store.head().size
        trust = served.whole.public / "trust.txt"
        assert eventually(lambda: f"asof {size}\n" in trust.read_text("utf-8"))
        refused(phone, address, "not-entitled", "key-compromised")
