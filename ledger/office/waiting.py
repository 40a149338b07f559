"""The proposals that wait and what they are about: who would propose the same sees that somebody has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final
from uuid import UUID

from ledger import commands as c
from ledger.office.opening import Office
from ledger.office.proposals import APPROVED, OPEN, Proposal

MOST: Final = 1000
"""Proposals that are looked through, the newest first."""


def proposals_about(office: Office, trainee: UUID, names: Collection[str], **fields: object) -> list[Proposal]:
    """Those of a person that wait: commands of these forms whose fields are as given. Raises StoreError."""
    found: dict[UUID, Proposal] = {}
    for proposal, command in commands_waiting(office, names, **fields):
        if command.trainee == trainee:
            found[proposal.id] = proposal
    return list(found.values())


def commands_waiting(
    office: Office, names: Collection[str], **fields: object
) -> Iterator[tuple[Proposal, c.PersonCommand]]:
    """What is proposed of people and waits: commands of these forms whose fields are as given. Raises StoreError."""
    for proposal in office.proposals.all((OPEN, APPROVED), limit=MOST):
        if proposal.kind not in names:
            continue
        for command in office.proposals.commands(proposal.id):
            if isinstance(command, c.PersonCommand) and all(
                getattr(command, name, None) == value for name, value in fields.items()
            ):
                yield proposal, command
