"""Every kind of edit of an issued PDF is found in its place, and what only saves it again is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from ledger.certificate import drawn, pdf, pixels
from ledger.certificate.beside import Compared, Shown, _plain, compare
from ledger.certificate.page import CertificatePage, shown_texts
from tests.ledger.certificate import edits
from tests.ledger.certificate.edits import Place
from verifier.address import link_address, proof_address
from verifier.errors import Malformed


@pytest.fixture(scope="module")
def issued(certificate: CertificatePage, proof: bytes) -> bytes:
    return pdf.render(certificate, proof)


@pytest.fixture(scope="module")
def shown(certificate: CertificatePage, proof: bytes) -> Shown:
    codes = {
        "link_code": link_address(certificate.base_url, certificate.link_id),
        "proof_code": proof_address(certificate.base_url, proof),
    }
    return Shown(shown_texts(certificate), codes)


@pytest.fixture(scope="module")
def total(issued: bytes) -> Place:
    return edits.place_of(issued, "86.5")


def told(found: Compared) -> list[tuple[str, tuple[str, ...]]]:
    return [(region.kind, region.fields) for region in found.regions]


# --- what changes nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data,
        lambda data: data + b"\n",
        edits.saved_again,
        lambda data: edits.saved_again(edits.saved_again(data)),
        lambda data: edits.nudged(data, 0.05),
        lambda data: edits.nudged(data, 0.3),
        lambda data: edits.nudged(data, -0.2),
    ],
)
def test_what_only_saves_it_again_is_alike(issued: bytes, shown: Shown, change: Callable[[bytes], bytes]) -> None:
    found = compare(change(issued), issued, shown)
    assert (found.alike, found.regions, found.added, found.uploaded_pages) == (True, (), (), 2)
    assert not found.unreadable


def test_a_page_turned_into_a_picture_is_alike_and_cannot_be_read_by_programs(issued: bytes, shown: Shown) -> None:
    found = compare(edits.pictured(issued), issued, shown)
    assert (told(found), found.unreadable, found.uploaded_pages) == ([], True, 2)


# --- what a forger does ---------------------------------------------------------------------------------------------


def digit(place: Place) -> Place:
    """The first digit of a place."""
    return place[0], place[1], place[0] + 7, place[3]


@pytest.mark.parametrize(
    "edit",
    [
        lambda data, at: edits.edited(data, edits.covered(at)),
        lambda data, at: edits.edited(edits.edited(data, edits.covered(digit(at))), edits.written("9", at)),
        lambda data, at: edits.edited(data, edits.outlined(digit(at))),
        lambda data, at: edits.edited(data, edits.pasted(digit(at), Image.new("RGB", (4, 4), "white"))),
        lambda data, at: edits.edited(data, edits.stamped(digit(at))),
        edits.whitened,
        edits.removed,
        edits.swapped,
        lambda data, at: edits.layered(data, digit(at)),
        lambda data, at: edits.with_field(data, at, "99.5"),
    ],
    ids=["covered", "digit", "outlined", "picture", "stamp", "white", "removed", "same font", "layer", "form field"],
)
def test_an_edit_of_the_total_is_found_there_and_nowhere_else(
    issued: bytes, shown: Shown, total: Place, edit: Callable[[bytes, Place], bytes]
) -> None:
    found = compare(edit(issued, total), issued, shown)
    assert told(found) == [("seen", ("total",))]
    ((left, top, right, bottom),) = [region.box for region in found.regions]
    x, y = 2 * (total[0] + total[2]) / 2, 2 * (841.89 - (total[1] + total[3]) / 2)
    assert left - 20 < x < right + 20
    assert top - 8 < y < bottom + 8
    assert (right - left) * (bottom - top) < 3000


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": "罗浩媚"}),
        ("id_number_masked", {"id_number_masked": "500000********4036"}),
        ("total", {"total": "88.5"}),
        ("number", {"number": "BDI-2023-CDSXJY1CC9H3R-0"}),
        ("issuer", {"custody": "organisation"}),
    ],
)
def test_a_character_of_any_field_in_the_certificates_own_font_is_found(
    certificate: CertificatePage, proof: bytes, issued: bytes, shown: Shown, field: str, change: dict[str, str]
) -> None:
    """The best that a forger could do: the same template, one value another."""
    forged = pdf.render(replace(certificate, **change), proof)  # type: ignore[arg-type]
    found = compare(forged, issued, shown)
    assert any(field in region.fields or field == "issuer" for region in found.regions if region.kind == "seen")


def test_the_smallest_edits_and_the_largest_noise_lie_far_apart(
    certificate: CertificatePage, proof: bytes, issued: bytes
) -> None:
    """The margins that ADR 29 names: `STROKE` lies between them."""

    def drawn_(data: bytes) -> pixels.Picture:
        return drawn.draw(data, 1).pages[0].seen

    right = drawn_(issued)
    noise = [drawn_(edits.nudged(issued, points)) for points in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)]
    assert max(pixels.strokes(picture, right).getextrema()[1] for picture in noise) < 0.85 * pixels.STROKE
    assert max(pixels.ground(picture, right).getextrema()[1] for picture in noise) <= 2
    for one, other in (("9", "8"), ("5", "6"), ("2", "3"), ("3", "9")):
        first, second = (
            drawn_(pdf.render(replace(certificate, id_number_masked=f"500000********403{last}"), proof))
            for last in (one, other)
        )
        assert pixels.strokes(first, second).getextrema()[1] > 1.2 * pixels.STROKE


def test_a_veil_too_faint_for_the_eye_to_name_is_found(issued: bytes, shown: Shown) -> None:
    veiled = edits.edited(issued, edits.covered((100, 300, 200, 400), (0, 0, 0, 20)))
    assert [region.kind for region in compare(veiled, issued, shown).regions] == ["seen"]


def test_writing_in_light_grey_where_nothing_stands_is_found(issued: bytes, shown: Shown) -> None:
    grey = edits.edited(issued, edits.covered((100, 470, 140, 470.8), (200, 200, 200, 255)))
    assert told(compare(grey, issued, shown)) == [("seen", ())]


def test_another_code_in_the_place_of_the_link_code_is_found(
    certificate: CertificatePage, proof: bytes, issued: bytes, shown: Shown
) -> None:
    other = pdf.render(replace(certificate, link_id="0" * 24), proof)
    assert told(compare(other, issued, shown)) == [("seen", ("link_code",))]


def test_what_is_printed_alone_is_found(issued: bytes, shown: Shown, total: Place) -> None:
    print_and_no_view = 4 | 32
    found = compare(edits.edited(issued, edits.stamped(digit(total), print_and_no_view)), issued, shown)
    assert told(found) == [("printed", ("total",))]


def test_what_programs_alone_read_is_found(issued: bytes, shown: Shown, total: Place) -> None:
    over = compare(edits.edited(issued, edits.written("99.5", total, invisible=True)), issued, shown)
    assert [(r.kind, r.fields, r.reads) for r in over.regions] == [("text", ("total",), "86.599.5")]
    place = total[0], total[1] + 200, total[2], total[3] + 200
    beside = compare(edits.edited(issued, edits.written("total 99.5", place, invisible=True)), issued, shown)
    assert [(r.kind, r.fields, r.reads) for r in beside.regions] == [("text", (), "total99.5")]


def test_an_edit_of_the_second_page_is_found_there(issued: bytes, shown: Shown) -> None:
    def edit(document: Any, page: Any) -> None:
        second = document[1]
        edits.covered((100, 400, 300, 420))(document, second)
        second.gen_content()
        second.close()

    found = compare(edits.edited(issued, edit), issued, shown)
    assert {(region.page, region.kind) for region in found.regions} == {(2, "seen")}


@pytest.mark.parametrize(
    ("text", "plain"), [("Certi\u6600\u6900cation", "Certification"), ("Certi\ufb01cation", "Certification")]
)
def test_ligatures_are_read_as_their_letters_however_a_writer_spells_them(text: str, plain: str) -> None:
    assert _plain(text) == plain


@pytest.mark.parametrize(
    ("edit", "part"),
    [
        (
            edits.linked((100, 100, 200, 200), "https://look-alike.example"),
            "page 1: link to https://look-alike.example",
        ),
        (edits.stamped((100, 100, 200, 200), flags=2), "page 1: stamp"),
        (edits.attached, "attachment annex.txt"),
    ],
)
def test_what_cannot_be_seen_and_was_not_issued_is_named(
    issued: bytes, shown: Shown, edit: edits.Edit, part: str
) -> None:
    found = compare(edits.edited(issued, edit), issued, shown)
    assert (found.alike, found.regions, found.added) == (False, (), (part,))


@pytest.mark.parametrize("edit", [edits.turned, edits.cropped])
def test_a_page_of_another_size_or_turned_differs_as_a_whole(issued: bytes, shown: Shown, edit: edits.Edit) -> None:
    found = compare(edits.edited(issued, edit), issued, shown)
    assert told(found) == [("size", ())]


def test_more_pages_are_counted_and_not_drawn(issued: bytes, shown: Shown) -> None:
    found = compare(edits.edited(issued, edits.with_pages(100)), issued, shown)
    assert (found.alike, found.uploaded_pages, len(found.pages), found.regions) == (False, 102, 2, ())


def test_another_certificate_differs_all_over(
    certificate: CertificatePage, title: CertificatePage, proof: bytes, issued: bytes, shown: Shown
) -> None:
    found = compare(pdf.render(title, proof), issued, shown)
    assert {region.kind for region in found.regions} == {"seen"}
    assert not found.alike


# --- what is shown --------------------------------------------------------------------------------------------------


def test_the_pictures_are_of_the_page_with_the_places_outlined(issued: bytes, shown: Shown, total: Place) -> None:
    page, _ = compare(edits.edited(issued, edits.covered(total)), issued, shown).pages
    plain = drawn.draw(issued, 1).pages[0].seen
    assert page.uploaded is not None
    for data in (page.uploaded, page.issued):
        picture = Image.open(BytesIO(data)).convert("RGB")
        assert picture.size == plain.size
        colours = {colour for _, colour in picture.getcolors(1 << 20)}
        assert any(red > 150 and green < 60 and 70 < blue < 140 for red, green, blue in colours)


def test_a_code_that_must_not_be_shown_is_covered_in_the_picture(issued: bytes, shown: Shown) -> None:
    from verifier import scan

    def codes(hidden: str) -> tuple[str, ...]:
        page, _ = compare(issued, issued, replace(shown, hidden=hidden)).pages
        return scan.read(page.issued).codes

    assert shown.codes["link_code"] in codes("")
    assert shown.codes["link_code"] not in codes("link_code")


# --- what cannot be read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("upload", [b"", b"%PDF-1.7 and then nothing", b"\x89PNG"])
def test_what_is_no_pdf_is_refused(issued: bytes, shown: Shown, upload: bytes) -> None:
    with pytest.raises(Malformed, match="cannot be read"):
        compare(upload, issued, shown)


def test_a_giant_page_is_drawn_small(issued: bytes, shown: Shown) -> None:
    giant = edits.edited(issued, lambda document, page: page.set_mediabox(0, 0, 14400, 14400))
    found = compare(giant, issued, shown)
    assert told(found) == [("size", ())]
    page, _ = found.pages
    assert page.uploaded is not None
    assert max(Image.open(BytesIO(page.uploaded)).size) < 1700
