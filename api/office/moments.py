"""Times as pages of the console show them: the base's own, to the minute."""

from __future__ import annotations

from datetime import UTC, datetime

from verifier.current import BUSINESS_ZONE


def moment(milliseconds: int) -> str:
    """A moment since 1970 UTC in the base's time zone."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
