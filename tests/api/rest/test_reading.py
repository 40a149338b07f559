"""What is read of the register: the same as on the pages, in pages that lose and repeat nobody, for who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from api.office.rest.pages import MOST
from ledger import commands as c
from tests.api.rest.conftest import API, Served, problem
from tests.api.rest.test_story import person
from tests.api.rest.test_table import lived
from tests.ledger.deciders.story import APPLIED_ON, COHORT, ENROLLED_ON, POSTED_ON, REGISTER, VOTED_ON, uuid


def clerk(served: Served) -> dict[str, str]:
    return served.token(served.member("registrar"))


def enrolled(served: Served, number: int, employer: str | None = "EMPLOYER") -> str:
    """One more trainee of the cohort."""
    headers = clerk(served)
    form = person(number) | {"employer": employer, "name": f"李{number}"}
    trainee = served.give("register-trainee", headers, form).json()["drawn"]["trainee"]
    on = {"trainee": trainee, "cohort": COHORT, "on": ENROLLED_ON.isoformat()}
    assert served.give("enrol", headers, on).status_code == 201
    return str(trainee)


def ids(served: Served, path: str, of: str, headers: dict[str, str], **query: Any) -> list[str]:
    """The trainees on every page of a list; somebody new comes after each page."""
    seen, cursor, number = list[str](), "", 50
    while True:
        page = served.get(path, headers, limit=2, **query, **({"cursor": cursor} if cursor else {})).json()
        lines = [item["enrolment"] if of == "members" else item for item in page[of]]
        seen += [item["trainee"]["id"] for item in lines]
        cursor = page["next"] or ""
        if not cursor:
            return seen
        number += 1
        enrolled(served, number)


@pytest.mark.parametrize(
    ("path", "of", "query"),
    [
        ("/register/trainees", "trainees", {}),
        ("/register/enrolments", "enrolments", {"cohort": COHORT}),
        (f"/cohorts/{COHORT}/members", "members", {}),
    ],
)
def test_everybody_stands_on_some_page_once(served: Served, path: str, of: str, query: dict[str, str]) -> None:
    there = {str(served.life.trainee), *(enrolled(served, number) for number in (11, 12, 13, 14))}
    seen = ids(served, path, of, clerk(served), **query)
    assert len(seen) == len(set(seen))
    assert set(seen) >= there


def test_a_member_of_a_cohort_has_hours_and_results(served: Served) -> None:
    served.life.is_trained()
    (member,) = served.get(f"/cohorts/{COHORT}/members", clerk(served)).json()["members"]
    assert member["enrolment"]["trainee"] == {
        "id": str(served.life.trainee),
        "trainee_no": REGISTER.trainee_no,
        "name": REGISTER.name,
        "id_type": "resident-id",
        "id_number": member["enrolment"]["trainee"]["id_number"],
    }
    assert "*" in member["enrolment"]["trainee"]["id_number"]
    assert member["stands"] == {
        "passes": True,
        "reason": None,
        "total": "84.0",
        "hours": [{"module": "M1", "attended": "8", "needed": "8", "enough": True}],
        "best": [
            {"assessment": "EXAM", "score": "80", "pass_mark": "60", "passed": True},
            {"assessment": "LAB", "score": "90", "pass_mark": "60", "passed": True},
        ],
    }
    (numbers,) = served.get("/register/cohorts", clerk(served)).json()["cohorts"]
    assert (numbers["code"], numbers["enrolled"], numbers["trained"], numbers["certified"]) == (COHORT, 1, 1, 0)


def test_people_are_looked_for_by_what_is_sent(served: Served) -> None:
    other, headers = enrolled(served, 11), clerk(served)
    for search, found in (
        (REGISTER.trainee_no, [str(served.life.trainee)]),
        ("T-11", [other]),
        ("李", [other]),
        (REGISTER.id_number, [str(served.life.trainee)]),
        ("nobody", []),
        ("\0", []),
    ):
        answer = served.post("/register/trainees/search", headers, {"search": search})
        assert [item["trainee"]["id"] for item in answer.json()["trainees"]] == found, search
    for body, place in (
        ({}, "search"),
        ({"search": ""}, "search"),
        ({"search": "x", "limit": MOST + 1}, "limit"),
        ({"search": "x", "organisation": "BASE"}, "organisation"),
        ({"search": "x", "cursor": "x"}, "cursor"),
    ):
        assert problem(served.post("/register/trainees/search", headers, body), 422, "bad-form")["place"] == place
    half = served.client.post(
        f"{API}/register/trainees/search",
        headers={**headers, "Content-Type": "application/json"},
        content=rb'{"search": "\ud800"}',
    )
    problem(half, 400, "unreadable")


def test_papers_come_with_their_history_and_chain(served: Served) -> None:
    lived(served)
    life, headers = served.life, clerk(served)
    first = str(life.certificate)
    life.does(lambda desk: c.CorrectCertificate(life.trainee, life.certificate, desk.draw("BDI", 2024), POSTED_ON))  # type: ignore[arg-type]
    second = str(life.certificate)
    assert first != second
    old, new = (served.get(f"/certificates/{id_}", headers).json() for id_ in (first, second))
    assert [item["id"] for item in old["chain"]] == [item["id"] for item in new["chain"]] == [first, second]
    assert old["certificate"]["standing"] == "superseded"
    assert [item["type"] for item in old["history"]] == ["certificate.awarded/1", "certificate.superseded/1"]
    assert old["history"][1]["on"] == POSTED_ON.isoformat()
    assert len(old["history"][1]["by"]) == 2
    for kind, paper in (("certificate", new["certificate"]), ("title", None)):
        id_ = second if paper else str(life.title)
        number = paper["number"] if paper else served.get(f"/titles/{id_}", headers).json()["title"]["number"]
        found = served.post("/register/awards/search", headers, {"number": number})
        assert (found.json()["kind"], found.json()["id"]) == (kind, id_)
        assert found.json()["holder"]["id"] == str(life.trainee)
    title = served.get(f"/titles/{life.title}", headers).json()
    assert title["authority"] == "BUREAU"
    assert {item["type"] for item in title["history"]} >= {"application.filed/1", "title.granted/1"}
    listed = {
        standing: [item["id"] for item in page["certificates"]]
        for standing in ("valid", "superseded", "revoked", "suspended", "expired", "not-yet-valid")
        if (page := served.get("/register/certificates", headers, standing=standing).json())
    }
    assert listed == {
        "valid": [second], "superseded": [first], "revoked": [], "suspended": [], "expired": [], "not-yet-valid": [],
    }  # fmt: skip
    assert len(served.get("/register/titles", headers, standing="valid", year=2024).json()["titles"]) == 1
    assert served.get("/register/titles", headers, standing="expired").json()["titles"] == []


def test_an_application_tells_its_notice_and_objections(served: Served) -> None:
    life, headers = served.life, clerk(served)
    life.is_trained()
    life.is_certified()
    explained = served.get(
        f"/trainees/{life.trainee}/eligibility", headers, level="assistant-engineer", recommended_by="EMPLOYER"
    ).json()
    assert (explained["policy"], bool(explained["routes"])) == ("P-2024", True)
    alone = served.get(f"/trainees/{life.trainee}/eligibility", headers, level="assistant-engineer").json()
    assert alone["outcome"] == "not-recommended"
    assert {item["clause"] for route in alone["routes"] for item in route["conditions"]} >= {"level"}
    life.applies()
    life.does(
        c.RecordPanel(life.trainee, life.application, 9, 6, 6, VOTED_ON),
        c.PostNotice(life.trainee, life.application, POSTED_ON),
        c.RaiseObjection(life.trainee, life.application, "copied", POSTED_ON),
    )
    found = served.get(f"/applications/{life.application}", headers).json()
    assert (found["application"]["applied_on"], found["next_step"], found["unanswered"]) == (
        APPLIED_ON.isoformat(),
        "decide",
        True,
    )
    assert (found["notice"]["last_day"], found["notice"]["first_decision_day"]) == ("2024-07-10", "2024-07-11")
    assert [(item["grounds"], item["answer"]) for item in found["objections"]] == [("copied", "pending")]
    waiting = served.get("/waiting", headers).json()["applications"]
    assert (waiting["due"], waiting["objections"]) == (1, 1)
    for step, count in (("due", 1), ("notice", 1), ("panel", 0)):
        assert len(served.get("/register/applications", headers, step=step).json()["applications"]) == count
    near = served.token(served.member("registrar", organisation="EMPLOYER"))
    assert served.get(f"/applications/{life.application}", near).json()["objections"] is None
    bureau = served.token(served.member("registrar", organisation="BUREAU"))
    assert served.get(f"/applications/{life.application}", bureau).json()["objections"] == found["objections"]


def test_pictures_come_in_pages(served: Served) -> None:
    for number, employer in ((11, "BUREAU"), (12, "PARTNER"), (13, None)):
        enrolled(served, number, employer)
    headers, seen, cursor = clerk(served), list[Any](), ""
    while True:
        page = served.get("/pictures/funnel", headers, by="employer", limit=1, cursor=cursor).json()
        seen += [(row["of"], row["enrolled"]) for row in page["rows"]]
        if (cursor := page["next"] or "") == "":
            break
        enrolled(served, 20 + len(seen), "EMPLOYER")
    assert [of for of, _ in seen] == ["BUREAU", "EMPLOYER", "PARTNER", None]
    lived(served)
    for kind in ("supply", "totals", "durations"):
        page = served.get(f"/pictures/{kind}", headers).json()
        assert page["rows"], kind
        other = served.get("/pictures/funnel", headers, limit=1).json()["next"] or "x"
        problem(served.get(f"/pictures/{kind}", headers, cursor=other), 422, "bad-form")


def test_an_organisation_reads_only_what_it_has_to_do_with(served: Served) -> None:
    lived(served)
    stranger = enrolled(served, 11, None)
    paths = [
        *(f"/register/{name}" for name in ("trainees", "certificates", "titles", "applications")),
        "/register/cohorts",
    ]
    near = served.token(served.member("registrar", organisation="EMPLOYER"))
    assert [item["trainee"]["id"] for item in served.get("/register/trainees", near).json()["trainees"]] == [
        str(served.life.trainee)
    ]
    assert served.post("/register/trainees/search", near, {"search": "T-11"}).json()["trainees"] == []
    problem(served.get(f"/trainees/{stranger}", near), 404, "unknown-trainee")
    whole = served.get(f"/trainees/{served.life.trainee}", near).json()
    assert whole["certificates"]
    assert whole["titles"]
    assert whole["applications"]
    served.life.does(
        c.AccreditOrganisation(
            served.office.ledger.desk().new_id(), "OTHER", "enterprise", "别", "Other", "https://other.example.org"
        )
    )
    far = served.token(served.member("registrar", "auditor", organisation="OTHER"))
    for path in paths:
        page = served.get(path, far).json()
        assert page[path.rpartition("/")[2]] == []
        assert page["total"] == {"count": 0, "more": False}
    number = whole["certificates"][0]["number"]
    life, nowhere = served.life, uuid("nowhere")
    pairs = [
        (served.get(path.format(known), far, **query), served.get(path.format(nowhere), far, **query))
        for path, known, query in (
            ("/certificates/{}", life.certificate, {}),
            ("/titles/{}", life.title, {}),
            ("/applications/{}", life.application, {}),
            ("/trainees/{}/eligibility", life.trainee, {"level": "engineer"}),
        )
    ]
    pairs.append((served.get(f"/cohorts/{COHORT}/members", far), served.get("/cohorts/NONE/members", far)))
    pairs.append(
        (
            served.post("/register/awards/search", far, {"number": number}),
            served.post("/register/awards/search", far, {"number": "BDI-2024-NONE"}),
        )
    )
    pairs.append(
        (served.get("/register/enrolments", far, cohort=COHORT), served.get("/register/enrolments", far, cohort="N"))
    )
    for known, unknown in pairs:
        assert (known.status_code, known.text) == (404, unknown.text)
    taught = served.token(served.member("assessor", organisation="PARTNER"))
    seen = served.get(f"/trainees/{life.trainee}", taught).json()
    assert [len(seen[of]) for of in ("enrolments", "certificates")] == [1, 1], "it certifies the cohort"
    assert seen["applications"] == seen["titles"] == [], "and has nothing to do with the title"
    problem(served.get(f"/titles/{life.title}", taught), 404, "no-award")
    problem(served.get(f"/trainees/{life.trainee}/eligibility", taught, level="engineer"), 404, "unknown-trainee")


@pytest.mark.parametrize(
    ("path", "query", "place"),
    [
        ("/register/trainees", {"cursor": "x"}, "cursor"),
        ("/register/trainees", {"limit": MOST + 1}, "limit"),
        ("/register/titles", {"standing": "gone"}, "standing"),
        ("/register/titles", {"year": 1}, "year"),
        ("/register/applications", {"step": "gone"}, "step"),
        ("/register/enrolments", {}, "cohort"),
        (f"/cohorts/{COHORT}/members", {"limit": 51}, "limit"),
        (f"/cohorts/{COHORT}/certification", {"on": "0001-01-01"}, "on"),
        (f"/cohorts/{COHORT}/certification", {"on": "2024-02-30"}, "on"),
        ("/pictures/funnel", {"by": "name"}, "by"),
        ("/pictures/totals", {"cursor": "gm5vbmU"}, "cursor"),
        ("/proposals", {"cursor": "x"}, "cursor"),
    ],
)
def test_what_is_asked_with_is_in_its_form(served: Served, path: str, query: dict[str, Any], place: str) -> None:
    assert problem(served.get(path, clerk(served), **query), 422, "bad-form")["place"] == place


def test_a_cursor_of_one_list_is_none_of_another(served: Served) -> None:
    for number in (11, 12, 13):
        enrolled(served, number)
    headers = clerk(served)
    cursor = served.get("/register/trainees", headers, limit=1).json()["next"]
    assert cursor
    for path in ("certificates", "titles", "applications", "cohorts"):
        problem(served.get(f"/register/{path}", headers, cursor=cursor), 422, "bad-form")
    problem(served.get(f"/cohorts/{COHORT}/members", headers, cursor=cursor), 422, "bad-form")
    assert served.client.get(f"{API}/register/trainees").status_code == 401
