"""The answer to a proof that somebody brought: as that of its link, whatever became of the holder's data here."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.answer import Answer, State, answer_link, answer_proof
from ledger.awards import Awards, open_awards
from ledger.commands import EraseTrainee
from tests.api.whole_ledger import NOW, WholeLedger, by, do, publish_now, trainee
from verifier.verify import verify_proof

AT = datetime.fromtimestamp(NOW / 1000, UTC)


def of_proof(awards: Awards, proof: bytes) -> Answer:
    return answer_proof(awards, proof, verify_proof(proof, awards.snapshot().trust), AT)


@pytest.mark.parametrize("name", ["valid", "title valid", "revoked", "expired", "suspended", "superseded"])
def test_it_is_that_of_the_link(original: WholeLedger, name: str) -> None:
    with original.opened() as ledger, open_awards(ledger) as awards:
        proof = awards.proof(by(awards, original.links[name]))
        found, linked = of_proof(awards, proof), answer_link(awards, original.links[name], AT)
    assert (found.state, found.changed_on, found.reason) == (linked.state, linked.changed_on, linked.reason)
    assert (found.shown, found.proof, found.changes) == (linked.shown, linked.proof, linked.changes)
    assert found.current_link == linked.current_link
    assert found.state.value == name.removeprefix("title ")


def test_an_erasure_here_takes_nothing_from_what_the_proof_says_itself(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        proof = awards.proof(issued)
        do(ledger, EraseTrainee(trainee(issued)))
        publish_now(ledger)
        awards.catch_up()
        assert answer_link(awards, whole.links["valid"], AT).state is State.ERASED
        assert of_proof(awards, proof).state is State.VALID


def test_without_a_status_list_nothing_stands(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        proof = awards.proof(by(awards, whole.links["revoked"]))
        (whole.public / "status" / "0").unlink()
        found = of_proof(awards, proof)
        assert (found.state, found.code) == (State.STANDING_NOT_CHECKED, "could-not-check")
