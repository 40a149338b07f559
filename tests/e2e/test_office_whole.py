"""A cohort of twenty from its first enrolment to titles, by four people in four browsers with passkeys, in Chinese.

Then every award is looked up on its public page, and the published log is audited as a stranger would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ledger import commands as c
from ledger.objections import set_terms
from ledger.office.opening import open_office
from tests.acceptance.terminal import Terminal
from tests.api.office.applicants import plain_calendars
from tests.api.office.conftest import Hands
from tests.api.whole_ledger import WholeLedger, actors, build, publish_now
from tests.e2e.conftest import NewContext, at_a_free_port, fills, running
from tests.e2e.test_office_titles import Served, joins, signs_in_by_passkey
from tests.engines import ENGINES

DAY = 24 * 3600
COHORT = "BDI-2026Z"
NAMES = (
    *("赵一鸣", "钱二川", "孙三立", "李四维", "周五岳", "吴六合", "郑七律", "王八达", "冯九章", "陈十方"),
    *("褚百川", "卫千里", "蒋万年", "沈亿安", "韩兆丰", "杨京生", "朱垓下", "秦秭归", "尤穰之", "阿依古丽·买买提"),
)
NUMBERS = [f"S27{number:05}" for number in range(1, len(NAMES) + 1)]
STAFF = {
    "zhou": ("BASE", "registrar", "administrator"),
    "wu": ("BASE", "assessor"),
    "zheng": ("BASE", "approver"),
    "feng": ("CQHRSS", "approver"),
}


@dataclass
class Base:
    """The running base and where its ledger lies."""

    served: Served
    whole: WholeLedger
    before: int
    """Entries of the log before anybody came."""


@contextmanager
def serving(folder: Path) -> Iterator[Base]:
    with at_a_free_port() as (listener, address):
        served = Served(address.replace("127.0.0.1", "localhost"), Hands())
        whole = build(ENGINES["sqlite"], folder, served.url)
        with whole.opened(served.hands) as ledger, open_office(ledger) as office:
            plain_calendars(ledger, 2026, 2027)
            shows = ("masked-name", "employer", "recommended-by", "speciality")
            terms = c.SetNoticeTerms(ledger.desk().new_id(), "CQHRSS", shows, "依据", "basis", "a@example.org", 30)
            set_terms(ledger, terms, actors(ledger))
            for login, (organisation, *roles) in STAFF.items():
                _, secret = office.staff.add(login, f"{login} 某", "", organisation, roles, actors(ledger))
                served.welcome[login] = f"{served.url}/console/welcome/{secret}"
            publish_now(ledger)
            before = ledger.store.head().size
        with running(whole.app(served.hands), listener):
            yield Base(served, whole, before)


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    with serving(tmp_path) as found:
        yield found


class Desk:
    """One person at one browser."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def opens(self, path: str) -> None:
        """A page of the console; a session that is over is opened again by the passkey."""
        self.page.goto(f"{self.url}/console{path}")
        if self.page.locator("nav.menu").count() == 0:
            signs_in_by_passkey(self.page)

    def fills(self, **typed: str) -> None:
        fills(self.page, **typed)

    def presses(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name, exact=True).click()

    def was_told(self, text: str) -> None:
        expect(self.page.get_by_role("status")).to_have_text(text)


def test_a_cohort_of_twenty_from_enrolment_to_titles(base: Base, new_context: NewContext, tmp_path: Path) -> None:
    served = base.served
    registrar, assessor, approver, authority = (
        Desk(joins(new_context, served, login, "tablet", locale="zh-CN"), served.url) for login in STAFF
    )
    _lets_passkeys_sign(registrar)
    _opens_and_enrols(registrar)
    served.hands.turn(1 * DAY)
    _records_attendance(registrar)
    served.hands.turn(10 * DAY)
    _records_results(assessor)
    _proposes_certificates(registrar)
    _approves(approver, "certificate.awarded/1", 20)
    certificates = _awards(registrar, f"/cohorts/{COHORT}/awards", 20)
    _files(registrar)
    served.hands.turn(3 * DAY)
    _sits_and_posts(registrar)
    served.hands.turn(8 * DAY)
    _proposes_decisions(registrar)
    _approves(authority, "title.granted/1", 20)
    titles = _awards(registrar, "/titles?year=2026&level=assistant-engineer", 20)
    _all_are_valid_in_public(new_context, served, [*certificates, *titles])
    _audits(base, tmp_path, signed=40)


