"""What an authority may say that its public notices (公示) show, and how it says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NOTICE_SHOWS: Final = ("name", "masked-name", "employer", "recommended-by", "speciality")
"""What a notice can show of an applicant, beside the level applied for and the notice's own days."""

MOST_KEPT_DAYS: Final = 3650
"""The longest time, in days, for which the personal values of an objection can be kept after the application's end."""

_TEXT_LIMIT: Final = 1000


def terms_fault(shows: Sequence[str], basis_zh: str, basis_en: str, reached_at: str, kept_days: int) -> str | None:
    """Why these cannot be the terms of an authority's notices; None where they can."""
    if unknown := [word for word in shows if word not in NOTICE_SHOWS]:
        return f"{unknown[0][:40]!r} is nothing that a notice can show"
    if len(set(shows)) < len(shows) or {"name", "masked-name"} <= set(shows):
        return "the same is shown twice"
    for what, text in (("Chinese legal basis", basis_zh), ("English legal basis", basis_en), ("address", reached_at)):
        if not text.strip() or len(text) > _TEXT_LIMIT:
            return f"the {what} is missing, or longer than {_TEXT_LIMIT} characters"
    if not 0 <= kept_days <= MOST_KEPT_DAYS:
        return f"objections are kept for 0 to {MOST_KEPT_DAYS} days"
    return None
