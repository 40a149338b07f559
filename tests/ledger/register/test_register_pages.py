"""Pages by cursor: newcomers and erasures between two pages move nothing; what is no cursor is told."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import date

import pytest

from ledger import commands as c
from ledger.open import Ledger
from ledger.register.paging import MOST_ROWS, Total, read_cursor, write_cursor
from ledger.register.reading import Register, open_register
from ledger.register.scope import Scope
from tests.api.whole_ledger import TODAY, do
from tests.ledger.deciders.story import REGISTER
from verifier import cbor
from verifier.errors import Malformed


def registered(ledger: Ledger, number: int, on: date) -> None:
    identity = {"trainee_no": f"N{number}", "id_type": "passport", "id_number": f"N{number:07}"}
    who = ledger.desk().new_person()
    do(ledger, replace(REGISTER, trainee=who, employer=None, on=on, **identity))  # type: ignore[arg-type]


def test_newcomers_move_no_page(ledger: Ledger, register: Register) -> None:
    before = register.people(limit=500).rows
    first = register.people(limit=4)
    registered(ledger, 1, TODAY)
    register.catch_up()
    registered(ledger, 2, before[3].registered_on)
    register.catch_up()
    found, after = list(first.rows), first.next
    while after is not None:
        page = register.people(limit=4, after=after)
        found, after = [*found, *page.rows], page.next
    old = {line.who.trainee_no for line in before}
    assert [line for line in found if line.who.trainee_no in old] == list(before)
    assert register.people(limit=1).rows[0].who.trainee_no == "N1"
    assert register.people().total == Total(len(before) + 2)


def test_an_erasure_shortens_a_page_and_the_next_goes_on(ledger: Ledger, register: Register) -> None:
    first, second, third, *rest = register.people(limit=6).rows
    page = register.people(limit=3)
    do(ledger, c.EraseTrainee(second.who.subject))
    again = register.people(limit=3)
    assert (again.rows, again.next) == ((first, third), page.next)
    register.catch_up()
    assert register.people(limit=3, after=page.next).rows == tuple(rest)
    assert register.people(limit=3).rows == (first, third, rest[0])


def test_what_is_no_cursor_of_this_list_is_malformed(register: Register) -> None:
    of_people = register.people(limit=1).next
    of_cohorts = register.cohorts(limit=1).next
    assert of_people is not None
    assert of_cohorts is not None
    for cursor in (of_cohorts, "", "*", of_people[:-2], "日本", "A", of_people + of_people):
        with pytest.raises(Malformed):
            register.people(after=cursor)
    for value in (["people", 1, b""], ["people", "2020-01-01"], {}, ["people", "\x00", b""], "people"):
        with pytest.raises(Malformed):
            register.people(after=urlsafe_b64encode(cbor.encode(value)).decode())
    with pytest.raises(Malformed):
        register.titles(TODAY, after=of_people)


def test_a_cursor_names_a_place_that_needs_not_be_there(register: Register) -> None:
    everybody = register.people(limit=500).rows
    assert register.people(limit=500, after=write_cursor("people", ("9999", b"x"))).rows == everybody
    assert register.people(after=write_cursor("people", ("0001", b""))).rows == ()
    assert read_cursor("people", write_cursor("people", ("2020-01-01", b"\x00\xff"))) == ("2020-01-01", b"\x00\xff")


def test_pages_have_at_least_one_row_and_not_too_many(register: Register) -> None:
    assert len(register.people(limit=0).rows) == len(register.people(limit=-5).rows) == 1
    assert len(register.people(limit=10 * MOST_ROWS).rows) == register.people().total.count


def test_a_total_says_that_there_are_more(ledger: Ledger, register: Register) -> None:
    few = Register(ledger, register.views, counted=3)
    assert few.people().total == Total(3, more=True)
    assert few.people(search=few.people().rows[0].who.trainee_no).total == Total(1)
    exactly = Register(ledger, register.views, counted=register.people().total.count)
    assert exactly.people().total == register.people().total


def test_a_search_stays_within_its_scope(register: Register) -> None:
    everybody = register.people(limit=500).rows
    employed = next(line for line in everybody if line.employer == "ENT-02")
    within, without = Scope("ENT-02"), Scope("CQEDU")
    for search in (employed.who.name, employed.who.trainee_no):
        assert employed in register.people(within, search=search).rows
        assert register.people(without, search=search).rows == ()
    assert register.people(without).rows == ()
    assert register.cohorts(without).rows == ()


def test_where_no_calendar_says_it_nothing_is_said_of_days(register: Register) -> None:
    far = date(2150, 6, 1)
    assert (register.waiting(far).due, register.waiting(far).running) == (None, None)
    assert register.waiting(TODAY).due is not None


def test_two_readers_follow_one_register(ledger: Ledger, register: Register) -> None:
    with open_register(ledger) as other:
        registered(ledger, 7, TODAY)
        assert other.catch_up() == register.catch_up() == register.shown() == ledger.store.head().size
        assert other.people(limit=500) == register.people(limit=500)


def test_it_follows_the_log_by_itself(ledger: Ledger, register: Register) -> None:
    gone = register.people(limit=1).rows[0].who.subject
    with register.live() as live:
        do(ledger, c.EraseTrainee(gone))
        assert live.wait(ledger.store.head().size, timeout=30)
    rows = register.views.select("SELECT COUNT(*) AS n FROM name_tokens WHERE subject = ?", (gone.bytes,))
    assert rows[0]["n"] == 0


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "'; DROP TABLE people; --", "%", "_", "?", "x" * 5000])
def test_any_text_may_be_asked_for(register: Register, text: str) -> None:
    assert register.people(search=text).rows == ()
    assert register.enrolments(text).rows == register.enrolments("BDI-2022A", status=text).rows == ()
    assert register.cohorts(programme=text).rows == ()
    assert register.applications(step=text, level=text).rows == register.titles(TODAY, level=text).rows == ()
    for place in (("2020-01-01", b"\xff"), ("2020-01-01", b"\x00")):
        with pytest.raises(Malformed):
            register.cohorts(after=write_cursor("cohorts", place))


def test_one_person_is_shown_within_a_scope(ledger: Ledger, register: Register) -> None:
    line = next(item for item in register.people(limit=500).rows if item.employer == "ENT-02")
    assert register.person(line.who.subject) == register.person(line.who.subject, Scope("ENT-02")) == line
    assert register.person(line.who.subject, Scope("CQEDU")) is None
    assert register.person(ledger.desk().new_id()) is None


def test_one_cohort_is_shown_within_a_scope(register: Register) -> None:
    for line in register.cohorts().rows:
        assert register.cohort(line.cohort) == register.cohort(line.cohort, Scope(line.certified_by)) == line
        assert register.cohort(line.cohort, Scope("CQEDU")) is None
    assert register.cohort("no such cohort") is None
    assert register.cohort("\x00") is None
