"""Private uniqueness: keyed, apart by kind, recomputable from an event, and gone with the person."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.claims import ClaimKeys, claims_for
from tests.ledger.deciders.story import AWARDED, ENROLLED, GRANTED, REGISTERED, TRAINEE, uuid
from tests.verifier.event_samples import distinct, sample
from verifier.events import EVENTS, WITHHELD, Event, event_type

KEYS = ClaimKeys(bytes(32))
OTHER = ClaimKeys(b"\x01" * 32)


def withheld(event: Event) -> Event:
    declared = event_type(event)
    return replace(event, **{field.name: WITHHELD for field in (*declared.personal, *declared.printed)})  # type: ignore[type-var]


def all_keys(keys: ClaimKeys) -> list[bytes]:
    """Keys of every kind out of parts that look alike."""
    one = UUID(int=1)
    return [
        keys.trainee_no("1"),
        keys.identity("1", "1"),
        keys.enrolment(one, "1"),
        keys.certificate_of(one),
        keys.title_of(one),
        keys.status_index(1),
        keys.definition("1", "1"),
        keys.row(one.bytes),
        keys.pack(one.bytes),
    ]


def test_no_kind_of_claim_collides_with_another() -> None:
    found = [*all_keys(KEYS), *all_keys(OTHER)]
    assert len(set(found)) == len(found)
    assert {len(key) for key in found} == {32}
    assert all_keys(KEYS) == all_keys(ClaimKeys(bytes(32)))


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_parts_do_not_run_together(a: str, b: str, c: str, d: str) -> None:
    assert (KEYS.identity(a, b) == KEYS.identity(c, d)) is ((a, b) == (c, d))
    assert (KEYS.definition(a, b) == KEYS.definition(c, d)) is ((a, b) == (c, d))


def test_a_registration_claims_number_and_document() -> None:
    claims = claims_for(KEYS, REGISTERED, TRAINEE)
    assert [claim.key for claim in claims] == [
        KEYS.trainee_no("T1"),
        KEYS.identity("resident-id", "500000199604121018"),
    ]
    assert {(claim.subject, claim.value) for claim in claims} == {(TRAINEE, TRAINEE.bytes)}


def test_an_enrolment_claims_its_place() -> None:
    (claim,) = claims_for(KEYS, ENROLLED, TRAINEE)
    assert (claim.key, claim.value) == (KEYS.enrolment(TRAINEE, "BDI-2024A"), ENROLLED.enrolment_id.bytes)


def test_an_award_claims_its_source_for_the_person_and_its_index_for_good() -> None:
    for award, key in ((AWARDED, KEYS.certificate_of(AWARDED.stream_id)), (GRANTED, KEYS.title_of(GRANTED.stream_id))):
        personal, index = claims_for(KEYS, award, TRAINEE)
        assert (personal.subject, index.subject) == (TRAINEE, None)
        assert index.key == KEYS.status_index(award.status_index)
        assert personal.key != key  # of the enrolment or application, not of the award
        (only,) = claims_for(KEYS, replace(award, corrects=uuid("old")), TRAINEE)  # type: ignore[type-var]
        assert only == index
        assert claims_for(KEYS, withheld(award), TRAINEE) == [index]


def test_what_is_erased_claims_nothing_of_the_person() -> None:
    for declared in EVENTS.values():
        event = withheld(sample(declared, distinct))
        assert [claim for claim in claims_for(KEYS, event, TRAINEE) if claim.subject is not None] == [], declared.name


def test_no_two_events_of_the_story_claim_the_same() -> None:
    found = [{claim.key for claim in claims_for(KEYS, e, TRAINEE)} for e in (REGISTERED, ENROLLED, AWARDED, GRANTED)]
    assert all(one.isdisjoint(other) for one, other in combinations(found, 2))
