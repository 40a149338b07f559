"""Two people at two browsers: one proposes; the other sees what would be signed, approves, and it is recorded once."""

from __future__ import annotations

import re

import pytest

from api.office import proposal_words, refusal_words
from api.office.carrying import AT_ONCE
from ledger import commands as c
from ledger import concerns
from ledger.awards import open_awards
from ledger.command_forms import name_of
from ledger.office.doing import PROPOSED, do, propose
from ledger.office.proposals import Proposal
from ledger.office.sessions import FRESH_SECONDS
from ledger.refusals import Code
from tests.api.office.applicants import trained
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from tests.api.running import eventually
from tests.api.whole_ledger import TODAY, WholeLedger, by, trainee


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar")


@pytest.fixture
def head(offices: Offices) -> Browser:
    return offices.joins("head", "approver")


@pytest.fixture
def proposal(offices: Offices, clerk: Browser, original: WholeLedger) -> Proposal:
    with open_awards(offices.ledger) as awards:
        issued = by(awards, original.links["valid"])
    command = c.SuspendCertificate(trainee(issued), issued.stream, "other", TODAY)
    done = do(offices.office, clerk.member, command, offices.ledger.desk().new_id(), "a letter of 20 November")
    assert done.proposal is not None
    return done.proposal


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_what_waits_is_on_the_first_page_and_opens_with_all_that_would_be_signed(
    offices: Offices, head: Browser, proposal: Proposal
) -> None:
    assert f"/console/proposals/{proposal.id}" in head.get("/console").text
    assert "a letter of 20 November" in head.get("/console/proposals").text
    page = text_of(head.get(f"/console/proposals/{proposal.id}?lang=en"))
    assert "certificate.suspended/1" in page
    assert f"suspended_on {TODAY}" in page
    assert "clerk 某" in page
    (command,) = offices.office.proposals.commands(proposal.id)
    assert isinstance(command, c.SuspendCertificate)
    person = offices.ledger.desk().dossier(command.trainee).trainee
    assert person is not None
    assert f"{person.trainee_no} {person.name}" in page


def test_approved_by_another_it_is_recorded(offices: Offices, head: Browser, proposal: Proposal) -> None:
    size, path = offices.ledger.store.head().size, f"/console/proposals/{proposal.id}"
    sent = {"do": "approve", "version": version(head.get(path).text)}
    assert head.post(path, **sent).status_code == 303
    assert offices.ledger.store.head().size == size + 1
    assert "recorded" in head.get(f"{path}?lang=en").text
    again = head.post(f"{path}?lang=en", **sent)
    assert again.status_code == 409
    assert "Somebody else has decided meanwhile" in again.text
    assert offices.ledger.store.head().size == size + 1


def test_an_approval_asks_for_a_fresh_sign(offices: Offices, head: Browser, proposal: Proposal, hands: Hands) -> None:
    path = f"/console/proposals/{proposal.id}"
    sent = {"do": "approve", "version": version(head.get(path).text)}
    hands.turn(FRESH_SECONDS + 1)
    assert head.post(path, **sent).status_code == 403
    assert offices.office.proposals.get(proposal.id).state == "open"
    assert head.post(path, **sent, _password=PASSWORD).status_code == 303
    assert offices.office.proposals.get(proposal.id).state == "done"


def test_who_proposed_cannot_approve_and_can_withdraw(offices: Offices, clerk: Browser, proposal: Proposal) -> None:
    path = f"/console/proposals/{proposal.id}"
    page = clerk.get(path).text
    assert 'value="approve"' not in page
    refused = clerk.post(f"{path}?lang=en", do="approve", version=version(page))
    assert refused.status_code == 409
    assert "Nobody both proposes and approves" in refused.text
    assert clerk.post(path, do="withdraw", version=version(page)).status_code == 303
    assert offices.office.proposals.get(proposal.id).state == "withdrawn"


