"""The fold of all awards: what stands, and what a compromised key takes away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import sample_log
from tests.sample_log import ISSUING, envelope, signed, uuid
from verifier import statuslist
from verifier.authority import Authority, Key
from verifier.awards import AWARD_TYPES, disowned, fold_awards
from verifier.errors import RuleBroken, UnknownKey
from verifier.events import Event
from verifier.standing import Standing
from verifier.statement import Statement, parse


def authority(compromised_from: int | None = None) -> Authority:
    key = Key(ISSUING.kid, ISSUING.public, "PARTNER", "base", frozenset(), 0, None, compromised_from)
    return Authority(keys={key.kid: key})


def log(*events: Event) -> list[tuple[int, Statement]]:
    return list(enumerate(parse(signed(event, envelope())[0]) for event in events))


def test_awards_come_in_log_order_with_what_became_of_them() -> None:
    awards = fold_awards(
        log(sample_log.award(1), sample_log.attendance(), sample_log.award(0), sample_log.revocation(1)), authority()
    )
    assert list(awards) == [uuid("certificate 1"), uuid("certificate 0")]
    assert awards[uuid("certificate 1")].revoked_for == "issued-in-error"
    assert not awards[uuid("certificate 0")].ended


@pytest.mark.parametrize(("compromised_from", "stand", "revoked"), [(0, 0, 0), (1, 1, 0), (2, 2, 0), (3, 1, 1)])
def test_what_a_compromised_key_signed_from_that_index_on_counts_for_nothing(
    compromised_from: int, stand: int, revoked: int
) -> None:
    entries = log(sample_log.award(0), sample_log.award(1), sample_log.revocation(0))
    awards = fold_awards(entries, authority(compromised_from))
    assert sum(not award.ended for award in awards.values()) == stand
    assert sum(award.revoked_on is not None for award in awards.values()) == revoked
    assert [award.disowned for award in awards.values()] == [compromised_from <= 0, compromised_from <= 1]
    lost = [statuslist.status_of(award) for award in awards.values() if award.disowned]
    assert lost == [statuslist.INVALID] * len(lost)  # also for who does not know of the compromise
    told = [disowned(index, statement, authority(compromised_from)) for index, statement in entries]
    assert told == [index >= compromised_from for index in range(3)]


def test_a_good_revocation_of_a_disowned_award_changes_nothing() -> None:
    other = sample_log.Signer("another key")
    award, revocation = signed(sample_log.award(0))[0], signed(sample_log.revocation(0), signer=other)[0]
    good = Key(other.kid, other.public, "PARTNER", "base", frozenset(), 0)
    known = authority(0)
    known.keys[good.kid] = good
    (folded,) = fold_awards([(0, parse(award)), (1, parse(revocation))], known).values()
    assert folded.disowned
    assert folded.revoked_on is None
    assert folded.on(folded.awarded_on) is Standing.REVOKED


def test_a_change_of_what_was_never_awarded_is_named_by_its_index() -> None:
    with pytest.raises(RuleBroken, match=r"entry 1: certificate\.revoked/1"):
        fold_awards(log(sample_log.award(0), sample_log.revocation(1)), authority())


def test_a_key_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(UnknownKey):
        fold_awards(log(replace(sample_log.award(0))), Authority())


def test_types_that_make_and_change_awards_are_named() -> None:
    assert {"certificate.awarded/1", "title.granted/1", "title.revoked/1"} < AWARD_TYPES
    assert "attendance.recorded/1" not in AWARD_TYPES
