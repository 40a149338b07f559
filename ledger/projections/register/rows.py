"""The tables of the register, a row a dataclass whose fields are the columns.

Ids are 16 bytes, days are text as YYYY-MM-DD, marks and totals whole numbers. In clear stand steps, days, codes, levels
and totals, under random ids; a card is sealed under the person's data key (`ledger.cards`); tokens are HMACs. Every row
about a person names the person as `subject` and goes with the person (ADR 31).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final


@dataclass(slots=True)
class Person:
    """A trainee. Card: trainee number, name, type of the identity document, its masked number."""

    subject: bytes
    card: bytes
    registered_on: str
    employer: str | None
    education: str


@dataclass(slots=True)
class Enrolment:
    """A trainee in a cohort, and how far it came."""

    enrolment: bytes
    subject: bytes
    cohort: str
    enrolled_on: str
    withdrawn_on: str | None
    hours: bytes
    """Hours attended so far: a CBOR map from module to an exact number, `8` or `32/5`."""
    trained: int
    """1 once the hours of each module reach what the programme's edition asks for, whatever came later."""
    certificate: bytes | None
    """The newest of its chain of corrections."""
    total: int | None
    """In tenths: of the award, or of a refusal as `total-below-pass`."""
    refused_for: str | None
    """Why the certification asked for last was refused; null once it was awarded."""
    asked_on: str | None
    """Day of that request."""
    status: str
    """`enrolled`, `trained`, `withdrawn`, `refused` or `certified`."""
    titled: int
    """1 where a title was granted to its trainee on or after the day of its certificate, whatever came later."""


@dataclass(slots=True)
class Certificate:
    """A certificate. Card: its number."""

    certificate: bytes
    subject: bytes
    card: bytes
    enrolment: bytes
    cohort: str
    programme: str
    total: int
    """In tenths."""
    awarded_on: str
    expires_on: str
    suspended_on: str | None
    """Of its last suspension."""
    reinstated_on: str | None
    """Of that suspension."""
    revoked_on: str | None
    revoked_for: str | None
    superseded_on: str | None


@dataclass(slots=True)
class Application:
    """A title application. Card: its number."""

    application: bytes
    subject: bytes
    card: bytes
    number_token: bytes
    level: str
    speciality: str
    recommended_by: str | None
    authority: str | None
    """Of the policy that it goes by, before one is named of the edition in force on its day."""
    applied_on: str
    step: str
    """What was done last: `filed`, `eligible`, `panel`, `notice`, `granted` or `refused`."""
    policy: str | None
    route: str | None
    voted_on: str | None
    posted_on: str | None
    objection: str
    """`none`, `pending`, `dismissed` or `upheld`."""
    ended_on: str | None
    reason: str | None
    """Of the refusal; while it is open, why a decision that was asked for could not be made."""
    days: int | None
    """From application to end."""


@dataclass(slots=True)
class Title:
    """A title. Card: its number."""

    title: bytes
    subject: bytes
    card: bytes
    application: bytes
    level: str
    speciality: str
    policy: str
    granted_on: str
    revoked_on: str | None
    revoked_for: str | None
    superseded_on: str | None


@dataclass(slots=True)
class Reach:
    """Whom an organisation has to do with: it employs, teaches, certifies or recommends the person, or decides."""

    organisation: str
    registered_on: str
    subject: bytes
    whole: int
    """1 where it has to do with the person as such: its employee, or an applicant. 0 for its cohorts alone."""


@dataclass(slots=True)
class NameToken:
    """A piece of a person's name, as an HMAC."""

    token: bytes
    registered_on: str
    subject: bytes


@dataclass(slots=True)
class Cohort:
    """A run of a programme, with what its edition says."""

    cohort: str
    stream: bytes
    programme: str
    edition: int
    starts_on: str
    ends_on: str
    capacity: int
    taught_by: str
    certified_by: str
    needs: bytes
    """Hours that each module asks for: a CBOR map from module to an exact number, `8` or `32/5`."""


@dataclass(slots=True)
class ProgrammeEdition:
    """An edition of a programme, for the cohorts to come."""

    programme: str
    edition: int
    taught_by: str
    certified_by: str
    needs: bytes


@dataclass(slots=True)
class PolicyEdition:
    """An edition of the rules for titles."""

    edition: str
    authority: str
    effective_from: str


AnyRow = (
    Person
    | Enrolment
    | Certificate
    | Application
    | Title
    | Reach
    | NameToken
    | Cohort
    | ProgrammeEdition
    | PolicyEdition
)
_TYPES: Final = {"bytes": "BLOB", "str": "TEXT", "int": "INTEGER"}


