"""Public notices on a whole ledger: what is shown while they stand, what is kept and what is gone, and what leaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from ledger import commands as c
from ledger.__main__ import main
from ledger.awards import Awards, open_awards
from ledger.fsck import fsck_ledger
from ledger.handle import system_clock
from ledger.notices import PAGE, PUBLIC_FORM, Gone, Notice, Notices
from ledger.objections import expire, held, resolve, set_terms, under_way
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.projections import PROJECTIONS
from ledger.receipts import NotYetSigned
from ledger.refusals import Code
from ledger.store import BoundaryMoved
from ledger.tables import KEY_TABLES, LOG_TABLES
from ledger.upkeep import Upkeep
from tests.ledger.deciders.story import FIRST_DECISION, ONE, POSTED_ON, REGISTER, refused
from tests.ledger.lives import Life, opened
from verifier import bundle, kinds, trust
from verifier.audit import audit
from verifier.fetch import FolderLog
from verifier.record import reveal
from verifier.statement import parse

LAST_DAY = FIRST_DECISION - ONE
NAME, OBJECTOR, CONTACT, GROUNDS = REGISTER.name, "王异议", "wang-yiyi@example.org", "论文是抄来的\n证据在此"


def at(day: date) -> datetime:
    """Noon of a day in the base's own time."""
    return datetime.combine(day, time(4), UTC)


def terms(ledger: Ledger, *shows: str, kept_days: int = 30) -> c.SetNoticeTerms:
    return c.SetNoticeTerms(
        ledger.desk().new_id(), "BUREAU", shows, "依据某法", "By some law.", "office@example.org", kept_days
    )


def in_notice(ledger: Ledger, no: int = 1, posted_on: date = POSTED_ON) -> Life:
    """A person whose application is under notice."""
    life = Life(ledger)
    life.is_in_notice(no, posted_on)
    return life


def granted(life: Life, on: date = FIRST_DECISION) -> list[str]:
    return life.does(lambda desk: c.DecideApplication(life.trainee, life.application, desk.draw("AENG", 2024), on))


@contextmanager
def looked_at(ledger: Ledger) -> Iterator[tuple[Awards, Notices]]:
    """The ledger as published now."""
    Upkeep(ledger).run_once()
    with open_awards(ledger) as awards:
        yield awards, Notices(awards)


def shown(ledger: Ledger, life: Life, on: date = LAST_DAY) -> Notice | Gone:
    with looked_at(ledger) as (_, notices):
        return notices.find(notices.id_of(life.application), at(on))


def lodge(notices: Notices, life: Life, on: date = LAST_DAY, sent: bytes = b"once") -> str:
    return notices.lodge(notices.id_of(life.application), OBJECTOR, CONTACT, GROUNDS, sent, at(on))


# --- what is shown --------------------------------------------------------------------------------------------------


def test_without_terms_a_notice_shows_its_level_and_days_and_takes_no_objection(ledger: Ledger) -> None:
    life = in_notice(ledger)
    found = shown(ledger, life)
    assert isinstance(found, Notice)
    assert (found.terms, found.values, found.takes_objections) == (None, (), False)
    assert (found.level, found.authority.code) == ("assistant-engineer", "BUREAU")
    assert (found.days.posted_on, found.days.left, found.days.last) == (POSTED_ON, 1, LAST_DAY)
    with looked_at(ledger) as (_, notices):
        refused(Code.NO_TERMS, lambda: lodge(notices, life))


def test_the_terms_say_what_is_shown_and_no_more(ledger: Ledger) -> None:
    life = in_notice(ledger)
    for shows, values in (
        (("masked-name", "speciality"), (("name", NAME[0] + "**"), ("speciality", "大数据"))),
        (("recommended-by", "name"), (("recommended_by", "X"), ("name", NAME))),
        (("employer",), (("employer", "X"),)),
        ((), ()),
    ):
        assert set_terms(ledger, terms(ledger, *shows), life.actors)
        found = shown(ledger, life)
        assert isinstance(found, Notice)
        assert [field for field, _ in found.values] == [field for field, _ in values]
        assert dict(found.values).get("name") == dict(values).get("name")
        assert found.takes_objections
    assert not set_terms(ledger, terms(ledger), life.actors)


