"""Commands of many threads and processes at once, and commands whose answer is lost, on every engine."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from ledger import commands as c
from ledger.executing import Asked, Executed, Executor, OthersQuicker
from ledger.handle import Desk
from ledger.open import Ledger, open_ledger
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.store import Appended, Batch, StoreBusy
from tests.ledger.deciders.story import (
    APPLIED_ON,
    COHORT,
    ENDS,
    ENROLLED_ON,
    REGISTER,
    REQUESTED_ON,
    STARTS,
    D,
    refused,
)
from tests.ledger.deciders.test_decide_base import OPEN_COHORT, PUBLISH_POLICY, RULES
from tests.ledger.lives import Life, operators
from verifier import kinds
from verifier.authority import Authority
from verifier.events import event_type
from verifier.statement import parse

SPAWN = multiprocessing.get_context("spawn")
LIMIT = 180
"""Seconds that processes may take before a test fails."""
ID = b"the-same-command"


class Losing:
    """A store whose answers to `append` are lost: `fails` runs after the commit, in place of the answer."""

    def __init__(self, store: Any, fails: Callable[[], object]) -> None:
        self._store, self._fails = store, fails

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(self, batch: Batch) -> Appended:
        appended: Appended = self._store.append(batch)
        self._fails()
        return appended


def losing(ledger: Ledger, fails: Callable[[], object]) -> Executor:
    parts = (ledger.data_keys, ledger.keystore, ledger.claim_keys, ledger.log_id, ledger.clock)
    return Executor(Losing(ledger.store, fails), *parts)  # type: ignore[arg-type]


def lost() -> None:
    raise StoreBusy("the answer is lost")


def kill_oneself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def size(ledger: Ledger) -> int:
    return ledger.store.head().size


def names(executed: Executed) -> list[str]:
    return [event_type(event).name for event in executed.events]


def attendance(life: Life, hours: int = 1) -> c.RecordAttendance:
    return c.RecordAttendance(life.trainee, COHORT, "M1", D(hours), STARTS)


# --- one command ----------------------------------------------------------------------------------------------------


def test_what_was_recorded_is_answered_with_its_place(ledger: Ledger) -> None:
    life, before = Life(ledger), size(ledger)
    executed = ledger.executor().execute(replace(REGISTER, trainee=life.trainee), life.actors)
    assert names(executed) == ["trainee.registered/1"]
    assert executed.appended == Appended(before, 1)


def test_what_is_as_asked_already_records_nothing(ledger: Ledger) -> None:
    before = size(ledger)
    again = replace(OPEN_COHORT, cohort_id=ledger.desk().new_id())
    assert ledger.executor().execute(again, Life(ledger).actors) == Executed((), None)
    assert size(ledger) == before


def test_a_command_id_has_sixteen_bytes(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        ledger.executor().execute(OPEN_COHORT, Life(ledger).actors, b"short")


# --- the same command again -----------------------------------------------------------------------------------------


def test_the_same_command_again_is_answered_with_what_was_recorded(ledger: Ledger, address: str) -> None:
    """By itself each of these would be refused, or recorded once more, the second time."""
    life = Life(ledger)
    executor = ledger.executor()
    asked: list[Asked] = [
        replace(REGISTER, trainee=life.trainee),
        c.Enrol(life.trainee, life.enrolment, COHORT, ENROLLED_ON),
        attendance(life),
        lambda desk: c.RequestCertification(life.trainee, COHORT, desk.draw("BDI", 2024), REQUESTED_ON),
    ]
    first = [executor.execute(command, life.actors, bytes([number] * 16)) for number, command in enumerate(asked)]
    before = size(ledger)
    with open_ledger(address) as other:
        again = [
            other.executor().execute(command, life.actors, bytes([number] * 16)) for number, command in enumerate(asked)
        ]
    assert [item.events for item in again] == [item.events for item in first]
    assert [item.appended and item.appended.repeated for item in again] == [True] * 4
    assert [item.appended and item.appended.first_index for item in again] == [
        item.appended and item.appended.first_index for item in first
    ]
    assert size(ledger) == before


def test_a_command_whose_answer_was_lost_is_recorded_once(ledger: Ledger) -> None:
    life = Life(ledger)
    register = replace(REGISTER, trainee=life.trainee)
    with pytest.raises(StoreBusy):
        losing(ledger, lost).execute(register, life.actors, ID)
    before = size(ledger)
    executed = ledger.executor().execute(register, life.actors, ID)
    assert names(executed) == ["trainee.registered/1"]
    assert executed.appended == Appended(before - 1, 1, repeated=True)
    assert size(ledger) == before
    refused(Code.DUPLICATE_TRAINEE, lambda: ledger.executor().execute(register, life.actors))


def die_after_the_commit(address: str, command: c.Command, actors: Actors) -> None:
    with open_ledger(address) as ledger:
        losing(ledger, kill_oneself).execute(command, actors, ID)


def test_a_process_that_died_between_commit_and_answer_has_recorded_once(ledger: Ledger, address: str) -> None:
    """Erasure is the hardest: the record is there, and the key must be destroyed by whoever sends it again."""
    life = Life(ledger)
    life.is_registered()
    before = size(ledger)
    erase = c.EraseTrainee(life.trainee)
    worker = SPAWN.Process(target=die_after_the_commit, args=(address, erase, life.actors))
    worker.start()
    worker.join(LIMIT)
    assert worker.exitcode == -signal.SIGKILL
    assert size(ledger) == before + 1
    assert ledger.data_keys.get(life.trainee) is not None
    executed = ledger.executor().execute(erase, life.actors, ID)
    assert names(executed) == ["trainee.erased/1"]
    assert size(ledger) == before + 1
    assert ledger.data_keys.get(life.trainee) is None


def test_the_same_command_by_many_threads_at_once_is_recorded_once(ledger: Ledger) -> None:
    life, gate = Life(ledger), Barrier(8)
    executor, register = ledger.executor(), replace(REGISTER, trainee=life.trainee)

    def send(_: int) -> Executed:
        gate.wait(LIMIT)
        return executor.execute(register, life.actors, ID)

    before = size(ledger)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert size(ledger) == before + 1
    assert len({answer.events for answer in answers}) == 1
    assert Counter(answer.appended and answer.appended.repeated for answer in answers) == {False: 1, True: 7}


# --- what was read is not there any more ----------------------------------------------------------------------------


def once(change: Callable[[], object], command: Callable[[Desk], c.Command]) -> Callable[[Desk], c.Command]:
    """The command, at the first attempt after somebody else's change that comes between reading and recording."""
    changes = [change]

    def made(desk: Desk) -> c.Command:
        asked = command(desk)
        if isinstance(asked, c.PersonCommand):
            desk.dossier(asked.trainee)
        if changes:
            changes.pop()()
        return asked

    return made


