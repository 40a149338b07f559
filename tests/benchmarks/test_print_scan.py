"""The frozen generator of printed and scanned codes, and a small part of what `docs/print.md` says of the reader."""

from __future__ import annotations

import pytest

from benchmarks import print_scan, printing
from benchmarks.printing import Case

FROZEN = Case(
    pixels=2,
    turn=283.00522869569335,
    squeeze=0.9768115703460732,
    tilt=(-0.02205870347259449, -0.09177841438087349),
    shift=(0.25302258561986146, 0.5014732271164054),
    ink=27,
    paper=233,
    light=(
        0.7654960678085555,
        0.9532757259007572,
        0.8626570693267568,
        0.7526842485281369,
        0.7794333224774279,
        0.9368311163330689,
        0.7430847319451857,
        0.7038971875854336,
        0.6655542007749573,
    ),
    blur=0.6118266470716637,
    noise=6.534456631949594,
    quality=67,
)


def test_the_generator_is_frozen() -> None:
    """Ranges and the order of the draws: what was measured with others would be another study."""
    drawn, _ = printing.case(print_scan.link_code(), 2, 7)
    assert drawn == FROZEN


def test_the_same_case_gives_the_same_picture() -> None:
    code = print_scan.link_code()
    assert printing.photograph(code, 2, 1) == printing.photograph(code, 2, 1) != printing.photograph(code, 2, 2)


@pytest.mark.parametrize(("pixels", "at_least"), [(2, 55), (3, 90), (5, 100)])
def test_the_link_code_is_read_as_often_as_measured(pixels: int, at_least: int) -> None:
    assert print_scan.rate(print_scan.link_code(), pixels, 20) >= at_least


def test_a_proof_code_is_read_at_three_pixels_a_module() -> None:
    assert print_scan.rate(print_scan.proof_code(9, "L"), 3, 3) == 100
