"""The process for foreign files: what it answers, and what becomes of a file that does it harm."""

from __future__ import annotations

import pytest

from ledger.certificate import pdf
from ledger.certificate.bench import Bench
from ledger.certificate.beside import Shown, compare
from ledger.certificate.page import CertificatePage, shown_texts
from tests.ledger.certificate import edits
from verifier.address import link_address
from verifier.errors import CouldNotCheck, Malformed


@pytest.fixture(scope="module")
def issued(certificate: CertificatePage, proof: bytes) -> bytes:
    return pdf.render(certificate, proof)


def test_it_answers_what_the_functions_answer(certificate: CertificatePage, proof: bytes, issued: bytes) -> None:
    shown = Shown(shown_texts(certificate), {})
    upload = edits.edited(issued, edits.covered(edits.place_of(issued, "86.5")))
    with Bench(upload) as bench:
        held = bench.read()
        found = bench.compare(issued, shown)
    assert held.proof == proof
    assert link_address(certificate.base_url, certificate.link_id) in held.codes
    assert found == compare(upload, issued, shown)


@pytest.mark.parametrize(
    ("upload", "kind", "said"),
    [
        (b"", Malformed, "no PDF"),
        (b"plain text", Malformed, "no PDF"),
        (b"%PDF-1.7 and then nothing", CouldNotCheck, "cannot be read"),
        (edits.ENCRYPTED, CouldNotCheck, "password"),
    ],
)
def test_what_cannot_be_read_is_refused_and_the_process_goes_on(
    issued: bytes, upload: bytes, kind: type[Exception], said: str
) -> None:
    with Bench(upload) as bench:
        with pytest.raises(kind, match=said):
            bench.read()
        with pytest.raises(kind, match=said):
            bench.compare(issued, Shown({}, {}))


def test_one_that_takes_too_long_is_given_up(issued: bytes) -> None:
    with Bench(issued, seconds=0) as bench, pytest.raises(CouldNotCheck, match="took too long"):
        bench.read()


def test_one_that_wants_more_memory_than_it_may_have_is_given_up(issued: bytes) -> None:
    """128 MB are enough for a certificate, and too little for a page of 2,000 by 2,000 points at 200 dots an inch."""
    little = 128 * 1024**2
    with Bench(issued, memory=little) as bench:
        assert bench.read().proof is not None
    wide = edits.edited(issued, lambda document, page: page.set_mediabox(0, 0, 2000, 2000))
    with Bench(wide) as bench:
        assert bench.read().proof is not None
    with Bench(wide, memory=little) as bench, pytest.raises(CouldNotCheck, match="memory"):
        bench.read()
