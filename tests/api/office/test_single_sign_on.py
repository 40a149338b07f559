"""Single sign-on with a provider on loopback: the good way, and every way in which what comes back does not hold."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from httpx2 import Response
from joserfc import jwt
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.testclient import TestClient

from api.limits import BEGUN
from api.office.gate import Gate
from ledger.office.opening import open_office
from ledger.office.sessions import FRESH_SECONDS
from ledger.office.single_sign_on import HANDSHAKE_SECONDS, own_path
from ledger.providers import Provider
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from tests.api.whole_ledger import URL, WholeLedger, actors
from tests.openid_provider import (
    CLIENT_ID,
    SECRET,
    OpenIdProvider,
    provider_on_loopback,
    signed_by_the_secret,
    unsigned,
)

BEGIN, BACK, COOKIE, HELD = "/console/sign-in/kc", "/console/sign-in/kc/back", "certledger-office", "certledger-sign-in"
CONNECT, FRESH = "/console/account/connect/kc", "/console/account/fresh/kc"
SECRET_ENV = "OFFICE_SECRET_AT_KC"


@pytest.fixture
def kc(hands: Hands) -> Iterator[OpenIdProvider]:
    with provider_on_loopback(clock=lambda: hands.now / 1000) as made:
        yield made


@pytest.fixture
def settings_of_kc(kc: OpenIdProvider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setenv(SECRET_ENV, SECRET)
    return Provider("kc", "单位账号", "Company account", kc.issuer, CLIENT_ID, client_secret_env=SECRET_ENV)


def served(whole: WholeLedger, hands: Hands, stack: ExitStack, *providers: Provider) -> Offices:
    whole.place.replace_settings(replace(whole.place.settings(), sign_in=providers))
    ledger = stack.enter_context(whole.opened(hands))
    office = stack.enter_context(open_office(ledger))
    first = stack.enter_context(TestClient(whole.app(hands, works=False), base_url=URL))
    return Offices(ledger, office, lambda: TestClient(first.app, base_url=URL))


@pytest.fixture
def offices(whole: WholeLedger, hands: Hands, settings_of_kc: Provider) -> Iterator[Offices]:
    with ExitStack() as stack:
        yield served(whole, hands, stack, settings_of_kc)


def address_of(page: Response) -> str:
    """Where a page that leads on leads to."""
    assert page.status_code == 200, page.text
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def comes_back(browser: Browser, answer: dict[str, str]) -> Response:
    return browser.client.get(BACK, params=answer, headers={"Sec-Fetch-Site": "cross-site"}, follow_redirects=False)


def connects(browser: Browser, kc: OpenIdProvider, subject: str) -> Response:
    return comes_back(browser, kc.signs_in(address_of(browser.post(CONNECT)), subject))


def signs_in(browser: Browser, kc: OpenIdProvider, subject: str, to: str = "/console") -> Response:
    return comes_back(browser, kc.signs_in(address_of(browser.post(BEGIN, to=to)), subject))


@pytest.fixture
def li(offices: Offices, kc: OpenIdProvider) -> Browser:
    """Somebody who has connected, and has signed out."""
    browser = offices.joins("li", "registrar")
    assert connects(browser, kc, "li-at-kc").headers["location"] == "/console/account"
    browser.post("/console/sign-out")
    return browser


def test_who_has_connected_signs_in_with_a_new_session(offices: Offices, kc: OpenIdProvider, li: Browser) -> None:
    assert "Sign in with Company account" in li.get("/console?lang=en").text
    li.client.cookies.set(COOKIE, "a secret that somebody else knows", domain="127.0.0.1", path="/")
    done = signs_in(li, kc, "li-at-kc", "/console/account?lang=en")
    assert (done.status_code, done.headers["location"]) == (303, "/console/account?lang=en")
    (cookie,) = [value for name, value in done.headers.multi_items() if name == "set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "somebody else knows" not in cookie
    assert "HttpOnly" in cookie
    asked = kc.asked[-1]
    assert asked["redirect_uri"] == f"{URL}{BACK}"
    assert "prompt" not in asked
    fresh = offices.office.sessions.of(li.member.account)
    assert len(fresh) == 1, "the session of the password was ended, and the one that was fixed never was"


def test_the_account_page_shows_and_cuts_the_connection(offices: Offices, kc: OpenIdProvider, li: Browser) -> None:
    signs_in(li, kc, "li-at-kc")
    page = li.get("/console/account?lang=en")
    assert "Company account" in page.text
    assert "li-at-kc@provider" in page.text
    (bound,) = offices.office.identities.of(li.member.account)
    assert li.post("/console/account", do="disconnect", identity=bound.place.hex()).status_code == 303
    assert signs_in(offices.joins("x", "registrar", signed_in=False), kc, "li-at-kc").status_code == 403


def test_nobody_is_found_by_an_e_mail_address_or_a_name(offices: Offices, kc: OpenIdProvider) -> None:
    browser = offices.joins("wang", "registrar", signed_in=False)
    kc.claims = {"email": "wang@example.org", "email_verified": True, "preferred_username": "wang", "name": "wang 某"}
    refused = signs_in(browser, kc, "wang")
    assert refused.status_code == 403
    assert COOKIE not in browser.client.cookies
    assert "这里没有与此身份绑定的账户" in refused.text
    assert 'name="_password"' in refused.text, "the other ways are offered"
    assert offices.office.sessions.of(browser.member.account) == []


def test_the_same_subject_of_another_issuer_is_somebody_else(
    whole: WholeLedger, hands: Hands, kc: OpenIdProvider, settings_of_kc: Provider
) -> None:
    with ExitStack() as stack, provider_on_loopback(clock=kc.clock) as other:
        second = replace(settings_of_kc, id="other", issuer=other.issuer)
        offices = served(whole, hands, stack, settings_of_kc, second)
        browser = offices.joins("li", "registrar")
        connects(browser, kc, "li")
        stranger = offices.joins("x", "registrar", signed_in=False)
        answer = other.signs_in(address_of(stranger.post("/console/sign-in/other", to="/console")), "li")
        assert stranger.get("/console/sign-in/other/back", params=answer).status_code == 403
        # Mix-up (RFC 9207): what began with one provider does not end with the other, whoever says it comes from where.
        began = address_of(stranger.post(BEGIN, to="/console"))
        answer = kc.signs_in(began, "li")
        assert stranger.get("/console/sign-in/other/back", params=answer).status_code == 400
        answer = kc.signs_in(address_of(stranger.post(BEGIN, to="/console")), "li")
        assert comes_back(stranger, {**answer, "iss": other.issuer}).status_code == 400
        answer = kc.signs_in(address_of(stranger.post(BEGIN, to="/console")), "li")
        assert comes_back(stranger, {name: answer[name] for name in ("state", "code")}).status_code == 400
        assert COOKIE not in stranger.client.cookies
        assert signs_in(stranger, kc, "li").status_code == 303


def test_what_a_provider_that_never_names_itself_answers_is_taken(offices: Offices, kc: OpenIdProvider) -> None:
    kc.says_who = False
    browser = offices.joins("li", "registrar")
    connects(browser, kc, "li-at-kc")
    assert signs_in(offices.joins("x", "registrar", signed_in=False), kc, "li-at-kc").status_code == 303


@pytest.mark.parametrize(
    "spoilt",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": None},
        {"aud": [CLIENT_ID, "another client"]},
        {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"iss": "http://127.0.0.1:1/realm"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": 4_000_000_000},
        {"iat": None},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"auth_time": 4_000_000_000},
        {"at_hash": "AAAA"},
    ],
    ids=str,
)
def test_an_id_token_with_wrong_claims_lets_nobody_in(
    offices: Offices, kc: OpenIdProvider, li: Browser, spoilt: dict[str, Any]
) -> None:
    kc.claims = spoilt
    refused = signs_in(li, kc, "li-at-kc")
    assert refused.status_code == 400
    assert COOKIE not in li.client.cookies
    kc.claims = {}
    assert signs_in(li, kc, "li-at-kc").status_code == 303


def test_more_audiences_are_well_where_the_token_was_made_for_us(kc: OpenIdProvider, li: Browser) -> None:
    kc.claims = {"aud": [CLIENT_ID, "another client"], "azp": CLIENT_ID}
    assert signs_in(li, kc, "li-at-kc").status_code == 303


def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(kc: OpenIdProvider, li: Browser) -> None:
    strangers = OpenIdProvider().key
    signs = [unsigned, signed_by_the_secret, lambda header, claims: "no.token.at-all", lambda header, claims: ""]
    signs.append(lambda header, claims: _signed(header, claims, strangers))
    for sign in signs:
        kc.sign = sign
        assert signs_in(li, kc, "li-at-kc").status_code == 400
    kc.sign = None
    kc.header = {"alg": "ES256", "kid": "nobody's"}
    assert signs_in(li, kc, "li-at-kc").status_code == 400
    kc.header = {"crit": ["unheard-of"], "unheard-of": 1}
    kc.sign = lambda header, claims: _signed({"alg": header["alg"], "kid": header["kid"]}, claims, strangers)
    assert signs_in(li, kc, "li-at-kc").status_code == 400


def _signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    return jwt.encode(header, claims, key)


def test_a_provider_may_change_its_keys(kc: OpenIdProvider, li: Browser) -> None:
    assert signs_in(li, kc, "li-at-kc").status_code == 303
    kc.rotates()
    assert signs_in(li, kc, "li-at-kc").status_code == 303
    kc.rotates("second")  # another key under the same name
    assert signs_in(li, kc, "li-at-kc").status_code == 303


def test_a_state_serves_once_in_its_own_browser_and_not_for_long(
    offices: Offices, kc: OpenIdProvider, li: Browser, hands: Hands
) -> None:
    answer = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    other = offices.joins("x", "registrar", signed_in=False)
    assert comes_back(other, answer).status_code == 400, "a browser that began nothing"
    assert comes_back(li, answer).status_code == 400, "and with that it is used up"
    answer = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    other.post(BEGIN, to="/console")
    assert comes_back(other, answer).status_code == 400, "a browser that holds a secret of its own"
    answer = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    assert comes_back(li, answer).status_code == 303
    li.post("/console/sign-out")
    assert comes_back(li, answer).status_code == 400, "a second time"
    code = answer["code"]
    answer = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    assert comes_back(li, {**answer, "code": code}).status_code == 400, "a code that was used"
    answer = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    hands.turn(HANDSHAKE_SECONDS + 1)
    assert comes_back(li, answer).status_code == 400
    assert "Begin again" in li.get(BACK, params={**answer, "lang": "en"}).text
    assert COOKIE not in li.client.cookies


def test_a_code_of_another_handshake_does_not_fit_the_verifier(kc: OpenIdProvider, li: Browser) -> None:
    one = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    other = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "somebody-else")
    assert comes_back(li, {**one, "code": other["code"]}).status_code == 400


def test_what_is_forged_or_broken_is_a_page(kc: OpenIdProvider, li: Browser) -> None:
    for answer in ({}, {"state": "forged", "code": "x"}, {"error": "access_denied"}, {"code": "x"}):
        assert comes_back(li, answer).status_code == 400
    state = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    denied = comes_back(li, {"state": state["state"], "iss": kc.issuer, "error": "<b>access_denied"})
    assert denied.status_code == 403
    assert "<b>" not in denied.text
    state = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    twice = li.client.get(f"{BACK}?state={state['state']}&code=a&code=b", follow_redirects=False)
    assert twice.status_code == 400
    assert li.get(BEGIN).headers["location"] == "/console"
    assert li.post(BACK, state="x").headers["location"] == "/console"
    assert li.post("/console/sign-in/nobody", to="/console").status_code == 400
    assert li.get("/console/sign-in/nobody/back").status_code == 400


@pytest.mark.parametrize(
    "broken",
    [
        lambda: PlainTextResponse("busy", 503),
        lambda: PlainTextResponse("[]"),
        lambda: PlainTextResponse("{"),
        lambda: PlainTextResponse('{"a": "' + "x" * (1 << 20) + '"}'),
        lambda: JSONResponse({}),
        lambda: RedirectResponse("http://127.0.0.1:1/elsewhere"),
    ],
)
def test_a_provider_that_does_not_work_is_a_page_with_the_other_ways_in(
    offices: Offices, kc: OpenIdProvider, broken: Any
) -> None:
    browser = offices.joins("li", "registrar", signed_in=False)
    kc.broken = broken
    page = browser.post(f"{BEGIN}?lang=en", to="/console")
    assert page.status_code == 503
    assert "cannot be reached now" in page.text
    assert 'name="_password"' in page.text
    assert 'action="/console"' in page.text
    kc.broken = None
    answer = kc.signs_in(address_of(browser.post(BEGIN, to="/console")), "li-at-kc")
    kc.broken = broken
    assert comes_back(browser, answer).status_code in (400, 503)
    assert browser.signs_in().status_code == 303


def test_a_provider_that_is_not_there_or_calls_itself_otherwise(
    whole: WholeLedger, hands: Hands, kc: OpenIdProvider, settings_of_kc: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        gone = replace(settings_of_kc, id="gone", issuer="http://127.0.0.1:9/realm")
        offices = served(whole, hands, stack, settings_of_kc, gone)
        browser = offices.joins("li", "registrar", signed_in=False)
        assert browser.post("/console/sign-in/gone", to="/console").status_code == 503
        for metadata in (
            {"issuer": f"{kc.issuer}/"},
            {"token_endpoint": "http://provider.example.org/token"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"jwks_uri": None},
        ):
            kc.metadata = metadata
            assert browser.post(BEGIN, to="/console").status_code == 503
        kc.metadata = {}
        answer = kc.signs_in(address_of(browser.post(BEGIN, to="/console")), "li-at-kc")
        monkeypatch.delenv(SECRET_ENV)
        assert comes_back(browser, answer).status_code == 503


def test_a_wrong_secret_lets_nobody_in(kc: OpenIdProvider, li: Browser) -> None:
    kc.secret = "changed"
    assert signs_in(li, kc, "li-at-kc").status_code == 400


def test_an_account_that_is_closed_stays_closed(offices: Offices, kc: OpenIdProvider, li: Browser) -> None:
    boss = offices.joins("boss", "administrator")
    answer = kc.signs_in(address_of(li.post(BEGIN, to="/console")), "li-at-kc")
    assert boss.post("/console/staff", do="close", account=str(li.member.account)).status_code == 303
    assert comes_back(li, answer).status_code == 403
    assert offices.office.identities.of(li.member.account) == []


def test_a_provider_that_the_settings_name_no_more_lets_nobody_in(
    whole: WholeLedger, hands: Hands, kc: OpenIdProvider, settings_of_kc: Provider
) -> None:
    with ExitStack() as stack:
        offices = served(whole, hands, stack, settings_of_kc)
        browser = offices.joins("li", "registrar")
        connects(browser, kc, "li-at-kc")
        answer = kc.signs_in(address_of(browser.post(BEGIN, to="/console")), "li-at-kc")
        cookies = dict(browser.client.cookies)
    with ExitStack() as stack:
        offices = served(whole, hands, stack)
        without = Browser(offices.new_client(), browser.member)
        without.client.cookies.update({HELD: cookies[HELD]})
        assert comes_back(without, answer).status_code == 400
        assert "sign-in/kc" not in without.get("/console").text
        without.signs_in()
        assert "not in use any more" in without.get("/console/account?lang=en").text
        assert offices.office.ways.of(browser.member.account) == ["password"]


def test_other_sites_begin_nothing(offices: Offices, kc: OpenIdProvider) -> None:
    browser = offices.joins("li", "registrar")
    for path in (BEGIN, CONNECT, FRESH):
        assert browser.post(path, {"Sec-Fetch-Site": "cross-site"}, to="/console").status_code == 403
    assert HELD not in browser.client.cookies


def test_the_way_back_leads_nowhere_else(offices: Offices, kc: OpenIdProvider, li: Browser) -> None:
    for path in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/console\\..\\x",
        "/consolex",
        "/console/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/c/1",
    ):
        assert own_path(path) == "/console"
        assert signs_in(li, kc, "li-at-kc", path).headers["location"] == "/console"
    assert own_path("/console/staff?lang=ko") == "/console/staff?lang=ko"


def test_connecting_asks_for_a_fresh_sign_and_the_same_session(
    offices: Offices, kc: OpenIdProvider, hands: Hands
) -> None:
    browser = offices.joins("li", "registrar")
    hands.turn(FRESH_SECONDS + 1)
    assert browser.post(CONNECT).status_code == 403
    asked = browser.post(CONNECT, _password=PASSWORD)
    answer = kc.signs_in(address_of(asked), "li-at-kc")
    assert (kc.asked[-1]["prompt"], kc.asked[-1]["max_age"]) == ("login", "0")
    browser.post("/console/sign-out")
    browser.signs_in()
    assert comes_back(browser, answer).status_code == 400, "another session"
    stale = kc.signs_in(address_of(browser.post(CONNECT)), "li-at-kc", at=hands.now // 1000 - 3600)
    assert comes_back(browser, stale).status_code == 403, "the provider did not ask who is there"
    assert offices.office.identities.of(browser.member.account) == []


def test_an_identity_lets_one_account_in(offices: Offices, kc: OpenIdProvider, li: Browser) -> None:
    other = offices.joins("wang", "registrar")
    refused = connects(other, kc, "li-at-kc")
    assert refused.status_code == 409
    assert "identity-taken" in refused.text
    assert signs_in(li, kc, "li-at-kc").status_code == 303
    assert connects(li, kc, "li-at-kc").status_code == 303, "once more is well"


def test_an_invitation_is_opened_with_it_once(offices: Offices, kc: OpenIdProvider, hands: Hands) -> None:
    member = offices.joins("new", "registrar", signed_in=False).member
    secret = offices.office.staff.invite(member.account)
    browser = Browser(offices.new_client(), member)
    assert "Connect Company account" in browser.get(f"/console/welcome/{secret}?lang=en").text
    done = comes_back(browser, kc.signs_in(address_of(browser.post(BEGIN, invitation=secret)), "new-at-kc"))
    assert (done.status_code, done.headers["location"]) == (303, "/console")
    assert "new 某" in browser.get("/console").text
    assert kc.asked[-1]["prompt"] == "login"
    again = Browser(offices.new_client(), member)
    refused = comes_back(again, kc.signs_in(address_of(again.post(BEGIN, invitation=secret)), "thief"))
    assert refused.status_code == 400
    assert len(offices.office.identities.of(member.account)) == 1


def test_one_way_in_has_to_stay(offices: Offices, kc: OpenIdProvider) -> None:
    staff = offices.office.staff
    member, secret = staff.add("new", "新人", "", "BASE", ["registrar"], actors(offices.ledger))
    browser = Browser(offices.new_client(), member)
    comes_back(browser, kc.signs_in(address_of(browser.post(BEGIN, invitation=secret)), "new-at-kc"))
    assert offices.office.ways.of(member.account) == ["kc"]
    (bound,) = offices.office.identities.of(member.account)
    refused = browser.post("/console/account", do="disconnect", identity=bound.place.hex())
    assert refused.status_code == 409
    assert "last-way-in" in refused.text
    assert offices.office.ways.of(member.account) == ["kc"]
    browser.post("/console/account", do="change-password", password=PASSWORD, again=PASSWORD)
    assert offices.office.ways.of(member.account) == ["password", "kc"]
    assert browser.post("/console/account", do="disconnect", identity=bound.place.hex()).status_code == 303


def test_a_fresh_sign_is_one_that_the_provider_vouches_for(
    offices: Offices, kc: OpenIdProvider, li: Browser, hands: Hands
) -> None:
    signs_in(li, kc, "li-at-kc")
    weighs = {"do": "make-token", "name": "nightly", "scopes": "read", "days": "30"}
    hands.turn(FRESH_SECONDS + 1)
    page = li.post("/console/account?lang=en", **weighs)
    assert page.status_code == 403
    assert f'action="{FRESH}"' in page.text
    assert 'name="name" value="nightly"' in page.text.partition("data-goes-on")[2], "and goes on with what was typed"

    def shows(at: int | None = None, subject: str = "li-at-kc") -> Response:
        return comes_back(li, kc.signs_in(address_of(li.post(FRESH)), subject, at))

    assert shows(hands.now // 1000 - 3600).status_code == 403, "the provider did not ask again"
    kc.tells_when = False
    refused = shows()
    assert refused.status_code == 403
    assert "Make a passkey" in refused.text
    kc.tells_when = True
    assert shows(subject="somebody-else").status_code == 403
    assert li.post("/console/account", **weighs).status_code == 403
    done = shows()
    assert (kc.asked[-1]["prompt"], kc.asked[-1]["max_age"]) == ("login", "0")
    assert "data-came-back" in done.text
    assert li.post("/console/account", **weighs).status_code == 200


def test_signing_in_is_as_fresh_as_the_provider_says(offices: Offices, kc: OpenIdProvider, li: Browser) -> None:
    weighs = {"do": "make-token", "name": "nightly", "scopes": "read", "days": "30"}
    assert signs_in(li, kc, "li-at-kc").status_code == 303
    assert li.post("/console/account", **weighs).status_code == 200
    kc.tells_when = False
    assert signs_in(li, kc, "li-at-kc").status_code == 303
    assert li.post("/console/account", **weighs).status_code == 403


def test_the_settings_may_want_more_than_a_password(
    whole: WholeLedger, hands: Hands, kc: OpenIdProvider, settings_of_kc: Provider
) -> None:
    with ExitStack() as stack:
        wants = replace(settings_of_kc, acr=("gold", "silver"), amr=("otp", "pwd"), scopes=("profile",))
        offices = served(whole, hands, stack, wants)
        browser = offices.joins("li", "registrar")
        kc.claims = {"acr": "gold", "amr": ["pwd", "otp", "mfa"]}
        assert connects(browser, kc, "li-at-kc").status_code == 303
        assert (kc.asked[-1]["acr_values"], kc.asked[-1]["scope"]) == ("gold silver", "openid profile")
        for claims in ({}, {"acr": "gold"}, {"acr": "gold", "amr": ["pwd"]}, {"acr": "tin", "amr": ["pwd", "otp"]}):
            kc.claims = claims
            assert signs_in(browser, kc, "li-at-kc").status_code == 403


def test_a_page_with_something_typed_goes_on_in_its_own_tab(offices: Offices, kc: OpenIdProvider, li: Browser) -> None:
    typed = li.post("/console/staff?lang=en", do="add", login="x", name="新人")
    assert typed.status_code == 401
    assert 'target="_blank"' in typed.text
    assert 'value="新人"' in typed.text.partition("data-goes-on")[2]
    done = signs_in(li, kc, "li-at-kc", "")
    assert done.status_code == 200
    assert "data-came-back" in done.text
    assert li.get("/console").status_code == 200


def test_the_cookie_of_a_handshake_is_bound_to_host_and_tls(offices: Offices) -> None:
    assert Gate(lambda: offices.office, "https://base.example.org").handshake_cookie == "__Host-certledger-sign-in"


def test_handshakes_from_one_address_are_limited(
    whole: WholeLedger, hands: Hands, kc: OpenIdProvider, settings_of_kc: Provider
) -> None:
    whole.place.replace_settings(replace(whole.place.settings(), sign_in=(settings_of_kc,)))
    with TestClient(whole.app(hands, works=False, monotonic=lambda: 1000.0), base_url=URL) as client:
        headers = {"Sec-Fetch-Site": "same-origin"}
        for _ in range(BEGUN.burst):
            assert client.post(BEGIN, headers=headers).status_code == 200
        assert client.post(BEGIN, headers=headers).status_code == 429


@pytest.mark.parametrize("lang", ["zh", "en", "ko"])
def test_the_pages_speak_every_language(offices: Offices, kc: OpenIdProvider, lang: str) -> None:
    browser = offices.joins("li", "registrar", signed_in=False)
    says = {"zh": "正在转到", "en": "On the way to", "ko": "이동 중"}[lang]
    page = browser.post(f"{BEGIN}?lang={lang}", to="/console")
    assert says in text_of(page)
    assert dict(parse_qsl(urlsplit(address_of(page)).query))["nonce"]
