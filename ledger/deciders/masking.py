"""What is shown of an identity document, and of a name, where all of it would be too much."""

from __future__ import annotations


def mask_id_number(id_type: str, number: str) -> str:
    """A number with its middle hidden: of a resident ID the area code and the last four stay, of others less.

    Two holders of one name can be told apart; the birth date and the whole number cannot be read.
    """
    head, tail = (6, 4) if id_type == "resident-id" else (1, 3)
    hidden = max(len(number) - head - tail, 0)
    if hidden < 4:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return number[:head] + "*" * hidden + number[-tail:]


def mask_name(name: str) -> str:
    """A name of which only the first character stays, however long it is."""
    return name[:1] + "**"
