"""The one meaning of valid: every state on every boundary day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.loglab import attended, certificate, title, uuid
from verifier import kinds
from verifier.errors import RuleBroken
from verifier.events import Event
from verifier.rules import CertificateRecord, certificate_valid_on
from verifier.standing import AWARDS, CHANGES, Award, Standing, evolve, fold
from verifier.statuslist import INVALID, SUSPENDED, VALID, status_of

ONE = timedelta(days=1)
AWARDED_ON, EXPIRES_ON = date(2026, 3, 2), date(2029, 3, 2)
CERTIFICATE, TITLE = certificate(), title()
ID = CERTIFICATE.certificate_id


def suspended(on: date) -> kinds.CertificateSuspended:
    return kinds.CertificateSuspended(certificate_id=ID, suspended_on=on, reason="other")


def reinstated(on: date) -> kinds.CertificateReinstated:
    return kinds.CertificateReinstated(certificate_id=ID, reinstated_on=on)


def revoked(on: date, reason: str = "fraud") -> kinds.CertificateRevoked:
    return kinds.CertificateRevoked(certificate_id=ID, revoked_on=on, reason=reason)


def superseded(on: date) -> kinds.CertificateSuperseded:
    return kinds.CertificateSuperseded(certificate_id=ID, superseded_on=on, successor=uuid("next"))


S, R, V, X, N, P = (
    Standing.SUSPENDED,
    Standing.REVOKED,
    Standing.VALID,
    Standing.EXPIRED,
    Standing.NOT_YET_VALID,
    Standing.SUPERSEDED,
)
MAY, JUNE, JULY = date(2026, 5, 4), date(2026, 6, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("events", "days"),
    [
        ((), {date.min: N, AWARDED_ON - ONE: N, AWARDED_ON: V, EXPIRES_ON: V, EXPIRES_ON + ONE: X, date.max: X}),
        ((revoked(MAY),), {AWARDED_ON - ONE: N, MAY - ONE: V, MAY: R, MAY + ONE: R, EXPIRES_ON + ONE: R}),
        ((revoked(AWARDED_ON),), {AWARDED_ON - ONE: N, AWARDED_ON: R}),
        ((revoked(EXPIRES_ON + ONE),), {EXPIRES_ON: V, EXPIRES_ON + ONE: R}),
        ((revoked(EXPIRES_ON + 9 * ONE),), {EXPIRES_ON + ONE: X, EXPIRES_ON + 9 * ONE: R}),
        ((suspended(MAY),), {MAY - ONE: V, MAY: S, EXPIRES_ON: S, EXPIRES_ON + ONE: X}),
        ((suspended(MAY), reinstated(JUNE)), {MAY - ONE: V, MAY: S, JUNE - ONE: S, JUNE: V, EXPIRES_ON + ONE: X}),
        ((suspended(MAY), reinstated(MAY)), {MAY - ONE: V, MAY: V, MAY + ONE: V}),
        (
            (suspended(MAY), reinstated(JUNE), suspended(JULY)),
            {MAY: S, JUNE: V, JULY - ONE: V, JULY: S, JULY + 99 * ONE: S},
        ),
        ((suspended(MAY), revoked(JUNE)), {MAY: S, JUNE - ONE: S, JUNE: R}),
        ((superseded(MAY),), {MAY - ONE: V, MAY: P, EXPIRES_ON + ONE: P}),
        ((superseded(MAY), revoked(JUNE)), {MAY: P, JUNE - ONE: P, JUNE: R}),
        ((revoked(MAY), superseded(MAY)), {MAY: R}),
    ],
)
def test_what_stands_on_a_day(events: tuple[Event, ...], days: dict[date, Standing]) -> None:
    award = fold((CERTIFICATE, *events))
    assert {day: award.on(day) for day in days} == days


def test_a_title_does_not_expire() -> None:
    award = fold([TITLE])
    assert [award.on(day) for day in (AWARDED_ON - ONE, AWARDED_ON, date.max)] == [N, V, V]
    gone = kinds.TitleRevoked(title_id=TITLE.title_id, revoked_on=MAY, reason="other")
    assert [fold([TITLE, gone]).on(day) for day in (MAY - ONE, MAY)] == [V, R]
    replaced = kinds.TitleSuperseded(title_id=TITLE.title_id, superseded_on=MAY, successor=UUID(int=1))
    assert [fold([TITLE, replaced]).on(day) for day in (MAY - ONE, MAY)] == [V, P]


def test_the_fold_keeps_what_the_rules_ask_for() -> None:
    award = fold([CERTIFICATE, suspended(MAY), reinstated(JUNE), revoked(JULY)])
    assert award == Award(
        AWARDED_ON, EXPIRES_ON, CERTIFICATE.status_index, ((MAY, JUNE),), revoked_on=JULY, revoked_for="fraud"
    )


def test_a_change_without_an_award_is_a_broken_rule() -> None:
    for change in (suspended(MAY), reinstated(MAY), revoked(MAY), superseded(MAY)):
        with pytest.raises(RuleBroken, match="without an award"):
            evolve(None, change)
    for events in ((), (attended(),)):
        with pytest.raises(RuleBroken, match="no award"):
            fold(events)


def test_other_events_of_a_stream_change_nothing() -> None:
    assert fold([attended(), CERTIFICATE, attended()]) == fold([CERTIFICATE])


def test_every_award_and_change_is_known() -> None:
    assert {cls.__name__ for cls in (*AWARDS, *CHANGES)} == {
        name
        for name in vars(kinds)
        if name.startswith(("Certificate", "Title")) and isinstance(getattr(kinds, name), type)
    }


@pytest.mark.parametrize(
    ("events", "suspended_now", "ended", "status"),
    [
        ((), False, False, VALID),
        ((suspended(MAY),), True, False, SUSPENDED),
        ((suspended(MAY), reinstated(JUNE)), False, False, VALID),
        ((reinstated(JUNE),), False, False, VALID),
        ((revoked(MAY),), False, True, INVALID),
        ((superseded(MAY),), False, True, INVALID),
        ((suspended(MAY), revoked(JUNE)), True, True, INVALID),
    ],
)
def test_the_end_of_the_history(events: tuple[Event, ...], suspended_now: bool, ended: bool, status: int) -> None:
    award = fold((CERTIFICATE, *events))
    assert (award.suspended, award.ended, status_of(award)) == (suspended_now, ended, status)


DAYS = st.dates(AWARDED_ON - 9 * ONE, EXPIRES_ON + 9 * ONE)
CHANGE = st.one_of(*(st.builds(make, DAYS) for make in (suspended, reinstated, revoked, superseded)))


@given(st.lists(CHANGE, max_size=8), DAYS)
def test_any_history_has_a_standing_on_any_day_and_rules_agree(events: list[Event], day: date) -> None:
    """Titles look at certificates through `CertificateRecord`: both must mean the same by valid."""
    award = fold((CERTIFICATE, *(event for event in events if not isinstance(event, kinds.CertificateSuperseded))))
    record = CertificateRecord(
        CERTIFICATE.total,  # type: ignore[arg-type]
        award.awarded_on,
        EXPIRES_ON,
        award.revoked_on,
        award.revoked_for,
        award.suspensions,
    )
    assert certificate_valid_on(record, day) is (award.on(day) is Standing.VALID)


@given(st.lists(CHANGE, max_size=6), DAYS, DAYS)
def test_once_revoked_always_revoked(events: list[Event], on: date, later: date) -> None:
    award = replace(fold((CERTIFICATE, *events)), revoked_on=on)
    if later >= max(on, AWARDED_ON):
        assert award.on(later) is Standing.REVOKED
