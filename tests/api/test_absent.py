"""Whether a number was ever issued: the page, the same for programs, and the proof that a stranger checks."""

from __future__ import annotations

import base64
import re

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from ledger.awards import open_awards
from tests.api.whole_ledger import WholeLedger, by
from verifier import absence, trust
from verifier.__main__ import certverify
from verifier.address import new_number, number_digest

NEVER = new_number("BDI", 2026, b"\x07" * 9)


def number_of(whole: WholeLedger, state: str) -> str:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        return str(by(awards, whole.links[state]).event.number)


def state_of(page: str) -> str:
    found = re.search(r'data-state="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_number_that_was_never_issued_has_a_proof(client: TestClient, original: WholeLedger) -> None:
    told = client.post("/numbers.json", json={"number": NEVER.lower()}).json()
    assert (told["number"], told["issued"], told["entry"]) == (NEVER, False, None)
    proof = base64.urlsafe_b64decode(told["proof"] + "=" * (-len(told["proof"]) % 4))
    trusted = trust.parse(client.get("/log/trust.txt").text)
    answer = absence.verify_proof(proof, NEVER, trusted)
    assert (answer.entry, answer.size, answer.head.count) == (None, told["as_of"], told["numbers"])


@pytest.mark.parametrize("state", ["valid", "revoked", "suspended"])
def test_a_number_that_was_issued_is_told_with_its_entry_and_nothing_else(
    client: TestClient, original: WholeLedger, state: str
) -> None:
    told = client.post("/numbers.json", json={"number": number_of(original, state)}).json()
    assert told["issued"] is True
    assert told.keys() == {"number", "issued", "entry", "as_of", "numbers", "signed_at", "proof"}
    assert client.get(f"/c/{original.links[state]}.json").json()["entry"] == told["entry"]


def test_the_page_says_it_and_gives_the_proof_to_take_away(
    client: TestClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = client.post("/numbers?lang=en", data={"number": NEVER})
    assert (page.status_code, state_of(page.text)) == (200, "never-issued")
    address = f"/numbers/{number_digest(NEVER).hex()}.cbor"
    assert address in page.text
    proof = client.get(address)
    assert proof.headers["content-type"] == absence.MEDIA_TYPE
    folder = tmp_path_factory.mktemp("taken")
    (folder / "proof.cbor").write_bytes(proof.content)
    (folder / "trust.txt").write_bytes(client.get("/log/trust.txt").content)
    asked = ["absent", NEVER, "--proof", str(folder / "proof.cbor"), "--trust", str(folder / "trust.txt")]
    result = CliRunner().invoke(certverify, asked, prog_name="certverify")
    assert (result.exit_code, result.stdout[:12]) == (0, "NEVER-ISSUED")


def test_the_page_of_an_issued_number_shows_nobody(client: TestClient, original: WholeLedger) -> None:
    with original.opened() as ledger, open_awards(ledger) as awards:
        event = by(awards, original.links["valid"]).event
    page = client.post("/numbers", data={"number": str(event.number)})
    assert state_of(page.text) == "issued"
    assert str(event.name) not in page.text
    assert str(event.link) not in page.text


@pytest.mark.parametrize("lang", ["zh", "en", "ko"])
def test_who_is_told_that_nothing_matches_can_ask_for_the_proof(client: TestClient, lang: str) -> None:
    page = client.post(f"/check?lang={lang}", data={"number": NEVER, "name": "测试"}).text
    assert f'action="/numbers?lang={lang}"' in page
    assert state_of(client.post(f"/numbers?lang={lang}", data={"number": NEVER}).text) == "never-issued"


def test_a_mistyped_number_is_found_before_anything_is_looked_up(client: TestClient) -> None:
    wrong = NEVER[:-1] + ("A" if NEVER[-1] != "A" else "B")
    page, twin = client.post("/numbers", data={"number": wrong}), client.post("/numbers.json", json={"number": wrong})
    assert (page.status_code, state_of(page.text)) == (422, "mistyped-number")
    assert (twin.status_code, twin.json()["code"]) == (422, "mistyped-number")


@pytest.mark.parametrize("sent", ["{}", '{"number": 1}', "[]", '"x"', '{"number": "\\ud800"}', "{"])
def test_what_is_no_question_is_refused(client: TestClient, sent: str) -> None:
    answer = client.post("/numbers.json", content=sent, headers={"Content-Type": "application/json"})
    assert answer.json()["code"] == "unreadable"


def test_more_that_is_no_question(client: TestClient) -> None:
    assert client.post("/numbers.json", json={"number": " "}).json()["code"] == "number-missing"
    assert client.post("/numbers", data={"name": "x"}).status_code == 400
    assert client.get("/numbers/nothing.cbor").status_code == 404
    assert client.get(f"/numbers/{'0' * 63}G.cbor").status_code == 404


@pytest.mark.engine("sqlite")  # whose published folder lies in the ledger's
def test_without_an_index_nothing_is_said(whole: WholeLedger) -> None:
    with TestClient(whole.app()) as client:
        (whole.folder / "public/numbers/head").unlink()
        answer = client.post("/numbers.json", json={"number": NEVER})
        assert (answer.status_code, answer.json()["code"]) == (503, "could-not-check")
        assert client.get(f"/numbers/{'0' * 64}.cbor").status_code == 503
