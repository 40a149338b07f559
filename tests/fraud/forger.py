"""The forger: who owns the base's database and every key in its keystore, and makes of its log what the fraud needs.

What is forged is signed again by the right keys, numbered anew, hashed and published, as far as the fraud wants it.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from ledger import signing
from ledger.open import Ledger
from tests.authenticator import Authenticator
from tests.fraud.honest import HEAD, HELD, Honest
from tests.ledger.deciders.story import COHORT
from tests.verifier import loglab
from tests.verifier.loglab import Lab, Signer
from verifier import cbor, kinds, record, statement
from verifier.current import business_day
from verifier.events import Event, event_type
from verifier.standing import AWARDS

BASE, PARTNER, BUREAU, EMPLOYER = "BASE", "PARTNER", "BUREAU", "EMPLOYER"


@dataclass(frozen=True)
class Held(Signer):
    """A key out of the base's keystore; `word` is the code of its organisation."""

    key: signing.Signer

    @property
    def public(self) -> bytes:
        return self.key.public_key

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


@dataclass
class Forger(Lab):
    """The whole log with every personal value that is still there, and all keys that lie with the base."""

    keys: list[Held] = field(default_factory=list)
    people: dict[str, UUID] = field(default_factory=dict)
    actors: tuple[str, ...] = ()
    """The two accounts that the ledger began with; neither has a passkey."""
    instead: dict[str, bytes | None] = field(default_factory=dict)
    """Published files that are other than the log gives them; None for one that is withheld."""
    paper: bytes = b""
    """The sealed PDF of who is `certified`."""
    later: timedelta = timedelta(hours=1)
    """For how long after the last entry somebody looks."""
    shown: bytes = b""
    """What a holder shows: a proof or a PDF."""

    @classmethod
    def of(cls, honest: Honest) -> Forger:
        """Takes everything out of the honest ledger."""
        with honest.kept.opened() as ledger:
            made = cls(
                now=datetime.fromtimestamp(honest.last / 1000, UTC),
                url=ledger.settings.url,
                origin=ledger.settings.origin,
                people=honest.people,
                paper=honest.paper,
                actors=(honest.accounts.proposer, honest.accounts.approver or ""),
            )
            made._take(ledger)
        return made

    def _take(self, ledger: Ledger) -> None:
        for recorded in ledger.store.entries(0, ledger.store.head().size):
            self.entries.append(recorded.statement)
            self.disclosures.append(ledger.vault.open(recorded) or [])
        self.count_versions()
        organisations = self.authority().organisations
        for key in ledger.keystore.signers():
            self.keys.append(Held(key.organisation, organisations[key.organisation].uri, key))

    def again(self) -> Forger:
        """The same forger before the deed."""
        made = copy(self)
        for name in ("entries", "disclosures", "versions", "keys", "instead"):
            setattr(made, name, copy(getattr(self, name)))
        return made

    @property
    def today(self) -> date:
        """The base's day on which the log was written last."""
        return business_day(self.now)

    # --- what there is ----------------------------------------------------------------------------------------------

    def own_key(self, kind: str) -> Signer:
        return self.key_of(BASE, kind)

    def key_of(self, organisation: str, kind: str) -> Held:
        """The newest key of an organisation for a kind."""
        return next(key for key in reversed(self.keys) if key.word == organisation and kind in key.key.kinds)

    def event(self, index: int) -> Event:
        """What an entry says, personal values included."""
        return record.reveal(statement.parse(self.entries[index]).record, self.disclosures[index])

    def find(self, kind: type[Event], whose: str = "", nth: int = 0) -> int:
        """Index of the nth event of a kind, of one person where one is named."""
        streams = set(self._streams_of(whose)) if whose else None
        found = (
            index
            for index, read in enumerate(map(statement.parse, self.entries))
            if isinstance(read.record.event, kind) and (streams is None or read.stream_id in streams)
        )
        return [*found][nth]

    def award_of(self, whose: str) -> kinds.CertificateAwarded:
        """The first certificate of a person."""
        event = self.event(self.find(kinds.CertificateAwarded, whose))
        assert isinstance(event, kinds.CertificateAwarded)
        return event

    def _streams_of(self, whose: str) -> Iterable[UUID]:
        trainee = self.people[whose]
        yield trainee
        for index, disclosed in enumerate(self.disclosures):
            if disclosed and getattr(event := self.event(index), "trainee", None) == trainee:
                yield event.stream_id

    # --- what is added ----------------------------------------------------------------------------------------------

    def says(
        self,
        event: Event,
        organisation: str = BASE,
        actors: tuple[str, ...] = (),
        *,
        by: Signer | None = None,
        **more: Any,
    ) -> int:
        """Records an event in an organisation's name, by its key for that kind unless another is named; the index.

        Two people are named where two are needed, unless others are.
        """
        kind = event_type(event).kind
        people = actors or (self.actors if kind in kinds.APPROVED_KINDS else self.actors[:1])
        return self.record(event, by or self.key_of(organisation, kind), people, **more)

    def goes_on(self, entries: int) -> None:
        """Records so many attendances, as a base does on any day."""
        model = self.event(self.find(kinds.AttendanceRecorded, "enrolled"))
        for _ in range(entries):
            self.says(model)

    def new_award(self, whose: str = "enrolled", **changes: Any) -> kinds.CertificateAwarded:
        """A certificate for somebody, of today and with fresh numbers; `changes` spoil it."""
        values = {"on": self.today, "trainee": self.people[whose], "cohort": COHORT, "status_index": self._free_place()}
        return loglab.certificate(f"{self.size}", **{**values, **changes})

    def new_title(self, whose: str = "certified", **changes: Any) -> kinds.TitleGranted:
        """A title for somebody, of today."""
        values = {"on": self.today, "level": "assistant-engineer", "trainee": self.people[whose]}
        return loglab.title(f"{self.size}", **{**values, "status_index": self._free_place(), **changes})

    def _free_place(self) -> int:
        """A place in the status list that no award has."""
        events = (statement.parse(entry).record.event for entry in self.entries)
        taken = {event.status_index for event in events if isinstance(event, AWARDS)}
        return next(place for place in count() if place not in taken)

    def new_key(self, word: str, organisation: str, granted: Iterable[str] = kinds.CERTIFYING_KINDS) -> Held:
        """A key that the log does not know yet."""
        made = signing.signer_of(loglab.digits(word, 32), organisation, "base", granted)
        return Held(organisation, self.authority().organisations[organisation].uri, made)

    def grant(self, key: Held, **changes: Any) -> kinds.KeyAuthorised:
        """The event that authorises a key."""
        values: dict[str, Any] = {
            "organisation_id": self.stream_of_organisation(key.word),
            "organisation": key.word,
            "public_key": key.public,
            "kinds": tuple(sorted(key.key.kinds)),
            "custody": "base",
        }
        return kinds.KeyAuthorised(**{**values, **changes})

    def stream_of_organisation(self, code: str) -> UUID:
        """The stream in which an organisation and its keys stand."""
        events = (statement.parse(entry).record.event for entry in self.entries)
        started = (kinds.LogStarted, kinds.OrganisationAccredited)
        return next(event.stream_id for event in events if isinstance(event, started) and event.code == code)

    def account(self, pseudonym: str) -> UUID:
        """The stream of an account."""
        events = (statement.parse(entry).record.event for entry in self.entries)
        return next(
            event.stream_id
            for event in events
            if isinstance(event, kinds.AccountOpened) and event.pseudonym == pseudonym
        )

    def signs_approval(self, over: list[bytes], held: Authenticator = HELD, **changes: Any) -> int:
        """Records what the approver's passkey signed."""
        by = self.key_of(BASE, "approval.signed")
        return self.approve(over, held, by=by, **{"approver": HEAD, **changes})

    # --- what is changed --------------------------------------------------------------------------------------------

    def rewrite(self, index: int, **values: Any) -> int:
        """Another value in an entry: with fresh salts, signed again by the key that signed it."""
        read = statement.parse(self.entries[index])
        event = replace(self.event(index), **values)
        payload, self.disclosures[index] = record.make_payload(event, read.record.envelope, self._take_salt)
        return self.sign_again(index, payload)

    def retell(self, index: int, **circumstances: Any) -> int:
        """The same values under other circumstances: `version`, `recorded_at` or `actors`; signed again."""
        members = {"version": record.VERSION, "recorded_at": record.RECORDED_AT, "actors": record.ACTORS}
        payload = cbor.decode(statement.parse(self.entries[index]).payload)
        return self.sign_again(
            index, cbor.encode({**payload, **{members[name]: v for name, v in circumstances.items()}})
        )

    def sign_again(self, index: int, payload: bytes) -> int:
        """Another payload in an entry, signed by the key that signed it."""
        read = statement.parse(self.entries[index])
        by = next(key for key in self.keys if key.kid == read.kid)
        signature = by.sign(statement.to_be_signed(read.protected, payload))
        self.entries[index] = statement.assemble(read.protected, payload, signature)
        return index

    def delete(self, index: int, *, close_gap: bool = True) -> int:
        """An entry less. What follows in its stream is numbered anew and signed again, where the gap is closed."""
        gone = statement.parse(self.entries.pop(index))
        del self.disclosures[index]
        for later in range(index, self.size) if close_gap else ():
            read = statement.parse(self.entries[later])
            if read.stream_id == gone.stream_id:
                self.retell(later, version=read.version - 1)
        self.count_versions()
        return index

    def insert(self, index: int) -> int:
        """Moves the last entry to this place, recorded when the one that stands there now was."""
        entry, disclosed = self.entries.pop(), self.disclosures.pop()
        self.entries.insert(index, entry)
        self.disclosures.insert(index, disclosed)
        return self.retell(index, recorded_at=self.time_of(index + 1))

    def exchange(self, one: int, other: int, *, times: bool = True) -> None:
        """Two entries change places, and where `times` is true their recorded times too."""
        at_one, at_other = self.time_of(one), self.time_of(other)
        for held in (self.entries, self.disclosures):
            held[one], held[other] = held[other], held[one]  # type: ignore[index]
        if times:
            self.retell(one, recorded_at=at_one)
            self.retell(other, recorded_at=at_other)

    def cut(self, size: int) -> None:
        """The log as it was with so many entries."""
        del self.entries[size:], self.disclosures[size:]
        self.count_versions()

    def time_of(self, index: int) -> int:
        """When an entry says it was recorded."""
        return statement.parse(self.entries[index]).record.envelope.recorded_at

    def count_versions(self) -> None:
        """Counts again how far each stream has come."""
        self.versions = {}
        for entry in self.entries:
            stream = statement.parse(entry).stream_id
            self.versions[stream] = self.versions.get(stream, 0) + 1

    # --- what is published ------------------------------------------------------------------------------------------

    def files(self) -> dict[str, bytes]:
        made = {**super().files(), **{path: data for path, data in self.instead.items() if data is not None}}
        return {path: data for path, data in made.items() if self.instead.get(path, b"") is not None}

    def proof_of(self, whose: str, size: int | None = None) -> bytes:
        """What the paper of a person's certificate carries."""
        return self.proof(self.find(kinds.CertificateAwarded, whose), size)