@pytest.mark.parametrize(
    ("on", "left"),
    [
        (POSTED_ON - ONE, Gone.UNKNOWN),
        (POSTED_ON, 5),
        (POSTED_ON + ONE, 5),
        (LAST_DAY, 1),
        (FIRST_DECISION, Gone.ENDED),
    ],
)
def test_it_stands_from_its_posting_through_its_last_day(ledger: Ledger, on: date, left: int | Gone) -> None:
    life = in_notice(ledger)
    found = shown(ledger, life, on)
    assert (found.days.left if isinstance(found, Notice) else found) == left
    with looked_at(ledger) as (_, notices):
        assert len(notices.listed(1, at(on)).notices) == isinstance(left, int)
        assert notices.find("A" * 24, at(on)) is Gone.UNKNOWN


def test_a_decision_an_objection_upheld_or_an_erasure_ends_it_at_once(ledger: Ledger) -> None:
    decided, erased, upheld = in_notice(ledger, 1), in_notice(ledger, 2), in_notice(ledger, 3)
    with looked_at(ledger) as (awards, notices):
        assert len(notices.listed(1, at(LAST_DAY)).notices) == 3
        granted(decided)
        erased.does(c.EraseTrainee(erased.trainee))
        upheld.does(c.ResolveObjection(upheld.trainee, upheld.application, "upheld", LAST_DAY))
        assert granted(upheld) == ["application.refused/1"]
        Upkeep(ledger).run_once()
        awards.catch_up()
        for life in (decided, erased, upheld):
            assert notices.find(notices.id_of(life.application), at(LAST_DAY)) is Gone.ENDED
        assert notices.listed(1, at(LAST_DAY)).notices == ()
    with looked_at(ledger) as (_, afresh):
        assert afresh.listed(1, at(LAST_DAY)).notices == ()
        assert afresh.find(notices.id_of(erased.application), at(LAST_DAY)) is Gone.ENDED


def test_the_list_is_paged_the_newest_first(ledger: Ledger) -> None:
    lives = [in_notice(ledger, n, POSTED_ON + (n % 2) * ONE) for n in range(PAGE + 1)]
    with looked_at(ledger) as (_, notices):
        first, second = (notices.listed(n, at(LAST_DAY)) for n in (1, 2))
        assert (len(first.notices), len(second.notices), first.pages) == (PAGE, 1, 2)
        days = [item.days.posted_on for item in (*first.notices, *second.notices)]
        assert days == sorted(days, reverse=True)
        ids = {item.id for item in (*first.notices, *second.notices)}
        assert ids == {notices.id_of(life.application) for life in lives}
        assert notices.listed(99, at(LAST_DAY)) == second
        assert notices.listed(-1, at(LAST_DAY)) == first


def test_what_is_not_published_yet_or_cannot_be_counted_is_not_shown(ledger: Ledger) -> None:
    in_notice(ledger)
    with looked_at(ledger) as (awards, notices):
        new = in_notice(ledger, 2)
        awards.catch_up()
        assert notices.listed(1, at(LAST_DAY)).unchecked == 1
        with pytest.raises(NotYetSigned):
            notices.find(notices.id_of(new.application), at(LAST_DAY))
    late = in_notice(ledger, 3, date(2026, 12, 30))
    with looked_at(ledger) as (_, notices):
        found = notices.find(notices.id_of(late.application), at(date(2027, 1, 1)))
        assert isinstance(found, Notice)
        assert (found.days.left, found.days.last, found.days.uncounted) == (4, None, 2027)
        listed = notices.listed(1, at(date(2027, 1, 2)))
        assert (len(listed.notices), listed.unchecked) == (0, 1)


# --- objections -----------------------------------------------------------------------------------------------------


