"""Proofs that a number was never issued: by a log, by a file, and what is no such proof."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.verifier import loglab
from tests.verifier.loglab import CHECKPOINTS, PARTNER, ROOT, STATUS, THIEF, Lab, MemoryLog, uuid
from verifier import absence, kinds, numberhead
from verifier.__main__ import certverify
from verifier.address import new_number, number_digest
from verifier.audit import audit
from verifier.cbor import decode, encode
from verifier.errors import (
    CouldNotCheck,
    Inconsistent,
    KeyCompromised,
    Malformed,
    Mismatch,
    NotEntitled,
    NotIncluded,
    UnknownKey,
    VerificationError,
)

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)
NEVER = new_number("BDI", 2026, bytes(range(9)))


@pytest.fixture
def lab() -> Lab:
    """An honest log with a certificate at index 13 and a title at 14."""
    lab = Lab.founded(now=NOW)
    lab.record(loglab.certificate())
    lab.record(loglab.title(), loglab.AUTHORITY)
    return lab


def issued_number() -> str:
    return str(loglab.certificate().number)


def proof(lab: Lab, number: str, **head: Any) -> bytes:
    files = {**lab.files(), "numbers/head": lab.number_head(**head)}
    return absence.ask(number_digest(number), MemoryLog(files))


def test_a_number_that_was_never_issued_is_proved_to_be_none(lab: Lab) -> None:
    answer = absence.verify_proof(proof(lab, NEVER), NEVER, lab.trust())
    assert (answer.entry, answer.size, answer.head.count) == (None, 15, 2)


def test_a_number_that_was_issued_is_proved_with_its_entry(lab: Lab) -> None:
    answer = absence.verify_proof(proof(lab, issued_number()), issued_number().lower(), lab.trust())
    assert answer.entry == 13


def test_a_revoked_award_was_issued_all_the_same(lab: Lab) -> None:
    one, day = uuid("certificate one"), date(2026, 3, 3)
    lab.record(kinds.CertificateRevoked(certificate_id=one, revoked_on=day, reason="fraud"))
    assert absence.verify_proof(proof(lab, issued_number()), issued_number(), lab.trust()).entry == 13


def test_a_number_issued_later_is_none_as_of_the_proof(lab: Lab) -> None:
    later = loglab.certificate("two")
    old = proof(lab, str(later.number))
    lab.record(later)
    assert absence.verify_proof(old, str(later.number), lab.trust()).entry is None
    assert absence.verify_proof(proof(lab, str(later.number)), str(later.number), lab.trust()).entry == 15


def test_a_proof_is_about_one_number(lab: Lab) -> None:
    with pytest.raises(Mismatch):
        absence.verify_proof(proof(lab, NEVER), issued_number(), lab.trust())


FALSE_HEADS: dict[str, tuple[dict[str, Any], type[VerificationError]]] = {
    "by a key that nobody knows": ({"signer": THIEF}, UnknownKey),
    "by a key for something else": ({"signer": PARTNER}, NotEntitled),
    "by the checkpoint's key": ({"signer": CHECKPOINTS}, NotEntitled),
    "of another log": ({"uri": "https://other.example.org/log/numbers/head"}, Malformed),
    "over no checkpoint": ({"checkpoint": b"nothing"}, Malformed),
}


@pytest.mark.parametrize("name", FALSE_HEADS)
def test_a_head_is_refused(lab: Lab, name: str) -> None:
    changes, error = FALSE_HEADS[name]
    with pytest.raises(error):
        absence.verify_proof(proof(lab, NEVER, **changes), NEVER, lab.trust())


def test_a_head_whose_checkpoint_the_log_did_not_sign_is_refused(lab: Lab) -> None:
    forged = lab.checkpoint(signer=THIEF)
    with pytest.raises(UnknownKey):
        absence.verify_proof(proof(lab, NEVER, checkpoint=forged), NEVER, lab.trust())


def test_a_head_by_a_compromised_key_is_refused_at_whatever_size(lab: Lab) -> None:
    data = proof(lab, NEVER)
    stolen = kinds.KeyCompromised(organisation_id=uuid("organisation CQUPT"), kid=STATUS.kid, as_of=15)
    lab.record(stolen, ROOT, loglab.CLERK)
    with pytest.raises(KeyCompromised):
        absence.verify_proof(data, NEVER, lab.trust())


def test_a_status_list_is_no_head_and_a_head_no_status_list(lab: Lab) -> None:
    """One key signs both: the type in the header keeps them apart."""
    with pytest.raises(Malformed):
        absence.verify_head(lab.status_token(), lab.trust())
    files = {**lab.files(), "status/0": lab.number_head()}
    assert [item.place for item in audit(MemoryLog(files), lab.trust(), processes=0).problems] == ["status/0"]


def test_every_bit_of_a_proof_counts(lab: Lab) -> None:
    data, trusted = proof(lab, NEVER), lab.trust()
    for bit in range(8 * len(data)):
        spoilt = bytearray(data)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            absence.verify_proof(bytes(spoilt), NEVER, trusted)


FALSE_PROOFS: dict[str, Callable[[dict[int, Any]], Any]] = {
    "a list": lambda parts: list(parts.values()),
    "without tiles": lambda parts: {1: parts[1], 2: parts[2]},
    "with more": lambda parts: {**parts, 4: b""},
    "with a number for a hash": lambda parts: {**parts, 1: 1},
    "with text for a tile": lambda parts: {**parts, 3: ["tile"]},
    "too long": lambda parts: {**parts, 3: [bytes(absence.MAX_SIZE)]},
}


@pytest.mark.parametrize("name", FALSE_PROOFS)
def test_bytes_that_are_no_proof_are_refused(lab: Lab, name: str) -> None:
    with pytest.raises(Malformed):
        absence.verify_proof(encode(FALSE_PROOFS[name](decode(proof(lab, NEVER)))), NEVER, lab.trust())


def test_a_proof_without_its_tiles_is_none(lab: Lab) -> None:
    """An issued number with its bucket left out must not look as if it was never issued."""
    parts = decode(proof(lab, issued_number()))
    with pytest.raises(NotIncluded):
        absence.verify_proof(encode({**parts, 3: []}), issued_number(), lab.trust())


# --- against the log of now ------------------------------------------------------------------------------------------


def current(lab: Lab, head: bytes, now: datetime | None = None) -> None:
    verified = absence.verify_head(head, lab.trust())
    absence.check_current(verified, MemoryLog(lab.files()), lab.trust(), now or lab.now)


def test_a_head_of_an_earlier_tree_of_this_log_is_current_while_it_is_fresh(lab: Lab) -> None:
    current(lab, lab.number_head(14))
    with pytest.raises(CouldNotCheck, match="more than a day old"):
        current(lab, lab.number_head(), lab.now + timedelta(hours=25))
    with pytest.raises(CouldNotCheck, match="future"):
        current(lab, lab.number_head(), lab.now - timedelta(hours=1))


def test_a_head_of_today_that_leaves_out_what_was_recorded_long_before_is_not_current(lab: Lab) -> None:
    """Its owner signs it anew each day: it hides what was issued since, and is fresh all the same."""
    now = lab.now + timedelta(hours=2)
    fresh = {"issued_at": round(now.timestamp())}
    current(lab, lab.number_head(**fresh), now)
    with pytest.raises(CouldNotCheck, match=r"entry 13 was recorded .* and not in the number index of"):
        current(lab, lab.number_head(13, **fresh), now)
    within = round((lab.now + timedelta(minutes=50)).timestamp())
    current(lab, lab.number_head(13, issued_at=within), now)


def test_a_head_of_another_history_is_a_contradiction(lab: Lab) -> None:
    other = Lab.founded(now=NOW)
    other.record(loglab.certificate("elsewhere"))
    with pytest.raises(Inconsistent):
        current(lab, other.number_head())


# --- the audit -------------------------------------------------------------------------------------------------------


def problems(lab: Lab, spoil: Callable[[dict[str, bytes]], object]) -> list[tuple[str, str]]:
    files = lab.files()
    spoil(files)
    report = audit(MemoryLog(files), lab.trust(), processes=0)
    return [(item.place, item.code) for item in (*report.problems, *report.unchecked)]


def test_the_audit_folds_the_index_again(lab: Lab) -> None:
    assert problems(lab, lambda files: None) == []
    hidden = lab.numbers(13)  # the certificate at 13 was taken out
    told = {"count": hidden.count, "root": hidden.root}
    assert problems(lab, lambda files: files.update({"numbers/head": lab.number_head(**told)})) == [
        ("numbers/head", "mismatch")
    ]
    assert problems(lab, lambda files: files.update({"numbers/head": lab.number_head(14)})) == [
        ("numbers/head", "could-not-check")  # its tiles are not published any more
    ]
    root = next(path for path in lab.files() if path.startswith("numbers/") and path != "numbers/head")
    assert problems(lab, lambda files: files.update({root: files[root][:-1] + b"\xff"})) == [
        ("numbers/head", "mismatch")
    ]
    assert problems(lab, lambda files: files.update({"numbers/head": lab.number_head(signer=PARTNER)})) == [
        ("numbers/head", "not-entitled")
    ]


def test_the_audit_says_where_there_is_no_index(lab: Lab) -> None:
    assert problems(lab, lambda files: files.pop("numbers/head")) == [("numbers/head", "could-not-check")]


# --- the command -----------------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """Somebody with a copy of the log and the trust file."""

    folder: Path

    def ask(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        given = ["absent", "--trust", str(self.folder / "trust.txt"), "--json", *arguments]
        result = CliRunner().invoke(certverify, given, prog_name="certverify")
        told: dict[str, Any] = json.loads(result.stdout)
        assert told["exit"] == result.exit_code
        return result.exit_code, told


@pytest.fixture
def desk(lab: Lab, tmp_path: Path) -> Desk:
    lab.publish(tmp_path / "log")
    (tmp_path / "trust.txt").write_text(lab.trust_text(), encoding="utf-8")
    return Desk(tmp_path)


def test_the_command_asks_a_copy_of_the_log_and_keeps_the_proof(desk: Desk) -> None:
    kept = desk.folder / "kept.cbor"
    code, told = desk.ask(NEVER, f"--log={desk.folder / 'log'}", "-o", str(kept))
    assert (code, told["verdict"], told["as_of"], told["entry"]) == (0, "never-issued", 15, None)
    code, told = desk.ask(NEVER, f"--proof={kept}")
    assert (code, told["verdict"], told["as_of"]) == (0, "never-issued", 15)
    assert len(kept.read_bytes()) < 1000


def test_the_command_says_that_a_number_was_issued(desk: Desk) -> None:
    code, told = desk.ask(issued_number(), f"--log={desk.folder / 'log'}")
    assert (code, told["verdict"], told["entry"]) == (1, "issued", 13)


def test_a_mistyped_number_is_neither(desk: Desk) -> None:
    wrong = NEVER[:-1] + ("A" if NEVER[-1] != "A" else "B")
    code, told = desk.ask(wrong, f"--log={desk.folder / 'log'}")
    assert (code, told["code"]) == (3, "mistyped-number")


def test_a_false_proof_and_a_missing_one_are_told_apart(desk: Desk) -> None:
    (desk.folder / "false.cbor").write_bytes(b"\xa0")
    assert desk.ask(NEVER, f"--proof={desk.folder / 'false.cbor'}")[0] == 1
    assert desk.ask(NEVER, f"--proof={desk.folder / 'none.cbor'}")[0] == 3
    (desk.folder / "log/numbers/head").unlink()
    assert desk.ask(NEVER, f"--log={desk.folder / 'log'}")[0] == 3


def test_a_proof_that_cannot_be_kept_is_no_verdict(desk: Desk) -> None:
    code, told = desk.ask(issued_number(), f"--log={desk.folder / 'log'}", "-o", str(desk.folder / "nowhere" / "kept"))
    assert (code, told["verdict"]) == (3, "could-not-check")
    assert told["message"].endswith("nowhere/kept cannot be written: No such file or directory")


def test_without_a_log_named_the_base_is_asked_where_it_is_now(lab: Lab, tmp_path: Path) -> None:
    """Its first address names it for ever, and may be somebody else's by now."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path)) as server:
        here = f"http://127.0.0.1:{server.server_port}"
        lab.record(kinds.BaseMoved(log_id=uuid("log"), url=here), ROOT, loglab.CLERK)
        lab.publish(tmp_path / "log")
        (tmp_path / "trust.txt").write_text(lab.trust_text(), encoding="utf-8")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            code, told = Desk(tmp_path).ask(NEVER)
        finally:
            server.shutdown()
            thread.join()
    assert (code, told["verdict"], told["as_of"]) == (0, "never-issued", 16)


def test_people_read_sentences(desk: Desk) -> None:
    given = ["absent", "--trust", str(desk.folder / "trust.txt"), f"--log={desk.folder / 'log'}", NEVER]
    shown = CliRunner().invoke(certverify, given, prog_name="certverify").stdout
    assert shown.startswith("NEVER-ISSUED  ")
    assert "the log's first 15 entries, which issued 2 numbers" in shown
    both = CliRunner().invoke(certverify, [*given, "--proof=x"], prog_name="certverify")
    assert both.exit_code == 2


def test_the_head_has_one_form(lab: Lab) -> None:
    signed = lab.number_head()
    read = numberhead.verify(signed, STATUS.public)
    assert (read.count, read.root, read.checkpoint.size) == (2, lab.numbers().root, 15)
    for spoilt in (signed[:-1], signed + b"\x00", b"", lab.checkpoint()):
        with pytest.raises(VerificationError):
            numberhead.verify(spoilt, STATUS.public)
