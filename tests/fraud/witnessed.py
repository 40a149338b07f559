"""Frauds on those who saw the log before: a monitor that looks again, a witness that is to cosign."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from tests.fraud.forger import BASE, PARTNER, Forger
from tests.fraud.frauds import Course, entry, fraud, place
from tests.fraud.observers import Who
from tests.fraud.publication import cleared
from tests.verifier.witnesslab import ANNA, BORIS, POLICY, cosigned
from verifier import kinds
from verifier.current import business_day

GROUP = "Witnesses and monitors"


def shorter(log: Forger) -> None:
    """The log of before a revocation."""
    log.cut(log.find(kinds.CertificateRevoked))


@fraud(GROUP, Who.MONITOR, "rollback")
def rolled_back_for_a_monitor(log: Forger) -> Course:
    """The last entries are dropped, and a shorter log is signed and shown."""
    size = log.size
    yield
    shorter(log)
    return place("checkpoint", f"{size} entries were shown, now {log.size}")


@fraud(GROUP, Who.MONITOR, "fork")
def forked_for_a_monitor(log: Forger) -> Course:
    """From before a revocation on another history is told, and grows beyond the true one."""
    size = log.size
    yield
    shorter(log)
    log.goes_on(size + 3 - log.size)
    return place("checkpoint", f"its first {size} entries are not those that the checkpoint kept was signed for")


@fraud(GROUP, Who.MONITOR, "fork")
def rewritten_under_the_same_size(log: Forger) -> Course:
    """One total of the past is another, and everything behind it is signed again; the log is as long as before."""
    yield
    log.rewrite(log.find(kinds.CertificateAwarded, "certified"), total=Decimal("99.5"))
    return place("checkpoint", "are not those that the checkpoint kept was signed for")


@fraud(GROUP, Who.MONITOR, "bad-entry")
def bad_entry_between_two_rounds(log: Forger) -> Course:
    """A certificate by a key that nobody authorised is recorded while nobody looks."""
    yield
    index = log.says(log.new_award(), PARTNER, by=log.new_key("made for it", PARTNER))
    return place(f"entry {index} unknown-key", f"entry {index}: key")


@fraud(GROUP, Who.MONITOR, "finding")
def backdated_between_two_rounds(log: Forger) -> Course:
    """A certificate of last month is recorded while nobody looks."""
    yield
    index = log.says(log.new_award(on=log.today - timedelta(days=30)), PARTNER)
    return place(f"entry {index}", f"entry {index}: certificate.awarded is dated")


@fraud(GROUP, Who.MONITOR, "bad-entry")
def list_edited_while_the_log_stands_still(log: Forger) -> Course:
    """No entry comes; a revocation is taken out of the status list, which the log's key for lists signs anew."""
    yield
    index = log.award_of("revoked").status_index
    log.instead["status/0"] = log.status_token(bits=cleared(log, index))
    return place("status/0 mismatch", f"the list says 0 of status index {index}")


def cosigned_at(log: Forger, at: datetime) -> bytes:
    """The checkpoint as two witnesses cosign it, by their own clocks."""
    return cosigned(log.checkpoint(), ANNA, BORIS, at=round(at.timestamp()))


@fraud(GROUP, Who.MONITOR, "finding")
def clock_set_back_between_two_rounds(log: Forger) -> Course:
    """A deadline is over; the base's clock is set back by two hours, and what came too late is recorded as in time."""
    with_witnesses(log)
    deadline = log.now
    log.instead["checkpoint"] = cosigned_at(log, deadline + timedelta(hours=2))
    yield
    index = log.says(log.new_award(), PARTNER, at=deadline)
    log.instead["checkpoint"] = cosigned_at(log, deadline + timedelta(hours=3))
    return place(f"entry {index}", "and witnesses cosigned the log without it after that: anna at ")


@fraud(GROUP, Who.AUDIT, "finding")
def clock_set_ahead(log: Forger) -> Course:
    """The base's clock is set ahead by a day, so that what is recorded now counts as of tomorrow."""
    with_witnesses(log)
    now = log.now
    log.instead["checkpoint"] = cosigned_at(log, now)
    yield
    tomorrow = now + timedelta(days=1)
    index = log.says(log.new_award(on=business_day(tomorrow)), PARTNER, at=tomorrow)
    log.instead["checkpoint"] = cosigned_at(log, now + timedelta(minutes=5))
    return entry(index, "and cosigned by witnesses before that: anna at ")


@fraud(GROUP, Who.MONITOR, "bad-checkpoint")
def checkpoint_by_a_stranger(log: Forger) -> Course:
    """The tree head is signed with a key that is none of the log's."""
    yield
    log.instead["checkpoint"] = log.checkpoint(signer=log.key_of(PARTNER, "certificate.awarded"))
    return place("unknown-key", "signed by no known key")


@fraud(GROUP, Who.MONITOR, "stale")
def log_that_stands_still(log: Forger) -> Course:
    """One reader is shown the log of last week for ever, and never what came since."""
    yield
    log.later = timedelta(days=7)
    return place(f"{log.size}", "the log stands still, or this copy of it does")


@fraud(GROUP, Who.WITNESS, "409")
def rolled_back_for_a_witness(log: Forger) -> Course:
    """A witness is asked to cosign a log that is shorter than what it cosigned, as if it had seen as little."""
    size = log.size
    yield
    shorter(log)
    return place(f"{log.size}", f"{size}")


@fraud(GROUP, Who.WITNESS, "409")
def rewritten_for_a_witness(log: Forger) -> Course:
    """A witness is asked to cosign another root of the size that it cosigned."""
    size = log.size
    yield
    log.rewrite(log.find(kinds.CertificateAwarded, "certified"), total=Decimal("99.5"))
    return place(f"{size}", f"{size}")


@fraud(GROUP, Who.WITNESS, "422")
def forked_for_a_witness(log: Forger) -> Course:
    """A witness is asked to cosign a longer log of another history, with the proof that fits that history."""
    size = log.size
    yield
    shorter(log)
    log.goes_on(size + 3 - log.size)
    return place(f"{size}", "")


@fraud(GROUP, Who.WITNESS, "403")
def another_s_checkpoint_for_a_witness(log: Forger) -> Course:
    """A witness is asked to cosign a checkpoint that the log did not sign."""
    size = log.size
    yield
    log.instead["checkpoint"] = log.checkpoint(signer=log.key_of(PARTNER, "certificate.awarded"))
    return place(f"{size}", "")


def with_witnesses(log: Forger) -> int:
    """The log names its witnesses, by an entry that they know of; its index."""
    stream = next(iter(log.versions))
    key = log.key_of(BASE, "log.started")
    return log.record(kinds.WitnessesSet(log_id=stream, policy=POLICY), key, log.actors)


@fraud(GROUP, Who.AUDIT, "finding")
def history_rewritten_without_its_witnesses(log: Forger) -> Course:
    """One total of the past is another and everything is signed again, but by the witnesses, who do not cosign it."""
    with_witnesses(log)
    log.instead["checkpoint"] = cosigned(log.checkpoint(), ANNA, BORIS)
    yield
    log.rewrite(log.find(kinds.CertificateAwarded, "certified"), total=Decimal("99.5"))
    log.instead["checkpoint"] = log.checkpoint()
    return entry(log.size - 1, "the quorum two is missing")
