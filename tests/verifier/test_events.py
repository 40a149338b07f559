"""The declaration of event types, and the one accepted form of each kind of value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from verifier import events
from verifier.errors import Malformed
from verifier.events import EVENTS, WITHHELD, Event, Mark, Personal, Printed, Public, Stream, event, event_type
from verifier.kinds import CertificateAwarded, CertificateRevoked

STREAM = UUID(int=5)
REVOKED = CertificateRevoked(certificate_id=STREAM, revoked_on=date(2026, 1, 1), reason="fraud")


def declared(hint: Any) -> Any:
    """Tries a type with one field of this declaration; it is not kept."""
    members: dict[str, Any] = {
        "__annotations__": {"id": Stream, "value": hint},
        "__doc__": "Tried.",
        "__module__": __name__,
    }
    return events._declare("test.tried/1", dataclass(frozen=True)(type("Tried", (Event,), members)))


# --- declarations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hint", [str, int, UUID, "str", Mapping[str, int]])
def test_a_field_without_a_mark_fails_at_once(hint: Any) -> None:
    with pytest.raises(TypeError, match=r"test.tried/1: field value is marked neither"):
        declared(hint if not isinstance(hint, str) else str)


@pytest.mark.parametrize("hint", [float, object, list[int], set[str], complex, str | int, Event])
def test_a_type_without_an_encoding_fails_at_once(hint: Any) -> None:
    with pytest.raises(TypeError, match=r"test.tried/1: value"):
        declared(Public[hint])


def test_exactly_one_field_is_the_stream() -> None:
    with pytest.raises(TypeError, match="exactly one field is the stream"):
        declared(Stream)


def test_a_name_is_declared_once() -> None:
    with pytest.raises(TypeError, match=r"certificate.revoked/1 is declared twice"):

        @event("certificate.revoked/1")
        class Again(Event):
            """Again."""

            id: Stream

    assert EVENTS["certificate.revoked/1"].cls is CertificateRevoked


def test_marks_put_fields_in_their_groups() -> None:
    assert {mark: declared(hint) for mark, hint in ((Mark.PUBLIC, Public[str]),)}[Mark.PUBLIC].public[0].name == "value"
    assert declared(Personal[str]).personal[0].mark is Mark.PERSONAL
    assert declared(Printed[str]).printed[0].mark is Mark.PRINTED
    assert event_type(CertificateAwarded).kind == "certificate.awarded"


def test_events_are_values() -> None:
    assert replace(REVOKED) == REVOKED
    assert replace(REVOKED, reason="other") != REVOKED
    assert REVOKED.stream_id == STREAM
    with pytest.raises(FrozenInstanceError):
        REVOKED.reason = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        CertificateRevoked(STREAM, date(2026, 1, 1), "fraud")  # type: ignore[misc]
    assert not hasattr(REVOKED, "__dict__")
    assert repr(WITHHELD) == "WITHHELD"


def test_public_fields_are_in_the_order_of_their_encoded_keys() -> None:
    for known in EVENTS.values():
        assert [field.key for field in known.public] == sorted(field.key for field in known.public)


# --- values ---------------------------------------------------------------------------------------------------------


def read(hint: Any, value: Any) -> Any:
    return declared(Public[hint]).public[0].from_cbor(value)


def written(hint: Any, value: Any) -> Any:
    encode = declared(Public[hint]).public[0].to_cbor
    return value if encode is None else encode(value)


@dataclass(frozen=True)
class Pair:
    """A struct within a field."""

    left: int
    right: str | None


@pytest.mark.parametrize(
    ("hint", "value", "encoded"),
    [
        (str, "", ""),
        (int, -(2**63), -(2**63)),
        (bool, False, False),
        (bytes, b"\x00", b"\x00"),
        (date, date(2026, 2, 28), "2026-02-28"),
        (Decimal, Decimal("80.0"), "80.0"),
        (Decimal, Decimal("1E+2"), "100"),
        (Fraction, Fraction(2, 3), "2/3"),
        (Fraction, Fraction(1), "1"),
        (UUID, STREAM, STREAM.bytes),
        (str | None, None, None),
        (date | None, date.min, "0001-01-01"),
        (tuple[date, ...], (date.min, date.max), ["0001-01-01", "9999-12-31"]),
        (tuple[str, ...], (), []),
        (Mapping[str, bytes], {"b": b"1", "aa": b"2"}, {"b": b"1", "aa": b"2"}),
        (Pair, Pair(1, None), {"left": 1, "right": None}),
        (tuple[Pair, ...], (Pair(1, "x"),), [{"left": 1, "right": "x"}]),
    ],
)
def test_a_value_goes_out_and_comes_back(hint: Any, value: Any, encoded: Any) -> None:
    assert written(hint, value) == encoded
    assert read(hint, encoded) == value
    assert type(read(hint, encoded)) is type(value) or isinstance(value, tuple)


@pytest.mark.parametrize(
    ("hint", "encoded"),
    [
        (str, b"x"),
        (str, 1),
        (int, True),
        (int, "1"),
        (bool, 1),
        (bytes, "x"),
        (bytes, None),
        (date, "2026-02-29"),
        (date, "20260228"),
        (date, "2026-W09-6"),
        (date, "2026-2-28"),
        (date, "2026-02-28T00:00"),
        (date, " 2026-02-28"),
        (date, 20260228),
        (Decimal, "1e2"),
        (Decimal, "NaN"),
        (Decimal, "Infinity"),
        (Decimal, "1_000"),
        (Decimal, "01"),
        (Decimal, "+1"),
        (Decimal, "１"),
        (Decimal, 1),
        (Fraction, "2/4"),
        (Fraction, "1/0"),
        (Fraction, "2 / 3"),
        (Fraction, "1.5"),
        (UUID, str(STREAM)),
        (UUID, b"\x00" * 15),
        (UUID, b"\x00" * 17),
        (str | None, 1),
        (tuple[str, ...], ["x", 1]),
        (tuple[str, ...], "xy"),
        (tuple[str, ...], {"x": "y"}),
        (Mapping[str, bytes], {1: b""}),
        (Mapping[str, bytes], {"x": ""}),
        (Mapping[str, bytes], [["x", b""]]),
        (Pair, {"left": 1}),
        (Pair, {"left": 1, "right": None, "more": 1}),
        (Pair, {"left": "1", "right": None}),
        (Pair, [1, None]),
    ],
)
def test_any_other_form_is_malformed(hint: Any, encoded: Any) -> None:
    with pytest.raises(Malformed, match=r"test\.tried/1: value"):
        read(hint, encoded)


def test_a_map_is_written_in_the_order_of_its_encoded_keys() -> None:
    assert list(written(Mapping[str, int], {"aa": 1, "b": 2})) == ["b", "aa"]
    assert list(written(Pair, Pair(1, "x"))) == ["left", "right"]
