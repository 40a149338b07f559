"""`certledger disclose`: the file comes after its event, holds what a replay needs, is made again after a crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import commands as c
from ledger.__main__ import main
from ledger.disclosing import Wanted, disclose
from ledger.founding import Founding, found
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger, open_ledger
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from tests.ledger import lives
from tests.ledger.deciders.story import COHORT, REGISTER
from tests.ledger.lives import Life
from verifier import kinds
from verifier.__main__ import certverify
from verifier.auditor_key import AuditorKey, new_auditor_key, read_auditor_key
from verifier.disclosure import DisclosureFile
from verifier.events import WITHHELD
from verifier.record import reveal
from verifier.replay import Replayed, Replayer, Verdict
from verifier.replay.disclosed import Disclosed
from verifier.statement import parse

PACKS = Path(__file__).parents[1] / "packs"


@pytest.fixture
def auditor(tmp_path: Path) -> AuditorKey:
    return new_auditor_key(tmp_path / "auditor", None)


@pytest.fixture
def trained(ledger: Ledger) -> Ledger:
    """Two people: one with a title, one registered elsewhere and in no cohort."""
    life = Life(ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    life.is_titled()
    other = Life(ledger)
    other.does(
        lives.replace(
            REGISTER, trainee=other.trainee, trainee_no="T2", id_type="passport", id_number="P2", employer=None
        )
    )
    return ledger


def replayed(ledger: Ledger, file: Path, key: AuditorKey) -> Replayed:
    """The replay of a ledger's log with a disclosure file."""
    with file.open("rb") as opened:
        disclosed = Disclosed(DisclosureFile(opened, key))
        replayer = Replayer(disclosed)
        for entry in ledger.store.entries(0, 1_000_000):
            read = parse(entry.statement)
            disclosed.see(read)
            replayer.take(entry.index, read)
        answer = replayer.finish()
        answer.problems += disclosed.finish(ledger.settings.origin)
    return answer


def test_all_that_the_rules_need_is_disclosed_and_no_more(trained: Ledger, auditor: AuditorKey, tmp_path: Path) -> None:
    done = disclose(trained, auditor.recipient, Wanted(), lives.operators(trained), tmp_path / "file")
    answer = replayed(trained, tmp_path / "file", auditor)
    assert (answer.exit_code, answer.problems, answer.notes) == (0, [], [])
    assert answer.counts["title.granted"].agrees == 1
    event = parse(trained.store.entries(done.index, 1)[0].statement).record.event
    assert isinstance(event, kinds.DisclosureMade)
    assert (event.digest, event.as_of, event.entries, event.scope) == (
        done.digest,
        done.scope.size,
        done.entries,
        "all",
    )
    with (tmp_path / "file").open("rb") as opened:
        file = DisclosureFile(opened, auditor)
        entries = trained.store.entries(0, 1_000)
        shown = [reveal(parse(entry.statement).record, file.of(entry.index)) for entry in entries]
    (person, _) = (item for item in shown if isinstance(item, kinds.TraineeRegistered))
    assert person.education == REGISTER.education
    assert (person.id_number, person.phone, person.email, person.employer) == (WITHHELD,) * 4
    assert oct((tmp_path / "file").stat().st_mode)[-3:] == "600"


def test_everything_is_more_than_the_rules_need(trained: Ledger, auditor: AuditorKey, tmp_path: Path) -> None:
    wanted = Wanted(everything=True)
    done = disclose(trained, auditor.recipient, wanted, lives.operators(trained), tmp_path / "file")
    assert done.scope.scope == "all everything"
    with (tmp_path / "file").open("rb") as opened:
        file = DisclosureFile(opened, auditor)
        for entry in trained.store.entries(0, done.scope.size):
            event = reveal(parse(entry.statement).record, file.of(entry.index))
            if isinstance(event, kinds.TraineeRegistered):
                assert event.id_number in (REGISTER.id_number, "P2")
    assert replayed(trained, tmp_path / "file", auditor).exit_code == 0


@pytest.mark.parametrize(
    ("wanted", "people"),
    [
        (Wanted(cohort=COHORT), 1),
        (Wanted(organisation="EMPLOYER"), 1),
        (Wanted(organisation="PARTNER"), 1),
        (Wanted(organisation="BUREAU"), 1),
        (Wanted(), 2),
    ],
)
def test_the_scope_is_people_and_all_that_is_recorded_of_them(
    trained: Ledger, auditor: AuditorKey, tmp_path: Path, wanted: Wanted, people: int
) -> None:
    disclose(trained, auditor.recipient, wanted, lives.operators(trained), tmp_path / "file")
    answer = replayed(trained, tmp_path / "file", auditor)
    assert answer.exit_code == 0  # of the other person nothing was decided
    with (tmp_path / "file").open("rb") as opened:
        file = DisclosureFile(opened, auditor)
        entries = trained.store.entries(0, file.scope.size)
        shown = [reveal(parse(entry.statement).record, file.of(entry.index)) for entry in entries]
    registered = [item for item in shown if isinstance(item, kinds.TraineeRegistered)]
    assert sum(item.name is not WITHHELD for item in registered) == people


