"""The certificate as a file: read back with PDFium and zxing-cpp, which had no part in making it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from itertools import combinations

import noto_cjk_sans_otc
import pylopdf_fonts_zh_cn
import pypdfium2
import pytest
import zxingcpp
from nacl.signing import SigningKey
from PIL import Image, ImageFilter

from ledger.certificate import checking, codes, pdf
from ledger.certificate.page import Bilingual, CannotPrint, CertificatePage
from verifier import address, scan, seal
from verifier.errors import NotAsIssued

KEY = SigningKey(bytes(range(32)))
PUBLIC = bytes(KEY.verify_key)
A4 = (595, 842)

LONG_NAME = "古丽巴哈尔·阿卜杜热西提·买买提吐尔逊·阿卜杜克热木·艾合买提江"
LONG_PROGRAMME = Bilingual(
    "面向国际企业的大数据智能化分析、人工智能工程应用与云计算平台运维高级综合能力认证（第二版）",
    "Advanced Comprehensive Certification in Big Data Intelligence, Applied Artificial Intelligence Engineering and "
    "Cloud Platform Operations for International Enterprises (Second Edition)",
)


def sign(digest: bytes) -> bytes:
    return KEY.sign(digest).signature


@contextmanager
def opened(file: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with closing(pypdfium2.PdfDocument(file)) as document:
        yield document


def text_of(file: bytes) -> str:
    """All text without blanks."""
    return without_blanks(scan.read(file).pdf_text)


def without_blanks(text: str) -> str:
    """Line breaks and wide letters add some."""
    return re.sub(r"[\s\u200b]", "", text)


def drawn(file: bytes, dpi: int, at: int = 0) -> Image.Image:
    with opened(file) as document, closing(document[at]) as page:
        bitmap = page.render(scale=dpi / 72, grayscale=True)
        with closing(bitmap):
            return bitmap.to_pil().copy()


def printed_at(file: bytes, dpi: int) -> set[str]:
    """The codes that are read from the page at that many dots an inch, without any second attempt."""
    return {barcode.text for barcode in zxingcpp.read_barcodes(drawn(file, dpi))}


@pytest.fixture(scope="module")
def file(certificate: CertificatePage, proof: bytes, evidence: pdf.Evidence) -> bytes:
    return pdf.issue(certificate, proof, evidence, sign)


def test_the_font_is_the_one_that_was_looked_at() -> None:
    with noto_cjk_sans_otc.FONT_PATH.open("rb") as font:
        assert sha256(font.read()).hexdigest() == "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a"


def test_the_serif_is_the_one_that_was_looked_at() -> None:
    serif = pylopdf_fonts_zh_cn.serif_path().read_bytes()
    assert sha256(serif).hexdigest() == "e8f396decc1f0963a016a989c3d8852e863d1350996f573860a80767c83a1cd3"


def test_it_is_two_a4_pages(file: bytes) -> None:
    with opened(file) as document:
        assert [tuple(map(round, document.get_page_size(at))) for at in range(len(document))] == [A4, A4]


def test_it_names_its_design(file: bytes) -> None:
    with opened(file) as document:
        assert document.get_metadata_value("Subject") == pdf.design_mark(pdf.DESIGN) == "certledger design 1"


def test_it_declares_pdf_a_3a_and_pdf_ua_1(file: bytes) -> None:
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in file
    assert b"<pdfuaid:part>1</pdfuaid:part>" in file


def attached(file: bytes) -> dict[str, bytes]:
    with opened(file) as document:
        found = [document.get_attachment(at) for at in range(document.count_attachments())]
        assert len({item.get_name() for item in found}) == len(found)
        return {item.get_name(): bytes(item.get_data()) for item in found}


def test_the_evidence_is_attached(
    file: bytes, certificate: CertificatePage, proof: bytes, evidence: pdf.Evidence
) -> None:
    found = attached(file)
    readme = found.pop("README.txt").decode()
    assert found == {
        "proof.cbor": proof,
        "inclusion.tlog-proof": evidence.tlog_proof.encode(),
        "trust.txt": evidence.trust.encode(),
    }
    assert scan.read(file).proof == proof
    for section in checking.sections(certificate):
        for said in (section.title, *section.paragraphs):
            assert said.zh in readme
            assert said.en in readme
    for name in (*found, "README.txt"):
        assert name in readme


def test_without_evidence_the_drawing_is_the_same(file: bytes, certificate: CertificatePage, proof: bytes) -> None:
    bare = pdf.render(certificate, proof)
    assert attached(bare) == {"proof.cbor": proof}
    assert [drawn(bare, 80, at).tobytes() for at in (0, 1)] == [drawn(file, 80, at).tobytes() for at in (0, 1)]


def test_the_second_page_says_how_to_check_in_both_languages(file: bytes, certificate: CertificatePage) -> None:
    with opened(file) as document, closing(document[1]) as page, closing(page.get_textpage()) as text_page:
        text = without_blanks(text_page.get_text_range())
    for section in checking.sections(certificate):
        for said in (section.title, *section.paragraphs):
            assert without_blanks(said.zh) in text.replace("\ufffe", "-")
    for _, value in checking.marks(certificate):
        assert without_blanks(value) in text
    for standard in ("RFC8949", "RFC9052", "RFC8032", "RFC9162", "RFC9942", "C2SPtlog-proof", "TokenStatusList"):
        assert standard in text


@pytest.mark.parametrize("dpi", [110, 150, 200, 300])
def test_both_codes_are_read_from_the_page(file: bytes, certificate: CertificatePage, proof: bytes, dpi: int) -> None:
    assert printed_at(file, dpi) == {
        address.link_address(certificate.base_url, certificate.link_id),
        address.proof_address(certificate.base_url, proof),
    }


def test_a_photograph_of_the_page_is_read(file: bytes, certificate: CertificatePage, proof: bytes) -> None:
    """Turned by some degrees, blurred and compressed."""
    photograph = drawn(file, 200).rotate(4, expand=True, fillcolor=200).filter(ImageFilter.GaussianBlur(0.8))
    out = BytesIO()
    photograph.save(out, "JPEG", quality=60)
    assert set(scan.read(out.getvalue()).codes) == {
        address.link_address(certificate.base_url, certificate.link_id),
        address.proof_address(certificate.base_url, proof),
    }


def test_a_certificate_shows_all_its_values_in_both_languages(file: bytes, certificate: CertificatePage) -> None:
    text = text_of(file)
    for value in (
        *(certificate.base.zh, certificate.base.en, certificate.organisation.zh, certificate.organisation.en),
        *(certificate.award.zh, certificate.award.en, certificate.name, "居民身份证", "Resident Identity Card"),
        *("500000********4038", "86.5", "2023年6月26日", "26 June 2023", "2026年6月26日", "26 June 2026"),
        *(certificate.number, "certificates.example.org", "认证证书", "CERTIFICATE", "代为保管", "holds for it"),
    ):
        assert value.replace(" ", "") in text


def test_a_title_shows_all_its_values_in_both_languages(title: CertificatePage, proof: bytes) -> None:
    text = text_of(pdf.render(title, proof))
    for value in (
        *(title.organisation.zh, title.organisation.en, title.award.zh, title.award.en, title.name, "大数据工程"),
        *("护照", "Passport", "******678", "2024年2月29日", "29 February 2024", title.number, "127.0.0.1:8000"),
        *("职称证书", "CERTIFICATE OF PROFESSIONAL TITLE"),
    ):
        assert value.replace(" ", "") in text
    assert "Validthrough" not in text
    assert "代为保管" not in text


def test_the_same_input_gives_the_same_bytes_in_every_process(
    certificate: CertificatePage, title: CertificatePage, proof: bytes, evidence: pdf.Evidence
) -> None:
    jobs = [
        (certificate, proof, evidence),
        (title, proof, None),
        (replace(certificate, name="夏侯洋"), proof, evidence),
    ]
    here = list(pdf.render_many(jobs, 1))
    assert list(pdf.render_many(jobs, 2)) == here
    assert len(set(here)) == 3


def test_the_file_is_dated_by_the_record(file: bytes) -> None:
    assert b"<xmp:CreateDate>2023-11-14T22:13:20+00:00</xmp:CreateDate>" in file


def test_the_seal_stands_once_and_is_good(file: bytes) -> None:
    assert file.count(seal.MARKER) == 1
    assert seal.check(file, PUBLIC)


def test_an_edited_file_is_not_as_issued(file: bytes) -> None:
    chance = random.Random(3)
    for at in chance.sample(range(len(file)), 300):
        changed = bytearray(file)
        changed[at] ^= 1 << chance.randrange(8)
        with pytest.raises(NotAsIssued):
            seal.check(bytes(changed), PUBLIC)


def test_an_incremental_update_is_not_as_issued(file: bytes) -> None:
    update = b"\n9 0 obj\n<<>>\nendobj\nxref\n0 0\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n"
    with pytest.raises(NotAsIssued):
        seal.check(file + update, PUBLIC)


def test_an_unsealed_file_is_not_as_issued(certificate: CertificatePage, proof: bytes) -> None:
    with pytest.raises(NotAsIssued):
        seal.check(pdf.render(certificate, proof), PUBLIC)


def test_values_are_text_and_never_markup(certificate: CertificatePage, proof: bytes) -> None:
    name = '#panic("x") *b* $x$ <l> @r'
    assert name.replace(" ", "") in text_of(pdf.render(replace(certificate, name=name), proof))


@pytest.mark.parametrize(
    "name",
    [
        "𠮷㛃",
        "김철수",
        "阿依古丽·买买提",
        "𠮷䶮㛃𬎆",
        LONG_NAME,
        "Maria Alexandra Konstantinopoulou-Vandenberghe de la Fuente Santamaría",
        "Wolfeschlegelsteinhausenbergerdorff-Przybyszewska Ngozi",
        "W" * 60,
    ],
)
def test_a_long_or_rare_name_has_room(certificate: CertificatePage, proof: bytes, name: str) -> None:
    page = replace(certificate, name=name, award=LONG_PROGRAMME, base_url=f"https://{'long-name.' * 5}example.org")
    file = pdf.render(page, proof)
    text = text_of(file)
    assert name.replace(" ", "") in text
    assert LONG_PROGRAMME.zh in text
    assert len(printed_at(file, 150)) == 2
    assert_fits(file)


PRINTABLE = 5
"""Millimetres at the edge of the paper that printers may leave out."""
WITHIN = 15.5
"""Millimetres from the edge at which the frame's inner line stands; the second page keeps clear of it as well."""


