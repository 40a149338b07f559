"""The certification run: who passes and why not, ticked, proposed, approved; once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from ledger import commands as c
from tests.api.office.class_of_2026 import COHORT, STARTS, Training, form_id
from tests.api.office.conftest import Browser, Offices, text_of
from tests.api.whole_ledger import TODAY

PATH = f"/console/cohorts/{COHORT}/certification"


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar")


@pytest.fixture
def training(offices: Offices) -> Training:
    made = Training(offices)
    made.opens()
    made.enrols(6)
    good, short, missing, failed, low, gone = made.people
    made.trains(good)
    made.trains(short, hours={"BD-101": 12, "AI-101": 16, "PRJ": 24})
    made.trains(missing, scores={"EXAM": 80, "LAB": 80})
    made.trains(failed, scores={"EXAM": 80, "LAB": 59, "DEFENCE": 80})
    made.trains(low, scores={"EXAM": 61, "LAB": 62, "DEFENCE": 63})
    made.does(c.Withdraw(gone, COHORT, "moved", STARTS + timedelta(days=3)))
    return made


def ticked(page: str) -> list[str]:
    return re.findall(r'name="include" value="([0-9a-f]{32})"[^>]* checked', page)


def test_everybody_is_shown_with_the_reason_and_its_numbers(clerk: Browser, training: Training) -> None:
    page = clerk.get(f"{PATH}?lang=en")
    text = text_of(page)
    assert "Z001 学员甲1 passes total 80" in text
    assert "Z002 学员甲2 does not pass BD-101: 12 hours attended, 19.2 needed" in text
    assert "Z003 学员甲3 does not pass DEFENCE: no result" in text
    assert "Z004 学员甲4 does not pass LAB: best attempt 59, pass mark 60" in text
    assert "Z005 学员甲5 does not pass total 61.9, 70 needed" in text
    assert "Z006 学员甲6 does not pass withdrew on 2026-11-05" in text
    assert ticked(page.text) == [training.people[0].hex]


def test_only_what_is_dated_by_the_day_counts(clerk: Browser, training: Training) -> None:
    page = clerk.get(f"{PATH}?lang=en&on={STARTS}")
    assert "EXAM: no result" in text_of(page)
    assert ticked(page.text) == []
    assert clerk.get(f"{PATH}?on=tomorrow").status_code == 422


def test_who_is_ticked_is_proposed_once_and_certified_when_another_approves(
    clerk: Browser, training: Training, offices: Offices
) -> None:
    sent = form_id(clerk.get(PATH).text)
    include = [training.people[0].hex, training.people[1].hex]
    for _ in range(2):
        answer = clerk.client.post(
            PATH, data={"sent": sent, "on": str(TODAY), "include": include, "note": "class of November"},
            headers=clerk.headers, follow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == 303
    (proposal,) = offices.office.proposals.all()
    assert answer.headers["location"] == f"/console/proposals/{proposal.id}"
    assert (proposal.size, proposal.note) == (2, "class of November")
    page = clerk.get(f"{PATH}?lang=en").text
    assert page.count("waits in a proposal already") == 2
    assert ticked(page) == []
    head = offices.joins("head", "approver")
    version = {"do": "approve", "version": str(proposal.version)}
    assert head.post(f"/console/proposals/{proposal.id}", **version).status_code == 303
    assert offices.office.proposals.get(proposal.id).state == "done"
    assert len(offices.ledger.desk().dossier(training.people[0]).certificates) == 1
    assert not offices.ledger.desk().dossier(training.people[1]).certificates
    assert "Z001" not in clerk.get(PATH).text
    assert "学员甲1" in clerk.get(f"/console/cohorts/{COHORT}/awards").text


def test_nobody_ticked_nothing_proposed(clerk: Browser, training: Training, offices: Offices) -> None:
    answer = clerk.post(f"{PATH}?lang=en", on=str(TODAY), note="kept")
    assert answer.status_code == 422
    assert "Nobody is ticked" in answer.text
    assert "kept</textarea>" in answer.text
    stranger = offices.ledger.desk().find_trainee("S2600025")
    assert stranger is not None
    assert clerk.post(PATH, on=str(TODAY), include=stranger.hex).status_code == 422
    assert offices.office.proposals.all() == []


def test_an_auditor_looks_and_proposes_nothing(offices: Offices, training: Training) -> None:
    auditor = offices.joins("ear", "auditor")
    page = auditor.get(f"{PATH}?lang=en")
    assert "lacks the role of registrar" in page.text
    answer = auditor.post(f"{PATH}?lang=en", on=str(TODAY), include=training.people[0].hex)
    assert answer.status_code == 403
    assert ticked(answer.text) == [training.people[0].hex]


def test_another_organisation_certifies_nobody_in_anothers_name(offices: Offices, training: Training) -> None:
    teacher = offices.joins("cq", "registrar", organisation="CQUPT")
    answer = teacher.post(f"{PATH}?lang=en", on=str(TODAY), include=training.people[0].hex)
    assert answer.status_code == 403
    assert offices.office.proposals.all() == []
