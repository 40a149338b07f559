"""Documents of a person through the API: kept, named once, given back to who sees the person, never where altered."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from ledger.office.evidence import LARGEST_BYTES
from tests.api.rest.conftest import API, Served, problem

PAPER = b"<html><script>alert(1)</script> an exam paper " + bytes(100_000)
DIGEST = sha256(PAPER).hexdigest()


def sends(
    served: Served, headers: dict[str, str], data: bytes = PAPER, key: str = "", **fields: str
) -> httpx2.Response:
    said = {"stream": str(served.life.enrolment), "description": "exam paper", "on": "2024-03-04", **fields}
    named = {"Idempotency-Key": key or str(uuid4()), **headers}
    files = {"file": ("卷 1.html", data, "text/html")}
    return served.client.post(f"{API}/trainees/{served.life.trainee}/evidence", headers=named, data=said, files=files)


def listed(served: Served, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = served.get(f"/trainees/{served.life.trainee}/evidence", headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["evidence"]
    return found


def test_a_file_is_kept_named_and_given_back(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    made = sends(served, clerk, digest=DIGEST)
    assert made.status_code == 201, made.text
    assert [item["type"] for item in made.json()["recorded"]] == ["evidence.attached/1"]
    (line,) = listed(served, served.token(served.member("auditor"), "read"))
    kept = line.pop("file")
    assert line == {
        "stream": str(served.life.enrolment), "on": "2024-03-04", "description": "exam paper", "sha256": DIGEST,
    }  # fmt: skip
    assert (kept["name"], kept["size"]) == ("卷 1.html", len(PAPER))
    answer = served.get(f"/trainees/{served.life.trainee}/evidence/{kept['id']}", clerk)
    assert answer.content == PAPER
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["cache-control"] == "no-store"
    problem(served.get(f"/trainees/{served.life.trainee}/evidence/{uuid4()}", clerk), 404, "unknown-evidence")


def test_the_same_under_one_key_is_named_once(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    first, second = (sends(served, clerk, key="k") for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert len(listed(served, clerk)) == 1
    problem(sends(served, clerk, b"another", key="k"), 422, "idempotency-mismatch")


def test_nothing_is_kept_of_what_is_wrong(served: Served) -> None:
    clerk, size = served.token(served.member("registrar")), served.size()
    for fields, place in (
        ({"digest": "0" * 64}, "digest"),
        ({"digest": "x"}, "digest"),
        ({"stream": "x"}, "stream"),
        ({"name": "x"}, "name"),
    ):
        assert problem(sends(served, clerk, **fields), 422, "bad-form")["place"] == place
    assert problem(sends(served, clerk, b""), 422, "bad-form")["place"] == "file"
    problem(sends(served, clerk, stream=str(uuid4())), 422, "unknown-value")
    problem(sends(served, clerk, bytes(LARGEST_BYTES + 1)), 413, "too-large")
    assert served.office.evidence.of(served.life.trainee) == {}
    assert problem(sends(served, clerk, on="soon"), 422, "bad-form")["place"] == "on"
    assert served.size() == size


def test_a_stale_revision_is_told(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    tag = served.get(f"/trainees/{served.life.trainee}", clerk).headers["etag"]
    assert sends(served, clerk | {"If-Match": tag}).status_code == 201
    problem(sends(served, clerk | {"If-Match": tag}, b"later"), 412, "precondition-failed")
    assert len(listed(served, clerk)) == 1


def test_what_was_altered_is_not_given_out(served: Served) -> None:
    clerk = served.token(served.member("registrar"))
    sends(served, clerk)
    (line,) = listed(served, clerk)
    cabinet = served.office.evidence._cabinet
    cabinet.write(lambda tables: tables.execute("UPDATE evidence_chunks SET sealed = ? WHERE number = 1", (b"x",)))
    where = f"/trainees/{served.life.trainee}/evidence/{line['file']['id']}"
    problem(served.get(where, clerk), 409, "altered-evidence")


@pytest.mark.parametrize("organisation", ["BUREAU"])
def test_who_does_not_see_the_person_finds_nothing(served: Served, organisation: str) -> None:
    clerk = served.token(served.member("registrar"))
    sends(served, clerk)
    (line,) = listed(served, clerk)
    stranger = served.token(served.member("registrar", organisation=organisation))
    where = f"/trainees/{served.life.trainee}/evidence"
    for address in (where, f"{where}/{line['file']['id']}"):
        problem(served.get(address, stranger), 404, "unknown-trainee")
        assert served.get(address, served.token(served.member("administrator"))).status_code == 403
        problem(served.get(address, {}), 401, "not-signed-in")
    problem(sends(served, stranger), 404, "unknown-trainee")
    problem(sends(served, served.token(served.member("assessor"))), 403, "missing-role")
    problem(sends(served, served.token(served.member("registrar"), "read")), 403, "out-of-scope")
    assert len(served.office.evidence.of(served.life.trainee)) == 1


def test_of_who_is_erased_nothing_is_taken_or_given(served: Served) -> None:
    clerk, head = served.token(served.member("registrar")), served.session(served.member("approver"))
    sends(served, clerk)
    (line,) = listed(served, clerk)
    asked = served.give("erase-trainee", clerk, {"trainee": str(served.life.trainee)}).json()["proposal"]
    served.post(f"/proposals/{asked['id']}/approve", head, {"version": 1})
    where = f"/trainees/{served.life.trainee}/evidence"
    for address in (where, f"{where}/{line['file']['id']}"):
        problem(served.get(address, clerk), 410, "erased")
    problem(sends(served, clerk), 410, "erased")
