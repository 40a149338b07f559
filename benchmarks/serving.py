"""Answers a second of one serving process on one core, against the server's own trivial JSON route in the same rounds.

The server is that of `benchmarks.served`. The asking writes requests that lie ready to several connections at once, so
that the server always has the next one waiting, and looks at no more of an answer than its status line and length. That
the server and not the asking is what is measured, the server's own processor time tells: it is a figure too, and so is
what came of each second of it, which other work on the machine disturbs least.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Final

from benchmarks.measuring import Aim, Figure, Works, in_turns
from benchmarks.served import BARE, Server, get, post, serving
from benchmarks.world import World
from ledger.awards import open_awards

AIM: Final = Aim(0.5)
HEALTH: Final = "/healthz"
"""The server's own trivial route, through the same framework."""


def measure(world: World) -> Iterator[Figure]:
    """What a link leads to as JSON and as a page, and a number with a name, over many different awards."""
    with open_awards(world.ledger) as awards:
        issued = [item for item in awards.all() if not item.disowned][: world.sizes.links]
    links = [str(item.event.link) for item in issued]
    typed = [json.dumps({"number": str(item.event.number), "name": str(item.event.name)}).encode() for item in issued]
    asked = {
        HEALTH: [get(HEALTH)],
        BARE: [get(BARE)],
        "/c/….json": [get(f"/c/{link}.json") for link in links],
        "/c/…": [get(f"/c/{link}") for link in links],
        "/check.json": [post("/check.json", body, "application/json") for body in typed],
    }
    with serving(world.ledger.place) as server:
        for requests in asked.values():
            server.ask(requests, len(requests))
        works: Works = {
            name: partial(server.measure, name, requests, world.sizes.requests) for name, requests in asked.items()
        }
        walls = in_turns(world.sizes.rounds, works)
    yield from _figures(walls, server)


def _figures(walls: dict[str, tuple[float, ...]], server: Server) -> Iterator[Figure]:
    rounds = len(walls[HEALTH])
    processor = {name: tuple(server.rates[name]) for name in walls}
    for name in walls:
        if name in (HEALTH, BARE):
            continue
        yield Figure(f"{name}, answers", "/s", walls[name], HEALTH, walls[HEALTH], AIM)
        yield Figure(f"{name}, answers a processor second", "/s", processor[name], HEALTH, processor[HEALTH], AIM)
        yield Figure(f"{name}, the same", "/s", processor[name], "a constant", processor[BARE])
    shares = tuple(min(server.shares[name][number] for name in walls) for number in range(rounds))
    yield Figure("server's core, least share in use", "", shares)
