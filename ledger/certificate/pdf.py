"""A certificate as a PDF of two pages: PDF/A-3a and PDF/UA-1, its evidence attached, a place for the file seal.

The same page, proof and evidence give the same bytes, and the same page and proof the same drawing. Typst sets the
pages; it sees every value as data and none as markup.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ledger.certificate import checking, codes, ornament
from ledger.certificate.page import Bilingual, CannotPrint, CertificatePage, words
from ledger.certificate.typesetting import typeset
from verifier import address, seal

Sign = Callable[[bytes], bytes]
"""Signs a file's digest with the log's document key: 32 bytes in, a signature of 64 bytes out."""

DESIGN: Final = 1
"""Number of the drawing, which the file names: raised whenever the same page and proof would be drawn otherwise.

Who draws a certificate again to compare pixels can do so for this number alone.
"""

_TEMPLATE: Final = Path(str(files("ledger.certificate").joinpath("template.typ")))
# Millimetres. A camera wants modules of half a millimetre for the link code; the proof code is for scanners as well.
# What counts is the pixels that a module gets (docs/print.md), so an ordinary proof code takes all of its 52 mm.
_LINK_MODULE: Final = 0.5
_LINK_SIDE: Final = 20.5
_PROOF_MODULE: Final = 0.43
_PROOF_MODULE_LEAST: Final = 0.33
_PROOF_SIDE: Final = (40.0, 52.0)
_ORDINARY_ADDRESS: Final = 48
"""Characters of a base's address with which the second page is set in its full size."""
_CHUNK: Final = 4
"""Papers that are handed to a process at a time."""
_AHEAD: Final = 3
"""Chunks a process that are in work before their papers are asked for."""
_TWO_PAGES: Final = b"<xmpTPg:NPages>2</xmpTPg:NPages>"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What lies in a file beside its proof, for whoever checks it without this program."""

    tlog_proof: str
    """Of the award's entry (`verifier.tlogproof`), in the tree that the proof's receipt is of."""
    trust: str
    """The trust file as of that tree."""


def render(page: CertificatePage, proof: bytes, evidence: Evidence | None = None) -> bytes:
    """The page as a PDF with an empty seal; without `evidence` the drawing is the same and only the proof attached.

    Raises CannotPrint, which names what has no glyph or no room, and verifier.errors.Malformed where the page's
    address is none.
    """
    link = codes.link_code(address.link_address(page.base_url, page.link_id))
    try:
        paper = codes.proof_code(address.proof_address(page.base_url, proof))
        side = _side(paper, proof_module_mm(paper))
    except ValueError as error:
        raise CannotPrint(f"certificate {page.number}: {error}") from None
    data = words(page) | {
        "design": design_mark(DESIGN),
        "ornament": ornament.of(page.base.zh, page.kind),
        "checking": _checking(page),
        "attachments": _attachments(page, proof, evidence),
    }
    data["link"] |= {
        "svg": link.svg(),
        "side_mm": _side(link, link_module_mm(link)),
        "alt": f"二维码：打开本证书的核验网页。QR code that opens this certificate's page at {page.domain}.",
    }
    data["proof"] |= {
        "svg": paper.svg(),
        "side_mm": side,
        "alt": "二维码：本证书的完整证明，可离线核验。QR code that holds the whole proof, to be checked offline.",
    }
    return _typeset(data, page)


def design_mark(number: int) -> str:
    """How a file names its design, as the subject in its metadata."""
    return f"certledger design {number}"


def _checking(page: CertificatePage) -> dict[str, Any]:
    """The second page's texts by their place in the template."""
    return {
        "heading": _pair(checking.HEADING),
        # To measure the page would be to set it twice, which takes as long as the first page does.
        "share": 1 if len(page.base_url) <= _ORDINARY_ADDRESS else 0.85,
        "sections": [
            {
                "title": _pair(section.title),
                "paragraphs": [_pair(paragraph) for paragraph in section.paragraphs],
                "numbered": section.numbered,
            }
            for section in checking.sections(page)
        ],
        "marks": [{"label": _pair(label), "value": value} for label, value in checking.marks(page)],
    }


