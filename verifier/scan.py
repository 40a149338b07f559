"""Reading certificates back from PDF files and pictures: the attached proof, the QR codes, the text.

Needs the packages of `certledger[scan]`, which are imported when something is read. What is found is not verified here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from verifier import address
from verifier.errors import CouldNotCheck, Malformed

if TYPE_CHECKING:
    from PIL.Image import Image

ATTACHMENT: Final = "proof.cbor"
FILE_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of the largest file that is read."""
PAGE_LIMIT: Final = 10
"""Pages of a PDF that are looked at; the rest is not."""
PIXEL_LIMIT: Final = 50_000_000
"""Pixels of the largest picture that is decoded, and of a PDF's pages together at 200 dots an inch."""

_DPI: Final = 200
_ENLARGED_LIMIT: Final = 40_000_000
_MAGNIFIED_LIMIT: Final = 16_000_000
_HARDER_LIMIT: Final = 3
_TEXT_LIMIT: Final = 200_000
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
_HEADER_WITHIN: Final = 1024
_HEIC_BRANDS: Final = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")

# PDFium keeps global state: one thread at a time, and nothing of it may be left to the garbage collector.
_PDFIUM: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: the proof attached to a PDF, the texts of all QR codes in order, the text of a PDF's pages."""

    kind: Literal["pdf", "image"]
    proof: bytes | None
    codes: tuple[str, ...]
    pdf_text: str


def read(source: Path | str | bytes) -> Found:
    """What a PDF or a picture, given as a path or as its bytes, holds.

    Raises Malformed, which says what the file is or what is wrong with it, and CouldNotCheck where the file cannot be
    read or the packages of `certledger[scan]` are absent.
    """
    data = source if isinstance(source, bytes) else _load(Path(source))
    if len(data) > FILE_LIMIT:
        raise _too_large(data)
    if b"%PDF-" in data[:_HEADER_WITHIN]:
        return _read_pdf(data)
    return Found("image", None, _codes([_picture(data)]), "")


def attached_proof(data: bytes) -> bytes | None:
    """The proof attached to a PDF, its pages left alone; None where there is none. Raises as `read` does."""
    return attached(data, ATTACHMENT, address.PROOF_LIMIT)


def attached(data: bytes, name: str, limit: int) -> bytes | None:
    """The one attachment of that name of a PDF, its pages left alone; None where there is none.

    Raises Malformed for several and for one of more than `limit` bytes; else as `read` does.
    """
    if len(data) > FILE_LIMIT:
        raise _too_large(data)
    with _opened(data) as document:
        return _attachment(document, name, limit)


