"""Files through the API: uploaded, matched, rehearsed, proposed, approved by another in person, and taken in."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api.uploads import FIELD_BYTES
from ledger.office import intake_files, intakes
from ledger.office.sessions import FRESH_SECONDS
from tests.api.rest.conftest import API, Served, problem
from tests.ledger.deciders.story import COHORT, STARTS

HEADER = "trainee_no,cohort,module,hours,attended_on"
PATIENCE_SECONDS = 60


def number(served: Served) -> str:
    person = served.office.ledger.desk().dossier(served.life.trainee).trainee
    assert person is not None
    return person.trainee_no


def attendance(served: Served, *hours: str, header: str = HEADER) -> bytes:
    rows = [f"{number(served)},{COHORT},M1,{each},{STARTS}" for each in hours]
    return "\n".join([header, *rows, ""]).encode()


def uploads(
    served: Served, headers: dict[str, str], *files: tuple[str, bytes], key: str = "", **fields: str
) -> httpx2.Response:
    named = {"Idempotency-Key": key or str(uuid4()), **headers}
    sent = [("files", file) for file in files] or [("other", ("x", b""))]
    return served.client.post(f"{API}/intakes", headers=named, files=sent, data=fields)


def settled(served: Served, id_: str, headers: dict[str, str]) -> dict[str, Any]:
    """The intake once the thread behind the API has done its work."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        whole: dict[str, Any] = served.get(f"/intakes/{id_}", headers).json()
        if whole["intake"]["state"] not in ("checking", "taking"):
            return whole
        assert time.monotonic() < until, whole
        time.sleep(0.05)


def checked(served: Served, clerk: dict[str, str], *hours: str) -> tuple[str, int]:
    """The address of an intake that was rehearsed, and its version."""
    served.member("approver")
    made = uploads(served, clerk, ("attendance.csv", attendance(served, *hours)))
    assert made.status_code == 201, made.text
    id_ = made.json()["intake"]["id"]
    whole = settled(served, id_, clerk)
    assert whole["intake"]["state"] == "checked", whole
    return f"/intakes/{id_}", whole["intake"]["version"]


def test_from_a_file_to_what_is_recorded(served: Served) -> None:
    clerk, head = served.token(served.member("registrar", "assessor")), served.session(served.member("approver"))
    size = served.size()
    where, version = checked(served, clerk, "6", "x", "2")
    whole = served.get(where, clerk).json()
    assert whole["findings"] | {"events": 0} == {
        "events": 0, "taken": {"attendance.csv": 2}, "known": {}, "turned_away": {"attendance.csv": 1}, "fault": "",
        "refusal": None, "pack": None, "first_index": None, "end_index": None,
    }  # fmt: skip
    assert served.size() == size, "a rehearsal records nothing"
    proposed = served.post(f"{where}/propose", clerk, {"version": version, "note": "of March"}).json()
    assert (proposed["state"], proposed["note"], proposed["version"]) == ("waiting", "of March", version + 1)
    taking = served.post(f"{where}/approve", head, {"version": version + 1})
    assert (taking.status_code, taking.json()["state"]) == (200, "taking"), taking.text
    done = settled(served, where.rpartition("/")[2], clerk)
    assert (done["intake"]["state"], done["findings"]["events"]) == ("done", 3), done
    found = done["findings"]
    assert size <= found["first_index"] < found["end_index"] == served.size()
    life = served.get(f"/trainees/{served.life.trainee}", clerk).json()
    assert [item["hours"] for item in life["enrolments"][0]["attendance"]] == ["6", "2"]


