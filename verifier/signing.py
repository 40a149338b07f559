"""Signing with a key that an organisation holds itself: its file, and what is looked at before anything is signed.

The base never has this key. What it prepared is not believed: the bytes say what they say, and are signed only where
they are a statement of this log, in this organisation's name, for this key, for now (docs/formats.md §18).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verifier import keyfile, keys
from verifier.errors import CouldNotCheck, Mismatch, NotEntitled, RuleBroken, UnknownKey
from verifier.events import EventType
from verifier.keys import thumbprint
from verifier.prepared import PreparedFile, PreparedStatement
from verifier.statement import parse, verify_signature
from verifier.trust import Trust
from verifier.verify import recorded_moment

TOLERANCE_MS: Final = 10 * 60 * 1000
"""How far a statement's recorded time may be from this machine's clock: what says another time is not signed."""
ITSELF: Final = "organisation"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """An organisation's own key, read from its file."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 bytes that the base authorises."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def kid(self) -> bytes:
        """COSE Key Thumbprint (RFC 9679)."""
        return thumbprint(self.public)


def new_key(path: Path, passphrase: bytes | None) -> OwnKey:
    """Makes a key and its file, readable by its owner alone; durable on return.

    Raises OSError, FileExistsError where a file is there.
    """
    made = OwnKey(Ed25519PrivateKey.generate())
    keyfile.write_key(path, made.private, passphrase)
    return made


def read_key(data: bytes, passphrase: bytes | None) -> OwnKey:
    """The key of a file. Raises CouldNotCheck for what is none, or does not open; it names no part of it."""
    private = keyfile.open_key(data, passphrase)
    if not isinstance(private, Ed25519PrivateKey):
        raise CouldNotCheck("the key is no Ed25519 key, and the log takes no other")
    keys.check_public_key(OwnKey(private).public)
    return OwnKey(private)


def check(file: PreparedFile, key: OwnKey, now_ms: int, trusted: Trust | None) -> PreparedFile:
    """The same file, if this key may sign all of it now. Raises VerificationError.

    `trusted` is the log's trust file; without one nothing is compared with what the log says of keys.
    """
    # (1) It is of this log.
    if trusted is not None and file.origin != trusted.origin:
        raise Mismatch(f"it is for the log {file.origin}, the trust file is that of {trusted.origin}")
    for item in file.statements:
        # (2) It is this key that is to sign. (3) The key may, by the trust file, and its organisation holds it itself.
        if item.statement.kid != key.kid:
            raise UnknownKey(f"it is to be signed by key {item.statement.kid.hex()[:16]}, not by {key.kid.hex()[:16]}")
        if trusted is not None:
            _check_entitled(item, trusted)
        # (4) It says that it is recorded now. What said another time could be kept, and used then.
        at = item.statement.record.envelope.recorded_at
        if abs(at - now_ms) > TOLERANCE_MS:
            raise RuleBroken(
                f"it says that it is recorded at {recorded_moment(at):%Y-%m-%d %H:%M:%S} UTC, more than ten minutes off"
                " this machine's clock: fetch it anew"
            )
    return file


def _check_entitled(item: PreparedStatement, trusted: Trust) -> None:
    known = trusted.keys.get(item.statement.kid)
    if known is None:
        return  # it may have been authorised after the trust file was made
    kind = item.statement.record.type.kind
    known.entitled(kind, trusted.as_of)
    if known.custody != ITSELF:
        raise NotEntitled(
            f"by the trust file key {known.kid.hex()[:16]} is held by the base, not by {known.organisation}"
        )
    if trusted.organisations[known.organisation].uri != item.statement.issuer:
        raise NotEntitled(f"issuer {item.statement.issuer} is not {known.organisation}, whose key this is")


def sign(file: PreparedFile, key: OwnKey) -> list[bytes]:
    """The signed statements of a file that was checked. A faulty signature must never get out: each is verified."""
    signed = [item.signed(key.private.sign(item.message)) for item in file.statements]
    return [verify_signature(parse(entry), key.public).raw for entry in signed]


def told(item: PreparedStatement) -> list[tuple[str, str]]:
    """What a statement says, in words: label and value, everything that its bytes hold or commit to."""
    record = item.statement.record
    envelope, declared = record.envelope, record.type
    lines = [
        ("statement", f"{declared.name} – {' '.join((declared.cls.__doc__ or '').split())}"),
        ("in the name of", item.statement.issuer),
        ("stream", f"{record.stream}, version {envelope.version}"),
        ("recorded at", f"{recorded_moment(envelope.recorded_at):%Y-%m-%d %H:%M:%S} UTC ({envelope.recorded_at} ms)"),
        ("command", envelope.command.hex()),
        ("proposed by" if len(envelope.actors) == 2 else "recorded by", envelope.actors[0]),
    ]
    if len(envelope.actors) == 2:
        lines.append(("approved by", envelope.actors[1]))
    if envelope.pack is not None:
        lines.append(("of the intake", str(envelope.pack)))
    lines += [(f"public {name}", _text(getattr(item.event, name))) for name in _names(declared, public=True)]
    lines += [(f"personal {name}", _text(getattr(item.event, name))) for name in _names(declared, public=False)]
    return lines


def _names(declared: EventType, *, public: bool) -> list[str]:
    return [field.name for field in (declared.public if public else (*declared.printed, *declared.personal))]


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return ", ".join(map(_text, value))
    return str(value)
