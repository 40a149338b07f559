"""Forms checked as one types: by all rules that hold when they are sent, and never is anything recorded or kept."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.routing import Route

from api.limits import FAILED
from api.office.title_words import NO_SUCH_TRAINEE
from ledger import commands as c
from ledger.awards import open_awards
from ledger.office.doing import do as ask
from ledger.office.sessions import IDLE_SECONDS
from ledger.tables import KEY_TABLES, LOG_TABLES, OFFICE_TABLES
from tests.api.office.applicants import EMPLOYER, certified, plain_calendars
from tests.api.office.class_of_2026 import COHORT, Training
from tests.api.office.conftest import Browser, Hands, Offices, text_of
from tests.api.office.test_ruling import TERMS, filled_in
from tests.api.office.test_trainees import NEW
from tests.api.whole_ledger import TODAY, WholeLedger, by, do

DAY = TODAY.isoformat()
NEVER_CHECKED = {
    *("/console/passkey", "/console/welcome/{secret}", "/console/sign-out", "/console/account"),
    *("/console/sign-in/{provider}", "/console/sign-in/{provider}/back"),
    *("/console/account/connect/{provider}", "/console/account/fresh/{provider}"),
    *("/console/intakes", "/console/intakes/{intake}", "/console/prepared/{prepared}"),
    *("/console/trainees/{trainee}/evidence", "/console/cohorts/{cohort}/papers"),
    *("/console/messages", "/console/webhooks", "/console/log", "/console/log/{stream}"),
}
"""What is about passwords, passkeys and one's own session, takes or gives files, or has no fields with rules."""

TRANSIENT = {"sessions": ("secret", "used_at", "fresh_at"), "challenges": ("secret", "expires_at")}
"""Tables of the office that do not move with a ledger."""


@dataclass(frozen=True)
class Page:
    """A page that records, and what to send it."""

    path: str
    sent: dict[str, str]
    records: bool = True


@pytest.fixture
def everyone(offices: Offices) -> Browser:
    """Somebody who may do all; another can approve."""
    offices.joins("head", "registrar", "approver", signed_in=False)
    return offices.joins("every.one", "administrator", "registrar", "assessor", "approver", "auditor")


def checked(browser: Browser, path: str, **sent: str) -> Response:
    """What a check of a form answers; all that is sent counts as touched."""
    touched = {"_touched": " ".join(sent)} if "_touched" not in sent else {}
    return browser.post(path.replace("/console", "/console/check", 1), **sent, **touched)


def faults(answer: Response) -> dict[str, str]:
    """The sentence beside each field that has one."""
    found = dict(re.findall(r'<span id="fault-([^"]+)" hx-swap-oob="innerHTML">(.*?)</span>', answer.text))
    return {name: told for name, told in found.items() if told}


def above(answer: Response) -> str:
    found = re.search(r"<p class=\"fault\" data-told>(.*?)</p>", answer.text, re.DOTALL)
    return "" if found is None else found[1].strip()


def traces(offices: Offices) -> dict[str, Any]:
    """Everything that the ledger and its office keep, to the last byte."""
    kept: dict[str, Any] = {}
    place = offices.ledger.place
    for opened, tables in (
        (place.open_tables(), LOG_TABLES),
        (place.open_key_tables(), KEY_TABLES),
        (place.open_office_tables(), OFFICE_TABLES),
    ):
        with closing(opened):
            kept |= {table: [dict(row) for row in opened.rows(table)] for table in tables}
    for table, columns in TRANSIENT.items():
        rows = offices.office.cabinet.select(f"SELECT {', '.join(columns)} FROM {table} ORDER BY secret")
        kept[table] = [[bytes(row["secret"]), *(row[name] for name in columns[1:])] for row in rows]
    kept["keys"] = place.key_files().files()
    return kept


