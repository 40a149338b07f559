"""The ledger's database altered behind a running server, and before one starts: no answer says "valid" of it."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.awards import open_awards
from ledger.commands import ReportKeyCompromised, RevokeCertificate
from tests.api.forging import COULD_NOT, FORGERIES, Forgery, execute
from tests.api.whole_ledger import NOW, TODAY, WholeLedger, by, do, publish_now, trainee
from verifier.check import Checker
from verifier.fetch import FolderLog
from verifier.trust import parse
from verifier.verdict import State

AT = datetime.fromtimestamp(NOW / 1000, UTC)


def typed_of(whole: WholeLedger, name: str) -> dict[str, str]:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        event = by(awards, whole.links[name]).event
    return {"number": str(event.number), "name": str(event.name)}


def told(client: TestClient, link: str) -> tuple[str, str]:
    """The states that page and JSON say."""
    (state,) = re.findall(r'data-state="([^"]+)"', client.get(f"/c/{link}").text)
    return state, state_of(client.get(f"/c/{link}.json"))


def state_of(answer: Any) -> str:
    """The state in a JSON answer; "could not check" is a problem with status 503 and a code of its reason."""
    said = answer.json()
    return str(said.get("state") or (COULD_NOT if answer.status_code == 503 else said["code"]))


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_nothing_altered_is_called_valid(whole: WholeLedger, forgery: Forgery) -> None:
    link, typed = whole.links[forgery.link], typed_of(whole, forgery.link)
    trust = parse((whole.public / "trust.txt").read_text("utf-8"))
    with TestClient(whole.app(works=False)) as warm:
        assert told(warm, link) == (forgery.link, forgery.link)
        proof = warm.get(f"/c/{link}.json").json()["proof"]
        warm.post("/check.json", json=typed)
        forgery.alter(whole, forgery.link)
        with TestClient(whole.app(works=False)) as cold:
            for client in (warm, cold):
                page, twin = told(client, link)
                assert page == forgery.told
                # A view only says where to look: what was remembered of the link's own rows stays true without it.
                assert twin in ({forgery.told, forgery.link} if client is warm else {forgery.told})
                assert state_of(client.post("/check.json", json=typed)) == forgery.by_number
    # Who has the paper asks the published log, which nobody has altered: the true state.
    verdict = Checker(trust, AT, FolderLog(whole.public)).check_bytes("proof", base64.urlsafe_b64decode(proof + "=="))
    assert verdict.state is State(forgery.link)


def test_an_old_list_put_back_hides_no_revocation(whole: WholeLedger) -> None:
    """The entry of the revocation is there still, and it is newer than the list."""
    list_file = whole.public / "status" / "0"
    before = list_file.read_bytes()
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        do(ledger, RevokeCertificate(trainee(issued), str(getattr(issued.event, "cohort", "")), "fraud", TODAY))
        publish_now(ledger)
    with TestClient(whole.app(works=False)) as client:
        assert told(client, whole.links["valid"]) == ("revoked", "revoked")
        list_file.write_bytes(before)
        assert told(client, whole.links["valid"]) == ("revoked", "revoked")


def test_a_report_of_a_compromised_key_taken_out(whole: WholeLedger) -> None:
    """The published trust file is of as many entries and says otherwise."""
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        do(ledger, ReportKeyCompromised(issued.statement.kid, issued.index))
        publish_now(ledger)
        row = ledger.store.head().size
    with TestClient(whole.app(works=False)) as warm:
        assert told(warm, whole.links["valid"])[0] == "not-entitled"
        execute(whole, "DELETE FROM stored_events WHERE notification_id = ?", row)
        assert told(warm, whole.links["valid"])[0] == "not-entitled"
    with TestClient(whole.app(works=False)) as cold:
        assert told(cold, whole.links["valid"])[0] == "could-not-check"
