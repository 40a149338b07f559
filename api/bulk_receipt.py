"""The verification receipt of an upload: every piece checked once more, all by one checkpoint, and sealed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.bulk_checks import NO_MATCH, TURNED_AWAY, Checked
from api.bulk_rows import place_of
from api.receipts import receipt_of
from ledger.awards import Awards
from ledger.bulk.items import TypedRow
from ledger.verification_receipt.making import Asked
from verifier.verification_receipt import FILE, NUMBER, Presented


def receipt(awards: Awards, results: Iterable[Checked], now: datetime) -> bytes | None:
    """The sealed PDF; None where nothing was checked. What was turned away is no part of it.

    Raises as `receipt_of`.
    """
    asked = [_asked(awards, checked) for checked in results if checked.state != TURNED_AWAY]
    return receipt_of(awards, asked, now) if asked else None


def _asked(awards: Awards, checked: Checked) -> Asked:
    item = checked.item
    if isinstance(item, TypedRow):
        presented = Presented(NUMBER, item.number, item.name)
    else:
        presented = Presented(FILE, place_of(item.place), digest=checked.file_hash or b"")
    shown = checked.answer.shown if checked.answer else None
    issued = awards.by_link_hash(shown.proved.event.link_hash) if shown else None
    state = "unknown" if checked.state == NO_MATCH else str(checked.state)
    return Asked(presented, issued, state, checked.code)
