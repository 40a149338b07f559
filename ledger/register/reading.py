"""The register, open: every list by cursor, newest first, within a scope. Nothing here decides anything: who acts on a
line reads the person's dossier.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from threading import Lock
from typing import Any, Final, TypeVar
from uuid import UUID

from ledger.cards import Cards
from ledger.deciders.base import Base
from ledger.handle import fold_base
from ledger.names import pieces_of_search
from ledger.open import Ledger
from ledger.projections.register import register_with
from ledger.projector import Live, Projector, Views
from ledger.register import scope as scoped
from ledger.register.lines import (
    ApplicationLine,
    CertificateLine,
    CohortLine,
    EnrolmentLine,
    PersonLine,
    TitleLine,
    Who,
)
from ledger.register.opening import TOKEN_SIZE, VaultOpening, token_of
from ledger.register.paging import COUNTED, MOST_ROWS, Page, Total, read_cursor, write_cursor
from ledger.register.scope import WHOLE, Condition, Scope
from ledger.vault import Vault
from verifier.errors import Malformed
from verifier.rules import NoCalendar, notice_has_stood
from verifier.rules.lists import ID_TYPES
from verifier.standing import Award, Standing

T = TypeVar("T")
Cells = Any
"""A row of a select, its values found by name."""

LIMIT: Final = 50
"""Rows of a page where nothing else is said."""
NARROW: Final = 5000
"""An organisation that has to do with at most so many people is looked up by them, any other along the list."""

_STANDING: Final = (
    "CASE WHEN ? < t.{began} THEN 'not-yet-valid' WHEN t.revoked_on <= ? THEN 'revoked'"
    " WHEN t.superseded_on <= ? THEN 'superseded'{more} ELSE 'valid' END"
)
_CERTIFICATE_STANDING: Final = _STANDING.format(
    began="awarded_on",
    more=" WHEN t.expires_on < ? THEN 'expired'"
    " WHEN t.suspended_on <= ? AND (t.reinstated_on IS NULL OR ? < t.reinstated_on) THEN 'suspended'",
)
_TITLE_STANDING: Final = _STANDING.format(began="granted_on", more="")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many applications wait for what."""

    panel: int
    """Found eligible: the panel has to vote."""
    notice: int
    """Recommended by the panel: the notice has to be posted."""
    running: int | None
    """Under a notice whose days are not over; None where the log has no calendar to tell."""
    due: int | None
    """The notice has stood its days: to be decided; None as above."""
    objections: int
    """With an objection that is not answered."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list: its name for cursors, what it selects from, and the day and key that order it."""

    name: str
    columns: str
    source: str
    day: str
    key: str
    descending: bool = True


_COHORTS: Final = _List("cohorts", "c.*", "cohorts c", "c.starts_on", "c.cohort")
_PEOPLE: Final = _List("people", "p.*", "people p", "p.registered_on", "p.subject")
_REACHED: Final = _List(
    "people", "p.*", "reach r JOIN people p ON p.subject = r.subject", "r.registered_on", "r.subject"
)
_NAMED: Final = _List(
    "people", "p.*", "name_tokens n JOIN people p ON p.subject = n.subject", "n.registered_on", "n.subject"
)


def _joined(name: str, table: str, key: str, day: str, *, descending: bool = True) -> _List:
    columns = "t.*, p.card AS person_card"
    source = f"{table} t JOIN people p ON p.subject = t.subject"
    return _List(name, columns, source, f"t.{day}", f"t.{key}", descending)


_ENROLMENTS: Final = _joined("enrolments", "enrolments", "enrolment", "enrolled_on", descending=False)
_CERTIFICATES: Final = _joined("certificates", "certificates", "certificate", "awarded_on")
_APPLICATIONS: Final = _joined("applications", "applications", "application", "applied_on")
_TITLES: Final = _joined("titles", "titles", "title", "granted_on")


