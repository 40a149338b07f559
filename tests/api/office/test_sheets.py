"""Hours and scores of many people at once: whole or not at all, once, with every fault in its cell."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from api.office.sheets import PAGE
from ledger import commands as c
from ledger.office.sessions import IDLE_SECONDS
from tests.api.office.class_of_2026 import COHORT, STARTS, Training, form_id
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from tests.api.whole_ledger import TODAY

ATTENDANCE = f"/console/cohorts/{COHORT}/attendance?lang=en"
RESULTS = f"/console/cohorts/{COHORT}/results?lang=en"
SESSION = {"module": "BD-101", "on": "2026-11-20"}
ATTEMPT = {"assessment": "EXAM", "attempt": "1", "on": "2026-11-23", "assessor": "EX-01"}


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar", "assessor")


@pytest.fixture
def training(offices: Offices) -> Training:
    made = Training(offices)
    made.opens()
    made.enrols(3)
    return made


def cells(training: Training, *typed: str) -> dict[str, str]:
    return {f"cell-{person.hex}": text for person, text in zip(training.people, typed, strict=False)}


def cell(page: str, training: Training, number: int) -> str:
    """What stands in one person's cell, fault included."""
    name = f"cell-{training.people[number].hex}"
    found = re.search(rf'<td>(<input class="cell" name="{name}".*?)</td>', page, re.DOTALL)
    assert found is not None
    return found[1]


def hours(training: Training) -> list[list[Decimal]]:
    return [[item.hours for item in training.enrolment(person).attendance] for person in training.people]


def test_the_table_opens_with_the_hours_of_the_session_in_it(clerk: Browser, training: Training) -> None:
    assert 'class="cell"' not in clerk.get(ATTENDANCE).text
    page = clerk.get(f"{ATTENDANCE}&module=BD-101&on=2026-11-20&hours=4").text
    assert page.count('class="cell"') == 3
    assert 'value="4"' in cell(page, training, 0)
    wrong = clerk.get(f"{ATTENDANCE}&module=XX&on=2026-11-20")
    assert wrong.status_code == 422
    assert "Choose one of the list" in wrong.text


def test_a_table_sent_twice_is_recorded_once(clerk: Browser, training: Training, offices: Offices) -> None:
    sent = form_id(clerk.get(f"{ATTENDANCE}&module=BD-101&on=2026-11-20").text)
    size = offices.ledger.store.head().size
    for _ in range(2):
        answer = clerk.post(ATTENDANCE, sent=sent, **SESSION, **cells(training, "4", "", "3.5"))
        assert answer.status_code == 303
        assert "2 recorded" in clerk.get(answer.headers["location"] + "&lang=en").text
    assert offices.ledger.store.head().size == size + 2
    assert hours(training) == [[Decimal(4)], [], [Decimal("3.5")]]


def test_one_wrong_cell_and_nothing_is_recorded_and_nothing_typed_is_lost(
    clerk: Browser, training: Training, offices: Offices
) -> None:
    sent = form_id(clerk.get(f"{ATTENDANCE}&module=BD-101&on=2026-11-20").text)
    size = offices.ledger.store.head().size
    answer = clerk.post(ATTENDANCE, sent=sent, **SESSION, **cells(training, "4", "0", "four"))
    assert answer.status_code == 422
    assert "Nothing was recorded" in answer.text
    assert 'value="4"' in cell(answer.text, training, 0)
    assert 'aria-live="polite"></p>' in cell(answer.text, training, 0)
    assert "Hours are a number above 0" in cell(answer.text, training, 1)
    assert "Give a number" in cell(answer.text, training, 2)
    assert 'value="four"' in cell(answer.text, training, 2)
    assert offices.ledger.store.head().size == size
    assert clerk.post(ATTENDANCE, sent=sent, **SESSION, **cells(training, "4", "4", "4")).status_code == 303
    assert hours(training) == [[Decimal(4)]] * 3


