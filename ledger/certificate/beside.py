"""An uploaded PDF beside the one that was issued: where they differ, in the pictures and in what programs read.

The upload is foreign: `ledger.certificate.bench` does this in a process of its own.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from ledger.certificate import drawn
from ledger.certificate.drawn import Character, Page
from ledger.certificate.pixels import CELL, Box, Picture, differing, regions
from verifier.errors import Malformed

PAGE_LIMIT: Final = 4
"""Pages of a certificate; of an upload as many are drawn as the certificate has."""
REGION_LIMIT: Final = 12
"""Regions of a page that are told one by one; where there are more, they are one."""
PART_LIMIT: Final = 40
"""Active parts that are told one by one."""

_READS_LIMIT: Final = 120
_SLACK: Final = 4
"""Pixels around a field's characters that still are the field's."""
_STRAY: Final = 12
"""Pixels from the certificate's characters beyond which no other may stand."""
_SWAPPED: Final = {ord(letter) << 8: letter for letter in "fijlt"}
_COLOURS: Final = 64
_GAP: Final = 16
_MARK: Final = "#b3006b"
_CODE_SIZE: Final = 2
"""The codes of the issued page are looked for in its picture at this size, which is 288 dots an inch."""


@dataclass(frozen=True, slots=True)
class Region:
    """One place where the upload is not as issued."""

    number: int
    """Counted through all pages, as it stands on the pictures."""
    page: int
    kind: str
    """`seen`; `printed`, on paper alone; `text`, for programs alone; `size`, of the page itself."""
    box: Box
    """In pixels at 144 dots an inch."""
    fields: tuple[str, ...]
    """Keys of what was issued there; none where the page as a whole is another one."""
    reads: str
    """Of a `text` region: what programs read there."""


@dataclass(frozen=True, slots=True)
class PageBeside:
    """One page of both, as PNG with the regions outlined."""

    uploaded: bytes | None
    """None where the upload has no such page."""
    issued: bytes


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison of two PDFs found."""

    pages: tuple[PageBeside, ...]
    regions: tuple[Region, ...]
    uploaded_pages: int
    added: tuple[str, ...]
    """Active parts and attachments that were not issued."""
    unreadable: bool
    """Whether the upload has no text at all, as where it was turned into a picture."""

    @property
    def alike(self) -> bool:
        """Whether nothing differs that anybody could see, print, click or read by program."""
        return not self.regions and not self.added and self.uploaded_pages == len(self.pages)


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on a certificate, by the field's key."""

    texts: Mapping[str, Sequence[str]]
    codes: Mapping[str, str]
    """The texts of its QR codes."""
    hidden: str = ""
    """The key of a code that the picture of the issued page must not show; empty for none."""
    attached: Sequence[str] = ()
    """Names of attachments that certificates have and that differ with the day of issue."""


def compare(upload: bytes, issued: bytes, shown: Shown) -> Compared:
    """The upload beside the issued PDF. Raises Malformed for an upload that cannot be read."""
    right = drawn.draw(issued, PAGE_LIMIT)
    try:
        left = drawn.draw(upload, len(right.pages), right.pages[0].seen.size)
    except pypdfium2.PdfiumError as error:
        raise Malformed(f"PDF: cannot be read ({error})") from None
    found: list[Region] = []
    pages = []
    for at, page in enumerate(right.pages):
        places = {**_text_places(page, shown.texts), **_code_places(page, shown.codes)}
        other = left.pages[at] if at < len(left.pages) else None
        own = [] if other is None else list(_numbered(_regions(other, page, places), at + 1, len(found), places))
        found += own
        seen = None if other is None else _png(other.seen, own)
        pages.append(PageBeside(seen, _png(page.seen, own, places.get(shown.hidden, ()))))
    added = left.parts - right.parts - Counter(f"attachment {name}" for name in shown.attached)
    return Compared(
        tuple(pages),
        tuple(found),
        left.count,
        tuple(sorted(added.elements())[:PART_LIMIT]),
        not any(page.characters for page in left.pages),
    )


