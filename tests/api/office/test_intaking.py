"""A pack through the console: uploaded by one, matched and previewed, approved by another, taken in behind the page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from api.app import create_app
from api.office import intake_words
from ledger.exports import CERTIFICATE_COLUMNS, outcomes, to_csv
from ledger.founding import Founding, found
from ledger.intake.files import KINDS
from ledger.intake.headers import COLUMNS
from ledger.office.intake_work import HELD_SECONDS
from ledger.office.intakes import DECLINED, DONE, EXPIRED, FAILED, OPEN, TAKING, WITHDRAWN, Intake
from ledger.office.opening import open_office
from ledger.office.sessions import FRESH_SECONDS
from ledger.places import FolderPlace
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from tests.api.whole_ledger import URL, WholeLedger, new_place
from tests.engines import Engine
from tests.zipped_packs import zipped

SAMPLE = Path(str(files("ledger.sample")))
PATIENCE_SECONDS = 240


@pytest.fixture
def offices(engine: Engine, tmp_path: Path, hands: Hands) -> Iterator[Offices]:
    """An office of a ledger of which nothing is known yet."""
    place = new_place(engine, tmp_path)
    with ExitStack() as stack:
        key = "master.key" if isinstance(place, FolderPlace) else ""
        ledger = stack.enter_context(found(place, Founding(url=URL, master_key_in=key), hands))
        office = stack.enter_context(open_office(ledger))
        whole = WholeLedger(engine, place, {})
        first = stack.enter_context(TestClient(whole.app(hands, works=False), base_url=URL))
        yield Offices(ledger, office, lambda: TestClient(first.app, base_url=URL))


@pytest.fixture
def clerk(offices: Offices) -> Browser:
    return offices.joins("clerk", "registrar", "assessor", "administrator")


@pytest.fixture
def head(offices: Offices) -> Browser:
    return offices.joins("head", "approver")


def uploads(
    browser: Browser, *sent: tuple[str, bytes], id_: str = "", headers: dict[str, str] | None = None
) -> Response:
    return browser.client.post(
        "/console/intakes?lang=en",
        data={"sent": id_ or str(uuid4())},
        files=[("files", (name, data)) for name, data in sent],
        headers=browser.headers if headers is None else headers,
        follow_redirects=False,
    )


def page_of(response: Response) -> str:
    assert response.status_code == 303, text_of(response)
    return response.headers["location"]


def intake_of(offices: Offices, path: str) -> Intake:
    return offices.office.intakes.get(UUID(path.rpartition("/")[2]))


def settled(offices: Offices, path: str) -> Intake:
    """The intake once the thread behind the page has done its work."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (intake := intake_of(offices, path)).state in ("checking", "taking"):
        assert time.monotonic() < until, intake
        time.sleep(0.05)
    return intake


def does(browser: Browser, path: str, what: str, **more: str) -> Response:
    version = re.search(r'name="version" value="(\d+)"', browser.get(path).text)
    assert version is not None
    return browser.post(f"{path}?lang=en", do=what, version=version[1], **more)


def test_from_a_zip_to_a_result_that_stays(offices: Offices, clerk: Browser, head: Browser) -> None:
    pack = SAMPLE / "base-pack"
    size = offices.ledger.store.head()
    path = page_of(uploads(clerk, ("pack.zip", zipped(pack))))
    assert settled(offices, path).state == "checked"
    assert offices.ledger.store.head() == size, "a preview records nothing"
    shown = text_of(clerk.get(f"{path}?lang=en"))
    assert "This was a rehearsal. Nothing is recorded." in shown
    page_of(does(clerk, path, "propose", note="records of 2026"))
    assert path in head.get("/console?lang=en").text
    assert "records of 2026" in head.get(path).text
    page_of(does(head, path, "approve"))
    done = settled(offices, path)
    assert done.state == "done", done.reason
    with_pack = done.findings
    assert with_pack is not None
    assert str(with_pack.pack) in clerk.get(path).text
    expected = (pack / "expected" / "certificates.csv").read_text("utf-8")
    folded = outcomes(offices.ledger.store, offices.ledger.vault)
    assert to_csv(CERTIFICATE_COLUMNS, folded.certificates) == expected
    told = clerk.get(f"{path}/progress").json()
    assert (told["state"], told["done"]) == ("done", told["total"])


