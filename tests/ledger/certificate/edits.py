"""Ways to edit an issued PDF, and ways to save it again that change nothing."""

from __future__ import annotations

import ctypes
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp
from PIL import Image

BLANK = (
    b"%PDF-1.6\n1 0 obj\n<< /Pages 2 0 R /Type /Catalog >>\nendobj\n"
    b"2 0 obj\n<< /Count 1 /Kids [3 0 R] /Type /Pages >>\nendobj\n"
    b"3 0 obj\n<< /MediaBox [0 0 595 842] /Parent 2 0 R /Type /Page >>\nendobj\n"
    b"trailer << /Root 1 0 R /Size 4 >>\n%%EOF\n"
)
"""A PDF of one empty page."""

Edit = Callable[[Any, Any], None]
"""What is done to a document and its first page, in PDFium's objects."""
Place = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""
WHITE = (255, 255, 255, 255)
INK = (27, 37, 64, 255)
ENCRYPTED = (
    b"%%PDF-1.6\n1 0 obj\n<< /Pages 2 0 R /Type /Catalog >>\nendobj\n"
    b"2 0 obj\n<< /Count 1 /Kids [3 0 R] /Type /Pages >>\nendobj\n"
    b"3 0 obj\n<< /MediaBox [0 0 50 50] /Parent 2 0 R /Type /Page >>\nendobj\n"
    b"5 0 obj\n<< /Filter /Standard /V 2 /R 3 /Length 128 /P -1028 /O <%b> /U <%b> >>\nendobj\n"
    b"trailer << /Root 1 0 R /Size 6 /ID [<00><00>] /Encrypt 5 0 R >>\n%%%%EOF\n"
) % (b"2a" * 32, b"b3" * 32)
"""A PDF that wants a password which nobody knows."""


def edited(data: bytes, edit: Edit) -> bytes:
    """The file after an edit of its first page, as PDFium saves it."""
    with _opened(data) as (document, page):
        edit(document, page)
        page.gen_content()
        out = BytesIO()
        document.save(out)
    return out.getvalue()


def place_of(data: bytes, text: str) -> Place:
    """Where a text stands on the first page."""
    with _opened(data) as (_, page):
        reader = page.get_textpage()
        searcher = reader.search(text)
        at, count = searcher.get_next()
        boxes = [reader.get_charbox(k) for k in range(at, at + count)]
        searcher.close()
        reader.close()
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def code_place(data: bytes, part: str) -> Place:
    """Where the code on the first page stands whose text has this in it."""
    with _opened(data) as (_, page):
        height = page.get_size()[1]
        with closing(page.render(scale=4)) as bitmap:
            found = zxingcpp.read_barcodes(bitmap.to_pil().convert("L"))
    at = next(barcode.position for barcode in found if part in barcode.text)
    corners = (at.top_left, at.top_right, at.bottom_left, at.bottom_right)
    across, down = [corner.x / 4 for corner in corners], [height - corner.y / 4 for corner in corners]
    return min(across) - 1, min(down) - 1, max(across) + 1, max(down) + 1


# --- what a forger does ---------------------------------------------------------------------------------------------


def covered(place: Place, colour: tuple[int, int, int, int] = WHITE) -> Edit:
    """A filled rectangle over a place."""

    def edit(document: Any, page: Any) -> None:
        pdfium.FPDFPage_InsertObject(page, _rectangle(place, colour))

    return edit


