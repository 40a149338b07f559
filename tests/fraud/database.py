"""Frauds on what is private: rows of the database that are other than the signed log commits them to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.fsck import fsck_ledger
from ledger.open import Ledger
from tests.fraud.forger import Forger
from tests.fraud.frauds import Course, Named, fraud
from tests.fraud.observers import Seen, Who
from tests.ledger.damage import Kept, SqliteDatabase, Step
from verifier import kinds, record, statement
from verifier.events import Event
from verifier.merkle import Frontier, leaf_hash

GROUP = "Private data"


@dataclass
class Owned:
    """A copy of the honest ledger that is the forger's own."""

    kept: Kept
    forger: Forger
    """What stands in its log."""
    people: dict[str, UUID]
    meanwhile: Callable[[Ledger], object] = lambda ledger: None
    """Done to the open ledger right before fsck looks."""

    def check(self) -> list[Seen]:
        """What fsck names."""
        with self.kept.opened() as ledger:
            self.meanwhile(ledger)
            return [Seen(None, item.place, item.check, item.message) for item in fsck_ledger(ledger).findings]

    def apply(self, *steps: Step) -> None:
        """Changes the log's database by bare SQL."""
        database = self.kept.log()
        assert isinstance(database, SqliteDatabase)
        database.apply(steps)

    def row(self, table: str, **key: Any) -> dict[str, Any]:
        """The first row with these values."""
        database = self.kept.log()
        rows = (dict(zip(database.tables[table], row, strict=True)) for row in database.rows(table))
        return next(row for row in rows if all(row[name] == value for name, value in key.items()))

    def number(self, kind: type[Event], whose: str) -> int:
        """The row of an entry: its index and one."""
        return self.forger.find(kind, whose) + 1

    def reseal(self, index: int, whose: UUID, disclosures: list[bytes]) -> None:
        """Other personal values of an entry, sealed under the data key of a person."""
        read = statement.parse(self.forger.entries[index])
        with self.kept.opened() as ledger:
            ledger.vault.prepare({whose})
            sealed = ledger.vault.seal(whose, read.stream_id, read.version, disclosures)
        self.apply(Step("vault", {"notification_id": index + 1}, {"sealed": sealed}))

    def rewrite(self, index: int, **values: Any) -> None:
        """Another value in an entry, signed again, sealed, and put into the tree of the database."""
        self.forger.rewrite(index, **values)
        whose = UUID(bytes=self.row("vault", notification_id=index + 1)["subject"])
        self.reseal(index, whose, self.forger.disclosures[index])
        entry = self.forger.entries[index]
        self.apply(Step("stored_events", {"notification_id": index + 1}, {"state": entry, "leaf": leaf_hash(entry)}))
        self.apply(Step("tree_head", {"id": 1}, {"frontier": Frontier().extend(self.forger.leaves()).to_bytes()}))


def row(table: str, key: object, words: str, column: str = "") -> Named:
    """A row of the database, as fsck calls it."""
    return Named(None, f"{table} row {key}" + (f", column {column}" if column else ""), words)


@fraud(GROUP, Who.FSCK, "entries")
def score_swapped_in_the_vault(owned: Owned) -> Course:
    """A failed exam's score is sealed anew as a passing one, beside an entry that commits to the failed one."""
    yield
    number = owned.number(kinds.ResultRecorded, "failed")
    event = owned.forger.event(number - 1)
    assert isinstance(event, kinds.ResultRecorded)
    around = statement.parse(owned.forger.entries[number - 1]).record.envelope
    _, disclosures = record.make_payload(replace(event, score=Decimal(60)), around, lambda: bytes(16))
    owned.reseal(number - 1, owned.people["failed"], disclosures)
    return row("vault", number, "is not the one that the statement commits to", "sealed")


@fraud(GROUP, Who.FSCK, "entries")
def values_of_two_people_exchanged(owned: Owned) -> Course:
    """Two people's sealed results change places."""
    yield
    one, other = (owned.number(kinds.ResultRecorded, whose) for whose in ("failed", "certified"))
    first, second = (owned.row("vault", notification_id=number) for number in (one, other))
    owned.apply(
        Step("vault", {"notification_id": one}, {"sealed": second["sealed"], "subject": second["subject"]}),
        Step("vault", {"notification_id": other}, {"sealed": first["sealed"], "subject": first["subject"]}),
    )
    return row("vault", one, "the personal values do not open", "sealed")


@fraud(GROUP, Who.FSCK, "entries")
def values_deleted_without_an_erasure(owned: Owned) -> Course:
    """A vote's counts are taken out of the vault, so that nobody can look them up."""
    yield
    number = owned.number(kinds.PanelVoted, "untitled")
    owned.apply(Step("vault", {"notification_id": number}, {}))
    return row("vault", number, "missing: the personal values of this entry should be here")


@fraud(GROUP, Who.FSCK, "erasures")
def erased_values_kept(owned: Owned) -> Course:
    """The sealed values of an erased person are put back from a copy made before."""
    yield
    number = next(
        index + 1
        for index, entry in enumerate(owned.forger.entries)
        if isinstance(statement.parse(entry).record.event, kinds.EnrolmentMade) and not owned.forger.disclosures[index]
    )
    values = {"notification_id": number, "subject": owned.people["erased"].bytes, "sealed": bytes(64)}
    owned.apply(Step("vault", {}, values))
    return row("vault", number, "personal values of a person who was erased", "subject")