def test_an_objection_from_the_form_to_its_erasure(ledger: Ledger) -> None:
    life = in_notice(ledger)
    set_terms(ledger, terms(ledger, "name"), life.actors)
    with looked_at(ledger) as (awards, notices):
        link = lodge(notices, life)
        assert lodge(notices, life) == link, "sent twice, recorded once"
        there = notices.lodged(link)
        assert there is not None
        assert (there.published, there.outcome, there.kept_until) == (False, "pending", None)
        with pytest.raises(NotYetSigned):
            notices.receipt(link)
        # It blocks the decision at once, and its answer opens the way.
        refused(Code.WRONG_STEP, lambda: granted(life))
        awards.catch_up()
        (item,) = under_way(awards, LAST_DAY)
        assert (item.lodged, item.unanswered) == (1, 1)
        (kept,) = held(awards)
        resolve(ledger, kept.event.objection_id, "dismissed", life.actors, LAST_DAY)
        assert granted(life) == ["title.granted/1"]
        Upkeep(ledger).run_once()
        awards.catch_up()
        there = notices.lodged(link)
        assert there is not None
        assert (there.published, there.outcome) == (True, "dismissed")
        assert there.kept_until == FIRST_DECISION + 30 * ONE
        _receipt_is_good(notices, link, life)
        assert fsck_ledger(ledger).findings == ()
        # Nobody erases it before its time, and nobody alone.
        refused(Code.KEPT_YET, lambda: life.does(c.EraseObjection(kept.event.objection_id, there.kept_until)))  # type: ignore[union-attr, arg-type]
        assert expire(awards, life.actors, there.kept_until) == 0
        refused(Code.NO_APPROVER, lambda: expire(awards, Actors(life.actors.proposer), FIRST_DECISION + 31 * ONE))
        assert expire(awards, life.actors, FIRST_DECISION + 31 * ONE) == 1
        awards.catch_up()
        assert (held(awards), notices.lodged(link)) == ([], None)
        assert ledger.data_keys.get(kept.event.objection_id) is None
        refused(Code.ERASED, lambda: life.does(c.EraseObjection(kept.event.objection_id, FIRST_DECISION + 31 * ONE)))
    Upkeep(ledger).run_once()
    assert fsck_ledger(ledger).findings == ()
    report = audit(FolderLog(ledger.public), trust.parse((ledger.public / "trust.txt").read_text("utf-8")), processes=0)
    assert report.problems == []


def _receipt_is_good(notices: Notices, link: str, life: Life) -> None:
    data = notices.receipt(link)
    assert data is not None
    read = bundle.parse(data)
    event = reveal(read.statement.record, read.disclosures)
    assert isinstance(event, kinds.ObjectionLodged)
    assert (event.name, event.contact, event.grounds, event.lodged_on) == (OBJECTOR, CONTACT, GROUNDS, LAST_DAY)
    assert event.notice == notices.id_of(life.application)
    assert life.application.bytes not in data, "the objector does not learn the application's stream"


def test_who_objects_finds_nothing_of_the_application_beside_the_own_entry(ledger: Ledger) -> None:
    life = in_notice(ledger)
    set_terms(ledger, terms(ledger, "name"), life.actors)
    with looked_at(ledger) as (_, notices):
        before = ledger.store.head().size
        lodge(notices, life)
    entries = ledger.store.entries(before, 100)
    assert [entry.topic for entry in entries] == ["objection.lodged/1"]
    assert parse(entries[0].statement).record.envelope.actors == (PUBLIC_FORM,)


def test_nothing_published_tells_which_notice_is_whose(ledger: Ledger) -> None:
    life = in_notice(ledger)
    set_terms(ledger, terms(ledger, "name"), life.actors)
    with looked_at(ledger) as (_, notices):
        link, page = lodge(notices, life), notices.id_of(life.application)
        Upkeep(ledger).run_once()
    published = b"".join(path.read_bytes() for path in ledger.public.rglob("*") if path.is_file())
    values = (NAME, OBJECTOR, CONTACT, *GROUNDS.split("\n"), link, page, page.lower())
    for value in values:
        assert value.encode() not in published
    # The id is no hash that somebody could recompute: another ledger's key gives another.
    assert len(page) == 24


def test_an_erased_objector_and_an_ended_notice_leave_no_value_in_any_table(ledger: Ledger, address: str) -> None:
    life = in_notice(ledger)
    set_terms(ledger, terms(ledger, "name", kept_days=0), life.actors)
    with looked_at(ledger) as (awards, notices):
        link = lodge(notices, life)
        assert len(notices.listed(1, at(LAST_DAY)).notices) == 1
        awards.catch_up()
        resolve(ledger, held(awards)[0].event.objection_id, "dismissed", life.actors, LAST_DAY)
        granted(life)
        awards.catch_up()
        expire(awards, life.actors, FIRST_DECISION + ONE)
        there = b"".join(_cells(ledger, awards))
    assert life.application.bytes in there
    if "://" not in address:
        there += b"".join(path.read_bytes() for path in Path(address).rglob("*") if path.is_file())
    for value in (NAME, OBJECTOR, CONTACT, *GROUNDS.split("\n"), link):
        assert value.encode() not in there, value


