"""`verify.html` of an evidence file, opened from a disk with the network off: what it says of good and forged."""

from __future__ import annotations

import io
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.evidence_file import page_assets
from ledger.awards import open_awards
from ledger.evidence_file.making import make
from ledger.upkeep import Upkeep
from tests.api.whole_ledger import by
from tests.e2e.conftest import NewContext, Served, at_the_ledgers_time

SCREENS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module")
def evidence(served: Served) -> dict[str, bytes]:
    """Evidence files by the state of their award."""
    found = {}
    for state in ("valid", "revoked", "suspended"):
        with served.whole.opened() as ledger:
            Upkeep(ledger).run_once()
            with open_awards(ledger) as awards:
                found[state] = make(awards, by(awards, served.whole.links[state]), page_assets())
    return found


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def reader(new_context: NewContext) -> Iterator[Page]:
    """Somebody with no network at all; whatever the page asks for or stumbles over fails the test."""
    page = at_the_ledgers_time(new_context(offline=True).new_page())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.on("console", lambda message: asked.append(message.text) if message.type == "error" else None)
    yield page
    assert [one for one in asked if not one.startswith("file://")] == []


def opened(page: Page, folder: Path, language: str = "en") -> Page:
    page.goto(f"{(folder / 'verify.html').as_uri()}#{language}")
    expect(page.locator("#result > .state[data-state]:not([data-state=checking])")).to_be_visible()
    return page


def state(page: Page) -> str:
    return page.locator("#result > .state").first.get_attribute("data-state") or ""


def give(page: Page, *files: Path) -> str:
    """Hands files to the page; the state that it says of the first."""
    page.locator("#files").set_input_files([str(file) for file in files])
    line = page.locator(f'.given[data-file="{files[0].name}"] .state:not([data-state=checking])').first
    expect(line).to_be_visible()
    return line.get_attribute("data-state") or ""


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_it_checks_what_it_carries(evidence: dict[str, bytes], reader: Page, tmp_path: Path, language: str) -> None:
    page = opened(reader, unpacked(evidence["valid"], tmp_path), language)
    assert state(page) == "authentic-standing-not-checked"
    assert page.locator("[data-then]").get_attribute("data-then") == "valid"
    fingerprint = page.locator("[data-fingerprint]").inner_text().replace(" ", "")
    genesis = re.search("^genesis (.*)$", (tmp_path / "trust.txt").read_text("utf-8"), re.MULTILINE)
    assert genesis is not None
    assert fingerprint == genesis[1]
    expect(page.locator('[data-field="name"]')).to_have_count(1)


def test_a_revoked_one_is_revoked_and_a_suspended_one_was_so_then(
    evidence: dict[str, bytes], reader: Page, tmp_path: Path
) -> None:
    assert state(opened(reader, unpacked(evidence["revoked"], tmp_path / "revoked"))) == "revoked"
    page = opened(reader, unpacked(evidence["suspended"], tmp_path / "suspended"))
    assert state(page) == "authentic-standing-not-checked"
    assert page.locator("[data-then]").get_attribute("data-then") == "suspended"


def test_files_of_it_are_good(evidence: dict[str, bytes], reader: Page, tmp_path: Path) -> None:
    folder = unpacked(evidence["valid"], tmp_path)
    (tmp_path / "whole.zip").write_bytes(evidence["valid"])
    page = opened(reader, folder)
    paper = next(folder.glob("*.pdf"))
    names = ("proof.cbor", "statement.cose", "trust.txt", "checkpoint", "status/0", paper.name, "whole.zip")
    for name in names:
        assert give(page, folder / name) == "authentic-standing-not-checked", name


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


FORGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "statement.cose": (flipped, "tampered"),
    "proof.cbor": (flipped, "tampered"),
    "checkpoint": (lambda data: data.replace(b"\n\n", b"0\n\n", 1), "tampered"),
    "status/0": (flipped, "tampered"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_file_is_told(evidence: dict[str, bytes], reader: Page, tmp_path: Path, name: str) -> None:
    folder = unpacked(evidence["valid"], tmp_path)
    page = opened(reader, folder)
    forge, told = FORGED[name]
    (folder / name).write_bytes(forge((folder / name).read_bytes()))
    assert give(page, folder / name) == told


def test_a_forged_file_in_a_zip_is_told(evidence: dict[str, bytes], reader: Page, tmp_path: Path) -> None:
    page = opened(reader, unpacked(evidence["valid"], tmp_path / "page"))
    with zipfile.ZipFile(io.BytesIO(evidence["valid"])) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    (paper,) = (name for name in files if name.endswith(".pdf"))
    for name, told in ((paper, "not-as-issued"), ("disclosure.cbor", "tampered"), ("statement.cose", "tampered")):
        whole = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(whole, "w") as archive:
            for one, data in files.items():
                archive.writestr(one, flipped(data) if one == name else data)
        assert give(page, whole) == told, name
    (tmp_path / "whole.zip").write_bytes(evidence["valid"])
    give(page, tmp_path / "whole.zip")
    expect(page.locator('.given[data-file="whole.zip"] .remark')).to_contain_text("certverify check")


def test_a_forged_paper_and_one_of_another_certificate_are_told(
    evidence: dict[str, bytes], reader: Page, served: Served, tmp_path: Path
) -> None:
    folder = unpacked(evidence["valid"], tmp_path)
    page = opened(reader, folder)
    paper = next(folder.glob("*.pdf"))
    edited = folder / "edited.pdf"
    edited.write_bytes(paper.read_bytes().replace(b"%%EOF", b"%%EOX"))
    assert give(page, edited) == "not-as-issued"
    (folder / "other.pdf").write_bytes(served.paper("suspended"))
    assert give(page, folder / "other.pdf") == "tampered"


def test_a_trust_file_without_the_key_does_not_know_it_and_one_of_another_log_contradicts(
    evidence: dict[str, bytes], reader: Page, tmp_path: Path
) -> None:
    folder = unpacked(evidence["valid"], tmp_path)
    page = opened(reader, folder)
    text = (folder / "trust.txt").read_text("utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("key ") or "certificate.awarded" not in line]
    trust = folder / "trust.txt"
    trust.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert give(page, trust) == "unknown-key"
    other = folder / "other-trust.txt"
    other.write_text(re.sub("(?m)^genesis .*$", f"genesis {'0' * 64}", text), encoding="utf-8")
    assert give(page, other) == "inconsistent"


def test_a_wrong_file_is_none_of_it(evidence: dict[str, bytes], reader: Page, tmp_path: Path) -> None:
    page = opened(reader, unpacked(evidence["valid"], tmp_path))
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8\xff\xe0 a picture")
    assert give(page, tmp_path / "holiday.jpg") == "not-a-proof"
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("letter.txt", "nothing of the kind")
    assert give(page, tmp_path / "other.zip") == "not-a-proof"


def carrying(folder: Path, name: str, forge: Callable[[bytes], bytes]) -> Path:
    """The page with something forged in what it carries itself."""
    page = folder / "verify.html"
    text = page.read_text("utf-8")
    carried = re.search('id="evidence">(.*?)</script>', text)
    assert carried is not None
    held = json.loads(carried[1])
    held[name] = b64encode(forge((folder / name).read_bytes())).decode()
    page.write_text(text.replace(carried[1], json.dumps(held)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["proof.cbor", "statement.cose", "trust.txt"])
def test_a_page_with_forged_evidence_says_so(
    evidence: dict[str, bytes], reader: Page, tmp_path: Path, name: str
) -> None:
    forge = flipped if name != "trust.txt" else lambda data: data.replace(b"\nkey ", b"\nkey 0", 1)
    page = opened(reader, carrying(unpacked(evidence["valid"], tmp_path), name, forge))
    assert state(page) in ("tampered", "not-a-proof")
    expect(page.locator('[data-field="name"]')).to_have_count(0)


def test_a_script_that_somebody_adds_does_not_run(
    evidence: dict[str, bytes], new_context: NewContext, tmp_path: Path
) -> None:
    page = at_the_ledgers_time(new_context(offline=True).new_page())
    file = unpacked(evidence["valid"], tmp_path) / "verify.html"
    added = "<script>document.title = 'owned'</script></body>"
    file.write_text(file.read_text("utf-8").replace("</body>", added), encoding="utf-8")
    opened(page, tmp_path)
    assert "owned" not in page.title()


@pytest.mark.parametrize("screen", SCREENS)
def test_it_fits_the_screen(evidence: dict[str, bytes], new_context: NewContext, tmp_path: Path, screen: str) -> None:
    page = at_the_ledgers_time(new_context(offline=True, viewport=SCREENS[screen]).new_page())
    opened(page, unpacked(evidence["valid"], tmp_path))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
