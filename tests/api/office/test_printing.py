"""The papers of a cohort on the office's pages: for who sees everybody in it, as they are made, one file at a time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from pypdfium2 import PdfDocument

from api.office.press import STALLED_SECONDS, Busy, Press, Turn
from ledger import commands as c
from ledger.papers import Papers
from tests.api.office.class_of_2026 import COHORT, STARTS, Training
from tests.api.office.conftest import Browser, Offices
from tests.api.whole_ledger import TODAY, publish_now

PATH = f"/console/cohorts/{COHORT}/papers"


@pytest.fixture
def training(offices: Offices) -> Training:
    """Three certificates, the last of them revoked."""
    made = Training(offices)
    made.opens()
    made.enrols(3)
    for person in made.people:
        made.trains(person)
        made.certifies(person)
    made.does(c.RevokeCertificate(made.people[2], COHORT, "issued-in-error", TODAY))
    publish_now(offices.ledger)
    return made


@pytest.fixture
def clerk(offices: Offices, training: Training) -> Browser:
    return offices.joins("clerk", "registrar")


def test_the_page_says_what_is_to_be_had_and_what_is_left_out(clerk: Browser) -> None:
    assert PATH in clerk.get(f"/console/cohorts/{COHORT}").text
    page = clerk.get(f"{PATH}?lang=en").text
    assert "<dt>Certificates to be had</dt><dd>2</dd>" in page
    assert "学员甲3" in page
    assert "Revoked" in page
    assert "neither seal nor embedded proof" in page
    for language in ("zh", "ko"):
        assert clerk.get(f"{PATH}?lang={language}").status_code == 200


def test_both_files(clerk: Browser) -> None:
    answer = clerk.post(PATH, do="zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert f'filename="{COHORT}-{TODAY}.zip"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert "content-length" not in answer.headers, "it is made as it is sent"
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert [name.rpartition(".")[2] for name in names] == ["pdf", "pdf", "csv"]
    answer = clerk.post(PATH, do="print")
    assert answer.headers["content-type"] == "application/pdf"
    assert len(PdfDocument(answer.content)) == 5


def test_only_who_sees_everybody_in_it(clerk: Browser, offices: Offices, training: Training) -> None:
    """ENT-02 sees its own employee in the cohort, and not the others."""
    person = training.registers(950, "ENT-02")
    training.does(c.Enrol(person, offices.ledger.desk().new_id(), COHORT, STARTS))
    for code, status in (("CQUPT", 200), ("HUAWEI", 200), ("ENT-02", 404), ("ENT-03", 404)):
        browser = offices.joins(code.lower(), "registrar", organisation=code)
        assert browser.get(PATH).status_code == status, code
        assert browser.post(PATH, do="zip").status_code == status, code
    assert offices.joins("adm", "administrator").get(PATH).status_code == 403
    assert offices.joins("out", "registrar", signed_in=False).post(PATH, do="zip").status_code == 401
    assert clerk.post(PATH, headers={"Sec-Fetch-Site": "cross-site"}, do="zip").status_code == 403
    assert clerk.get("/console/cohorts/none/papers").status_code == 404


def test_one_file_is_made_at_a_time_and_the_turn_comes_back(clerk: Browser, offices: Offices) -> None:
    other = offices.joins("other", "registrar")
    with clerk.client.stream("POST", PATH, data={"do": "zip"}, headers=clerk.headers) as answer:
        assert answer.status_code == 200
    assert other.post(PATH, do="zip").status_code == 200


def test_nothing_is_published_yet(offices: Offices) -> None:
    made = Training(offices)
    made.opens()
    made.enrols(1)
    made.trains(made.people[0])
    made.certifies(made.people[0])
    clerk = offices.joins("clerk", "registrar")
    page = clerk.get(f"{PATH}?lang=en").text
    assert "Not published yet" in page
    assert "<dt>Certificates to be had</dt><dd>0</dd>" in page


def test_a_turn_is_given_back_however_it_ends() -> None:
    class Failing(Papers):
        def __init__(self) -> None:
            """Of no ledger."""

        def zipped(self, progress: object = None) -> Iterator[bytes]:
            yield b"one"
            raise ValueError("in the middle")

    press = Press()
    made = press.made(Failing(), "zip")
    assert next(made) == b"one"
    with pytest.raises(Busy):
        next(press.made(Failing(), "zip"))
    with pytest.raises(ValueError, match="in the middle"):
        next(made)
    again = press.made(Failing(), "zip")
    assert next(again) == b"one"
    again.close()  # type: ignore[attr-defined]
    assert next(press.made(Failing(), "zip")) == b"one"


def test_who_stops_reading_loses_the_turn_to_the_next() -> None:
    seconds = [0.0]
    turn = Turn(lambda: seconds[0])
    first = turn.take()
    assert first is not None
    assert turn.take() is None
    seconds[0] += STALLED_SECONDS - 1
    assert turn.goes_on(first), "it moves"
    seconds[0] += STALLED_SECONDS - 1
    assert turn.take() is None
    seconds[0] += 2
    second = turn.take()
    assert second is not None
    assert not turn.goes_on(first)
    turn.give_back(first)
    assert turn.take() is None, "it is the second one's by now"
    turn.give_back(second)
    assert turn.take() is not None
