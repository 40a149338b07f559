"""What a verification receipt says, worked out again from the evidence in it, asking nobody.

The files of the published log that the check read travel in the receipt. So the standing of each award is worked out
by the steps of `current.check_standing`, of the receipt's own log and day; there is no second way to say what is valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from verifier import address, checkpoint, cosignatures, kinds, note, verification_receipt
from verifier.authority import Key
from verifier.checkpoint import Checkpoint
from verifier.current import CLOCK_TOLERANCE, Change, Current, check_extends, standing_by, verify_list
from verifier.errors import CouldNotCheck, Inconsistent, KeyCompromised, Mismatch, UnknownKey, VerificationError
from verifier.fetch import PublishedLog
from verifier.note import VerifierKey
from verifier.receipt import Included
from verifier.statuslist import StatusList, list_number, list_path
from verifier.tile import TreeReader
from verifier.trust import Trust
from verifier.verification_receipt import LINK, NUMBER, Item, Presented, VerificationReceipt
from verifier.verify import Proved, verify_change, verify_proof

CHECKPOINT: Final = "checkpoint"


@dataclass(frozen=True, slots=True)
class Stood:
    """An award as it stood in a log at a moment."""

    proved: Proved
    current: Current
    changes: tuple[Change, ...]
    disowned: bool
    """Whether a change is by a key that was reported compromised, and so counts for nothing."""

    @property
    def state(self) -> str:
        """The word for it."""
        standing = self.current.standing
        return "revoked-or-superseded" if standing is None else standing.value


@dataclass(frozen=True, slots=True)
class Rechecked:
    """One item of a receipt, with what its evidence shows; None where there is the base's word alone."""

    item: Item
    stood: Stood | None


@dataclass(frozen=True, slots=True)
class Recheck:
    """A genuine receipt: signed by the base, and every state that has evidence is what the evidence shows."""

    receipt: VerificationReceipt
    key: Key
    checkpoint: Checkpoint
    items: tuple[Rechecked, ...]

    @property
    def checked_at(self) -> datetime:
        """When the check was, by the base's clock."""
        return datetime.fromtimestamp(self.receipt.checked_at, UTC)


class KeptLog:
    """A published log of which each file is read once, and kept."""

    def __init__(self, log: PublishedLog) -> None:
        self._log = log
        self.place = log.place
        self.files: dict[str, bytes] = {}
        """What was read, by path."""

    def get(self, path: str) -> bytes:
        """See `PublishedLog`."""
        if path not in self.files:
            self.files[path] = self._log.get(path)
        return self.files[path]


@dataclass(frozen=True, slots=True)
class CarriedLog:
    """What a receipt carries of a published log."""

    files: dict[str, bytes]
    place: str = "the receipt"

    def get(self, path: str) -> bytes:
        """See `PublishedLog`."""
        try:
            return self.files[path]
        except KeyError:
            raise CouldNotCheck(f"the receipt does not carry {path}") from None


class VerifiedLog:
    """A published log by which many awards are asked for: its checkpoint and each of its lists are verified once."""

    def __init__(self, log: PublishedLog, trust: Trust) -> None:
        """Raises VerificationError, or CouldNotCheck, where the checkpoint is not good or not to be had."""
        self._log = log
        self._trust = trust
        self._lists: dict[int, StatusList] = {}
        published = log.get(CHECKPOINT)
        self.head = checkpoint.verify(published, trust.checkpoint_keys(), trust.origin)
        self.cosigned = cosignatures.judge(published, trust.witnesses)
        """What was signed before the log had witnesses stays good: who relies on a head of today asks for a quorum."""
        self.tree = TreeReader(self.head.size, log.get)

    def standing(self, proved: Proved, moment: datetime, changes: Iterable[Change]) -> Current:
        """What stands of an award at a moment. Raises as `current.check_standing`, whose steps these are."""
        check_extends(self.tree, self.head, proved.logged.included, "the award's receipt")
        number = list_number(proved.event.status_index)
        if number not in self._lists:
            token = self._log.get(list_path(number))
            self._lists[number] = verify_list(token, number, self.tree, self.head, self._trust)
        return standing_by(proved, self.head, self._lists[number], moment, changes)


