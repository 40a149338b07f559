"""seals: the file seal of a PDF, and files that are not as they were sealed."""

from __future__ import annotations

import base64

from tests.vectors.generate import log
from tests.vectors.generate.files import Files
from verifier import seal

ORIGIN = "verifier/seal.py"
EMPTY = b"%PDF-1.7\n% \xe2\xe3\xcf\xd3 certledger <" + seal.PLACEHOLDER + b"> certledger-sea\n%%EOF\n"


def write(out: Files) -> None:
    """A sealed file, and every way in which one is not as issued."""
    sealed = seal.place(EMPTY, log.sign_as("document")(seal.digest(EMPTY)))
    key = log.public_of("document").hex()
    out.good("seals", "good", {"pdf": sealed.hex(), "public_key": key}, seal.digest(EMPTY).hex(), ORIGIN)
    start = sealed.index(seal.MARKER) + len(seal.MARKER)
    text = sealed[start : start + seal.LENGTH]

    def spelled(characters: bytes) -> bytes:
        return sealed[:start] + characters + sealed[start + seal.LENGTH :]

    where, whole = f"at byte {start}", f"the other {len(sealed) - seal.LENGTH} bytes"
    says = {
        "byte-changed": f"the seal {where} does not fit {whole}",
        "byte-before": f"the seal at byte {start + 1} does not fit",
        "two-seals": f"more than one seal, at bytes {start - 16} and {start - 16 + len(sealed)}",
        "cut-in-the-seal": f"it ends at byte {start + 60}",
        "hyphen-in-the-seal": f"it ends at byte {start + 85}",
        "not-ascii-in-the-seal": f"it ends {where}",
        "padding-alone": f"its seal, {where}, is not a signature",
        "sixty-six-bytes": f"its seal, {where}, is not a signature",
        "spare-bits": f"its seal, {where}, is not a signature",
    }
    for case, pdf in {
        "empty": b"",
        "no-seal": b"%PDF-1.7\n%%EOF\n",
        "placeholder": EMPTY,
        "byte-appended": sealed + b"\n",
        "byte-before": b"\n" + sealed,
        "byte-cut": sealed[:-1],
        "byte-changed": sealed.replace(b"%PDF-1.7", b"%PDF-1.6"),
        "two-seals": sealed + sealed,
        "second-marker": sealed + seal.MARKER,
        "cut-in-the-seal": sealed[: start + 60],
        "hyphen-in-the-seal": spelled(text[:-3] + b"-=="),
        "not-ascii-in-the-seal": spelled(b"\xc3\xa9" + text[2:]),
        "padding-alone": spelled(b"=" * seal.LENGTH),
        "sixty-six-bytes": spelled(base64.b64encode(bytes(66))),
        "spare-bits": spelled(text[:85] + bytes([text[85] + 1]) + text[86:]),
    }.items():
        given = {"pdf": pdf.hex(), "public_key": key}
        out.fail("seals", case, given, "not-as-issued", ORIGIN, says.get(case, ""))
    other = {"pdf": sealed.hex(), "public_key": log.public_of("receipt").hex()}
    out.fail("seals", "another-key", other, "not-as-issued", ORIGIN)
