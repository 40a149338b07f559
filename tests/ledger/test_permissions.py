"""Who may do what: every kind of event against every role, and the rule of four eyes."""

from __future__ import annotations

import pytest

from ledger.permissions import Actors, check, check_organisation
from ledger.refusals import Code, Refusal
from verifier.authority import ROLES, Authority, Key
from verifier.events import EVENTS
from verifier.kinds import APPROVED_KINDS, ROOT_KINDS
from verifier.staff import DELEGATED_KINDS, FOLLOWING_KINDS, role_for

KINDS = sorted({declared.kind for declared in EVENTS.values()})
ACCOUNTS = {role: frozenset({role}) for role in ROLES} | {"all": frozenset(ROLES), "none": frozenset[str]()}


def refused(code: Code, kind: str, proposer: str, approver: str | None = None) -> None:
    with pytest.raises(Refusal) as caught:
        check(kind, Actors(proposer, approver), ACCOUNTS)
    assert caught.value.code == code


@pytest.mark.parametrize("kind", KINDS)
def test_one_role_and_no_other_proposes_a_kind(kind: str) -> None:
    for role in ROLES:
        if role == role_for(kind):
            check(kind, Actors(role, "approver"), ACCOUNTS)
        else:
            refused(Code.MISSING_ROLE, kind, role, "approver")
    refused(Code.MISSING_ROLE, kind, "none", "approver")


def test_the_roles_are_those_of_domain() -> None:
    assert {kind for kind in KINDS if role_for(kind) == "administrator"} == set(ROOT_KINDS)
    assert {kind for kind in KINDS if role_for(kind) == "assessor"} == {"result.recorded", "result.amended"}
    # The form that the public fills in has an account and a role of its own, for one kind of event (ADR 23).
    assert {kind for kind in KINDS if role_for(kind) == "public"} == {"objection.lodged"}
    # What an approver's passkey signed, nobody else records (ADR 30).
    assert {kind for kind in KINDS if role_for(kind) == "approver"} == {"approval.signed"}
    proposing = {role_for(kind) for kind in KINDS}
    assert proposing == {"administrator", "approver", "assessor", "registrar", "public"}


def test_an_auditor_changes_nothing_and_an_administrator_makes_no_awards() -> None:
    for kind in KINDS:
        refused(Code.MISSING_ROLE, kind, "auditor", "approver")
    assert APPROVED_KINDS & set(ROOT_KINDS) == {"witnesses.set"}
    for kind in APPROVED_KINDS - set(ROOT_KINDS):
        refused(Code.MISSING_ROLE, kind, "administrator", "approver")


@pytest.mark.parametrize("kind", sorted(APPROVED_KINDS))
def test_two_people_are_needed(kind: str) -> None:
    proposer = "administrator" if kind == "witnesses.set" else "registrar"
    check(kind, Actors(proposer, "approver"), ACCOUNTS)
    refused(Code.NO_APPROVER, kind, proposer)
    refused(Code.SAME_PERSON, kind, "all", "all")
    refused(Code.MISSING_ROLE, kind, proposer, "auditor")
    refused(Code.MISSING_ROLE, kind, proposer, "nobody")


def test_an_account_that_is_not_open_proposes_nothing() -> None:
    for kind in KINDS:
        refused(Code.UNKNOWN_ACCOUNT, kind, "nobody", "approver")


@pytest.mark.parametrize("kind", sorted(set(KINDS) - APPROVED_KINDS))
def test_where_one_is_enough_one_is_enough(kind: str) -> None:
    check(kind, Actors(role_for(kind)), ACCOUNTS)


# --- the audit goes by the same table ---------------------------------------------------------------------------------

ORGANISATIONS = ("BASE", "PARTNER", "EMPLOYER")
STAFF = {f"{organisation} {role}": (organisation, role) for organisation in ORGANISATIONS for role in ROLES}
OPEN = {name: frozenset({role}) for name, (_, role) in STAFF.items()}
OF = {name: organisation for name, (organisation, _) in STAFF.items()}


def allowed(kind: str, actors: Actors, signing: str, custody: str, *, follows: bool) -> bool:
    """What the ledger says to it, of an event that is about the employer."""
    held = custody == "base" or (follows and kind in FOLLOWING_KINDS)
    try:
        check(kind, actors, OPEN)
        check_organisation(kind, actors, OF, signing, "BASE" if held else signing, lambda: ["EMPLOYER"])
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("custody", ["organisation", "base"])
@pytest.mark.parametrize("signing", ORGANISATIONS[:2])
@pytest.mark.parametrize("kind", KINDS)
def test_an_audit_takes_whom_the_ledger_lets_record_it_and_refuses_others(
    kind: str, signing: str, custody: str
) -> None:
    authority = Authority(base="BASE", accounts=dict(OPEN), account_organisations=OF, staffed=True)
    key = Key(b"", b"", signing, custody, frozenset({kind}), 0)
    for proposer in STAFF:
        for approver in [f"{organisation} approver" for organisation in ORGANISATIONS]:
            actors = Actors(proposer, approver if kind in APPROVED_KINDS else None)
            named = (proposer, approver) if kind in APPROVED_KINDS else (proposer,)
            good = authority.staff_fault(kind, named, key) is None
            # An application brings more with it; an audit does not see whether this is of one.
            lets = any(allowed(kind, actors, signing, custody, follows=follows) for follows in (False, True))
            if kind in DELEGATED_KINDS:
                assert good or not lets
            else:
                assert good == lets, (proposer, approver)


def test_what_an_audit_cannot_see_is_whom_a_delegated_kind_is_about() -> None:
    authority = Authority(base="BASE", accounts=dict(OPEN), account_organisations=OF, staffed=True)
    key = Key(b"", b"", "BASE", "base", frozenset(DELEGATED_KINDS), 0)
    for kind in DELEGATED_KINDS:
        assert authority.staff_fault(kind, ("PARTNER registrar",), key) is None
        assert authority.staff_fault(kind, ("PARTNER auditor",), key) is not None
