"""The register of a ledger with the sample pack and awards of every standing, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from ledger.founding import Founding, found
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger
from ledger.register.reading import Register, open_register
from tests.api.whole_ledger import WholeLedger, actors, clock, new_place
from tests.engines import Engine

PACKS = {
    "sample": Path(str(files("ledger.sample"))) / "base-pack",
    "base": Path(__file__).parents[2] / "packs" / "base",
}


@dataclass(frozen=True, slots=True)
class Packed:
    """The register of a ledger into which one pack was taken, and what must come of the pack."""

    register: Register
    ledger: Ledger
    pack: Path


@pytest.fixture(scope="module", params=PACKS)
def packed(
    request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Packed]:
    """One that no test changes."""
    folder, pack = tmp_path_factory.mktemp("packed"), PACKS[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(folder / "master-key"))
        with found(new_place(engine, folder), Founding(), clock) as ledger:
            take_in(ledger.desk(), open_pack(pack), actors(ledger))
            with open_register(ledger) as opened:
                yield Packed(opened, ledger, pack)


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    """The test's own copy, open."""
    with whole.opened() as opened:
        yield opened


@pytest.fixture
def register(ledger: Ledger) -> Iterator[Register]:
    """Its register."""
    with open_register(ledger) as opened:
        yield opened
