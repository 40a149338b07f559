"""The verification receipt of an upload: every piece checked once more, all by one checkpoint, and sealed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from api.bulk_checks import TURNED_AWAY, Checked
from api.bulk_rows import place_of
from api.receipts import receipt_of
from ledger.awards import Awards
from ledger.bulk.items import TypedRow
from ledger.verification_receipt.making import Asked
from verifier.verification_receipt import FILE, NUMBER, Presented


def receipt(awards: Awards, results: Iterable[Checked], now: datetime) -> bytes | None:
    """The sealed PDF; None where nothing was checked. What was turned away stands in it by its number alone.

    Raises as `receipt_of`.
    """
    found = list(results)
    asked = [_asked(awards, checked) for checked in found if checked.state != TURNED_AWAY]
    return receipt_of(awards, asked, now, turned_away(found)) if asked else None


def turned_away(results: Iterable[Checked]) -> Counter[str]:
    """How many pieces were not looked at, by the code of the reason."""
    return Counter(checked.code for checked in results if checked.state == TURNED_AWAY)


def _asked(awards: Awards, checked: Checked) -> Asked:
    item = checked.item
    if isinstance(item, TypedRow):
        presented = Presented(NUMBER, item.number, item.name)
    else:
        presented = Presented(FILE, place_of(item.place), digest=checked.file_hash or b"")
    shown = checked.answer.shown if checked.answer else None
    issued = awards.by_link_hash(shown.proved.event.link_hash) if shown else None
    return Asked(presented, issued, str(checked.state), checked.code)
