"""The desk on a real store: a whole life one command at a time, four eyes, and two desks at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ledger import commands as c
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.store import BoundaryMoved, StoreError
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
from tests.ledger.deciders.test_decide_base import ACCREDIT, ADOPT, OPEN_COHORT, PUBLISH, PUBLISH_POLICY, RULES
from tests.ledger.lives import START, Life, opened
from verifier import kinds
from verifier.authority import Authority
from verifier.events import WITHHELD, Event, event_type
from verifier.standing import Standing
from verifier.statement import parse


def admitted(ledger: Ledger) -> Authority:
    """The whole log as an auditor reads it: every signature, entitlement and pair of people."""
    authority = Authority()
    for recorded in ledger.store.entries(0, 10_000):
        authority.admit(recorded.index, parse(recorded.statement))
    return authority


def size(ledger: Ledger) -> int:
    return ledger.store.head().size


# --- a whole life ---------------------------------------------------------------------------------------------------


def test_a_whole_life(ledger: Ledger) -> None:
    life = Life(ledger)
    assert life.is_registered() == ["trainee.registered/1", "enrolment.made/1"]
    assert life.is_trained() == [
        "attendance.recorded/1",
        "result.recorded/1",
        "result.amended/1",
        "result.recorded/1",
    ]
    assert life.is_certified() == ["certificate.awarded/1"]
    assert life.is_certified() == ["certification.refused/1"]
    assert life.is_titled() == [
        "application.filed/1",
        "application.found-eligible/1",
        "panel.voted/1",
        "notice.posted/1",
        "objection.raised/1",
        "objection.resolved/1",
        "title.granted/1",
    ]
    certificate, title = life.certificate, life.title
    on = date(2024, 9, 2)
    assert life.does(
        c.SuspendCertificate(life.trainee, certificate, "other", on),  # type: ignore[arg-type]
        c.ReinstateCertificate(life.trainee, certificate, on),  # type: ignore[arg-type]
        c.ChangeName(life.trainee, "欧阳㛃", "slip", on),
        lambda desk: c.CorrectCertificate(life.trainee, certificate, desk.draw("BDI", 2024), on),  # type: ignore[arg-type]
        lambda desk: c.CorrectTitle(life.trainee, title, desk.draw("AENG", 2024), on),  # type: ignore[arg-type]
        c.AttachEvidence(life.trainee, life.enrolment, "exam paper", bytes(32), on),
        c.Withdraw(life.trainee, COHORT, "moved", on),
        c.RevokeTitle(life.trainee, "assistant-engineer", "issued-in-error", on),
        c.RevokeCertificate(life.trainee, COHORT, "fraud", on),
    ) == [
        "certificate.suspended/1",
        "certificate.reinstated/1",
        "trainee.name-changed/1",
        "certificate.superseded/1",
        "certificate.awarded/1",
        "title.superseded/1",
        "title.granted/1",
        "evidence.attached/1",
        "enrolment.withdrawn/1",
        "title.revoked/1",
        "certificate.revoked/1",
    ]
    dossier = ledger.desk().dossier(life.trainee)
    assert [item.award.on(on) for item in dossier.certificates.values()] == [Standing.SUPERSEDED, Standing.REVOKED]
    assert [item.award.on(on) for item in dossier.titles.values()] == [Standing.SUPERSEDED, Standing.REVOKED]
    assert dossier.trainee is not None
    assert dossier.trainee.name == "欧阳㛃"
    assert life.does(c.EraseTrainee(life.trainee)) == ["trainee.erased/1"]
    admitted(ledger)


def test_erasure_takes_everything_personal_and_leaves_the_log(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    before = [recorded.statement for recorded in ledger.store.entries(0, 10_000)]
    life.does(c.EraseTrainee(life.trainee))
    after = ledger.store.entries(0, 10_000)
    assert [recorded.statement for recorded in after][:-1] == before
    for recorded in after:
        event = ledger.vault.read(recorded)[1]
        declared = event_type(event)
        if declared.kind.split(".")[0] in ("trainee", "enrolment", "attendance", "result", "certificate"):
            assert all(getattr(event, f.name) is WITHHELD for f in (*declared.personal, *declared.printed))
    desk = ledger.desk()
    assert desk.find_trainee("T1") is None
    assert ledger.store.dossier(life.trainee) == []
    assert ledger.data_keys.get(life.trainee) is None
    for command in (c.EraseTrainee(life.trainee), c.ChangeName(life.trainee, "x", "y", ENDS)):
        with pytest.raises(Refusal) as caught:
            desk.execute(command, life.actors)
        assert caught.value.code == Code.ERASED
    assert Life(ledger).is_registered() == ["trainee.registered/1", "enrolment.made/1"]


# --- refusals -------------------------------------------------------------------------------------------------------


def test_nobody_is_registered_twice(ledger: Ledger) -> None:
    life, other = Life(ledger), Life(ledger)
    life.is_registered()
    before = size(ledger)
    refused(Code.DUPLICATE_TRAINEE, other.is_registered)
    refused(
        Code.DUPLICATE_TRAINEE,
        lambda: other.does(replace(REGISTER, trainee=other.trainee, trainee_no="T2")),
    )
    refused(
        Code.DUPLICATE_TRAINEE,
        lambda: other.does(replace(REGISTER, trainee=other.trainee, id_number="500000199604121019")),
    )
    assert size(ledger) == before


def test_four_eyes_and_roles_are_kept(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    life.is_trained()
    both, before = life.actors, size(ledger)
    assert both.approver is not None
    for actors, code in (
        (Actors(both.proposer), Code.NO_APPROVER),
        (Actors(both.proposer, both.proposer), Code.SAME_PERSON),
        (Actors(both.proposer, "P-NOBODY"), Code.MISSING_ROLE),
        (Actors(both.approver, both.proposer), Code.MISSING_ROLE),
        (Actors("P-NOBODY", both.approver), Code.UNKNOWN_ACCOUNT),
    ):
        life.actors = actors
        refused(code, life.is_certified)
    life.actors = both
    assert size(ledger) == before
    assert life.is_certified() == ["certificate.awarded/1"]


def test_a_closed_account_does_nothing_more(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    desk = ledger.desk()
    account = desk.new_id()
    clerk = Actors("P-CLERK")
    desk.execute(c.OpenAccount(account, "P-CLERK", "BASE", ("registrar",)), life.actors)
    attend = c.RecordAttendance(life.trainee, COHORT, "M1", D(1), STARTS)
    assert len(desk.execute(attend, clerk)) == 1
    desk.execute(c.CloseAccount("P-CLERK"), life.actors)
    refused(Code.UNKNOWN_ACCOUNT, lambda: desk.execute(attend, clerk))


def test_without_a_key_of_the_right_organisation_nothing_is_recorded(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    life.is_trained()
    (partner,) = [signer for signer in ledger.keystore.signers() if signer.organisation == "PARTNER"]
    life.does(c.RetireKey(partner.kid))
    before = size(ledger)
    refused(Code.NO_KEY, life.is_certified)
    assert size(ledger) == before


def test_a_refusal_leaves_nothing_behind_at_the_desk(ledger: Ledger) -> None:
    """An application is filed by the base and judged by the authority: without the second key not even the first."""
    life = Life(ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    (bureau,) = [signer for signer in ledger.keystore.signers() if signer.organisation == "BUREAU"]
    life.does(c.RetireKey(bureau.kid))
    desk, before = ledger.desk(), size(ledger)
    apply = c.ApplyForTitle(life.trainee, life.application, "A1", "engineer", "大数据", "EMPLOYER", APPLIED_ON)
    refused(Code.NO_KEY, lambda: desk.execute(apply, life.actors))
    assert desk.pending == 0
    assert desk.dossier(life.trainee).applications == {}
    desk.execute(c.ChangeName(life.trainee, "欧阳㛃", "slip", APPLIED_ON), life.actors)
    assert size(ledger) == before + 1


def test_a_title_needs_a_policy_whose_authority_could_decide(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    desk = ledger.desk()
    desk.base.catalogue.policies.clear()
    apply = c.ApplyForTitle(life.trainee, life.application, "A1", "engineer", "大数据", "EMPLOYER", APPLIED_ON)
    refused(Code.NO_POLICY, lambda: desk.execute(apply, life.actors))


# --- two at once ----------------------------------------------------------------------------------------------------


def test_the_slower_of_two_desks_loses_whole(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    slow, quick = ledger.desk(), ledger.desk()
    for desk in (slow, quick):
        desk.decide(c.RecordAttendance(life.trainee, COHORT, "M1", D(8), STARTS), life.actors)
    slow.decide(c.ChangeName(life.trainee, "欧阳㛃", "slip", ENDS), life.actors)
    quick.flush(life.actors)
    before = size(ledger)
    with pytest.raises(StoreError) as caught:
        slow.flush(life.actors)
    assert str(caught.value)
    assert size(ledger) == before
    assert ledger.desk().dossier(life.trainee).trainee.name == REGISTER.name  # type: ignore[union-attr]


def test_the_last_place_goes_to_one_of_two_desks(ledger: Ledger) -> None:
    life = Life(ledger)
    narrow = replace(OPEN_COHORT, cohort_id=ledger.desk().new_id(), code="NARROW", capacity=1)
    life.does(narrow)
    people = [Life(ledger), Life(ledger)]
    desks = [ledger.desk(), ledger.desk()]
    for n, (one, desk) in enumerate(zip(people, desks, strict=True)):
        register = replace(REGISTER, trainee=one.trainee, trainee_no=f"N{n}", id_type="passport", id_number=f"P000{n}")
        desk.decide(register, life.actors)
        desk.decide(c.Enrol(one.trainee, one.enrolment, "NARROW", ENROLLED_ON), life.actors)
    desks[0].flush(life.actors)
    before = size(ledger)
    with pytest.raises(BoundaryMoved):
        desks[1].flush(life.actors)
    assert size(ledger) == before
    again = ledger.desk()
    assert again.find_trainee("N1") is None
    register = replace(REGISTER, trainee=people[1].trainee, trainee_no="N1", id_type="passport", id_number="P0001")
    again.decide(register, life.actors)
    full = c.Enrol(people[1].trainee, people[1].enrolment, "NARROW", ENROLLED_ON)
    refused(Code.COHORT_FULL, lambda: again.decide(full, life.actors))


def test_one_person_cannot_be_registered_at_two_desks(ledger: Ledger) -> None:
    one, other = Life(ledger), Life(ledger)
    slow = ledger.desk()
    slow.decide(replace(REGISTER, trainee=other.trainee), other.actors)
    one.does(replace(REGISTER, trainee=one.trainee))
    before = size(ledger)
    with pytest.raises(StoreError):
        slow.flush(other.actors)
    assert size(ledger) == before
    assert ledger.desk().find_trainee("T1") == one.trainee


def test_a_command_that_is_sent_twice_is_recorded_once(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    command = c.RecordAttendance(life.trainee, COHORT, "M1", D(8), STARTS)
    first, second = ledger.desk(), ledger.desk()
    first.decide(command, life.actors)
    second.decide(command, life.actors)
    one = first.flush(life.actors, command_id=b"the-same-command")
    two = second.flush(life.actors, command_id=b"the-same-command")
    assert one is not None
    assert two is not None
    assert (one.first_index, one.repeated, two.first_index, two.repeated) == (
        two.first_index,
        False,
        one.first_index,
        True,
    )


def test_nothing_is_recorded_that_was_decided_before_the_base_changed(ledger: Ledger) -> None:
    """An account closed, a key retired, a policy superseded: whoever read the base before has to decide again."""
    life = Life(ledger)
    life.is_registered()
    life.is_trained()
    (partner,) = [signer for signer in ledger.keystore.signers() if signer.organisation == "PARTNER"]
    changes: list[c.BaseCommand] = [
        replace(PUBLISH_POLICY, policy=replace(RULES, edition="P-2024b", effective_from=APPLIED_ON)),
        replace(ADOPT, calendar=replace(ADOPT.calendar, days_off=frozenset({ENDS}))),
        replace(ACCREDIT, code="PARTNER", kind="enterprise", name_en="Partner & Sons"),
        c.RetireKey(partner.kid),
    ]
    for change in changes:
        slow = ledger.desk()
        slow.decide(c.RequestCertification(life.trainee, COHORT, slow.draw("BDI", 2024), REQUESTED_ON), life.actors)
        life.does(change)
        before = size(ledger)
        with pytest.raises(BoundaryMoved) as caught:
            slow.flush(life.actors)
        assert caught.value.boundary == ledger.log_id.bytes
        assert size(ledger) == before
    admitted(ledger)


def test_what_comes_to_the_base_hinders_nobody(ledger: Ledger) -> None:
    """A bulk intake goes on while somebody opens a cohort or an account."""
    life = Life(ledger)
    life.is_registered()
    slow = ledger.desk()
    for number, change in enumerate(
        (
            replace(OPEN_COHORT, cohort_id=slow.new_id(), code="LATER"),
            c.OpenAccount(slow.new_id(), "P-LATER", "BASE", ("registrar",)),
            replace(PUBLISH, programme_id=slow.new_id(), code="OTHER"),
        )
    ):
        slow.decide(c.RecordAttendance(life.trainee, COHORT, "M1", D(1 + number), STARTS), life.actors)
        life.does(change)
        assert slow.flush(life.actors) is not None
    assert "LATER" in slow.base.cohorts
    slow.decide(c.CloseAccount("P-LATER"), life.actors)
    assert slow.flush(life.actors) is not None
    admitted(ledger)


# --- what the log shows ---------------------------------------------------------------------------------------------


def test_two_ledgers_of_the_same_commands_share_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[set[bytes]] = []
    for name in ("one", "other"):
        monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / f"{name}.key"))
        with opened(tmp_path / name) as ledger:
            life = Life(ledger)
            life.is_registered()
            life.is_trained()
            life.is_certified()
            life.is_titled()
            shown.append(set())
            for recorded in ledger.store.entries(0, 10_000):
                read, event = ledger.vault.read(recorded)
                shown[-1] |= {read.stream_id.bytes, read.record.envelope.command, *read.record.commitments}
                shown[-1] |= _drawn(event)
    assert len(shown[0]) > 70
    assert shown[0].isdisjoint(shown[1])


def _drawn(event: Event) -> set[bytes]:
    if not isinstance(event, kinds.CertificateAwarded | kinds.TitleGranted):
        return set()
    assert isinstance(event.number, str)
    assert isinstance(event.link, str)
    return {event.number_hash, event.link_hash, event.number.encode(), event.link.encode()}


def test_recorded_time_never_runs_backwards(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    ledger.clock = lambda: START - 1_000_000
    life.is_trained()
    times = [parse(item.statement).record.envelope.recorded_at for item in ledger.store.entries(0, 10_000)]
    assert times == sorted(times)


def test_status_indices_are_drawn_free_of_each_other(ledger: Ledger) -> None:
    desk = ledger.desk()
    indices = {desk.draw("BDI", 2024).status_index for _ in range(200)}
    assert len(indices) > 190
    assert max(indices) - min(indices) > 1 << 16


def test_one_desk_draws_no_place_in_the_status_list_twice(ledger: Ledger) -> None:
    desk = ledger.desk()
    assert len({desk.draw_status_index() for _ in range(4000)}) == 4000
