"""The counterfactual: whose outcome would have been another one under a draft, and by which clause.

A second fold goes beside that of the log, under the draft, and takes in what would have been decided instead. So a lost
certificate closes the way to the title that rested on it. Nobody knows what a panel that never met would have said, nor
when a notice that was never posted would have been: such an application is open, and blocks no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

from verifier import kinds, rules
from verifier.dossier import Application, Dossier, Enrolment
from verifier.events import WITHHELD, Event
from verifier.replay.certificates import certified
from verifier.replay.drafts import Draft, DraftedCatalogue
from verifier.replay.facts import Facts
from verifier.replay.inputs import Missing, withheld
from verifier.replay.order import Taken
from verifier.replay.titles import OfAnApplication, decided_when_filed, votes_of
from verifier.rules import Eligible, NoCalendar, NotCertified, Policy, Programme, Qualification, Refused
from verifier.rules.certification import best_scores, hours_attended, hours_needed

AWARDED, GRANTED, OPEN = "awarded", "granted", "open"
COLUMNS: Final = ("index", "what", "stream", "number_hash", "name", "on", "was", "would", "clause", "because")


@dataclass(frozen=True, slots=True)
class Change:
    """One outcome that would have been another."""

    index: int
    """Of the entry that decided it; of an application, of the last one."""
    what: str
    """`certificate` or `title`."""
    stream: UUID
    """Of the award; of the enrolment or the application where there is none."""
    number_hash: bytes
    """Of the award's number; empty where none was made."""
    name: str
    """As disclosed; empty where it is not."""
    on: date
    was: str
    """`awarded`, `granted`, `open`, or the reason of refusal."""
    would: str
    clause: str
    """The rule that makes the difference: for eligibility with the route and what it names."""
    because: str

    def as_row(self) -> dict[str, str]:
        """By COLUMNS, as text."""
        values = (self.index, self.what, self.stream, self.number_hash.hex(), self.name, self.on)
        told = (self.was, self.would, self.clause, self.because)
        return dict(zip(COLUMNS, (*map(str, values), *told), strict=True))


@dataclass(slots=True)
class _Course:
    """What became of an application in the log, and what would have."""

    filed: kinds.ApplicationFiled
    index: int
    was: str = OPEN
    would: str = OPEN
    policy: Policy | None = None
    """Under which it would have gone to the panel."""
    clause: str = ""
    because: str = ""
    award: kinds.TitleGranted | None = None


