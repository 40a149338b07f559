"""Title applications by step, and filing one: each condition of each route told before anything is recorded."""

from __future__ import annotations

import re

import pytest

from api.office import title_words
from ledger import commands as c
from ledger.office.history import owner_of
from tests.api.office.applicants import EMPLOYER, certified, plain_calendars
from tests.api.office.conftest import Browser, Offices, text_of
from tests.api.whole_ledger import TODAY, do
from verifier.rules import AWARD_LEVELS, EDUCATIONS, TITLES
from verifier.standing import Standing

FORM = {
    "level": "assistant-engineer",
    "speciality": "大数据工程",
    "recommended_by": EMPLOYER,
    "application_no": "A26-TEST",
}


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    plain_calendars(offices.ledger, 2026, 2027)
    return offices.joins("clerk", "registrar")


def sent_of(page: str) -> str:
    found = re.search(r'name="sent" value="([0-9a-f-]{36})"', page)
    assert found is not None
    return found[1]


def test_eligibility_is_told_condition_by_condition_before_anything_is_recorded(
    offices: Offices, clerk: Browser
) -> None:
    certified(offices.ledger, "N1", "college")
    size = offices.ledger.store.head().size
    page = clerk.post("/console/applications/new?lang=en", do="explain", trainee_no="N1", **FORM)
    assert page.status_code == 200
    text = text_of(page)
    assert "Eligible: once filed it goes to the panel, under route A5" in text
    assert "education doctor or master or second bachelor college ✗ not met" in text
    assert "title held technician none ✗ not met" in text
    assert "full years in the title 2 full years none ✗ not met" in text
    assert "full years of practice 3 full years since 2021-11-01 ✓ met" in text
    assert "best total of a valid certificate 80 or more" in text
    assert "E5 · engineer" in text
    assert offices.ledger.store.head().size == size


