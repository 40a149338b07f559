"""How often the codes of a certificate are read from paper, on the pictures of `benchmarks.printing`.

A code is read when the project's own reader gives its exact text. Proofs are compared in two ways: by pixels a module,
and at one printed size by the dots an inch of the scan, where a higher level pays with smaller modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from benchmarks import printing
from benchmarks.measuring import Aim, Figure
from benchmarks.world import World
from ledger.certificate import codes
from ledger.certificate.symbol import Level, Segment
from verifier import address, scan

ADDRESS: Final = "https://certificates.example.org"
PROOFS: Final = {9: 1260, 20: 1634}
"""Hashes of a receipt (a log of 500 entries, one of a million), and bytes of a certificate's proof with it."""
PROOF_CODES: Final[tuple[tuple[int, Level], ...]] = ((9, "L"), (9, "M"), (9, "Q"), (20, "L"), (20, "M"))
"""By hashes and level; the longer proof fits into no code of level Q."""
SIDE_MM: Final = 52.0
DPI: Final = (120, 150, 200)
_LINK_AIM: Final = 95


def measure(world: World) -> Iterator[Figure]:
    """The percentage of pictures that are read: of the link code by pixels a module, then of proof codes."""
    many, fewer = world.sizes.photographs, world.sizes.photographs // 5
    link = link_code()
    rates = [rate(link, pixels, many) for pixels in printing.PIXELS]
    for pixels, found in zip(printing.PIXELS, rates, strict=True):
        yield Figure(f"link code {link.level}, {pixels} pixels a module", " %", (found,))
    whole = sum(rates) / len(rates)
    yield Figure("link code, all pictures", " %", (whole,), f"{_LINK_AIM} of 100 pictures", (_LINK_AIM,), aim=Aim(1))
    for hashes, level in PROOF_CODES if fewer else ():
        code = proof_code(hashes, level)
        name = f"proof code, {hashes} hashes, {level} ({code.modules} modules)"
        for pixels in printing.PIXELS:
            yield Figure(f"{name}, {pixels} pixels a module", " %", (rate(code, pixels, fewer),))
        for dpi in DPI:
            at = dpi / 25.4 * SIDE_MM / code.modules
            yield Figure(f"{name}, {SIDE_MM:.0f} mm at {dpi} dots an inch", " %", (rate(code, at, fewer),))


def link_code() -> codes.Code:
    """The link code of an invented certificate."""
    return codes.link_code(address.link_address(ADDRESS, "0123456789ABCDEFGHJKMNPQ"))


def proof_code(hashes: int, level: Level) -> codes.Code:
    """A proof code at that level: random bytes, as many as a proof with so many hashes has."""
    text = address.proof_address(ADDRESS, Random(hashes).randbytes(PROOFS[hashes]))
    head, mark, digits = text.partition("#")
    return codes.make([Segment("byte", head + mark), Segment("numeric", digits)], level)


def rate(code: codes.Code, pixels: float, count: int) -> float:
    """How many of a hundred pictures of a code are read, of the first `count` of that group."""
    return 100 * sum(is_read(code, pixels, number) for number in range(count)) / count


def is_read(code: codes.Code, pixels: float, number: int) -> bool:
    """Whether the reader gives the code's exact text."""
    return code.text in scan.read(printing.photograph(code, pixels, number)).codes
