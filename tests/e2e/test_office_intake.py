"""A pack from a browser's drop zone into the log, by two people, with one column matched by hand; in real Chromium."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger.exports import CERTIFICATE_COLUMNS, outcomes, to_csv
from ledger.founding import Founding, found
from ledger.office.opening import open_office
from ledger.places import place_of
from tests.api.whole_ledger import WholeLedger, actors, clock
from tests.e2e.conftest import NewContext, at_a_free_port, running
from tests.e2e.test_axe import SIZES, complaints
from tests.engines import ENGINES
from tests.web import needs

AXE = needs.WEB / "node_modules" / "axe-core" / "axe.min.js"
PACK = Path(str(files("ledger.sample"))) / "base-pack"
PASSWORD = "a passphrase for tests"
STAFF = {"li.wei": ("registrar", "assessor", "administrator"), "zhao.min": ("approver",)}
DROP = """(form, files) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[WholeLedger, str]]:
    """A served office of a new ledger, in which somebody registers and another approves."""
    with ExitStack() as stack:
        listener, url = stack.enter_context(at_a_free_port())
        place = place_of(str(tmp_path / "ledger"))
        with found(place, Founding(url=url, master_key_in="master.key"), clock) as ledger, open_office(ledger) as made:
            for login, roles in STAFF.items():
                _, secret = made.staff.add(login, login.title(), "", "BASE", roles, actors(ledger))
                made.staff.accept(secret, PASSWORD)
        whole = WholeLedger(ENGINES["sqlite"], place, {})
        stack.enter_context(running(whole.app(), listener))
        yield whole, url


def signed_in(new_context: NewContext, url: str, login: str) -> Page:
    page = new_context(viewport=SIZES["desktop"], bypass_csp=True).new_page()
    page.goto(f"{url}/console")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("header .who")).to_be_visible()
    return page


def dropped(page: Page) -> None:
    """The sample pack, whose amendments come with a heading that nobody knows."""
    sent = []
    for path in sorted(PACK.iterdir()):
        if path.is_file():
            data = path.read_bytes()
            if path.name == "amendments.csv":
                data = data.replace(b"amended_on", "何日改".encode(), 1)
            sent.append([path.name, base64.b64encode(data).decode()])
    page.locator("form[data-drop]").evaluate(DROP, sent)
    expect(page.locator("[data-drop-list] li")).to_have_count(len(sent))


def is_clean(page: Page, pictures: Path, name: str) -> None:
    if not AXE.is_file():
        needs.missing("run `npm ci --ignore-scripts` in verifier/web first")
    for size in ("tablet", "desktop"):
        page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
        assert complaints(page, AXE.read_text("utf-8")) == [], f"{name} {size}"
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], name
        page.screenshot(path=pictures / f"{name}-{size}.png", full_page=True)


def test_a_pack_is_dropped_matched_previewed_approved_and_taken_in(
    new_context: NewContext, office: tuple[WholeLedger, str], tmp_path: Path
) -> None:
    whole, url = office
    clerk, head = signed_in(new_context, url, "li.wei"), signed_in(new_context, url, "zhao.min")
    clerk.goto(f"{url}/console/intakes")
    is_clean(clerk, tmp_path, "upload")
    dropped(clerk)
    clerk.get_by_role("button", name="上传", exact=True).press("Enter")
    expect(clerk.get_by_text("何日改")).to_be_visible()
    is_clean(clerk, tmp_path, "matching")
    clerk.get_by_label("何日改").select_option("amended_on")
    clerk.get_by_role("button", name="保存对应关系").press("Enter")
    clerk.get_by_role("button", name="核对全部行（不记录）").press("Enter")
    expect(clerk.get_by_text("此为试算，未记录任何内容。")).to_be_visible()
    is_clean(clerk, tmp_path, "preview")
    clerk.locator("#field-note").fill("2026 年记录")
    clerk.get_by_role("button", name="提请批准").press("Enter")
    expect(clerk.get_by_text("待批", exact=True)).to_be_visible()

    head.goto(f"{url}/console")
    head.get_by_role("link", name="批次 1").press("Enter")
    is_clean(head, tmp_path, "deciding")
    head.get_by_role("button", name="批准并导入").press("Enter")
    expect(head.get_by_text("已导入", exact=True)).to_be_visible()
    is_clean(head, tmp_path, "result")
    with whole.opened() as ledger:
        exported = to_csv(CERTIFICATE_COLUMNS, outcomes(ledger.store, ledger.vault).certificates)
    assert exported == (PACK / "expected" / "certificates.csv").read_text("utf-8")
