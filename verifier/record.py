"""The payload of a statement: the event's public fields in clear, its personal ones as salted hashes.

Redaction follows SD-CWT: a disclosure is `bstr .cbor [salt, value, key]`, its SHA-256 stands in an array under map key
`simple(59)`. Types with printed fields (the awards) carry exactly two hashes, `print` and `rest` (FORMATS §1), so that
a proof on paper is small while every further field can still be disclosed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from verifier import cbor
from verifier.errors import Malformed, Mismatch
from verifier.events import EVENTS, WITHHELD, Event, EventType, Field, event_type

TYPE, STREAM, VERSION, RECORDED_AT, COMMAND, ACTORS, PACK = range(1, 8)
"""Integer keys of the envelope in the payload map."""

SALT_SIZE: Final = 16
HASH_SIZE: Final = 32

TakeSalt = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every event says besides its own fields."""

    version: int
    """Position in its stream, from 1."""
    recorded_at: int
    """The recorder's clock at signing, milliseconds since 1970-01-01 UTC."""
    command: bytes
    """16 bytes: the command's id, blinded by stream (`blind_command`)."""
    actors: tuple[str, ...]
    """Pseudonyms of the staff accounts: proposer, or proposer and approver."""
    pack: UUID | None = None
    """The stream of the intake that a historical event came with."""


class Encoded(NamedTuple):
    """An event as bytes that any process can make a payload of: each value's CBOR, in the order of declaration."""

    type: str
    """Wire name."""
    stream: bytes
    public: tuple[bytes, ...]
    personal: tuple[bytes, ...]
    printed: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A payload as read: the event with what is disclosed of it, and the commitments to all the rest."""

    type: EventType
    stream: UUID
    envelope: Envelope
    event: Event
    commitments: tuple[bytes, ...]


def blind_command(command_id: bytes, stream: UUID) -> bytes:
    """The command's id as its event in `stream` shows it.

    Two streams that one command wrote must not show it: a reader of the log could link a certificate to its holder's
    other streams. Who knows the id can recompute this.
    """
    return sha256(b"certledger/command" + command_id + stream.bytes).digest()[:16]


def make_payload(event: Event, envelope: Envelope, salt: TakeSalt) -> tuple[bytes, list[bytes]]:
    """The payload bytes of an event and the disclosures of its personal fields, in the order of their declaration.

    Of an award, the disclosures are `print`, `rest`, then one for each field within `rest`.
    """
    return payload_of(encode_fields(event), envelope, salt)


def encode_fields(event: Event) -> Encoded:
    """The event's values as CBOR. Raises ValueError for one that is withheld."""
    declared = event_type(event)
    return Encoded(
        declared.name,
        event.stream_id.bytes,
        _encoded(declared.public, event),
        _encoded(declared.personal, event),
        _encoded(declared.printed, event),
    )


def payload_of(encoded: Encoded, envelope: Envelope, salt: TakeSalt) -> tuple[bytes, list[bytes]]:
    """As `make_payload`, for an event whose values are encoded already."""
    declared = EVENTS[encoded.type]
    disclosures = [
        _disclosure(salt(), value, field.key) for value, field in zip(encoded.personal, declared.personal, strict=True)
    ]
    commitments = [sha256(item).digest() for item in disclosures]
    if declared.printed:
        printed = sorted((field.key, value) for value, field in zip(encoded.printed, declared.printed, strict=True))
        outer = [
            _disclosure(salt(), _MAP_SIZES[len(printed)] + b"".join(map(b"".join, printed)), _PRINT),
            _disclosure(salt(), b"\xa1" + _redacted(commitments), _REST),
        ]
        disclosures = outer + disclosures
        commitments = [sha256(item).digest() for item in outer]
    parts = [b"\x01", _name(encoded.type), b"\x02\x50", encoded.stream, *_envelope_parts(envelope)]
    for value, field in zip(encoded.public, declared.public, strict=True):
        parts += field.key, value
    if commitments:
        parts.append(_redacted(commitments))
    size = 6 + (envelope.pack is not None) + len(encoded.public) + bool(commitments)
    return b"".join((_MAP_SIZES[size], *parts)), disclosures


