"""The proposals that wait and are about one thing: who would propose the same sees that somebody has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from ledger.office.opening import Office
from ledger.office.proposals import APPROVED, OPEN, Proposal

MOST: Final = 500
"""Proposals that are looked through, the newest first."""


def proposals_about(office: Office, trainee: UUID, names: Collection[str], **fields: object) -> list[Proposal]:
    """Those of a person that wait: commands of these forms whose fields are as given. Raises StoreError."""
    found = []
    for proposal in office.proposals.all((OPEN, APPROVED), limit=MOST):
        if proposal.kind not in names:
            continue
        for command in office.proposals.commands(proposal.id):
            same = all(getattr(command, name, None) == value for name, value in fields.items())
            if getattr(command, "trainee", None) == trainee and same:
                found.append(proposal)
                break
    return found
