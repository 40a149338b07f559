"""Keys that are followed by others: what was made before still checks, by old trust files and new ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.__main__ import main
from ledger.awards import Awards
from ledger.commands import OpenAccount
from ledger.founding import Founding, found
from ledger.keeping_keys import PURPOSES, kept_keys, report, retire, rotate
from ledger.open import Ledger
from ledger.refusals import Code, Refusal
from ledger.upkeep import Upkeep
from tests.api.whole_ledger import NOW, WholeLedger, actors, by, do, publish_now
from verifier import bundle, checkpoint, note, signing, statuslist, tlogproof, trust
from verifier.audit.auditing import audit
from verifier.check import Checker
from verifier.errors import CouldNotCheck, UnknownKey
from verifier.fetch import FolderLog
from verifier.note import VerifierKey
from verifier.trust import Trust
from verifier.verdict import State
from verifier.verify import verify_proof

LOG_PURPOSES = ("checkpoint", "receipt", "status", "document")
MOMENT = datetime.fromtimestamp(NOW / 1000, UTC)


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    with whole.opened() as opened:
        yield opened


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Ledger]:
    """Founded, with nobody in it."""
    with found(tmp_path / "new", Founding(master_key_in="master.key")) as made:
        yield made


def shown(ledger: Ledger) -> Trust:
    return trust.parse((ledger.public / "trust.txt").read_text("utf-8"))


def signers(ledger: Ledger) -> set[bytes]:
    """Key ids of the lines under the published checkpoint."""
    return {line.key_id for line in note.parse((ledger.public / "checkpoint").read_bytes()).signatures}


def key_id(ledger: Ledger, purpose: str, place: int) -> bytes:
    key = [item.key for item in kept_keys(ledger) if item.purpose == purpose][place]
    return VerifierKey(ledger.settings.origin, key.public_key).id


def is_green(ledger: Ledger, trusted: Trust) -> bool:
    found = audit(FolderLog(ledger.public), trusted, processes=0)
    return not found.problems and not found.unchecked


def states(ledger: Ledger, purpose: str) -> list[str]:
    return [item.state for item in kept_keys(ledger) if item.purpose == purpose]


@pytest.mark.engine("sqlite")
def test_every_key_is_followed_by_another_and_nothing_from_before_is_lost(
    ledger: Ledger, awards: Awards, whole: WholeLedger
) -> None:
    """Trust files from before, of the time in between, and from after; papers of each time."""
    link = whole.links["valid"]
    before = shown(ledger)
    early = awards.proof(by(awards, link))
    early_tlog = awards.tlog_proof(by(awards, link), awards.snapshot())
    for purpose in PURPOSES:
        rotate(ledger, purpose, actors(ledger))
    publish_now(ledger)
    between = shown(ledger)
    # In between both checkpoint keys sign, and the others go on as they were: who knows the old keys notices nothing.
    assert signers(ledger) == {key_id(ledger, "checkpoint", 0), key_id(ledger, "checkpoint", 1)}
    assert between.log.id == key_id(ledger, "checkpoint", 1)
    middle = awards.proof(by(awards, link))
    for known in (before, between):
        assert verify_proof(middle, known).event == verify_proof(early, known).event
        assert is_green(ledger, known)
        assert Checker(known, MOMENT, FolderLog(ledger.public)).check_bytes("paper", early).state is State.VALID
    for item in kept_keys(ledger):
        if item.key.since == 0:
            retire(ledger, item.key.kid, actors(ledger))
    publish_now(ledger)
    after = shown(ledger)
    # Afterwards the successors alone sign. Who renewed the trust file in between goes on.
    assert signers(ledger) == {key_id(ledger, "checkpoint", 1)}
    late = awards.proof(by(awards, link))
    assert bundle.parse(late).receipt.kid != bundle.parse(early).receipt.kid
    for known in (between, after):
        assert is_green(ledger, known)
        for paper in (early, middle, late):
            assert Checker(known, MOMENT, FolderLog(ledger.public)).check_bytes("paper", paper).state is State.VALID
        proof = tlogproof.parse(early_tlog.encode())
        entry = ledger.store.entries(by(awards, link).index, 1)[0].statement
        assert tlogproof.verify(proof, entry, known.checkpoint_keys(), known.origin)
    # Who did not is told that the trust file is too old, and nothing of a forgery.
    assert verify_proof(early, before).event == verify_proof(late, after).event
    with pytest.raises(CouldNotCheck, match="get a newer trust file"):
        verify_proof(late, before)
    told = Checker(before, MOMENT, FolderLog(ledger.public))
    assert told.check_bytes("paper", late).state is State.COULD_NOT_CHECK
    assert told.check_bytes("paper", early).state is State.STANDING_NOT_CHECKED
    # What the new root and everyday keys sign is good.
    do(ledger, OpenAccount(ledger.desk().new_id(), "P-LATER", "BASE", ("auditor",)))
    publish_now(ledger)
    assert is_green(ledger, shown(ledger))
    assert {item.state for item in kept_keys(ledger)} == {"signs", "retired"}


@pytest.mark.parametrize("purpose", LOG_PURPOSES)
def test_a_successor_waits_until_the_key_before_it_is_retired(new: Ledger, purpose: str) -> None:
    first = rotate(new, purpose, actors(new))
    assert first.new
    assert rotate(new, purpose, actors(new)) == type(first)(first.kid, False, first.before)
    assert states(new, purpose) == ["signs", "signs" if purpose == "checkpoint" else "next"]
    retire(new, first.before[0], actors(new))
    assert states(new, purpose) == ["retired", "signs"]
    with pytest.raises(Refusal) as refused:
        retire(new, first.kid, actors(new))
    assert refused.value.code is Code.NO_KEY


@pytest.mark.parametrize("purpose", ["receipt", "status", "checkpoint"])
def test_after_a_theft_the_successor_signs_at_once(new: Ledger, purpose: str) -> None:
    Upkeep(new).run_once()
    done = rotate(new, purpose, actors(new))
    report(new, done.before[0], 0, actors(new))
    assert states(new, purpose) == ["compromised", "signs"]
    assert getattr(new.log_signers(), purpose).kid == done.kid
    head = Upkeep(new).run_once()
    known = shown(new)
    assert known.log.public_key == new.log_signers().checkpoint.public_key
    assert checkpoint.verify(head.note.encode(), known.checkpoint_keys(), known.origin).size == head.size
    statuslist.verify((new.public / "status" / "0").read_bytes(), new.log_signers().status.public_key)
    assert is_green(new, known)


def test_who_knows_one_checkpoint_key_follows_through_two_replacements(new: Ledger) -> None:
    """Each trust file is good for the checkpoints up to the retirement of the last key that it knows."""
    known = []
    Upkeep(new).run_once()
    for _ in range(2):
        known.append(shown(new))
        done = rotate(new, "checkpoint", actors(new))
        head = Upkeep(new).run_once()
        assert checkpoint.verify(head.note.encode(), known[-1].checkpoint_keys(), known[-1].origin)
        retire(new, done.before[0], actors(new))
        head = Upkeep(new).run_once()
        with pytest.raises(UnknownKey):
            checkpoint.verify(head.note.encode(), known[-1].checkpoint_keys(), known[-1].origin)
    assert is_green(new, shown(new))


def test_without_the_root_key_no_key_is_made(new: Ledger, tmp_path: Path) -> None:
    (root,) = (item.key for item in kept_keys(new) if item.purpose == "root")
    (file,) = (tmp_path / "new" / "keys").glob(f"*{root.kid.hex()[:16]}*")
    file.rename(tmp_path / "on a stick")
    new.keystore._signers = None  # as in a process that starts now
    keys = len(list((tmp_path / "new" / "keys").iterdir()))
    with pytest.raises(Refusal) as refused:
        rotate(new, "receipt", actors(new))
    assert refused.value.code is Code.NO_KEY
    assert len(list((tmp_path / "new" / "keys").iterdir())) == keys
    assert [item.here for item in kept_keys(new) if item.purpose == "root"] == [False]


def test_the_commands(new: Ledger, tmp_path: Path) -> None:
    def run(*words: str, code: int = 0) -> dict[str, object]:
        done = CliRunner().invoke(main, [*words, "--ledger", str(tmp_path / "new"), "--json"], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return dict(json.loads(done.stdout)) if code == 0 else {}

    new.close()
    first = run("rotate-key", "receipt")
    again = run("rotate-key", "receipt")
    assert (first["new"], again["new"], first["kid"]) == (True, False, again["kid"])
    (old,) = again["before"]  # type: ignore[misc]
    assert run("retire-key", old[:12])["kid"] == old
    run("retire-key", old[:7], code=1)
    run("retire-key", str(first["kid"])[:8], code=1)
    assert run("report-key", old[:8], "--as-of", "0")["purpose"] == "receipt"
    listed = run("keys")["keys"]
    assert [item["state"] for item in listed if item["purpose"] == "receipt"] == ["compromised", "signs"]  # type: ignore[attr-defined]


# --- a root key that is kept apart ----------------------------------------------------------------------------------


def on_a_medium(path: Path) -> signing.OwnKey:
    path.parent.mkdir(exist_ok=True)
    return signing.new_key(path, b"two halves")


def test_a_root_key_on_a_medium_signs_the_genesis_and_is_copied_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    monkeypatch.setenv("CERTLEDGER_KEY_PASSPHRASE", "two halves")
    address = str(tmp_path / "ledger")

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, [*words, "--ledger", address], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    first, second = on_a_medium(tmp_path / "stick" / "root.pem"), on_a_medium(tmp_path / "stick" / "new.pem")
    run("init", "--root-key", str(tmp_path / "stick" / "root.pem"))
    seed = first.private.private_bytes_raw()
    assert not [file for file in (tmp_path / "ledger").rglob("*") if file.is_file() and seed in file.read_bytes()]
    assert not list((tmp_path / "ledger" / "keys").glob(f"*{first.kid.hex()[:16]}*"))
    assert "(not here)" in run("keys")
    # Without the medium the everyday work goes on, and nobody gets an account or a key.
    assert "no-key" in run("rotate-key", "receipt", code=1)
    run("publish", str(tmp_path / "www"))
    # With it they do; with another key they do not.
    monkeypatch.setenv("CERTLEDGER_ROOT_KEY", str(tmp_path / "stick" / "new.pem"))
    assert "no root key that this log has in use" in run("rotate-key", "receipt", code=1)
    monkeypatch.setenv("CERTLEDGER_ROOT_KEY", str(tmp_path / "stick" / "root.pem"))
    run("rotate-key", "receipt")
    # The root key itself is followed by one that lies elsewhere, which retires it.
    run("rotate-key", "receipt", "--public-key", second.public.hex(), code=2)
    run("rotate-key", "root", "--public-key", second.public.hex())
    monkeypatch.setenv("CERTLEDGER_ROOT_KEY", str(tmp_path / "stick" / "new.pem"))
    run("retire-key", first.kid.hex())
    run("move-to", "https://new.example.org")
    run("publish", str(tmp_path / "www"))
    assert next(line for line in run("keys").splitlines() if "root" in line).split()[2] == "retired"
    known = trust.parse((tmp_path / "www" / "trust.txt").read_text("utf-8"))
    found = audit(FolderLog(tmp_path / "www"), known, processes=0)
    assert (found.problems, found.unchecked) == ([], [])
    assert known.address == "https://new.example.org"
    monkeypatch.setenv("CERTLEDGER_ROOT_KEY", str(tmp_path / "stick" / "root.pem"))
    assert "no root key that this log has in use" in run("keys", code=1)


def test_a_medium_that_is_not_there_is_misuse_and_a_wrong_passphrase_could_not_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: Ledger
) -> None:
    new.close()
    keys = ["keys", "--ledger", str(tmp_path / "new")]
    monkeypatch.setenv("CERTLEDGER_ROOT_KEY", str(tmp_path / "gone.pem"))
    assert CliRunner().invoke(main, keys).exit_code == 2
    on_a_medium(tmp_path / "stick" / "root.pem")
    monkeypatch.setenv("CERTLEDGER_ROOT_KEY", str(tmp_path / "stick" / "root.pem"))
    monkeypatch.setenv("CERTLEDGER_KEY_PASSPHRASE", "one half")
    assert CliRunner().invoke(main, keys).exit_code == 3
