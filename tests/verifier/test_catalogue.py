"""The fold of the public definitions: editions never touch what was opened under an earlier one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest

from verifier import kinds
from verifier.catalogue import Catalogue, Cohort
from verifier.errors import RuleBroken
from verifier.events import Event
from verifier.rules import Assessment, Calendar, Module


def published(edition: int, certified_by: str = "HUAWEI", name: str = "Big Data") -> kinds.ProgrammePublished:
    return kinds.ProgrammePublished(
        programme_id=UUID(int=1),
        code="BDI",
        edition=edition,
        name_zh="大数据",
        name_en=name,
        certified_by=certified_by,
        taught_by="CQUPT",
        min_attendance=Decimal("0.8"),
        max_attempts=2,
        total_pass=Decimal(70),
        valid_years=3,
        modules=(Module("BD-101", Decimal(40)),),
        assessments=(Assessment("EXAM", Decimal(1), Decimal(60)),),
    )


def policy(edition: str) -> kinds.PolicyPublished:
    return kinds.PolicyPublished(
        policy_id=UUID(int=2),
        edition=edition,
        authority="CQHRSS",
        effective_from=date(2019, 2, 1),
        panel_min_members=5,
        quorum=Fraction(2, 3),
        majority=Fraction(2, 3),
        notice_working_days=5,
        routes=(),
    )


OPENED = kinds.CohortOpened(
    cohort_id=UUID(int=3),
    code="BDI-2020-1",
    programme="BDI",
    programme_edition=1,
    starts_on=date(2020, 3, 1),
    ends_on=date(2020, 6, 30),
    capacity=30,
)


def fold(*events: Event) -> Catalogue:
    catalogue = Catalogue()
    for event in events:
        catalogue.evolve(event)
    return catalogue


def test_a_cohort_keeps_the_edition_it_was_opened_under() -> None:
    catalogue = fold(published(1), OPENED, published(2, certified_by="CQUPT"))
    cohort = catalogue.cohorts["BDI-2020-1"]
    assert cohort == Cohort("BDI-2020-1", "BDI", 1, date(2020, 3, 1), date(2020, 6, 30), 30)
    assert catalogue.programme_of(cohort).certified_by == "HUAWEI"
    assert catalogue.newest_edition("BDI") == 2
    assert catalogue.programme("BDI", 2).certified_by == "CQUPT"


def test_the_trust_file_names_a_programme_by_its_newest_edition() -> None:
    names = fold(published(1), published(2, name="Bigger Data")).named_programmes()
    assert [(name.code, name.name_en) for name in names] == [("BDI", "Bigger Data")]
    assert fold(published(2, name="Bigger Data"), published(1)).named_programmes() == names


def test_policies_and_calendars_are_found_as_published() -> None:
    adopted = kinds.CalendarAdopted(
        calendar_id=UUID(int=4),
        year=2020,
        days_off=(date(2020, 1, 1),),
        make_up_days=(date(2020, 1, 19),),
        source="State Council",
    )
    catalogue = fold(policy("2019"), policy("2021"), adopted)
    assert [one.edition for one in catalogue.policies] == ["2019", "2021"]
    assert catalogue.policy("2019").quorum == Fraction(2, 3)
    assert catalogue.calendars == {2020: Calendar(2020, frozenset({date(2020, 1, 1)}), frozenset({date(2020, 1, 19)}))}


def test_what_was_never_published_is_named() -> None:
    catalogue = fold(published(1))
    assert catalogue.newest_edition("ICT") is None
    with pytest.raises(RuleBroken, match="BDI, edition 2"):
        catalogue.programme("BDI", 2)
    with pytest.raises(RuleBroken, match="policy 2030"):
        catalogue.policy("2030")


def test_other_events_define_nothing() -> None:
    retired = kinds.KeyRetired(organisation_id=UUID(int=5), kid=bytes(32))
    assert fold(retired) == Catalogue()