def boxes(file: bytes, at: int) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each run of text on a page, in millimetres from its top left."""
    mm = 25.4 / 72
    with opened(file) as document, closing(document[at]) as page, closing(page.get_textpage()) as text_page:
        found = [text_page.get_rect(number) for number in range(text_page.count_rects())]
    return [
        (left * mm, 297 - top * mm, right * mm, 297 - bottom * mm)
        for left, bottom, right, top in found
        if right > left and top > bottom
    ]


def code_boxes(file: bytes) -> list[tuple[tuple[float, float, float, float], float]]:
    """The squares of both codes with their quiet zones, where an independent reader sees them; sides of a module."""
    scale = 25.4 / 200
    found = []
    for barcode in zxingcpp.read_barcodes(drawn(file, 200)):
        place = barcode.position
        code = (codes.proof_code if "#" in barcode.text else codes.link_code)(barcode.text)
        corners = (place.top_left, place.bottom_right)
        left, top, right, bottom = (value * scale for corner in corners for value in (corner.x, corner.y))
        module = (right - left) / code.modules
        quiet = module * codes.QUIET_ZONE
        found.append(((left - quiet, top - quiet, right + quiet, bottom + quiet), module))
    return found


def shared(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Square millimetres that two boxes share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0) * max(height, 0)


def assert_fits(file: bytes) -> None:
    """No text leaves its page's frame, lies on a code or its quiet zone, or on another text."""
    margin = round(PRINTABLE / 25.4 * 100)
    edge = drawn(file, 100)
    edge.paste(255, (margin, margin, edge.width - margin, edge.height - margin))
    assert sum(edge.histogram()[:200]) == 0
    found = code_boxes(file)
    assert len(found) == 2
    for at in (0, 1):
        texts = boxes(file, at)
        assert len(texts) > 20
        for left, top, right, bottom in texts:
            assert left > WITHIN
            assert top > WITHIN
            assert right < 210 - WITHIN
            assert bottom < 297 - (WITHIN if at == 0 else 10)
        # Runs on one line are parted by PDFium where letters are kerned.
        lines = [(a, b) for a, b in combinations(texts, 2) if abs(a[1] + a[3] - b[1] - b[3]) > 1]
        assert max(shared(one, other) for one, other in lines) < 0.5
        if at == 0:
            assert max(shared(text, code) for text in texts for code, _ in found) < 0.5


