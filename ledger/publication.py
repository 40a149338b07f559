"""The whole published tree: checkpoint and tiles, then the status lists and the trust file, all folds of the log.

    checkpoint               C2SP signed note
    tile/<L>/<N>[.p/<W>]     hashes; tile/entries/<N>[.p/<W>] the statements
    status/<n>               application/statuslist+cwt, of 2^20 awards each
    numbers/…                the index of every number that was issued, see `verifier.numbertree`
    trust.txt                see `verifier.trust`

Any web server can serve the folder under the log's URL. Status lists, index and trust file follow the checkpoint, so
that they never speak of entries that it does not cover; a crash in between leaves those of the checkpoint before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from ledger.numbertiles import publish_tiles
from ledger.signing import Signer
from ledger.store import Recorded, SignedHead, Store, StoreBusy
from ledger.tiles import CHECKPOINT, CannotPublish, Folder, publish_tree
from verifier import checkpoint, kinds, note, numberhead, statuslist, trust
from verifier.authority import AUTHORITY_EVENTS, Authority
from verifier.awards import AWARD_TYPES, fold_awards
from verifier.catalogue import Catalogue
from verifier.errors import VerificationError
from verifier.events import event_type
from verifier.merkle import Frontier, leaf_hash
from verifier.note import VerifierKey
from verifier.numbertree import NumberTree
from verifier.standing import AWARDS
from verifier.statement import Statement, parse
from verifier.statuslist import TTL_SECONDS

TRUST_FILE: Final = "trust.txt"
CHUNK: Final = 1000
"""Entries that are read at a time."""

AUTHORITY_TYPES: Final = frozenset(event_type(cls).name for cls in AUTHORITY_EVENTS)
_PROGRAMME_TYPE: Final = event_type(kinds.ProgrammePublished).name
_WANTED: Final = AWARD_TYPES | AUTHORITY_TYPES | {_PROGRAMME_TYPE}


@dataclass(slots=True)
class PublicFold:
    """What publication needs of the log so far: who may sign, which programmes there are, what became of awards.

    Everything that is folded is verified: signature and entitlement of each entry that counts, and that all entries
    together are those under the signed root. The database is not believed.
    """

    frontier: Frontier = field(default_factory=Frontier)
    authority: Authority = field(default_factory=Authority)
    catalogue: Catalogue = field(default_factory=Catalogue)
    award_entries: list[tuple[int, Statement]] = field(default_factory=list)
    numbers: NumberTree = field(default_factory=NumberTree)

    def advance(self, store: Store, size: int, beat: Callable[[], None] = lambda: None) -> None:
        """Takes in the entries up to `size`. Raises VerificationError for an entry that the log must not hold.

        `beat` is called all along the way; what it raises ends the work. Where that, or StoreBusy, is raised, the fold
        is good as far as it came.
        """
        while self.size < size:
            beat()
            entries = store.entries(self.size, min(CHUNK, size - self.size))
            if not entries:
                raise CannotPublish(f"entry {self.size}", "it is signed, but missing")
            for entry in entries:
                if entry.topic in _WANTED:
                    self._take_in(entry)
            self.frontier = self.frontier.extend(leaf_hash(entry.statement) for entry in entries)

    @property
    def size(self) -> int:
        """How many entries were taken in."""
        return self.frontier.size

    def _take_in(self, entry: Recorded) -> None:
        statement = parse(entry.statement)
        self.authority.admit(entry.index, statement)
        if entry.topic == _PROGRAMME_TYPE:
            self.catalogue.evolve(statement.record.event)
        elif entry.topic in AWARD_TYPES:
            self.award_entries.append((entry.index, statement))
            if isinstance(statement.record.event, AWARDS):
                self.numbers.add(statement.record.event.number_hash, entry.index)

    def checkpoint_keys(self) -> list[VerifierKey]:
        """Every key that was ever the log's for checkpoints: an older one may have signed what is published."""
        log_keys = self.authority.log_keys(kinds.CHECKPOINT_KIND)
        return [VerifierKey(self.authority.origin, key.public_key) for key in log_keys]

    def trust_file(self) -> str:
        """The trust file as of the entries taken in."""
        return trust.from_log(self.authority, self.catalogue.named_programmes(), self.size)

    def status_bits(self) -> list[bytes]:
        """The bits of each status list, from list 0 on; there is at least one."""
        awards = fold_awards(self.award_entries, self.authority).values()
        last = max((statuslist.list_number(award.status_index) for award in awards), default=0)
        return [statuslist.fold_bits(awards, number) for number in range(last + 1)]


def status_uri(url: str, number: int) -> str:
    """Where list `number` of a log is published."""
    return f"{url}/log/{statuslist.list_path(number)}"