def test_filed_it_is_in_the_list_and_the_same_form_twice_is_filed_once(offices: Offices, clerk: Browser) -> None:
    trainee = certified(offices.ledger, "N1")
    explained = clerk.post("/console/applications/new", do="explain", trainee_no="N1", **FORM)
    sent = {"do": "file", "trainee_no": "N1", "sent": sent_of(explained.text), **FORM}
    size = offices.ledger.store.head().size
    first, second = (clerk.post("/console/applications/new", **sent) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert offices.ledger.store.head().size == size + 2  # filed and found eligible
    (application,) = offices.ledger.desk().dossier(trainee).applications.values()
    assert (application.policy, application.route) == ("CQ-ENG-2024", "A2")
    listed = text_of(clerk.get("/console/applications?step=eligible&lang=en"))
    assert "A26-TEST" in listed
    assert "Panel has to vote 1" in listed
    assert "A26-TEST" not in clerk.get("/console/applications?step=notice").text
    assert "A26-TEST" not in clerk.get("/console/applications?level=engineer").text
    assert "2026-11-23" in text_of(clerk.get(first.headers["location"]))


def test_one_that_would_be_refused_says_why_and_can_be_filed_all_the_same(offices: Offices, clerk: Browser) -> None:
    trainee = certified(offices.ledger, "N1")
    form = {**FORM, "level": "engineer", "trainee_no": "N1"}
    page = clerk.post("/console/applications/new?lang=en", do="explain", **form)
    assert "it would end the same day: no route is open" in text_of(page)
    assert clerk.post("/console/applications/new", do="file", **form).status_code == 303
    (application,) = offices.ledger.desk().dossier(trainee).applications.values()
    assert application.ended_on == TODAY
    listed = text_of(clerk.get("/console/applications?step=refused&lang=en"))
    assert "refused: no route is open" in listed


def test_a_bar_for_fraud_is_told_with_its_last_day(offices: Offices, clerk: Browser) -> None:
    trainee = certified(offices.ledger, "N1")
    do(offices.ledger, c.RevokeCertificate(trainee, "BDI-TEST", "fraud", TODAY))
    page = clerk.post("/console/applications/new?lang=en", do="explain", trainee_no="N1", **FORM)
    text = text_of(page)
    assert "barred after a revocation for fraud" in text
    assert "not barred for fraud barred through 2029-11-22 ✗ not met" in text
    assert "a certificate valid that day none ✗ not met" in text


@pytest.mark.parametrize(
    ("changed", "beside", "told"),
    [
        ({"trainee_no": "nobody"}, "trainee_no", "none that you may see"),
        ({"trainee_no": ""}, "trainee_no", "has to be filled in"),
        ({"level": "technician"}, "level", "Choose one of the list"),
        ({"recommended_by": "ELSEWHERE"}, "recommended_by", "Choose one of the list"),
        ({"speciality": "x" * 201}, "speciality", "too long"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    offices: Offices, clerk: Browser, changed: dict[str, str], beside: str, told: str
) -> None:
    certified(offices.ledger, "N1")
    size = offices.ledger.store.head().size
    page = clerk.post("/console/applications/new?lang=en", **{"do": "file", "trainee_no": "N1", **FORM, **changed})
    assert page.status_code == 422
    field = page.text.split(f'data-field="{beside}"')[1].split("</div>")[0]
    assert told in field
    assert offices.ledger.store.head().size == size


@pytest.mark.parametrize("role", ["assessor", "approver", "auditor"])
def test_only_a_registrar_files(offices: Offices, clerk: Browser, role: str) -> None:
    certified(offices.ledger, "N1")
    other = offices.joins("other", role)
    for sent in ({}, {"do": "file", "trainee_no": "N1", **FORM}):
        refused = other.post("/console/applications/new?lang=en", **sent)
        assert refused.status_code == 403
        assert "lacks the role registrar" in refused.text
    assert other.get("/console/applications").status_code == 200


def test_an_administrator_sees_nobody(offices: Offices, clerk: Browser) -> None:
    trainee = certified(offices.ledger, "N1")
    clerk.post("/console/applications/new", do="file", trainee_no="N1", **FORM)
    (application,) = offices.ledger.desk().dossier(trainee).applications
    boss = offices.joins("boss", "administrator")
    for path in ("/console/applications", "/console/applications/new", f"/console/applications/{application}"):
        page = boss.get(path)
        assert page.status_code == 403
        assert "申报者N1" not in page.text


def test_another_organisation_sees_those_that_it_has_to_do_with_and_no_others(offices: Offices, clerk: Browser) -> None:
    for number, employer in (("N1", "ENT-01"), ("N2", "ENT-02")):
        certified(offices.ledger, number, employer=employer)
        sent = {**FORM, "recommended_by": employer, "application_no": f"A26-{number}", "trainee_no": number}
        assert clerk.post("/console/applications/new", do="file", **sent).status_code == 303
    theirs = offices.joins("theirs", "registrar", organisation="ENT-01")
    listed = theirs.get("/console/applications").text
    assert "A26-N1" in listed
    assert "A26-N2" not in listed
    desk = offices.ledger.desk()
    trainees = [desk.find_trainee(number) for number in ("N1", "N2")]
    mine, other = (next(iter(desk.dossier(found).applications)) for found in trainees if found is not None)
    assert owner_of(offices.ledger, mine) == trainees[0]
    assert theirs.get(f"/console/applications/{mine}").status_code == 200
    assert theirs.get(f"/console/applications/{other}").status_code == 404
    assert theirs.post(f"/console/applications/{other}", do="post").status_code == 404
    assert theirs.get("/console/applications/not-an-id").status_code == 404


@pytest.mark.parametrize("after", ["x", "AAAA", "%00"])
def test_a_cursor_of_elsewhere_is_no_page(clerk: Browser, after: str) -> None:
    assert clerk.get(f"/console/applications?after={after}").status_code == 404


def test_every_word_of_the_lists_has_its_sentence() -> None:
    assert set(title_words.LEVELS) == set(TITLES)
    assert set(title_words.LEVELS) >= set(AWARD_LEVELS)
    assert set(title_words.EDUCATIONS) == set(EDUCATIONS)
    assert set(title_words.STANDINGS) == {standing.value for standing in Standing}
