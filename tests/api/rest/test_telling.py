"""Notices, webhooks and messages through the API: one's own, one's organisation's, the base's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from ledger.office.outbox.messages import NotSent
from ledger.office.sessions import FRESH_SECONDS
from tests.api.rest.conftest import API, Served, problem

NEW = {"url": "https://hooks.example.org/in", "kinds": ["decision-made", "notice-posted"]}


def keyed(served: Served, path: str, headers: dict[str, str], body: Any = None, key: str = "") -> httpx2.Response:
    named = {"Idempotency-Key": key or str(uuid4()), **headers}
    return served.client.post(API + path, headers=named, json=body)


def put(served: Served, path: str, headers: dict[str, str], body: Any) -> httpx2.Response:
    return served.client.put(API + path, headers=headers, json=body)


@pytest.fixture
def boss(served: Served) -> dict[str, str]:
    return served.token(served.member("administrator"))


def test_a_webhook_is_added_once_and_its_secret_told_with_that_answer_alone(
    served: Served, boss: dict[str, str]
) -> None:
    first, second = (keyed(served, "/webhooks", boss, NEW, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (201, second.content)
    secret, hook = first.json()["secret"], first.json()["webhook"]
    assert secret.startswith("whsec_")
    assert hook["kinds"] == ["notice-posted", "decision-made"]
    listed = served.get("/webhooks", boss)
    assert listed.json()["webhooks"] == [hook]
    assert secret not in listed.text
    problem(keyed(served, "/webhooks", boss, NEW | {"kinds": ["notice-posted"]}, key="k"), 422, "idempotency-mismatch")
    problem(served.post("/webhooks", boss, NEW), 400, "no-idempotency-key")
    where = f"/webhooks/{hook['id']}"
    assert served.client.delete(API + where, headers=boss).status_code == 204
    problem(served.get(where, boss), 404, "unknown-webhook")
    problem(keyed(served, "/webhooks", boss, NEW, key="k"), 404, "unknown-webhook")


@pytest.mark.parametrize(
    "change",
    [{"url": "http://hooks.example.org/"}, {"url": "https://10.0.0.1/"}, {"kinds": []}, {"kinds": ["test"]}],
)
def test_no_other_address_or_kind(served: Served, boss: dict[str, str], change: dict[str, Any]) -> None:
    problem(keyed(served, "/webhooks", boss, NEW | change), 422, "bad-form")
    assert served.office.webhooks.all() == []


def test_it_is_switched_and_tried_out_and_what_failed_is_sent_again(served: Served, boss: dict[str, str]) -> None:
    where = f"/webhooks/{keyed(served, '/webhooks', boss, NEW).json()['webhook']['id']}"
    for enabled in (False, True):
        assert put(served, where, boss, {"enabled": enabled}).json()["enabled"] is enabled
    first, second = (keyed(served, f"{where}/test", boss, key="t") for _ in range(2))
    assert (first.status_code, first.json()["kind"]) == (202, "test")
    assert first.json() == second.json()
    outbox = served.office.outbox
    taken = outbox.claim(["webhook"])
    assert taken is not None
    outbox.not_sent(taken, NotSent("http-400", again=False))
    (failed,) = served.get(f"{where}/deliveries", boss, state="failed").json()["deliveries"]
    assert (failed["id"], failed["error"]) == (first.json()["id"], "http-400")
    again = served.post(f"{where}/deliveries/{failed['id']}/retry", boss, None)
    assert again.json()["state"] == "waiting"
    other = keyed(served, "/webhooks", boss, NEW).json()["webhook"]["id"]
    for id_ in (failed["id"], "00", "x"):
        problem(served.post(f"/webhooks/{other}/deliveries/{id_}/retry", boss, None), 404, "unknown-message")


def test_deliveries_go_on_behind_their_cursor(served: Served, boss: dict[str, str]) -> None:
    where = f"/webhooks/{keyed(served, '/webhooks', boss, NEW).json()['webhook']['id']}"
    sent = [keyed(served, f"{where}/test", boss).json()["id"] for _ in range(3)]
    first = served.get(f"{where}/deliveries", boss, limit=2).json()
    second = served.get(f"{where}/deliveries", boss, limit=2, cursor=first["next"]).json()
    assert [item["id"] for item in (*first["deliveries"], *second["deliveries"])] == sent[::-1]
    assert second["next"] is None
    problem(served.get(f"{where}/deliveries", boss, cursor="x"), 422, "bad-form")


def test_others_reach_only_their_own(served: Served, boss: dict[str, str]) -> None:
    hook = keyed(served, "/webhooks", boss, NEW).json()["webhook"]["id"]
    message = keyed(served, f"/webhooks/{hook}/test", boss).json()["id"]
    partner = served.token(served.member("administrator", organisation="PARTNER"))
    theirs = keyed(served, "/webhooks", partner, NEW).json()["webhook"]
    assert theirs["organisation"] == "PARTNER"
    assert [item["id"] for item in served.get("/webhooks", partner).json()["webhooks"]] == [theirs["id"]]
    assert len(served.get("/webhooks", boss).json()["webhooks"]) == 2
    where = f"/webhooks/{hook}"
    for answer in (
        served.get(where, partner),
        served.get(f"{where}/deliveries", partner),
        put(served, where, partner, {"enabled": False}),
        served.client.delete(API + where, headers=partner),
        keyed(served, f"{where}/test", partner),
        served.post(f"{where}/deliveries/{message}/retry", partner, None),
    ):
        problem(answer, 404, "unknown-webhook")
    problem(served.get("/messages", partner), 403, "other-organisation")
    problem(served.post(f"/messages/{message}/drop", partner, None), 403, "other-organisation")
    assert [item.state for item in served.office.outbox.all()] == ["waiting"]


def test_a_browser_shows_afresh_who_is_there_and_a_token_needs_its_scope(served: Served) -> None:
    member = served.member("administrator")
    browser, narrow = served.session(member), served.token(member, "read")
    served.hands.turn(FRESH_SECONDS + 1)
    problem(keyed(served, "/webhooks", browser, NEW), 403, "not-fresh")
    problem(keyed(served, "/webhooks", narrow, NEW), 403, "out-of-scope")
    clerk = served.token(served.member("registrar"))
    problem(keyed(served, "/webhooks", clerk, NEW), 403, "missing-role")
    problem(served.get("/webhooks", clerk), 403, "missing-role")
    assert served.office.webhooks.all() == []


def test_the_base_sees_what_goes_out_and_drops_or_sends_it(served: Served, boss: dict[str, str]) -> None:
    hook = keyed(served, "/webhooks", boss, NEW).json()["webhook"]["id"]
    keyed(served, f"/webhooks/{hook}/test", boss)
    page = served.get("/messages", boss).json()
    (message,) = page["messages"]
    assert (message["way"], message["webhook"], page["counts"]) == (
        "webhook", hook, {"waiting": 1, "failed": 0, "overdue": 0},
    )  # fmt: skip
    assert served.post(f"/messages/{message['id']}/retry", boss, None).json()["state"] == "waiting"
    dropped = served.post(f"/messages/{message['id']}/drop", boss, None).json()
    assert (dropped["state"], dropped["error"]) == ("dropped", "by-hand")
    problem(served.post(f"/messages/{message['id']}/retry", boss, None), 422, "unknown-value")
    assert served.get("/messages", boss, state="waiting").json()["messages"] == []


def test_everybody_says_where_they_are_told_and_of_what(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    assert served.get("/me/notices", clerk).json()["told"] == ["proposal-waits", "objection-waits"]
    wanted = {"email": "clerk@example.org", "told": ["proposal-waits"]}
    assert put(served, "/me/notices", clerk, wanted).json() == wanted
    assert served.get("/me/notices", clerk).json() == wanted
    problem(put(served, "/me/notices", clerk, wanted | {"email": "nobody"}), 422, "bad-text")
    problem(put(served, "/me/notices", clerk, wanted | {"told": ["test"]}), 422, "bad-form")
    problem(put(served, "/me/notices", served.token(served.member("registrar"), "read"), wanted), 403, "out-of-scope")
    assert served.get("/me/notices", served.token(served.member("auditor"))).json()["told"] != wanted["told"]