def pages(offices: Offices, original: WholeLedger, everyone: Browser) -> list[Page]:
    """Every page that takes forms, each with a form that would be recorded."""
    plain_calendars(offices.ledger, 2026, 2027)
    training = Training(offices)
    training.opens()
    training.enrols(3)
    done, begun, _ = training.people
    training.trains(done)
    training.certifies(done)
    training.trains(training.people[2])
    filed, again = uuid4(), uuid4()
    certified(offices.ledger, "N2")
    for number, application in (("N1", filed), ("N3", again)):
        applicant = certified(offices.ledger, number)
        about = ("assistant-engineer", "大数据工程", EMPLOYER, TODAY)
        do(offices.ledger, c.ApplyForTitle(applicant, application, f"A26-{number}", *about))
    with open_awards(offices.ledger) as awards:
        title = by(awards, original.links["title valid"]).stream
        award = by(awards, original.links["valid"])
    (paper,) = offices.ledger.desk().dossier(done).certificates
    suspend = c.SuspendCertificate(done, paper, "other", TODAY)
    (head,) = (member for member in offices.office.staff.all() if member.login == "head")
    proposal = ask(offices.office, head, suspend, uuid4(), "").proposal
    assert proposal is not None
    cohort, who = f"/console/cohorts/{COHORT}", f"/console/trainees/{begun}"
    enrolled = f"{who}/enrolments/{training.enrolment(begun).id}"
    certificate = f"/console/trainees/{_owner(offices, award.stream)}/certificates/{award.stream}"
    edition = filled_in(everyone.get("/console/rules/programmes/BDI/new").text)
    together = "/console/applications/together"
    due = re.search(r'name="include" value="([0-9a-f]{32})"', everyone.get(f"{together}/decide").text)
    assert due is not None
    policy = filled_in(everyone.get("/console/rules/policies/new").text)
    new = {"name_en": "A name of today", "do": "publish"}
    training.registers(9)
    return [
        Page("/console", {}, records=False),
        Page("/console/trainees", {"search": "Z001"}, records=False),
        Page(f"/console/proposals/{proposal.id}", {"do": "decline", "version": "1", "reason": "not so"}),
        Page(
            "/console/cohorts/new",
            {"code": "BDI-2027A", "programme": "BDI", "starts_on": DAY, "ends_on": DAY, "capacity": "9"},
        ),
        Page(f"{cohort}/enrol", {"numbers": "Z009", "on": DAY}),
        Page(f"{cohort}/attendance", {"module": "AI-101", "on": DAY, f"cell-{begun.hex}": "4"}),
        Page(
            f"{cohort}/results",
            {"assessment": "EXAM", "attempt": "1", "on": DAY, "assessor": "EX-1", f"cell-{begun.hex}": "61"},
        ),
        Page(f"{cohort}/certification", {"on": DAY, "include": training.people[2].hex}),
        Page("/console/trainees/new", NEW),
        Page(f"{who}/name", {"name": "甲新名", "reason": "marriage", "on": DAY}),
        Page(
            f"{who}/details",
            {"education": "master", "practice_from": "2020-07-01", "reason": "a diploma", "on": DAY},
        ),
        Page(f"{enrolled}/amendment", {"assessment": "EXAM", "attempt": "1", "score": "62", "reason": "x", "on": DAY}),
        Page(f"{enrolled}/withdrawal", {"reason": "moved away", "on": DAY}),
        Page(f"{who}/erasure", {"note": "a letter"}),
        Page("/console/applications/new", _application("N2")),
        Page(f"{together}/decide", {"include": due[1]}),
        Page(
            f"/console/applications/{filed}",
            {"do": "panel", "size": "7", "present": "5", "votes_for": "4", "voted_on": DAY},
        ),
        Page(f"{together}/post", {"include": filed.hex}),
        Page(
            f"{together}/panel", {"size": "7", "present": "5", "voted_on": DAY, f"votes-{again.hex}": "5"},
        ),
        Page(f"/console/titles/{title}", {"do": "revoke", "reason": "other"}),
        Page("/console/rules/programmes/new", {**edition, **new, "code": "NEW"}),
        Page("/console/rules/programmes/BDI/new", {**edition, **new}),
        Page(
            "/console/rules/policies/new",
            {**policy, "do": "publish", "edition": "CQ-2027", "effective_from": (TODAY + timedelta(90)).isoformat()},
        ),
        Page("/console/rules/terms/CQHRSS", {"do": "propose", **TERMS}),
        Page("/console/rules", {"do": "open-form"}),
        Page(
            "/console/organisations",
            {
                "do": "accredit", "code": "ENT-77", "kind": "enterprise", "name_zh": "甲", "name_en": "A",
                "uri": "https://ent77.example",
            },
        ),
        Page("/console/organisations/CQEDU", {"do": "authorise", "public_key": KEY, "groups": "authority"}),
        Page(f"{certificate}/suspension", {"reason": "other", "on": DAY}),
        Page(f"{certificate}/revocation", {"reason": "fraud", "on": DAY}),
        Page(f"{certificate}/correction", {"on": DAY}),
        Page(
            "/console/staff",
            {"do": "add", "login": "new.one", "name": "新人", "organisation": "BASE", "roles": "auditor"},
        ),
    ]  # fmt: skip


KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
"""Of RFC 8032 §7.1, test 1."""


def _application(number: str) -> dict[str, str]:
    return {
        "do": "file",
        "trainee_no": number,
        "level": "assistant-engineer",
        "speciality": "大数据工程",
        "recommended_by": EMPLOYER,
        "application_no": "A26-TWO",
    }


def _owner(offices: Offices, stream: UUID) -> UUID:
    (owner,) = {item.subject for item in offices.ledger.store.stream(stream)}
    assert owner is not None
    return owner


def test_of_no_page_does_a_check_record_what_sending_it_records(
    offices: Offices, original: WholeLedger, everyone: Browser
) -> None:
    known = pages(offices, original, everyone)
    everyone.get("/console/cohorts")  # the register is at the end of the log
    for page in known:
        sent = {**page.sent, "sent": str(uuid4())}
        before = traces(offices)
        for _ in range(2):
            answer = checked(everyone, page.path, **sent)
            assert (answer.status_code, faults(answer), above(answer)) == (200, {}, ""), page.path
        assert traces(offices) == before, page.path
        if page.records:
            assert everyone.post(page.path, **sent).status_code in (200, 303), page.path
            assert traces(offices) != before, page.path


def test_every_page_that_takes_forms_is_among_them(offices: Offices, original: WholeLedger, everyone: Browser) -> None:
    app = everyone.client.app
    assert isinstance(app, FastAPI)
    found = [route for route in app.routes if isinstance(route, Route) and "POST" in (route.methods or ())]
    console = [route for route in found if route.path.startswith("/console")]
    pages_of = [route for route in console if not route.path.startswith("/console/check")]
    known = pages(offices, original, everyone)
    for route in pages_of:
        if route.path in NEVER_CHECKED or route.path.endswith("/reinstatement"):  # of one that is suspended
            continue
        if everyone.post(re.sub(r"\{\w+\}", str(UUID(int=9)), route.path)).status_code == 405:
            continue  # that is only read
        assert any(route.path_regex.fullmatch(page.path) for page in known), route.path
    before = traces(offices)
    for route in console:  # with nothing in it, and nothing there that it could be about
        if route.path.startswith("/console/check"):
            path = re.sub(r"\{\w+\}", str(UUID(int=9)), route.path)
            assert everyone.post(path, sent=str(uuid4()), do="close").status_code in (200, 404), path
    assert traces(offices) == before


@pytest.mark.parametrize("path", ["/account", "/sign-out", "/passkey", "/welcome/x"])
def test_passwords_passkeys_and_sessions_are_never_checked(everyone: Browser, path: str) -> None:
    assert everyone.post(f"/console/check{path}", do="change-password", password="x", again="y").status_code == 404


