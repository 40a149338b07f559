"""The verification receipt of a link: given where there is evidence, and checked as whoever gets it checks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from starlette.testclient import TestClient

from api.languages import LANGUAGES
from api.limits import RECEIPTS
from api.words import RECEIPT
from ledger.awards import open_awards
from ledger.commands import ReportKeyCompromised, RevokeCertificate
from tests.api.whole_ledger import NOW, TODAY, WholeLedger, by, do, publish_now, trainee
from verifier import trust
from verifier.check import Checker
from verifier.fetch import FolderLog
from verifier.kinds import CertificateAwarded
from verifier.verdict import State, Verdict

STATES = {
    **{"valid": "valid", "title valid": "valid", "expired": "expired", "suspended": "suspended", "revoked": "revoked"},
    **{"title revoked": "revoked", "superseded": "superseded", "reinstated": "valid"},
}


@pytest.fixture(scope="session")
def client(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Minutes go by between any two of its questions, so that none is too many."""
    served = original.copy(tmp_path_factory.mktemp("receipts"))
    with TestClient(served.app(monotonic=count(step=100).__next__)) as made:
        yield made


def checked(whole: WholeLedger, data: bytes, *, offline: bool = True) -> Verdict:
    """What `certverify check` finds in a file."""
    known = trust.parse((whole.public / "trust.txt").read_text("utf-8"))
    log = None if offline else FolderLog(whole.public)
    return Checker(known, datetime.fromtimestamp(NOW / 1000, UTC), log, offline).check_bytes("receipt.pdf", data)


def receipt_at(link: str) -> str:
    return f"/c/{link}/receipt.pdf"


@pytest.mark.parametrize("name", STATES)
def test_a_receipt_says_what_the_page_says(client: TestClient, original: WholeLedger, name: str) -> None:
    link = original.links[name]
    answer = client.get(receipt_at(link))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["content-security-policy"]
    disposition = 'attachment; filename="verification-receipt-20261123-120000.pdf"'
    assert answer.headers["content-disposition"] == disposition
    verdict = checked(original, answer.content)
    assert (verdict.state, verdict.exit_code) == (State.VERIFICATION_RECEIPT, 0)
    assert verdict.then is not None
    (item,) = verdict.then.items
    assert (item.state, item.presented.text) == (STATES[name], link)
    twin = client.get(f"/c/{link}.json").json()
    assert {field.key: field.value for field in item.fields} == twin["fields"]
    assert twin["state"] == item.state
    page = client.get(f"/c/{link}?lang=en").text
    assert f'<a href="{receipt_at(link)}" download>{RECEIPT.en}</a>' in page


def test_letter_case_does_not_matter_and_the_link_stands_in_it_in_capitals(
    client: TestClient, original: WholeLedger
) -> None:
    link = original.links["valid"]
    one, two = client.get(receipt_at(link.lower())), client.get(f"/C/{link}/receipt.pdf")
    assert one.content == two.content
    assert client.head(receipt_at(link)).headers["content-length"] == str(len(one.content))


def test_a_typed_number_leads_to_it_too(client: TestClient, original: WholeLedger) -> None:
    with original.opened() as ledger, open_awards(ledger) as awards:
        event = by(awards, original.links["valid"]).event
    page = client.post("/check", data={"number": str(event.number), "name": str(event.name)}).text
    (href,) = re.findall(r'<a href="([^"]+)" download>', page)
    assert href == receipt_at(original.links["valid"])


@pytest.mark.parametrize(
    ("name", "status", "state"), [("erased", 409, "erased"), ("nobody", 404, "unknown"), ("x", 404, "unknown")]
)
def test_where_there_is_no_evidence_the_page_says_why(
    client: TestClient, original: WholeLedger, name: str, status: int, state: str
) -> None:
    link = original.links.get(name, {"nobody": "0" * 24}.get(name, name))
    for language in LANGUAGES:
        answer = client.get(f"{receipt_at(link)}?lang={language}")
        assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
        assert f'data-state="{state}"' in answer.text
        assert "receipt.pdf" not in answer.text
    assert "receipt.pdf" not in client.get(f"/c/{link}").text


