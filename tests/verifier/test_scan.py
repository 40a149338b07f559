"""Reading PDFs and pictures back, with codes and files made by other libraries than those that read them."""

from __future__ import annotations

import random
import struct
import sys
import zlib
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageFilter
from qrcode import QRCode

from verifier import address, scan
from verifier.errors import CouldNotCheck, Malformed

LINK = address.link_address("https://certificates.example.org", "0123456789ABCDEFGHJKMNPQ")
PROOF = random.Random(5).randbytes(300)
PROOF_ADDRESS = address.proof_address("https://certificates.example.org", PROOF)


def code(text: str, module: int = 4) -> Image.Image:
    drawn = QRCode(box_size=module, border=4)
    drawn.add_data(text)
    picture: Image.Image = drawn.make_image().get_image().convert("L")
    return picture


def both_codes() -> Image.Image:
    link, proof = code(LINK), code(PROOF_ADDRESS)
    sheet = Image.new("L", (link.width + proof.width + 60, proof.height + 40), 255)
    sheet.paste(link, (20, 20))
    sheet.paste(proof, (link.width + 40, 20))
    return sheet


def saved(picture: Image.Image, form: str = "PNG") -> bytes:
    out = BytesIO()
    picture.save(out, form)
    return out.getvalue()


def pdf_of(pictures: list[Image.Image], attachments: dict[str, bytes], size: tuple[float, float] = (595, 842)) -> bytes:
    """A PDF with one page a picture, and the attachments."""
    with closing(pypdfium2.PdfDocument.new()) as document:
        for picture in pictures:
            page = document.new_page(*size)
            image = pypdfium2.PdfImage.new(document)
            with closing(pypdfium2.PdfBitmap.from_pil(picture)) as bitmap:
                image.set_bitmap(bitmap)
            image.set_matrix(
                pypdfium2.PdfMatrix().scale(picture.width * 0.75, picture.height * 0.75).translate(20, 300)
            )
            page.insert_obj(image)
            page.gen_content()
            page.close()
        for name, data in attachments.items():
            document.new_attachment(name).set_data(data)
        out = BytesIO()
        document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
def test_both_codes_are_read_from_a_picture(form: str) -> None:
    found = scan.read(saved(both_codes(), form))
    assert (found.kind, found.proof, found.pdf_text) == ("image", None, "")
    assert set(found.codes) == {LINK, PROOF_ADDRESS}


def test_a_path_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    file = tmp_path / "codes.png"
    file.write_bytes(saved(both_codes()))
    assert scan.read(file) == scan.read(str(file)) == scan.read(file.read_bytes())


def test_a_picture_with_a_transparent_ground_is_read() -> None:
    opaque = both_codes()
    clear = Image.new("RGBA", opaque.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=opaque.point(lambda shade: 255 - shade))
    assert set(scan.read(saved(clear)).codes) == {LINK, PROOF_ADDRESS}


def test_a_turned_and_blurred_picture_is_read() -> None:
    blurred = both_codes().convert("L").rotate(7, expand=True, fillcolor=255).filter(ImageFilter.GaussianBlur(1.2))
    assert set(scan.read(saved(blurred, "JPEG")).codes) == {LINK, PROOF_ADDRESS}


def test_a_small_picture_is_read_at_twice_its_size() -> None:
    small = code(LINK, 1)
    assert scan.read(saved(small)).codes == (LINK,)


def test_a_picture_without_codes_has_none() -> None:
    assert scan.read(saved(Image.new("L", (300, 300), 255))).codes == ()


def test_attachment_and_codes_of_a_pdf_are_found() -> None:
    found = scan.read(pdf_of([both_codes()], {"other.txt": b"x", "proof.cbor": PROOF}))
    assert (found.kind, found.proof) == ("pdf", PROOF)
    assert set(found.codes) == {LINK, PROOF_ADDRESS}


def test_a_pdf_without_attachment_has_no_proof_but_its_codes() -> None:
    found = scan.read(pdf_of([code(LINK), code(PROOF_ADDRESS)], {}))
    assert (found.proof, found.codes) == (None, (LINK, PROOF_ADDRESS))