def _attachments(page: CertificatePage, proof: bytes, evidence: Evidence | None) -> list[dict[str, Any]]:
    held: list[int] | str = list(proof)
    found = [(checking.PROOF, held, "application/cose", "data", "signed statement with receipt (COSE)")]
    if evidence is not None:
        found += [
            (checking.TLOG_PROOF, evidence.tlog_proof, "text/plain", "data", "proof that its entry is in the log"),
            (checking.TRUST, evidence.trust, "text/plain", "supplement", "keys, organisations, programmes as of then"),
            (checking.README, checking.readme(page), "text/plain", "supplement", "how to check this certificate"),
        ]
    return [
        {"name": name, "bytes": data, "type": kind, "relation": relation, "said": f"{page.number}: {said}"}
        for name, data, kind, relation, said in found
    ]


def _pair(said: Bilingual) -> dict[str, str]:
    return {"zh": said.zh, "en": said.en}


Job = tuple[CertificatePage, bytes, Evidence | None]
"""What `render` takes."""


def issue(page: CertificatePage, proof: bytes, evidence: Evidence | None, sign: Sign) -> bytes:
    """The page as a sealed PDF. Raises CannotPrint."""
    return sealed(render(page, proof, evidence), sign)


def sealed(pdf: bytes, sign: Sign) -> bytes:
    """A rendered PDF with its seal filled in."""
    return seal.place(pdf, sign(seal.digest(pdf)))


def render_many(jobs: Iterable[Job], workers: int) -> Iterator[bytes]:
    """`render` for each job, in order, in that many processes; keys stay in this one. Raises what `render` raises."""
    for paper in render_each(jobs, workers):
        if isinstance(paper, CannotPrint):
            raise paper
        yield paper


def render_each(jobs: Iterable[Job], workers: int) -> Iterator[bytes | CannotPrint]:
    """As `render_many`; what cannot be printed is told in its place, and does not keep the others from it.

    Jobs are taken as papers are asked for, a few ahead, so that memory is bounded however many there are. Threads would
    not help: Typst sets one page at a time in a process. Workers are spawned; a forked one can hang.
    """
    if workers < 2:
        yield from map(_render_job, jobs)
        return
    left, waiting = iter(jobs), deque[Future[list[bytes | CannotPrint]]]()
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        while True:
            while len(waiting) < _AHEAD * workers and (chunk := list(islice(left, _CHUNK))):
                waiting.append(pool.submit(_render_jobs, chunk))
            if not waiting:
                return
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # who stops reading may be an event loop: it is not kept waiting


def link_module_mm(code: codes.Code) -> float:
    """Side of a module of the link code: half a millimetre, or more where the code would be under 20 mm."""
    return max(_LINK_MODULE, _LINK_SIDE / code.modules)


def proof_module_mm(code: codes.Code) -> float:
    """Side of a module of the proof code, which is 40 to 52 mm wide. Raises CannotPrint where that is too fine."""
    least, most = _PROOF_SIDE
    module = min(max(_PROOF_MODULE, least / code.modules), most / code.modules)
    if module < _PROOF_MODULE_LEAST:
        raise CannotPrint(f"the proof takes a code of {code.modules} modules, too fine to be read from paper")
    return module


def _side(code: codes.Code, module_mm: float) -> float:
    return code.modules_with_quiet_zone * module_mm


def _render_job(job: Job) -> bytes | CannotPrint:
    try:
        return render(*job)
    except CannotPrint as error:
        return error


def _render_jobs(jobs: list[Job]) -> list[bytes | CannotPrint]:
    return [_render_job(job) for job in jobs]


def _typeset(data: dict[str, Any], page: CertificatePage) -> bytes:
    try:
        pdf = typeset(_TEMPLATE, data, page.recorded_at // 1000)
    except CannotPrint as error:
        raise CannotPrint(f"certificate {page.number}: {error}") from None
    # Read from the XMP metadata: asking Typst for the count would make it set the pages twice.
    if _TWO_PAGES not in pdf:
        raise CannotPrint(f"certificate {page.number}: the texts take more than their two pages")
    return pdf
