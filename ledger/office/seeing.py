"""Who of the staff sees whose data (DOMAIN.md, Control)."""

from __future__ import annotations

from typing import Final

from ledger.office.staff import Member
from ledger.register.scope import WHOLE, Scope

READERS: Final = frozenset({"approver", "assessor", "auditor", "registrar"})
"""The roles that work with people's data: who is an administrator and nothing else sees none."""


def scope_of(member: Member, base: str) -> Scope | None:
    """Whose rows of the register somebody sees; None for nobody's. `base`: the code of the base itself.

    Staff of the base see everybody, those of another organisation whom that has to do with.
    """
    if not member.roles & READERS:
        return None
    return WHOLE if member.organisation == base else Scope(member.organisation)
