"""An intake whose approver has a passkey: signed as a whole, before it is recorded."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest

from ledger import commands as c
from ledger import passkeys
from ledger.founding import Founding, found
from ledger.fsck import fsck_ledger
from ledger.intake import engine
from ledger.intake.engine import IntakeReport, Signed, foreseen, take_in
from ledger.intake.files import Pack, open_pack
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.refusals import Code
from ledger.upkeep import Upkeep
from tests.authenticator import Authenticator
from tests.ledger.deciders.story import refused
from tests.ledger.lives import operators
from verifier import kinds, trust
from verifier.audit import audit
from verifier.fetch import FolderLog
from verifier.statement import parse

HELD = Authenticator("head")


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    """A ledger of which nothing is known yet, whose approver has a passkey."""
    with found(address, Founding()) as made:
        registers(made)
        yield made


def registers(ledger: Ledger) -> None:
    actors = operators(ledger)
    passkeys.change(ledger, c.RegisterPasskey(actors.approver or "", HELD.cose_key, HELD.rp_id), actors)


@pytest.fixture(params=[False, True], ids=["in this process", "sealed elsewhere"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(engine, "_SEALED_ELSEWHERE_FROM", 0 if request.param else 10**9)
    return bool(request.param)


def sample() -> Pack:
    return open_pack(Path(str(files("ledger.sample"))) / "base-pack")


def drawn(ledger: Ledger) -> Signed:
    return Signed(ledger.desk().new_id(), *(secrets.token_bytes(size) for size in (16, 16, 32)))


def signs(ledger: Ledger, digests: list[bytes]) -> UUID:
    approver, made, stream = operators(ledger).approver or "", HELD.approves(digests), ledger.desk().new_id()
    parts = (made.authenticator_data, made.client_data, made.signature)
    command = c.SignApproval(stream, approver, HELD.thumbprint, tuple(digests), *parts)
    ledger.executor().execute(command, Actors(approver))
    return stream


def taken(ledger: Ledger, signed: Signed | None) -> IntakeReport:
    return take_in(ledger.desk(), sample(), operators(ledger), signed=signed)


def is_good(ledger: Ledger) -> str:
    """The audit's note on approvals, where nothing is wrong."""
    Upkeep(ledger).run_once()
    text = (ledger.public / "trust.txt").read_text("utf-8")
    report = audit(FolderLog(ledger.public), trust.parse(text), processes=0)
    assert (report.problems, report.findings) == ([], [])
    assert fsck_ledger(ledger).findings == ()
    return report.notes[-1]


def test_a_signed_intake_is_taken_in_and_its_awards_with_it(ledger: Ledger, elsewhere: bool) -> None:
    signed = drawn(ledger)
    digests = foreseen(ledger.desk(), sample(), operators(ledger), signed)
    assert len(digests) == 1
    signed = replace(signed, approvals=(signs(ledger, digests),))
    report = taken(ledger, signed)
    assert report.pack == signed.pack_id
    kinds_recorded = [parse(one.statement).record.type.kind for one in ledger.store.entries(0, 10_000)]
    in_packs = sum(kind in kinds.INTAKE_KINDS for kind in kinds_recorded)
    assert in_packs > 10
    assert f"1 were signed by their approver's, {in_packs} came with an intake" in is_good(ledger)
    assert foreseen(ledger.desk(), sample(), operators(ledger), signed) == []
    assert taken(ledger, signed).events == 0


def test_an_intake_that_is_not_signed_is_not_taken_in(ledger: Ledger, elsewhere: bool) -> None:
    size = ledger.store.head().size
    refused(Code.NOT_SIGNED, lambda: taken(ledger, None))
    refused(Code.NOT_SIGNED, lambda: taken(ledger, drawn(ledger)))
    other = signs(ledger, foreseen(ledger.desk(), sample(), operators(ledger), drawn(ledger)))
    refused(Code.NOT_SIGNED, lambda: taken(ledger, replace(drawn(ledger), approvals=(other,))))
    assert ledger.store.head().size == size + 1, "the approval alone"


class Killed(Exception):
    pass


def killed(ledger: Ledger, signed: Signed) -> None:
    """An intake that ends after its first transactions."""

    def ends(done: int, total: int) -> None:
        if ledger.store.head().size > 100:
            raise Killed

    with pytest.raises(Killed):
        take_in(ledger.desk(), sample(), operators(ledger), signed=signed, progress=ends)


def test_an_intake_goes_on_under_the_approval_of_its_event(
    ledger: Ledger, elsewhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHUNK", 60)
    signed = drawn(ledger)
    signed = replace(signed, approvals=(signs(ledger, foreseen(ledger.desk(), sample(), operators(ledger), signed)),))
    killed(ledger, signed)
    refused(Code.NOT_SIGNED, lambda: taken(ledger, None))
    assert taken(ledger, signed).pack == signed.pack_id
    assert "1 were signed by their approver's" in is_good(ledger)


def test_what_is_signed_after_an_intake_began_approves_nothing_of_it(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHUNK", 60)
    with found(address, Founding()) as ledger:
        signed = drawn(ledger)
        digests = foreseen(ledger.desk(), sample(), operators(ledger), signed)
        killed(ledger, signed)
        registers(ledger)
        late = replace(signed, approvals=(signs(ledger, digests),))
        refused(Code.NOT_SIGNED, lambda: taken(ledger, late))
        is_good(ledger)
