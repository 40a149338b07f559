"""The certification run of a cohort: who would pass on a day and who would not, and the awards to be proposed.

Nothing is decided here: that is done when it is proposed and, once more, when it is recorded.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import commands as c
from ledger.command_forms import name_of
from ledger.office.opening import Office
from ledger.office.previewing import Preview, preview
from ledger.office.sight import OutOfSight, Sight
from ledger.office.waiting import commands_waiting
from ledger.register.lines import EnrolmentLine
from ledger.register.paging import MOST_ROWS
from verifier.address import number_prefix
from verifier.dossier import Enrolment
from verifier.rules import Certified


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who has no certificate of this cohort yet."""

    line: EnrolmentLine
    enrolment: Enrolment
    stands: Preview
    waits: bool
    """Whether a proposal that nobody has carried out includes them already."""

    @property
    def trainee(self) -> UUID:
        """The person."""
        return self.line.who.subject

    @property
    def passes(self) -> bool:
        """Whether the rules certify them on the day asked for."""
        return isinstance(self.stands.outcome, Certified)


@dataclass(frozen=True, slots=True)
class Candidates:
    """A page of them, in the order of the register: the first enrolled first."""

    found: tuple[Candidate, ...]
    next: str | None


class Certification:
    """A cohort's run on a day, for one request of one member of staff."""

    def __init__(self, office: Office, sight: Sight, cohort: str, on: date) -> None:
        """`cohort`: one that is seen. Raises StoreError."""
        self._office, self._sight, self._cohort, self._on = office, sight, cohort, on
        self._programme = sight.programme(cohort)
        self._waiting = _waiting(office, cohort)

    def page(self, after: str | None, limit: int) -> Candidates:
        """The candidates among the next `limit` of the cohort's people. Raises Malformed for a strange cursor."""
        page = self._sight.register.enrolments(self._cohort, self._sight.scope, after=after, limit=limit)
        found = (self._candidate(line) for line in page.rows)
        return Candidates(tuple(item for item in found if item is not None), page.next)

    def all(self) -> list[Candidate]:
        """Everybody in the cohort without a certificate, by their numbers."""
        found, after = list[Candidate](), None
        while True:
            page = self.page(after, MOST_ROWS)
            found += page.found
            if page.next is None:
                return sorted(found, key=lambda item: item.line.who.trainee_no)
            after = page.next

    def requests(self, chosen: Collection[UUID]) -> list[c.RequestCertification]:
        """The commands that ask for their certificates, everything drawn. Raises StoreError."""
        prefix, desk = number_prefix(self._programme.code), self._sight.desk
        return [
            c.RequestCertification(trainee, self._cohort, desk.draw(prefix, self._on.year), self._on)
            for trainee in chosen
        ]

    def _candidate(self, line: EnrolmentLine) -> Candidate | None:
        try:
            dossier = self._sight.dossier(line.who.subject)
        except OutOfSight:
            return None  # erased a moment ago
        enrolment = dossier.enrolments[line.enrolment]
        if dossier.certificate_of(enrolment.id) is not None or enrolment.enrolled_on > self._on:
            return None
        stands = preview(enrolment, self._programme, self._on)
        return Candidate(line, enrolment, stands, line.who.subject in self._waiting)


def _waiting(office: Office, cohort: str) -> set[UUID]:
    """Those whom a proposal includes that waits."""
    waiting = commands_waiting(office, [name_of(c.RequestCertification)], cohort=cohort)
    return {command.trainee for _, command in waiting}
