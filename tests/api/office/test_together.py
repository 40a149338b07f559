"""Many applications at once: a sitting, the notices of a day, a proposal of decisions; whole or not at all, once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from ledger import commands as c
from tests.api.office.applicants import EMPLOYER, certified, plain_calendars
from tests.api.office.conftest import Browser, Hands, Offices, text_of
from tests.api.whole_ledger import TODAY, do
from verifier.dossier import Application

DAY = 24 * 3600
SENT = str(UUID(int=9, version=4))
SITTING = {"size": "7", "present": "5", "voted_on": TODAY.isoformat()}
PANEL, POST, DECIDE = (f"/console/applications/together/{step}" for step in ("panel", "post", "decide"))


@pytest.fixture
def filed(offices: Offices) -> list[tuple[UUID, UUID]]:
    """Three people with an application each."""
    plain_calendars(offices.ledger, 2026, 2027)
    made = []
    for number in range(3):
        trainee, id_ = certified(offices.ledger, f"N{number}"), offices.ledger.desk().new_id()
        speciality = "大数据工程"
        command = c.ApplyForTitle(trainee, id_, f"A26-{number}", "assistant-engineer", speciality, EMPLOYER, TODAY)
        do(offices.ledger, command)
        made.append((trainee, id_))
    return made


def states(offices: Offices, filed: Sequence[tuple[UUID, UUID]]) -> list[Application]:
    return [offices.ledger.desk().dossier(trainee).applications[id_] for trainee, id_ in filed]


def votes(filed: Sequence[tuple[UUID, UUID]], *counts: str) -> dict[str, str]:
    return {f"votes-{id_.hex}": count for (_, id_), count in zip(filed, counts, strict=True)}


def ticked(filed: Sequence[tuple[UUID, UUID]]) -> str:
    return " ".join(id_.hex for _, id_ in filed)


def all_noticed(offices: Offices, clerk: Browser, filed: Sequence[tuple[UUID, UUID]]) -> None:
    assert clerk.post(PANEL, **SITTING, **votes(filed, "5", "5", "5")).status_code == 303
    assert clerk.post(POST, include=ticked(filed)).status_code == 303


def test_a_sitting_is_recorded_for_those_with_votes_and_once(offices: Offices, filed: list[tuple[UUID, UUID]]) -> None:
    clerk = offices.joins("clerk", "registrar")
    page = text_of(clerk.get(PANEL + "?lang=en"))
    assert all(f"A26-{number}" in page for number in range(3))
    sent = {**SITTING, **votes(filed, "5", "3", ""), "sent": SENT}
    answer = clerk.post(PANEL, **sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PANEL}?level=&recorded=2")
    assert "2 recorded." in text_of(clerk.get(f"{PANEL}?recorded=2&lang=en"))
    size, first, second, third = offices.ledger.store.head().size, *states(offices, filed)
    assert (first.voted_on, first.ended_on) == (TODAY, None)
    assert second.ended_on == TODAY  # three of five are no majority
    assert third.voted_on is None
    again = clerk.post(PANEL, **sent)
    assert (again.status_code, again.headers["location"]) == (303, answer.headers["location"])
    assert offices.ledger.store.head().size == size


@pytest.mark.parametrize(
    ("sitting", "counts", "told"),
    [
        (SITTING, ("5", "many", "5"), "whole number"),
        (SITTING, ("5", "6", "5"), "panel"),
        ({**SITTING, "size": "6"}, ("5", "5", "5"), "panel"),
        ({**SITTING, "present": ""}, ("5", "5", "5"), "has to be filled in"),
        ({**SITTING, "voted_on": "2030-01-01"}, ("5", "5", "5"), "still to come"),
        (SITTING, ("", "", ""), "No application is chosen"),
    ],
)
def test_a_sitting_with_a_fault_is_not_recorded_at_all(
    offices: Offices, filed: list[tuple[UUID, UUID]], sitting: dict[str, str], counts: tuple[str, ...], told: str
) -> None:
    clerk, size = offices.joins("clerk", "registrar"), offices.ledger.store.head().size
    answer = clerk.post(PANEL + "?lang=en", **sitting, **votes(filed, *counts))
    assert answer.status_code in (409, 422)
    assert told in text_of(answer)
    assert all(f'value="{count}"' in answer.text for count in counts)  # nothing typed is lost
    assert offices.ledger.store.head().size == size


def test_decisions_are_one_proposal_when_they_are_due(
    offices: Offices, hands: Hands, filed: list[tuple[UUID, UUID]]
) -> None:
    clerk, head = offices.joins("clerk", "registrar"), offices.joins("head", "approver")
    all_noticed(offices, clerk, filed)
    assert "A26-" not in text_of(clerk.get(DECIDE))  # the notices still stand
    hands.turn(8 * DAY)
    clerk.signs_in()
    listed = clerk.get("/console/applications?lang=en").text
    assert f'href="{DECIDE}"' in listed
    assert clerk.get(DECIDE).text.count(" checked") == 3 + 1  # the sample has one that is due
    answer = clerk.post(DECIDE, include=ticked(filed), note="sitting 12", sent=SENT)
    assert answer.headers["location"] == f"/console/proposals/{SENT}"
    assert clerk.get(DECIDE).text.count(" checked") == 1  # the others are in a proposal that waits
    assert clerk.post(DECIDE, include=ticked(filed), sent=SENT).headers["location"] == answer.headers["location"]
    proposal = offices.office.proposals.get(UUID(SENT))
    offices.office.proposals.approve(proposal.id, head.member, proposal.version)
    offices.office.proposals.carry_out(proposal.id)
    granted = [offices.ledger.desk().dossier(trainee).titles for trainee, _ in filed]
    assert [len(titles) for titles in granted] == [1, 1, 1]
    assert len({title.event.number for titles in granted for title in titles.values()}) == 3
    assert clerk.post(DECIDE, include=ticked(filed), sent=SENT).headers["location"] == answer.headers["location"]


def test_what_was_decided_elsewhere_stops_the_whole_list(
    offices: Offices, hands: Hands, filed: list[tuple[UUID, UUID]]
) -> None:
    clerk = offices.joins("clerk", "registrar")
    assert clerk.post(PANEL, **SITTING, **votes(filed, "5", "5", "5")).status_code == 303
    assert clerk.post(POST, include="").status_code == 422
    assert clerk.post(POST, include="nonsense").status_code == 422
    size = offices.ledger.store.head().size
    assert clerk.post(POST, include=ticked(filed[:2])).status_code == 303
    assert offices.ledger.store.head().size == size + 2
    assert [state.posted_on for state in states(offices, filed)] == [TODAY, TODAY, None]


def test_only_who_may_record_does(offices: Offices, filed: list[tuple[UUID, UUID]]) -> None:
    looker, size = offices.joins("looker", "auditor"), offices.ledger.store.head().size
    answer = looker.post(PANEL + "?lang=en", **SITTING, **votes(filed, "5", "5", "5"))
    assert answer.status_code == 403
    assert "registrar" in text_of(answer)
    stranger = offices.joins("stranger", "registrar", organisation="HUAWEI")
    assert "A26-" not in text_of(stranger.get(PANEL))
    assert stranger.post(PANEL, **SITTING, **votes(filed, "5", "5", "5")).status_code == 422
    assert offices.ledger.store.head().size == size + 1
