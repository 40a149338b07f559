"""What people hold and try: issued files, edited ones, photos, codes that do not belong together."""

from __future__ import annotations

import re
from io import BytesIO

import qrcode
from PIL import Image, ImageFilter

from ledger.awards import open_awards
from tests.acceptance import forgeries
from tests.e2e.conftest import Served
from verifier import address, seal

ELSEWHERE = "https://certificates.example.com"
LINK_ID = "0123456789ABCDEFGHJKMNPQ"


def code(text: str, module: int = 6) -> Image.Image:
    """A QR code, with its quiet zone."""
    drawn = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_L, box_size=module, border=4)
    drawn.add_data(text)
    return drawn.make_image().get_image().convert("RGB")


def beside(*pictures: Image.Image) -> bytes:
    """Pictures side by side on one sheet, as PNG."""
    sheet = Image.new("RGB", (sum(p.width for p in pictures) + 40, max(p.height for p in pictures) + 40), "white")
    left = 20
    for picture in pictures:
        sheet.paste(picture, (left, 20))
        left += picture.width
    return forgeries.png_of(sheet)


def photo(pdf: bytes, dpi: int = 170) -> bytes:
    """The first page as a phone takes it: turned a little, a bit out of focus, as JPEG."""
    page = (
        forgeries.picture_of(pdf, dpi).rotate(3, expand=True, fillcolor="white").filter(ImageFilter.GaussianBlur(0.7))
    )
    out = BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()


def sealed_anew(served: Served, pdf: bytes) -> bytes:
    """The file with a good seal, by the ledger's own key: what nobody else can make."""
    with served.whole.opened() as ledger, open_awards(ledger) as awards:
        sign = awards.ledger.log_signers().document.sign
    return seal.place(pdf, sign(seal.digest(pdf)))


def things(served: Served) -> dict[str, bytes]:
    """Everything that is tried, by name."""
    paper, proof, other = served.paper("valid"), served.proof("valid"), served.proof("title valid")
    link, others_link = served.link("valid"), served.link("title valid")
    own, others_proof = served.proof_address("valid"), served.proof_address("title valid")
    foreign_link = address.link_address(ELSEWHERE, LINK_ID)
    swapped = forgeries.swap_attachment(paper, other)
    return {
        "issued.pdf": paper,
        "revoked.pdf": served.paper("revoked"),
        "covered.pdf": forgeries.cover(paper, _total(paper), "99.9"),
        "byte appended.pdf": paper + b"\n",
        "saved again.pdf": forgeries.saved_again(paper),
        "attachment swapped.pdf": swapped,
        "attachment swapped and sealed anew.pdf": sealed_anew(served, swapped),
        "two seals.pdf": paper + seal.PLACEHOLDER,
        "nonsense.pdf": b"%PDF-1.7\nnonsense",
        "proof.cbor": proof,
        "proof cut.cbor": proof[:-1],
        "proof changed.cbor": proof[:-1] + bytes([proof[-1] ^ 1]),
        "address.txt": own.encode() + b"\n",
        "photo.jpg": photo(paper),
        "link code.png": beside(code(link)),
        "link code of nobody.png": beside(code(address.link_address(served.url, LINK_ID))),
        "revoked link code.png": beside(code(served.link("revoked"))),
        "foreign link.png": beside(code(foreign_link)),
        "foreign link beside a proof.png": beside(code(foreign_link), code(own)),
        "foreign host of a proof.png": beside(code(address.proof_address(ELSEWHERE, proof))),
        "two certificates.png": beside(code(own), code(others_proof)),
        "two links.png": beside(code(link), code(others_link)),
        "another's link beside a proof.png": beside(code(others_link), code(own)),
        "spoilt proof.png": beside(code(own[:-4] + "abcd")),
        "some other code.png": beside(code("https://example.com/menu")),
        "no code.png": forgeries.png_of(Image.new("RGB", (300, 300), "white")),
        "text.bin": b"certificate",
        "empty.bin": b"",
        "cut.png": beside(code(link))[:200],
        "iphone.heic": b"\x00\x00\x00\x18ftypheic0000",
    }


def _total(pdf: bytes) -> str:
    """What somebody would cover with a better one."""
    (total,) = re.findall(r"Total ([0-9.]+)", forgeries.text_of(pdf))
    return str(total)
