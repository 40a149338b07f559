"""The published tree of a copy: the same bytes as the source's. Nothing is signed for it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ledger.places import Place
from ledger.publication import PublicFold
from ledger.settings import Settings
from ledger.store import SignedHead
from ledger.tiles import CHECKPOINT, DiskFolder, publish_tree
from verifier.errors import Malformed
from verifier.tile import WIDTH, parse_path


class CopiedTree:
    """Publishes the signed head of the destination, as often as is needed."""

    def __init__(self, source: Place, destination: Place, settings: Settings) -> None:
        self._destination = destination
        self._from, self.folder = source.public(settings), destination.public(settings)
        self._fold = PublicFold()

    def publish(self) -> SignedHead | None:
        """Publishes what is signed; None where nothing is.

        The source's files are taken as they are; then the tree is published out of the destination's own entries, which
        must give the signed root and the very same tiles. Raises CannotPublish, VerificationError, StoreError.
        """
        with closing(self._destination.open_store()) as store:
            head = store.signed_head()
            if head is None:
                return None
            folder = DiskFolder(self.folder)
            with folder.exclusive():
                self._fold.advance(store, head.size)
                if self._from.is_dir() and not self._from.samefile(self.folder):
                    self._take(folder, head)
                publish_tree(folder, store, head, self._fold.checkpoint_keys(), self._fold.authority.origin)
        return head

    def _take(self, folder: DiskFolder, head: SignedHead) -> None:
        """Copies the tiles of the tree, and what is signed with the head where that is what the source shows."""
        current = _read(self._from / CHECKPOINT) == head.note.encode()
        for file in sorted(self._from.rglob("*")):
            path = file.relative_to(self._from).as_posix()
            wanted = _is_inside(path, head.size) if path.startswith("tile/") else current and path != CHECKPOINT
            if not wanted or file.name.endswith(".tmp") or not file.is_file():
                continue
            data = _read(file)  # old tiles are cleared away now and then
            if data is not None and folder.read(path) != data:
                folder.replace(path, data)


def _is_inside(path: str, size: int) -> bool:
    try:
        tile = parse_path(path)
    except Malformed:
        return False
    end: int = (tile.number * WIDTH + tile.width) * WIDTH ** (tile.level or 0)
    return end <= size


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
