"""Writes a pack of invented people in the form of DOMAIN.md: of each trainee as many rows as a real base has.

ID numbers carry area code 500000, which is issued to nobody. The same number of trainees gives the same pack.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from random import Random

from stdnum.cn import ric

_TERM_STARTS = tuple(date(year, month, 1) for year in range(2019, 2025) for month in (3, 9))
_CAPACITY = 300
_MODULES = {"BD-101": 40, "BD-201": 48, "AI-101": 32, "AI-201": 40, "PRJ": 40}
_ASSESSMENTS = {"EXAM": "0.4", "LAB": "0.3", "DEFENCE": "0.3"}
_SESSION_HOURS = 8
_BIRTHDAYS = 9973
_ORGANISATIONS = (
    ("BASE-U", "university", "示例大学", "Example University"),
    ("PARTNER", "enterprise", "示例科技有限公司", "Example Technologies Ltd."),
    ("BUREAU", "authority", "示例市人力资源和社会保障局", "Example Human Resources Bureau"),
    *((f"ENT-{n:02}", "enterprise", f"示例企业{n:02}", f"Example Enterprise {n:02}") for n in range(1, 9)),
)
_POLICY = """[[policy]]
edition = "EX-2019"
authority = "BUREAU"
effective_from = 2019-01-01
panel_min_members = 5
quorum = "2/3"
majority = "2/3"
notice_working_days = 5

[[policy.route]]
id = "A1"
level = "assistant-engineer"
education = ["doctor", "master", "bachelor"]