class Supposing:
    """A `Watch` of a Replayer: `Replayer(disclosures, watch=supposing)`; then `finish`."""

    def __init__(self, draft: Draft) -> None:
        self.facts = Facts(catalogue=DraftedCatalogue(draft))
        self.changes: list[Change] = []
        self.not_supposed = 0
        """Decisions whose inputs are withheld."""
        self.supposed = 0
        self._courses: dict[UUID, _Course] = {}

    def __call__(self, taken: Taken, organisation: str) -> None:
        """Takes in the next entry, in the order in which it was decided."""
        event, index = taken.event, taken.index
        instead: Event | None = event
        try:
            match event:
                case kinds.CertificateAwarded(corrects=None):
                    instead = self._certification(index, event, event.enrolment, event.awarded_on)
                case kinds.CertificationRefused():
                    instead = self._certification(index, event, event.enrolment_id, event.requested_on)
                case kinds.ApplicationFiled():
                    self._file(index, event)
                case _ if isinstance(event, OfAnApplication):
                    instead = self._go_on(index, event)
                case kinds.TitleGranted(corrects=None):
                    instead = self._grant(index, event)
                case _:
                    pass
        except Missing:
            self.not_supposed += 1
        if instead is not None:
            self.facts.take_in(index, instead, organisation, taken.erased)
        if isinstance(event, kinds.ApplicationFiled):
            self._settle_filed(event)

    def finish(self) -> list[Change]:
        """All outcomes that would have been others, in the order of the log."""
        for application, course in self._courses.items():
            if course.was != course.would:
                self.changes.append(self._change_of(application, course))
        self.changes.sort(key=lambda change: change.index)
        return self.changes

    def as_json(self) -> dict[str, Any]:
        """The answer for programs, after `finish`."""
        return {
            "supposed": self.supposed,
            "not_supposed": self.not_supposed,
            "changes": [change.as_row() for change in self.changes],
        }

    # --- certificates -----------------------------------------------------------------------------------------------

    def _certification(
        self, index: int, event: kinds.CertificateAwarded | kinds.CertificationRefused, stream: object, on: object
    ) -> Event | None:
        if missing := withheld(event):
            raise Missing(missing)
        assert isinstance(stream, UUID)
        assert isinstance(on, date)
        enrolment = self.facts.enrolment(stream)
        dossier, programme = self.facts.dossier_of(stream), self.facts.programme_of(enrolment)
        if programme is None:
            raise Missing(["cohort.opened"])
        self.supposed += 1
        was = str(event.reason) if isinstance(event, kinds.CertificationRefused) else AWARDED
        given = certified(enrolment, programme, on)
        would = given.reason if isinstance(given, NotCertified) else AWARDED
        if dossier.certificate_of(stream) is not None:
            would = "already-awarded"
        if was != would:
            clause = would if would != AWARDED else was
            because = _why(enrolment, programme, on) if would != AWARDED else f"the draft gives {given.total}"
            award = event if isinstance(event, kinds.CertificateAwarded) else None
            number = award.number_hash if award else b""
            place = award.certificate_id if award else stream
            self.changes.append(
                Change(index, "certificate", place, number, _name(dossier), on, was, would, clause, because)
            )
        if isinstance(given, NotCertified) or would != AWARDED:
            return None
        if isinstance(event, kinds.CertificateAwarded):
            return replace(event, total=given.total, expires_on=given.expires_on)
        return _certificate(index, dossier, enrolment, programme, on, given)

    # --- applications -----------------------------------------------------------------------------------------------

    def _file(self, index: int, event: kinds.ApplicationFiled) -> None:
        expected = decided_when_filed(event, self.facts)
        self.supposed += 1
        course = self._courses[event.application_id] = _Course(event, index)
        if isinstance(expected, Eligible):
            course.policy = expected.policy
            course.because = f"route {expected.route.id} of {expected.policy.edition} is open"
        else:
            course.would, course.clause = expected.reason, expected.reason
            if isinstance(expected, Refused) and expected.reason == "not-eligible":
                course.clause, course.because = self._unmet(event, expected)

    def _settle_filed(self, event: kinds.ApplicationFiled) -> None:
        """What the draft refuses on its day ends there, whatever the log says of it later."""
        course = self._courses.get(event.application_id)
        dossier = self.facts.dossiers.get(self.facts.owners.get(event.application_id, UUID(int=0)))
        if course is None or dossier is None:
            return
        state = dossier.applications.get(event.application_id)
        if state is not None and course.policy is None:
            away = course.would == "already-applied"
            dossier.applications[event.application_id] = replace(state, ended_on=state.applied_on, turned_away=away)

    def _go_on(self, index: int, event: OfAnApplication) -> Event | None:
        """One more step of an application: None where the draft would never have come to it."""
        course = self._courses.get(event.application_id)
        if course is None:
            raise Missing(["application.filed"])
        if missing := withheld(event):
            raise Missing(missing)
        course.index = index
        if isinstance(event, kinds.ApplicationRefused):
            course.was = str(event.reason)
            return self._end(event, course)
        if course.policy is None or course.would != OPEN:
            return None
        if isinstance(event, kinds.ApplicationFoundEligible):
            return event
        if isinstance(event, kinds.PanelVoted):
            self._vote(event, course)
        elif isinstance(event, kinds.DecisionRefused):
            course.was = OPEN
            if self._decided(course, event.asked_on) is None:
                course.would, course.clause = GRANTED, str(event.reason)
                course.because = f"by the draft it could be decided on {event.asked_on}"
                self._suppose_grant(index, event, course)
        return event

    def _vote(self, event: kinds.PanelVoted, course: _Course) -> None:
        assert course.policy is not None
        votes = votes_of(event)
        if not rules.panel_is_well_formed(*votes, course.policy.panel_min_members):
            course.clause = "bad-panel"
            course.because = f"a panel of {votes[0]}, and the draft asks for {course.policy.panel_min_members}"
            course.would = "bad-panel"
        elif reason := rules.panel(course.policy, *votes):
            size, present, votes_for = votes
            course.would = course.clause = reason
            course.because = f"{present} of {size} present, {votes_for} votes for"
            self._ended(course, event.voted_on)

    def _end(self, event: kinds.ApplicationRefused, course: _Course) -> Event | None:
        """The log refused it. By the draft it may have ended before, or go on from here."""
        if course.would != OPEN:
            return None
        application = self._application(course)
        if application is not None and application.posted_on is not None:
            reason = self._decided(course, event.ended_on)
            if reason is not None:
                course.would = course.clause = reason
                return event if reason == "objection-upheld" else None  # too early, it stays open
        # What would follow nobody knows. It blocks no later application.
        course.clause = str(event.reason)
        self._ended(course, application.applied_on if application else None, turned_away=True)
        return None

    def _grant(self, index: int, event: kinds.TitleGranted) -> Event | None:
        if missing := withheld(event):
            raise Missing(missing)
        assert isinstance(event.application, UUID)
        course = self._courses.get(event.application)
        if course is None:
            raise Missing(["application.filed"])
        course.index, course.was, course.award = index, GRANTED, event
        if course.would == GRANTED:  # the draft granted it earlier
            return None
        if course.would != OPEN:
            return None
        if (reason := self._decided(course, event.granted_on)) is not None:
            course.would = course.clause = reason
            assert course.policy is not None
            course.because = f"the draft asks for {course.policy.notice_working_days} working days"
            return None
        course.would = GRANTED
        return event

    def _decided(self, course: _Course, on: object) -> str | None:
        """Why the draft gives no title on a day; None where it does."""
        application = self._application(course)
        assert isinstance(on, date)
        if application is None or application.posted_on is None or course.policy is None:
            return "notice-too-short"
        calendars = self.facts.catalogue.calendars
        try:
            return rules.decision(course.policy, application.posted_on, on, application.objection, calendars)
        except NoCalendar as error:
            return error.code

    def _suppose_grant(self, index: int, event: kinds.DecisionRefused, course: _Course) -> None:
        assert isinstance(event.asked_on, date)
        assert isinstance(course.filed.trainee, UUID)
        dossier = self.facts.dossiers[course.filed.trainee]
        self.facts.take_in(index, _title(index, dossier, course, event.asked_on), "", False)

    def _unmet(self, event: kinds.ApplicationFiled, expected: Refused) -> tuple[str, str]:
        """Which clause of which route is not met: of the routes for this level, the one that lacks least."""
        if expected.policy is None:
            return "not-eligible", "no edition is in force"
        assert isinstance(event.trainee, UUID)
        assert isinstance(event.applied_on, date)
        assert isinstance(event.level, str)
        applicant = self.facts.dossiers[event.trainee].applicant()
        on = event.applied_on
        held = rules.title_held_on(applicant.declared, applicant.titles, on)
        best = rules.best_valid_total(applicant.certificates, on)
        about = Qualification(event.level, applicant.education, held, applicant.practice_from, best, on)
        findings = [one for one in rules.explain_routes(expected.policy, about) if one.route.level == event.level]
        if not findings:
            return "not-eligible", f"{expected.policy.edition} has no route to this level"
        nearest = min(findings, key=lambda finding: len(finding.fails))
        unmet = [condition for condition in nearest.conditions if not condition.met]
        told = "; ".join(f"{one.clause} asks for {_told(one.asks)} and has {_told(one.has)}" for one in unmet)
        return f"not-eligible {nearest.route.id} {' '.join(nearest.fails)}", told

    def _application(self, course: _Course) -> Application | None:
        person = course.filed.trainee
        dossier = self.facts.dossiers.get(person) if isinstance(person, UUID) else None
        return None if dossier is None else dossier.applications.get(course.filed.application_id)

    def _ended(self, course: _Course, on: object, *, turned_away: bool = False) -> None:
        application, person = self._application(course), course.filed.trainee
        if application is not None and isinstance(on, date) and isinstance(person, UUID):
            ended = replace(application, ended_on=on, turned_away=turned_away)
            self.facts.dossiers[person].applications[application.id] = ended

    def _change_of(self, application: UUID, course: _Course) -> Change:
        person, on = course.filed.trainee, course.filed.applied_on
        assert isinstance(on, date)
        dossier = self.facts.dossiers.get(person) if isinstance(person, UUID) else None
        stream = course.award.title_id if course.award else application
        number = course.award.number_hash if course.award else b""
        clause = course.clause or course.was
        name = "" if dossier is None else _name(dossier)
        return Change(course.index, "title", stream, number, name, on, course.was, course.would, clause, course.because)


