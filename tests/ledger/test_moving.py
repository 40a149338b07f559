"""A base that moves to another address: codes on old papers, old trust files, and what names itself by the first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from ledger.__main__ import main
from ledger.awards import Awards, open_awards
from ledger.commands import AccreditOrganisation, MoveBase
from ledger.issue import issue
from ledger.open import Ledger
from ledger.redraw import Likeness, compare
from ledger.refusals import Code, Refusal
from ledger.upkeep import Upkeep
from tests.api.whole_ledger import NOW, URL, WholeLedger, by, do, publish_now
from verifier import statuslist, trust
from verifier.address import link_address, proof_address
from verifier.audit.auditing import audit
from verifier.check import Checker
from verifier.comparison import compare as compare_trust
from verifier.errors import Inconsistent
from verifier.fetch import FolderLog
from verifier.trust import Trust
from verifier.verdict import State

NEW = "https://certificates.example.org"
MOMENT = datetime.fromtimestamp(NOW / 1000, UTC)

pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    with whole.opened() as opened:
        yield opened


def shown(ledger: Ledger) -> Trust:
    return trust.parse((ledger.public / "trust.txt").read_text("utf-8"))


def checker(ledger: Ledger, known: Trust) -> Checker:
    return Checker(known, MOMENT, FolderLog(ledger.public))


def test_what_was_made_before_and_after_a_move_checks(ledger: Ledger, awards: Awards, whole: WholeLedger) -> None:
    issued = by(awards, whole.links["valid"])
    before, early, early_pdf = shown(ledger), awards.proof(issued), issue(awards, issued)
    do(ledger, MoveBase(NEW))
    publish_now(ledger)
    after, late, late_pdf = shown(ledger), awards.proof(issued), issue(awards, issued)
    assert (after.url, after.address, after.hosts) == (URL, NEW, ("certificates.example.org", "127.0.0.1:8000"))
    assert (before.address, before.hosts) == (URL, ("127.0.0.1:8000",))
    for known in (before, after):
        for paper in (early, late, early_pdf):
            assert checker(ledger, known).check_bytes("paper", paper).state is State.VALID
        found = audit(FolderLog(ledger.public), known, processes=0)
        assert (found.problems, found.unchecked) == ([], [])
    # A sealed paper with a new code: a trust file from before is too old for it, and it is not called altered.
    assert checker(ledger, after).check_bytes("paper", late_pdf).state is State.VALID
    told = checker(ledger, before).check_bytes("paper", late_pdf)
    assert (told.state, "get a newer trust file" in told.message) == (State.COULD_NOT_CHECK, True)
    # A code of any address of the base is one of its own; to an old trust file the new one is foreign, not forged.
    foreign = "do not open it"
    for url, known, told in ((URL, after, False), (NEW, after, False), (URL, before, False), (NEW, before, True)):
        verdict = checker(ledger, known).check_text(proof_address(url, early))
        assert (verdict.state, any(foreign in note for note in verdict.notes)) == (State.VALID, told)
    # The status lists keep their name: awards and older verifiers know them by it.
    listed = (ledger.public / "status" / "0").read_bytes()
    assert statuslist.verify(listed, ledger.log_signers().status.public_key).uri == f"{URL}/log/status/0"
    # Each paper is drawn again as it was, with the address of its own time.
    for pdf in (early_pdf, late_pdf):
        assert compare(awards, pdf).likeness is Likeness.AS_ISSUED


def test_a_link_of_an_address_that_is_none_of_the_bases_is_foreign_before_and_after(
    ledger: Ledger, whole: WholeLedger
) -> None:
    do(ledger, MoveBase(NEW))
    publish_now(ledger)
    offline = Checker(shown(ledger), MOMENT, offline=True)
    link = whole.links["valid"]
    for url, foreign in ((URL, False), (NEW, False), ("https://certificates.example.com", True)):
        told = offline.check_text(link_address(url, link))
        assert (told.state, "none of the base's" in told.sentence) == (State.COULD_NOT_CHECK, foreign)


def test_trust_files_from_before_and_after_go_together(ledger: Ledger) -> None:
    before = shown(ledger)
    do(ledger, MoveBase(NEW))
    publish_now(ledger)
    after = shown(ledger)
    assert compare_trust(before, after).newer == after
    do(ledger, MoveBase(URL))
    publish_now(ledger)
    assert [url for _, url in shown(ledger).moves] == [NEW, URL]
    assert shown(ledger).hosts == ("127.0.0.1:8000", "certificates.example.org")
    other = (ledger.public / "trust.txt").read_text("utf-8").replace(NEW, "https://thief.example.org")
    with pytest.raises(Inconsistent, match="moved otherwise"):
        compare_trust(after, trust.parse(other))


def test_an_organisation_keeps_the_name_that_the_first_address_gave_it(ledger: Ledger) -> None:
    do(ledger, MoveBase(NEW))
    base = ledger.desk().base
    assert (base.url, base.address) == (URL, NEW)
    known = base.organisations["BASE"]
    with pytest.raises(Refusal):
        do(ledger, AccreditOrganisation(ledger.desk().new_id(), "BASE", "enterprise", "甲", "A", NEW))
    assert ledger.desk().base.organisations["BASE"] == known


@pytest.mark.parametrize("url", ["", "example.org", "http://example.org", "https://a.example.org/path", "https://a b"])
def test_an_address_that_codes_cannot_lead_to_is_refused(ledger: Ledger, url: str) -> None:
    with pytest.raises(Refusal) as refused:
        do(ledger, MoveBase(url))
    assert refused.value.code is Code.UNKNOWN_VALUE


def test_the_command_records_once_and_finishes_what_was_interrupted(ledger: Ledger, whole: WholeLedger) -> None:
    do(ledger, MoveBase(NEW))  # and killed before the settings were written
    ledger.close()
    for url in (f"{NEW}/", NEW):
        run = CliRunner().invoke(main, ["move-to", url, "--ledger", whole.address, "--json"], catch_exceptions=False)
        assert run.exit_code == 0, run.output
        assert json.loads(run.stdout)["recorded"] is False
        assert whole.place.settings().url == NEW
    with whole.opened() as again, open_awards(again) as awards:
        Upkeep(again).run_once()
        assert str(by(awards, whole.links["valid"]).event.link) == whole.links["valid"]
