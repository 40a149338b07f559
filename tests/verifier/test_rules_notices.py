"""What terms of notices can be."""

from __future__ import annotations

import pytest

from verifier.rules import NOTICE_SHOWS, terms_fault

BASIS = ("依据", "A law.", "office@example.org")


def test_each_thing_that_a_notice_can_show_can_be_set() -> None:
    for word in NOTICE_SHOWS:
        assert terms_fault((word,), *BASIS, 30) is None
    assert terms_fault((), *BASIS, 0) is None


@pytest.mark.parametrize(
    ("shows", "basis_zh", "basis_en", "reached_at", "kept_days", "fault"),
    [
        (("id_number",), *BASIS, 30, "id_number"),
        (("employer", "employer"), *BASIS, 30, "twice"),
        (("name", "masked-name"), *BASIS, 30, "twice"),
        ((), " ", "A law.", "office", 30, "Chinese legal basis"),
        ((), "依据", "", "office", 30, "English legal basis"),
        ((), "依据", "A law.", "", 30, "address"),
        ((), "依" * 1001, "A law.", "office", 30, "1000"),
        ((), *BASIS, -1, "0 to 3650 days"),
        ((), *BASIS, 3651, "0 to 3650 days"),
    ],
)
def test_terms_that_cannot_be_say_why(
    shows: tuple[str, ...], basis_zh: str, basis_en: str, reached_at: str, kept_days: int, fault: str
) -> None:
    told = terms_fault(shows, basis_zh, basis_en, reached_at, kept_days)
    assert told is not None
    assert fault in told