def test_the_rows_turned_away_come_in_pages_and_as_a_file(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    where, _ = checked(served, clerk, "x", "0", "7", "y")
    seen, cursor = list[dict[str, Any]](), ""
    for _ in range(3):
        page = served.get(f"{where}/rejected", clerk, limit=1, cursor=cursor).json()
        seen += page["rejected"]
        assert page["count"] == 3
        cursor = page["next"]
    assert cursor is None
    told = [(item["file"], item["line"], item["code"], item["column"]) for item in seen]
    assert told == [("attendance.csv", line, "bad-hours", "hours") for line in (2, 3, 5)]
    assert all(seen[0]["sentence"].values())
    answer = served.get(f"{where}/rejects.csv", clerk)
    assert answer.text == "file,line,code\n" + "".join(f"attendance.csv,{line},bad-hours\n" for line in (2, 3, 5))
    assert answer.headers["content-disposition"] == 'attachment; filename="rejects.csv"'
    assert answer.headers["cache-control"] == "no-store"
    problem(served.get(f"{where}/rejected", clerk, cursor="x"), 422, "bad-form")


def test_what_nobody_knows_is_matched_by_hand(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    served.member("approver")
    odd = attendance(served, "4", header="学号,class,what,hours,day")
    made = uploads(served, clerk, ("odd.csv", odd)).json()
    (file,), where = made["files"], f"/intakes/{made['intake']['id']}"
    assert (made["intake"]["state"], made["intake"]["matched"], file["kind"]) == ("uploaded", False, "")
    assert file["samples"][0][1] == COHORT
    step, chosen = {"version": 1}, [{"heading": at, "column": name} for at, name in ((1, "cohort"), (2, "module"))]
    problem(served.post(f"{where}/check", clerk, step), 409, "wrong-step")
    half = served.post(
        f"{where}/match", clerk, step | {"files": [{"file": 0, "kind": "attendance", "columns": chosen}]}
    )
    assert (half.status_code, half.json()["matched"]) == (200, False)
    (file,) = served.get(where, clerk).json()["files"]
    assert (file["kind"], file["missing"]) == ("attendance", ["attended_on"])
    assert [item["heading"] for item in file["headings"] if item["open"]] == ["class", "what", "day"]
    day = {"file": 0, "columns": [{"heading": 4, "column": "attended_on"}]}
    problem(served.post(f"{where}/match", clerk, step | {"files": [day]}), 409, "already-decided")
    whole = served.post(f"{where}/match", clerk, {"version": 2, "files": [day]}).json()
    assert whole["matched"]
    assert served.post(f"{where}/check", clerk, {"version": 3}).status_code == 200
    assert settled(served, made["intake"]["id"], clerk)["findings"]["taken"] == {"odd.csv": 1}


@pytest.mark.parametrize(
    ("chosen", "place"),
    [
        ({"file": 1}, "files[0].file"),
        ({"file": 0, "kind": "programmes"}, "files[0].kind"),
        ({"file": 0, "columns": [{"heading": 5, "column": "hours"}]}, "files[0].columns[0].heading"),
        ({"file": 0, "columns": [{"heading": 0, "column": "score"}]}, "files[0].columns[0].column"),
        ({"file": 0, "kind": 1}, "files[0].kind"),
    ],
)
def test_no_kind_or_column_is_passed_over_in_silence(served: Served, chosen: dict[str, object], place: str) -> None:
    clerk = served.token(served.member("registrar"))
    where, version = checked(served, clerk, "4")
    answer = served.post(f"{where}/match", clerk, {"version": version, "files": [chosen]})
    assert problem(answer, 422, "bad-form")["place"] == place


def test_the_same_files_under_one_key_are_one_intake(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    file = ("attendance.csv", attendance(served, "4"))
    first, second = (uploads(served, clerk, file, key="k").json()["intake"]["id"] for _ in range(2))
    assert first == second
    assert len(served.get("/intakes", clerk).json()["intakes"]) == 1
    other = ("attendance.csv", attendance(served, "5"))
    problem(uploads(served, clerk, other, key="k"), 422, "idempotency-mismatch")
    anothers = served.token(served.member("registrar", "auditor"))
    assert uploads(served, anothers, file, key="k").json()["intake"]["id"] != first
    answer = served.client.post(f"{API}/intakes", headers=clerk, files=[("files", file)])
    problem(answer, 400, "no-idempotency-key")


def test_what_cannot_be_taken_is_told_and_nothing_kept(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    problem(uploads(served, clerk, ("pack.zip", b"PK\x03\x04 broken")), 422, "bad-archive")
    problem(uploads(served, clerk, ("letter.docx", b"x")), 422, "empty")
    problem(uploads(served, clerk, ("a.csv", b"x" * (intake_files.FILE_BYTES + 1))), 413, "too-large")
    assert problem(uploads(served, clerk), 422, "bad-form")["place"] == "other"
    nothing = served.client.post(
        f"{API}/intakes", headers={**clerk, "Idempotency-Key": "1"}, files={"files": (None, "text")}
    )
    assert problem(nothing, 422, "bad-form")["place"] == "files"
    named = {**clerk, "Idempotency-Key": "2"}
    problem(served.client.post(f"{API}/intakes", headers=named, json={}), 415, "unsupported-type")
    torn = {**named, "Content-Type": "multipart/form-data; boundary=b"}
    problem(served.client.post(f"{API}/intakes", headers=torn, content=b"--b\r\nno end"), 400, "bad-form")
    assert served.get("/intakes", clerk).json() == {"intakes": [], "next": None}


def test_more_than_is_read_is_cut_off(served: Served) -> None:
    def without_end() -> Iterable[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
        for _ in range((intake_files.UPLOAD_BYTES + FIELD_BYTES) // (1 << 20) + 1):
            yield bytes(1 << 20)
        yield b"\r\n--b--\r\n"

    headers = {**served.token(served.member("registrar")), "Idempotency-Key": "k"}
    headers["Content-Type"] = "multipart/form-data; boundary=b"
    problem(served.client.post(f"{API}/intakes", headers=headers, content=without_end()), 413, "too-large")


def test_two_people_and_one_of_them_in_person(served: Served) -> None:
    clerk, head = served.token(served.member("registrar")), served.member("approver")
    where, version = checked(served, clerk, "4")
    for step in ("match", "check", "propose", "withdraw"):
        body = {"version": version} | ({"files": [{"file": 0}]} if step == "match" else {})
        problem(served.post(f"{where}/{step}", served.token(served.member("assessor")), body), 403, "missing-role")
    narrow = served.token(served.member("registrar"), "read", "record")
    problem(served.post(f"{where}/propose", narrow, {"version": version}), 403, "out-of-scope")
    problem(uploads(served, narrow, ("a.csv", b"x")), 403, "out-of-scope")
    problem(served.post(f"{where}/propose", clerk, {"version": version - 1}), 409, "already-decided")
    waiting = served.post(f"{where}/propose", clerk, {"version": version}).json()["version"]
    problem(served.post(f"{where}/approve", clerk, {"version": waiting}), 403, "missing-role")
    problem(served.post(f"{where}/approve", served.token(head), {"version": waiting}), 403, "not-fresh")
    browser = served.session(head)
    problem(served.post(f"{where}/approve", browser, {"version": version}), 409, "already-decided")
    problem(served.post(f"{where}/challenge", browser, None), 409, "bad-passkey")
    problem(served.post(f"{where}/challenge", served.token(head), None), 403, "not-fresh")
    problem(served.post(f"{where}/decline", browser, {"version": waiting, "reason": " "}), 422, "bad-text")
    served.hands.turn(FRESH_SECONDS + 1)
    problem(served.post(f"{where}/approve", browser, {"version": waiting}), 403, "not-fresh")
    declined = served.post(f"{where}/decline", served.token(head), {"version": waiting, "reason": "of last year"})
    assert (declined.json()["state"], declined.json()["reason"]) == ("declined", "of last year")
    problem(served.post(f"{where}/withdraw", clerk, {"version": waiting + 1}), 409, "already-decided")


def test_nobody_approves_their_own(served: Served) -> None:
    both = served.member("registrar", "approver")
    where, version = checked(served, served.token(both), "4")
    waiting = served.post(f"{where}/propose", served.token(both), {"version": version}).json()["version"]
    problem(served.post(f"{where}/approve", served.session(both), {"version": waiting}), 403, "same-person")


def test_another_organisation_and_who_sees_nobody_find_nothing(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    where, version = checked(served, clerk, "4")
    strangers = [served.member("registrar", "approver", organisation="PARTNER"), served.member("administrator")]
    for stranger in map(served.session, strangers):
        for address in (where, f"{where}/rejected", f"{where}/rejects.csv", f"/intakes/{uuid4()}", "/intakes/x"):
            problem(served.get(address, stranger), 404, "unknown-intake")
        for step in ("check", "propose", "withdraw"):
            problem(served.post(f"{where}/{step}", stranger, {"version": version}), 404, "unknown-intake")
        assert served.get("/intakes", stranger).status_code == 403
        assert uploads(served, stranger, ("a.csv", b"x")).status_code == 403
    problem(uploads(served, {}, ("a.csv", b"x")), 401, "not-signed-in")


def test_the_list_goes_on_behind_its_cursor(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    made = [uploads(served, clerk, ("odd.csv", b"a,b\n1,2\n")).json()["intake"]["id"] for _ in range(3)]
    first = served.get("/intakes", clerk, limit=2).json()
    uploads(served, clerk, ("odd.csv", b"a,b\n1,2\n"))
    second = served.get("/intakes", clerk, limit=2, cursor=first["next"]).json()
    assert [item["id"] for item in (*first["intakes"], *second["intakes"])] == made[::-1]
    assert second["next"] is None
    assert served.get("/intakes", clerk, state=intakes.DONE).json()["intakes"] == []
