"""Requests of programs: done once, answered the same, and never on what changed since it was read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ledger import commands as c
from ledger.command_forms import BadForm, to_plain
from ledger.office import forms
from ledger.office.asking import Answer, Asked, ask
from ledger.office.opening import Office
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal
from tests.ledger.deciders.story import COHORT, ENROLLED_ON, REGISTER, REQUESTED_ON, STARTS, D
from tests.ledger.deciders.test_decide_base import ADOPT
from tests.ledger.lives import Life
from tests.ledger.office.conftest import join


@pytest.fixture
def life(office: Office) -> Life:
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    return life


NEWCOMER = replace(REGISTER, id_type="passport", id_number="E7000001")
"""By the intake's rules, which hold for programs too."""


@pytest.fixture
def clerk(office: Office) -> Member:
    return join(office, "clerk", "registrar", "approver")


@pytest.fixture
def head(office: Office) -> Member:
    return join(office, "head", "approver")


def plain(command: c.Command) -> dict[str, object]:
    settled = forms.SETTLED.get(type(command), ())
    return {key: value for key, value in to_plain(command).items() if key not in settled}


def attendance(life: Life, hours: int = 1) -> dict[str, object]:
    return plain(c.RecordAttendance(life.trainee, COHORT, "M1", D(hours), STARTS))


def certification(life: Life) -> dict[str, object]:
    return {"trainee": str(life.trainee), "cohort": COHORT, "on": REQUESTED_ON.isoformat()}


def size(office: Office) -> int:
    return office.ledger.store.head().size


def test_a_person_is_registered_and_enrolled_by_ids_drawn_here(office: Office, clerk: Member) -> None:
    before = size(office)
    answer = ask(office, clerk, Asked("register-trainee", plain(NEWCOMER), "1"))
    (placed,) = answer.recorded
    assert (placed.type, placed.version, placed.index) == ("trainee.registered/1", 1, before)
    assert answer.drawn == {"trainee": str(placed.stream)}
    enrol = {"trainee": str(placed.stream), "cohort": COHORT, "on": ENROLLED_ON.isoformat()}
    enrolled = ask(office, clerk, Asked("enrol", enrol, "2"))
    assert enrolled.drawn == {"enrolment": str(enrolled.recorded[0].stream)}
    assert list(office.ledger.desk().dossier(placed.stream).enrolments) == [enrolled.recorded[0].stream]


def test_the_same_again_is_answered_the_same_and_done_once(office: Office, clerk: Member, life: Life) -> None:
    asked = Asked("record-attendance", attendance(life), "k")
    before = size(office)
    answers = [ask(office, clerk, asked) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert size(office) == before + 1
    assert ask(office, clerk, replace(asked, key="l")) != answers[0], "another key is another request"
    with pytest.raises(Refusal) as refused:
        ask(office, clerk, replace(asked, form=attendance(life, 2)))
    assert refused.value.code is Code.IDEMPOTENCY_MISMATCH


def test_many_at_once_are_one(office: Office, clerk: Member) -> None:
    before = size(office)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: ask(office, clerk, Asked("register-trainee", plain(NEWCOMER), "k")), range(8))
        )
    assert len({answer.recorded for answer in answers}) == 1
    assert size(office) == before + 1


def test_a_lost_answer_is_found_again(office: Office, clerk: Member) -> None:
    """As after a crash between the record and the note of what was answered."""
    asked = Asked("register-trainee", plain(NEWCOMER), "k")
    first = ask(office, clerk, asked)
    office.cabinet.write(lambda tables: tables.execute("UPDATE repeats SET answer = ?", (b"",)))
    assert ask(office, clerk, asked) == first


