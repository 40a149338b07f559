"""The published status list: the bits of draft-ietf-oauth-status-list, and what a token cannot get away with."""

from __future__ import annotations

import zlib
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.loglab import CHECKPOINTS, STATUS, certificate
from verifier import cbor, statuslist
from verifier.errors import BadSignature, Malformed, VerificationError
from verifier.standing import Award, fold
from verifier.statement import assemble, to_be_signed
from verifier.statuslist import BITS, INVALID, LIST_LENGTH, MEDIA_TYPE, SUSPENDED, VALID

URI = "https://log.example.org/status/0"
ROOT = sha256(b"root").digest()
EMPTY = bytes(LIST_LENGTH * BITS // 8)
AWARD = fold([certificate()])
DAY = AWARD.awarded_on


def award_of(index: int, status: int) -> Award:
    changes: dict[int, dict[str, Any]] = {
        VALID: {},
        INVALID: {"revoked_on": DAY, "revoked_for": "other"},
        SUSPENDED: {"suspensions": ((DAY, None),)},
    }
    return replace(AWARD, status_index=index, **changes[status])


def token(bits: bytes = EMPTY, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "uri": URI, "issued_at": 1_767_225_600, "size": 42, "root": ROOT, "kid": STATUS.kid, "sign": STATUS.sign,
    }  # fmt: skip
    return statuslist.make(bits=bits, **{**values, **changes})


def claims(**changes: Any) -> dict[Any, Any]:
    listed = {"bits": 2, "lst": zlib.compress(EMPTY, 9)}
    names = {"sub": 2, "iat": 6, "ttl": 65534, "status_list": 65533, "size": -65538, "root": -65539}
    made: dict[Any, Any] = {2: URI, 6: 1, 65534: 3600, 65533: listed, -65538: 42, -65539: ROOT}
    return made | {names.get(name, name): value for name, value in changes.items()}


def signed(payload: Any, headers: Any = None) -> bytes:
    protected = cbor.encode({1: -8, 4: STATUS.kid, 16: MEDIA_TYPE} if headers is None else headers)
    data = cbor.encode(payload)
    return assemble(protected, data, STATUS.sign(to_be_signed(protected, data)))


# --- bits -----------------------------------------------------------------------------------------------------------


def test_the_example_of_two_bits_of_the_draft() -> None:
    """draft-ietf-oauth-status-list, "Compressed Byte Array", 2 bits: twelve statuses in three bytes."""
    statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    bits = bytes.fromhex("c944f9") + EMPTY[3:]
    listed = statuslist.verify(token(bits), STATUS.public)
    assert [listed.at(index) for index in range(12)] == statuses
    awards = [award_of(index, status) for index, status in enumerate(statuses) if status != 3]
    folded = statuslist.fold_bits(awards, 0)
    mask = [3 if status == 3 else 0 for status in statuses]
    application_specific = bytes(
        sum(part << 2 * place for place, part in enumerate(mask[at : at + 4])) for at in (0, 4, 8)
    )
    assert bytes(one | other for one, other in zip(folded[:3], application_specific, strict=True)).hex() == "c944f9"


@settings(max_examples=40)
@given(st.dictionaries(st.integers(0, 3 * LIST_LENGTH - 1), st.sampled_from([VALID, INVALID, SUSPENDED]), max_size=20))
def test_the_fold_has_each_award_in_its_place_and_nothing_else(statuses: dict[int, int]) -> None:
    awards = [award_of(index, status) for index, status in statuses.items()]
    for number in range(3):
        bits = statuslist.fold_bits(awards, number)
        listed = statuslist.StatusList(URI, 0, 0, 0, ROOT, bits)
        inside = {index: status for index, status in statuses.items() if statuslist.list_number(index) == number}
        assert {index: listed.at(index) for index in inside} == inside
        assert int.from_bytes(bits).bit_count() == sum(status != VALID for status in inside.values())
        assert statuslist.fold_bits(reversed(awards), number) == bits


def test_lists_meet_without_a_gap() -> None:
    edges = [0, LIST_LENGTH - 1, LIST_LENGTH, 2 * LIST_LENGTH - 1, 2 * LIST_LENGTH]
    assert [statuslist.list_number(index) for index in edges] == [0, 0, 1, 1, 2]
    assert [later - earlier for earlier, later in pairwise(edges)] == [LIST_LENGTH - 1, 1, LIST_LENGTH - 1, 1]


# --- tokens ---------------------------------------------------------------------------------------------------------


def test_a_token_says_what_it_was_made_of() -> None:
    bits = statuslist.fold_bits([award_of(7, SUSPENDED)], 0)
    listed = statuslist.verify(token(bits), STATUS.public)
    assert listed == statuslist.StatusList(URI, 1_767_225_600, 24 * 3600, 42, ROOT, bits)
    assert statuslist.signer(token()) == STATUS.kid
    assert token(bits) == token(bits)


def test_the_token_has_the_registered_names() -> None:
    """Type, `status_list` 65533 and `ttl` 65534 are those of the draft; ttl is at most a day (FORMATS §6)."""
    protected, unprotected, payload, _ = cbor.decode(token()[1:])
    assert token()[:1] == b"\xd2"
    assert unprotected == {}
    assert cbor.decode(protected) == {1: -8, 4: STATUS.kid, 16: "application/statuslist+cwt"}
    found = cbor.decode(payload)
    assert found.keys() == {2, 6, 65533, 65534, -65538, -65539}
    assert found[65533].keys() == {"bits", "lst"}
    assert found[65534] <= 24 * 3600


def test_every_flipped_bit_is_rejected() -> None:
    good = token(statuslist.fold_bits([award_of(7, SUSPENDED)], 0))
    for at in range(len(good)):
        bits = range(8) if at < 120 or at > len(good) - 80 else (at % 8,)
        for bit in bits:
            with pytest.raises(VerificationError):
                statuslist.verify(good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :], STATUS.public)


