"""A cohort from its opening to certificates, by two people at two tablets, in Chinese, in real Chromium."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger.office.opening import open_office
from tests.api.whole_ledger import WholeLedger, actors, build
from tests.e2e.conftest import NewContext, at_a_free_port, fills, running
from tests.e2e.test_axe import SIZES, complaints
from tests.engines import ENGINES
from tests.web import needs

AXE = needs.WEB / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "a passphrase for tests"
STAFF = {"li.wei": ("registrar", "assessor"), "zhao.min": ("approver",)}
COHORT = "BDI-2027A"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served office in which somebody registers and assesses, and another approves."""
    with at_a_free_port() as (listener, url):
        whole = build(ENGINES["sqlite"], tmp_path_factory.mktemp("office"), url)
        _staff(whole)
        with running(whole.app(), listener):
            yield url


def _staff(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_office(ledger) as office:
        for login, roles in STAFF.items():
            _, secret = office.staff.add(login, login.title(), "", "BASE", roles, actors(ledger))
            office.staff.accept(secret, PASSWORD)


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        needs.missing("run `npm ci --ignore-scripts` in verifier/web first")
    return AXE.read_text("utf-8")


class Desk:
    """One person's tablet."""

    def __init__(self, page: Page, url: str, axe: str, pictures: Path) -> None:
        self.page, self.url, self._axe, self._pictures = page, url, axe, pictures

    def signs_in(self, login: str) -> None:
        self.page.goto(f"{self.url}/console")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("header .who")).to_be_visible()

    def opens(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def follows(self, name: str) -> None:
        self.page.locator("main").get_by_role("link", name=name, exact=True).first.press("Enter")

    def fills(self, **typed: str) -> None:
        fills(self.page, **typed)

    def presses(self, name: str) -> None:
        """By keyboard."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).press("Enter")

    def is_clean(self, name: str) -> None:
        """axe finds nothing and nothing sticks out, on a tablet in both directions and on a desktop."""
        for size in ("tablet", "desktop"):
            self.page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
            assert complaints(self.page, self._axe) == [], f"{name} {size}"
            assert self.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], name
            self.page.screenshot(path=self._pictures / f"{name}-{size}.png", full_page=True)


@contextmanager
def _desk(new_context: NewContext, url: str, axe: str, pictures: Path) -> Iterator[Desk]:
    errors: list[str] = []
    page = new_context(viewport=SIZES["tablet"], bypass_csp=True).new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Desk(page, url, axe, pictures)
    assert errors == []


def test_a_cohort_from_its_opening_to_certificates(
    new_context: NewContext, office: str, axe: str, tmp_path: Path
) -> None:
    with (
        _desk(new_context, office, axe, tmp_path) as clerk,
        _desk(new_context, office, axe, tmp_path) as head,
    ):
        clerk.signs_in("li.wei")
        _opens_the_cohort(clerk)
        _registers(clerk, "S2700001", "钱学新", "E7000001")
        _registers(clerk, "S2700002", "孙立群", "E7000002")
        _enrols(clerk)
        _records_attendance(clerk)
        _records_results(clerk)
        _proposes(clerk)
        head.signs_in("zhao.min")
        _approves(head)
        _looks_at_the_award(clerk)


def _opens_the_cohort(clerk: Desk) -> None:
    clerk.opens("/console/cohorts")
    clerk.is_clean("cohorts")
    clerk.follows("开设新一期")
    clerk.fills(code=COHORT, programme="BDI", starts_on="2026-11-02", ends_on="2026-10-18", capacity="20")
    clerk.presses("开设新一期")
    expect(clerk.page.locator("#about-ends_on")).to_contain_text("早于第一天")
    clerk.is_clean("cohort-fault")
    clerk.fills(ends_on="2026-12-18")
    clerk.presses("开设新一期")
    expect(clerk.page.locator("h1")).to_contain_text(COHORT)


def _registers(clerk: Desk, number: str, name: str, document: str) -> None:
    clerk.opens("/console/trainees/new")
    clerk.fills(trainee_no=number, name=name, id_type="resident-id", id_number="500000199604121015")
    clerk.fills(education="bachelor", practice_from="2020-07-01", employer="ENT-01")
    clerk.presses("登记新学员")
    expect(clerk.page.locator("#about-id_number")).to_contain_text("校验码")
    clerk.is_clean("trainee-fault")
    clerk.fills(id_type="passport", id_number=document)
    clerk.presses("登记新学员")
    expect(clerk.page.locator("h1")).to_have_text(name)
    clerk.is_clean("trainee")


def _enrols(clerk: Desk) -> None:
    clerk.opens(f"/console/cohorts/{COHORT}")
    clerk.follows("报名")
    clerk.fills(numbers="S2700001\nS2700002\nS2700009", on="2026-11-23")
    clerk.presses("报名")
    expect(clerk.page.get_by_role("alert")).to_contain_text("S2700009")
    clerk.is_clean("enrol-fault")
    clerk.fills(numbers="S2700001\nS2700002")
    clerk.presses("报名")
    expect(clerk.page.locator("tbody tr")).to_have_count(2)


def _records_attendance(clerk: Desk) -> None:
    for module, hours in (("BD-101", "24"), ("AI-101", "16"), ("PRJ", "24")):
        clerk.opens(f"/console/cohorts/{COHORT}/attendance")
        clerk.fills(module=module, hours=hours)
        clerk.presses("显示名单")
        cells = clerk.page.locator("input.cell")
        expect(cells).to_have_count(2)
        expect(cells.first).to_have_value(hours)
        if module == "PRJ":
            cells.nth(1).fill("二十")
            clerk.presses("记录")
            expect(clerk.page.locator("td .fault:not(:empty)")).to_have_text("请填写数字。")
            expect(cells.nth(1)).to_have_value("二十")
            clerk.is_clean("attendance-fault")
            cells.nth(1).fill("8")
        clerk.presses("记录")
        expect(clerk.page.get_by_role("status")).to_have_text("已记录 2 项。")
    clerk.is_clean("attendance")


def _records_results(clerk: Desk) -> None:
    for assessment in ("EXAM", "LAB", "DEFENCE"):
        clerk.opens(f"/console/cohorts/{COHORT}/results")
        clerk.fills(assessment=assessment, attempt="1", assessor="EX-01")
        clerk.presses("显示名单")
        for number in range(2):
            clerk.page.locator("input.cell").nth(number).fill("85")
        clerk.presses("记录")
        expect(clerk.page.get_by_role("status")).to_have_text("已记录 2 项。")
    clerk.is_clean("results")


def _proposes(clerk: Desk) -> None:
    clerk.opens(f"/console/cohorts/{COHORT}")
    clerk.is_clean("cohort")
    clerk.follows("认证")
    expect(clerk.page.locator("main")).to_contain_text("PRJ：已学 8 学时，须 19.2 学时")
    expect(clerk.page.locator("input[name=include]:checked")).to_have_count(1)
    clerk.is_clean("certification")
    clerk.fills(note="十一月结业")
    clerk.presses("提交审批")
    expect(clerk.page.locator("h1")).to_contain_text("颁发证书 × 1")


def _approves(head: Desk) -> None:
    head.opens("/console/proposals")
    head.page.locator("main a").first.press("Enter")
    expect(head.page.locator("main")).to_contain_text("certificate.awarded/1")
    head.is_clean("proposal")
    head.presses("批准并签署")
    expect(head.page.locator(".tag").first).to_have_text("已记录")


def _looks_at_the_award(clerk: Desk) -> None:
    clerk.opens(f"/console/cohorts/{COHORT}/awards")
    clerk.is_clean("awards")
    clerk.page.locator("tbody a").first.press("Enter")
    expect(clerk.page.locator("main")).to_contain_text("有效")
    clerk.is_clean("certificate")
    with clerk.page.expect_download() as download:
        clerk.follows("下载证书（PDF）")
    assert download.value.suggested_filename.startswith("BDI-2026-")
    clerk.follows("撤销证书")
    clerk.is_clean("revocation")
    clerk.opens(f"/console/cohorts/{COHORT}")
    clerk.follows("批量下载证书")
    clerk.is_clean("papers")
    with clerk.page.expect_download() as download:
        clerk.presses("下载 ZIP 压缩包")
    assert download.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert [Path(name).suffix for name in archive.namelist()] == [".pdf", ".csv"]
    clerk.opens("/console/trainees")
    clerk.page.fill("#search", "钱学")
    clerk.presses("查找")
    expect(clerk.page.locator("tbody tr")).to_have_count(1)
    clerk.is_clean("trainees")
    clerk.page.locator("tbody a").first.press("Enter")
    clerk.page.locator("main").get_by_role("link", name=COHORT).first.press("Enter")
    clerk.is_clean("enrolment")
    clerk.follows("登记凭证")
    paper = {"name": "试卷.txt", "mimeType": "text/plain", "buffer": b"abc"}
    clerk.page.locator("summary").press("Enter")
    expect(clerk.page.locator("#hashed-file")).to_be_visible()  # the script shows it once it listens
    clerk.page.set_input_files("#hashed-file", files=[paper])
    expect(clerk.page.locator("#field-digest")).to_have_value(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    clerk.page.set_input_files("#field-file", files=[paper])
    clerk.is_clean("evidence")
    clerk.fills(description="试卷")
    clerk.presses("登记凭证")
    expect(clerk.page.locator("main")).to_contain_text("试卷")
    with clerk.page.expect_download() as download:
        clerk.follows("下载 试卷.txt")
    assert download.value.suggested_filename == "试卷.txt"
    assert Path(download.value.path()).read_bytes() == b"abc"
    clerk.is_clean("trainee-with-evidence")
