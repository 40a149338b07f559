"""Evidence that is kept: encrypted, whole or not at all, and out of reach once its person is erased."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ledger import commands as c
from ledger.cabinet import Cabinet
from ledger.copying import copy
from ledger.office.attached import attached_to
from ledger.office.chunks import CHUNK_BYTES
from ledger.office.doing import do
from ledger.office.evidence import KEPT_UNNAMED_MS, LARGEST_BYTES, Altered, EvidenceFiles, KeptFile, TooLarge
from ledger.office.opening import Office, open_office
from ledger.open import open_ledger
from ledger.places import place_of
from ledger.projector import Tables
from ledger.refusals import Code, Refusal
from ledger.store import StoreError
from ledger.vault import Vault
from tests.engines import ENGINES, ON
from tests.ledger import lives
from tests.ledger.lives import Life
from tests.ledger.office.conftest import Hands, join

PAPER = b"%PDF an exam paper of " + bytes(range(256)) * 200  # four chunks
DIGEST = sha256(PAPER).digest()
DAY_SECONDS = KEPT_UNNAMED_MS / 1000


@pytest.fixture
def life(office: Office) -> Life:
    made = Life(office.ledger)
    made.is_registered()
    return made


def kept(office: Office, life: Life, content: bytes = PAPER, name: str = "卷.pdf") -> KeptFile:
    digest = office.evidence.keep(life.trainee, BytesIO(content), name)
    return office.evidence.of(life.trainee)[digest]


def names(life: Life, digest: bytes = DIGEST) -> None:
    """An event that names the file."""
    life.does(c.AttachEvidence(life.trainee, life.enrolment, "exam paper", digest, lives.ENDS))


def rows(office: Office, table: str) -> list[Any]:
    return office.cabinet.select(f"SELECT * FROM {table}")


def change(office: Office, sql: str, *params: object) -> None:
    office.cabinet.write(lambda tables: tables.execute(sql, params))


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 70 * CHUNK_BYTES])
def test_what_is_kept_is_given_out_as_it_was(office: Office, life: Life, size: int) -> None:
    content = (PAPER * (size // len(PAPER) + 1))[:size]
    file = kept(office, life, content)
    assert (file.name, file.size, file.digest) == ("卷.pdf", size, sha256(content).digest())
    office.evidence.check(file)
    assert b"".join(office.evidence.read(file)) == content


def test_who_reads_the_cabinet_finds_neither_name_nor_content_nor_digest(office: Office, life: Life) -> None:
    kept(office, life)
    for table, columns in (("evidence", ("id", "place", "sealed")), ("evidence_chunks", ("sealed",))):
        for value in (bytes(row[column]) for row in rows(office, table) for column in columns):
            # The name as a whole: of its first character's three bytes sealed ones have their like by chance.
            for told in (b"exam paper", "卷.pdf".encode(), DIGEST):
                assert told not in value


def test_the_same_file_twice_is_kept_once_and_of_two_people_twice(office: Office, life: Life) -> None:
    assert kept(office, life) == kept(office, life, name="again.pdf")
    assert len(rows(office, "evidence")) == 1
    other = Life(office.ledger)
    other.does(lambda desk: _another(other))
    office.evidence.keep(other.trainee, BytesIO(PAPER), "x")
    assert len(rows(office, "evidence")) == 2
    assert len({bytes(row["place"]) for row in rows(office, "evidence")}) == 2, "nobody sees that they are the same"


def _another(life: Life) -> c.RegisterTrainee:
    return replace(lives.REGISTER, trainee=life.trainee, trainee_no="T-2", id_type="passport", id_number="E0000001")


def test_a_file_that_is_too_large_is_not_kept(office: Office, life: Life) -> None:
    class Endless(BytesIO):
        """Gives zeros, as many as are asked for."""

        left = LARGEST_BYTES + 1

        def read(self, size: int | None = -1, /) -> bytes:
            given = min(self.left, size or 0)
            self.left -= given
            return bytes(given)

    with pytest.raises(TooLarge):
        office.evidence.keep(life.trainee, Endless(), "x")
    assert rows(office, "evidence") == []


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM evidence_chunks WHERE number = 3",
        "DELETE FROM evidence_chunks WHERE number = 1",
        "DELETE FROM evidence_chunks",
        "UPDATE evidence_chunks SET number = 9 WHERE number = 3",
        "UPDATE evidence_chunks SET sealed = (SELECT sealed FROM evidence_chunks WHERE number = 2) WHERE number = 1",
    ],
    ids=["the last cut off", "one left out", "all gone", "one moved", "one in the place of another"],
)
def test_a_file_that_was_spoilt_is_told_and_never_given(office: Office, life: Life, harm: str) -> None:
    file = kept(office, life)
    change(office, harm)
    with pytest.raises(Altered):
        office.evidence.check(file)
    assert not office.evidence.is_whole(file)


def test_two_chunks_that_changed_places(office: Office, life: Life) -> None:
    file = kept(office, life)
    for old, new in ((1, 99), (2, 1), (99, 2)):
        change(office, "UPDATE evidence_chunks SET number = ? WHERE number = ?", new, old)
    with pytest.raises(Altered):
        office.evidence.check(file)


def test_a_file_cut_short_with_a_count_to_match(office: Office, life: Life) -> None:
    file = kept(office, life)
    change(office, "DELETE FROM evidence_chunks WHERE number = 3")
    change(office, "UPDATE evidence SET chunks = 3")
    again = office.evidence.of(life.trainee)[DIGEST]
    assert again == file, "what the header says counts"
    with pytest.raises(Altered):
        office.evidence.check(again)


def test_a_spoilt_file_is_put_right_by_the_same_file_again(office: Office, life: Life) -> None:
    kept(office, life)
    change(office, "DELETE FROM evidence_chunks WHERE number = 0")
    office.evidence.check(kept(office, life))
    assert len(rows(office, "evidence")) == 1
    assert len(rows(office, "evidence_chunks")) == 4
    change(office, "UPDATE evidence SET sealed = ?", b"nonsense")
    assert office.evidence.of(life.trainee) == {}
    office.evidence.check(kept(office, life))


def test_the_header_of_another_persons_file_does_not_open(office: Office, life: Life) -> None:
    kept(office, life)
    other = Life(office.ledger)
    other.does(lambda desk: _another(other))
    change(office, "UPDATE evidence SET subject = ?", other.trainee.bytes)
    assert office.evidence.of(other.trainee) == {}


# --- file first, event second ----------------------------------------------------------------------------------------


def test_a_file_that_no_event_names_is_swept_after_a_day(office: Office, life: Life, hands: Hands) -> None:
    kept(office, life)
    hands.turn(DAY_SECONDS)
    assert office.evidence.sweep() == 0
    hands.turn(1)
    assert office.evidence.sweep() == 1
    assert rows(office, "evidence") == rows(office, "evidence_chunks") == []


def test_a_file_whose_process_died_after_the_event_stays(office: Office, life: Life, hands: Hands) -> None:
    """The event is there, and nobody said so."""
    file = kept(office, life)
    names(life)
    hands.turn(2 * DAY_SECONDS)
    assert office.evidence.sweep() == 0
    office.evidence.check(file)
    assert [row["named"] for row in rows(office, "evidence")] == [1], "not looked for again"


def test_what_is_named_stays(office: Office, life: Life, hands: Hands) -> None:
    file = kept(office, life)
    names(life)
    office.evidence.name(life.trainee, DIGEST)
    hands.turn(400 * DAY_SECONDS)
    assert office.evidence.sweep() == 0
    office.evidence.check(file)
    (item,) = attached_to(office.ledger.store, Vault(office.ledger.data_keys), life.trainee)
    assert (item.stream, item.description, item.digest) == (life.enrolment, "exam paper", DIGEST)


def test_sending_the_form_again_begins_the_day_anew(office: Office, life: Life, hands: Hands) -> None:
    kept(office, life)
    hands.turn(DAY_SECONDS)
    kept(office, life)
    hands.turn(DAY_SECONDS)
    assert office.evidence.sweep() == 0


class Dying:
    """A cabinet that dies at its n-th statement of a transaction, before the commit."""

    def __init__(self, cabinet: Cabinet, at: int) -> None:
        self.cabinet, self.select, self.left = cabinet, cabinet.select, at

    def write(self, work: Any, /) -> Any:
        def dying(tables: Tables) -> Any:
            outer = self

            class Counting:
                select = staticmethod(tables.select)

                def execute(self, sql: str, params: Any = (), /) -> None:
                    outer.fall()
                    tables.execute(sql, params)

                def executemany(self, sql: str, rows: Any, /) -> None:
                    outer.fall()
                    tables.executemany(sql, rows)

            done = work(Counting())
            self.fall()
            return done

        return self.cabinet.write(dying)

    def fall(self) -> None:
        if self.left == 0:
            raise StoreError("died")
        self.left -= 1


def test_a_file_is_kept_whole_or_not_at_all(office: Office, life: Life) -> None:
    ledger = office.ledger
    for at in range(3):
        dying = EvidenceFiles(Dying(office.cabinet, at), ledger.store, ledger.data_keys, ledger.clock)
        with pytest.raises(StoreError):
            dying.keep(life.trainee, BytesIO(PAPER), "x")
        assert rows(office, "evidence") == rows(office, "evidence_chunks") == []
    office.evidence.check(kept(office, life))


# --- erasure ----------------------------------------------------------------------------------------------------------


def test_an_erasure_removes_the_bytes_too(office: Office, life: Life) -> None:
    file = kept(office, life)
    names(life)
    clerk, head = join(office, "clerk", "registrar"), join(office, "head", "approver")
    proposal = do(office, clerk, c.EraseTrainee(life.trainee), office.ledger.desk().new_id()).proposal
    assert proposal is not None
    office.proposals.approve(proposal.id, head, 1)
    office.evidence.check(file)
    assert office.proposals.carry_out(proposal.id).state == "done"
    assert rows(office, "evidence") == rows(office, "evidence_chunks") == []
    with pytest.raises(Altered):
        office.evidence.check(file)
    with pytest.raises(Refusal) as refused:
        office.evidence.keep(life.trainee, BytesIO(PAPER), "x")
    assert refused.value.code is Code.ERASED
    assert office.ledger.data_keys.get(life.trainee) is None, "no key is made anew for who is erased"


def test_an_erasure_that_did_not_reach_the_cabinet_is_made_good(office: Office, life: Life, hands: Hands) -> None:
    """By another way than a proposal, or with a crash between: the key is gone at once, the bytes at the next sweep."""
    file = kept(office, life)
    names(life)
    office.evidence.name(life.trainee, DIGEST)
    life.does(c.EraseTrainee(life.trainee))
    assert office.evidence.of(life.trainee) == {}
    with pytest.raises(Altered):
        office.evidence.check(file)
    assert office.evidence.sweep() == 1
    assert rows(office, "evidence") == rows(office, "evidence_chunks") == []


@pytest.mark.parametrize(("before", "after"), [ON, ON[::-1]])
def test_evidence_moves_with_its_ledger(
    before: str, after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    monkeypatch.setenv("CERTLEDGER_PUBLIC", str(tmp_path / "public"))
    here, there = ENGINES[before].new(tmp_path / "here"), ENGINES[after].new(tmp_path / "there")
    with lives.opened(here) as ledger, open_office(ledger) as office:
        life = Life(ledger)
        life.is_registered()
        file = kept(office, life)
        names(life)
    copy(place_of(here), place_of(there), chunk=3)
    with open_ledger(there, lambda: lives.START) as ledger, open_office(ledger) as office:
        assert office.evidence.of(life.trainee) == {DIGEST: file}
        office.evidence.check(file)
