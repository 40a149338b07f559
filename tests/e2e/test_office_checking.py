"""Forms that are checked as one types, and lists that are found as one types, at a tablet in real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from ledger.office.opening import open_office
from tests.api.whole_ledger import WholeLedger, actors, build
from tests.e2e.conftest import NewContext, at_a_free_port, running
from tests.e2e.test_axe import SIZES, complaints
from tests.e2e.test_office_training import axe as axe
from tests.engines import ENGINES

PASSWORD = "a passphrase for tests"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WholeLedger, str]]:
    with at_a_free_port() as (listener, url):
        whole = build(ENGINES["sqlite"], tmp_path_factory.mktemp("office"), url)
        with whole.opened() as ledger, open_office(ledger) as opened:
            _, secret = opened.staff.add("li.wei", "Li Wei", "", "BASE", ("registrar", "assessor"), actors(ledger))
            opened.staff.accept(secret, PASSWORD)
        with running(whole.app(), listener):
            yield whole, url


@pytest.fixture
def page(new_context: NewContext, office: tuple[WholeLedger, str]) -> Iterator[Page]:
    """Somebody's tablet, signed in. The policy of the pages is in force: htmx has to do with it."""
    errors: list[str] = []
    page = new_context(viewport=SIZES["tablet"]).new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    _signs_in(page, office[1])
    yield page
    assert errors == []


def _signs_in(page: Page, url: str) -> None:
    page.goto(f"{url}/console")
    page.fill("#login", "li.wei")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("header .who")).to_be_visible()


def _size(office: tuple[WholeLedger, str]) -> int:
    with office[0].opened() as ledger:
        return ledger.store.head().size


def test_a_fault_stands_beside_its_field_before_anything_is_sent_and_goes_when_it_is_put_right(
    page: Page, office: tuple[WholeLedger, str]
) -> None:
    size = _size(office)
    page.goto(f"{office[1]}/console/cohorts/new")
    page.fill("#field-code", "BDI-2027L")
    page.fill("#field-starts_on", "2027-03-01")
    page.fill("#field-ends_on", "2027-02-01")
    page.keyboard.press("Tab")
    expect(page.locator("#fault-ends_on")).to_contain_text("早于第一天")
    ends_on = page.locator("#field-ends_on")
    expect(ends_on).to_have_attribute("aria-invalid", "true")
    expect(ends_on).to_have_accessible_description("最后一天早于第一天。")
    expect(page.locator("#fault-programme")).to_be_empty()
    expect(page.locator("#fault-capacity")).to_be_empty()
    expect(page.locator("#field-code")).to_have_value("BDI-2027L")
    ends_on.fill("2027-04-01")
    expect(page.locator("#fault-ends_on")).to_be_empty()
    expect(ends_on).not_to_have_attribute("aria-invalid", "true")
    page.select_option("#field-programme", "BDI")
    page.fill("#field-capacity", "0")
    page.keyboard.press("Tab")
    expect(page.locator("#fault-capacity")).not_to_be_empty()
    page.locator("#field-capacity").press_sequentially("9")  # from then on as one types, and the focus stays
    expect(page.locator("#fault-capacity")).to_be_empty()
    expect(page.locator("#field-capacity")).to_be_focused()
    assert _size(office) == size
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("BDI-2027L")
    assert _size(office) == size + 1


def test_the_ledgers_own_rules_are_told_as_one_types(page: Page, office: tuple[WholeLedger, str]) -> None:
    page.goto(f"{office[1]}/console/trainees")
    taken = page.locator("#found th[scope=row]").first.inner_text()
    page.goto(f"{office[1]}/console/trainees/new")
    page.fill("#field-name", "欧阳新")
    page.select_option("#field-id_type", "passport")
    page.fill("#field-id_number", "E9999999")
    page.select_option("#field-education", "bachelor")
    page.fill("#field-practice_from", "2020-07-01")
    page.fill("#field-trainee_no", taken)
    page.keyboard.press("Tab")
    expect(page.locator("#fault-trainee_no")).to_contain_text("已登记")