def test_the_codes_have_their_quiet_zones(file: bytes, title: CertificatePage, proof: bytes) -> None:
    for printed in (file, pdf.render(title, proof)):
        picture = drawn(printed, 300).point(lambda shade: 255 * (shade < 255))
        for box, module in code_boxes(printed):
            left, top, right, bottom = (round(value / 25.4 * 300) for value in box)
            code = picture.crop((left, top, right, bottom)).getbbox()
            assert code is not None
            # The reader places a corner to within a module, and a quiet zone is four.
            quiet = min(code[0], code[1], right - left - code[2], bottom - top - code[3])
            assert quiet > 3 * module / 25.4 * 300


LONGEST = Bilingual("大数据智能化工程应用与云计算平台运维" * 7, "Advanced Training in Data Engineering " * 4)
"""A little more than 120 characters of Chinese and of English."""


def test_the_longest_of_everything_has_room(certificate: CertificatePage, title: CertificatePage, proof: bytes) -> None:
    base = Bilingual(LONGEST.zh[:60], LONGEST.en[:100])
    for page in (
        replace(certificate, name=LONG_NAME, award=LONGEST, organisation=LONGEST, base=base),
        replace(title, name=LONG_NAME, speciality=LONGEST.zh[:66], organisation=LONGEST, custody="base"),
        replace(certificate, base_url=f"https://{'long-name.' * 5}examples.org", custody="organisation"),
        replace(certificate, base_url=f"https://{'long-name.' * 9}example.org"),
    ):
        file = pdf.render(page, proof)
        assert_fits(file)
        text = text_of(file)
        for said in (page.organisation.zh, page.organisation.en, page.award.en, page.speciality or ""):
            assert without_blanks(said) in text


