"""An organisation with a key of its own by HTTP alone: prepare, fetch, sign, register, have the receipt (SCRAPI)."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cbor2
import httpx2
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api import concise
from api.limits import REGISTERED
from ledger import commands as c
from ledger.office.preparations import KEPT_MS
from ledger.upkeep import Upkeep
from tests.api.rest.conftest import API, Served, problem
from tests.ledger.deciders.story import VOTED_ON
from tests.ledger.office.own_keys import OwnKey, authorised
from verifier import bundle, cbor, prepared, receipt, statement
from verifier.__main__ import certverify
from verifier.kinds import AUTHORITY_KINDS, RECEIPT_KIND
from verifier.tile import MAX_ENTRY

Headers = dict[str, str]


@pytest.fixture
def bureau(served: Served) -> OwnKey:
    served.life.is_trained()
    served.life.is_certified()
    served.life.applies()
    return authorised(served.office, "BUREAU", AUTHORITY_KINDS)


@pytest.fixture
def officer(served: Served) -> Headers:
    return served.token(served.member("registrar", organisation="BUREAU"))


@pytest.fixture
def waiting(served: Served, bureau: OwnKey, officer: Headers) -> str:
    """The id of a panel's vote that waits for the authority's signature."""
    life = served.life
    form = {"trainee": str(life.trainee), "application": str(life.application), "size": 9, "present": 6}
    answer = served.give("record-panel", officer, {**form, "votes_for": 4, "on": VOTED_ON.isoformat()}, "key")
    assert answer.status_code == 202, answer.text
    found = answer.json()["prepared"]
    assert answer.headers["location"] == f"{API}/prepared/{found['id']}"
    assert (found["organisation"], found["kind"], found["state"]) == ("BUREAU", "record-panel", "waiting")
    again = served.give("record-panel", officer, {**form, "votes_for": 4, "on": VOTED_ON.isoformat()}, "key")
    assert again.json() == answer.json()
    return str(found["id"])


def fetch(served: Served, officer: Headers, waiting: str, **query: Any) -> bytes:
    answer = served.client.post(f"{API}/prepared/{waiting}/fetch", headers=officer, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.certledger.prepared+cbor"
    return answer.content


def post(served: Served, data: bytes, media_type: str = "application/cose") -> httpx2.Response:
    """As somebody without an account sends it."""
    return served.client.post("/entries", content=data, headers={"Content-Type": media_type}, follow_redirects=False)


def get(served: Served, where: str) -> httpx2.Response:
    return served.client.get(urlsplit(where).path, follow_redirects=False)


def concise_problem(answer: httpx2.Response, status: int, code: str, title: str) -> None:
    """RFC 9290, as SCRAPI wants it of every 4xx and 5xx."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, concise.MEDIA_TYPE), answer.content
    told = cbor2.loads(answer.content)
    assert (told[-1], told[-4], told[concise.CODE]) == (title, status, {0: code})
    assert len(told[-2]) > 5
    assert answer.headers["cache-control"] == "no-store"


