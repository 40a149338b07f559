"""Rules in full, and new editions of them by forms that start from the newest."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from api.office import rule_words
from ledger.notices import PUBLIC_FORM
from tests.api.office.applicants import plain_calendars
from tests.api.office.conftest import Browser, Offices, text_of
from verifier.rules import NOTICE_SHOWS

SAME = "00000000-0000-4000-8000-000000000003"
TERMS = {
    "shows": "masked-name",
    "basis_zh": "依据",
    "basis_en": "basis",
    "reached_at": "a@example.org",
    "kept_days": "30",
}


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar")


def filled_in(page: str) -> dict[str, str]:
    """What the one big form of a page would send as it stands."""
    form = re.split('<form method="post" class="card"[^>]*>', page)[1].split("</form>")[0]
    sent = {
        name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" type="\w+" value="([^"]*)"', form)
    }
    sent |= dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'type="checkbox" name="([^"]+)" value="([^"]+)" checked', form):
        sent[name] = f"{sent[name]} {value}" if name in sent else value
    return sent


def test_everything_is_readable_in_full_by_whoever_works_here(offices: Offices) -> None:
    plain_calendars(offices.ledger, 2090)
    boss = offices.joins("boss", "administrator")
    listed = text_of(boss.get("/console/rules?lang=en"))
    for told in ("BDI", "信息通信技术应用认证", "CQ-ENG-2024", "2090 0 0 a test", "CQHRSS : none set"):
        assert told in listed
    programme = text_of(boss.get("/console/rules/programmes/BDI/1?lang=en"))
    for told in ("Least attendance (0 to 1) 0.8", "BD-101 24", "DEFENCE 0.3 60", "HUAWEI"):
        assert told in programme
    policy = text_of(boss.get("/console/rules/policies/CQ-ENG-2024?lang=en"))
    for told in ("E5 · engineer education: bachelor or college title held: assistant engineer", "85 or more", "2/3"):
        assert told in policy
    for path in ("programmes/BDI/9", "programmes/NO/1", "programmes/BDI/x", "policies/NO", "terms/CQUPT"):
        assert boss.get(f"/console/rules/{path}").status_code == 404


def test_a_new_edition_of_a_programme_starts_from_the_newest_and_is_published_once(
    offices: Offices, clerk: Browser
) -> None:
    path = "/console/rules/programmes/BDI/new"
    sent = filled_in(clerk.get(path).text)
    assert sent["module-1-code"] == "BD-101"
    assert sent["certified_by"] == "HUAWEI"
    changed = {**sent, "total_pass": "75", "module-4-code": "NEW-1", "module-4-hours": "８", "do": "publish"}
    size = offices.ledger.store.head().size
    first, second = clerk.post(path, **changed), clerk.post(path, **changed)
    assert first.headers["location"] == second.headers["location"] == "/console/rules/programmes/BDI/2"
    assert offices.ledger.store.head().size == size + 1
    edition = offices.ledger.desk().base.catalogue.programme("BDI", 2)
    assert (edition.total_pass, edition.modules[3].code, edition.modules[3].hours) == (75, "NEW-1", Decimal(8))
    assert len(edition.assessments) == 3
    assert clerk.get(first.headers["location"]).status_code == 200
    assert "BD-101" in clerk.get("/console/rules/programmes/BDI/1").text


def test_unchanged_it_is_no_new_edition(offices: Offices, clerk: Browser) -> None:
    path = "/console/rules/programmes/BDI/new"
    size = offices.ledger.store.head().size
    done = clerk.post(path, **{**filled_in(clerk.get(path).text), "do": "publish"})
    assert done.headers["location"] == "/console/rules/programmes/BDI/1"
    assert offices.ledger.store.head().size == size


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"assessment-1-weight": "0.5"}, "Assessments: the weights do not sum to 1."),
        ({"module-2-code": "BD-101"}, "Modules: BD-101 stands twice."),
        ({"min_attendance": "1.5"}, 'id="fault-min_attendance" aria-live="polite">From 0 to 1.'),
        ({"max_attempts": "0"}, 'id="fault-max_attempts" aria-live="polite">A whole number from 1 to 100.'),
        ({"module-1-hours": ""}, "This has to be filled in"),
        ({"module-1-hours": "many"}, "Give a number"),
        ({"module-1-hours": "0"}, 'id="fault-module-1-hours" aria-live="polite">Above 0.'),
        (
            {"module-1-code": "", "module-1-hours": "", "module-2-hours": "20000"},
            'id="fault-module-2-hours" aria-live="polite">From 0 to 10000.',
        ),
        ({"code": "ICT"}, "Choose one of the list"),
        ({"taught_by": "NOBODY"}, "Choose one of the list"),
    ],
)
def test_an_edition_that_cannot_be_is_told_and_what_was_typed_stays(
    offices: Offices, clerk: Browser, changed: dict[str, str], told: str
) -> None:
    path = "/console/rules/programmes/BDI/new?lang=en"
    size = offices.ledger.store.head().size
    sent = {**filled_in(clerk.get(path).text), "name_en": "A name of today", **changed, "do": "publish"}
    page = clerk.post(path, **sent)
    assert page.status_code == 422
    assert told in page.text
    assert 'value="A name of today"' in page.text
    assert offices.ledger.store.head().size == size


def test_more_rows_keep_what_was_typed(clerk: Browser) -> None:
    path = "/console/rules/programmes/new"
    sent = {**filled_in(clerk.get(path).text), "module-3-code": "THIRD", "do": "more"}
    page = clerk.post(path, **sent)
    assert page.status_code == 200
    assert filled_in(page.text)["module-3-code"] == "THIRD"
    assert "module-6-code" in page.text
    assert "module-6-code" not in clerk.get(path).text


def test_a_new_edition_of_the_policy(offices: Offices, clerk: Browser) -> None:
    path = "/console/rules/policies/new"
    sent = filled_in(clerk.get(path).text)
    assert sent["quorum"] == "2/3"
    assert set(sent["route-1-education"].split()) == {"doctor", "master", "second-bachelor"}
    assert sent["route-10-min_certificate_total"] == "80"
    new = {**sent, "edition": "CQ-ENG-2027", "effective_from": "2027-01-01", "route-10-min_certificate_total": "82.5"}
    done = clerk.post(path, **{**new, "do": "publish"})
    assert (done.status_code, done.headers["location"]) == (303, "/console/rules/policies/CQ-ENG-2027")
    catalogue = offices.ledger.desk().base.catalogue
    policy, before = catalogue.policy("CQ-ENG-2027"), catalogue.policy("CQ-ENG-2024")
    assert policy.effective_from == date(2027, 1, 1)
    for new_route, old in zip(policy.routes[:9], before.routes[:9], strict=True):
        assert replace(new_route, education=()) == replace(old, education=())
        assert set(new_route.education) == set(old.education)
    assert policy.routes[9].min_certificate_total == Decimal("82.5")
    other = clerk.post(f"{path}?lang=en", **{**new, "majority": "1/2", "do": "publish", "sent": SAME})
    assert other.status_code == 422
    assert "That edition is there already" in other.text
    bad = clerk.post(f"{path}?lang=en", **{**new, "edition": "X", "quorum": "4/3", "do": "publish", "sent": ""})
    assert 'id="fault-quorum" aria-live="polite">Above 0 and at most 1' in bad.text


def test_terms_of_notices_are_proposed_and_the_form_opened_by_an_administrator(
    offices: Offices, clerk: Browser
) -> None:
    path = "/console/rules/terms/CQHRSS"
    offices.joins("head", "approver")
    done = clerk.post(path, do="propose", sent=SAME, **TERMS)
    assert done.status_code == 303
    assert clerk.post(path, do="propose", sent=SAME, **TERMS).headers["location"] == done.headers["location"]
    (proposal,) = offices.office.proposals.all()
    assert proposal.kind == "set-notice-terms"
    both = clerk.post(f"{path}?lang=en", do="propose", **{**TERMS, "shows": "name masked-name"})
    assert both.status_code == 409
    assert "the same is shown twice" in both.text
    assert clerk.post(path, do="propose", **{**TERMS, "basis_zh": ""}).status_code == 422
    assert clerk.post("/console/rules", do="open-form").status_code == 403
    assert offices.joins("boss", "administrator").post("/console/rules", do="open-form").status_code == 303
    assert PUBLIC_FORM in offices.ledger.desk().base.accounts


@pytest.mark.parametrize("role", ["administrator", "assessor", "approver", "auditor"])
def test_who_is_no_registrar_publishes_nothing(offices: Offices, role: str) -> None:
    other = offices.joins("other", role)
    size = offices.ledger.store.head().size
    for path in ("programmes/new", "programmes/BDI/new", "policies/new"):
        assert other.get(f"/console/rules/{path}").status_code == 403
        assert other.post(f"/console/rules/{path}", do="publish").status_code == 403
    assert other.post("/console/rules/terms/CQHRSS", do="propose", **TERMS).status_code in (403, 409)
    assert "You cannot publish" in text_of(other.get("/console/rules/policies/CQ-ENG-2024?lang=en"))
    assert offices.ledger.store.head().size == size


def test_another_organisation_publishes_nothing(offices: Offices) -> None:
    far = offices.joins("far", "registrar", organisation="SCH-01")
    refused = far.get("/console/rules/policies/new?lang=en")
    assert refused.status_code == 403
    assert "may not act in that organisation" in refused.text


def test_every_word_of_the_lists_has_its_sentence() -> None:
    assert set(rule_words.SHOWN) == set(NOTICE_SHOWS)
