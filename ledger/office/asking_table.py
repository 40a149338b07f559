"""A program's table of hours or scores of a cohort: recorded whole or, where a cell is wrong, not at all; once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ledger.command_forms import BadForm
from ledger.office import cells, forms
from ledger.office.asking import Answer, AtPlace, from_plain_answer, recorded_of, to_plain_answer
from ledger.office.opening import Office
from ledger.office.sight import Sight
from ledger.refusals import Code, Refusal


@dataclass(frozen=True, slots=True)
class AskedTable:
    """One request."""

    name: str
    """`record-attendance` or `record-result`."""
    shared: Mapping[str, Any]
    """The fields of the command's form that hold for everybody, a cohort that is seen among them."""
    cells: Sequence[Mapping[str, Any]]
    """The others, for each person."""
    key: str
    """By which the program knows the request again."""


def record_table(office: Office, sight: Sight, asked: AskedTable) -> list[Answer]:
    """What came of each cell, in their order. Raises Refusal, AtPlace where it is about one cell; StoreError.

    After a StoreError the same may be sent again: what is recorded by then is recorded once. A refusal that only comes
    while cells are being recorded, for others record too, leaves those before it recorded; so does sending it again.
    """
    member, command = sight.member, forms.NAMES[asked.name]
    forms.check_role(member, asked.name)
    written = [_read(asked, n) for n in range(len(asked.cells))]
    if len({cell.trainee for cell in written}) < len(written):
        raise BadForm("cells", "nobody twice")
    plain = json.dumps(["table", asked.name, asked.shared, asked.cells], sort_keys=True, ensure_ascii=False)
    repeat = office.repeats.begin(member.account, asked.key, plain.encode())
    if repeat.answer is not None:
        return [from_plain_answer(item) for item in repeat.answer["table"]]
    for n, cell in enumerate(written):
        try:
            sight.dossier(cell.trainee)
            cells.look(office, member, sight.desk, repeat.request, cell)
        except Refusal as refusal:
            raise AtPlace(f"cells[{n}]", refusal) from None
    answers = []
    for n, cell in enumerate(written):
        try:
            done = cells.record(office, member, repeat.request, cell)
            if done.executed is None:  # that it holds its own key is new since the cell was looked at
                raise Refusal(Code.SIGNS_ITSELF, "who records this signs it with a key of its own")
        except Refusal as refusal:
            raise AtPlace(f"cells[{n}]", refusal) from None
        answers.append(recorded_of(office, command, done.executed))
    office.repeats.keep(repeat, {"table": [*map(to_plain_answer, answers)]})
    return answers


def _read(asked: AskedTable, n: int) -> cells.Cell:
    try:
        return cast(cells.Cell, forms.read(asked.name, {**asked.shared, **asked.cells[n]}))
    except BadForm as fault:
        place = fault.place if fault.place in asked.shared else f"cells[{n}].{fault.place}"
        raise BadForm(place, fault.wanted) from None
