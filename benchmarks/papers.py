"""Certificates as PDF: pages a second in one process and in two, rendered and sealed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from time import perf_counter

from benchmarks.measuring import Figure, in_turns
from benchmarks.world import World
from ledger.awards import open_awards
from ledger.certificate import pdf
from ledger.issue import job

SKIPPED = 8
"""The first papers of a run, at most half of them: they pay for the start of processes and the reading of fonts."""


def measure(world: World) -> Iterator[Figure]:
    """Papers a second after the first few; how long those took, start of the processes included, is a figure too."""
    with open_awards(world.ledger) as awards:
        issued = islice((item for item in awards.all() if not item.disowned), world.sizes.papers)
        jobs = [job(awards, item) for item in issued]
    skipped = min(SKIPPED, len(jobs) // 2)
    sign = world.ledger.log_signers().document.sign
    starts: dict[int, list[float]] = {1: [], 2: []}

    def run(workers: int) -> float:
        began = perf_counter()
        papers = pdf.render_many(jobs, workers)
        for paper in islice(papers, skipped):
            pdf.sealed(paper, sign)
        ready = perf_counter()
        starts[workers].append(ready - began)
        count = sum(len(pdf.sealed(paper, sign)) > 0 for paper in papers)
        return count / (perf_counter() - ready)

    found = in_turns(min(3, world.sizes.rounds), {"one": lambda: run(1), "two": lambda: run(2)})
    yield Figure("PDFs, 1 process", "/s", found["one"])
    yield Figure("PDFs, 2 processes", "/s", found["two"], "1 process", found["one"])
    sizes = tuple(float(len(pdf.render(*made))) for made in jobs[:1])
    yield Figure("bytes of a PDF", "", sizes, less_is_better=True)
    yield Figure(f"first {skipped} PDFs, 2 processes", " s", tuple(starts[2]), less_is_better=True)
