"""The pictures: a drawing, its numbers in a table and a CSV, of what the viewer may see and nothing else."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields

import pytest

from api.office import picture_words, pictures
from api.office.bars import MOST, WIDE, chart
from ledger.register import pictures as drawn
from ledger.register.reading import open_register
from ledger.register.scope import Scope
from tests.api.office.conftest import Browser, Offices


@pytest.fixture
def auditor(offices: Offices) -> Browser:
    return offices.joins("auditor", "auditor")


def read(browser: Browser, path: str) -> list[dict[str, str]]:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("﻿"))))


def test_the_funnel_says_what_the_register_says(offices: Offices, auditor: Browser) -> None:
    with open_register(offices.ledger) as register:
        for by in pictures.GROUPS:
            wanted = drawn.funnel(register.views, by)
            found = read(auditor, f"/console/pictures/funnel.csv?by={by}")
            assert [(row["of"], int(row["enrolled"]), int(row["titled"])) for row in found] == [
                (item.of or "", item.enrolled, item.titled) for item in wanted
            ]
            assert wanted


def test_the_page_draws_every_number_that_its_table_has(auditor: Browser) -> None:
    page = auditor.get("/console/pictures?lang=en").text
    for row in read(auditor, "/console/pictures/funnel.csv"):
        assert f'class="label">{row["of"]}</text>' in page
        for name in ("enrolled", "trained", "certified", "titled"):
            assert f"<td>{row[name]}</td>" in page
    assert len(re.findall(r'role="img"', page)) == 4
    assert not re.search(r"\sstyle=", page)


def test_an_organisation_sees_its_own(offices: Offices) -> None:
    own = offices.office.executor.base().catalogue
    code = next(iter(own.cohorts.values())).programme
    teacher = own.programme(code, 1).taught_by
    browser = offices.joins("teacher", "registrar", organisation=teacher)
    with open_register(offices.ledger) as register:
        wanted = drawn.funnel(register.views, "cohort", Scope(teacher))
    assert [row["of"] for row in read(browser, "/console/pictures/funnel.csv")] == [item.of for item in wanted]
    stranger = offices.joins("stranger", "registrar", organisation=school(offices))
    assert len(read(stranger, "/console/pictures/funnel.csv")) < len(wanted)


def school(offices: Offices) -> str:
    organisations = offices.office.executor.base().organisations
    return next(code for code, item in organisations.items() if item.kind == "school")


def test_administrators_see_none(offices: Offices) -> None:
    boss = offices.joins("boss", "administrator")
    assert boss.get("/console/pictures").status_code == 403
    assert boss.get("/console/pictures/supply.csv").status_code == 403
    assert "/console/pictures" not in boss.get("/console").text


def test_what_is_no_picture_is_refused(auditor: Browser) -> None:
    assert auditor.get("/console/pictures/people.csv").status_code == 409
    assert auditor.get("/console/pictures?by=nonsense").status_code == 200


def test_cells_that_begin_like_formulas_are_defused() -> None:
    assert [pictures._defused(value) for value in ("=1+1", "-2", "数据", None, 3)] == ["'=1+1", "'-2", "数据", "", "3"]


def test_every_column_and_picture_has_its_words() -> None:
    for kind, row in pictures.KINDS.items():
        assert {field.name for field in fields(row)} <= set(picture_words.COLUMNS)
        assert kind in picture_words.TITLES
        assert kind in picture_words.ABOUT
        assert pictures.series(kind)
    assert set(pictures.GROUPS) == set(picture_words.GROUPS)


def test_bars_are_to_scale_and_long_tables_are_cut() -> None:
    made = chart([("a", (10, 5)), ("b", (0, 1))])
    assert [[bar.width for bar in row.bars] for row in made.rows] == [[WIDE, WIDE / 2], [0, WIDE / 10]]
    assert chart([]).rows == ()
    assert chart([("x", (0,))] * (MOST + 2)).left_out == 2
