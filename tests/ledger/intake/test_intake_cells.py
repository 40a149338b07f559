"""The normal form and the typed value of one cell, and its faults."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.intake.cells import Cell, cell_reader
from ledger.intake.headers import COLUMNS


def read(kind: str, column: str, raw: str) -> Cell:
    return next(cell_reader(one) for one in COLUMNS[kind] if one.name == column)(raw)


@pytest.mark.parametrize(
    ("column", "raw", "text"),
    [
        ("name", " 沈军晨　", "沈军晨"),
        ("name", "玛依拉·艾合买提", "玛依拉·艾合买提"),
        ("name", "Ann　Lee", "Ann　Lee"),
        ("name", "李１", "李1"),
        ("phone", "１９９００００００１７", "19900000017"),
        ("trainee_no", "Ｔ１９－０１", "T19-01"),
        ("cohort", "\tBDI-2019A\u00a0", "BDI-2019A"),
        ("id_number", "50000019780620306x", "50000019780620306X"),
        ("id_number", "５０００００１９７８０６２０３０６ｘ", "50000019780620306X"),
        ("id_number", "e12x", "e12x"),
        ("email", "a@example.org\u200b", "a@example.org"),
    ],
)
def test_a_text_in_normal_form(column: str, raw: str, text: str) -> None:
    assert read("roster", column, raw) == Cell(text, text, None)


@pytest.mark.parametrize("raw", ["", " ", "　", "\t\u00a0"])
def test_blanks_are_an_empty_cell(raw: str) -> None:
    for column in COLUMNS["roster"]:
        assert cell_reader(column)(raw) == Cell("", None, None)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2023-02-05", date(2023, 2, 5)),
        ("2023/02/05", date(2023, 2, 5)),
        ("2023/2/5", date(2023, 2, 5)),
        ("2023-2-5", date(2023, 2, 5)),
        (" ２０２３／０２／０５　", date(2023, 2, 5)),
        ("2023/2/5 0:00", date(2023, 2, 5)),
        ("2023-02-05 00:00:00", date(2023, 2, 5)),
        ("2020-02-29", date(2020, 2, 29)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2199-12-31", date(2199, 12, 31)),
    ],
)
def test_a_date(raw: str, day: date) -> None:
    assert read("roster", "enrolled_on", raw) == Cell(day.isoformat(), day, None)


@pytest.mark.parametrize(
    "raw",
    [
        "2019-02-30",
        "2019-02-29",
        "2019-13-01",
        "2019-00-10",
        "2019-01-00",
        "2019-1/5",
        "20190105",
        "19-01-05",
        "2019-01-05T00:00",
        "2019-01-05 08:30:00",
        "2019-W05-1",
        "1899-12-31",
        "2200-01-01",
        "0000-01-01",
        "43470",
        "yesterday",
        "2019-01-05x",
        "٢٠١٩-01-05",
    ],
)
def test_what_is_no_date(raw: str) -> None:
    assert read("roster", "enrolled_on", raw).fault == "bad-date"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("0", "0"),
        ("100", "100"),
        ("100.0", "100"),
        ("86.80", "86.8"),
        ("086.8", "86.8"),
        ("00", "0"),
        ("0.0", "0"),
        ("６０．５", "60.5"),
        (" 60 ", "60"),
        ("59.99999999999999999999999999999999999", "59.99999999999999999999999999999999999"),
    ],
)
def test_a_score_is_exact(raw: str, text: str) -> None:
    assert read("assessments", "score", raw) == Cell(text, Decimal(text), None)


@pytest.mark.parametrize(
    "raw",
    [
        "100.5",
        "100.00000000000000000000000000000001",
        "-1",
        "+1",
        "-0",
        "NaN",
        "inf",
        "1e1",
        "1E1",
        "8,5",
        "80分",
        ".5",
        "5.",
        "1_0",
        "0x10",
        "٨٠",
        "--",
        "1" * 5000,
        "5.00000197509074e+17",
    ],
)
def test_what_is_no_score(raw: str) -> None:
    assert read("assessments", "score", raw).fault == "bad-score"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("0", "bad-hours"),
        ("0.00", "bad-hours"),
        ("-3", "bad-hours"),
        ("4 h", "bad-hours"),
        ("0.01", None),
        ("4.0", None),
        ("240", None),
    ],
)
def test_hours_are_above_nothing(raw: str, fault: str | None) -> None:
    assert read("attendance", "hours", raw).fault == fault


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1", 1), ("1.0", 1), ("2.000", 2), ("01", 1), ("１", 1), ("100", 100), ("999999999999999", 10**15 - 1)],
)
def test_an_attempt_is_whole_and_from_one(raw: str, value: int) -> None:
    assert read("assessments", "attempt", raw) == Cell(str(value), value, None)


@pytest.mark.parametrize("raw", ["0", "0.0", "-1", "1.5", "first", "1e0", "1.", "9" * 5000])
def test_what_is_no_attempt(raw: str) -> None:
    assert read("assessments", "attempt", raw).fault == "bad-number"


@pytest.mark.parametrize(
    ("raw", "fault"), [("0", None), ("0.0", None), ("9", None), ("-1", "bad-number"), ("1.2", "bad-number")]
)
def test_a_count_is_whole_and_from_nothing(raw: str, fault: str | None) -> None:
    assert read("title_applications", "votes_for", raw).fault == fault


@pytest.mark.parametrize(
    ("kind", "column", "raw", "value"),
    [
        ("roster", "education", "本科", "bachelor"),
        ("roster", "education", "第二学士学位", "second-bachelor"),
        ("roster", "education", " doctor ", "doctor"),
        ("roster", "id_type", "居民身份证", "resident-id"),
        ("roster", "id_type", "护照", "passport"),
        ("roster", "title_held", "助理工程师", "assistant-engineer"),
        ("title_applications", "level", "工程师", "engineer"),
        ("title_applications", "objection", "无", "none"),
        ("title_applications", "objection", "异议成立", "upheld"),
        ("revocations", "award", "证书", "certificate"),
        ("revocations", "reason", "弄虚作假", "fraud"),
        ("revocations", "level", "technician", "technician"),
        ("organisations", "kind", "高校", "university"),
    ],
)
def test_a_word_of_a_list(kind: str, column: str, raw: str, value: str) -> None:
    assert read(kind, column, raw) == Cell(value, value, None)


@pytest.mark.parametrize(
    ("kind", "column", "raw"),
    [
        ("roster", "education", "wizard"),
        ("roster", "education", "Bachelor"),
        ("roster", "title_held", "professor"),
        ("title_applications", "level", "technician"),
        ("title_applications", "level", "none"),
        ("title_applications", "objection", "maybe"),
        ("revocations", "award", "medal"),
        ("revocations", "reason", "登分错误"),
    ],
)
def test_a_word_that_is_not_in_the_list_keeps_its_text(kind: str, column: str, raw: str) -> None:
    assert read(kind, column, raw) == Cell(raw, raw, "unknown-value")


@pytest.mark.parametrize("raw", ["none", "无"])
def test_the_word_for_no_title_is_an_empty_cell(raw: str) -> None:
    assert read("roster", "title_held", raw) == Cell("", None, None)


@given(st.text(max_size=30))
def test_the_normal_form_is_read_as_itself(raw: str) -> None:
    for kind in ("roster", "assessments", "title_applications", "revocations"):
        for column in COLUMNS[kind]:
            reader = cell_reader(column)
            assert reader(reader(raw).text) == reader(raw)


@given(st.decimals(0, 100, places=4))
def test_every_way_to_write_a_score_has_one_normal_form(score: Decimal) -> None:
    cell = read("assessments", "score", f"0{score:f}0")
    assert cell == read("assessments", "score", f"{score:f}")
    assert cell.value == score
