"""Public notices (公示): what their authority lets them show while they stand, and the objections that they bring.

Nothing personal is kept for them. What a notice shows is opened from the vault each time it is shown, and verified
against the log as published; once the notice is over nothing is opened any more.
"""

from __future__ import annotations

import logging
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from threading import Lock
from typing import Final, TypeVar
from uuid import UUID

from ledger import commands as c
from ledger.awards import Awards, Snapshot
from ledger.claims import ClaimKeys
from ledger.deciders.base import Base
from ledger.deciders.masking import mask_name
from ledger.deciders.objection import kept_until
from ledger.handle import Desk, fold_base
from ledger.permissions import Actors
from ledger.receipts import NotYetSigned
from ledger.refusals import Code, Refusal
from ledger.store import Recorded, StoreCorrupt, StoreError
from ledger.vault import Vault
from verifier import kinds
from verifier.address import LINK_ID_BYTES, check_link_id, new_link_id
from verifier.authority import Organisation
from verifier.current import business_day
from verifier.dossier import Application, Erased, Trainee, evolve_application, evolve_trainee, shown
from verifier.errors import CouldNotCheck, VerificationError
from verifier.events import Event, event_type
from verifier.rules import Calendar, NoCalendar, Policy, first_decision_day, working_days_left
from verifier.statement import parse

_log = logging.getLogger(__name__)

T = TypeVar("T")

PUBLIC_FORM: Final = "public-form"
"""Pseudonym of the account under which the public form records: it says in the log what it is."""
PAGE: Final = 20
"""Notices on one page of the list."""
NOTICE_ID_BYTES: Final = 15
_CONFIDED: Final = ("application", "place")
"""Fields of an objection that its own receipt does not disclose: who objects must not learn the application's stream,
whose entries in the public log could be followed from then on."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a notice as they are on the day of asking."""

    posted_on: date
    left: int
    """Working days that have not passed when the day begins, the day of posting not counted; 1 on the last one."""
    last: date | None
    """The last day of the notice, its last whole working day; None where that cannot be counted yet."""
    uncounted: int | None = None
    """The year without a calendar, for want of which the last day cannot be counted."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that stands, with what it shows."""

    id: str
    authority: Organisation
    level: str
    days: Days
    terms: kinds.NoticeTermsSet | None
    values: tuple[tuple[str, str], ...]
    """Field and value; of `employer` and `recommended_by` the Chinese and English name of the organisation."""
    takes_objections: bool
    """Whether the form is open: the authority has set its terms."""
    log_size: int


