"""Letters: what is in their headers, and what a mail server's answers mean."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from ledger.mail_address import BadAddress, check_mail_address
from ledger.mail_settings import MailSettings
from ledger.office.outbox.messages import NotSent
from ledger.office.outbox.post import Letter, Post
from tests.free_port import free_port
from tests.ledger.office.outbox.conftest import SENDER, Mailbox
from tests.ledger.office.outbox.test_calling import certificate

ID, AT = bytes(range(16)), 1_767_225_600_123
LETTER = Letter("t1@example.org", "您的证书 / Your certificate", "王芳：您好！\n\nhttps://example.org/c/X\n.\n..\n")
URL = "https://certs.example.org"


def post(settings: MailSettings, tls: ssl.SSLContext | None = None) -> Post:
    return Post(settings, "基地 Base", URL, tls)


def failure(sender: Post, letter: Letter = LETTER) -> NotSent:
    with pytest.raises(NotSent) as failed:
        sender.send(ID, AT, letter)
    return failed.value


def test_a_letter_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    post(mailbox.settings).send(ID, AT, LETTER)
    (mail,) = mailbox.mails
    assert str(mail["From"]) == f"基地 Base <{SENDER}>"
    assert (mail["To"], mail["Subject"]) == (LETTER.to, LETTER.subject)
    assert mail["Message-ID"] == f"<{ID.hex()}@certs.example.org>"
    assert mail["Date"].datetime.timestamp() == AT // 1000
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == LETTER.text


@pytest.mark.parametrize(
    "to",
    [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "A <a@example.org>",
        '"a b"@example.org',
        "a@[127.0.0.1]",
        "a@b@example.org",
        "a\0@example.org",
        "名@example.org",
        "a@exa_mple.org",
        "@example.org",
        "a@",
        "a" * 65 + "@example.org",
        "a@" + ".".join(["x" * 60] * 5),
        "",
    ],
)
def test_nothing_but_an_address_gets_into_a_header(mailbox: Mailbox, to: str) -> None:
    failed = failure(post(mailbox.settings), replace(LETTER, to=to))
    assert (failed.why, failed.again, failed.shut) == ("bad-address", False, False)
    assert mailbox.mails == []
    with pytest.raises(BadAddress):
        check_mail_address(to)


def test_a_domain_of_other_letters_is_written_in_ascii() -> None:
    assert check_mail_address(" a.b+c@例子.example ") == "a.b+c@xn--fsqu00a.example"


@pytest.mark.parametrize(
    ("at_recipient", "answer", "told"),
    [
        ("450 busy", "250 OK", ("smtp-450", True, False)),
        ("550 unknown", "250 OK", ("smtp-550", False, False)),
        ("", "451 later", ("smtp-451", True, False)),
        ("", "554 no", ("smtp-554", False, False)),
    ],
)
def test_a_refusal_of_the_moment_is_not_one_for_good(
    mailbox: Mailbox, at_recipient: str, answer: str, told: tuple[str, bool, bool]
) -> None:
    mailbox.at_recipient, mailbox.answer = at_recipient, answer
    failed = failure(post(mailbox.settings))
    assert (failed.why, failed.again, failed.shut) == told


def test_a_server_that_is_away_is_away_for_everybody(mailbox: Mailbox) -> None:
    failed = failure(post(replace(mailbox.settings, port=free_port())))
    assert (failed.why, failed.again, failed.shut) == ("ConnectionRefusedError", True, True)


def test_without_starttls_nothing_is_said(mailbox: Mailbox) -> None:
    failed = failure(post(replace(mailbox.settings, security="starttls")))
    assert (failed.why, failed.again, failed.shut) == ("not-supported", True, True)
    assert mailbox.mails == []


@contextmanager
def secured(folder: Path, *, at_once: bool) -> Iterator[tuple[Mailbox, ssl.SSLContext, MailSettings]]:
    server, trusting = certificate(folder, "localhost")
    box = Mailbox(free_port())
    options = {"ssl_context": server} if at_once else {"tls_context": server, "require_starttls": True}
    controller = Controller(
        box, hostname="127.0.0.1", port=box.port, authenticator=box.sign_in, auth_require_tls=not at_once, **options
    )
    controller.start()
    password = folder / "password"
    password.write_text("sesame\n")
    password.chmod(0o600)
    settings = MailSettings(
        "localhost", SENDER, "tls" if at_once else "starttls", box.port, "clerk", str(password), timeout_seconds=5
    )
    yield box, trusting, settings
    controller.stop()


@pytest.mark.parametrize("at_once", [True, False])
def test_a_server_with_tls_that_asks_who_we_are(tmp_path: Path, at_once: bool) -> None:
    with secured(tmp_path, at_once=at_once) as (box, trusting, settings):
        post(settings, trusting).send(ID, AT, LETTER)
        assert (len(box.mails), box.users) == (1, [b"clerk"])
        assert failure(post(settings)).why == "SSLCertVerificationError", "whom nobody trusts is told nothing"
        Path(settings.password_file).write_text("wrong")
        failed = failure(post(settings, trusting))
        assert failed.why in ("smtp-535", "SMTPServerDisconnected"), "the server hangs up after the last way to sign in"
        assert (failed.again, failed.shut) == (True, True), "a wrong password is ours to mend: no letter is lost by it"
        Path(settings.password_file).chmod(0o644)
        assert failure(post(settings, trusting)).why == "no-password"
        assert len(box.mails) == 1