def approved_digest(payload: bytes) -> bytes:
    """What an approver signs of an event: SHA-256 of its payload with the recorded time set to 0.

    The time alone is not known yet when somebody approves; everything else, the salts' commitments included, is fixed.
    Raises Malformed for what is no map in the one encoding, or has no such member.
    """
    value = cbor.decode(payload)
    if type(value) is not dict or type(value.get(RECORDED_AT)) is not int:
        raise Malformed("payload is not a map with a recorded time")
    return sha256(cbor.encode({**value, RECORDED_AT: 0})).digest()


def read_payload(payload: bytes) -> Record:
    """What a payload says. Personal fields are `Withheld`. Raises Malformed for anything but one exact form."""
    value = cbor.decode(payload)
    if type(value) is not dict:
        raise Malformed("payload is not a map")
    name = value.get(TYPE)
    if type(name) is not str or name not in EVENTS:
        raise Malformed(f"unknown event type {name!r}")
    declared = EVENTS[name]
    envelope = _envelope(value)
    has_commitments = cbor.REDACTED in value
    commitments = _hashes(value.pop(cbor.REDACTED, []), declared.name)
    expected = 2 if declared.printed else len(declared.personal)
    if len(commitments) != expected or has_commitments != bool(expected):  # an empty list is left out
        raise Malformed(f"{declared.name} has {len(commitments)} commitments, not {expected}")
    stream = _uuid(value.get(STREAM), "stream id")
    fields: dict[str, Any] = {declared.stream: stream}
    for field in declared.public:
        if field.name not in value:
            raise Malformed(f"{declared.name}: {field.name} is missing")
        fields[field.name] = field.from_cbor(value[field.name])
    # The stream, five more of the envelope, the public fields and perhaps the pack: nothing else has a place.
    if len(value) != _ALWAYS + len(declared.public) + (PACK in value):
        raise _unknown(value, declared)
    fields.update(declared.withheld)
    return Record(declared, stream, envelope, declared.cls(**fields), commitments)


def reveal(record: Record, disclosures: Sequence[bytes]) -> Event:
    """The event with the personal values that these disclosures give, each checked against its commitment.

    Raises Mismatch for a disclosure that the statement does not commit to, Malformed for one in no legal form.
    """
    if not disclosures:
        return record.event
    awaited = dict.fromkeys(record.commitments)
    fields = {field.name: field for field in (*record.type.personal, *record.type.printed)}
    printed = {field.name for field in record.type.printed}
    known: dict[str, Any] = {}
    for disclosure in disclosures:
        digest = sha256(disclosure).digest()
        if digest not in awaited:
            raise _altered(record.type, disclosure)
        del awaited[digest]
        name, value = _open(disclosure)
        if printed and name == "print":
            if type(value) is not dict or value.keys() != printed:
                raise Malformed(f"{record.type.name}: print does not hold exactly the printed fields")
            known.update({key: fields[key].from_cbor(item) for key, item in value.items()})
        elif printed and name == "rest":
            if type(value) is not dict or value.keys() != {cbor.REDACTED}:
                raise Malformed(f"{record.type.name}: rest is not a map of redacted fields")
            inner = _hashes(value[cbor.REDACTED], record.type.name)
            if len(inner) != len(record.type.personal):
                raise Malformed(f"{record.type.name}: rest holds {len(inner)} hashes, not one a further field")
            awaited.update(dict.fromkeys(inner))
        elif name in fields and name not in printed and name not in known:
            known[name] = fields[name].from_cbor(value)
        else:
            raise Malformed(f"{record.type.name}: a disclosure names {name!r}, which is no field of its own")
    given = {name: getattr(record.event, name) for name in (record.type.stream, *(f.name for f in record.type.public))}
    return record.type.cls(**given, **{name: known.get(name, WITHHELD) for name in fields})  # type: ignore[no-any-return]


def disclosed_name(disclosure: bytes) -> str:
    """Which field, or which of an award's two maps, a disclosure is of. Raises Malformed."""
    return _open(disclosure)[0]


def _altered(declared: EventType, disclosure: bytes) -> Mismatch:
    """Which value it is that the statement does not commit to, as far as the disclosure itself still says so."""
    try:
        key, _ = _open(disclosure)
    except Malformed:
        return Mismatch(f"{declared.name}: a disclosure was altered so that it cannot be read")
    printed = tuple(field.name for field in declared.printed)
    if printed and key == "print":
        which = f"the printed fields ({', '.join(printed)}), signed as one, are not those"
        return Mismatch(f"{declared.name}: {which} that the statement commits to", printed)
    if key in {field.name for field in declared.personal}:
        return Mismatch(f"{declared.name}: the value of {key} is not the one that the statement commits to")
    return Mismatch(f"{declared.name}: a disclosure of no printed field is not one that the statement commits to")


