"""Looking awards up, and proving them under the published checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from ledger.awards import Awards, open_awards
from ledger.commands import AuthoriseKey, EraseTrainee, RetireKey, RevokeCertificate
from ledger.open import Ledger
from ledger.receipts import NotYetSigned
from ledger.store import StoreCorrupt
from tests.api.whole_ledger import TODAY, WholeLedger, by, do, founded, new_place, publish_now, trainee
from tests.engines import Engine
from verifier import bundle, trust
from verifier.errors import Malformed, Mismatch, VerificationError
from verifier.events import WITHHELD
from verifier.kinds import RECEIPT_KIND, CertificateAwarded
from verifier.standing import Standing
from verifier.verify import verify_change, verify_proof


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    with whole.opened() as opened:
        yield opened


def test_every_award_is_found_by_its_number_and_its_link(awards: Awards) -> None:
    everything = list(awards.all())
    assert [issued.index for issued in everything] == sorted(issued.index for issued in everything)
    for issued in everything:
        if issued.erased:
            continue
        number, link = str(issued.event.number), str(issued.event.link)
        assert awards.by_number(number) == awards.by_number(number.lower().replace("-", " ")) == issued
        assert awards.by_link(link) == awards.by_link(link.lower()) == issued


def test_what_is_none_is_not_found_and_what_is_no_number_is_malformed(awards: Awards) -> None:
    assert awards.by_link("0" * 24) is None
    for text in ("", "X", "ENG-2024-0000000000000-0"):
        with pytest.raises(Malformed):
            awards.by_number(text)
    with pytest.raises(Malformed):
        awards.by_link("U" * 24)


def test_the_certificates_of_a_cohort(awards: Awards) -> None:
    everything = [issued for issued in awards.all() if isinstance(issued.event, CertificateAwarded)]
    cohorts = {str(issued.event.cohort) for issued in everything if not issued.erased}
    for cohort in cohorts:
        assert [i.stream for i in awards.of_cohort(cohort)] == [
            i.stream for i in everything if getattr(i.event, "cohort", None) == cohort
        ]
    assert list(awards.of_cohort("no such cohort")) == []


def test_standing_and_changes_of_what_was_found(awards: Awards, whole: WholeLedger) -> None:
    for name, changes in (("valid", 0), ("suspended", 1), ("reinstated", 2), ("superseded", 1), ("revoked", 1)):
        issued = by(awards, whole.links[name])
        assert issued.award.on(TODAY) is (Standing.VALID if name == "reinstated" else Standing(name))
        assert len(issued.changes) == changes
        assert not issued.disowned


def test_every_proof_verifies_and_discloses_the_paper_alone(awards: Awards) -> None:
    now = awards.snapshot()
    for issued in awards.all():
        if issued.erased:
            continue
        data = awards.proof(issued)
        proved = verify_proof(data, now.trust)
        assert (proved.index, proved.logged.included.root) == (issued.index, now.head.root)
        assert (proved.event.name, proved.event.number) == (issued.event.name, issued.event.number)
        assert proved.event.trainee is proved.event.link is WITHHELD
        for change, (index, statement) in zip(awards.change_proofs(issued), issued.changes, strict=True):
            assert verify_change(change, now.trust, proved) == (index, statement.record.event)


def test_the_trust_of_a_snapshot_is_the_published_trust_file(ledger: Ledger, awards: Awards) -> None:
    assert awards.snapshot().trust == trust.parse((ledger.public / "trust.txt").read_text())
    publish_now(ledger)
    assert awards.snapshot() is awards.snapshot()


def test_after_an_erasure_values_are_withheld_and_a_proof_discloses_nothing(awards: Awards, whole: WholeLedger) -> None:
    issued = by(awards, whole.links["erased"])
    assert issued.erased
    assert issued.event.name is issued.event.link is WITHHELD
    proof = awards.proof(issued)
    assert bundle.parse(proof).disclosures == ()
    with pytest.raises(Mismatch, match="does not disclose"):
        verify_proof(proof, awards.snapshot().trust)


def test_an_erasure_is_seen_by_a_process_that_has_read_the_person_before(
    ledger: Ledger, awards: Awards, whole: WholeLedger
) -> None:
    issued = by(awards, whole.links["valid"])
    with whole.opened() as other:
        do(other, EraseTrainee(trainee(issued)))
    assert by(awards, whole.links["valid"]).erased


def test_what_is_not_published_yet_has_no_proof(ledger: Ledger, awards: Awards, whole: WholeLedger) -> None:
    issued = by(awards, whole.links["valid"])
    do(ledger, RevokeCertificate(trainee(issued), str(getattr(issued.event, "cohort", "")), "other", TODAY))
    revoked = by(awards, whole.links["valid"])
    assert revoked.award.ended
    with pytest.raises(NotYetSigned, match=f"entry {revoked.changes[0][0]} "):
        awards.change_proofs(revoked)
    before = verify_proof(awards.proof(revoked), awards.snapshot().trust)
    publish_now(ledger)
    now = awards.snapshot()
    assert now.head.size == before.logged.included.size + 1
    verify_change(awards.change_proofs(revoked)[0], now.trust, before)
    after = verify_proof(awards.proof(revoked), now.trust)
    assert after.logged.included.size == now.head.size
    assert verify_proof(awards.proof(revoked), now.trust).event == before.event


def test_before_the_first_publication_nothing_has_a_proof(engine: Engine, tmp_path: Path) -> None:
    with founded(new_place(engine, tmp_path)) as ledger, open_awards(ledger) as awards:
        with pytest.raises(NotYetSigned):
            awards.proof(next(iter(awards.all())))
        publish_now(ledger)
        assert verify_proof(awards.proof(next(iter(awards.all()))), awards.snapshot().trust)


def test_a_checkpoint_that_is_not_the_logs_own_is_not_built_upon(ledger: Ledger, awards: Awards) -> None:
    """A receipt would be signed for whatever tree stands there."""
    file = ledger.public / "checkpoint"
    file.write_bytes(file.read_bytes().replace(b"\n\n", b"\n\n\n", 1))
    with pytest.raises(VerificationError):
        awards.snapshot()
    signed = (ledger.public / "trust.txt").read_bytes()
    file.write_bytes(signed)
    with pytest.raises(VerificationError):
        awards.snapshot()


def test_a_retired_receipt_key_signs_no_more_receipts(ledger: Ledger, awards: Awards, whole: WholeLedger) -> None:
    """Its successor is authorised first; each is used for the trees of its own time."""
    old = ledger.log_signers().receipt
    earlier = awards.proof(by(awards, whole.links["valid"]))
    new = ledger.keystore.create(old.organisation, "base", (RECEIPT_KIND,), bytes(range(32)))
    do(ledger, AuthoriseKey(old.organisation, new.public_key, (RECEIPT_KIND,), "base"))
    do(ledger, RetireKey(old.kid))
    assert awards.proof(by(awards, whole.links["valid"])) == earlier
    publish_now(ledger)
    later = awards.proof(by(awards, whole.links["valid"]))
    assert bundle.parse(later).receipt.kid == new.kid
    known = awards.snapshot().trust
    assert verify_proof(earlier, known).event == verify_proof(later, known).event


def test_a_view_that_names_what_the_log_does_not_hold_is_an_error(ledger: Ledger, whole: WholeLedger) -> None:
    with closing(ledger.open_views()) as views:
        first = "SELECT min(log_index) FROM awards"
        whole.engine.query(whole.address, f"UPDATE awards SET award = ? WHERE log_index = ({first})", (bytes(16),))
        with pytest.raises(StoreCorrupt, match="does not hold"):
            list(Awards(ledger, views).all())
        rebuilt = Awards(ledger, views)
        rebuilt.rebuild()
        assert len(list(rebuilt.all())) > 20


def test_threads_share_one(awards: Awards) -> None:
    links = [str(issued.event.link) for issued in awards.all() if not issued.erased]
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for link in links:
                verify_proof(awards.proof(by(awards, link)), awards.snapshot().trust)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