def written(text: str, place: Place, *, invisible: bool = False, size: float = 12.5) -> Edit:
    """A text in Helvetica, from a place's left and bottom on."""

    def edit(document: Any, page: Any) -> None:
        made = pdfium.FPDFPageObj_NewTextObj(document, b"Helvetica", size)
        encoded = ctypes.create_string_buffer(text.encode("utf-16-le") + b"\0\0")
        pdfium.FPDFText_SetText(made, ctypes.cast(encoded, ctypes.POINTER(ctypes.c_ushort)))
        pdfium.FPDFPageObj_SetFillColor(made, *INK)
        if invisible:
            pdfium.FPDFTextObj_SetTextRenderMode(made, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
        pdfium.FPDFPageObj_Transform(made, 1, 0, 0, 1, place[0], place[1])
        pdfium.FPDFPage_InsertObject(page, made)

    return edit


def outlined(place: Place) -> Edit:
    """A digit 1 drawn as a path, as text turned into outlines is."""
    left, bottom, _, top = place
    return covered((left + 2, bottom, left + 3.2, top), INK)


def pasted(place: Place, picture: Image.Image) -> Edit:
    """A picture over a place."""

    def edit(document: Any, page: Any) -> None:
        made = pypdfium2.PdfImage.new(document)
        made.set_bitmap(pypdfium2.PdfBitmap.from_pil(picture))
        left, bottom, right, top = place
        made.set_matrix(pypdfium2.PdfMatrix().scale(right - left, top - bottom).translate(left, bottom))
        page.insert_obj(made)

    return edit


def stamped(place: Place, flags: int = pdfium.FPDF_ANNOT_FLAG_PRINT) -> Edit:
    """A stamp annotation: nothing of the page itself is changed."""

    def edit(document: Any, page: Any) -> None:
        made = pdfium.FPDFPage_CreateAnnot(page, pdfium.FPDF_ANNOT_STAMP)
        left, bottom, right, top = place
        pdfium.FPDFAnnot_SetRect(made, pdfium.FS_RECTF(left=left, bottom=bottom, right=right, top=top))
        pdfium.FPDFAnnot_AppendObject(made, _rectangle(place, INK))
        pdfium.FPDFAnnot_SetFlags(made, flags)
        pdfium.FPDFPage_CloseAnnot(made)

    return edit


def linked(place: Place, uri: str) -> Edit:
    """An invisible link over a place."""

    def edit(document: Any, page: Any) -> None:
        made = pdfium.FPDFPage_CreateAnnot(page, pdfium.FPDF_ANNOT_LINK)
        left, bottom, right, top = place
        pdfium.FPDFAnnot_SetRect(made, pdfium.FS_RECTF(left=left, bottom=bottom, right=right, top=top))
        pdfium.FPDFAnnot_SetURI(made, uri.encode())
        pdfium.FPDFAnnot_SetBorder(made, 0, 0, 0)
        pdfium.FPDFPage_CloseAnnot(made)

    return edit


def attached(document: Any, page: Any) -> None:
    """One more file inside the file."""
    document.new_attachment("annex.txt").set_data(b"promoted to engineer")


def with_pages(count: int, size: tuple[float, float] = (200, 200)) -> Edit:
    """So many more pages."""

    def edit(document: Any, page: Any) -> None:
        for _ in range(count):
            document.new_page(*size).close()

    return edit


def turned(document: Any, page: Any) -> None:
    """The page lies on its side."""
    page.set_rotation(90)


def cropped(document: Any, page: Any) -> None:
    """The page without its lower half: the codes are cut off."""
    left, bottom, right, top = page.get_mediabox()
    page.set_mediabox(left, bottom + (top - bottom) / 2, right, top)


def whitened(data: bytes, place: Place) -> bytes:
    """The text at a place in white: there, and not to be seen."""
    return _with_text_at(data, place, lambda text: re.sub(rb"cs [\d. ]+ scn", b"cs 1 1 1 scn", text))


def removed(data: bytes, place: Place) -> bytes:
    """The text at a place taken out of the page."""
    return _with_text_at(data, place, lambda text: b"")


def swapped(data: bytes, place: Place) -> bytes:
    """The first two characters at a place the other way round, in the certificate's own font and colour."""

    def swap(text: bytes) -> bytes:
        return re.sub(rb"\[?\(((?:\\\d{3}|[^\\)]){2})((?:\\\d{3}|[^\\)]){2})", rb"[(\2\1", text, count=1)

    return _with_text_at(data, place, swap)


def layered(data: bytes, place: Place) -> bytes:
    """An optional layer, on by default, appended to the file as an incremental update: its old bytes stay."""
    drawing = (
        f"/OC /Own BDC 1 0 0 rg {place[0]} {place[1]} {place[2] - place[0]} {place[3] - place[1]} re f EMC".encode()
    )
    first = _size(data)
    layer, stream = first, first + 1
    number, page = _page(data)
    resources = re.search(rb"/Resources (\d+) 0 R", page)
    contents = re.search(rb"/Contents (\d+) 0 R", page)
    assert contents is not None
    page = page.replace(contents[0], b"/Contents [%b 0 R %d 0 R]" % (contents[1], stream))
    objects = {
        layer: b"<< /Type /OCG /Name (Own) >>",
        stream: b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing),
    }
    own = b"/Properties << /Own %d 0 R >>" % layer
    if resources is not None:
        at = int(resources[1])
        objects[at] = _object(data, at).replace(b"<<", b"<< " + own, 1)
    else:
        page = page.replace(b"/Resources <<", b"/Resources << " + own, 1)
    root, catalogue = _catalogue(data)
    order = b"/OCProperties << /OCGs [%d 0 R] /D << /ON [%d 0 R] >> >> " % (layer, layer)
    objects[number] = page
    objects[root] = catalogue.replace(b"<<", b"<< " + order, 1)
    return _updated(data, objects)


