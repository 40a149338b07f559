"""Members of staff: who there is, who comes and who goes, by an administrator of the base who is there in person."""

from __future__ import annotations

import pytest

from ledger.office.sessions import FRESH_SECONDS
from tests.api.rest.conftest import Served, problem

NEW = {"login": "new", "name": "新来", "email": "n@example.org", "organisation": "BASE", "roles": ["auditor"]}


def test_somebody_comes_and_goes(served: Served) -> None:
    browser = served.session(served.member("administrator"))
    added = served.post("/staff", browser, NEW)
    assert added.status_code == 201, added.text
    member = added.json()["member"]
    assert {name: member[name] for name in NEW} == NEW
    account = member["account"]
    first = added.json()["link"].rpartition("/")[2]
    assert served.office.staff.invited(first) is not None
    problem(served.post("/staff", browser, NEW), 409, "duplicate-account")
    again = served.post(f"/staff/{account}/invitation", browser, None)
    assert again.status_code == 201
    assert served.office.staff.invited(first) is None, "the earlier link is void"
    assert served.get(f"/staff/{account}", browser).json() == member
    closed = served.post(f"/staff/{account}/close", browser, None)
    assert (closed.status_code, closed.json()["closed"], closed.json()["roles"]) == (200, True, [])
    problem(served.post(f"/staff/{account}/invitation", browser, None), 404, "unknown-account")
    for id_ in ("x", str(served.life.trainee)):
        problem(served.get(f"/staff/{id_}", browser), 404, "unknown-account")


def test_everybody_stands_on_some_page_once(served: Served) -> None:
    browser = served.session(served.member("administrator"))
    for n in range(4):
        served.post("/staff", browser, NEW | {"login": f"n{n}"})
    whole = [item["pseudonym"] for item in served.get("/staff", browser, limit=100).json()["staff"]]
    seen, cursor = list[str](), ""
    while True:
        page = served.get("/staff", browser, limit=2, cursor=cursor).json()
        seen += [item["pseudonym"] for item in page["staff"]]
        if (cursor := page["next"] or "") == "":
            break
        served.post("/staff", browser, NEW | {"login": f"late{len(seen)}"})
    assert len(whole) == 5
    assert seen == sorted(set(seen))
    assert set(seen) >= set(whole)
    problem(served.get("/staff", browser, cursor="\0"), 422, "bad-form")


def test_it_takes_a_person_who_has_just_shown_who_they_are(served: Served) -> None:
    head = served.member("administrator")
    auditor, browser = served.member("auditor"), served.session(head)
    served.hands.turn(FRESH_SECONDS + 1)
    for headers in (served.token(head), browser):
        assert served.get("/staff", headers).status_code == 200
        problem(served.post("/staff", headers, NEW), 403, "not-fresh")
        for what in ("invitation", "close"):
            problem(served.post(f"/staff/{auditor.account}/{what}", headers, None), 403, "not-fresh")
    kid = "00" * 32
    problem(served.give("retire-key", browser, {"kid": kid}), 403, "not-fresh")
    assert served.give("retire-key", served.token(head), {"kid": kid}).status_code == 422


def test_an_administrator_of_another_organisation_keeps_nobody(served: Served) -> None:
    far = served.session(served.member("administrator", organisation="BUREAU"))
    base = served.member("approver")
    problem(served.get("/staff", far), 403, "other-organisation")
    problem(served.get(f"/staff/{base.account}", far), 403, "other-organisation")
    problem(served.post("/staff", far, NEW), 403, "other-organisation")
    for what in ("invitation", "close"):
        problem(served.post(f"/staff/{base.account}/{what}", far, None), 403, "other-organisation")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"account": "x"}, "account"),
        ({"pseudonym": "P1"}, "pseudonym"),
        ({"password": "x"}, "password"),
        ({"roles": ["public"]}, "roles[0]"),
        ({"roles": []}, "roles"),
        ({"login": 1}, "login"),
    ],
)
def test_nothing_but_the_form_is_taken(served: Served, change: dict[str, object], place: str) -> None:
    browser, before = served.session(served.member("administrator")), served.size()
    assert problem(served.post("/staff", browser, NEW | change), 422, "bad-form")["place"] == place
    assert served.size() == before
