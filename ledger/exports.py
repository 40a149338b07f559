"""What came of the requests and applications, as CSV with exactly the columns of a pack's `expected/` (DOMAIN.md).

A fold of the whole log with the personal values opened: nothing of it is kept. What is erased is left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.store import Recorded, Store
from ledger.vault import Vault
from verifier import kinds
from verifier.dossier import Erased, shown
from verifier.events import Event

CERTIFICATE_COLUMNS = (
    "trainee_no",
    "cohort",
    "outcome",
    "reason",
    "total",
    "awarded_on",
    "expires_on",
    "revoked_on",
)
TITLE_COLUMNS = (
    "application_no",
    "trainee_no",
    "level",
    "outcome",
    "reason",
    "policy",
    "route",
    "granted_on",
    "revoked_on",
)
CHUNK = 1000

Cells = dict[str, str]
Order = tuple[int, str, int, int]
"""Index of the pack's event, file, line, index in the log: rows of a pack in the order of its files."""


@dataclass(slots=True)
class Outcomes:
    """The two tables, on their way."""

    certificates: list[tuple[Order, Cells]] = field(default_factory=list)
    titles: list[tuple[Order, Cells]] = field(default_factory=list)
    _numbers: dict[UUID, str] = field(default_factory=dict)
    _enrolments: dict[UUID, tuple[UUID, str]] = field(default_factory=dict)
    _packs: dict[UUID, int] = field(default_factory=dict)
    _awards: dict[UUID, Cells] = field(default_factory=dict)
    """The row of each certificate and title; that of a correction is that of what it corrects."""
    _applications: dict[UUID, tuple[Order, Cells]] = field(default_factory=dict)
    _policies: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    _late: list[tuple[int, UUID | None, Event]] = field(default_factory=list)
    """Events that refer to other streams: a bulk intake writes streams in random order."""

    def take(self, index: int, pack: UUID | None, event: Event) -> None:
        """Takes in one entry of the log."""
        match event:
            case kinds.PackTakenIn():
                self._packs[event.pack_id] = index
            case kinds.TraineeRegistered():
                self._numbers[event.trainee_id] = shown(event.trainee_no)
            case kinds.EnrolmentMade():
                self._enrolments[event.enrolment_id] = (shown(event.trainee), shown(event.cohort))
            case kinds.AttendanceRecorded() | kinds.ResultRecorded():
                pass
            case _:
                self._late.append((index, pack, event))

    def finish(self) -> None:
        """Puts the rows together, in order."""
        for part in (self._file, self._award, self._change):
            for index, pack, event in self._late:
                try:
                    part(index, pack, event)
                except (Erased, KeyError):
                    continue  # the person's data are erased: there is nothing to show
        self.titles.extend(self._applications.values())
        self.certificates.sort(key=lambda row: row[0])
        self.titles.sort(key=lambda row: row[0])

    def _file(self, index: int, pack: UUID | None, event: Event) -> None:
        if isinstance(event, kinds.ApplicationFiled):
            cells = dict.fromkeys(TITLE_COLUMNS, "") | {
                "application_no": shown(event.application_no),
                "trainee_no": self._numbers[shown(event.trainee)],
                "level": shown(event.level),
                "outcome": "open",
            }
            self._applications[event.application_id] = (self._order(index, pack, shown(event.source)), cells)
        elif isinstance(event, kinds.ApplicationFoundEligible):
            self._policies[event.application_id] = (shown(event.policy), shown(event.route))

    def _award(self, index: int, pack: UUID | None, event: Event) -> None:
        match event:
            case kinds.CertificationRefused():
                trainee, cohort = self._enrolments[event.enrolment_id]
                cells = self._certificate(trainee, cohort, "refused", shown(event.total), shown(event.reason))
                self.certificates.append((self._order(index, pack, shown(event.source)), cells))
            case kinds.CertificateAwarded(corrects=UUID() as old):
                self._awards[event.certificate_id] = self._awards[old]
            case kinds.CertificateAwarded():
                cells = self._certificate(shown(event.trainee), shown(event.cohort), "awarded", shown(event.total), "")
                cells |= {"awarded_on": _text(event.awarded_on), "expires_on": _text(event.expires_on)}
                cells["total"] = format(shown(event.total), ".1f")
                self._awards[event.certificate_id] = cells
                self.certificates.append((self._order(index, pack, shown(event.source)), cells))
            case kinds.ApplicationRefused():
                _, cells = self._applications[event.application_id]
                policy, route = shown(event.policy), shown(event.route)
                cells |= {"outcome": "refused", "reason": shown(event.reason)}
                cells |= {"policy": policy or "", "route": route or ""}
            case kinds.DecisionRefused():
                _, cells = self._applications[event.application_id]
                policy, route = self._policies[event.application_id]
                cells |= {"outcome": "refused", "reason": shown(event.reason), "policy": policy, "route": route}
            case kinds.TitleGranted(corrects=UUID() as old):
                self._awards[event.title_id] = self._awards[old]
            case kinds.TitleGranted():
                _, cells = self._applications[shown(event.application)]
                cells |= {"outcome": "granted", "reason": "", "granted_on": _text(event.granted_on)}
                cells |= {"policy": shown(event.policy), "route": shown(event.route)}
                self._awards[event.title_id] = cells
            case _:
                pass

    def _change(self, index: int, pack: UUID | None, event: Event) -> None:
        if isinstance(event, kinds.CertificateRevoked | kinds.TitleRevoked):
            self._awards[event.stream_id]["revoked_on"] = _text(event.revoked_on)

    def _certificate(self, trainee: UUID, cohort: str, outcome: str, total: Decimal | None, reason: str) -> Cells:
        return dict.fromkeys(CERTIFICATE_COLUMNS, "") | {
            "trainee_no": self._numbers[trainee],
            "cohort": cohort,
            "outcome": outcome,
            "reason": reason,
            "total": "" if total is None else format(total, ".1f"),
        }

    def _order(self, index: int, pack: UUID | None, source: str | None) -> Order:
        if pack is None or source is None:
            return index, "", 0, index
        file, _, line = source.rpartition(":")
        return self._packs[pack], file, int(line), index


def outcomes(store: Store, vault: Vault) -> Outcomes:
    """Folds the whole log."""
    folded = Outcomes()
    for recorded in log_of(store):
        statement, event = vault.read(recorded)
        try:
            folded.take(recorded.index, statement.record.envelope.pack, event)
        except Erased:
            continue
    folded.finish()
    return folded


def log_of(store: Store, start: int = 0) -> Iterator[Recorded]:
    """Every entry from index `start` on, in log order."""
    while found := store.entries(start, CHUNK):
        yield from found
        start += len(found)


def to_csv(columns: Iterable[str], rows: Iterable[tuple[Order, Cells]]) -> str:
    """CSV as in `expected/`: UTF-8, LF."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(cells for _, cells in rows)
    return out.getvalue()


def _text(day: date) -> str:
    return day.isoformat()
