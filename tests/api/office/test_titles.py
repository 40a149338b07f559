"""Titles: their list, and revocation and correction by two people, with what fraud brings."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from ledger import concerns
from ledger.awards import open_awards
from ledger.office.history import owner_of
from tests.api.office.conftest import Browser, Offices, text_of
from tests.api.whole_ledger import WholeLedger, by

SAME = "00000000-0000-4000-8000-000000000009"


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar")


@pytest.fixture
def path(offices: Offices, original: WholeLedger) -> str:
    """The page of a title that is valid."""
    with open_awards(offices.ledger) as awards:
        return f"/console/titles/{by(awards, original.links['title valid']).stream}"


def approved(offices: Offices, where: str) -> None:
    head = offices.joins("head", "approver")
    found = re.search(r'name="version" value="(\d+)"', head.get(where).text)
    assert found is not None
    assert head.post(where, do="approve", version=found[1]).status_code == 303


def test_titles_are_found_by_level_standing_and_year(clerk: Browser) -> None:
    everything = clerk.get("/console/titles?lang=en").text
    assert everything.count("<tr><td>") > 1
    for wanted in ("level=engineer", "standing=revoked", "year=2022"):
        some = clerk.get(f"/console/titles?lang=en&{wanted}")
        assert some.status_code == 200
        assert 0 < some.text.count("<tr><td>") < everything.count("<tr><td>")
    assert "There is nothing here" in clerk.get("/console/titles?lang=en&year=1999").text
    assert clerk.get("/console/titles?after=x").status_code == 404


def test_a_revocation_for_fraud_is_told_with_the_bar_that_it_brings(
    offices: Offices, clerk: Browser, path: str
) -> None:
    page = text_of(clerk.get(f"{path}?lang=en"))
    assert "of today, through 2029-11-22" in page
    assert "Barred from applying through not barred" in page
    sent = {"do": "revoke", "reason": "fraud", "note": "a forged diploma", "sent": SAME}
    first, second = clerk.post(path, **sent), clerk.post(path, **sent)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert len(offices.office.proposals.all()) == 1
    assert first.headers["location"] in clerk.get(path).text
    approved(offices, first.headers["location"])
    page = text_of(clerk.get(f"{path}?lang=en"))
    assert "2026-11-23: fraud" in page
    assert "Barred from applying through 2029-11-22" in page
    assert "Title revoked: fraud" in page
    late = clerk.post(f"{path}?lang=en", do="revoke", reason="other")
    assert late.status_code == 409
    assert "revoked or superseded" in late.text


def test_a_correction_replaces_the_paper_and_both_pages_lead_to_each_other(
    offices: Offices, clerk: Browser, path: str
) -> None:
    done = clerk.post(path, do="correct", note="the name as it is now")
    assert done.status_code == 303
    approved(offices, done.headers["location"])
    page = clerk.get(f"{path}?lang=en")
    assert "Chain of corrections" in page.text
    (other,) = set(re.findall(r'href="(/console/titles/[0-9a-f-]{36})"', page.text))
    assert path in clerk.get(other).text
    assert "valid" in text_of(clerk.get(f"{other}?lang=en"))
    assert clerk.post(path, do="revoke", reason="other").status_code == 409  # or it would meet the correction


@pytest.mark.parametrize("sent", [{"reason": ""}, {"reason": "whim"}, {"reason": "fraud", "note": "x" * 2001}])
def test_a_class_of_reason_is_one_of_the_list(
    offices: Offices, clerk: Browser, path: str, sent: dict[str, str]
) -> None:
    assert clerk.post(path, do="revoke", **sent).status_code == 422
    assert offices.office.proposals.all() == []


def test_who_may_not_reads_and_proposes_nothing(offices: Offices, path: str) -> None:
    offices.joins("another", "approver")
    auditor = offices.joins("auditor", "auditor")
    assert "You cannot take this step" in text_of(auditor.get(f"{path}?lang=en"))
    assert auditor.post(path, do="revoke", reason="fraud").status_code == 403
    assert offices.joins("boss", "administrator").get(path).status_code == 403
    base, owner = offices.office.executor.base(), owner_of(offices.ledger, UUID(path.rsplit("/", 1)[1]))
    assert owner is not None
    concerned = concerns.readers(offices.ledger.desk().dossier(owner), base.catalogue)
    far_away = next(code for code in sorted(base.organisations) if code not in {base.code, *concerned})
    far = offices.joins("far", "registrar", organisation=far_away)
    assert far.get(path).status_code == 404
    assert far.post(path, do="revoke", reason="fraud").status_code == 404
    assert offices.office.proposals.all() == []


def test_a_page_is_of_a_title_and_of_nothing_else(offices: Offices, clerk: Browser, path: str) -> None:
    owner = owner_of(offices.ledger, UUID(path.rsplit("/", 1)[1]))
    for other in (str(owner), SAME, "x"):
        assert clerk.get(f"/console/titles/{other}").status_code == 404
