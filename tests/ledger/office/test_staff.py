"""Members of staff: accounts under pseudonyms, links that work once, passwords, waiting after wrong ones."""

from __future__ import annotations

import pytest

from ledger.commands import CloseAccount
from ledger.office import passwords
from ledger.office.opening import Office
from ledger.office.staff import FREE_FAILURES, INVITED_SECONDS, CannotSignIn, Member
from ledger.permissions import Actors
from ledger.refusals import Code, Refusal
from tests.ledger.office.conftest import Hands, join

PASSWORD = "correct horse battery"


def enter(office: Office, login: str = "li.wei", password: str = PASSWORD) -> None:
    member = join(office, login, "registrar")
    office.staff.accept(office.staff.invite(member.account), password)


def test_an_account_is_in_the_log_by_its_pseudonym_alone(office: Office, operators: Actors) -> None:
    member, _ = office.staff.add("li.wei", "李威", "li@example.org", "PARTNER", ["approver"], operators)
    assert (member.login, member.name, member.organisation, member.roles) == (
        "li.wei",
        "李威",
        "PARTNER",
        frozenset({"approver"}),
    )
    log = b"".join(entry.statement for entry in office.ledger.store.entries(0, 10_000))
    assert member.pseudonym.encode() in log
    for told in ("li.wei", "李威", "li@example.org"):
        assert told.encode() not in log
    assert office.staff.called("  LI.WEI ") == member == office.staff.find(member.account)
    assert office.staff.of_pseudonym(member.pseudonym) == member


def test_the_file_shows_no_name_and_nothing_to_sign_in_with(office: Office) -> None:
    enter(office)
    secret = office.sessions.open(member_of(office).account, "Firefox on Li's phone")
    found = b"".join(bytes(str(row), "utf-8") for table in TABLES for row in rows(office, table))
    for told in ("li.wei", "某", "@example.org", PASSWORD, secret, "Li's phone"):
        assert told.encode() not in found


TABLES = ("staff", "passkeys", "invitations", "sessions", "tokens")


def rows(office: Office, table: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in office.cabinet.select(f"SELECT * FROM {table}")]


def member_of(office: Office, login: str = "li.wei") -> Member:
    member = office.staff.called(login)
    assert member is not None
    return member


def test_a_link_sets_a_password_once(office: Office, hands: Hands) -> None:
    member = join(office, "li.wei", "registrar")
    secret = office.staff.invite(member.account)
    assert office.staff.invited(secret) == member
    with pytest.raises(Refusal) as weak:
        office.staff.accept(secret, "short")
    assert weak.value.code is Code.WEAK_PASSWORD
    assert office.staff.accept(secret, PASSWORD) == member
    with pytest.raises(CannotSignIn):
        office.staff.accept(secret, PASSWORD)
    assert office.staff.sign_in("Li.Wei", PASSWORD).pseudonym == member.pseudonym


def test_who_gets_in_anew_by_a_link_is_signed_in_nowhere_else(office: Office) -> None:
    """Whoever took over the way in that was lost is out."""
    member, other = join(office, "li.wei", "registrar"), join(office, "other", "registrar")
    old, others = (office.sessions.open(one.account, "Firefox") for one in (member, other))
    office.staff.accept(office.staff.invite(member.account), PASSWORD)
    assert office.sessions.find(old) is None
    assert office.sessions.find(others) is not None
    old = office.sessions.open(member.account, "Firefox")
    office.cabinet.write(office.staff.using_up(office.staff.invite(member.account)))
    assert office.sessions.find(old) is None


def test_a_link_is_void_after_its_time_and_after_the_next(office: Office, hands: Hands) -> None:
    member = join(office, "li.wei", "registrar")
    first, second = office.staff.invite(member.account), office.staff.invite(member.account)
    assert office.staff.invited(first) is None
    hands.turn(INVITED_SECONDS - 1)
    assert office.staff.invited(second) is not None
    hands.turn(1)
    assert office.staff.invited(second) is None
    with pytest.raises(CannotSignIn):
        office.staff.accept(second, PASSWORD)


