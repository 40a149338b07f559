"""Personal approvals on a whole ledger: proposed, signed by a passkey, recorded as it was signed, and audited."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ledger import commands as c
from ledger import passkeys
from ledger.fsck import fsck_ledger
from ledger.handle import Desk
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.refusals import Code
from ledger.seal import seeded
from ledger.sequencer import CannotSign, Sequencer
from ledger.tiles import DiskFolder
from ledger.upkeep import Upkeep
from tests.authenticator import Authenticator, Ed25519Authenticator
from tests.ledger.deciders.story import COHORT, STARTS, D, refused
from tests.ledger.lives import START, Life, opened
from verifier import kinds, trust
from verifier.approvers import Approvers
from verifier.audit import Report, audit
from verifier.events import event_type
from verifier.fetch import FolderLog
from verifier.record import approved_digest
from verifier.statement import parse

HELD, SPARE = Authenticator("head"), Ed25519Authenticator("spare")
ON = date(2026, 1, 5)
"""Not before the day on which it is recorded: an audit would ask about that."""


class Office:
    """A ledger with a trainee who is ready to be certified, and an approver who has a passkey."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.life = ledger, Life(ledger)
        self.actors = self.life.actors
        self.approver = self.actors.approver or ""
        self.life.is_registered()
        self.life.is_trained()

    def registers(self, held: Authenticator = HELD, **how: Any) -> bool:
        command = c.RegisterPasskey(self.approver, held.cose_key, held.rp_id)
        return passkeys.change(self.ledger, command, self.actors, **how)

    def certification(self) -> c.RequestCertification:
        """A command with everything drawn at random in it, as a proposal keeps it."""
        return c.RequestCertification(self.life.trainee, COHORT, self.ledger.desk().draw("BDI", 2024), ON)

    def certifies(self) -> list[str]:
        """Certifies without any passkey."""
        return self.life.does(self.certification())

    def proposes(self, command: c.Command) -> Proposal:
        return Proposal(self, command)

    def signs(
        self,
        digests: list[bytes],
        held: Authenticator = HELD,
        spoilt: Callable[[c.SignApproval], c.SignApproval] = lambda command: command,
        **changes: Any,
    ) -> UUID:
        """Records that the approver's passkey signed these digests; the approval's stream."""
        made = held.approves(digests, **changes)
        parts = (made.authenticator_data, made.client_data, made.signature)
        command = c.SignApproval(self.ledger.desk().new_id(), self.approver, held.thumbprint, tuple(digests), *parts)
        command = spoilt(command)
        self.ledger.executor().execute(command, Actors(self.approver))
        return command.approval_id

    def audited(self, judged: bool = True) -> Report:
        """What `certverify audit` says of the log as published; signed without a look at it where not `judged`."""
        if not judged:
            folder, signer = DiskFolder(self.ledger.public), self.ledger.log_signers().checkpoint
            Sequencer(self.ledger.store, folder, signer, self.ledger.settings.origin).run_once(self.ledger.clock())
        Upkeep(self.ledger).run_once()
        text = (self.ledger.public / "trust.txt").read_text("utf-8")
        return audit(FolderLog(self.ledger.public), trust.parse(text), processes=0)

    def is_good(self) -> bool:
        report = self.audited()
        assert fsck_ledger(self.ledger).findings == ()
        return (report.exit_code, report.problems, report.findings) == (0, [], [])


class Proposal:
    """A command with its secret seed and its command id: what one person asks for and another approves."""

    def __init__(self, office: Office, command: c.Command) -> None:
        self.office, self.command = office, command
        self.seed, self.id = secrets.token_bytes(32), secrets.token_bytes(16)

    def digests(self, desk: Desk | None = None) -> list[bytes]:
        """What the approver has to sign."""
        if desk is None:
            desk = self.office.ledger.desk()
            desk.decide(self.command, self.office.actors)
        return [digest for _, digest in desk.foreseen(self.office.actors, self.id, seeded(self.seed))]

    def is_executed(self, *approvals: UUID) -> list[str]:
        executor = self.office.ledger.executor()
        done = executor.execute(self.command, self.office.actors, self.id, seed=self.seed, approvals=approvals)
        return [event_type(event).name for event in done.events]


@pytest.fixture
def office(ledger: Ledger) -> Office:
    made = Office(ledger)
    assert made.registers()
    return made


# --- the way it goes ------------------------------------------------------------------------------------------------


