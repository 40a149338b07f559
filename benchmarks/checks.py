"""Checks of one proof: what somebody does who holds a certificate and a trust file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from benchmarks import floors
from benchmarks.measuring import Figure, each, in_turns
from benchmarks.world import World
from ledger.awards import open_awards
from verifier.verify import verify_proof


def measure(world: World) -> Iterator[Figure]:
    """`verify_proof`: statement, issuer, receipt, disclosed values. A check verifies two signatures, so does its floor.

    The making of these proofs, receipts signed anew, is measured beside it.
    """
    signed = floors.signed_messages(world.ledger.store, world.trust)[: 2 * world.sizes.checks]
    with open_awards(world.ledger) as awards:
        issued = list(islice((item for item in awards.all() if not item.disowned), world.sizes.checks))
        proofs = [awards.proof(item) for item in issued]
        found = in_turns(
            world.sizes.rounds,
            {
                "check": lambda: each(proofs, lambda proof: verify_proof(proof, world.trust)),
                "bare": lambda: floors.verifying(signed) / 2,
                "make": lambda: each(issued, awards.proof),
            },
        )
    yield Figure("checks of a proof", "/s", found["check"], "2 bare verifications", found["bare"])
    yield Figure("proofs made", "/s", found["make"])
