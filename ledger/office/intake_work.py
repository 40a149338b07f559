"""The work on intakes: rehearsing what was uploaded, taking in what was approved; one at a time, in whatever process.

Who works holds the intake for a while and says again and again that it goes on. Where a process dies, another, or the
next start, takes the intake up when that while is over: a rehearsal begins anew, and an intake goes on where it
stopped, because every row that is recorded is known by its claim. Two that work on the same by mistake do no harm for
the same reason.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from traceback import format_tb
from typing import Final

from ledger.deciders.base import Base
from ledger.intake.engine import IntakeReport, rehearse, take_in
from ledger.intake.files import PackError
from ledger.office.intake_findings import Findings, findings_of
from ledger.office.intakes import CHECKED, CHECKING, DONE, FAILED, Intake
from ledger.office.opening import Office
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.signing import KeystoreError
from ledger.store import StoreError

HELD_SECONDS: Final = 30.0
"""How long an intake is held from one word to the next."""
_TELL_SECONDS: Final = 0.5
"""Between two words about how far the work is."""
_OF_THE_WHOLE: Final = frozenset(
    {Code.MISSING_ROLE, Code.OTHER_ORGANISATION, Code.UNKNOWN_ACCOUNT, Code.SAME_PERSON, Code.NO_APPROVER}
)
"""Refusals that are about who asks: where a row meets one, it is the intake that cannot be."""

_log = logging.getLogger(__name__)


class Interrupted(Exception):
    """The work is to end here; another goes on with it."""


def work_once(office: Office, ends: Callable[[], bool] = lambda: False) -> bool:
    """Works on the intake that waits longest; whether there was one.

    `ends` says whether the process is to end: then the intake is given back. Raises StoreError, KeystoreError where it
    is to be tried again; Interrupted.
    """
    office.intakes.sweep()
    intake = office.intakes.begin_work(HELD_SECONDS)
    if intake is None:
        return False
    told = _Told(office, intake, ends)
    try:
        if intake.state == CHECKING:
            _check(office, intake, told)
        else:
            _take_in(office, intake, told)
    except (StoreError, KeystoreError, Interrupted):
        told.give_back()
        raise
    except Exception as error:  # else it would be tried for ever, and nothing behind it would have its turn
        # Not the message: it may quote what stands in a cell.
        _log.error("an intake failed: %s\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
        office.intakes.finish(intake, FAILED, Findings(), f"{type(error).__name__}: {error}")
    return True


def _check(office: Office, intake: Intake, told: _Told) -> None:
    with _as_findings() as found:
        approver = _somebody_else(office.executor.base(), intake.uploader)
        desk, actors = office.ledger.desk_apart(rehearsal=True), Actors(intake.uploader, approver)
        found.append(_judged(rehearse(desk, office.intakes.pack(intake.id), actors, progress=told)))
    office.intakes.finish(intake, CHECKED, found[-1])


def _take_in(office: Office, intake: Intake, told: _Told) -> None:
    store = office.ledger.store
    begins = office.intakes.begins_at(intake, store.head().size)
    actors = Actors(intake.uploader, intake.approver)
    signed = office.intakes.signed(intake.id)
    with _as_findings() as found:
        desk, pack = office.ledger.desk_apart(), office.intakes.pack(intake.id)
        made = findings_of(take_in(desk, pack, actors, signed=signed, progress=told))
        # Where the last try was killed after its last transaction, this one records nothing and names no pack.
        stream = made.pack or (signed.pack_id if made.taken else None)
        found.append(replace(made, pack=stream))
    end = replace(found[-1], indices=(begins, store.head().size))
    if end.fault or end.refusal[0]:
        office.intakes.finish(intake, FAILED, end, end.fault or f"{end.refusal[1]} ({end.refusal[0]})")
    else:
        office.intakes.finish(intake, DONE, end)


@contextmanager
def _as_findings() -> Iterator[list[Findings]]:
    """Takes what stops an intake as a whole for what was found."""
    found: list[Findings] = []
    try:
        yield found
    except PackError as error:
        found.append(Findings(fault=str(error)))
    except Refusal as refusal:
        found.append(Findings(refusal=(refusal.code.value, refusal.message)))


def _judged(report: IntakeReport) -> Findings:
    """What a rehearsal found; a row that is refused because of who asks stops the whole."""
    found = findings_of(report)
    for item in report.rejected:
        if item.code in _OF_THE_WHOLE:
            return replace(found, refusal=(item.code, item.sentence))
    return found


def _somebody_else(base: Base, uploader: str) -> str:
    """An approver of the base to rehearse with. Raises Refusal `no-approver`."""
    for pseudonym, roles in sorted(base.accounts.items()):
        if "approver" in roles and pseudonym != uploader and base.account_organisations[pseudonym] == base.code:
            return pseudonym
    raise Refusal(Code.NO_APPROVER, "nobody else of the base has the role approver: an administrator gives it")


class _Told:
    """Says how far the work is."""

    def __init__(self, office: Office, intake: Intake, ends: Callable[[], bool]) -> None:
        self._office, self._intake, self._ends = office, intake, ends
        self._at = (intake.done, intake.total)
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Called by the engine. Raises Interrupted where the process is to end."""
        if self._ends():
            raise Interrupted
        self._at = (done, total)
        if time.monotonic() >= self._next or done == total:
            self._next = time.monotonic() + _TELL_SECONDS
            self._office.intakes.went_on(self._intake, done, total, HELD_SECONDS)

    def give_back(self) -> None:
        """Lets another go on at once; where the store is away, when the time is over."""
        try:
            self._office.intakes.went_on(self._intake, *self._at, 0)
        except StoreError as error:
            _log.warning("an intake could not be given back: %s", error)