def test_what_is_recorded_is_what_was_signed(office: Office) -> None:
    proposal = office.proposes(office.certification())
    digests = proposal.digests()
    assert digests == proposal.digests(), "decided again, it is the same"
    approval = office.signs(digests)
    assert proposal.is_executed(approval) == ["certificate.awarded/1"]
    last = office.ledger.store.entries(office.ledger.store.head().size - 1, 1)[0]
    assert [approved_digest(parse(last.statement).payload)] == digests
    assert proposal.is_executed(approval) == ["certificate.awarded/1"], "sent twice, recorded once"
    assert office.is_good()
    assert "1 were signed by their approver's" in office.audited().notes[-1]


def test_one_approval_of_several_events_and_commands(office: Office) -> None:
    first = office.proposes(office.certification())
    assert first.is_executed(office.signs(first.digests())) == ["certificate.awarded/1"]
    certificate: Any = office.life.certificate
    correction = office.proposes(
        c.CorrectCertificate(office.life.trainee, certificate, office.ledger.desk().draw("BDI", 2024), ON)
    )
    erasure = office.proposes(c.EraseTrainee(office.life.trainee))
    approval = office.signs([*correction.digests(), *erasure.digests()])
    assert len(correction.digests()) == 2
    assert correction.is_executed(approval) == ["certificate.superseded/1", "certificate.awarded/1"]
    assert erasure.is_executed(approval) == ["trainee.erased/1"]
    assert office.is_good()


def test_what_a_passkey_signed_is_recorded_in_its_owner_s_name_alone(office: Office) -> None:
    digests = tuple(office.proposes(office.certification()).digests())
    made = HELD.approves(digests)
    parts = (made.authenticator_data, made.client_data, made.signature)
    desk = office.ledger.desk()
    command = c.SignApproval(desk.new_id(), office.approver, HELD.thumbprint, digests, *parts)
    refused(Code.BAD_APPROVAL, lambda: desk.decide(command, office.actors))
    desk.decide(command, Actors(office.approver))
    with pytest.raises(ValueError, match="recorded by nobody else"):
        desk.flush(office.actors)


def test_sealed_again_with_another_time_it_is_still_what_was_signed(
    address: str,
) -> None:
    now = [START]
    with opened(address, lambda: now[0]) as ledger:
        office = Office(ledger)
        office.registers()
        proposal = office.proposes(office.certification())
        approval = office.signs(proposal.digests())
        now[0] += 300_000
        office.life.does(c.RecordAttendance(office.life.trainee, COHORT, "M1", D(1), STARTS))
        again = office.proposes(proposal.command)
        again.seed, again.id = proposal.seed, proposal.id
        assert again.digests() == proposal.digests(), "no version of the award's own stream has changed"
        now[0] = START
        assert proposal.is_executed(approval) == ["certificate.awarded/1"]
        (last,) = ledger.store.entries(ledger.store.head().size - 1, 1)
        assert parse(last.statement).record.envelope.recorded_at == START + 300_000
        assert office.is_good()


def test_who_has_no_passkey_approves_as_before(ledger: Ledger) -> None:
    office = Office(ledger)
    assert office.certifies() == ["certificate.awarded/1"]
    assert office.is_good()


# --- refused --------------------------------------------------------------------------------------------------------


def test_without_the_passkey_nothing_is_approved(office: Office) -> None:
    size = office.ledger.store.head().size
    refused(Code.NOT_SIGNED, office.certifies)
    proposal = office.proposes(office.certification())
    refused(Code.NOT_SIGNED, proposal.is_executed)
    refused(Code.NOT_SIGNED, lambda: proposal.is_executed(UUID(int=1)))
    refused(Code.NOT_SIGNED, lambda: proposal.is_executed(office.life.trainee))
    assert office.ledger.store.head().size == size


def test_an_approval_of_something_else(office: Office) -> None:
    proposal = office.proposes(office.certification())
    approval = office.signs(office.proposes(office.certification()).digests())
    refused(Code.NOT_SIGNED, lambda: proposal.is_executed(approval))
    approval = office.signs(proposal.digests())
    other = office.proposes(replace(proposal.command, source="elsewhere"))  # type: ignore[arg-type]
    other.seed, other.id = proposal.seed, proposal.id
    refused(Code.NOT_SIGNED, lambda: other.is_executed(approval))
    other.command, other.seed = proposal.command, secrets.token_bytes(32)
    refused(Code.NOT_SIGNED, lambda: other.is_executed(approval))
    other.seed, other.id = proposal.seed, secrets.token_bytes(16)
    refused(Code.NOT_SIGNED, lambda: other.is_executed(approval))
    assert proposal.is_executed(approval) == ["certificate.awarded/1"]
    assert office.is_good()


