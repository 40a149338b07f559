"""«A rewritten and re-signed history is found by `certverify audit` with an earlier checkpoint kept (and the docs say
that without one nobody can).»"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

import pytest

from ledger.open import Ledger
from tests.acceptance.conftest import Taken
from tests.acceptance.published import statements
from tests.acceptance.terminal import COULD_NOT, GOOD, NOT_GOOD, Terminal
from tests.engines import Engine
from verifier import kinds
from verifier.cbor import decode, encode
from verifier.merkle import Frontier, leaf_hash
from verifier.record import read_payload
from verifier.statement import assemble, parse, to_be_signed

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def rewritten(
    person: Terminal, engine: Engine, dirty: Taken, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, int]:
    """The same log with one award changed: signed, hashed and published again with the ledger's own keys."""
    folder = tmp_path_factory.mktemp("rewritten")
    ledger = dirty.copy(folder / "ledger")
    with person.opened(ledger) as opened:
        index, statement = forged(opened)
    write(engine, ledger, index, statement)
    rmtree(person.public(ledger))
    published = folder / "published"
    person.certledger("publish", published, "--ledger", ledger).expect(GOOD)
    return published, index


def forged(ledger: Ledger) -> tuple[int, bytes]:
    """A certificate of the log, now a day older, with the signature of the organisation's own key."""
    index = next(
        entry.index
        for entry in ledger.store.entries(0, ledger.store.head().size)
        if entry.topic == "certificate.awarded/1"
    )
    entry = ledger.store.entry(index)
    assert entry is not None
    old = parse(entry.statement)
    assert isinstance(old.record.event, kinds.CertificateAwarded)
    days = {name: getattr(old.record.event, name) - timedelta(days=1) for name in ("awarded_on", "expires_on")}
    payload = encode(decode(old.payload) | {name: day.isoformat() for name, day in days.items()})
    assert read_payload(payload).event == replace(old.record.event, **days)
    (signer,) = [signer for signer in ledger.keystore.signers() if signer.kid == old.kid]
    return index, assemble(old.protected, payload, signer.sign(to_be_signed(old.protected, payload)))


def write(engine: Engine, ledger: str, index: int, statement: bytes) -> None:
    """Puts a statement into the database with everything that follows from it, and forgets what was signed."""
    changed = "UPDATE stored_events SET state = ?, leaf = ? WHERE notification_id = ? RETURNING 1"
    assert engine.query(ledger, changed, (statement, leaf_hash(statement), index + 1))
    leaves = [leaf for (leaf,) in engine.query(ledger, "SELECT leaf FROM stored_events ORDER BY notification_id")]
    engine.query(ledger, "UPDATE tree_head SET frontier = ?", (Frontier().extend(leaves).to_bytes(),))
    engine.query(ledger, "DELETE FROM signed_head")


def test_without_an_earlier_checkpoint_the_audit_passes_and_says_so(
    person: Terminal, dirty: Taken, rewritten: tuple[Path, int]
) -> None:
    published, index = rewritten
    one, other = list(statements(dirty.published)), list(statements(published))
    assert [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a.raw != b.raw] == [index]
    answer = person.certverify("audit", published, "--trust", dirty.trust)
    answer.expect(GOOD, "no earlier checkpoint was given", "nobody can find a history that was rewritten")


def test_with_an_earlier_checkpoint_the_audit_names_it(
    person: Terminal, dirty: Taken, rewritten: tuple[Path, int]
) -> None:
    published, _ = rewritten
    kept = dirty.published / "checkpoint"
    answer = person.certverify("audit", published, "--trust", dirty.trust, "--since", kept, "--json")
    answer.expect(NOT_GOOD)
    (problem,) = answer.json["problems"]
    assert problem["place"] == "the earlier checkpoint"
    assert problem["code"] == "inconsistent"
    assert not any("no earlier checkpoint" in note for note in answer.json["notes"])


def test_an_honest_log_leads_from_the_earlier_checkpoint(person: Terminal, dirty: Taken) -> None:
    kept = dirty.published / "checkpoint"
    answer = person.certverify("audit", dirty.published, "--trust", dirty.trust, "--since", kept)
    answer.expect(GOOD)
    assert "no earlier checkpoint" not in answer.said


def test_a_checkpoint_of_another_log_is_no_earlier_one(person: Terminal, dirty: Taken, small: Taken) -> None:
    kept = small.published / "checkpoint"
    answer = person.certverify("audit", dirty.published, "--trust", dirty.trust, "--since", kept)
    answer.expect(COULD_NOT, "the earlier checkpoint given is none of this log's")
    person.certverify("audit", dirty.published, "--trust", dirty.trust, "--since", kept / "none").expect(COULD_NOT)


def test_the_ledger_itself_refuses_to_publish_over_what_it_published(
    person: Terminal, engine: Engine, dirty: Taken, rewritten: tuple[Path, int], tmp_path: Path
) -> None:
    """With the old tree still in place nothing is signed: the fork is found before it gets out."""
    published, index = rewritten
    ledger = dirty.copy(tmp_path / "ledger")
    changed = next(read.raw for at, read in enumerate(statements(published)) if at == index)
    write(engine, ledger, index, changed)
    answer = person.certledger("publish", tmp_path / "published", "--ledger", ledger)
    assert answer.code in (NOT_GOOD, COULD_NOT)
    answer.expect(answer.code, "certledger: nothing")
    assert not (tmp_path / "published" / "checkpoint").exists()


@pytest.mark.parametrize("name", ["threat-model.md", "operations.md"])
def test_the_docs_say_that_a_checkpoint_must_be_kept(name: str) -> None:
    assert "checkpoint" in (DOCS / name).read_text("utf-8")


def test_the_threat_model_says_that_without_one_nobody_can() -> None:
    text = (DOCS / "threat-model.md").read_text("utf-8")
    assert "nobody" in text
    assert "--since" in text
