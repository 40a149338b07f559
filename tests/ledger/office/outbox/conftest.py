"""A mail server and a receiver of webhooks on this machine, and an office that tells them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from ledger.mail_settings import MailSettings
from ledger.office.opening import Office, open_office
from ledger.office.outbox.calling import Caller
from ledger.office.outbox.following import Follower
from ledger.office.outbox.post import Post
from ledger.office.outbox.sending import Calls, Mail, send_next
from ledger.open import Ledger
from ledger.upkeep import Upkeep
from tests.free_port import free_port

SENDER = "office@example.org"


@dataclass
class Mailbox:
    """Takes mail, or answers as the test says."""

    port: int
    answer: str = "250 OK"
    at_recipient: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    users: list[bytes] = field(default_factory=list)

    @property
    def settings(self) -> MailSettings:
        return MailSettings("127.0.0.1", SENDER, "none", self.port, timeout_seconds=5)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.at_recipient:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            made = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(made, EmailMessage)
            self.mails.append(made)
        return self.answer

    def letters(self) -> list[tuple[str, str]]:
        """To whom, and what the first line of the subject is about."""
        return [(str(mail["To"]), str(mail["Subject"])) for mail in self.mails]

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login)
        return AuthResult(success=data.password == b"sesame")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(free_port())
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    yield box
    server.stop()


@dataclass
class Receiver:
    """Takes what webhooks bring, with headers as they came."""

    url: str = ""
    status: int = 204
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def facts(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.came.append((dict(self.headers.items()), body))
            self.send_response(found.status)
            if 300 <= found.status < 400:
                self.send_header("Location", found.url)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/hook?from=us"
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def office(ledger: Ledger, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """It tells by mail, and webhooks on this machine; all that happened so far is followed."""
    monkeypatch.setenv("CERTLEDGER_PUBLIC", str(tmp_path / "public"))
    ledger.settings = replace(ledger.settings, mail=mailbox.settings, private_webhooks=True)
    with open_office(ledger) as opened:
        sign(opened)
        Follower(opened).begin()
        yield opened


def sign(office: Office) -> None:
    """Has the log signed as it is now."""
    upkeep = Upkeep(office.ledger)
    assert upkeep.turn.take()
    upkeep.sign()
    upkeep.turn.resign()


def follow(office: Office) -> None:
    """Signs and follows everything."""
    sign(office)
    follower = Follower(office)
    while follower.follow_log() | follower.follow_proposals():
        pass


def mail_of(office: Office) -> Mail:
    assert office.ledger.settings.mail is not None
    return Mail(Post(office.ledger.settings.mail, "基地 Base", office.ledger.settings.url))


def calls() -> Calls:
    return Calls(Caller(private=True))


def send_all(office: Office) -> int:
    """Sends everything that is due."""
    count = 0
    for carrier in (mail_of(office), calls()):
        while send_next(office, carrier):
            count += 1
    return count
