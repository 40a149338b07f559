"""An approver with a passkey in the log approves by the API: what is to be signed is asked for, signed and sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from ledger import commands as c
from ledger import passkeys
from ledger.founding import Founding
from ledger.office.opening import open_office
from ledger.office.passkeys import TICKET_SECONDS
from ledger.office.sessions import FRESH_SECONDS
from ledger.open import open_place
from ledger.permissions import Actors
from ledger.upkeep import Upkeep
from tests.api.rest.conftest import Seconds, Served, problem
from tests.ledger import lives
from tests.ledger.lives import Life
from tests.ledger.office.authenticator import Authenticator
from tests.ledger.office.conftest import Hands

URL = "http://localhost:8000"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """At a name: the log takes no passkey of a number."""
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    hands = Hands()
    with lives.opened(lives.new_address("sqlite", tmp_path), hands, Founding(url=URL)) as made:
        life, place = Life(made), made.place
        life.is_registered()
        Upkeep(made).run_once()
    with open_place(place, hands) as ledger, open_office(ledger) as office:
        life.ledger = ledger
        app = create_app(place, hands, works=False, monotonic=Seconds())
        with TestClient(app, base_url=URL, raise_server_exceptions=False) as client:
            yield Served(client, office, hands, Seconds(), life)


@pytest.fixture
def device(served: Served) -> Authenticator:
    """The approver's, in the log."""
    office, head = served.office, served.member("approver")
    made = Authenticator("localhost", URL)
    begun = office.passkeys.begin_registration(head)
    kept = office.passkeys.finish_registration(
        head.account, begun.ticket, made.makes(begun.options), "device", lambda tables: None
    )
    command = c.RegisterPasskey(head.pseudonym, kept.public_key, "localhost")
    passkeys.change(office.ledger, command, Actors(lives.operators(office.ledger).proposer))
    return made


@pytest.fixture
def proposal(served: Served, device: Authenticator) -> str:
    clerk = served.token(served.member("registrar"))
    asked = served.give("erase-trainee", clerk, {"trainee": str(served.life.trainee)}).json()
    return f"/proposals/{asked['proposal']['id']}"


def signed(served: Served, proposal: str, device: Authenticator, head: dict[str, str]) -> dict[str, Any]:
    """The body of an approval."""
    begun = served.post(f"{proposal}/challenge", head, None)
    assert begun.status_code == 200, begun.text
    told = begun.json()
    allowed = told["options"]["allowCredentials"]
    assert len(allowed) == 1
    return {"version": 1, "ticket": told["ticket"], "answer": device.signs_in(told["options"])}


def test_what_the_passkey_signed_is_recorded_before_what_it_approves(
    served: Served, device: Authenticator, proposal: str
) -> None:
    head = served.session(served.member("approver"))
    served.hands.turn(FRESH_SECONDS + 1)
    problem(served.post(f"{proposal}/approve", head, {"version": 1}), 403, "not-fresh")
    body = signed(served, proposal, device, head)
    done = served.post(f"{proposal}/approve", head, body)
    assert done.json()["state"] == "done", "the passkey is a fresh sign, too"
    head_size = served.size()
    topics = [entry.topic for entry in served.office.ledger.store.entries(head_size - 2, 2)]
    assert topics == ["approval.signed/1", "trainee.erased/1"]
    problem(served.post(f"{proposal}/approve", head, body), 409, "bad-passkey")


def test_without_it_with_anothers_or_too_late_nothing_is_approved(
    served: Served, device: Authenticator, proposal: str
) -> None:
    head, size = served.session(served.member("approver")), served.size()
    problem(served.post(f"{proposal}/approve", head, {"version": 1}), 409, "not-signed")
    body = signed(served, proposal, device, head)
    stranger = Authenticator("localhost", URL, credential=device.credential)
    begun = served.post(f"{proposal}/challenge", head, None).json()
    forged = {"version": 1, "ticket": begun["ticket"], "answer": stranger.signs_in(begun["options"])}
    problem(served.post(f"{proposal}/approve", head, forged), 409, "bad-passkey")
    for spoilt in ({"ticket": "none"}, {"answer": {}}, {"answer": {"rawId": 1}}):
        problem(served.post(f"{proposal}/approve", head, {**body, **spoilt}), 409, "bad-passkey")
    for spoilt in ({"ticket": 1}, {"ticket": "x" * 101}, {"answer": "text"}, {"answer": None}):
        problem(served.post(f"{proposal}/approve", head, {**body, **spoilt}), 422, "bad-form")
    late = signed(served, proposal, device, head)
    served.hands.turn(TICKET_SECONDS + 1)
    problem(served.post(f"{proposal}/approve", head, late), 409, "bad-passkey")
    assert served.size() == size


def test_a_challenge_is_for_an_approver_in_a_session_whose_passkey_has_to_sign(
    served: Served, device: Authenticator, proposal: str
) -> None:
    where = f"{proposal}/challenge"
    problem(served.post(where, {}, None), 401, "not-signed-in")
    problem(served.post(where, served.session(served.member("registrar")), None), 403, "missing-role")
    program = served.token(served.member("approver"))
    problem(served.post(where, program, None), 403, "not-fresh")
    other = served.session(served.member("approver", "auditor"))
    problem(served.post(where, other, None), 409, "bad-passkey")
    problem(served.post("/proposals/none/challenge", other, None), 404, "unknown-proposal")
    body = signed(served, proposal, device, served.session(served.member("approver")))
    problem(served.post(f"{proposal}/approve", program, body), 403, "not-fresh")
    problem(served.post(f"{proposal}/approve", other, body), 409, "bad-passkey")
