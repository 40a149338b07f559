"""Each role, each scope and each way of signing in against each operation; what one may not see is not there."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.office.forms import NAMES
from ledger.office.sessions import FRESH_SECONDS
from tests.api.rest.conftest import API, COOKIE, Served, problem
from tests.ledger.deciders.story import COHORT, REQUESTED_ON, STARTS, uuid
from tests.ledger.lives import operators
from verifier.authority import ROLES
from verifier.staff import role_for

STAFF = sorted(set(ROLES) - {"public"})
GIVES = {
    "administrator": {
        *("accredit-organisation", "authorise-key", "retire-key", "report-key-compromised", "set-witnesses"),
    },
    "assessor": {"record-result", "amend-result"},
    "approver": set[str](),
    "auditor": set[str](),
}
GIVES["registrar"] = set(NAMES) - GIVES["administrator"] - GIVES["assessor"]
ANYBODY = (
    "/me",
    "/organisations",
    "/programmes",
    "/policies",
    "/calendars",
    "/cohorts",
    f"/cohorts/{COHORT}",
    "/commands",
)


def test_the_table_names_every_command_once() -> None:
    assert sorted(name for names in GIVES.values() for name in names) == sorted(NAMES)
    assert role_for("certificate.awarded") == "registrar"


@pytest.mark.parametrize("role", STAFF)
def test_each_role_gives_its_commands_and_no_other(served: Served, role: str) -> None:
    """An empty form is no command's but is looked at only in the right hands."""
    program = served.token(served.member(role))
    before = served.size()
    for name in NAMES:
        answer = served.give(name, program, {})
        if name in GIVES[role]:
            assert problem(answer, 422, "bad-form")["place"]
        else:
            told = problem(answer, 403, "missing-role")
            assert "lacks the role" in told["detail"], "it says which right is missing"
    assert served.size() == before


@pytest.mark.parametrize("role", STAFF)
def test_each_role_reads_what_it_works_with(served: Served, role: str) -> None:
    for headers in (served.token(served.member(role), "read"), served.session(served.member(role))):
        for path in ANYBODY:
            assert served.get(path, headers).status_code == 200, path
        person, page = served.get(f"/trainees/{served.life.trainee}", headers), served.get("/proposals", headers)
        if role == "administrator":
            problem(person, 404, "unknown-trainee")
            problem(page, 403, "missing-role")
        else:
            assert (person.status_code, page.status_code) == (200, 200)
            whole = role in ("registrar", "auditor")
            assert ("*" in person.json()["person"]["id_number"]) is not whole


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize(
    ("name", "passing"), [("approve", {"approver"}), ("decline", {"approver"}), ("withdraw", set())]
)
def test_each_role_decides_only_as_it_may(served: Served, role: str, name: str, passing: set[str]) -> None:
    other = served.token(served.member("registrar", "approver"))
    served.member("approver")
    asked = served.give("erase-trainee", other, {"trainee": str(served.life.trainee)}).json()["proposal"]
    body: dict[str, Any] = {"version": 1, **({"reason": "no"} if name == "decline" else {})}
    answer = served.post(f"/proposals/{asked['id']}/{name}", served.session(served.member(role)), body)
    if role in passing:
        assert answer.status_code == 200, answer.text
    elif role == "administrator":
        problem(answer, 404, "unknown-proposal")
    else:
        problem(answer, 403, "missing-role")


def test_a_proposal_is_declined_and_withdrawn_by_who_may(served: Served) -> None:
    clerk, head = served.member("registrar"), served.session(served.member("approver"))
    erasure = {"trainee": str(served.life.trainee)}
    first, second = (served.give("erase-trainee", served.token(clerk), erasure).json()["proposal"] for _ in range(2))
    declined = served.post(f"/proposals/{first['id']}/decline", head, {"version": 1, "reason": "not asked for"})
    assert (declined.json()["state"], declined.json()["reason"]) == ("declined", "not asked for")
    problem(served.post(f"/proposals/{first['id']}/approve", head, {"version": 1}), 409, "already-decided")
    withdrawn = served.post(f"/proposals/{second['id']}/withdraw", served.token(clerk, "propose"), {"version": 1})
    assert withdrawn.json()["state"] == "withdrawn"


def test_what_one_proposed_one_does_not_approve(served: Served) -> None:
    served.member("approver")
    both = served.member("registrar", "approver")
    asked = served.give("erase-trainee", served.token(both), {"trainee": str(served.life.trainee)}).json()
    answer = served.post(f"/proposals/{asked['proposal']['id']}/approve", served.session(both), {"version": 1})
    problem(answer, 403, "same-person")


@pytest.mark.parametrize("scope", ["read", "record", "propose"])
def test_a_token_is_good_for_its_scopes_alone(served: Served, scope: str) -> None:
    program = served.token(served.member("registrar"), scope)
    answers = {
        "read": served.get("/me", program),
        "record": served.give("enrol", program, {}),
        "propose": served.give("erase-trainee", program, {}),
    }
    for needed, answer in answers.items():
        if needed == scope:
            assert answer.status_code in (200, 422)
        else:
            assert needed in problem(answer, 403, "out-of-scope")["detail"]
            assert f'scope="{needed}"' in answer.headers["www-authenticate"]


