"""A witness by the text of C2SP tlog-witness: each answer, and that it never signs two histories."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.verifier.loglab import BASE as BY_BASE
from tests.verifier.loglab import CHECKPOINTS, ORIGIN, THIEF, Lab, attended, enrolled, opened
from tests.verifier.witnesslab import NOW
from verifier import cosignatures, merkle, note
from verifier.errors import CouldNotCheck
from verifier.note import VerifierKey
from verifier.signing import OwnKey
from verifier.witness import request
from verifier.witness.cosigning import Answer, Witness
from verifier.witness.store import Memory
from verifier.witnesses import parse as parse_policy

NAME = "witness.example.org"
OWN = OwnKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
VKEY = cosignatures.key_of(NAME, OWN.public)
LOGS = {ORIGIN: [VerifierKey(ORIGIN, CHECKPOINTS.public)]}


def grown(lab: Lab, entries: int = 3) -> Lab:
    for hours in range(entries):
        lab.record(attended(hours=hours + 1), BY_BASE, ("clerk-1",))
    return lab


def proof(lab: Lab, old: int, size: int | None = None) -> list[bytes]:
    leaves = lab.leaves(size)
    return merkle.consistency_path(
        old, len(leaves), lambda level, at: merkle.root_of(leaves[at << level : (at + 1) << level])
    )


@dataclass
class Rig:
    """A witness with its file."""

    file: Path
    now: int = NOW
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.file, str(VKEY))

    def witness(self) -> Witness:
        return Witness(NAME, OWN, self.memory, LOGS, lambda: self.now)

    def ask(self, old: int, hashes: list[bytes], checkpoint: bytes) -> Answer:
        return self.witness().add_checkpoint(request.make(old, hashes, checkpoint.decode()))

    def last(self) -> Any:
        with self.memory.turn() as turn:
            return turn.cosigned(ORIGIN)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "witness.sqlite")


@pytest.fixture
def lab() -> Lab:
    return Lab.founded()


def good(answer: Answer, checkpoint: bytes) -> int:
    """The time of the cosignature that was answered, which is good for the checkpoint."""
    assert answer.status == 200
    policy = parse_policy(f"witness w {VKEY}\nquorum w\n")
    found = cosignatures.judge(checkpoint + answer.body.encode(), policy)
    assert found.quorum
    return found.cosignatures[0].timestamp


def test_a_first_checkpoint_and_those_that_extend_it_are_cosigned(rig: Rig, lab: Lab) -> None:
    assert good(rig.ask(0, [], lab.checkpoint()), lab.checkpoint()) == NOW
    size, rig.now = lab.size, NOW + 5
    grown(lab)
    assert good(rig.ask(size, proof(lab, size), lab.checkpoint()), lab.checkpoint()) == NOW + 5
    assert rig.last().size == lab.size
    assert rig.last().checkpoint.startswith(lab.checkpoint().decode())


def test_the_same_checkpoint_again_is_cosigned_again_and_time_never_runs_back(rig: Rig, lab: Lab) -> None:
    rig.ask(0, [], lab.checkpoint())
    for now, wanted in ((NOW + 9, NOW + 9), (NOW - 100, NOW + 9)):
        rig.now = now
        assert good(rig.ask(lab.size, [], lab.checkpoint()), lab.checkpoint()) == wanted


def test_409_tells_the_size(rig: Rig, lab: Lab) -> None:
    rig.ask(0, [], lab.checkpoint())
    size = lab.size
    grown(lab)
    for old in (0, size - 1, size + 1):
        answer = rig.ask(old, proof(lab, old) if old else [], lab.checkpoint())
        assert answer == Answer(409, f"{size}\n", "text/x.tlog.size")
    assert rig.last().size == size


def test_409_where_nothing_was_cosigned_is_of_size_0(rig: Rig, lab: Lab) -> None:
    assert rig.ask(3, proof(lab, 3), lab.checkpoint()) == Answer(409, "0\n", "text/x.tlog.size")


def test_422_for_a_proof_that_is_not_good(rig: Rig, lab: Lab) -> None:
    assert rig.ask(0, [bytes(32)], lab.checkpoint()).status == 422
    rig.ask(0, [], lab.checkpoint())
    size = lab.size
    right = proof(grown(lab), size)
    for wrong in ([], right[:-1], [*right, bytes(32)], [bytes(32), *right[1:]]):
        assert rig.ask(size, wrong, lab.checkpoint()).status == 422
    assert rig.last().size == size
    assert rig.ask(size, right, lab.checkpoint()).status == 200
    assert rig.ask(lab.size, [bytes(32)], lab.checkpoint()).status == 422


def test_a_rolled_back_log_is_not_cosigned(rig: Rig, lab: Lab) -> None:
    old = lab.checkpoint()
    size = lab.size
    rig.ask(0, [], grown(lab).checkpoint())
    assert rig.ask(0, [], old) == Answer(409, f"{lab.size}\n", "text/x.tlog.size")
    assert rig.ask(lab.size, [], old).status == 400
    assert rig.ask(size, [], old) == Answer(409, f"{lab.size}\n", "text/x.tlog.size")


def test_a_split_view_is_not_cosigned_and_kept_as_evidence(rig: Rig, lab: Lab) -> None:
    size = lab.size
    rig.ask(0, [], lab.checkpoint())
    other = Lab.founded()
    other.record(enrolled("two"), BY_BASE, ("clerk-1",))
    other.entries[12], other.entries[13] = other.entries[13], other.entries[12]
    other.entries.pop()
    assert other.size == size
    assert rig.ask(size, [], other.checkpoint()).status == 409
    grown(other)
    assert rig.ask(size, proof(other, size), other.checkpoint()).status == 422
    assert [(origin, at) for origin, at, _ in rig.memory.contradictions()] == [(ORIGIN, size), (ORIGIN, other.size)]
    assert rig.last().root == lab.root()


def test_403_where_no_key_of_the_log_signed(rig: Rig, lab: Lab) -> None:
    signed = lab.checkpoint().decode()
    spoilt = signed[:-12] + ("A" if signed[-12] != "A" else "B") + signed[-11:]
    for checkpoint in (lab.checkpoint(signer=THIEF), spoilt.encode()):
        assert rig.ask(0, [], checkpoint).status == 403
    assert rig.last() is None


def test_404_for_a_log_that_it_does_not_know(rig: Rig, lab: Lab) -> None:
    assert rig.ask(0, [], lab.checkpoint().replace(ORIGIN.encode(), b"elsewhere.example.org/log")).status == 404


def test_lines_of_unknown_keys_do_not_matter(rig: Rig, lab: Lab) -> None:
    signed = lab.checkpoint() + lab.checkpoint(signer=THIEF).partition(b"\n\n")[2]
    assert good(rig.ask(0, [], signed), signed) == NOW


def test_extension_lines_are_cosigned_too(rig: Rig, lab: Lab) -> None:
    text = note.parse(lab.checkpoint()).text + "extension\n"
    key = LOGS[ORIGIN][0]
    signed = str(note.Note(text, (note.Signature(ORIGIN, key.id, CHECKPOINTS.sign(text.encode())),))).encode()
    assert good(rig.ask(0, [], signed), signed) == NOW


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"",
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0\n", b""),
        lambda body: body.replace(b"old 0\n", b"old 0\r\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b64encode(bytes(31)) + b"\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\nnot base64\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + (b64encode(bytes(32)) + b"\n") * 64),
        lambda body: body[:-1],
        lambda body: body.partition(b"\n\n")[0],
        lambda body: b"\xff" + body,
        lambda body: body.replace(b"old 0", b"old 99999"),
    ],
)
def test_400_for_what_is_no_request(rig: Rig, lab: Lab, spoil: Any) -> None:
    body = spoil(request.make(0, [], lab.checkpoint().decode()))
    assert rig.witness().add_checkpoint(body).status == 400
    assert rig.last() is None


def test_63_hashes_are_read() -> None:
    body = request.make(1, [bytes(32)] * 63, Lab.founded().checkpoint().decode())
    assert len(request.parse(body).proof) == 63


# --- what it remembers ----------------------------------------------------------------------------------------------


def test_nothing_is_answered_that_is_not_stored(rig: Rig, lab: Lab) -> None:
    """Where storing fails, there is no answer, and the memory is as it was."""
    rig.ask(0, [], lab.checkpoint())
    before = rig.last()
    with closing(sqlite3.connect(rig.file)) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON cosigned BEGIN SELECT RAISE(ABORT, 'full'); END")
        connection.commit()
    size = lab.size
    with pytest.raises(sqlite3.Error, match="full"):
        rig.ask(size, proof(grown(lab), size), lab.checkpoint())
    assert rig.last() == before


def test_another_witness_starts_where_the_last_one_stopped(rig: Rig, lab: Lab) -> None:
    rig.ask(0, [], lab.checkpoint())
    again = Rig(rig.file)
    assert again.last() == rig.last()
    assert again.ask(0, [], grown(lab).checkpoint()).status == 409


def test_the_memory_is_of_one_key(rig: Rig) -> None:
    with pytest.raises(CouldNotCheck, match="no other may sign by it"):
        Memory(rig.file, str(cosignatures.key_of("other.example.org", OWN.public)))
    rig.file.with_name("no database").write_text("no database, and longer than a page's header has room for" * 99)
    with pytest.raises(CouldNotCheck, match="cannot be used"):
        Memory(rig.file.with_name("no database"), str(VKEY))


def test_of_two_histories_at_once_one_is_cosigned(rig: Rig, lab: Lab) -> None:
    """Both are from the size that the witness has, each by another memory on the same file."""
    rig.ask(0, [], lab.checkpoint())
    size = lab.size
    branches = []
    for word in ("one", "two", "three", "four"):
        branch = Lab.founded()
        branch.record(opened(f"of branch {word}", "registrar"), BY_BASE, ("clerk-1",))
        branches.append((proof(branch, size), branch.checkpoint()))
    rigs = [Rig(rig.file) for _ in branches]
    with ThreadPoolExecutor(len(branches)) as pool:
        answers = list(pool.map(lambda at: rigs[at].ask(size, *branches[at]), range(len(branches))))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
