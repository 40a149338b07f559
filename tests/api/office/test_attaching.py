"""Evidence on the office's pages: kept, given back to who may see it, told where it was altered, gone once erased."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from api.uploads import FIELD_BYTES
from ledger import commands as c
from ledger.office.attached import attached_to
from ledger.office.evidence import LARGEST_BYTES, KeptFile
from ledger.office.sessions import IDLE_SECONDS
from ledger.vault import Vault
from tests.api.office.class_of_2026 import STARTS, Training, form_id
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from tests.api.whole_ledger import TODAY

PAPER = b"<html><script>alert(1)</script> an exam paper " + bytes(100_000)
DIGEST = sha256(PAPER).hexdigest()
FILE = ("卷 1.html", PAPER, "text/html")


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar")


@pytest.fixture
def training(offices: Offices) -> Training:
    made = Training(offices)
    made.takes_two()
    return made


def enrolment_of(offices: Offices, person: UUID) -> UUID:
    return next(iter(offices.ledger.desk().dossier(person).enrolments))


def sends(
    browser: Browser,
    person: UUID,
    file: tuple[str, bytes, str] | None = FILE,
    headers: dict[str, str] | None = None,
    **sent: str,
) -> Response:
    """The form as a browser without script sends it; a field in which nothing is chosen is a file without a name."""
    fields = {"stream": str(person), "description": "exam paper", "on": str(TODAY), "digest": "", **sent}
    return browser.client.post(
        f"/console/trainees/{person}/evidence?lang=en",
        data=fields,
        files={"file": file or ("", b"", "application/octet-stream")},
        headers=headers or browser.headers,
        follow_redirects=False,
    )


def kept(offices: Offices, person: UUID) -> list[KeptFile]:
    return list(offices.office.evidence.of(person).values())


def address(file: KeptFile) -> str:
    return f"/console/trainees/{file.subject}/evidence/{file.id}"


def named(offices: Offices, person: UUID) -> list[str]:
    ledger = offices.ledger
    return [item.digest.hex() for item in attached_to(ledger.store, Vault(ledger.data_keys), person)]


def test_a_file_is_kept_recorded_and_given_back(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    form = clerk.get(f"/console/trainees/{person}/evidence").text
    assert 'enctype="multipart/form-data"' in form
    answer = sends(clerk, person, sent=form_id(form))
    assert answer.status_code == 303
    assert named(offices, person) == [DIGEST]
    (file,) = kept(offices, person)
    page = clerk.get(answer.headers["location"]).text
    assert address(file) in page
    assert "卷 1.html" in page
    given = clerk.get(address(file))
    assert given.status_code == 200
    assert given.content == PAPER
    assert given.headers["content-type"] == "application/octet-stream"
    assert given.headers["content-disposition"] == (
        "attachment; filename=\"__1.html\"; filename*=UTF-8''%E5%8D%B7%201.html"
    )
    assert given.headers["cache-control"] == "no-store"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["content-length"] == str(len(PAPER))


def test_the_same_form_twice_is_done_once(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    sent = str(uuid4())
    for _ in range(2):
        assert sends(clerk, person, sent=sent).status_code == 303
    assert len(named(offices, person)) == len(kept(offices, person)) == 1


def test_the_same_file_beside_two_things_is_kept_once(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    for stream in (person, enrolment_of(offices, person)):
        assert sends(clerk, person, stream=str(stream)).status_code == 303
    assert len(named(offices, person)) == 2
    assert len(kept(offices, person)) == 1


def test_only_the_hash(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    assert sends(clerk, person, None, digest=DIGEST).status_code == 303
    assert named(offices, person) == [DIGEST]
    assert kept(offices, person) == []
    assert "Only the hash is recorded" in clerk.get(f"/console/trainees/{person}?lang=en").text


@pytest.mark.parametrize(
    ("file", "digest", "status", "told"),
    [
        (None, "", 422, "Choose a file, or give its SHA-256"),
        (("empty.pdf", b"", "application/pdf"), "", 422, "The file is empty"),
        (FILE, "abc", 422, "64 hexadecimal"),
        (FILE, "0" * 64, 422, "not that of the file chosen"),
        (("big.bin", bytes(LARGEST_BYTES + 1), "x/y"), "", 422, "too large"),
        (("big.bin", bytes(LARGEST_BYTES + FIELD_BYTES + 1), "x/y"), "", 413, "too large"),
    ],
    ids=["nothing", "an empty file", "no hash", "another hash", "too large", "far too large"],
)
def test_what_is_wrong_is_told_and_nothing_kept(
    clerk: Browser,
    offices: Offices,
    training: Training,
    file: tuple[str, bytes, str] | None,
    digest: str,
    status: int,
    told: str,
) -> None:
    answer = sends(clerk, training.people[0], file, digest=digest)
    assert answer.status_code == status
    assert told in answer.text
    if status == 422:
        assert 'value="exam paper"' in answer.text
    assert kept(offices, training.people[0]) == named(offices, training.people[0]) == []


def test_the_hash_of_the_file_may_come_along(clerk: Browser, offices: Offices, training: Training) -> None:
    assert sends(clerk, training.people[0], digest=DIGEST.upper()).status_code == 303
    assert named(offices, training.people[0]) == [DIGEST]


def test_a_form_that_is_no_form(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    path = f"/console/trainees/{person}/evidence"

    def status(body: bytes, boundary: str = "; boundary=b") -> int:
        headers = {**clerk.headers, "Content-Type": f"multipart/form-data{boundary}"}
        return int(clerk.client.post(path, content=body, headers=headers).status_code)

    disposition = b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    assert status(b"x", "") == 400
    assert status(b"--c\r\n" + disposition + b"x\r\n--c--\r\n") == 400
    assert status(b"--b\r\n" + disposition + b"the first half of an exam") == 400
    text = b'Content-Disposition: form-data; name="description"\r\n\r\nminutes\r\n--b--\r\n'
    assert status(b"--b\r\n" + text) == 422, "a good form, in which something is missing"
    assert status(b"--b\r\n" + text, "; boundary=b; charset=punycode") == 400, "which takes a stranger's hour to decode"
    assert kept(offices, person) == []
    others = clerk.client.post("/console/trainees/new", data={"a": "b"}, files={"file": FILE}, headers=clerk.headers)
    assert others.status_code == 415, "a page that takes no files reads none"


def test_a_session_that_is_over_loses_the_file_and_nothing_typed(
    clerk: Browser, offices: Offices, training: Training, hands: Hands
) -> None:
    person = training.people[0]
    hands.turn(IDLE_SECONDS + 1)
    answer = sends(clerk, person, description="minutes of the panel")
    assert answer.status_code == 401
    assert 'value="minutes of the panel"' in answer.text
    assert kept(offices, person) == []
    again = clerk.post(
        f"/console/trainees/{person}/evidence?lang=en",
        _login=clerk.member.login,
        _password=PASSWORD,
        stream=str(person),
        description="minutes of the panel",
        on=str(TODAY),
        file="卷 1.html",
    )
    assert again.status_code == 422
    assert "Choose the file again" in again.text
    assert 'value="minutes of the panel"' in again.text
    assert sends(clerk, person).status_code == 303


def test_of_a_stranger_no_more_is_kept_than_a_form_without_files_has(
    offices: Offices, clerk: Browser, training: Training
) -> None:
    stranger = offices.new_client()
    path = f"/console/trainees/{training.people[0]}/evidence"
    for size, status in ((1 << 19, 401), ((1 << 20) + 1, 400)):
        sent = {"description": "x" * size}
        answer = stranger.post(path, data=sent, files={"file": FILE}, headers=clerk.headers)
        assert answer.status_code == status


def test_another_site_sends_nothing(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    assert sends(clerk, person, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert kept(offices, person) == []


def test_who_may_not_attach_keeps_nothing(offices: Offices, training: Training, clerk: Browser) -> None:
    person = training.people[0]
    auditor, stranger = offices.joins("ear", "auditor"), offices.joins("far", "registrar", organisation="ENT-03")
    assert sends(auditor, person).status_code == 403
    assert sends(stranger, person).status_code == 404
    assert kept(offices, person) == []
    sends(clerk, person)
    (file,) = kept(offices, person)
    assert auditor.get(address(file)).content == PAPER


def test_an_id_leads_only_to_who_sees_the_person_and_the_thing(
    clerk: Browser, offices: Offices, training: Training
) -> None:
    person, other = training.people
    sends(clerk, person)
    (file,) = kept(offices, person)
    stranger, nobody = offices.joins("far", "registrar", organisation="ENT-03"), offices.joins("adm", "administrator")
    out = offices.joins("out", "registrar", signed_in=False)
    assert text_of(stranger.get(address(file))) == text_of(
        stranger.get(f"/console/trainees/{uuid4()}/evidence/{file.id}")
    )
    for browser, path, status in (
        (stranger, address(file), 404),
        (nobody, address(file), 403),
        (out, address(file), 401),
        (clerk, f"/console/trainees/{other}/evidence/{file.id}", 404),
        (clerk, f"/console/trainees/{person}/evidence/{uuid4()}", 404),
        (clerk, f"/console/trainees/{person}/evidence/nonsense", 404),
    ):
        answer = browser.get(path)
        assert answer.status_code == status
        assert PAPER not in answer.content


def test_a_file_beside_another_cohort_is_out_of_sight(clerk: Browser, offices: Offices, training: Training) -> None:
    """The second cohort is taught and certified by CQUPT alone: HUAWEI sees the person, and not that."""
    person, desk = training.people[0], offices.ledger.desk()
    elsewhere = desk.new_id()
    training.does(
        c.OpenCohort(desk.new_id(), "ICT-2026Z", "ICT", STARTS, TODAY, 5),
        c.Enrol(person, elsewhere, "ICT-2026Z", STARTS),
    )
    sends(clerk, person, stream=str(elsewhere))
    (file,) = kept(offices, person)
    partner, teacher = (offices.joins(code, "registrar", organisation=code) for code in ("HUAWEI", "CQUPT"))
    assert partner.get(f"/console/trainees/{person}").status_code == 200
    assert partner.get(address(file)).status_code == 404
    assert teacher.get(address(file)).content == PAPER


def test_a_file_that_was_altered_is_told_and_not_given(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    sends(clerk, person)
    (file,) = kept(offices, person)
    offices.office.cabinet.write(lambda tables: tables.execute("DELETE FROM evidence_chunks WHERE number = 6"))
    answer = clerk.get(f"{address(file)}?lang=en")
    assert answer.status_code == 409
    assert "altered or damaged" in answer.text
    assert b"exam paper" not in answer.content
    assert sends(clerk, person).status_code == 303, "the original again mends it"
    (file,) = kept(offices, person)
    assert clerk.get(address(file)).content == PAPER


def test_after_an_erasure_it_is_gone(clerk: Browser, offices: Offices, training: Training) -> None:
    person = training.people[0]
    sends(clerk, person)
    (file,) = kept(offices, person)
    proposal = clerk.post(f"/console/trainees/{person}/erasure", note="asked for").headers["location"]
    offices.joins("head", "approver").post(proposal, do="approve", version="1")
    answer = clerk.get(f"{address(file)}?lang=en")
    assert answer.status_code == 404
    assert "data are erased" in answer.text
    for table in ("evidence", "evidence_chunks"):
        assert offices.office.cabinet.select(f"SELECT * FROM {table}") == []
    assert sends(clerk, person).status_code == 404


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("D:\\papers\\卷.pdf", "卷.pdf"),
        ('a"b;c.pdf', "a%22b;c.pdf"),  # as browsers write it
        ("‮fdp.exe", "fdp.exe"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(clerk: Browser, offices: Offices, training: Training, name: str, shown: str) -> None:
    person = training.people[0]
    assert sends(clerk, person, (name, PAPER, "x/y")).status_code == 303
    (file,) = kept(offices, person)
    assert file.name == shown
    told = clerk.get(address(file)).headers["content-disposition"]
    assert told.startswith("attachment; filename=")
    assert not set('"\\/\r\n') & set(told.split('filename="')[1].split('"')[0])


def test_what_nothing_names_is_swept_while_the_office_is_used(
    clerk: Browser, offices: Offices, training: Training, hands: Hands
) -> None:
    """The process died between file and event, and nobody sent the form again."""
    person = training.people[0]
    offices.office.evidence.keep(person, BytesIO(PAPER), "x.pdf")
    assert address(kept(offices, person)[0]) not in clerk.get(f"/console/trainees/{person}").text
    assert clerk.get(address(kept(offices, person)[0])).status_code == 404, "no event names it"
    hands.turn(86_401)
    clerk.signs_in()
    assert kept(offices, person) == []