def test_an_approval_is_used_once(office: Office) -> None:
    proposal = office.proposes(office.certification())
    approval = office.signs(proposal.digests())
    proposal.is_executed(approval)
    revocation = office.proposes(c.RevokeCertificate(office.life.trainee, COHORT, "other", ON))
    refused(Code.NOT_SIGNED, lambda: revocation.is_executed(approval))
    assert office.is_good()


def test_what_does_not_verify_is_no_approval(office: Office) -> None:
    digests = office.proposes(office.certification()).digests()
    size = office.ledger.store.head().size

    def spoilt(name: str, value: object) -> Callable[[c.SignApproval], c.SignApproval]:
        return lambda command: replace(command, **{name: value})  # type: ignore[arg-type]

    for name, value in (
        ("digests", (bytes(32),)),
        ("digests", ()),
        ("passkey", SPARE.thumbprint),
        ("signature", HELD.approves([bytes(32)]).signature),
        ("client_data", HELD.approves([bytes(32)]).client_data),
        ("authenticator_data", bytes(37)),
        ("approver", office.actors.proposer),
    ):
        refused(Code.BAD_APPROVAL, lambda name=name, value=value: office.signs(digests, spoilt=spoilt(name, value)))  # type: ignore[misc]
    for changes in (
        {"flags": 0x01},
        {"rp_id": "example.org"},
        {"origin": "https://evil.example.com"},
        {"crossOrigin": True},
        {"type": "webauthn.create"},
    ):
        refused(Code.BAD_APPROVAL, lambda changes=changes: office.signs(digests, **changes))  # type: ignore[misc]
    refused(Code.BAD_APPROVAL, lambda: office.signs(digests, SPARE))
    assert office.ledger.store.head().size == size


def test_what_is_recorded_already_is_not_recorded_again(office: Office) -> None:
    digests = office.proposes(office.certification()).digests()
    approval = office.signs(digests)
    refused(Code.BAD_APPROVAL, lambda: office.signs(digests, spoilt=lambda one: replace(one, approval_id=approval)))
    assert office.is_good()


def test_an_approver_without_the_role_signs_nothing(office: Office) -> None:
    digests = office.proposes(office.certification()).digests()
    office.life.does(c.CloseAccount(office.approver))
    refused(Code.UNKNOWN_ACCOUNT, lambda: office.signs(digests))


# --- passkeys -------------------------------------------------------------------------------------------------------


def change(office: Office, command: c.RegisterPasskey | c.RemovePasskey) -> tuple[Proposal, Callable[..., bool]]:
    proposal = office.proposes(command)

    def changed(*approvals: UUID) -> bool:
        return passkeys.change(
            office.ledger, command, office.actors, proposal.id, seed=proposal.seed, approvals=approvals
        )

    return proposal, changed


def test_a_further_passkey_needs_the_consent_of_the_first(office: Office) -> None:
    proposal, changed = change(office, c.RegisterPasskey(office.approver, SPARE.cose_key, SPARE.rp_id))
    refused(Code.NOT_SIGNED, changed)
    assert changed(office.signs(proposal.digests()))
    assert not changed(), "all is so already"
    certification = office.proposes(office.certification())
    assert certification.is_executed(office.signs(certification.digests(), SPARE))
    assert office.is_good()


def test_a_passkey_is_removed_with_its_own_consent(office: Office) -> None:
    proposal, changed = change(office, c.RemovePasskey(office.approver, HELD.thumbprint))
    refused(Code.NOT_SIGNED, changed)
    assert changed(office.signs(proposal.digests()))
    assert office.certifies() == ["certificate.awarded/1"]
    refused(Code.UNKNOWN_KEY, office.registers)
    assert office.is_good()


def test_a_lost_passkey_is_removed_without_consent_and_every_audit_tells(office: Office) -> None:
    _, changed = change(office, c.RemovePasskey(office.approver, HELD.thumbprint, lost=True))
    assert changed()
    assert office.registers(SPARE)
    certification = office.proposes(office.certification())
    assert certification.is_executed(office.signs(certification.digests(), SPARE))
    report = office.audited()
    assert (report.exit_code, report.problems) == (1, [])
    assert [finding.message for finding in report.findings] == [
        f"a passkey of {office.approver} was removed without the consent of the passkeys that the account has"
    ]
    assert fsck_ledger(office.ledger).findings == (), "for an auditor to judge, and no damage"