def test_an_approval_takes_a_person_who_has_just_shown_who_they_are(served: Served) -> None:
    head = served.member("approver")
    clerk = served.token(served.member("registrar"))
    asked = served.give("erase-trainee", clerk, {"trainee": str(served.life.trainee)}).json()
    where = f"/proposals/{asked['proposal']['id']}/approve"
    problem(served.post(where, served.token(head), {"version": 1}), 403, "not-fresh")
    browser = served.session(head)
    served.hands.turn(FRESH_SECONDS + 1)
    problem(served.post(where, browser, {"version": 1}), 403, "not-fresh")
    assert served.post(where, served.session(head), {"version": 1}).json()["state"] == "done"


def test_nobody_is_let_in_without_a_good_sign(served: Served) -> None:
    clerk = served.member("registrar")
    good = served.token(clerk)["Authorization"]
    for headers in (
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer clt_no"},
        {"Authorization": good.replace("Bearer", "Basic")},
        {"Authorization": good + "x"},
        {"Cookie": f"{COOKIE}=no"},
    ):
        for answer in (served.get("/me", headers), served.give("enrol", headers, {})):
            problem(answer, 401, "not-signed-in")
            assert answer.headers["www-authenticate"].startswith("Bearer")
    headers = served.token(clerk)
    served.hands.turn(31 * 86_400)
    problem(served.get("/me", headers), 401, "not-signed-in")


def test_a_page_of_another_site_does_nothing_with_a_browsers_session(served: Served) -> None:
    clerk, head = served.session(served.member("registrar")), served.session(served.member("approver"))
    form = {"trainee": str(served.life.trainee), "cohort": COHORT, "module": "M1", "hours": "1", "on": str(STARTS)}
    before = served.size()
    for site in ("cross-site", "same-site", "none"):
        problem(served.give("record-attendance", {**clerk, "Sec-Fetch-Site": site}, form), 403, "other-site")
        answer = served.post(f"/proposals/{uuid('p')}/approve", {**head, "Sec-Fetch-Site": site}, {"version": 1})
        problem(answer, 403, "other-site")
    bare = {name: value for name, value in clerk.items() if name != "Sec-Fetch-Site"}
    problem(served.give("record-attendance", bare, form), 403, "other-site")
    problem(served.give("record-attendance", {**bare, "Origin": "https://evil.example"}, form), 403, "other-site")
    assert served.size() == before
    assert served.give("record-attendance", {**bare, "Origin": "http://127.0.0.1:8000"}, form).status_code == 201


def test_out_of_sight_is_not_there(served: Served) -> None:
    """Of a person, a cohort and a proposal, another organisation learns nothing, not even that they are there."""
    far = served.token(served.member("registrar", "approver", "auditor", organisation="BUREAU"))
    clerk = served.token(served.member("registrar"))
    served.member("approver")
    there, nowhere = str(served.life.trainee), str(uuid("nobody"))
    proposal = served.give("erase-trainee", clerk, {"trainee": there}).json()["proposal"]["id"]
    pairs = [
        (served.get(f"/trainees/{there}", far), served.get(f"/trainees/{nowhere}", far)),
        (served.get("/trainees", far, trainee_no="T1"), served.get("/trainees", far, trainee_no="T-none")),
        (served.get(f"/cohorts/{COHORT}", far), served.get("/cohorts/NONE", far)),
        (served.get(f"/proposals/{proposal}", far), served.get(f"/proposals/{nowhere}", far)),
    ]
    attended = {"cohort": COHORT, "module": "M1", "hours": "1", "on": str(STARTS)}
    for name, form in (
        ("record-attendance", attended),
        ("record-attendance", attended | {"module": "M9", "hours": "-1"}),
        ("erase-trainee", {}),
        ("request-certification", {"cohort": COHORT, "on": str(REQUESTED_ON)}),
    ):
        known, unknown = (served.give(name, far, {"trainee": who, **form}) for who in (there, nowhere))
        pairs.append((known, unknown))
    for decision in ("approve", "decline", "withdraw"):
        body: dict[str, Any] = {"version": 1, **({"reason": "x"} if decision == "decline" else {})}
        known, unknown = (served.post(f"/proposals/{id_}/{decision}", far, body) for id_ in (proposal, nowhere))
        pairs.append((known, unknown))
    for known, unknown in pairs:
        assert known.status_code == 404, known.text
        assert (known.status_code, known.text, known.headers.get("etag")) == (404, unknown.text, None)
    assert served.get("/proposals", far).json() == {"proposals": [], "next": None}
    assert served.get("/cohorts", far).json() == {"cohorts": [], "next": None}
    near = served.token(served.member("registrar", organisation="EMPLOYER"))
    assert served.get(f"/trainees/{there}", near).status_code == 200, "it employs the person"
    assert served.get(f"/proposals/{proposal}", near).status_code == 200


def test_an_auditor_of_the_base_sees_everything(served: Served) -> None:
    auditor, clerk = served.token(served.member("auditor")), served.token(served.member("registrar"))
    served.member("approver")
    asked = served.give("erase-trainee", clerk, {"trainee": str(served.life.trainee)}).json()["proposal"]["id"]
    for path in (f"/trainees/{served.life.trainee}", "/proposals", f"/proposals/{asked}", f"/cohorts/{COHORT}"):
        assert served.get(path, auditor).status_code == 200


def test_a_closed_account_is_out(served: Served) -> None:
    clerk = served.member("registrar")
    headers, browser = served.token(clerk), served.session(clerk)
    served.office.staff.close(clerk.account, operators(served.office.ledger))
    problem(served.get("/me", headers), 401, "not-signed-in")
    problem(served.get("/me", browser), 401, "not-signed-in")
    assert served.client.get(f"{API}/openapi.json").status_code == 200
