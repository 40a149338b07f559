"""Numbers, link ids and the two addresses of verifier/address.py."""

from __future__ import annotations

import itertools
import sys
import unicodedata
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from verifier import address
from verifier.address import LinkAddress, ProofAddress, parse_address
from verifier.errors import Malformed

LINK_ID = "0123456789ABCDEFGHJKMNPQ"
NUMBER = address.new_number("BDI", 2023, bytes(range(9)))


def test_a_link_id_has_all_120_bits_and_no_more() -> None:
    assert address.new_link_id(bytes(15)) == "0" * 24
    assert address.new_link_id(b"\xff" * 15) == "Z" * 24
    assert address.new_link_id(bytes(14) + b"\x01") == "0" * 23 + "1"
    assert address.new_link_id(b"\x80" + bytes(14)) == "G" + "0" * 23
    with pytest.raises(ValueError, match="15 random bytes, not 16"):
        address.new_link_id(bytes(16))


@given(st.binary(min_size=15, max_size=15))
def test_every_link_id_is_read_in_either_case(random: bytes) -> None:
    link_id = address.new_link_id(random)
    assert address.check_link_id(link_id.lower()) == link_id
    assert address.link_digest(link_id.lower()) == sha256(link_id.encode()).digest()


@pytest.mark.parametrize("text", ["", LINK_ID[:-1], LINK_ID + "0", "I" + LINK_ID[1:], "U" + LINK_ID[1:], "ſ" * 24])
def test_what_is_no_link_id_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="link id"):
        address.check_link_id(text)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=40))
def test_the_check_character_is_that_of_an_independent_implementation(text: str) -> None:
    assert address.check_character(text) == mod_37_36.calc_check_digit(text)


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=16),
    st.integers(1000, 9999),
    st.binary(min_size=9, max_size=9),
)
def test_every_new_number_reads_back_as_it_is_printed(prefix: str, year: int, random: bytes) -> None:
    number = address.new_number(prefix, year, random)
    assert address.check_number(number) == number
    assert number.rpartition("-")[2] in address.ALPHABET
    assert mod_37_36.is_valid(number.replace("-", ""))


def test_a_number_is_found_in_whatever_a_person_types() -> None:
    digest = sha256(NUMBER.replace("-", "").encode()).digest()
    wide = "".join(chr(ord(c) + 0xFEE0) for c in NUMBER)
    assert unicodedata.normalize("NFKC", wide) == NUMBER
    prefix, rest = NUMBER[:3], NUMBER[3:]
    lookalike = prefix + rest.replace("0", "o").replace("1", "l")
    for typed in (NUMBER.lower(), wide, f" {NUMBER} ", NUMBER.replace("-", " – "), NUMBER.replace("-", ""), lookalike):
        assert address.check_number(typed) == NUMBER
        assert address.number_digest(typed) == digest


def test_letters_of_the_prefix_stay_what_they_are() -> None:
    number = address.new_number("BOIL", 2023, bytes(9))
    assert address.check_number(number.lower()) == number
    with pytest.raises(Malformed, match="check character"):
        address.check_number(number.replace("BOIL", "B01L"))


def test_each_slip_in_one_character_and_each_swap_of_neighbours_is_found() -> None:
    plain = NUMBER.replace("-", "")
    for at, right in enumerate(plain):
        for wrong in set(address.ALPHABET) - {right}:
            with pytest.raises(Malformed):
                address.check_number(plain[:at] + wrong + plain[at + 1 :])
    for at, (one, two) in enumerate(itertools.pairwise(plain)):
        if one != two:
            with pytest.raises(Malformed):
                address.check_number(plain[:at] + two + one + plain[at + 2 :])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "form PREFIX-YEAR"),
        ("2023" + "0" * 14, "form PREFIX-YEAR"),
        ("BDI-2O2X-0000000000000-0", "form PREFIX-YEAR"),
        ("BDI-2023-00000000U0000-0", "'U' never occurs"),
        ("BDI/2023", "'/' is neither a letter"),
        ("证书-2023-0000000000000-0", "'证' is neither a letter"),
        ("B" * 200, "longer than 128"),
        (NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "2"), "check character does not fit"),
    ],
)
def test_a_number_that_is_none_is_malformed_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        address.check_number(text)


