"""A certificate as a PDF: PDF/A-3a and PDF/UA-1, `proof.cbor` attached, a place for the file seal.

The same page and proof give the same bytes. Typst sets the page; it sees every value as data and none as markup.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib.resources import files
from itertools import starmap
from pathlib import Path
from typing import Any, Final

import noto_cjk_sans_otc
import typst

from ledger.certificate import codes
from ledger.certificate.page import CannotPrint, CertificatePage, words
from verifier import address, seal

Sign = Callable[[bytes], bytes]
"""Signs a file's digest with the log's document key: 32 bytes in, a signature of 64 bytes out."""

_TEMPLATE: Final = Path(str(files("ledger.certificate").joinpath("template.typ")))
_STANDARDS: Final[list[typst.PDFStandard]] = ["a-3a", "ua-1"]
# Millimetres. A camera wants modules of half a millimetre for the link code; the proof code is for scanners as well.
_LINK_MODULE: Final = 0.5
_LINK_SIDE: Final = 20.5
_PROOF_MODULE: Final = 0.4
_PROOF_MODULE_LEAST: Final = 0.33
_PROOF_SIDE: Final = (40.0, 52.0)
_ONE_PAGE: Final = b"<xmpTPg:NPages>1</xmpTPg:NPages>"
_INFO_KEYWORDS: Final = re.compile(rb"/Keywords ?\(" + re.escape(seal.PLACEHOLDER) + rb"\)")


def render(page: CertificatePage, proof: bytes) -> bytes:
    """The page as a PDF with an empty seal. Raises CannotPrint, which names what has no glyph or no room, and
    verifier.errors.Malformed where the page's address is none.
    """
    data = words(page)
    link = codes.link_code(address.link_address(page.base_url, page.link_id))
    try:
        paper = codes.proof_code(address.proof_address(page.base_url, proof))
        side = _side(paper, proof_module_mm(paper))
    except ValueError as error:
        raise CannotPrint(f"certificate {page.number}: {error}") from None
    data["seal"] = seal.PLACEHOLDER.decode("ascii")
    data["link"] = {
        "svg": link.svg(),
        "side_mm": _side(link, link_module_mm(link)),
        "alt": f"二维码：打开本证书的核验网页。QR code that opens this certificate's page at {data['domain']}.",
    }
    data["proof"] = {
        "svg": paper.svg(),
        "side_mm": side,
        "alt": "二维码：本证书的完整证明，可离线核验。QR code that holds the whole proof, to be checked offline.",
        "bytes": list(proof),
        "description": f"Proof of certificate {page.number}: signed statement with receipt (COSE)",
    }
    return _one_seal(_typeset(data, page))


def issue(page: CertificatePage, proof: bytes, sign: Sign) -> bytes:
    """The page as a sealed PDF. Raises CannotPrint."""
    return sealed(render(page, proof), sign)


def sealed(pdf: bytes, sign: Sign) -> bytes:
    """A rendered PDF with its seal filled in."""
    return seal.place(pdf, sign(seal.digest(pdf)))


def render_many(jobs: Iterable[tuple[CertificatePage, bytes]], workers: int) -> Iterator[bytes]:
    """`render` for each (page, proof), in order, in that many processes; keys stay in this one.

    Threads would not help: Typst sets one page at a time in a process. Workers are spawned; a forked one can hang.
    """
    if workers < 2:
        yield from starmap(render, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_render_job, jobs, chunksize=4)


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


def _render_job(job: tuple[CertificatePage, bytes]) -> bytes:
    return render(*job)


def _typeset(data: dict[str, Any], page: CertificatePage) -> bytes:
    try:
        pdf, warnings = _compiler().compile_with_warnings(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=_STANDARDS,
            timestamp=page.recorded_at // 1000,
        )
    except typst.TypstError as error:
        raise CannotPrint(f"certificate {page.number}: {_reason(error)}") from None
    if warnings or not isinstance(pdf, bytes):
        raise CannotPrint(f"certificate {page.number}: {'; '.join(warning.message for warning in warnings)}")
    # Read from the XMP metadata: asking Typst for the count would make it set the page twice.
    if _ONE_PAGE not in pdf:
        raise CannotPrint(f"certificate {page.number}: the texts take more than one page")
    return pdf


def _reason(error: typst.TypstError) -> str:
    return error.message.removeprefix("PDF/A-3a, PDF/UA-1 error: ").removeprefix("panicked with: ")


_LOCAL: Final = threading.local()


def _compiler() -> typst.Compiler:
    """This thread's compiler: one cannot be used by two threads at once."""
    compiler: typst.Compiler | None = getattr(_LOCAL, "compiler", None)
    if compiler is None:
        compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True)
        _LOCAL.compiler = compiler
    return compiler


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    folder = Path(str(noto_cjk_sans_otc.FONT_PATH)).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def _one_seal(pdf: bytes) -> bytes:
    """The file with the seal's place in its XMP metadata alone.

    Typst writes keywords to the document information dictionary too, which PDF/A-3 readers ignore. There they give way
    to as many blanks, so that no offset moves.
    """
    once, found = _INFO_KEYWORDS.subn(lambda match: b" " * len(match.group()), pdf)
    if found != 1 or once.count(seal.MARKER) != 1 or once.count(seal.PLACEHOLDER) != 1:
        raise CannotPrint("the file's metadata do not hold the place of the seal exactly once")
    return once
