"""A verification receipt: what a base said of certificates when it was asked, with the evidence that it said it by.

A `COSE_Sign1` by the log's document key (docs/formats.md §16). It carries what it rests on: the proofs of the awards
and those files of the published log that the check read. So nothing in it that has evidence needs to be believed:
`verifier.recheck` works it out again. Not to be confused with a receipt of inclusion (`verifier.receipt`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from verifier import cbor
from verifier.document import Document, DocumentType
from verifier.errors import Malformed
from verifier.moments import LATEST

MEDIA_TYPE: Final = "application/vnd.certledger.verification-receipt+cbor"
DOCUMENT: Final = DocumentType(MEDIA_TYPE, "a verification receipt")
FILE_NAME: Final = "verification.cbor"
"""The name under which it is attached to its PDF."""
MAX_SIZE: Final = 16 * 1024 * 1024
"""Bytes of the largest that is read."""
TEXT_LIMIT: Final = 500
"""Characters of the longest text or name in an item."""
EDITIONS: Final = (1, 2)
"""The second has more states, and counts what was turned away. What the first can say is said in the first."""

LINK, NUMBER, FILE = "link", "number", "file"
"""How something was presented: by its link id, by a number and a name as somebody typed them, as a file."""

STANDINGS: Final = frozenset(
    {"valid", "not-yet-valid", "expired", "suspended", "revoked", "superseded", "revoked-or-superseded"}
)
"""The states that need evidence, and have it."""
WITHOUT_EVIDENCE: Final = frozenset(
    {
        *("authentic-standing-not-checked", "not-as-issued", "tampered", "unknown-key", "not-entitled", "not-a-proof"),
        *("inconsistent", "erased", "unknown", "could-not-check"),
    }
)
"""The states for which there is the base's word alone, in a receipt of either edition."""
NO_MATCH: Final = "no-match"
"""Of a number with a name: no certificate has both together. Of a number that is registered nothing else is said."""
SECOND_EDITION: Final = frozenset({NO_MATCH, "verification-receipt"})
"""Those of the second edition alone: the latter for an earlier receipt among the files."""

_EDITION, _ORIGIN, _GENESIS, _CHECKED_AT, _FILES, _ITEMS, _TURNED_AWAY = range(1, 8)
_PARTS: Final = frozenset({_EDITION, _ORIGIN, _GENESIS, _CHECKED_AT, _FILES, _ITEMS})
_KIND, _TEXT, _NAME, _DIGEST, _STATE, _CODE, _PROOF, _CHANGES = range(1, 9)
_CODE_FORM: Final = re.compile("[a-z][a-z0-9-]{0,39}")
_TYP_AT: Final = 42
"""Where the media type begins: behind the beginning of the COSE_Sign1, the algorithm and the key id."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What was shown to be checked, as it came: text that anybody may have written."""

    kind: str
    text: str
    """The link id, the number as it was typed, or the file's name; of at most 500 characters."""
    name: str = ""
    """The name that was typed beside a number."""
    digest: bytes = b""
    """SHA-256 of a file; empty for anything else."""


@dataclass(frozen=True, slots=True)
class Item:
    """What was said of one thing."""

    presented: Presented
    state: str
    """One of `STANDINGS`, with a proof, or of `WITHOUT_EVIDENCE` or `SECOND_EDITION`, without."""
    code: str = ""
    """Stable code of the reason, where there is one."""
    proof: bytes | None = None
    """The award's Transparent Statement."""
    changes: tuple[bytes, ...] = ()
    """The Transparent Statements of its changes of standing."""


@dataclass(frozen=True, slots=True)
class VerificationReceipt:
    """A verification receipt as read. Nothing of it is verified yet: see `verifier.recheck`."""

    document: Document
    origin: str
    genesis: bytes
    checked_at: int
    """Seconds since 1970 UTC, by the clock of who checked."""
    files: dict[str, bytes]
    """What the check read of the published log, by path."""
    items: tuple[Item, ...]
    turned_away: dict[str, int]
    """How many pieces were sent along and not looked at, by the code of the reason."""


def claims_to_be(data: bytes) -> bool:
    """Whether the bytes begin as a verification receipt does; another COSE message does not."""
    return data[_TYP_AT : _TYP_AT + len(_TYP)] == _TYP


def make(
    kid: bytes,
    origin: str,
    genesis: bytes,
    checked_at: int,
    files: Mapping[str, bytes],
    items: Sequence[Item],
    sign: Callable[[bytes], bytes],
    turned_away: Mapping[str, int] | None = None,
) -> bytes:
    """The signed bytes, of the first edition that can say it. Raises Malformed for what a reader would refuse."""
    body: dict[Any, Any] = {
        _EDITION: _edition_of(items, turned_away or {}),
        _ORIGIN: origin,
        _GENESIS: genesis,
        _CHECKED_AT: checked_at,
        _FILES: dict(files),
        _ITEMS: [_written(item) for item in items],
    }
    if turned_away:
        body[_TURNED_AWAY] = dict(turned_away)
    made = DOCUMENT.sign(body, kid, sign)
    parse(made)
    return made


