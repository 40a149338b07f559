"""A monitor's rounds: what it alerts on, that it stores first, and that nothing is lost or told for nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner

from tests.verifier.loglab import (
    BASE,
    CHECKPOINTS,
    CLERK,
    ROOT,
    THIEF,
    Lab,
    MemoryLog,
    Signer,
    attended,
    authorised,
    certificate,
    enrolled,
    uri,
)
from tests.verifier.witnesslab import ANNA, BORIS, POLICY, WitnessKey, cosigned, set_witnesses
from verifier import kinds
from verifier.__main__ import certverify
from verifier.audit import Report, audit
from verifier.audit.state import load
from verifier.fetch import PublishedLog
from verifier.monitor.judging import resuming
from verifier.monitor.rounds import Monitor, Round
from verifier.monitor.state import Kept, State
from verifier.trust import Trust

DAY = 86_400


@dataclass
class Watch:
    """A monitor of what a lab publishes."""

    folder: Path
    lab: Lab = field(default_factory=Lab.founded)
    now: int = 0
    audits: int = 0

    def __post_init__(self) -> None:
        self.state = State(self.folder)
        self.state.keep(Kept(self.lab.trust_text(), None, 0, 0))

    def judged(self, log: PublishedLog, trusted: Trust, since: bytes | None) -> Report:
        self.audits += 1
        return audit(log, trusted, since)

    def look(self, files: dict[str, bytes] | None = None, later: int = 0) -> Round:
        """A round, so many seconds after the last entry."""
        log = MemoryLog(self.lab.files() if files is None else files)
        clock = round(self.lab.now.timestamp()) + later
        return Monitor(log, self.state, lambda: clock, 2 * DAY, self.judged).run()

    def alerts(self) -> list[str]:
        return [alert.kind for alert in self.state.standing()]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path / "state")


def grow(lab: Lab, entries: int = 2) -> Lab:
    for hours in range(entries):
        lab.record(attended(hours=hours + 1), BASE, CLERK)
    return lab


def test_a_log_that_grows_is_good_and_judged_where_it_grew(watch: Watch) -> None:
    assert (watch.look().size, watch.audits) == (13, 1)
    watch.look()
    assert watch.audits == 1
    grow(watch.lab)
    assert (watch.look().size, watch.audits, watch.alerts()) == (15, 2, [])
    kept = watch.state.kept()
    assert kept is not None
    assert (kept.audited, kept.checkpoint) == (15, watch.lab.checkpoint())


def test_audits_go_on_from_a_file_and_without_a_good_one_from_the_first_entry(watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "audit.state"
    judge = resuming(file)
    clock = round(watch.lab.now.timestamp())

    def look() -> Round:
        return Monitor(MemoryLog(watch.lab.files()), watch.state, lambda: clock, 2 * DAY, judge).run()

    assert look().size == 13
    for spoilt in (None, b"no state file", b""):
        if spoilt is not None:
            file.write_bytes(spoilt)
        grow(watch.lab)
        found = look()
        assert (found.wrong, found.unchecked, found.audited) == ([], [], True)
        kept = load(file)
        assert kept is not None
        assert kept.size == found.size == watch.lab.size
    before = load(file)
    assert before is not None
    report = judge(MemoryLog(grow(watch.lab).files()), watch.lab.trust(), None)
    assert f"the first {before.size} entries were audited before" in " ".join(report.notes)


def test_a_fork_is_told_and_proved_for_good(watch: Watch) -> None:
    watch.look()
    honest = watch.lab.files()
    kept = watch.lab.checkpoint()
    other = Lab.founded()
    other.entries[11:] = []
    other.record(enrolled("two"), BASE, CLERK)
    grow(other, 3)
    watch.look(other.files())
    assert watch.alerts() == ["fork"]
    evidence = sorted(path.read_bytes() for path in (watch.folder / "evidence").iterdir())
    assert evidence == sorted([kept, other.checkpoint()])
    state = watch.state.kept()
    assert state is not None
    assert state.checkpoint == kept
    watch.look(honest)
    assert watch.alerts() == ["fork"]


def test_another_history_of_the_same_size_is_a_fork(watch: Watch) -> None:
    watch.look()
    other = Lab.founded()
    other.entries[-1:] = []
    other.record(enrolled("two"), BASE, CLERK)
    assert other.size == watch.lab.size
    watch.look(other.files())
    assert watch.alerts() == ["fork"]


def test_a_log_that_was_cut_back_is_told_until_it_is_back(watch: Watch) -> None:
    old = watch.lab.files()
    grow(watch.lab)
    watch.look()
    watch.look(old)
    assert watch.alerts() == ["rollback"]
    assert len(list((watch.folder / "evidence").iterdir())) == 2
    watch.look()
    assert watch.alerts() == []
    watch.look(old)
    assert [alert.kind for alert in watch.state.untold("filed")] == ["rollback", "rollback"]


@dataclass(frozen=True)
class Turncoat(MemoryLog):
    """Shows an honest trust file while it is audited, and another one to who asks again."""

    other: str = ""
    asked: list[str] = field(default_factory=list)

    def get(self, path: str) -> bytes:
        if path == "trust.txt":
            self.asked.append(path)
            if len(self.asked) > 1:
                return self.other.encode()
        return super().get(path)


def test_the_trust_file_that_is_kept_is_the_one_that_was_audited(watch: Watch) -> None:
    set_witnesses(watch.lab)
    files = watch.lab.files()
    files["checkpoint"] = cosigned(files["checkpoint"], ANNA, BORIS)
    honest = watch.lab.trust_text()
    quorum = next(line for line in honest.splitlines() if line.startswith("quorum "))
    log = Turncoat(files, other=honest.replace(quorum, "quorum none"))
    Monitor(log, watch.state, lambda: watch.now, 2 * DAY, watch.judged).run()
    kept = watch.state.kept()
    assert kept is not None
    assert kept.trust == honest


def test_a_bad_entry_is_told_and_judged_again_until_it_is_gone(watch: Watch) -> None:
    watch.look()
    watch.lab.record(certificate(), THIEF)
    for _ in range(2):
        found = watch.look()
        assert [(item.kind, item.subject) for item in found.wrong] == [("bad-entry", "entry 13 unknown-key")]
    assert (watch.audits, len(watch.state.untold("sent"))) == (3, 1)
    kept = watch.state.kept()
    assert kept is not None
    assert (kept.audited, kept.checkpoint) == (13, watch.lab.checkpoint())


def test_a_list_that_is_signed_anew_is_compared_while_the_log_stands_still(watch: Watch) -> None:
    watch.lab.record(certificate())
    watch.look()
    now = round(watch.lab.now.timestamp())
    honest = {**watch.lab.files(), "status/0": watch.lab.status_token(issued_at=now + DAY)}
    bits = bytes([watch.lab.status_bits(0)[0] ^ 1, *watch.lab.status_bits(0)[1:]])
    forged = {**honest, "status/0": watch.lab.status_token(issued_at=now + DAY, bits=bits)}
    gone = {path: data for path, data in honest.items() if path != "status/0"}
    found = watch.look(forged, later=DAY)
    assert [(item.kind, item.subject) for item in found.wrong] == [("bad-entry", "status/0 mismatch")]
    assert (found.audited, found.grown) == (True, False)
    assert watch.look(gone, later=DAY).unchecked == ["status/0: status/0 is not there"]
    assert watch.alerts() == ["bad-entry"]
    assert (watch.look(honest, later=DAY).wrong, watch.alerts(), watch.audits) == ([], [], 4)
    assert (watch.look(honest, later=DAY).audited, watch.audits) == (False, 4)


def test_a_trust_file_and_an_index_of_numbers_are_compared_while_the_log_stands_still(watch: Watch) -> None:
    watch.look()
    honest = watch.lab.files()
    for path, code in (("trust.txt", "mismatch"), ("numbers/head", "malformed")):
        found = watch.look({**honest, path: honest[path][:-1]})
        assert [(item.kind, item.subject) for item in found.wrong] == [("bad-entry", f"{path} {code}")]
    assert watch.look().wrong == []


def test_a_list_shown_in_two_ways_is_compared_again(watch: Watch) -> None:
    @dataclass(frozen=True)
    class Wavering(MemoryLog):
        """Shows the true list the first time it is asked, and another one from then on."""

        asked: list[str] = field(default_factory=list)

        def get(self, path: str) -> bytes:
            self.asked.append(path)
            return b"" if path == "status/0" and self.asked.count(path) > 1 else super().get(path)

    watch.lab.record(certificate())
    log = Wavering(watch.lab.files())
    following = Monitor(log, watch.state, lambda: round(watch.lab.now.timestamp()), 2 * DAY, watch.judged)
    following.run()
    assert [item.subject for item in following.run().wrong] == ["status/0 malformed"]


def test_a_state_of_an_earlier_version_has_everything_compared_once(watch: Watch) -> None:
    watch.look()
    with sqlite3.connect(watch.folder / "monitor.sqlite") as connection:
        connection.execute("DROP TABLE beside")
    connection.close()
    watch.state = State(watch.folder)
    for _ in range(2):
        watch.look()
    assert (watch.audits, watch.alerts()) == (2, [])


def test_a_checkpoint_by_a_stranger_is_told(watch: Watch) -> None:
    watch.look()
    watch.look({**watch.lab.files(), "checkpoint": watch.lab.checkpoint(signer=THIEF)})
    assert watch.alerts() == ["bad-checkpoint"]


def test_a_log_that_signs_nothing_is_stale(watch: Watch) -> None:
    watch.look()
    watch.look(later=2 * DAY)
    assert watch.alerts() == []
    watch.look(later=2 * DAY + 1)
    assert watch.alerts() == ["stale"]
    fresh = {**watch.lab.files(), "status/0": watch.lab.status_token(issued_at=round(watch.lab.now.timestamp()) + DAY)}
    watch.look(fresh, later=2 * DAY + 1)
    assert watch.alerts() == []


def test_a_log_that_is_away_is_neither_good_nor_bad_and_at_last_stale(watch: Watch) -> None:
    watch.look()
    found = watch.look({})
    assert (found.unchecked, watch.alerts()) == (["checkpoint is not there"], [])
    watch.look({}, later=3 * DAY)
    assert watch.alerts() == ["stale"]


def test_what_cannot_be_looked_at_is_not_taken_for_mended(watch: Watch) -> None:
    old = watch.lab.files()
    grow(watch.lab)
    watch.look()
    watch.look(old)
    watch.look({})
    assert watch.alerts() == ["rollback"]


def test_a_new_key_for_checkpoints_is_followed_where_the_log_granted_it(watch: Watch) -> None:
    watch.look()
    fresh = Signer("checkpoints of next year", uri("CQUPT"))
    watch.lab.record(authorised(fresh, "CQUPT", [kinds.CHECKPOINT_KIND]), ROOT, CLERK)
    files = {**watch.lab.files(), "checkpoint": watch.lab.checkpoint(signer=fresh)}
    assert watch.look(files).wrong == []
    kept = watch.state.kept()
    assert kept is not None
    assert fresh.kid.hex() in kept.trust
    assert CHECKPOINTS.kid.hex() in kept.trust


def test_a_key_that_only_the_trust_file_names_is_not_followed(watch: Watch) -> None:
    watch.look()
    forged = Lab.founded()
    fresh = Signer("checkpoints of a thief", uri("CQUPT"))
    forged.record(authorised(fresh, "CQUPT", [kinds.CHECKPOINT_KIND]), ROOT, CLERK)
    grow(watch.lab, 1)
    files = {
        **watch.lab.files(),
        "checkpoint": watch.lab.checkpoint(signer=fresh),
        "trust.txt": forged.trust_text().encode(),
    }
    watch.look(files)
    assert "bad-entry" in watch.alerts()
    kept = watch.state.kept()
    assert kept is not None
    assert fresh.kid.hex() not in kept.trust


def test_witnesses_are_asked_for_and_a_change_of_them_is_told(watch: Watch) -> None:
    watch.look()
    set_witnesses(watch.lab)

    def files(*witnesses: WitnessKey) -> dict[str, bytes]:
        made = watch.lab.files()
        now = round(watch.lab.now.timestamp())
        return {**made, "checkpoint": cosigned(made["checkpoint"], *witnesses, at=now)}

    watch.look(files(ANNA, BORIS))
    assert [alert.kind for alert in watch.state.untold("filed")] == ["witnesses-changed"]
    assert watch.alerts() == []
    grow(watch.lab)
    for _ in range(2):
        watch.look(files(ANNA))
        grow(watch.lab)
    assert watch.alerts() == ["quorum"]
    assert len(watch.state.untold("filed")) == 2
    watch.look(files(ANNA, BORIS))
    assert watch.alerts() == []
    assert watch.lab.trust_text() == (watch.state.kept() or Kept("", None, 0, 0)).trust
    assert POLICY.splitlines()[0] in watch.lab.trust_text()


@pytest.mark.parametrize("at", range(3))
def test_killed_at_any_write_nothing_is_lost(watch: Watch, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """The process dies before its write number `at`; the next one finds what the first would have."""
    watch.look()
    grow(watch.lab)
    watch.lab.record(certificate(), THIEF)
    writes = 0
    honest = State._writing

    @contextmanager
    def dying(state: State) -> Iterator[sqlite3.Connection]:
        nonlocal writes
        writes += 1
        if writes > at:
            raise KeyboardInterrupt
        with honest(state) as connection:
            yield connection

    with monkeypatch.context() as patched:
        patched.setattr(State, "_writing", dying)
        if at < 2:
            with pytest.raises(KeyboardInterrupt):
                watch.look()
        else:
            watch.look()
    watch.state = State(watch.folder)
    watch.look()
    assert watch.alerts() == ["bad-entry"]
    assert len(watch.state.untold("filed")) == 1


# --- the command ----------------------------------------------------------------------------------------------------


@contextmanager
def hook(*statuses: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A webhook that answers so, and what was posted to it."""
    posted: list[dict[str, Any]] = []
    answers = iter(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(next(answers))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/alerts", posted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    def invoke(*options: str) -> Any:
        return CliRunner().invoke(
            certverify, ["monitor", str(tmp_path / "log"), "--state", f"{tmp_path}/state", *options]
        )

    return invoke


FOREVER = ("--max-age", str(10**9))


def test_the_command_tells_file_and_webhook_and_again_what_was_not_told(
    tmp_path: Path, run: Callable[..., Any]
) -> None:
    lab = Lab.founded()
    (tmp_path / "trust.txt").write_text(lab.trust_text())
    (tmp_path / "log").mkdir()
    lab.publish(tmp_path / "log")
    assert run(*FOREVER).exit_code == 3
    assert run("--trust", f"{tmp_path}/trust.txt", *FOREVER).exit_code == 0
    assert run(*FOREVER, "--once").output.startswith("GOOD  certificates.example.org/log, 13 entries, no new entries")
    (tmp_path / "log" / "checkpoint").unlink()
    away = run(*FOREVER).output
    assert away.startswith("COULD-NOT-CHECK  certificates.example.org/log, which could not be seen in this round")
    lab.record(certificate(), THIEF)
    lab.publish(tmp_path / "log")
    alerts = tmp_path / "alerts"
    with hook(500, 200) as (url, posted):
        options = ["--alert-file", str(alerts), "--webhook", url, *FOREVER]
        first = run(*options)
        assert (first.exit_code, "told in the next round" in first.output) == (1, True)
        for _ in range(2):
            second = run(*options, "--json")
            assert second.exit_code == 1
    assert [item["kind"] for item in posted] == ["bad-entry", "bad-entry"]
    assert [json.loads(line)["kind"] for line in alerts.read_text().splitlines()] == ["bad-entry"]
    values = json.loads(second.output)
    assert (values["exit"], values["size"], [item["kind"] for item in values["alerts"]]) == (1, 14, ["bad-entry"])


def test_the_command_says_what_it_cannot_do(tmp_path: Path, run: Callable[..., Any]) -> None:
    lab = Lab.founded()
    (tmp_path / "trust.txt").write_text(lab.trust_text())
    other = Lab.founded(url="https://other.example.org")
    (tmp_path / "other.txt").write_text(other.trust_text())
    assert run("--trust", f"{tmp_path}/trust.txt").exit_code == 3
    assert "of another one" in run("--trust", f"{tmp_path}/other.txt").output
    assert run("--once", "--every", "5").exit_code == 2
    assert run("--webhook", "http://elsewhere.example.org/").exit_code == 3