def test_declined_with_a_reason_it_is_not_recorded(offices: Offices, head: Browser, proposal: Proposal) -> None:
    size, path = offices.ledger.store.head().size, f"/console/proposals/{proposal.id}"
    sent = {"do": "decline", "version": version(head.get(path).text)}
    without = head.post(f"{path}?lang=en", **sent, reason=" ")
    assert without.status_code == 422
    assert "This has to be filled in" in without.text
    assert head.post(path, **sent, reason="no letter is here").status_code == 303
    assert "no letter is here" in head.get(path).text
    assert offices.ledger.store.head().size == size


def test_who_may_not_see_it_is_told_what_they_would_be_of_none(offices: Offices, proposal: Proposal) -> None:
    """An administrator sees no people; staff of an organisation that has nothing to do with it see none of it."""
    base, desk = offices.office.executor.base(), offices.ledger.desk()
    (command,) = offices.office.proposals.commands(proposal.id)
    assert isinstance(command, c.SuspendCertificate)
    concerned = concerns.readers(desk.dossier(command.trainee), base.catalogue)
    far = next(code for code in sorted(base.organisations) if code not in {base.code, *concerned})
    for browser in (offices.joins("boss", "administrator"), offices.joins("far", "approver", organisation=far)):
        told = set()
        for path in (f"/console/proposals/{proposal.id}", f"/console/proposals/{proposal.id.int ^ 1:032x}"):
            for answer in (
                browser.get(path),
                browser.post(path, do="approve", version="1"),
                browser.post(path, do="decline", reason="x"),
            ):
                assert answer.status_code == 404
                told.add(text_of(answer))
        assert len(told) == 1
        for path in ("/console", "/console/proposals"):
            assert str(proposal.id) not in browser.get(path).text
    assert offices.office.proposals.get(proposal.id) == proposal


@pytest.mark.parametrize("role", ["registrar", "assessor", "auditor"])
def test_who_is_no_approver_decides_nothing(offices: Offices, proposal: Proposal, role: str) -> None:
    browser, path = offices.joins("other", role), f"/console/proposals/{proposal.id}"
    page = browser.get(path).text
    assert 'name="do"' not in page
    for done in ("approve", "decline"):
        refused = browser.post(path, do=done, version="1", reason="x")
        assert refused.status_code == 403
        assert "lacks the role approver" in refused.text
    assert browser.post(path, do="withdraw", version="1").status_code == 403
    assert offices.office.proposals.get(proposal.id) == proposal


def test_what_a_crash_left_is_gone_on_with(offices: Offices, head: Browser, proposal: Proposal) -> None:
    offices.office.proposals.approve(proposal.id, head.member, proposal.version)
    assert f"/console/proposals/{proposal.id}" in head.get("/console").text
    path = f"/console/proposals/{proposal.id}"
    assert head.post(path, do="carry-out", version="2").status_code == 303
    assert offices.office.proposals.get(proposal.id).state == "done"


def test_every_refusal_and_every_kind_has_its_sentence() -> None:
    assert set(refusal_words.SENTENCES) == set(Code)
    assert set(proposal_words.KINDS) == {name_of(command) for command in PROPOSED}


def test_a_large_one_is_recorded_beside_the_pages_and_tells_how_far_it_is(
    offices: Offices, clerk: Browser, head: Browser
) -> None:
    people = [trained(offices.ledger, f"N{number}") for number in range(AT_ONCE + 1)]
    draws = [offices.ledger.desk().draw("BDI", TODAY.year) for _ in people]
    commands = [
        c.RequestCertification(person, "BDI-TEST", draw, TODAY) for person, draw in zip(people, draws, strict=True)
    ]
    done = propose(offices.office, clerk.member, commands, offices.ledger.desk().new_id())
    assert done.proposal is not None
    path = f"/console/proposals/{done.proposal.id}"
    assert head.post(path, do="approve", version="1").status_code == 303
    assert eventually(lambda: head.get(f"{path}/progress").json()["done"] > 0)
    assert eventually(lambda: offices.office.proposals.get(done.proposal.id).state == "done")
    told = head.get(f"{path}/progress").json()
    assert (told["done"], told["total"]) == (AT_ONCE + 1, AT_ONCE + 1)
    assert told["version"] > 2, "so the page that was shown meanwhile is loaded again"
    assert {len(offices.ledger.desk().dossier(person).certificates) for person in people} == {1}
