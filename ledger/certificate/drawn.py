"""A PDF as PDFium draws it, on the screen and for a printer, with the text that programs read and what else is active.

PDFium is not for several threads, and a hostile file may make it slow, large or crash: for foreign files this runs in
`ledger.certificate.bench`'s process of its own.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ledger.certificate.pixels import DOTS_PER_INCH, Box, Picture

CHARACTER_LIMIT: Final = 20_000
"""Characters of a page that are looked at; a certificate has about a thousand."""
PART_LIMIT: Final = 1_000
"""Annotations of a page, and attachments, that are looked at."""

_SCALE: Final = DOTS_PER_INCH / 72
_SAME_SIZE: Final = 1.0
"""Points by which two pages of the same size may differ: writers round."""
_UNREADABLE: Final = frozenset(("\ufffe", "\uffff"))
_SUBTYPES: Final = {
    getattr(pdfium, f"FPDF_ANNOT_{name.upper()}"): name
    for name in (
        *("text", "link", "freetext", "line", "square", "circle", "polygon", "polyline", "highlight", "underline"),
        *("squiggly", "strikeout", "stamp", "caret", "ink", "popup", "fileattachment", "sound", "movie", "widget"),
        *("screen", "printermark", "trapnet", "watermark", "threed", "richmedia", "xfawidget", "redact"),
    )
}
_URI_BYTES: Final = 2048


@dataclass(frozen=True, slots=True)
class Character:
    """One character that programs read, where it stands on the picture."""

    text: str
    box: Box

    @property
    def middle(self) -> tuple[float, float]:
        """Where its middle is."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


@dataclass(frozen=True, slots=True)
class Page:
    """One page, drawn."""

    size: tuple[float, float]
    """Width and height in points, as it is turned."""
    seen: Picture
    """As on a screen: annotations, form fields and layers as the file has them by default."""
    printed: Picture
    """As for a printer, which may show other annotations and layers."""
    characters: tuple[Character, ...]

    def as_large_as(self, other: Page) -> bool:
        """Whether two pages have the same size."""
        return all(abs(a - b) <= _SAME_SIZE for a, b in zip(self.size, other.size, strict=True))


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF as it is drawn."""

    count: int
    """Of all its pages, drawn or not."""
    pages: tuple[Page, ...]
    parts: Counter[str]
    """What is active or attached and need not be visible: each link, annotation, script, form and attachment."""


def draw(data: bytes, most: int, within: tuple[int, int] | None = None) -> Document:
    """The first `most` pages drawn at `DOTS_PER_INCH`. Raises pypdfium2.PdfiumError for what is no PDF or is encrypted.

    Pictures have at most the size `within`, in pixels: a page that is larger is drawn smaller.
    """
    with ExitStack() as stack:
        document = stack.enter_context(closing(pypdfium2.PdfDocument(data)))
        document.init_forms()
        parts = Counter(_document_parts(document))
        pages = []
        for at in range(min(len(document), most)):
            with closing(document[at]) as page:
                pages.append(_page(page, within))
                parts.update(_page_parts(page, at + 1))
        return Document(len(document), tuple(pages), parts)


def subject(data: bytes) -> str:
    """The subject in a PDF's metadata; empty where there is none. Raises pypdfium2.PdfiumError."""
    with closing(pypdfium2.PdfDocument(data)) as document:
        return str(document.get_metadata_value("Subject"))


def _page(page: Any, within: tuple[int, int] | None) -> Page:
    width, height = page.get_size()
    scale = _SCALE
    if within is not None:
        # A writer may round a page up by less than a pixel; what is larger than that is drawn smaller.
        scale = min(_SCALE, (within[0] + 1) / width, (within[1] + 1) / height)
    return Page((width, height), _picture(page, scale), _picture(page, scale, "print"), tuple(_characters(page, scale)))


def _picture(page: Any, scale: float, mode: str | None = None) -> Picture:
    with closing(page.render(scale=scale, optimize_mode=mode, rev_byteorder=True)) as bitmap:
        picture: Image.Image = bitmap.to_pil().convert("RGB")
    return picture


def _characters(page: Any, scale: float) -> Iterator[Character]:
    width, height = (int(side * scale) for side in page.get_size())
    with closing(page.get_textpage()) as text:
        half = 0
        for at in range(min(text.count_chars(), CHARACTER_LIMIT)):
            code = pdfium.FPDFText_GetUnicode(text, at)
            if 0xD800 <= code < 0xDC00:
                half = code
                continue
            if 0xDC00 <= code < 0xE000 and half:
                code = 0x10000 + ((half - 0xD800) << 10) + code - 0xDC00
            half = 0
            char = chr(code) if code < 0x110000 else "\ufffd"
            if char.isprintable() and not char.isspace() and char not in _UNREADABLE:
                yield Character(char, _device_box(page, text.get_charbox(at), width, height))


def _device_box(page: Any, box: tuple[float, float, float, float], width: int, height: int) -> Box:
    """Where on the picture a box in the page's own coordinates lies."""
    left, bottom, right, top = box
    corners = []
    for x, y in ((left, top), (right, bottom)):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (x0, y0), (x1, y1) = corners
    return min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1


def _document_parts(document: Any) -> Iterator[str]:
    yield from ("script" for _ in range(min(pdfium.FPDFDoc_GetJavaScriptActionCount(document), PART_LIMIT)))
    if (form := pdfium.FPDF_GetFormType(document)) != pdfium.FORMTYPE_NONE:
        yield "form" if form == pdfium.FORMTYPE_ACRO_FORM else "XFA form"
    for at in range(min(document.count_attachments(), PART_LIMIT)):
        yield f"attachment {document.get_attachment(at).get_name()}"


def _page_parts(page: Any, number: int) -> Iterator[str]:
    for at in range(min(pdfium.FPDFPage_GetAnnotCount(page), PART_LIMIT)):
        annotation = pdfium.FPDFPage_GetAnnot(page, at)
        if not annotation:
            continue
        subtype = _SUBTYPES.get(pdfium.FPDFAnnot_GetSubtype(annotation), "annotation")
        link = pdfium.FPDFAnnot_GetLink(annotation)
        leads = f" to {_uri(page, link)}" if link else ""
        pdfium.FPDFPage_CloseAnnot(annotation)
        yield f"page {number}: {subtype}{leads}"


def _uri(page: Any, link: Any) -> str:
    action = pdfium.FPDFLink_GetAction(link)
    if not action:
        return "a place in the file"
    buffer = ctypes.create_string_buffer(_URI_BYTES)
    length = pdfium.FPDFAction_GetURIPath(page.pdf, action, buffer, _URI_BYTES)
    return buffer.raw[: max(length - 1, 0)].decode("latin-1") if 0 < length <= _URI_BYTES else "an action"
