"""The office moves with its ledger: who is there signs in at the new place, and what is proposed waits there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ledger import commands as c
from ledger.copying import copy
from ledger.office.doing import do
from ledger.office.openid import Identity
from ledger.office.opening import open_office
from ledger.open import open_ledger
from ledger.places import place_of
from ledger.tables import OFFICE_TABLES
from tests.engines import ENGINES, ON, Engine
from tests.ledger import lives
from tests.ledger.lives import Life
from tests.ledger.office.conftest import join

PASSWORD = "a passphrase for tests"
AT_PROVIDER = Identity("https://sso.example.org", "subject", "clerk@provider", None)


@pytest.mark.parametrize(("before", "after"), [ON, ON[::-1]])
def test_staff_tokens_and_proposals_move(
    before: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    monkeypatch.setenv("CERTLEDGER_PUBLIC", str(tmp_path / "public"))
    here, there = ENGINES[before].new(tmp_path / "here"), ENGINES[after].new(tmp_path / "there")
    with lives.opened(here) as ledger, open_office(ledger) as office:
        life = Life(ledger)
        life.is_registered()
        clerk = join(office, "clerk", "registrar")
        office.staff.accept(office.staff.invite(clerk.account), PASSWORD)
        office.identities.bind(clerk.account, AT_PROVIDER)
        _, token = office.tokens.make(clerk.account, "nightly", ["read"], 366)
        session = office.sessions.open(clerk.account, "a browser")
        proposal = do(office, clerk, c.EraseTrainee(life.trainee), ledger.desk().new_id(), "by letter").proposal
        assert proposal is not None
        look = office.looks.record(clerk.pseudonym, life.trainee, "spot check 7")
        head = join(office, "head", "approver")
    copy(place_of(here), place_of(there))
    with open_ledger(there, lambda: lives.START) as ledger, open_office(ledger) as office:
        assert office.staff.sign_in("clerk", PASSWORD) == office.staff.called("clerk")
        assert office.identities.account_of(AT_PROVIDER) == clerk.account
        assert office.tokens.find(token) is not None
        assert office.sessions.find(session) is None, "who was signed in signs in again"
        assert office.proposals.get(proposal.id) == proposal
        assert office.looks.check() == look
        office.proposals.approve(proposal.id, head, proposal.version)
        assert office.proposals.carry_out(proposal.id).state == "done"
        assert ledger.desk().dossier(life.trainee).erased


def test_the_tables_that_move_are_the_cabinets_own(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every column is named, so that none is left behind; what is not named is not to move."""
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    with lives.opened(engine.new(tmp_path / "ledger")) as ledger, open_office(ledger) as office:
        office.identities.bind(join(office, "clerk", "registrar").account, AT_PROVIDER)
        office.tokens.make(join(office, "other", "registrar").account, "t", ["read"], 1)
        with closing(ledger.place.open_office_tables()) as tables:
            for table, columns in OFFICE_TABLES.items():
                for row in tables.rows(table):
                    assert set(row) == set(columns)
            assert len(list(tables.rows("staff"))) == 2
