"""Pages of the console as somebody who is signed in gets them, from a register of many people, on both engines.

The register is a pack's, copied row by row (`benchmarks.multiplied`), served by the real server on a core of its own.
What a page opens from the log (one person, the people of a cohort) it opens of the pack's own people; lists and counts
are of all. Everything is asked one request after the other; the floor is a page of the same server that reads nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from statistics import quantiles
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from benchmarks.measuring import Figure
from benchmarks.multiplied import multiply
from benchmarks.served import get, post, serving
from benchmarks.world import ENGINES, World
from ledger.founding import OPERATOR
from ledger.office.opening import open_office
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.register.paging import write_cursor
from ledger.register.reading import Register, open_register
from ledger.upkeep import Upkeep

ASKED: Final = 40
"""How often each page is asked for in one round."""
FEW: Final = 5
"""How often the pictures are, each of which counts over the whole register."""
FLOOR: Final = "/scan"
"""A page of the same server, templates and middleware included, that reads nothing of the ledger."""
_FORM: Final = "application/x-www-form-urlencoded"
_SAME: Final = "Sec-Fetch-Site: same-origin"


def measure(world: World) -> Iterator[Figure]:
    """p50 and p95 of each page, against the floor's in the same round."""
    for engine in ENGINES:
        ledger = world.ledger_on(engine)
        Upkeep(ledger).run_once()
        with open_register(ledger) as register:
            multiply(ledger, register, world.sizes.listed)
            people = register.views.select("SELECT COUNT(*) AS n FROM people")[0]["n"]
            taken = _taken(world, ledger, _pages(ledger, register), _signed_in(ledger))
            register.rebuild()
        for place, word in ((9, "p50"), (18, "p95")):
            found = {name: tuple(_quantile(times, place) for times in rounds) for name, rounds in taken.items()}
            floor = found.pop(FLOOR)
            for name, values in found.items():
                what = f"{name}, {people:,} people, {word}, {engine}"
                yield Figure(what, " ms", values, FLOOR, floor, less_is_better=True)


Page = Callable[[Random, str], bytes]
"""Makes a request of a page, any of its kind, with the line that says who is signed in."""


def _signed_in(ledger: Ledger) -> str:
    """The line of a request's head by which somebody who may see everything is signed in."""
    with open_office(ledger) as office:
        member = office.staff.called("benchmark")
        if member is None:
            roles = ("registrar", "assessor", "approver", "auditor")
            by = Actors(ledger.settings.accounts[OPERATOR])
            member, _ = office.staff.add("benchmark", "A benchmark", "", office.executor.base().code, roles, by)
        secret = office.sessions.open(member.account, "a benchmark")
    name = "__Host-certledger" if ledger.settings.url.startswith("https://") else "certledger-office"
    return f"Cookie: {name}={secret}"


def _pages(ledger: Ledger, register: Register) -> dict[str, Page]:
    """Each page as somebody asks for it: any of its pages, any cohort, any person."""
    catalogue = ledger.desk().base.catalogue
    cohorts = sorted(catalogue.cohorts)
    days = [row[0] for row in register.views.select("SELECT DISTINCT registered_on FROM people ORDER BY 1")]
    known: list[UUID] = []
    for cohort in cohorts:
        known += [line.who.subject for line in register.enrolments(cohort, limit=20).rows]
    line = register.person(known[0])
    assert line is not None

    def listed(random: Random, cookie: str) -> bytes:
        after = write_cursor("people", (random.choice(days), random.randbytes(16)))
        return get(f"/console/trainees?{urlencode({'after': after})}", cookie)

    def sought(random: Random, cookie: str) -> bytes:
        return _search("".join(random.choices("王李张刘陈杨赵黄周吴", k=random.choice((1, 2)))), cookie)

    def fixed(path: str) -> Page:
        return lambda random, cookie: get(path, cookie)

    return {
        "home": fixed("/console"),
        "trainees": listed,
        "trainees, search by name": sought,
        "trainees, search by number": lambda random, cookie: _search(line.who.trainee_no, cookie),
        "cohorts": fixed("/console/cohorts"),
        "cohort": lambda random, cookie: get(f"/console/cohorts/{random.choice(cohorts)}", cookie),
        "awards of a cohort": lambda random, cookie: get(f"/console/cohorts/{random.choice(cohorts)}/awards", cookie),
        "trainee": lambda random, cookie: get(f"/console/trainees/{random.choice(known)}", cookie),
        "applications": fixed("/console/applications"),
        "titles": fixed("/console/titles"),
        "pictures": fixed("/console/pictures"),
    }


def _search(text: str, cookie: str) -> bytes:
    return post("/console/trainees", urlencode({"search": text}).encode(), _FORM, cookie, _SAME)


def _taken(world: World, ledger: Ledger, pages: dict[str, Page], cookie: str) -> dict[str, list[tuple[float, ...]]]:
    """Seconds of each request, by page and round; the order of the pages turns from round to round."""
    asked: dict[str, Page] = {FLOOR: lambda random, cookie: get(FLOOR), **pages}
    taken: dict[str, list[tuple[float, ...]]] = {name: [] for name in asked}
    names = list(asked)
    with serving(ledger.place) as server:
        for name, page in asked.items():  # what is opened when it is first needed
            server.times([page(Random(name), cookie)])
        for number in range(world.sizes.rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                random = Random(number)
                count = FEW if name == "pictures" else ASKED
                taken[name].append(server.times([asked[name](random, cookie) for _ in range(count)]))
    return taken


def _quantile(times: tuple[float, ...], place: int) -> float:
    return quantiles(times, n=20, method="inclusive")[place] * 1000