def test_another_key_is_rejected() -> None:
    with pytest.raises(BadSignature):
        statuslist.verify(token(), CHECKPOINTS.public)


@pytest.mark.parametrize("data", [b"", b"\xd2", b"\xd2\x80", token()[:-1], token() + b"\x00", token()[1:]])
def test_what_is_no_token_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        statuslist.verify(data, STATUS.public)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {1: -8, 4: STATUS.kid},
        {1: -8, 4: STATUS.kid, 16: "application/statuslist+jwt"},
        {1: -7, 4: STATUS.kid, 16: MEDIA_TYPE},
        {1: -8, 4: STATUS.kid[:-1], 16: MEDIA_TYPE},
        {1: -8, 4: STATUS.kid, 16: MEDIA_TYPE, 3: 0},
        [1, 2],
    ],
)
def test_other_headers_are_malformed(headers: Any) -> None:
    with pytest.raises(Malformed):
        statuslist.verify(signed(claims(), headers), STATUS.public)


@pytest.mark.parametrize(
    "payload",
    [
        [],
        claims(more=1),
        {key: value for key, value in claims().items() if key != 65534},
        claims(sub=1),
        claims(iat=-1),
        claims(ttl="1"),
        claims(size=True),
        claims(root=ROOT[:-1]),
        claims(root=ROOT.hex()),
        claims(status_list=[]),
        claims(status_list={"bits": 1, "lst": zlib.compress(EMPTY)}),
        claims(status_list={"bits": 2}),
        claims(status_list={"bits": 2, "lst": zlib.compress(EMPTY), "aggregation_uri": "x"}),
        claims(status_list={"bits": 2, "lst": EMPTY.hex()}),
        claims(status_list={"bits": 2, "lst": EMPTY}),
        claims(status_list={"bits": 2, "lst": zlib.compress(EMPTY[:-1])}),
        claims(status_list={"bits": 2, "lst": zlib.compress(EMPTY + b"\x00")}),
        claims(status_list={"bits": 2, "lst": zlib.compress(EMPTY)[:-1]}),
        claims(status_list={"bits": 2, "lst": zlib.compress(EMPTY) + b"\x00"}),
        claims(status_list={"bits": 2, "lst": b""}),
    ],
)
def test_other_claims_are_malformed_though_signed(payload: Any) -> None:
    with pytest.raises(Malformed):
        statuslist.verify(signed(payload), STATUS.public)


def test_the_claims_above_are_wrong_in_that_one_thing() -> None:
    assert statuslist.verify(signed(claims()), STATUS.public).bits == EMPTY


def test_a_decompression_bomb_is_refused_and_not_inflated() -> None:
    deflater = zlib.compressobj(9)
    bomb = b"".join(deflater.compress(bytes(1 << 20)) for _ in range(256)) + deflater.flush()
    with pytest.raises(Malformed, match="does not hold"):
        statuslist.verify(signed(claims(status_list={"bits": 2, "lst": bomb})), STATUS.public)


# --- the test vectors of the draft -----------------------------------------------------------------------------------

SHORT = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
"""draft-ietf-oauth-status-list §4.1, the example of two bits."""
LONG = {
    0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1, 645645: 2, 723232: 1, 854545: 1, 934534: 2, 1000345: 3,
}  # fmt: skip
"""The same, appendix "Test vectors for Status List encoding", two bits; 2^20 entries, those not named are 0."""
LONG_CBOR = (
    "a2646269747302636c737459013d78daeddb310d00211000412ea1a04004fe5520ed"
    "357c28c81d3312b6df68bc65480000000000406e2101000000000000000000000000"
    "0000000000000000000000000000000000000040795b020000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000"
    "0080f4ba0400000000000000000000000000406d764a000000000000000000000000"
    "000000000000000000e0922101000000000000000000000000000000000000fc1312"
    "00000000000000000000000000000000000000000000000000000000000000c0912e"
    "01000000000000000000000000000000000000c07d4b020000000000000000000000"
    "00000000a8614a0000000000000000000000406a1fcd60010c"
)
"""Its status list in CBOR (examples/status_list_encoding2_long_cbor.md of the draft's repository)."""


def folded(statuses: dict[int, int]) -> bytes:
    """The fold of awards with these statuses. 3 is none of ours; two awards at one place make its bits."""
    parts = {0: (), 1: (INVALID,), 2: (SUSPENDED,), 3: (INVALID, SUSPENDED)}
    return statuslist.fold_bits((award_of(at, one) for at, status in statuses.items() for one in parts[status]), 0)


def test_the_bits_are_those_of_the_drafts_short_example() -> None:
    assert folded(dict(enumerate(SHORT)))[:3] == bytes.fromhex("c944f9")


def test_the_bits_are_those_of_the_drafts_test_vector() -> None:
    listed = cbor2.loads(bytes.fromhex(LONG_CBOR))
    assert (listed["bits"], zlib.decompress(listed["lst"])) == (2, folded(LONG))


def test_the_drafts_test_vector_reads_as_it_says() -> None:
    read = statuslist.verify(signed(claims(status_list=cbor2.loads(bytes.fromhex(LONG_CBOR)))), STATUS.public)
    assert {at: read.at(at) for at in range(LIST_LENGTH) if read.at(at)} == LONG
