"""Numbers of identity documents: which can be one, for rows of a pack and for a form alike."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

_RESIDENT_ID: Final = re.compile(r"[0-9]{17}[0-9X]")


def id_number_is_good(id_type: str, number: str, on: date) -> bool:
    """Whether a resident ID number can be one on that day (GB 11643: check character, birth date); the numbers of other
    documents have no check.

    `ric.validate` is not used as a whole: it also looks the area up, and 500000 is issued to nobody.
    """
    if id_type != "resident-id":
        return True
    if not _RESIDENT_ID.fullmatch(number) or ric.calc_check_digit(number) != number[-1]:
        return False
    try:
        born_on = ric.get_birth_date(number)
    except ValidationError:
        return False
    return bool(born_on <= on)