def table(changes: list[Change]) -> Iterator[str]:
    """The changes for people, in columns."""
    rows = [change.as_row() for change in changes]
    shown = ("index", "what", "name", "on", "was", "would", "clause", "because")
    widths = {column: max(len(column), *(len(row[column]) for row in rows)) for column in shown} if rows else {}
    for row in ({column: column for column in shown}, *rows) if rows else ():
        yield "  ".join(row[column].ljust(widths[column]) for column in shown).rstrip()


def _why(enrolment: Enrolment, programme: Programme, on: date) -> str:
    """What of an enrolment the programme does not find enough."""
    needed = hours_needed(programme.min_attendance, programme.modules)
    hours = hours_attended(programme, enrolment.attendance, on)
    short = [f"{code}: {float(hours.get(code, 0)):g} of {float(need):g} hours" for code, need in needed.items()]
    short = [text for text, (code, need) in zip(short, needed.items(), strict=True) if hours.get(code, 0) < need]
    best = best_scores(programme, enrolment.results, enrolment.amendments, on)
    below = [
        f"{item.code}: {best.get(item.code, 'no score')} of {item.pass_mark}"
        for item in programme.assessments
        if item.code not in best or best[item.code] < item.pass_mark
    ]
    given = certified(enrolment, programme, on)
    total = getattr(given, "total", None)
    reached = [f"a total of {total} of {programme.total_pass}"] if total is not None else []
    return "; ".join(short or below or reached)


