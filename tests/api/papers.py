"""What an office has in hand of a ledger's awards: papers as they were issued, and what stands on them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from ledger.awards import open_awards
from ledger.issue import issue
from tests.api.whole_ledger import WholeLedger, by


@dataclass(frozen=True)
class Paper:
    """One paper."""

    number: str
    name: str
    pdf: bytes

    @property
    def row(self) -> dict[str, str]:
        """As somebody types it."""
        return {"number": self.number, "name": self.name}


def papers(whole: WholeLedger, *states: str) -> dict[str, Paper]:
    """The papers of the awards in these states, which must not be those of an erased holder."""
    found = {}
    with whole.opened() as ledger, open_awards(ledger) as awards:
        for state in states:
            issued = by(awards, whole.links[state])
            found[state] = Paper(str(issued.event.number), str(issued.event.name), issue(awards, issued))
    return found


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive of files by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()