def test_digits_of_full_width_are_digits(clerk: Browser, training: Training) -> None:
    assert clerk.post(ATTENDANCE, **SESSION, **cells(training, "４")).status_code == 303
    assert hours(training)[0] == [Decimal(4)]


def test_the_same_form_with_another_value_is_told_what_was_recorded(clerk: Browser, training: Training) -> None:
    sent = form_id(clerk.get(f"{ATTENDANCE}&module=BD-101&on=2026-11-20").text)
    assert clerk.post(ATTENDANCE, sent=sent, **SESSION, **cells(training, "4")).status_code == 303
    answer = clerk.post(ATTENDANCE, sent=sent, **SESSION, **cells(training, "8"))
    assert answer.status_code == 422
    assert "sent before" in cell(answer.text, training, 0)
    assert hours(training)[0] == [Decimal(4)]


def test_an_empty_table_records_nothing(clerk: Browser, training: Training) -> None:
    answer = clerk.post(ATTENDANCE, **SESSION)
    assert answer.status_code == 422
    assert "No cell is filled in" in answer.text


def test_before_the_enrolment_there_are_no_hours(clerk: Browser, training: Training) -> None:
    answer = clerk.post(ATTENDANCE, module="BD-101", on="2026-11-01", **cells(training, "4"))
    assert answer.status_code == 422
    assert "not enrolled in this cohort on that day" in cell(answer.text, training, 0)


def test_who_withdrew_has_no_cell(clerk: Browser, training: Training) -> None:
    training.does(c.Withdraw(training.people[1], COHORT, "moved", STARTS))
    page = clerk.get(f"{ATTENDANCE}&module=BD-101&on=2026-11-20").text
    assert page.count('class="cell"') == 2
    assert "withdrew on 2026-11-02" in page


def test_the_scores_of_an_attempt(clerk: Browser, training: Training, offices: Offices) -> None:
    page = clerk.get(f"{RESULTS}&assessment=EXAM&attempt=1&on=2026-11-23&assessor=EX-01")
    sent = form_id(page.text)
    wrong = clerk.post(RESULTS, sent=sent, **ATTEMPT, **cells(training, "101", "80"))
    assert wrong.status_code == 422
    assert "A score is a number from 0 to 100" in cell(wrong.text, training, 0)
    for _ in range(2):
        assert clerk.post(RESULTS, sent=sent, **ATTEMPT, **cells(training, "70.5", "80")).status_code == 303
    page = clerk.get(f"{RESULTS}&assessment=EXAM&attempt=1&on=2026-11-23&assessor=EX-01")
    assert page.text.count('class="cell"') == 1
    assert "70.5" in page.text
    again = clerk.post(RESULTS, **ATTEMPT, **cells(training, "90"))
    assert again.status_code == 422
    assert "has a score already" in cell(again.text, training, 0)


def test_scores_take_an_assessor_and_hours_a_registrar(offices: Offices, training: Training) -> None:
    for role, path, about in (("registrar", RESULTS, ATTEMPT), ("assessor", ATTENDANCE, SESSION)):
        answer = offices.joins(role, role).post(path, **about, **cells(training, "5"))
        assert answer.status_code == 403
        assert "lacks the role" in answer.text
        assert 'value="5"' in cell(answer.text, training, 0)


def test_somebody_of_another_cohort_is_not_in_the_table(clerk: Browser, training: Training, offices: Offices) -> None:
    stranger = offices.ledger.desk().find_trainee("S2200001")
    assert stranger is not None
    size = offices.ledger.store.head().size
    answer = clerk.post(ATTENDANCE, **SESSION, **{f"cell-{stranger.hex}": "4"})
    assert answer.status_code == 422
    assert offices.ledger.store.head().size == size


def test_a_session_that_is_over_keeps_the_table(clerk: Browser, training: Training, hands: Hands) -> None:
    typed = {**SESSION, **cells(training, "4", "3.5")}
    hands.turn(IDLE_SECONDS + 1)
    asked = clerk.post(ATTENDANCE, **typed)
    assert asked.status_code == 401
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    assert typed.items() <= kept.items()
    answer = clerk.post(ATTENDANCE, **kept, _login="clerk", _password=PASSWORD)
    assert answer.status_code == 303
    assert hours(training) == [[Decimal(4)], [Decimal("3.5")], []]


