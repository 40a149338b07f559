"""What somebody with an ordinary PDF library does to a certificate."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

DPI = 150
ATTACHMENT = "proof.cbor"


def text_of(pdf: bytes) -> str:
    """The text that the first page shows, as one line."""
    with _page_of(pdf) as (_, page), closing(page.get_textpage()) as text:
        return str(text.get_text_range()).replace("\r\n", " ")


def picture_of(pdf: bytes, dpi: int = DPI) -> Image.Image:
    """The first page as it looks."""
    with _page_of(pdf) as (_, page), closing(page.render(scale=dpi / 72)) as bitmap:
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        return picture.copy()


def png_of(picture: Image.Image) -> bytes:
    """A picture as a PNG file."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def proof_in(pdf: bytes) -> bytes:
    """The attached proof."""
    with _page_of(pdf) as (document, _):
        found = [document.get_attachment(at) for at in range(document.count_attachments())]
        (proof,) = [bytes(item.get_data()) for item in found if item.get_name() == ATTACHMENT]
        return proof


def rewrite_text(pdf: bytes, old: str, new: str) -> bytes:
    """The file with a text of its page rewritten in the content stream. The font must have the characters."""

    def edit(document: Any, page: Any) -> None:
        with closing(page.get_textpage()) as text:
            (found,) = [item for item in _texts(page) if _text(item, text) == old]
        assert pdfium.FPDFText_SetText(found, _utf16(new))
        assert pdfium.FPDFPage_GenerateContent(page)

    return _saved(pdf, edit)


def cover(pdf: bytes, old: str, new: str) -> bytes:
    """The file with a white box over a text of its page and another text on it."""

    def edit(document: Any, page: Any) -> None:
        with closing(page.get_textpage()) as text:
            (found,) = [item for item in _texts(page) if _text(item, text) == old]
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        assert pdfium.FPDFPageObj_GetBounds(found, left, bottom, right, top)
        box = pdfium.FPDFPageObj_CreateNewRect(left, bottom, right.value - left.value, top.value - bottom.value)
        assert pdfium.FPDFPageObj_SetFillColor(box, 255, 255, 255, 255)
        assert pdfium.FPDFPath_SetDrawMode(box, pdfium.FPDF_FILLMODE_WINDING, False)
        pdfium.FPDFPage_InsertObject(page, box)
        written = pdfium.FPDFPageObj_NewTextObj(document, b"Helvetica", 20.0)
        assert pdfium.FPDFText_SetText(written, _utf16(new))
        pdfium.FPDFPageObj_Transform(written, 1, 0, 0, 1, left.value, bottom.value)
        pdfium.FPDFPage_InsertObject(page, written)
        assert pdfium.FPDFPage_GenerateContent(page)

    return _saved(pdf, edit)


def annotate(pdf: bytes, note: str) -> bytes:
    """The file with an annotation laid over its page, as an incremental update behind the untouched bytes."""

    def edit(document: Any, page: Any) -> None:
        annotation = pdfium.FPDFPage_CreateAnnot(page, pdfium.FPDF_ANNOT_FREETEXT)
        assert annotation
        assert pdfium.FPDFAnnot_SetRect(annotation, pdfium.FS_RECTF(left=200, top=600, right=400, bottom=550))
        assert pdfium.FPDFAnnot_SetStringValue(annotation, b"Contents", _utf16(note))
        pdfium.FPDFPage_CloseAnnot(annotation)

    changed = _saved(pdf, edit, pdfium.FPDF_INCREMENTAL)
    assert changed.startswith(pdf)
    assert len(changed) > len(pdf)
    return changed


def swap_attachment(pdf: bytes, proof: bytes) -> bytes:
    """The file with another proof attached in the place of its own."""

    def edit(document: Any, page: Any) -> None:
        names = [document.get_attachment(at).get_name() for at in range(document.count_attachments())]
        document.del_attachment(names.index(ATTACHMENT))
        document.new_attachment(ATTACHMENT).set_data(proof)

    return _saved(pdf, edit)


def saved_again(pdf: bytes) -> bytes:
    """The file as another program writes it, with nothing changed."""
    return _saved(pdf, lambda document, page: None)


@contextmanager
def _page_of(pdf: bytes) -> Iterator[tuple[Any, Any]]:
    with closing(pypdfium2.PdfDocument(pdf)) as document, closing(document[0]) as page:
        yield document, page


def _saved(pdf: bytes, edit: Callable[[Any, Any], None], flags: int = pdfium.FPDF_NO_INCREMENTAL) -> bytes:
    with _page_of(pdf) as (document, page):
        edit(document, page)
        out = io.BytesIO()
        document.save(out, flags=flags)
        return out.getvalue()


def _texts(page: Any) -> list[Any]:
    objects = [pdfium.FPDFPage_GetObject(page, at) for at in range(pdfium.FPDFPage_CountObjects(page))]
    return [item for item in objects if pdfium.FPDFPageObj_GetType(item) == pdfium.FPDF_PAGEOBJ_TEXT]


def _text(item: Any, text: Any) -> str:
    length = pdfium.FPDFTextObj_GetText(item, text, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFTextObj_GetText(item, text, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length)
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def _utf16(text: str) -> Any:
    data = (text + "\0").encode("utf-16-le")
    return ctypes.cast(ctypes.create_string_buffer(data), ctypes.POINTER(pdfium.FPDF_WCHAR))
