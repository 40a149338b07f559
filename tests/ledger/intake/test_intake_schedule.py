"""The order in which rows take effect."""

from __future__ import annotations

from datetime import date

from ledger.intake.files import PackFile
from ledger.intake.headers import COLUMNS
from ledger.intake.rows import Row, read_file
from ledger.intake.schedule import Phase, Step, schedule

DAY = "2021-06-15"
ROSTER = "{no},李雷,passport,E{no},bachelor,,2012-07-01,,,,C1,{on},,"
LINES = {
    "roster": ROSTER.format(no="T1", on=DAY),
    "enrolments": f"T1,C2,{DAY}",
    "attendance": f"T1,C1,M1,8,{DAY}",
    "assessments": f"T1,C1,EXAM,1,86.8,{DAY},EX-06",
    "amendments": f"T1,C1,EXAM,1,67.2,登分错误,{DAY}",
    "withdrawals": f"T1,C1,{DAY},个人原因",
    "award_requests": f"T1,C1,{DAY}",
    "title_applications": "A1,T1,engineer,大数据工程,{applied},E1,{panel},9,6,4,{notice},none,{decided}",
    "revocations": f"T1,certificate,C1,,{DAY},fraud",
}


def rows(kind: str, *lines: str, name: str = "") -> list[Row]:
    text = "\n".join([",".join(column.name for column in COLUMNS[kind]), *lines])
    read = read_file(PackFile(kind, name or f"{kind}.csv", text.encode()))
    assert all(isinstance(row, Row) for row in read), read
    return [row for row in read if isinstance(row, Row)]


def application(applied: str, panel: str, notice: str, decided: str) -> str:
    return LINES["title_applications"].format(applied=applied, panel=panel, notice=notice, decided=decided)


def shown(steps: list[Step]) -> list[tuple[str, str, int]]:
    return [(step.row.source.kind, step.part, step.row.source.line) for step in steps]


def test_the_order_within_one_day() -> None:
    applications = rows(
        "title_applications",
        application(DAY, DAY, DAY, DAY),
        application("2021-06-14", DAY, DAY, DAY),
        application(DAY, "2021-06-16", "2021-06-16", "2021-06-30"),
    )
    others = [row for kind, line in LINES.items() if kind != "title_applications" for row in rows(kind, line)]
    steps = [step for step in schedule(applications + others[::-1]) if step.on == date(2021, 6, 15)]
    assert shown(steps) == [
        ("roster", "row", 2),
        ("enrolments", "row", 2),
        ("attendance", "row", 2),
        ("assessments", "row", 2),
        ("amendments", "row", 2),
        ("withdrawals", "row", 2),
        ("award_requests", "row", 2),
        ("revocations", "row", 2),
        ("title_applications", "panel", 3),
        ("title_applications", "notice", 3),
        ("title_applications", "decide", 3),
        ("title_applications", "apply", 2),
        ("title_applications", "apply", 4),
        ("title_applications", "panel", 2),
        ("title_applications", "notice", 2),
        ("title_applications", "decide", 2),
    ]
    assert [step.phase for step in steps] == sorted(step.phase for step in steps)
    assert {step.phase for step in steps} == set(Phase)


def test_the_four_steps_of_an_application_fall_on_their_days() -> None:
    [row] = rows("title_applications", application("2021-10-08", "2021-10-25", "2021-10-28", "2021-11-05"))
    assert [(step.on.isoformat(), step.part) for step in schedule([row])] == [
        ("2021-10-08", "apply"),
        ("2021-10-25", "panel"),
        ("2021-10-28", "notice"),
        ("2021-11-05", "decide"),
    ]


def test_an_application_out_of_order_gives_its_first_step_alone() -> None:
    for days in (
        ("2021-10-08", "2021-10-07", "2021-10-28", "2021-11-05"),
        ("2021-10-08", "2021-10-29", "2021-10-28", "2021-11-05"),
        ("2021-10-08", "2021-10-25", "2021-11-06", "2021-11-05"),
    ):
        [row] = rows("title_applications", application(*days))
        assert schedule([row]) == [Step(date(2021, 10, 8), Phase.APPLICATION, row, "apply")]


def test_days_come_before_files_and_files_before_nothing_else() -> None:
    first = rows("roster", ROSTER.format(no="T3", on="2021-02-02"), ROSTER.format(no="T1", on="2021-02-01"))
    second = rows("roster", ROSTER.format(no="T2", on="2021-02-01"), name="roster.b.csv")
    steps = schedule(first + second)
    assert [(step.row.source.file, step.row.source.line) for step in steps] == [
        ("roster.csv", 3),
        ("roster.b.csv", 2),
        ("roster.csv", 2),
    ]