def verify(data: bytes, trust: Trust, now: datetime) -> Recheck:
    """What a verification receipt shows. Raises VerificationError, or CouldNotCheck, naming the item where it is one.

    Inconsistent means that the base signed a state that is not what its own log shows.
    """
    # (1) Read it: one exact form. (2) It is of the log that is trusted.
    read = verification_receipt.parse(data)
    if read.origin != trust.origin or read.genesis != trust.genesis:
        raise UnknownKey(
            f"the receipt is of the log {read.origin} with genesis {read.genesis.hex()[:16]}, the trust file of "
            f"{trust.origin} with {trust.genesis.hex()[:16]}"
        )
    # (3) The signer's key, and its signature.
    key = _signer(read, trust)
    verification_receipt.verify_signature(read, key.public_key)
    # (4) The checkpoint that it speaks of, by a key trusted for this log. (5) The signer was entitled at that size;
    # which checkpoint goes with it is the signer's own word, so a compromised key proves nothing at whatever size.
    log = _log_in(read, trust)
    if key.compromised_from is not None:
        raise CouldNotCheck(
            f"the receipt is signed with key {key.kid.hex()[:16]}, reported compromised: have it checked again"
        )
    key.entitled(kinds.DOCUMENT_KIND, log.head.size - 1)
    # (6) It is not dated in the future.
    moment = datetime.fromtimestamp(read.checked_at, UTC)
    if moment > now + CLOCK_TOLERANCE:
        raise CouldNotCheck(f"the receipt is dated {moment:%Y-%m-%d %H:%M} UTC, which is in the future")
    # (7) Each state, worked out again.
    items = tuple(_item(item, number, log, trust, moment) for number, item in enumerate(read.items, 1))
    return Recheck(read, key, log.head, items)


def stands(
    presented: Presented, proof: bytes, changes: Sequence[bytes], log: VerifiedLog, trust: Trust, moment: datetime
) -> Stood:
    """How the award of what was presented stands in a log at a moment.

    Raises VerificationError or CouldNotCheck; Mismatch for the proof of another award than the one presented.
    """
    proved = verify_proof(proof, trust)
    if presented.kind == LINK and address.link_digest(presented.text) != proved.event.link_hash:
        raise Mismatch("the proof is of another award than the link")
    if presented.kind == NUMBER and address.number_digest(presented.text) != proved.event.number_hash:
        raise Mismatch("the proof is of another award than the number")
    known: list[Change] = []
    for change in changes:
        try:
            known.append(verify_change(change, trust, proved))
        except KeyCompromised:
            continue  # it stays in the log and counts for nothing
    try:
        current = log.standing(proved, moment, known)
    except KeyCompromised as error:  # the list's key, which says nothing about the award
        raise CouldNotCheck(error.message) from None
    return Stood(proved, current, tuple(known), len(known) < len(changes))


def check_same_log(recheck: Recheck, log: VerifiedLog) -> None:
    """Checks that a published log extends the one of the receipt's checkpoint.

    Raises Inconsistent where history was rewritten since; CouldNotCheck or Malformed where the published copy is older
    or damaged.
    """
    then = recheck.checkpoint
    included = Included(then.size - 1, then.size, then.root)
    check_extends(log.tree, log.head, included, "the verification receipt's checkpoint")


def stands_today(stood: Stood, log: VerifiedLog, now: datetime) -> str:
    """How the same award stands in a log now; `could-not-check` where that could not be found out.

    Raises Inconsistent where the log shows another history than the award's proof.
    """
    try:
        current = log.standing(stood.proved, now, stood.changes)
    except Inconsistent:
        raise
    except (VerificationError, CouldNotCheck):
        return CouldNotCheck.code
    return replace(stood, current=current).state


def _log_in(read: VerificationReceipt, trust: Trust) -> VerifiedLog:
    log = CarriedLog(read.files)
    try:
        return VerifiedLog(log, trust)
    except UnknownKey:
        compromised = [
            VerifierKey(trust.origin, key.public_key)
            for key in trust.keys.values()
            if kinds.CHECKPOINT_KIND in key.kinds and key.compromised_from is not None
        ]
        try:
            note.signed_by(note.parse(log.get(CHECKPOINT)), compromised)
        except VerificationError:
            pass
        else:
            raise CouldNotCheck(
                "the receipt's checkpoint is signed with a key that was reported compromised: have it checked again"
            ) from None
        raise


def _signer(read: VerificationReceipt, trust: Trust) -> Key:
    try:
        return trust.key(read.document.kid)
    except UnknownKey as error:
        size = _log_in(read, trust).head.size
        if size > trust.as_of:
            raise CouldNotCheck(f"{error.message}, and the receipt is of {size}: get a newer trust file") from None
        raise


def _item(item: Item, number: int, log: VerifiedLog, trust: Trust, moment: datetime) -> Rechecked:
    if item.proof is None:
        return Rechecked(item, None)
    try:
        stood = stands(item.presented, item.proof, item.changes, log, trust, moment)
    except (VerificationError, CouldNotCheck) as error:
        raise type(error)(f"item {number}: {error.message}") from error
    if stood.state != item.state:
        if stood.disowned:
            raise KeyCompromised(f"item {number}: a change of its standing is by a key that was reported compromised")
        raise Inconsistent(f"item {number}: it says {item.state}, and the evidence in it says {stood.state}")
    return Rechecked(item, stood)
