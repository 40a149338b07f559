"""One's own tokens and sessions: who makes them, what they are good for, and whose nobody else's are."""

from __future__ import annotations

import pytest

from ledger.office.sessions import FRESH_SECONDS
from tests.api.rest.conftest import API, Served, problem

JOB = {"name": "job", "scopes": ["read"], "days": 3}


def test_a_person_makes_and_revokes_a_token(served: Served) -> None:
    browser = served.session(served.member("registrar"))
    made = served.post("/me/tokens", browser, JOB)
    assert made.status_code == 201, made.text
    program = {"Authorization": f"Bearer {made.json()['secret']}"}
    assert served.get("/me", program).json()["scopes"] == ["read"]
    id_ = made.json()["token"]["id"]
    assert [item["id"] for item in served.get("/me/tokens", browser).json()["tokens"]] == [id_]
    assert served.client.delete(f"{API}/me/tokens/{id_}", headers=browser).status_code == 204
    problem(served.get("/me", program), 401, "not-signed-in")
    problem(served.client.delete(f"{API}/me/tokens/{id_}", headers=browser), 404, "unknown-token")
    served.hands.turn(FRESH_SECONDS + 1)
    problem(served.post("/me/tokens", browser, JOB), 403, "not-fresh")


def test_a_token_makes_only_lesser_ones_and_sees_only_its_own(served: Served) -> None:
    clerk = served.member("registrar")
    narrow, maker = served.token(clerk, "read", "record"), served.token(clerk, "read", "tokens")
    problem(served.post("/me/tokens", narrow, JOB), 403, "out-of-scope")
    problem(served.post("/me/tokens", maker, JOB | {"scopes": ["record"]}), 403, "wider-token")
    long = served.post("/me/tokens", maker, JOB | {"days": 366}).json()["token"]
    (own,) = [item for item in served.get("/me/tokens", maker).json()["tokens"] if item["id"] != long["id"]]
    assert (long["made_by"], long["expires_at"]) == (own["id"], own["expires_at"])
    (alone,) = served.get("/me/tokens", narrow).json()["tokens"]
    for other in (alone["id"], "0" * 8, str(served.life.trainee)):
        problem(served.client.delete(f"{API}/me/tokens/{other}", headers=maker), 404, "unknown-token")
    assert served.client.delete(f"{API}/me/tokens/{own['id']}", headers=maker).status_code == 204
    problem(served.get("/me", maker), 401, "not-signed-in")
    assert [item["id"] for item in served.get("/me/tokens", narrow).json()["tokens"]] == [alone["id"]]


def test_nobody_reaches_anothers_tokens_and_sessions(served: Served) -> None:
    one, other = served.session(served.member("registrar")), served.session(served.member("auditor"))
    token = served.post("/me/tokens", one, JOB).json()
    session = served.get("/me/sessions", one).json()["sessions"][0]["id"]
    problem(served.client.delete(f"{API}/me/tokens/{token['token']['id']}", headers=other), 404, "unknown-token")
    assert served.client.delete(f"{API}/me/sessions/{session}", headers=other).status_code == 204
    assert served.get("/me", one).status_code == 200
    assert served.get("/me", {"Authorization": f"Bearer {token['secret']}"}).status_code == 200


def test_sessions_are_for_a_person(served: Served) -> None:
    clerk = served.member("registrar")
    here, there = served.session(clerk), served.session(clerk)
    for answer in (
        served.get("/me/sessions", served.token(clerk)),
        served.client.delete(f"{API}/me/sessions/00", headers=served.token(clerk)),
    ):
        problem(answer, 403, "not-fresh")
    listed = served.get("/me/sessions", here).json()["sessions"]
    (other,) = [item["id"] for item in listed if not item["current"]]
    assert served.client.delete(f"{API}/me/sessions/{other}", headers=here).status_code == 204
    problem(served.get("/me", there), 401, "not-signed-in")
    problem(
        served.client.delete(f"{API}/me/sessions/{other}", headers=here | {"Sec-Fetch-Site": "none"}), 403, "other-site"
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"account": "x"}, "account"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["approve"]}, "scopes[0]"),
        ({"days": "3"}, "days"),
        ({"days": 367}, "days"),
        ({"name": ""}, "name"),
    ],
)
def test_nothing_but_the_form_is_taken(served: Served, change: dict[str, object], place: str) -> None:
    browser = served.session(served.member("registrar"))
    assert problem(served.post("/me/tokens", browser, JOB | change), 422, "bad-form")["place"] == place
    assert served.get("/me/tokens", browser).json()["tokens"] == []