class Register:
    """Lists, searches and counts. Shared freely by threads."""

    def __init__(self, ledger: Ledger, views: Views, *, counted: int = COUNTED) -> None:
        """`counted`: how far the totals of lists are counted."""
        self.views = views
        self._counted = counted
        self._ledger = ledger
        projection = register_with(VaultOpening(ledger.data_keys, ledger.claim_keys))
        self._projector = Projector(ledger.store, views, [projection])
        self._lock = Lock()
        self._base: tuple[int, Base] | None = None

    def catch_up(self) -> int:
        """Brings the register to the end of the log. Returns the log's size. Raises StoreError."""
        return self._projector.catch_up()

    def shown(self) -> int:
        """How many entries of the log it shows. Raises StoreError."""
        return self._projector.shown()

    def rebuild(self) -> int:
        """Makes it anew from entry 0 on. Returns the log's size. Raises StoreError."""
        return self._projector.rebuild()

    def live(self) -> AbstractContextManager[Live]:
        """Follows the log in a thread of its own as long as the context lasts, so that an erasure waits for nobody."""
        return self._projector.live(self._ledger.store)

    # --- lists --------------------------------------------------------------------------------------------------------

    def cohorts(
        self, scope: Scope = WHOLE, *, programme: str | None = None, after: str | None = None, limit: int = LIMIT
    ) -> Page[CohortLine]:
        """The cohorts that an organisation teaches or certifies, the last to start first. Raises Malformed for a
        cursor of another list, StoreError; so does every list.
        """
        conditions = [scoped.of_cohorts(scope), *_equal("c.programme", programme)]
        rows, following, total = self._read(_COHORTS, conditions, after, limit, _text_key)
        return Page(tuple(self._cohort_lines(rows)), following, total)

    def cohort(self, code: str, scope: Scope = WHOLE) -> CohortLine | None:
        """One cohort; None for none, and for one that the scope does not reach."""
        rows, _, _ = self._read(_COHORTS, [*_equal("c.cohort", code), scoped.of_cohorts(scope)], None, 1, _text_key)
        return next(self._cohort_lines(rows), None)

    def people(
        self, scope: Scope = WHOLE, *, search: str = "", after: str | None = None, limit: int = LIMIT
    ) -> Page[PersonLine]:
        """Trainees, the last registered first; those that `search` finds, where it says anything.

        It is a trainee number, the whole number of an identity document, the number of an application or, where it is
        none of these, parts of a name (`ledger.names`): beginnings of words, or characters side by side.
        """
        text = unicodedata.normalize("NFKC", search).strip()
        if not _is_plain(text):
            return Page((), None, Total(0))
        if text and (exact := self._exact(text)):
            marks = ", ".join("?" * len(exact))
            conditions: list[Condition] = [(f"p.subject IN ({marks})", tuple(exact)), scoped.of_people(scope)]
            return self._page(_PEOPLE, conditions, after, limit, _person)
        if text:
            pieces = pieces_of_search(text)
            if not pieces:
                return Page((), None, Total(0))
            return self._page(_NAMED, [*self._named(pieces), scoped.of_people(scope)], after, limit, _person)
        if scope.organisation is None:
            return self._page(_PEOPLE, [], after, limit, _person)
        return self._page(_REACHED, _equal("r.organisation", scope.organisation), after, limit, _person)

    def person(self, subject: UUID, scope: Scope = WHOLE) -> PersonLine | None:
        """One trainee; None for nobody, and for somebody whom the scope does not reach."""
        conditions = [("p.subject = ?", (subject.bytes,)), scoped.of_people(scope)]
        return next(iter(self._page(_PEOPLE, conditions, None, 1, _person).rows), None)

    def enrolments(
        self,
        cohort: str,
        scope: Scope = WHOLE,
        *,
        status: str | None = None,
        after: str | None = None,
        limit: int = LIMIT,
    ) -> Page[EnrolmentLine]:
        """The people of a cohort, the first enrolled first; of one status where one is given."""
        conditions = [*_equal("t.cohort", cohort), *_equal("t.status", status), scoped.of_training(scope)]
        return self._page(_ENROLMENTS, conditions, after, limit, _enrolment)

    def certificates(
        self,
        today: date,
        scope: Scope = WHOLE,
        *,
        cohort: str | None = None,
        programme: str | None = None,
        standing: Standing | None = None,
        year: int | None = None,
        after: str | None = None,
        limit: int = LIMIT,
    ) -> Page[CertificateLine]:
        """Certificates, the last awarded first. `standing`: on the day `today`; `year`: of the award."""
        conditions = [
            *_equal("t.cohort", cohort),
            *_equal("t.programme", programme),
            *_in_year("t.awarded_on", year),
            *_stands(_CERTIFICATE_STANDING, "awarded_on", standing, today),
            *self._narrowed(scope),
            scoped.of_training(scope),
        ]
        return self._page(_CERTIFICATES, conditions, after, limit, lambda *told: _certificate(today, *told))

    def titles(
        self,
        today: date,
        scope: Scope = WHOLE,
        *,
        level: str | None = None,
        standing: Standing | None = None,
        year: int | None = None,
        after: str | None = None,
        limit: int = LIMIT,
    ) -> Page[TitleLine]:
        """Titles, the last granted first. `standing`: on the day `today`; `year`: of the grant."""
        if standing in (Standing.EXPIRED, Standing.SUSPENDED):  # no title ever is
            return Page((), None, Total(0))
        conditions = [
            *_equal("t.level", level),
            *_in_year("t.granted_on", year),
            *_stands(_TITLE_STANDING, "granted_on", standing, today),
            *self._narrowed(scope),
            scoped.of_titles(scope),
        ]
        return self._page(_TITLES, conditions, after, limit, lambda *told: _title(today, *told))

    def applications(
        self,
        scope: Scope = WHOLE,
        *,
        step: str | None = None,
        level: str | None = None,
        after: str | None = None,
        limit: int = LIMIT,
    ) -> Page[ApplicationLine]:
        """Title applications, the last filed first. `step`: what was done last."""
        conditions = [*_equal("t.step", step), *_equal("t.level", level), *self._narrowed(scope)]
        return self._page(_APPLICATIONS, [*conditions, scoped.of_applications(scope)], after, limit, _application)

    def application(self, application: UUID, scope: Scope = WHOLE) -> ApplicationLine | None:
        """One application; None for none, and for one that the scope does not reach."""
        conditions = [("t.application = ?", (application.bytes,)), scoped.of_applications(scope)]
        return next(iter(self._page(_APPLICATIONS, conditions, None, 1, _application).rows), None)

    def title(self, title: UUID, today: date, scope: Scope = WHOLE) -> TitleLine | None:
        """One title; None for none, and for one that the scope does not reach."""
        conditions = [("t.title = ?", (title.bytes,)), scoped.of_titles(scope)]
        return next(iter(self._page(_TITLES, conditions, None, 1, lambda *told: _title(today, *told)).rows), None)

    def to_decide(
        self, today: date, scope: Scope = WHOLE, *, after: str | None = None, limit: int = LIMIT
    ) -> Page[ApplicationLine]:
        """Applications whose notice has stood its days and that are not decided. Raises NoCalendar besides."""
        conditions = [("t.step = 'notice'", ()), self._due(today), *self._narrowed(scope)]
        return self._page(_APPLICATIONS, [*conditions, scoped.of_applications(scope)], after, limit, _application)

    def waiting(self, today: date, scope: Scope = WHOLE) -> Waiting:
        """What waits, in numbers. Raises StoreError."""
        where, params = _all([("t.ended_on IS NULL", ()), scoped.of_applications(scope)])
        rows = self.views.select(
            "SELECT t.step AS step, t.policy AS policy, t.posted_on AS posted_on, t.objection AS objection,"
            f" COUNT(*) AS n FROM applications t WHERE {where} GROUP BY t.step, t.policy, t.posted_on, t.objection",
            params,
        )
        of_step: Counter[str] = Counter()
        for row in rows:
            of_step[row["step"]] += int(row["n"])
        noticed = [row for row in rows if row["step"] == "notice"]
        objections = sum(int(row["n"]) for row in noticed if row["objection"] == "pending")
        try:
            last = self._last_posted(today)
        except NoCalendar:
            return Waiting(of_step["eligible"], of_step["panel"], None, None, objections)
        due = sum(int(row["n"]) for row in noticed if row["posted_on"] <= last.get(row["policy"], ""))
        return Waiting(of_step["eligible"], of_step["panel"], of_step["notice"] - due, due, objections)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _page(
        self,
        of: _List,
        conditions: Sequence[Condition],
        after: str | None,
        limit: int,
        make: Callable[[Cells, Who, Cards], T],
    ) -> Page[T]:
        rows, following, total = self._read(of, conditions, after, limit)
        subjects = [UUID(bytes=bytes(row["subject"])) for row in rows]
        cards = Cards(self._ledger.data_keys.get_many(set(subjects)))
        lines = []
        for subject, row in zip(subjects, rows, strict=True):
            sealed = row["card"] if of.columns == "p.*" else row["person_card"]
            told = cards.open(subject, subject.bytes, bytes(sealed))
            if told is not None:  # else the person was erased a moment ago, and the register has not come so far
                lines.append(make(row, Who(subject, *told), cards))
        return Page(tuple(lines), following, total)

    def _read(
        self,
        of: _List,
        conditions: Sequence[Condition],
        after: str | None,
        limit: int,
        key: Callable[[Any], bytes] = bytes,
    ) -> tuple[list[Cells], str | None, Total]:
        limit = min(max(limit, 1), MOST_ROWS)
        total = self._total(of, conditions)
        if after is not None:
            day, place = read_cursor(of.name, after)
            found: Any = _text_of(place) if key is _text_key else place
            conditions = [*conditions, (f"({of.day}, {of.key}) {'<' if of.descending else '>'} (?, ?)", (day, found))]
        where, params = _all(conditions)
        way = " DESC" if of.descending else ""
        rows = self.views.select(
            f"SELECT {of.columns} FROM {of.source} WHERE {where} ORDER BY {of.day}{way}, {of.key}{way} LIMIT ?",
            (*params, limit + 1),
        )
        if len(rows) <= limit:
            return rows, None, total
        last = rows[limit - 1]
        day_column, key_column = of.day.partition(".")[2], of.key.partition(".")[2]
        return rows[:limit], write_cursor(of.name, (last[day_column], key(last[key_column]))), total

    def _total(self, of: _List, conditions: Sequence[Condition]) -> Total:
        where, params = _all(conditions)
        sql = f"SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM {of.source} WHERE {where} LIMIT ?) AS counted"
        count: int = self.views.select(sql, (*params, self._counted + 1))[0]["n"]
        return Total(min(count, self._counted), count > self._counted)

    def _cohort_lines(self, rows: Sequence[Cells]) -> Iterator[CohortLine]:
        if not rows:
            return
        counted = self.views.select(
            "SELECT cohort, status, COUNT(*) AS n, SUM(trained) AS trained, SUM(titled) AS titled FROM enrolments"
            f" WHERE cohort IN ({', '.join('?' * len(rows))}) GROUP BY cohort, status",
            [row["cohort"] for row in rows],
        )
        for row in rows:
            mine = [item for item in counted if item["cohort"] == row["cohort"]]
            of_status = {item["status"]: int(item["n"]) for item in mine}
            yield CohortLine(
                row["cohort"],
                UUID(bytes=bytes(row["stream"])),
                row["programme"],
                row["edition"],
                date.fromisoformat(row["starts_on"]),
                date.fromisoformat(row["ends_on"]),
                row["capacity"],
                row["taught_by"],
                row["certified_by"],
                sum(of_status.values()),
                sum(int(item["trained"]) for item in mine),
                of_status.get("withdrawn", 0),
                of_status.get("certified", 0),
                sum(int(item["titled"]) for item in mine),
            )

    def _exact(self, text: str) -> list[bytes]:
        keys = self._ledger.claim_keys
        spelt = {text, text.upper()}
        wanted = [keys.trainee_no(item) for item in spelt]
        wanted += [keys.identity(id_type, item) for id_type in ID_TYPES for item in spelt]
        found = {claim.subject.bytes for claim in self._ledger.store.claims(wanted).values() if claim.subject}
        token = keys.application_no(text)[:TOKEN_SIZE]
        rows = self.views.select("SELECT subject FROM applications WHERE number_token = ? LIMIT 10", (token,))
        return sorted(found | {bytes(row["subject"]) for row in rows})

    def _named(self, pieces: Sequence[str]) -> list[Condition]:
        first, *others = (token_of(self._ledger.claim_keys, piece) for piece in pieces)
        also = (
            "EXISTS (SELECT 1 FROM name_tokens m WHERE m.token = ? AND m.registered_on = n.registered_on"
            " AND m.subject = n.subject)"
        )
        return [("n.token = ?", (first,)), *((also, (token,)) for token in others)]

    def _narrowed(self, scope: Scope) -> list[Condition]:
        """For an organisation that few people have to do with: their rows and no others are looked at."""
        if scope.organisation is None:
            return []
        sql = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM reach WHERE organisation = ? LIMIT ?) AS counted"
        if self.views.select(sql, (scope.organisation, NARROW + 1))[0]["n"] > NARROW:
            return []
        return [("t.subject IN (SELECT subject FROM reach WHERE organisation = ?)", (scope.organisation,))]

    def _due(self, today: date) -> Condition:
        """On `t`, an application under notice: the days of its policy have passed. Raises NoCalendar."""
        last = self._last_posted(today)
        if not last:
            return "1 = 0", ()
        sql = " OR ".join(["(t.policy = ? AND t.posted_on <= ?)"] * len(last))
        return f"({sql})", tuple(value for item in last.items() for value in item)

    def _last_posted(self, today: date) -> dict[str, str]:
        """By edition: the last day of posting whose notices have stood their days. Raises NoCalendar."""
        catalogue = self._known_base().catalogue
        found = {}
        for policy in catalogue.policies:
            posted = today - timedelta(days=1)
            while not notice_has_stood(posted, policy.notice_working_days, today, catalogue.calendars):
                posted -= timedelta(days=1)
            found[policy.edition] = posted.isoformat()
        return found

    def _known_base(self) -> Base:
        store, log_id = self._ledger.store, self._ledger.log_id
        revision = store.boundary(log_id.bytes)
        with self._lock:
            if self._base is None or self._base[0] != revision:
                self._base = (revision, fold_base(store, Vault(self._ledger.data_keys), log_id))
            return self._base[1]