class Publication:
    """Publishes a log, as often as one likes: what it has folded it keeps, what is published it does not rewrite."""

    def __init__(
        self,
        store: Store,
        status_signer: Signer,
        beat: Callable[[], None] = lambda: None,
        may_publish: Callable[[SignedHead], bool] = lambda head: True,
    ) -> None:
        """`beat` is called all along the way; what it raises ends the work.

        `may_publish` says of a head whether enough witnesses cosigned it. Until they did, the one before stays.
        """
        self._may_publish = may_publish
        self._store = store
        self._signer = status_signer
        self._beat = beat
        self._fold = PublicFold()

    def sign_lists_with(self, status_signer: Signer) -> None:
        """From now on status lists are signed with this key."""
        self._signer = status_signer

    @property
    def numbers(self) -> NumberTree:
        """The index of numbers as it was last published."""
        return self._fold.numbers

    def publish(self, folder: Folder, now: int) -> SignedHead:
        """Publishes the tree under the latest signed head; the sequencer must have run before.

        `now` is the clock in seconds since 1970 UTC. Raises CannotPublish for a folder that holds another log or
        another history, and where nothing is signed yet; VerificationError, StoreCorrupt; StoreClosed where a status
        list is due and the ledger is written to elsewhere.
        """
        with folder.exclusive():
            head = self._store.signed_head()
            if head is None:
                raise CannotPublish("checkpoint", "nothing is signed yet: run the sequencer first")
            if not self._may_publish(head):
                head = self._shown(folder)
            fold = self._advanced(head)
            publish_tree(folder, self._store, head, fold.checkpoint_keys(), fold.authority.origin)
            for number, bits in enumerate(fold.status_bits()):
                self._publish_status(folder, number, bits, head, now)
            self._publish_numbers(folder, fold, now)
            trust_file = fold.trust_file().encode()
            if folder.read(TRUST_FILE) != trust_file:
                folder.commit(TRUST_FILE, trust_file)
        return head

    def _shown(self, folder: Folder) -> SignedHead:
        """The head that is published already: its lists are kept fresh while the next one waits. Raises CannotPublish.

        Whose it is and whether the log extends it, `publish_tree` looks at.
        """
        data = folder.read(CHECKPOINT)
        if data is None:
            raise CannotPublish(
                "checkpoint", "the quorum of witnesses is missing, and by the settings it is waited for"
            )
        try:
            there = checkpoint.parse(note.parse(data))
        except VerificationError as error:
            raise CannotPublish("checkpoint", error.message) from None
        return SignedHead(there.size, there.root, data.decode())

    def _advanced(self, head: SignedHead) -> PublicFold:
        """The fold of the signed tree. It is kept only where it got there whole."""
        fold, self._fold = self._fold, PublicFold()
        if fold.size > head.size:
            fold = PublicFold()
        try:
            fold.advance(self._store, head.size, self._beat)
        except StoreBusy:
            self._fold = fold
            raise
        if fold.frontier.root != head.root:
            raise CannotPublish("stored_events", f"the first {head.size} entries are not those that were signed")
        self._fold = fold
        return fold

    def _publish_status(self, folder: Folder, number: int, bits: bytes, head: SignedHead, now: int) -> None:
        uri = status_uri(self._fold.authority.url, number)
        if not self._is_current(folder.read(statuslist.list_path(number)), uri, bits, head, now):
            self._store.check_open()  # a fresh list out of a ledger that was moved away would hide later revocations
            token = statuslist.make(uri, now, head.size, head.root, bits, self._signer.kid, self._signer.sign)
            folder.commit(statuslist.list_path(number), token)

    def _publish_numbers(self, folder: Folder, fold: PublicFold, now: int) -> None:
        """The tiles first, then the head over them, with the checkpoint as it lies in the folder."""
        note = folder.read(CHECKPOINT) or b""
        wanted = numberhead.uri_of(fold.authority.url), fold.numbers.count, fold.numbers.root, note
        if not self._is_current_index(folder.read(numberhead.PATH), *wanted, now):
            self._store.check_open()
            publish_tiles(folder, fold.numbers)
            signed = numberhead.make(wanted[0], now, *wanted[1:], self._signer.kid, self._signer.sign)
            folder.commit(numberhead.PATH, signed)

    def _is_current_index(self, signed: bytes | None, uri: str, count: int, root: bytes, note: bytes, now: int) -> bool:
        if signed is None:
            return False
        try:
            there = numberhead.verify(signed, self._signer.public_key)
        except VerificationError:
            return False
        same = (there.uri, there.count, there.root, there.note) == (uri, count, root, note)
        return same and 0 <= now - there.issued_at < numberhead.TTL_SECONDS // 2

    def _is_current(self, token: bytes | None, uri: str, bits: bytes, head: SignedHead, now: int) -> bool:
        """Whether a published list is of this head and has more than half of its time to live left."""
        if token is None:
            return False
        try:
            there = statuslist.verify(token, self._signer.public_key)
        except VerificationError:
            return False
        same = (there.uri, there.size, there.root, there.bits) == (uri, head.size, head.root, bits)
        return same and 0 <= now - there.issued_at < TTL_SECONDS // 2


def publish(store: Store, folder: Folder, status_signer: Signer, now: int) -> SignedHead:
    """Publishes once: see `Publication.publish`."""
    return Publication(store, status_signer).publish(folder, now)


def fold_base(statements: Iterable[tuple[int, Statement]]) -> tuple[Authority, Catalogue]:
    """Who may sign what, and what the base offers; every signature is checked. Raises VerificationError."""
    authority, catalogue = Authority(), Catalogue()
    for index, statement in statements:
        authority.admit(index, statement)
        catalogue.evolve(statement.record.event)
    return authority, catalogue