def parse(data: bytes) -> VerificationReceipt:
    """Reads a verification receipt. Raises Malformed for anything but the one exact form, naming the item."""
    if len(data) > MAX_SIZE:
        raise Malformed(f"a verification receipt is at most {MAX_SIZE} bytes")
    document = DOCUMENT.parse(data)
    body = cbor.decode(document.payload)
    if type(body) is not dict or body.keys() - {_TURNED_AWAY} != _PARTS:
        raise Malformed("a verification receipt does not hold exactly edition, origin, genesis, time, files and items")
    if type(body[_EDITION]) is not int or body[_EDITION] not in EDITIONS:
        raise Malformed(f"a verification receipt of edition {body[_EDITION]!r}: this program reads {EDITIONS}")
    origin, genesis, checked_at, files, items = (body[key] for key in (_ORIGIN, _GENESIS, _CHECKED_AT, _FILES, _ITEMS))
    if type(origin) is not str or type(genesis) is not bytes or type(checked_at) is not int:
        raise Malformed("a part of the verification receipt has the wrong type")
    if not 0 <= checked_at <= LATEST:
        raise Malformed(f"the verification receipt's time {checked_at} is beyond the calendar")
    if type(files) is not dict or any(type(path) is not str or type(item) is not bytes for path, item in files.items()):
        raise Malformed("the verification receipt's files are not byte strings by path")
    if type(items) is not list or not items:
        raise Malformed("a verification receipt is of at least one item")
    read = tuple(_read(item, number) for number, item in enumerate(items, 1))
    turned_away = _counts(body[_TURNED_AWAY]) if _TURNED_AWAY in body else {}
    if body[_EDITION] != _edition_of(read, turned_away):
        raise Malformed(f"a verification receipt of edition {body[_EDITION]} does not hold what is in it")
    return VerificationReceipt(document, origin, genesis, checked_at, files, read, turned_away)


def verify_signature(read: VerificationReceipt, public_key: bytes) -> VerificationReceipt:
    """The same receipt, its signature checked (RFC 9052 §4.4). Raises BadSignature."""
    read.document.verify_signature(public_key)
    return read


def _edition_of(items: Sequence[Item], turned_away: Mapping[str, int]) -> int:
    """The first edition that can say it: whoever reads only that one reads as much as there is."""
    return 2 if turned_away or any(item.state in SECOND_EDITION for item in items) else 1


def _counts(given: Any) -> dict[str, int]:
    if type(given) is not dict or not given:
        raise Malformed("what was turned away is not counted by its codes, or is empty and not left out")
    for code, count in given.items():
        if type(code) is not str or not _CODE_FORM.fullmatch(code) or type(count) is not int or count < 1:
            raise Malformed("what was turned away is not counted by its codes")
    return given


def _written(item: Item) -> dict[int, Any]:
    shown = item.presented
    written: dict[int, Any] = {_KIND: shown.kind, _TEXT: shown.text, _STATE: item.state}
    optional = {
        **{_NAME: shown.name, _DIGEST: shown.digest, _CODE: item.code},
        **{_PROOF: item.proof, _CHANGES: list(item.changes)},
    }
    return written | {key: value for key, value in optional.items() if value}


_TYPES: Final[dict[int, type]] = {
    _KIND: str,
    _TEXT: str,
    _NAME: str,
    _DIGEST: bytes,
    _STATE: str,
    _CODE: str,
    _PROOF: bytes,
}
_NEEDED: Final = frozenset({_KIND, _TEXT, _STATE})


def _read(given: Any, number: int) -> Item:
    item: dict[Any, Any] = given if type(given) is dict else {}
    if not item.keys() >= _NEEDED or not item.keys() <= {*_TYPES, _CHANGES}:
        raise Malformed(f"item {number} does not hold exactly what an item holds")
    for key, kind in _TYPES.items():
        # What is empty is left out; only the text may be, since a file may have no name.
        if key in item and (type(item[key]) is not kind or not (item[key] or key == _TEXT)):
            raise Malformed(f"item {number}: a part has the wrong type, or is empty and not left out")
    changes = item.get(_CHANGES, [])
    if type(changes) is not list or any(type(change) is not bytes for change in changes):
        raise Malformed(f"item {number}: its changes are not a list of byte strings")
    shown = Presented(item[_KIND], item[_TEXT], item.get(_NAME, ""), item.get(_DIGEST, b""))
    _check_presented(shown, number)
    state, code, proof = item[_STATE], item.get(_CODE, ""), item.get(_PROOF)
    if code and not _CODE_FORM.fullmatch(code):
        raise Malformed(f"item {number}: its code is none")
    # What is said of an award's standing is nothing without evidence, so it is not said without.
    evident = proof is not None
    if state not in (STANDINGS if evident else WITHOUT_EVIDENCE | SECOND_EDITION) or (
        _CHANGES in item and not (evident and changes)
    ):
        raise Malformed(f"item {number}: the state {state[:40]!r} does not go with the evidence that it has")
    return Item(shown, state, code, proof, tuple(changes))


def _check_presented(shown: Presented, number: int) -> None:
    if len(shown.text) > TEXT_LIMIT or len(shown.name) > TEXT_LIMIT:
        raise Malformed(f"item {number}: a text of more than {TEXT_LIMIT} characters")
    fits = {
        LINK: not shown.name and not shown.digest,
        NUMBER: not shown.digest,
        FILE: not shown.name and len(shown.digest) == 32,
    }
    if not fits.get(shown.kind, False):
        raise Malformed(f"item {number}: it is presented neither as a link, nor as a number, nor as a file")


_TYP: Final = b"\x10" + cbor.dumps(MEDIA_TYPE)
