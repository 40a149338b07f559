"""Payloads: every type of event there and back, what stays withheld, and what is malformed."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, get_args, get_origin
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sample_log import attendance, award, envelope, revocation, salts, uuid
from tests.verifier.event_samples import ENVELOPE, distinct, sample
from tests.verifier.event_samples import salts as sample_salts
from verifier import cbor, kinds, record
from verifier.errors import Malformed, Mismatch
from verifier.events import EVENTS, WITHHELD, Event, EventType, Mark, Personal, Public, Stream, Withheld, event
from verifier.record import ACTORS, COMMAND, PACK, RECORDED_AT, STREAM, TYPE, VERSION

assert kinds.__name__ == "verifier.kinds"  # importing it is what declares the types

SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(),
    int: st.integers(0, 2**53),
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    date: st.dates(),
    Decimal: st.decimals(-10_000, 10_000, places=2),
    Fraction: st.fractions(),
    UUID: st.uuids(),
    type(None): st.none(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type, whatever it is declared as."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is typing.Annotated:
        return values(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(values(argument) for argument in arguments if argument is not Withheld))
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin in (dict, Mapping):
        return st.dictionaries(st.text(), values(arguments[1]), max_size=3)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return instances(hint)
    return SIMPLE[hint]


def instances(cls: type[Any]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return st.builds(cls, **{field.name: values(hints[field.name]) for field in dataclasses.fields(cls)})


def made(of: Event, **changes: Any) -> tuple[bytes, list[bytes]]:
    taken = salts()
    return record.make_payload(of, envelope(**changes), lambda: next(taken))


def blank(of: Event) -> Event:
    """The event as one reads it who is given no disclosure."""
    hints = typing.get_type_hints(type(of), include_extras=True)
    hidden = {
        name: WITHHELD for name, hint in hints.items() if {Mark.PERSONAL, Mark.PRINTED} & {*map(_mark, get_args(hint))}
    }
    return dataclasses.replace(of, **hidden)  # type: ignore[type-var]


def _mark(argument: Any) -> Mark | None:
    return argument if isinstance(argument, Mark) else None


@pytest.mark.parametrize("declared", EVENTS.values(), ids=EVENTS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_type_of_event_there_and_back(declared: EventType, data: st.DataObject) -> None:
    original = data.draw(instances(declared.cls))
    payload, disclosures = made(original)
    read = record.read_payload(payload)
    assert (read.type, read.stream, read.envelope) == (declared, original.stream_id, envelope())
    assert read.event == blank(original)
    assert record.reveal(read, disclosures) == original
    assert record.reveal(read, []) == read.event
    assert cbor.encode(cbor.decode(payload)) == payload


@pytest.mark.parametrize("of", [award(), attendance()])
def test_each_disclosure_alone_shows_its_own_field_alone(of: Event) -> None:
    payload, disclosures = made(of)
    read = record.read_payload(payload)
    for field, disclosure in zip(read.type.personal, disclosures[-len(read.type.personal) :], strict=True):
        way_in = disclosures[1:2] if read.type.printed else []
        shown = record.reveal(read, [*way_in, disclosure])
        assert shown == dataclasses.replace(read.event, **{field.name: getattr(of, field.name)})  # type: ignore[type-var]


def test_an_award_shows_what_its_paper_shows_by_one_disclosure() -> None:
    payload, disclosures = made(award())
    read = record.read_payload(payload)
    assert len(read.commitments) == 2
    shown = record.reveal(read, disclosures[:1])
    printed = {field.name for field in read.type.printed}
    assert printed == {"number", "name", "id_type", "id_number_masked", "total"}
    assert shown == dataclasses.replace(read.event, **{name: getattr(award(), name) for name in printed})  # type: ignore[type-var]


def test_nothing_personal_is_in_the_payload() -> None:
    for of in (award(), attendance()):
        payload, _ = made(of)
        assert str(of.stream_id).encode() not in payload
        for field in (*(read := record.read_payload(payload)).type.personal, *read.type.printed):
            value = getattr(of, field.name)
            if value is not None:
                assert cbor.encode(value if field.to_cbor is None else field.to_cbor(value)) not in payload, field.name


def test_equal_values_under_different_salts_are_not_seen_to_be_equal() -> None:
    counter = iter(range(1000))
    salt = lambda: sha256(b"%d" % next(counter)).digest()[:16]  # noqa: E731
    first, second = (record.read_payload(record.make_payload(award(), envelope(), salt)[0]) for _ in range(2))
    assert set(first.commitments).isdisjoint(second.commitments)


def test_a_withheld_value_cannot_be_recorded() -> None:
    with pytest.raises(ValueError, match="name is withheld"):
        made(dataclasses.replace(award(), name=WITHHELD))


def test_every_bit_of_a_disclosure() -> None:
    payload, disclosures = made(award())
    read = record.read_payload(payload)
    for disclosure in disclosures:
        for bit in range(len(disclosure) * 8):
            flipped = bytearray(disclosure)
            flipped[bit // 8] ^= 1 << bit % 8
            given_with = disclosures[1:2] if disclosure not in disclosures[:2] else []
            with pytest.raises(Mismatch):
                record.reveal(read, [*given_with, bytes(flipped)])


def test_disclosures_that_are_not_of_this_statement() -> None:
    payload, disclosures = made(award())
    read = record.read_payload(payload)
    _, others = made(award(1))
    for given_ in ([disclosures[0]] * 2, [disclosures[2]], [disclosures[2], disclosures[1]], [others[1]], [b""]):
        with pytest.raises(Mismatch):
            record.reveal(read, given_)


def committed(of: Event, disclosures: list[bytes]) -> record.Record:
    """A record that commits to these disclosures, whatever they say."""
    hashes = tuple(sha256(item).digest() for item in disclosures)
    return dataclasses.replace(record.read_payload(made(of)[0]), commitments=hashes)


def disclosure(value: Any, name: Any, salt: bytes = bytes(16)) -> bytes:
    return cbor.encode(cbor.encode([salt, value, name]))


PRINTED = {"number": "n", "name": "n", "id_type": "t", "id_number_masked": "m", "total": "1.0"}


@pytest.mark.parametrize(
    ("of", "disclosures"),
    [
        (attendance(), [disclosure("M1", "modul")]),
        (attendance(), [disclosure("M1", "enrolment_id")]),
        (attendance(), [disclosure("M1", 1)]),
        (attendance(), [disclosure("M1", "module"), disclosure("M2", "module", bytes(15) + b"\1")]),
        (attendance(), [disclosure("M1", "module", bytes(15))]),
        (attendance(), [disclosure("M1", "module", "salt")]),  # type: ignore[arg-type]
        (attendance(), [disclosure(7, "module")]),
        (attendance(), [disclosure("7.50e1", "hours")]),
        (attendance(), [disclosure("1E999999999", "hours")]),
        (attendance(), [disclosure("NaN", "hours")]),
        (attendance(), [disclosure(7, "hours")]),
        (attendance(), [disclosure("2026-3-2", "attended_on")]),
        (attendance(), [disclosure("20260302", "attended_on")]),
        (attendance(), [disclosure("2026-W10-1", "attended_on")]),
        (attendance(), [disclosure("2026-02-30", "attended_on")]),
        (attendance(), [cbor.encode([bytes(16), "M1", "module"])]),
        (attendance(), [cbor.encode(cbor.encode([bytes(16), "M1"]))]),
        (attendance(), [cbor.encode(cbor.encode([bytes(16), "M1", "module", 0]))]),
        (attendance(), [cbor.encode(cbor.encode([bytes(16), "M1", "module"]) + b"\0")]),
        (attendance(), [disclosure(PRINTED, "print")]),
        (award(), [disclosure("n", "name")]),
        (award(), [disclosure([], "print")]),
        (award(), [disclosure({**PRINTED, "trainee": bytes(16)}, "print")]),
        (award(), [disclosure({key: value for key, value in PRINTED.items() if key != "name"}, "print")]),
        (award(), [disclosure({**PRINTED, "total": "1.0 "}, "print")]),
        (award(), [disclosure({**PRINTED, "name": None}, "print")]),
        (award(), [disclosure([], "rest")]),
        (award(), [disclosure({}, "rest")]),
        (award(), [disclosure({cbor.REDACTED: [bytes(31)]}, "rest")]),
        (award(), [disclosure({cbor.REDACTED: [bytes([n]) * 32 for n in range(5)]}, "rest")]),
        (award(), [disclosure({cbor.REDACTED: [bytes(32)] * 2}, "rest")]),
        (award(), [disclosure({cbor.REDACTED: [], "name": "n"}, "rest")]),
        (award(), [disclosure(bytes(15), "trainee")]),
    ],
)
def test_disclosures_in_no_legal_form_though_committed_to(of: Event, disclosures: list[bytes]) -> None:
    with pytest.raises(Malformed):
        record.reveal(committed(of, disclosures), disclosures)


@pytest.mark.parametrize(
    ("of", "change"),
    [
        (award(), {TYPE: None}),
        (award(), {TYPE: "certificate.awarded"}),
        (award(), {TYPE: "certificate.awarded/2"}),
        (award(), {TYPE: b"certificate.awarded/1"}),
        (award(), {STREAM: bytes(15)}),
        (award(), {STREAM: str(uuid("x"))}),
        (award(), {VERSION: 0}),
        (award(), {VERSION: True}),
        (award(), {VERSION: "1"}),
        (award(), {RECORDED_AT: -1}),
        (award(), {RECORDED_AT: 2**53}),
        (award(), {RECORDED_AT: "2026-01-01"}),
        (award(), {COMMAND: bytes(15)}),
        (award(), {ACTORS: []}),
        (award(), {ACTORS: ["a", "b", "c"]}),
        (award(), {ACTORS: [""]}),
        (award(), {ACTORS: "clerk-1"}),
        (award(), {ACTORS: [1]}),
        (award(), {PACK: None}),
        (award(), {PACK: bytes(17)}),
        (award(), {8: 0}),
        (award(), {0: 0}),
        (award(), {b"name": "n"}),
        (award(), {"name": "n"}),
        (award(), {"certificate_id": bytes(16)}),
        (award(), {"programme": None}),
        (award(), {"programme": 7}),
        (award(), {"number_hash": "text"}),
        (award(), {"awarded_on": "2026-3-20"}),
        (award(), {"status_index": True}),
        (award(), {"status_index": "7"}),
        (award(), {cbor.REDACTED: []}),
        (award(), {cbor.REDACTED: [bytes(32)]}),
        (award(), {cbor.REDACTED: [bytes(32)] * 2}),
        (award(), {cbor.REDACTED: [bytes(32), bytes(31)]}),
        (award(), {cbor.REDACTED: [bytes(32), b"1" * 32, b"2" * 32]}),
        (award(), {cbor.REDACTED: {0: bytes(32)}}),
        (award(), {cbor.REDACTED: None}),
        (attendance(), {"module": "M1"}),
        (revocation(), {cbor.REDACTED: []}),
        (revocation(), {cbor.REDACTED: [bytes(32)]}),
        (revocation(), {"revoked_on": "2026-05-04T00:00:00"}),
    ],
)
def test_malformed_payloads(of: Event, change: dict[Any, Any]) -> None:
    with pytest.raises(Malformed):
        record.read_payload(cbor.encode({**cbor.decode(made(of)[0]), **change}))


@pytest.mark.parametrize("of", [award(), attendance(), revocation()])
def test_everything_in_a_payload_is_needed(of: Event) -> None:
    value = cbor.decode(made(of)[0])
    for left_out in value:
        with pytest.raises(Malformed):
            record.read_payload(cbor.encode({key: item for key, item in value.items() if key != left_out}))


@pytest.mark.parametrize("value", [[], None, 7, "text", b"", {}])
def test_what_is_no_payload(value: Any) -> None:
    with pytest.raises(Malformed):
        record.read_payload(cbor.encode(value))


def test_numbers_that_would_take_for_ever_to_read() -> None:
    """A statement is read before its signature is checked, so anybody may send these."""
    policy = cbor.decode(made(example("policy.published/1"))[0])
    programme = cbor.decode(made(example("programme.published/1"))[0])
    for value, field in ((policy, "quorum"), (programme, "min_attendance")):
        for text in ("1E999999999", "1e-999999999", "1E+99999999999999999999"):
            with pytest.raises(Malformed):
                record.read_payload(cbor.encode({**value, field: text}))


def example(name: str) -> Any:
    """Some event of a type: every field as plain as can be."""

    def plain(hint: Any) -> Any:
        arguments = get_args(hint)
        if get_origin(hint) is typing.Annotated:
            return plain(arguments[0])
        if get_origin(hint) is tuple:
            return ()
        return uuid("x") if hint is UUID else date(2026, 1, 1) if hint is date else hint()

    hints = typing.get_type_hints(EVENTS[name].cls, include_extras=True)
    return EVENTS[name].cls(**{key: plain(hint) for key, hint in hints.items()})


def test_a_historical_event_names_its_pack() -> None:
    payload, _ = made(award(), pack=uuid("pack"))
    assert record.read_payload(payload).envelope.pack == uuid("pack")


def test_a_commands_id_is_blinded_by_stream() -> None:
    one, other = (record.blind_command(b"command", uuid(word)) for word in ("one", "other"))
    assert len(one) == len(other) == 16
    assert one != other
    assert one == sha256(b"certledger/command" + b"command" + uuid("one").bytes).digest()[:16]


def test_a_field_without_a_mark_fails_at_import() -> None:
    with pytest.raises(TypeError, match="marked neither Public nor Personal"):

        @event("test.unmarked/1")
        class Unmarked(Event):
            """Somebody forgot to say who may see a name."""

            stream: Stream
            name: str


def test_a_type_is_declared_once_and_says_what_happened() -> None:
    with pytest.raises(TypeError, match="declared twice"):

        @event("certificate.revoked/1")
        class Again(Event):
            """The same name a second time."""

            stream: Stream

    with pytest.raises(TypeError, match="no encoding for"):

        @event("test.float/1")
        class Inexact(Event):
            """A number that has no exact encoding."""

            stream: Stream
            score: Public[float]

    with pytest.raises(TypeError, match="exactly one field is the stream"):

        @event("test.nowhere/1")
        class Nowhere(Event):
            """An event of no stream."""

            name: Personal[str]

    assert not any(name.startswith("test.") for name in EVENTS)


# --- what an approver signs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", EVENTS.values(), ids=EVENTS)
def test_an_approved_digest_is_of_all_but_the_recorded_time(declared: EventType) -> None:
    event = sample(declared, distinct)
    around = dataclasses.replace(ENVELOPE, recorded_at=0)
    unrecorded, _ = record.make_payload(event, around, sample_salts().__next__)
    approved = record.approved_digest(unrecorded)
    assert approved == sha256(unrecorded).digest()
    for at in (1, 255, 1_767_225_600_000, 2**53 - 1):
        payload, _ = record.make_payload(event, dataclasses.replace(around, recorded_at=at), sample_salts().__next__)
        assert record.approved_digest(payload) == approved


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"command": bytes(16)},
        {"actors": ("P-HEAD", "P-CLERK")},
        {"actors": ("P-CLERK",)},
        {"pack": None},
    ],
    ids=str,
)
def test_an_approved_digest_is_of_everything_around_the_event(changes: dict[str, Any]) -> None:
    def digest(around: record.Envelope) -> bytes:
        payload, _ = record.make_payload(award(1), around, sample_salts().__next__)
        return record.approved_digest(payload)

    assert digest(ENVELOPE) != digest(dataclasses.replace(ENVELOPE, **changes))


def test_other_salts_or_another_value_give_another_approved_digest() -> None:
    taken = sample_salts()
    events = (award(1), award(1), dataclasses.replace(award(1), total=Decimal("60.5")))
    digests = {record.approved_digest(record.make_payload(one, ENVELOPE, taken.__next__)[0]) for one in events}
    assert len(digests) == 3


@pytest.mark.parametrize(
    "payload", [b"", b"\x80", b"\xa0", b"\xa1\x04\x61a", b"\xa1\x04\xf5", b"\xa1\x04\x18\x01", b"\xa1\x04\x01\x00"]
)
def test_what_has_no_approved_digest(payload: bytes) -> None:
    with pytest.raises(Malformed):
        record.approved_digest(payload)