def test_rows_turned_away_are_told_in_words_and_as_csv(offices: Offices, clerk: Browser) -> None:
    pack = SAMPLE / "dirty-pack"
    path = page_of(uploads(clerk, ("pack.zip", zipped(pack))))
    found_ = settled(offices, path).findings
    assert found_ is not None
    assert clerk.get(f"{path}/rejects.csv").text == (pack / "expected" / "rejects.csv").read_text("utf-8")
    for language in ("zh", "en", "ko"):
        shown = text_of(clerk.get(f"{path}?lang={language}"))
        for item in found_.rejected[:100]:
            assert getattr(intake_words.of_code(item.code), language) in shown.replace("&#39;", "'")


def test_a_file_that_nobody_knows_is_matched_column_by_column(offices: Offices, clerk: Browser) -> None:
    text = "学号,班级,离开日期,原因\nS001,C1,2026-01-05,个人原因\n"
    path = page_of(uploads(clerk, ("退训.csv", text.encode("gb18030"))))
    assert "班级" in clerk.get(path).text
    assert does(clerk, path, "check").status_code == 422
    page_of(does(clerk, path, "match", **{"kind-0": "withdrawals"}))
    assert "Columns that it must have and has not: cohort, withdrawn on" in text_of(clerk.get(f"{path}?lang=en"))
    chosen = {"kind-0": "withdrawals", "column-0-1": "cohort", "column-0-2": "withdrawn_on"}
    page_of(does(clerk, path, "match", **chosen))
    page_of(does(clerk, path, "check"))
    found_ = settled(offices, path).findings
    assert found_ is not None
    assert [(item.source.line, item.code) for item in found_.rejected] == [(2, "unknown-cohort")]


def test_who_may_what(offices: Offices, clerk: Browser, head: Browser) -> None:
    path = page_of(uploads(clerk, ("pack.zip", zipped(SAMPLE / "base-pack"))))
    settled(offices, path)
    assert "lacks the role" in text_of(uploads(head, ("roster.csv", b"x")))
    assert uploads(head, ("roster.csv", b"x")).status_code == 403
    other = offices.joins("other", "registrar", "approver")
    version = str(intake_of(offices, path).version)
    for what in ("propose", "withdraw", "match", "check"):
        assert other.post(path, do=what, version=version).status_code == 403, what
    page_of(does(clerk, path, "propose"))
    refused = clerk.post(path, do="approve", version=str(intake_of(offices, path).version))
    assert (refused.status_code, "same-person" in refused.text) == (409, True)
    assert intake_of(offices, path).state == "waiting"


def test_an_approval_asks_for_a_fresh_sign(offices: Offices, clerk: Browser, head: Browser, hands: Hands) -> None:
    path = page_of(uploads(clerk, ("pack.zip", zipped(SAMPLE / "base-pack"))))
    settled(offices, path)
    page_of(does(clerk, path, "propose"))
    hands.turn(FRESH_SECONDS + 1)
    assert does(head, path, "approve").status_code == 403
    assert intake_of(offices, path).state == "waiting"
    page_of(does(head, path, "approve", _password=PASSWORD))
    assert settled(offices, path).state == "done"


def test_another_organisation_finds_nothing(offices: Offices, clerk: Browser, head: Browser) -> None:
    path = page_of(uploads(clerk, ("pack.zip", zipped(SAMPLE / "base-pack"))))
    settled(offices, path)
    page_of(does(clerk, path, "propose"))
    page_of(does(head, path, "approve"))
    settled(offices, path)
    partner = next(code for code in offices.office.executor.base().organisations if code != "BASE")
    stranger = offices.joins("stranger", "registrar", "approver", organisation=partner)
    nobody = offices.joins("admin", "administrator")
    for browser in (stranger, nobody):
        for address in (
            path,
            f"{path}/progress",
            f"{path}/rejects.csv",
            f"/console/intakes/{uuid4()}",
            "/console/intakes/x",
        ):
            assert browser.get(address).status_code == 404, address
        assert browser.post(path, do="withdraw", version="1").status_code == 404
        assert browser.get("/console/intakes").status_code == 403
        assert "/console/intakes" not in browser.get("/console").text
    assert "takes an account of the base" in text_of(stranger.get("/console/intakes?lang=en"))
    assert uploads(stranger, ("roster.csv", b"x")).status_code == 403


