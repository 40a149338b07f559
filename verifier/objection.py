"""The receipt of an objection: what its objector can show to anybody, for as long as the log's keys are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verifier import bundle
from verifier.errors import Malformed, Mismatch, NotEntitled
from verifier.events import WITHHELD
from verifier.kinds import ObjectionLodged
from verifier.record import reveal
from verifier.trust import Trust
from verifier.verify import Logged, recorded_moment, verify_logged

DISCLOSED: Final = {
    "notice": "公示编号 notice",
    "lodged_on": "提出日期 lodged on",
    "name": "姓名 name",
    "contact": "联系方式 contact",
    "grounds": "异议内容 grounds",
}
"""What a receipt discloses for its reader, with labels. The application's stream is not among it, on purpose."""


@dataclass(frozen=True, slots=True)
class ProvedObjection:
    """An objection that is in the log, as it was lodged."""

    logged: Logged
    event: ObjectionLodged


def claims_to_be(data: bytes) -> bool:
    """Whether the bytes read as the receipt of an objection. Nothing of it is verified."""
    try:
        return isinstance(bundle.parse(data).statement.record.event, ObjectionLodged)
    except Malformed:
        return False


def verify_objection(data: bytes, trust: Trust) -> ProvedObjection:
    """What the receipt of an objection proves. Raises VerificationError, or CouldNotCheck for an old trust file."""
    # (1) One exact form. (2) Signed by a key that may record objections, and in the log by its receipt.
    shown = bundle.parse(data)
    logged = verify_logged(shown, trust)
    record = logged.statement.record
    recorded_moment(record.envelope.recorded_at)
    if not isinstance(record.event, ObjectionLodged):
        raise Malformed(f"{record.type.name} is no objection")
    # (3) By the base, which runs the form.
    if logged.organisation.code != trust.base:
        raise NotEntitled(f"{logged.organisation.code} signed it, and the form is run by {trust.base}")
    # (4) Every value is the one committed to, and none of those that a receipt discloses is missing.
    event = reveal(record, shown.disclosures)
    if not isinstance(event, ObjectionLodged) or any(getattr(event, name) is WITHHELD for name in DISCLOSED):
        raise Mismatch("the receipt does not disclose what was lodged")
    return ProvedObjection(logged, event)