def _certificate(
    index: int, dossier: Dossier, enrolment: Enrolment, programme: Programme, on: date, given: rules.Certified
) -> kinds.CertificateAwarded:
    """A certificate that was never awarded, as far as the rules look at one."""
    return kinds.CertificateAwarded(
        certificate_id=uuid5(enrolment.id, f"supposed {index}"),
        number_hash=b"",
        link_hash=b"",
        programme=programme.code,
        awarded_on=on,
        expires_on=given.expires_on,
        status_index=0,
        number="",
        name=_name(dossier),
        id_type="",
        id_number_masked="",
        total=given.total,
        trainee=dossier.subject,
        enrolment=enrolment.id,
        cohort=enrolment.cohort,
        link="",
        corrects=None,
        source=None,
    )


def _title(index: int, dossier: Dossier, course: _Course, on: date) -> kinds.TitleGranted:
    """A title that was never granted, as far as the rules look at one."""
    assert isinstance(course.filed.level, str)
    return kinds.TitleGranted(
        title_id=uuid5(course.filed.application_id, f"supposed {index}"),
        number_hash=b"",
        link_hash=b"",
        level=course.filed.level,
        granted_on=on,
        status_index=0,
        number="",
        name=_name(dossier),
        id_type="",
        id_number_masked="",
        speciality="",
        trainee=dossier.subject,
        application=course.filed.application_id,
        policy=course.policy.edition if course.policy else "",
        route="",
        link="",
        corrects=None,
        source=None,
    )


def _name(dossier: Dossier) -> str:
    name: Any = dossier.trainee.name if dossier.trainee else ""
    return "" if name is WITHHELD else str(name)


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