def test_only_the_first_ten_pages_are_looked_at() -> None:
    blank = Image.new("L", (10, 10), 255)
    assert scan.read(pdf_of([blank] * 9 + [code(LINK)], {})).codes == (LINK,)
    assert scan.read(pdf_of([blank] * 10 + [code(LINK)], {})).codes == ()


def test_two_proofs_in_one_pdf_are_malformed() -> None:
    file = pdf_of([code(LINK)], {"proof.cbor": PROOF, "proof.cbo2": b"other"}).replace(b"proof.cbo2", b"proof.cbor")
    with pytest.raises(Malformed, match=r"2 attachments are named proof\.cbor"):
        scan.read(file)


def test_a_proof_that_is_too_long_is_malformed() -> None:
    with pytest.raises(Malformed, match="at most 65536"):
        scan.read(pdf_of([code(LINK)], {"proof.cbor": bytes(65_537)}))


def test_a_page_that_is_too_large_is_malformed() -> None:
    with pytest.raises(Malformed, match="page 1 is too large"):
        scan.read(pdf_of([code(LINK)], {}, (3000, 3000)))


def png_of_size(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims to be that large."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 9) + b"IDAT"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"certificate", "neither a PDF nor a picture"),
        (b"\x00" * 5000, "neither a PDF nor a picture"),
        (b"%PDF-1.7\nnonsense", "PDF: cannot be read"),
        (saved(both_codes())[:400], "picture: cannot be"),
        (png_of_size(8000, 8000), "8000 by 8000 is more than"),
        (png_of_size(11_000, 11_000), "more than 50000000 pixels"),
        (png_of_size(50_000, 50_000), "more than 50000000 pixels"),
        (bytes(scan.FILE_LIMIT + 1), "the largest that is read"),
    ],
    ids=range(9),
)
def test_nonsense_is_malformed_and_named(data: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        scan.read(data)


def test_a_picture_in_a_form_that_is_not_read_is_not_called_bad() -> None:
    with pytest.raises(CouldNotCheck, match="HEIC and AVIF are not read; save it as JPEG"):
        scan.read(b"\x00\x00\x00\x18ftypheic0000")


def test_a_file_that_cannot_be_read_is_not_called_bad(tmp_path: Path) -> None:
    with pytest.raises(CouldNotCheck, match=r"absent\.pdf: cannot be read \(No such file"):
        scan.read(tmp_path / "absent.pdf")
    with pytest.raises(CouldNotCheck, match="Is a directory"):
        scan.read(tmp_path)


@pytest.mark.parametrize(
    ("package", "named"), [("pypdfium2", "pypdfium2"), ("PIL.Image", "PIL"), ("zxingcpp", "zxingcpp")]
)
def test_without_the_extra_it_says_what_to_install(package: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [pdf_of([code(LINK)], {})] if package == "pypdfium2" else [saved(code(LINK))]
    monkeypatch.setitem(sys.modules, package, None)
    for file in files:
        with pytest.raises(CouldNotCheck, match=rf"package {named}: pip install 'certledger\[scan\]'"):
            scan.read(file)


@pytest.mark.parametrize("kind", ["pdf", "png", "jpeg"])
def test_a_broken_file_is_read_or_malformed_and_nothing_else(kind: str) -> None:
    whole = pdf_of([code(LINK)], {"proof.cbor": PROOF}) if kind == "pdf" else saved(code(LINK), kind.upper())
    chance = random.Random(11)
    outcomes = set()
    for _ in range(60):
        broken = bytearray(whole)
        for at in chance.sample(range(len(broken)), 8):
            broken[at] = chance.randrange(256)
        data = bytes(broken[: chance.randrange(len(broken) // 2, len(broken) + 1)])
        try:
            outcomes.add(scan.read(data).kind)
        except Malformed as error:
            outcomes.add(error.code)
    assert outcomes <= {"pdf", "image", "malformed"}
    assert "malformed" in outcomes
