"""Typed rows: identity, lines, and each code that needs no state, in its order."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from ledger.intake.files import ROW_KINDS, Pack, PackError, PackFile
from ledger.intake.headers import COLUMNS
from ledger.intake.rows import (
    ROW_TYPES,
    ApplicationRow,
    AssessmentRow,
    Rejected,
    RevocationRow,
    RosterRow,
    Row,
    Source,
    read_file,
    read_rows,
)

GOOD = {
    "roster": "T1,李雷,resident-id,50000019900307008X,bachelor,2012-06-30,2012-07-01,technician,2015-01-01,E1,C1,"
    "2021-02-19,t1@example.org,19900000001",
    "enrolments": "T1,C2,2022-02-02",
    "attendance": "T1,C1,M1,8,2021-03-06",
    "assessments": "T1,C1,EXAM,1,86.8,2021-06-09,EX-06",
    "amendments": "T1,C1,EXAM,1,67.2,登分错误,2021-06-10",
    "withdrawals": "T1,C1,2021-03-08,个人原因",
    "award_requests": "T1,C1,2021-06-26",
    "title_applications": "A1,T1,engineer,大数据工程,2021-10-08,E1,2021-10-25,9,6,4,2021-10-28,none,2021-11-05",
    "revocations": "T1,certificate,C1,,2022-01-02,fraud",
}


def names(kind: str) -> list[str]:
    return [column.name for column in COLUMNS[kind]]


def csv_file(kind: str, *lines: str, name: str = "") -> PackFile:
    text = "\n".join([",".join(names(kind)), *lines]) + "\n"
    return PackFile(kind, name or f"{kind}.csv", text.encode())


def line_with(kind: str, **changes: str) -> str:
    cells = dict(zip(names(kind), GOOD[kind].split(","), strict=True))
    assert set(changes) <= set(cells)
    return ",".join({**cells, **changes}.values())


def only(kind: str, line: str) -> Row | Rejected:
    [row] = read_file(csv_file(kind, line))
    return row


def good(kind: str, **changes: str) -> Row:
    row = only(kind, line_with(kind, **changes))
    assert isinstance(row, Row), row
    return row


def code(kind: str, **changes: str) -> tuple[str, str]:
    row = only(kind, line_with(kind, **changes))
    assert isinstance(row, Rejected), row
    assert row.source == Source(kind, f"{kind}.csv", 2)
    assert row.sentence.startswith(f"{kind}.csv line 2: {row.column}")
    return row.code, row.column


def with_check(first17: str) -> str:
    """A resident ID number with its check character, computed here by the weights of GB 11643."""
    weights = [2 ** (17 - at) % 11 for at in range(17)]
    remainder = sum(int(digit) * weight for digit, weight in zip(first17, weights, strict=True)) % 11
    return first17 + "10X98765432"[remainder]


@pytest.mark.parametrize("kind", ROW_KINDS)
def test_the_fields_of_a_row_are_its_columns_in_order(kind: str) -> None:
    common = [field.name for field in dataclasses.fields(Row)]
    assert [field.name for field in dataclasses.fields(ROW_TYPES[kind])] == common + names(kind)
    row = good(kind)
    assert type(row) is ROW_TYPES[kind]
    assert row.source == Source(kind, f"{kind}.csv", 2)
    assert row.unknown_values == ()
    assert isinstance(row.effective_on(), date)


def test_a_row_of_the_roster() -> None:
    row = good("roster", id_number="50000019900307008x", graduated_on="", employer="", email="", phone="１９９")
    assert row == RosterRow(
        Source("roster", "roster.csv", 2),
        (
            "T1", "李雷", "resident-id", "50000019900307008X", "bachelor", "", "2012-07-01", "technician", "2015-01-01",
            "", "C1", "2021-02-19", "", "199",
        ),
        1,
        (),
        "T1", "李雷", "resident-id", "50000019900307008X", "bachelor", None, date(2012, 7, 1), "technician",
        date(2015, 1, 1), None, "C1", date(2021, 2, 19), None, "199",
    )  # fmt: skip


def test_numbers_are_typed_exactly() -> None:
    result = good("assessments", attempt="2.0", score="59.9999999999999999999999999999")
    assert isinstance(result, AssessmentRow)
    assert (result.attempt, result.score) == (2, Decimal("59.9999999999999999999999999999"))
    filed = good("title_applications", recommended_by="")
    assert isinstance(filed, ApplicationRow)
    assert (filed.panel_size, filed.panel_present, filed.votes_for, filed.recommended_by) == (9, 6, 4, None)


@pytest.mark.parametrize("kind", ROW_KINDS)
def test_every_field_but_those_that_may_be_empty_is_required(kind: str) -> None:
    may_be_empty = {"graduated_on", "employer", "email", "phone", "recommended_by"}
    tied = {"title_held", "title_since", "cohort", "level"} if kind in {"roster", "revocations"} else set()
    for name in names(kind):
        if name in may_be_empty:
            assert good(kind, **{name: ""}).cells[names(kind).index(name)] == ""
        elif name not in tied or (kind, name) == ("roster", "cohort"):
            assert code(kind, **{name: "　"}) == ("missing-field", name)


def test_a_title_held_and_its_day_go_together() -> None:
    assert code("roster", title_since="") == ("missing-field", "title_since")
    assert code("roster", title_held="") == ("missing-field", "title_held")
    assert code("roster", title_held="无") == ("missing-field", "title_held")
    row = good("roster", title_held="none", title_since="")
    assert isinstance(row, RosterRow)
    assert (row.title_held, row.title_since) == (None, None)


def test_a_revocation_needs_the_field_of_its_award() -> None:
    assert code("revocations", cohort="") == ("missing-field", "cohort")
    assert code("revocations", award="title") == ("missing-field", "level")
    row = good("revocations", award="title", cohort="", level="engineer")
    assert isinstance(row, RevocationRow)
    assert (row.cohort, row.level) == (None, "engineer")
    assert good("revocations", award="medal", cohort="").unknown_values == ("award",)


@pytest.mark.parametrize(
    ("kind", "column"),
    [(kind, name) for kind in ROW_KINDS for name in names(kind) if name.endswith(("_on", "_since", "_from"))],
)
def test_each_date_is_checked(kind: str, column: str) -> None:
    assert code(kind, **{column: "2019-02-30"}) == ("bad-date", column)


@pytest.mark.parametrize(
    "number",
    [
        with_check("50000019900307001"),
        with_check("50000020000229123"),
        with_check("50000020210219123"),  # born on the day of enrolment
        "500000197509074038",
        "50000019780620306X",
    ],
)
def test_a_good_id_number(number: str) -> None:
    assert good("roster", id_number=number).cells[3] == number


@pytest.mark.parametrize(
    "number",
    [
        "50000019900231123X",  # right check character, no such day
        with_check("50000019900231123"),
        with_check("50000019001301123"),
        with_check("50000019010229123"),
        with_check("50000020210220123"),  # born the day after enrolment
        "500000199112159291",
        "500000197509074039",
        "50000019750907403",
        "5000001975090740388",
        "500000750907403",
        "5000001975O9074038",
        "500000 19750907 4038",
        "500000-19750907-4038",
        "X00000197509074038",
        "5.00000197509074e+17",
    ],
)
def test_a_bad_id_number(number: str) -> None:
    assert code("roster", id_number=number) == ("bad-id-number", "id_number")
    assert good("roster", id_number=number, id_type="passport").unknown_values == ()


def test_every_other_check_character_is_wrong() -> None:
    right = with_check("50000019900307001")
    for character in set("0123456789X") - {right[-1]}:
        assert code("roster", id_number=right[:-1] + character) == ("bad-id-number", "id_number")


def test_the_sentence_repeats_no_personal_value() -> None:
    rejected = only("roster", line_with("roster", id_number="500000197509074039"))
    assert isinstance(rejected, Rejected)
    assert rejected.sentence == (
        "roster.csv line 2: id_number is not one by GB 11643: its length, check character or birth date is wrong"
    )


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("roster", {"name": "", "enrolled_on": "x", "id_number": "1"}, ("missing-field", "name")),
        ("roster", {"title_held": "", "enrolled_on": "x", "id_number": "1"}, ("missing-field", "title_held")),
        ("roster", {"practice_from": "x", "enrolled_on": "x", "id_number": "1"}, ("bad-date", "practice_from")),
        ("roster", {"education": "wizard", "id_number": "1"}, ("bad-id-number", "id_number")),
        ("assessments", {"assessor": "", "assessed_on": "x", "score": "x"}, ("missing-field", "assessor")),
        ("assessments", {"assessed_on": "x", "score": "x", "attempt": "x"}, ("bad-date", "assessed_on")),
        ("assessments", {"score": "x", "attempt": "x"}, ("bad-score", "score")),
        ("assessments", {"attempt": "0"}, ("bad-number", "attempt")),
        ("attendance", {"hours": "0", "attended_on": "x"}, ("bad-date", "attended_on")),
        ("attendance", {"hours": "0"}, ("bad-hours", "hours")),
        ("amendments", {"score": "101", "attempt": "1.5"}, ("bad-score", "score")),
        ("title_applications", {"objection": "?", "votes_for": "x", "panel_size": "x"}, ("bad-number", "panel_size")),
        ("revocations", {"reason": "?", "award": "title"}, ("missing-field", "level")),
    ],
)
def test_the_first_code_that_applies_is_given(kind: str, changes: dict[str, str], expected: tuple[str, str]) -> None:
    assert code(kind, **changes) == expected


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("roster", {"id_type": "library-card"}),
        ("roster", {"education": "wizard", "title_held": "wizard"}),
        ("title_applications", {"level": "technician"}),
        ("title_applications", {"objection": "?"}),
        ("revocations", {"award": "medal"}),
        ("revocations", {"level": "wizard", "reason": "登分错误"}),
    ],
)
def test_values_outside_their_list_are_named_for_later(kind: str, changes: dict[str, str]) -> None:
    assert good(kind, **changes).unknown_values == tuple(changes)


def test_a_comma_without_quotes_is_a_row_turned_away() -> None:
    rejected = only("enrolments", "T1,C,1,2022-02-02")
    assert isinstance(rejected, Rejected)
    assert rejected.code == "missing-field"
    assert rejected.sentence == "enrolments.csv line 2: a filled cell has no heading: is a comma in a value not quoted?"
    assert isinstance(only("enrolments", "T1,C1,2022-02-02, ,"), Row)
    assert isinstance(only("withdrawals", "T1,C1,2022-02-02"), Rejected)


def test_lines_and_occurrences() -> None:
    file = csv_file(
        "attendance", GOOD["attendance"], "", line_with("attendance", hours="8.0"), "T1", GOOD["attendance"]
    )
    rows = read_file(file)
    assert [row.source.line for row in rows] == [2, 4, 5, 6]
    assert [row.occurrence for row in rows if isinstance(row, Row)] == [1, 2, 3]
    assert len({row.identity() for row in rows if isinstance(row, Row)}) == 3


def test_an_identity_is_kind_content_and_occurrence() -> None:
    [row], [elsewhere] = (
        read_file(csv_file("enrolments", "T1,C2,2022-02-02")),
        read_file(csv_file("enrolments", "", "T1, C2 ,2022/2/2", name="enrolments.2.csv")),
    )
    assert isinstance(row, Row)
    assert isinstance(elsewhere, Row)
    assert row.identity() == elsewhere.identity()
    award = good("award_requests", cohort="C2", requested_on="2022-02-02")
    assert award.cells == row.cells
    assert award.identity() != row.identity()


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_one_content_is_one_row_in_every_form() -> None:
    header = [column.chinese[0] for column in COLUMNS["roster"]]
    plain = (
        line_with("roster", id_type="居民身份证", education="本科", title_held="技术员").replace("X,", "x,").split(",")
    )
    for at in (5, 6, 8, 11):
        plain[at] = plain[at].replace("-0", "/").replace("-", "/")
    cells: list[object] = [*plain]
    cells[5:7] = [date(2012, 6, 30), date(2012, 7, 1)]
    cells[8], cells[11], cells[13] = date(2015, 1, 1), date(2021, 2, 19), 19900000001
    text = "\r\n".join([",".join(header), ",".join(plain)])
    backwards = ",".join(header[::-1]) + "\n" + ",".join(plain[::-1])
    files = [
        csv_file("roster", GOOD["roster"]),
        PackFile("roster", "roster.csv", text.encode("utf-8-sig")),
        PackFile("roster", "roster.csv", text.encode("gb18030")),
        PackFile("roster", "roster.csv", backwards.encode()),
        PackFile("roster", "roster.xlsx", workbook([header, cells])),
    ]
    identities = [[row.identity() for row in read_file(file) if isinstance(row, Row)] for file in files]
    assert identities == [identities[0]] * len(files)
    assert len(identities[0]) == 1


def test_the_rows_of_a_pack_stand_in_the_order_of_its_files() -> None:
    files = (
        csv_file("roster", GOOD["roster"], "T2"),
        csv_file("enrolments", GOOD["enrolments"]),
        csv_file("enrolments", GOOD["enrolments"], name="enrolments.2.csv"),
        csv_file("revocations", GOOD["revocations"]),
    )
    rows = read_rows(Pack((PackFile("cohorts", "cohorts.csv", b"not read here"), *files), ()))
    assert [(row.source.file, row.source.line) for row in rows] == [
        ("roster.csv", 2),
        ("roster.csv", 3),
        ("enrolments.csv", 2),
        ("enrolments.2.csv", 2),
        ("revocations.csv", 2),
    ]
    orders = [Source(kind, f"{kind}.csv", line).order() for kind in ROW_KINDS for line in (2, 10)]
    assert orders == sorted(orders)


def test_a_header_that_does_not_fit_stops_the_pack() -> None:
    with pytest.raises(PackError, match="column 'hours' is unknown in enrolments"):
        read_rows(Pack((PackFile("enrolments", "enrolments.csv", b"trainee_no,cohort,hours\n"),), ()))
