"""Recorded times against the times at which witnesses cosigned: a clock that is not the base's.

What a witness cosigned was there at that time, so none of it was recorded later. What lies behind it was not there yet,
so none of that was recorded long before. Times of a log never run back: the last entry and the next one speak for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from verifier.audit.report import Finding
from verifier.cosignatures import Cosigned
from verifier.current import CLOCK_TOLERANCE

RecordedAt = Callable[[int], int]
"""When the entry at an index says that it was recorded, in milliseconds since 1970 UTC."""
_TOLERANCE_MS: Final = int(CLOCK_TOLERANCE.total_seconds()) * 1000


def findings(seen: Cosigned, size: int, log_size: int, recorded_at: RecordedAt) -> Iterator[Finding]:
    """What the cosignatures of a checkpoint of `size` entries, of a log of `log_size`, say of the base's clock.

    A finding where as many witnesses as the policy asks for contradict it by more than ten minutes. Raises as
    `recorded_at` does.
    """
    if not seen.cosignatures:
        return
    if size:
        at = recorded_at(size - 1)
        if who := _quorum(seen, lambda cosigned: at > cosigned + _TOLERANCE_MS):
            yield Finding(size - 1, f"recorded at {_told(at)}, and cosigned by witnesses before that: {who}")
    if size < log_size:
        at = recorded_at(size)
        if who := _quorum(seen, lambda cosigned: at < cosigned - _TOLERANCE_MS):
            told = f"recorded at {_told(at)}, and witnesses cosigned the log without it after that: {who}"
            yield Finding(size, told)


def _quorum(seen: Cosigned, contradicts: Callable[[int], bool]) -> str:
    """The witnesses whose times contradict, with the times; empty where they are too few."""
    found = [item for item in seen.cosignatures if contradicts(item.timestamp * 1000)]
    met = bool(found) and seen.policy.met(frozenset(item.witness for item in found))
    return ", ".join(item.told for item in found) if met else ""


def _told(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
