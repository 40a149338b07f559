"""Cohorts: listed within sight, opened, looked into, and filled with people."""

from __future__ import annotations

import re

import pytest

from tests.api.office.class_of_2026 import COHORT, Training, form_id
from tests.api.office.conftest import Browser, Offices, text_of


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar")


@pytest.fixture
def training(offices: Offices) -> Training:
    made = Training(offices)
    made.opens(capacity=3)
    return made


NEW = {"programme": "BDI", "starts_on": "2027-03-01", "ends_on": "2027-05-28", "capacity": "20"}


def test_the_list_has_places_and_certificates(clerk: Browser) -> None:
    page = text_of(clerk.get("/console/cohorts?lang=en"))
    assert "BDI-2026A" in page
    assert "2026-03-02 – 2026-05-29 7 / 10" in page
    assert "Big Data Intelligent Certification" in page


def test_a_cohort_is_opened_once(clerk: Browser, offices: Offices) -> None:
    sent = form_id(clerk.get("/console/cohorts/new").text)
    size = offices.ledger.store.head().size
    for _ in range(2):
        answer = clerk.post("/console/cohorts/new", sent=sent, code="BDI-2027A", **NEW)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/cohorts/BDI-2027A"
    assert offices.ledger.store.head().size == size + 1
    assert "2027-03-01" in clerk.get("/console/cohorts/BDI-2027A").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "BDI-2026A"}, "code is taken"),
        ({"code": "BDI/2027"}, "A code has letters"),
        ({"code": ""}, "has to be filled in"),
        ({"programme": "NONE"}, "Choose one of the list"),
        ({"ends_on": "2027-02-01"}, "before the first"),
        ({"starts_on": "2027-02-30"}, "year-month-day"),
        ({"capacity": "0"}, "not one that can be"),
        ({"capacity": "many"}, "whole number"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    clerk: Browser, offices: Offices, wrong: dict[str, str], sentence: str
) -> None:
    size = offices.ledger.store.head().size
    answer = clerk.post("/console/cohorts/new?lang=en", **{"code": "BDI-2027A", **NEW, **wrong})
    assert answer.status_code == 422
    (name,) = wrong
    place = re.search(rf'<span class="told" id="fault-{name}" aria-live="polite">(.*?)</span>', answer.text)
    assert place is not None
    assert sentence in place[1]
    assert 'value="2027-03-01"' in answer.text or name == "starts_on"
    assert offices.ledger.store.head().size == size


def test_who_may_not_open_one_is_told_which_right_is_missing(offices: Offices) -> None:
    answer = offices.joins("ear", "auditor").post("/console/cohorts/new?lang=en", code="BDI-2027A", **NEW)
    assert answer.status_code == 403
    assert "lacks the role" in answer.text
    assert 'value="BDI-2027A"' in answer.text


def test_the_people_of_a_cohort_have_hours_and_scores_against_what_is_asked(clerk: Browser, training: Training) -> None:
    training.enrols(2)
    training.trains(training.people[0], hours={"BD-101": 12, "AI-101": 16, "PRJ": 24}, scores={"EXAM": 55, "LAB": 90})
    page = text_of(clerk.get(f"/console/cohorts/{COHORT}?lang=en"))
    assert "Z001 学员甲1 in training 12 / 19.2 16 / 12.8 24 / 19.2 55 90 – 2026-11-02" in page
    assert "Z002 学员甲2 in training 0 / 19.2" in page


def test_people_are_paged(clerk: Browser, offices: Offices) -> None:
    training = Training(offices)
    training.opens(capacity=60)
    training.enrols(21)
    path = f"/console/cohorts/{COHORT}"
    first = clerk.get(path).text
    after = re.search(r'href="(\?after=[^"]+)"', first)
    assert after is not None
    second = clerk.get(path + after[1]).text
    found = [set(re.findall(r">Z\d{3}<", page)) for page in (first, second)]
    assert list(map(len, found)) == [20, 1]
    assert not found[0] & found[1]
    assert "下一页" not in second
    assert set(re.findall(r">Z\d{3}<", clerk.get(f"{path}?after=nonsense").text)) == found[0]