def test_a_table_from_another_site_is_turned_away(clerk: Browser, training: Training) -> None:
    answer = clerk.post(ATTENDANCE, {"Sec-Fetch-Site": "cross-site"}, **SESSION, **cells(training, "4"))
    assert answer.status_code == 403
    assert hours(training) == [[], [], []]


def test_one_enrolment_with_withdrawal_and_amendment(clerk: Browser, training: Training, offices: Offices) -> None:
    person = training.people[0]
    training.trains(person, scores={"EXAM": 55})
    at = f"/console/trainees/{person}/enrolments/{training.enrolment(person).id}"
    page = clerk.get(f"{at}?lang=en").text
    assert "LAB: no result" in page
    amendment = {"assessment": "EXAM", "attempt": "1", "reason": "added up wrongly", "on": str(TODAY)}
    wrong = clerk.post(f"{at}/amendment?lang=en", **{**amendment, "attempt": "2", "score": "65"})
    assert wrong.status_code == 422
    assert "There is no score to amend" in wrong.text
    assert 'value="added up wrongly"' in wrong.text
    assert clerk.post(f"{at}/amendment?lang=en", **{**amendment, "score": "165"}).status_code == 422
    sent, size = form_id(clerk.get(f"{at}/amendment").text), offices.ledger.store.head().size
    for _ in range(2):
        assert clerk.post(f"{at}/amendment", sent=sent, **amendment, score="65").status_code == 303
    assert offices.ledger.store.head().size == size + 1
    assert "2026-11-23: 65" in clerk.get(at).text
    early = clerk.post(f"{at}/withdrawal?lang=en", reason="moved", on="2026-10-01")
    assert early.status_code == 422
    assert clerk.post(f"{at}/withdrawal", reason="moved", on=str(TODAY)).status_code == 303
    assert "withdrew on 2026-11-23" in clerk.get(f"{at}?lang=en").text


def test_a_large_cohort_is_gone_through_page_by_page_and_nothing_typed_is_lost_on_the_way(
    clerk: Browser, offices: Offices
) -> None:
    training = Training(offices)
    training.opens(capacity=PAGE + 2)
    training.enrols(PAGE + 2)
    path = f"{ATTENDANCE}&module=BD-101&on=2026-11-20"
    page = clerk.get(path)
    first = page.text
    assert f"Total {PAGE + 2} · on this page {PAGE}" in text_of(page)
    assert 'value="first"' not in first
    shown = dict.fromkeys(re.findall(r'name="(cell-[0-9a-f]{32})"', first), "4")
    wrong = clerk.post(ATTENDANCE, **SESSION, **{**shown, next(iter(shown)): "0"}, go="next")
    assert wrong.status_code == 422
    assert wrong.text.count('value="4"') == PAGE - 1
    answer = clerk.post(ATTENDANCE, sent=form_id(first), **SESSION, **shown, go="next")
    assert answer.status_code == 303
    where = answer.headers["location"]
    second = clerk.get(f"{where}&lang=en").text
    assert f"{PAGE} recorded" in second
    others = re.findall(r'name="(cell-[0-9a-f]{32})"', second)
    assert len(others) == 2
    assert not set(others) & set(shown)
    assert 'value="next"' not in second
    answer = clerk.post(where, **SESSION, **{others[0]: "2"}, go="first")
    assert "after" not in answer.headers["location"]
    assert sorted(map(sum, hours(training))) == [0, 2, *[4] * PAGE]
    size = offices.ledger.store.head().size
    assert clerk.post(ATTENDANCE, **SESSION, go="next").status_code == 303  # with nothing typed it only goes on
    assert clerk.post(ATTENDANCE, **SESSION).status_code == 422
    assert offices.ledger.store.head().size == size