def pem(public: bytes) -> bytes:
    return Ed25519PublicKey.from_public_bytes(public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_the_whole_way(served: Served, bureau: OwnKey, officer: Headers, waiting: str) -> None:
    (entry,) = bureau.signs(fetch(served, officer, waiting))
    index = served.size()
    running = post(served, entry)
    assert (running.status_code, running.content, running.headers["retry-after"]) == (303, b"", "2")
    where = running.headers["location"]
    assert served.size() == index + 1
    still = get(served, where)
    assert (still.status_code, still.headers["location"]) == (302, where)
    Upkeep(served.office.ledger).run_once()
    there = get(served, where)
    assert (there.status_code, there.headers["content-type"]) == (200, "application/cose")
    assert there.headers["location"].endswith(f"/entries/{index}")
    assert get(served, there.headers["location"]).content == there.content
    again = post(served, entry)
    assert (again.status_code, again.content) == (201, there.content), "the same statement again: the same registration"
    assert served.size() == index + 1
    whole = get(served, f"{where}/statement")
    assert whole.headers["content-type"] == "application/scitt-statement+cose"
    read = bundle.parse(whole.content)
    assert (read.statement.raw, read.receipt.raw, read.disclosures) == (entry, there.content, ())


def test_scitt_cose_verifies_what_it_gives(served: Served, bureau: OwnKey, officer: Headers, waiting: str) -> None:
    scitt_cose = pytest.importorskip("scitt_cose")
    (entry,) = bureau.signs(fetch(served, officer, waiting))
    where = post(served, entry).headers["location"]
    Upkeep(served.office.ledger).run_once()
    answer = served.client.get("/.well-known/scitt-keys")
    assert answer.headers["content-type"] == "application/cbor"
    (key,) = cbor2.loads(answer.content)
    given = get(served, where).content
    result = scitt_cose.verify_receipt(given, leaf_entry_hex=entry.hex(), log_public_key_pem=pem(key[-2]))
    assert result.ok, result.errors
    assert result.leaf_index == served.size() - 1
    assert result.subject == statement.subject_of(served.life.application)
    whole = get(served, f"{where}/statement").content
    assert scitt_cose.extract_receipts(whole) == [given]
    told = scitt_cose.parse_signed_statement(whole, public_key_pem=pem(bureau.signer.public_key))
    assert (told["signature_verified"], told["issuer"]) == (True, statement.parse(entry).issuer)
    other = served.office.ledger.store.entries(1, 1)[0].statement
    assert not scitt_cose.verify_receipt(given, leaf_entry_hex=other.hex(), log_public_key_pem=pem(key[-2])).ok


def test_the_keys_are_those_of_receipts(served: Served) -> None:
    base = served.office.executor.base()
    signer = served.office.ledger.keystore.signer(base.code, RECEIPT_KIND, base.keys)
    (key,) = cbor.decode(served.client.get("/.well-known/scitt-keys").content)
    assert key == {1: 1, 2: signer.kid, 3: -8, -1: 6, -2: signer.public_key}
    kid = urlsafe_b64encode(signer.kid).decode().rstrip("=")
    assert cbor.decode(served.client.get(f"/.well-known/scitt-keys/{kid}").content) == key
    concise_problem(served.client.get("/.well-known/scitt-keys/AAAA"), 404, "not-found", "No such key")
    given = receipt.parse(served.client.get("/entries/1").content)
    assert given.kid == signer.kid


def test_every_published_entry_has_its_receipt_and_no_other(served: Served) -> None:
    size = served.size()
    for index in range(size):
        given = receipt.parse(served.client.get(f"/entries/{index}").content)
        assert (given.index, given.size) == (index, size)
    concise_problem(get(served, f"/entries/{size}"), 404, "not-found", "Not Found")
    concise_problem(get(served, f"/entries/{'0' * 64}"), 404, "not-prepared", "Operation Not Found")
    for no_locator in ("01", "-1", "x", "1" * 16, "0" * 63, "A" * 64):
        concise_problem(get(served, f"/entries/{no_locator}"), 400, "malformed", "Invalid locator")


def test_what_is_not_taken_is_told_as_the_draft_has_it(
    served: Served, bureau: OwnKey, officer: Headers, waiting: str
) -> None:
    (entry,) = bureau.signs(fetch(served, officer, waiting))
    size = served.size()
    protected, _, payload, signature = statement.cose_sign1_parts(entry)
    assert payload is not None
    of_another = cbor.encode({**cbor.decode(protected), 1: -7})
    told = {
        "Malformed request": (b"\xa0", 400, "bad-statement"),
        "Payload Missing": (b"\xd2" + cbor.encode([protected, {}, None, signature]), 400, "bad-statement"),
        "Bad Signature Algorithm": (statement.assemble(of_another, payload, signature), 400, "bad-statement"),
        "Rejected": (b"\xd2" + cbor.encode([protected, {394: []}, payload, signature]), 400, "bad-statement"),
    }
    for title, (data, status, code) in told.items():
        concise_problem(post(served, data), status, code, title)
    forged = statement.assemble(protected, payload, entry[-64:-1] + bytes([entry[-1] ^ 1]))
    concise_problem(post(served, forged), 400, "bad-signature", "Rejected")
    foreign = served.office.ledger.store.entries(size - 1, 1)[0].statement
    concise_problem(post(served, foreign), 400, "not-prepared", "Rejected")
    concise_problem(post(served, bytes(MAX_ENTRY + 1)), 413, "too-large", "Malformed request")
    concise_problem(post(served, entry, "application/cbor"), 415, "unsupported-type", "Malformed request")
    deleted = served.client.delete("/entries/1")
    assert (deleted.status_code, deleted.headers["content-type"]) == (405, concise.MEDIA_TYPE)
    assert served.size() == size
    served.hands.turn(KEPT_MS / 1000 + 1)
    concise_problem(post(served, entry), 409, "not-waiting", "Rejected")


def test_who_sends_too_many_is_told_when_to_send_again(served: Served) -> None:
    for _ in range(REGISTERED.burst):
        assert post(served, b"x").status_code == 400
    answer = post(served, b"x")
    concise_problem(answer, 429, "too-many-requests", "Too Many Requests")
    assert answer.headers["retry-after"] == "1"


def test_twice_at_once_by_http(served: Served, bureau: OwnKey, officer: Headers, waiting: str) -> None:
    (entry,) = bureau.signs(fetch(served, officer, waiting))
    size = served.size()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(served, entry), range(8)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert served.size() == size + 1


def test_who_sees_fetches_and_takes_back(served: Served, bureau: OwnKey, officer: Headers, waiting: str) -> None:
    auditor = served.token(served.member("auditor", organisation="BUREAU"))
    reader = served.token(served.member("registrar", organisation="BUREAU"), "read")
    base, partner = (
        served.token(served.member("registrar")),
        served.token(served.member("registrar", organisation="PARTNER")),
    )
    for who in (officer, auditor, base):
        assert [item["id"] for item in served.get("/prepared", who).json()["prepared"]] == [waiting]
        (event,) = served.get(f"/prepared/{waiting}", who).json()["events"]
        assert (event["type"], event["fields"]["votes_for"]) == ("panel.voted/1", 4)
    assert served.get("/prepared", partner).json() == {"prepared": []}
    problem(served.get(f"/prepared/{waiting}", partner), 404, "unknown-preparation")
    path = f"/prepared/{waiting}"
    for way in ("fetch", "withdraw"):
        problem(served.post(f"{path}/{way}", auditor, {}), 403, "missing-role")
        problem(served.post(f"{path}/{way}", base, {}), 403, "other-organisation")
        problem(served.post(f"{path}/{way}", partner, {}), 404, "unknown-preparation")
        problem(served.post(f"{path}/{way}", reader, {}), 403, "out-of-scope")
    problem(served.get("/prepared", {}), 401, "not-signed-in")
    problem(served.get("/prepared", served.token(served.member("administrator"))), 403, "missing-role")
    answer = served.client.post(f"{API}{path}/fetch", headers=officer, params={"lead_seconds": 301})
    problem(answer, 422, "bad-form")
    assert served.post(f"{path}/withdraw", officer, {}).json()["prepared"]["state"] == "withdrawn"
    problem(served.post(f"{path}/fetch", officer, {}), 409, "not-waiting")


def test_what_is_fetched_says_the_time_that_was_asked_for(
    served: Served, bureau: OwnKey, officer: Headers, waiting: str
) -> None:
    for lead in (0, 300):
        file = prepared.parse(fetch(served, officer, waiting, lead_seconds=lead))
        at = file.statements[0].statement.record.envelope.recorded_at
        assert at == file.until == served.hands.now + 1000 * lead


def test_a_key_that_is_retired_while_it_waits(served: Served, bureau: OwnKey, officer: Headers, waiting: str) -> None:
    (entry,) = bureau.signs(fetch(served, officer, waiting))
    served.life.does(c.RetireKey(bureau.signer.kid))
    concise_problem(post(served, entry), 400, "unknown-key", "Rejected")


def test_with_the_tool_that_an_organisation_has(served: Served, tmp_path: Path) -> None:
    """`certverify new-key`, and what it makes known; `certverify sign` with the base's trust file; what it wrote."""
    served.hands.now = round(time.time() * 1000)
    officer = served.token(served.member("registrar", organisation="BUREAU"))
    life, own, out = served.life, tmp_path / "own.pem", tmp_path / "entry.cose"
    life.is_trained()
    life.is_certified()
    life.applies()
    run, environment = CliRunner().invoke, {"CERTLEDGER_KEY_PASSPHRASE": "a long passphrase"}
    made = json.loads(run(certverify, ["new-key", str(own), "--json"], env=environment).output)
    granted = tuple(sorted(AUTHORITY_KINDS))
    life.does(c.AuthoriseKey("BUREAU", bytes.fromhex(made["public_key"]), granted, "organisation"))
    Upkeep(served.office.ledger).run_once()
    vote = {"trainee": str(life.trainee), "application": str(life.application), "size": 9, "present": 6}
    answer = served.give("record-panel", officer, {**vote, "votes_for": 4, "on": VOTED_ON.isoformat()})
    file = tmp_path / "prepared.cbor"
    file.write_bytes(fetch(served, officer, answer.json()["prepared"]["id"]))
    trust = str(served.office.ledger.public / "trust.txt")
    signed = run(
        certverify,
        ["sign", str(file), "--key", str(own), "-o", str(out), "--trust", trust, "--yes"],
        env=environment,
    )
    assert (signed.exit_code, "personal votes_for: 4" in signed.output) == (0, True), signed.output
    size = served.size()
    assert post(served, out.read_bytes()).status_code == 303
    assert served.size() == size + 1
    assert get(served, "/entries/1").status_code == 200
