"""Signing in one's turn, and commands that wait for who has it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from ledger.commands import AuthoriseKey, RetireKey
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.judging import Judge
from ledger.open import Ledger, open_ledger
from ledger.permissions import Actors
from ledger.store import SignedHead, StoreBusy
from ledger.upkeep import LEAD_SECONDS, Upkeep
from tests.ledger import small_ledger
from tests.ledger.small_ledger import PARTNER, REGISTRY, SmallLedger
from verifier import checkpoint, kinds, statuslist
from verifier.errors import VerificationError
from verifier.note import VerifierKey

NOW = 1_795_000_000_000
LONG = 120.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Founded, and nothing of it signed."""
    with found(tmp_path / "ledger", Founding(master_key_in="master.key"), lambda: NOW) as made:
        yield made


@pytest.fixture
def elsewhere(ledger: Ledger, tmp_path: Path) -> Iterator[Ledger]:
    """The same ledger, opened once more."""
    with open_ledger(str(tmp_path / "ledger"), lambda: NOW) as made:
        yield made


def waiting(ledger: Ledger, entered: Event) -> SignedHead:
    return Upkeep(ledger, entered.set, wait_seconds=LONG).run_once()


def test_what_is_recorded_is_signed_and_the_turn_given_back(ledger: Ledger, elsewhere: Ledger) -> None:
    head = Upkeep(ledger).run_once()
    assert head == ledger.store.signed_head()
    assert head.size == ledger.store.head().size
    assert elsewhere.store.lead(LEAD_SECONDS)


def test_who_needs_signatures_waits_until_another_has_signed(ledger: Ledger, elsewhere: Ledger) -> None:
    assert elsewhere.store.lead(LEAD_SECONDS)
    entered = Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(waiting, ledger, entered)
        assert entered.wait(LONG)
        assert ledger.store.signed_head() is None
        Upkeep(elsewhere).sign()
        assert done.result(LONG) == ledger.store.signed_head()
    assert (ledger.public / "trust.txt").exists()


def test_who_waits_takes_over_where_the_other_ends(ledger: Ledger, elsewhere: Ledger) -> None:
    assert elsewhere.store.lead(LEAD_SECONDS)
    entered = Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(waiting, ledger, entered)
        assert entered.wait(LONG)
        elsewhere.close()
        assert done.result(LONG).size == ledger.store.head().size


def test_who_waits_in_vain_is_told_why(ledger: Ledger, elsewhere: Ledger) -> None:
    assert elsewhere.store.lead(LEAD_SECONDS)
    with pytest.raises(StoreBusy, match=f"has not signed the {ledger.store.head().size} entries"):
        Upkeep(ledger, wait_seconds=0).run_once()
    assert ledger.store.signed_head() is None
    assert not (ledger.public / "checkpoint").exists()


def test_what_is_signed_already_is_published_without_the_turn(ledger: Ledger, elsewhere: Ledger) -> None:
    Upkeep(elsewhere).sign()
    assert elsewhere.store.lead(LEAD_SECONDS)
    assert Upkeep(ledger, wait_seconds=0).run_once() == ledger.store.signed_head()


class Ended(Exception):
    """What the caller's beat raises."""


@pytest.mark.parametrize("beats", range(0, 60, 7))
def test_work_that_is_ended_anywhere_on_the_way_is_done_the_next_time(ledger: Ledger, beats: int) -> None:
    left = [beats]

    def beat() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Ended

    upkeep = Upkeep(ledger, beat)
    try:
        upkeep.run_once()
    except Ended:
        assert ledger.store.lead(LEAD_SECONDS), "the turn was given back"
        ledger.store.resign()
    assert upkeep.run_once().size == ledger.store.head().size
    assert (ledger.public / "status" / "0").exists()


# --- the judge ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLedger]:
    made = SmallLedger(tmp_path / "small")
    small_ledger.found(made)
    yield made
    made.close()


def judge_last(judge: Judge, ledger: SmallLedger) -> None:
    last = ledger.store.entry(ledger.store.head().size - 1)
    assert last is not None
    judge.judge(last)


class Reading:
    """A log that counts the entries that are read."""

    def __init__(self, ledger: SmallLedger) -> None:
        self._store = ledger.store
        self.read: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def entries(self, start: int, limit: int) -> object:
        found = self._store.entries(start, limit)
        self.read += [entry.index for entry in found]
        return found


def test_a_judge_goes_on_over_what_others_have_signed(small: SmallLedger) -> None:
    """And knows what came in it: a key that was authorised, one that was retired."""
    log = Reading(small)
    judge = Judge(log)  # type: ignore[arg-type]
    judge_last(judge, small)
    before = small.store.head().size
    assert log.read == list(range(before - 1))
    log.read.clear()
    retired = kinds.KeyRetired(organisation_id=small_ledger.uuid("PARTNER"), kid=PARTNER.kid)
    small.record(small_ledger.ROOT, retired)
    small_ledger.register(small, 1)
    small.record(REGISTRY, small_ledger.cohort_of("next"))
    judge_last(judge, small)
    assert log.read == list(range(before, small.store.head().size - 1)), "nothing is read twice"
    small_ledger.certify(small, 1)
    with pytest.raises(VerificationError):
        judge_last(judge, small)


def test_a_judge_that_is_asked_about_an_earlier_entry_begins_anew(small: SmallLedger) -> None:
    judge = Judge(small.store)
    judge_last(judge, small)
    for entry in small.store.entries(0, 99):
        judge.judge(entry)
    judge_last(judge, small)


# --- keys that are replaced meanwhile --------------------------------------------------------------------------------


def test_a_key_that_was_replaced_meanwhile_is_followed(ledger: Ledger) -> None:
    """By an upkeep that lives long, as a server's does."""
    upkeep = Upkeep(ledger)
    upkeep.run_once()
    accounts = ledger.settings.accounts
    actors = Actors(accounts[OPERATOR], accounts[APPROVER])
    old = ledger.log_signers()
    for number, signer in enumerate((old.checkpoint, old.status)):
        (kind,) = signer.kinds
        new = ledger.keystore.create(signer.organisation, "base", (kind,), bytes([number + 1]) * 32)
        ledger.desk().execute(AuthoriseKey(signer.organisation, new.public_key, (kind,), "base"), actors)
        ledger.desk().execute(RetireKey(signer.kid), actors)
    signers = ledger.log_signers()
    assert (signers.checkpoint, signers.status) != (old.checkpoint, old.status)
    head = upkeep.run_once()
    assert head.size == ledger.store.head().size
    checkpoint.verify(
        head.note.encode(), [VerifierKey(ledger.settings.origin, signers.checkpoint.public_key)], ledger.settings.origin
    )
    statuslist.verify((ledger.public / "status" / "0").read_bytes(), signers.status.public_key)
