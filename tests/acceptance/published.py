"""What a stranger can read of a published log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from verifier import statement
from verifier.fetch import FolderLog
from verifier.statement import Statement
from verifier.tile import WIDTH, TreeReader


def size_of(published: Path) -> int:
    """The size that the checkpoint says."""
    return int((published / "checkpoint").read_text("utf-8").splitlines()[1])


def statements(published: Path) -> Iterator[Statement]:
    """Every statement of a published log, in order."""
    size = size_of(published)
    reader = TreeReader(size, FolderLog(published).get)
    for number in range(-(-size // WIDTH)):
        for entry in reader.entries(number):
            yield statement.parse(entry)


def files_of(published: Path) -> list[Path]:
    """Every published file, by its path."""
    return sorted(path for path in published.rglob("*") if path.is_file())