def test_what_needs_two_is_proposed_once_with_all_drawn(
    office: Office, clerk: Member, head: Member, life: Life
) -> None:
    asked = Asked("request-certification", certification(life), "k", "spring")
    first = ask(office, clerk, asked)
    assert first.recorded == ()
    assert first.proposal is not None
    (command,) = office.proposals.commands(first.proposal)
    assert isinstance(command, c.RequestCertification)
    assert first.drawn == {"drawn": to_plain(command.drawn)}
    assert command.drawn.number.startswith("BDI-2024-")
    # Carried out meanwhile, and the answer lost: the rules would refuse it now, and still it is the same request.
    office.proposals.approve(first.proposal, head, 1)
    assert office.proposals.carry_out(first.proposal).state == "done"
    office.cabinet.write(lambda tables: tables.execute("UPDATE repeats SET answer = ?", (b"",)))
    assert ask(office, clerk, asked) == replace(first, drawn={})
    assert len(office.proposals.all()) == 1


def test_what_is_as_asked_already_records_nothing(office: Office, clerk: Member) -> None:
    adopt = plain(replace(ADOPT, calendar_id=REGISTER.trainee))
    assert ask(office, clerk, Asked("adopt-calendar", adopt, "k")) == Answer((), None, {})


def test_a_refused_request_may_come_again(office: Office, clerk: Member, life: Life) -> None:
    asked = Asked("record-attendance", attendance(life) | {"module": "M9"}, "k")
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            ask(office, clerk, asked)
        assert refused.value.code is Code.UNKNOWN_VALUE


def test_only_what_did_not_change_since_it_was_read(office: Office, clerk: Member, life: Life) -> None:
    revision = sum(office.ledger.desk().dossier(life.trainee).versions.values())
    asked = Asked("record-attendance", attendance(life), "1", revisions=(revision,))
    ask(office, clerk, asked)
    with pytest.raises(Refusal) as refused:
        ask(office, clerk, replace(asked, key="2"))
    assert refused.value.code is Code.PRECONDITION_FAILED
    assert ask(office, clerk, asked).recorded, "the same request is answered whatever came after it"
    ask(office, clerk, replace(asked, key="3", revisions=(revision, revision + 1)))
    for name, form in (("register-trainee", plain(NEWCOMER)), ("adopt-calendar", plain(ADOPT))):
        with pytest.raises(Refusal) as refused:
            ask(office, clerk, Asked(name, form, "4" + name, revisions=(0, 1)))
        assert refused.value.code is Code.PRECONDITION_FAILED, "nothing was read of what is not there"


def test_of_two_on_one_revision_one_is_too_late(office: Office, clerk: Member, life: Life) -> None:
    revision = sum(office.ledger.desk().dossier(life.trainee).versions.values())

    def one(n: int) -> Code | None:
        try:
            ask(office, clerk, Asked("record-attendance", attendance(life), str(n), revisions=(revision,)))
        except Refusal as refusal:
            return refusal.code
        return None

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(one, range(6)))
    assert sorted(told, key=str) == [None, *[Code.PRECONDITION_FAILED] * 5]


def test_the_role_is_asked_before_anything_is_decided(office: Office, life: Life) -> None:
    reader, admin = join(office, "reader", "auditor"), join(office, "admin", "administrator")
    for member, asked in (
        (reader, Asked("record-attendance", attendance(life), "k")),
        (reader, Asked("adopt-calendar", plain(ADOPT), "k")),  # as it is already: nothing would be recorded for it
        (admin, Asked("record-attendance", attendance(life), "k")),
        (join(office, "clerk", "registrar"), Asked("retire-key", {"kid": "00"}, "k")),
    ):
        with pytest.raises(Refusal) as refused:
            ask(office, member, asked)
        assert refused.value.code is Code.MISSING_ROLE
        assert member.pseudonym in refused.value.message


def test_what_is_not_in_its_form_takes_no_key(office: Office, clerk: Member, life: Life) -> None:
    with pytest.raises(BadForm) as refused:
        ask(office, clerk, Asked("record-attendance", attendance(life) | {"trainee_id": 1}, "k"))
    assert refused.value.place == "trainee_id"
    assert ask(office, clerk, Asked("record-attendance", attendance(life), "k")).recorded