@contextmanager
def open_register(ledger: Ledger) -> Iterator[Register]:
    """The register of an open ledger, up to date. Raises StoreError."""
    with closing(ledger.open_register_views()) as views:
        register = Register(ledger, views)
        register.catch_up()
        yield register


# --- conditions -------------------------------------------------------------------------------------------------------


def _all(conditions: Sequence[Condition]) -> tuple[str, tuple[Any, ...]]:
    parts = [*conditions, scoped.ALWAYS]
    return " AND ".join(sql for sql, _ in parts), tuple(value for _, values in parts for value in values)


def _equal(column: str, value: str | None) -> list[Condition]:
    if value is None:
        return []
    return [(f"{column} = ?", (value,)) if _is_plain(value) else ("1 = 0", ())]


def _is_plain(text: str) -> bool:
    """Whether a database can hold this text at all: no half of a surrogate pair, no NUL."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def _text_of(place: bytes) -> str:
    try:
        text = place.decode()
    except UnicodeDecodeError:
        raise Malformed("not a cursor of a list by codes") from None
    if "\x00" in text:
        raise Malformed("not a cursor of a list by codes")
    return text


def _in_year(column: str, year: int | None) -> list[Condition]:
    return [] if year is None else [(f"{column} BETWEEN ? AND ?", (f"{year:04}-01-01", f"{year:04}-12-31"))]


def _stands(sql: str, began: str, standing: Standing | None, today: date) -> list[Condition]:
    """Of one standing on a day. What such awards must have stands beside it, so that few are found without reading all
    (the partial indexes of `ledger.projections.register.rows`).
    """
    if standing is None:
        return []
    day = today.isoformat()
    found: list[Condition] = [(f"{sql} = ?", (*(day,) * sql.count("?"), standing.value))]
    match standing:
        case Standing.REVOKED | Standing.SUPERSEDED | Standing.SUSPENDED:
            found.append((f"t.{standing.value}_on IS NOT NULL", ()))
        case Standing.NOT_YET_VALID:
            found.append((f"t.{began} > ?", (day,)))
        case Standing.VALID | Standing.EXPIRED:
            pass
    return found


def _text_key(key: Any) -> bytes:
    return str(key).encode()


# --- lines ------------------------------------------------------------------------------------------------------------


def _person(row: Cells, who: Who, cards: Cards) -> PersonLine:
    return PersonLine(who, date.fromisoformat(row["registered_on"]), row["employer"], row["education"])


def _enrolment(row: Cells, who: Who, cards: Cards) -> EnrolmentLine:
    return EnrolmentLine(
        who,
        _id(row["enrolment"]),
        row["cohort"],
        date.fromisoformat(row["enrolled_on"]),
        row["status"],
        bool(row["trained"]),
        _day(row["withdrawn_on"]),
        _total(row["total"]),
        row["refused_for"],
        _day(row["asked_on"]),
        None if row["certificate"] is None else _id(row["certificate"]),
    )


def _certificate(today: date, row: Cells, who: Who, cards: Cards) -> CertificateLine:
    awarded_on, expires_on = date.fromisoformat(row["awarded_on"]), date.fromisoformat(row["expires_on"])
    suspended_on = _day(row["suspended_on"])
    award = Award(
        awarded_on,
        expires_on,
        0,
        () if suspended_on is None else ((suspended_on, _day(row["reinstated_on"])),),
        _day(row["revoked_on"]),
        row["revoked_for"],
        _day(row["superseded_on"]),
    )
    return CertificateLine(
        who,
        _id(row["certificate"]),
        _number(cards, who, row["certificate"], row["card"]),
        _id(row["enrolment"]),
        row["cohort"],
        row["programme"],
        Decimal(row["total"]).scaleb(-1),
        awarded_on,
        expires_on,
        award.on(today),
        row["revoked_for"],
    )


def _application(row: Cells, who: Who, cards: Cards) -> ApplicationLine:
    return ApplicationLine(
        who,
        _id(row["application"]),
        _number(cards, who, row["application"], row["card"]),
        row["level"],
        row["speciality"],
        row["recommended_by"],
        row["authority"],
        date.fromisoformat(row["applied_on"]),
        row["step"],
        row["policy"],
        row["route"],
        _day(row["voted_on"]),
        _day(row["posted_on"]),
        row["objection"],
        _day(row["ended_on"]),
        row["reason"],
    )


def _title(today: date, row: Cells, who: Who, cards: Cards) -> TitleLine:
    granted_on = date.fromisoformat(row["granted_on"])
    revoked_on, superseded_on = _day(row["revoked_on"]), _day(row["superseded_on"])
    award = Award(granted_on, None, 0, (), revoked_on, row["revoked_for"], superseded_on)
    return TitleLine(
        who,
        _id(row["title"]),
        _number(cards, who, row["title"], row["card"]),
        _id(row["application"]),
        row["level"],
        row["speciality"],
        row["policy"],
        granted_on,
        award.on(today),
        row["revoked_for"],
    )


def _number(cards: Cards, who: Who, stream: bytes, card: bytes) -> str:
    (number,) = cards.open(who.subject, bytes(stream), bytes(card)) or ("",)
    return number


def _id(value: bytes) -> UUID:
    return UUID(bytes=bytes(value))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _total(tenths: int | None) -> Decimal | None:
    return None if tenths is None else Decimal(tenths).scaleb(-1)
