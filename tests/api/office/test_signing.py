"""Signing in and out by password; sessions that end and are no other site's to use; what was typed stays."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from api.limits import BEGUN, FAILED
from api.office.gate import Gate
from ledger.office.sessions import FRESH_SECONDS, IDLE_SECONDS
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from tests.api.whole_ledger import URL, WholeLedger, actors
from tests.ledger.office.authenticator import Authenticator

COOKIE = "certledger-office"


def test_nobody_sees_a_page_without_signing_in(offices: Offices) -> None:
    browser = offices.joins("li", "registrar", signed_in=False)
    for path in ("/console", "/console/account", "/console/staff", "/console/proposals"):
        page = browser.get(path)
        assert page.status_code == 401
        assert page.headers["cache-control"] == "no-store"
        assert 'name="_password"' in page.text
        assert "li 某" not in page.text


def test_who_signs_in_sees_the_page_that_they_wanted(offices: Offices) -> None:
    browser = offices.joins("li", "registrar", signed_in=False)
    done = browser.post("/console/account?lang=en", _login="LI", _password=PASSWORD, _method="get")
    assert (done.status_code, done.headers["location"]) == (303, "/console/account?lang=en")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    page = browser.get("/console/account?lang=en")
    assert page.status_code == 200
    assert "li 某" in page.text


def test_an_https_ledger_binds_its_cookie_to_its_host(offices: Offices) -> None:
    gate = Gate(lambda: offices.office, "https://base.example.org")
    assert gate.cookie == "__Host-certledger"


@pytest.mark.parametrize(("login", "password"), [("li", "wrong password"), ("nobody", PASSWORD), ("li", ""), ("", "")])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(offices: Offices, login: str, password: str) -> None:
    browser = offices.joins("li", "registrar", signed_in=False)
    refused = browser.post("/console?lang=en", _login=login, _password=password, _method="get")
    assert refused.status_code == 401
    assert "Login and password do not fit" in refused.text
    assert COOKIE not in browser.client.cookies


def test_after_many_wrong_ones_it_says_how_long_to_wait(offices: Offices) -> None:
    browser = offices.joins("li", "registrar", signed_in=False)
    for _ in range(5):
        assert browser.post("/console", _login="li", _password="wrong", _method="get").status_code == 401
    refused = browser.post("/console?lang=en", _login="li", _password=PASSWORD, _method="get")
    assert refused.status_code == 429
    assert "about 1 minutes" in refused.text


@pytest.mark.parametrize("path", ["/console/proposals", "/console/cohorts", "/console/titles?year=2026"])
def test_a_page_that_is_only_read_lets_somebody_in_and_takes_no_form(offices: Offices, path: str) -> None:
    browser = offices.joins("reader", "registrar", signed_in=False)
    asked = browser.get(path)
    assert (asked.status_code, 'name="_method" value="get"' in asked.text) == (401, True)
    answer = browser.post(path, _login="reader", _password=PASSWORD, _method="get")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert browser.get(path).status_code == 200
    refused = browser.post(path + ("&" if "?" in path else "?") + "lang=en", name="x")
    assert (refused.status_code, "only read" in refused.text) == (405, True)


def test_a_token_opens_no_page(offices: Offices) -> None:
    """It is for programs: its scopes say what it is good for, and a page of the console asks for none."""
    browser = offices.joins("li", "registrar")
    _, secret = offices.office.tokens.make(browser.member.account, "reads", ["read"], 30)
    headers = {"Authorization": f"Bearer {secret}"}
    stranger = Browser(offices.new_client(), browser.member)
    new = {"code": "BDI-2027A", "programme": "BDI", "starts_on": "2027-03-01", "ends_on": "2027-03-05", "capacity": "9"}
    size = offices.ledger.store.head().size
    assert stranger.client.get("/console/cohorts", headers=headers).status_code == 401
    for path in ("/console/cohorts/new", "/console/check/cohorts/new"):
        assert stranger.client.post(path, data=new, headers=headers, follow_redirects=False).status_code == 401
    assert offices.ledger.store.head().size == size


def test_what_no_browser_sends_of_a_passkey_is_refused(offices: Offices) -> None:
    browser = offices.joins("li", "registrar", signed_in=False)
    deep = "[" * 100_000
    assert browser.post("/console", _login="", _answer=deep, _ticket="x", _method="get").status_code == 401
    assert browser.signs_in().status_code == 303
    assert browser.post("/console/account", do="add-passkey", answer=deep, ticket="x").status_code in (409, 422)


def test_a_token_begins_no_ceremony(offices: Offices) -> None:
    browser = offices.joins("li", "registrar")
    _, secret = offices.office.tokens.make(browser.member.account, "writes", ["record"], 30)
    stranger = offices.new_client()
    for purpose in ("register", "fresh", "approve"):
        headers = {**browser.headers, "Authorization": f"Bearer {secret}"}
        assert stranger.post(f"/console/passkey?for={purpose}", headers=headers).status_code == 403, purpose


def test_a_session_that_somebody_else_fixed_is_not_the_one_that_is_signed_in(offices: Offices) -> None:
    browser = offices.joins("li", "registrar", signed_in=False)
    fixed = {"Cookie": f"{COOKIE}=a secret that somebody else knows", **browser.headers}
    browser.post("/console", fixed, _login="li", _password=PASSWORD, _method="get")
    assert browser.client.cookies[COOKIE] != "a secret that somebody else knows"
    before = browser.client.cookies[COOKIE]
    browser.signs_in()
    assert browser.client.cookies[COOKIE] != before
    assert offices.office.sessions.find(before) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_what_another_site_sends_does_nothing(offices: Offices, headers: dict[str, str]) -> None:
    browser = offices.joins("boss", "administrator")
    size = offices.ledger.store.head().size
    sent = {"do": "add", "login": "x", "name": "X", "organisation": "BASE", "roles": "administrator"}
    assert browser.post("/console/staff", headers, **sent).status_code == 403
    assert browser.post("/console", headers, _login="boss", _password=PASSWORD, _method="get").status_code == 403
    assert offices.ledger.store.head().size == size
    assert offices.office.staff.called("x") is None
    assert browser.post("/console/staff", {"Origin": "http://127.0.0.1:8000"}, **sent).status_code == 200


def test_what_was_typed_is_kept_when_the_session_is_over(offices: Offices, hands: Hands) -> None:
    browser = offices.joins("boss", "administrator")
    hands.turn(IDLE_SECONDS)
    sent = {"do": "add", "login": "x", "name": 'X "quoted" <b>', "organisation": "BASE", "roles": "registrar"}
    asked = browser.post("/console/staff?lang=en", **sent)
    assert asked.status_code == 401
    assert "What you typed is kept" in asked.text
    assert 'name="name" value="X &#34;quoted&#34; &lt;b&gt;"' in asked.text
    done = browser.post("/console/staff?lang=en", **sent, _login="boss", _password=PASSWORD)
    assert done.status_code == 200
    added = offices.office.staff.called("x")
    assert added is not None
    assert added.name == 'X "quoted" <b>'


def test_what_weighs_much_asks_once_more_and_keeps_what_was_typed(offices: Offices, hands: Hands) -> None:
    browser = offices.joins("li", "registrar")
    hands.turn(FRESH_SECONDS + 1)
    sent = {"do": "make-token", "name": "nightly", "scopes": "read", "days": "30"}
    asked = browser.post("/console/account?lang=en", **sent)
    assert asked.status_code == 403
    assert "Show once more that it is you" in asked.text
    assert 'name="name" value="nightly"' in asked.text
    wrong = browser.post("/console/account?lang=en", **sent, _password="wrong")
    assert wrong.status_code == 403
    assert "That was not right" in wrong.text
    done = browser.post("/console/account?lang=en", **sent, _password=PASSWORD)
    assert done.status_code == 200
    secret = text_of(done).split("clt_")[1].split()[0]
    assert offices.office.tokens.find(f"clt_{secret}") is not None
    assert browser.post("/console/account", **sent).status_code == 200, "for a while it is fresh"


def test_signing_out_ends_the_session(offices: Offices) -> None:
    browser = offices.joins("li", "registrar")
    secret = browser.client.cookies[COOKIE]
    assert browser.post("/console/sign-out").status_code == 303
    assert offices.office.sessions.find(secret) is None
    assert browser.get("/console").status_code == 401


def test_another_password_ends_all_other_sessions(offices: Offices) -> None:
    browser = offices.joins("li", "registrar")
    other = offices.office.sessions.open(browser.member.account, "another browser")
    sent = {"do": "change-password", "password": "another passphrase", "again": "another passphrase"}
    assert browser.post("/console/account", **{**sent, "again": "not the same one"}).status_code == 422
    assert browser.post("/console/account", **{**sent, "password": "short", "again": "short"}).status_code == 422
    assert offices.office.sessions.find(other) is not None
    assert browser.post("/console/account", **sent).status_code == 303
    assert offices.office.sessions.find(other) is None
    assert browser.get("/console").status_code == 200
    assert browser.signs_in("another passphrase").status_code == 303


def test_a_session_elsewhere_is_ended_and_nobody_elses(offices: Offices) -> None:
    browser, other = offices.joins("li", "registrar"), offices.joins("wang", "registrar")
    (theirs,) = offices.office.sessions.of(other.member.account)
    browser.post("/console/account", do="end-session", session=theirs.id.hex())
    assert offices.office.sessions.of(other.member.account) == [theirs]
    offices.office.sessions.open(browser.member.account, "an old phone")
    old = next(item for item in offices.office.sessions.of(browser.member.account) if item.agent == "an old phone")
    assert "an old phone" in browser.get("/console/account").text
    browser.post("/console/account", do="end-session", session=old.id.hex())
    assert len(offices.office.sessions.of(browser.member.account)) == 1


def test_a_link_lets_somebody_new_in_once(offices: Offices) -> None:
    boss = offices.joins("boss", "administrator")
    sent = {"do": "add", "login": "new", "name": "新人", "organisation": "BASE", "roles": "registrar"}
    page = boss.post("/console/staff", **sent)
    link = text_of(page).split("http://127.0.0.1:8000")[1].split()[0]
    somebody = offices.joins("unused", "registrar", signed_in=False)
    assert "新人" in somebody.get(link).text
    weak = somebody.post(f"{link}?lang=en", password="short", again="short")
    assert weak.status_code == 422
    assert "12 to 200 characters" in weak.text
    assert somebody.post(link, password=PASSWORD, again=PASSWORD).status_code == 303
    assert "新人" in somebody.get("/console").text
    assert somebody.get(link).status_code == 404
    assert somebody.post(link, password=PASSWORD, again=PASSWORD).status_code == 404


def test_a_link_lets_somebody_new_in_by_a_passkey(offices: Offices) -> None:
    staff = offices.office.staff
    member, secret = staff.add("new", "新人", "", "BASE", ["registrar"], actors(offices.ledger))
    browser, link = Browser(offices.new_client(), member), f"/console/welcome/{secret}"
    device = Authenticator("127.0.0.1", URL)
    begin = f"/console/passkey?for=register&invitation={secret}"
    begun = browser.post(begin).json()
    answer = json.dumps(device.makes(begun["options"]))
    for sent in ({"name": ""}, {"ticket": "none"}, {"answer": "{}"}):
        ticket = browser.post(begin).json()["ticket"]
        page = browser.post(link, **{"name": "phone", "ticket": ticket, "answer": answer, **sent})
        assert page.status_code == 422
        assert 'role="alert"' in page.text
    done = browser.post(link, name="phone", ticket=begun["ticket"], answer=answer)
    assert (done.status_code, done.headers["location"]) == (303, "/console")
    assert "新人" in browser.get("/console").text
    assert offices.office.ways.of(member.account) == ["passkey"]
    assert browser.get(link).status_code == 404
    assert Browser(offices.new_client(), member).post(begin).status_code == 403
    refused = browser.post("/console/account", do="remove-passkey", credential=device.credential.hex())
    assert refused.status_code == 409
    assert "last-way-in" in refused.text


@pytest.mark.parametrize("done", ["add", "invite", "close"])
def test_who_gives_somebody_a_way_in_shows_again_who_they_are(offices: Offices, hands: Hands, done: str) -> None:
    boss, other = offices.joins("boss", "administrator"), offices.joins("li", "registrar", signed_in=False)
    new = {"login": "new.one", "name": "新人", "organisation": "BASE", "roles": "auditor"}
    sent = {"do": done, "account": str(other.member.account), **new}
    hands.turn(600)
    asked = boss.post("/console/staff?lang=en", **sent)
    assert (asked.status_code, 'name="_password"' in asked.text) == (403, True)
    assert offices.office.staff.called("new.one") is None
    assert boss.post("/console/staff?lang=en", **sent, _password=PASSWORD).status_code in (200, 303)
    assert (offices.office.staff.called("new.one") is not None) == (done == "add")


def test_only_administrators_have_to_do_with_staff(offices: Offices) -> None:
    for role in ("registrar", "assessor", "approver", "auditor"):
        browser = offices.joins(role, role)
        page = browser.get("/console/staff?lang=en")
        assert page.status_code == 403
        assert "lacks the role administrator" in page.text
        assert browser.post("/console/staff", do="invite", account=str(browser.member.account)).status_code == 403


def test_an_account_that_is_closed_is_out_at_once(offices: Offices) -> None:
    boss, browser = offices.joins("boss", "administrator"), offices.joins("li", "registrar")
    assert boss.post("/console/staff", do="close", account=str(browser.member.account)).status_code == 303
    assert browser.get("/console").status_code == 401
    assert browser.signs_in().status_code == 401


@pytest.mark.parametrize("lang", ["zh", "en", "ko"])
def test_a_language_that_was_chosen_stays(offices: Offices, lang: str) -> None:
    browser = offices.joins("li", "registrar")
    title = {"zh": "我的账户", "en": "My account", "ko": "내 계정"}[lang]
    assert title in browser.get(f"/console/account?lang={lang}").text
    assert title in browser.get("/console/account").text


def test_nonsense_is_a_clear_refusal(offices: Offices) -> None:
    browser = offices.joins("boss", "administrator")
    for path, sent in (
        ("/console/account", {"do": "add-passkey", "answer": "no json", "name": "x"}),
        ("/console/account", {"do": "add-passkey", "answer": "{}", "ticket": "none", "name": "x"}),
        ("/console/account", {"do": "remove-passkey", "credential": "zz"}),
        ("/console/account", {"do": "revoke-token", "token": "zz"}),
        ("/console/account", {"do": "consent", "change": "remove", "credential": "zz", "answer": "{}"}),
        ("/console/account", {"do": "disconnect", "identity": "zz"}),
        ("/console/passkey?for=consent&change=register&credential=00", {}),
        ("/console/passkey?for=consent", {}),
        ("/console/staff", {"do": "invite", "account": "zz"}),
        ("/console/staff", {"do": "add", "login": "\x00", "name": "", "organisation": "NO", "roles": "no"}),
        ("/console/proposals/zz", {"do": "approve"}),
        ("/console/proposals/00000000-0000-4000-8000-000000000000", {"do": "decline"}),
    ):
        assert browser.post(path, **sent).status_code in (303, 401, 404, 409, 422), (path, sent)
    client = browser.client
    assert client.post("/console", content=b"x" * (1 << 20) + b"x", headers=browser.headers).status_code == 413
    assert client.post("/console", json={}, headers=browser.headers).status_code == 415
    form = {**browser.headers, "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/console", content=b"\xff=1", headers=form).status_code == 400
    assert client.put("/console", headers=form).status_code == 405


def test_who_tries_many_passwords_or_begins_many_ceremonies_has_to_wait(whole: WholeLedger) -> None:
    with TestClient(whole.app(works=False, monotonic=lambda: 1000.0), base_url=URL) as client:
        headers = {"Sec-Fetch-Site": "same-origin"}
        sent = {"_login": "nobody", "_password": "guess", "_method": "get"}
        # The first is checked; what is counted is that nobody was let in, so a form without a password serves as well.
        assert client.post("/console", data=sent, headers=headers).status_code == 401
        for _ in range(FAILED.burst - 1):
            assert client.post("/console/account", headers=headers).status_code == 401
        refused = client.post("/console", data=sent, headers=headers)
        assert (refused.status_code, int(refused.headers["retry-after"]) >= 1) == (429, True)
        assert client.get("/console").status_code == 401, "pages are not counted"
        for _ in range(BEGUN.burst):
            assert client.post("/console/passkey?for=sign-in", headers=headers).status_code == 200
        assert client.post("/console/passkey?for=sign-in", headers=headers).json()["code"] == "too-many-requests"