@fraud(GROUP, Who.FSCK, "data-keys")
def erased_key_kept(owned: Owned) -> Course:
    """The data key of an erased person is put back, so that old copies of the database open."""
    yield
    # Opening a ledger destroys such keys once more: it comes back while the ledger is open.
    owned.meanwhile = lambda ledger: ledger.data_keys.create([owned.people["erased"]])
    return row("data_keys", owned.people["erased"], "the key of a person who was erased", "subject")


@fraud(GROUP, Who.FSCK, "erasures")
def erasure_forgotten(owned: Owned) -> Course:
    """The database is made to forget that somebody was erased, so that an old copy of the keys is taken again."""
    yield
    owned.apply(Step("erasures", {"subject": owned.people["erased"].bytes}, {}))
    return Named(None, "erasures", "is missing, whose erasure the log records")


@fraud(GROUP, Who.FSCK, "claims")
def claim_removed(owned: Owned) -> Course:
    """The row that keeps a person from being registered twice is taken out."""
    claim = owned.row("claims", subject=owned.people["certified"].bytes)
    yield
    owned.apply(Step("claims", {"key": claim["key"]}, {}))
    return row("claims", claim["key"].hex(), "missing: an event of stream")


@fraud(GROUP, Who.FSCK, "claims")
def claim_altered(owned: Owned) -> Course:
    """A document's number is made to lead to another person."""
    claim = owned.row("claims", subject=owned.people["certified"].bytes)
    yield
    owned.apply(Step("claims", {"key": claim["key"]}, {"subject": owned.people["failed"].bytes}))
    return row("claims", claim["key"].hex(), "not what the event that made it says", "subject")


@fraud(GROUP, Who.FSCK, "streams")
def certificate_filed_under_another(owned: Owned) -> Course:
    """The stream of a certificate is filed under a person who never got one."""
    award = owned.forger.award_of("certified")
    yield
    key = {"subject": owned.people["certified"].bytes, "stream": award.certificate_id.bytes}
    owned.apply(Step("streams", key, {"subject": owned.people["failed"].bytes}))
    words = f"stream {award.certificate_id} is not filed under {owned.people['certified']}"
    return Named(None, "streams", words)


@fraud(GROUP, Who.FSCK, "entries")
def entry_changed_in_the_database(owned: Owned) -> Course:
    """One bit of a signed statement is changed in its row."""
    yield
    number = owned.number(kinds.CertificateAwarded, "certified")
    data = bytearray(owned.forger.entries[number - 1])
    data[-1] ^= 1
    owned.apply(Step("stored_events", {"notification_id": number}, {"state": bytes(data)}))
    return row("stored_events", number, "bad-signature", "state")


@fraud(GROUP, Who.FSCK, "entries")
def revocation_deleted_from_the_database(owned: Owned) -> Course:
    """The row of a revocation is deleted."""
    yield
    number = owned.number(kinds.CertificateRevoked, "revoked")
    owned.apply(Step("stored_events", {"notification_id": number}, {}))
    return row("stored_events", number + 1, "rows are missing", "notification_id")


@fraud(GROUP, Who.FSCK, "signed-head")
def award_rewritten_in_the_database(owned: Owned) -> Course:
    """A certificate is signed, sealed and hashed anew with another total; the signed tree head is left."""
    yield
    owned.rewrite(owned.forger.find(kinds.CertificateAwarded, "certified"), total=Decimal("99.5"))
    return row("signed_head", 1, "entries are not those that were signed", "root")


@fraud(GROUP, Who.FSCK, "published")
def published_tree_left_behind(owned: Owned) -> Course:
    """The same, and the signed head is taken out: what was published still says otherwise."""
    yield
    owned.rewrite(owned.forger.find(kinds.CertificateAwarded, "certified"), total=Decimal("99.5"))
    owned.apply(Step("signed_head", {"id": 1}, {}))
    return Named(None, "checkpoint", "nothing is signed, so nothing can be published")


@fraud(GROUP, Who.FSCK, "signed-head")
def end_of_the_log_dropped(owned: Owned) -> Course:
    """The last entries are taken out of the database with the tree over them."""
    yield
    size = owned.forger.size
    frontier = Frontier().extend(owned.forger.leaves(size - 1)).to_bytes()
    owned.apply(
        Step("stored_events", {"notification_id": size}, {}),
        Step("tree_head", {"id": 1}, {"size": size - 1, "frontier": frontier}),
    )
    return row("signed_head", 1, f"{size} entries are signed, there are {size - 1}", "size")


@fraud(GROUP, Who.FSCK, "commands")
def command_attributed_to_another(owned: Owned) -> Course:
    """An entry is made to belong to another request than the one that recorded it."""
    index = owned.forger.find(kinds.CertificateAwarded, "certified")
    command = owned.row("commands", first_index=index)
    yield
    owned.apply(Step("commands", {"command_id": command["command_id"]}, {"command_id": bytes(16)}))
    return row("commands", bytes(16).hex(), f"entry {index} was recorded by another command", "command_id")


@fraud(GROUP, Who.FSCK, "published")
def published_list_overwritten(owned: Owned) -> Course:
    """The status list in the published folder is one of before a revocation."""
    yield
    file = owned.kept.public / "status" / "0"
    log = owned.forger
    file.write_bytes(log.status_token(log.find(kinds.CertificateRevoked)))
    return Named(None, "status/0", "")
