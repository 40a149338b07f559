"""What is asked of a person's particulars beside the rules of deciders: what intake asks of a row, wherever they come
from.
"""

from __future__ import annotations

from typing import Any

from ledger import commands as c
from ledger.command_forms import BadForm
from ledger.intake.cells import cell_of
from ledger.intake.documents import id_number_is_good
from ledger.intake.headers import Content


def name_is_good(name: str) -> bool:
    """Whether paper can show a name, in the order in which it is written."""
    return not cell_of(Content.TEXT, name).fault


def check(command: Any) -> None:
    """Raises BadForm for a name that no paper can show, a document's number that is none, half a title."""
    if isinstance(command, c.RegisterTrainee | c.ChangeName) and not name_is_good(command.name):
        raise BadForm("name", "characters that paper can show, in the order in which they are written")
    if isinstance(command, c.RegisterTrainee | c.AmendDetails) and (
        (command.title_held is None) is not (command.title_since is None)
    ):
        raise BadForm("title_held" if command.title_held is None else "title_since", "a title and its day together")
    if isinstance(command, c.RegisterTrainee) and not id_number_is_good(command.id_type, command.id_number, command.on):
        raise BadForm("id_number", "a number of such a document")
