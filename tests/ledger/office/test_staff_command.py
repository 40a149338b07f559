"""`certledger staff` shows by which ways everybody gets in; `invite-staff` gives one to who has none left."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.cli.staff import close_staff, invite_staff, staff
from ledger.office.openid import Identity
from ledger.office.opening import open_office
from ledger.places import place_of
from ledger.providers import Provider
from tests.engines import Engine
from tests.ledger import lives
from tests.ledger.office.conftest import join

KC = Provider("kc", "甲", "A", "https://sso.example.org", "office")


def test_everybody_with_their_ways_in(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    address = engine.new(tmp_path / "ledger")
    with lives.opened(address) as ledger, open_office(ledger) as office:
        ledger.place.replace_settings(replace(ledger.settings, sign_in=(KC,)))
        li, wang = join(office, "li", "registrar"), join(office, "wang", "approver", "auditor")
        office.identities.bind(li.account, Identity(KC.issuer, "li-at-kc", "li", None))
        office.staff.change_password(li.account, "a passphrase for tests")
        office.identities.bind(wang.account, Identity("https://gone.example.org", "wang", "wang", None))

    def run(command: Any, *arguments: str) -> str:
        done = CliRunner().invoke(command, [*arguments, "--ledger", address], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    told = {item["login"]: item["ways"] for item in json.loads(run(staff, "--json"))["staff"]}
    assert told == {"li": ["password", "kc"], "wang": []}
    lines = run(staff).splitlines()
    assert lines[0].endswith("registrar  (password, kc)")
    assert lines[1].endswith("approver, auditor  (no way in)")
    assert "/console/welcome/" in run(invite_staff, "wang")
    run(close_staff, "li")
    assert place_of(address).settings().sign_in == (KC,)
    told = {item["login"]: item["ways"] for item in json.loads(run(staff, "--json"))["staff"]}
    assert told == {"li": [], "wang": []}
