"""Print and scan, simulated: a QR code as a camera or a scanner sees it on paper.

This generator was committed before anything was measured with it, and is frozen: seed, ranges and the order of the
draws are never changed. Another study gets another generator beside this one.

A case is named by its code, its pixels a module and its number. All its values are drawn from `random.Random`, seeded
with `SEED`, the code's text, the pixels a module and the number; each is uniform in its range:

| what | range |
|---|---|
| pixels a module | 2, 3, 4, 5 and 6: each its own group, the same number of cases in each |
| rotation | a quarter turn (0, 90, 180, 270 degrees) and −15 to 15 degrees |
| squeeze of one direction (paper that leans away) | 0.85 to 1, the other direction stretched by as much |
| perspective | in each direction −0.10 to 0.10: nearer and farther edge differ in size by up to 22 % |
| place on the grid of pixels | 0 to 1 pixel in each direction |
| ink | grey 20 to 70 |
| paper | grey 190 to 250 |
| uneven light | nine factors of 0.55 to 1 on a grid of 3 by 3, smooth between them |
| blur | Gaussian, standard deviation 0.3 to 1.2 pixels |
| noise | of nearly Gaussian shape, standard deviation 0 to 12 grey levels, another value in each pixel |
| JPEG | quality 30 to 90 |

The pixels a module are those in the middle of the code, as the root of a module's area. Around the code's quiet zone
there is blank paper to the picture's edges. Each pixel is the mean of 3 by 3 samples of the drawing, as a sensor takes
it. What is not simulated: creases, stains, glare, motion, ink that runs, moiré of a screen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from ledger.certificate.codes import Code

SEED: Final = "certledger print and scan 1"
PIXELS: Final = (2, 3, 4, 5, 6)
"""Pixels a module of the groups."""

_SAMPLES: Final = 3
_ROOM: Final = 1.75
"""Half of the picture's side in halves of the code's: no corner of a turned and tilted code lies beyond it."""
_DRAWN: Final = 8
"""Pixels a module of the drawing that is photographed."""


@dataclass(frozen=True, slots=True)
class Case:
    """What happens to a code between the printer and the reader. Units are those of the table above."""

    pixels: float
    turn: float
    squeeze: float
    tilt: tuple[float, float]
    shift: tuple[float, float]
    ink: int
    paper: int
    light: tuple[float, ...]
    blur: float
    noise: float
    quality: int


def case(code: Code, pixels: float, number: int) -> tuple[Case, Random]:
    """A case, and the source of chance from which its noise comes."""
    chance = Random(f"{SEED}/{code.text}/{code.level}/{pixels}/{number}")
    drawn = Case(
        pixels=pixels,
        turn=90 * chance.randrange(4) + chance.uniform(-15, 15),
        squeeze=chance.uniform(0.85, 1),
        tilt=(chance.uniform(-0.10, 0.10), chance.uniform(-0.10, 0.10)),
        shift=(chance.uniform(0, 1), chance.uniform(0, 1)),
        ink=chance.randint(20, 70),
        paper=chance.randint(190, 250),
        light=tuple(chance.uniform(0.55, 1) for _ in range(9)),
        blur=chance.uniform(0.3, 1.2),
        noise=chance.uniform(0, 12),
        quality=chance.randint(30, 90),
    )
    return drawn, chance


def photograph(code: Code, pixels: float, number: int) -> bytes:
    """The JPEG of one case."""
    drawn, chance = case(code, pixels, number)
    picture = _seen(code, drawn)
    picture = picture.point([round(drawn.ink + (drawn.paper - drawn.ink) * shade / 255) for shade in range(256)])
    picture = ImageChops.multiply(picture, _light(drawn, picture.size))
    picture = picture.filter(ImageFilter.GaussianBlur(drawn.blur))
    picture = _noisy(picture, drawn.noise, chance)
    out = BytesIO()
    picture.save(out, "JPEG", quality=drawn.quality)
    return out.getvalue()


def _seen(code: Code, drawn: Case) -> Image.Image:
    """The drawing through the camera: each sample's place in the picture is led back to one on the paper."""
    with Image.open(BytesIO(code.png(_DRAWN))) as opened:
        flat = opened.convert("L")
    half = code.modules_with_quiet_zone / 2 * drawn.pixels
    side = math.ceil(2 * half * _ROOM)
    scale = _DRAWN / (drawn.pixels * _SAMPLES)  # of the drawing's pixels to samples
    x0, y0 = ((side / 2 + shift) * _SAMPLES for shift in drawn.shift)
    cos, sin = math.cos(math.radians(drawn.turn)), math.sin(math.radians(drawn.turn))
    narrow, wide = scale / math.sqrt(drawn.squeeze), scale * math.sqrt(drawn.squeeze)
    g, h = (tilt / (half * _SAMPLES) for tilt in drawn.tilt)
    centre = flat.width / 2
    # u, v: place on the paper from its centre, as (a·x + b·y) / (1 + g·x + h·y), x and y from the picture's centre.
    top, bottom = (
        (cos * narrow + centre * g, sin * narrow + centre * h),
        (-sin * wide + centre * g, cos * wide + centre * h),
    )
    w = 1 - g * x0 - h * y0
    rows = [(a, b, centre - a * x0 - b * y0) for a, b in (top, bottom)]
    data = tuple(value / w for value in (*rows[0], *rows[1], g, h))
    samples = (side * _SAMPLES, side * _SAMPLES)
    picture = flat.transform(samples, Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR, fillcolor=255)
    return picture.reduce(_SAMPLES)


def _light(drawn: Case, size: tuple[int, int]) -> Image.Image:
    grid = Image.frombytes("L", (3, 3), bytes(round(255 * factor) for factor in drawn.light))
    return grid.resize(size, Image.Resampling.BICUBIC)


def _noisy(picture: Image.Image, deviation: float, chance: Random) -> Image.Image:
    """With noise added: the mean of four even distributions has nearly the shape of a Gaussian one."""
    count = picture.width * picture.height
    layers = [Image.frombytes("L", picture.size, chance.randbytes(count)) for _ in range(4)]
    pairs = [Image.blend(layers[at], layers[at + 1], 0.5) for at in (0, 2)]
    grain = Image.blend(pairs[0], pairs[1], 0.5)
    # An even distribution over 256 levels has a standard deviation of 73.9; the mean of four has half of it.
    grain = grain.point([round(128 + (shade - 127.5) * deviation / 36.95) for shade in range(256)])
    return ImageChops.add(picture, grain, offset=-128)