def _list_gone(whole: WholeLedger) -> None:
    (whole.public / "status" / "0").unlink()


def _checkpoint_gone(whole: WholeLedger) -> None:
    (whole.public / "checkpoint").unlink()


def _compromised(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        do(ledger, ReportKeyCompromised(issued.statement.kid, issued.index))
        publish_now(ledger)


def _changed(whole: WholeLedger) -> None:
    """Another day in the stored statement."""
    with whole.opened() as ledger, open_awards(ledger) as awards:
        row = by(awards, whole.links["valid"]).index + 1
        day = str(by(awards, whole.links["valid"]).event.awarded_on).encode()  # type: ignore[union-attr]
    ((state,),) = whole.engine.query(whole.address, "SELECT state FROM stored_events WHERE notification_id = ?", (row,))
    sql = "UPDATE stored_events SET state = ? WHERE notification_id = ? RETURNING 1"
    assert whole.engine.query(whole.address, sql, (state.replace(day, b"2020-01-01"), row))


@pytest.mark.parametrize(
    ("spoil", "status", "state"),
    [
        (_list_gone, 503, "authentic-standing-not-checked"),
        (_checkpoint_gone, 503, "could-not-check"),
        (_compromised, 409, "not-entitled"),
        (_changed, 503, "could-not-check"),
    ],
)
def test_what_cannot_be_checked_now_is_not_put_on_paper(
    whole: WholeLedger, spoil: Callable[[WholeLedger], None], status: int, state: str
) -> None:
    spoil(whole)
    with TestClient(whole.app(works=False)) as client:
        answer = client.get(receipt_at(whole.links["valid"]))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f'data-state="{state}"' in answer.text
    assert "receipt.pdf" not in answer.text


def test_a_revocation_taken_out_of_the_database_is_seen_in_the_list(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        ((index, _),) = by(awards, whole.links["revoked"]).changes
    sql = "DELETE FROM stored_events WHERE notification_id = ? RETURNING 1"
    assert len(whole.engine.query(whole.address, sql, (index + 1,))) == 1
    with TestClient(whole.app(works=False)) as client:
        verdict = checked(whole, client.get(receipt_at(whole.links["revoked"])).content)
    assert verdict.then is not None
    assert verdict.then.items[0].state == "revoked-or-superseded"


def test_a_receipt_given_before_a_revocation_tells_of_it_where_it_is_asked(whole: WholeLedger) -> None:
    with TestClient(whole.app(works=False)) as client:
        given = client.get(receipt_at(whole.links["valid"])).content
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        assert isinstance(issued.event, CertificateAwarded)
        do(ledger, RevokeCertificate(trainee(issued), str(issued.event.cohort), "fraud", TODAY))
        publish_now(ledger)
    verdict = checked(whole, given, offline=False)
    assert (verdict.state, verdict.exit_code) == (State.VERIFICATION_RECEIPT, 0)
    assert verdict.then is not None
    assert [(item.state, item.today) for item in verdict.then.items] == [("valid", "revoked-or-superseded")]


def test_receipts_are_limited_by_address_wherever_they_lead(whole: WholeLedger) -> None:
    clock = [1000.0]
    with TestClient(whole.app(monotonic=lambda: clock[0])) as client:
        for _ in range(RECEIPTS.burst):
            assert client.get(receipt_at("0" * 24)).status_code == 404
        for link in ("0" * 24, whole.links["valid"]):
            refused = client.get(receipt_at(link))
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        assert client.get(f"/c/{whole.links['valid']}").status_code == 200
        clock[0] += 5
        assert client.get(receipt_at(whole.links["valid"])).status_code == 200