def test_what_a_removed_passkey_signed_records_nothing_any_more(office: Office) -> None:
    proposal, changed = change(office, c.RegisterPasskey(office.approver, SPARE.cose_key, SPARE.rp_id))
    changed(office.signs(proposal.digests()))
    certification = office.proposes(office.certification())
    approval = office.signs(certification.digests())
    proposal, changed = change(office, c.RemovePasskey(office.approver, HELD.thumbprint))
    changed(office.signs(proposal.digests(), SPARE))
    refused(Code.NOT_SIGNED, lambda: certification.is_executed(approval))
    assert office.is_good()


def test_in_a_ledger_of_before_keys_for_passkeys_are_authorised(ledger: Ledger) -> None:
    with as_before(ledger):
        office = Office(ledger)
        assert office.registers()
        granted = [key.kinds for key in ledger.keystore.signers()]
        assert {"passkey.registered", "passkey.removed"} in granted
        assert {"approval.signed"} in granted
        proposal = office.proposes(office.certification())
        assert proposal.is_executed(office.signs(proposal.digests())) == ["certificate.awarded/1"]
        assert office.is_good()


@contextmanager
def as_before(ledger: Ledger) -> Iterator[None]:
    """The base's keys replaced by such as a ledger had before there were passkeys."""
    life, desk = Life(ledger), ledger.desk()
    former = [signer for signer in ledger.keystore.signers() if signer.organisation == desk.base.code]
    for listed in (kinds.ROOT_KINDS, kinds.REGISTRY_KINDS):
        granted = tuple(kind for kind in listed if kind.split(".")[0] not in ("passkey", "approval"))
        signer = ledger.keystore.create(desk.base.code, "base", granted, secrets.token_bytes(32))
        desk.decide(c.AuthoriseKey(desk.base.code, signer.public_key, granted, "base"), life.actors)
    desk.flush(life.actors)
    for signer in former:
        if signer.kinds & {"passkey.registered", "approval.signed"}:
            life.does(c.RetireKey(signer.kid))
    yield


# --- what an operator does who has all keys -------------------------------------------------------------------------


def forged(office: Office, *decided: c.Command) -> int:
    """Records what the approver never saw, at a desk that does not ask for passkeys. The index of the last entry."""
    desk = office.ledger.desk()
    desk.base.approvers = Approvers()
    for command in decided:
        desk.decide(command, office.actors)
    desk.flush(office.actors)
    return office.ledger.store.head().size - 1


def test_an_operator_with_all_keys_cannot_invent_an_approval(office: Office) -> None:
    index = forged(office, office.certification())
    with pytest.raises(CannotSign, match=r"it did not sign this certificate\.awarded"):
        office.audited()
    report = office.audited(judged=False)
    (problem,) = report.problems
    assert (problem.index, problem.code) == (index, "rule-broken")
    assert problem.message == f"{office.approver} has a passkey, and it did not sign this certificate.awarded"
    (found,) = fsck_ledger(office.ledger).findings
    assert "it did not sign this certificate.awarded" in str(found)


def test_an_operator_cannot_change_what_was_signed(office: Office) -> None:
    proposal = office.proposes(office.certification())
    office.signs(proposal.digests())
    index = forged(office, office.certification())
    assert [problem.index for problem in office.audited(judged=False).problems] == [index]
    revocation = office.proposes(c.RevokeCertificate(office.life.trainee, COHORT, "other", ON))
    assert revocation.is_executed(office.signs(revocation.digests())) == ["certificate.revoked/1"]
    assert [problem.index for problem in office.audited().problems] == [index], "what is in the tree stays in it"


def test_an_operator_who_adds_a_passkey_is_seen(office: Office) -> None:
    index = forged(office, c.RegisterPasskey(office.approver, SPARE.cose_key, SPARE.rp_id))
    proposal = office.proposes(office.certification())
    assert proposal.is_executed(office.signs(proposal.digests(), SPARE))
    report = office.audited()
    assert (report.exit_code, report.problems) == (1, [])
    assert [(finding.index, finding.message) for finding in report.findings] == [
        (
            index,
            f"a passkey of {office.approver} was registered without the consent of the passkeys that the account has",
        )
    ]
