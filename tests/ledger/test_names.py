"""The pieces by which a part of a name finds the whole."""

from __future__ import annotations

import pytest

from ledger.names import PREFIX, pieces_of_name, pieces_of_search


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("林知远", "林知远"),
        ("林知远", "林"),
        ("林知远", "知远"),
        ("林知远", " 林 知远 "),
        ("帕尔哈提·阿布都热依木", "提阿布"),
        ("帕尔哈提·阿布都热依木", "阿布都热依木·帕尔哈提"),
        ("Anna-Maria Schmidt", "schm"),
        ("Anna-Maria Schmidt", "SCHMIDT anna"),
        ("Anna·Schmidt", "schmidt"),
        ("Straße", "strasse"),
        ("김민준", "민준"),
        ("李 Lee", "李 le"),
        ("a" * 40, "a" * 20),
    ],
)
def test_what_is_found(name: str, text: str) -> None:
    wanted = pieces_of_search(text)
    assert wanted
    assert set(wanted) <= pieces_of_name(name)


@pytest.mark.parametrize(
    ("name", "text"),
    [("林知远", "知林"), ("林知远", "王"), ("Anna Schmidt", "midt"), ("Anna Schmidt", "anna k"), ("Lin", "林")],
)
def test_what_is_not_found(name: str, text: str) -> None:
    assert not set(pieces_of_search(text)) <= pieces_of_name(name)


@pytest.mark.parametrize("text", ["", "  ", "··", "\u200b"])
def test_what_says_nothing_has_no_pieces(text: str) -> None:
    assert pieces_of_search(text) == []
    assert pieces_of_name(text) == set()


def test_long_words_have_no_more_pieces_than_their_beginnings() -> None:
    assert len(pieces_of_name("b" * 1000)) == PREFIX


def test_what_fewest_have_is_asked_first() -> None:
    assert pieces_of_search("l 林知")[0] == "林知"
