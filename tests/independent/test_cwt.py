"""`cwt` verifies our statements with nothing but the public key, and refuses them when one bit is different.

It runs in an environment of its own, since it wants an older cbor2: `cwt_statement.py`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.independent.ledger_log import LedgerLog
from tests.sample_log import ISSUING, SampleLog, Signer, award, proof, signed
from verifier import checkpoint as checkpoints
from verifier import keys, statement
from verifier.kinds import KeyAuthorised, LogStarted
from verifier.note import VerifierKey
from verifier.tile import WIDTH, TreeReader

Answers = list[dict[str, str]]
Verify = Callable[..., Answers]


@pytest.fixture(scope="module")
def ask(cwt_python: Path) -> Verify:
    """Asks `cwt` about statements, each given as key id, public key and bytes."""

    def run(asked: Iterable[tuple[bytes, bytes, bytes]]) -> Answers:
        names = ("kid", "key", "statement")
        lines = [json.dumps({name: part.hex() for name, part in zip(names, parts, strict=True)}) for parts in asked]
        command = [str(cwt_python), str(Path(__file__).parent / "cwt_statement.py")]
        given = "".join(f"{line}\n" for line in lines)
        result = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, check=True)
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        assert len(answers) == len(lines)
        return answers

    return run


@pytest.fixture(scope="module")
def verify(ask: Verify) -> Verify:
    """Asks `cwt` about statements, all with one key."""

    def run(statements: Iterable[bytes], signer: Signer = ISSUING, kid: bytes = ISSUING.kid) -> Answers:
        return ask((kid, signer.public, data) for data in statements)

    return run


def test_every_statement_of_a_ledger_is_good_by_the_keys_that_its_log_names(ask: Verify, ledger_log: LedgerLog) -> None:
    head = checkpoints.verify(
        (ledger_log.folder / "checkpoint").read_bytes(), [VerifierKey.parse(ledger_log.vkey)], ledger_log.origin
    )
    read = TreeReader(head.size, lambda path: (ledger_log.folder / path).read_bytes())
    entries = [statement.parse(e) for n in range(-(-head.size // WIDTH)) for e in read.entries(n)]
    public: dict[bytes, bytes] = {}
    for entry in entries:
        event = entry.record.event
        if isinstance(event, LogStarted):
            public.update({keys.thumbprint(key.public_key): key.public_key for key in event.keys})
        elif isinstance(event, KeyAuthorised):
            public[keys.thumbprint(event.public_key)] = event.public_key
    answers = ask((entry.kid, public[entry.kid], entry.raw) for entry in entries)
    assert answers == [{"payload": entry.payload.hex()} for entry in entries]
    assert len(entries) > 100


def test_our_statements_are_good(verify: Verify) -> None:
    entries = SampleLog.of_statements(30).entries
    assert verify(entries) == [{"payload": statement.parse(entry).payload.hex()} for entry in entries]


def test_a_transparent_statement_is_good_as_it_is(verify: Verify) -> None:
    assert verify([proof()]) == [{"payload": statement.parse_with_header(proof())[0].payload.hex()}]


def test_every_bit_flipped_is_refused(verify: Verify) -> None:
    entry, _ = signed(award())
    flipped = [
        entry[:at] + bytes([entry[at] ^ 1 << bit]) + entry[at + 1 :] for at in range(len(entry)) for bit in range(8)
    ]
    accepted = [n for n, answer in enumerate(verify(flipped)) if "error" not in answer]
    assert accepted == []


def test_another_key_is_refused_even_under_the_same_key_id(verify: Verify) -> None:
    entry, _ = signed(award())
    other = Signer("somebody else")
    answers = verify([entry], other) + verify([entry], kid=other.kid)
    assert ["error" in answer for answer in answers] == [True, True]
