"""A print file: every page drawn as in its certificate, in one PDF, and no PDF before its end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pypdfium2 import PdfDocument, PdfiumError

from ledger.certificate import pdf
from ledger.certificate.binding import Binder, CannotBind
from ledger.certificate.page import CertificatePage


@pytest.fixture(scope="module")
def papers(certificate: CertificatePage, title: CertificatePage, proof: bytes, evidence: pdf.Evidence) -> list[bytes]:
    other = replace(certificate, name="夏侯(洋)\\", total="77.1")
    return [pdf.render(certificate, proof, evidence), pdf.render(other, proof), pdf.render(title, proof)]


def bound(papers: list[bytes], lines: list[str] | None = None) -> bytes:
    binder = Binder()
    pieces = [binder.begin(), *(binder.add(paper) for paper in papers)]
    return b"".join([*pieces, *([binder.note(lines)] if lines else []), binder.end("打印")])


def pixels(document: PdfDocument, page: int) -> bytes:
    return bytes(document[page].render(scale=1.5).to_pil().tobytes())


def test_each_page_is_drawn_as_in_its_certificate(papers: list[bytes]) -> None:
    file = PdfDocument(bound(papers))
    assert len(file) == 6
    for number, paper in enumerate(papers):
        alone = PdfDocument(paper)
        for page in range(2):
            assert pixels(file, 2 * number + page) == pixels(alone, page)
            text = file[2 * number + page].get_textpage().get_text_range()
            assert text == alone[page].get_textpage().get_text_range()


def test_neither_seal_nor_proof_is_in_it(papers: list[bytes], proof: bytes) -> None:
    data = bound(papers)
    assert proof in papers[0]
    assert proof not in data
    assert b"certledger-seal" not in data.lower()
    assert PdfDocument(data).count_attachments() == 0
    assert PdfDocument(data).get_metadata_dict()["Title"] == "打印"


def test_what_comes_again_is_written_once(papers: list[bytes]) -> None:
    once, twice = bound(papers[:1]), bound(papers[:1] * 2)
    assert len(twice) < len(once) * 1.05


def test_pages_of_lines(papers: list[bytes]) -> None:
    file = PdfDocument(bound(papers[:1], [f"({n}) \\ 中 revoked" for n in range(50)]))
    assert len(file) == 4
    assert "(45) \\ ? revoked" in file[2].get_textpage().get_text_range()
    assert "(49) \\ ? revoked" in file[3].get_textpage().get_text_range()


def test_what_breaks_off_is_no_pdf(papers: list[bytes]) -> None:
    """Up to the last piece nothing tells where the pages are, so that no reader puts it right either."""
    binder = Binder()
    begun = b"".join([binder.begin(), *(binder.add(paper) for paper in papers)])
    for end in (len(begun), len(begun) // 2, 1000):
        with pytest.raises(PdfiumError):
            PdfDocument(begun[:end])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda paper: b"",
        lambda paper: paper[: len(paper) // 2],
        lambda paper: paper.replace(b"startxref", b"startxxxx"),
        lambda paper: paper.replace(b"/MediaBox", b"/MediaFox"),
        lambda paper: paper.replace(b"/Type/Pages/Count 2", b"/Type/Pages/Count 3"),
        lambda paper: paper.replace(b"/Root ", b"/Toot "),
    ],
)
def test_another_file_is_not_bound(papers: list[bytes], spoil: object) -> None:
    binder = Binder()
    binder.begin()
    with pytest.raises(CannotBind):
        binder.add(spoil(papers[0]))  # type: ignore[operator]
