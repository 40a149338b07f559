"""A passkey comes or goes by the signature of one that the log knows, and the audit finds nothing amiss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

import pytest

from ledger import commands as c
from ledger import passkeys
from ledger.founding import Founding
from ledger.office import consenting
from ledger.office.consenting import REGISTER, REMOVE, change_of
from ledger.office.opening import Office
from ledger.office.passkeys import CONSENT, Passkey
from ledger.office.proposals import Signature
from ledger.office.staff import Member
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from ledger.upkeep import Upkeep
from tests.ledger import lives
from tests.ledger.office.authenticator import Authenticator
from tests.ledger.office.conftest import Hands, join
from verifier import trust
from verifier.audit import audit
from verifier.fetch import FolderLog


@dataclass
class Approver:
    """An approver with devices; the first is in the log by an administrator's hand."""

    office: Office
    operators: Actors
    member: Member
    held: dict[str, tuple[Authenticator, Passkey]] = field(default_factory=dict)

    def makes(self, name: str) -> Passkey:
        """A passkey that signs in and no approvals yet."""
        parts = urlsplit(self.office.ledger.settings.url)
        device = Authenticator(self.office.passkeys.rp_id, f"{parts.scheme}://{parts.netloc}")
        device.credential = sha256(name.encode()).digest()
        begun = self.office.passkeys.begin_registration(self.member)
        answer = device.makes(begun.options)
        made = self.office.passkeys.finish_registration(
            self.member.account, begun.ticket, answer, name, lambda tables: None
        )
        self.held[name] = (device, made)
        return made

    def is_let_sign(self, name: str) -> None:
        command = c.RegisterPasskey(self.member.pseudonym, self.held[name][1].public_key, self.office.passkeys.rp_id)
        passkeys.change(self.office.ledger, command, Actors(self.operators.proposer))

    def changes(self, what: str, name: str, by: str) -> None:
        change = change_of(self.office, self.member, what, self.held[name][1].credential)
        begun = consenting.begin(self.office, self.member, change)
        consenting.finish(self.office, self.member, change, self.signs(begun.ticket, begun.options, by))

    def signs(self, ticket: str, options: dict[str, object], by: str) -> Signature:
        answer = self.held[by][0].signs_in(options)
        done = self.office.passkeys.finish(CONSENT, ticket, answer, self.member.account)
        return Signature(done.passkey.thumbprint, done.authenticator_data, done.client_data, done.signature)

    @property
    def in_log(self) -> set[str]:
        known = self.office.executor.base().approvers.of(self.member.pseudonym)
        return {name for name, (_, key) in self.held.items() if key.thumbprint in known}


@pytest.fixture
def ledger(address: str, hands: Hands) -> Iterator[Ledger]:
    """At a name: the log takes no passkey of a number."""
    with lives.opened(address, hands, Founding(url="https://base.example.org")) as made:
        yield made


@pytest.fixture
def approver(office: Office, operators: Actors) -> Approver:
    made = Approver(office, operators, join(office, "head", "approver"))
    made.makes("first")
    made.is_let_sign("first")
    made.makes("second")
    return made


def is_good(office: Office) -> bool:
    Upkeep(office.ledger).run_once()
    text = (office.ledger.public / "trust.txt").read_text("utf-8")
    report = audit(FolderLog(office.ledger.public), trust.parse(text), processes=0)
    return (report.exit_code, report.problems, report.findings) == (0, [], [])


def refused(code: Code, approver: Approver, what: str, name: str, by: str) -> None:
    size = approver.office.ledger.store.head().size
    with pytest.raises(Refusal) as found:
        approver.changes(what, name, by)
    assert found.value.code is code
    assert approver.office.ledger.store.head().size == size


def test_a_further_passkey_signs_once_an_earlier_one_consents(office: Office, approver: Approver) -> None:
    assert "administrator" not in approver.member.roles
    approver.changes(REGISTER, "second", by="first")
    assert approver.in_log == {"first", "second"}
    topics = [entry.topic for entry in office.ledger.store.entries(office.ledger.store.head().size - 2, 2)]
    assert topics == ["approval.signed/1", "passkey.registered/1"]
    refused(Code.UNKNOWN_KEY, approver, REGISTER, "second", by="first")
    approver.makes("third")
    approver.changes(REGISTER, "third", by="second")
    assert approver.in_log == {"first", "second", "third"}
    assert is_good(office)