class Gone(Enum):
    """Why there is no notice to show."""

    UNKNOWN = "unknown"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the notices that stand, newest first."""

    notices: tuple[Notice, ...]
    page: int
    pages: int
    unchecked: int = 0
    """Notices of which it could not be found out whether they stand, or what they show."""


@dataclass(frozen=True, slots=True)
class Lodged:
    """An objection as its objector sees it."""

    link: str
    event: kinds.ObjectionLodged
    index: int
    published: bool
    """Whether the entry is under a published checkpoint: then there is a receipt."""
    outcome: str
    """`pending`, `dismissed`, `upheld`, or `none` where the application ended without an answer to it."""
    kept_until: date | None
    """The last day on which it is kept; None while the application is open."""
    terms: kinds.NoticeTermsSet | None


@dataclass(frozen=True, slots=True)
class Posted:
    """What is known of a notice until it is over: nothing that its page does not show to everybody."""

    application: UUID
    trainee: UUID
    posted_on: date
    policy: Policy


class Notices:
    """Looks notices up and takes objections. Shared freely by threads."""

    def __init__(self, awards: Awards) -> None:
        self._awards = awards
        self._ledger = awards.ledger
        self._executor = awards.ledger.executor()
        self._lock = Lock()
        self._ids: dict[str, UUID] = {}
        """The application of every notice that was ever posted, by the id of its page."""
        self._seen = -1
        self._base: tuple[int, Base] | None = None
        self._posted: dict[UUID, Posted] = {}
        self._over: set[UUID] = set()
        """Notices that are over for good, under the base as it is kept here."""

    # --- what stands --------------------------------------------------------------------------------------------------

    def listed(self, page: int, now: datetime) -> Listed:
        """A page of the notices that stand today, from 1. Raises StoreError."""
        standing, unchecked = self._standing(business_day(now))
        pages = max(1, -(-len(standing) // PAGE))
        page = min(max(page, 1), pages)
        found = []
        for posted in standing[(page - 1) * PAGE : page * PAGE]:
            try:
                found.append(self._notice(posted, now, self._awards.snapshot()))
            except (VerificationError, CouldNotCheck, NotYetSigned, StoreError) as error:
                _log.error("a notice could not be shown: %s", error)
                unchecked += 1
        return Listed(tuple(item for item in found if item is not None), page, pages, unchecked)

    def find(self, notice_id: str, now: datetime) -> Notice | Gone:
        """The notice of an id, in either case.

        Raises NotYetSigned where it is recorded and not published yet; NoCalendar; VerificationError and StoreError
        where the log does not bear out what is to be shown.
        """
        posted = self._find(notice_id, business_day(now))
        if isinstance(posted, Gone):
            return posted
        return self._notice(posted, now, self._awards.snapshot()) or Gone.ENDED

    def undecided(self) -> list[Posted]:
        """Every notice that was posted and whose application is open, in the order of the log. Raises StoreError."""
        found = (self._posted_of(application) for application in self._not_over(set()))
        return [posted for posted in found if posted is not None]

    def days(self, posted: Posted, today: date) -> Days:
        """The days of a notice. Raises NoCalendar where those that have passed cannot be counted."""
        return days_of_notice(
            posted.posted_on, posted.policy.notice_working_days, today, self._known_base().catalogue.calendars
        )

    def id_of(self, application: UUID) -> str:
        """The id of an application's page: nobody without the ledger's key can tell it from the log, nor the other way
        round.
        """
        return id_of_notice(self._ledger.claim_keys, application)

    # --- objections ---------------------------------------------------------------------------------------------------

    def lodge(self, notice_id: str, name: str, contact: str, grounds: str, sent: bytes, now: datetime) -> str:
        """Records an objection and returns the link that its objector keeps; what was `sent` before is not recorded
        again.

        Raises Refusal, NoCalendar, StoreError.
        """
        today = business_day(now)
        posted = self._find(notice_id, today)
        if isinstance(posted, Gone):
            raise Refusal(Code.NOTICE_OVER, "the days of the public notice are over")
        page = self.id_of(posted.application)

        def asked(desk: Desk) -> c.Command:
            return c.LodgeObjection(
                desk.new_id(),
                posted.trainee,
                posted.application,
                page,
                name,
                contact,
                grounds,
                new_link_id(desk.randomness(LINK_ID_BYTES)),
                today,
            )

        done = self._executor.execute(asked, Actors(PUBLIC_FORM), self._ledger.claim_keys.form(page, sent)[:16])
        (event,) = done.events
        if not isinstance(event, kinds.ObjectionLodged) or not isinstance(event.link, str):
            raise Refusal(Code.ERASED, "this objector's data are erased")
        return event.link

    def lodged(self, link: str) -> Lodged | None:
        """The objection of a link; None where there is none, or none any more. Raises Malformed for what is no link."""
        claim = self._ledger.store.claim(self._ledger.claim_keys.objection_link(check_link_id(link)))
        if claim is None:
            return None
        entry, event = self._objection(UUID(bytes=claim.value))
        if not isinstance(event, kinds.ObjectionLodged) or not isinstance(event.link, str):
            return None
        desk = self._desk()
        application = desk.application_of(event)
        try:
            published = entry.index < self._awards.snapshot().head.size
        except NotYetSigned:
            published = False
        until = kept_until(event, application, desk.base.catalogue)
        terms = next((item for item in desk.base.catalogue.terms if item.terms_id == event.terms), None)
        return Lodged(event.link, event, entry.index, published, answer_of(event, application), until, terms)

    def receipt(self, link: str) -> bytes | None:
        """The Transparent Statement of an objection, all disclosed but the application's stream; None for none.

        Raises NotYetSigned before the entry is published, and as `Awards.proof`.
        """
        there = self.lodged(link)
        if there is None:
            return None
        entry, _ = self._objection(there.event.objection_id)
        disclosures = Vault(self._ledger.data_keys).open(entry) or []
        fields = [field.name for field in event_type(kinds.ObjectionLodged).personal]
        shown_ones = [item for name, item in zip(fields, disclosures, strict=True) if name not in _CONFIDED]
        return self._awards.snapshot().verified.transparent(entry.index, parse(entry.statement), shown_ones)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _find(self, notice_id: str, today: date) -> Posted | Gone:
        self._read_view()
        application = self._ids.get(notice_id.upper())
        if application is None:
            return Gone.UNKNOWN
        posted = None if self._is_over(application) else self._posted_of(application)
        if posted is None:
            return Gone.ENDED
        if today < posted.posted_on:
            return Gone.UNKNOWN
        return posted if self._left(posted, today) else Gone.ENDED

    def _read_view(self) -> None:
        with self._lock:
            sql = "SELECT application, log_index FROM notices WHERE log_index > ? ORDER BY log_index"
            for row in self._awards.views.select(sql, (self._seen,)):
                application = UUID(bytes=bytes(row["application"]))
                self._ids[self.id_of(application)] = application
                self._seen = row["log_index"]

    def _is_over(self, application: UUID) -> bool:
        sql = "SELECT refused FROM notices WHERE application = ?"
        refused = any(row["refused"] is not None for row in self._awards.views.select(sql, (application.bytes,)))
        return refused or self._ledger.store.claim(self._ledger.claim_keys.title_of(application)) is not None

    def _standing(self, today: date) -> tuple[list[Posted], int]:
        """The notices that stand today, the one posted last first, and how many could not be counted.

        Those of one day are in the order of their ids: that of the log would tell which stream is whose.
        """
        self._known_base()
        found, unchecked = [], 0
        for application in self._not_over(self._over):
            try:
                posted = self._posted_of(application)
                left = 0 if posted is None else self._left(posted, today)
            except (NoCalendar, StoreCorrupt, VerificationError) as error:
                _log.error("a notice could not be counted: %s", error)
                unchecked += 1
                continue
            if posted is None or left == 0:
                self._over.add(application)
            elif today >= posted.posted_on:
                found.append(posted)
        return sorted(found, key=lambda item: (item.posted_on, self.id_of(item.application)), reverse=True), unchecked

    def _not_over(self, known: set[UUID]) -> list[UUID]:
        """Applications under a notice that were neither refused nor granted, but for those `known` to be over."""
        sql = "SELECT application FROM notices WHERE refused IS NULL ORDER BY log_index"
        rows = [UUID(bytes=bytes(row["application"])) for row in self._awards.views.select(sql)]
        asked = [application for application in rows if application not in known]
        keys = {self._ledger.claim_keys.title_of(application): application for application in asked}
        granted = {keys[key] for key in self._ledger.store.claims(keys)}
        self._over |= granted
        return [application for application in asked if application not in granted]

    def _left(self, posted: Posted, today: date) -> int:
        days = posted.policy.notice_working_days
        return working_days_left(posted.posted_on, days, today, self._known_base().catalogue.calendars)

    def _posted_of(self, application: UUID) -> Posted | None:
        """What is known of a notice; None where the application has ended or the applicant is erased."""
        if (known := self._posted.get(application)) is not None:
            return known
        owner = self._owner(application)
        state = None if owner is None else self._desk().dossier(owner).applications.get(application)
        if owner is None or state is None or state.ended_on is not None:
            return None
        if state.posted_on is None or state.policy is None:
            return None
        policy = self._known_base().catalogue.policy(state.policy)
        known = self._posted[application] = Posted(application, owner, state.posted_on, policy)
        return known

    def _owner(self, application: UUID) -> UUID | None:
        entries = self._ledger.store.stream(application)
        return next((entry.subject for entry in entries if entry.subject is not None), None)

    def _notice(self, posted: Posted, now: datetime, snapshot: Snapshot) -> Notice | None:
        """What the notice shows: every entry that it is taken from is verified. None where it ended meanwhile."""
        desk = self._desk()
        base, authority = desk.base, desk.base.organisations[posted.policy.authority]
        known = desk.dossier(posted.trainee).applications.get(posted.application)
        terms = base.catalogue.terms_of(authority.code)
        try:
            application = self._verified(posted.application, snapshot, evolve_application)
            trainee = self._verified(posted.trainee, snapshot, evolve_trainee)
        except Erased:
            return None
        if application is None or trainee is None or known is None or known.ended_on is not None:
            return None
        if terms is not None:
            terms = self._verified(terms.terms_id, snapshot, _last_terms)
        return Notice(
            id=self.id_of(posted.application),
            authority=authority,
            level=application.level,
            days=self.days(posted, business_day(now)),
            terms=terms,
            values=_values(terms, application, trainee, base),
            takes_objections=terms is not None and PUBLIC_FORM in base.accounts,
            log_size=snapshot.head.size,
        )

    def _verified(self, stream: UUID, now: Snapshot, evolve: Callable[[T | None, Event], T | None]) -> T | None:
        """The state of a stream, each entry signed by who may, in the published tree, its values those committed to."""
        vault = Vault(self._ledger.data_keys)
        state: T | None = None
        for entry in self._ledger.store.stream(stream):
            statement, event = vault.read(entry)
            now.verified.entry(entry.index, statement)
            state = evolve(state, event)
        return state

    def _objection(self, stream: UUID) -> tuple[Recorded, Event]:
        entry, *_ = self._ledger.store.stream(stream)
        return entry, Vault(self._ledger.data_keys).read(entry)[1]

    def _known_base(self) -> Base:
        revision = self._ledger.store.boundary(self._ledger.log_id.bytes)
        with self._lock:
            if self._base is None or self._base[0] != revision:
                base = fold_base(self._ledger.store, Vault(self._ledger.data_keys), self._ledger.log_id)
                self._base = (revision, base)
                self._posted, self._over = {}, set()  # Another calendar counts other days.
            return self._base[1]

    def _desk(self) -> Desk:
        ledger = self._ledger
        # A vault of its own: one that lives long would keep the data keys of people who are erased meanwhile.
        parts = (ledger.store, Vault(ledger.data_keys), ledger.keystore, ledger.claim_keys, ledger.log_id)
        return Desk(*parts, ledger.clock, ledger.randomness, self._known_base())


def answer_of(lodged: kinds.ObjectionLodged, application: Application | None) -> str:
    """What became of an objection: `pending`, `dismissed`, `upheld`, or `none` where the application ended first."""
    if application is None:
        return "none"
    return application.answer_to(lodged.objection_id) or ("pending" if application.ended_on is None else "none")


def _last_terms(_: kinds.NoticeTermsSet | None, event: Event) -> kinds.NoticeTermsSet | None:
    return event if isinstance(event, kinds.NoticeTermsSet) else None


def id_of_notice(claim_keys: ClaimKeys, application: UUID) -> str:
    """See `Notices.id_of`."""
    return b32encode(claim_keys.notice(application)[:NOTICE_ID_BYTES]).decode()


def days_of_notice(posted_on: date, days: int, today: date, calendars: Mapping[int, Calendar]) -> Days:
    """The days of a notice of so many `days`. Raises NoCalendar where those that have passed cannot be counted."""
    left = working_days_left(posted_on, days, today, calendars)
    try:
        last = first_decision_day(posted_on, days, calendars) - timedelta(days=1)
    except NoCalendar as error:
        return Days(posted_on, left, None, error.year)
    return Days(posted_on, left, last)


def _values(
    terms: kinds.NoticeTermsSet | None, application: Application, trainee: Trainee, base: Base
) -> tuple[tuple[str, str], ...]:
    """What the terms let the notice show, in their order."""

    def organisation(code: str | None) -> str:
        known = base.organisations.get(code or "")
        return "" if known is None else f"{known.name_zh} {known.name_en}"

    values = {
        "name": ("name", trainee.name),
        "masked-name": ("name", mask_name(trainee.name)),
        "employer": ("employer", organisation(trainee.employer)),
        "recommended-by": ("recommended_by", organisation(shown(application.filed.recommended_by))),
        "speciality": ("speciality", shown(application.filed.speciality)),
    }
    told = [values[word] for word in (() if terms is None else terms.shows)]
    return tuple((field, value) for field, value in told if value)
