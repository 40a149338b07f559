"""What is done where witnesses do not cosign: the table `[witnesses]` of a ledger's settings.

Who the witnesses are is no setting: it stands in the log (`certledger witnesses`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PUBLISH: Final = "publish"
WAIT: Final = "wait"
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class WitnessSettings:
    """How long witnesses are waited for, and what comes then."""

    when_missing: str = PUBLISH
    """`publish`: a checkpoint without a quorum is published all the same; `wait`: not before the quorum is there."""
    seconds: int = 5
    """How long one checkpoint waits for its cosignatures."""

    def to_table(self) -> dict[str, object]:
        """The table, without what is as it is by default."""
        made: dict[str, object] = {}
        if self.when_missing != PUBLISH:
            made["when_missing"] = self.when_missing
        if self.seconds != DEFAULTS.seconds:
            made["seconds"] = self.seconds
        return made


DEFAULTS: Final = WitnessSettings()


def parse_witness_settings(table: Mapping[str, Any]) -> WitnessSettings:
    """Reads the table. Raises ValueError, which names the key."""
    read = WitnessSettings(**table)
    if read.when_missing not in (PUBLISH, WAIT):
        raise ValueError(f"witnesses.when_missing is {read.when_missing!r}, neither {PUBLISH!r} nor {WAIT!r}")
    if type(read.seconds) is not int or not 1 <= read.seconds <= _LONGEST:
        raise ValueError(f"witnesses.seconds is not a whole number from 1 to {_LONGEST}")
    return read
