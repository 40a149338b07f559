"""Several commands as one proposal, and the certification run of a cohort."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.office.proposals import MOST_COMMANDS
from tests.api.rest.conftest import API, Served, problem
from tests.api.rest.test_story import person
from tests.ledger.deciders.story import COHORT, ENDS, ENROLLED_ON, REQUESTED_ON, STARTS, uuid

ON = REQUESTED_ON.isoformat()
RUN = f"/cohorts/{COHORT}/certification"


def trained(served: Served, number: int, score: str) -> str:
    """One more of the cohort, with this score in everything."""
    clerk, assessor = served.token(served.member("registrar")), served.token(served.member("assessor"))
    trainee = served.give("register-trainee", clerk, person(number)).json()["drawn"]["trainee"]
    about = {"trainee": trainee, "cohort": COHORT}
    given = [
        served.give("enrol", clerk, about | {"on": ENROLLED_ON.isoformat()}),
        served.give("record-attendance", clerk, about | {"module": "M1", "hours": "9", "on": STARTS.isoformat()}),
        *(
            served.give(
                "record-result",
                assessor,
                about | {"assessment": code, "attempt": 1, "score": score, "assessor": "EX-1", "on": ENDS.isoformat()},
            )
            for code in ("EXAM", "LAB")
        ),
    ]
    assert {answer.status_code for answer in given} == {201}
    return str(trainee)


def send(served: Served, path: str, headers: dict[str, str], body: Any, key: str = "k") -> Any:
    return served.client.post(API + path, headers={**headers, "Idempotency-Key": key}, json=body)


def test_a_cohort_is_certified_together(served: Served) -> None:
    good, bad = trained(served, 11, "80"), trained(served, 12, "40")
    served.member("approver")
    clerk = served.token(served.member("registrar"))
    people = {item["trainee"]["id"]: item for item in served.get(RUN, clerk, on=ON).json()["candidates"]}
    assert set(people) == {good, bad, str(served.life.trainee)}
    assert people[good]["stands"] | {"hours": 0, "best": 0} == {
        "passes": True, "reason": None, "total": "80.0", "hours": 0, "best": 0,
    }  # fmt: skip
    assert people[bad]["stands"]["reason"] == "assessment-failed"
    assert people[bad]["stands"]["best"][0] == {
        "assessment": "EXAM", "score": "40", "pass_mark": "60", "passed": False,
    }  # fmt: skip
    lacking = people[str(served.life.trainee)]["stands"]
    assert (lacking["reason"], lacking["hours"]) == (
        "attendance",
        [{"module": "M1", "attended": "0", "needed": "8", "enough": False}],
    )
    asked = send(served, RUN, clerk, {"on": ON, "note": "spring"})
    assert asked.status_code == 202, asked.text
    (one,) = asked.json()["commands"]
    assert one["trainee"] == good
    assert one["drawn"]["drawn"]["number"].startswith("BDI-2024-")
    assert send(served, RUN, clerk, {"on": ON, "note": "spring"}).text == asked.text, "the same is answered the same"
    problem(send(served, RUN, clerk, {"on": ON, "note": "else"}), 422, "idempotency-mismatch")
    waits = {item["trainee"]["id"]: item["waits"] for item in served.get(RUN, clerk, on=ON).json()["candidates"]}
    assert waits[good]
    assert not waits[bad]
    problem(send(served, RUN, clerk, {"on": ON}, "l"), 409, "not-enrolled")
    head = served.session(served.member("approver"))
    proposal = asked.json()["proposal"]["id"]
    assert served.post(f"/proposals/{proposal}/approve", head, {"version": 1}).json()["state"] == "done"
    assert good not in {item["trainee"]["id"] for item in served.get(RUN, clerk, on=ON).json()["candidates"]}
    (line,) = served.get("/register/certificates", clerk, cohort=COHORT).json()["certificates"]
    assert (line["id"], line["number"]) == (one["drawn"]["drawn"]["award"], one["drawn"]["drawn"]["number"])


def test_many_are_proposed_as_one(served: Served) -> None:
    people = [trained(served, number, "80") for number in (11, 12, 13)]
    served.member("approver")
    clerk = served.token(served.member("registrar"))
    body = {"command": "erase-trainee", "forms": [{"trainee": item} for item in people], "note": "by letter"}
    asked = send(served, "/proposals", clerk, body)
    assert asked.status_code == 202, asked.text
    assert [item["trainee"] for item in asked.json()["commands"]] == people
    assert send(served, "/proposals", clerk, body).text == asked.text
    problem(send(served, "/proposals", clerk, body | {"forms": body["forms"][:2]}), 422, "idempotency-mismatch")
    where = asked.headers["location"].removeprefix("/api/v1")
    first = served.get(where, clerk, limit=2).json()
    rest = served.get(where, clerk, limit=2, start=first["next"]).json()
    assert [item["command"]["trainee"] for item in (*first["commands"], *rest["commands"])] == people
    assert rest["next"] is None
    assert all(item["events"] and item["refusal"] is None for item in (*first["commands"], *rest["commands"]))
    assert [item["size"] for item in served.get("/waiting", clerk).json()["proposals"]] == [3]
    head = served.session(served.member("approver"))
    done = served.post(f"{where}/approve", head, {"version": 1}).json()
    assert (done["state"], done["done"]) == ("done", 3)
    problem(served.get(f"/trainees/{people[0]}", clerk), 410, "erased")


@pytest.mark.parametrize(
    ("change", "status", "code", "place"),
    [
        ({"command": "enrol"}, 422, "bad-form", "command"),
        ({"command": "no-such"}, 422, "bad-form", "command"),
        ({"forms": []}, 422, "bad-form", "forms"),
        ({"forms": [{}]}, 422, "bad-form", "forms[0].trainee"),
        ({"forms": [{"trainee": str(uuid("x")), "drawn": {}}]}, 422, "bad-form", "forms[0].drawn"),
        ({"forms": [1]}, 422, "bad-form", "forms[0]"),
        ({"forms": [{"trainee": str(uuid("x"))}]}, 404, "unknown-trainee", None),
        ({"forms": [{"trainee": str(uuid("x"))}] * (MOST_COMMANDS + 1)}, 422, "bad-form", "forms"),
        ({"proposer": "me"}, 422, "bad-form", "proposer"),
        ({"note": 1}, 422, "bad-form", "note"),
    ],
)
def test_nothing_but_the_form_is_taken(
    served: Served, change: dict[str, Any], status: int, code: str, place: str | None
) -> None:
    served.member("approver")
    clerk = served.token(served.member("registrar"))
    body = {"command": "erase-trainee", "forms": [{"trainee": str(served.life.trainee)}]} | change
    assert problem(send(served, "/proposals", clerk, body), status, code).get("place") == place
    assert served.get("/proposals", clerk).json()["proposals"] == []


def test_the_same_person_twice_is_refused(served: Served) -> None:
    served.member("approver")
    clerk = served.token(served.member("registrar"))
    body = {"command": "erase-trainee", "forms": [{"trainee": str(served.life.trainee)}] * 2}
    assert send(served, "/proposals", clerk, body).status_code in (409, 410, 422)
    twice = {"on": ON, "trainees": [str(served.life.trainee)] * 2}
    assert problem(send(served, RUN, clerk, twice), 422, "bad-form")["place"] == "trainees"
    assert served.get("/proposals", clerk).json()["proposals"] == []


def test_out_of_sight_is_not_there(served: Served) -> None:
    """One somebody out of sight in a list is enough, and is told of as of nobody."""
    far = served.token(served.member("registrar", "approver", organisation="BUREAU"))
    there, nowhere = ({"trainee": str(item)} for item in (served.life.trainee, uuid("nobody")))
    answers = [
        send(served, "/proposals", far, {"command": "erase-trainee", "forms": [form]}, f"k{n}")
        for n, form in enumerate((there, nowhere))
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    run = {"on": ON, "trainees": [there["trainee"]]}
    known, unknown = (send(served, f"/cohorts/{code}/certification", far, run) for code in (COHORT, "NONE"))
    assert (known.status_code, known.text) == (404, unknown.text)
    other = served.token(served.member("registrar"))
    problem(send(served, RUN, other, {"on": ON, "trainees": [nowhere["trainee"]]}), 409, "not-enrolled")


def test_each_form_may_name_what_it_was_decided_on(served: Served) -> None:
    one, other = trained(served, 11, "80"), trained(served, 12, "80")
    served.member("approver")
    clerk = served.token(served.member("registrar"))
    tags = {who: served.get(f"/trainees/{who}", clerk).headers["etag"] for who in (one, other)}

    def forms(**more: Any) -> list[dict[str, Any]]:
        about = [{"trainee": one, "if_match": tags[one]}, {"trainee": other, "if_match": tags[other]}]
        return [item | {"cohort": COHORT, "on": ON} | more for item in about]

    body = {"command": "request-certification", "forms": forms()}
    slip = {"trainee": other, "cohort": COHORT, "assessment": "LAB", "attempt": 1, "score": "70", "reason": "slip"}
    amended = served.give("amend-result", served.token(served.member("assessor")), slip | {"on": ON})
    assert amended.status_code == 201, amended.text
    stale = problem(send(served, "/proposals", clerk, body), 412, "precondition-failed")
    assert stale["place"] == "forms[1]"
    assert served.get("/proposals", clerk).json()["proposals"] == []
    tags[other] = served.get(f"/trainees/{other}", clerk).headers["etag"]
    wrong = problem(send(served, "/proposals", clerk, body | {"forms": forms(if_match=1)}), 422, "bad-form")
    assert wrong["place"] == "forms[0].if_match"
    assert send(served, "/proposals", clerk, body | {"forms": forms()}).status_code == 202
