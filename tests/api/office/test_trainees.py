"""Trainees: looked for, registered by the rules of intake, changed; seen by those whom they concern."""

from __future__ import annotations

import re
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from ledger import commands as c
from ledger.office.sessions import IDLE_SECONDS
from tests.api.office.class_of_2026 import COHORT, STARTS, Training, form_id
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from tests.api.whole_ledger import TODAY

NEW = {
    "trainee_no": "S2600900",
    "name": "欧阳新",
    "id_type": "resident-id",
    "id_number": "50000019990101001X",
    "education": "bachelor",
    "graduated_on": "2021-06-30",
    "practice_from": "2021-07-01",
    "title_held": "technician",
    "title_since": "2022-01-01",
    "employer": "ENT-01",
    "email": "new@example.org",
    "phone": "19900000900",
    "on": str(TODAY),
}


def check_character(body: str) -> str:
    """Of a resident ID number's first 17 digits (GB 11643-1999, 5)."""
    weighted = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
    return "10X98765432"[weighted % 11]


GOOD = next(body + "X" for body in (f"50000019990101{n:03}" for n in range(1000)) if check_character(body) == "X")
NEW["id_number"] = GOOD


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar")


@pytest.fixture
def training(offices: Offices) -> Training:
    """Two people with a certificate each, the first of ENT-02."""
    made = Training(offices)
    made.takes_two()
    for person in made.people:
        made.trains(person)
        made.certifies(person)
    return made


def somebody(offices: Offices, number: str) -> UUID:
    found = offices.ledger.desk().find_trainee(number)
    assert found is not None
    return found


def test_people_are_found_by_number_by_name_and_by_document(
    clerk: Browser, offices: Offices, training: Training
) -> None:
    for search in ("S2200001", "林知远", "知远", "500000199604121014"):
        page = clerk.post("/console/trainees", search=search)
        assert str(somebody(offices, "S2200001")) in page.text, search
        assert str(training.people[0]) not in page.text
        assert "500000199604121014" not in re.sub(r'name="search" value="[^"]*"', "", page.text)
    assert "There is nothing here" in clerk.post("/console/trainees?lang=en", search="nobody of this name").text
    assert str(training.people[0]) in clerk.post("/console/trainees", search="P0000801").text


def test_the_whole_list_is_paged(clerk: Browser, offices: Offices) -> None:
    training = Training(offices)
    for number in range(1, 53):
        training.registers(number)
    first = clerk.get("/console/trainees").text
    after = re.search(r'href="\?after=([^"]+)"', first)
    assert after is not None
    numbers = [
        set(re.findall(r"[SZ]\d{3,7}(?=<)", page))
        for page in (first, clerk.get(f"/console/trainees?after={after[1]}").text)
    ]
    assert len(numbers[0]) == 50
    assert numbers[1]
    assert not numbers[0] & numbers[1]


def test_somebody_is_registered_once_and_has_a_page(clerk: Browser, offices: Offices) -> None:
    sent, size = form_id(clerk.get("/console/trainees/new").text), offices.ledger.store.head().size
    addresses = set()
    for _ in range(2):
        answer = clerk.post("/console/trainees/new", sent=sent, **{**NEW, "id_number": GOOD.lower()})
        assert answer.status_code == 303
        addresses.add(answer.headers["location"])
    assert offices.ledger.store.head().size == size + 1
    (address,) = addresses
    assert address == f"/console/trainees/{somebody(offices, 'S2600900')}"
    page = text_of(clerk.get(f"{address}?lang=en"))
    assert "欧阳新" in page
    assert GOOD not in page
    assert f"{GOOD[:6]}********{GOOD[-4:]}" in page
    assert "technician" in page
    assert "ENT-01" in page
    assert offices.ledger.desk().dossier(somebody(offices, "S2600900")).trainee.id_number == GOOD  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("id_number", GOOD[:-1] + "0", "check character or the birth date"),
        ("id_number", "500000209901010010", "check character or the birth date"),
        ("id_number", "12345", "check character or the birth date"),
        ("id_type", "licence", "Choose one of the list"),
        ("education", "kindergarten", "Choose one of the list"),
        ("employer", "NONE", "Choose one of the list"),
        ("title_since", "", "go together"),
        ("title_held", "", "go together"),
        ("practice_from", "2021-02-30", "year-month-day"),
        ("trainee_no", "S2200001", "registered already"),
        ("name", "甲\u202e乙", "do not print"),
        ("name", "", "has to be filled in"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    clerk: Browser, offices: Offices, name: str, typed: str, sentence: str
) -> None:
    size = offices.ledger.store.head().size
    answer = clerk.post("/console/trainees/new?lang=en", **{**NEW, name: typed})
    assert answer.status_code == 422
    place = re.search(rf'<span class="told" id="fault-{name}" aria-live="polite">(.*?)</span>', answer.text)
    assert place is not None
    assert sentence in place[1]
    assert 'value="new@example.org"' in answer.text
    assert offices.ledger.store.head().size == size


