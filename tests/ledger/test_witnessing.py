"""The ledger asks its witnesses before it publishes: by a real witness over HTTP, one that is away, one that lies."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copytree, rmtree
from threading import Event, Thread

import pytest
from click.testing import CliRunner

from ledger import witnessing
from ledger.__main__ import main as certledger
from ledger.awards import open_awards
from ledger.commands import OpenAccount, SetWitnesses
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.fsck import fsck_ledger
from ledger.open import Ledger, open_ledger
from ledger.permissions import Actors
from ledger.publisher import Publisher
from ledger.tiles import CannotPublish, DiskFolder
from ledger.upkeep import Upkeep
from ledger.witness_settings import WitnessSettings, parse_witness_settings
from verifier import cosignatures, note, trust
from verifier.note import VerifierKey
from verifier.signing import OwnKey, new_key, read_key
from verifier.witness.cosigning import Answer, Witness
from verifier.witness.serving import WitnessServer
from verifier.witness.store import Memory
from verifier.witnesses import Witnesses, parse

NOW = 1_795_000_000_000


class Lying(Witness):
    """Answers something else than it decided."""

    lying: Callable[[Answer], Answer] = staticmethod(lambda answer: answer)

    def add_checkpoint(self, body: bytes) -> Answer:
        return self.lying(super().add_checkpoint(body))


class Partners:
    """Witnesses of one log, each of which may run or not."""

    def __init__(self, folder: Path, log: list[VerifierKey]) -> None:
        self._folder, self._log = folder, log
        self._ports: dict[str, int] = {}
        self._kept = ExitStack()

    def close(self) -> None:
        """Gives the ports back."""
        self._kept.close()

    def port(self, name: str) -> int:
        """A port of its own, bound and not listened at while the test runs: nobody else is given it meanwhile."""
        if name not in self._ports:
            kept = self._kept.enter_context(socket.socket())
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # so that the witness may listen there
            kept.bind(("127.0.0.1", 0))
            self._ports[name] = kept.getsockname()[1]
        return self._ports[name]

    def key(self, name: str) -> OwnKey:
        file = self._folder / f"{name}.key"
        if not file.exists():
            new_key(file, None)
        return read_key(file.read_bytes(), None)

    def witness(self, name: str) -> Lying:
        vkey = cosignatures.key_of(f"{name}.example.org", self.key(name).public)
        memory = Memory(self._folder / f"{name}.sqlite", str(vkey))
        logs = {self._log[0].name: self._log}
        return Lying(vkey.name, self.key(name), memory, logs, lambda: NOW // 1000)

    @contextmanager
    def running(self, *names: str, lying: Callable[[Answer], Answer] = lambda answer: answer) -> Iterator[None]:
        with ExitStack() as stack:
            for name in names:
                stack.enter_context(self._server(name, lying))
            yield

    @contextmanager
    def _server(self, name: str, lying: Callable[[Answer], Answer]) -> Iterator[None]:
        witness = self.witness(name)
        witness.lying = lying
        server = WitnessServer("127.0.0.1", self.port(name), witness)
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.end_all()
            thread.join()
            server.server_close()

    def policy(self, quorum: str, *names: str) -> Witnesses:
        lines = [f"witness {name} {self.witness(name).key} http://127.0.0.1:{self.port(name)}/" for name in names]
        return parse("\n".join([*lines, quorum]) + "\n")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with found(tmp_path / "ledger", Founding(master_key_in="master.key"), lambda: NOW) as made:
        yield made


@pytest.fixture
def partners(ledger: Ledger, tmp_path: Path) -> Iterator[Partners]:
    folder = tmp_path / "partners"
    folder.mkdir()
    made = Partners(folder, [VerifierKey(ledger.settings.origin, ledger.log_signers().checkpoint.public_key)])
    yield made
    made.close()


def actors(ledger: Ledger) -> Actors:
    return Actors(ledger.settings.accounts[OPERATOR], ledger.settings.accounts[APPROVER])


def set_witnesses(ledger: Ledger, policy: Witnesses) -> Witnesses:
    ledger.desk().execute(SetWitnesses(policy.text), actors(ledger))
    return policy


def grow(ledger: Ledger) -> None:
    desk = ledger.desk()
    stream = desk.new_id()
    desk.execute(OpenAccount(stream, f"P{stream.hex[:8].upper()}", "BASE", ("auditor",)), actors(ledger))


def shown(ledger: Ledger, policy: Witnesses) -> cosignatures.Cosigned:
    return cosignatures.judge((ledger.public / "checkpoint").read_bytes(), policy)


def waits(ledger: Ledger) -> Ledger:
    return replace(ledger, settings=replace(ledger.settings, witnesses=WitnessSettings("wait", 5)))


TWO = "group two 2 anna boris chen\nquorum two"


def test_a_checkpoint_is_cosigned_before_it_is_published(ledger: Ledger, partners: Partners) -> None:
    policy = set_witnesses(ledger, partners.policy(TWO, "anna", "boris", "chen"))
    with partners.running("anna", "boris", "chen"):
        upkeep = Upkeep(ledger)
        for _ in range(3):
            head = upkeep.run_once()
            assert (shown(ledger, policy).quorum, head) == (True, ledger.store.signed_head())
            assert trust.parse((ledger.public / "trust.txt").read_text()).witnesses == policy
            grow(ledger)
    assert fsck_ledger(ledger).findings == ()


def test_a_witness_that_was_away_catches_up(
    ledger: Ledger, partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnessing, "GRACE_SECONDS", 60.0)  # the second may answer late on a busy machine
    policy = set_witnesses(ledger, partners.policy("quorum anna", "anna", "boris"))
    with partners.running("anna"):
        Upkeep(ledger).run_once()
        grow(ledger)
        Upkeep(ledger).run_once()
    assert shown(ledger, policy).names == {"anna"}
    with partners.running("anna", "boris"):
        Upkeep(ledger).run_once()  # the same head, which another process asks for once more
        assert shown(ledger, policy).names == {"anna", "boris"}
        grow(ledger)
        Upkeep(ledger).run_once()
    assert shown(ledger, policy).names == {"anna", "boris"}


def test_without_a_quorum_it_goes_on_and_says_so(ledger: Ledger, partners: Partners) -> None:
    policy = set_witnesses(ledger, partners.policy(TWO, "anna", "boris", "chen"))
    with partners.running("chen"):
        upkeep = Upkeep(ledger)
        head = upkeep.run_once()
    assert (shown(ledger, policy).names, shown(ledger, policy).quorum) == ({"chen"}, False)
    assert head.size == ledger.store.head().size
    assert "1 of 3 witnesses" in upkeep.witnesses.sentence
    assert "the quorum two is missing" in upkeep.witnesses.sentence
    assert "/add-checkpoint cannot be reached" in upkeep.witnesses.sentence


def test_by_the_settings_it_waits(ledger: Ledger, partners: Partners) -> None:
    careful = waits(ledger)
    Upkeep(careful).run_once()
    before = (ledger.public / "checkpoint").read_bytes()
    policy = set_witnesses(careful, partners.policy("quorum anna", "anna"))
    grow(careful)
    head = Upkeep(careful).run_once()
    signed = ledger.store.signed_head()
    assert signed is not None
    assert (ledger.public / "checkpoint").read_bytes() == before
    assert head.size < signed.size == ledger.store.head().size
    with partners.running("anna"):
        assert Upkeep(careful).run_once().size == signed.size
    assert shown(ledger, policy).quorum


def test_waiting_from_the_start_nothing_is_published(ledger: Ledger, partners: Partners) -> None:
    careful = waits(ledger)
    set_witnesses(careful, partners.policy("quorum anna", "anna"))
    with pytest.raises(CannotPublish, match="the quorum of witnesses is missing"):
        Upkeep(careful).run_once()
    assert not (ledger.public / "checkpoint").exists()


@pytest.mark.parametrize(
    "lying",
    [
        lambda answer: replace(answer, body=answer.body[:-10] + "AAAAAAAA=\n"),
        lambda answer: replace(answer, body=""),
        lambda answer: Answer(200, "\u2014 stranger.example.org AAAAAAAA\n"),
        lambda answer: Answer(409, "999999\n", "text/x.tlog.size"),
        lambda answer: Answer(409, "many\n", "text/x.tlog.size"),
        lambda answer: Answer(500, "broken"),
        lambda answer: Answer(200, "x" * 100_000),
    ],
)
def test_whatever_a_witness_answers_nothing_bad_is_published(
    ledger: Ledger, partners: Partners, lying: Callable[[Answer], Answer]
) -> None:
    policy = set_witnesses(ledger, partners.policy("quorum anna", "anna"))
    with partners.running("anna", lying=lying):
        upkeep = Upkeep(ledger)
        upkeep.run_once()
    assert shown(ledger, policy).names == set()
    assert "witness anna" in upkeep.witnesses.sentence or "larger than" in upkeep.witnesses.sentence
    assert fsck_ledger(ledger).findings == ()


def test_a_log_that_was_cut_back_gets_no_cosignature(ledger: Ledger, partners: Partners, tmp_path: Path) -> None:
    """An old copy of the database signs another history: the witness does not go along."""
    policy = set_witnesses(ledger, partners.policy("quorum anna", "anna"))
    ledger.close()
    copytree(tmp_path / "ledger", tmp_path / "old")
    with partners.running("anna"), open_ledger(str(tmp_path / "ledger"), lambda: NOW) as going_on:
        grow(going_on)
        Upkeep(going_on).run_once()
    rmtree(tmp_path / "ledger")
    copytree(tmp_path / "old", tmp_path / "ledger")
    with partners.running("anna"), open_ledger(str(tmp_path / "ledger"), lambda: NOW) as restored:
        grow(restored)
        upkeep = Upkeep(waits(restored))
        with pytest.raises(CannotPublish, match="quorum of witnesses is missing"):
            upkeep.run_once()
        assert "witness anna answers 4" in upkeep.witnesses.sentence
    assert policy.quorum == "anna"


def test_the_server_says_once_that_the_quorum_is_missing_and_gathers_it_later(
    ledger: Ledger, partners: Partners, caplog: pytest.LogCaptureFixture
) -> None:
    policy = set_witnesses(ledger, partners.policy("quorum anna", "anna"))
    with open_awards(ledger) as awards, Publisher(awards) as publisher, caplog.at_level(logging.INFO):
        for _ in range(3):
            publisher.step()
        assert "the quorum anna is missing" in publisher.witnesses
        assert sum("quorum anna is missing" in line for line in caplog.messages) == 1
        assert not shown(ledger, policy).quorum
        with partners.running("anna"):
            for _ in range(600):
                if shown(ledger, policy).quorum:
                    break
                publisher._ending.wait(0.1)
                publisher.step()
        assert shown(ledger, policy).quorum
        assert publisher.witnesses.startswith("cosigned by 1 of 1 witnesses: anna")


def test_the_commands(ledger: Ledger, partners: Partners, tmp_path: Path) -> None:
    policy = partners.policy("quorum anna", "anna")
    file, at = tmp_path / "policy", ["--ledger", str(tmp_path / "ledger")]
    file.write_text("# our partner\n" + policy.text)
    run = CliRunner().invoke
    assert run(certledger, ["witnesses", *at]).output == "quorum none\n"
    assert run(certledger, ["set-witnesses", str(file), *at]).output == "set          1 witnesses, quorum anna\n"
    assert run(certledger, ["set-witnesses", str(file), *at]).output == "as they were: nothing recorded\n"
    with partners.running("anna"):
        published = run(certledger, ["publish", str(tmp_path / "www"), *at])
    assert "witnesses    cosigned by 1 of 1 witnesses: anna at" in published.output
    told = run(certledger, ["witnesses", *at]).output
    assert told.startswith(policy.text)
    assert "cosigned by 1 of 1 witnesses" in told
    for text, code in (("quorum one\n", 1), (policy.text.replace("http://127.0.0.1", "http://a.example.org"), 3)):
        file.write_text(text)
        assert run(certledger, ["set-witnesses", str(file), *at]).exit_code == code


@pytest.mark.parametrize("table", [{"when_missing": "hope"}, {"seconds": 0}, {"seconds": True}, {"seconds": 61}])
def test_settings_that_are_none(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(table))):
        parse_witness_settings(table)


def test_a_witness_that_does_not_answer_is_waited_for_no_longer_than_is_set(
    ledger: Ledger, partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnessing, "FIRST_PAUSE_SECONDS", 60.0)  # not over before it is looked at
    policy = set_witnesses(ledger, partners.policy("quorum anna", "anna", "boris"))
    answering = Event()

    def late(answer: Answer) -> Answer:
        answering.wait(60)
        return answer

    quick = replace(ledger, settings=replace(ledger.settings, witnesses=WitnessSettings(seconds=20)))
    with partners.running("anna"), partners.running("boris", lying=late):
        upkeep = Upkeep(quick)
        upkeep.run_once()
        assert shown(ledger, policy).names == {"anna"}
        assert "witness boris" in upkeep.witnesses.sentence
        assert not upkeep.witnesses.asks_again
        answering.set()


def test_what_was_cosigned_is_stored_before_it_is_shown(
    ledger: Ledger, partners: Partners, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the two. The next one publishes the cosigned checkpoint, with no witness at hand."""
    policy = set_witnesses(ledger, partners.policy("quorum anna", "anna"))
    honest = DiskFolder.commit

    def dying(folder: DiskFolder, path: str, data: bytes) -> None:
        if path == "checkpoint":
            raise KeyboardInterrupt
        honest(folder, path, data)

    with partners.running("anna"), monkeypatch.context() as patched:
        patched.setattr(DiskFolder, "commit", dying)
        with pytest.raises(KeyboardInterrupt):
            Upkeep(waits(ledger)).run_once()
    assert not (ledger.public / "checkpoint").exists()
    Upkeep(waits(ledger)).run_once()
    assert shown(ledger, policy).quorum


def test_a_cosignature_that_was_put_into_the_database_by_hand_is_found(ledger: Ledger, partners: Partners) -> None:
    set_witnesses(ledger, partners.policy("quorum anna", "anna"))
    with partners.running("anna"):
        head = Upkeep(ledger).run_once()
    key = partners.witness("anna").key
    stranger = note.Signature("stranger.example.org", b"abcd", bytes(72))
    line = str(note.parse(head.note.encode()).signatures[1])
    forged = str(note.Signature(key.name, key.id, bytes(72)))
    for spoilt in (head.note + str(stranger), head.note.replace(line, forged), head.note + line):
        ledger.store.sign_head(ledger.store.signed_head(), replace(head, note=spoilt))
        assert {finding.check for finding in fsck_ledger(ledger).findings} >= {"signed-head"}
