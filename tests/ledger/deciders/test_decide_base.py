"""The base itself: organisations, keys, accounts, definitions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from hashlib import sha256

import pytest
from nacl.signing import SigningKey

from ledger import commands as c
from ledger.deciders.base import Base, decide
from ledger.refusals import Code
from tests.authenticator import Authenticator
from tests.ledger.deciders.story import CALENDAR, ENDS, OPENED, POLICY, PROGRAMME, STARTS, refused, uuid
from verifier import kinds
from verifier.cosignatures import key_of
from verifier.events import Event
from verifier.keys import thumbprint
from verifier.kinds import CERTIFYING_KINDS, GenesisKey
from verifier.rules import Calendar, Policy


def key(word: str) -> bytes:
    return bytes(SigningKey(sha256(word.encode()).digest()).verify_key)


STARTED = kinds.LogStarted(
    log_id=uuid("log"),
    origin="log.example.org",
    url="https://log.example.org",
    code="BASE",
    name_zh="基地",
    name_en="Base",
    uri="https://log.example.org/o/BASE",
    keys=(GenesisKey(key("root"), "base", kinds.ROOT_KINDS),),
)
ACCREDIT = c.AccreditOrganisation(uuid("PARTNER"), "PARTNER", "enterprise", "企业", "Partner", "https://p.example.org")
ACCREDITED = kinds.OrganisationAccredited(
    organisation_id=uuid("PARTNER"),
    code="PARTNER",
    kind="enterprise",
    name_zh="企业",
    name_en="Partner",
    uri="https://p.example.org",
)
BUREAU = replace(ACCREDITED, organisation_id=uuid("BUREAU"), code="BUREAU", kind="authority")
AUTHORISE = c.AuthoriseKey("PARTNER", key("partner"), CERTIFYING_KINDS, "organisation")
AUTHORISED = kinds.KeyAuthorised(
    organisation_id=uuid("PARTNER"),
    organisation="PARTNER",
    public_key=key("partner"),
    kinds=CERTIFYING_KINDS,
    custody="organisation",
)
KID = thumbprint(key("partner"))
RETIRED = kinds.KeyRetired(organisation_id=uuid("PARTNER"), kid=KID)
COMPROMISED = kinds.KeyCompromised(organisation_id=uuid("PARTNER"), kid=KID, as_of=5)
OPEN = c.OpenAccount(uuid("account"), "P-1", "BASE", ("registrar", "assessor"))
OPEN_ACCOUNT = kinds.AccountOpened(
    account_id=uuid("account"), pseudonym="P-1", organisation="BASE", roles=("registrar", "assessor")
)
PUBLISH = c.PublishProgramme(
    programme_id=PROGRAMME.programme_id,
    code="BDI",
    name_zh=PROGRAMME.name_zh,
    name_en=PROGRAMME.name_en,
    certified_by="PARTNER",
    taught_by="BASE",
    min_attendance=PROGRAMME.min_attendance,
    max_attempts=PROGRAMME.max_attempts,
    total_pass=PROGRAMME.total_pass,
    valid_years=PROGRAMME.valid_years,
    modules=PROGRAMME.modules,
    assessments=PROGRAMME.assessments,
)
RULES = Policy("P-2024", "BUREAU", date(2024, 1, 1), 5, Fraction(2, 3), Fraction(2, 3), 5, POLICY.routes)
PUBLISH_POLICY = c.PublishPolicy(POLICY.policy_id, RULES)
ADOPT = c.AdoptCalendar(CALENDAR.calendar_id, Calendar(2024, frozenset(), frozenset()), CALENDAR.source)
OPEN_COHORT = c.OpenCohort(OPENED.cohort_id, OPENED.code, "BDI", STARTS, ENDS, 30)


def given(*events: Event) -> Base:
    base = Base(uuid("log"))
    for event in (STARTED, *events):
        base.evolve(event)
    return base


FOUNDED = (ACCREDITED, BUREAU)


# --- organisations --------------------------------------------------------------------------------------------------


def test_an_organisation_is_accredited_once() -> None:
    assert decide(ACCREDIT, given()) == [ACCREDITED]
    assert decide(ACCREDIT, given(ACCREDITED)) == []


def test_other_particulars_are_given_in_the_same_stream() -> None:
    moved = replace(ACCREDIT, organisation_id=uuid("another id"), name_en="Partner Ltd")
    assert decide(moved, given(ACCREDITED)) == [replace(ACCREDITED, name_en="Partner Ltd")]


def test_the_base_has_its_code_to_itself() -> None:
    refused(Code.DUPLICATE_ORGANISATION, lambda: decide(replace(ACCREDIT, code="BASE"), given()))
    refused(Code.UNKNOWN_VALUE, lambda: decide(replace(ACCREDIT, kind="club"), given()))


@pytest.mark.parametrize("code", ["", "A B", 'A"', "A\nlog x", "企业", "-A", "A" * 65, "A\u2028"])
def test_a_code_cannot_break_the_trust_file(code: str) -> None:
    refused(Code.UNKNOWN_VALUE, lambda: decide(replace(ACCREDIT, code=code), given()))
    refused(Code.UNKNOWN_VALUE, lambda: decide(replace(PUBLISH, code=code), given(*FOUNDED)))


@pytest.mark.parametrize("uri", ["", "https://a b", 'https://a"b', "https://a\nb", "https://例.cn"])
def test_a_uri_cannot_break_the_trust_file(uri: str) -> None:
    refused(Code.UNKNOWN_VALUE, lambda: decide(replace(ACCREDIT, uri=uri), given()))


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_key_is_authorised_retired_and_reported() -> None:
    assert decide(AUTHORISE, given(ACCREDITED)) == [AUTHORISED]
    assert decide(c.RetireKey(KID), given(ACCREDITED, AUTHORISED)) == [RETIRED]
    assert decide(c.ReportKeyCompromised(KID, 5), given(ACCREDITED, AUTHORISED)) == [COMPROMISED]


def test_a_retired_key_can_still_be_reported() -> None:
    history = given(ACCREDITED, AUTHORISED, RETIRED)
    assert decide(c.ReportKeyCompromised(KID, 5), history) == [COMPROMISED]
    refused(Code.UNKNOWN_KEY, lambda: decide(c.RetireKey(KID), history))


@pytest.mark.parametrize("history", [(AUTHORISED,), (AUTHORISED, RETIRED), (AUTHORISED, COMPROMISED)])
def test_a_key_is_authorised_once_for_good(history: tuple[Event, ...]) -> None:
    refused(Code.UNKNOWN_KEY, lambda: decide(AUTHORISE, given(ACCREDITED, *history)))


def test_a_key_that_nobody_knows_is_neither_retired_nor_reported() -> None:
    refused(Code.UNKNOWN_KEY, lambda: decide(c.RetireKey(KID), given(ACCREDITED)))
    refused(Code.UNKNOWN_KEY, lambda: decide(c.ReportKeyCompromised(KID, 0), given(ACCREDITED)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"organisation": "NOBODY"}, Code.UNKNOWN_ORGANISATION),
        ({"custody": "cloud"}, Code.UNKNOWN_VALUE),
        ({"kinds": ()}, Code.UNKNOWN_VALUE),
        ({"kinds": ("certificate.invented",)}, Code.UNKNOWN_VALUE),
        ({"kinds": (kinds.CHECKPOINT_KIND, kinds.RECEIPT_KIND)}, Code.UNKNOWN_VALUE),
        ({"kinds": (kinds.CHECKPOINT_KIND, "key.retired")}, Code.UNKNOWN_VALUE),
        ({"public_key": bytes(32)}, Code.UNKNOWN_VALUE),
        ({"public_key": b"\x01" + bytes(31)}, Code.UNKNOWN_VALUE),
        ({"public_key": bytes(31)}, Code.UNKNOWN_VALUE),
    ],
)
def test_what_the_audit_would_refuse_is_not_authorised(changes: dict[str, object], code: Code) -> None:
    refused(code, lambda: decide(replace(AUTHORISE, **changes), given(ACCREDITED)))  # type: ignore[arg-type]


# --- accounts -------------------------------------------------------------------------------------------------------


def test_an_account_is_opened_and_closed() -> None:
    assert decide(OPEN, given()) == [OPEN_ACCOUNT]
    closed = kinds.AccountClosed(account_id=uuid("account"), pseudonym="P-1")
    assert decide(c.CloseAccount("P-1"), given(OPEN_ACCOUNT)) == [closed]
    assert given(OPEN_ACCOUNT).accounts == {"P-1": frozenset({"registrar", "assessor"})}
    assert given(OPEN_ACCOUNT, closed).accounts == {}


def test_accounts_are_of_organisations_and_have_roles_that_exist() -> None:
    refused(Code.UNKNOWN_ORGANISATION, lambda: decide(replace(OPEN, organisation="NOBODY"), given()))
    refused(Code.UNKNOWN_VALUE, lambda: decide(replace(OPEN, roles=("registrar", "king")), given()))
    refused(Code.UNKNOWN_ACCOUNT, lambda: decide(c.CloseAccount("P-1"), given()))
    refused(Code.DUPLICATE_ACCOUNT, lambda: decide(OPEN, given(OPEN_ACCOUNT)))


# --- passkeys -------------------------------------------------------------------------------------------------------

HEAD = replace(OPEN_ACCOUNT, account_id=uuid("head"), pseudonym="P-2", roles=("approver",))
HELD = Authenticator("head")
REGISTER_PASSKEY = c.RegisterPasskey("P-2", HELD.cose_key, HELD.rp_id)
PASSKEY_REGISTERED = kinds.PasskeyRegistered(
    account_id=uuid("head"), pseudonym="P-2", public_key=HELD.cose_key, rp_id=HELD.rp_id
)
PASSKEY_REMOVED = kinds.PasskeyRemoved(account_id=uuid("head"), pseudonym="P-2", passkey=HELD.thumbprint)
STAFF = (OPEN_ACCOUNT, HEAD)


def test_a_passkey_is_registered_once_and_for_one_account() -> None:
    assert decide(REGISTER_PASSKEY, given(*STAFF)) == [PASSKEY_REGISTERED]
    base = given(*STAFF, PASSKEY_REGISTERED, replace(HEAD, account_id=uuid("third"), pseudonym="P-3"))
    assert decide(REGISTER_PASSKEY, base) == []
    for again in (replace(REGISTER_PASSKEY, pseudonym="P-3"), replace(REGISTER_PASSKEY, rp_id="example.org")):
        refused(Code.UNKNOWN_KEY, lambda again=again: decide(again, base))  # type: ignore[misc]


def test_a_removed_passkey_does_not_come_back() -> None:
    remove = c.RemovePasskey("P-2", HELD.thumbprint)
    assert decide(remove, given(*STAFF, PASSKEY_REGISTERED)) == [PASSKEY_REMOVED]
    base = given(*STAFF, PASSKEY_REGISTERED, PASSKEY_REMOVED)
    refused(Code.UNKNOWN_KEY, lambda: decide(remove, base))
    refused(Code.UNKNOWN_KEY, lambda: decide(REGISTER_PASSKEY, base))


def test_only_the_account_s_own_passkey_is_removed() -> None:
    base = given(*STAFF, PASSKEY_REGISTERED)
    refused(Code.UNKNOWN_KEY, lambda: decide(c.RemovePasskey("P-1", HELD.thumbprint), base))
    refused(Code.UNKNOWN_KEY, lambda: decide(c.RemovePasskey("P-2", bytes(32)), base))


def test_a_passkey_outlives_the_closing_of_its_account() -> None:
    closed = kinds.AccountClosed(account_id=uuid("head"), pseudonym="P-2")
    base = given(*STAFF, PASSKEY_REGISTERED, closed)
    assert HELD.thumbprint in base.approvers.of("P-2")
    assert decide(c.RemovePasskey("P-2", HELD.thumbprint), base) == [PASSKEY_REMOVED]


def test_who_approves_nothing_needs_no_passkey() -> None:
    refused(Code.MISSING_ROLE, lambda: decide(replace(REGISTER_PASSKEY, pseudonym="P-1"), given(*STAFF)))
    refused(Code.UNKNOWN_ACCOUNT, lambda: decide(replace(REGISTER_PASSKEY, pseudonym="P-9"), given(*STAFF)))


@pytest.mark.parametrize(
    "wrong",
    [{"public_key": b"\xa0"}, {"public_key": key("partner")}, {"rp_id": "https://example.org"}, {"rp_id": "127.0.0.1"}],
    ids=str,
)
def test_what_is_no_passkey(wrong: dict[str, object]) -> None:
    refused(Code.UNKNOWN_VALUE, lambda: decide(replace(REGISTER_PASSKEY, **wrong), given(*STAFF)))  # type: ignore[arg-type]


# --- definitions ----------------------------------------------------------------------------------------------------


def test_a_programme_is_published_and_only_changes_make_an_edition() -> None:
    assert decide(PUBLISH, given(*FOUNDED)) == [PROGRAMME]
    assert decide(PUBLISH, given(*FOUNDED, PROGRAMME)) == []
    renamed, stricter = replace(PUBLISH, name_en="Big Data 2"), replace(PUBLISH, max_attempts=1)
    assert decide(renamed, given(*FOUNDED, PROGRAMME)) == [replace(PROGRAMME, edition=2, name_en="Big Data 2")]
    assert decide(stricter, given(*FOUNDED, PROGRAMME)) == [replace(PROGRAMME, edition=2, max_attempts=1)]
    for changes in ({"certified_by": "NOBODY"}, {"taught_by": "NOBODY"}):
        refused(Code.UNKNOWN_ORGANISATION, lambda x=changes: decide(replace(PUBLISH, **x), given(*FOUNDED)))  # type: ignore[misc]


def test_a_policy_is_published_once_a_name_and_a_day() -> None:
    assert decide(PUBLISH_POLICY, given(*FOUNDED)) == [POLICY]
    assert decide(PUBLISH_POLICY, given(*FOUNDED, POLICY)) == []
    for changes in ({"panel_min_members": 7}, {"edition": "P-OTHER"}):
        other = c.PublishPolicy(uuid("other"), replace(RULES, **changes))  # type: ignore[arg-type]
        refused(Code.DUPLICATE_POLICY, lambda x=other: decide(x, given(*FOUNDED, POLICY)))  # type: ignore[misc]
    later = c.PublishPolicy(uuid("later"), replace(RULES, edition="P-2025", effective_from=date(2025, 1, 1)))
    assert len(decide(later, given(*FOUNDED, POLICY))) == 1
    nobody = c.PublishPolicy(uuid("other"), replace(RULES, authority="NOBODY"))
    refused(Code.UNKNOWN_ORGANISATION, lambda: decide(nobody, given(*FOUNDED)))


def test_a_calendar_is_adopted_and_can_be_put_right() -> None:
    assert decide(ADOPT, given()) == [CALENDAR]
    assert decide(ADOPT, given(CALENDAR)) == []
    holidays = Calendar(2024, frozenset({date(2024, 1, 2), date(2024, 1, 1)}), frozenset({date(2024, 2, 4)}))
    (event,) = decide(replace(ADOPT, calendar=holidays), given(CALENDAR))
    assert event == replace(CALENDAR, days_off=(date(2024, 1, 1), date(2024, 1, 2)), make_up_days=(date(2024, 2, 4),))
    assert given(CALENDAR, event).catalogue.calendars == {2024: holidays}


def test_a_cohort_is_opened_under_the_newest_edition_and_stays_there() -> None:
    second = replace(PROGRAMME, edition=2, max_attempts=1)
    assert decide(OPEN_COHORT, given(*FOUNDED, PROGRAMME)) == [OPENED]
    assert decide(OPEN_COHORT, given(*FOUNDED, PROGRAMME, second)) == [replace(OPENED, programme_edition=2)]
    assert decide(OPEN_COHORT, given(*FOUNDED, PROGRAMME, OPENED, second)) == []
    full = replace(OPEN_COHORT, capacity=31)
    refused(Code.DUPLICATE_COHORT, lambda: decide(full, given(*FOUNDED, PROGRAMME, OPENED)))
    refused(Code.UNKNOWN_PROGRAMME, lambda: decide(OPEN_COHORT, given(*FOUNDED)))


def test_a_pack_is_taken_in() -> None:
    command = c.TakeInPack(uuid("pack"), {"roster.csv": bytes(32)}, {"PARTNER": "base"}, bytes(16), True)
    (event,) = decide(command, given())
    assert event == kinds.PackTakenIn(
        pack_id=uuid("pack"),
        files={"roster.csv": bytes(32)},
        custody={"PARTNER": "base"},
        actors_defaulted=True,
        salt=bytes(16),
    )
    assert given(event).packs == {uuid("pack"): event}


def test_a_disclosure_is_recorded_as_it_was_made() -> None:
    command = c.RecordDisclosure(uuid("disclosure"), bytes(32), "cohort:BDI-2024A", 17, 4, bytes(32))
    (event,) = decide(command, given())
    assert event == kinds.DisclosureMade(
        disclosure_id=uuid("disclosure"),
        recipient=bytes(32),
        scope="cohort:BDI-2024A",
        as_of=17,
        entries=4,
        digest=bytes(32),
    )
    assert given(event).catalogue == given().catalogue


# --- the base's address -----------------------------------------------------------------------------------------------


def test_the_base_moves_to_another_address_once() -> None:
    (event,) = decide(c.MoveBase("https://new.example.org"), given())
    assert event == kinds.BaseMoved(log_id=uuid("log"), url="https://new.example.org")
    assert decide(c.MoveBase("https://new.example.org"), given(event)) == []
    assert decide(c.MoveBase(given().address), given()) == []
    refused(Code.UNKNOWN_VALUE, lambda: decide(c.MoveBase("new.example.org"), given()))


# --- witnesses ------------------------------------------------------------------------------------------------------

W1, W2 = (key_of(f"{name}.example.org", key(name)) for name in "ab")
WRITTEN = (
    f"# two partners\n\nwitness  one\t{W1} https://a.example.org\nwitness two {W2}\ngroup all 2 one two\nquorum all\n"
)
LOGGED = f"witness one {W1} https://a.example.org\nwitness two {W2}\ngroup all all one two\nquorum all\n"


def test_witnesses_are_set_in_the_one_form_that_is_logged() -> None:
    (event,) = decide(c.SetWitnesses(WRITTEN), given())
    assert event == kinds.WitnessesSet(log_id=uuid("log"), policy=LOGGED)
    assert decide(c.SetWitnesses(WRITTEN), given(event)) == []
    (none,) = decide(c.SetWitnesses("quorum none"), given(event))
    assert none == kinds.WitnessesSet(log_id=uuid("log"), policy="quorum none\n")
    assert decide(c.SetWitnesses("quorum none"), given()) == []


def test_what_is_no_policy_is_not_set() -> None:
    for text in ("", "quorum one", WRITTEN.replace("quorum all", "quorum three"), f"log {W1}\n{WRITTEN}"):
        refused(Code.UNKNOWN_VALUE, lambda text=text: decide(c.SetWitnesses(text), given()))  # type: ignore[misc]