[[policy.route]]
id = "E1"
level = "engineer"
education = ["doctor", "master", "bachelor", "college"]
requires_title = "assistant-engineer"
title_years = 2
"""
_COLUMNS = {
    "organisations": "code,kind,name_zh,name_en",
    "cohorts": "cohort,programme,starts_on,ends_on,capacity",
    "roster": "trainee_no,name,id_type,id_number,education,graduated_on,practice_from,title_held,title_since,"
    "employer,cohort,enrolled_on,email,phone",
    "enrolments": "trainee_no,cohort,enrolled_on",
    "attendance": "trainee_no,cohort,module,hours,attended_on",
    "assessments": "trainee_no,cohort,assessment,attempt,score,assessed_on,assessor",
    "amendments": "trainee_no,cohort,assessment,attempt,score,reason,amended_on",
    "withdrawals": "trainee_no,cohort,withdrawn_on,reason",
    "award_requests": "trainee_no,cohort,requested_on",
    "title_applications": "application_no,trainee_no,level,speciality,applied_on,recommended_by,panel_on,panel_size,"
    "panel_present,votes_for,notice_from,objection,decided_on",
    "revocations": "trainee_no,award,cohort,level,revoked_on,reason",
}

Rows = dict[str, list[tuple[object, ...]]]


def write_pack(folder: Path, trainees: int, seed: int = 1) -> Path:
    """Writes a pack of so many trainees, about 34 events each, into a new folder; returns the folder."""
    random = Random(seed)
    rows: Rows = {kind: [] for kind in _COLUMNS}
    rows["organisations"] = list(_ORGANISATIONS)
    terms = _terms(trainees)
    for code, start in terms:
        rows["cohorts"].append((code, "BDI", start, start + timedelta(days=110), _CAPACITY))
    for number in range(1, trainees + 1):
        _trainee(rows, number, terms, random)
    folder.mkdir(parents=True)
    for kind, columns in _COLUMNS.items():
        _write(folder / f"{kind}.csv", columns, rows[kind])
    (folder / "programmes.toml").write_text(_programme(), encoding="utf-8")
    (folder / "policies.toml").write_text(_POLICY, encoding="utf-8")
    return folder


def _terms(trainees: int) -> list[tuple[str, date]]:
    """As many cohorts as are needed, spread over the terms; with room for second enrolments."""
    count = max(2, -(-trainees * 5 // (4 * _CAPACITY)))
    starts = [_TERM_STARTS[n % len(_TERM_STARTS)] for n in range(count)]
    return sorted(((f"BDI-{start:%Y%m}-{n:03}", start) for n, start in enumerate(starts)), key=lambda term: term[1])


def _trainee(rows: Rows, number: int, terms: list[tuple[str, date]], random: Random) -> None:
    trainee = f"T{number:07}"
    place = number % len(terms)
    cohort, start = terms[place]
    education, title = random.choice((("bachelor", ""), ("bachelor", "assistant-engineer"), ("master", "")))
    born = date(1970, 1, 1) + timedelta(days=number * 7919 % _BIRTHDAYS)
    graduated = date(born.year + 22, 6, 30)
    rows["roster"].append(
        (
            trainee,
            "".join(random.choices("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", k=3)),
            "resident-id",
            _id_number(born, number),
            education,
            graduated,
            graduated + timedelta(days=90),
            title,
            date(graduated.year + 2, 7, 1) if title else "",
            f"ENT-{number % 8 + 1:02}",
            cohort,
            start - timedelta(days=random.randrange(1, 30)),
            f"t{number}@example.org",
            f"199{number:08}",
        )
    )
    _course(rows, trainee, cohort, start, random)
    if random.random() < 0.1 and place + 1 < len(terms):
        second, later = terms[place + 1]
        rows["enrolments"].append((trainee, second, later - timedelta(days=3)))
        _course(rows, trainee, second, later, random)
    for _ in range(random.choice((1, 1, 2))):
        _application(rows, trainee, "engineer" if title else "assistant-engineer", start, random)
    if random.random() < 0.03:
        rows["revocations"].append((trainee, "certificate", cohort, "", start + timedelta(days=400), "other"))


def _course(rows: Rows, trainee: str, cohort: str, start: date, random: Random) -> None:
    """Sessions, results and the request for certification of one enrolment."""
    if random.random() < 0.025:
        rows["withdrawals"].append((trainee, cohort, start + timedelta(days=20), "个人原因"))
        return
    day = start
    for module, hours in _MODULES.items():
        for session in range(hours // _SESSION_HOURS):
            part = _SESSION_HOURS if session else random.choice(("8", "6.4", "4.8"))
            rows["attendance"].append((trainee, cohort, module, part, day))
            day += timedelta(days=2)
    for assessment in _ASSESSMENTS:
        score = random.randrange(550, 1000) / 10
        rows["assessments"].append((trainee, cohort, assessment, 1, score, start + timedelta(days=100), "EX-01"))
        if score < 60:
            again = (trainee, cohort, assessment, 2, 75.5, start + timedelta(days=105), "EX-02")
            rows["assessments"].append(again)
    if random.random() < 0.1:
        rows["amendments"].append((trainee, cohort, "EXAM", 1, 88.8, "登分错误", start + timedelta(days=108)))
    rows["award_requests"].append((trainee, cohort, start + timedelta(days=115)))


def _application(rows: Rows, trainee: str, level: str, start: date, random: Random) -> None:
    applied = start + timedelta(days=random.randrange(116, 300))
    size = random.choice((5, 7, 9))
    rows["title_applications"].append(
        (
            f"A{len(rows['title_applications']) + 1:07}",
            trainee,
            level,
            "大数据工程",
            applied,
            f"ENT-{random.randrange(1, 9):02}",
            applied + timedelta(days=14),
            size,
            size - random.randrange(2),
            random.randrange(size // 2, size),
            applied + timedelta(days=16),
            random.choice(("none",) * 18 + ("dismissed", "upheld")),
            applied + timedelta(days=16 + random.choice((6, 14, 20))),
        )
    )


def _programme() -> str:
    lines = [
        '[[programme]]\ncode = "BDI"\nname_zh = "示例认证"\nname_en = "Example Certification"',
        'certified_by = "PARTNER"\ntaught_by = "BASE-U"',
        "min_attendance = 0.8\nmax_attempts = 2\ntotal_pass = 70\nvalid_years = 3",
    ]
    lines += [f'[[programme.module]]\ncode = "{code}"\nhours = {hours}' for code, hours in _MODULES.items()]
    lines += [
        f'[[programme.assessment]]\ncode = "{code}"\nweight = {weight}\npass = 60'
        for code, weight in _ASSESSMENTS.items()
    ]
    return "\n".join(lines) + "\n"


def _id_number(born: date, number: int) -> str:
    """A number with a good check character (GB 11643). It is nobody else's: the modulus of birthdays is a prime."""
    body = f"500000{born:%Y%m%d}{number % 1000:03}"
    return body + str(ric.calc_check_digit(body + "0"))


def _write(path: Path, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)
