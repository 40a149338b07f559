"""A short way to read what most of a log is made of: statements that show nothing of their own.

Their payload is an envelope and hashes, so where each part begins follows from the parts before it. What is exactly in
that form is what `statement.parse` takes, with the same values; whatever is not, `statement.parse` has to look at.
"""

from __future__ import annotations

from binascii import hexlify
from functools import cache, lru_cache
from typing import Final, NamedTuple

from verifier import cbor, statement
from verifier.errors import Malformed
from verifier.events import EVENTS
from verifier.keys import SIGNATURE_SIZE
from verifier.record import HASH_SIZE

_TEXT: Final = 36
"""Characters of a stream's id in a header."""
_END: Final = len(statement.AFTER)
_REDACTED: Final = cbor.dumps(cbor.REDACTED)
_HASH: Final = 2 + HASH_SIZE
"""A hash with its head."""
_MILLISECONDS: Final = range(2**32, 2**53)
"""Recorded times of eight bytes."""


class Shown(NamedTuple):
    """What many statements have in common."""

    kind: str
    kid: bytes
    issuer: str
    actors: tuple[str, ...]
    pack: bytes | None


class Skimmed(NamedTuple):
    """A statement as far as an audit needs it. Its signature is not checked yet."""

    shown: Shown
    stream: bytes
    version: int
    recorded_at: int
    message: bytes
    """What was signed."""
    signature: bytes


class _Form(NamedTuple):
    """The form of a payload that begins in a certain way."""

    kind: str
    pack: bool
    hashes: int


@cache
def _forms() -> dict[bytes, _Form]:
    """By how the payload begins: the forms of all kinds that show nothing of their own."""
    found = {}
    for declared in EVENTS.values():
        if declared.public or declared.printed or len(declared.personal) > 23:
            continue
        for pack in (False, True):
            size = 6 + pack + bool(declared.personal)
            start = bytes((0xA0 + size,)) + b"\x01" + cbor.dumps(declared.name)
            found[start] = _Form(declared.kind, pack, len(declared.personal))
    return found


def skim(entry: bytes) -> Skimmed | None:
    """The statement; None for one that must be read in full, or is none."""
    try:
        return _skim(entry)
    except (IndexError, Malformed):
        return None


def _skim(entry: bytes) -> Skimmed | None:
    # (1) The four parts: tag, protected header, empty map, payload, signature, with lengths in their one form.
    if entry[:3] != b"\xd2\x84\x58":
        return None
    head = 4 + entry[3]
    if entry[3] < 24 or entry[head] != 0xA0:
        return None
    if entry[head + 1] == 0x58 and entry[head + 2] >= 24:
        at, end = head + 3, head + 3 + entry[head + 2]
    elif entry[head + 1] == 0x59 and entry[head + 2]:
        at = head + 4
        end = at + (entry[head + 2] << 8 | entry[head + 3])
    else:
        return None
    if entry[end : end + 2] != b"\x58\x40" or len(entry) != end + 2 + SIGNATURE_SIZE:
        return None
    # (2) The event type, and with it the rest of the form.
    payload = entry[at:end]
    length = payload[2]
    name = 3 + length - 0x60 if length < 0x78 else 4 + payload[3]
    form = _forms().get(payload[:name])
    if form is None or payload[name : name + 2] != b"\x02\x50" or payload[name + 18] != 0x03:
        return None
    stream = payload[name + 2 : name + 18]
    version, after = payload[name + 19], name + 20
    if version == 0x18:
        version, after = payload[after], after + 1
        if version < 24:
            return None
    elif not 0 < version < 24:
        return None
    recorded_at = int.from_bytes(payload[after + 2 : after + 10], "big")
    if payload[after : after + 2] != b"\x04\x1b" or recorded_at not in _MILLISECONDS:
        return None
    if payload[after + 10 : after + 12] != b"\x05\x50" or payload[after + 28] != 0x06:
        return None
    # (3) From the end: the hashes, the intake. What is left between is who acted.
    rest = len(payload)
    if form.hashes:
        rest -= form.hashes * _HASH
        hashes, rest = payload[rest:], rest - 3
        if not _are_hashes(hashes, form.hashes) or payload[rest : rest + 3] != _REDACTED + bytes((0x80 + form.hashes,)):
            return None
    pack = None
    if form.pack:
        rest -= 18
        pack = payload[rest + 2 : rest + 18]
        if payload[rest : rest + 2] != b"\x07\x50":
            return None
    if rest <= after + 29:
        return None
    # (4) The header: signer, then the stream again, then the media type.
    subject, text = head - _END - _TEXT, entry[head - _END - _TEXT : head - _END]
    if entry[head - _END : head] != statement.AFTER or text.replace(b"-", b"") != hexlify(stream):
        return None
    if text[8::5][:4] != b"----":
        return None
    shown = _shown(form.kind, entry[4:subject], payload[after + 29 : rest], pack)
    message = b"\x84\x6aSignature1" + entry[2:head] + b"\x40" + entry[head + 1 : end]
    return Skimmed(shown, stream, version, recorded_at, message, entry[end + 2 :])


def _are_hashes(data: bytes, count: int) -> bool:
    """Whether these bytes are so many different hashes, each behind its head."""
    if len(data) != count * _HASH or data[::_HASH] != b"\x58" * count or data[1::_HASH] != b"\x20" * count:
        return False
    return len({data[at : at + _HASH] for at in range(0, len(data), _HASH)}) == count


@lru_cache(maxsize=4096)
def _shown(kind: str, signer: bytes, actors: bytes, pack: bytes | None) -> Shown:
    """Raises Malformed."""
    kid, issuer = statement.signer_of(signer)
    names = cbor.decode(actors)
    if type(names) is not list or not 1 <= len(names) <= 2 or any(type(name) is not str or not name for name in names):
        raise Malformed("actors are not one or two pseudonyms")
    return Shown(kind, kid, issuer, tuple(names), pack)
