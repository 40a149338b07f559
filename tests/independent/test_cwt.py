"""`cwt` verifies our statements with nothing but the public key, and refuses them when one bit is different.

It runs in an environment of its own, since it wants an older cbor2: `cwt_statement.py`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.sample_log import ISSUING, SampleLog, Signer, award, proof, signed
from verifier import statement

Answers = list[dict[str, str]]
Verify = Callable[..., Answers]


@pytest.fixture(scope="module")
def verify(cwt_python: Path) -> Verify:
    """Asks `cwt` about statements, all with one key."""

    def run(statements: Iterable[bytes], signer: Signer = ISSUING, kid: bytes = ISSUING.kid) -> Answers:
        key = {"key": signer.public.hex(), "kid": kid.hex()}
        lines = [json.dumps({**key, "statement": data.hex()}) + "\n" for data in statements]
        command = [str(cwt_python), str(Path(__file__).parent / "cwt_statement.py")]
        result = subprocess.run(command, input="".join(lines), capture_output=True, text=True, timeout=120, check=True)
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        assert len(answers) == len(lines)
        return answers

    return run


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
