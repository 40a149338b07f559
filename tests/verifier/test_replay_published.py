"""`certverify replay` over a published log, with a disclosure file and without; and the replay as an audit has it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.verifier import loglab
from tests.verifier.loglab import ACTORS, BASE, Lab, MemoryLog, uuid
from tests.verifier.replaylab import Life
from verifier import disclosure, kinds
from verifier.__main__ import certverify
from verifier.auditor_key import AuditorKey, Recipient, new_auditor_key
from verifier.disclosure import DisclosureFile, Scope
from verifier.replay import Verdict
from verifier.replay.published import replay_log
from verifier.replay.watching import AuditReplay
from verifier.statement import parse


def file_of(lab: Lab, recipient: Recipient, *, logged: bool = True, origin: str = loglab.ORIGIN) -> bytes:
    """The disclosure file of all that is there, and the event in the log that it was given out."""
    scope = Scope(origin, lab.size, lab.root(), "all")
    items = [(index, list(found)) for index, found in enumerate(lab.disclosures) if found]
    out = io.BytesIO()
    digest = disclosure.write(out, recipient, disclosure.parts(scope, items), bytes(32))
    if logged:
        made = kinds.DisclosureMade(
            disclosure_id=uuid("disclosure"),
            recipient=recipient.thumbprint,
            scope="all",
            as_of=scope.size,
            entries=len(items),
            digest=digest,
        )
        lab.record(made, BASE, ACTORS)
    return out.getvalue()


@dataclass
class Auditor:
    """Somebody with a key, a trust file and a copy of what was published."""

    folder: Path
    key: AuditorKey

    def has(self, lab: Lab, file: bytes | None = None) -> None:
        lab.publish(self.folder / "log")
        (self.folder / "trust.txt").write_text(lab.trust_text(), encoding="utf-8")
        if file is not None:
            (self.folder / "file").write_bytes(file)

    def replays(self, *options: str) -> Result:
        return self.asks("replay", *options)

    def asks(self, command: str, *options: str) -> Result:
        trust, key = str(self.folder / "trust.txt"), str(self.folder / "key")
        given = ["--disclosures", str(self.folder / "file"), "--key", key] if (self.folder / "file").exists() else []
        return CliRunner().invoke(certverify, [command, str(self.folder / "log"), "--trust", trust, *given, *options])


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path, new_auditor_key(tmp_path / "key", None))


def test_with_the_file_everything_is_replayed(auditor: Auditor) -> None:
    lab = Life().recorded()
    auditor.has(lab, file_of(lab, auditor.key.recipient))
    answer = auditor.replays("--json")
    told = json.loads(answer.output)
    assert (answer.exit_code, told["exit"], told["problems"], told["differing"]) == (0, 0, [], [])
    assert told["counts"]["disclosure.made"]["agrees"] == 1
    words = auditor.replays()
    assert words.output.startswith("AGREES  9 decisions are what the rules give")


def test_without_the_file_it_is_said_what_was_not_replayed(auditor: Auditor) -> None:
    auditor.has(Life().recorded())
    answer = auditor.replays()
    assert answer.exit_code == 3
    assert "NOT-ALL-REPLAYED" in answer.output
    assert "withheld is" in answer.output


def test_a_fraud_is_told_with_entry_and_rule(auditor: Auditor) -> None:
    lab = Life({"voted": {"present": 5, "votes_for": 5}}).recorded()
    auditor.has(lab, file_of(lab, auditor.key.recipient))
    answer = auditor.replays()
    assert answer.exit_code == 1
    assert "DIFFERS" in answer.output
    assert "title.granted" in answer.output
    assert "[no-quorum]" in answer.output


def test_a_file_that_the_log_does_not_tell_of_is_a_problem(auditor: Auditor) -> None:
    lab = Life().recorded()
    auditor.has(lab, file_of(lab, auditor.key.recipient, logged=False))
    answer = auditor.replays("--json")
    assert answer.exit_code == 1
    assert [item["code"] for item in json.loads(answer.output)["problems"]] == ["not-included"]


def test_a_file_of_another_log_or_another_history_is_a_problem(auditor: Auditor) -> None:
    lab, other = Life().recorded(), Life({"assessed": {"score": Decimal(61)}}).recorded()
    auditor.has(lab, file_of(lab, auditor.key.recipient, origin="elsewhere.example.org/log"))
    assert "mismatch" in {item["code"] for item in json.loads(auditor.replays("--json").output)["problems"]}
    file = file_of(other, auditor.key.recipient)
    auditor.has(lab, file)
    found = json.loads(auditor.replays("--json").output)["problems"]
    assert {item["code"] for item in found} == {"mismatch", "inconsistent", "not-included"}


def test_a_file_altered_half_way_discloses_no_more_and_is_a_problem(auditor: Auditor) -> None:
    lab = Life().recorded()
    file = bytearray(file_of(lab, auditor.key.recipient))
    file[-1] ^= 1
    auditor.has(lab, bytes(file))
    answer = auditor.replays("--json")
    told = json.loads(answer.output)
    assert answer.exit_code == 1
    assert told["counts"]["title.granted"]["withheld"] == 1


def test_a_key_that_others_can_read_is_not_used(auditor: Auditor) -> None:
    lab = Life().recorded()
    auditor.has(lab, file_of(lab, auditor.key.recipient))
    (auditor.folder / "key").chmod(0o644)
    answer = auditor.replays("--json")
    assert answer.exit_code == 3
    assert "chmod 600" in json.loads(answer.output)["unchecked"][0]["message"]


def test_a_file_that_does_not_open_says_nothing_of_the_log(auditor: Auditor, tmp_path: Path) -> None:
    lab = Life().recorded()
    other = new_auditor_key(tmp_path / "other", None)
    for file, reason in (
        (file_of(lab, other.recipient), "is for another auditor's key"),
        (b"hello", "this is no disclosure file"),
        (file_of(lab, auditor.key.recipient)[:100], "is cut short"),
    ):
        auditor.has(lab, file)
        for told in (auditor.asks("replay", "--json"), auditor.asks("audit", "--json")):
            (said,) = json.loads(told.output)["unchecked"]
            assert (told.exit_code, json.loads(told.output)["problems"]) == (3, [])
            assert said["message"].startswith(f"{auditor.folder / 'file'}: ")
            assert reason in said["message"]


def test_disclosures_and_key_go_together(auditor: Auditor) -> None:
    auditor.has(Life().recorded())
    assert auditor.replays("--key", "x").exit_code == 2


def test_a_new_key_is_told(tmp_path: Path) -> None:
    asked = ["new-auditor-key", str(tmp_path / "mine"), "--no-passphrase", "--json"]
    told = json.loads(CliRunner().invoke(certverify, asked).output)
    assert told["public_file"] == str(tmp_path / "mine.pub")
    assert CliRunner().invoke(certverify, asked).exit_code == 3


def test_a_wrong_signature_and_a_wrong_root_are_problems() -> None:
    lab = Life().recorded()
    files, trust = lab.files(), lab.trust()
    lab.entries[20] = lab.entries[20][:-1] + bytes((lab.entries[20][-1] ^ 1,))
    spoilt = {**files, **lab.tiles()}
    found = replay_log(MemoryLog(spoilt), trust)
    assert [problem.code for problem in found.problems] == ["bad-signature", "inconsistent"]


def test_what_cannot_be_had_is_its_own_answer() -> None:
    lab = Life().recorded()
    files = {path: data for path, data in lab.files().items() if not path.startswith("tile/entries")}
    found = replay_log(MemoryLog(files), lab.trust())
    assert (found.exit_code, len(found.unchecked), found.problems) == (3, 1, [])
    assert replay_log(MemoryLog({}), lab.trust()).exit_code == 3


def test_an_audit_gets_what_differs_as_problems_and_the_rest_as_counts() -> None:
    lab = Life({"voted": {"present": 5, "votes_for": 5}}).recorded()
    key = AuditorKey(__import__("cryptography").hazmat.primitives.asymmetric.x25519.X25519PrivateKey.generate())
    data = file_of(lab, key.recipient)
    for file, agrees in ((DisclosureFile(io.BytesIO(data), key), True), (None, False)):
        watching = AuditReplay(loglab.ORIGIN, file)
        for index, entry in enumerate(lab.entries):
            watching.take(index, parse(entry))
        found = watching.finish()
        assert [problem.code for problem in found.problems] == (["no-quorum"] * 2 if agrees else [])
        assert found.counts["decisions: differs"] == (2 if agrees else 0)
        assert any("were not replayed" in note for note in found.notes) == (not agrees)
        assert watching.replayed.total(Verdict.WITHHELD) == (0 if agrees else 8)
