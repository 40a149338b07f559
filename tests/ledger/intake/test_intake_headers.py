"""Headers in English and Chinese."""

from __future__ import annotations

import pytest

from ledger.intake.cells import cell_reader
from ledger.intake.choices import CHOICES
from ledger.intake.files import KINDS, PackError
from ledger.intake.headers import COLUMNS, Content, locate_columns
from verifier import rules

ROSTER = [column.name for column in COLUMNS["roster"]]
ROSTER_ZH = (
    "学号 姓名 证件类型 证件号码 学历 毕业日期 从业起始日期 现有职称 取得日期 工作单位 期次 报名日期 邮箱 手机号"
)


def test_every_table_has_columns_and_no_heading_means_two() -> None:
    assert set(COLUMNS) == set(KINDS) - {"programmes", "policies"}
    for kind, columns in COLUMNS.items():
        titles = [title for column in columns for title in (column.name, *column.chinese)]
        assert len(titles) == len(set(titles)), kind


@pytest.mark.parametrize("kind", COLUMNS)
def test_each_chinese_heading_is_found(kind: str) -> None:
    columns = COLUMNS[kind]
    plain = [column.name for column in columns]
    assert locate_columns("f.csv", kind, plain) == tuple(range(len(columns)))
    for at, column in enumerate(columns):
        for title in column.chinese:
            header = [*plain[:at], title, *plain[at + 1 :]]
            assert locate_columns("f.csv", kind, header) == tuple(range(len(columns)))


def test_the_headings_of_an_office_are_the_roster_in_order() -> None:
    assert locate_columns("roster.csv", "roster", ROSTER_ZH.split(" ")) == tuple(range(14))


@pytest.mark.parametrize(
    "header",
    [
        ["TRAINEE_NO", " Cohort ", "enrolled on"],
        ["Trainee-No", "\ufeffcohort", "Enrolled_On*"],
        ["学 号", "期次 ", "　报名日期"],
        ["＊学号", "期次", "报名\n日期"],
    ],
)
def test_width_case_and_blanks_of_a_heading_do_not_matter(header: list[str]) -> None:
    assert locate_columns("enrolments.csv", "enrolments", header) == (0, 1, 2)


def test_columns_may_stand_in_any_order_beside_blank_ones() -> None:
    header = ["enrolled_on", "", "cohort", " ", "trainee_no"]
    assert locate_columns("enrolments.csv", "enrolments", header) == (4, 2, 0)


def test_a_column_that_may_be_empty_may_be_missing() -> None:
    optional = {"graduated_on", "title_held", "title_since", "employer", "email", "phone"}
    header = [name for name in ROSTER if name not in optional]
    places = locate_columns("roster.csv", "roster", header)
    assert {name for name, place in zip(ROSTER, places, strict=True) if place is None} == optional


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (["trainee_no", "cohort"], "enrolments.csv line 1: column enrolled_on is missing"),
        (["trainee_no"], "column cohort, enrolled_on is missing"),
        (["trainee_no", "cohort", "enrolled_on", "remarks"], "line 1: column 'remarks' is unknown in enrolments"),
        (["trainee_no", "cohort", "enrolled_on", "学号"], "columns 'trainee_no' and '学号' are both trainee_no"),
        (["trainee_no;cohort;enrolled_on"], "column 'trainee_no;cohort;enrolled_on' is unknown"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(header: list[str], message: str) -> None:
    with pytest.raises(PackError, match=message):
        locate_columns("enrolments.csv", "enrolments", header)


def test_the_words_of_a_list_stand_for_its_values_and_nothing_else() -> None:
    lists = {
        "kind": rules.ORGANISATION_KINDS,
        "id_type": rules.ID_TYPES,
        "education": rules.EDUCATIONS,
        "title_held": ("", *rules.TITLES[1:]),
        "level": rules.AWARD_LEVELS,
        "objection": rules.OBJECTIONS,
        "award": rules.AWARDS,
        "reason": rules.REVOCATION_REASONS,
    }
    assert set(CHOICES) == set(lists)
    for name, values in lists.items():
        assert set(CHOICES[name].values()) == set(values), name
        assert all(CHOICES[name][value] == value for value in values if value), name
    named = {column.choices for columns in COLUMNS.values() for column in columns if column.content is Content.CHOICE}
    assert named == set(CHOICES)


def test_every_content_of_a_column_has_a_reader() -> None:
    contents = {column.content for columns in COLUMNS.values() for column in columns}
    assert contents == set(Content)
    for columns in COLUMNS.values():
        for column in columns:
            assert cell_reader(column)(" ") == ("", None, None)
