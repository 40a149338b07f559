"""One person's rows of the register, and how an event changes them. Events come in log order, which between streams is
any order in a bulk intake (ADR 6): a certificate may stand before its enrolment, a title before its application.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Protocol
from uuid import UUID

from ledger.deciders.masking import mask_id_number
from ledger.projections.register.definitions import Definitions, encoded_hours, hours_of
from ledger.projections.register.rows import (
    APPLICATIONS,
    CERTIFICATES,
    ENROLMENTS,
    PEOPLE,
    TITLES,
    Application,
    Certificate,
    Enrolment,
    Person,
    Title,
)
from verifier import kinds
from verifier.dossier import shown
from verifier.events import Event
from verifier.rules import attended_enough

NO_HOURS: Final = encoded_hours({})

Rows = dict[str, dict[Any, tuple[Any, ...]]]
"""By table: each row by its key."""


class Hiding(Protocol):
    """What turns personal values into what the register may hold."""

    def seal(self, subject: UUID, stream: bytes, values: tuple[str, ...]) -> bytes:
        """A card of a person, about one stream."""

    def open(self, subject: UUID, stream: bytes, card: bytes) -> list[str]:
        """What stands on a card."""

    def name_tokens(self, name: str) -> set[bytes]:
        """The tokens by which a name is found."""

    def number_token(self, application_no: str) -> bytes:
        """The token by which an application's number is found."""