class Table:
    """One table: its row type and its SQL, in the words that both engines know."""

    def __init__(self, name: str, row: type[AnyRow], *key: str) -> None:
        self.name, self.row, self.key = name, row, key
        self.columns = tuple(item.name for item in fields(row))
        self.values = attrgetter(*self.columns)
        """The row as a tuple, as it is written."""
        self.key_of = attrgetter(*key)
        others = [column for column in self.columns if column not in key]
        changed = ", ".join(f"{column} = excluded.{column}" for column in others)
        on_conflict = f"DO UPDATE SET {changed}" if changed else "DO NOTHING"
        places = ", ".join("?" * len(self.columns))
        self.upsert = f"INSERT INTO {name} VALUES ({places}) ON CONFLICT ({', '.join(key)}) {on_conflict}"
        self.delete = f"DELETE FROM {name} WHERE {' AND '.join(f'{column} = ?' for column in key)}"

    @property
    def definition(self) -> str:
        """The `CREATE TABLE` statement."""
        columns = [f"{item.name} {_column_type(str(item.type))}" for item in fields(self.row)]
        return (
            f"CREATE TABLE {self.name} ({', '.join(columns)}, PRIMARY KEY ({', '.join(self.key)}))"
            " STRICT, WITHOUT ROWID"
        )

    def key_values(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The key of a row that was read."""
        return tuple(row[self.columns.index(column)] for column in self.key)


def _column_type(annotation: str) -> str:
    kind, _, optional = annotation.partition(" | ")
    return _TYPES[kind] + ("" if optional else " NOT NULL")


PEOPLE: Final = Table("people", Person, "subject")
ENROLMENTS: Final = Table("enrolments", Enrolment, "enrolment")
CERTIFICATES: Final = Table("certificates", Certificate, "certificate")
APPLICATIONS: Final = Table("applications", Application, "application")
TITLES: Final = Table("titles", Title, "title")
REACH: Final = Table("reach", Reach, "organisation", "registered_on", "subject")
NAME_TOKENS: Final = Table("name_tokens", NameToken, "token", "registered_on", "subject")
COHORTS: Final = Table("cohorts", Cohort, "cohort")
PROGRAMMES: Final = Table("programme_editions", ProgrammeEdition, "programme", "edition")
POLICIES: Final = Table("policy_editions", PolicyEdition, "edition")

PERSONAL: Final = (PEOPLE, ENROLMENTS, CERTIFICATES, APPLICATIONS, TITLES)
"""Of these a person's rows are read before, and written after, each change."""
TABLES: Final = (*PERSONAL, REACH, NAME_TOKENS, COHORTS, PROGRAMMES, POLICIES)

INDEXES: Final = (
    "CREATE INDEX people_by_day ON people (registered_on, subject)",
    "CREATE INDEX people_by_employer ON people (employer, subject)",
    "CREATE INDEX people_employers ON people (subject, employer)",
    "CREATE INDEX name_tokens_by_subject ON name_tokens (subject)",
    "CREATE INDEX enrolments_by_subject ON enrolments (subject, cohort, status, trained, titled)",
    "CREATE INDEX enrolments_by_cohort ON enrolments (cohort, enrolled_on, enrolment)",
    "CREATE INDEX enrolments_counted ON enrolments (cohort, status, trained, titled, total, subject)",
    "CREATE INDEX certificates_by_subject ON certificates (subject)",
    "CREATE INDEX certificates_by_day ON certificates (awarded_on, certificate)",
    "CREATE INDEX certificates_by_programme ON certificates (programme, awarded_on, certificate)",
    "CREATE INDEX certificates_revoked ON certificates (awarded_on, certificate) WHERE revoked_on IS NOT NULL",
    "CREATE INDEX certificates_superseded ON certificates (awarded_on, certificate) WHERE superseded_on IS NOT NULL",
    "CREATE INDEX certificates_suspended ON certificates (awarded_on, certificate) WHERE suspended_on IS NOT NULL",
    "CREATE INDEX certificates_by_cohort ON certificates (cohort, awarded_on, certificate)",
    "CREATE INDEX applications_by_subject ON applications (subject)",
    "CREATE INDEX applications_by_number ON applications (number_token)",
    "CREATE INDEX applications_by_day ON applications (applied_on, application)",
    "CREATE INDEX applications_by_step ON applications (step, applied_on, application)",
    "CREATE INDEX applications_by_recommender ON applications (recommended_by, application)",
    # What the home page and the picture of durations count: all that they look at, so that no row is read for it.
    "CREATE INDEX applications_open ON applications"
    " (step, policy, posted_on, objection, recommended_by, authority, subject) WHERE ended_on IS NULL",
    "CREATE INDEX applications_timed ON applications"
    " (level, step, days, recommended_by, authority, subject) WHERE route IS NOT NULL AND days IS NOT NULL",
    "CREATE INDEX titles_by_subject ON titles (subject)",
    "CREATE INDEX titles_by_day ON titles (granted_on, title)",
    "CREATE INDEX titles_by_level ON titles (level, granted_on, title)",
    "CREATE INDEX titles_revoked ON titles (granted_on, title) WHERE revoked_on IS NOT NULL",
    "CREATE INDEX titles_superseded ON titles (granted_on, title) WHERE superseded_on IS NOT NULL",
    "CREATE INDEX titles_counted ON titles"
    " (level, speciality, granted_on, revoked_on, superseded_on, policy, application, subject)",
    "CREATE INDEX cohorts_by_day ON cohorts (starts_on, cohort)",
)
