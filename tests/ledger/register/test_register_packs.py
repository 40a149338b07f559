"""What the register lists is what must come of the packs, and the pictures are counts of that."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from statistics import median_low
from typing import Any, TypeVar

import pytest

from ledger.projections.register.rows import TABLES
from ledger.register import pictures
from ledger.register.lines import ApplicationLine, CertificateLine, EnrolmentLine, TitleLine
from ledger.register.paging import Page
from ledger.register.reading import Register
from ledger.register.scope import Scope
from tests.api.whole_ledger import TODAY
from tests.ledger.register.conftest import Packed
from tests.ledger.register.tables import rows_of
from verifier.standing import Standing

T = TypeVar("T")


def every(read: Callable[[str | None], Page[T]]) -> list[T]:
    """All rows of a list, page by page."""
    found: list[T] = []
    after: str | None = None
    while True:
        page = read(after)
        found += page.rows
        after = page.next
        if after is None:
            return found


def enrolments(register: Register) -> Iterator[EnrolmentLine]:
    for cohort in every(lambda after: register.cohorts(after=after)):
        yield from every(lambda after, code=cohort.cohort: register.enrolments(code, after=after))  # type: ignore[misc]


def certificates(register: Register, **filters: Any) -> list[CertificateLine]:
    return every(lambda after: register.certificates(TODAY, after=after, **filters))


def applications(register: Register, **filters: Any) -> list[ApplicationLine]:
    return every(lambda after: register.applications(after=after, **filters))


def titles(register: Register, **filters: Any) -> list[TitleLine]:
    return every(lambda after: register.titles(TODAY, after=after, **filters))


def expected(packed: Packed, name: str) -> list[dict[str, str]]:
    with (packed.pack / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def test_certificates_are_those_of_the_pack(packed: Packed) -> None:
    wanted = Counter(
        (row["trainee_no"], row["cohort"], row["total"], row["awarded_on"], row["expires_on"], bool(row["revoked_on"]))
        for row in expected(packed, "certificates")
        if row["outcome"] == "awarded"
    )
    listed = certificates(packed.register)
    assert wanted == Counter(
        (
            line.who.trainee_no,
            line.cohort,
            str(line.total),
            text(line.awarded_on),
            text(line.expires_on),
            line.standing is Standing.REVOKED,
        )
        for line in listed
    )
    assert listed == sorted(listed, key=lambda line: (line.awarded_on, line.certificate.bytes), reverse=True)


def test_enrolments_end_as_the_pack_says(packed: Packed) -> None:
    wanted: dict[tuple[str, str], tuple[str, str]] = {}
    for row in expected(packed, "certificates"):
        key = row["trainee_no"], row["cohort"]
        if wanted.get(key, ("", ""))[0] != "certified":
            status = {"awarded": "certified"}.get(row["outcome"], "refused")
            wanted[key] = ("withdrawn" if row["reason"] == "withdrawn" else status, row["reason"])
    listed = {(line.who.trainee_no, line.cohort): line for line in enrolments(packed.register)}
    assert wanted == {
        key: (line.status, line.refused_for or "") for key, line in listed.items() if line.asked_on is not None
    }
    # Rule 2 comes before 3 to 5: who was refused by one of these had attended enough, who was refused by 2 had not.
    for line in listed.values():
        if line.status == "certified" or line.refused_for in ("assessment-missing", "assessment-failed"):
            assert line.trained
        if line.refused_for == "attendance":
            assert not line.trained


def test_applications_and_titles_are_those_of_the_pack(packed: Packed) -> None:
    columns = ("application_no", "trainee_no", "level", "reason", "policy", "route")
    wanted = Counter(tuple(row[column] for column in columns) for row in expected(packed, "titles"))
    listed = applications(packed.register)
    assert wanted == Counter(
        (line.application_no, line.who.trainee_no, line.level, line.reason or "", line.policy or "", line.route or "")
        for line in listed
    )
    open_ones = {line.application_no for line in listed if line.ended_on is None}
    assert open_ones == {
        row["application_no"] for row in expected(packed, "titles") if row["reason"] == "notice-too-short"
    }
    numbers = {line.application: line.application_no for line in listed}
    assert Counter(
        (numbers[t.application], text(t.granted_on), t.standing is Standing.REVOKED) for t in titles(packed.register)
    ) == Counter(
        (row["application_no"], row["granted_on"], bool(row["revoked_on"]))
        for row in expected(packed, "titles")
        if row["outcome"] == "granted"
    )


def test_cohorts_are_counted(packed: Packed) -> None:
    listed = list(enrolments(packed.register))
    for cohort in every(lambda after: packed.register.cohorts(after=after, limit=2)):
        mine = [line for line in listed if line.cohort == cohort.cohort]
        assert cohort.enrolled == len(mine) == packed.ledger.desk().places_taken(cohort.cohort)
        assert cohort.trained == sum(line.trained for line in mine)
        assert cohort.certified == sum(line.status == "certified" for line in mine)
        assert cohort.withdrawn == sum(line.status == "withdrawn" for line in mine)


def test_everybody_is_found_by_number_and_by_name(packed: Packed) -> None:
    register = packed.register
    everybody = every(lambda after: register.people(after=after, limit=100))
    with (packed.pack / "roster.csv").open(encoding="utf-8-sig", newline="") as file:
        roster = {row["trainee_no"]: row for row in csv.DictReader(file)}
    assert {line.who.trainee_no for line in everybody} == roster.keys()
    for line in everybody[:40]:
        row = roster[line.who.trainee_no]
        for search in (row["trainee_no"], row["id_number"], row["id_number"].lower()):
            assert [found.who.subject for found in register.people(search=search).rows] == [line.who.subject]
        for search in (line.who.name, line.who.name[:2]):
            found = every(lambda after, words=search: register.people(search=words, after=after, limit=3))  # type: ignore[misc]
            assert line in found
    for application in applications(register)[:10]:
        there = register.people(search=application.application_no).rows
        assert application.who in [found.who for found in there]
    assert register.people(search="nobody of this name").rows == ()
    assert register.people(search="··").rows == ()


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_every_page_goes_on_where_the_last_one_ended(packed: Packed, limit: int) -> None:
    register = packed.register
    code = register.cohorts().rows[0].cohort
    reads: list[Callable[..., Page[Any]]] = [
        register.cohorts,
        lambda **way: register.people(Scope("ENT-01"), **way),
        lambda **way: register.enrolments(code, **way),
        lambda **way: register.titles(TODAY, **way),
    ]
    for read in reads:
        whole = read(limit=500)
        assert whole.next is None
        assert whole.total.count == len(whole.rows) > 0
        pages = every(lambda after, read=read: read(after=after, limit=limit))  # type: ignore[misc]
        assert pages == list(whole.rows)


def test_filters_take_what_they_name(packed: Packed) -> None:
    register = packed.register
    everything = certificates(register)
    for year in {line.awarded_on.year for line in everything}:
        assert certificates(register, year=year) == [line for line in everything if line.awarded_on.year == year]
    for cohort in {line.cohort for line in everything}:
        assert certificates(register, cohort=cohort) == [line for line in everything if line.cohort == cohort]
    for programme in {line.programme for line in everything}:
        assert certificates(register, programme=programme) == [x for x in everything if x.programme == programme]
    for standing in Standing:
        assert certificates(register, standing=standing) == [x for x in everything if x.standing is standing]
        assert titles(register, standing=standing) == [x for x in titles(register) if x.standing is standing]
    for step in ("filed", "eligible", "panel", "notice", "granted", "refused"):
        assert applications(register, step=step) == [x for x in applications(register) if x.step == step]
    code = everything[0].cohort
    assert {line.status for line in register.enrolments(code, status="certified").rows} == {"certified"}


def test_a_scope_shows_what_an_organisation_has_to_do_with(packed: Packed) -> None:
    register = packed.register
    runs = {line.cohort: line for line in every(lambda after: register.cohorts(after=after))}
    people = {line.who.subject: line for line in every(lambda after: register.people(after=after))}
    trained, asked = list(enrolments(register)), applications(register)
    for code in packed.ledger.desk().base.organisations:
        scope = Scope(code)
        own = {run for run, line in runs.items() if code in (line.taught_by, line.certified_by)}
        applicants = {x.who.subject for x in asked if code in (x.recommended_by, x.authority)}
        employees = {subject for subject, line in people.items() if line.employer == code}
        enrolled = {line.who.subject for line in trained if line.cohort in own}
        assert {line.cohort for line in register.cohorts(scope).rows} == own
        seen = every(lambda after, scope=scope: register.people(scope, after=after))  # type: ignore[misc]
        assert {line.who.subject for line in seen} == applicants | employees | enrolled
        assert [line.certificate for line in certificates(register, scope=scope)] == [
            line.certificate
            for line in certificates(register)
            if line.cohort in own or line.who.subject in applicants | employees
        ]
        assert [line.application for line in applications(register, scope=scope)] == [
            x.application for x in asked if code in (x.recommended_by, x.authority) or x.who.subject in employees
        ]
        its = {x.application for x in asked if code in (x.recommended_by, x.authority)}
        assert [line.title for line in titles(register, scope=scope)] == [
            x.title for x in titles(register) if x.application in its or x.who.subject in employees
        ]


@pytest.mark.parametrize("by", ["cohort", "programme", "taught_by", "certified_by", "employer"])
def test_the_funnel_narrows(packed: Packed, by: pictures.By) -> None:
    register = packed.register
    runs = {line.cohort: line for line in every(lambda after: register.cohorts(after=after))}
    employers = {line.who.subject: line.employer for line in every(lambda after: register.people(after=after))}
    granted = [(x.who.subject, x.granted_on) for x in titles(register)]
    awarded = {x.certificate: x.awarded_on for x in certificates(register)}

    def of(line: EnrolmentLine) -> str | None:
        if by == "employer":
            return employers[line.who.subject]
        return line.cohort if by == "cohort" else getattr(runs[line.cohort], by)  # type: ignore[no-any-return]

    counts: dict[str | None, list[int]] = {}
    for line in enrolments(register):
        count = counts.setdefault(of(line), [0, 0, 0, 0])
        since = awarded[line.certificate] if line.certificate else date.max
        titled = any(subject == line.who.subject and on >= since for subject, on in granted)
        steps = (True, line.trained, line.status == "certified", titled)
        counts[of(line)] = [n + step for n, step in zip(count, steps, strict=True)]
    rows = pictures.funnel(register.views, by)
    assert {row.of: [row.enrolled, row.trained, row.certified, row.titled] for row in rows} == counts
    assert all(row.enrolled >= row.trained >= row.certified >= row.titled for row in rows)
    assert sum(row.titled for row in rows) > 0


def test_the_supply_of_talent_is_the_titles_that_are_held(packed: Packed) -> None:
    register = packed.register
    employers = {line.who.subject: line.employer for line in every(lambda after: register.people(after=after))}
    held = Counter(
        (x.level, x.speciality, employers[x.who.subject], x.granted_on.year)
        for x in titles(register)
        if x.standing is Standing.VALID
    )
    rows = pictures.supply(register.views, TODAY)
    assert {(row.level, row.speciality, row.employer, row.year): row.holders for row in rows} == held
    assert pictures.supply(register.views, date(2000, 1, 1)) == []


def test_totals_are_those_of_certificates_and_of_totals_refused(packed: Packed) -> None:
    totals = [row["total"] for row in expected(packed, "certificates") if row["total"]]
    rows = pictures.totals(packed.register.views)
    assert sum(row.count for row in rows) == sum(line.total is not None for line in enrolments(packed.register))
    assert 0 < sum(row.count for row in rows) <= len(totals)
    for row in rows:
        of_programme = pictures.totals(packed.register.views, row.programme)
        assert row in of_programme
        assert {other.programme for other in of_programme} == {row.programme}
        assert row.high - row.low == 5


def test_time_to_decision_by_nearest_rank(packed: Packed) -> None:
    rows = pictures.durations(packed.register.views)
    assert {row.outcome for row in rows} == {"granted", "refused"}
    for row in rows:
        days = sorted(
            (line.ended_on - line.applied_on).days
            for line in applications(packed.register, level=row.level)
            if line.ended_on is not None and line.route is not None and line.step == row.outcome
        )
        assert (row.count, row.least, row.most) == (len(days), days[0], days[-1])
        assert row.median == median_low(days)
        assert row.least <= row.quartile <= row.median <= row.upper_quartile <= row.most
        assert sum(day <= row.quartile for day in days) * 4 >= len(days)


def test_a_rebuild_of_a_pack_is_the_same(packed: Packed) -> None:
    there = rows_of(packed.register.views)
    assert set(there) == {table.name for table in TABLES}
    packed.register.rebuild()
    assert rows_of(packed.register.views) == there
