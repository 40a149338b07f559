"""Many at once, in a browser with JavaScript and without; and 500 PDFs whose first answers come at once."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from urllib.request import urlopen

import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Page, expect

from api.bulk_turns import AT_ONCE
from tests.api.papers import Paper, papers, zipped
from tests.api.running import eventually
from tests.e2e.conftest import NewContext, Served
from tests.e2e.test_axe import SIZES, axe, complaints

__all__ = ["axe"]  # a fixture

STATES = ("valid", "title valid", "revoked", "suspended")
BOUNDARY = "boundary-of-a-test"


@pytest.fixture(scope="module")
def held(served: Served) -> dict[str, Paper]:
    return papers(served.whole, *STATES)


@pytest.fixture
def files(held: dict[str, Paper], tmp_path: Path) -> list[Path]:
    """An archive and a table."""
    archive = {f"{state}.pdf": paper.pdf for state, paper in held.items()}
    archive |= {"edited.pdf": held["valid"].pdf + b"\n", "notes.txt": b"x"}
    rows = ["编号,姓名", *(f"{paper.number},{paper.name}" for paper in held.values()), f"{held['valid'].number},nobody"]
    made = [tmp_path / "papers.zip", tmp_path / "list.csv"]
    made[0].write_bytes(zipped(archive))
    made[1].write_text("\n".join(rows), "utf-8")
    return made


TOLD = ["valid", "valid", "revoked", "suspended", "not-as-issued", "turned-away"]
TOLD += ["valid", "valid", "revoked", "suspended", "no-match"]


def noise() -> bytes:
    """A picture without a code, which is looked at long and hard."""
    out = BytesIO()
    Image.effect_noise((600, 600), 50).save(out, "PNG")
    return out.getvalue()


NOISE = noise()


def told(page: Page) -> list[str | None]:
    return [row.get_attribute("data-state") for row in page.locator(".results tbody tr:not([hidden])").all()]


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_files_are_picked_and_every_row_and_both_tables_come(
    served: Served, new_context: NewContext, files: list[Path], size: str, script: bool
) -> None:
    page = new_context(viewport=SIZES[size], java_script_enabled=script).new_page()
    page.goto(f"{served.url}/bulk?lang=en")
    page.get_by_label("Files").set_input_files(files)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#summary")).to_be_visible(timeout=60_000)
    assert told(page) == TOLD
    assert page.locator("#summary [data-state=valid] strong").inner_text() == "4"
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    with page.expect_download() as download:
        page.get_by_role("link", name="certledger-check.xlsx").click()
    sheet = load_workbook(BytesIO(Path(download.value.path()).read_bytes())).worksheets[0]
    assert [row[5].value for row in sheet.iter_rows(min_row=2)][:6] == [*TOLD[:4], TOLD[4], f"{TOLD[5]}: unknown-file"]


def test_the_answer_can_be_a_table_at_once(served: Served, new_context: NewContext, files: list[Path]) -> None:
    for script in (True, False):
        page = new_context(java_script_enabled=script).new_page()
        page.goto(f"{served.url}/bulk?lang=en")
        page.get_by_label("Files").set_input_files(files[1])
        page.get_by_label("a CSV table").check()
        with page.expect_download() as download:
            page.get_by_role("button", name="Check", exact=True).click()
        assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_keyboard_alone_sends_and_filters(served: Served, phone: Page, files: list[Path]) -> None:
    phone.goto(f"{served.url}/bulk?lang=en")
    phone.get_by_label("Files").set_input_files(files)  # the system's own dialogue
    phone.get_by_label("Files").focus()
    for _ in range(2):
        phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.textContent") == "Check"
    phone.keyboard.press("Enter")
    expect(phone.locator("#summary h2")).to_be_focused(timeout=60_000)
    reached = []
    for _ in range(3):
        phone.keyboard.press("Tab")
        reached.append(phone.evaluate("document.activeElement.innerText.replace(/\\s+/g, ' ')"))
        assert phone.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", reached
    assert reached == ["all 11", "Valid 4", "Suspended 2"]
    phone.keyboard.press("Enter")
    assert told(phone) == ["suspended"] * 2
    expect(phone.get_by_role("button", name="Suspended 2")).to_have_attribute("aria-pressed", "true")
    phone.get_by_role("button", name="all 11").click()
    assert told(phone) == TOLD


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desktop"), ("ko", "tablet")])
def test_axe_finds_nothing(
    served: Served, new_context: NewContext, files: list[Path], axe: str, language: str, size: str
) -> None:
    page = new_context(viewport=SIZES[size], bypass_csp=True).new_page()
    page.goto(f"{served.url}/bulk?lang={language}")
    found = complaints(page, axe)
    page.locator("#files").set_input_files(files)
    page.locator("form.bulk button").click()
    expect(page.locator("#summary")).to_be_visible(timeout=60_000)
    assert found + complaints(page, axe) == []


def test_a_refusal_and_a_cancelled_check_are_told(served: Served, new_context: NewContext, tmp_path: Path) -> None:
    page = new_context().new_page()
    page.goto(f"{served.url}/bulk?lang=en")
    many = tmp_path / "many.csv"
    many.write_text("number,name\n" + "x,y\n" * 1001)
    page.locator("#files").set_input_files(many)
    page.locator("form.bulk button").click()
    expect(page.get_by_role("alert")).to_contain_text("At most 1000 in one go")
    slow = tmp_path / "slow.zip"
    slow.write_bytes(zipped({f"{at}.png": NOISE for at in range(60)}))
    page.locator("#files").set_input_files(slow)
    page.locator("form.bulk button").click()
    expect(page.locator(".results tbody tr").first).to_be_visible(timeout=60_000)
    assert page.get_by_role("progressbar").get_attribute("aria-label") == "Progress"
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_have_text("Cancelled: what stands below is not all.")
    expect(page.locator("#summary")).to_have_count(0)
    assert 0 < page.locator(".results tbody tr").count() < 60


# --- without a browser ----------------------------------------------------------------------------------------------


@contextmanager
def upload(served: Served, name: str, data: bytes) -> Iterator[http.client.HTTPResponse]:
    """The answer to a file, as it comes; at the end the connection is broken off."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
    connection = http.client.HTTPConnection(served.url.partition("://")[2], timeout=120)
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Connection": "close"}
    connection.request("POST", "/bulk.json", head + data + f"\r\n--{BOUNDARY}--\r\n".encode(), kind)
    with closing(connection), connection.getresponse() as answer:
        yield answer


