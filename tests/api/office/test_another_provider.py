"""Single sign-on with a provider that others made (`oidc-provider-mock`), as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from ledger.handle import system_clock
from ledger.office.opening import open_office
from ledger.providers import Provider
from tests.api.office.conftest import Browser, Offices
from tests.api.office.test_single_sign_on import SECRET_ENV, address_of
from tests.api.whole_ledger import URL, WholeLedger
from tests.free_port import free_port


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    log = subprocess.DEVNULL
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    with subprocess.Popen(command, stdout=log, stderr=log, env=environment) as process:
        try:
            _await(f"http://127.0.0.1:{port}/.well-known/openid-configuration", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        assert process.poll() is None, "the provider ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(url)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def signs_in(browser: Browser, address: str, subject: str) -> Response:
    """Sends the provider's own form, and goes where it sends the browser back to."""
    form = urllib.parse.urlencode({"sub": subject}).encode()
    opener = urllib.request.build_opener(_NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as redirect:
        opener.open(urllib.request.Request(address, form), timeout=60)
    with redirect.value as answer:
        location = answer.headers["Location"]
    assert location.startswith(f"{URL}/console/sign-in/mock/back?")
    return browser.get(location.removeprefix(URL))


@pytest.mark.engine("sqlite")
def test_a_provider_that_others_made(whole: WholeLedger, issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock is the machine's, and so is the ledger's here."""
    monkeypatch.setenv(SECRET_ENV, "any")
    mock = Provider("mock", "甲", "A", issuer, "office", client_secret_env=SECRET_ENV)
    whole.place.replace_settings(replace(whole.place.settings(), sign_in=(mock,)))
    with ExitStack() as stack:
        ledger = stack.enter_context(whole.opened(system_clock))
        office = stack.enter_context(open_office(ledger))
        first = stack.enter_context(TestClient(whole.app(system_clock, works=False), base_url=URL))
        offices = Offices(ledger, office, lambda: TestClient(first.app, base_url=URL))
        browser = offices.joins("li", "registrar")
        connected = signs_in(browser, address_of(browser.post("/console/account/connect/mock")), "li-at-mock")
        assert connected.headers["location"] == "/console/account"
        browser.post("/console/sign-out")
        for subject, status in (("somebody-else", 403), ("li-at-mock", 303)):
            begun = address_of(browser.post("/console/sign-in/mock", to="/console"))
            assert signs_in(browser, begun, subject).status_code == status
        assert "li 某" in browser.get("/console").text