def test_a_passkey_goes_by_its_own_or_anothers_consent_and_lets_nobody_in(office: Office, approver: Approver) -> None:
    approver.changes(REGISTER, "second", by="first")
    approver.changes(REMOVE, "first", by="second")
    assert approver.in_log == {"second"}
    assert [item.name for item in office.passkeys.of(approver.member.account)] == ["second"]
    office.staff.change_password(approver.member.account, "a passphrase for tests")
    approver.changes(REMOVE, "second", by="second")
    assert approver.in_log == set()
    assert is_good(office)


def test_the_last_way_in_does_not_go(approver: Approver, office: Office) -> None:
    office.passkeys.remove(approver.member.account, approver.held["second"][1].credential)
    refused(Code.LAST_WAY_IN, approver, REMOVE, "first", by="first")


def test_only_a_passkey_that_the_log_knows_consents(approver: Approver, office: Office) -> None:
    refused(Code.BAD_APPROVAL, approver, REGISTER, "second", by="second")
    stranger = Approver(office, approver.operators, join(office, "other", "approver"))
    stranger.makes("theirs")
    refused(Code.NOT_SIGNED, stranger, REGISTER, "theirs", by="theirs")
    with pytest.raises(Refusal) as found:
        change_of(office, approver.member, REGISTER, stranger.held["theirs"][1].credential)
    assert found.value.code is Code.BAD_PASSKEY
    with pytest.raises(Refusal):
        change_of(office, approver.member, "steal", approver.held["second"][1].credential)


def test_consent_to_one_passkey_is_none_to_another(approver: Approver, office: Office) -> None:
    approver.makes("third")
    second, third = (
        change_of(office, approver.member, REGISTER, approver.held[name][1].credential) for name in ("second", "third")
    )
    begun = consenting.begin(office, approver.member, second)
    signed = approver.signs(begun.ticket, begun.options, "first")
    with pytest.raises(Refusal) as found:
        consenting.finish(office, approver.member, third, signed)
    assert found.value.code is Code.BAD_APPROVAL
    assert approver.in_log == {"first"}


def test_after_a_crash_between_consent_and_change_it_is_begun_again(approver: Approver, office: Office) -> None:
    change = change_of(office, approver.member, REGISTER, approver.held["second"][1].credential)
    begun = consenting.begin(office, approver.member, change)
    signed = approver.signs(begun.ticket, begun.options, "first")
    lost = Signature(signed.passkey, signed.authenticator_data, signed.client_data, b"")
    with pytest.raises(Refusal):
        consenting.finish(office, approver.member, change, lost)
    approver.changes(REGISTER, "second", by="first")
    assert approver.in_log == {"first", "second"}
    assert is_good(office)


def test_nobody_changes_another_accounts_passkeys_without_being_an_administrator(
    approver: Approver, office: Office
) -> None:
    other = join(office, "other", "approver", "registrar")
    key = approver.held["second"][1].public_key
    for command in (
        c.RegisterPasskey(approver.member.pseudonym, key, office.passkeys.rp_id),
        c.RemovePasskey(approver.member.pseudonym, approver.held["first"][1].thumbprint),
        c.RemovePasskey(approver.member.pseudonym, approver.held["first"][1].thumbprint, lost=True),
    ):
        with pytest.raises(Refusal) as found:
            passkeys.change(office.ledger, command, Actors(other.pseudonym))
        assert found.value.code is Code.MISSING_ROLE
    own = Actors(approver.member.pseudonym)
    lost = c.RemovePasskey(approver.member.pseudonym, approver.held["first"][1].thumbprint, lost=True)
    for command, code in (
        (lost, Code.MISSING_ROLE),
        (c.RegisterPasskey(approver.member.pseudonym, key, office.passkeys.rp_id), Code.NOT_SIGNED),
    ):
        with pytest.raises(Refusal) as found:
            passkeys.change(office.ledger, command, own)
        assert found.value.code is code
    assert approver.in_log == {"first"}


def test_an_account_that_is_closed_changes_nothing(approver: Approver, office: Office) -> None:
    office.staff.close(approver.member.account, approver.operators)
    own = Actors(approver.member.pseudonym)
    with pytest.raises(Refusal) as found:
        passkeys.change(office.ledger, c.RemovePasskey(own.proposer, approver.held["first"][1].thumbprint), own)
    assert found.value.code is Code.UNKNOWN_ACCOUNT
