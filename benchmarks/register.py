"""The private register: how fast it is built, against the public view of awards, and how long its lists take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from random import Random
from statistics import quantiles
from time import perf_counter

from benchmarks.measuring import Figure, in_turns, rate
from benchmarks.multiplied import multiply
from benchmarks.world import ENGINES, World
from ledger.open import Ledger
from ledger.projections.awards import AWARDS
from ledger.projector import Projector
from ledger.register import pictures
from ledger.register.paging import write_cursor
from ledger.register.reading import Register, open_register
from ledger.register.scope import WHOLE, Scope
from verifier.standing import Standing

TODAY = date(2024, 6, 3)
ASKED = 40
"""How often each list is asked for in one round."""
AUTHORITY, EMPLOYER = Scope("BUREAU"), Scope("ENT-03")


def measure(world: World) -> Iterator[Figure]:
    """On both engines: built from a ledger with the pack in it, read with `Sizes.listed` people in it."""
    for engine in ENGINES:
        ledger = world.ledger_on(engine)
        size = ledger.store.head().size
        with closing(ledger.open_views()) as views, open_register(ledger) as register:
            awards = Projector(ledger.store, views, [AWARDS])
            found = in_turns(
                world.sizes.rounds,
                {
                    "register": partial(rate, size, register.rebuild),
                    "awards": partial(rate, size, awards.rebuild),
                },
            )
            yield Figure(
                f"register built, {engine}", " entries/s", found["register"], "the awards alone", found["awards"]
            )
            yield from _lists(world, engine, ledger, register)


def _lists(world: World, engine: str, ledger: Ledger, register: Register) -> Iterator[Figure]:
    multiply(ledger, register, world.sizes.listed)
    works = _works(register)
    taken: dict[str, list[tuple[float, ...]]] = {name: [] for name in works}
    for number in range(world.sizes.rounds):
        for name, work in works.items():
            taken[name].append(_times(work, Random(number), 3 if name.startswith("picture") else ASKED))
    people = register.views.select("SELECT COUNT(*) AS n FROM people")[0]["n"]
    for name, rounds in taken.items():
        for place, word in ((9, "p50"), (18, "p95")):
            values = tuple(quantiles(times, n=20)[place] * 1000 for times in rounds)
            yield Figure(f"{name}, {people:,} people, {word}, {engine}", " ms", values, less_is_better=True)
    register.rebuild()


def _works(register: Register) -> dict[str, Callable[[Random], object]]:
    """Each list as a console asks for it: any of its pages, any cohort, any name."""
    cohorts = [row["cohort"] for row in register.views.select("SELECT cohort FROM cohorts ORDER BY 1")]
    line = register.people(limit=1).rows[0]
    views = register.views

    days = [row[0] for row in views.select("SELECT DISTINCT registered_on FROM people ORDER BY 1")]

    def page(random: Random) -> str:
        return write_cursor("people", (random.choice(days), random.randbytes(16)))

    return {
        "people": lambda random: register.people(after=page(random)),
        "people of an authority": lambda random: register.people(AUTHORITY, after=page(random)),
        "people of an employer": lambda random: register.people(EMPLOYER, after=page(random)),
        "search by one character": lambda random: register.people(search=random.choice("王李张刘陈杨赵黄周吴")),
        "search by two characters": lambda random: register.people(search="".join(random.choices("王李张刘陈杨", k=2))),
        "search by number": lambda random: register.people(search=line.who.trainee_no),
        "search of an employer": lambda random: register.people(EMPLOYER, search=random.choice("王李张刘陈杨")),
        "cohorts": lambda random: register.cohorts(),
        "people of a cohort": lambda random: register.enrolments(random.choice(cohorts)),
        "certificates": lambda random: register.certificates(TODAY),
        "certificates that expired": lambda random: register.certificates(TODAY, standing=Standing.EXPIRED),
        "certificates of an employer": lambda random: register.certificates(TODAY, EMPLOYER),
        "titles of an authority": lambda random: register.titles(TODAY, AUTHORITY),
        "applications to decide": lambda random: register.to_decide(TODAY),
        "applications of an employer": lambda random: register.applications(EMPLOYER),
        "what waits": lambda random: register.waiting(TODAY),
        "what waits for an authority": lambda random: register.waiting(TODAY, AUTHORITY),
        "picture: funnel by cohort": lambda random: pictures.funnel(views),
        "picture: funnel by employer": lambda random: pictures.funnel(views, "employer"),
        "picture: supply": lambda random: pictures.supply(views, TODAY, AUTHORITY),
        "picture: totals": lambda random: pictures.totals(views, scope=WHOLE),
        "picture: durations": lambda random: pictures.durations(views, AUTHORITY),
    }


def _times(work: Callable[[Random], object], random: Random, count: int) -> tuple[float, ...]:
    found = []
    for _ in range(count):
        began = perf_counter()
        work(random)
        found.append(perf_counter() - began)
    return tuple(found)
