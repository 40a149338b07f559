"""Verification receipts out of a ledger: checked anew when they are made, and as a stranger would check them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger.awards import Awards, Snapshot
from ledger.commands import (
    AuthoriseKey,
    EraseTrainee,
    ReinstateCertificate,
    ReportKeyCompromised,
    RetireKey,
    SuspendCertificate,
)
from ledger.open import Ledger
from ledger.receipts import NotYetSigned
from ledger.verification_receipt.making import Asked, Made, make
from tests.api.whole_ledger import NOW, TODAY, WholeLedger, by, do, publish_now, trainee
from verifier import recheck
from verifier.errors import CouldNotCheck
from verifier.kinds import DOCUMENT_KIND
from verifier.verification_receipt import FILE, LINK, NUMBER, TEXT_LIMIT, Presented

AT = datetime.fromtimestamp(NOW / 1000, UTC)


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    with whole.opened() as opened:
        yield opened


def asked(awards: Awards, link: str) -> Asked:
    return Asked(Presented(LINK, link), by(awards, link))


def stated(made: Made) -> list[tuple[str, str]]:
    """State and code of every item, after a stranger found the same."""
    found = recheck.verify(made.data, made.trust, AT + timedelta(days=1))
    assert found.items == made.found.items
    return [(item.item.state, item.item.code) for item in found.items]


STATES = ["valid", "title valid", "revoked", "title revoked", "expired", "suspended", "superseded"]


def test_every_standing_has_its_evidence(awards: Awards, whole: WholeLedger) -> None:
    made = make(awards, [asked(awards, whole.links[name]) for name in [*STATES, "reinstated", "correction"]], AT)
    assert [state for state, _ in stated(made)] == [*(name.split()[-1] for name in STATES), "valid", "valid"]
    assert all(item.stood is not None for item in made.found.items)
    assert made.found.checkpoint.root == awards.snapshot().head.root


def test_log_and_list_stand_in_it_once(awards: Awards, whole: WholeLedger) -> None:
    one = make(awards, [asked(awards, whole.links["valid"])], AT)
    many = make(awards, [asked(awards, whole.links["valid"])] * 50, AT)
    assert many.found.receipt.files == one.found.receipt.files
    assert many.found.receipt.files.keys() == {"checkpoint", "status/0"}
    assert len(many.data) < 50 * 2000


@pytest.mark.parametrize("name", ["valid", "title valid"])
def test_the_same_moment_gives_the_same_bytes(awards: Awards, whole: WholeLedger, name: str) -> None:
    one, two = (make(awards, [asked(awards, whole.links[name])], AT) for _ in range(2))
    assert one.data == two.data


def test_of_an_erased_holder_it_says_nothing_but_that(awards: Awards, whole: WholeLedger, ledger: Ledger) -> None:
    issued = by(awards, whole.links["valid"])
    name = str(issued.event.name)
    before = make(awards, [asked(awards, whole.links["valid"])], AT)
    assert name.encode() in before.data
    do(ledger, EraseTrainee(trainee(issued)))
    publish_now(ledger)
    after = make(awards, [asked(awards, whole.links["valid"])], AT)
    assert stated(after) == [("erased", "erased")]
    assert name.encode() not in after.data
    assert after.found.items[0].stood is None


def test_what_led_to_no_award_has_the_bases_word(awards: Awards) -> None:
    typed = Presented(NUMBER, "BDI-2026-020G30G2GC1R8-S", "李四")
    file = Presented(FILE, "forged.pdf", digest=bytes(range(32)))
    made = make(awards, [Asked(typed, None, "unknown", "no-match"), Asked(file, None, "not-as-issued")], AT)
    assert stated(made) == [("unknown", "no-match"), ("not-as-issued", "")]
    assert [item.item.presented for item in made.found.items] == [typed, file]


def test_without_a_checkpoint_there_is_none(awards: Awards, whole: WholeLedger) -> None:
    (whole.public / "checkpoint").unlink()
    with pytest.raises(NotYetSigned):
        make(awards, [Asked(Presented(NUMBER, "x"), None)], AT)


def test_without_the_list_nothing_stands(awards: Awards, whole: WholeLedger) -> None:
    (whole.public / "status" / "0").unlink()
    made = make(awards, [asked(awards, whole.links["valid"]), asked(awards, whole.links["erased"])], AT)
    assert stated(made) == [("could-not-check", "could-not-check"), ("erased", "erased")]


def test_an_old_list_proves_nothing(awards: Awards, whole: WholeLedger) -> None:
    late = AT + timedelta(days=2)
    made = make(awards, [asked(awards, whole.links["valid"])], late)
    assert [item.item.state for item in made.found.items] == ["could-not-check"]


def test_an_award_by_a_compromised_key(awards: Awards, whole: WholeLedger, ledger: Ledger) -> None:
    issued = by(awards, whole.links["valid"])
    do(ledger, ReportKeyCompromised(issued.statement.kid, issued.index))
    publish_now(ledger)
    awards.catch_up()
    assert stated(make(awards, [asked(awards, whole.links["valid"])], AT)) == [("not-entitled", "key-compromised")]


def test_an_award_whose_suspension_is_not_published_yet(awards: Awards, whole: WholeLedger, ledger: Ledger) -> None:
    issued = by(awards, whole.links["valid"])
    do(ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))
    made = make(awards, [asked(awards, whole.links["valid"])], AT)
    assert stated(made) == [("could-not-check", "not-yet-published")]


def test_a_list_behind_the_checkpoint_is_tied_to_it_by_tiles(
    awards: Awards, whole: WholeLedger, ledger: Ledger
) -> None:
    old = (whole.public / "status" / "0").read_bytes()
    issued = by(awards, whole.links["suspended"])
    do(ledger, ReinstateCertificate(trainee(issued), issued.stream, TODAY))
    publish_now(ledger)
    (whole.public / "status" / "0").write_bytes(old)
    made = make(awards, [asked(awards, whole.links["valid"])], AT)
    assert stated(made) == [("valid", "")]
    assert any(path.startswith("tile/0/") for path in made.found.receipt.files)


def test_the_key_that_signs_is_one_that_the_published_log_knows_and_has_not_retired(
    awards: Awards, whole: WholeLedger, ledger: Ledger
) -> None:
    (old,) = awards.snapshot().authority.log_keys(DOCUMENT_KIND)
    new = ledger.keystore.create(old.organisation, "base", [DOCUMENT_KIND], bytes(range(32)))
    do(ledger, AuthoriseKey(old.organisation, new.public_key, (DOCUMENT_KIND,), "base"))
    assert make(awards, [asked(awards, whole.links["valid"])], AT).found.key.kid == old.kid
    do(ledger, RetireKey(old.kid))
    publish_now(ledger)
    made = make(awards, [asked(awards, whole.links["valid"])], AT)
    assert (made.found.key.kid, stated(made)) == (new.kid, [("valid", "")])


def test_texts_of_others_are_written_down_whatever_they_are(awards: Awards) -> None:
    texts = ["", "\ud800 half a character", "x" * 10_000, "\x00\u202e\n"]
    made = make(awards, [Asked(Presented(FILE, text, digest=bytes(32)), None, "not-as-issued") for text in texts], AT)
    assert [item.item.presented.text for item in made.found.items] == [
        "",
        "\\ud800 half a character",
        "x" * (TEXT_LIMIT - 1) + "…",
        "\x00\u202e\n",
    ]


def test_nothing_asked_is_nothing_answered(awards: Awards) -> None:
    with pytest.raises(ValueError, match="at least one item"):
        make(awards, [], AT)


def test_a_link_of_another_award_is_never_confirmed(awards: Awards, whole: WholeLedger) -> None:
    """A view that leads astray gives no evidence."""
    wrong = Asked(Presented(LINK, whole.links["revoked"]), by(awards, whole.links["valid"]))
    assert stated(make(awards, [wrong], AT)) == [("could-not-check", "mismatch")]


def test_while_the_log_is_published_all_the_time_it_gives_up(ledger: Ledger) -> None:
    class Restless(Awards):
        """Whose published checkpoint is another one whenever it is looked at."""

        def snapshot(self) -> Snapshot:
            now = super().snapshot()
            return replace(now, head=replace(now.head, size=now.head.size + 1))

    with closing(ledger.open_views()) as views, pytest.raises(CouldNotCheck, match="published anew"):
        make(Restless(ledger, views), [Asked(Presented(NUMBER, "x"), None)], AT)
