"""A trainee from registration to title by the admin API alone, two people at a time."""

from __future__ import annotations

from typing import Any

from tests.api.rest.conftest import Served, problem
from tests.ledger.deciders.story import (
    APPLIED_ON,
    COHORT,
    ENDS,
    ENROLLED_ON,
    FIRST_DECISION,
    POSTED_ON,
    REGISTER,
    REQUESTED_ON,
    STARTS,
    VOTED_ON,
)


def person(no: int) -> dict[str, Any]:
    return {
        "trainee_no": f"T-{no}",
        "name": REGISTER.name,
        "id_type": "passport",
        "id_number": f"P{no:06}",
        "education": "bachelor",
        "graduated_on": "2018-06-30",
        "practice_from": "2019-07-01",
        "title_held": None,
        "title_since": None,
        "employer": "EMPLOYER",
        "email": None,
        "phone": None,
        "on": "2024-02-01",
    }


def approved(served: Served, answer: Any) -> Any:
    """Has a proposal approved by somebody else in a browser; the proposal then."""
    assert answer.status_code == 202, answer.text
    head = served.session(served.member("approver"))
    where = answer.headers["location"].removeprefix("/api/v1")
    seen = served.get(where, head).json()
    assert [command["refusal"] for command in seen["commands"]] == [None]
    done = served.post(f"{where}/approve", head, {"version": seen["proposal"]["version"]})
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["done"]) == ("done", 1)
    return done.json()


def test_from_registration_to_title(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    assessor = served.token(served.member("assessor"))
    registered = served.give("register-trainee", clerk, person(7))
    assert registered.status_code == 201, registered.text
    (placed,) = registered.json()["recorded"]
    trainee = registered.json()["drawn"]["trainee"]
    assert placed == {"type": "trainee.registered/1", "stream": trainee, "version": 1, "index": placed["index"]}

    def gives(name: str, who: dict[str, str] = clerk, **form: Any) -> Any:
        answer = served.give(name, who, {"trainee": trainee, **form})
        assert answer.status_code in (201, 202), answer.text
        return answer

    gives("enrol", cohort=COHORT, on=ENROLLED_ON.isoformat())
    gives("record-attendance", cohort=COHORT, module="M1", hours="8", on=STARTS.isoformat())
    result = {"cohort": COHORT, "attempt": 1, "assessor": "EX-1", "on": ENDS.isoformat()}
    gives("record-result", assessor, assessment="EXAM", score="80", **result)
    gives("record-result", assessor, assessment="LAB", score="90.5", **result)
    asked = gives("request-certification", cohort=COHORT, on=REQUESTED_ON.isoformat(), note="spring")
    drawn = asked.json()["drawn"]["drawn"]
    assert drawn["number"].startswith("BDI-2024-")
    assert asked.json()["proposal"]["note"] == "spring"
    assert served.get(f"/trainees/{trainee}", clerk).json()["certificates"] == []
    approved(served, asked)
    (certificate,) = served.get(f"/trainees/{trainee}", clerk).json()["certificates"]
    assert {name: certificate[name] for name in ("id", "number", "link")} == {
        "id": drawn["award"],
        "number": drawn["number"],
        "link": drawn["link"],
    }
    assert (certificate["total"], certificate["standing"], certificate["cohort"]) == ("84.2", "valid", COHORT)
    filed = gives(
        "apply-for-title",
        application_no="A-7",
        level="assistant-engineer",
        speciality="大数据",
        recommended_by="EMPLOYER",
        on=APPLIED_ON.isoformat(),
    )
    application = filed.json()["drawn"]["application"]
    gives("record-panel", application=application, size=9, present=6, votes_for=6, on=VOTED_ON.isoformat())
    gives("post-notice", application=application, on=POSTED_ON.isoformat())
    approved(served, gives("decide-application", application=application, on=FIRST_DECISION.isoformat()))
    told = served.get("/trainees", clerk, trainee_no="T-7").json()
    assert [(item["level"], item["standing"]) for item in told["titles"]] == [("assistant-engineer", "valid")]
    assert [(item["id"], item["ended_on"]) for item in told["applications"]] == [
        (application, FIRST_DECISION.isoformat())
    ]
    # Erased by two, the person is gone here too.
    approved(served, gives("erase-trainee"))
    problem(served.get(f"/trainees/{trainee}", clerk), 410, "erased")
    problem(served.get("/trainees", clerk, trainee_no="T-7"), 404, "unknown-trainee")
