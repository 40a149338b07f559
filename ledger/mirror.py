"""A copy of the ledger's published tree elsewhere: in a bucket, or in a folder that another web server serves.

The tiles come out of the ledger's own entries and are checked as in `L/public`; checkpoint, status lists and trust file
are the very bytes of `L/public`. So the live log and its copy cannot disagree: the copy is as it was at some moment.
The order is that of FORMATS §3 as well, and a crash at any point leaves a tree that its checkpoint is covered by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ledger.bucket import Bucket, open_bucket
from ledger.destinations import Destination
from ledger.open import Ledger
from ledger.publication import TRUST_FILE
from ledger.store import Recorded, SignedHead
from ledger.tiles import CHECKPOINT, CannotPublish, DiskFolder, Folder, Source, check_not_ahead, publish_tree
from ledger.upkeep import Turn
from verifier import checkpoint, numberhead, trust
from verifier.kinds import CHECKPOINT_KIND
from verifier.note import VerifierKey


@dataclass(frozen=True, slots=True)
class Shown:
    """What changes in the ledger's own published tree, as of one moment."""

    checkpoint: bytes
    trust_file: bytes
    lists: dict[str, bytes]
    """Status lists by their paths, and the head of the number index."""
    number_tiles: tuple[str, ...]
    """Paths of the number index's tiles, those of the head before among them."""

    @classmethod
    def read(cls, public: DiskFolder, before: Shown | None = None) -> Shown | None:
        """None where nothing is published yet; `before` itself where nothing changed since it was read."""
        with public.exclusive():
            head, trust_file = public.read(CHECKPOINT), public.read(TRUST_FILE)
            lists = {path: public.read(path) or b"" for path, _ in public.listing("status")}
            if (index := public.read(numberhead.PATH)) is not None:
                lists[numberhead.PATH] = index
            if before is not None and (before.checkpoint, before.trust_file, before.lists) == (head, trust_file, lists):
                return before  # the same head leads to the same tiles: they need not be listed
            tiles = tuple(sorted(path for path, _ in public.listing("numbers") if path != numberhead.PATH))
        return None if head is None or trust_file is None else cls(head, trust_file, lists, tiles)

    def keys(self, origin: str) -> list[VerifierKey]:
        """Every key that was ever the log's for checkpoints. Raises VerificationError."""
        known = trust.parse(self.trust_file.decode()).keys.values()
        return [VerifierKey(origin, key.public_key) for key in known if CHECKPOINT_KIND in key.kinds]


class Log(Source, Protocol):
    """The log that is copied."""

    def signed_head(self) -> SignedHead | None:
        """See `ledger.store.Tree`."""


@dataclass(frozen=True, slots=True)
class _Beating:
    """The log, with a beat at each reading of it."""

    log: Log
    beat: Callable[[], None]

    def entries(self, start: int, limit: int) -> list[Recorded]:
        """See `Source`."""
        self.beat()
        return self.log.entries(start, limit)

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See `Source`."""
        self.beat()
        return self.log.leaves(start, end)


class Mirror:
    """Copies the ledger's published tree to one destination, as often as one likes."""

    def __init__(
        self,
        public: Path,
        source: Log,
        origin: str,
        name: str,
        open_folder: Callable[[], Folder],
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        """`public` is the ledger's own tree, `name` what the destination is called. Opens nothing yet.

        `beat` is called all along the way; what it raises ends the work, and no harm is done.
        """
        self.name = name
        self._public = DiskFolder(public)
        self._source = source
        self._beat = beat
        self._origin = origin
        self._open_folder = open_folder
        self._folder: Folder | None = None
        self._done: Shown | None = None
        self._number_tiles: frozenset[str] = frozenset()
        """Those that are known to be there."""
        self.size = 0
        """Entries under the checkpoint that was copied last."""

    @property
    def folder(self) -> Folder:
        """Where the copy lies. Raises CannotPublish, OSError."""
        if self._folder is None:
            self._folder = self._open_folder()
        return self._folder

    def publish(self) -> bool:
        """Copies what is published and not copied yet; False where there was nothing to do.

        Raises CannotPublish for a destination that holds another log, another history or more than was signed, and one
        that cannot be reached; Overtaken where somebody else copies there too; VerificationError, StoreError.
        """
        shown = Shown.read(self._public, self._done)
        if shown is None or shown is self._done:
            return False
        origin, folder = self._origin, self.folder
        keys = shown.keys(origin)
        signed = checkpoint.verify(shown.checkpoint, keys, origin)
        head = SignedHead(signed.size, signed.root, shown.checkpoint.decode())
        with folder.exclusive():
            last = self._source.signed_head()
            there = check_not_ahead(folder, head.size if last is None else last.size, keys, origin)
            if there is not None and there.size > head.size:
                return False  # another machine has published what this one has yet to
            publish_tree(folder, _Beating(self._source, self._beat), head, keys, origin)
            self._copy_number_tiles(folder, shown)
            for path, data in {**shown.lists, TRUST_FILE: shown.trust_file}.items():
                if folder.read(path) != data:
                    folder.commit(path, data)
        self._done, self.size = shown, head.size
        return True

    def _copy_number_tiles(self, folder: Folder, shown: Shown) -> None:
        """Tiles of the number index before the head that needs them; each is named by what is in it."""
        for path in shown.number_tiles:
            self._beat()
            if path not in self._number_tiles and (data := self._public.read(path)) is not None:
                folder.write(path, data)
        self._number_tiles = frozenset(shown.number_tiles)


def mirror_of(ledger: Ledger, destination: Destination, beat: Callable[[], None] = lambda: None) -> Mirror:
    """The copy of a ledger's tree at a destination."""
    origin = ledger.settings.origin
    return Mirror(ledger.public, ledger.store, origin, destination.to, lambda: folder_of(destination), beat)


def copy_once(mirror: Mirror, turn: Turn) -> None:
    """Copies now, beside whoever keeps the copy up to date. Raises what `Mirror.publish` raises.

    In a bucket that heeds no conditions two would overwrite each other: there it has to be our turn to sign.
    """
    folder = mirror.folder
    if isinstance(folder, Bucket) and not folder.find_out() and not turn.take():
        raise CannotPublish(mirror.name, "it heeds no conditions, and it is another process's turn to sign")
    try:
        mirror.publish()
    finally:
        turn.resign()


def folder_of(destination: Destination) -> Bucket | DiskFolder:
    """The place of a destination. Raises CannotPublish, OSError."""
    return open_bucket(destination) if destination.is_bucket else DiskFolder(Path(destination.to))
