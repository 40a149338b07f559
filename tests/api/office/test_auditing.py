"""The log for auditors: nothing personal before the look is written down, and nothing for who may not see it."""

from __future__ import annotations

from uuid import UUID

import pytest

from api import explorer_words
from api.office import look_words
from ledger.register.reading import open_register
from tests.api.office.conftest import Browser, Offices, text_of
from verifier.events import EVENTS
from verifier.kinds import TraineeRegistered

REASON = "complaint 12/2026"


@pytest.fixture
def somebody(offices: Offices) -> TraineeRegistered:
    """A trainee with all values there."""
    store = offices.ledger.store
    found = [entry for entry in store.entries(0, 1000) if entry.topic == "trainee.registered/1" and entry.sealed]
    event = offices.ledger.vault.read(found[0])[1]
    assert isinstance(event, TraineeRegistered)
    return event


def shown(browser: Browser, stream: UUID, reason: str | None = None) -> tuple[int, str]:
    address = f"/console/log/{stream}?lang=en"
    answer = browser.get(address) if reason is None else browser.post(address, reason=reason)
    return answer.status_code, text_of(answer)


def test_personal_values_are_shown_once_the_look_is_written_down(offices: Offices, somebody: TraineeRegistered) -> None:
    auditor = offices.joins("auditor", "auditor")
    name, number = str(somebody.name), str(somebody.id_number)
    status, before = shown(auditor, somebody.trainee_id)
    assert status == 200
    assert explorer_words.KINDS["trainee.registered"].en in before
    assert name not in before
    assert offices.office.looks.latest() == []
    status, after = shown(auditor, somebody.trainee_id, REASON)
    assert status == 200
    assert name in after
    assert number in after
    [look] = offices.office.looks.latest()
    assert (look.pseudonym, look.stream, look.reason) == (auditor.member.pseudonym, somebody.trainee_id, REASON)
    assert name not in shown(auditor, somebody.trainee_id)[1], "the next look is one of its own"


@pytest.mark.parametrize("reason", ["", "       ", "short"])
def test_without_a_reason_nothing_is_shown_or_written_down(
    offices: Offices, somebody: TraineeRegistered, reason: str
) -> None:
    auditor = offices.joins("auditor", "auditor")
    status, page = shown(auditor, somebody.trainee_id, reason)
    assert status == 422
    assert str(somebody.name) not in page
    assert offices.office.looks.latest() == []


@pytest.mark.parametrize("roles", [("registrar",), ("approver", "assessor"), ("administrator",)])
def test_who_is_no_auditor_is_turned_away(
    offices: Offices, somebody: TraineeRegistered, roles: tuple[str, ...]
) -> None:
    browser = offices.joins("other", *roles)
    for reason in (None, REASON):
        status, page = shown(browser, somebody.trainee_id, reason)
        assert status == 403
        assert str(somebody.name) not in page
    assert browser.get("/console/log").status_code == 403
    assert offices.office.looks.latest() == []


def test_an_auditor_of_an_organisation_that_is_not_concerned_sees_the_public_part(
    offices: Offices, somebody: TraineeRegistered
) -> None:
    elsewhere = next(
        code
        for code in offices.office.executor.base().organisations
        if code not in ("BASE", "CQUPT", "HUAWEI", str(somebody.employer))
        and not sees(offices, code, somebody.trainee_id)
    )
    auditor = offices.joins("auditor", "auditor", organisation=elsewhere)
    status, page = shown(auditor, somebody.trainee_id, REASON)
    assert status == 200
    assert look_words.NOTHING.en in page
    assert str(somebody.name) not in page
    assert offices.office.looks.latest() == []


def sees(offices: Offices, code: str, subject: UUID) -> bool:
    with open_register(offices.ledger) as register:
        register.catch_up()
        rows = register.views.select(
            "SELECT 1 FROM reach WHERE organisation = ? AND subject = ?", (code, subject.bytes)
        )
        return bool(rows)


def test_who_is_erased_has_nothing_to_show(offices: Offices) -> None:
    auditor = offices.joins("auditor", "auditor")
    erased = next(e.stream_id for e in offices.ledger.store.entries(0, 1000) if e.topic == "trainee.erased/1")
    status, page = shown(auditor, erased, REASON)
    assert status == 200
    assert look_words.NOTHING.en in page
    assert offices.office.looks.latest() == []


def test_every_kind_of_stream_of_a_person_opens(offices: Offices) -> None:
    auditor = offices.joins("auditor", "auditor")
    wanted = ("enrolment.made/1", "certificate.awarded/1", "application.filed/1", "title.granted/1")
    for topic in wanted:
        entry = next(e for e in offices.ledger.store.entries(0, 1000) if e.topic == topic and e.sealed)
        status, page = shown(auditor, entry.stream_id, REASON)
        assert status == 200
        event = offices.ledger.vault.read(entry)[1]
        assert str(event.trainee) in page  # type: ignore[attr-defined]
    assert len(offices.office.looks.latest()) == len(wanted)


def test_a_stream_is_found_by_its_id_and_by_an_entry(offices: Offices, somebody: TraineeRegistered) -> None:
    auditor = offices.joins("auditor", "auditor")
    stream = somebody.trainee_id
    index = offices.ledger.store.stream(stream)[0].index
    for asked in (str(stream), str(index)):
        answer = auditor.post("/console/log", of=asked)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/console/log/{stream}")
    for asked in ("", "nothing", "99999999", str(UUID(int=7))):
        assert auditor.post("/console/log", of=asked).status_code == 422
    assert auditor.get(f"/console/log/{UUID(int=7)}").status_code == 404


def test_the_list_is_for_auditors_and_administrators_and_says_when_it_was_tampered_with(
    offices: Offices, somebody: TraineeRegistered
) -> None:
    auditor, head = offices.joins("auditor", "auditor"), offices.joins("head", "administrator")
    assert look_words.NONE_YET.en in text_of(head.get("/console/looks?lang=en"))
    shown(auditor, somebody.trainee_id, REASON)
    [look] = offices.office.looks.latest()
    for browser in (auditor, head):
        page = text_of(browser.get("/console/looks?lang=en"))
        assert REASON in page
        assert f"1:{look.chain.hex()}" in page
    assert offices.joins("clerk", "registrar").get("/console/looks").status_code == 403
    offices.office.cabinet.write(lambda tables: tables.execute("UPDATE looks SET looked_at = 1"))
    assert look_words.CHAIN_BAD.en in text_of(head.get("/console/looks?lang=en"))


def test_every_personal_field_has_its_words() -> None:
    personal = {field.name for one in EVENTS.values() for field in (*one.personal, *one.printed)}
    assert set(look_words.FIELDS) == personal
