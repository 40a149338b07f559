"""An office at which one only looks: the same rules, refusals and answers, and nothing is recorded or kept.

For forms that are checked while somebody fills them in. The code is that which records; what it records with is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ledger.cabinet import Cabinet
from ledger.looking import WouldRecord, looking_ledger
from ledger.office.opening import Office, assemble
from ledger.projector import Tables

T = TypeVar("T")


def looking_office(office: Office) -> Office:
    """The same office, to look at: where it would record or keep anything it raises WouldRecord. Nothing to close."""
    return assemble(looking_ledger(office.ledger), LookingCabinet(office.cabinet))


class LookingCabinet:
    """The port `Cabinet` on another, of which nothing is changed."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """See `Cabinet`."""
        return self._cabinet.select(sql, params)

    def write(self, work: Callable[[Tables], T], /) -> T:
        """What `work` returns, and raises, as long as it only reads; WouldRecord where it would change anything."""
        return work(_LookingTables(self._cabinet))

    def close(self) -> None:
        """Closes nothing."""


class _LookingTables:
    """The port `Tables`, to read from."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> None:
        raise WouldRecord

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        raise WouldRecord

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        return self._cabinet.select(sql, params)
