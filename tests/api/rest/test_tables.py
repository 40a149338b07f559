"""Tables of a cohort through the API: recorded whole, once, or not at all."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.api.rest.conftest import API, Served, problem
from tests.api.rest.test_story import person
from tests.ledger.deciders.story import COHORT, ENDS, ENROLLED_ON, STARTS

SCORES = {"assessment": "EXAM", "attempt": 1, "assessor": "EX-1", "on": ENDS.isoformat()}
HOURS = {"module": "M1", "on": STARTS.isoformat()}


def sends(
    served: Served, path: str, headers: dict[str, str], body: Any, key: str = "", cohort: str = COHORT
) -> httpx2.Response:
    named = {"Idempotency-Key": key or str(uuid4()), **headers}
    return served.client.post(f"{API}/cohorts/{cohort}/{path}", headers=named, json=body)


def enrolled(served: Served, number: int) -> str:
    clerk = served.token(served.member("registrar"))
    trainee: str = served.give("register-trainee", clerk, person(number)).json()["drawn"]["trainee"]
    served.give("enrol", clerk, {"trainee": trainee, "cohort": COHORT, "on": ENROLLED_ON.isoformat()})
    return trainee


def test_a_session_and_an_exam_of_two_people(served: Served) -> None:
    clerk, assessor = served.token(served.member("registrar")), served.token(served.member("assessor"))
    people = [str(served.life.trainee), enrolled(served, 11)]
    size = served.size()
    made = sends(served, "attendance", clerk, HOURS | {"cells": [{"trainee": who, "hours": "2.5"} for who in people]})
    assert made.status_code == 201, made.text
    cells = made.json()["cells"]
    assert [item["trainee"] for item in cells] == people
    assert [[event["type"] for event in item["recorded"]] for item in cells] == [["attendance.recorded/1"]] * 2
    scores = [{"trainee": who, "score": score} for who, score in zip(people, ("70", "81.5"), strict=True)]
    assert sends(served, "results", assessor, SCORES | {"cells": scores}).status_code == 201
    assert served.size() == size + 4
    told = served.get(f"/trainees/{people[1]}", clerk).json()["enrolments"][0]
    assert ([item["hours"] for item in told["attendance"]], [item["score"] for item in told["results"]]) == (
        ["2.5"],
        ["81.5"],
    )


def test_the_same_table_under_one_key_is_recorded_once(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    body = HOURS | {"cells": [{"trainee": str(served.life.trainee), "hours": "2"}]}
    first, second = (sends(served, "attendance", clerk, body, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (201, second.content)
    problem(sends(served, "attendance", clerk, body | {"module": "M2"}, key="k"), 422, "idempotency-mismatch")
    told = served.get(f"/trainees/{served.life.trainee}", clerk).json()["enrolments"][0]
    assert len(told["attendance"]) == 1
    problem(served.post(f"/cohorts/{COHORT}/attendance", clerk, body), 400, "no-idempotency-key")


def test_a_wrong_cell_keeps_the_whole_table_out(served: Served) -> None:
    clerk, assessor = served.token(served.member("registrar")), served.token(served.member("assessor"))
    good, other = str(served.life.trainee), enrolled(served, 11)
    stranger = served.give("register-trainee", clerk, person(12)).json()["drawn"]["trainee"]
    size = served.size()
    for who, hours, status, code, place in (
        (other, "0", 422, "bad-hours", "cells[1]"),
        (other, "x", 422, "bad-form", "cells[1].hours"),
        (stranger, "1", 409, "not-enrolled", "cells[1]"),
        (str(uuid4()), "1", 404, "unknown-trainee", "cells[1]"),
        (good, "1", 422, "bad-form", "cells"),
    ):
        cells = [{"trainee": good, "hours": "2"}, {"trainee": who, "hours": hours}]
        told = problem(sends(served, "attendance", clerk, HOURS | {"cells": cells}), status, code)
        assert told["place"] == place
    one = {"cells": [{"trainee": good, "hours": "2"}]}
    assert problem(sends(served, "attendance", clerk, HOURS | one | {"on": "soon"}), 422, "bad-form")["place"] == "on"
    problem(sends(served, "attendance", clerk, HOURS | one | {"module": "none"}), 422, "unknown-value")
    twice = SCORES | {"cells": [{"trainee": good, "score": "70"}]}
    size = served.size()
    assert sends(served, "results", assessor, twice).status_code == 201
    again = SCORES | {"cells": [{"trainee": other, "score": "70"}, {"trainee": good, "score": "71"}]}
    assert problem(sends(served, "results", assessor, again), 409, "duplicate-result")["place"] == "cells[1]"
    assert served.size() == size + 1


@pytest.mark.parametrize(("path", "role"), [("attendance", "registrar"), ("results", "assessor")])
def test_for_who_records_it_in_a_cohort_that_they_see(served: Served, path: str, role: str) -> None:
    cell = {"trainee": str(served.life.trainee)} | ({"hours": "1"} if path == "attendance" else {"score": "70"})
    body = (HOURS if path == "attendance" else SCORES) | {"cells": [cell]}
    for other in {"registrar", "assessor", "approver", "auditor"} - {role}:
        problem(sends(served, path, served.token(served.member(other)), body), 403, "missing-role")
    problem(sends(served, path, served.token(served.member(role), "read"), body), 403, "out-of-scope")
    stranger = served.token(served.member(role, organisation="BUREAU"))
    problem(sends(served, path, stranger, body), 404, "unknown-cohort")
    problem(sends(served, path, served.token(served.member(role)), body, cohort="NONE"), 404, "unknown-cohort")
    auditor = served.token(served.member("auditor"))
    told = served.get(f"/trainees/{served.life.trainee}", auditor).json()["enrolments"][0]
    assert (told["attendance"], told["results"]) == ([], [])
