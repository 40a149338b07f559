"""Whether a certificate number was ever issued: an answer that anybody can check, as of a checkpoint of the log.

A proof is self-contained: the hash of the number, the signed head of the number index with the checkpoint in it, and
the tiles from its root to the number's place. It says of a number that was issued nothing but the index of its entry,
which whoever knows the number finds in the log by its hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from verifier import cbor, checkpoint, kinds, numberhead
from verifier.address import number_digest
from verifier.current import CLOCK_TOLERANCE, check_extends, kept_back
from verifier.errors import CouldNotCheck, KeyCompromised, Malformed, Mismatch
from verifier.fetch import PublishedLog
from verifier.moments import moment_of
from verifier.numberhead import NumberHead
from verifier.numbertree import find, tile_path, walk
from verifier.receipt import Included
from verifier.tile import TreeReader
from verifier.trust import Trust

MEDIA_TYPE: Final = "application/vnd.certledger.number-proof+cbor"
MAX_SIZE: Final = 64 * 1024

_NUMBER, _HEAD, _TILES = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verified proof says of a number."""

    entry: int | None
    """Index of the award with this number; None where the number was never issued."""
    head: NumberHead

    @property
    def size(self) -> int:
        """The answer is as of the log's first so many entries."""
        return self.head.checkpoint.size


def make(number_hash: bytes, head: bytes, tiles: list[bytes]) -> bytes:
    """A proof as it travels."""
    return cbor.encode({_NUMBER: number_hash, _HEAD: head, _TILES: tiles})


def verify_proof(data: bytes, number: str, trust: Trust) -> Answer:
    """What a proof says of a number as it is printed or typed. Raises VerificationError.

    Malformed is raised for a mistyped number too, before anything else is looked at.
    """
    digest = number_digest(number)
    # (1) A proof, (2) about this number, (3) by a head that the log signed.
    if len(data) > MAX_SIZE:
        raise Malformed(f"a proof about a number is at most {MAX_SIZE} bytes")
    proof = cbor.decode(data)
    if type(proof) is not dict or proof.keys() != {_NUMBER, _HEAD, _TILES}:
        raise Malformed("a proof about a number is exactly the number's hash, a signed head and tiles")
    about, signed, tiles = _typed(proof)
    if about != digest:
        raise Mismatch("the proof is about another number")
    head = verify_head(signed, trust)
    # (4) The tiles lead from its root to the place of the number.
    return Answer(find(digest, head.root, tiles), head)


def ask(number_hash: bytes, log: PublishedLog) -> bytes:
    """The proof about a number out of a published log, not verified yet. Raises VerificationError, CouldNotCheck."""
    signed = log.get(numberhead.PATH)
    tiles = walk(number_hash, numberhead.read(signed).root, lambda digest: log.get(tile_path(digest)))
    return make(number_hash, signed, tiles)


def verify_head(signed: bytes, trust: Trust) -> NumberHead:
    """A head, signed by a key for folds of the log, with a checkpoint that the log signed. Raises VerificationError."""
    key = trust.key(numberhead.signer(signed))
    # Size and date are the signer's own word: who has a compromised key can name an early size.
    if key.compromised_from is not None:
        raise KeyCompromised(f"the number index is signed by key {key.kid.hex()[:16]}, which was reported compromised")
    head = numberhead.verify(signed, key.public_key)
    checkpoint.verify(head.note, trust.checkpoint_keys(), trust.origin)
    key.entitled(kinds.STATUS_KIND, head.checkpoint.size - 1)
    if head.uri != numberhead.uri_of(trust.url):
        raise Malformed(f"the number index calls itself {head.uri}, not {numberhead.uri_of(trust.url)}")
    return head


def check_current(head: NumberHead, log: PublishedLog, trust: Trust, now: datetime) -> None:
    """Checks that a head is of the history that the log shows now, and fresh.

    Raises Inconsistent, CouldNotCheck; any other VerificationError for a published file that is damaged.
    """
    newest = checkpoint.verify(log.get("checkpoint"), trust.checkpoint_keys(), trust.origin)
    then = head.checkpoint
    tree = TreeReader(newest.size, log.get)
    check_extends(tree, newest, Included(0, then.size, then.root), "the number index")
    if (hidden := kept_back(tree, newest, then.size, head.issued_at, "the number index")) is not None:
        raise CouldNotCheck(f"entry {then.size} was {hidden}: the number may have been issued there")
    issued = moment_of(head.issued_at)
    if issued > now + CLOCK_TOLERANCE:
        raise CouldNotCheck(f"the number index is dated {issued:%Y-%m-%d %H:%M} UTC, which is in the future")
    if now - issued > timedelta(seconds=min(head.ttl, numberhead.TTL_SECONDS)):
        raise CouldNotCheck(f"the newest number index is of {issued:%Y-%m-%d %H:%M} UTC, more than a day old")


def _typed(proof: dict[Any, Any]) -> tuple[bytes, bytes, list[bytes]]:
    about, signed, tiles = proof[_NUMBER], proof[_HEAD], proof[_TILES]
    if type(about) is not bytes or type(signed) is not bytes or type(tiles) is not list:
        raise Malformed("a part of the proof has the wrong type")
    if any(type(tile) is not bytes for tile in tiles):
        raise Malformed("a tile of the proof is not a byte string")
    return about, signed, tiles
