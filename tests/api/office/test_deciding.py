"""One application step by step: each for who may, at its time, once; and its titles afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import get_args
from uuid import UUID

import pytest

from api.office import title_words
from api.words import REASONS
from ledger import commands as c
from ledger.awards import open_awards
from ledger.notices import Notices
from ledger.objections import set_terms
from tests.api.office.applicants import EMPLOYER, certified, plain_calendars
from tests.api.office.conftest import Browser, Hands, Offices, text_of
from tests.api.whole_ledger import TODAY, actors, do, publish_now
from verifier.dossier import Application
from verifier.rules import OBJECTIONS, REVOCATION_REASONS, NoCalendar

DAY = 24 * 3600
FIRST = TODAY + timedelta(days=8)
"""Posted on Monday the 23rd, five working days are over with Monday the 30th."""


@dataclass
class File:
    """An application in the office, found eligible today."""

    offices: Offices
    clerk: Browser
    trainee: UUID
    id: UUID

    @property
    def path(self) -> str:
        return f"/console/applications/{self.id}"

    @property
    def state(self) -> Application:
        return self.offices.ledger.desk().dossier(self.trainee).applications[self.id]

    def sends(self, browser: Browser | None = None, **sent: str) -> int:
        return (browser or self.clerk).post(self.path, **sent).status_code

    def is_noticed(self) -> None:
        assert self.sends(do="panel", size="7", present="5", votes_for="4", voted_on=TODAY.isoformat()) == 303
        assert self.sends(do="post") == 303


@pytest.fixture
def file(offices: Offices) -> File:
    plain_calendars(offices.ledger, 2026, 2027)
    clerk, trainee, id_ = offices.joins("clerk", "registrar"), certified(offices.ledger, "N1"), UUID(int=1, version=4)
    do(
        offices.ledger,
        c.ApplyForTitle(trainee, id_, "A26-TEST", "assistant-engineer", "大数据工程", EMPLOYER, TODAY),
    )
    return File(offices, clerk, trainee, id_)


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_the_panel_is_told_what_it_takes_and_recorded_once(file: File) -> None:
    page = text_of(file.clerk.get(f"{file.path}?lang=en"))
    assert "at least 2/3 of them present" in page
    assert "5 members: 4 or more present; with all present 4 or more votes" in page
    assert "7 members: 5 or more present; with all present 5 or more votes" in page
    sent = {"do": "panel", "size": "7", "present": "5", "votes_for": "4", "voted_on": TODAY.isoformat()}
    size, same = file.offices.ledger.store.head().size, str(UUID(int=7, version=4))
    assert file.sends(**sent, sent=same) == file.sends(**sent, sent=same) == 303
    assert file.offices.ledger.store.head().size == size + 1
    stale = file.clerk.post(f"{file.path}?lang=en", **sent)
    assert stale.status_code == 409
    assert "It is not the time for this step" in stale.text
    assert "7 members, 5 present, 4 for" in text_of(stale)


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"size": "6"}, 409, "Such a panel cannot be"),
        ({"size": "3", "present": "3", "votes_for": "3"}, 409, "Such a panel cannot be"),
        ({"present": "9"}, 409, "Such a panel cannot be"),
        ({"size": "seven"}, 422, "Give a whole number"),
        ({"voted_on": (TODAY + timedelta(days=1)).isoformat()}, 422, "still to come"),
        ({"voted_on": (TODAY - timedelta(days=1)).isoformat()}, 409, "wrong order"),
        ({"voted_on": "2026-02-30"}, 422, "year-month-day"),
    ],
)
def test_a_panel_that_cannot_be_is_told_and_what_was_typed_stays(
    file: File, changed: dict[str, str], status: int, told: str
) -> None:
    sent = {"size": "7", "present": "5", "votes_for": "4", "voted_on": TODAY.isoformat(), **changed}
    page = file.clerk.post(f"{file.path}?lang=en", do="panel", **sent)
    assert page.status_code == status
    assert told in page.text
    assert f'name="present" type="text" value="{sent["present"]}"' in page.text
    assert file.state.voted_on is None


def test_without_quorum_it_ends_and_the_page_says_why(file: File) -> None:
    assert file.sends(do="panel", size="7", present="4", votes_for="4", voted_on=TODAY.isoformat()) == 303
    page = text_of(file.clerk.get(f"{file.path}?lang=en"))
    assert "Refused : no quorum" in page or "Refused: no quorum" in page
    assert "The application has ended" in page
    assert file.sends(do="post") == 409


def test_the_notice_counts_down_in_working_days_and_a_decision_waits_for_it(file: File, hands: Hands) -> None:
    file.is_noticed()
    page = text_of(file.clerk.get(f"{file.path}?lang=en"))
    assert "Working days left 5 / 5" in page
    assert f"First possible day of decision {FIRST}" in page
    early = file.clerk.post(f"{file.path}?lang=en", do="decide")
    assert early.status_code == 409
    assert f"{FIRST} is the first possible day of decision" in early.text
    hands.turn(4 * DAY)  # Friday
    file.clerk.signs_in()
    assert 'data-left="2"' in file.clerk.get(file.path).text
    hands.turn(3 * DAY)  # Monday, the last one
    file.clerk.signs_in()
    assert 'data-left="1"' in file.clerk.get(file.path).text
    assert file.sends(do="decide") == 409
    assert file.offices.office.proposals.all() == []


def test_a_year_without_a_calendar_is_said(file: File, hands: Hands) -> None:
    hands.turn((TODAY.replace(year=2090, month=12, day=30) - TODAY).days * DAY)
    day = TODAY.replace(year=2090, month=12, day=30)
    desk = file.offices.ledger.desk()
    desk.execute(c.RecordPanel(file.trainee, file.id, 7, 5, 4, day), actors(file.offices.ledger))
    desk = file.offices.ledger.desk()
    desk.execute(c.PostNotice(file.trainee, file.id, day), actors(file.offices.ledger))
    hands.turn(DAY * 2)
    clerk = file.offices.joins("later", "registrar")
    for page in (clerk.get(f"{file.path}?lang=en"), clerk.post(f"{file.path}?lang=en", do="decide")):
        assert "The log has no calendar of working days for 2090" in page.text


def test_objections_are_for_the_authority_and_the_base_and_wait_for_an_answer(file: File, hands: Hands) -> None:
    file.is_noticed()
    ledger = file.offices.ledger
    terms = c.SetNoticeTerms(ledger.desk().new_id(), "CQHRSS", ("name",), "依据", "basis", "a@example.org", 30)
    set_terms(ledger, terms, actors(ledger))
    publish_now(ledger)
    with open_awards(ledger) as awards:
        awards.catch_up()
        notices = Notices(awards)
        moment = datetime.fromtimestamp(hands.now / 1000, UTC)
        notices.lodge(notices.id_of(file.id), "举报人", "w@example.org", "论文抄袭", b"1", moment)
    assert file.sends(do="raise", grounds="by letter") == 303
    page = file.clerk.get(f"{file.path}?lang=en").text
    for told in ("举报人", "w@example.org", "论文抄袭", "by letter"):
        assert told in page
    theirs = file.offices.joins("theirs", "registrar", organisation=EMPLOYER)
    seen = theirs.get(f"{file.path}?lang=en").text
    for told in ("举报人", "w@example.org", "论文抄袭", "by letter"):
        assert told not in seen
    assert "for the authority and the base alone" in seen
    hands.turn(8 * DAY)
    clerk = file.offices.joins("later", "registrar")
    assert "An objection is not answered" in clerk.post(f"{file.path}?lang=en", do="decide").text
    found = re.search(r'name="lodged" value="([0-9a-f-]{36})"', page)
    assert found is not None
    assert file.sends(clerk, do="resolve", outcome="dismissed", lodged=found[1]) == 303
    assert file.sends(clerk, do="resolve", outcome="dismissed", lodged=found[1]) == 409
    assert file.sends(clerk, do="resolve", outcome="maybe", lodged="") == 409
    assert file.sends(clerk, do="resolve", outcome="dismissed", lodged="") == 303
    assert file.state.objection == "dismissed"
    assert not file.state.unresolved


def test_a_decision_is_proposed_approved_by_another_and_becomes_a_title(file: File, hands: Hands) -> None:
    offices = file.offices
    file.is_noticed()
    hands.turn(8 * DAY)
    clerk, head = offices.joins("later", "registrar"), offices.joins("head", "approver")
    same = str(UUID(int=9, version=4))
    first, second = (clerk.post(file.path, do="decide", sent=same, note="panel of Monday") for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    (proposal,) = offices.office.proposals.all()
    assert f"/console/proposals/{proposal.id}" in clerk.get(file.path).text
    approving = head.get(first.headers["location"])
    assert head.post(first.headers["location"], do="approve", version=version(approving.text)).status_code == 303
    (title,) = offices.ledger.desk().dossier(file.trainee).titles.values()
    assert title.award.awarded_on == FIRST
    listed = text_of(clerk.get("/console/titles?lang=en&level=assistant-engineer&standing=valid&year=2026"))
    assert str(title.event.number) in listed
    assert str(title.event.number) not in clerk.get("/console/titles?standing=revoked").text
    assert "Title granted" in text_of(clerk.get(f"/console/titles/{title.id}?lang=en"))


@pytest.mark.parametrize("role", ["assessor", "approver", "auditor"])
def test_who_is_no_registrar_reads_and_takes_no_step(file: File, role: str) -> None:
    other = file.offices.joins("other", role)
    page = other.get(f"{file.path}?lang=en")
    assert page.status_code == 200
    assert "You cannot take this step" in text_of(page)
    assert "Record the vote" not in page.text
    sent = {"size": "7", "present": "5", "votes_for": "4", "voted_on": TODAY.isoformat()}
    assert file.sends(other, do="panel", **sent) == 403
    assert file.state.voted_on is None


def test_a_registrar_of_the_recommending_organisation_is_told_whose_step_it_is(file: File) -> None:
    theirs = file.offices.joins("theirs", "registrar", organisation=EMPLOYER)
    page = text_of(theirs.get(f"{file.path}?lang=en"))
    assert "Your organisation may not act in that organisation&#39;s name" in page
    assert "may not act for CQHRSS" in page
    sent = {"size": "7", "present": "5", "votes_for": "4", "voted_on": TODAY.isoformat()}
    assert file.sends(theirs, do="panel", **sent) == 403


def test_every_reason_and_outcome_has_its_sentence() -> None:
    application = import_module("verifier.rules.application")
    groups = (application.ApplicationRefusal, application.PanelRefusal, application.DecisionRefusal)
    reasons = {reason for group in groups for reason in get_args(group)}
    assert set(title_words.REASONS) == reasons | {"already-applied", NoCalendar.code}
    assert set(title_words.OUTCOMES) >= set(OBJECTIONS)
    assert set(REASONS) == set(REVOCATION_REASONS)
