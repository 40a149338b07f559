"""The page that scans: a camera's picture, files, pasted text; by keyboard, and with no script."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Request, expect

from api.sentences import MISTYPED_HOW
from api.words import REFUSALS
from tests.acceptance import forgeries
from tests.e2e.conftest import PHONE, NewContext, Served, at_the_ledgers_time
from tests.e2e.papers import ELSEWHERE, LINK_ID, code
from tests.web import needs
from verifier import seal
from verifier.address import link_address, proof_address

THINGS = json.loads((needs.WEB / "src" / "things.json").read_text("utf-8"))
CAMERA = (1280, 720)
VALID = ".card [data-state=valid]"
ASKS_FOR_LONG = """
const canvas = document.createElement("canvas");
canvas.getContext("2d");
globalThis.asked = canvas.captureStream();
navigator.mediaDevices.getUserMedia = () => new Promise((given) => { globalThis.allow = () => given(asked); });
"""
DROP = """files => {
  const carried = new DataTransfer();
  for (const [name, text] of files) {
    carried.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name));
  }
  const given = {dataTransfer: carried, bubbles: true, cancelable: true};
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector("#drop").dispatchEvent(new DragEvent(kind, given));
  }
}"""


def ready(page: Page, served: Served, language: str = "en") -> Page:
    """The page, once its script runs."""
    page.goto(f"{served.url}/scan?lang={language}")
    expect(page.locator("#scanner")).to_be_visible()
    return page


def film(picture: Image.Image, file: Path) -> Path:
    """What a camera that is held still sees, as a film for Chromium's own camera."""
    picture.thumbnail((CAMERA[0] - 40, CAMERA[1] - 40))
    frame = Image.new("RGB", CAMERA, "white")
    frame.paste(picture, ((CAMERA[0] - picture.width) // 2, (CAMERA[1] - picture.height) // 2))
    out = BytesIO()
    frame.save(out, "JPEG", quality=92)
    file.write_bytes(out.getvalue() * 2)  # a sequence of JPEG pictures
    return file


def codes_of(pdf: bytes) -> Image.Image:
    """The lower part of the page, where the codes are, as a camera close to it sees it."""
    page = forgeries.picture_of(pdf, 150)
    return page.crop((0, int(page.height * 0.66), page.width, page.height))


Opened = Callable[..., Page]


@pytest.fixture
def with_camera(browser: Browser, served: Served, tmp_path: Path) -> Iterator[Opened]:
    """Opens the page in a browser of its own whose camera shows a film, is refused, or is not there."""
    browsers: list[Browser] = []

    def opened(picture: Image.Image | None, *, allowed: bool = True, language: str = "en") -> Page:
        arguments = ["--no-sandbox"]
        if picture is not None:
            file = film(picture, tmp_path / f"{len(browsers)}.mjpeg")
            arguments += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={file}"]
        own = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=arguments)
        browsers.append(own)
        context = own.new_context(viewport=PHONE, locale="en-GB")
        if allowed:
            context.grant_permissions(["camera"])
        return ready(at_the_ledgers_time(context.new_page()), served, language)

    yield opened
    for own in browsers:
        own.close()


def first_card(page: Page) -> Locator:
    """The newest card."""
    return page.locator(".card").first


def has_state(card: Locator, state: str) -> None:
    expect(card.locator(".state")).to_have_attribute("data-state", state, timeout=60_000)


# --- the camera -----------------------------------------------------------------------------------------------------


def test_the_camera_reads_the_codes_of_an_issued_page(with_camera: Opened, served: Served) -> None:
    """Whichever of the two it can read: both lead to the certificate, and the camera is let go."""
    page = with_camera(codes_of(served.paper("valid")))
    page.get_by_role("button", name="Start the camera").click()
    page.locator(f"{VALID}, [data-own-check=agrees]").first.wait_for(timeout=60_000)


def test_a_proof_code_before_the_camera_is_checked_here(with_camera: Opened, served: Served) -> None:
    page = with_camera(code(served.proof_address("valid"), 4))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Start the camera").click()
    has_state(first_card(page), "valid")
    expect(page.locator("#camera-status")).to_have_text("A code was read")
    expect(page.locator("#viewfinder")).to_be_hidden()
    assert page.evaluate("document.querySelector('video').srcObject") is None
    expect(first_card(page).locator(".thing")).to_be_focused()
    assert not any("/c/" in url.lower() for url in asked)


def test_a_link_code_of_this_site_leads_to_its_page(with_camera: Opened, served: Served) -> None:
    page = with_camera(code(served.link("suspended"), 12), language="ko")
    page.locator("#start").click()
    page.wait_for_url(f"**/c/{served.whole.links['suspended']}?lang=ko", timeout=60_000)
    expect(page.locator("[data-state=suspended]")).to_have_count(1)


def test_a_link_code_of_another_site_is_never_opened(with_camera: Opened, served: Served) -> None:
    address = link_address(ELSEWHERE, LINK_ID)
    page = with_camera(code(address, 12))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#start").click()
    has_state(first_card(page), "could-not-check")
    expect(first_card(page).locator(".word")).to_have_text("Another site's code")
    expect(first_card(page).locator(".state")).to_have_attribute("data-tone", "bad")
    expect(first_card(page).locator(".reason")).to_have_text(
        f"The code leads to certificates.example.com, which is not the base's {served.url[7:]}: do not open it."
    )
    expect(first_card(page)).not_to_contain_text("later")
    expect(first_card(page)).to_contain_text("look-alike sites lure people this way")
    expect(first_card(page)).to_contain_text(address)
    assert [link.get_attribute("href") for link in first_card(page).locator("a").all()] == ["/check?lang=en"]
    assert page.url == f"{served.url}/scan?lang=en"
    assert all(url.startswith(served.url) for url in asked)


def test_the_camera_can_be_stopped(with_camera: Opened) -> None:
    page = with_camera(Image.new("RGB", (300, 300), "gray"))
    page.locator("#start").click()
    expect(page.locator("#camera-status")).to_have_text("Hold a code of the paper inside the frame")
    expect(page.locator("#stop")).to_be_focused()
    expect(page.locator("#torch")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#camera-status")).to_have_text("The camera is off")
    expect(page.locator("#start")).to_be_focused()
    assert page.evaluate("document.querySelector('video').srcObject") is None


def test_who_stops_while_the_browser_asks_gets_no_camera(phone: Page, served: Served) -> None:
    phone.add_init_script(ASKS_FOR_LONG)
    ready(phone, served).locator("#start").click()
    phone.locator("#stop").click()
    phone.evaluate("async () => { allow(); while (asked.active) await new Promise(done => setTimeout(done, 20)); }")
    expect(phone.locator("#viewfinder")).to_be_hidden()
    expect(phone.locator("#camera-status")).to_have_text("The camera is off")


@pytest.mark.parametrize(
    ("picture", "allowed", "told"),
    [(None, True, "No camera was found"), (Image.new("RGB", (9, 9)), False, "The camera was refused")],
)
def test_where_there_is_no_camera_that_is_said(
    with_camera: Opened, picture: Image.Image | None, allowed: bool, told: str
) -> None:
    page = with_camera(picture, allowed=allowed)
    page.locator("#start").click()
    expect(page.locator("#camera-status")).to_contain_text(told)
    expect(page.locator("#camera-status")).to_contain_text("paste the address instead")
    expect(page.locator("#viewfinder")).to_be_hidden()


def test_a_page_that_is_not_secure_says_why_it_has_no_camera(phone: Page, served: Served) -> None:
    phone.add_init_script("Object.defineProperty(globalThis, 'isSecureContext', {value: false})")
    ready(phone, served).locator("#start").click()
    expect(phone.locator("#camera-status")).to_contain_text("only over https")


# --- files and text -------------------------------------------------------------------------------------------------


def test_several_files_dropped_at_once_get_a_card_each_in_their_order(phone: Page, served: Served) -> None:
    paper = served.paper("valid")
    files = {
        "one.pdf": (paper, "valid"),
        "two.pdf": (paper + b"x", "not-as-issued"),
        "three.txt": (b"?", "not-a-proof"),
    }
    ready(phone, served)
    data = [[name, base64.b64encode(content).decode()] for name, (content, _) in files.items()]
    phone.evaluate(DROP, data)
    for at, (name, (_, state)) in enumerate(files.items()):
        card = phone.locator(".card").nth(at)
        expect(card.locator(".thing")).to_have_text(name)
        has_state(card, state)
    changed = phone.locator(".card").nth(1)
    expect(changed).to_contain_text("The fields are what was signed; the file may show something else.")
    expect(changed.locator("[data-field=name]")).to_have_count(1)
    expect(phone.get_by_role("link", name="Compare it with what was issued")).to_have_count(1)
    changed.get_by_role("link", name="Compare it with what was issued").click()
    assert phone.url == f"{served.url}/compare?lang=en"


def test_pasted_text_is_an_address_a_number_or_neither(phone: Page, served: Served) -> None:
    ready(phone, served)
    paste(phone, f"  {served.proof_address('expired')}\n")
    has_state(first_card(phone), "expired")
    paste(phone, proof_address(ELSEWHERE, served.proof("valid")))
    has_state(first_card(phone), "valid")
    expect(first_card(phone)).to_contain_text("which is not the base's")
    paste(phone, "hello")
    has_state(first_card(phone), "not-understood")
    expect(first_card(phone)).to_contain_text(
        "What can be pasted is the address in a certificate's code, a certificate n"
    )
    expect(first_card(phone)).not_to_contain_text("later")
    expect(first_card(phone)).not_to_contain_text("checkpoint")
    for text in (served.link("valid"), f"{served.link('valid').removeprefix('http://')}?lang=ko"):
        ready(phone, served)
        paste(phone, text)
        expect(phone.locator("[data-own-check=agrees]")).to_have_count(1)
        assert phone.url == f"{served.url}/c/{served.whole.links['valid']}?lang=en"


@pytest.mark.parametrize(
    ("language", "word"),
    [("zh", "编号有误 The number is mistyped"), ("en", "The number is mistyped"), ("ko", "번호 입력 오류")],
)
def test_a_mistyped_number_reads_as_where_it_is_typed(phone: Page, served: Served, language: str, word: str) -> None:
    """Nothing was looked up, so nothing is said of a checkpoint, nor that it helps to wait."""
    ready(phone, served, language)
    paste(phone, "BDI-2026-3F9VQ826S5TT4-X")
    has_state(first_card(phone), "mistyped")
    expect(first_card(phone).locator(".word")).to_have_text(word)
    expect(first_card(phone).locator(".state")).to_contain_text(MISTYPED_HOW.of(language))  # type: ignore[arg-type]
    expect(first_card(phone).locator(".last-good")).to_have_count(0)


def test_the_sites_own_domain_as_printed_and_a_number_with_a_name_are_understood(phone: Page, served: Served) -> None:
    ready(phone, served)
    paste(phone, served.url.removeprefix("http://"))
    expect(first_card(phone)).to_contain_text("this site's own address")
    expect(first_card(phone).locator("form [name=number]")).to_have_value("")
    paste(phone, served.proof_address("valid").removeprefix("http://"))
    has_state(first_card(phone), "valid")
    number, name = (first_card(phone).locator(f"[data-field={key}]").inner_text() for key in ("number", "name"))
    paste(phone, f"{name}\t{number}")
    expect(first_card(phone).locator("form [name=number]")).to_have_value(number)
    expect(first_card(phone).locator("form [name=name]")).to_have_value(name)
    first_card(phone).get_by_role("button").click()
    phone.wait_for_url(f"{served.url}/check?lang=en")
    expect(phone.locator("[data-state=valid]").first).to_be_visible()


@pytest.mark.parametrize(("language", "later"), [("zh", "稍后"), ("en", "later"), ("ko", "잠시 후")])
def test_what_time_never_mends_is_not_put_off(phone: Page, served: Served, language: str, later: str) -> None:
    """A picture in a form that is not read, one with no code, a receipt; each says what to do instead."""
    receipt = phone.context.request.get(f"{served.url}/c/{served.whole.links['valid']}/receipt.pdf")
    assert receipt.status == 200
    files = {
        "photo.heic": (b"\x00\x00\x00\x18ftypheic0000", "unreadable-file"),
        "sky.png": (forgeries.png_of(Image.new("RGB", (300, 300), "white")), "no-code"),
        "receipt.pdf": (receipt.body(), "receipt-here"),
    }
    ready(phone, served, language)
    picked = [{"name": name, "mimeType": "x/y", "buffer": data} for name, (data, _) in files.items()]
    phone.locator("#picker").set_input_files(picked)
    for at, (_, words) in enumerate(files.values()):
        card = phone.locator(".card").nth(at)
        has_state(card, "could-not-check")
        expect(card.locator(".word")).to_contain_text(THINGS[words]["word"][language])
        expect(card.locator(".state")).to_contain_text(THINGS[words]["sentence"][language])
        expect(card).not_to_contain_text(later)


@pytest.mark.parametrize(
    ("language", "fields"),
    [("zh", "证书编号、姓名、证件类型"), ("en", "number, name, ID document"), ("ko", "증명서 번호, 성명, 신분증 종류")],
)
def test_what_was_altered_is_named_in_the_language_of_the_page(
    phone: Page, served: Served, language: str, fields: str
) -> None:
    """The class of what is wrong and the fields in the reader's words, the technical reason behind them."""
    proof = bytearray(served.proof("valid"))
    proof[proof.index(b"etotal") + 7] ^= 1
    ready(phone, served, language)
    paste(phone, proof_address(served.url, bytes(proof)))
    has_state(first_card(phone), "tampered")
    reasons = first_card(phone).locator(".reason")
    expect(reasons.nth(0)).to_have_text(REFUSALS["mismatch"].of(language))  # type: ignore[arg-type]
    expect(reasons.nth(1)).to_contain_text(fields)
    expect(reasons.nth(2)).to_contain_text("the printed fields (number, name, id_type, id_number_masked, total)")
    paper = served.paper("valid")
    edited = paper.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    assert edited != paper
    phone.locator("#picker").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": edited})
    has_state(first_card(phone), "not-as-issued")
    at = paper.index(seal.MARKER) + len(seal.MARKER)
    expect(first_card(phone).locator(".reason").last).to_contain_text(f"the seal at byte {at} does not fit the other")


def test_a_pasted_number_leads_to_the_form_that_wants_the_name(phone: Page, served: Served) -> None:
    ready(phone, served)
    paste(phone, served.proof_address("valid"))
    has_state(first_card(phone), "valid")
    number, name = (first_card(phone).locator(f"[data-field={key}]").inner_text() for key in ("number", "name"))
    paste(phone, number.lower().replace("-", " "))
    form = first_card(phone).locator("form")
    expect(form.get_by_label("Certificate number")).to_have_value(number)
    form.get_by_label("Holder's name").fill(name)
    form.get_by_role("button").click()
    phone.wait_for_url(f"{served.url}/check?lang=en")
    expect(phone.locator("[data-state=valid]").first).to_be_visible()


def test_nothing_of_a_file_or_a_proof_leaves_the_browser(phone: Page, served: Served) -> None:
    ready(phone, served)
    requests: list[Request] = []
    phone.on("request", lambda request: requests.append(request))
    picked = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": served.paper("valid")}
    phone.locator("#picker").set_input_files(picked)
    has_state(first_card(phone), "valid")
    for request in requests:
        path = request.url.removeprefix(served.url)
        assert re.fullmatch(r"/(?:assets|log)/[\w./-]+|/sw\.js|/(?:scan|p|offline)\?lang=\w\w", path), path
        assert (request.method, request.post_data) == ("GET", None)


# --- by keyboard, and with no script ----------------------------------------------------------------------------------


def test_the_keyboard_is_enough(phone: Page, served: Served) -> None:
    ready(phone, served)
    reached = []
    for _ in range(8):
        phone.keyboard.press("Tab")
        reached.append(str(phone.evaluate("document.activeElement.id")))
    assert reached[4:7] == ["start", "picker", "text"]
    phone.locator("#text").focus()
    phone.keyboard.insert_text(served.proof_address("valid"))
    phone.keyboard.press("Tab")
    assert phone.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    phone.keyboard.press("Enter")
    expect(first_card(phone).locator(".thing")).to_be_focused()
    has_state(first_card(phone), "valid")


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_without_javascript_the_page_says_what_else_there_is(
    new_context: NewContext, served: Served, language: str
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{served.url}/scan?lang={language}")
    expect(page.locator("#needs-script")).to_contain_text("JavaScript")
    expect(page.locator("#needs-script .domain")).to_have_text(served.url.removeprefix("http://"))
    expect(page.locator("#scanner")).to_be_hidden()
    page.locator("#needs-script a").click()
    expect(page.locator("form.lookup")).to_be_visible()


def paste(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#paste button").click()