def stamped(answer: http.client.HTTPResponse) -> Iterator[tuple[float, dict[str, object]]]:
    """The lines of an answer, with the seconds after which each was there."""
    begun = time.monotonic()
    for line in answer:
        yield time.monotonic() - begun, json.loads(line)


def test_five_hundred_pdfs_are_answered_from_the_first_second_on(served: Served, held: dict[str, Paper]) -> None:
    pdfs = [paper.pdf for paper in held.values()]
    archive = zipped({f"{at:03}.pdf": pdfs[at % len(pdfs)] for at in range(500)})
    with upload(served, "all.zip", archive) as answer:
        found = list(stamped(answer))
    assert [line["type"] for _, line in found] == ["begin", *["item"] * 500, "end"]
    assert [line["state"] for _, line in found[1:-1]] == ["valid", "valid", "revoked", "suspended"] * 125
    times = [at for at, _ in found]
    # No reader that gives up after a minute without a byte ever does, however slow the machine.
    assert max(later - earlier for earlier, later in pairwise(times)) < 30
    assert times[1] < max(2.0, times[-1] / 10)


def test_who_goes_away_is_not_worked_for(served: Served) -> None:
    """Else the next uploads of the same address would be refused until these are done, minutes later."""
    data = zipped({f"{at}.png": NOISE for at in range(200)})
    with ExitStack() as held:
        for _ in range(AT_ONCE):
            answer = held.enter_context(upload(served, "slow.zip", data))
            assert json.loads(answer.readline())["items"] == 200
        assert asked(served) == 429
    assert eventually(lambda: asked(served) == 200, 20)


def test_who_goes_away_while_sending_leaves_no_trace(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    with closing(socket.create_connection(served.url.rpartition("/")[2].split(":"))) as connection:
        connection.sendall(
            b"POST /bulk.json HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
        time.sleep(0.2)
    assert eventually(lambda: asked(served) == 200, 20)
    assert caplog.text == ""


def asked(served: Served) -> int:
    """The status of an answer to a short upload."""
    with upload(served, "a.csv", b"number,name\nx,y\n") as answer:
        answer.read()
        return answer.status


def test_other_pages_answer_while_an_upload_is_checked(served: Served, held: dict[str, Paper]) -> None:
    pdfs = [paper.pdf for paper in held.values()]
    with upload(served, "all.zip", zipped({f"{at}.pdf": pdfs[at % 4] for at in range(200)})) as answer:
        answer.readline()
        with urlopen(f"{served.url}/c/{served.whole.links['valid']}.json") as other:  # the test's own server
            assert json.load(other)["state"] == "valid"
        assert json.loads(answer.read().splitlines()[-1])["type"] == "end"