def sheet(compared: Compared) -> bytes:
    """All pages as one PNG: the upload on the left, what was issued on the right."""
    rows = []
    for page in compared.pages:
        right = Image.open(BytesIO(page.issued)).convert("RGB")
        left = Image.new("RGB", right.size, "#e6e9ee")
        if page.uploaded is not None:
            left.paste(Image.open(BytesIO(page.uploaded)).convert("RGB"), (0, 0))
        rows.append((left, right))
    width, height = 2 * rows[0][1].width + _GAP, sum(right.height + _GAP for _, right in rows) - _GAP
    whole = Image.new("RGB", (width, height), "#9aa3b0")
    top = 0
    for left, right in rows:
        whole.paste(left, (0, top))
        whole.paste(right, (left.width + _GAP, top))
        top += right.height + _GAP
    out = BytesIO()
    whole.quantize(_COLOURS, Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


# --- what differs ---------------------------------------------------------------------------------------------------

_Difference = tuple[str, Box, str]
"""Kind, box, and what programs read there."""


def _regions(left: Page, right: Page, places: Mapping[str, Sequence[Box]]) -> list[_Difference]:
    """Where a page differs: in what is seen; else in what is printed; else in what is read."""
    whole = (0, 0, *right.seen.size)
    if not left.as_large_as(right):
        return [("size", whole, "")]
    found: list[_Difference] = []
    for kind, one, other in (("seen", left.seen, right.seen), ("printed", left.printed, right.printed)):
        boxes = differing(_fitted(one, other.size), other)
        found += [(kind, box, "") for box in boxes if not _touches(box, [box for _, box, _ in found])]
    read = [] if not left.characters else [*_read_otherwise(left, right, places), *_stray(left, right)]
    for box, text in read:
        if not _touches(box, [box for _, box, _ in found]):
            found.append(("text", box, text))
    return found if len(found) <= REGION_LIMIT else [(found[0][0], whole, "")]


def _read_otherwise(left: Page, right: Page, places: Mapping[str, Sequence[Box]]) -> Iterator[tuple[Box, str]]:
    """Fields in whose place programs read something else than was issued there."""
    for boxes in places.values():
        for box in boxes:
            issued, there = _reading(right.characters, box), _reading(left.characters, box)
            if issued and there != issued:
                yield box, there[:_READS_LIMIT]


def _stray(left: Page, right: Page) -> Iterator[tuple[Box, str]]:
    """Characters where the certificate has none."""
    cells = {cell for character in right.characters for cell in _cells(_wider(character.box, _STRAY))}
    stray = [character for character in left.characters if not cells.intersection(_cells_at(character))]
    width, height = right.seen.size
    on_page = {
        (min(max(x, 0), width // CELL - 1), min(max(y, 0), height // CELL - 1))
        for character in stray
        for x, y in _cells_at(character)
    }
    for box in regions(on_page, right.seen.size):
        yield box, "".join(character.text for character in stray)[:_READS_LIMIT]


def _numbered(
    differences: Iterable[_Difference], page: int, before: int, places: Mapping[str, Sequence[Box]]
) -> Iterator[Region]:
    for at, (kind, box, reads) in enumerate(differences):
        near = [key for key, boxes in places.items() if _touches(box, boxes)]
        told = () if len(near) == len(places) else tuple(near)
        yield Region(before + at + 1, page, kind, box, told, reads)


def _touches(box: Box, others: Iterable[Box]) -> bool:
    left, top, right, bottom = box
    return any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in others)


def _fitted(picture: Picture, size: tuple[int, int]) -> Picture:
    """The picture on a page of that size: writers round the page by less than a pixel."""
    if picture.size == size:
        return picture
    page = Image.new("RGB", size, "white")
    page.paste(picture, (0, 0))
    return page


# --- where what stands ----------------------------------------------------------------------------------------------


def _text_places(page: Page, texts: Mapping[str, Sequence[str]]) -> dict[str, list[Box]]:
    """A box for each line that a text of a field takes, where it stands largest on the page."""
    characters = [(part, item.box) for item in page.characters for part in _plain(item.text)]
    whole = "".join(part for part, _ in characters)
    places: dict[str, list[Box]] = {}
    for key, wanted in texts.items():
        for text in map(_plain, wanted):
            found = [[box for _, box in characters[at : at + len(text)]] for at in _occurrences(whole, text)]
            if found:
                largest = max(found, key=lambda boxes: max(bottom - top for _, top, _, bottom in boxes))
                places.setdefault(key, []).extend(_wider(box, _SLACK) for box in _lines(largest))
    return places


def _occurrences(whole: str, text: str) -> Iterator[int]:
    at = whole.find(text) if text else -1
    while at >= 0:
        yield at
        at = whole.find(text, at + 1)


def _lines(boxes: Iterable[Box]) -> list[Box]:
    """One box for each line of characters in order."""
    lines: list[Box] = []
    for left, top, right, bottom in boxes:
        if lines and top < lines[-1][3] and lines[-1][1] < bottom and left >= lines[-1][0]:
            was = lines[-1]
            lines[-1] = was[0], min(was[1], top), max(was[2], right), max(was[3], bottom)
        else:
            lines.append((left, top, right, bottom))
    return lines


def _code_places(page: Page, codes: Mapping[str, str]) -> dict[str, list[Box]]:
    """Where the codes stand, quiet zone left out."""
    large = page.seen.convert("L").resize((_CODE_SIZE * page.seen.width, _CODE_SIZE * page.seen.height))
    keys = {text: key for key, text in codes.items()}
    places: dict[str, list[Box]] = {}
    for barcode in zxingcpp.read_barcodes(large):
        if barcode.text in keys:
            at = barcode.position
            corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
            across, down = (
                [corner.x // _CODE_SIZE for corner in corners],
                [corner.y // _CODE_SIZE for corner in corners],
            )
            places[keys[barcode.text]] = [_wider((min(across), min(down), max(across), max(down)), _SLACK)]
    return places


def _reading(characters: Iterable[Character], box: Box) -> str:
    """What programs read in a box, in the order in which they read it."""
    left, top, right, bottom = box
    return _plain(
        "".join(item.text for item in characters if left <= item.middle[0] < right and top <= item.middle[1] < bottom)
    )


def _plain(text: str) -> str:
    """A text as it is compared: NFKC, without white space and invisible format characters.

    Ghostscript says of a ligature that it reads as its letters with their two bytes swapped: U+6600 U+6900 for "fi". So
    such characters count as the letter, wherever they stand; a forger gains nothing by that.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_SWAPPED)
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")


def _wider(box: Box, by: int) -> Box:
    left, top, right, bottom = box
    return left - by, top - by, right + by, bottom + by


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = box
    return (
        (x, y)
        for x in range(left // CELL, (right - 1) // CELL + 1)
        for y in range(top // CELL, (bottom - 1) // CELL + 1)
    )


def _cells_at(character: Character) -> tuple[tuple[int, int]]:
    x, y = character.middle
    return ((int(x) // CELL, int(y) // CELL),)


# --- pictures for people --------------------------------------------------------------------------------------------


def _png(picture: Picture, marked: Iterable[Region], covered: Iterable[Box] = ()) -> bytes:
    """The picture with each region outlined and numbered, and with what must not be shown covered."""
    shown = picture.copy()
    draw = ImageDraw.Draw(shown)
    for box in covered:
        draw.rectangle(box, fill="white", outline="#4d5568")
        draw.line((box[0], box[1], box[2], box[3]), fill="#4d5568")
        draw.line((box[0], box[3], box[2], box[1]), fill="#4d5568")
    font = ImageFont.load_default(26)
    for region in marked:
        left, top, right, bottom = _wider(region.box, _SLACK)
        draw.rectangle((left, top, right, bottom), outline="white", width=6)
        draw.rectangle((left + 1, top + 1, right - 1, bottom - 1), outline=_MARK, width=4)
        _tag(draw, font, str(region.number), (left, top), shown.size)
    out = BytesIO()
    shown.quantize(_COLOURS, Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


def _tag(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    text: str,
    at: tuple[int, int],
    size: tuple[int, int],
) -> None:
    """A number on a filled circle's place at a region's corner, within the page."""
    width = 22 + 14 * len(text)
    left = min(max(at[0] - width - 2, 2), size[0] - width - 2)
    top = min(max(at[1], 2), size[1] - 38)
    draw.rounded_rectangle((left, top, left + width, top + 36), radius=8, fill=_MARK, outline="white", width=2)
    draw.text((left + width / 2, top + 18), text, fill="white", font=font, anchor="mm")