def _lets_passkeys_sign(registrar: Desk) -> None:
    """An administrator has the log know both approvers' passkeys."""
    for login in ("zheng", "feng"):
        registrar.opens("/staff")
        row = registrar.page.get_by_role("row", name=f"{login} 某")
        row.get_by_role("button", name="用于签署批准").click()
        expect(row.get_by_role("button", name="已丢失")).to_be_visible()


def _opens_and_enrols(registrar: Desk) -> None:
    registrar.opens("/cohorts/new")
    registrar.fills(code=COHORT, programme="BDI", starts_on="2026-11-23", ends_on="2026-12-04", capacity="20")
    registrar.presses("开设新一期")
    expect(registrar.page.locator("h1")).to_contain_text(COHORT)
    for at, (number, name) in enumerate(zip(NUMBERS, NAMES, strict=True)):
        registrar.opens("/trainees/new")
        registrar.fills(trainee_no=number, name=name, id_type="passport", id_number=f"E70{at:05}")
        registrar.fills(education="bachelor", practice_from="2022-07-01", employer="ENT-01")
        registrar.presses("登记新学员")
        expect(registrar.page.locator("h1")).to_have_text(name)
    registrar.opens(f"/cohorts/{COHORT}/enrol")
    registrar.fills(numbers="\n".join(NUMBERS))
    registrar.presses("报名")
    expect(registrar.page.locator("tbody tr")).to_have_count(20)


def _records_attendance(registrar: Desk) -> None:
    for module, hours in (("BD-101", "24"), ("AI-101", "16"), ("PRJ", "24")):
        registrar.opens(f"/cohorts/{COHORT}/attendance")
        registrar.fills(module=module, hours=hours)
        registrar.presses("显示名单")
        expect(registrar.page.locator("input.cell")).to_have_count(20)
        registrar.presses("记录")
        registrar.was_told("已记录 20 项。")


def _records_results(assessor: Desk) -> None:
    """The last of them fails the defence, and passes when they may try again."""
    for assessment in ("EXAM", "LAB", "DEFENCE"):
        _scores(assessor, assessment, "1", ["85"] * 19 + ["40" if assessment == "DEFENCE" else "85"])
    _scores(assessor, "DEFENCE", "2", [""] * 19 + ["85"])


def _scores(assessor: Desk, assessment: str, attempt: str, scores: list[str]) -> None:
    assessor.opens(f"/cohorts/{COHORT}/results")
    assessor.fills(assessment=assessment, attempt=attempt, assessor="EX-01")
    assessor.presses("显示名单")
    for cell, score in enumerate(scores):
        assessor.page.locator("input.cell").nth(cell).fill(score)
    assessor.presses("记录")
    assessor.was_told(f"已记录 {sum(map(bool, scores))} 项。")


def _proposes_certificates(registrar: Desk) -> None:
    registrar.opens(f"/cohorts/{COHORT}/certification")
    expect(registrar.page.locator("input[name=include]:checked")).to_have_count(20)
    registrar.presses("提交审批")
    expect(registrar.page.locator("h1")).to_contain_text("颁发证书 × 20")


