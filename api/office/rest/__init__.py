"""The admin API: what the console can do, for programs with a token and for pages of a session, under `/api/v1`.

`docs/api.md` says it for who writes a program.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from api.office.gate import Gate
from api.office.opened import OpenedOffice
from api.office.press import Press
from api.office.rest import (
    applications,
    changes,
    commands,
    definitions,
    document,
    evidence,
    intakes,
    listing,
    organisations,
    own,
    papers,
    pictures,
    prepared,
    printing,
    proposals,
    proposing,
    staff,
    tables,
    telling,
    trainees,
    training,
    waiting,
)
from api.office.rest.answers import PREFIX, RestRoute
from api.office.rest.sights import Sights
from api.office.uploads import Uploads
from ledger.awards import Awards
from ledger.handle import Clock


def router(
    office: OpenedOffice,
    gate: Gate,
    clock: Clock,
    awards: Callable[[], Awards],
    url: str,
    uploads: Uploads,
    press: Press,
    wake: Callable[[], None],
) -> APIRouter:
    """All routes of the admin API, its own OpenAPI document among them. `awards`: for the public change feed, and for
    numbers of papers; `url`: the public address of the pages; `uploads`: reads the console's forms with files, too;
    `press`: makes its print files, too; `wake`: says that there is work for the thread that works on intakes.
    """
    made, sights = APIRouter(prefix=PREFIX, route_class=RestRoute), Sights(office, gate)
    definitions.add(made, office, gate)
    organisations.add(made, office, gate)
    own.add(made, office, gate)
    staff.add(made, office, gate, url)
    waiting.add(made, sights)
    trainees.add(made, office, gate, clock)
    listing.add(made, sights)
    training.add(made, sights)
    applications.add(made, sights)
    papers.add(made, sights, awards)
    pictures.add(made, sights)
    commands.add(made, office, gate)
    proposals.add(made, office, gate)
    prepared.add(made, office, gate)
    proposing.add(made, office, gate)
    intakes.add(made, office, gate, uploads, wake)
    evidence.add(made, sights, uploads)
    telling.add(made, office, gate)
    tables.add(made, sights)
    printing.add(made, sights, awards, press)
    changes.add(made, awards)
    document.add(made)
    return made
