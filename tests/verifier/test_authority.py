"""Who may sign what: genesis, rotation, retirement, compromise, organisations, accounts, four eyes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.verifier.loglab import (
    AUTHORITY,
    BASE,
    CHECKPOINTS,
    CLERK,
    PARTNER,
    ROOT,
    THIEF,
    Lab,
    Signer,
    accredited,
    attended,
    authorised,
    certificate,
    compromised,
    genesis,
    opened,
    title,
    uri,
    uuid,
)
from verifier import kinds, statement
from verifier.authority import Authority, check_grant
from verifier.errors import (
    BadSignature,
    KeyCompromised,
    Malformed,
    NotEntitled,
    RuleBroken,
    UnknownKey,
    VerificationError,
)
from verifier.events import Event

SECOND = Signer("partner 2", uri("HUAWEI"))
RETIRED = kinds.KeyRetired(organisation_id=uuid("organisation HUAWEI"), kid=PARTNER.kid)


@pytest.fixture
def lab() -> Lab:
    return Lab.founded()


def admit(lab: Lab) -> Authority:
    """Folds the whole log; raises at the first entry that is not good."""
    authority = Authority()
    for index, entry in enumerate(lab.entries):
        authority.admit(index, statement.parse(entry))
    return authority


def rejected(lab: Lab, error: type[VerificationError], match: str | None = None) -> None:
    """Asserts that all but the last entry are good and the last is not, for this reason, and changed nothing."""
    before = admit(Lab(lab.entries[:-1]))
    kept = (dict(before.keys), dict(before.organisations), dict(before.accounts))
    with pytest.raises(error, match=match) as caught:
        before.admit(lab.size - 1, statement.parse(lab.entries[-1]))
    assert type(caught.value) is error
    assert (before.keys, before.organisations, before.accounts) == kept


# --- genesis --------------------------------------------------------------------------------------------------------


def test_the_genesis_names_its_own_root_key_and_the_logs_keys() -> None:
    lab = Lab()
    lab.record(genesis(), ROOT, CLERK)
    authority = admit(lab)
    assert (authority.origin, authority.base) == (genesis().origin, "CQUPT")
    assert authority.genesis == statement.parse(lab.entries[0]).leaf
    assert authority.organisations["CQUPT"].kind == "base"
    assert {key.since for key in authority.keys.values()} == {0}
    assert [key.kid for key in authority.log_keys(kinds.CHECKPOINT_KIND)] == [CHECKPOINTS.kid]


def test_entry_0_is_the_genesis_and_no_other_is(lab: Lab) -> None:
    lab.record(genesis(), ROOT, CLERK)
    rejected(lab, RuleBroken, "entry 0 is the genesis")
    with pytest.raises(RuleBroken, match="entry 0 is the genesis"):
        Authority().admit(0, statement.parse(lab.entries[1]))


def test_a_genesis_is_signed_by_a_key_of_its_own_that_may() -> None:
    for signer, error in ((THIEF, UnknownKey), (CHECKPOINTS, NotEntitled)):
        lab = Lab()
        lab.record(genesis(), Signer(signer.word, uri("CQUPT")), CLERK)
        with pytest.raises(error):
            admit(lab)


@pytest.mark.parametrize(
    "keys",
    [
        (),
        (kinds.GenesisKey(ROOT.public, "cloud", ("log.started",)),),
        (kinds.GenesisKey(ROOT.public, "base", ()),),
        (kinds.GenesisKey(ROOT.public, "base", ("log.started", "log.invented")),),
        (kinds.GenesisKey(ROOT.public, "base", ("log.started", kinds.CHECKPOINT_KIND)),),
        (kinds.GenesisKey(ROOT.public, "base", ("log.started",)),) * 2,
        (kinds.GenesisKey(bytes(32), "base", ("log.started",)),),
    ],
)
def test_a_genesis_with_keys_that_cannot_be_is_rejected(keys: tuple[kinds.GenesisKey, ...]) -> None:
    lab = Lab()
    lab.record(replace(genesis(), keys=keys), ROOT, CLERK)
    with pytest.raises(VerificationError):
        admit(lab)


# --- keys -----------------------------------------------------------------------------------------------------------


def test_the_founded_log_is_good_and_says_who_holds_which_key(lab: Lab) -> None:
    authority = admit(lab)
    assert {key.organisation: key.custody for key in authority.keys.values() if key.since} == {
        "CQUPT": "base",
        "HUAWEI": "base",
        "CQHRSS": "base",
    }


def test_a_statement_is_admitted_with_the_key_that_signed(lab: Lab) -> None:
    index = lab.record(certificate())
    authority = admit(Lab(lab.entries[:-1]))
    assert authority.admit(index, statement.parse(lab.entries[index])).kid == PARTNER.kid


def test_a_key_that_was_never_authorised_is_unknown(lab: Lab) -> None:
    lab.record(certificate(), THIEF)
    rejected(lab, UnknownKey, "never authorised")


def test_a_key_signs_only_its_kinds(lab: Lab) -> None:
    for event, signer in (
        (certificate(), AUTHORITY),
        (title(), PARTNER),
        (attended(), PARTNER),
        (certificate(), ROOT),
        (certificate(), CHECKPOINTS),
        (opened("clerk-9"), BASE),
        (accredited("ENT-01", "enterprise"), BASE),
    ):
        fresh = Lab(list(lab.entries))
        fresh.record(event, signer)
        rejected(fresh, NotEntitled, "not entitled to")


def test_a_key_does_not_speak_for_another_organisation(lab: Lab) -> None:
    lab.record(certificate(), Signer(PARTNER.word, uri("CQHRSS")))
    rejected(lab, NotEntitled, "issuer https://cqhrss.example.org is not HUAWEI")


def test_a_spoilt_signature_is_rejected(lab: Lab) -> None:
    lab.record(certificate())
    entry = lab.entries[-1]
    lab.entries[-1] = entry[:-1] + bytes([entry[-1] ^ 1])
    rejected(lab, BadSignature)


def test_a_key_is_good_from_the_entry_after_its_authorisation(lab: Lab) -> None:
    early = lab.record(certificate("early"), SECOND)
    del lab.entries[early:]
    at = lab.record(authorised(SECOND, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    lab.record(certificate("two"), SECOND)
    key = admit(lab).key(SECOND.kid)
    assert key.since == at
    assert key.entitled("certificate.awarded", at + 1) is key
    with pytest.raises(NotEntitled, match=f"authorised only at index {at}"):
        key.entitled("certificate.awarded", at - 1)


def test_keys_rotate_and_what_the_old_one_signed_stays_good(lab: Lab) -> None:
    old = lab.record(certificate("old"))
    lab.record(authorised(SECOND, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    lab.record(certificate("meanwhile"))
    at = lab.record(RETIRED, ROOT, CLERK)
    lab.record(certificate("new"), SECOND)
    key = admit(lab).key(PARTNER.kid)
    assert key.until == at + 1
    assert key.entitled("certificate.awarded", old) is key
    assert key.entitled("certificate.awarded", at) is key
    with pytest.raises(NotEntitled, match=f"retired at index {at + 1}"):
        key.entitled("certificate.awarded", at + 1)
    lab.record(certificate("late"))
    rejected(lab, NotEntitled, "retired")


def test_a_second_retirement_moves_nothing(lab: Lab) -> None:
    at = lab.record(RETIRED, ROOT, CLERK)
    lab.record(RETIRED, ROOT, CLERK)
    assert admit(lab).key(PARTNER.kid).until == at + 1


def test_a_compromised_key_is_disowned_as_of_an_index(lab: Lab) -> None:
    first, second = lab.record(certificate("one")), lab.record(certificate("two"))
    lab.record(compromised(PARTNER, "HUAWEI", second), ROOT, CLERK)
    key = admit(lab).key(PARTNER.kid)
    assert key.entitled("certificate.awarded", first) is key
    for index in (second, second + 1, 10_000):
        with pytest.raises(KeyCompromised, match=f"compromised as of index {second}"):
            key.entitled("certificate.awarded", index)
    lab.record(certificate("three"))
    rejected(lab, KeyCompromised)


def test_the_earliest_report_stands_also_of_a_retired_key(lab: Lab) -> None:
    lab.record(RETIRED, ROOT, CLERK)
    lab.record(compromised(PARTNER, "HUAWEI", 9), ROOT, CLERK)
    lab.record(compromised(PARTNER, "HUAWEI", 5), ROOT, CLERK)
    lab.record(compromised(PARTNER, "HUAWEI", 7), ROOT, CLERK)
    assert admit(lab).key(PARTNER.kid).compromised_from == 5


@pytest.mark.parametrize("as_of", [-1, 14, 10_000])
def test_a_compromise_is_reported_of_the_past(lab: Lab, as_of: int) -> None:
    lab.record(compromised(PARTNER, "HUAWEI", as_of), ROOT, CLERK)
    rejected(lab, RuleBroken, "not in the past")


def test_what_is_said_of_an_unknown_key_is_rejected(lab: Lab) -> None:
    for event in (compromised(THIEF, "HUAWEI", 3), replace(RETIRED, kid=THIEF.kid)):
        fresh = Lab(list(lab.entries))
        fresh.record(event, ROOT, CLERK)
        rejected(fresh, UnknownKey)


@pytest.mark.parametrize(
    ("event", "error", "match"),
    [
        (authorised(SECOND, "NOBODY", ("title.granted",)), RuleBroken, "not accredited"),
        (authorised(SECOND, "HUAWEI", ("title.granted",), "cloud"), Malformed, "custody"),
        (authorised(SECOND, "HUAWEI", ()), RuleBroken, "at least one"),
        (authorised(SECOND, "HUAWEI", ("title.invented",)), RuleBroken, "no kind of event"),
        (authorised(SECOND, "CQUPT", kinds.LOG_KINDS), RuleBroken, "one use"),
        (authorised(SECOND, "CQUPT", (kinds.RECEIPT_KIND, "key.retired")), RuleBroken, "one use"),
        (authorised(PARTNER, "HUAWEI", kinds.CERTIFYING_KINDS), RuleBroken, "authorised twice"),
        (replace(authorised(SECOND, "HUAWEI", ("title.granted",)), public_key=bytes(32)), BadSignature, "small order"),
        (replace(authorised(SECOND, "HUAWEI", ("title.granted",)), public_key=b"\xff" * 32), BadSignature, "canonical"),
        (replace(authorised(SECOND, "HUAWEI", ("title.granted",)), public_key=b""), BadSignature, "32"),
    ],
)
def test_a_key_that_cannot_be_is_not_authorised(
    lab: Lab, event: Event, error: type[VerificationError], match: str
) -> None:
    lab.record(event, ROOT, CLERK)
    rejected(lab, error, match)


def test_each_log_use_is_granted_to_a_key_of_its_own() -> None:
    for kind in kinds.LOG_KINDS:
        assert check_grant(SECOND.public, "base", (kind,)) == SECOND.kid


def test_a_retired_key_never_comes_back(lab: Lab) -> None:
    lab.record(RETIRED, ROOT, CLERK)
    lab.record(authorised(PARTNER, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    rejected(lab, RuleBroken, "authorised twice")


def test_only_the_root_grants(lab: Lab) -> None:
    for signer in (BASE, PARTNER, CHECKPOINTS, AUTHORITY):
        fresh = Lab(list(lab.entries))
        fresh.record(authorised(SECOND, "HUAWEI", kinds.CERTIFYING_KINDS), signer, CLERK)
        rejected(fresh, NotEntitled)


def test_the_new_root_takes_over_from_the_old(lab: Lab) -> None:
    new_root = Signer("root 2", uri("CQUPT"))
    lab.record(authorised(new_root, "CQUPT", kinds.ROOT_KINDS), ROOT, CLERK)
    retire = replace(RETIRED, organisation_id=uuid("organisation CQUPT"), kid=ROOT.kid)
    lab.record(retire, new_root, CLERK)
    lab.record(authorised(SECOND, "HUAWEI", kinds.CERTIFYING_KINDS), new_root, CLERK)
    assert admit(lab).key(SECOND.kid).organisation == "HUAWEI"
    lab.record(accredited("ENT-01", "enterprise"), ROOT, CLERK)
    rejected(lab, NotEntitled, "retired")


# --- people ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actors", "match"),
    [
        (("clerk-1",), "names one person"),
        (("head-2", "head-2"), "both proposed and approved"),
        (("clerk-1", "clerk-1"), "both proposed and approved"),
        (("head-2", "clerk-1"), "without the role of approver"),
        (("clerk-1", "stranger"), "without the role of approver"),
    ],
)
def test_an_award_needs_two_people_and_the_second_an_approver(lab: Lab, actors: tuple[str, ...], match: str) -> None:
    lab.record(certificate(), PARTNER, actors)
    rejected(lab, RuleBroken, match)


@pytest.mark.parametrize("make", [certificate, title, lambda: kinds.TraineeErased(trainee_id=uuid("trainee one"))])
def test_two_people_are_enough(lab: Lab, make: Callable[[], Event]) -> None:
    event = make()
    signer = {"CertificateAwarded": PARTNER, "TitleGranted": AUTHORITY}.get(type(event).__name__, BASE)
    lab.record(event, signer)
    admit(lab)
    lab.entries.pop()
    lab.record(event, signer, CLERK)
    rejected(lab, RuleBroken, "names one person")


def test_one_person_twice_is_nowhere_good(lab: Lab) -> None:
    lab.record(attended(hours=1), BASE, ("clerk-1", "clerk-1"))
    rejected(lab, RuleBroken, "both proposed and approved")


def test_a_closed_account_approves_nothing_more(lab: Lab) -> None:
    lab.record(certificate("before"))
    lab.record(kinds.AccountClosed(account_id=uuid("account head-2"), pseudonym="head-2"), ROOT, CLERK)
    lab.record(certificate("after"))
    rejected(lab, RuleBroken, "without the role of approver")


def test_accounts_are_of_organisations_and_have_roles_that_exist(lab: Lab) -> None:
    for event, match in (
        (opened("clerk-3", "registrar", "king"), "king is no role"),
        (replace(opened("clerk-3"), organisation="NOBODY"), "not accredited"),
    ):
        fresh = Lab(list(lab.entries))
        fresh.record(event, ROOT, CLERK)
        rejected(fresh, RuleBroken, match)
    lab.record(opened("clerk-3", "auditor"), ROOT, CLERK)
    assert admit(lab).accounts["clerk-3"] == {"auditor"}


def test_an_organisation_may_move_and_signs_under_its_new_uri(lab: Lab) -> None:
    lab.record(replace(accredited("HUAWEI", "enterprise"), uri="https://new.example.org"), ROOT, CLERK)
    lab.record(certificate("new"), Signer(PARTNER.word, "https://new.example.org"))
    assert admit(lab).organisations["HUAWEI"].uri == "https://new.example.org"
    lab.record(certificate("old"))
    rejected(lab, NotEntitled, "issuer")
