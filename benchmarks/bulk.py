"""Many certificates at once: rows and PDFs a second, as an upload of `/bulk` is worked at."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import cycle, islice
from zipfile import ZIP_DEFLATED, ZipFile

from api.bulk_checks import Run
from api.bulk_turns import Guesses
from benchmarks.measuring import Figure, each, in_turns, rate
from benchmarks.world import World
from ledger.awards import Awards, IssuedAward, open_awards
from ledger.bulk.items import Item, Place, TypedRow
from ledger.bulk.uploads import Uploaded, contents
from ledger.issue import issue
from ledger.lookup import match
from verifier import scan, seal
from verifier.kinds import DOCUMENT_KIND

DISTINCT = 8
"""Papers that are printed; an upload holds them again and again."""


def measure(world: World) -> Iterator[Figure]:
    """An upload is unpacked and checked to the last piece, its lines not written.

    The floor of a PDF is the check of its file seal and the reading of its attachment, of a row the look-up of number
    and name. The slow way, a PDF that was edited, is measured beside: its pages are drawn and searched for codes.
    """
    with open_awards(world.ledger) as awards:
        issued = list(islice((item for item in awards.all() if not item.disowned), world.sizes.checks))
        rows = [
            TypedRow(Place("list", at), str(one.event.number), str(one.event.name)) for at, one in enumerate(issued)
        ]
        papers = [issue(awards, item) for item in issued[:DISTINCT]]
        several = list(islice(cycle(papers), world.sizes.checks))
        edited = [paper + b"\n" for paper in papers[:2]]
        found = in_turns(
            min(5, world.sizes.rounds),
            {
                "rows": lambda: _checked(awards, rows),
                "looked up": lambda: each(issued, lambda one: _looked_up(awards, one)),
                "pdfs": lambda: _uploaded(awards, several),
                "read": lambda: each(several, lambda paper: _read(world, paper)),
                "edited": lambda: _uploaded(awards, edited),
            },
        )
    yield Figure("bulk: rows", "/s", found["rows"], "look-ups alone", found["looked up"])
    yield Figure("bulk: PDFs of an archive", "/s", found["pdfs"], "seal and attachment alone", found["read"])
    yield Figure("bulk: edited PDFs", "/s", found["edited"])


def _checked(awards: Awards, items: Sequence[Item]) -> float:
    def work() -> None:
        run = Run(lambda: awards, _now, time.monotonic, "benchmark", Guesses(time.monotonic))
        left: Iterator[Item] = iter(items)
        states = {checked.state for done in iter(lambda: run.slice(left), []) for checked in done}
        assert not states & {"could-not-check", "no-match", "turned-away"}

    return rate(len(items), work)


def _uploaded(awards: Awards, papers: list[bytes]) -> float:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for at, paper in enumerate(papers):
            archive.writestr(f"{at}.pdf", paper)
    items = list(contents([Uploaded("papers.zip", out, len(out.getvalue()))]).items)
    return _checked(awards, items)


def _read(world: World, paper: bytes) -> None:
    (key,) = [key for key in world.trust.keys.values() if DOCUMENT_KIND in key.kinds]
    seal.check(paper, key.public_key)
    assert scan.attached_proof(paper) is not None


def _looked_up(awards: Awards, issued: IssuedAward) -> None:
    assert match(awards, str(issued.event.number), str(issued.event.name)) is not None


def _now() -> int:
    return time.time_ns() // 1_000_000
