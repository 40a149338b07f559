"""Takes partial tiles away whose full tile has been there for a while.

C2SP tlog-tiles: a log serves the partial tiles of every checkpoint that it made, and may delete one once the full tile
is there; who misses it takes the beginning of the full one. The grace is for whoever reads just now with a checkpoint
from before, by a client that does not look further.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.tiles import Clearing
from verifier.errors import Malformed
from verifier.tile import WIDTH, Tile, parse_path

KEEP_PARTIALS_SECONDS: Final = 3600
"""How long a partial tile is kept after its full one came."""
_SOME: Final = 500
"""Files that are removed at a time."""


def prune(place: Clearing, now: float, keep_seconds: float = KEEP_PARTIALS_SECONDS) -> int:
    """Removes what may go in the whole tree. `now` is in seconds since 1970 UTC. Returns how many files went."""
    return _remove(place, spare(place.listing("tile"), now, keep_seconds))


def prune_edge(place: Clearing, size: int, now: float) -> int:
    """Likewise, of a tree of `size` entries only beside the last tiles of each level, where new ones arise."""
    removed = 0
    for folder in {tile.path.rpartition("/")[0] for tile in _last_tiles(size)}:
        removed += _remove(place, spare(place.listing(folder), now, KEEP_PARTIALS_SECONDS))
    return removed


def spare(files: Iterable[tuple[str, float]], now: float, keep_seconds: float) -> Iterator[str]:
    """The partial tiles among the files whose full tile is among them and old enough."""
    full: dict[tuple[int | None, int], float] = {}
    partial: list[Tile] = []
    for path, changed in files:
        try:
            tile = parse_path(path)
        except Malformed:
            continue
        if tile.width == WIDTH:
            full[tile.level, tile.number] = changed
        else:
            partial.append(tile)
    for tile in partial:
        since = full.get((tile.level, tile.number))
        if since is not None and since < now - keep_seconds:
            yield tile.path


def _remove(place: Clearing, paths: Iterable[str]) -> int:
    going = list(paths)
    for start in range(0, len(going), _SOME):
        place.remove(going[start : start + _SOME])
    return len(going)


def _last_tiles(size: int) -> Iterator[Tile]:
    """Of each level the last tile and the one before it, named as full ones."""
    for level, unit in ((None, 1), *((level, WIDTH**level) for level in range(8))):
        last = (size // unit - 1) // WIDTH
        if last < 0:
            return
        yield from (Tile(level, number) for number in {max(0, last - 1), last})
