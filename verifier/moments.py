"""Moments out of the whole seconds that signed things say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

LATEST: Final = 2**33
"""Seconds since 1970 UTC, in the year 2242. What is later is shown as this: a calendar ends somewhere."""


def moment_of(seconds: int) -> datetime:
    """The moment of so many seconds since 1970 UTC, LATEST at most."""
    return datetime.fromtimestamp(min(seconds, LATEST), UTC)