@pytest.mark.parametrize(
    ("prefix", "year", "random", "reason"),
    [
        ("bdi", 2023, 9, "prefix"),
        ("", 2023, 9, "prefix"),
        ("B" * 17, 2023, 9, "prefix"),
        ("BDI", 999, 9, "year"),
        ("BDI", 10000, 9, "year"),
        ("BDI", 2023, 8, "9 random bytes"),
    ],
)
def test_a_number_is_made_of_sound_parts_only(prefix: str, year: int, random: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        address.new_number(prefix, year, bytes(random))


@pytest.mark.parametrize(
    ("programme", "prefix"),
    [("BDI", "BDI"), ("ict-2", "ICT2"), ("ＢＤＩ", "BDI"), ("大数据", "CERT"), ("x" * 20, "X" * 16)],
)
def test_the_prefix_of_a_programme(programme: str, prefix: str) -> None:
    assert address.number_prefix(programme) == prefix


def test_a_link_address_is_read_in_either_case() -> None:
    text = address.link_address("https://Certificates.Example.org", LINK_ID.lower())
    assert text == f"https://CERTIFICATES.EXAMPLE.ORG/C/{LINK_ID}"
    expected = LinkAddress("certificates.example.org", LINK_ID)
    assert parse_address(text) == parse_address(text.lower()) == parse_address(text.upper()) == expected


@pytest.mark.parametrize(
    ("base_url", "host"),
    [("http://127.0.0.1:8000", "127.0.0.1:8000"), ("http://localhost", "localhost"), ("http://[::1]:80", "[::1]:80")],
)
def test_a_loopback_host_may_go_without_tls(base_url: str, host: str) -> None:
    assert parse_address(address.link_address(base_url, LINK_ID)) == LinkAddress(host, LINK_ID, "http")
    assert parse_address(address.proof_address(base_url, b"p")) == ProofAddress(host, b"p", "http")


# 1,785 bytes are the first whose digits Python refuses to convert at once.
@pytest.mark.parametrize("size", [1, 2, 248, 249, 1273, 1784, 1785, 1786, 65_535, 65_536])
@pytest.mark.parametrize("fill", [b"\x00", b"\xff", b"\x5a"])
def test_a_proof_of_any_size_comes_back_from_its_digits(size: int, fill: bytes) -> None:
    limit = sys.get_int_max_str_digits()
    text = address.proof_address("https://example.org", fill * size)
    assert text.startswith("https://example.org/p#")
    assert parse_address(text) == ProofAddress("example.org", fill * size)
    assert sys.get_int_max_str_digits() == limit


@given(st.binary(min_size=1, max_size=1700))
def test_the_digits_are_those_of_the_integer(proof: bytes) -> None:
    digits = address.proof_address("https://example.org", proof).partition("#")[2]
    assert digits == str(int.from_bytes(b"\x01" + proof, "big"))


def test_a_proof_that_is_empty_or_too_long_has_no_address() -> None:
    for proof in (b"", bytes(65_537)):
        with pytest.raises(Malformed, match="1 to 65536"):
            address.proof_address("https://example.org", proof)


LONGEST = address.proof_address("https://example.org", b"\xff" * 65_536)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "certificate",
        f"https://example.org/c/{LINK_ID} ",
        f" https://example.org/c/{LINK_ID}",
        f"https://example.org/c/{LINK_ID}\n",
        f"https://example.org/c/{LINK_ID}?x",
        f"https://example.org//c/{LINK_ID}",
        f"https://user@example.org/c/{LINK_ID}",
        f"https://example.org:0/c/{LINK_ID}",
        f"https://example.org:70000/c/{LINK_ID}",
        f"https://example.org:080/c/{LINK_ID}",
        f"https://exämple.org/c/{LINK_ID}",
        f"https://-x.org/c/{LINK_ID}",
        f"https://{'a.' * 130}org/c/{LINK_ID}",
        f"http://example.org/c/{LINK_ID}",
        f"http://127.0.0.1.example.org/c/{LINK_ID}",
        f"ftp://example.org/c/{LINK_ID}",
        "https://example.org/c/" + LINK_ID.replace("Q", "U"),
        "https://example.org/p#",
        "https://example.org/p#255",
        "https://example.org/p#1",
        "https://example.org/p#0",
        "https://example.org/p#0511",
        "https://example.org/p#+511",
        "https://example.org/p#5_11",
        "https://example.org/p#5１1",
        "https://example.org/p#1023",
        "https://example.org/P#511",
        "https://example.org/p?#511",
        LONGEST + "0",
        "https://example.org/p#" + "9" * (len(LONGEST) - 22),
        "https://example.org/p#" + "9" * 10_000_000,
    ],
    ids=range(32),
)
def test_an_address_of_any_other_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_address(text)


def test_one_byte_behind_the_mark_is_the_shortest_proof() -> None:
    assert parse_address("https://example.org/p#511") == ProofAddress("example.org", b"\xff")


@pytest.mark.parametrize("base_url", ["https://example.org/", "https://example.org/x", "http://example.org", "x"])
def test_an_address_is_built_on_a_scheme_and_a_host_alone(base_url: str) -> None:
    with pytest.raises(Malformed):
        address.link_address(base_url, LINK_ID)