class PersonFile:
    """The rows of one person, changed by one event after the other."""

    def __init__(self, subject: UUID, rows: Rows) -> None:
        """`rows`: as they lie in the tables."""
        self.subject = subject
        self.person = next((Person(*row) for row in rows[PEOPLE.name].values()), None)
        self.enrolments = {key: Enrolment(*row) for key, row in rows[ENROLMENTS.name].items()}
        self.certificates = {key: Certificate(*row) for key, row in rows[CERTIFICATES.name].items()}
        self.applications = {key: Application(*row) for key, row in rows[APPLICATIONS.name].items()}
        self.titles = {key: Title(*row) for key, row in rows[TITLES.name].items()}
        self.tokens: set[bytes] | None = None
        """Those of the name, where it was told in these entries."""
        self._hours: dict[bytes, dict[str, Fraction]] = {}
        """Of the enrolments whose hours changed; written into their rows by `settle`."""

    def rows(self) -> Rows:
        """The rows as they are to lie in the tables."""
        there = [] if self.person is None else [self.person]
        return {
            PEOPLE.name: {item.subject: PEOPLE.values(item) for item in there},
            ENROLMENTS.name: {key: ENROLMENTS.values(item) for key, item in self.enrolments.items()},
            CERTIFICATES.name: {key: CERTIFICATES.values(item) for key, item in self.certificates.items()},
            APPLICATIONS.name: {key: APPLICATIONS.values(item) for key, item in self.applications.items()},
            TITLES.name: {key: TITLES.values(item) for key, item in self.titles.items()},
        }

    def reached_by(self, known: Definitions) -> set[tuple[str, str, bytes, int]]:
        """Rows of `reach`: which organisations have to do with the person, once it is registered."""
        if self.person is None:
            return set()
        whole, trained = {self.person.employer}, set[str | None]()
        for application in self.applications.values():
            whole |= {application.recommended_by, application.authority}
        for enrolment in self.enrolments.values():
            if (cohort := known.cohorts.get(enrolment.cohort)) is not None:
                trained |= {cohort.taught_by, cohort.certified_by}
        day, subject = self.person.registered_on, self.person.subject
        return {(code, day, subject, int(code in whole)) for code in whole | trained if code is not None}

    def erase(self) -> None:
        """The person's data are erased: nothing of it stays."""
        self.person, self.tokens = None, None
        for rows in (self.enrolments, self.certificates, self.applications, self.titles):
            rows.clear()

    def take(self, event: Event, hiding: Hiding, known: Definitions) -> None:
        """Takes in one more event. Raises Erased for one whose personal values are gone, and changes nothing then."""
        match event:
            case kinds.TraineeErased():
                self.erase()
            case kinds.TraineeRegistered() | kinds.TraineeNameChanged() | kinds.TraineeDetailsAmended():
                self._take_person(event, hiding)
            case kinds.CertificateAwarded():
                self._award(event, hiding)
            case kinds.TitleGranted():
                self._grant(event, hiding)
            case kinds.ApplicationFiled():
                self._file(event, hiding, known)
            case _:
                stream = event.stream_id.bytes
                if isinstance(event, kinds.EnrolmentMade) or stream in self.enrolments:
                    self._take_enrolment(event)
                elif (application := self.applications.get(stream)) is not None:
                    _take_application(application, event, known)
                elif (award := self.certificates.get(stream) or self.titles.get(stream)) is not None:
                    _change(award, event)

    def settle(self, known: Definitions) -> None:
        """Works out what follows of each enrolment from all of the person's rows. Once for many events is enough."""
        for enrolment in self.enrolments.values():
            self._settle(enrolment, known)

    # --- the person ---------------------------------------------------------------------------------------------------

    def _take_person(
        self,
        event: kinds.TraineeRegistered | kinds.TraineeNameChanged | kinds.TraineeDetailsAmended,
        hiding: Hiding,
    ) -> None:
        stream = self.subject.bytes
        match event:
            case kinds.TraineeRegistered():
                id_type = shown(event.id_type)
                masked = mask_id_number(id_type, shown(event.id_number))
                card = (shown(event.trainee_no), shown(event.name), id_type, masked)
                self.tokens = hiding.name_tokens(card[1])
                day, employer = _text(shown(event.registered_on)), shown(event.employer)
                sealed = hiding.seal(self.subject, stream, card)
                self.person = Person(stream, sealed, day, employer, shown(event.education))
            case kinds.TraineeNameChanged() if self.person is not None:
                name = shown(event.name)
                number, _, id_type, masked = hiding.open(self.subject, stream, self.person.card)
                self.tokens = hiding.name_tokens(name)
                self.person.card = hiding.seal(self.subject, stream, (number, name, id_type, masked))
            case kinds.TraineeDetailsAmended() if self.person is not None:
                self.person.education, self.person.employer = shown(event.education), shown(event.employer)

    # --- training -----------------------------------------------------------------------------------------------------

    def _take_enrolment(self, event: Event) -> None:
        stream = event.stream_id.bytes
        if isinstance(event, kinds.EnrolmentMade):
            self._enrol(stream, shown(event.cohort), _text(shown(event.enrolled_on)))
        row = self.enrolments[stream]
        match event:
            case kinds.EnrolmentWithdrawn():
                on = _text(shown(event.withdrawn_on))
                row.withdrawn_on = min(on, row.withdrawn_on or on)
            case kinds.AttendanceRecorded():
                module, more = shown(event.module), shown(event.hours)
                hours = self._hours.get(stream) or hours_of(row.hours)
                self._hours[stream] = hours | {module: hours.get(module, 0) + Fraction(more)}
            case kinds.CertificationRefused() if row.certificate is None:  # an award stands, whichever was asked first
                row.total, row.refused_for = _tenths(shown(event.total)), shown(event.reason)
                row.asked_on = _text(shown(event.requested_on))

    def _enrol(self, stream: bytes, cohort: str, on: str) -> None:
        made = Enrolment(
            stream, self.subject.bytes, cohort, on, None, NO_HOURS, 0, None, None, None, None, "enrolled", 0
        )
        self.enrolments[stream] = made
        for certificate in sorted(self.certificates.values(), key=lambda item: item.superseded_on is None):
            if certificate.enrolment == stream:
                _certify(made, certificate)

    def _settle(self, row: Enrolment, known: Definitions) -> None:
        if (changed := self._hours.get(row.enrolment)) is not None:
            row.hours = encoded_hours(changed)
        needs = known.needs(row.cohort)
        if not row.trained and needs is not None:
            row.trained = int(attended_enough(hours_of(row.hours), needs))
        certificate = None if row.certificate is None else self.certificates.get(row.certificate)
        since = None if certificate is None else certificate.awarded_on
        row.titled = int(since is not None and any(title.granted_on >= since for title in self.titles.values()))
        if certificate is not None:
            row.status = "certified"
        elif row.withdrawn_on is not None:
            row.status = "withdrawn"
        elif row.refused_for is not None:
            row.status = "refused"
        else:
            row.status = "trained" if row.trained else "enrolled"

    # --- awards -------------------------------------------------------------------------------------------------------

    def _award(self, event: kinds.CertificateAwarded, hiding: Hiding) -> None:
        stream, enrolment = event.certificate_id.bytes, shown(event.enrolment).bytes
        made = Certificate(
            stream,
            self.subject.bytes,
            hiding.seal(self.subject, stream, (shown(event.number),)),
            enrolment,
            shown(event.cohort),
            event.programme,
            _tenths(shown(event.total)) or 0,
            _text(event.awarded_on),
            _text(event.expires_on),
            *(None,) * 5,
        )
        self.certificates[stream] = made
        if enrolment in self.enrolments:
            _certify(self.enrolments[enrolment], made)

    def _grant(self, event: kinds.TitleGranted, hiding: Hiding) -> None:
        stream, application = event.title_id.bytes, shown(event.application).bytes
        self.titles[stream] = Title(
            stream,
            self.subject.bytes,
            hiding.seal(self.subject, stream, (shown(event.number),)),
            application,
            event.level,
            shown(event.speciality),
            shown(event.policy),
            _text(event.granted_on),
            *(None,) * 3,
        )
        if event.corrects is None and application in self.applications:
            _end(self.applications[application], "granted", event.granted_on.isoformat(), None)

    def _file(self, event: kinds.ApplicationFiled, hiding: Hiding, known: Definitions) -> None:
        stream, number, on = event.application_id.bytes, shown(event.application_no), _text(shown(event.applied_on))
        self.applications[stream] = made = Application(
            stream,
            self.subject.bytes,
            hiding.seal(self.subject, stream, (number,)),
            hiding.number_token(number),
            shown(event.level),
            shown(event.speciality),
            shown(event.recommended_by),
            known.authority_of(None, on),
            on,
            "filed",
            *(None,) * 4,
            "none",
            *(None,) * 3,
        )
        titles = [title.granted_on for title in self.titles.values() if title.application == stream]
        if titles:  # a bulk intake logged it before its application
            _end(made, "granted", min(titles), None)