def test_files_are_read_only_for_who_is_signed_in_on_this_site(offices: Offices, clerk: Browser) -> None:
    nobody = replace(clerk, client=offices.new_client())
    assert uploads(nobody, ("roster.csv", b"x")).status_code == 401
    assert uploads(clerk, ("roster.csv", b"x"), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert offices.office.intakes.all() == []


def test_what_cannot_be_taken_is_told(offices: Offices, clerk: Browser) -> None:
    for sent, sentence in (
        ((), "Choose a file."),
        ((("letter.docx", b"x"),), "There is no file in it that could be taken in"),
        ((("pack.zip", b"PK\x03\x04 broken"),), "faulty or damaged"),
    ):
        answer = uploads(clerk, *sent)
        assert (answer.status_code, sentence in text_of(answer)) == (422, True), sentence
    assert offices.office.intakes.all() == []


def test_the_same_form_twice_is_one_intake(offices: Offices, clerk: Browser) -> None:
    id_ = str(uuid4())
    sent = ("roster.csv", (SAMPLE / "base-pack" / "roster.csv").read_bytes())
    assert page_of(uploads(clerk, sent, id_=id_)) == page_of(uploads(clerk, sent, id_=id_))
    assert len(offices.office.intakes.all()) == 1


def test_declined_with_a_reason(offices: Offices, clerk: Browser, head: Browser) -> None:
    path = page_of(uploads(clerk, ("pack.zip", zipped(SAMPLE / "base-pack"))))
    settled(offices, path)
    page_of(does(clerk, path, "propose"))
    assert does(head, path, "decline").status_code == 422
    page_of(does(head, path, "decline", reason="of the wrong year"))
    assert "of the wrong year" in clerk.get(path).text


def test_an_auditor_looks_and_does_nothing(offices: Offices, clerk: Browser) -> None:
    path = page_of(uploads(clerk, ("pack.zip", zipped(SAMPLE / "dirty-pack"))))
    version = str(settled(offices, path).version)
    auditor = offices.joins("auditor", "auditor")
    assert (auditor.get(path).status_code, 'name="do"' in auditor.get(path).text) == (200, False)
    assert auditor.post(path, do="approve", version=version).status_code == 409
    assert uploads(auditor, ("roster.csv", b"x")).status_code == 403
    assert "<noscript><meta" not in auditor.get(path).text


def test_what_a_killed_server_left_goes_on_at_the_next_start(
    offices: Offices, clerk: Browser, head: Browser, hands: Hands
) -> None:
    path = page_of(uploads(clerk, ("pack.zip", zipped(SAMPLE / "base-pack"))))
    proposed = settled(offices, path)
    intakes = offices.office.intakes
    proposed = intakes.propose(proposed.id, clerk.member, proposed.version, "")
    intakes.approve(proposed.id, head.member, proposed.version)
    assert intakes.begin_work(HELD_SECONDS) is not None, "and then the server is killed"
    hands.turn(HELD_SECONDS + 1)
    app = create_app(offices.ledger.place, hands)
    with TestClient(app, base_url=URL):
        assert settled(offices, path).state == "done"


def test_every_state_kind_and_column_has_its_words() -> None:
    assert set(intake_words.STATES) == {*OPEN, TAKING, DONE, DECLINED, WITHDRAWN, FAILED, EXPIRED}
    assert tuple(intake_words.KINDS) == KINDS
    assert all(intake_words.of_column(column).ko for columns in COLUMNS.values() for column in columns)
