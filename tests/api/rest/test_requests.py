"""What comes with a request: its form, its key, the revision that it is about; what is refused says what and where."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.limits import FAILED
from api.office.rest.bodies import BODY_LIMIT
from ledger.command_forms import to_plain
from ledger.office.repeats import LONGEST_KEY
from tests.api.rest.conftest import API, Served, problem
from tests.api.rest.test_story import person
from tests.ledger.deciders.story import COHORT, STARTS, uuid
from tests.ledger.deciders.test_decide_base import ADOPT


def attendance(served: Served, hours: str = "1") -> dict[str, Any]:
    return {"trainee": str(served.life.trainee), "cohort": COHORT, "module": "M1", "hours": hours, "on": str(STARTS)}


def clerk(served: Served) -> dict[str, str]:
    return served.token(served.member("registrar"))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"trainee": str(uuid("mine"))}, "trainee"),
        ({"account_id": "x"}, "account_id"),
        ({"roles": ["administrator"]}, "roles"),
        ({"name": 1}, "name"),
        ({"on": 0}, "on"),
        ({"on": "2024-02-30"}, "on"),
        ({"on": "0001-01-01"}, "on"),
        ({"education": None}, "education"),
        ({"id_type": "resident-id", "id_number": "500000199604121019"}, "id_number"),
        ({"name": "a\u202eb"}, "name"),
        ({"title_held": "technician"}, "title_since"),
        ({"title_since": "2020-01-01"}, "title_held"),
    ],
)
def test_nothing_but_the_form_is_taken(served: Served, change: dict[str, Any], place: str) -> None:
    headers, before = clerk(served), served.size()
    told = problem(served.give("register-trainee", headers, person(9) | change), 422, "bad-form")
    assert told["place"] == place
    assert served.size() == before


@pytest.mark.parametrize(
    ("name", "field"),
    [("request-certification", "drawn"), ("request-certification", "source"), ("enrol", "enrolment")],
)
def test_what_is_drawn_is_never_taken_from_outside(served: Served, name: str, field: str) -> None:
    form = {"trainee": str(served.life.trainee), "cohort": COHORT, "on": str(STARTS), field: str(uuid("mine"))}
    assert problem(served.give(name, clerk(served), form), 422, "bad-form")["place"] == field


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "unreadable"),
        (b"[]", "application/json", 400, "unreadable"),
        (b"\xff", "application/json", 400, "unreadable"),
        (b'{"a": 1, "a": 2}', "application/json", 400, "unreadable"),
        (b'{"\\ud800": 1}', "application/json", 400, "unreadable"),
        (b'{"a": NaN}', "application/json", 400, "unreadable"),
        (b"[" * 50_000, "application/json", 400, "unreadable"),
        (b"9" * 5000, "application/json", 400, "unreadable"),
        (b"{}", "text/plain", 415, "unsupported-type"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported-type"),
        (b" " * (BODY_LIMIT + 1), "application/json", 413, "too-large"),
    ],
)
def test_a_body_is_one_json_object_within_its_limit(
    served: Served, body: bytes, kind: str, status: int, code: str
) -> None:
    headers = {**clerk(served), "Content-Type": kind, "Idempotency-Key": "k"}
    problem(served.client.post(f"{API}/commands/enrol", headers=headers, content=body), status, code)


@pytest.mark.parametrize("key", ["", "x" * (LONGEST_KEY + 1), "a b"])
def test_a_request_has_a_key(served: Served, key: str) -> None:
    headers = {**clerk(served), **({"Idempotency-Key": key} if key else {})}
    answer = served.client.post(f"{API}/commands/enrol", headers=headers, json={})
    problem(answer, 400, "no-idempotency-key")


def test_a_request_sent_again_is_answered_again(served: Served) -> None:
    headers, before = clerk(served), served.size()
    first = served.give("register-trainee", headers, person(9), "k")
    reordered = dict(reversed(person(9).items()))
    again = [served.give("register-trainee", headers, form, "k") for form in (person(9), reordered)]
    assert {(answer.status_code, answer.text) for answer in (first, *again)} == {(201, first.text)}
    assert served.size() == before + 1
    problem(served.give("register-trainee", headers, person(10), "k"), 422, "idempotency-mismatch")
    problem(served.give("enrol", headers, {**attendance(served)}, "k"), 422, "bad-form")
    problem(served.give("record-attendance", headers, attendance(served), "k"), 422, "idempotency-mismatch")
    other = served.token(served.member("registrar", "auditor"))
    assert served.give("register-trainee", other, person(10), "k").status_code == 201, "another account's own key"


def test_a_proposal_sent_again_is_answered_again(served: Served) -> None:
    served.member("approver")
    headers, form = clerk(served), {"trainee": str(served.life.trainee), "note": "asked for by letter"}
    first, again = (served.give("erase-trainee", headers, form, "k") for _ in range(2))
    assert (first.status_code, first.text) == (202, again.text)
    assert len(served.get("/proposals", headers).json()["proposals"]) == 1
    problem(served.give("erase-trainee", headers, form | {"note": "else"}, "k"), 422, "idempotency-mismatch")
    assert problem(served.give("erase-trainee", headers, form | {"note": 1}, "l"), 422, "bad-form")["place"] == "note"


def test_the_same_request_many_times_at_once(served: Served) -> None:
    headers, before = clerk(served), served.size()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: served.give("register-trainee", headers, person(9), "k"), range(6)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert served.size() == before + 1


def test_what_is_as_asked_already_is_answered_so(served: Served) -> None:
    adopt = {name: value for name, value in to_plain(ADOPT).items() if name != "calendar_id"}
    answer = served.give("adopt-calendar", clerk(served), adopt)
    assert (answer.status_code, answer.json()) == (200, {"recorded": [], "drawn": {}})


def test_nothing_is_done_on_what_changed_meanwhile(served: Served) -> None:
    headers = clerk(served)
    read = served.get(f"/trainees/{served.life.trainee}", headers)
    tag = read.headers["etag"]
    assert tag == f'"{read.json()["revision"]}"'
    assert served.give("record-attendance", {**headers, "If-Match": tag}, attendance(served)).status_code == 201
    for stale in (tag, "W/" + tag, '"x"', ""):
        answer = served.give("record-attendance", {**headers, "If-Match": stale}, attendance(served))
        problem(answer, 412, "precondition-failed")
    now = served.get(f"/trainees/{served.life.trainee}", headers).headers["etag"]
    assert now != tag
    for good in (f"{tag}, {now}", "*"):
        current = served.get(f"/trainees/{served.life.trainee}", headers).headers["etag"]
        given = good if good == "*" else f"{tag}, {current}"
        assert served.give("record-attendance", {**headers, "If-Match": given}, attendance(served)).status_code == 201
    problem(served.give("register-trainee", {**headers, "If-Match": now}, person(9)), 412, "precondition-failed")


def test_refusals_have_their_status(served: Served) -> None:
    headers, form = clerk(served), attendance(served)
    for change, status, code in (
        ({"cohort": "NONE"}, 422, "unknown-cohort"),
        ({"module": "M9"}, 422, "unknown-value"),
        ({"hours": "0"}, 422, "bad-hours"),
        ({"on": "2023-01-01"}, 409, "not-enrolled"),
        ({"trainee": str(uuid("nobody"))}, 404, "unknown-trainee"),
    ):
        problem(served.give("record-attendance", headers, form | change), status, code)
    again = {"trainee": str(served.life.trainee), "cohort": COHORT, "on": str(STARTS)}
    problem(served.give("enrol", headers, again), 409, "already-enrolled")
    problem(served.give("no-such-thing", headers, {}), 404, "unknown-command")
    for way in ("lodge-objection", "open-account", "close-account", "take-in-pack"):
        problem(served.give(way, headers, {}), 404, "unknown-command")
    problem(served.get("/nothing", headers), 404, "not-found")
    assert problem(served.get("/proposals", headers, limit=0), 422, "bad-form")["place"] == "limit"
    assert problem(served.get("/proposals", headers, cursor="x"), 422, "bad-form")["place"] == "cursor"
    problem(served.get("/trainees/nobody", headers), 404, "unknown-trainee")
    problem(served.client.put(f"{API}/me", headers=headers), 405, "method-not-allowed")


def test_proposals_come_in_pages(served: Served) -> None:
    served.member("approver")
    headers, form = clerk(served), {"trainee": str(served.life.trainee)}
    for _ in range(5):
        served.give("erase-trainee", headers, form)
    seen, cursor = list[int](), ""
    for _ in range(3):
        page = served.get("/proposals", headers, limit=2, state="open", **({"cursor": cursor} if cursor else {})).json()
        seen += [item["number"] for item in page["proposals"]]
        cursor = page["next"] or ""
    assert (seen, cursor) == ([5, 4, 3, 2, 1], "")
    near = served.token(served.member("auditor", organisation="EMPLOYER"))
    page = served.get("/proposals", near, limit=2).json()
    rest = served.get("/proposals", near, limit=9, cursor=page["next"]).json()
    assert [item["number"] for item in (*page["proposals"], *rest["proposals"])] == [5, 4, 3, 2, 1]
    assert rest["next"] is None
    assert served.get("/proposals", headers, state="done").json()["proposals"] == []


def test_who_is_not_signed_in_too_often_waits(served: Served) -> None:
    good = clerk(served)
    for _ in range(FAILED.burst):
        assert served.get("/me", good).status_code == 200, "good requests do not count"
        assert served.get("/me", {}).status_code == 401
    answer = served.get("/me", {})
    assert int(answer.headers["retry-after"]) == 1
    problem(answer, 429, "too-many-requests")
    assert served.client.get(f"{API}/changes").status_code == 200
    served.seconds.now += 1
    assert served.get("/me", good).status_code == 200
    assert json.loads(served.client.get("/healthz").text) == {"alive": True}
