"""Awards: listed, with their history; what becomes of one is proposed; the paper of one in force."""

from __future__ import annotations

from uuid import UUID

import pytest

from ledger import commands as c
from tests.api.office.class_of_2026 import Training, form_id
from tests.api.office.conftest import Browser, Offices, text_of
from tests.api.whole_ledger import TODAY, publish_now


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar")


@pytest.fixture
def head(offices: Offices) -> Browser:
    return offices.joins("head", "approver")


def certificate(offices: Offices) -> tuple[UUID, UUID]:
    """Somebody's certificate of today."""
    training = Training(offices)
    training.opens()
    training.enrols(1)
    (person,) = training.people
    training.trains(person)
    training.certifies(person)
    (paper,) = offices.ledger.desk().dossier(person).certificates
    return person, paper


def approved(offices: Offices, head: Browser) -> None:
    proposal = offices.office.proposals.all()[0]
    answer = head.post(f"/console/proposals/{proposal.id}", do="approve", version=str(proposal.version))
    assert answer.status_code == 303
    assert offices.office.proposals.get(proposal.id).state == "done"


def test_the_awards_of_a_cohort(clerk: Browser, offices: Offices) -> None:
    person, paper = certificate(offices)
    page = clerk.get("/console/cohorts/BDI-2026Z/awards?lang=en").text
    assert f"/console/trainees/{person}/certificates/{paper}" in page
    assert "2029-11-23" in page


def test_suspended_reinstated_revoked_and_all_of_it_in_the_history(
    clerk: Browser, head: Browser, offices: Offices
) -> None:
    person, paper = certificate(offices)
    at = f"/console/trainees/{person}/certificates/{paper}"
    for act, sent, told in (
        ("suspension", {"reason": "other"}, "suspended: other"),
        ("reinstatement", {}, "reinstated"),
        ("revocation", {"reason": "fraud"}, "revoked: fraud"),
    ):
        path = f"{at}/{act}"
        form = form_id(clerk.get(path).text)
        for _ in range(2):
            answer = clerk.post(path, sent=form, on=str(TODAY), note="by letter", **sent)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/console/proposals/")
        approved(offices, head)
        page = text_of(clerk.get(f"{at}?lang=en"))
        assert told in page
        assert "clerk 某" in page
        assert "head 某" in page
    assert len(offices.office.proposals.all()) == 3
    ended = clerk.get(at).text
    assert "/suspension" not in ended
    assert "certificate.pdf" not in ended


@pytest.mark.parametrize(
    ("act", "sent", "status", "sentence"),
    [
        ("suspension", {"reason": "dislike"}, 422, "Choose one of the list"),
        ("suspension", {"reason": "other", "on": "2020-01-01"}, 422, "No award is in force"),
        ("reinstatement", {}, 422, "is not suspended"),
        ("revocation", {"reason": ""}, 422, "has to be filled in"),
        ("revocation", {"reason": "fraud", "on": "2026-11-03"}, 422, "No award is in force"),
        ("correction", {"on": "never"}, 422, "year-month-day"),
    ],
)
def test_what_cannot_be_is_not_proposed(
    clerk: Browser, head: Browser, offices: Offices, act: str, sent: dict[str, str], status: int, sentence: str
) -> None:
    person, paper = certificate(offices)
    path = f"/console/trainees/{person}/certificates/{paper}/{act}?lang=en"
    answer = clerk.post(path, **{"on": str(TODAY), "note": "kept", **sent})
    assert answer.status_code == status
    assert sentence in answer.text
    assert "kept</textarea>" in answer.text
    assert offices.office.proposals.all() == []


def test_a_correction_after_a_change_of_name(clerk: Browser, head: Browser, offices: Offices) -> None:
    person, paper = certificate(offices)
    at = f"/console/trainees/{person}/certificates/{paper}"
    assert "name is another now" not in clerk.get(f"{at}?lang=en").text
    Training(offices).does(c.ChangeName(person, "改名者", "court order", TODAY))
    assert "name is another now" in clerk.get(f"{at}?lang=en").text
    sent = form_id(clerk.get(f"{at}/correction").text)
    for _ in range(2):
        assert clerk.post(f"{at}/correction", sent=sent, on=str(TODAY)).status_code == 303
    approved(offices, head)
    new = next(
        item for item in offices.ledger.desk().dossier(person).certificates.values() if item.event.corrects == paper
    )
    assert new.event.name == "改名者"
    assert str(new.id) in clerk.get(at).text
    assert str(paper) in clerk.get(f"/console/trainees/{person}/certificates/{new.id}").text


def test_the_paper_of_a_certificate_in_force(clerk: Browser, head: Browser, offices: Offices) -> None:
    person, paper = certificate(offices)
    publish_now(offices.ledger)
    answer = clerk.get(f"/console/trainees/{person}/certificates/{paper}/certificate.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="BDI-2026-')


def test_no_paper_of_what_is_not_published_or_not_in_force(clerk: Browser, head: Browser, offices: Offices) -> None:
    person, paper = certificate(offices)
    at = f"/console/trainees/{person}/certificates/{paper}"
    clerk.post(f"{at}/correction", on=str(TODAY))
    approved(offices, head)
    new = next(
        item for item in offices.ledger.desk().dossier(person).certificates.values() if item.event.corrects == paper
    )
    gone = clerk.get(f"{at}/certificate.pdf?lang=en")
    assert gone.status_code == 409
    assert "no longer in force" in gone.text
    fresh = clerk.get(f"/console/trainees/{person}/certificates/{new.id}/certificate.pdf?lang=en")
    assert fresh.status_code == 503
    assert "not published yet" in fresh.text
    publish_now(offices.ledger)
    assert clerk.get(f"/console/trainees/{person}/certificates/{new.id}/certificate.pdf").status_code == 200


def test_nothing_becomes_of_a_certificate_by_an_auditors_word(offices: Offices, head: Browser) -> None:
    person, paper = certificate(offices)
    at, auditor = f"/console/trainees/{person}/certificates/{paper}", offices.joins("ear", "auditor")
    assert "/revocation" not in auditor.get(at).text
    assert auditor.post(f"{at}/revocation", reason="fraud", on=str(TODAY)).status_code == 403
    assert offices.office.proposals.all() == []


def test_no_paper_of_a_name_that_no_font_has(clerk: Browser, head: Browser, offices: Offices) -> None:
    person, paper = certificate(offices)
    Training(offices).does(c.ChangeName(person, "甲\U0001f600", "told", TODAY))
    clerk.post(f"/console/trainees/{person}/certificates/{paper}/correction", on=str(TODAY))
    approved(offices, head)
    publish_now(offices.ledger)
    certificates = offices.ledger.desk().dossier(person).certificates.values()
    new = next(item for item in certificates if item.event.corrects == paper)
    answer = clerk.get(f"/console/trainees/{person}/certificates/{new.id}/certificate.pdf")
    assert answer.status_code == 409
    assert "无法印刷" in answer.text
