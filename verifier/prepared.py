"""What waits for the signature of an organisation that holds its own key: the exact bytes, and what they commit to.

Whoever signs should know what. So the file holds what is disclosed of each statement, and reading it checks that every
personal value of the event is disclosed and is the one that the bytes commit to (docs/formats.md §18).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from verifier import cbor
from verifier import statement as statements
from verifier.errors import Malformed, Mismatch
from verifier.events import WITHHELD, Event
from verifier.keys import SIGNATURE_SIZE
from verifier.record import reveal
from verifier.statement import Statement, assemble, to_be_signed

FORMAT: Final = "certledger.prepared/1"
MAX_SIZE: Final = 1024 * 1024
_FORMAT, _ORIGIN, _ID, _UNTIL, _STATEMENTS = range(1, 6)
_MESSAGE, _DISCLOSURES = 1, 2


@dataclass(frozen=True, slots=True)
class PreparedStatement:
    """One statement to be signed."""

    message: bytes
    """The exact bytes to sign: `Sig_structure` of RFC 9052 §4.4."""
    statement: Statement
    """As it will be logged, but for its signature, in the place of which there are zeros."""
    event: Event
    """Everything that it says, personal values included."""

    def signed(self, signature: bytes) -> bytes:
        """The signed statement, as `POST /entries` takes it."""
        return assemble(self.statement.protected, self.statement.payload, signature)


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """All that has to be signed for one command: what comes of it is recorded whole, or not at all."""

    origin: str
    """Of the log for which it is."""
    id: UUID
    until: int
    """When it has to be back at the latest, in milliseconds since 1970 UTC. It can be fetched anew."""
    statements: tuple[PreparedStatement, ...]


def make(origin: str, id_: UUID, until: int, statements: Sequence[tuple[bytes, Sequence[bytes]]]) -> bytes:
    """The file's bytes: of each statement what is to be signed, and its disclosures."""
    listed = [
        {_MESSAGE: message, _DISCLOSURES: [cbor.decode(item) for item in disclosures]}
        for message, disclosures in statements
    ]
    return cbor.encode({_FORMAT: FORMAT, _ORIGIN: origin, _ID: id_.bytes, _UNTIL: until, _STATEMENTS: listed})


def parse(data: bytes) -> PreparedFile:
    """Reads a file. Raises Malformed for anything but one exact form, Mismatch where it does not disclose what it says.

    That the event is of a known kind, in the one encoding, is checked as for an entry of the log.
    """
    if len(data) > MAX_SIZE:
        raise Malformed(f"a prepared file is at most {MAX_SIZE} bytes")
    value = cbor.decode(data)
    if type(value) is not dict or value.keys() != {_FORMAT, _ORIGIN, _ID, _UNTIL, _STATEMENTS}:
        raise Malformed("not a prepared file: it is no map of format, origin, id, time and statements")
    if value[_FORMAT] != FORMAT:
        raise Malformed(f"not a prepared file of the form {FORMAT}")
    origin, id_, until, listed = value[_ORIGIN], value[_ID], value[_UNTIL], value[_STATEMENTS]
    if type(origin) is not str or type(id_) is not bytes or len(id_) != 16 or type(until) is not int or until < 0:
        raise Malformed("origin, id or time of the prepared file is not in its form")
    if type(listed) is not list or not listed:
        raise Malformed("the prepared file has nothing to sign")
    read = tuple(map(_statement, listed))
    if len({item.message for item in read}) != len(read):
        raise Malformed("the prepared file has the same statement twice")
    return PreparedFile(origin, UUID(bytes=id_), until, read)


def _statement(value: Any) -> PreparedStatement:
    if type(value) is not dict or value.keys() != {_MESSAGE, _DISCLOSURES} or type(value[_MESSAGE]) is not bytes:
        raise Malformed("a statement of the prepared file is not its bytes with disclosures")
    parts, disclosures = cbor.decode(value[_MESSAGE]), value[_DISCLOSURES]
    if type(parts) is not list or len(parts) != 4 or type(parts[1]) is not bytes or type(parts[3]) is not bytes:
        raise Malformed("what is to be signed is no Sig_structure of four parts")
    if to_be_signed(parts[1], parts[3]) != value[_MESSAGE]:
        raise Malformed("what is to be signed is no Sig_structure of a COSE_Sign1 without external data")
    if type(disclosures) is not list or any(type(item) is not bytes for item in disclosures):
        raise Malformed("disclosures of the prepared file are not a list of byte strings")
    statement = statements.parse(assemble(parts[1], parts[3], bytes(SIGNATURE_SIZE)))
    event = reveal(statement.record, [cbor.dumps(item) for item in disclosures])
    declared = statement.record.type
    for field in (*declared.personal, *declared.printed):
        if getattr(event, field.name) is WITHHELD:
            raise Mismatch(f"{declared.name}: {field.name} is committed to and not disclosed")
    return PreparedStatement(value[_MESSAGE], statement, event)
