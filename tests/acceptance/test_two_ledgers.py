"""«Events keep no trace of who a person is: two ledgers from the same pack share no stream id, number or commitment.»
And neighbours in the log do not tell which certificate belongs to which enrolment."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from ledger.exports import log_of
from ledger.store import Recorded
from tests.acceptance.conftest import Taken
from tests.acceptance.terminal import PACKS, Terminal
from tests.engines import Engine
from verifier import cbor, kinds
from verifier.events import Event

UNLIKELY = 4.5
"""Standard deviations: a correlation as strong comes by chance once in 150,000 chunks."""


@pytest.fixture(scope="module")
def other(person: Terminal, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A second ledger from the pack that `dirty` is made from."""
    ledger = person.found(engine.new(tmp_path_factory.mktemp("other") / "ledger"))
    person.taken_in(ledger, PACKS / "dirty")
    return ledger


@pytest.fixture(scope="module")
def log(person: Terminal, base: Taken) -> list[tuple[Recorded, Event]]:
    with person.opened(base.ledger) as opened:
        return [(recorded, opened.vault.read(recorded)[1]) for recorded in log_of(opened.store)]


def traces(person: Terminal, engine: Engine, ledger: str) -> dict[str, set[bytes]]:
    """Everything in a ledger that could link it to another of the same people, by what it is."""
    found: dict[str, set[bytes]] = defaultdict(set)
    with person.opened(ledger) as opened:
        found["log id"].add(opened.log_id.bytes)
        found["public keys"] |= {signer.public_key for signer in opened.keystore.signers()}
        found["pseudonyms"] |= {name.encode() for name in opened.settings.accounts.values()}
        for recorded in log_of(opened.store):
            read, event = opened.vault.read(recorded)
            found["streams"].add(recorded.stream_id.bytes)
            found["commitments"] |= set(read.record.commitments)
            found["blinded commands"].add(read.record.envelope.command)
            for disclosure in opened.vault.open(recorded) or ():
                found["salts"].add(bytes(cbor.decode(cbor.decode(disclosure))[0]))
            if isinstance(event, kinds.CertificateAwarded | kinds.TitleGranted):
                found["numbers"].add(str(event.number).encode())
                found["links"].add(str(event.link).encode())
                found["number hashes"].add(event.number_hash)
                found["link hashes"].add(event.link_hash)
            if isinstance(event, kinds.PackTakenIn):
                found["files"] |= set(event.files.values())
    for name, column in (
        ("commands", "SELECT command_id FROM commands"),
        ("claims", "SELECT key FROM claims"),
        ("boundaries", "SELECT boundary FROM boundaries"),
        ("ciphertexts", "SELECT sealed FROM vault"),
    ):
        found[name] |= {bytes(value) for (value,) in engine.query(ledger, column)}
    return found


def test_two_ledgers_from_the_same_pack_share_nothing(
    person: Terminal, engine: Engine, dirty: Taken, other: str
) -> None:
    one, two = traces(person, engine, dirty.ledger), traces(person, engine, other)
    shared = {name: values & two[name] for name, values in one.items() if values & two[name]}
    assert shared == {}
    assert one.keys() == two.keys()
    assert len(one["commitments"]) == len(two["commitments"]) > 10_000
    assert min(len(one[name]) for name in ("numbers", "links", "number hashes", "link hashes")) > 100
    assert min(len(one[name]) for name in ("streams", "salts", "ciphertexts", "claims")) > 500


def test_nothing_is_drawn_twice_within_a_ledger(person: Terminal, dirty: Taken) -> None:
    with person.opened(dirty.ledger) as opened:
        drawn = [str(event.link) for _, event in map(opened.vault.read, log_of(opened.store)) if hasattr(event, "link")]
    assert len(drawn) == len(set(drawn)) > 100


def chunks(engine: Engine, ledger: str) -> list[range]:
    """The indices that each transaction recorded."""
    found = engine.query(ledger, "SELECT first_index, count FROM commands ORDER BY first_index")
    return [range(first, first + count) for first, count in found]


def correlation(pairs: list[tuple[float, float]]) -> float:
    """Spearman's rank correlation."""

    def ranks(values: list[float]) -> list[int]:
        order = sorted(range(len(values)), key=values.__getitem__)
        ranked = [0] * len(values)
        for rank, at in enumerate(order):
            ranked[at] = rank
        return ranked

    one, two = ranks([pair[0] for pair in pairs]), ranks([pair[1] for pair in pairs])
    count = len(pairs)
    return 1 - 6 * sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) / (count * (count**2 - 1))


def test_the_order_of_certificates_tells_nothing_of_the_order_of_enrolments(
    engine: Engine, base: Taken, log: list[tuple[Recorded, Event]]
) -> None:
    enrolled = {event.enrolment_id: entry.index for entry, event in log if isinstance(event, kinds.EnrolmentMade)}
    looked_at = 0
    for chunk in chunks(engine, base.ledger):
        awarded = [log[index] for index in chunk if isinstance(log[index][1], kinds.CertificateAwarded)]
        orders = {
            "enrolments": [(entry.index, enrolled[event.enrolment]) for entry, event in awarded],
            "requests": [(entry.index, int(str(event.source).rpartition(":")[2])) for entry, event in awarded],
        }
        for name, pairs in orders.items():
            if len(pairs) >= 10:
                looked_at += 1
                assert abs(correlation(pairs)) * math.sqrt(len(pairs) - 1) < UNLIKELY, f"{name} in {chunk}"
    assert looked_at >= 4


def test_the_neighbours_of_a_certificate_are_of_other_people(log: list[tuple[Recorded, Event]]) -> None:
    awarded = [entry for entry, event in log if isinstance(event, kinds.CertificateAwarded)]
    same = [
        entry.index
        for entry in awarded
        for neighbour in (entry.index - 1, entry.index + 1)
        if neighbour < len(log) and log[neighbour][0].subject == entry.subject
    ]
    assert len(awarded) > 100
    assert len(same) < len(awarded) / 10


def test_a_test_of_order_would_see_a_log_that_was_not_shuffled() -> None:
    pairs = [(float(at), float(at + at % 3)) for at in range(30)]
    assert correlation(pairs) * math.sqrt(29) > UNLIKELY
    assert abs(correlation([(at, at * 7 % 30) for at in range(30)])) * math.sqrt(29) < UNLIKELY