_ALWAYS: Final = 6


def _unknown(value: dict[Any, Any], declared: EventType) -> Malformed:
    known = {field.name for field in declared.public} | set(range(TYPE, PACK + 1))
    unknown = next((str(key) for key in value if key not in known), "")
    return Malformed(f"{declared.name}: unknown field {unknown}")


_PRINT: Final = cbor.dumps("print")
_REST: Final = cbor.dumps("rest")
_REDACTED: Final = cbor.dumps(cbor.REDACTED)
_MAP_SIZES: Final = [bytes((0xA0 + size,)) if size < 24 else bytes((0xB8, size)) for size in range(64)]
"""The head of a map of so many members."""
_name: Final = lru_cache(maxsize=None)(cbor.dumps)


def _encoded(fields: Sequence[Field], event: Event) -> tuple[bytes, ...]:
    try:
        return tuple([field.encode(getattr(event, field.name)) for field in fields])
    except Exception:  # no encoder takes what is withheld
        for field in fields:
            if getattr(event, field.name) is WITHHELD:
                raise ValueError(f"{field.name} is withheld and cannot be recorded") from None
        raise


def _envelope_parts(envelope: Envelope) -> tuple[bytes, ...]:
    """Members 3 to 7 of the payload map."""
    version, at, actors = cbor.dumps(envelope.version), cbor.dumps(envelope.recorded_at), _actors(envelope.actors)
    parts = (b"\x03", version, b"\x04", at, b"\x05", cbor.dumps(envelope.command), b"\x06", actors)
    return parts if envelope.pack is None else (*parts, b"\x07\x50", envelope.pack.bytes)


@lru_cache(maxsize=1024)
def _actors(actors: tuple[str, ...]) -> bytes:
    return cbor.dumps(list(actors))


def _redacted(hashes: list[bytes]) -> bytes:
    """The last member of a map: the hashes of what is redacted."""
    return _REDACTED + cbor.dumps(hashes)


def _disclosure(salt: bytes, value: bytes, key: bytes) -> bytes:
    """`bstr .cbor [salt, value, key]`, put together by hand: the parts are encoded already."""
    return cbor.dumps(b"\x83\x50" + salt + value + key)


def _open(disclosure: bytes) -> tuple[str, Any]:
    inner = cbor.decode(disclosure)
    if type(inner) is not bytes:
        raise Malformed("a disclosure is not a byte string")
    parts = cbor.decode(inner)
    if type(parts) is not list or len(parts) != 3 or type(parts[0]) is not bytes or len(parts[0]) != SALT_SIZE:
        raise Malformed("a disclosure is not [salt of 16 bytes, value, key]")
    if type(parts[2]) is not str:
        raise Malformed("a disclosure's key is not text")
    return parts[2], parts[1]


def _hashes(value: Any, place: str) -> tuple[bytes, ...]:
    if type(value) is not list or any(type(item) is not bytes or len(item) != HASH_SIZE for item in value):
        raise Malformed(f"{place}: commitments are not a list of 32-byte hashes")
    if len(set(value)) != len(value):
        raise Malformed(f"{place}: the same commitment stands twice")
    return tuple(value)


def _envelope(value: dict[Any, Any]) -> Envelope:
    get = value.get
    version, at, command, actors = get(VERSION), get(RECORDED_AT), get(COMMAND), get(ACTORS)
    if type(version) is not int or version < 1:
        raise Malformed("version in the stream is not a whole number from 1")
    if type(at) is not int or not 0 <= at < 2**53:
        raise Malformed("recorded time is not a number of milliseconds")
    if type(command) is not bytes or len(command) != 16:
        raise Malformed("command is not 16 bytes")
    if type(actors) is not list or not 1 <= len(actors) <= 2:
        raise Malformed("actors are not one or two pseudonyms")
    for actor in actors:
        if type(actor) is not str or not actor:
            raise Malformed("actors are not one or two pseudonyms")
    pack = _uuid(value[PACK], "pack") if PACK in value else None
    return Envelope(version, at, command, tuple(actors), pack)


def _uuid(value: Any, place: str) -> UUID:
    if type(value) is not bytes or len(value) != 16:
        raise Malformed(f"{place} is not 16 bytes")
    return UUID(bytes=value)
