"""An erasure outlasts the office's files: the same pack, taken in once more, registers nobody anew."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from ledger import commands as c
from ledger.founding import Founding, found
from ledger.fsck import fsck_ledger
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.permissions import Actors


def test_the_same_pack_after_an_erasure_records_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    pack = open_pack(Path(str(files("ledger") / "sample" / "base-pack")))
    with found(tmp_path / "ledger", Founding()) as ledger:
        actors = Actors(ledger.settings.accounts["operator"], ledger.settings.accounts["approver"])
        assert take_in(ledger.desk(), pack, actors).pack is not None
        desk = ledger.desk()
        people = [desk.find_trainee(f"S{number}") for number in (2200001, 2200002)]
        for person in people:
            assert person is not None
            desk.execute(c.EraseTrainee(person), actors)
        size = ledger.store.head().size
        again = take_in(ledger.desk(), pack, actors)
        assert (again.pack, again.events, again.rejected) == (None, 0, [])
        assert not again.taken
        assert ledger.store.head().size == size
        assert ledger.desk().find_trainee("S2200001") is None
        assert fsck_ledger(ledger).findings == ()
