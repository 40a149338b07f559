"""A link's page and its JSON twin, in every state."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answer import State
from api.app import create_app
from api.banners import BANNERS
from api.languages import LANGUAGES
from ledger.awards import open_awards
from tests.api.whole_ledger import NOW, URL, WholeLedger, by, founded, new_place, publish_now
from tests.engines import Engine
from verifier.check import Checker
from verifier.fetch import FolderLog
from verifier.trust import Trust, parse
from verifier.verdict import State as VerdictState
from verifier.verify import verify_change, verify_proof

STATES = {
    "valid": State.VALID,
    "expired": State.EXPIRED,
    "revoked": State.REVOKED,
    "suspended": State.SUSPENDED,
    "superseded": State.SUPERSEDED,
    "erased": State.ERASED,
    "reinstated": State.VALID,
    "title valid": State.VALID,
    "title revoked": State.REVOKED,
}


def state_of(page: str) -> str:
    found = re.search(r'data-state="([^"]+)"', page)
    assert found is not None
    return found[1]


def trust_of(client: TestClient) -> Trust:
    return parse(client.get("/log/trust.txt").text)


def read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(("name", "state"), STATES.items())
def test_the_page_and_its_json_say_the_state(
    client: TestClient, original: WholeLedger, name: str, state: State
) -> None:
    link = original.links[name]
    twin = client.get(f"/c/{link}.json")
    banner = BANNERS[state]
    assert twin.json()["sentence"] == banner.sentence.as_json()
    for language in LANGUAGES:
        page = client.get(f"/c/{link}?lang={language}")
        assert (page.status_code, twin.status_code) == (200, 200)
        assert state_of(page.text) == twin.json()["state"] == state.value
        for words in (banner.word, banner.sentence):
            assert words.of(language).replace("'", "&#39;") in page.text
        assert banner.icon in page.text


@pytest.mark.parametrize("name", ["valid", "title valid"])
def test_everything_that_the_paper_shows_is_on_the_page(client: TestClient, original: WholeLedger, name: str) -> None:
    with original.opened() as ledger, open_awards(ledger) as awards:
        event = by(awards, original.links[name]).event
    page = client.get(f"/c/{original.links[name]}").text
    shown = dict(re.findall(r'data-field="([^"]+)"[^>]*>([^<]*)<', page))
    for field in ("number", "name", "id_number_masked"):
        assert shown[field] == str(getattr(event, field))
    assert set(shown) == {"number", "name", "id_type", "id_number_masked"} | (
        {"programme", "total", "awarded_on", "expires_on"} if name == "valid" else {"level", "speciality", "granted_on"}
    )


def test_the_page_says_when_where_and_by_whose_key(client: TestClient, original: WholeLedger) -> None:
    page = client.get(f"/c/{original.links['valid']}?lang=en").text
    assert "2026-11-23 12:00:00 (UTC+8)" in page
    size = trust_of(client).as_of
    assert f"as of log entry {size - 1} ({size} entries)" in page
    assert '<strong class="domain">127.0.0.1:8000</strong>' in page
    held = r"Key held by Engineers' Innovation Ability Training Base \(BASE\) for [^<]+ \([A-Z]+\): the signature"
    assert re.search(held, unescape(page))
    assert "Compare these fields with the paper" in page


def test_a_change_is_told_with_its_day_and_class_of_reason(client: TestClient, original: WholeLedger) -> None:
    page = client.get(f"/c/{original.links['revoked']}?lang=en").text
    twin = client.get(f"/c/{original.links['revoked']}.json").json()
    assert f"revoked since {twin['changed_on']}, reason: " in page
    assert twin["reason"] in ("fraud", "issued-in-error", "superseded", "other")
    assert "suspended since 2026-11-23" in client.get(f"/c/{original.links['suspended']}?lang=en").text


@pytest.mark.parametrize("form", ["/C/{upper}", "/c/{lower}", "/C/{lower}", "/c/{upper}"])
def test_either_letter_case_of_a_link_leads_to_the_page_with_or_without_a_slash(
    client: TestClient, original: WholeLedger, form: str
) -> None:
    link = original.links["valid"]
    for suffix in ("", "/", ".json"):
        answer = client.get(form.format(upper=link, lower=link.lower()) + suffix)
        assert answer.status_code == 200


def test_the_proof_of_the_json_verifies_like_the_one_on_paper(client: TestClient, original: WholeLedger) -> None:
    trust = trust_of(client)
    for name in STATES:
        twin = client.get(f"/c/{original.links[name]}.json").json()
        if name == "erased":
            assert twin["proof"] is None
            continue
        proved = verify_proof(read(twin["proof"]), trust)
        assert proved.index == twin["entry"]
        assert str(proved.event.number) == twin["fields"]["number"]
        changes = [verify_change(read(change), trust, proved) for change in twin["changes"]]
        assert len(changes) == {"valid": 0, "title valid": 0, "expired": 0, "reinstated": 2}.get(name, 1)


def test_a_checker_that_asks_the_link_says_the_same_as_the_page(client: TestClient, original: WholeLedger) -> None:
    trust = trust_of(client)
    log = FolderLog(original.public)
    for name, state in STATES.items():
        if name == "erased":
            continue
        twin = client.get(f"/c/{original.links[name]}.json").json()
        checker = Checker(trust, datetime.fromtimestamp(NOW / 1000, UTC), log)
        verdict = checker.check_bytes("proof", read(twin["proof"]))
        assert verdict.state is VerdictState(state.value)


def test_after_an_erasure_nothing_personal_is_shown(client: TestClient, original: WholeLedger) -> None:
    answer = client.get(f"/c/{original.links['erased']}.json").json()
    assert set(answer["fields"]) == {"programme", "awarded_on", "expires_on"}
    assert (answer["standing"], answer["proof"]) == ("valid", None)
    page = client.get(f"/c/{original.links['erased']}").text
    assert "Withheld" not in page
    assert "WITHHELD" not in page
    assert 'id="proof"' not in page
    assert "verify.js" not in page


MALFORMED = [
    "nope",
    "0" * 23,
    "U" * 24,
    "%00",
    "é" * 24,
    "x" * 4000,
    "0" * 24 + "%0A",
    "%2E%2E",
    "'; DROP TABLE awards",
]


@pytest.mark.parametrize("link", ["0" * 24, *MALFORMED])
def test_unknown_and_malformed_links_are_told_alike(client: TestClient, link: str) -> None:
    nothing = client.get("/c/" + "1" * 24)
    answer = client.get(f"/c/{link}")
    assert (answer.status_code, answer.text) == (404, nothing.text)
    assert state_of(answer.text) == "unknown"
    twin = client.get("/c/" + "1" * 24 + ".json")
    assert (twin.status_code, twin.headers["content-type"]) == (404, "application/problem+json")
    assert twin.json()["code"] == "no-such-certificate"


def test_personal_answers_are_neither_kept_nor_indexed(client: TestClient, original: WholeLedger) -> None:
    link = original.links["valid"]
    for path in (f"/c/{link}", f"/c/{link}.json", "/c/nope", "/c/nope.json"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow"


def test_the_page_of_proof_codes_may_be_kept_for_it_is_about_nobody(client: TestClient) -> None:
    """What it shows stands behind the `#`, which no browser sends."""
    page, asked = client.get("/p?lang=en"), client.get("/p?lang=en", headers={"Cookie": "a=b", "Referer": "https://x/"})
    assert page.headers["cache-control"] == "no-cache"
    assert page.text == asked.text
    assert "data-field" not in page.text
    assert 'id="proof"' not in page.text


def test_the_json_twin_is_documented(client: TestClient, original: WholeLedger) -> None:
    document: dict[str, Any] = client.get("/openapi.json").json()
    described = document["paths"]["/c/{link_id}.json"]["get"]["responses"]
    assert set(described) >= {"200", "404", "503"}
    schema = document["components"]["schemas"]["LinkAnswer"]
    assert set(client.get(f"/c/{original.links['valid']}.json").json()) == set(schema["properties"])


def test_before_its_first_day_an_award_is_not_yet_valid(engine: Engine, tmp_path: Path) -> None:
    """A ledger whose clock stands in 2020, with awards dated later."""
    at = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
    place = new_place(engine, tmp_path)
    with founded(place, at) as ledger, open_awards(ledger) as awards:
        publish_now(ledger)
        link = str(next(iter(awards.all())).event.link)
    with TestClient(create_app(place, lambda: at)) as client:
        page = client.get(f"/c/{link}?lang=en").text
        assert state_of(page) == "not-yet-valid"
        assert "valid from 20" in page


def test_the_address_on_the_page_is_the_ledgers_own_and_not_the_one_asked_for(
    client: TestClient, original: WholeLedger
) -> None:
    page = client.get(f"/c/{original.links['valid']}", headers={"Host": "evil.example"}).text
    assert "evil.example" not in page
    assert URL.partition("://")[2] in page


def test_what_could_not_be_checked_is_a_problem_and_no_answer(whole: WholeLedger) -> None:
    """The trouble comes while the server runs: at its start it would publish the checkpoint again."""
    with TestClient(whole.app()) as client:
        (whole.public / "checkpoint").unlink()
        twin = client.get(f"/c/{whole.links['valid']}.json")
        assert (twin.status_code, twin.headers["content-type"]) == (503, "application/problem+json")
        assert twin.json()["code"] == "not-yet-published"
        assert set(twin.json()) == {"type", "title", "status", "code", "detail", "sentence"}
        page = client.get(f"/c/{whole.links['valid']}")
        assert (page.status_code, state_of(page.text)) == (503, "could-not-check")


def test_a_head_request_is_answered_like_a_get_without_its_body(client: TestClient, original: WholeLedger) -> None:
    for suffix in ("", ".json"):
        there = client.head(f"/c/{original.links['valid']}{suffix}")
        assert (there.status_code, there.content) == (200, b"")
        assert client.head(f"/c/nope{suffix}").status_code == 404