@pytest.mark.parametrize(("name", "missing"), [("罗😀", "😀"), ("مم", "م"), ("ཀ", "ཀ")])
def test_a_character_without_a_glyph_is_an_error(
    certificate: CertificatePage, proof: bytes, name: str, missing: str
) -> None:
    with pytest.raises(CannotPrint, match=f"{certificate.number}: .*{missing}.*could not be displayed"):
        pdf.render(replace(certificate, name=name), proof)


def test_a_text_without_room_is_an_error(certificate: CertificatePage, proof: bytes) -> None:
    with pytest.raises(CannotPrint, match="there is no room for: 名"):
        pdf.render(replace(certificate, name="名" * 300), proof)


def test_a_value_that_is_missing_is_an_error(certificate: CertificatePage, title: CertificatePage) -> None:
    for page, lacking in ((certificate, "total"), (certificate, "expires_on"), (title, "speciality")):
        with pytest.raises(CannotPrint, match="missing"):
            replace(page, **{lacking: None})


def test_an_unknown_id_type_is_an_error(certificate: CertificatePage, proof: bytes) -> None:
    with pytest.raises(CannotPrint, match="library-card"):
        pdf.render(replace(certificate, id_type="library-card"), proof)


@pytest.mark.parametrize("id_type", ["resident-id", "passport", "hk-macau-permit", "taiwan-permit"])
def test_every_id_type_has_its_words(certificate: CertificatePage, proof: bytes, id_type: str) -> None:
    assert len(pdf.render(replace(certificate, id_type=id_type, awarded_on=date(2023, 12, 31)), proof)) > 40_000


def test_the_codes_are_as_large_as_paper_needs(certificate: CertificatePage) -> None:
    link = codes.link_code(address.link_address(certificate.base_url, certificate.link_id))
    assert pdf.link_module_mm(link) * link.modules >= 20
    assert pdf.link_module_mm(link) >= 0.5
    for size in (300, 431, 1273, 1600, 2000):
        paper = codes.proof_code(address.proof_address(certificate.base_url, bytes([255]) * size))
        assert 40 <= round(pdf.proof_module_mm(paper) * paper.modules, 3) <= 52
        assert pdf.proof_module_mm(paper) >= 0.33


def test_a_proof_too_long_for_paper_is_an_error(certificate: CertificatePage) -> None:
    for size, reason in ((2400, "too fine to be read"), (4000, "fit into no QR code")):
        with pytest.raises(CannotPrint, match=f"{certificate.number}: .*{reason}"):
            pdf.render(certificate, bytes([255]) * size)
