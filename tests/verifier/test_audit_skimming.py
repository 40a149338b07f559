"""The short way to read an entry takes nothing that the long way would not, and says the same of it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.event_samples import ENVELOPE, distinct, sample
from tests.verifier.loglab import BASE
from verifier import record, statement
from verifier.audit.examining import WHOLE, WHOLE_KINDS, examine
from verifier.audit.skimming import Skimmed, skim
from verifier.authority import AUTHORITY_EVENTS
from verifier.catalogue import Catalogue
from verifier.errors import VerificationError
from verifier.events import EVENTS, event_type
from verifier.record import Envelope
from verifier.standing import AWARDS, CHANGES
from verifier.statement import Headers, parse, to_be_signed

SHORT = sorted(name for name, declared in EVENTS.items() if not declared.public)
AROUND = Envelope(1, 1_767_225_600_000, bytes(range(16)), ("P-CLERK",), None)


def entry_of(name: str, around: Envelope) -> bytes:
    event = sample(EVENTS[name], distinct)
    salts = iter(range(1000))
    payload, _ = record.make_payload(event, around, lambda: next(salts).to_bytes(16, "big"))
    protected = Headers(BASE.kid, BASE.issuer).of(event.stream_id)
    return statement.assemble(protected, payload, BASE.sign(to_be_signed(protected, payload)))


def check_same(entry: bytes, skimmed: Skimmed) -> None:
    read = parse(entry)
    around = read.record.envelope
    assert skimmed.shown == (
        read.record.type.kind,
        read.kid,
        read.issuer,
        around.actors,
        around.pack.bytes if around.pack else None,
    )
    assert (skimmed.stream, skimmed.version) == (read.stream_id.bytes, around.version)
    assert skimmed.recorded_at == around.recorded_at
    assert skimmed.message == to_be_signed(read.protected, read.payload)
    assert skimmed.signature == read.signature


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize(
    "around",
    [
        AROUND,
        ENVELOPE,
        replace(AROUND, version=23),
        replace(AROUND, version=24, pack=UUID(int=5)),
        replace(AROUND, version=255),
    ],
)
def test_every_kind_that_shows_nothing_of_its_own_is_read_the_short_way(name: str, around: Envelope) -> None:
    entry = entry_of(name, around)
    skimmed = skim(entry)
    assert skimmed is not None
    check_same(entry, skimmed)


@pytest.mark.parametrize("around", [replace(AROUND, version=256), replace(AROUND, recorded_at=2**32 - 1)])
def test_rarer_forms_are_read_the_long_way_by_the_workers_too(around: Envelope) -> None:
    entry = entry_of("attendance.recorded/1", around)
    assert skim(entry) is None
    found = examine([entry], {BASE.kid: BASE.public})
    assert (found.group_of, found.versions, found.times) == ([0], [around.version], [around.recorded_at])


@pytest.mark.parametrize("name", ["enrolment.made/1", "trainee.erased/1", "trainee.registered/1"])
@pytest.mark.parametrize("around", [AROUND, ENVELOPE])
def test_every_bit_flipped_is_either_passed_on_or_read_alike(name: str, around: Envelope) -> None:
    entry = entry_of(name, around)
    taken = 0
    for bit in range(len(entry) * 8):
        spoilt = bytearray(entry)
        spoilt[bit // 8] ^= 1 << bit % 8
        if (skimmed := skim(bytes(spoilt))) is not None:
            taken += 1
            check_same(bytes(spoilt), skimmed)
    assert taken > 512  # the signature at least can be anything


GOOD = [entry_of(name, around) for name in SHORT for around in (AROUND, ENVELOPE)]


@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=3),
)
def test_whatever_the_short_way_takes_the_long_way_takes(entry: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    for at, length, instead in cuts:
        entry = entry[:at] + instead + entry[at + length :]
    skimmed = skim(entry)
    if skimmed is not None:
        check_same(entry, skimmed)


@given(st.binary(max_size=300))
def test_noise_is_passed_on(data: bytes) -> None:
    assert skim(data) is None


def test_a_commitment_that_stands_twice_is_passed_on() -> None:
    entry = entry_of("enrolment.made/1", AROUND)
    hashes = parse(entry).record.commitments
    spoilt = entry.replace(hashes[1], hashes[0])
    with pytest.raises(VerificationError):
        parse(spoilt)
    assert skim(spoilt) is None


def test_whatever_defines_something_is_looked_at_whole() -> None:
    defining = {event_type(cls).kind for cls in AUTHORITY_EVENTS}
    assert defining <= WHOLE_KINDS
    for declared in EVENTS.values():
        if declared.kind in WHOLE_KINDS or declared.cls in (*AWARDS, *CHANGES):
            continue
        catalogue = Catalogue()
        catalogue.evolve(sample(declared, distinct))
        assert catalogue == Catalogue(), declared.name


def test_a_bad_signature_or_an_unknown_key_is_left_to_the_audit() -> None:
    entry = entry_of("enrolment.made/1", AROUND)
    assert examine([entry], {}).group_of == [WHOLE]
    assert examine([entry[:-1] + bytes((entry[-1] ^ 1,))], {BASE.kid: BASE.public}).group_of == [WHOLE]
    assert examine([entry], {BASE.kid: BASE.public}).group_of == [0]