def test_people_are_enrolled_by_their_numbers_once_and_the_wrong_ones_are_named(
    clerk: Browser, training: Training, offices: Offices
) -> None:
    for number in range(1, 6):
        training.registers(number)
    path = f"/console/cohorts/{COHORT}/enrol?lang=en"
    sent = form_id(clerk.get(path).text)
    size = offices.ledger.store.head().size
    wrong = clerk.post(path, sent=sent, numbers="Z001\nZ002\nZ999", on="2026-11-23")
    assert wrong.status_code == 422
    assert "<strong>Z999</strong> no trainee of this number" in wrong.text
    assert "Z001\nZ002\nZ999</textarea>" in wrong.text
    assert "Nobody was enrolled" in wrong.text
    assert offices.ledger.store.head().size == size
    for _ in range(2):
        assert clerk.post(path, sent=sent, numbers="Z001\nZ002\nZ003", on="2026-11-23").status_code == 303
    assert offices.ledger.store.head().size == size + 3
    full = clerk.post(path, numbers="Z004 Z001", on="2026-11-23")
    assert full.status_code == 422
    assert "All places of the cohort are taken" in full.text
    assert "enrolled already" in full.text


def test_enrolment_after_the_end_is_refused(clerk: Browser, training: Training) -> None:
    training.registers(1)
    answer = clerk.post(f"/console/cohorts/{COHORT}/enrol?lang=en", numbers="Z001", on="2027-01-01")
    assert answer.status_code == 422
    assert "has ended" in answer.text


def test_other_organisations_see_their_own_cohorts_and_no_others(offices: Offices, training: Training) -> None:
    partner, stranger = (
        offices.joins(name, "registrar", organisation=code) for name, code in (("hua", "HUAWEI"), ("sch", "SCH-01"))
    )
    page = partner.get("/console/cohorts").text
    assert COHORT in page
    assert "ICT-2024A" not in page
    assert COHORT not in stranger.get("/console/cohorts").text
    for path in ("", "/enrol", "/attendance", "/results", "/certification", "/awards"):
        assert partner.get(f"/console/cohorts/{COHORT}{path}").status_code == 200
        assert stranger.get(f"/console/cohorts/{COHORT}{path}").status_code == 404
        assert stranger.get(f"/console/cohorts/NONE{path}").status_code == 404


def test_an_administrator_sees_nobody(offices: Offices) -> None:
    admin = offices.joins("keys", "administrator")
    for path in ("/console/cohorts", "/console/cohorts/BDI-2026A", "/console/trainees"):
        assert admin.get(path).status_code == 403
    assert "/console/trainees" not in admin.get("/console").text


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_every_page_is_there_in_every_language(offices: Offices, training: Training, language: str) -> None:
    clerk = offices.joins("all", "registrar", "assessor")
    training.enrols(1)
    (person,) = training.people
    training.trains(person)
    training.certifies(person)
    (paper,) = offices.ledger.desk().dossier(person).certificates
    at, tag = f"/console/trainees/{person}", {"zh": "zh-CN"}.get(language, language)
    enrolment = f"{at}/enrolments/{training.enrolment(person).id}"
    pages = ["/console/cohorts", "/console/cohorts/new", "/console/trainees", "/console/trainees/new", at, enrolment]
    pages += [f"{at}/{name}" for name in ("name", "details", "erasure", "evidence", f"certificates/{paper}")]
    pages += [f"{enrolment}/{name}" for name in ("withdrawal", "amendment")]
    pages += [
        f"{at}/certificates/{paper}/{name}" for name in ("suspension", "reinstatement", "revocation", "correction")
    ]
    pages += [
        f"/console/cohorts/{COHORT}{name}"
        for name in ("", "/enrol", "/attendance", "/results", "/certification", "/awards")
    ]
    for page in pages:
        answer = clerk.get(f"{page}?lang={language}")
        assert answer.status_code == 200, page
        assert f'<html lang="{tag}">' in answer.text, page
        assert answer.headers["cache-control"] == "no-store", page
        if language != "zh":
            assert "提交" not in answer.text, page
