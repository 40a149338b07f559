"""The fold: every entry in its order, every decision decided once more on what came before it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final
from uuid import UUID

from verifier import kinds
from verifier.audit.report import Problem
from verifier.authority import AUTHORITY_EVENTS, Authority, Key
from verifier.errors import RuleBroken, VerificationError
from verifier.events import Event
from verifier.record import reveal
from verifier.replay import certificates, changes, titles, training
from verifier.replay.facts import Facts
from verifier.replay.inputs import Disclosures, Missing, Nothing
from verifier.replay.order import Taken, in_order
from verifier.replay.outcomes import Difference, Outcome, Replayed, Verdict
from verifier.statement import Statement

DECISIONS: Final = frozenset({*kinds.CERTIFYING_KINDS, *kinds.AUTHORITY_KINDS, *kinds.TEACHING_KINDS}) | (
    kinds.APPROVED_KINDS
)
"""The kinds of event that are replayed and counted: what is decided by rule, and what two people sign."""

Watch = Callable[[Taken, str], None]
"""Told of each entry in the order in which it was decided, and of the organisation whose key signed it."""


class Replayer:
    """Replays a log. `take` every entry in order, then `finish`.

    Signatures are somebody else's matter: what is taken here was read from a log whose root and signatures are checked
    (`published.replay_log`, or an audit).
    """

    def __init__(self, disclosures: Disclosures | None = None, watch: Watch = lambda taken, organisation: None) -> None:
        self.facts = Facts()
        self.authority = Authority()
        self._disclosures = disclosures or Nothing()
        self._watch = watch
        self._replayed = Replayed()
        self._waiting: list[Taken] = []
        self._transaction: tuple[UUID | None, int] = (None, 0)
        """Intake and recorded time of what waits: neighbours that say the same may be of one transaction."""
        self._differences: dict[int, list[Difference]] = {}
        """What the log itself shows to be wrong with the entries that wait."""
        self._signers: dict[int, str] = {}
        """Whose key signed those entries."""
        self._signed_by: dict[bytes, array[int]] = {}
        """Indices of decisions, by key."""
        self._disowned = 0
        self._erasures = 0
        self._by_word = 0
        """Applications that agree although some award or application is withheld, which might be the same person's."""

    def take(self, index: int, statement: Statement) -> None:
        """Takes in the next entry of the log."""
        around = statement.record.envelope
        if self._waiting and (around.pack, around.recorded_at) != self._transaction:
            self._settle()
        self._transaction = (around.pack, around.recorded_at)
        self._replayed.entries = index + 1
        event = self._revealed(index, statement)
        self._signers[index] = self._take_authority(index, statement)
        self._waiting.append(Taken(index, statement.record.type.kind, event, self._disclosures.is_erased(index)))
        if around.pack is None:
            self._settle()

    def finish(self) -> Replayed:
        """What came of it, after the last entry."""
        self._settle()
        for index, named in self.facts.never_followed():
            error = RuleBroken(f"it is superseded by {named}, and no such award was ever made")
            self._replayed.problems.append(Problem.of(error, f"entry {index}", index))
        self._replayed.notes += self._notes()
        return self._replayed

    # --- what the log itself shows ----------------------------------------------------------------------------------

    def _revealed(self, index: int, statement: Statement) -> Event:
        disclosures = self._disclosures.of(index)
        try:
            return reveal(statement.record, disclosures)
        except VerificationError as error:
            self._replayed.problems.append(Problem.of(error, f"the disclosures of entry {index}", index))
            return statement.record.event

    def _take_authority(self, index: int, statement: Statement) -> str:
        """The organisation whose key signed; the empty word for a key that the log does not know."""
        event, found = statement.record.event, self._differences.setdefault(index, [])
        organisation = ""
        if isinstance(event, kinds.LogStarted):
            organisation = event.code
        elif (key := self.authority.keys.get(statement.kid)) is None:
            found.append(Difference("entitlement", f"key {statement.kid.hex()[:16]} was never authorised"))
        else:
            organisation = key.organisation
            found.extend(self._unentitled(index, statement, key))
        if isinstance(event, AUTHORITY_EVENTS) and not found:
            with suppress(VerificationError):  # what an audit tells of, where it judges such entries themselves
                self.authority.admit(index, statement, verified=True)
        found.extend(self._not_four_eyes(statement))
        if isinstance(event, kinds.KeyCompromised):
            self._disowned += sum(at >= event.as_of for at in self._signed_by.get(event.kid, ()))
        self._erasures += isinstance(event, kinds.TraineeErased)
        if statement.record.type.kind in DECISIONS:
            self._signed_by.setdefault(statement.kid, array("Q")).append(index)
        return organisation

    def _unentitled(self, index: int, statement: Statement, key: Key) -> Iterator[Difference]:
        try:
            key.entitled(statement.record.type.kind, index)
        except VerificationError as error:
            yield Difference("entitlement", error.message)
        known = self.authority.organisations.get(key.organisation)
        if known is None or known.uri != statement.issuer:
            yield Difference("entitlement", f"issuer {statement.issuer} is not {key.organisation}, whose key signed")

    def _not_four_eyes(self, statement: Statement) -> Iterator[Difference]:
        kind, actors = statement.record.type.kind, statement.record.envelope.actors
        if len(set(actors)) < len(actors):
            yield Difference("four-eyes", f"{actors[0]} both proposed and approved")
        if kind not in kinds.APPROVED_KINDS:
            return
        if len(actors) < 2:
            yield Difference("four-eyes", "one person alone is named")
        elif "approver" not in self.authority.accounts.get(actors[1], frozenset()):
            yield Difference("four-eyes", f"{actors[1]} approved without an open account of an approver")

    # --- deciding once more -----------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Replays what waits, in the order in which it was decided."""
        waiting, self._waiting = self._waiting, []
        for taken in in_order(waiting) if len(waiting) > 1 else waiting:
            self._replay(taken)
        self._differences.clear()
        self._signers.clear()

    def _replay(self, taken: Taken) -> None:
        event, kind = taken.event, taken.kind
        organisation, found = self._signers[taken.index], self._differences[taken.index]
        missing: tuple[str, ...] = ()
        try:
            for difference in self._check(event, organisation):
                if all(difference.rule != known.rule for known in found):
                    found.append(difference)
        except Missing as error:
            missing = error.inputs
        erased = taken.erased
        if kind in DECISIONS or found:
            outcome = Outcome(
                taken.index, kind, event.stream_id, _verdict(found, missing, erased), tuple(found), missing
            )
            self._replayed.count(outcome)
            self._count_by_word(outcome)
        if isinstance(event, kinds.ApplicationFiled):
            self.facts.courses[event.application_id] = titles.begin(event, self.facts)
        elif isinstance(event, kinds.PanelVoted) and event.application_id in self.facts.courses and not missing:
            self.facts.courses[event.application_id].votes = titles.votes_of(event)
        self.facts.take_in(taken.index, event, organisation, erased)
        self._watch(taken, organisation)

    def _check(self, event: Event, organisation: str) -> Iterator[Difference]:
        facts = self.facts
        match event:
            case kinds.AttendanceRecorded() | kinds.ResultRecorded() | kinds.ResultAmended():
                return training.check(event, organisation, facts)
            case kinds.CertificateAwarded():
                return certificates.check_award(event, organisation, facts)
            case kinds.CertificationRefused():
                return certificates.check_refusal(event, organisation, facts)
            case kinds.ApplicationFoundEligible():
                return titles.check_eligible(event, organisation, facts)
            case kinds.PanelVoted():
                return titles.check_panel(event, organisation, facts)
            case kinds.NoticePosted():
                return titles.check_notice(event, organisation, facts)
            case kinds.ApplicationRefused():
                return titles.check_refused(event, organisation, facts)
            case kinds.DecisionRefused():
                return titles.check_postponed(event, organisation, facts)
            case kinds.ObjectionRaised() | kinds.ObjectionResolved():
                return titles.check_objection(event, organisation, facts)
            case kinds.NoticeTermsSet():
                return titles.check_terms(event, organisation)
            case kinds.TitleGranted():
                return titles.check_grant(event, organisation, facts)
            case _ if isinstance(event, changes.ChangeOfStanding):
                return changes.check_change(event, organisation, facts)
            case _:
                return iter(())

    # --- what is said besides ---------------------------------------------------------------------------------------

    def _count_by_word(self, outcome: Outcome) -> None:
        eligibility = outcome.kind in ("application.found-eligible", "application.refused")
        self._by_word += eligibility and outcome.verdict is Verdict.AGREES and self.facts.unlinked > 0

    def _notes(self) -> Iterator[str]:
        if self._erasures:
            yield (
                f"{self._erasures} people were erased: what is withheld of them cannot be disclosed to anybody any more"
            )
        if self._by_word:
            yield (
                f"{self._by_word} decisions on applications agree as far as disclosed: awards and applications are "
                "withheld before them, and that none of those is the same person's is the base's word"
            )
        if self._disowned:
            yield (
                f"{self._disowned} decisions were signed by a key that was reported compromised as of an earlier entry:"
                " they count for nothing, whatever the rules give"
            )


def _verdict(found: list[Difference], missing: tuple[str, ...], erased: bool) -> Verdict:
    if found:
        return Verdict.DIFFERS
    if not missing:
        return Verdict.AGREES
    return Verdict.ERASED if erased else Verdict.WITHHELD
