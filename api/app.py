"""The served ledger: pages for people, JSON for programs, the published log for everyone.

Thin on purpose: what is valid says `verifier`, what is there says `ledger`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route

from api import (
    absent,
    assets,
    bulk,
    comparing,
    exploring,
    health,
    links,
    lookup,
    notices,
    published,
    receipts,
    scanning,
    scrapi,
    trusting,
)
from api.bulk_turns import Guesses
from api.headers import Headers
from api.limits import Limits, Monotonic
from api.office import (
    applying,
    attaching,
    auditing,
    awarding,
    certifying,
    cohorts,
    deciding,
    enrolments,
    intaking,
    organising,
    passkey,
    pictures,
    preparing,
    printing,
    proposing,
    publishing,
    rest,
    ruling,
    sheets,
    signing,
    single_sign_on,
    telling,
    titles,
    together,
    trainees,
)
from api.office.checking import Checking
from api.office.console import Console
from api.office.gate import Gate
from api.office.opened import OpenedOffice
from api.office.press import Press
from api.office.uploads import Uploads
from api.pace import Run, pace_of
from api.problems import Problems
from api.templates import Site
from ledger.awards import Awards, open_awards
from ledger.handle import Clock, system_clock
from ledger.notices import Notices
from ledger.office.intake_worker import IntakeWorker
from ledger.office.outbox.courier import courier
from ledger.open import SERVED_PATIENCE_SECONDS, open_place
from ledger.places import Place, place_of
from ledger.publisher import Publisher
from ledger.store import StoreError

_log = logging.getLogger(__name__)

START_SECONDS: Final = 10.0
"""How long serving waits for what is new to be published first. A log that takes longer is published meanwhile."""


def create_app(
    at: Place | str, clock: Clock = system_clock, *, works: bool = True, monotonic: Monotonic = time.monotonic
) -> FastAPI:
    """The application of a ledger, which is opened when it starts and closed when it ends.

    `at` is its place or its address. `works`: whether it signs and publishes too, where no other process does.
    `monotonic`: the seconds by which limits count. Raises SettingsError for an address that is no ledger; starting
    raises KeystoreError and StoreError.
    """
    place = place_of(at, patience_seconds=SERVED_PATIENCE_SECONDS) if isinstance(at, str) else at
    settings = place.settings()
    site = Site(settings.name_zh, settings.name_en, settings.url, settings.origin)
    problems = Problems(site)
    running: dict[str, Any] = {}
    office = OpenedOffice(lambda: awards().ledger)
    gate, uploads, press = Gate(office, settings.url), Uploads(), Press()
    intake_worker = IntakeWorker(office)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            ledger = stack.enter_context(open_place(place, clock))
            running["awards"] = stack.enter_context(open_awards(ledger))
            running["notices"] = Notices(running["awards"])
            stack.callback(_end_office, office, intake_worker)
            if works:
                publisher = running["publisher"] = stack.enter_context(Publisher(running["awards"]))
                await run_in_threadpool(_begin_work, publisher, intake_worker, place)
                running["courier"] = stack.enter_context(courier(office, settings))
            yield

    def awards() -> Awards:
        found: Awards = running["awards"]
        return found

    app = FastAPI(
        title="certledger",
        description="Certificates that a stranger can check.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the host that the request names, whatever it is
        exception_handlers={HTTPException: problems.http, RequestValidationError: problems.http},
    )
    app.add_middleware(Limits, site=site, clock=monotonic, typed_refusal=partial(lookup.too_often, site))
    app.add_middleware(Headers, secure=settings.url.startswith("https://"), broken=problems.broken)
    for router in _public(site, awards, lambda: running["notices"], clock, monotonic, pace_of(place)):
        app.include_router(router)
    app.include_router(scrapi.router(site, awards, office))
    admin_api = rest.router(office, gate, clock, awards, settings.url, uploads, press, intake_worker.wake)
    app.include_router(admin_api, include_in_schema=False)
    app.include_router(health.router(awards, lambda: running.get("publisher"), lambda: running.get("courier"), clock))
    app.router.routes.extend(_office_routes(site, office, gate, uploads, press, awards, intake_worker.wake))
    app.router.routes.extend([*published.routes(place.public(settings)), *assets.routes()])
    return app


def _public(
    site: Site,
    awards: Callable[[], Awards],
    noticed: Callable[[], Notices],
    clock: Clock,
    monotonic: Monotonic,
    run: Run,
) -> Iterator[APIRouter]:
    """What everybody may ask for."""
    guesses = Guesses(monotonic)
    yield links.router(site, awards, clock, run)
    yield receipts.router(site, awards, clock)
    yield lookup.router(site, awards, clock, run, guesses)
    yield absent.router(site, awards, clock, run)
    yield bulk.router(site, awards, clock, monotonic, guesses)
    yield comparing.router(site, awards, clock)
    yield trusting.router(site, awards)
    yield exploring.router(site, awards)
    yield notices.router(site, noticed, clock)
    yield notices.objectors_router(site, noticed)
    yield scanning.router(site)


def _end_office(office: OpenedOffice, worker: IntakeWorker) -> None:
    worker.stop()
    office.close()


def _begin_work(publisher: Publisher, worker: IntakeWorker, place: Place) -> None:
    """Publishes what is new, and lets intakes go on that another process left, where there is an office at all."""
    publisher.start()
    publisher.await_first(START_SECONDS)
    try:
        if place.has_office():
            worker.wake()
    except StoreError as error:
        _log.warning("whether intakes are to go on is asked when the office is first opened: %s", error)


def _office_routes(
    site: Site,
    office: OpenedOffice,
    gate: Gate,
    uploads: Uploads,
    press: Press,
    awards: Callable[[], Awards],
    wake: Callable[[], None],
) -> list[Route]:
    training, rules = (cohorts, sheets, certifying, trainees, enrolments), (publishing, ruling, organising)
    areas = (proposing, *training, applying, together, deciding, titles, *rules, pictures)

    def checked(console: Console) -> Iterator[Route]:
        for area in areas:
            yield from area.routes(console)
        yield from signing.staff_routes(console)
        yield from awarding.routes(console, awards)

    console, checks = Console(site, office, gate, uploads), Checking(site, office, gate)
    unchecked = (passkey, signing, single_sign_on, preparing, attaching, telling, auditing)
    others = [route for area in unchecked for route in area.routes(console)]
    others += [*printing.routes(console, awards, press), *intaking.routes(console, wake)]
    return [*others, *checked(console), *checked(checks)]
