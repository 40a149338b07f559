"""The certificates of a cohort for paper: as a ZIP archive of sealed PDFs, or as one file for the printer.

Both come in the order of the trainees' numbers and are made as they are read, so that memory stays bounded however many
there are. What is not valid today is left out and named with the reason, in the archive's `index.csv` and on the last
page of the print file. What breaks off is no archive and no PDF: what makes it one comes last.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from ledger.awards import Awards, IssuedAward
from ledger.certificate import pdf
from ledger.certificate.binding import Binder
from ledger.certificate.page import CannotPrint
from ledger.issue import Progress, job, workers_for
from ledger.refusals import Code, Refusal
from ledger.vault import Vault
from verifier.events import Withheld
from verifier.formulas import defused
from verifier.kinds import TraineeRegistered
from verifier.standing import Standing

INDEX: Final = "index.csv"
COLUMNS: Final = ("trainee_no", "name", "number", "file", "left_out")
NOT_PUBLISHED: Final = "not-published"
"""The log has not published the award yet: it can be had in a moment."""
DISOWNED: Final = "disowned"
"""Signed by a key that was compromised by then."""
CANNOT_PRINT: Final = "cannot-print"
"""The name has a character without a glyph, or does not fit."""
GONE: Final = "gone"
"""Erased since the list was made."""
MakeJob = Callable[[Awards, IssuedAward], pdf.Job]
"""What an award's paper is made from (`ledger.issue.job`)."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One certificate of the list."""

    trainee_no: str
    name: str
    number: str
    link: str
    left_out: str = ""
    """Why there is no paper: a standing, or one of the reasons above; empty where there is one."""


class Papers:
    """The papers of one cohort on one day. Made once: `zipped` or `bound`."""

    def __init__(self, awards: Awards, cohort: str, today: date, workers: int = 0, make: MakeJob = job) -> None:
        """`workers` 0 chooses by itself. Raises Refusal `unknown-cohort`; NotYetSigned, VerificationError, StoreError.

        Certificates of holders who are erased are in no list: that they were of this cohort went too.
        """
        if cohort not in awards.ledger.desk().base.catalogue.cohorts:
            raise Refusal(Code.UNKNOWN_COHORT, f"no cohort {cohort!r}")
        self._awards, self._cohort, self._today, self._make = awards, cohort, today, make
        size = awards.snapshot().head.size
        listed = sorted(
            (self._listed(issued, size) for issued in awards.of_cohort(cohort)),
            key=lambda paper: (paper.trainee_no, paper.number),
        )
        self.wanted: tuple[Paper, ...] = tuple(paper for paper in listed if not paper.left_out)
        self.left_out = [paper for paper in listed if paper.left_out]
        """Grows while the papers are made, where something changed since or cannot be printed."""
        self._workers = workers or workers_for(len(self.wanted))

    def zipped(self, progress: Progress = lambda done, total: None) -> Iterator[bytes]:
        """A ZIP archive: `<number>.pdf` each, sealed and with its proof, then `index.csv`. Raises as `issue`."""
        sign = self._awards.ledger.log_signers().document.sign
        out = _Pieces()
        made: list[Paper] = []
        with zipfile.ZipFile(out, "w") as archive:  # type: ignore[call-overload]
            for paper, data in self._made(sealed=True):
                archive.writestr(self._entry(f"{paper.number}.pdf"), pdf.sealed(data, sign))
                made.append(paper)
                progress(len(made), len(self.wanted))
                yield out.taken()
            archive.writestr(self._entry(INDEX), self._index(made))
        yield out.taken()

    def bound(self, progress: Progress = lambda done, total: None) -> Iterator[bytes]:
        """One PDF of all pages, without seal and proof in it; last a page of what is left out. Raises as `issue`."""
        binder = Binder()
        yield binder.begin()
        for done, (_, data) in enumerate(self._made(sealed=False), start=1):
            progress(done, len(self.wanted))
            yield binder.add(data)
        if self.left_out:
            told = [f"{paper.number}   {paper.left_out}" for paper in self.left_out]
            yield binder.note([f"{self._cohort}, {self._today}: not in this file", "", *told])
        yield binder.end(f"{self._cohort} {self._today}")

    # --- inside -------------------------------------------------------------------------------------------------------

    def _listed(self, issued: IssuedAward, size: int) -> Paper:
        event, first = issued.event, issued.entries[0]
        stream = () if first.subject is None else self._awards.ledger.store.stream(first.subject)
        registered = Vault(self._awards.ledger.data_keys).read(stream[0])[1] if stream else None
        number = registered.trainee_no if isinstance(registered, TraineeRegistered) else None
        paper = Paper(str(number or ""), str(event.name), str(event.number), str(event.link))
        gone = number is None or isinstance(number, Withheld)  # erased since it was listed
        return replace(paper, left_out=GONE if gone else self._why_not(issued, size))

    def _why_not(self, issued: IssuedAward, size: int) -> str:
        if issued.disowned:
            return DISOWNED
        standing = issued.award.on(self._today)
        if standing is not Standing.VALID:
            return str(standing.value)
        return "" if issued.index < size else NOT_PUBLISHED

    def _made(self, *, sealed: bool) -> Iterator[tuple[Paper, bytes]]:
        """The papers in order. Each is looked at once more before it is made: much may have happened meanwhile."""
        begun: deque[Paper] = deque()
        for data in pdf.render_each(self._jobs(begun, sealed), self._workers):
            paper = begun.popleft()
            if isinstance(data, CannotPrint):
                self.left_out.append(replace(paper, left_out=CANNOT_PRINT))
            else:
                yield paper, data

    def _jobs(self, begun: deque[Paper], sealed: bool) -> Iterator[pdf.Job]:
        for paper in self.wanted:
            issued = self._awards.by_link(paper.link)
            erased = issued is None or issued.erased
            why = GONE if issued is None or erased else self._why_not(issued, self._awards.snapshot().head.size)
            if issued is None or why:
                self.left_out.append(replace(paper, left_out=why))
                continue
            page, proof, evidence = self._make(self._awards, issued)
            begun.append(paper)
            yield page, proof, evidence if sealed else None

    def _entry(self, name: str) -> zipfile.ZipInfo:
        return zipfile.ZipInfo(name, (self._today.year, self._today.month, self._today.day, 0, 0, 0))

    def _index(self, made: Sequence[Paper]) -> bytes:
        """Every certificate of the list in its order, for a spreadsheet; no cell is taken for a formula."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        rows = [*((paper, f"{paper.number}.pdf") for paper in made), *((paper, "") for paper in self.left_out)]
        for paper, file in sorted(rows, key=lambda row: (row[0].trainee_no, row[0].number)):
            cells = (paper.trainee_no, paper.name, paper.number, file, paper.left_out)
            writer.writerow(map(defused, cells))
        return b"\xef\xbb\xbf" + text.getvalue().encode()


class _Pieces:
    """A file that is written to and never sought in; what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Takes a piece."""
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """All that was written since it was taken last."""
        taken = b"".join(self._written)
        self._written.clear()
        return taken