def test_a_person_who_changed_meanwhile_is_read_again(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    executed = ledger.executor().execute(
        once(lambda: life.does(attendance(life)), lambda _: attendance(life, 2)), life.actors
    )
    assert names(executed) == ["attendance.recorded/1"]
    (enrolment,) = ledger.desk().dossier(life.trainee).enrolments.values()
    assert [item.hours for item in enrolment.attendance] == [D(1), D(2)]


def test_who_was_erased_meanwhile_stays_erased(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    erase = c.EraseTrainee(life.trainee)
    refused(
        Code.ERASED,
        lambda: ledger.executor().execute(
            once(lambda: ledger.desk().execute(erase, life.actors), lambda _: attendance(life)), life.actors
        ),
    )
    assert ledger.data_keys.get(life.trainee) is None


def test_a_policy_published_meanwhile_is_the_one_that_counts(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    publish = replace(PUBLISH_POLICY, policy=replace(RULES, edition="NEWER", effective_from=APPLIED_ON))
    apply = c.ApplyForTitle(
        life.trainee, life.application, "A1", "assistant-engineer", "大数据", "EMPLOYER", APPLIED_ON
    )
    executed = ledger.executor().execute(once(lambda: life.does(publish), lambda _: apply), life.actors)
    assert names(executed) == ["application.filed/1", "application.found-eligible/1"]
    assert isinstance(executed.events[1], kinds.ApplicationFoundEligible)
    assert executed.events[1].policy == "NEWER"
    check_log(ledger)


def test_an_account_closed_or_a_key_retired_meanwhile_does_nothing_more(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    life.does(c.OpenAccount(ledger.desk().new_id(), "P-CLERK", "BASE", ("registrar",)))
    close = once(lambda: life.does(c.CloseAccount("P-CLERK")), lambda _: attendance(life))
    refused(Code.UNKNOWN_ACCOUNT, lambda: ledger.executor().execute(close, Actors("P-CLERK")))
    teaching = [signer for signer in ledger.keystore.signers() if signer.kinds == frozenset(kinds.TEACHING_KINDS)]
    retire = once(lambda: life.does(c.RetireKey(teaching[0].kid)), lambda _: attendance(life))
    refused(Code.NO_KEY, lambda: ledger.executor().execute(retire, life.actors))
    check_log(ledger)


def test_what_came_to_the_base_is_known_before_anything_is_refused(ledger: Ledger) -> None:
    life, executor = Life(ledger), ledger.executor()
    executor.execute(replace(REGISTER, trainee=life.trainee), life.actors)
    life.does(replace(OPEN_COHORT, cohort_id=ledger.desk().new_id(), code="LATER"))
    executed = executor.execute(c.Enrol(life.trainee, life.enrolment, "LATER", ENROLLED_ON), life.actors)
    assert names(executed) == ["enrolment.made/1"]


def test_a_place_in_the_status_list_that_was_taken_meanwhile_is_drawn_again(ledger: Ledger) -> None:
    first, second = Life(ledger), Life(ledger)
    first.is_registered()
    first.is_trained()
    second.does(
        replace(REGISTER, trainee=second.trainee, trainee_no="T2", id_type="passport", id_number="P0002"),
        c.Enrol(second.trainee, second.enrolment, COHORT, ENROLLED_ON),
    )
    second.is_trained()
    drawn = ledger.desk().draw("BDI", 2024)
    other = replace(ledger.desk().draw("BDI", 2024), status_index=drawn.status_index)
    executor = ledger.executor()
    awards = [
        executor.execute(c.RequestCertification(life.trainee, COHORT, item, REQUESTED_ON), life.actors).events[0]
        for life, item in ((first, drawn), (second, other))
    ]
    assert all(isinstance(award, kinds.CertificateAwarded) for award in awards)
    assert awards[0].status_index == drawn.status_index  # type: ignore[union-attr]
    assert awards[1].status_index != drawn.status_index  # type: ignore[union-attr]
    assert awards[1].number == other.number  # type: ignore[union-attr]


def test_who_never_gets_a_turn_is_told_so(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    parts = (ledger.store, ledger.data_keys, ledger.keystore, ledger.claim_keys, ledger.log_id, ledger.clock)
    hasty = Executor(*parts, patience_seconds=2)  # on a busy machine one attempt alone may take some tenths
    recorded = 0

    def always_too_late(desk: Desk) -> c.Command:
        nonlocal recorded
        desk.dossier(life.trainee)
        recorded += len(life.does(attendance(life)))
        return attendance(life, 2)

    before = size(ledger)
    with pytest.raises(OthersQuicker, match="try again") as caught:
        hasty.execute(always_too_late, life.actors)
    assert caught.value.attempts == recorded > 1
    assert size(ledger) == before + recorded


# --- many processes -------------------------------------------------------------------------------------------------

PROCESSES, THREADS = 8, 2
NEWCOMERS, PLACES = 4, 5
Outcomes = list[tuple[str, str]]


def overlapping(people: list[UUID], graduates: list[UUID]) -> tuple[dict[str, Asked], dict[str, Asked]]:
    """What every process tries: all at once, and after that."""
    first: dict[str, Asked] = {"open": lambda desk: replace(OPEN_COHORT, cohort_id=desk.new_id(), code="ANEW")}
    for n in range(NEWCOMERS):
        first[f"register {n}"] = lambda desk, n=n: replace(
            REGISTER, trainee=desk.new_id(), trainee_no=f"N{n}", id_type="passport", id_number=f"N000{n}"
        )
    for n, person in enumerate(people):
        first[f"enrol {n}"] = lambda desk, person=person: c.Enrol(person, desk.new_id(), "NARROW", ENROLLED_ON)
        first[f"attend {n}"] = c.RecordAttendance(person, COHORT, "M1", D(1), STARTS)
    for n, person in enumerate(graduates):
        first[f"certify {n}"] = lambda desk, person=person: c.RequestCertification(
            person, COHORT, desk.draw("BDI", 2024), REQUESTED_ON
        )
    last: dict[str, Asked] = {
        f"revoke {n}": c.RevokeCertificate(person, COHORT, "fraud", REQUESTED_ON) for n, person in enumerate(graduates)
    }
    return first, last


def contend(address: str, seed: int, given: Any, gate: Any, answers: Any) -> None:
    with open_ledger(address) as ledger, ThreadPoolExecutor(THREADS) as pool:
        executor, actors = ledger.executor(), operators(ledger)

        def attempt(task: tuple[str, Asked]) -> tuple[str, str]:
            try:
                return task[0], " ".join(names(executor.execute(task[1], actors))) or "nothing"
            except Refusal as refusal:
                return task[0], str(refusal.code)

        outcomes: Outcomes = []
        for tasks in overlapping(*given):
            order = list(tasks.items())
            Random(seed).shuffle(order)
            gate.wait(LIMIT)
            outcomes += pool.map(attempt, order)
    answers.put(outcomes)


def test_processes_that_contend_record_exactly_what_is_permitted(ledger: Ledger, address: str) -> None:
    people, graduates = settle(ledger)
    before = size(ledger)
    gate, answers = SPAWN.Barrier(PROCESSES), SPAWN.Queue()
    workers = [
        SPAWN.Process(target=contend, args=(address, seed, (people, graduates), gate, answers))
        for seed in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    outcomes = Counter(outcome for _ in workers for outcome in answers.get(timeout=LIMIT))
    for worker in workers:
        worker.join(LIMIT)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    others = PROCESSES - 1
    assert outcomes.pop(("open", "cohort.opened/1")) == 1
    assert outcomes.pop(("open", "nothing")) == others
    for n in range(NEWCOMERS):
        assert outcomes.pop((f"register {n}", "trainee.registered/1")) == 1
        assert outcomes.pop((f"register {n}", Code.DUPLICATE_TRAINEE)) == others
    for n in range(len(graduates)):
        assert outcomes.pop((f"certify {n}", "certificate.awarded/1")) == 1
        assert outcomes.pop((f"certify {n}", "certification.refused/1")) == others
        assert outcomes.pop((f"revoke {n}", "certificate.revoked/1")) == 1
        assert outcomes.pop((f"revoke {n}", Code.NO_AWARD)) == others
    enrolled = [n for n in range(len(people)) if outcomes.pop((f"enrol {n}", "enrolment.made/1"), 0) == 1]
    assert len(enrolled) == PLACES
    for n in range(len(people)):
        assert outcomes.pop((f"attend {n}", "attendance.recorded/1")) == PROCESSES
        refusals = (
            outcomes.pop((f"enrol {n}", Code.ALREADY_ENROLLED), 0),
            outcomes.pop((f"enrol {n}", Code.COHORT_FULL), 0),
        )
        assert refusals[0] + refusals[1] == (others if n in enrolled else PROCESSES)
        assert n in enrolled or refusals[0] == 0
    assert outcomes == {}
    certifications = len(graduates) * (PROCESSES + 1)
    assert size(ledger) == before + 1 + NEWCOMERS + certifications + PLACES + len(people) * PROCESSES
    check_log(ledger)
    desk = ledger.desk()
    assert desk.places_taken("NARROW") == PLACES
    for person in people:
        made = [item for item in desk.dossier(person).enrolments.values() if item.cohort == COHORT]
        assert [len(item.attendance) for item in made] == [PROCESSES]


def settle(ledger: Ledger) -> tuple[list[UUID], list[UUID]]:
    """A cohort with few places, many who want them, and some who have all that a certificate takes."""
    desk, actors = ledger.desk(), operators(ledger)
    desk.decide(replace(OPEN_COHORT, cohort_id=desk.new_id(), code="NARROW", capacity=PLACES), actors)
    people = [desk.new_person() for _ in range(3 * PLACES)]
    for n, person in enumerate(people):
        register = replace(REGISTER, trainee=person, trainee_no=f"S{n}", id_type="passport", id_number=f"S000{n}")
        desk.decide(register, actors)
        desk.decide(c.Enrol(person, desk.new_id(), COHORT, ENROLLED_ON), actors)
    people, graduates = people[:-3], people[-3:]
    for person in graduates:
        desk.decide(c.RecordAttendance(person, COHORT, "M1", D(8), STARTS), actors)
        for assessment in ("EXAM", "LAB"):
            desk.decide(c.RecordResult(person, COHORT, assessment, 1, D(90), "EX-1", ENDS), actors)
    desk.flush(actors)
    return people, graduates


def check_log(ledger: Ledger) -> None:
    """The whole log as an auditor reads it: every signature, entitlement and pair of people, no time running back."""
    authority, last = Authority(), 0
    for recorded in ledger.store.entries(0, 10_000):
        statement = parse(recorded.statement)
        authority.admit(recorded.index, statement)
        assert statement.record.envelope.recorded_at >= last
        last = statement.record.envelope.recorded_at
