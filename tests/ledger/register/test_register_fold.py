"""The fold of the register: a rebuild equals what was followed, and nothing is left of who was erased."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from ledger import commands as c
from ledger.open import Ledger
from ledger.projections.register import register_with
from ledger.projector import Position, Projection
from ledger.register.opening import VaultOpening
from ledger.register.reading import Register, open_register
from ledger.store import Recorded
from tests.api.whole_ledger import TODAY, WholeLedger, do
from tests.ledger import lives
from tests.ledger.lives import Life
from tests.ledger.register.tables import rows_about, rows_of
from verifier import kinds
from verifier.events import event_type

ERASED = event_type(kinds.TraineeErased).name


def projection(ledger: Ledger) -> Projection:
    return register_with(VaultOpening(ledger.data_keys, ledger.claim_keys))


def followed(register: Register, of: Projection, entries: Sequence[Recorded], at_once: int) -> None:
    """Makes the register anew from these entries, so many at a time."""
    register.views.reset(of)
    position = Position()
    for start in range(0, len(entries), at_once):
        position = register.views.advance(of, position, entries[start : start + at_once])


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_a_rebuild_equals_what_was_followed(ledger: Ledger, register: Register, at_once: int) -> None:
    there = rows_of(register.views)
    assert all(there.values())
    followed(register, projection(ledger), ledger.store.entries(0, 10_000), at_once)
    assert rows_of(register.views) == there
    assert register.rebuild() == ledger.store.head().size
    assert rows_of(register.views) == there


def test_the_order_between_streams_is_any(ledger: Ledger, register: Register) -> None:
    """As a bulk intake may have it: all titles and certificates stand before all registrations and applications."""
    there = rows_of(register.views)
    entries = ledger.store.entries(0, 10_000)
    base = {entry.stream_id for entry in ledger.store.dossier(ledger.log_id)}
    begins = {entry.stream_id: entry.topic.partition(".")[0] for entry in reversed(entries)}
    ranks = {"certificate": 1, "title": 1, "application": 2, "enrolment": 3, "trainee": 4}

    def order(entry: Recorded) -> tuple[int, int]:
        if entry.topic == ERASED:  # it comes last wherever it comes from: a command of its own
            return 5, entry.index
        return 0 if entry.stream_id in base else ranks[begins[entry.stream_id]], entry.index

    shuffled = sorted(entries, key=order)
    assert [entry.index for entry in shuffled] != [entry.index for entry in entries]
    for at_once in (3, 10_000):
        followed(register, projection(ledger), shuffled, at_once)
        assert rows_of(register.views) == there


def test_of_an_erased_person_no_row_is_left(ledger: Ledger, register: Register) -> None:
    everybody = register.people(limit=500).rows
    titled = {line.who.subject for line in register.titles(TODAY, limit=500).rows}
    gone = next(line.who for line in everybody if line.who.subject in titled)
    before = rows_of(register.views)
    assert len({len(row) for row in rows_about(before, gone.subject.bytes)}) > 3
    do(ledger, c.EraseTrainee(gone.subject))
    # Not caught up yet: the rows are there, and nobody can open them.
    assert gone.subject not in {line.who.subject for line in register.people(limit=500).rows}
    register.catch_up()
    after = rows_of(register.views)
    assert rows_about(after, gone.subject.bytes) == []
    assert len(after["name_tokens"]) < len(before["name_tokens"])
    assert register.people(search=gone.trainee_no).rows == ()
    assert gone.subject not in {line.who.subject for line in register.people(search=gone.name).rows}
    register.rebuild()
    assert rows_of(register.views) == after


def test_it_follows_a_name_changed_and_details_amended(ledger: Ledger, register: Register) -> None:
    who = register.people(limit=1).rows[0].who
    do(ledger, c.ChangeName(who.subject, "欧阳新名", "marriage", TODAY))
    register.catch_up()
    (found,) = register.people(search="阳新").rows
    assert (found.who.subject, found.who.name, found.who.trainee_no) == (who.subject, "欧阳新名", who.trainee_no)
    assert who.subject not in {line.who.subject for line in register.people(search=who.name).rows}
    there = rows_of(register.views)
    register.rebuild()
    assert rows_of(register.views) == there


def test_no_name_and_no_number_lies_in_it_in_clear(ledger: Ledger, register: Register) -> None:
    lines = register.people(limit=500).rows
    numbers = {line.number for line in register.certificates(TODAY, limit=500).rows}
    numbers |= {line.application_no for line in register.applications(limit=500).rows}
    secret = {text for line in lines for text in (line.who.name, line.who.trainee_no, line.who.id_number_masked)}
    values = [value for table in rows_of(register.views).values() for row in table for value in row]
    text = b"\x00".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
    assert len(secret | numbers) > 80
    assert [item for item in secret | numbers if item.encode() in text] == []


@pytest.mark.engine("sqlite")
def test_what_is_erased_is_not_in_the_bytes_of_the_file_either(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_register(ledger) as register:
        gone = register.people(limit=1).rows[0].who.subject
        do(ledger, c.EraseTrainee(gone))
        register.catch_up()
    assert [path.name for path in files_with(whole.folder, gone)] == []


def files_with(folder: Path, subject: UUID) -> list[Path]:
    return [path for path in folder.glob("register.sqlite*") if subject.bytes in path.read_bytes()]


def test_a_life_is_followed_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    with lives.opened(lives.new_address("sqlite", tmp_path)) as ledger, open_register(ledger) as register:
        life = Life(ledger)

        def status() -> str:
            register.catch_up()
            (line,) = register.enrolments(lives.COHORT).rows
            return line.status

        def step() -> tuple[str, str]:
            register.catch_up()
            (line,) = register.applications().rows
            return line.step, line.objection

        life.is_registered()
        assert status() == "enrolled"
        life.is_trained()
        assert status() == "trained"
        life.is_certified()
        assert status() == "certified"
        life.applies()
        assert step() == ("eligible", "none")
        life.does(c.RecordPanel(life.trainee, life.application, 9, 6, 4, lives.VOTED_ON))
        assert step() == ("panel", "none")
        life.does(c.PostNotice(life.trainee, life.application, lives.POSTED_ON))
        assert step() == ("notice", "none")
        life.does(c.RaiseObjection(life.trainee, life.application, "copied", lives.POSTED_ON))
        assert step() == ("notice", "pending")
        life.does(c.ResolveObjection(life.trainee, life.application, "dismissed", lives.POSTED_ON))
        assert step() == ("notice", "dismissed")
        waits = register.waiting(lives.POSTED_ON)
        assert (waits.running, waits.due, register.to_decide(lives.POSTED_ON).rows) == (1, 0, ())
        waits = register.waiting(lives.FIRST_DECISION)
        assert (waits.running, waits.due, len(register.to_decide(lives.FIRST_DECISION).rows)) == (0, 1, 1)
        life.does(
            lambda desk: c.DecideApplication(
                life.trainee, life.application, desk.draw("AENG", 2024), lives.FIRST_DECISION
            )
        )
        assert step() == ("granted", "dismissed")
        assert len(register.titles(lives.FIRST_DECISION).rows) == 1
        there = rows_of(register.views)
        register.rebuild()
        assert rows_of(register.views) == there