def test_what_is_erased_is_named_as_erased(trained: Ledger, auditor: AuditorKey, tmp_path: Path) -> None:
    trainee = next(entry.stream_id for entry in trained.store.entries(0, 99) if entry.topic == "trainee.registered/1")
    trained.desk().execute(c.EraseTrainee(trainee), lives.operators(trained))
    done = disclose(trained, auditor.recipient, Wanted(), lives.operators(trained), tmp_path / "file")
    assert done.erased > 5
    answer = replayed(trained, tmp_path / "file", auditor)
    assert answer.exit_code == 3
    assert answer.counts["title.granted"].erased == 1
    assert answer.total(Verdict.WITHHELD) == 0


def test_a_file_that_a_crash_took_is_made_again_for_the_same_event(
    trained: Ledger, auditor: AuditorKey, tmp_path: Path
) -> None:
    actors = lives.operators(trained)
    (tmp_path / "no folder").write_text("a file")
    with pytest.raises(OSError, match="Not a directory"):
        disclose(trained, auditor.recipient, Wanted(), actors, tmp_path / "no folder" / "file")
    size = trained.store.head().size
    done = disclose(trained, auditor.recipient, Wanted(), actors, tmp_path / "file")
    assert (done.repeated, done.index, trained.store.head().size) == (True, size - 1, size)
    assert replayed(trained, tmp_path / "file", auditor).exit_code == 0
    with pytest.raises(FileExistsError):
        disclose(trained, auditor.recipient, Wanted(), actors, tmp_path / "file")


def test_what_is_new_is_a_disclosure_of_its_own(trained: Ledger, auditor: AuditorKey, tmp_path: Path) -> None:
    actors = lives.operators(trained)
    first = disclose(trained, auditor.recipient, Wanted(), actors, tmp_path / "one")
    trainee = next(entry.stream_id for entry in trained.store.entries(0, 99) if entry.topic == "trainee.registered/1")
    trained.desk().execute(c.ChangeName(trainee, "甲", "marriage", lives.ENDS), actors)
    second = disclose(trained, auditor.recipient, Wanted(), actors, tmp_path / "two")
    assert (second.repeated, second.index > first.index, second.digest != first.digest) == (False, True, True)


def test_two_people_disclose(trained: Ledger, auditor: AuditorKey, tmp_path: Path) -> None:
    actors, size = lives.operators(trained), trained.store.head().size
    for who, code in (
        (Actors(actors.proposer), Code.NO_APPROVER),
        (Actors(actors.proposer, actors.proposer), Code.SAME_PERSON),
        (Actors(actors.approver or "", actors.proposer), Code.MISSING_ROLE),
    ):
        with pytest.raises(Refusal) as refused:
            disclose(trained, auditor.recipient, Wanted(), who, tmp_path / "file")
        assert refused.value.code is code
    for wanted, code in (
        (Wanted(cohort="NONE"), Code.UNKNOWN_COHORT),
        (Wanted(organisation="NONE"), Code.UNKNOWN_ORGANISATION),
    ):
        with pytest.raises(Refusal) as refused:
            disclose(trained, auditor.recipient, wanted, actors, tmp_path / "file")
        assert refused.value.code is code
    assert (trained.store.head().size, (tmp_path / "file").exists()) == (size, False)


# --- as an auditor and a base do it -------------------------------------------------------------------------------


def test_a_pack_is_disclosed_published_and_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    address, public = str(tmp_path / "ledger"), tmp_path / "published"
    with found(address, Founding()) as ledger:
        take_in(ledger.desk(), open_pack(PACKS / "dirty"), lives.operators(ledger))

    def run(command: object, *words: str) -> Result:
        return CliRunner().invoke(command, list(words))  # type: ignore[arg-type]

    assert run(certverify, "new-auditor-key", str(tmp_path / "mine"), "--no-passphrase").exit_code == 0
    key, file = str(tmp_path / "mine"), str(tmp_path / "file")
    disclosing = ("disclose", "--ledger", address, "--to", f"{key}.pub", "-o", file)
    assert run(main, *disclosing).exit_code == 2
    assert run(main, *disclosing, "--all", "--cohort", "X").exit_code == 2
    told = json.loads(run(main, *disclosing, "--all", "--json").output)
    assert told["scope"] == "all"
    assert run(main, "publish", "--ledger", address, str(public)).exit_code == 0
    trust = ("--trust", str(public / "trust.txt"))
    answer = run(certverify, "replay", str(public), *trust, "--disclosures", file, "--key", key)
    assert answer.exit_code == 0, answer.output
    assert "disclosed to key" in answer.output
    assert run(certverify, "replay", str(public), *trust).exit_code == 3
    assert run(certverify, "audit", str(public), *trust).exit_code == 0
    report = tmp_path / "report.json"
    audit = ("audit", str(public), *trust, "--report", str(report), "--disclosures", file)
    assert run(certverify, *audit).exit_code == 2, "the key goes with it"
    assert run(certverify, *audit, "--key", key).exit_code == 0
    replayed_too = json.loads(report.read_text())["replayed"]
    assert sum(count for name, count in replayed_too.items() if "agree" in name) > 0
    with open_ledger(address) as ledger:
        assert ledger.store.head().size == told["index"] + 1
    assert read_auditor_key(Path(key).read_bytes(), None).recipient.thumbprint.hex() == told["recipient"]
