"""`certledger evidence-files`: which documents are kept, which are named alone, which cannot be read."""

from __future__ import annotations

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from ledger import commands as c
from ledger.__main__ import main
from ledger.office.opening import open_office
from ledger.open import open_ledger
from tests.engines import Engine
from tests.ledger import lives
from tests.ledger.lives import Life


def test_what_is_kept_and_what_is_not(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    address = engine.new(tmp_path / "ledger")

    def told(code: int) -> dict[str, object]:
        run = CliRunner().invoke(main, ["evidence-files", "--ledger", address, "--json"])
        assert run.exit_code == code, run.output
        found: dict[str, object] = json.loads(run.output)
        return found

    with lives.opened(address) as ledger, open_office(ledger) as office:
        life = Life(ledger)
        life.is_registered()
        size = ledger.store.head().size
        digest = office.evidence.keep(life.trainee, BytesIO(b"a paper"), "a.pdf")
        office.evidence.keep(life.trainee, BytesIO(b"named by nothing"), "b.pdf")
        for named in (digest, sha256(b"elsewhere").digest()):
            life.does(c.AttachEvidence(life.trainee, life.enrolment, "paper", named, lives.ENDS))
    # The command's own clock is years later, and what nothing names is swept.
    assert told(0) == {"kept": 1, "bytes": 7, "swept": 1, "not_kept": [size + 1], "unreadable": []}
    with open_ledger(address) as ledger, open_office(ledger) as office:
        (row,) = office.cabinet.select("SELECT id FROM evidence")
        office.cabinet.write(lambda tables: tables.execute("DELETE FROM evidence_chunks"))
    found = told(1)
    assert (found["kept"], found["not_kept"]) == (0, [size, size + 1])
    assert found["unreadable"] == [str(UUID(bytes=bytes(row["id"])))]