def _cells(ledger: Ledger, awards: Awards) -> Iterator[bytes]:
    """Every value of every table, those of the views too."""
    rows: list[Any] = [
        row for view in PROJECTIONS for table in view.tables for row in awards.views.select(f"SELECT * FROM {table}")
    ]
    for names, read in ((LOG_TABLES, ledger.place.open_tables), (KEY_TABLES, ledger.place.open_key_tables)):
        with closing(read()) as tables:
            rows += [list(row.values()) for table in names for row in tables.rows(table)]
    for value in (value for row in rows for value in row):
        yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def test_what_is_decided_and_what_is_lodged_meanwhile_do_not_miss_each_other(ledger: Ledger) -> None:
    life = in_notice(ledger)
    set_terms(ledger, terms(ledger), life.actors)
    with looked_at(ledger) as (_, notices):
        desk = ledger.desk()
        drawn = desk.draw("AENG", 2024)
        desk.decide(c.DecideApplication(life.trainee, life.application, drawn, FIRST_DECISION), life.actors)
        late = ledger.desk()
        lodging = c.LodgeObjection(
            late.new_id(), life.trainee, life.application, "N", OBJECTOR, CONTACT, GROUNDS, "L" * 24, LAST_DAY
        )
        late.decide(lodging, Actors(PUBLIC_FORM))
        lodge(notices, life)
        with pytest.raises(BoundaryMoved):
            desk.flush(life.actors)
        with pytest.raises(BoundaryMoved):
            late.flush(Actors(PUBLIC_FORM))
        third = ledger.desk()
        third.decide(replace(lodging, objection=third.new_id()), Actors(PUBLIC_FORM))
        life.does(c.ResolveObjection(life.trainee, life.application, "dismissed", LAST_DAY, _only(ledger, life)))
        granted(life)
        with pytest.raises(BoundaryMoved):
            third.flush(Actors(PUBLIC_FORM))


def _only(ledger: Ledger, life: Life) -> UUID:
    (lodged,) = ledger.desk().objections_to(life.application)
    return lodged.objection_id


