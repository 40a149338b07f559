"""«`packs/base` and `packs/dirty` give the same results, and the same published tree when clocks, salts and keys are
fixed.»"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from ledger.exports import CERTIFICATE_COLUMNS, TITLE_COLUMNS, outcomes, to_csv
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.permissions import Actors
from ledger.places import DatabasePlace, place_of
from ledger.upkeep import Upkeep
from tests.acceptance.terminal import PACKS, expected
from tests.engines import ENGINES

NOW = 1_790_000_000_000


def drawn_from(word: str) -> Callable[[int], bytes]:
    """Randomness that comes out the same each time: salts, keys, ids, numbers and orders follow from it."""
    draws = count()

    def draw(size: int) -> bytes:
        at = next(draws)
        return b"".join(sha256(f"{word} {at} {n}".encode()).digest() for n in range(-(-size // 32)))[:size]

    return draw


def published(engine: str, pack: str, folder: Path) -> dict[str, bytes]:
    """Everything that a ledger on this engine publishes of a pack, by path, and its exports."""
    place = place_of(ENGINES[engine].new(folder / "ledger"))
    if isinstance(place, DatabasePlace):
        place = replace(place, public_folder=folder / "public")
    with found(place, Founding(), lambda: NOW, drawn_from(pack)) as ledger:
        actors = Actors(ledger.settings.accounts[OPERATOR], ledger.settings.accounts[APPROVER])
        take_in(ledger.desk(), open_pack(PACKS / pack), actors)
        Upkeep(ledger).run_once()
        folded = outcomes(ledger.store, ledger.vault)
        tree = {str(path.relative_to(ledger.public)): path for path in ledger.public.rglob("*") if path.is_file()}
        return {name: path.read_bytes() for name, path in tree.items()} | {
            "certificates.csv": to_csv(CERTIFICATE_COLUMNS, folded.certificates).encode(),
            "titles.csv": to_csv(TITLE_COLUMNS, folded.titles).encode(),
        }


@pytest.mark.parametrize("pack", ["base", "dirty"])
def test_every_engine_publishes_the_same_tree(pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trees = {}
    for engine in ENGINES:
        # The log's id is the same on each engine, and so the master key's file would be.
        monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / engine / "master-key"))
        trees[engine] = published(engine, pack, tmp_path / engine)
    one, *others = trees.values()
    assert others
    assert all(other == one for other in others)
    assert {"checkpoint", "status/0", "trust.txt", "tile/entries/000", "tile/0/000"} <= one.keys()
    for name in ("certificates.csv", "titles.csv"):
        assert one[name] == expected(pack, name).encode()