def _approves(approver: Desk, kind: str, count: int) -> None:
    """What waits for them is on their first page; their passkey signs all of it."""
    approver.opens("")
    approver.page.locator("main a[href^='/console/proposals/']").first.click()
    expect(approver.page.get_by_text(kind, exact=True)).to_have_count(count)
    approver.presses("批准并签署")
    expect(approver.page.locator(".tag").first).to_have_text("已记录")
    expect(approver.page.locator(".facts").first).to_contain_text(f"{count} / {count}")


def _awards(registrar: Desk, path: str, count: int) -> list[str]:
    """The public links of the awards that a list of the console leads to."""
    registrar.opens(path)
    rows = registrar.page.locator("tbody tr").filter(has_text=re.compile("|".join(NAMES)))
    expect(rows).to_have_count(count)
    pages = [rows.nth(at).locator("a").first.get_attribute("href") for at in range(count)]
    found = []
    for page in pages:
        assert page is not None
        registrar.opens(page.removeprefix("/console"))
        link = registrar.page.locator("a[href^='/c/']").first.get_attribute("href")
        assert link is not None
        found.append(link)
    return found


def _files(registrar: Desk) -> None:
    for number in NUMBERS:
        registrar.opens("/applications/new")
        registrar.fills(trainee_no=number, level="assistant-engineer", speciality="大数据工程", recommended_by="ENT-01")
        registrar.presses("先看是否符合条件")
        expect(registrar.page.locator(".verdict")).to_contain_text("A2")
        registrar.presses("提交申报")
        registrar.page.wait_for_url(re.compile(r"/console/applications/[0-9a-f]{8}-"))


def _sits_and_posts(registrar: Desk) -> None:
    """Twenty applications before one sitting of the panel, whose notices are posted the same day."""
    registrar.opens("/applications/together/panel")
    registrar.fills(size="7", present="6")
    mine = registrar.page.locator("tbody tr").filter(has_text=re.compile("S27"))
    expect(mine).to_have_count(20)
    for at in range(20):
        mine.nth(at).locator("input.cell").fill("5")
    registrar.presses("记录各项表决")
    registrar.was_told("已记录 20 项。")
    registrar.opens("/applications/together/post")
    _ticks_mine_alone(registrar)
    registrar.presses("发布所选公示")
    registrar.was_told("已记录 20 项。")


def _ticks_mine_alone(registrar: Desk) -> None:
    """The sample has applications of its own at every step."""
    for row in registrar.page.locator("tbody tr").all():
        row.locator("input").set_checked("S27" in row.inner_text())


def _proposes_decisions(registrar: Desk) -> None:
    registrar.opens("/applications/together/decide")
    _ticks_mine_alone(registrar)
    registrar.presses("提交所选决定")
    expect(registrar.page.locator("h1")).to_contain_text("× 20")


def _all_are_valid_in_public(new_context: NewContext, served: Served, links: list[str]) -> None:
    public = new_context().new_page()
    public.clock.set_fixed_time(datetime.fromtimestamp(served.hands.now / 1000, UTC))
    assert len(set(links)) == 40
    for link in links:
        for _ in range(60):  # the newest become public with the next checkpoint
            public.goto(f"{served.url}{link}?lang=zh")
            if public.locator("[data-state=valid]").count():
                break
            public.wait_for_timeout(500)
        expect(public.locator("[data-state]").first).to_have_attribute("data-state", "valid")
        expect(public.locator("h1")).to_contain_text("有效")


def _audits(base: Base, config: Path, signed: int) -> None:
    """A stranger's audit finds nothing in what the four did, and that a passkey signed every award."""
    stranger, trust = Terminal(config), base.whole.public / "trust.txt"
    told = stranger.certverify("audit", base.whole.public, "--trust", trust, "--json").json
    assert told["problems"] == []
    assert told["unchecked"] == []
    # The sample's correction bears the day of what it corrects; it was there before.
    assert [item["index"] for item in told["findings"] if item["index"] >= base.before] == []
    assert told["size"] > base.before + 20 * (3 + 4 + 5)
    assert any(f"{signed} were signed by their approver's" in note for note in told["notes"])
