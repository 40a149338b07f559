"""The admin API: what the console can do, for programs with a token and for pages of a session, under `/api/v1`.

`docs/api.md` says it for who writes a program.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from api.office.gate import Gate
from api.office.rest import changes, commands, definitions, document, prepared, proposals, trainees
from api.office.rest.answers import PREFIX, RestRoute
from ledger.awards import Awards
from ledger.handle import Clock
from ledger.office.opening import Office


def router(office: Callable[[], Office], gate: Gate, clock: Clock, awards: Callable[[], Awards]) -> APIRouter:
    """All routes of the admin API, its own OpenAPI document among them. `awards`: for the public change feed."""
    made = APIRouter(prefix=PREFIX, route_class=RestRoute)
    definitions.add(made, office, gate)
    trainees.add(made, office, gate, clock)
    commands.add(made, office, gate)
    proposals.add(made, office, gate)
    prepared.add(made, office, gate)
    changes.add(made, awards)
    document.add(made)
    return made
