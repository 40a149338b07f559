"""What a monitor tells, and to what a witness does not put its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.fraud.forger import Forger
from tests.fraud.frauds import Fraud, done
from tests.fraud.honest import Honest
from tests.fraud.listed import FRAUDS
from tests.fraud.observers import Keepsakes, Seen, Who
from tests.verifier.loglab import MemoryLog
from verifier import cosignatures, merkle
from verifier.monitor.rounds import Monitor
from verifier.monitor.state import Kept, State
from verifier.note import VerifierKey
from verifier.signing import OwnKey
from verifier.witness import request
from verifier.witness.cosigning import Witness
from verifier.witness.store import Memory

DAY = 86_400
MONITORED = [fraud for fraud in FRAUDS if fraud.who is Who.MONITOR]
WITNESSED = [fraud for fraud in FRAUDS if fraud.who is Who.WITNESS]
OWN = OwnKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def monitor(folder: Path, trust_text: str) -> Callable[[Forger], list[Seen]]:
    """Looks again and again, with the state that it keeps."""
    state = State(folder)
    state.keep(Kept(trust_text, None, 0, 0))

    def look(log: Forger) -> list[Seen]:
        clock = round((log.now + log.later).timestamp())
        Monitor(MemoryLog(log.files()), state, lambda: clock, 2 * DAY).run()
        return [Seen(None, alert.subject, alert.kind, alert.message) for alert in state.standing()]

    return look


@pytest.mark.parametrize("fraud", MONITORED, ids=[fraud.name for fraud in MONITORED])
def test_a_monitor_tells(fraud: Fraud, forger: Forger, honest: Honest, tmp_path: Path) -> None:
    look = monitor(tmp_path, honest.trust_text)
    deed = fraud.deed(forger)
    next(deed)
    assert look(forger) == []
    expected = done(deed)
    (seen,) = look(forger)
    assert seen.code == fraud.code
    assert expected.words in seen.message
    if expected.place != "checkpoint":
        assert seen.place.startswith(expected.place) or expected.place in seen.message


@pytest.mark.parametrize("fraud", WITNESSED, ids=[fraud.name for fraud in WITNESSED])
def test_a_witness_does_not_cosign(fraud: Fraud, forger: Forger, keepsakes: Keepsakes, tmp_path: Path) -> None:
    key = cosignatures.key_of("witness.example.org", OWN.public)
    logs = {forger.origin: [VerifierKey(forger.origin, forger.own_key("log.checkpoint").public)]}
    witness = Witness(key.name, OWN, Memory(tmp_path / "witness.sqlite", str(key)), logs, lambda: 1_780_000_000)
    deed = fraud.deed(forger)
    next(deed)
    honest = forger.files()["checkpoint"].decode()
    assert witness.add_checkpoint(request.make(0, [], honest)).status == 200
    expected = done(deed)
    old, leaves = int(expected.place), forger.leaves()
    proof = merkle.consistency_path(
        old, len(leaves), lambda level, at: merkle.root_of(leaves[at << level : (at + 1) << level])
    )
    answer = witness.add_checkpoint(request.make(old, proof, forger.files()["checkpoint"].decode()))
    assert str(answer.status) == fraud.code
    assert expected.words in answer.body
