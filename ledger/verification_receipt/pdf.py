"""A verification receipt as a sealed PDF, with the signed receipt attached as `verification.cbor`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from ledger.certificate.pdf import sealed
from ledger.certificate.typesetting import typeset
from ledger.verification_receipt.making import Made
from ledger.verification_receipt.page import Vocabulary, words
from verifier.verification_receipt import FILE_NAME, MEDIA_TYPE

_TEMPLATE: Final = Path(str(files("ledger.verification_receipt").joinpath("template.typ")))


def issue(made: Made, vocabulary: Vocabulary) -> bytes:
    """The receipt as a sealed PDF, dated when it was checked. Raises CannotPrint."""
    data = words(made, vocabulary)
    data["receipt"] = {
        "name": FILE_NAME,
        "bytes": list(made.data),
        "type": MEDIA_TYPE,
        "description": "Signed verification receipt with its evidence (COSE)",
    }
    return sealed(typeset(_TEMPLATE, data, made.found.receipt.checked_at), made.signer.sign)