def test_another_kind_of_document_has_no_check(clerk: Browser) -> None:
    answer = clerk.post("/console/trainees/new", **{**NEW, "id_type": "passport", "id_number": "E1234567"})
    assert answer.status_code == 303


def test_a_session_that_is_over_keeps_a_registration(clerk: Browser, hands: Hands, offices: Offices) -> None:
    hands.turn(IDLE_SECONDS + 1)
    asked = clerk.post("/console/trainees/new", **NEW)
    assert asked.status_code == 401
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    assert clerk.post("/console/trainees/new", **kept, _login="clerk", _password=PASSWORD).status_code == 303
    assert somebody(offices, "S2600900")


def test_the_page_of_a_person_has_everything(clerk: Browser, offices: Offices) -> None:
    page = text_of(clerk.get(f"/console/trainees/{somebody(offices, 'S2200001')}?lang=en"))
    for told in ("林知远", "BDI-2022A", "BDI-2026A", "A2200001", "大数据工程", "assistant engineer"):
        assert told in page


def test_another_name_from_a_day_on(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    path = f"/console/trainees/{person}/name?lang=en"
    early = clerk.post(path, name="张维", reason="court order", on="2020-01-01")
    assert early.status_code == 422
    assert "no such trainee on that day" in early.text
    assert 'value="court order"' in early.text
    sent, size = form_id(clerk.get(path).text), offices.ledger.store.head().size
    for _ in range(2):
        assert clerk.post(path, sent=sent, name="张维", reason="court order", on=str(TODAY)).status_code == 303
    assert offices.ledger.store.head().size == size + 1
    assert "张维" in clerk.get(f"/console/trainees/{person}").text
    assert str(person) in clerk.post("/console/trainees", search="张维").text


def test_particulars_stand_in_the_form_and_are_amended(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    path = f"/console/trainees/{person}/details?lang=en"
    page = clerk.get(path).text
    assert 'name="practice_from" type="date" value="2020-07-01"' in page
    assert '<option value="ENT-02" selected>' in page
    details = {
        "education": "master",
        "practice_from": "2023-07-10",
        "employer": "",
        "reason": "as told",
        "on": str(TODAY),
    }
    wrong = clerk.post(path, **{**details, "title_held": "engineer"})
    assert wrong.status_code == 422
    assert clerk.post(path, **details).status_code == 303
    assert offices.ledger.desk().dossier(person).trainee.education == "master"  # type: ignore[union-attr]


def test_an_erasure_is_proposed_once_and_then_the_page_is_gone(
    clerk: Browser, offices: Offices, training: Training
) -> None:
    person = training.people[0]
    path = f"/console/trainees/{person}/erasure"
    sent = form_id(clerk.get(path).text)
    for _ in range(2):
        answer = clerk.post(path, sent=sent, note="asked for by letter")
        assert answer.status_code == 303
    (proposal,) = offices.office.proposals.all()
    assert (answer.headers["location"], proposal.note) == (f"/console/proposals/{proposal.id}", "asked for by letter")
    head = offices.joins("head", "approver")
    assert head.post(answer.headers["location"], do="approve", version="1").status_code == 303
    assert clerk.get(f"/console/trainees/{person}").status_code == 404
    assert "学员甲801" not in clerk.post("/console/trainees", search="Z801").text
    assert str(person) not in clerk.get(f"/console/cohorts/{COHORT}").text


def test_evidence_by_its_hash(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    (enrolment,) = offices.ledger.desk().dossier(person).enrolments
    path, digest = f"/console/trainees/{person}/evidence?lang=en&of={enrolment}", sha256(b"an exam paper").hexdigest()
    assert f'<option value="{enrolment}" selected>' in clerk.get(path).text
    sent = {"stream": str(enrolment), "description": "exam paper", "on": str(TODAY)}
    for wrong in ("abc", digest[:-1] + "g", ""):
        answer = clerk.post(path, **sent, digest=wrong)
        assert answer.status_code == 422
        assert 'value="exam paper"' in answer.text
    other = offices.ledger.desk().dossier(training.people[1]).enrolments
    assert clerk.post(path, **{**sent, "stream": str(next(iter(other)))}, digest=digest).status_code == 422
    assert clerk.post(path, **sent, digest=digest.upper()).status_code == 303
    page = clerk.get(f"/console/trainees/{person}").text
    assert digest in page
    assert "exam paper" in page


PAGES = ("", "/name", "/details", "/erasure", "/evidence")


def test_out_of_sight_is_as_if_not_there(offices: Offices, training: Training) -> None:
    person = training.people[0]  # of ENT-02, trained by CQUPT, certified by HUAWEI
    (enrolment,) = offices.ledger.desk().dossier(person).enrolments
    (certificate,) = offices.ledger.desk().dossier(person).certificates
    below = (f"/enrolments/{enrolment}", f"/enrolments/{enrolment}/amendment", f"/certificates/{certificate}")
    papers = (f"/certificates/{certificate}/certificate.pdf", f"/certificates/{certificate}/revocation")
    paths = (*PAGES, *below, *papers)
    stranger, admin = offices.joins("far", "registrar", organisation="ENT-03"), offices.joins("adm", "administrator")
    for path in paths:
        answer = stranger.get(f"/console/trainees/{person}{path}")
        assert answer.status_code == 404, path
        nobody = stranger.get(f"/console/trainees/{uuid4()}{path}")
        assert text_of(answer) == text_of(nobody), path
        assert "学员甲801" not in answer.text
        assert admin.get(f"/console/trainees/{person}{path}").status_code == 403
        assert stranger.post(f"/console/trainees/{person}{path}", name="x", on=str(TODAY)).status_code in (404, 405)
    assert stranger.get("/console/trainees/nonsense").status_code == 404
    assert str(person) not in stranger.post("/console/trainees", search="Z801").text
    assert str(person) not in stranger.get("/console/trainees").text


def test_an_id_of_somebody_else_leads_nowhere(clerk: Browser, offices: Offices, training: Training) -> None:
    desk = offices.ledger.desk()
    one, other = training.people
    (enrolment,), (certificate,) = desk.dossier(other).enrolments, desk.dossier(other).certificates
    assert clerk.get(f"/console/trainees/{other}/enrolments/{enrolment}").status_code == 200
    assert clerk.get(f"/console/trainees/{one}/enrolments/{enrolment}").status_code == 404
    assert clerk.get(f"/console/trainees/{one}/certificates/{certificate}").status_code == 404


def test_who_certifies_one_cohort_does_not_see_the_others(offices: Offices) -> None:
    """The second cohort is taught and certified by CQUPT alone."""
    training = Training(offices)
    training.opens()
    training.enrols(1)
    (person,), desk = training.people, offices.ledger.desk()
    other = desk.new_id()
    training.does(
        c.OpenCohort(desk.new_id(), "ICT-2026Z", "ICT", STARTS, TODAY, 5), c.Enrol(person, other, "ICT-2026Z", STARTS)
    )
    partner, teacher = (offices.joins(code, "registrar", organisation=code) for code in ("HUAWEI", "CQUPT"))
    page = partner.get(f"/console/trainees/{person}")
    assert page.status_code == 200
    assert COHORT in page.text
    assert "ICT-2026Z" not in page.text
    assert "ICT-2026Z" in teacher.get(f"/console/trainees/{person}").text
    assert partner.get(f"/console/trainees/{person}/enrolments/{other}").status_code == 404
    assert teacher.get(f"/console/trainees/{person}/enrolments/{other}").status_code == 200


def test_an_employer_registers_its_own_and_nobody_elses(offices: Offices) -> None:
    ours = offices.joins("ent", "registrar", organisation="ENT-01")
    answer = ours.post("/console/trainees/new?lang=en", **{**NEW, "employer": "ENT-02"})
    assert answer.status_code == 422
    assert "may not act in that organisation" in answer.text
    assert ours.post("/console/trainees/new", **NEW).status_code == 303


def test_an_auditor_reads_and_changes_nothing(offices: Offices, training: Training) -> None:
    auditor, person = offices.joins("ear", "auditor"), training.people[0]
    page = auditor.get(f"/console/trainees/{person}").text
    assert "/erasure" not in page
    size = offices.ledger.store.head().size
    for path, sent in (
        ("/name", {"name": "张维", "reason": "x"}),
        ("/erasure", {}),
        ("/evidence", {"stream": str(person), "description": "x", "digest": "0" * 64}),
    ):
        answer = auditor.post(f"/console/trainees/{person}{path}", **{"on": str(TODAY), **sent})
        assert answer.status_code == 403, path
    assert offices.ledger.store.head().size == size
    assert offices.office.proposals.all() == []
