"""Addresses of mail, in the one form in which they may stand in a message's header."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 254
"""RFC 5321 §4.5.3.1.3, without its angle brackets."""
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)


class BadAddress(ValueError):
    """No address of mail that can be written to."""


def check_mail_address(text: str) -> str:
    """The address, its domain in ASCII (RFC 5321's dot-string form; nothing quoted, no comment, no display name).

    Raises BadAddress, whose message does not repeat the text.
    """
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode() if domain else ""
    except UnicodeError:
        raise BadAddress("the domain of a mail address cannot be written in ASCII") from None
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise BadAddress("not a mail address of the form name@domain")
    if len(local) + 1 + len(ascii_domain) > LONGEST:
        raise BadAddress(f"a mail address has at most {LONGEST} characters")
    return f"{local}@{ascii_domain}"