@pytest.mark.parametrize("size", ["tablet", "desktop"])
def test_axe_finds_nothing_while_faults_are_told(
    new_context: NewContext, office: tuple[WholeLedger, str], axe: str, size: str, tmp_path: Path
) -> None:
    page = new_context(viewport=SIZES[size], bypass_csp=True).new_page()
    _signs_in(page, office[1])
    page.goto(f"{office[1]}/console/trainees/new")
    page.select_option("#field-id_type", "resident-id")
    page.fill("#field-id_number", "500000199604121015")
    page.fill("#field-title_since", "2020-01-01")
    page.keyboard.press("Tab")
    expect(page.locator("#fault-id_number")).to_contain_text("校验码")
    page.screenshot(path=tmp_path / f"checked-{size}.png", full_page=True)
    assert complaints(page, axe) == []


def test_nothing_typed_is_lost_when_the_session_ends_between(page: Page, office: tuple[WholeLedger, str]) -> None:
    page.goto(f"{office[1]}/console/cohorts/new")
    page.fill("#field-code", "BDI-2027S")
    page.context.clear_cookies()
    page.fill("#field-ends_on", "2027-02-01")
    page.keyboard.press("Tab")
    said = page.locator("[data-above]")
    expect(said).to_contain_text("登录已过期")
    expect(page.locator("main form")).to_have_count(1)  # no page of its own within the page
    expect(page.locator("#field-code")).to_have_value("BDI-2027S")
    with page.context.expect_page() as other:
        said.get_by_role("link").click()
    _signs_in(other.value, office[1])
    page.fill("#field-starts_on", "2027-03-01")
    page.keyboard.press("Tab")
    expect(page.locator("#fault-ends_on")).to_contain_text("早于第一天")
    expect(said).to_be_empty()
    expect(page.locator("#field-code")).to_have_value("BDI-2027S")


def test_of_one_form_one_check_runs_at_a_time_and_only_once_somebody_pauses(
    page: Page, office: tuple[WholeLedger, str]
) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/console/check" in request.url:
            asked.append(request.post_data or "")

    page.on("request", note)
    page.clock.install()
    page.goto(f"{office[1]}/console/cohorts/new")
    page.fill("#field-capacity", "0")
    page.keyboard.press("Tab")
    expect(page.locator("#fault-capacity")).not_to_be_empty()
    # Between two keys no time goes by on the page, however slow the machine: else there would be a pause.
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    page.locator("#field-capacity").press_sequentially("1234")
    page.clock.resume()
    expect(page.locator("#fault-capacity")).to_be_empty()
    page.wait_for_timeout(700)
    assert len(asked) == 2  # when the field was left, and when the typing in it was over
    assert all("_touched=capacity" in sent for sent in asked)
    with page.expect_request("**/console/check/**"):
        page.locator("#field-capacity").press("Tab")
    page.locator("#field-code").press_sequentially("of a field that nobody has left yet nothing is asked")
    page.wait_for_timeout(700)
    assert len(asked) == 3


def test_trainees_are_found_as_one_types_and_no_address_names_them(page: Page, office: tuple[WholeLedger, str]) -> None:
    page.goto(f"{office[1]}/console/trainees")
    rows = page.locator("#found tbody tr")
    before, wanted = rows.count(), rows.nth(2).locator("th").inner_text()
    page.locator("#search").press_sequentially(wanted)
    expect(rows).to_have_count(1)
    expect(rows.locator("th")).to_have_text(wanted)
    expect(page.locator("#count")).to_contain_text("1")
    expect(page.locator("#search")).to_be_focused()
    assert page.url.endswith("/console/trainees")
    page.locator("#search").fill("")
    expect(rows).to_have_count(before)
    page.context.clear_cookies()
    page.locator("#search").press_sequentially(wanted)
    expect(page.locator("#password")).to_be_visible()
    page.fill("#login", "li.wei")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)


def test_without_script_all_is_as_it_was(new_context: NewContext, office: tuple[WholeLedger, str]) -> None:
    page = new_context(viewport=SIZES["tablet"], java_script_enabled=False).new_page()
    _signs_in(page, office[1])
    page.goto(f"{office[1]}/console/cohorts/new")
    page.fill("#field-code", "BDI-2027N")
    page.select_option("#field-programme", "BDI")
    page.fill("#field-starts_on", "2027-03-01")
    page.fill("#field-ends_on", "2027-02-01")
    page.fill("#field-capacity", "9")
    page.locator("main button").press("Enter")
    expect(page.locator("#fault-ends_on")).to_contain_text("早于第一天")
    page.fill("#field-ends_on", "2027-04-01")
    page.locator("main button").press("Enter")
    expect(page.locator("h1")).to_contain_text("BDI-2027N")
