"""Which number of an identity document can be one (GB 11643), on the very edges."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.intake.documents import id_number_is_good

BORN = date(1996, 4, 12)
NUMBER = "500000199604121014"


def test_a_number_is_good_from_the_day_of_birth_on() -> None:
    assert id_number_is_good("resident-id", NUMBER, BORN)
    assert not id_number_is_good("resident-id", NUMBER, date(1996, 4, 11))


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_digit_is_found_wherever_it_is(place: int) -> None:
    wrong = NUMBER[:place] + str((int(NUMBER[place]) + 1) % 10) + NUMBER[place + 1 :]
    assert not id_number_is_good("resident-id", wrong, date(2026, 1, 1))


@pytest.mark.parametrize(
    "number", ["", "5", NUMBER[:-1], NUMBER + "4", NUMBER.replace("5", "５"), "5000001996041210x4"]
)
def test_what_has_another_form_is_none(number: str) -> None:
    assert not id_number_is_good("resident-id", number, date(2026, 1, 1))


def test_other_documents_have_no_check() -> None:
    assert id_number_is_good("passport", "anything", BORN)