def _take_application(row: Application, event: Event, known: Definitions) -> None:
    match event:
        case kinds.ApplicationFoundEligible():
            row.policy, row.route = shown(event.policy), shown(event.route)
            row.authority = known.authority_of(row.policy, row.applied_on)
            _step(row, "eligible")
        case kinds.PanelVoted():
            row.voted_on = _text(shown(event.voted_on))
            _step(row, "panel")
        case kinds.NoticePosted():
            row.posted_on = _text(shown(event.posted_on))
            _step(row, "notice")
        case kinds.ObjectionRaised() if row.objection != "upheld":
            row.objection = "pending"
        case kinds.ObjectionResolved() if row.objection != "upheld":
            row.objection = shown(event.outcome)
        case kinds.DecisionRefused() if row.ended_on is None:
            row.reason = shown(event.reason)
        case kinds.ApplicationRefused():
            policy = shown(event.policy)
            row.policy, row.route = policy or row.policy, shown(event.route) or row.route
            row.authority = known.authority_of(row.policy, row.applied_on)
            _end(row, "refused", _text(shown(event.ended_on)), shown(event.reason))


def _step(row: Application, step: str) -> None:
    if row.ended_on is None:  # a bulk intake may have logged its end before
        row.step = step


def _end(row: Application, step: str, on: str, reason: str | None) -> None:
    row.step, row.ended_on, row.reason = step, on, reason
    row.days = (date.fromisoformat(on) - date.fromisoformat(row.applied_on)).days


def _certify(row: Enrolment, certificate: Certificate) -> None:
    row.certificate, row.total, row.refused_for, row.asked_on = (
        certificate.certificate,
        certificate.total,
        None,
        certificate.awarded_on,
    )


def _change(award: Certificate | Title, event: Event) -> None:
    match event:
        case kinds.CertificateRevoked() | kinds.TitleRevoked():
            award.revoked_on, award.revoked_for = _text(event.revoked_on), event.reason
        case kinds.CertificateSuperseded() | kinds.TitleSuperseded():
            award.superseded_on = _text(event.superseded_on)
        case kinds.CertificateSuspended() if isinstance(award, Certificate):
            award.suspended_on, award.reinstated_on = _text(event.suspended_on), None
        case kinds.CertificateReinstated() if isinstance(award, Certificate):
            award.reinstated_on = _text(event.reinstated_on)


def _tenths(total: Decimal | None) -> int | None:
    return None if total is None else int(total * 10)


def _text(day: date) -> str:
    return day.isoformat()