def with_field(data: bytes, place: Place, value: str) -> bytes:
    """A form field with a value, appended as an incremental update."""
    first = _size(data)
    field, look, font = first, first + 1, first + 2
    left, bottom, right, top = place
    drawn = f"1 g 0 0 {right - left} {top - bottom} re f BT /F 12 Tf 0 g 1 1 Td ({value}) Tj ET".encode()
    number, page = _page(data)
    root, catalogue = _catalogue(data)
    shape = f"/Rect [{left} {bottom} {right} {top}]".encode()
    objects = {
        field: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (total) /F 4 /V (%b) %b /AP << /N %d 0 R >> >>"
        % (value.encode(), shape, look),
        look: b"<< /Type /XObject /Subtype /Form /BBox [0 0 %b %b] /Resources << /Font << /F %d 0 R >> >> "
        b"/Length %d >>\nstream\n%b\nendstream"
        % (str(right - left).encode(), str(top - bottom).encode(), font, len(drawn), drawn),
        font: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        number: page.replace(b"<<", b"<< /Annots [%d 0 R] " % field, 1),
        root: catalogue.replace(b"<<", b"<< /AcroForm << /Fields [%d 0 R] >> " % field, 1),
    }
    return _updated(data, objects)


# --- what changes nothing -------------------------------------------------------------------------------------------


def saved_again(data: bytes) -> bytes:
    """As PDFium writes it: other offsets, other order, the same look."""
    return edited(data, lambda document, page: None)


def pictured(data: bytes) -> bytes:
    """Each page as one picture: a PDF without text."""
    made = pypdfium2.PdfDocument.new()
    source = pypdfium2.PdfDocument(data)
    for at in range(len(source)):
        with closing(source[at]) as page, closing(made.new_page(*page.get_size())) as picture:
            width, height = page.get_size()
            with closing(page.render(scale=2)) as bitmap:
                pasted((0, 0, width, height), bitmap.to_pil().convert("RGB"))(made, picture)
            picture.gen_content()
    source.close()
    out = BytesIO()
    made.save(out)
    made.close()
    return out.getvalue()


def nudged(data: bytes, points: float) -> bytes:
    """Everything moved by a little, as by a writer that rounds: every edge gets other shades of grey."""
    return _drawn_by(data, lambda drawing: b"1 0 0 1 %b %b cm\n" % (2 * (str(points).encode(),)) + drawing)


# --- inside ---------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[Any, Any]]:
    document = pypdfium2.PdfDocument(data)
    page = document[0]
    try:
        yield document, page
    finally:
        page.close()
        document.close()


def _drawn_by(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The file with the first page's drawing changed, as an incremental update."""
    _, page = _page(data)
    contents = re.search(rb"/Contents (\d+) 0 R", page)
    assert contents is not None
    number = int(contents[1])
    stream = re.search(rb"stream\r?\n(.*)\nendstream", _object(data, number), re.DOTALL)
    assert stream is not None
    drawing = zlib.decompress(stream[1])
    changed = change(drawing)
    assert changed != drawing
    return _updated(data, {number: b"<< /Length %d >>\nstream\n%b\nendstream" % (len(changed), changed)})


def _with_text_at(data: bytes, place: Place, change: Callable[[bytes], bytes]) -> bytes:
    """The file with what draws the text that begins at a place changed."""

    def at_place(found: re.Match[bytes]) -> bytes:
        near = abs(float(found[1]) - place[0]) < 3 and abs(float(found[2]) - place[1]) < 3
        return change(found[0]) if near else found[0]

    text = re.compile(rb"q 1 0 0 -1 ([\d.]+) ([\d.]+) cm/c0 cs [\d. ]+ scn\nBT.*?ET\nQ\n", re.DOTALL)
    return _drawn_by(data, lambda drawing: text.sub(at_place, drawing))


def _rectangle(place: Place, colour: tuple[int, int, int, int]) -> Any:
    left, bottom, right, top = place
    made = pdfium.FPDFPageObj_CreateNewRect(left, bottom, right - left, top - bottom)
    pdfium.FPDFPageObj_SetFillColor(made, *colour)
    pdfium.FPDFPath_SetDrawMode(made, pdfium.FPDF_FILLMODE_WINDING, False)
    return made


def _object(data: bytes, number: int) -> bytes:
    """The newest text of an object that stands in clear in the file."""
    found = re.findall(rb"(?:^|\n)%d 0 obj\s(.*?)\sendobj" % number, data, re.DOTALL)
    body: bytes = found[-1]
    return body


def _page(data: bytes) -> tuple[int, bytes]:
    found = re.search(rb"(?:^|\n)(\d+) 0 obj\s((?:(?!endobj).)*?/Type\s*/Page\b.*?)\sendobj", data, re.DOTALL)
    assert found is not None
    return int(found[1]), found[2]


def _catalogue(data: bytes) -> tuple[int, bytes]:
    root = re.findall(rb"/Root (\d+) 0 R", data)[-1]
    return int(root), _object(data, int(root))


def _size(data: bytes) -> int:
    return int(re.findall(rb"/Size (\d+)", data)[-1])


def _updated(data: bytes, objects: dict[int, bytes]) -> bytes:
    """The file with objects appended, a table of their places and a trailer that leads to the old one."""
    last = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    root, _ = _catalogue(data)
    out = bytearray(data + b"\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n"
    for number, place in sorted(places.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(_size(data), *(number + 1 for number in objects))
    out += b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, last, start)
    return bytes(out)
