"""The form of a verification receipt: one encoding, and no state that does not go with its evidence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.loglab import DOCUMENTS
from verifier import cbor, verification_receipt
from verifier.errors import Malformed
from verifier.statement import to_be_signed
from verifier.verdict import State
from verifier.verification_receipt import (
    FILE,
    LINK,
    MEDIA_TYPE,
    NUMBER,
    SECOND_EDITION,
    STANDINGS,
    WITHOUT_EVIDENCE,
    Item,
    Presented,
    claims_to_be,
    parse,
)

BARE = Item(Presented(LINK, "0" * 24), "unknown")
ITEM = {1: LINK, 2: "0" * 24, 5: "unknown"}
BODY: dict[Any, Any] = {1: 1, 2: "log.example.org", 3: bytes(32), 4: 1_800_000_000, 5: {"checkpoint": b"x"}, 6: [ITEM]}


def made(*items: Item, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        **{"kid": DOCUMENTS.kid, "origin": "log.example.org", "genesis": bytes(32), "checked_at": 1_800_000_000},
        **{"files": {"checkpoint": b"x"}, "items": items, "sign": DOCUMENTS.sign},
    }
    return verification_receipt.make(**{**values, **changes})


def raw(body: Any, header: dict[int, Any] | None = None, unprotected: dict[Any, Any] | None = None) -> bytes:
    """Signed like a receipt, whatever it holds."""
    protected = cbor.encode({1: -8, 4: DOCUMENTS.kid, 16: MEDIA_TYPE} if header is None else header)
    payload = cbor.encode(body)
    return b"\xd2" + cbor.encode(
        [protected, unprotected or {}, payload, DOCUMENTS.sign(to_be_signed(protected, payload))]
    )


presented = st.one_of(
    st.builds(Presented, st.just(LINK), st.text()),
    st.builds(Presented, st.just(NUMBER), st.text(), st.text()),
    st.builds(Presented, st.just(FILE), st.text(), st.just(""), st.binary(min_size=32, max_size=32)),
)
codes = st.from_regex("[a-z][a-z0-9-]{0,39}", fullmatch=True) | st.just("")
items = st.one_of(
    st.builds(Item, presented, st.sampled_from(sorted(WITHOUT_EVIDENCE | SECOND_EDITION)), codes),
    st.builds(
        Item,
        presented,
        st.sampled_from(sorted(STANDINGS)),
        codes,
        st.binary(min_size=1, max_size=30),
        st.lists(st.binary(max_size=20), max_size=3).map(tuple),
    ),
)


@given(st.lists(items, min_size=1, max_size=4), st.dictionaries(st.text(max_size=20), st.binary(max_size=20)))
def test_what_is_made_is_read_as_it_was(given_items: list[Item], files: dict[str, bytes]) -> None:
    data = made(*given_items, files=files)
    read = parse(data)
    assert (read.items, read.files, read.document.kid) == (tuple(given_items), files, DOCUMENTS.kid)
    assert verification_receipt.verify_signature(read, DOCUMENTS.public) == read
    assert claims_to_be(data)


def test_it_is_what_a_general_encoder_makes_of_it() -> None:
    assert made(BARE) == raw(BODY)


def test_every_state_of_a_verdict_has_its_place() -> None:
    told = {state.value for state in State}
    assert told | {"erased", "unknown", "no-match"} == STANDINGS | WITHOUT_EVIDENCE | SECOND_EDITION
    assert len(STANDINGS) + len(WITHOUT_EVIDENCE) + len(SECOND_EDITION) == len(told) + 3


@pytest.mark.parametrize("state", sorted(SECOND_EDITION))
def test_the_second_edition_is_used_for_what_the_first_cannot_say(state: str) -> None:
    assert made(BARE) == raw(BODY)
    item = {**ITEM, 5: state}
    assert made(Item(BARE.presented, state)) == raw({**BODY, 1: 2, 6: [item]})
    for edition, items in ((1, [item]), (2, [ITEM])):
        with pytest.raises(Malformed, match="edition"):
            parse(raw({**BODY, 1: edition, 6: items}))


def test_what_was_turned_away_is_counted_by_its_codes() -> None:
    counts = {"mistyped-number": 4, "name-missing": 1}
    data = made(BARE, turned_away=counts)
    assert data == raw({**BODY, 1: 2, 7: counts})
    assert parse(data).turned_away == counts
    assert parse(made(BARE)).turned_away == {}
    for spoilt in ({}, [], {"x": 0}, {"x": -1}, {"x": True}, {"X": 1}, {"": 1}, {1: 1}, {"x": "1"}):
        with pytest.raises(Malformed, match="turned away"):
            parse(raw({**BODY, 1: 2, 7: spoilt}))
    with pytest.raises(Malformed, match="edition"):
        parse(raw({**BODY, 7: counts}))


@pytest.mark.parametrize("state", sorted(STANDINGS))
def test_no_standing_without_evidence(state: str) -> None:
    with pytest.raises(Malformed, match=r"item 2: the state .* does not go with the evidence"):
        made(BARE, Item(BARE.presented, state))


@pytest.mark.parametrize("state", [*sorted(WITHOUT_EVIDENCE), "verification-receipt", "good", ""])
def test_no_evidence_for_anything_else(state: str) -> None:
    with pytest.raises(Malformed, match="item 1"):
        made(Item(BARE.presented, state, proof=b"x"))


@pytest.mark.parametrize(
    "item",
    [
        {},
        [],
        {1: LINK, 2: "x"},
        {**ITEM, 9: "more"},
        {**ITEM, 1: "telephone"},
        {**ITEM, 2: b"x"},
        {**ITEM, 3: "a name beside a link"},
        {**ITEM, 4: bytes(32)},
        {**ITEM, 6: ""},
        {**ITEM, 6: "Not A Code"},
        {**ITEM, 7: b""},
        {**ITEM, 8: []},
        {**ITEM, 8: [b"x"]},
        {**ITEM, 5: "valid", 7: b"x", 8: []},
        {**ITEM, 5: "valid", 7: b"x", 8: ["x"]},
        {**ITEM, 1: FILE},
        {**ITEM, 1: FILE, 4: bytes(31)},
        {**ITEM, 1: FILE, 3: "a name", 4: bytes(32)},
        {**ITEM, 1: NUMBER, 3: ""},
        {**ITEM, 1: NUMBER, 4: bytes(32)},
    ],
)
def test_items_in_another_form(item: Any) -> None:
    with pytest.raises(Malformed, match="item 2"):
        parse(raw({**BODY, 6: [ITEM, item]}))


@pytest.mark.parametrize(
    "body",
    [
        7,
        {},
        {**BODY, 7: 1},
        {key: BODY[key] for key in range(1, 6)},
        {**BODY, 1: 2},
        {**BODY, 1: True},
        {**BODY, 2: b"x"},
        {**BODY, 3: "x"},
        {**BODY, 4: -1},
        {**BODY, 4: 2**34},
        {**BODY, 4: "now"},
        {**BODY, 5: []},
        {**BODY, 5: {1: b"x"}},
        {**BODY, 5: {"checkpoint": "x"}},
        {**BODY, 6: []},
        {**BODY, 6: {}},
    ],
)
def test_bodies_in_another_form(body: Any) -> None:
    with pytest.raises(Malformed):
        parse(raw(body))


@pytest.mark.parametrize(
    "header",
    [
        {1: -8, 4: DOCUMENTS.kid},
        {1: -8, 4: DOCUMENTS.kid, 16: "application/statuslist+cwt"},
        {1: -7, 4: DOCUMENTS.kid, 16: MEDIA_TYPE},
        {1: -8, 4: bytes(31), 16: MEDIA_TYPE},
        {1: -8, 4: DOCUMENTS.kid, 15: {}, 16: MEDIA_TYPE},
    ],
)
def test_headers_in_another_form(header: dict[int, Any]) -> None:
    with pytest.raises(Malformed):
        parse(raw(BODY, header))


def test_nothing_lies_outside_the_signature() -> None:
    with pytest.raises(Malformed, match="unprotected"):
        parse(raw(BODY, unprotected={1: 2}))
    with pytest.raises(Malformed):
        parse(made(BARE) + b"\x00")


def test_too_much_is_not_read() -> None:
    with pytest.raises(Malformed, match="at most 16777216 bytes"):
        parse(bytes(verification_receipt.MAX_SIZE + 1))


@given(st.binary(max_size=200), st.booleans())
@settings(max_examples=300)
def test_any_bytes_are_malformed_or_read(data: bytes, begun: bool) -> None:
    whole = made(BARE)
    with pytest.raises(Malformed):
        parse(whole[: len(whole) // 2] + data if begun else data)
