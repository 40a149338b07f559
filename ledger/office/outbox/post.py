"""Mail goes out: one connection a letter, by SMTP (RFC 5321), to the one server that the settings name."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from ledger.mail_address import BadAddress, check_mail_address
from ledger.mail_settings import MailSettings, NoPassword
from ledger.office.outbox.lines import Line
from ledger.office.outbox.messages import NotSent

LETTER_SECONDS: Final = 120
"""How long the sending of one letter may take."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told."""

    to: str
    subject: str
    text: str


class Post:
    """Sends letters. For one thread."""

    def __init__(self, settings: MailSettings, name: str, url: str, tls: ssl.SSLContext | None = None) -> None:
        """`name`: under which letters come; `url`: of the ledger, whose host ends the ids of letters. `tls`: whom to
        trust; by default whom this machine trusts.
        """
        self._settings, self._name, self._tls = settings, name, tls or ssl.create_default_context()
        self._host = urlsplit(url).hostname or "localhost"
        # How we greet (RFC 5321 §4.1.1.1): else the client would ask the name service who this machine is.
        self._called = "[127.0.0.1]" if self._host.replace(".", "").isdigit() or ":" in self._host else self._host
        self.line = Line()

    def send(self, id_: bytes, created_at: int, letter: Letter) -> None:
        """Sends a letter. The same id is the same letter, with the same Message-ID and date. Raises NotSent."""
        message = self.message(id_, created_at, letter)
        smtp = _Smtp(local_hostname=self._called, timeout=self._settings.timeout_seconds)
        with self.line.held(lambda: smtp.sock, LETTER_SECONDS):
            try:
                self._greet(smtp)
                _hand_over(smtp, message)
            finally:
                with suppress(
                    OSError, smtplib.SMTPException
                ):  # the server has taken it, or not: quitting changes nothing
                    smtp.quit()
                smtp.close()

    def message(self, id_: bytes, created_at: int, letter: Letter) -> EmailMessage:
        """The mail of a letter. Raises NotSent where the address is none, so that nothing else gets into a header."""
        try:
            to = check_mail_address(letter.to)
        except BadAddress:
            raise NotSent("bad-address", again=False) from None
        made = EmailMessage(policy=policy.SMTP)
        made["From"] = Address(display_name=self._name, addr_spec=self._settings.sender)
        made["To"] = Address(addr_spec=to)
        made["Subject"] = letter.subject
        made["Date"] = format_datetime(datetime.fromtimestamp(created_at // 1000, UTC))
        made["Message-ID"] = f"<{id_.hex()}@{self._host}>"
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine is to answer
        made["X-Auto-Response-Suppress"] = "All"
        made.set_content(letter.text, charset="utf-8", cte="base64")
        return made

    def _greet(self, smtp: _Smtp) -> None:
        """Connects, secures and signs in. What fails here fails for every letter."""
        settings = self._settings
        try:
            if settings.security == "tls":
                smtp.secured = self._tls
            smtp.connect(settings.host, settings.port)
            if settings.security == "starttls":
                smtp.starttls(context=self._tls)
            if settings.user:
                smtp.login(settings.user, settings.password())
        except smtplib.SMTPResponseException as error:
            raise NotSent(f"smtp-{error.smtp_code}", shut=True) from None
        except smtplib.SMTPNotSupportedError:
            raise NotSent("not-supported", shut=True) from None
        except NoPassword:
            raise NotSent("no-password", shut=True) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(type(error).__name__, shut=True) from None


class _Smtp(smtplib.SMTP):
    """A client that can speak TLS from the first byte too, and has its socket before it is connected."""

    secured: ssl.SSLContext | None = None

    def connect(self, host: Any = "localhost", port: int = 0, source_address: Any = None) -> tuple[int, bytes]:
        """See `smtplib.SMTP`."""
        self._host = host  # by which `starttls` checks the server's certificate
        return super().connect(host, port, source_address)

    def _get_socket(self, host: str, port: int, timeout: float):  # type: ignore[no-untyped-def]
        plain = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        return plain if self.secured is None else self.secured.wrap_socket(plain, server_hostname=host)


def _hand_over(smtp: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        ((code, _),) = refused.recipients.values()
        raise NotSent(f"smtp-{code}", again=code < 500) from None
    except smtplib.SMTPSenderRefused as error:  # of our own address, or because we are to sign in: for every letter
        raise NotSent(f"smtp-{error.smtp_code}", shut=True) from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"smtp-{error.smtp_code}", again=error.smtp_code < 500) from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(type(error).__name__, shut=True) from None