def _load(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise CouldNotCheck(f"{path}: cannot be read ({error.strerror or error})") from None


def _imported(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise CouldNotCheck(
            f"reading PDF files and pictures needs the package {name.partition('.')[0]}: pip install 'certledger[scan]'"
        ) from None


def _too_large(data: bytes) -> Malformed:
    return Malformed(f"file: {len(data)} bytes; the largest that is read has {FILE_LIMIT}")


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    """A PDF, open for one thread at a time. Raises Malformed, also for what goes wrong while it is open."""
    pdfium = _imported("pypdfium2")
    with _PDFIUM:
        try:
            with closing(pdfium.PdfDocument(data)) as document:
                yield document
        except pdfium.PdfiumError as error:
            raise Malformed(f"PDF: cannot be read ({error})") from None


def _read_pdf(data: bytes) -> Found:
    with _opened(data) as document:
        proof = _attachment(document, ATTACHMENT, address.PROOF_LIMIT)
        pages = list(_pages(document))
    return Found("pdf", proof, _codes([picture for picture, _ in pages]), "\n".join(text for _, text in pages))


def _attachment(document: Any, name: str, limit: int) -> bytes | None:
    attachments = [document.get_attachment(at) for at in range(document.count_attachments())]
    named = [attachment for attachment in attachments if attachment.get_name() == name]
    if len(named) > 1:
        raise Malformed(f"PDF: {len(named)} attachments are named {name}")
    if not named:
        return None
    data = bytes(named[0].get_data())
    if len(data) > limit:
        raise Malformed(f"PDF: {name} has {len(data)} bytes; it has at most {limit}")
    return data


def _pages(document: Any) -> Iterator[tuple[Image, str]]:
    """The first pages, each as a picture and as its text."""
    room = float(PIXEL_LIMIT)
    for at in range(min(len(document), PAGE_LIMIT)):
        with closing(document[at]) as page:
            width, height = (side * _DPI / 72 for side in page.get_size())
            room -= width * height
            if room < 0:
                raise Malformed(f"PDF: page {at + 1} is too large to be read ({width:.0f} by {height:.0f} pixels)")
            with closing(page.render(scale=_DPI / 72, grayscale=True)) as bitmap:
                picture: Image = bitmap.to_pil().copy()
            with closing(page.get_textpage()) as text_page:
                text: str = text_page.get_text_range(0, min(text_page.count_chars(), _TEXT_LIMIT))
        # PDFium marks a hyphen at the end of a line with U+FFFE.
        yield picture, text.replace("\r\n", "\n").replace("\ufffe", "-")


def _picture(data: bytes) -> Image:
    """The picture in shades of grey, on white. Its size is checked before its pixels are decoded."""
    pil = _imported("PIL.Image")
    if not data:
        raise Malformed("file: empty")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise CouldNotCheck("picture: HEIC and AVIF are not read; save it as JPEG or PNG")
    try:
        picture = pil.open(BytesIO(data), formats=_FORMATS)
    except (pil.DecompressionBombError, pil.DecompressionBombWarning):
        raise Malformed(f"picture: more than {PIXEL_LIMIT} pixels") from None
    except pil.UnidentifiedImageError:
        raise Malformed(f"file: neither a PDF nor a picture ({', '.join(_FORMATS)})") from None
    except Exception as error:
        # Decoders of foreign formats raise whatever a broken file leads them into.
        raise Malformed(f"picture: cannot be read ({error})") from None
    with picture:
        if picture.width * picture.height > PIXEL_LIMIT:
            raise Malformed(f"picture: {picture.width} by {picture.height} is more than {PIXEL_LIMIT} pixels")
        try:
            return _on_white(picture)
        except Exception as error:
            raise Malformed(f"picture: cannot be decoded ({error})") from None


def _on_white(picture: Image) -> Image:
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("L")
    coloured = picture.convert("RGBA")
    ground = _imported("PIL.Image").new("RGBA", coloured.size, "white")
    ground.alpha_composite(coloured)
    grey: Image = ground.convert("L")
    return grey


def _codes(pictures: Sequence[Image]) -> tuple[str, ...]:
    """The texts of all QR codes. Where no link or no proof is among them, the first pictures are tried harder."""
    zxing = _imported("zxingcpp")
    texts: dict[str, None] = {}
    harder = (attempt for picture in pictures[:_HARDER_LIMIT] for attempt in _attempts(picture))
    for at, picture in enumerate(chain(pictures, harder)):
        kinds = {type(parsed) for parsed in map(_parsed, texts) if parsed is not None}
        if at >= len(pictures) and len(kinds) == 2:
            break
        for barcode in zxing.read_barcodes(picture, formats=zxing.BarcodeFormat.QRCode, text_mode=zxing.TextMode.Plain):
            texts.setdefault(barcode.text)
    return tuple(texts)


def _attempts(picture: Image) -> Iterator[Image]:
    """The picture sharpened, at twice its size plain and sharpened: what reads blurred and small prints.

    Then smoothed, sharpened much and at three times its size, and at four times its size sharpened much: what reads
    codes of two pixels a module (docs/print.md).
    """
    dark, light = picture.convert("L").getextrema()
    if dark == light:
        return
    filters = _imported("PIL.ImageFilter")
    sharpen = filters.UnsharpMask(radius=2, percent=200, threshold=2)
    yield picture.filter(sharpen)
    if _has_room(picture, 2, _ENLARGED_LIMIT):
        doubled = _enlarged(picture, 2)
        yield doubled
        yield doubled.filter(sharpen)
    if _has_room(picture, 3, _MAGNIFIED_LIMIT):
        smooth = picture.filter(filters.GaussianBlur(0.5))
        yield _enlarged(smooth.filter(filters.UnsharpMask(radius=1, percent=500, threshold=0)), 3)
    if _has_room(picture, 4, _MAGNIFIED_LIMIT):
        yield _enlarged(picture, 4).filter(filters.UnsharpMask(radius=4, percent=500, threshold=0))


def _has_room(picture: Image, times: int, limit: int) -> bool:
    return times * times * picture.width * picture.height <= limit


def _enlarged(picture: Image, times: int) -> Image:
    return picture.resize((times * picture.width, times * picture.height), _imported("PIL.Image").Resampling.BICUBIC)


def _parsed(text: str) -> address.LinkAddress | address.ProofAddress | None:
    try:
        return address.parse_address(text)
    except Malformed:
        return None