@pytest.mark.parametrize("password", ["", "elevenchars", "aaaaaaaaaaaaaaaa", "x" * 201, "LI.WEI@EXAMPLE.ORG"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Refusal) as refusal:
        passwords.check_password(password, ("li.wei", "li.wei@example.org"))
    assert refusal.value.code is Code.WEAK_PASSWORD


def test_a_password_is_the_same_however_its_characters_are_composed(office: Office) -> None:
    enter(office, password="Ångström unit of length")
    assert office.staff.sign_in("li.wei", "Ångström unit of length")


def test_wrong_passwords_in_a_row_make_an_account_wait(office: Office, hands: Hands) -> None:
    enter(office)
    for _ in range(FREE_FAILURES):
        with pytest.raises(CannotSignIn) as refused:
            office.staff.sign_in("li.wei", "not the password")
        assert refused.value.wait_seconds == 0
    for wait in (30, 60, 120):
        with pytest.raises(CannotSignIn) as refused:
            office.staff.sign_in("li.wei", PASSWORD)
        assert refused.value.wait_seconds == wait
        hands.turn(wait)
        with pytest.raises(CannotSignIn):
            office.staff.sign_in("li.wei", "not the password")
    hands.turn(240)
    assert office.staff.sign_in("li.wei", PASSWORD)
    with pytest.raises(CannotSignIn) as refused:
        office.staff.sign_in("li.wei", "not the password")
    assert refused.value.wait_seconds == 0, "who signed in begins anew"


def test_nobody_signs_in_under_a_name_that_is_not_there_or_without_a_password(office: Office) -> None:
    join(office, "li.wei", "registrar")
    for login in ("nobody", "li.wei"):
        for password in ("", PASSWORD):
            with pytest.raises(CannotSignIn):
                office.staff.sign_in(login, password)


def test_a_login_is_taken_once(office: Office, operators: Actors) -> None:
    enter(office)
    with pytest.raises(Refusal) as refusal:
        office.staff.add("LI.WEI", "Another", "", "BASE", ["registrar"], operators)
    assert refusal.value.code is Code.DUPLICATE_ACCOUNT


@pytest.mark.parametrize(
    ("login", "organisation", "roles", "code"),
    [
        ("", "BASE", ["registrar"], Code.BAD_TEXT),
        ("a\x07b", "BASE", ["registrar"], Code.BAD_TEXT),
        ("a", "NOBODY", ["registrar"], Code.UNKNOWN_ORGANISATION),
        ("a", "BASE", ["emperor"], Code.UNKNOWN_VALUE),
        ("a", "BASE", [], Code.UNKNOWN_VALUE),
    ],
)
def test_what_cannot_be_leaves_nothing(
    office: Office, operators: Actors, login: str, organisation: str, roles: list[str], code: Code
) -> None:
    size = office.ledger.store.head().size
    with pytest.raises(Refusal) as refusal:
        office.staff.add(login, "A", "", organisation, roles, operators)
    assert refusal.value.code is code
    assert (office.staff.all(), office.ledger.store.head().size) == ([], size)


def test_who_was_begun_before_a_crash_is_gone_on_with(office: Office, operators: Actors) -> None:
    """The row is written before the log knows the account: the same login again takes up the same account."""
    office.cabinet.write(lambda tables: office.staff._enter(tables, "li.wei", "李威", ""))
    begun = member_of(office)
    assert begun.closed
    member, _ = office.staff.add("li.wei", "李威", "", "BASE", ["registrar"], operators)
    assert (member.account, member.pseudonym, member.closed) == (begun.account, begun.pseudonym, False)


def test_a_closed_account_is_closed_everywhere(office: Office, operators: Actors) -> None:
    enter(office)
    member = member_of(office)
    session = office.sessions.open(member.account, "")
    _, token = office.tokens.make(member.account, "script", ["read"], 30)
    secret = office.staff.invite(member.account)
    office.staff.close(member.account, operators)
    assert office.sessions.find(session) is office.tokens.find(token) is office.staff.invited(secret) is None
    with pytest.raises(CannotSignIn):
        office.staff.sign_in("li.wei", PASSWORD)
    closed = member_of(office)
    assert (closed.closed, closed.roles) == (True, frozenset())


def test_what_the_log_says_counts_and_not_the_cabinet(office: Office, operators: Actors) -> None:
    enter(office)
    office.executor.execute(CloseAccount(member_of(office).pseudonym), operators)
    with pytest.raises(CannotSignIn):
        office.staff.sign_in("li.wei", PASSWORD)
