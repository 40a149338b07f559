"""Definitions of a pack: read exactly, and any fault stops the pack and names its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.intake.definitions import Cohort, Definitions, Organisation, read_definitions
from ledger.intake.files import Pack, PackError, PackFile
from verifier.definitions import ProgrammeDefinition
from verifier.rules import Assessment, Module, Policy, Programme, Route

D = Decimal
ORGANISATIONS = """code,kind,name_zh,name_en
COLLEGE,university,示例大学,Example University
PARTNER,企业,示例公司,"Example Co., Ltd."
BUREAU,authority,示例局,Example Bureau
"""
COHORTS = """cohort,programme,starts_on,ends_on,capacity
P-2021A,PRG,2021-03-01,2021/6/18,30
"""
PROGRAMMES = """
[[programme]]
code = "PRG"
name_zh = "示例项目"
name_en = "Example Programme"
certified_by = "PARTNER"
taught_by = "COLLEGE"
min_attendance = 0.8
max_attempts = 2
total_pass = 70
valid_years = 3

[[programme.module]]
code = "M1"
hours = 40

[[programme.assessment]]
code = "EXAM"
weight = 0.1
pass = 60

[[programme.assessment]]
code = "LAB"
weight = 0.9
pass = 59.5
"""
POLICIES = """
[[policy]]
edition = "ED-2019"
authority = "BUREAU"
effective_from = 2019-02-01
panel_min_members = 5
quorum = "2/3"
majority = 0.6
notice_working_days = 5

[[policy.route]]
id = "A1"
level = "assistant-engineer"
education = ["doctor", "master"]

