"""Cells of a table that is filled in for many people at once: all are looked at before the first is recorded.

Each has a request id of its own, made of the table's and the person's: a table that is sent twice is recorded once.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from ledger import commands as c
from ledger.handle import Desk
from ledger.office.doing import Done, do
from ledger.office.opening import Office
from ledger.office.staff import Member
from ledger.permissions import Actors

Cell = c.RecordAttendance | c.RecordResult


def look(office: Office, member: Member, desk: Desk, table: UUID, cell: Cell) -> Done | None:
    """What came of a cell before; None for nothing yet, where it could be recorded. Raises Refusal; StoreError.

    `desk`: where the cells of the table that were looked at before count already.
    """
    if desk.store.command(_request(table, cell).bytes) is not None:
        return record(office, member, table, cell)
    desk.decide(cell, Actors(member.pseudonym))
    return None


def record(office: Office, member: Member, table: UUID, cell: Cell) -> Done:
    """Records a cell, or gives what was recorded of it before. Raises Refusal; StoreError."""
    return do(office, member, cell, _request(table, cell))


def _request(table: UUID, cell: Cell) -> UUID:
    return uuid5(table, cell.trainee.hex)