def test_many_at_once_are_all_recorded_each_in_its_place(ledger: Ledger) -> None:
    life = in_notice(ledger)
    set_terms(ledger, terms(ledger), life.actors)
    with looked_at(ledger) as (_, notices):
        threads = [Thread(target=lodge, args=(notices, life, LAST_DAY, b"%d" % n)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(item.place for item in ledger.desk().objections_to(life.application)) == [1, 2, 3, 4, 5, 6]  # type: ignore[type-var]
    assert fsck_ledger(ledger).findings == ()


def test_the_form_may_record_objections_and_nothing_else(ledger: Ledger) -> None:
    life = in_notice(ledger)
    set_terms(ledger, terms(ledger), life.actors)
    desk = ledger.desk()
    resolving = c.ResolveObjection(life.trainee, life.application, "dismissed", LAST_DAY)
    refused(Code.MISSING_ROLE, lambda: desk.execute(resolving, Actors(PUBLIC_FORM)))
    lodging = c.LodgeObjection(
        desk.new_id(), life.trainee, life.application, "N", OBJECTOR, CONTACT, GROUNDS, "L" * 24, LAST_DAY
    )
    refused(Code.MISSING_ROLE, lambda: desk.execute(lodging, life.actors))


def test_an_objection_outside_of_its_notice_is_a_finding(ledger: Ledger) -> None:
    """Only who has the ledger's keys could record one; `fsck` opens the days and counts."""
    life = in_notice(ledger)
    set_terms(ledger, terms(ledger), life.actors)
    with looked_at(ledger) as (_, notices):
        lodge(notices, life)
    worked = ledger.desk().base.catalogue.calendars[2024]
    days = (POSTED_ON + n * ONE for n in range(9))
    weekends = frozenset(day for day in days if day.weekday() >= 5)
    assert fsck_ledger(ledger).findings == ()
    life.does(
        c.AdoptCalendar(ledger.desk().new_id(), replace(worked, make_up_days=weekends, days_off=frozenset()), "another")
    )
    (finding,) = fsck_ledger(ledger).findings
    assert "while its notice did not stand" in finding.message


# --- ledgers that were made before ----------------------------------------------------------------------------------

NEW = {"notice.terms-set", "objection.lodged", "objection.erased"}


def _made_before(ledger: Ledger, actors: Actors) -> None:
    """Puts keys that know nothing of notices in the place of those that do."""
    desk = ledger.desk()
    for signer in [item for item in ledger.keystore.signers() if item.kinds & NEW]:
        older = ledger.keystore.create(signer.organisation, "base", signer.kinds - NEW, desk.randomness(32))
        kinds_of = tuple(sorted(older.kinds))
        desk.decide(c.AuthoriseKey(signer.organisation, older.public_key, kinds_of, "base"), actors)
        desk.decide(c.RetireKey(signer.kid), actors)
    desk.flush(actors)


def test_a_ledger_made_before_says_what_it_lacks_and_gets_it_with_the_terms(ledger: Ledger) -> None:
    life = in_notice(ledger)
    _made_before(ledger, life.actors)
    refused(Code.NO_KEY, lambda: life.does(terms(ledger)))
    assert isinstance(shown(ledger, life), Notice)
    assert set_terms(ledger, terms(ledger), life.actors)
    with looked_at(ledger) as (_, notices):
        lodge(notices, life)
    Upkeep(ledger).run_once()
    assert fsck_ledger(ledger).findings == ()


def test_an_authority_that_holds_its_own_key_is_not_signed_for(ledger: Ledger) -> None:
    life = in_notice(ledger)
    desk = ledger.desk()
    for signer in [item for item in ledger.keystore.signers() if item.organisation == "BUREAU"]:
        desk.execute(c.RetireKey(signer.kid), life.actors)
    before = ledger.store.head().size
    refused(Code.NO_KEY, lambda: set_terms(ledger, terms(ledger), life.actors))
    assert ledger.store.head().size == before


# --- at the terminal ------------------------------------------------------------------------------------------------

TERMS = """
authority = "BUREAU"
shows = ["masked-name"]
basis_zh = "依据"
basis_en = "By some law."
reached_at = "office@example.org"
kept_days = 0
"""


def run(address: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--ledger", address])


@pytest.fixture
def ledger_of_now(address: str) -> Iterator[Ledger]:
    with opened(address, system_clock) as made:
        yield made


def test_the_authority_at_a_terminal(ledger_of_now: Ledger, address: str, tmp_path: Path) -> None:
    ledger, posted_on = ledger_of_now, date(2026, 9, 3)
    life = in_notice(ledger, posted_on=posted_on)
    file = tmp_path / "terms.toml"
    file.write_text(TERMS, encoding="utf-8")
    assert json.loads(run(address, "notice-terms", str(file), "--json").stdout) == {"authority": "BUREAU", "new": True}
    assert run(address, "notice-terms", str(file)).stdout == "as they were: nothing recorded\n"
    with looked_at(ledger) as (_, notices):
        lodge(notices, life, posted_on)
    (notice,) = json.loads(run(address, "notices", "--json").stdout)["notices"]
    assert notice["page"].endswith(f"/n/{notices.id_of(life.application)}")
    assert (notice["posted_on"], notice["last_day"]) == ("2026-09-03", "2026-09-10")
    assert (notice["objections"], notice["unanswered"]) == (1, 1)
    assert "1 objections, 1 unanswered" in run(address, "notices").stdout
    (there,) = json.loads(run(address, "objections", "--json").stdout)["objections"]
    assert (there["name"], there["grounds"], there["outcome"]) == (OBJECTOR, GROUNDS, "pending")
    assert CONTACT in run(address, "objections").stdout
    assert run(address, "resolve-objection", there["objection"], "dismissed").exit_code == 0
    again = run(address, "resolve-objection", there["objection"], "upheld")
    assert (again.exit_code, "(unknown-value)" in again.stderr) == (1, True)
    assert json.loads(run(address, "objections", "--expire", "--json").stdout) == {"erased": 0}
    life.does(c.EraseTrainee(life.trainee))
    assert "OVERDUE" in run(address, "objections").stdout
    assert run(address, "objections", "--expire").stdout == "erased       1 objectors\n"
    assert run(address, "objections").stdout == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kept_days = 0", "", "kept_days is missing"),
        ("kept_days = 0", 'kept_days = "30"', "kept_days is missing, or not what it should be"),
        ('["masked-name"]', "[1]", "shows is not a list of words"),
        ("authority", "autority", "autority is no key of a notice's terms"),
        ('"依据"', "依据", "is not TOML"),
    ],
)
def test_a_file_of_terms_that_is_none_says_where(
    ledger: Ledger, address: str, tmp_path: Path, old: str, new: str, told: str
) -> None:
    file = tmp_path / "terms.toml"
    file.write_text(TERMS.replace(old, new, 1), encoding="utf-8")
    answer = run(address, "notice-terms", str(file))
    assert answer.exit_code == 2
    assert told in answer.stderr
    assert str(file) in answer.stderr