[[policy.route]]
id = "E5"
level = "engineer"
requires_title = "assistant-engineer"
title_years = 3
practice_years = 4
min_certificate_total = 85
"""
SECOND_POLICY = POLICIES.replace("ED-2019", "ED-2021").replace("2019-02-01", "2021-01-01")

PROGRAMME = Programme(
    code="PRG",
    certified_by="PARTNER",
    taught_by="COLLEGE",
    min_attendance=D("0.8"),
    max_attempts=2,
    total_pass=D("70"),
    valid_years=3,
    modules=(Module("M1", D("40")),),
    assessments=(Assessment("EXAM", D("0.1"), D("60")), Assessment("LAB", D("0.9"), D("59.5"))),
)
POLICY = Policy(
    edition="ED-2019",
    authority="BUREAU",
    effective_from=date(2019, 2, 1),
    panel_min_members=5,
    quorum=Fraction(2, 3),
    majority=Fraction(3, 5),
    notice_working_days=5,
    routes=(
        Route("A1", "assistant-engineer", ("doctor", "master")),
        Route("E5", "engineer", (), "assistant-engineer", 3, 4, D("85")),
    ),
)


def pack(**texts: str) -> Pack:
    extension = {"programmes": "toml", "policies": "toml"}
    return Pack(
        tuple(PackFile(kind, f"{kind}.{extension.get(kind, 'csv')}", text.encode()) for kind, text in texts.items()), ()
    )


def whole(**texts: str) -> Definitions:
    return read_definitions(
        pack(
            **{"organisations": ORGANISATIONS, "programmes": PROGRAMMES, "policies": POLICIES, "cohorts": COHORTS}
            | texts
        )
    )


def test_the_definitions_of_a_pack() -> None:
    definitions = whole()
    definitions.check_references()
    assert definitions.organisations == (
        Organisation("COLLEGE", "university", "示例大学", "Example University"),
        Organisation("PARTNER", "enterprise", "示例公司", "Example Co., Ltd."),
        Organisation("BUREAU", "authority", "示例局", "Example Bureau"),
    )
    assert definitions.programmes == (ProgrammeDefinition("示例项目", "Example Programme", PROGRAMME),)
    assert definitions.policies == (POLICY,)
    assert definitions.cohorts == (Cohort("P-2021A", "PRG", date(2021, 3, 1), date(2021, 6, 18), 30),)


def test_numbers_of_toml_are_exact() -> None:
    [programme] = whole().programmes
    assert programme.rules.assessments[0].weight == D("0.1") != D(0.1)


def test_toml_may_begin_with_a_byte_order_mark_and_have_windows_lines() -> None:
    assert whole(programmes="\ufeff" + PROGRAMMES.replace("\n", "\r\n")) == whole()


def test_files_may_be_missing_and_one_kind_may_have_several() -> None:
    assert read_definitions(Pack((), ())) == Definitions((), (), (), ())
    one = pack(policies=POLICIES)
    other = PackFile("policies", "policies.2.toml", SECOND_POLICY.encode())
    assert [policy.edition for policy in read_definitions(Pack((*one.files, other), ())).policies] == [
        "ED-2019",
        "ED-2021",
    ]


def test_the_same_definition_twice_is_one() -> None:
    assert len(whole(organisations=ORGANISATIONS + "COLLEGE,高校,示例大学,Example University\n").organisations) == 3
    with pytest.raises(
        PackError, match=r"organisations.csv line 5: COLLEGE is defined otherwise at organisations.csv line 2"
    ):
        whole(organisations=ORGANISATIONS + "COLLEGE,school,示例大学,Example University\n")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("NEW,guild,名,Name", "kind is 'guild' (unknown-value)"),
        ("NEW,school,,Name", "name_zh is empty"),
        ("NEW,school,名,", "name_en is empty"),
        ("NEW CODE,school,名,Name", "code is 'NEW CODE'"),
        ("新,school,名,Name", "code is '新'"),
        ("NEW,school,名,Name, Ltd.", "a filled cell has no heading"),
    ],
)
def test_a_bad_organisation_stops_the_pack(line: str, reason: str) -> None:
    with pytest.raises(PackError) as raised:
        whole(organisations=ORGANISATIONS + line + "\n")
    assert str(raised.value).startswith(f"organisations.csv line 5: {reason}")
    assert raised.value.code == "bad-pack"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("C,PRG,2021-03-01,2021-02-28,30", "ends_on is before starts_on"),
        ("C,PRG,2021-02-30,2021-06-18,30", "starts_on is '2021-02-30' (bad-date)"),
        ("C,PRG,2021-03-01,2021-06-18,many", "capacity is 'many' (bad-number)"),
        ("C,,2021-03-01,2021-06-18,30", "programme is empty"),
        (",PRG,2021-03-01,2021-06-18,30", "cohort is empty"),
        ("P-2021A,PRG,2021-03-01,2021-06-18,31", "P-2021A is defined otherwise at cohorts.csv line 2"),
    ],
)
def test_a_bad_cohort_stops_the_pack(line: str, reason: str) -> None:
    with pytest.raises(PackError) as raised:
        whole(cohorts=COHORTS + line + "\n")
    assert str(raised.value) == f"cohorts.csv line 3: {reason}"


def test_a_cohort_of_one_day_is_good() -> None:
    assert whole(cohorts=COHORTS + "C,PRG,2021-03-01,2021-03-01,1\n").cohorts[1].ends_on == date(2021, 3, 1)


PROGRAMME_PLACE = "programmes.toml, programme 1 (PRG)"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('name_zh = "示例项目"\n', "", f"{PROGRAMME_PLACE}: name_zh is missing"),
        ('name_zh = "示例项目"', 'name_zh = " "', f"{PROGRAMME_PLACE}: name_zh must be a text"),
        ("max_attempts = 2", 'max_attempts = "2"', f"{PROGRAMME_PLACE}: max_attempts must be a whole number"),
        ("max_attempts = 2", "max_attempts = 2.0", f"{PROGRAMME_PLACE}: max_attempts must be a whole number"),
        ("max_attempts = 2", "max_attempts = 0", f"{PROGRAMME_PLACE}: max_attempts must be a whole number from 1"),
        ("max_attempts = 2", "max_attempts = true", f"{PROGRAMME_PLACE}: max_attempts must be a whole number"),
        ("min_attendance = 0.8", "min_attendance = 80", f"{PROGRAMME_PLACE}: min_attendance must be from 0 to 1"),
        ("min_attendance = 0.8", "min_attendance = nan", f"{PROGRAMME_PLACE}: min_attendance must be from 0 to 1"),
        ("min_attendance = 0.8", "min_attendance = inf", f"{PROGRAMME_PLACE}: min_attendance must be from 0 to 1"),
        ("min_attendance = 0.8", "min_attendance = true", f"{PROGRAMME_PLACE}: min_attendance must be a number"),
        ("min_attendance = 0.8", 'min_attendance = "0.8"', f"{PROGRAMME_PLACE}: min_attendance must be a number"),
        ("min_attendance = 0.8", "min_attendance = 1e-999999", f"{PROGRAMME_PLACE}: min_attendance has more than 30"),
        ("total_pass = 70", "total_pass = 100.1", f"{PROGRAMME_PLACE}: total_pass must be from 0 to 100"),
        ("valid_years = 3", "valid_years = 0", f"{PROGRAMME_PLACE}: valid_years must be a whole number from 1"),
        ("valid_years = 3", "valid_years = 3\nvalid_month = 1", f"{PROGRAMME_PLACE}: valid_month is unknown here"),
        ('code = "PRG"', 'code = "P R G"', "programmes.toml, programme 1 (P R G): code is 'P R G'"),
        ('code = "PRG"', "", "programmes.toml, programme 1 (without code): code is missing"),
        ("hours = 40", "hours = 0", f"{PROGRAMME_PLACE}, module 1 (M1): hours must be above 0"),
        ("hours = 40", "hours = -1", f"{PROGRAMME_PLACE}, module 1 (M1): hours must be from 0"),
        ("hours = 40", "hours = 40\nroom = 1", f"{PROGRAMME_PLACE}, module 1 (M1): room is unknown here"),
        ("weight = 0.9", "weight = 0.8", f"{PROGRAMME_PLACE}: the weights of the assessments do not sum to 1"),
        ("pass = 60", "", f"{PROGRAMME_PLACE}, assessment 1 (EXAM): pass is missing"),
        ("pass = 60", "pass = 101", f"{PROGRAMME_PLACE}, assessment 1 (EXAM): pass must be from 0 to 100"),
        ('"LAB"', '"EXAM"', f"{PROGRAMME_PLACE}: assessment EXAM stands twice"),
        ("[[programme.module]]", "[programme.module]", f"{PROGRAMME_PLACE}: there must be one or more [[module]]"),
        ("[[programme]]", "title = 1\n[[programme]]", "programmes.toml: title is unknown here"),
        ("[[programme]]", "[[programme", "programmes.toml: is not TOML"),
        ("total_pass = 70", "total_pass = 70\ntotal_pass = 60", "programmes.toml: is not TOML"),
    ],
)
def test_a_bad_programme_stops_the_pack(old: str, new: str, error: str) -> None:
    assert old in PROGRAMMES
    with pytest.raises(PackError) as raised:
        whole(programmes=PROGRAMMES.replace(old, new, 1))
    assert str(raised.value).startswith(error)


POLICY_PLACE = "policies.toml, policy 1 (ED-2019)"


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("2019-02-01", '"2019-02-01"', f"{POLICY_PLACE}: effective_from must be a date"),
        ("2019-02-01", "2019-02-01T00:00:00", f"{POLICY_PLACE}: effective_from must be a date"),
        ("2019-02-01", "2019-02-30", "policies.toml: is not TOML"),
        ('quorum = "2/3"', 'quorum = "2/0"', f"{POLICY_PLACE}: quorum must be a share"),
        ('quorum = "2/3"', 'quorum = "4/3"', f"{POLICY_PLACE}: quorum must be a share"),
        ('quorum = "2/3"', "quorum = 0", f"{POLICY_PLACE}: quorum must be a share"),
        ('quorum = "2/3"', 'quorum = "most"', f"{POLICY_PLACE}: quorum must be a share"),
        ('quorum = "2/3"', "quorum = nan", f"{POLICY_PLACE}: quorum must be a share"),
        ('quorum = "2/3"', "quorum = true", f"{POLICY_PLACE}: quorum must be a share"),
        ("panel_min_members = 5", "panel_min_members = 0", f"{POLICY_PLACE}: panel_min_members must be a whole"),
        ("notice_working_days = 5", "notice_working_days = 0", f"{POLICY_PLACE}: notice_working_days must be a whole"),
        ('"E5"', '"A1"', f"{POLICY_PLACE}: route A1 stands twice"),
        ('"engineer"', '"technician"', f"{POLICY_PLACE}, route 2 (E5): level is 'technician', not one of"),
        ('["doctor", "master"]', "[]", f"{POLICY_PLACE}, route 1 (A1): education must be a list of one or more"),
        ('"master"]', '"doctor"]', f"{POLICY_PLACE}, route 1 (A1): education must be a list of one or more different"),
        ('"master"]', '"wizard"]', f"{POLICY_PLACE}, route 1 (A1): education has 'wizard', which is not one of"),
        ('["doctor", "master"]', '"doctor"', f"{POLICY_PLACE}, route 1 (A1): education must be a list"),
        ("title_years = 3", "title_years = 2.5", f"{POLICY_PLACE}, route 2 (E5): title_years must be a whole number"),
        ("title_years = 3", "titel_years = 3", f"{POLICY_PLACE}, route 2 (E5): titel_years is unknown here"),
        ("min_certificate_total = 85", "min_certificate_total = 101", f"{POLICY_PLACE}, route 2 (E5): min_certificate"),
    ],
)
def test_a_bad_policy_stops_the_pack(old: str, new: str, error: str) -> None:
    assert old in POLICIES
    with pytest.raises(PackError) as raised:
        whole(policies=POLICIES.replace(old, new, 1))
    assert str(raised.value).startswith(error)


def test_two_editions_cannot_begin_on_one_day() -> None:
    twice = POLICIES + POLICIES.replace("ED-2019", "ED-2020")
    with pytest.raises(PackError, match=r"policy 2 \(ED-2020\): effective_from is 2019-02-01, as that of ED-2019 is"):
        whole(policies=twice)


def test_an_empty_file_of_definitions_is_a_fault() -> None:
    with pytest.raises(PackError, match=r"policies.toml: policy is missing"):
        whole(policies="")
    with pytest.raises(PackError, match=r"organisations\.csv: is empty"):
        whole(organisations="")


@pytest.mark.parametrize(
    ("text", "named", "error"),
    [
        ("programmes", '"PARTNER"', f"{PROGRAMME_PLACE}: certified_by is 'GHOST', which is not known"),
        ("programmes", '"COLLEGE"', f"{PROGRAMME_PLACE}: taught_by is 'GHOST', which is not known"),
        ("policies", '"BUREAU"', f"{POLICY_PLACE}: authority is 'GHOST', which is not known"),
        ("cohorts", "PRG", "cohorts.csv line 2: programme is 'GHOST', which is not known"),
    ],
)
def test_what_is_named_must_be_known_to_the_pack_or_the_ledger(text: str, named: str, error: str) -> None:
    texts = {"programmes": PROGRAMMES, "policies": POLICIES, "cohorts": COHORTS}
    ghost = '"GHOST"' if named.startswith('"') else "GHOST"
    definitions = whole(**{text: texts[text].replace(named, ghost)})
    with pytest.raises(PackError) as raised:
        definitions.check_references()
    assert str(raised.value) == error
    definitions.check_references(known_organisations=["GHOST"], known_programmes=["GHOST"])