def test_a_check_signs_nobody_in_and_freshens_nothing(offices: Offices, everyone: Browser, hands: Hands) -> None:
    hands.turn(400)
    everyone.get("/console")
    before = traces(offices)
    sent = {"_login": "every.one", "_password": "a passphrase for tests", "_method": "get"}
    answer = checked(Browser(offices.new_client(), everyone.member), "/console/cohorts/new", **sent)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert checked(everyone, "/console/cohorts/new", **sent).status_code == 200
    assert traces(offices) == before


def test_only_what_was_touched_is_told_of_and_the_rest_when_it_is(everyone: Browser) -> None:
    sent = {"code": "", "programme": "BDI", "starts_on": "2027-03-01", "ends_on": "2027-02-01", "capacity": ""}
    answer = checked(everyone, "/console/cohorts/new?lang=en", **sent, _touched="ends_on starts_on")
    assert list(faults(answer)) == ["ends_on"]
    assert "before the first" in faults(answer)["ends_on"]
    assert "capacity" not in answer.text
    assert set(faults(checked(everyone, "/console/cohorts/new", **sent))) == {"code", "ends_on", "capacity"}
    assert (
        faults(checked(everyone, "/console/cohorts/new", **{**sent, "ends_on": "2027-04-01"}, _touched="ends_on")) == {}
    )


def test_the_deciders_rules_hold_too(offices: Offices, original: WholeLedger, everyone: Browser) -> None:
    training = Training(offices)
    training.opens(capacity=2)
    training.enrols(2)
    training.registers(3)
    enrol, new = f"/console/cohorts/{COHORT}/enrol?lang=en", "/console/trainees/new?lang=en"
    wrong = faults(checked(everyone, enrol, numbers="Z001 Z003 Z404", on=DAY))["numbers"]
    assert "Z001 The trainee is enrolled already." in wrong
    assert "Z003 All places of the cohort are taken." in wrong
    assert "Z404 no trainee" in wrong
    assert "registered already" in faults(checked(everyone, new, **{**NEW, "trainee_no": "Z001"}))["trainee_no"]
    again = {"code": COHORT, "programme": "BDI", "starts_on": DAY, "ends_on": DAY, "capacity": "9"}
    assert "is taken" in faults(checked(everyone, "/console/cohorts/new?lang=en", **again))["code"]
    nobody = faults(checked(everyone, "/console/applications/new?lang=en", **_application("Z404")))
    assert nobody == {"trainee_no": NO_SUCH_TRAINEE.en}
    cell = f"cell-{training.people[0].hex}"
    sheet = {"module": "BD-101", "on": DAY, cell: "0"}
    answer = checked(everyone, f"/console/cohorts/{COHORT}/attendance?lang=en", **sheet)
    assert faults(answer) == {cell: "Hours are a number above 0."}


def test_of_who_may_not_the_missing_right_is_told_above_the_form(offices: Offices) -> None:
    ear = offices.joins("ear", "auditor")
    sent = {"code": "BDI-2027A", "programme": "BDI", "starts_on": DAY, "ends_on": DAY, "capacity": "9"}
    assert "lacks the role" in above(checked(ear, "/console/cohorts/new?lang=en", **sent))


def test_who_is_signed_out_meanwhile_is_told_and_can_sign_in_beside(
    offices: Offices, everyone: Browser, hands: Hands
) -> None:
    hands.turn(IDLE_SECONDS + 1)
    for _ in range(FAILED.burst + 1):  # and however long somebody goes on typing, nothing is locked
        answer = checked(everyone, "/console/cohorts/new?lang=en", code="")
    assert answer.status_code == 401
    assert "What you typed is still here" in above(answer)
    assert 'href="/console" target="_blank"' in above(answer)
    assert "hx-swap-oob" not in answer.text
    assert everyone.signs_in().status_code == 303
    assert checked(everyone, "/console/cohorts/new?lang=en", code="").status_code == 200


def test_a_page_of_another_site_checks_nothing(everyone: Browser) -> None:
    answer = everyone.post("/console/check/cohorts/new", {"Sec-Fetch-Site": "cross-site"}, code="")
    assert answer.status_code == 403
    assert text_of(answer) == ""
