"""A Transparent Statement (RFC 9943): a statement with its receipt, and with what the holder discloses of it.

These bytes are what the proof code carries and what lies in an issued PDF as `proof.cbor`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from verifier import cbor, receipt
from verifier.errors import Malformed
from verifier.receipt import Receipt
from verifier.statement import Statement, cose_sign1_parts, parse_with_header

DISCLOSURES: Final = 17
"""Unprotected header label `sd_claims` (SD-CWT)."""
RECEIPTS: Final = 394
MAX_SIZE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Bundle:
    """A Transparent Statement as read; nothing of it is verified yet."""

    statement: Statement
    disclosures: tuple[bytes, ...]
    receipt: Receipt


def make(statement: bytes, disclosures: Sequence[bytes], receipts: Sequence[bytes]) -> bytes:
    """A logged statement made to travel: its disclosures and receipts in the unprotected header."""
    protected, _, _, _ = cose_sign1_parts(statement)
    protected_end = 2 + len(cbor.dumps(protected))
    header: dict[Any, Any] = {DISCLOSURES: [cbor.decode(item) for item in disclosures]} if disclosures else {}
    header[RECEIPTS] = list(receipts)
    return statement[:protected_end] + cbor.dumps(header) + statement[protected_end + 1 :]


def parse(data: bytes) -> Bundle:
    """Reads a Transparent Statement with exactly one receipt. Raises Malformed."""
    if len(data) > MAX_SIZE:
        raise Malformed(f"a proof is at most {MAX_SIZE} bytes")
    statement, header = parse_with_header(data)
    if not header.keys() <= {DISCLOSURES, RECEIPTS}:
        raise Malformed("the unprotected header of a proof holds more than disclosures and receipts")
    disclosures = _byte_strings(header.get(DISCLOSURES, []), "disclosures")
    receipts = _byte_strings(header.get(RECEIPTS, []), "receipts")
    if DISCLOSURES in header and not disclosures:
        raise Malformed("an empty list of disclosures is left out")
    if len(receipts) != 1:
        raise Malformed(f"a proof carries one receipt, not {len(receipts)}")
    # A disclosure is `bstr .cbor […]` and so a byte string in the CBOR of the header; its hash is over that encoding.
    return Bundle(statement, tuple(cbor.dumps(item) for item in disclosures), receipt.parse(receipts[0]))


def _byte_strings(value: Any, what: str) -> tuple[bytes, ...]:
    if type(value) is not list or any(type(item) is not bytes for item in value):
        raise Malformed(f"{what} are not a list of byte strings")
    return tuple(value)
