"""Typst sets a page: PDF/A-3a and PDF/UA-1, with one place for the file seal.

The same data and moment give the same bytes. A template sees every value as data and none as markup.
"""

from __future__ import annotations

import json
import re
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import noto_cjk_sans_otc
import pylopdf_fonts_zh_cn
import typst

from ledger.certificate.page import CannotPrint
from verifier import seal

_STANDARDS: Final[list[typst.PDFStandard]] = ["a-3a", "ua-1"]
_INFO_KEYWORDS: Final = re.compile(rb"/Keywords ?\(" + re.escape(seal.PLACEHOLDER) + rb"\)")


def typeset(template: Path, data: dict[str, Any], seconds: int) -> bytes:
    """The template filled with `data`, dated `seconds` since 1970 UTC, with an empty seal.

    The template takes `data.seal` for the document's keywords. Raises CannotPrint, which says what has no glyph or no
    room.
    """
    try:
        pdf, warnings = _compiler(template).compile_with_warnings(
            format="pdf",
            sys_inputs={"data": json.dumps({**data, "seal": seal.PLACEHOLDER.decode("ascii")}, ensure_ascii=False)},
            pdf_standards=_STANDARDS,
            timestamp=seconds,
        )
    except typst.TypstError as error:
        raise CannotPrint(_reason(error)) from None
    if warnings or not isinstance(pdf, bytes):
        raise CannotPrint("; ".join(warning.message for warning in warnings))
    return _one_seal(pdf)


def _reason(error: typst.TypstError) -> str:
    return error.message.removeprefix("PDF/A-3a, PDF/UA-1 error: ").removeprefix("panicked with: ")


_LOCAL: Final = threading.local()


def _compiler(template: Path) -> typst.Compiler:
    """This thread's compiler of a template: one cannot be used by two threads at once."""
    compilers: dict[Path, typst.Compiler] = _LOCAL.__dict__.setdefault("compilers", {})
    if template not in compilers:
        compilers[template] = typst.Compiler(
            template, root=template.parent, font_paths=_fonts(), ignore_system_fonts=True
        )
    return compilers[template]


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    folders = [Path(str(noto_cjk_sans_otc.FONT_PATH)).parent, pylopdf_fonts_zh_cn.serif_path().parent]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def _one_seal(pdf: bytes) -> bytes:
    """The file with the seal's place in its XMP metadata alone.

    Typst writes keywords to the document information dictionary too, which PDF/A-3 readers ignore. There they give way
    to as many blanks, so that no offset moves.
    """
    once, found = _INFO_KEYWORDS.subn(lambda match: b" " * len(match.group()), pdf)
    if found != 1 or once.count(seal.MARKER) != 1 or once.count(seal.PLACEHOLDER) != 1:
        raise CannotPrint("the file's metadata do not hold the place of the seal exactly once")
    return once
